//! Enrolments and issued certificates. Time comes as an argument; what is due is done when somebody looks.

use std::collections::HashMap;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use ksef_crypto::{
    Certificate, Sha256,
    authority::{IssueRequest, Validity},
};
use ksef_model::ReferenceNumber;
use serde_json::{Value, json};

use super::{
    identity::Identity,
    registry::{CertificateKind, KsefCertificate, LoginVerdict},
};
use crate::{
    auth::Subject,
    limits::SubjectLimits,
    reference::{self, ReferenceKind},
    trust::Trust,
    wire,
};

const VALID_YEARS: i64 = 2;

/// What a subject asks for.
#[derive(Clone, Debug)]
pub(super) struct Application {
    pub(super) owner: Subject,
    pub(super) identity: Identity,
    pub(super) name: String,
    pub(super) kind: CertificateKind,
    /// DER SubjectPublicKeyInfo.
    pub(super) spki_der: Vec<u8>,
    pub(super) valid_from: Option<Timestamp>,
}

/// What an enrolment has come to (PROTOCOL §2.12).
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Pending,
    /// Serial number of the certificate.
    Issued(String),
    /// The public key belongs to somebody else.
    ForeignKey,
    /// There are enough certificates.
    TooMany,
    /// The certificate cannot be written.
    Failed,
}

impl Outcome {
    fn status(&self) -> Value {
        let rejected = |why| json!({"code": 400, "description": "Wniosek odrzucony", "details": [why]});
        match self {
            Self::Pending => json!({"code": 100, "description": "Wniosek przyjęty do realizacji"}),
            Self::Issued(_) => {
                json!({"code": 200, "description": "Wniosek obsłużony (certyfikat wygenerowany)"})
            }
            Self::ForeignKey => rejected("Klucz publiczny został już certyfikowany przez inny podmiot."),
            Self::TooMany => rejected("Osiągnięto dopuszczalny limit posiadanych certyfikatów."),
            Self::Failed => json!({"code": 500, "description": "Nieznany błąd"}),
        }
    }
}

/// A request for a certificate on its way.
#[derive(Debug)]
pub(super) struct Enrollment {
    pub(super) reference: ReferenceNumber,
    pub(super) requested: Timestamp,
    pub(super) application: Application,
    due: Timestamp,
    outcome: Outcome,
}

impl Enrollment {
    /// `CertificateEnrollmentStatusResponse`.
    pub(super) fn to_json(&self) -> Value {
        let mut body =
            json!({"requestDate": wire::timestamp(self.requested), "status": self.outcome.status()});
        if let Outcome::Issued(serial) = &self.outcome {
            body["certificateSerialNumber"] = serial.as_str().into();
        }
        body
    }
}

/// The registry of certificates and the requests for them.
#[derive(Debug, Default)]
pub(crate) struct CertificateStore {
    enrollments: Vec<Enrollment>,
    certificates: Vec<KsefCertificate>,
    /// Whom a public key belongs to.
    keys: HashMap<Sha256, Subject>,
}

impl CertificateStore {
    /// Carries out what is due, unless processing is held.
    pub(super) fn advance(
        &mut self,
        now: Timestamp,
        hold: bool,
        trust: &Trust,
        limits: impl Fn(&Subject) -> SubjectLimits,
    ) {
        if hold {
            return;
        }
        let due = |one: &Enrollment| one.outcome == Outcome::Pending && one.due <= now;
        for index in 0..self.enrollments.len() {
            if due(&self.enrollments[index]) {
                let outcome = self.carry_out(&self.enrollments[index], trust, &limits);
                let (outcome, issued) = match outcome {
                    Ok(certificate) => (Outcome::Issued(certificate.serial.clone()), Some(certificate)),
                    Err(outcome) => (outcome, None),
                };
                self.enrollments[index].outcome = outcome;
                if let Some(certificate) = issued {
                    let key = Sha256::of(&self.enrollments[index].application.spki_der);
                    self.keys.insert(key, certificate.owner.clone());
                    self.certificates.push(certificate);
                }
            }
        }
        self.certificates.iter_mut().for_each(|certificate| certificate.advance(now));
    }

