//! Certificates that were issued, and what has become of them.

use jiff::Timestamp;
use ksef_crypto::{Certificate, KeyUsage};
use ksef_model::{CertificateListItemStatus, KsefCertificateType};
use serde_json::{Value, json};

use crate::{auth::Subject, wire};

/// What a certificate is for (PROTOCOL §13.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CertificateKind {
    /// Logging in.
    Authentication,
    /// Signing the links of offline invoices.
    Offline,
}

impl CertificateKind {
    /// The kind of the wire, when it is known.
    pub(super) fn of(wire: &KsefCertificateType) -> Option<Self> {
        match wire {
            KsefCertificateType::Authentication => Some(Self::Authentication),
            KsefCertificateType::Offline => Some(Self::Offline),
            KsefCertificateType::Unknown(_) => None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "Authentication",
            Self::Offline => "Offline",
        }
    }

    pub(super) fn key_usage(self) -> KeyUsage {
        match self {
            Self::Authentication => KeyUsage::DIGITAL_SIGNATURE,
            Self::Offline => KeyUsage::NON_REPUDIATION,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Revocation {
    None,
    /// Blocked until it is carried out at this instant.
    Due(Timestamp),
    Done,
}

/// Whether a KSeF certificate may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoginVerdict {
    /// It may, for this subject.
    Usable(Subject),
    /// It is for offline invoices.
    WrongKind,
    /// Its validity was shortened and is over.
    Expired,
    /// It is blocked or revoked.
    Revoked,
}

/// A certificate in the registry.
#[derive(Debug)]
pub(super) struct KsefCertificate {
    pub(super) certificate: Certificate,
    /// 16 upper-case hexadecimal digits.
    pub(super) serial: String,
    pub(super) name: String,
    pub(super) kind: CertificateKind,
    pub(super) owner: Subject,
    pub(super) common_name: String,
    pub(super) requested: Timestamp,
    /// The end of the certificate, or earlier.
    valid_to: Timestamp,
    last_use: Option<Timestamp>,
    revocation: Revocation,
}

impl KsefCertificate {
    pub(super) fn new(
        certificate: Certificate,
        name: String,
        kind: CertificateKind,
        owner: Subject,
        common_name: String,
        requested: Timestamp,
    ) -> Self {
        Self {
            serial: certificate.serial_hex(),
            valid_to: certificate.not_after(),
            certificate,
            name,
            kind,
            owner,
            common_name,
            requested,
            last_use: None,
            revocation: Revocation::None,
        }
    }

    pub(super) fn status(&self, now: Timestamp) -> CertificateListItemStatus {
        match self.revocation {
            Revocation::Due(_) => CertificateListItemStatus::Blocked,
            Revocation::Done => CertificateListItemStatus::Revoked,
            Revocation::None if now > self.valid_to => CertificateListItemStatus::Expired,
            Revocation::None => CertificateListItemStatus::Active,
        }
    }

    pub(super) fn is_active(&self, now: Timestamp) -> bool {
        self.status(now) == CertificateListItemStatus::Active
    }

    pub(super) fn expires(&self) -> Timestamp {
        self.valid_to
    }

    /// Lets the validity end earlier; false when this would be later than now.
    pub(super) fn shorten(&mut self, valid_to: Timestamp) -> bool {
        let earlier = valid_to <= self.valid_to;
        if earlier {
            self.valid_to = valid_to;
        }
        earlier
    }

    /// Blocks the certificate, to be revoked at the instant.
    pub(super) fn revoke_at(&mut self, due: Timestamp) {
        self.revocation = Revocation::Due(due);
    }

    /// Carries out a revocation that is due.
    pub(super) fn advance(&mut self, now: Timestamp) {
        if matches!(self.revocation, Revocation::Due(due) if due <= now) {
            self.revocation = Revocation::Done;
        }
    }

    pub(super) fn use_at(&mut self, now: Timestamp) {
        self.last_use = Some(now);
    }

    pub(super) fn login_verdict(&self, now: Timestamp) -> LoginVerdict {
        match self.status(now) {
            CertificateListItemStatus::Active if self.kind == CertificateKind::Offline => {
                LoginVerdict::WrongKind
            }
            CertificateListItemStatus::Active => LoginVerdict::Usable(self.owner.clone()),
            CertificateListItemStatus::Expired => LoginVerdict::Expired,
            _ => LoginVerdict::Revoked,
        }
    }

    /// `CertificateListItem`.
    pub(super) fn to_item(&self, now: Timestamp) -> Value {
        let mut item = json!({
            "certificateSerialNumber": self.serial,
            "name": self.name,
            "type": self.kind.as_str(),
            "commonName": self.common_name,
            "status": self.status(now).as_str(),
            "subjectIdentifier": self.owner,
            "validFrom": wire::timestamp(self.certificate.not_before()),
            "validTo": wire::timestamp(self.valid_to),
            "requestDate": wire::timestamp(self.requested),
        });
        if let Some(at) = self.last_use {
            item["lastUseDate"] = wire::timestamp(at).into();
        }
        item
    }

    /// `RetrieveCertificatesListItem`.
    pub(super) fn to_retrieved(&self) -> Value {
        json!({
            "certificate": self.certificate.to_base64(),
            "certificateName": self.name,
            "certificateSerialNumber": self.serial,
            "certificateType": self.kind.as_str(),
        })
    }
}
