//! What the validation of permission requests has in common: identifiers, enumerations, data of persons.

use ksef_model::{
    ContextIdentifier, EuEntityPermissionSubjectDetails, EuEntityPermissionSubjectDetailsType, Fingerprint,
    Nip, PermissionsSubjectEntityDetails, PermissionsSubjectPersonDetails, PersonPermissionSubjectDetails,
    PersonPermissionSubjectDetailsType, Pesel, Validate,
};

use super::grant::Details;
use crate::{
    auth::{Subject, SubjectKind},
    json::Problems,
};

/// The rules of the API description: lengths, patterns, numbers of items.
pub(crate) fn described(problems: &mut Problems, body: &impl Validate) {
    if let Err(invalid) = body.validate() {
        for violation in invalid.violations {
            problems.invalid(format!("'{}' {}.", violation.field, violation.problem));
        }
    }
}

/// The value is one of its enumeration.
pub(crate) fn known(problems: &mut Problems, path: &str, value: &str, values: &[&str]) {
    if !values.contains(&value) {
        problems.not_a_value(path);
    }
}

/// The list is there, its values are of the enumeration, each occurs once.
pub(crate) fn each_once<'a>(
    problems: &mut Problems,
    path: &str,
    given: impl Iterator<Item = &'a str>,
    values: &[&str],
) {
    let mut seen = Vec::new();
    for (index, value) in given.enumerate() {
        known(problems, &format!("{path}[{index}]"), value, values);
        if seen.contains(&value) {
            problems.invalid(format!("'{path}[{index}]' repeats a value that the list has already."));
        }
        seen.push(value);
    }
}

/// The subject with this identifier, when the identifier has the form of its kind.
pub(crate) fn subject_of(kind: &str, value: &str) -> Option<Subject> {
    let kind = match kind {
        "Nip" if Nip::without_checksum(value).is_ok() => SubjectKind::Nip,
        "Pesel" if value.parse::<Pesel>().is_ok() => SubjectKind::Pesel,
        "Fingerprint" if value.parse::<Fingerprint>().is_ok() => SubjectKind::Fingerprint,
        _ => return None,
    };
    Some(Subject { kind, value: value.to_owned() })
}

/// `{path}.type` is one of the kinds, and `{path}.value` has the form of that kind.
pub(crate) fn subject(problems: &mut Problems, path: &str, kind: &str, value: &str, kinds: &[&str]) {
    typed(problems, path, kind, kinds, subject_of(kind, value).is_some());
}

/// As [`subject`], for contexts.
pub(crate) fn context(problems: &mut Problems, path: &str, kind: &str, value: &str, kinds: &[&str]) {
    typed(problems, path, kind, kinds, ContextIdentifier::new(kind, value).is_ok());
}

fn typed(problems: &mut Problems, path: &str, kind: &str, kinds: &[&str], has_form: bool) {
    if !kinds.contains(&kind) {
        problems.not_a_value(&format!("{path}.type"));
    } else if !has_form {
        problems.invalid(format!("'{path}.value' is not in the correct format."));
    }
}

/// An identifier whose kind `alone` has no value, while the other kinds need one of the right form.
pub(super) fn with_or_without_value(
    problems: &mut Problems,
    path: &str,
    kind: &str,
    value: Option<&str>,
    alone: &str,
    kinds: &[&str],
) {
    let value = value.filter(|value| !value.is_empty());
    match value {
        Some(_) if kind == alone => problems.invalid(format!("'{path}.value' must be empty.")),
        None if kind == alone => {}
        None if kinds.contains(&kind) => problems.invalid(format!("'{path}.value' must not be empty.")),
        value => {
            let value = value.unwrap_or_default();
            let has_form = subject_of(kind, value).is_some() || ContextIdentifier::new(kind, value).is_ok();
            typed(problems, path, kind, kinds, has_form);
        }
    }
}

const DETAILS: &str = "subjectDetails";

