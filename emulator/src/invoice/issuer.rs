//! Rule 16: who may issue for the seller (PROTOCOL §15.1, §19).

use ksef_documents::{Form, InvoiceHeader, Party, PartyIdentifier};
use ksef_model::ContextIdentifier;

use super::{
    rules::Terms,
    status::{Rejection, RejectionCode},
};

/// What the sending context may do for a seller other than itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Powers {
    /// Authorisations that the seller gave to the context, such as `SelfInvoicing`.
    pub(crate) roles: Vec<String>,
    /// Whether the context is a bailiff or an enforcement authority.
    pub(crate) enforces: bool,
}

/// The context is the seller, with its internal units and its EU twin, or may act for the seller (410).
pub(crate) fn issuer(header: &InvoiceHeader, terms: &Terms<'_>) -> Result<(), Rejection> {
    let seller = header.seller_nip.as_str();
    if nip(terms.context) == Some(seller) || acts_for_seller(header, terms) {
        return Ok(());
    }
    Err(Rejection::new(RejectionCode::NotPermitted, "Brak uprawnienia fakturowego"))
}

fn acts_for_seller(header: &InvoiceHeader, terms: &Terms<'_>) -> bool {
    let has = |role: &str| terms.powers.roles.iter().any(|one| one == role);
    let is_context = |party: &Party| match &party.identifier {
        PartyIdentifier::Nip(nip_of_party) => nip(terms.context) == Some(nip_of_party.as_str()),
        _ => false,
    };
    let is_buyer = is_context(&header.buyer);
    let is_authorized = header.authorized.as_ref().is_some_and(is_context);
    match header.form {
        Form::Pef3 | Form::PefKor3 => has("PefInvoicing"),
        Form::FaRr1 => is_buyer && has("RRInvoicing"),
        _ => {
            (header.is_self_invoicing && is_buyer && has("SelfInvoicing"))
                || (is_authorized && (has("TaxRepresentative") || terms.powers.enforces))
        }
    }
}

/// The NIP of a context, or its first part.
fn nip(context: &ContextIdentifier) -> Option<&str> {
    match context {
        ContextIdentifier::Nip(nip) => Some(nip.as_str()),
        ContextIdentifier::InternalId(id) => id.as_str().split('-').next(),
        ContextIdentifier::NipVatUe(id) => id.as_str().split('-').next(),
        ContextIdentifier::PeppolId(_) => None,
    }
}
