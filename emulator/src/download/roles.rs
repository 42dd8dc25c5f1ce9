//! In which role a context stands on an invoice (PROTOCOL §9.2, `subjectType`).

use ksef_documents::{InvoiceHeader, Party, PartyIdentifier};
use ksef_model::{ContextIdentifier, InvoiceQuerySubjectType};

/// Whether the context has the role on the invoice.
pub(crate) fn stands_as(
    header: &InvoiceHeader,
    context: &ContextIdentifier,
    role: &InvoiceQuerySubjectType,
) -> bool {
    match role {
        InvoiceQuerySubjectType::Subject1 => is(&header.seller, context),
        InvoiceQuerySubjectType::Subject2 => is(&header.buyer, context),
        InvoiceQuerySubjectType::Subject3 => header.third_parties.iter().any(|party| is(party, context)),
        InvoiceQuerySubjectType::SubjectAuthorized => {
            header.authorized.as_ref().is_some_and(|party| is(party, context))
        }
        InvoiceQuerySubjectType::Unknown(_) => false,
    }
}

/// Whether the context may export in this role: only the roles that it can have on an invoice. A unit is named as a
/// third party alone, an EU entity issues in the name of a Polish seller and is the buyer, a Peppol provider is never
/// named.
pub(crate) fn may_export(context: &ContextIdentifier, role: &InvoiceQuerySubjectType) -> bool {
    match context {
        ContextIdentifier::Nip(_) => true,
        ContextIdentifier::InternalId(_) => *role == InvoiceQuerySubjectType::Subject3,
        ContextIdentifier::NipVatUe(_) => {
            matches!(role, InvoiceQuerySubjectType::Subject1 | InvoiceQuerySubjectType::Subject2)
        }
        ContextIdentifier::PeppolId(_) => false,
    }
}

/// The identifier under which the repository finds the invoices of a context.
pub(crate) fn index_key(context: &ContextIdentifier) -> Option<&str> {
    match context {
        ContextIdentifier::Nip(nip) => Some(nip.as_str()),
        ContextIdentifier::InternalId(id) => Some(id.as_str()),
        ContextIdentifier::NipVatUe(pair) => pair.as_str().split_once('-').map(|(nip, _)| nip),
        ContextIdentifier::PeppolId(_) => None,
    }
}

fn is(party: &Party, context: &ContextIdentifier) -> bool {
    match (&party.identifier, context) {
        (PartyIdentifier::Nip(nip), ContextIdentifier::Nip(own)) => nip == own,
        (PartyIdentifier::InternalId(id), ContextIdentifier::InternalId(own)) => id == own,
        (PartyIdentifier::Nip(nip), ContextIdentifier::NipVatUe(pair)) => {
            pair.as_str().split_once('-').is_some_and(|(own, _)| own == nip.as_str())
        }
        (PartyIdentifier::VatUe(number), ContextIdentifier::NipVatUe(pair)) => {
            pair.as_str().split_once('-').is_some_and(|(_, own)| own == number)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIP: &str = "5265877635";

    fn header() -> InvoiceHeader {
        let party = |tag: &str, identifier: &str, more: &str| {
            format!("<{tag}><DaneIdentyfikacyjne>{identifier}</DaneIdentyfikacyjne>{more}</{tag}>")
        };
        let xml = format!(
            "<Faktura xmlns='{}'>{}{}{}{}<Fa><KodWaluty>PLN</KodWaluty><P_1>2026-11-01</P_1><P_2>1</P_2>\
             <P_15>1</P_15><RodzajFaktury>VAT</RodzajFaktury></Fa></Faktura>",
            ksef_documents::Form::Fa3.namespace(),
            party("Podmiot1", &format!("<NIP>{NIP}</NIP>"), ""),
            party("Podmiot2", "<KodUE>DE</KodUE><NrVatUE>123456789</NrVatUE>", ""),
            party("Podmiot3", "<IDWew>1111111111-12345</IDWew>", "<Rola>2</Rola>"),
            party("PodmiotUpowazniony", "<NIP>2222222222</NIP>", "<RolaPU>3</RolaPU>"),
        );
        InvoiceHeader::read(xml.as_bytes()).unwrap()
    }

    #[test]
    fn each_context_has_its_own_roles() {
        use InvoiceQuerySubjectType::{Subject1, Subject2, Subject3, SubjectAuthorized};
        let header = header();
        let roles = |kind: &str, value: &str| {
            let context = ContextIdentifier::new(kind, value).unwrap();
            [Subject1, Subject2, Subject3, SubjectAuthorized].map(|role| stands_as(&header, &context, &role))
        };
        assert_eq!(roles("Nip", NIP), [true, false, false, false]);
        assert_eq!(roles("Nip", "2222222222"), [false, false, false, true]);
        assert_eq!(roles("Nip", "1111111111"), [false; 4]);
        let unit = ContextIdentifier::InternalId(ksef_model::InternalId::unchecked("1111111111-12345"));
        assert!(stands_as(&header, &unit, &Subject3) && !stands_as(&header, &unit, &Subject1));
        let pair = ContextIdentifier::NipVatUe(ksef_model::NipVatUe::unchecked(format!("{NIP}-DE123456789")));
        assert!(stands_as(&header, &pair, &Subject1) && stands_as(&header, &pair, &Subject2));
        assert!(may_export(&unit, &Subject3) && !may_export(&unit, &Subject2));
        assert!(may_export(&pair, &Subject2) && !may_export(&pair, &Subject3));
    }
}
