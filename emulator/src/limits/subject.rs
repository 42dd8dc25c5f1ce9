//! Limits of a subject: how many certificates it may have and ask for (PROTOCOL §13.2).

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::auth::{Subject, SubjectKind};

/// Limits of certificates of one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SubjectLimits {
    /// Enrolments that it may submit.
    pub(crate) max_enrollments: u32,
    /// Active certificates that it may have.
    pub(crate) max_certificates: u32,
}

impl SubjectLimits {
    fn default_of(kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::Nip => Self { max_enrollments: 300, max_certificates: 100 },
            SubjectKind::Pesel | SubjectKind::Fingerprint => {
                Self { max_enrollments: 12, max_certificates: 6 }
            }
        }
    }

    /// `EffectiveSubjectLimits`.
    pub(super) fn to_json(self) -> Value {
        json!({
            "enrollment": {"maxEnrollments": self.max_enrollments},
            "certificate": {"maxCertificates": self.max_certificates},
        })
    }
}

/// An override; what is absent keeps the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SubjectOverride {
    pub(super) max_enrollments: Option<u32>,
    pub(super) max_certificates: Option<u32>,
}

/// The limits that differ from the default, by the subject and the kind of identifier that they were set for.
#[derive(Debug, Default)]
pub(super) struct SubjectTable(HashMap<(Subject, SubjectKind), SubjectOverride>);

impl SubjectTable {
    pub(super) fn of(&self, subject: &Subject) -> SubjectLimits {
        let default = SubjectLimits::default_of(subject.kind);
        let set = self.0.get(&(subject.clone(), subject.kind)).copied().unwrap_or_default();
        SubjectLimits {
            max_enrollments: set.max_enrollments.unwrap_or(default.max_enrollments),
            max_certificates: set.max_certificates.unwrap_or(default.max_certificates),
        }
    }

    pub(super) fn set(&mut self, subject: Subject, kind: SubjectKind, limits: SubjectOverride) {
        self.0.insert((subject, kind), limits);
    }

    /// Every override of the subject goes.
    pub(super) fn reset(&mut self, subject: &Subject) {
        self.0.retain(|(one, _), _| one != subject);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_for_another_kind_of_identifier_changes_nothing() {
        let subject = Subject { kind: SubjectKind::Pesel, value: "15062788702".to_owned() };
        let mut table = SubjectTable::default();
        assert_eq!(table.of(&subject), SubjectLimits { max_enrollments: 12, max_certificates: 6 });
        let limits = SubjectOverride { max_enrollments: Some(1), max_certificates: None };
        table.set(subject.clone(), SubjectKind::Nip, limits);
        assert_eq!(table.of(&subject).max_enrollments, 12);
        table.set(subject.clone(), SubjectKind::Pesel, limits);
        assert_eq!(table.of(&subject), SubjectLimits { max_enrollments: 1, max_certificates: 6 });
        table.reset(&subject);
        assert_eq!(table.of(&subject).max_enrollments, 12);
    }
}
