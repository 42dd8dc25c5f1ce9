use std::collections::BTreeSet;
use std::fs;

use ksef_model::operations::OPERATIONS;

use super::*;
use crate::error::refusal;

/// Every exception code of the API description 2.9.0.
const EXCEPTIONS: &[i32] = &[
    9101, 9102, 9103, 9105, 21001, 21111, 21115, 21117, 21155, 21157, 21161, 21164, 21165, 21166, 21167,
    21173, 21175, 21178, 21180, 21181, 21182, 21183, 21184, 21205, 21208, 21217, 21301, 21304, 21308, 21401,
    21402, 21403, 21405, 21406, 21418, 21470, 25001, 25002, 25003, 25004, 25005, 25006, 25007, 25008, 25009,
    25010, 25011, 26001, 26002, 30001, 71001, 71002, 71004, 71005,
];

/// The tables of PROTOCOL §2.7 to §2.12.
const STATUSES: &[(Origin, &[i32])] = &[
    (Origin::Login, &[100, 200, 415, 425, 450, 460, 470, 480, 500, 550]),
    (Origin::InteractiveSession, &[100, 170, 200, 415, 440, 445]),
    (Origin::BatchSession, &[100, 150, 200, 405, 415, 420, 430, 435, 440, 445, 500]),
    (Origin::Invoice, &[100, 150, 200, 405, 410, 415, 430, 435, 440, 450, 500, 550]),
    (Origin::Export, &[100, 200, 210, 415, 420, 500, 550]),
    (Origin::PermissionOperation, &[100, 200, 400, 410, 420, 430, 440, 450, 500, 550]),
    (Origin::CertificateEnrollment, &[100, 200, 400, 500, 550]),
];

#[test]
fn every_code_of_the_protocol_is_explained_and_no_other() {
    let codes = |origin: Origin| -> BTreeSet<i32> {
        explanations().iter().filter(|row| row.origin == origin).map(|row| row.code).collect()
    };
    // 500 is in no list of the description, but in answers (PROTOCOL §2.1).
    let exceptions: BTreeSet<i32> = EXCEPTIONS.iter().copied().chain([500]).collect();
    assert_eq!(codes(Origin::Exception), exceptions);
    for (origin, expected) in STATUSES {
        assert_eq!(codes(*origin), expected.iter().copied().collect(), "{origin:?}");
    }
    assert_eq!(STATUSES.len() + 2, Origin::ALL.len());
}

#[test]
fn every_row_has_texts_in_both_languages_and_real_operations() {
    let known: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    for row in ROWS {
        let explanation = Explanation::of_row(row);
        assert!(!explanation.ksef_text.is_empty(), "{}", row.code);
        for text in [row.english, row.english_advice, row.polish, row.polish_advice] {
            assert!(text.len() > 3 && !text.ends_with('.'), "{} {text:?}", row.code);
        }
        assert_ne!(row.english, row.polish, "{}", row.code);
        for operation in row.operations {
            assert!(known.contains(operation), "{} {operation}", row.code);
        }
    }
}

/// Line by line against the list of the API description, where it is at hand.
#[test]
fn every_line_of_the_description_is_covered() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec/openapi/error-codes-2.9.0.tsv");
    let Ok(table) = fs::read_to_string(path) else {
        eprintln!("SKIPPED every_line_of_the_description_is_covered: {path} is absent");
        return;
    };
    let mut codes = BTreeSet::new();
    for line in table.lines().skip(1) {
        let [method, path, _, code, description, ..] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let code: i32 = code.parse().expect("a code");
        let operation = OPERATIONS
            .iter()
            .find(|operation| operation.method.as_str() == method && operation.path == path)
            .unwrap_or_else(|| panic!("no operation for {method} {path}"));
        let rows: Vec<&Row> =
            ROWS.iter().filter(|row| row.origin == Origin::Exception && row.code == code).collect();
        let row = rows.iter().find(|row| row.concerns(operation.id));
        let row = row.unwrap_or_else(|| panic!("{code} is not explained for {}", operation.id));
        assert_eq!(row.ksef, description, "{code} {}", operation.id);
        codes.insert(code);
    }
    assert_eq!(codes, EXCEPTIONS.iter().copied().collect());
}

#[test]
fn the_catalogue_agrees_with_the_errors_of_the_library() {
    for row in ROWS.iter().filter(|row| row.origin == Origin::Exception && row.code != 500) {
        let id = row.operations.first().copied().unwrap_or("sessions.open_online");
        let operation = OPERATIONS.iter().find(|operation| operation.id == id).expect("an operation");
        let body = format!(
            r#"{{"title":"Bad Request","status":400,"errors":[{{"code":{},"description":"{}"}}]}}"#,
            row.code, row.ksef
        );
        let error = refusal(operation, 400, Some("application/problem+json"), None, body.into());
        let explanation = error.explanation().expect("a code");
        assert_eq!((explanation.code, explanation.ksef_text), (row.code, row.ksef));
        assert_eq!(error.is_retryable(), explanation.is_retryable, "{} {error}", row.code);
        assert!(!error.message(Language::Polish).contains("KSeF odrzucił żądanie ("), "{error}");
    }
}

#[test]
fn the_operation_decides_between_meanings() {
    let origins = |code, operation| -> Vec<Origin> {
        explain(code, operation).iter().map(|explanation| explanation.origin).collect()
    };
    assert_eq!(origins(440, None).len(), 4);
    assert_eq!(origins(440, Some("sessions.status")), [Origin::InteractiveSession, Origin::BatchSession]);
    assert_eq!(origins(440, Some("permissions")), [Origin::PermissionOperation]);
    assert_eq!(origins(440, Some("perm")), []);
    assert_eq!(origins(9001, None), [Origin::Library]);
    assert_eq!(origins(9101, None), [Origin::Exception]);
    assert_eq!(origins(21173, Some("tokens.list")), [Origin::Exception], "known from elsewhere");
    assert_eq!(origins(123_456, None), []);
    assert_eq!(origins(-1, Some("sessions")), []);
}

#[test]
fn an_error_knows_its_meaning() {
    let with = |code| Error::new(texts::LOGIN_FAILED).in_operation("auth.status").with_ksef(code, "x", &[]);
    assert_eq!(with(415).explanation().map(|known| known.origin), Some(Origin::Login));
    let unknown = with(499).explanation().expect("a code");
    assert!(!unknown.is_known && !unknown.is_retryable);
    assert!(!unknown.text(Language::Polish).is_empty() && !unknown.advice(Language::English).is_empty());

    let session = Error::new(texts::SESSION_STATUS)
        .in_operation("sessions.send_invoice")
        .with_status(400)
        .with_ksef(440, "Sesja anulowana", &[]);
    assert_eq!(session.explanation().map(|known| known.origin), Some(Origin::InteractiveSession));
    let failed = Error::new(texts::SERVER_FAILURE).in_operation("sessions.status").with_status(500);
    assert!(failed.explanation().is_none());
    let failed = failed.with_ksef(500, "Wystąpił nieoczekiwany błąd.", &[]);
    assert_eq!(failed.explanation().map(|known| known.origin), Some(Origin::Exception));

    let limit = Error::new(texts::REQUEST_REFUSED)
        .in_operation("certificates.enroll")
        .with_status(400)
        .with_ksef(25007, "", &[]);
    assert!(limit.message(Language::English).starts_with("you hold as many certificates"), "{limit}");
    assert!(limit.advice(Language::Polish).starts_with("odwołaj"));
    let json = limit.explanation().expect("a code").to_json();
    assert_eq!((&json["origin"], &json["isKnown"]), (&"exception".into(), &true.into()));
}
