//! What the bodies of queries must be like.

use ksef_model::{
    EntityAuthorizationPermissionsQueryRequest, EntityPermissionsQueryRequest,
    EuEntityPermissionsQueryPermissionType, EuEntityPermissionsQueryRequest, InvoicePermissionType,
    PermissionState, PersonPermissionType, PersonPermissionsQueryRequest, PersonPermissionsQueryType,
    PersonalPermissionType, PersonalPermissionsQueryRequest, QueryType, SubordinateEntityRolesQueryRequest,
    SubunitPermissionsQueryRequest,
};

use crate::{
    json::{Problems, RequestBody},
    permissions::check,
};

const UNIT_KINDS: [&str; 2] = ["Nip", "InternalId"];
const TARGET_KINDS: [&str; 3] = ["Nip", "AllPartners", "InternalId"];
const SUBJECT_KINDS: [&str; 3] = ["Nip", "Pesel", "Fingerprint"];

fn all_known<'a>(problems: &mut Problems, path: &str, given: impl Iterator<Item = &'a str>, values: &[&str]) {
    for (index, value) in given.enumerate() {
        check::known(problems, &format!("{path}[{index}]"), value, values);
    }
}

impl RequestBody for PersonalPermissionsQueryRequest {
    const REQUIRED: &'static [&'static str] =
        &["contextIdentifier.type", "contextIdentifier.value", "targetIdentifier.type"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        if let Some(one) = &self.context_identifier {
            check::context(problems, "contextIdentifier", one.kind.as_str(), &one.value, &UNIT_KINDS);
        }
        if let Some(one) = &self.target_identifier {
            let (kind, value) = (one.kind.as_str(), one.value.as_deref());
            check::with_or_without_value(
                problems,
                "targetIdentifier",
                kind,
                value,
                "AllPartners",
                &TARGET_KINDS,
            );
        }
        let given = self.permission_types.iter().flatten().map(PersonalPermissionType::as_str);
        all_known(problems, "permissionTypes", given, PersonalPermissionType::KNOWN);
        if let Some(one) = &self.permission_state {
            check::known(problems, "permissionState", one.as_str(), PermissionState::KNOWN);
        }
    }
}

impl RequestBody for PersonPermissionsQueryRequest {
    const REQUIRED: &'static [&'static str] = &[
        "queryType",
        "authorIdentifier.type",
        "authorizedIdentifier.type",
        "authorizedIdentifier.value",
        "contextIdentifier.type",
        "contextIdentifier.value",
        "targetIdentifier.type",
    ];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        check::known(problems, "queryType", self.query_type.as_str(), PersonPermissionsQueryType::KNOWN);
        if let Some(one) = &self.author_identifier {
            let (kind, value) = (one.kind.as_str(), one.value.as_deref());
            let kinds = ["Nip", "Pesel", "Fingerprint", "System"];
            check::with_or_without_value(problems, "authorIdentifier", kind, value, "System", &kinds);
        }
        if let Some(one) = &self.authorized_identifier {
            check::subject(problems, "authorizedIdentifier", one.kind.as_str(), &one.value, &SUBJECT_KINDS);
        }
        if let Some(one) = &self.context_identifier {
            check::context(problems, "contextIdentifier", one.kind.as_str(), &one.value, &UNIT_KINDS);
        }
        if let Some(one) = &self.target_identifier {
            let (kind, value) = (one.kind.as_str(), one.value.as_deref());
            check::with_or_without_value(
                problems,
                "targetIdentifier",
                kind,
                value,
                "AllPartners",
                &TARGET_KINDS,
            );
        }
        let given = self.permission_types.iter().flatten().map(PersonPermissionType::as_str);
        all_known(problems, "permissionTypes", given, PersonPermissionType::KNOWN);
        if let Some(one) = &self.permission_state {
            check::known(problems, "permissionState", one.as_str(), PermissionState::KNOWN);
        }
    }
}

impl RequestBody for SubunitPermissionsQueryRequest {
    const REQUIRED: &'static [&'static str] = &["subunitIdentifier.type", "subunitIdentifier.value"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        if let Some(one) = &self.subunit_identifier {
            check::context(problems, "subunitIdentifier", one.kind.as_str(), &one.value, &UNIT_KINDS);
        }
    }
}

impl RequestBody for EntityPermissionsQueryRequest {
    const REQUIRED: &'static [&'static str] = &["contextIdentifier.type", "contextIdentifier.value"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        if let Some(one) = &self.context_identifier {
            check::context(problems, "contextIdentifier", one.kind.as_str(), &one.value, &UNIT_KINDS);
        }
    }
}

impl RequestBody for SubordinateEntityRolesQueryRequest {
    const REQUIRED: &'static [&'static str] =
        &["subordinateEntityIdentifier.type", "subordinateEntityIdentifier.value"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        if let Some(one) = &self.subordinate_entity_identifier {
            let path = "subordinateEntityIdentifier";
            check::context(problems, path, one.kind.as_str(), &one.value, &["Nip"]);
        }
    }
}

impl RequestBody for EntityAuthorizationPermissionsQueryRequest {
    const REQUIRED: &'static [&'static str] = &[
        "queryType",
        "authorizingIdentifier.type",
        "authorizingIdentifier.value",
        "authorizedIdentifier.type",
        "authorizedIdentifier.value",
    ];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        check::known(problems, "queryType", self.query_type.as_str(), QueryType::KNOWN);
        if let Some(one) = &self.authorizing_identifier {
            check::context(problems, "authorizingIdentifier", one.kind.as_str(), &one.value, &["Nip"]);
        }
        if let Some(one) = &self.authorized_identifier {
            let kinds = ["Nip", "PeppolId"];
            check::context(problems, "authorizedIdentifier", one.kind.as_str(), &one.value, &kinds);
        }
        let given = self.permission_types.iter().flatten().map(InvoicePermissionType::as_str);
        all_known(problems, "permissionTypes", given, InvoicePermissionType::KNOWN);
    }
}

impl RequestBody for EuEntityPermissionsQueryRequest {
    const REQUIRED: &'static [&'static str] = &[];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        let given =
            self.permission_types.iter().flatten().map(EuEntityPermissionsQueryPermissionType::as_str);
        all_known(problems, "permissionTypes", given, EuEntityPermissionsQueryPermissionType::KNOWN);
    }
}
