//! The model without the reference pack: identifiers, contexts, open enums, checks and the table of operations.

use std::collections::BTreeSet;

use ksef_model::operations::{self, Auth, Content, Limit, Method, OPERATIONS, Paging, Place};
use ksef_model::{
    CollectiveIdentifierInvoicePayment, ContextIdentifier, CurrencyCode, EnrollCertificateRequest,
    GenerateTokenRequest, InternalId, InvoiceStatusInfo, KsefCertificateType, KsefNumber, Nip,
    OpenBatchSessionRequest, Pesel, Problem, ReferenceNumber, TokenInfo, TokenPermissionType, Validate,
};
use serde_json::{Value, json};

#[test]
fn identifiers_are_checked_when_read_and_taken_as_sent() {
    assert!("5265877635".parse::<Nip>().is_ok());
    let wrong = "5265877636".parse::<Nip>().expect_err("a wrong checksum");
    assert_eq!((wrong.kind, wrong.to_string().contains("5265877636")), ("Nip", false));
    assert!(Nip::without_checksum("5265877636").is_ok_and(|nip| !nip.checksum_is_valid()));

    let sent: Nip = serde_json::from_value(json!("not a nip")).expect("whatever the server sends");
    assert_eq!(sent.to_string(), "not a nip");

    let number: KsefNumber = "5265877635-20250826-0100001AF629-AF".parse().expect("a KSeF number");
    assert!(number.checksum_is_valid());
    assert_eq!(number.seller_nip().as_ref().map(Nip::as_str), Some("5265877635"));
    let old: KsefNumber = "5265877635-20250826-010000-1AF629-AF".parse().expect("a number of KSeF 1.0");
    assert!(!old.checksum_is_valid());
    assert!("5265877635-20251326-0100001AF629-AF".parse::<KsefNumber>().is_err());

    assert!(
        "20260119-SO-36E370E000-B1C29B0B96-6B"
            .parse::<ReferenceNumber>()
            .is_ok_and(|it| it.checksum_is_valid())
    );
    assert!("20260119-SO".parse::<ReferenceNumber>().is_err());
}

#[test]
fn personal_identifiers_are_not_shown() {
    let nip: Nip = "5265877635".parse().expect("a NIP");
    let pesel: Pesel = "44051401359".parse().expect("a PESEL");
    let unit: InternalId = "5265877635-00017".parse().expect("an internal identifier");
    assert_eq!(format!("{nip:?} {pesel:?} {unit:?}"), "Nip(…) Pesel(…) InternalId(…)");
    let token = TokenInfo {
        token: "secret".to_owned(),
        valid_until: "2026-01-01T00:00:00Z".parse().expect("an instant"),
    };
    assert_eq!(format!("{token:?}"), "TokenInfo { token: …, valid_until: 2026-01-01T00:00:00Z }");
}

#[test]
fn contexts_are_written_as_kind_and_value() {
    let context = ContextIdentifier::new("InternalId", "5265877635-00017").expect("a context");
    let wire = json!({"type": "InternalId", "value": "5265877635-00017"});
    assert_eq!(serde_json::to_value(&context).expect("JSON"), wire);
    assert_eq!(serde_json::from_value::<ContextIdentifier>(wire).expect("a context"), context);
    assert!(ContextIdentifier::new("Pesel", "44051401359").is_err());
    assert!(serde_json::from_value::<ContextIdentifier>(json!({"type": "Pesel", "value": "1"})).is_err());
    for kind in ContextIdentifier::KINDS {
        let json = json!({"type": kind, "value": "x"});
        assert_eq!(serde_json::from_value::<ContextIdentifier>(json).expect("a context").kind(), *kind);
    }
}

#[test]
fn enums_keep_unknown_values() {
    let known: CurrencyCode = serde_json::from_value(json!("PLN")).expect("a currency");
    assert_eq!(known, CurrencyCode::Pln);
    let unknown: CurrencyCode = serde_json::from_value(json!("ABC")).expect("a new currency");
    assert_eq!(unknown, CurrencyCode::Unknown("ABC".to_owned()));
    assert_eq!(serde_json::to_value(&unknown).expect("JSON"), json!("ABC"));
    assert_eq!(CurrencyCode::KNOWN.len(), 187);
    assert!(
        CurrencyCode::KNOWN.iter().all(|wire| !matches!(CurrencyCode::from(*wire), CurrencyCode::Unknown(_)))
    );
}

#[test]
fn amounts_stay_exact() {
    let text = r#"{"amount":12345678901234567.89,"currency":"PLN"}"#;
    let payment: CollectiveIdentifierInvoicePayment = serde_json::from_str(text).expect("a payment");
    assert_eq!(payment.amount.to_string(), "12345678901234567.89");
    assert_eq!(serde_json::to_string(&payment).expect("JSON"), text);
}

#[test]
fn nulls_in_maps_are_kept() {
    let wire = json!({"code": 440, "description": "x", "extensions": {"originalKsefNumber": null, "a": "b"}});
    let status: InvoiceStatusInfo = serde_json::from_value(wire.clone()).expect("a status");
    assert_eq!(serde_json::to_value(&status).expect("JSON"), wire);
}