/// The member that the kind of the data demands is there, and the kind fits the identifier.
pub(super) fn person_details(
    problems: &mut Problems,
    details: &PersonPermissionSubjectDetails,
    identifier_kind: &str,
) {
    use PersonPermissionSubjectDetailsType as Kind;
    let kind = &details.subject_details_type;
    known(problems, "subjectDetails.subjectDetailsType", kind.as_str(), Kind::KNOWN);
    let (member, present, by_fingerprint) = match kind {
        Kind::PersonByIdentifier => ("personById", details.person_by_id.is_some(), false),
        Kind::PersonByFingerprintWithIdentifier => {
            ("personByFpWithId", details.person_by_fp_with_id.is_some(), true)
        }
        Kind::PersonByFingerprintWithoutIdentifier => {
            ("personByFpNoId", details.person_by_fp_no_id.is_some(), true)
        }
        Kind::Unknown(_) => return,
    };
    if !present {
        problems.invalid(format!("'{DETAILS}.{member}' must not be empty."));
    }
    if by_fingerprint != (identifier_kind == "Fingerprint") {
        problems.invalid(format!("'{DETAILS}.subjectDetailsType' does not fit 'subjectIdentifier.type'."));
    }
    if let Some(person) = &details.person_by_fp_with_id {
        let (kind, value) = (person.identifier.kind.as_str(), person.identifier.value.as_str());
        subject(problems, "subjectDetails.personByFpWithId.identifier", kind, value, &["Pesel", "Nip"]);
    }
}

/// As [`person_details`], for those known by a fingerprint alone.
pub(super) fn eu_details(problems: &mut Problems, details: &EuEntityPermissionSubjectDetails) {
    use EuEntityPermissionSubjectDetailsType as Kind;
    let kind = &details.subject_details_type;
    known(problems, "subjectDetails.subjectDetailsType", kind.as_str(), Kind::KNOWN);
    let (member, present) = match kind {
        Kind::PersonByFingerprintWithIdentifier => {
            ("personByFpWithId", details.person_by_fp_with_id.is_some())
        }
        Kind::PersonByFingerprintWithoutIdentifier => {
            ("personByFpNoId", details.person_by_fp_no_id.is_some())
        }
        Kind::EntityByFingerprint => ("entityByFp", details.entity_by_fp.is_some()),
        Kind::Unknown(_) => return,
    };
    if !present {
        problems.invalid(format!("'{DETAILS}.{member}' must not be empty."));
    }
    if let Some(person) = &details.person_by_fp_with_id {
        let (kind, value) = (person.identifier.kind.as_str(), person.identifier.value.as_str());
        subject(problems, "subjectDetails.personByFpWithId.identifier", kind, value, &["Pesel", "Nip"]);
    }
}

/// The data as the queries give it back.
pub(super) fn person_of(details: PersonPermissionSubjectDetails) -> Option<Details> {
    use PersonPermissionSubjectDetailsType as Kind;
    let base = person(details.subject_details_type.as_str());
    let person = match details.subject_details_type {
        Kind::PersonByIdentifier => {
            let one = details.person_by_id?;
            PermissionsSubjectPersonDetails { first_name: one.first_name, last_name: one.last_name, ..base }
        }
        Kind::PersonByFingerprintWithIdentifier => {
            let one = details.person_by_fp_with_id?;
            PermissionsSubjectPersonDetails {
                first_name: one.first_name,
                last_name: one.last_name,
                person_identifier: Some(one.identifier),
                ..base
            }
        }
        Kind::PersonByFingerprintWithoutIdentifier => {
            let one = details.person_by_fp_no_id?;
            PermissionsSubjectPersonDetails {
                first_name: one.first_name,
                last_name: one.last_name,
                birth_date: Some(one.birth_date),
                id_document: Some(one.id_document),
                ..base
            }
        }
        Kind::Unknown(_) => return None,
    };
    Some(Details::Person(person))
}

/// As [`person_of`], for those known by a fingerprint alone.
pub(super) fn eu_subject_of(details: EuEntityPermissionSubjectDetails) -> Option<Details> {
    if details.subject_details_type == EuEntityPermissionSubjectDetailsType::EntityByFingerprint {
        let one = details.entity_by_fp?;
        return Some(Details::Entity(PermissionsSubjectEntityDetails {
            subject_details_type: "EntityByFingerprint".into(),
            full_name: one.full_name,
            address: Some(one.address),
        }));
    }
    person_of(PersonPermissionSubjectDetails {
        subject_details_type: details.subject_details_type.as_str().into(),
        person_by_id: None,
        person_by_fp_with_id: details.person_by_fp_with_id,
        person_by_fp_no_id: details.person_by_fp_no_id,
    })
}

/// An entity known by its NIP or Peppol identifier.
pub(super) fn entity_of(full_name: String) -> Details {
    Details::Entity(PermissionsSubjectEntityDetails {
        subject_details_type: "EntityByIdentifier".into(),
        full_name,
        address: None,
    })
}

fn person(kind: &str) -> PermissionsSubjectPersonDetails {
    PermissionsSubjectPersonDetails {
        subject_details_type: kind.into(),
        first_name: String::new(),
        last_name: String::new(),
        person_identifier: None,
        birth_date: None,
        id_document: None,
    }
}
