//! What the bodies of grants must be like (PROTOCOL §15.2, §15.3).

use ksef_model::{
    EntityAuthorizationPermissionType, EntityAuthorizationPermissionsGrantRequest, EntityPermissionType,
    EntityPermissionsGrantRequest, EuEntityAdministrationPermissionsGrantRequest, EuEntityPermissionType,
    EuEntityPermissionsGrantRequest, IndirectPermissionType, IndirectPermissionsGrantRequest, InternalId,
    PersonPermissionType, PersonPermissionsGrantRequest, SubunitPermissionsGrantRequest,
};

use super::check;
use crate::json::{Problems, RequestBody};

const SUBJECT_KINDS: [&str; 3] = ["Nip", "Pesel", "Fingerprint"];
const FINGERPRINT: [&str; 1] = ["Fingerprint"];
const TARGET_KINDS: [&str; 3] = ["Nip", "AllPartners", "InternalId"];

/// The members of data about persons; those of the kinds that were not chosen are not demanded.
macro_rules! required {
    (@person $($name:literal),* $(,)?) => {
        &[
            "subjectIdentifier", "subjectIdentifier.type", "subjectIdentifier.value", $($name,)*
            "description", "subjectDetails", "subjectDetails.subjectDetailsType",
            "subjectDetails.personById.firstName", "subjectDetails.personById.lastName",
            "subjectDetails.personByFpWithId.firstName", "subjectDetails.personByFpWithId.lastName",
            "subjectDetails.personByFpWithId.identifier", "subjectDetails.personByFpWithId.identifier.type",
            "subjectDetails.personByFpWithId.identifier.value",
            "subjectDetails.personByFpNoId.firstName", "subjectDetails.personByFpNoId.lastName",
            "subjectDetails.personByFpNoId.birthDate", "subjectDetails.personByFpNoId.idDocument",
            "subjectDetails.personByFpNoId.idDocument.type", "subjectDetails.personByFpNoId.idDocument.number",
            "subjectDetails.personByFpNoId.idDocument.country",
            "subjectDetails.entityByFp.fullName", "subjectDetails.entityByFp.address",
        ]
    };
    (@entity $name:literal) => {
        &[
            "subjectIdentifier", "subjectIdentifier.type", "subjectIdentifier.value", $name,
            "description", "subjectDetails", "subjectDetails.fullName",
        ]
    };
}

impl RequestBody for PersonPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = required!(@person "permissions");

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::subject(problems, "subjectIdentifier", kind, value, &SUBJECT_KINDS);
        let given = self.permissions.iter().map(PersonPermissionType::as_str);
        check::each_once(problems, "permissions", given, PersonPermissionType::KNOWN);
        check::person_details(problems, &self.subject_details, kind);
    }
}

impl RequestBody for EntityPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = required!(@entity "permissions");

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::subject(problems, "subjectIdentifier", kind, value, &["Nip"]);
        let given = self.permissions.iter().map(|one| one.kind.as_str());
        check::each_once(problems, "permissions", given, EntityPermissionType::KNOWN);
    }
}

impl RequestBody for EntityAuthorizationPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = required!(@entity "permission");

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::context(problems, "subjectIdentifier", kind, value, &["Nip", "PeppolId"]);
        let known = EntityAuthorizationPermissionType::KNOWN;
        check::known(problems, "permission", self.permission.as_str(), known);
    }
}

impl RequestBody for IndirectPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = required!(@person "permissions", "targetIdentifier.type");

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::subject(problems, "subjectIdentifier", kind, value, &SUBJECT_KINDS);
        if let Some(target) = &self.target_identifier {
            let (kind, value) = (target.kind.as_str(), target.value.as_deref());
            check::with_or_without_value(
                problems,
                "targetIdentifier",
                kind,
                value,
                "AllPartners",
                &TARGET_KINDS,
            );
        }
        let given = self.permissions.iter().map(IndirectPermissionType::as_str);
        check::each_once(problems, "permissions", given, IndirectPermissionType::KNOWN);
        check::person_details(problems, &self.subject_details, kind);
    }
}

impl RequestBody for SubunitPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] =
        required!(@person "contextIdentifier", "contextIdentifier.type", "contextIdentifier.value");

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::subject(problems, "subjectIdentifier", kind, value, &SUBJECT_KINDS);
        check::person_details(problems, &self.subject_details, kind);
        let (kind, value) = (self.context_identifier.kind.as_str(), &self.context_identifier.value);
        check::context(problems, "contextIdentifier", kind, value, &["InternalId", "Nip"]);
        if kind != "InternalId" {
            return;
        }
        if value.parse::<InternalId>().is_ok_and(|id| !id.checksum_is_valid()) {
            problems.invalid("'contextIdentifier.value' has a wrong checksum.");
        }
        if self.subunit_name.as_ref().is_none_or(String::is_empty) {
            problems.invalid("'subunitName' must not be empty.");
        }
    }
}

impl RequestBody for EuEntityAdministrationPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = required!(
        @person
        "contextIdentifier",
        "contextIdentifier.type",
        "contextIdentifier.value",
        "euEntityName",
        "euEntityDetails",
        "euEntityDetails.fullName",
        "euEntityDetails.address"
    );

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::subject(problems, "subjectIdentifier", kind, value, &FINGERPRINT);
        let (kind, value) = (self.context_identifier.kind.as_str(), &self.context_identifier.value);
        check::context(problems, "contextIdentifier", kind, value, &["NipVatUe"]);
        check::eu_details(problems, &self.subject_details);
    }
}

impl RequestBody for EuEntityPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = required!(@person "permissions");

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let (kind, value) = (self.subject_identifier.kind.as_str(), &self.subject_identifier.value);
        check::subject(problems, "subjectIdentifier", kind, value, &FINGERPRINT);
        let given = self.permissions.iter().map(EuEntityPermissionType::as_str);
        check::each_once(problems, "permissions", given, EuEntityPermissionType::KNOWN);
        check::eu_details(problems, &self.subject_details);
    }
}