    fn carry_out(
        &self,
        enrollment: &Enrollment,
        trust: &Trust,
        limits: impl Fn(&Subject) -> SubjectLimits,
    ) -> Result<KsefCertificate, Outcome> {
        let application = &enrollment.application;
        let owner = &application.owner;
        if self.keys.get(&Sha256::of(&application.spki_der)).is_some_and(|known| known != owner) {
            return Err(Outcome::ForeignKey);
        }
        if self.active(owner, enrollment.due) >= limits(owner).max_certificates {
            return Err(Outcome::TooMany);
        }
        let certificate = issue(application, enrollment.due, trust).map_err(|error| {
            tracing::warn!(%error, "a certificate could not be issued");
            Outcome::Failed
        })?;
        Ok(KsefCertificate::new(
            certificate,
            application.name.clone(),
            application.kind,
            owner.clone(),
            application.identity.common_name().to_owned(),
            enrollment.requested,
        ))
    }

    /// Takes a request in, to be carried out when it is due.
    pub(super) fn apply(
        &mut self,
        application: Application,
        now: Timestamp,
        due: Timestamp,
    ) -> ReferenceNumber {
        let reference = reference::issue(ReferenceKind::CertificateEnrollment, now);
        self.enrollments.push(Enrollment {
            reference: reference.clone(),
            requested: now,
            application,
            due,
            outcome: Outcome::Pending,
        });
        reference
    }

    pub(super) fn enrollment(&self, reference: &str) -> Option<&Enrollment> {
        self.enrollments.iter().find(|one| one.reference.as_str() == reference)
    }

    /// How many requests the subject has made.
    pub(super) fn enrolled(&self, owner: &Subject) -> u32 {
        count(self.enrollments.iter().filter(|one| one.application.owner == *owner))
    }

    /// How many active certificates the subject has.
    pub(super) fn active(&self, owner: &Subject, now: Timestamp) -> u32 {
        count(self.certificates.iter().filter(|one| one.owner == *owner && one.is_active(now)))
    }

    /// The certificates of these subjects, those asked for last first.
    pub(super) fn of_owners<'a>(
        &'a self,
        owners: &'a [Subject],
    ) -> impl Iterator<Item = &'a KsefCertificate> {
        self.certificates.iter().rev().filter(|one| owners.contains(&one.owner))
    }

    /// The certificate with this serial number, when it belongs to one of the subjects.
    pub(super) fn owned_mut(&mut self, owners: &[Subject], serial: &str) -> Option<&mut KsefCertificate> {
        self.certificates.iter_mut().find(|one| one.serial == serial && owners.contains(&one.owner))
    }

    /// Whether the certificate may log in; `None` when KSeF did not issue it.
    pub(crate) fn login_verdict(&self, certificate: &Certificate, now: Timestamp) -> Option<LoginVerdict> {
        self.certificates.iter().find(|one| one.certificate == *certificate).map(|one| one.login_verdict(now))
    }

    /// The certificate was used to log in.
    pub(crate) fn note_use(&mut self, certificate: &Certificate, now: Timestamp) {
        if let Some(known) = self.certificates.iter_mut().find(|one| one.certificate == *certificate) {
            known.use_at(now);
        }
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

fn issue(application: &Application, now: Timestamp, trust: &Trust) -> Result<Certificate, String> {
    let not_before = application.valid_from.unwrap_or(now);
    let not_after = not_before
        .to_zoned(TimeZone::UTC)
        .checked_add(VALID_YEARS.years())
        .map_err(|error| error.to_string())?
        .timestamp();
    let request = IssueRequest {
        subject: application.identity.to_subject(),
        spki_der: application.spki_der.clone(),
        validity: Validity { not_before, not_after },
        serial: None,
        key_usage: application.kind.key_usage(),
    };
    trust.authority().issue(&request).map_err(|error| error.to_string())
}
