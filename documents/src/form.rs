//! The logical structures of invoices that KSeF 2.0 accepts.

use std::str::FromStr;

use ksef_model::FormCode;

/// A form of invoice, with the parts of its `formCode` (PROTOCOL §6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Form {
    /// FA(2), accepted only in the test environment.
    Fa2,
    /// FA(3), the structured invoice.
    Fa3,
    /// PEF(3), the invoice of public procurement: UBL `Invoice`. Interactive sessions only.
    Pef3,
    /// PEF_KOR(3), the correction of such an invoice: UBL `CreditNote`. Interactive sessions only.
    PefKor3,
    /// FA_RR(1), the invoice of flat-rate farmers.
    FaRr1,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 5] = [Form::Fa2, Form::Fa3, Form::Pef3, Form::PefKor3, Form::FaRr1];

    /// `systemCode`, for example `FA (3)`.
    pub fn system_code(self) -> &'static str {
        match self {
            Form::Fa2 => "FA (2)",
            Form::Fa3 => "FA (3)",
            Form::Pef3 => "PEF (3)",
            Form::PefKor3 => "PEF_KOR (3)",
            Form::FaRr1 => "FA_RR (1)",
        }
    }

    /// `schemaVersion`, for example `1-0E`.
    pub fn schema_version(self) -> &'static str {
        match self {
            Form::Fa2 | Form::Fa3 => "1-0E",
            Form::Pef3 | Form::PefKor3 => "2-1",
            Form::FaRr1 => "1-1E",
        }
    }

    /// `value`, for example `FA`.
    pub fn value(self) -> &'static str {
        match self {
            Form::Fa2 | Form::Fa3 => "FA",
            Form::Pef3 | Form::PefKor3 => "PEF",
            Form::FaRr1 => "FA_RR",
        }
    }

    /// The `formCode` of requests.
    pub fn code(self) -> FormCode {
        FormCode {
            system_code: self.system_code().to_owned(),
            schema_version: self.schema_version().to_owned(),
            value: self.value().to_owned(),
        }
    }

    /// Namespace of the root element.
    pub fn namespace(self) -> &'static str {
        match self {
            Form::Fa2 => "http://crd.gov.pl/wzor/2023/06/29/12648/",
            Form::Fa3 => "http://crd.gov.pl/wzor/2025/06/25/13775/",
            Form::Pef3 => "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
            Form::PefKor3 => "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2",
            Form::FaRr1 => "http://crd.gov.pl/wzor/2026/03/06/14189/",
        }
    }

    /// Local name of the root element.
    pub fn root(self) -> &'static str {
        match self {
            Form::Fa2 | Form::Fa3 | Form::FaRr1 => "Faktura",
            Form::Pef3 => "Invoice",
            Form::PefKor3 => "CreditNote",
        }
    }

    /// Name of the schema file as UPOs print it: `Schemat_FA(3)_v1-0E.xsd` (PROTOCOL §8.3).
    pub fn schema_file_name(self) -> String {
        format!("Schemat_{}_v{}.xsd", self.system_code().replace(' ', ""), self.schema_version())
    }

    /// Whether batch sessions accept the form.
    pub fn allows_batch(self) -> bool {
        matches!(self, Form::Fa2 | Form::Fa3 | Form::FaRr1)
    }

    /// The form whose `formCode` has exactly these parts.
    pub fn from_parts(system_code: &str, schema_version: &str, value: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| {
            form.system_code() == system_code
                && form.schema_version() == schema_version
                && form.value() == value
        })
    }

    /// The form of a document with this root element.
    pub fn from_root(namespace: &str, local_name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| form.namespace() == namespace && form.root() == local_name)
    }
}

impl std::fmt::Display for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.system_code())
    }
}

/// The text is not the system code of a known form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown form of invoice; known are FA (2), FA (3), PEF (3), PEF_KOR (3) and FA_RR (1)")]
pub struct UnknownForm;

impl FromStr for Form {
    type Err = UnknownForm;

    /// Reads a system code; the space before the parenthesis may be absent.
    fn from_str(text: &str) -> Result<Self, UnknownForm> {
        let wanted = text.replace(' ', "");
        let mut forms = Form::ALL.into_iter();
        forms.find(|form| form.system_code().replace(' ', "") == wanted).ok_or(UnknownForm)
    }
}

impl From<Form> for FormCode {
    fn from(form: Form) -> FormCode {
        form.code()
    }
}

impl TryFrom<&FormCode> for Form {
    type Error = UnknownForm;

    fn try_from(code: &FormCode) -> Result<Self, UnknownForm> {
        Form::from_parts(&code.system_code, &code.schema_version, &code.value).ok_or(UnknownForm)
    }
}
