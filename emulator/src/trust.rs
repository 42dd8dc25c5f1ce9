//! The emulator's own certificate authority, and whom else it believes.

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::{
    Certificate, KeyKind, KeyUsage, SigningIdentity,
    authority::{Authority, IssueRequest, SealSubject, Subject, Validity},
};

/// Who may have issued a certificate that logs in.
#[derive(Debug)]
pub(crate) struct Trust {
    authority: Authority,
    others: Vec<Certificate>,
}

/// Name, NIP and country of the certificate that the Ministry's keys carry (PROTOCOL §4).
const MINISTRY: (&str, &str) = ("Ministerstwo Finansów", "5260250274");

impl Trust {
    /// A fresh authority and others that were named by the seed.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub(crate) fn new(now: Timestamp, others: Vec<Certificate>) -> ksef_crypto::Result<Self> {
        Ok(Self { authority: Authority::new("ksef-emulator CA", now)?, others })
    }

    /// The authority that issues certificates for logins, the Ministry's keys, UPOs and TLS.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whether a trusted authority issued the certificate.
    pub(crate) fn issued(&self, certificate: &Certificate) -> bool {
        std::iter::once(self.authority.certificate())
            .chain(&self.others)
            .any(|issuer| certificate.verify_issued_by(issuer).is_ok())
    }

    /// The certificate of an encryption key of the Ministry, valid for two years.
    pub(crate) fn issue_encryption_certificate(
        &self,
        spki_der: Vec<u8>,
        valid_from: Timestamp,
    ) -> ksef_crypto::Result<Certificate> {
        let validity =
            Validity { not_before: valid_from, not_after: valid_from + SignedDuration::from_hours(730 * 24) };
        self.authority.issue(&IssueRequest {
            subject: SealSubject::with_nip(MINISTRY.0, MINISTRY.1).into(),
            spki_der,
            validity,
            serial: None,
            key_usage: KeyUsage::KEY_ENCIPHERMENT | KeyUsage::DATA_ENCIPHERMENT,
        })
    }

    /// A key and a certificate that logs in.
    pub(crate) fn issue_login(
        &self,
        subject: Subject,
        kind: KeyKind,
        validity: Validity,
    ) -> ksef_crypto::Result<SigningIdentity> {
        self.authority.issue_identity(subject, kind, validity, KeyUsage::DIGITAL_SIGNATURE)
    }
}
