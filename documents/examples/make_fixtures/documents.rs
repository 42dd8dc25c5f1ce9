//! The fixture documents. All companies, numbers and goods are invented; the tax numbers have valid checksums.

use jiff::civil::{Date, date};
use ksef_documents::auth_request::{AuthTokenRequest, Version};
use ksef_documents::fa3::{
    Address, Buyer, BuyerIdentifier, ExemptionBasis, InvoiceBuilder, Line, Seller, VatRate,
};
use ksef_documents::upo::{Authentication, Page, Receiver, SendingMode, Upo, UpoDocument};
use ksef_documents::{Error, Form};
use ksef_model::{ContextIdentifier, KsefNumber, Nip, ReferenceNumber};
use rust_decimal::Decimal;

const SELLER_NIP: &str = "5265877635";
const BUYER_NIP: &str = "1111111111";
const ISSUED: Date = date(2026, 2, 2);

/// Paths below `fixtures/` and contents.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    let mut all = good().expect("the fixtures are within the limits of the builders");
    all.extend(bad());
    all
}

fn good() -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    Ok(vec![
        ("good/fa3-basic.xml", basic().build()?),
        ("good/fa3-all-rates.xml", all_rates().build()?),
        ("good/fa3-euro.xml", euro().build()?),
        ("good/fa3-self-invoicing.xml", basic().self_invoicing(true).build()?),
        ("good/fa3-attachment.xml", with_attachment(&basic_text())),
        ("good/fa2-basic.xml", fa2(&basic_text())),
        ("good/fa-rr-basic.xml", farmer()),
        ("good/pef-basic.xml", procurement("Invoice", "InvoiceLine", "InvoicedQuantity")),
        ("good/pef-kor-basic.xml", procurement("CreditNote", "CreditNoteLine", "CreditedQuantity")),
        ("good/auth-token-request.xml", auth_request().to_xml(Version::V2_1)?),
        ("good/upo-invoice.xml", upo(1).to_xml()?),
        ("good/upo-session.xml", upo(2).to_xml()?),
    ])
}

fn bad() -> Vec<(&'static str, Vec<u8>)> {
    let good = basic_text();
    let in_name = |text: &str| good.replacen("Śrubokręt", text, 1).into_bytes();
    let declared = |declaration: &str| good.replacen(DECLARATION, declaration, 1).into_bytes();
    let with_prolog = |prolog: &str| declared(&format!("{DECLARATION}{prolog}"));
    let windows_1250 = "<?xml version=\"1.0\" encoding=\"windows-1250\"?>";
    vec![
        ("bad/empty.xml", Vec::new()),
        ("bad/byte-order-mark.xml", [b"\xEF\xBB\xBF", good.as_bytes()].concat()),
        ("bad/windows-1250.xml", encoded(&good.replacen(DECLARATION, windows_1250, 1), WINDOWS_1250)),
        ("bad/windows-1250-as-utf-8.xml", encoded(&good, WINDOWS_1250)),
        ("bad/iso-8859-2-as-utf-8.xml", encoded(&good, ISO_8859_2)),
        ("bad/declared-encoding.xml", declared(windows_1250)),
        ("bad/declaration-without-version.xml", declared("<?xml encoding=\"utf-8\"?>")),
        ("bad/xml-version.xml", declared("<?xml version=\"1.1\" encoding=\"utf-8\"?>")),
        ("bad/processing-instruction.xml", with_prolog("<?xml-stylesheet href=\"faktura.xsl\"?>")),
        ("bad/document-type.xml", with_prolog("<!DOCTYPE Faktura>")),
        ("bad/discouraged-character.xml", in_name("Śrubokręt\u{96}płaski")),
        ("bad/discouraged-reference.xml", in_name("Śrubokręt&#x7F;")),
        ("bad/forbidden-character.xml", in_name("Śrubokręt\u{1F}")),
        ("bad/forbidden-reference.xml", in_name("Śrubokręt&#31;")),
        ("bad/not-well-formed.xml", good.replacen("</FaWiersz>", "", 1).into_bytes()),
    ]
}

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

fn nip(text: &str) -> Nip {
    text.parse().expect("a NIP with a valid checksum")
}

fn seller() -> Seller {
    Seller {
        nip: nip(SELLER_NIP),
        name: "Narzędziownia Żuraw sp. z o.o.".to_owned(),
        address: Address::polish("ul. Ślusarska 7", "61-001 Poznań"),
    }
}

fn buyer() -> Buyer {
    let address = Address::polish("Łąkowa 3/5", "90-562 Łódź");
    Buyer { address: Some(address), ..Buyer::with_nip(nip(BUYER_NIP), "Warsztat Jaźwińska i Córki") }
}

fn line(name: &str, quantity: i64, hundredths: i64, rate: VatRate) -> Line {
    Line::new(name, Decimal::from(quantity), "szt.", Decimal::new(hundredths, 2), rate)
}

