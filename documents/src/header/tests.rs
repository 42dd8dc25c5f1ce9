use super::*;

fn invoice(parties: &str, body: &str) -> String {
    let namespace = Form::Fa3.namespace();
    format!(
        "<f:Faktura xmlns:f=\"{namespace}\" xmlns=\"urn:other\">{parties}<f:Fa><f:KodWaluty>PLN</f:KodWaluty>\
         <f:P_1>2026-02-01</f:P_1><f:P_2> FV  1\n/2026 </f:P_2>{body}</f:Fa></f:Faktura>"
    )
}

const PARTIES: &str = "<f:Podmiot1><f:DaneIdentyfikacyjne><NIP>9</NIP><f:NIP>5265877635</f:NIP><f:Nazwa>A</f:Nazwa>\
    </f:DaneIdentyfikacyjne></f:Podmiot1><f:Podmiot2><f:DaneIdentyfikacyjne><f:KodUE>DE</f:KodUE>\
    <f:NrVatUE>123456789</f:NrVatUE></f:DaneIdentyfikacyjne></f:Podmiot2><f:Podmiot3><f:DaneIdentyfikacyjne>\
    <f:IDWew>5265877635-12345</f:IDWew></f:DaneIdentyfikacyjne><f:RolaInna>1</f:RolaInna></f:Podmiot3>\
    <f:PodmiotUpowazniony><f:DaneIdentyfikacyjne><f:NIP>1111111111</f:NIP></f:DaneIdentyfikacyjne>\
    <f:RolaPU>3</f:RolaPU></f:PodmiotUpowazniony>";
const BODY: &str = "<f:P_13_1>100</f:P_13_1><f:P_14_1>23</f:P_14_1><f:P_14_1W>98.90</f:P_14_1W><f:P_13_3>10.5</f:P_13_3>\
    <f:P_14_3>0.53</f:P_14_3><f:P_15>134.03</f:P_15><f:Adnotacje><f:P_17>1</f:P_17></f:Adnotacje>\
    <f:RodzajFaktury>KOR_ZAL</f:RodzajFaktury><f:Podmiot1K><f:DaneIdentyfikacyjne><f:NIP>2222222222</f:NIP>\
    </f:DaneIdentyfikacyjne></f:Podmiot1K>";

#[test]
fn prefixes_and_foreign_elements_do_not_mislead() {
    let header = InvoiceHeader::read(invoice(PARTIES, BODY).as_bytes()).unwrap();
    assert_eq!(header.form(), Form::Fa3);
    assert_eq!(header.seller_nip.as_str(), "5265877635");
    assert_eq!(header.invoice_number, "FV 1 /2026");
    assert_eq!(header.buyer.identifier, PartyIdentifier::VatUe("DE123456789".into()));
    assert_eq!(header.third_parties[0].identifier.kind(), "InternalId");
    assert_eq!(header.third_parties[0].role, Some(0));
    assert_eq!(header.authorized.as_ref().unwrap().role, Some(3));
    assert_eq!(header.nips().map(Nip::as_str).collect::<Vec<_>>(), ["5265877635", "1111111111"]);
    assert_eq!(header.net_amount.to_string(), "110.5");
    assert_eq!(header.vat_amount.to_string(), "99.43");
    assert!(header.is_self_invoicing && !header.has_attachment);
    assert_eq!(header.metadata_type(), InvoiceType::KorZal);
}

#[test]
fn nothing_personal_is_printed() {
    let header = InvoiceHeader::read(invoice(PARTIES, BODY).as_bytes()).unwrap();
    let printed = format!("{header:?} {:?} {:?}", header.seller, header.third_parties);
    for secret in ["5265877635", "123456789", "134.03", "FV 1"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn missing_and_unreadable_elements_are_named() {
    let error =
        |parties: &str, body: &str| InvoiceHeader::read(invoice(parties, body).as_bytes()).unwrap_err();
    assert_eq!(error("", BODY), Error::Missing { element: "Podmiot1" });
    assert_eq!(error(PARTIES, ""), Error::Missing { element: "RodzajFaktury" });
    let amount = BODY.replace("134.03", "dużo");
    assert_eq!(error(PARTIES, &amount), Error::Invalid { element: "P_15", reason: "is not an amount" });
    let text = invoice(PARTIES, BODY).replace("2026-02-01", "2026-02-31");
    let date = InvoiceHeader::read(text.as_bytes()).unwrap_err();
    assert_eq!(date, Error::Invalid { element: "P_1", reason: "is not a date" });
    let other =
        InvoiceHeader::read(b"<Faktura xmlns='http://crd.gov.pl/wzor/2021/11/29/11089/'/>").unwrap_err();
    assert!(matches!(other, Error::UnexpectedRoot { .. }));
    assert!(matches!(InvoiceHeader::read(b"<Faktura").unwrap_err(), Error::NotWellFormed { offset: 8, .. }));
    assert!(matches!(InvoiceHeader::read(b"<a>\xB3").unwrap_err(), Error::NotUtf8 { offset: 3 }));
    assert!(matches!(
        InvoiceHeader::read(b"<!DOCTYPE a><a/>").unwrap_err(),
        Error::DocumentType { offset: 0 }
    ));
}

#[test]
fn tax_numbers_of_ubl_parties_are_recognised() {
    assert_eq!(party::recognise("PL 526-58".trim()).kind(), "VatUe");
    for nip in ["PL5265877635", "5265877635", " 5265877635 "] {
        assert_eq!(party::recognise(nip).nip().map(Nip::as_str), Some("5265877635"));
    }
    assert_eq!(party::recognise("DE123456789").kind(), "VatUe");
    assert_eq!(party::recognise("US-12").kind(), "Other");
    assert_eq!(party::recognise("").kind(), "None");
}

#[test]
fn form_codes_are_those_of_the_protocol() {
    for form in Form::ALL {
        let code = form.code();
        assert_eq!(Form::try_from(&code), Ok(form));
        assert_eq!(form.system_code().parse(), Ok(form));
        assert_eq!(Form::from_root(form.namespace(), form.root()), Some(form));
    }
    assert_eq!(Form::Fa3.schema_file_name(), "Schemat_FA(3)_v1-0E.xsd");
    assert_eq!(Form::FaRr1.schema_file_name(), "Schemat_FA_RR(1)_v1-1E.xsd");
    assert_eq!(Form::from_parts("FA (3)", "1-0E", "FA_RR"), None);
    assert!(Form::from_root(Form::Fa3.namespace(), "Invoice").is_none());
}