#[test]
fn violations_name_the_field() {
    let token = GenerateTokenRequest {
        permissions: vec![TokenPermissionType::InvoiceRead],
        description: "abc".to_owned(),
    };
    let invalid = token.validate().expect_err("too short");
    assert_eq!(invalid.to_string(), "description has 3 characters instead of 5 to 256");

    // Lengths count characters, not bytes.
    let polish = GenerateTokenRequest { description: "ż".repeat(256), ..token };
    assert_eq!(polish.validate(), Ok(()));

    let certificate = EnrollCertificateRequest {
        certificate_name: "semi;colon".to_owned(),
        certificate_type: KsefCertificateType::Offline,
        csr: String::new(),
        valid_from: None,
    };
    let invalid = certificate.validate().expect_err("a forbidden character");
    assert_eq!(
        (invalid.violations[0].field.as_str(), &invalid.violations[0].problem),
        ("certificateName", &Problem::Pattern)
    );
    assert!(!invalid.to_string().contains("semi"), "the value stays out of the message");

    let mut batch: Value = json!({
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "encryption": {"encryptedSymmetricKey": "", "initializationVector": ""},
        "batchFile": {"fileSize": 5_000_000_001_i64, "fileHash": "", "fileParts": [
            {"ordinalNumber": 1, "fileSize": 1, "fileHash": "x".repeat(44)},
            {"ordinalNumber": 0, "fileSize": 0, "fileHash": "x".repeat(44)},
        ]},
    });
    let request: OpenBatchSessionRequest = serde_json::from_value(batch.clone()).expect("a request");
    let fields: Vec<String> = request
        .validate()
        .expect_err("four violations")
        .violations
        .into_iter()
        .map(|found| found.field)
        .collect();
    let expected = [
        "batchFile.fileSize",
        "batchFile.fileHash",
        "batchFile.fileParts[1].ordinalNumber",
        "batchFile.fileParts[1].fileSize",
    ];
    assert_eq!(fields, expected);
    batch["batchFile"]["fileParts"] = json!([]);
    let request: OpenBatchSessionRequest = serde_json::from_value(batch).expect("a request");
    assert!(
        request
            .validate()
            .expect_err("no parts")
            .to_string()
            .contains("batchFile.fileParts has 0 items instead of 1 to 50")
    );
}

#[test]
fn the_table_is_complete_and_consistent() {
    assert_eq!(OPERATIONS.len(), 83);
    let ids: BTreeSet<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let routes: BTreeSet<(&str, &str)> = OPERATIONS.iter().map(|it| (it.method.as_str(), it.path)).collect();
    assert_eq!((ids.len(), routes.len()), (83, 83));
    for operation in OPERATIONS {
        assert_eq!(operation.id.split('.').next(), Some(operation.area));
        assert_eq!(operations::by_id(operation.id), Some(*operation));
        assert!((200..300).contains(&operation.success), "{}", operation.id);
        let placeholders = operation.path.matches('{').count();
        assert_eq!(
            operation.parameters.iter().filter(|it| it.place == Place::Path).count(),
            placeholders,
            "{}",
            operation.id
        );
        assert!(operation.auth == Auth::Bearer || !operation.own_bearer, "{}", operation.id);
        assert!(operation.rate_limit.per_second.is_some(), "{}", operation.id);
    }
    assert!(operations::by_id("sessions.unheard_of").is_none());
}

#[test]
fn the_table_knows_what_the_protocol_says() {
    let open = operations::SESSIONS_OPEN_ONLINE;
    assert_eq!((open.method, open.path, open.success), (Method::Post, "/sessions/online", 201));
    assert_eq!(open.permissions, ["InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations"]);
    assert_eq!((open.rate_group, open.rate_limit.per_hour), ("onlineSession", Some(120)));
    assert_eq!(open.error_codes, [21001, 21405, 21470]);
    assert_eq!(open.request, Content::Json("OpenOnlineSessionRequest"));
    assert_eq!(operations::AUTH_CHALLENGE.rate_group, "anonymous");
    assert_eq!(operations::AUTH_START_WITH_XADES.request, Content::Xml);
    assert_eq!(operations::INVOICES_BY_KSEF_NUMBER.response, Content::Xml);
    assert_eq!(operations::SESSIONS_LIST.paging, Paging::Token);
    assert_eq!(operations::PEPPOL_LIST_PROVIDERS.paging, Paging::Offset);
    let own: Vec<&str> = OPERATIONS.iter().filter(|it| it.own_bearer).map(|it| it.id).collect();
    assert_eq!(own, ["auth.status", "auth.redeem_tokens", "auth.refresh_token"]);
}

#[test]
fn parameters_are_checked() {
    let list = operations::SESSIONS_LIST;
    assert_eq!(list.check_parameter("pageSize", "1000"), Ok(()));
    let invalid = list.check_parameter("pageSize", "1001").expect_err("too many");
    assert_eq!(invalid.to_string(), "pageSize is 1001 instead of 10 to 1000");
    assert!(list.check_parameter("pageSize", "many").is_err());
    assert_eq!(list.check_parameter("unknown", "anything"), Ok(()));
    let invalid = operations::TOKENS_LIST.check_parameter("description", "ab").expect_err("too short");
    assert_eq!(invalid.to_string(), "description has 2 characters instead of at least 3");
    let limits = OPERATIONS.iter().flat_map(|it| it.parameters).filter(|it| it.limit != Limit::None).count();
    assert!(limits > 30, "{limits}");
}
