//! Validation of the bodies that concern certificates.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_model::{
    CertificateListItemStatus, CertificateRevocationReason, EnrollCertificateRequest, KsefCertificateType,
    QueryCertificatesRequest, RetrieveCertificatesRequest, RevokeCertificateRequest,
    TestDataUpdateCertificateRequest,
};

use super::registry::CertificateKind;
use crate::json::{Problems, RequestBody};

impl RequestBody for EnrollCertificateRequest {
    const REQUIRED: &'static [&'static str] = &["certificateName", "certificateType", "csr"];

    fn check(&self, problems: &mut Problems) {
        let name = &self.certificate_name;
        if !(5..=100).contains(&name.chars().count()) {
            problems.invalid("'certificateName' must be between 5 and 100 characters.");
        }
        if !name.chars().all(may_stand_in_a_name) {
            problems.invalid("'certificateName' is not in the correct format.");
        }
        if CertificateKind::of(&self.certificate_type).is_none() {
            problems.not_a_value("certificateType");
        }
        if BASE64_STANDARD.decode(&self.csr).is_err() {
            problems.not_a_value("csr");
        }
    }
}

fn may_stand_in_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ".contains(character)
}

impl RequestBody for RetrieveCertificatesRequest {
    const REQUIRED: &'static [&'static str] = &["certificateSerialNumbers"];

    fn check(&self, problems: &mut Problems) {
        let serials = &self.certificate_serial_numbers;
        if serials.len() > 10 {
            problems.invalid("'certificateSerialNumbers' must contain 1 to 10 items.");
        }
        for (index, serial) in serials.iter().enumerate() {
            check_serial(problems, &format!("certificateSerialNumbers[{index}]"), serial);
        }
    }
}

impl RequestBody for RevokeCertificateRequest {
    const REQUIRED: &'static [&'static str] = &[];

    fn check(&self, problems: &mut Problems) {
        if matches!(self.revocation_reason, Some(CertificateRevocationReason::Unknown(_))) {
            problems.not_a_value("revocationReason");
        }
    }
}

impl RequestBody for QueryCertificatesRequest {
    const REQUIRED: &'static [&'static str] = &[];

    fn check(&self, problems: &mut Problems) {
        if let Some(serial) = &self.certificate_serial_number {
            check_serial(problems, "certificateSerialNumber", serial);
        }
        if matches!(self.kind, Some(KsefCertificateType::Unknown(_))) {
            problems.not_a_value("type");
        }
        if matches!(self.status, Some(CertificateListItemStatus::Unknown(_))) {
            problems.not_a_value("status");
        }
    }
}

impl RequestBody for TestDataUpdateCertificateRequest {
    const REQUIRED: &'static [&'static str] = &["validTo"];
}

/// A serial number is 16 upper-case hexadecimal digits.
pub(super) fn check_serial(problems: &mut Problems, path: &str, serial: &str) {
    let well_formed =
        serial.len() == 16 && serial.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'A'..=b'F'));
    if !well_formed {
        problems.invalid(format!("'{path}' is not in the correct format."));
    }
}
