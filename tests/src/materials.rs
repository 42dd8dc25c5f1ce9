//! Invoices and identities that a scenario asks for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use ksef_crypto::self_signed::{self, PersonSubject, SealSubject, Validity};
use ksef_crypto::{KeyKind, Sha256};
use ksef_documents::fa3::{Address, Buyer, InvoiceBuilder, Line, Seller, VatRate};
use ksef_model::Nip;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::Problem;
use crate::scenario::{IdentitySpec, InvoiceSpec};
use crate::variables::Variables;

const ZONE: &str = "Europe/Warsaw";
const ITEM: &str = "Usługa próbna";

/// The present, for dates of invoices and certificates.
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    now: Timestamp,
}

impl Calendar {
    /// The computer's clock.
    #[must_use]
    pub fn today() -> Self {
        Self { now: Timestamp::now() }
    }

    /// `YYYY-MM-DD`, or days from today in Poland such as `+1d`.
    fn date(self, text: Option<&str>) -> Result<Date, Problem> {
        let zone = TimeZone::get(ZONE).map_err(|e| e.to_string())?;
        let today = self.now.to_zoned(zone).date();
        let Some(text) = text else { return Ok(today) };
        let Some(days) = text.strip_suffix('d') else {
            return text.parse().map_err(|e| format!("issue_date {text:?}: {e}"));
        };
        let days: i64 = days.parse().map_err(|e| format!("issue_date {text:?}: {e}"))?;
        today.checked_add(Span::new().days(days)).map_err(|e| format!("issue_date {text:?}: {e}"))
    }
}

/// Makes identities and sets `NAME.certificate_pem`, `NAME.key_pem` and `NAME.fingerprint`.
///
/// # Errors
/// A specification that makes no sense.
pub fn make_identities(
    specs: &BTreeMap<String, IdentitySpec>,
    calendar: &Calendar,
    variables: &mut Variables,
) -> Result<(), Problem> {
    for (name, spec) in specs {
        let complain = |problem: &dyn std::fmt::Display| format!("identity {name}: {problem}");
        let key = match spec.key.as_str() {
            "rsa2048" => KeyKind::Rsa { bits: 2048 },
            "p256" => KeyKind::P256,
            "p384" => KeyKind::P384,
            other => return Err(complain(&format!("unknown key {other:?}"))),
        };
        let validity = Validity::days(calendar.now, 30).map_err(|e| complain(&e))?;
        let text = |value: &Option<String>| value.as_deref().map(|text| variables.text(text)).transpose();
        let made = match (spec.kind.as_str(), text(&spec.nip)?, text(&spec.pesel)?) {
            ("seal", Some(nip), None) => {
                self_signed::seal(&SealSubject::with_nip("Przykład sp. z o.o.", &nip), key, validity)
            }
            ("person", Some(nip), None) => {
                self_signed::person(&PersonSubject::with_nip("Jan", "Próbny", &nip), key, validity)
            }
            ("person", None, Some(pesel)) => {
                self_signed::person(&PersonSubject::with_pesel("Jan", "Próbny", &pesel), key, validity)
            }
            _ => return Err(complain(&"a seal has a NIP, a person a NIP or a PESEL")),
        };
        let identity = made.map_err(|e| complain(&e))?;
        variables.set(format!("{name}.certificate_pem"), identity.certificate().to_pem());
        variables.set(format!("{name}.key_pem"), identity.key().to_pkcs8_pem().as_str());
        variables.set(format!("{name}.fingerprint"), identity.certificate().fingerprint());
    }
    Ok(())
}

/// Makes invoices in the order given, writes them to `folder`, and sets `NAME` (path) and `NAME.sha256`.
///
/// # Errors
/// A specification that makes no sense, or a folder that cannot be written.
pub fn make_invoices(
    specs: &Map<String, Value>,
    calendar: &Calendar,
    folder: &Path,
    variables: &mut Variables,
) -> Result<(), Problem> {
    let mut made: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for (name, spec) in specs {
        let complain = |problem: &dyn std::fmt::Display| format!("invoice {name}: {problem}");
        let spec: InvoiceSpec = serde_json::from_value(variables.resolve(spec)?).map_err(|e| complain(&e))?;
        let mut bytes = match &spec.base {
            Some(base) => {
                made.get(base.as_str()).cloned().ok_or_else(|| complain(&"its base comes before it"))?
            }
            None => build(name, &spec, calendar, variables).map_err(|e| complain(&e))?,
        };
        for mutation in &spec.mutations {
            bytes = mutate(bytes, mutation).map_err(|e| complain(&e))?;
        }
        let path = folder.join(format!("{name}.xml"));
        fs::write(&path, &bytes).map_err(|e| complain(&e))?;
        variables.set(name.as_str(), path.to_string_lossy().as_ref());
        variables.set(format!("{name}.sha256"), Sha256::of(&bytes).to_base64());
        made.insert(name.as_str(), bytes);
    }
    Ok(())
}

