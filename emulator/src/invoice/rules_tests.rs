use super::*;

const SELLER: &str = "5265877635";

fn context() -> ContextIdentifier {
    ContextIdentifier::Nip(SELLER.parse().unwrap())
}

fn terms(context: &ContextIdentifier) -> Terms<'_> {
    Terms {
        form: Form::Fa3,
        context,
        accepted_on: date(2026, 2, 1),
        check_identifiers: true,
        takes_attachments: false,
        attachment_consent: false,
        limits: SizeLimits::default(),
        powers: Powers::default(),
    }
}

fn header() -> InvoiceHeader {
    let text = format!(
        "<Faktura xmlns='{}'><Podmiot1><DaneIdentyfikacyjne><NIP>{SELLER}</NIP></DaneIdentyfikacyjne></Podmiot1>\
         <Podmiot2><DaneIdentyfikacyjne><BrakID>1</BrakID></DaneIdentyfikacyjne></Podmiot2>\
         <Fa><KodWaluty>PLN</KodWaluty><P_1>2026-02-01</P_1><P_2>FV/1</P_2><P_15>1</P_15>\
         <RodzajFaktury>VAT</RodzajFaktury></Fa></Faktura>",
        Form::Fa3.namespace()
    );
    InvoiceHeader::read(text.as_bytes()).unwrap()
}

fn changed(change: impl FnOnce(&mut InvoiceHeader)) -> InvoiceHeader {
    let mut header = header();
    change(&mut header);
    header
}

fn code(result: Result<(), Rejection>) -> Option<i32> {
    result.err().map(|rejection| rejection.code.code())
}

#[test]
fn the_plain_case_passes_every_rule() {
    assert_eq!(document(4, &header(), &terms(&context())), Ok(()));
}

#[test]
fn declared_size_and_hash_must_match() {
    let content = b"<Faktura/>";
    let truth = Declared { hash: Sha256::of(content), size: 10 };
    assert_eq!(declared(content, truth), Ok(()));
    let size = declared(content, Declared { size: 11, ..truth }).unwrap_err();
    assert_eq!(size.code.code(), 430);
    assert_eq!(
        size.details,
        ["Rozmiar przesłanego pliku faktury nie zgadza się z zadeklarowaną wartością: 11."]
    );
    assert_eq!(code(declared(content, Declared { hash: Sha256::of(b"else"), size: 10 })), Some(430));
}

#[test]
fn bytes_are_judged_by_the_table_of_codes() {
    for (content, expected) in [
        (&b"<a/>"[..], None),
        (b"", Some(430)),
        (b"\xEF\xBB\xBF<a/>", Some(430)),
        (b"<a>\xB3</a>", Some(450)),
        (b"<?xml version=\"1.0\" encoding=\"windows-1250\"?><a/>", Some(450)),
        (b"<?xml version=\"1.0\"?><?xml-stylesheet href=\"a\"?><a/>", Some(450)),
        (b"<a>\xC2\x80</a>", Some(450)),
        (b"<a>\xC2\x85</a>", None),
        (b"<a>\xF4\x8F\xBF\xBF</a>", Some(450)),
        (b"<!DOCTYPE a><a/>", Some(450)),
        (b"<a><b></a>", Some(450)),
    ] {
        assert_eq!(code(bytes(content)), expected, "{:?}", String::from_utf8_lossy(content));
    }
    assert_eq!(bytes(b"<a><b></a>").unwrap_err().details[0], "Nieprawidłowy XML");
}

#[test]
fn another_form_is_450() {
    let other = changed(|header| header.form = Form::Fa2);
    assert_eq!(code(form(&other, &terms(&context()))), Some(450));
}

#[test]
fn the_limit_depends_on_the_attachment() {
    let context = context();
    let terms = Terms { limits: SizeLimits { plain: 4, with_attachment: 6 }, ..terms(&context) };
    let attached = changed(|header| header.has_attachment = true);
    assert_eq!(code(size(4, &header(), &terms)), None);
    assert_eq!(code(size(5, &header(), &terms)), Some(430));
    assert_eq!(code(size(6, &attached, &terms)), None);
    assert_eq!(code(size(7, &attached, &terms)), Some(430));
}

#[test]
fn an_attachment_needs_consent_and_a_technical_correction() {
    let context = context();
    let attached = changed(|header| header.has_attachment = true);
    for (consent, correction, expected) in
        [(false, false, Some(415)), (true, false, Some(415)), (false, true, Some(415)), (true, true, None)]
    {
        let terms = Terms { attachment_consent: consent, takes_attachments: correction, ..terms(&context) };
        assert_eq!(code(attachment(&attached, &terms)), expected, "{consent} {correction}");
        assert_eq!(code(attachment(&header(), &terms)), None);
    }
}