fn basic() -> InvoiceBuilder {
    InvoiceBuilder::new(seller(), buyer(), "FV/2026/02/0001", ISSUED)
        .system_info("libksef")
        .place("Poznań")
        .line(line("Śrubokręt", 3, 1999, VatRate::Percent23))
        .line(line("Książka „Gwinty i śruby”", 1, 4500, VatRate::Percent5))
}

fn basic_text() -> String {
    let bytes = basic().build().expect("the basic invoice is within the limits of the builder");
    String::from_utf8(bytes).expect("the builder writes UTF-8")
}

fn all_rates() -> InvoiceBuilder {
    let lines = VatRate::ALL.into_iter().map(|rate| line(&format!("Pozycja {}", rate.code()), 2, 1001, rate));
    InvoiceBuilder::new(seller(), Buyer::consumer("Osoba prywatna"), "FV/2026/02/0002", ISSUED)
        .sale_date(date(2026, 1, 31))
        .exemption(ExemptionBasis::Act("art. 43 ust. 1 pkt 29 lit. c ustawy".to_owned()))
        .lines(lines)
}

fn euro() -> InvoiceBuilder {
    let identifier = BuyerIdentifier::VatUe { country: "DE".to_owned(), number: "123456789".to_owned() };
    let place =
        Address { country: "DE".to_owned(), line1: "Hauptstraße 1, 10115 Berlin".to_owned(), line2: None };
    let buyer = Buyer { identifier, name: Some("Müller & Söhne GmbH".to_owned()), address: Some(place) };
    InvoiceBuilder::new(seller(), buyer, "FV/2026/02/0003", ISSUED)
        .currency("EUR", Some(Decimal::new(42567, 4)))
        .line(line("Montaż", 1, 25000, VatRate::Percent23))
        .line(line("Zestaw kluczy", 4, 8050, VatRate::ZeroIntraCommunity))
}

/// A structured attachment after the invoice.
fn with_attachment(invoice: &str) -> Vec<u8> {
    let attachment = "<Zalacznik><BlokDanych><ZNaglowek>Karta gwarancyjna</ZNaglowek><MetaDane><ZKlucz>okres</ZKlucz>\
        <ZWartosc>24 miesiące</ZWartosc></MetaDane></BlokDanych></Zalacznik></Faktura>";
    invoice.replacen("</Faktura>", attachment, 1).into_bytes()
}

/// The basic invoice has only elements that FA(2) knows too, but for two marks of the buyer.
fn fa2(invoice: &str) -> Vec<u8> {
    invoice
        .replace(Form::Fa3.namespace(), Form::Fa2.namespace())
        .replace(Form::Fa3.system_code(), Form::Fa2.system_code())
        .replace("<WariantFormularza>3<", "<WariantFormularza>2<")
        .replace("<JST>2</JST><GV>2</GV>", "")
        .into_bytes()
}

fn farmer() -> Vec<u8> {
    let party = |nip: &str, name: &str, address: &str| {
        format!(
            "<DaneIdentyfikacyjne><NIP>{nip}</NIP><Nazwa>{name}</Nazwa></DaneIdentyfikacyjne>\
             <Adres><KodKraju>PL</KodKraju><AdresL1>{address}</AdresL1></Adres>"
        )
    };
    format!(
        "{DECLARATION}<Faktura xmlns=\"{}\"><Naglowek><KodFormularza kodSystemowy=\"FA_RR (1)\" \
         wersjaSchemy=\"1-1E\">FA_RR</KodFormularza><WariantFormularza>1</WariantFormularza>\
         <DataWytworzeniaFa>2026-04-07T00:00:00Z</DataWytworzeniaFa></Naglowek>\
         <Podmiot1>{}</Podmiot1><Podmiot2>{}</Podmiot2><FakturaRR><KodWaluty>PLN</KodWaluty>\
         <P_4B>2026-04-07</P_4B><P_4C>RR/2026/04/1</P_4C><P_11_1>1000.00</P_11_1><P_11_2>70.00</P_11_2>\
         <P_12_1>1070.00</P_12_1><P_12_2>tysiąc siedemdziesiąt złotych</P_12_2>\
         <RodzajFaktury>VAT_RR</RodzajFaktury><FakturaRRWiersz><NrWierszaFa>1</NrWierszaFa><P_5>jęczmień</P_5>\
         <P_6A>kg</P_6A><P_6B>1000</P_6B><P_6C>pastewny</P_6C><P_7>1</P_7><P_8>1000.00</P_8><P_9>7.0</P_9>\
         <P_10>70.00</P_10><P_11>1070.00</P_11></FakturaRRWiersz></FakturaRR></Faktura>",
        Form::FaRr1.namespace(),
        party(SELLER_NIP, "Gospodarstwo Bąk", "Żabia Wola 8"),
        party(BUYER_NIP, "Słodownia Chmiel S.A.", "ul. Młyńska 1, 33-100 Tarnów"),
    )
    .into_bytes()
}

