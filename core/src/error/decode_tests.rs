//! Golden bodies of PROTOCOL §2 and FIELD-NOTES F03, F08 to F12.

use std::time::Duration;

use bytes::Bytes;
use ksef_model::operations::{self, Operation};

use super::{Error, refusal, texts};

const JSON: Option<&str> = Some("application/json; charset=utf-8");
const PROBLEM: Option<&str> = Some("application/problem+json");
const HTML: Option<&str> = Some("text/html; charset=utf-8");

fn decode(operation: &'static Operation, status: u16, content_type: Option<&str>, body: &str) -> Error {
    let wait = (status == 429).then(|| Duration::from_secs(30));
    let error = refusal(operation, status, content_type, wait, Bytes::copy_from_slice(body.as_bytes()));
    assert!(error.was_sent());
    assert_eq!(error.http_status(), Some(status));
    assert_eq!(error.body(), Some(body.as_bytes()));
    assert_eq!(error.operation(), Some(operation.id));
    error
}

fn send(status: u16, content_type: Option<&str>, body: &str) -> Error {
    decode(&operations::SESSIONS_SEND_INVOICE, status, content_type, body)
}

#[test]
fn legacy_400() {
    let error = send(
        400,
        JSON,
        r#"{"exception":{"exceptionDetailList":[{"exceptionCode":21405,
        "exceptionDescription":"B\u0142\u0105d walidacji danych wej\u015bciowych.","details":["a","b"]},
        {"exceptionCode":21402,"exceptionDescription":"Nieprawid\u0142owy rozmiar pliku."}],
        "serviceCode":"00-238b3e79ae655282e1cb66fa7cda2ef1-eae10a698c51d223-00",
        "timestamp":"2025-12-23T11:11:57.0008044Z"}}"#,
    );
    assert_eq!(error.number(), 4002);
    assert_eq!(error.ksef_code(), Some(21405));
    assert_eq!(error.ksef_description(), Some("Błąd walidacji danych wejściowych."));
    assert_eq!(error.details(), ["a", "b"]);
    assert_eq!(error.ksef_errors().len(), 2);
    assert_eq!(error.trace_id(), Some("00-238b3e79ae655282e1cb66fa7cda2ef1-eae10a698c51d223-00"));
    assert!(!error.is_retryable() && !error.outcome_is_unknown());
}

#[test]
fn legacy_bodies_may_lack_everything() {
    for body in [
        r#"{"exception":null}"#,
        r#"{"exception":{}}"#,
        r#"{"exception":{"exceptionDetailList":null}}"#,
        r#"{"exception":{"exceptionDetailList":[]}}"#,
        "{}",
        "[]",
        "{\"exc",
        "",
    ] {
        assert_eq!(send(400, JSON, body).number(), 4001, "{body}");
    }
    let body = r#"{"exception":{"exceptionDetailList":[{"exceptionCode":"21173"},null,5]}}"#;
    let error = send(400, JSON, body);
    assert_eq!((error.number(), error.ksef_code()), (4014, Some(21173)), "a code as text");
}

#[test]
fn problem_400() {
    let error = send(
        400,
        PROBLEM,
        r#"{"title":"Bad Request","status":400,"instance":"/v2/sessions/online","detail":"Żądanie niepoprawne.",
        "errors":[{"code":21180,"description":"Status sesji nie pozwala na wykonanie operacji.",
        "details":["Status sesji (415) uniemożliwia wysyłkę faktur."]}],
        "timestamp":"2026-05-01T10:00:00Z","traceId":"trace-1"}"#,
    );
    assert_eq!(error.number(), 4015);
    assert_eq!(error.ksef_code(), Some(21180));
    assert_eq!(error.details(), ["Status sesji (415) uniemożliwia wysyłkę faktur."]);
    assert_eq!(error.trace_id(), Some("trace-1"));
}

#[test]
fn unauthorized_and_gone() {
    let body =
        r#"{"title":"Unauthorized","status":401,"detail":"Wymagane uwierzytelnienie.","timestamp":"x"}"#;
    let error = send(401, PROBLEM, body);
    assert_eq!(error.number(), 3019);
    assert_eq!(error.details(), ["Wymagane uwierzytelnienie."]);
    let error = decode(
        &operations::AUTH_STATUS,
        410,
        PROBLEM,
        r#"{"title":"Gone","status":410,"instance":"/v2/auth/x","detail":"Operacja wygasła i nie jest już dostępna.",
        "timestamp":"2026-05-01T10:00:00Z","traceId":"t"}"#,
    );
    assert_eq!((error.number(), error.trace_id()), (4010, Some("t")));
}