fn build(
    name: &str,
    spec: &InvoiceSpec,
    calendar: &Calendar,
    variables: &Variables,
) -> Result<Vec<u8>, Problem> {
    let nip = |value: &Option<String>, fallback: &str| -> Result<Nip, Problem> {
        let text = value.clone().map_or_else(|| variables.text(fallback), Ok)?;
        Nip::without_checksum(&text).map_err(|e| e.to_string())
    };
    let number = spec.number.clone().map_or_else(|| variables.text(&format!("${{unique}}/{name}")), Ok)?;
    let net: Decimal = spec.net.as_deref().unwrap_or("100.00").parse().map_err(|e| format!("net: {e}"))?;
    let seller = nip(&spec.seller, "${nip}")?;
    let buyer = nip(&spec.buyer, "${buyer}")?;
    let date = calendar.date(spec.issue_date.as_deref())?;
    invoice(seller, buyer, &number, date, net)
}

/// An FA(3) invoice with one line.
///
/// # Errors
/// A value outside the limits of the schema.
pub fn invoice(seller: Nip, buyer: Nip, number: &str, date: Date, net: Decimal) -> Result<Vec<u8>, Problem> {
    let seller = Seller {
        nip: seller,
        name: "Przykład sp. z o.o.".to_owned(),
        address: Address::polish("ul. Próbna 1", "00-001 Warszawa"),
    };
    InvoiceBuilder::new(seller, Buyer::with_nip(buyer, "Nabywca S.A."), number, date)
        .line(Line::new(ITEM, Decimal::ONE, "szt.", net, VatRate::Percent23))
        .build()
        .map_err(|e| e.to_string())
}

/// Damages an invoice in a named way.
///
/// # Errors
/// A name that does not exist, or bytes that lack what the mutation changes.
pub fn mutate(bytes: Vec<u8>, mutation: &str) -> Result<Vec<u8>, Problem> {
    let as_text = || std::str::from_utf8(&bytes).map_err(|e| format!("{mutation}: {e}"));
    let replaced = |from: &str, to: &[u8]| -> Result<Vec<u8>, Problem> {
        let text = as_text()?;
        let at = text.find(from).ok_or_else(|| format!("{mutation}: {from:?} is not in the invoice"))?;
        Ok([&bytes[..at], to, &bytes[at + from.len()..]].concat())
    };
    Ok(match mutation {
        "bom" => [&b"\xEF\xBB\xBF"[..], &bytes].concat(),
        "empty" => Vec::new(),
        "truncated" => bytes[..bytes.len() / 2].to_vec(),
        // "ł" and "ó" as ISO 8859-2 writes them.
        "latin2" => replaced(ITEM, b"Us\xB3uga pr\xF3bna")?,
        "processing_instruction" => {
            replaced("<Faktura", b"<?xml-stylesheet type=\"text/xsl\" href=\"a.xsl\"?><Faktura")?
        }
        "doctype" => replaced("<Faktura", b"<!DOCTYPE Faktura><Faktura")?,
        "encoding_declaration" => replaced("encoding=\"utf-8\"", b"encoding=\"windows-1250\"")?,
        "forbidden_character" => replaced(ITEM, "Usługa\u{80}".as_bytes())?,
        "seller_nip_checksum" => {
            let text = as_text()?;
            let at = text.find("<NIP>").ok_or("seller_nip_checksum: no NIP in the invoice")? + "<NIP>".len();
            let mut changed = bytes.clone();
            let last = changed.get_mut(at + 9).ok_or("seller_nip_checksum: the NIP is cut")?;
            *last = if *last == b'9' { b'0' } else { *last + 1 };
            changed
        }
        other => return Err(format!("unknown mutation {other:?}")),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Calendar, make_identities, make_invoices, mutate};
    use crate::variables::Variables;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set("nip", crate::driver::NIP);
        variables.set("buyer", crate::driver::BUYER);
        variables.set("unique", "u");
        variables
    }

    #[test]
    fn every_mutation_changes_the_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let mut specs = serde_json::Map::new();
        specs.insert("good".into(), json!({"number": "${unique}/1", "issue_date": "-1d"}));
        let names = [
            "bom",
            "empty",
            "truncated",
            "latin2",
            "processing_instruction",
            "doctype",
            "encoding_declaration",
            "forbidden_character",
            "seller_nip_checksum",
        ];
        for name in names {
            specs.insert(name.into(), json!({"base": "good", "mutations": [name]}));
        }
        let mut variables = variables();
        make_invoices(&specs, &Calendar::today(), folder.path(), &mut variables).unwrap();
        let good = std::fs::read(variables.text("${good}").unwrap()).unwrap();
        assert!(ksef_documents::check(&good).is_ok());
        for name in names {
            let bytes = std::fs::read(variables.text(&format!("${{{name}}}")).unwrap()).unwrap();
            assert_ne!(bytes, good, "{name}");
            let semantic = name == "seller_nip_checksum";
            assert_eq!(ksef_documents::check(&bytes).is_ok(), semantic, "{name}");
        }
        assert!(mutate(good, "shuffle").is_err());
    }

    #[test]
    fn identities_are_made_from_variables() {
        let mut variables = variables();
        let specs = serde_json::from_value(json!({
            "seal": {"kind": "seal", "nip": "${nip}", "key": "p256"},
            "person": {"kind": "person", "pesel": "44051401359", "key": "p384"}}))
        .unwrap();
        make_identities(&specs, &Calendar::today(), &mut variables).unwrap();
        assert!(variables.text("${person.key_pem}").unwrap().starts_with("-----BEGIN PRIVATE KEY-----"));
        let odd = serde_json::from_value(json!({"x": {"kind": "seal", "key": "p256"}})).unwrap();
        assert!(make_identities(&odd, &Calendar::today(), &mut variables).is_err());
    }
}
