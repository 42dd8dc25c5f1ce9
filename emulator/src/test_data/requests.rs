//! What the bodies of the test-data operations must be like.

use ksef_model::{
    AttachmentPermissionGrantRequest, AttachmentPermissionRevokeRequest, BlockContextAuthenticationRequest,
    ContextIdentifier, PersonCreateRequest, PersonRemoveRequest, SubjectCreateRequest, SubjectRemoveRequest,
    SubjectType, TestDataAuthenticationContextIdentifier, TestDataAuthorizedIdentifier,
    TestDataContextIdentifier, TestDataPermissionType, TestDataPermissionsGrantRequest,
    TestDataPermissionsRevokeRequest, UnblockContextAuthenticationRequest,
};

use crate::{
    auth::Subject,
    json::{Problems, RequestBody},
    permissions::check,
};

const CONTEXT: [&str; 3] = ["contextIdentifier", "contextIdentifier.type", "contextIdentifier.value"];

impl RequestBody for SubjectCreateRequest {
    const REQUIRED: &'static [&'static str] = &["subjectNip", "subjectType", "description"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        check::known(problems, "subjectType", self.subject_type.as_str(), SubjectType::KNOWN);
        let units = self.subunits.as_deref().unwrap_or_default();
        if !units.is_empty() && self.subject_type == SubjectType::EnforcementAuthority {
            problems.invalid("'subunits' must be empty for an enforcement authority.");
        }
        let mut seen = vec![&self.subject_nip];
        for (index, unit) in units.iter().enumerate() {
            if seen.contains(&&unit.subject_nip) {
                problems.invalid(format!("'subunits[{index}].subjectNip' repeats a NIP of the request."));
            }
            seen.push(&unit.subject_nip);
        }
    }
}

impl RequestBody for SubjectRemoveRequest {
    const REQUIRED: &'static [&'static str] = &["subjectNip"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
    }
}

impl RequestBody for PersonCreateRequest {
    const REQUIRED: &'static [&'static str] = &["nip", "pesel", "isBailiff", "description"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
    }
}

impl RequestBody for PersonRemoveRequest {
    const REQUIRED: &'static [&'static str] = &["nip"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
    }
}

impl RequestBody for AttachmentPermissionGrantRequest {
    const REQUIRED: &'static [&'static str] = &["nip"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
    }
}

impl RequestBody for AttachmentPermissionRevokeRequest {
    const REQUIRED: &'static [&'static str] = &["nip"];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
    }
}

impl RequestBody for TestDataPermissionsGrantRequest {
    const REQUIRED: &'static [&'static str] = &[
        CONTEXT[0],
        CONTEXT[1],
        CONTEXT[2],
        "authorizedIdentifier",
        "authorizedIdentifier.type",
        "authorizedIdentifier.value",
        "permissions",
    ];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        pair(problems, &self.context_identifier, &self.authorized_identifier);
        let given = self.permissions.iter().map(|one| one.permission_type.as_str());
        check::each_once(problems, "permissions", given, TestDataPermissionType::KNOWN);
    }
}

impl RequestBody for TestDataPermissionsRevokeRequest {
    const REQUIRED: &'static [&'static str] = &[
        CONTEXT[0],
        CONTEXT[1],
        CONTEXT[2],
        "authorizedIdentifier",
        "authorizedIdentifier.type",
        "authorizedIdentifier.value",
    ];

    fn check(&self, problems: &mut Problems) {
        check::described(problems, self);
        pair(problems, &self.context_identifier, &self.authorized_identifier);
    }
}

impl RequestBody for BlockContextAuthenticationRequest {
    const REQUIRED: &'static [&'static str] = &CONTEXT;

    fn check(&self, problems: &mut Problems) {
        login_context(problems, self.context_identifier.as_ref());
    }
}

impl RequestBody for UnblockContextAuthenticationRequest {
    const REQUIRED: &'static [&'static str] = &CONTEXT;

    fn check(&self, problems: &mut Problems) {
        login_context(problems, self.context_identifier.as_ref());
    }
}

fn login_context(problems: &mut Problems, given: Option<&TestDataAuthenticationContextIdentifier>) {
    if let Some(given) = given {
        let kind = canonical(given.kind.as_str(), ContextIdentifier::KINDS);
        check::context(problems, CONTEXT[0], kind, &given.value, ContextIdentifier::KINDS);
    }
}

fn pair(
    problems: &mut Problems,
    context: &TestDataContextIdentifier,
    authorized: &TestDataAuthorizedIdentifier,
) {
    let kind = canonical(context.kind.as_str(), &["Nip"]);
    check::context(problems, CONTEXT[0], kind, &context.value, &["Nip"]);
    let kind = canonical(authorized.kind.as_str(), &SUBJECT_KINDS);
    check::subject(problems, "authorizedIdentifier", kind, &authorized.value, &SUBJECT_KINDS);
}

const SUBJECT_KINDS: [&str; 3] = ["Nip", "Pesel", "Fingerprint"];

/// The context and the subject of a body that was found to be in order.
pub(super) fn pair_of(
    context: &TestDataContextIdentifier,
    authorized: &TestDataAuthorizedIdentifier,
) -> Option<(ContextIdentifier, Subject)> {
    let context = ContextIdentifier::new(canonical(context.kind.as_str(), &["Nip"]), &context.value).ok()?;
    let kind = canonical(authorized.kind.as_str(), &SUBJECT_KINDS);
    Some((context, check::subject_of(kind, &authorized.value)?))
}

/// The context of a body that was found to be in order.
pub(super) fn context_of(
    given: Option<&TestDataAuthenticationContextIdentifier>,
) -> Option<ContextIdentifier> {
    let given = given?;
    let kind = canonical(given.kind.as_str(), ContextIdentifier::KINDS);
    ContextIdentifier::new(kind, &given.value).ok()
}

/// The word of the enumeration; the published scenarios write its first letter small (PROTOCOL §17).
fn canonical<'a>(kind: &'a str, kinds: &[&'a str]) -> &'a str {
    kinds.iter().find(|one| one.eq_ignore_ascii_case(kind)).copied().unwrap_or(kind)
}
