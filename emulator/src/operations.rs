//! Which of the operations of KSeF a request calls, and which of them the emulator has.

use axum::http::Method as HttpMethod;
use ksef_model::operations::{Method, OPERATIONS, Operation};

/// Ids of the operations that the emulator has.
const SUPPORTED: [&str; 83] = [
    "auth.challenge",
    "auth.start_with_xades",
    "auth.start_with_token",
    "auth.status",
    "auth.redeem_tokens",
    "auth.refresh_token",
    "auth.list_sessions",
    "auth.revoke_current_session",
    "auth.revoke_session",
    "public_keys.list",
    "tokens.generate",
    "tokens.list",
    "tokens.status",
    "tokens.revoke",
    "sessions.open_online",
    "sessions.send_invoice",
    "sessions.close_online",
    "sessions.open_batch",
    "sessions.close_batch",
    "sessions.list",
    "sessions.status",
    "sessions.list_invoices",
    "sessions.list_failed_invoices",
    "sessions.invoice_status",
    "sessions.upo_by_ksef_number",
    "sessions.upo_by_invoice_reference",
    "sessions.upo_page",
    "invoices.by_ksef_number",
    "invoices.query_metadata",
    "invoices.start_export",
    "invoices.export_status",
    "certificates.limits",
    "certificates.enrollment_data",
    "certificates.enroll",
    "certificates.enrollment_status",
    "certificates.retrieve",
    "certificates.query",
    "certificates.revoke",
    "test_data.set_certificate_expiry",
    "collective_identifiers.generate",
    "collective_identifiers.query",
    "collective_identifiers.query_invoices",
    "collective_identifiers.by_ksef_number",
    "peppol.list_providers",
    "limits.context",
    "limits.subject",
    "limits.rate_limits",
    "test_data.set_session_limits",
    "test_data.reset_session_limits",
    "test_data.set_certificate_limits",
    "test_data.reset_certificate_limits",
    "test_data.set_rate_limits",
    "test_data.reset_rate_limits",
    "test_data.use_production_rate_limits",
    "permissions.grant_to_person",
    "permissions.grant_to_entity",
    "permissions.grant_authorization",
    "permissions.grant_indirectly",
    "permissions.grant_subunit_administrator",
    "permissions.grant_eu_entity_administrator",
    "permissions.grant_to_eu_entity_representative",
    "permissions.revoke",
    "permissions.revoke_authorization",
    "permissions.operation_status",
    "permissions.attachment_status",
    "permissions.query_personal",
    "permissions.query_persons",
    "permissions.query_subunits",
    "permissions.query_entities",
    "permissions.query_entity_roles",
    "permissions.query_subordinate_entity_roles",
    "permissions.query_authorizations",
    "permissions.query_eu_entities",
    "test_data.create_subject",
    "test_data.remove_subject",
    "test_data.create_person",
    "test_data.remove_person",
    "test_data.grant_permissions",
    "test_data.revoke_permissions",
    "test_data.allow_attachments",
    "test_data.disallow_attachments",
    "test_data.block_context",
    "test_data.unblock_context",
];

/// Whether the emulator has the operation.
pub(crate) fn is_supported(id: &str) -> bool {
    SUPPORTED.contains(&id)
}

/// The upload of a part of a package, in faults and in the count of requests. It is no operation of the API.
pub(crate) const BATCH_PART: &str = "storage.batch_part";

/// The download of a part of an exported package, likewise.
pub(crate) const EXPORT_PART: &str = "storage.export_part";

/// Whether faults may name this.
pub(crate) fn is_known(id: &str) -> bool {
    [BATCH_PART, EXPORT_PART].contains(&id) || by_id(id).is_some()
}

/// What a request calls, in faults and in the count of requests.
pub(crate) fn called(operation: Option<&'static Operation>, path: &str) -> Option<&'static str> {
    let part = || match path.strip_prefix("/storage/")? {
        file if file.contains("/batch-parts/") => Some(BATCH_PART),
        file if file.contains("/invoice-part/") => Some(EXPORT_PART),
        _ => None,
    };
    operation.map(|operation| operation.id).or_else(part)
}

/// The operation with this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().copied().find(|operation| operation.id == id)
}

/// The operation that a method and a path below `/v2` call. A literal segment wins over a parameter.
pub(crate) fn resolve(method: &HttpMethod, path: &str) -> Option<&'static Operation> {
    let path = path.strip_prefix("/v2")?;
    OPERATIONS
        .iter()
        .copied()
        .filter(|operation| method_of(operation) == *method)
        .filter_map(|operation| literal_segments(operation.path, path).map(|literal| (literal, operation)))
        .max_by_key(|(literal, _)| *literal)
        .map(|(_, operation)| operation)
}

fn method_of(operation: &Operation) -> HttpMethod {
    match operation.method {
        Method::Get => HttpMethod::GET,
        Method::Post => HttpMethod::POST,
        Method::Put => HttpMethod::PUT,
        Method::Delete => HttpMethod::DELETE,
    }
}

/// How many segments of the path are literal in the template, when they match.
fn literal_segments(template: &str, path: &str) -> Option<usize> {
    let (template, path): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if template.len() != path.len() {
        return None;
    }
    template.iter().zip(&path).try_fold(0, |literal, (expected, given)| {
        if expected.starts_with('{') {
            (!given.is_empty()).then_some(literal)
        } else {
            (expected == given).then_some(literal + 1)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_supported_id_is_an_operation() {
        for id in SUPPORTED {
            assert!(by_id(id).is_some(), "{id}");
        }
        assert_eq!(OPERATIONS.len(), 83);
    }

    #[test]
    fn literal_segments_win() {
        let id = |method, path| resolve(&method, path).map(|operation| operation.id);
        assert_eq!(id(HttpMethod::GET, "/v2/auth/sessions"), Some("auth.list_sessions"));
        assert_eq!(id(HttpMethod::GET, "/v2/auth/20260119-AU-36E34A8000-CA851C36EA-44"), Some("auth.status"));
        assert_eq!(id(HttpMethod::DELETE, "/v2/auth/sessions/current"), Some("auth.revoke_current_session"));
        assert_eq!(id(HttpMethod::PUT, "/v2/auth/sessions/current"), None);
        assert_eq!(id(HttpMethod::GET, "/auth/sessions"), None);
    }
}