#[test]
fn forbidden_by_reason() {
    let body = |reason: &str, security: &str| {
        format!(
            r#"{{"title":"Forbidden","status":403,"detail":"Brak dost\u0119pu.","reasonCode":{reason},
            "security":{security},"timestamp":"2026-05-01T10:00:00Z","traceId":"t"}}"#
        )
    };
    let missing = r#"{"requiredAnyOfPermissions":["InvoiceWrite","PefInvoiceWrite"],"presentPermissions":["InvoiceRead"]}"#;
    let error = send(403, PROBLEM, &body("\"missing-permissions\"", missing));
    assert_eq!((error.number(), error.reason_code()), (4004, Some("missing-permissions")));
    assert_eq!(error.security()["requiredAnyOfPermissions"], ["InvoiceWrite", "PefInvoiceWrite"]);
    for (reason, security, number) in [
        ("\"ip-not-allowed\"", "{\"clientIp\":\"192.0.2.1\"}", 4005),
        ("\"insufficient-resource-access\"", "null", 4006),
        ("\"auth-method-not-allowed\"", "{\"authenticationMethodCategory\":\"Token\"}", 4007),
        ("\"security-service-blocked\"", "{\"incidentId\":\"7\",\"clientIp\":\"192.0.2.1\"}", 4008),
        ("\"context-type-not-allowed\"", "{\"contextIdentifierType\":\"PeppolId\"}", 4009),
        ("\"something-new\"", "{}", 4003),
        ("null", "null", 4003),
    ] {
        assert_eq!(send(403, PROBLEM, &body(reason, security)).number(), number, "{reason}");
    }
    assert_eq!(send(403, None, "").number(), 4003, "an empty 403 of the past");
}

#[test]
fn too_many_requests_in_both_forms() {
    let legacy = send(
        429,
        JSON,
        r#"{"status":{"code":429,"description":"Too Many Requests",
        "details":["Przekroczono limit 20 żądań na minutę. Spróbuj ponownie po 30 sekundach."]}}"#,
    );
    assert_eq!(legacy.number(), 4011);
    assert_eq!(
        legacy.details(),
        ["Przekroczono limit 20 żądań na minutę. Spróbuj ponownie po 30 sekundach."]
    );
    assert_eq!(legacy.retry_after(), Some(Duration::from_secs(30)));
    assert!(legacy.is_retryable() && !legacy.outcome_is_unknown());
    let problem = send(
        429,
        PROBLEM,
        r#"{"title":"Too Many Requests","status":429,"instance":"/v2/x","detail":"Przekroczono limit.",
        "timestamp":"2026-05-01T10:00:00Z","traceId":"t"}"#,
    );
    assert_eq!((problem.number(), problem.details()), (4011, vec!["Przekroczono limit."]));
}

#[test]
fn server_failures() {
    let legacy = r#"{"exception":{"exceptionDetailList":[{"exceptionCode":500,
        "exceptionDescription":"Wystąpił nieoczekiwany błąd."}],"serviceCode":"s"}}"#;
    let error = send(500, JSON, legacy);
    assert_eq!((error.number(), error.ksef_code(), error.trace_id()), (4012, Some(500), Some("s")));
    assert!(error.is_retryable() && error.outcome_is_unknown());
    assert_eq!(send(500, None, "").number(), 4012);
    assert_eq!(send(503, None, "").number(), 2012);
    assert!(send(504, None, "").outcome_is_unknown());
}

#[test]
fn pages_of_the_gateway_and_the_firewall() {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head><body>nginx</body></html>";
    let error = send(502, HTML, page);
    assert_eq!(error.number(), 2012);
    assert!(error.outcome_is_unknown());
    let page = "<html><body><iframe src=\"/_Incapsula_Resource?SWUDNSAI=31&incident_id=1234-5678&edet=12\"></body></html>";
    for status in [403, 503] {
        let error = send(status, HTML, page);
        assert_eq!((error.number(), error.incident_id()), (2011, Some("1234-5678")), "{status}");
    }
    assert_eq!(send(403, HTML, "<html>Access denied</html>").number(), 2011);
    let error = send(
        403,
        JSON,
        r#"{"title":"Request blocked","status":403,"detail":"The proxy failed to connect to the web server, due to TCP connection timeout.",
        "security":{"incidentId":"407-1","clientIp":"192.0.2.1"}}"#,
    );
    assert_eq!((error.number(), error.incident_id()), (2011, Some("407-1")));
    assert!(error.outcome_is_unknown(), "what the firewall stopped may have been carried out");
    assert_eq!(send(307, HTML, "<html>moved</html>").number(), 2013);
    assert_eq!(send(404, HTML, "<html>not found</html>").number(), 2015);
    assert_eq!(send(404, None, "").number(), 2019);
}

#[test]
fn unreadable_requests_and_retired_addresses() {
    let body = |code: i32| {
        format!(
            r#"{{"exception":{{"exceptionDetailList":[{{"exceptionCode":{code},"exceptionDescription":"Nieczytelna treść.",
            "details":["The JSON value could not be converted. Path: $.formCode | LineNumber: 0 | BytePositionInLine: 21."]}}]}}}}"#
        )
    };
    assert_eq!(send(400, JSON, &body(21001)).number(), 4013);
    // FIELD-NOTES F06: retired hosts answer 21180 everywhere, even where no session is involved.
    assert_eq!(decode(&operations::PUBLIC_KEYS_LIST, 400, JSON, &body(21180)).number(), 4026);
}

#[test]
fn every_documented_code_is_classified() {
    let known_general = [21117, 21161, 21157, 21181, 21183, 21205, 21208, 21175, 30001, 26001, 26002];
    for operation in operations::OPERATIONS {
        for code in operation.error_codes {
            let body = format!(
                r#"{{"title":"Bad Request","status":400,"errors":[{{"code":{code},"description":"x"}}]}}"#
            );
            let error = decode(operation, 400, PROBLEM, &body);
            assert_eq!(error.ksef_code().map(i64::from), Some(i64::from(*code)));
            let general = error.is(texts::REQUEST_REFUSED);
            let certificate = (25_000..26_000).contains(code) || (71_000..72_000).contains(code);
            assert!(!general || certificate || known_general.contains(code), "{} {code}", operation.id);
        }
    }
}