#[test]
fn tomorrow_is_450_and_any_past_day_passes() {
    let context = context();
    let tomorrow = changed(|header| header.issue_date = date(2026, 2, 2));
    assert_eq!(code(issue_date(&tomorrow, &terms(&context))), Some(450));
    let old = changed(|header| header.issue_date = date(2006, 1, 1));
    assert_eq!(code(issue_date(&old, &terms(&context))), None);
}

#[test]
fn checksums_count_only_when_told() {
    let context = context();
    let mut third = header().buyer;
    third.identifier = PartyIdentifier::InternalId("6824515772-12344".parse().unwrap());
    let mut right = header().buyer;
    right.identifier = PartyIdentifier::InternalId("6824515772-12343".parse().unwrap());
    let wrong = changed(|header| {
        header.third_parties.push(right);
        header.buyer.identifier = PartyIdentifier::Nip(Nip::unchecked("1234567890"));
        header.third_parties.push(third);
    });
    let refused = identifiers(&wrong, &terms(&context)).unwrap_err();
    assert_eq!(refused.code.code(), 450);
    assert_eq!(
        refused.details,
        [
            "Identyfikator NIP nabywcy: '1234567890' jest nieprawidłowy.",
            "Identyfikator wewnętrzny podmiotu trzeciego: '6824515772-12344' jest nieprawidłowy."
        ]
    );
    let lenient = Terms { check_identifiers: false, ..terms(&context) };
    assert_eq!(code(identifiers(&wrong, &lenient)), None);
}

#[test]
fn broken_facets_are_450() {
    assert_eq!(code(facets(&header())), None);
    for broken in [
        changed(|header| header.seller_nip = Nip::unchecked("526587763")),
        changed(|header| header.invoice_number = "9".repeat(257)),
        changed(|header| header.issue_date = date(2005, 12, 31)),
    ] {
        assert_eq!(code(facets(&broken)), Some(450));
    }
}

#[test]
fn the_context_must_be_the_seller() {
    let mine = [
        context(),
        ContextIdentifier::InternalId("5265877635-12345".parse().unwrap()),
        ContextIdentifier::NipVatUe("5265877635-DE123456789".parse().unwrap()),
    ];
    for context in &mine {
        assert_eq!(code(issuer(&header(), &terms(context))), None, "{}", context.kind());
    }
    let others = [
        ContextIdentifier::Nip("1111111111".parse().unwrap()),
        ContextIdentifier::PeppolId("PPL123456".parse().unwrap()),
    ];
    for context in &others {
        assert_eq!(code(issuer(&header(), &terms(context))), Some(410), "{}", context.kind());
    }
}

#[test]
fn an_authorisation_of_the_seller_counts_in_its_role_alone() {
    let buyer = ContextIdentifier::Nip("1111111111".parse().unwrap());
    let party = |nip: &str| {
        let mut party = header().buyer;
        party.identifier = PartyIdentifier::Nip(nip.parse().unwrap());
        party
    };
    let by_buyer = changed(|header| {
        header.is_self_invoicing = true;
        header.buyer = party("1111111111");
    });
    let by_representative = changed(|header| header.authorized = Some(party("1111111111")));
    let with = |role: &str, enforces: bool| Terms {
        powers: Powers { roles: vec![role.to_owned()], enforces },
        ..terms(&buyer)
    };
    assert_eq!(code(issuer(&by_buyer, &terms(&buyer))), Some(410));
    assert_eq!(code(issuer(&by_buyer, &with("SelfInvoicing", false))), None);
    assert_eq!(code(issuer(&by_buyer, &with("TaxRepresentative", false))), Some(410));
    let not_self = changed(|header| header.buyer = party("1111111111"));
    assert_eq!(code(issuer(&not_self, &with("SelfInvoicing", false))), Some(410));
    assert_eq!(code(issuer(&by_representative, &with("TaxRepresentative", false))), None);
    assert_eq!(code(issuer(&by_representative, &with("SelfInvoicing", false))), Some(410));
    assert_eq!(code(issuer(&by_representative, &with("SelfInvoicing", true))), None);
    let provider = ContextIdentifier::PeppolId("PPL123456".parse().unwrap());
    let pef = changed(|header| header.form = Form::Pef3);
    let powers = Powers { roles: vec!["PefInvoicing".to_owned()], enforces: false };
    assert_eq!(code(issuer(&pef, &Terms { powers, ..terms(&provider) })), None);
    assert_eq!(code(issuer(&pef, &terms(&provider))), Some(410));
}