fn procurement(root: &str, line: &str, quantity: &str) -> Vec<u8> {
    let components = "urn:oasis:names:specification:ubl:schema:xsd:Common";
    let party = |role: &str, nip: &str, name: &str| {
        format!(
            "<cac:{role}><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>PL{nip}</cbc:CompanyID><cac:TaxScheme>\
             <cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity>\
             <cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:{role}>"
        )
    };
    format!(
        "{DECLARATION}<{root} xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:{root}-2\" \
         xmlns:cac=\"{components}AggregateComponents-2\" xmlns:cbc=\"{components}BasicComponents-2\">\
         <cbc:CustomizationID>urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0\
         </cbc:CustomizationID><cbc:ID>PEF/2026/1</cbc:ID><cbc:IssueDate>2026-02-02</cbc:IssueDate>\
         <cbc:{root}TypeCode>{}</cbc:{root}TypeCode><cbc:DocumentCurrencyCode>PLN</cbc:DocumentCurrencyCode>{}{}\
         <cac:TaxTotal><cbc:TaxAmount currencyID=\"PLN\">23.00</cbc:TaxAmount></cac:TaxTotal>\
         <cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount currencyID=\"PLN\">100.00</cbc:TaxExclusiveAmount>\
         <cbc:TaxInclusiveAmount currencyID=\"PLN\">123.00</cbc:TaxInclusiveAmount>\
         <cbc:PayableAmount currencyID=\"PLN\">123.00</cbc:PayableAmount></cac:LegalMonetaryTotal>\
         <cac:{line}><cbc:ID>1</cbc:ID><cbc:{quantity} unitCode=\"C62\">1</cbc:{quantity}>\
         <cbc:LineExtensionAmount currencyID=\"PLN\">100.00</cbc:LineExtensionAmount><cac:Item>\
         <cbc:Name>Tablica informacyjna</cbc:Name></cac:Item></cac:{line}></{root}>",
        if root == "Invoice" { "380" } else { "381" },
        party("AccountingSupplierParty", SELLER_NIP, "Znaki Drogowe Świt"),
        party("AccountingCustomerParty", BUYER_NIP, "Gmina Kąty"),
    )
    .into_bytes()
}

fn auth_request() -> AuthTokenRequest {
    AuthTokenRequest::new("20260202-CR-0123456789-ABCDEF0123-4F", ContextIdentifier::Nip(nip(SELLER_NIP)))
}

fn upo(documents: usize) -> Upo {
    let numbers = ["5265877635-20260202-010000A1B2C3-2F", "5265877635-20260202-010000A1B2C4-7A"];
    let documents = numbers.iter().take(documents).enumerate().map(|(index, number)| UpoDocument {
        seller_nip: nip(SELLER_NIP),
        ksef_number: number.parse::<KsefNumber>().expect("a KSeF number"),
        invoice_number: format!("FV/2026/02/000{}", index + 1),
        issue_date: ISSUED,
        sent_at: "2026-02-02T09:15:00.125Z".parse().expect("an instant"),
        numbered_at: "2026-02-02T09:15:01.5Z".parse().expect("an instant"),
        invoice_hash: ksef_crypto::Sha256::of(number.as_bytes()).to_base64(),
        mode: Some(SendingMode::Online),
    });
    let documents: Vec<UpoDocument> = documents.collect();
    let session = "20260202-SO-0123456789-ABCDEF0123-4F".parse::<ReferenceNumber>().expect("a reference");
    let token = "20260102-EC-0123456789-ABCDEF0123-4F".parse::<ReferenceNumber>().expect("a reference");
    let page = Page { number: 1, count: 1, first_document: 1, last_document: 2, total_documents: 2 };
    let many = documents.len() > 1;
    let context = ContextIdentifier::Nip(nip(SELLER_NIP));
    let upo = Upo::new(Receiver::Test, session, context, Authentication::Token(token), Form::Fa3, documents);
    if many { upo.with_page(page) } else { upo }
}

const LETTERS: &str = "ĄĆĘŁŃÓŚŹŻąćęłńóśźż„”";
const WINDOWS_1250: &[u8; 20] =
    b"\xA5\xC6\xCA\xA3\xD1\xD3\x8C\x8F\xAF\xB9\xE6\xEA\xB3\xF1\xF3\x9C\x9F\xBF\x84\x94";
/// The quotation marks have no place in this code page.
const ISO_8859_2: &[u8; 20] = b"\xA1\xC6\xCA\xA3\xD1\xD3\xA6\xAC\xAF\xB1\xE6\xEA\xB3\xF1\xF3\xB6\xBC\xBF\"\"";

fn encoded(text: &str, page: &[u8; 20]) -> Vec<u8> {
    let byte = |c: char| match LETTERS.chars().position(|letter| letter == c) {
        Some(place) => page[place],
        None => u8::try_from(c).expect("only Polish letters beyond ASCII"),
    };
    text.chars().map(byte).collect()
}
