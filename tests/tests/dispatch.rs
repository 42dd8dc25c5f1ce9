//! Every operation by its name: through the asynchronous client and its blocking twin, with an answer or with a refusal of
//! KSeF; misuse is told with names and sends nothing; the route of last resort carries bytes.

use std::collections::{BTreeMap, BTreeSet};

use ksef_conformance::driver::NIP;
use ksef_conformance::house;
use ksef_emulator::{Emulator, Profile};
use libksef::raw::{Method, RawLogin, RawRequest};
use libksef::test_identity::{KeyKind, seal};
use libksef::{Answer, Client, Credentials, Error, ErrorKind, Nip, OperationDescription, operations};
use serde_json::{Map, Value, json};

/// Values of parameters that the emulator holds nothing for.
const PARAMETERS: &[(&str, &str)] = &[
    ("referenceNumber", "20260101-AU-0000000000-0000000000-00"),
    ("invoiceReferenceNumber", "20260101-EE-0000000000-0000000000-00"),
    ("upoReferenceNumber", "20260101-EU-0000000000-0000000000-00"),
    ("ksefNumber", "5265877635-20260101-0100001AF629-AF"),
    ("permissionId", "00000000-0000-0000-0000-000000000000"),
    ("certificateSerialNumber", "0123456789ABCDEF"),
    ("serialNumber", "0123456789ABCDEF"),
    ("sessionType", "Online"),
    ("bearer", "not-a-token"),
];

fn client(emulator: &Emulator) -> Client {
    let nip: Nip = NIP.parse().expect("a NIP");
    let identity = seal(&nip, "Dispatch", KeyKind::P256).expect("an identity");
    Client::builder(house::environment(emulator))
        .context(nip)
        .credentials(Credentials::certificate(identity))
        .build()
        .expect("a client")
}

fn bodies() -> Map<String, Value> {
    serde_json::from_str(include_str!("fixtures/bodies.json")).expect("bodies by operation")
}

/// What the operation must be given, and nothing else.
fn input(operation: &OperationDescription, bodies: &Map<String, Value>) -> Value {
    let value = |name: &str| match name {
        "body" => bodies.get(operation.id).unwrap_or_else(|| panic!("{}: no body", operation.id)).clone(),
        name => {
            let known = PARAMETERS.iter().find(|(parameter, _)| *parameter == name);
            json!(known.unwrap_or_else(|| panic!("{}: no value for {name}", operation.id)).1)
        }
    };
    let required = operation.inputs.iter().filter(|input| input.required);
    required.map(|input| (input.name.clone(), value(&input.name))).collect::<Map<_, _>>().into()
}

/// The operations that the emulator says it has.
fn supported(emulator: &Emulator) -> BTreeSet<String> {
    let told = house::manage(emulator, "GET", "/", None);
    let rows = told["operations"].as_array().expect("a list of operations");
    let has = rows.iter().filter(|row| row["supported"] == true);
    has.map(|row| row["id"].as_str().expect("an id").to_owned()).collect()
}

/// Calls every operation and judges what came of it; gives how many were answered with success.
fn walk(emulator: &Emulator, mut call: impl FnMut(&str, Value) -> Result<Answer, Error>) -> usize {
    let (bodies, supported) = (bodies(), supported(emulator));
    let mut answered = BTreeMap::new();
    for operation in operations() {
        let before = house::calls(emulator, operation.id);
        let outcome = call(operation.id, input(&operation, &bodies));
        assert!(
            house::calls(emulator, operation.id) > before,
            "{}: {outcome:?} without a request",
            operation.id
        );
        match outcome {
            Ok(answer) => {
                assert!(supported.contains(operation.id), "{}: answered, though not supported", operation.id);
                let expected = match operation.response {
                    None => matches!(answer, Answer::Nothing),
                    Some("XML") => answer.document().is_some(),
                    Some(list) if list.starts_with("Vec<") => answer.json().is_some_and(Value::is_array),
                    Some(_) => answer.json().is_some_and(Value::is_object),
                };
                assert!(expected, "{}: {answer:?} for {:?}", operation.id, operation.response);
                answered.insert(operation.id, answer);
            }
            Err(error) => {
                assert_eq!(error.operation(), Some(operation.id), "{error}");
                assert!(error.was_sent(), "{}: {error}", operation.id);
                let status = error.http_status().unwrap_or_else(|| panic!("{}: {error}", operation.id));
                if supported.contains(operation.id) {
                    assert!((400..500).contains(&status), "{}: {error}", operation.id);
                    assert!(
                        matches!(error.kind(), ErrorKind::Refused | ErrorKind::Authentication),
                        "{}: {error}",
                        operation.id
                    );
                    let explained = error.ksef_code().is_some() || matches!(status, 401 | 403 | 404 | 410);
                    assert!(explained, "{}: {error}", operation.id);
                } else {
                    assert_eq!(status, 501, "{}: {error}", operation.id);
                }
            }
        }
    }
    answered.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_called_by_its_name() {
    let emulator = house::emulator(Profile::Test).await;
    let client = client(&emulator);
    let runtime = tokio::runtime::Handle::current();
    let answered =
        tokio::task::block_in_place(|| walk(&emulator, |id, input| runtime.block_on(client.call(id, input))));
    assert!(answered >= 30, "{answered} operations were answered with success");
    emulator.stop().await;
}

#[test]
fn every_operation_is_called_by_its_name_without_async() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let emulator = runtime.block_on(house::emulator(Profile::Test));
    let client = libksef::blocking::Client::from(client(&emulator));
    let answered = walk(&emulator, |id, input| client.call(id, input));
    assert!(answered >= 30, "{answered} operations were answered with success");
    runtime.block_on(emulator.stop());
}

#[test]
fn twins_do_what_the_calls_do() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let emulator = runtime.block_on(house::emulator(Profile::Test));
    let client = libksef::blocking::Client::from(client(&emulator));
    let request = libksef::model::GenerateTokenRequest {
        permissions: vec![libksef::model::TokenPermissionType::InvoiceRead],
        description: "made by a twin".to_owned(),
    };
    let made = client.tokens().generate(&request).expect("a token");
    let status = client.tokens().status(&made.reference_number).expect("its status");
    let called = client.call("tokens.status", json!({"referenceNumber": made.reference_number}));
    let called = called.expect("its status").json().expect("JSON").clone();
    assert_eq!(called["description"], "made by a twin");
    assert_eq!(called["referenceNumber"], status.reference_number.as_str());
    assert_eq!(serde_json::to_value(client.limits().context().expect("limits")).expect("JSON"), {
        client.call("limits.context", Value::Null).expect("limits").json().expect("JSON").clone()
    });
    runtime.block_on(emulator.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_calls_are_refused_inside_a_runtime() {
    let emulator = house::emulator(Profile::Test).await;
    let client = libksef::blocking::Client::from(client(&emulator));
    assert_eq!(client.call("limits.context", Value::Null).expect_err("misuse").number(), 1019);
    assert_eq!(client.limits().context().expect_err("misuse").number(), 1019);
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn misuse_is_named_and_sends_nothing() {
    let emulator = house::emulator(Profile::Test).await;
    let client = client(&emulator);
    let token = json!({"permissions": ["InvoiceRead"], "description": "long enough"});
    let mut slip = token.clone();
    slip["descripton"] = json!("x");
    let mut short = token;
    short["description"] = json!("x");
    let cases = [
        ("tokens.make", json!({}), 1001, "tokens.make"),
        ("", json!({}), 1001, "operation"),
        ("tokens.list", json!({"page": 1}), 1001, "page"),
        ("tokens.list", json!({"pageSize": 5}), 1020, "pageSize"),
        ("tokens.list", json!({"pageSize": {}}), 1001, "pageSize"),
        ("tokens.list", json!("x"), 1001, "input"),
        ("tokens.status", json!({}), 1001, "referenceNumber"),
        ("tokens.status", json!({"referenceNumber": "../x"}), 1008, "referenceNumber"),
        ("tokens.generate", json!({}), 1001, "body"),
        ("tokens.generate", json!({"body": {"permissions": []}}), 1020, "description"),
        ("tokens.generate", json!({ "body": slip }), 1020, "descripton"),
        ("tokens.generate", json!({ "body": short }), 1020, "description"),
        ("auth.status", json!({"referenceNumber": PARAMETERS[0].1}), 1001, "bearer"),
        ("auth.start_with_xades", json!({"body": {}}), 1001, "body"),
        ("limits.context", json!({"bearer": "x"}), 1001, "bearer"),
    ];
    for (operation, input, number, name) in cases {
        let error = client.call(operation, input).await.expect_err("misuse");
        assert_eq!(error.number(), number, "{operation}: {error}");
        assert!(error.to_string().contains(name), "{operation}: {error}");
        assert_eq!((error.kind(), error.was_sent()), (ErrorKind::Misuse, false), "{operation}: {error}");
    }
    let sent = house::manage(&emulator, "GET", "/requests", None);
    let counts = sent["operations"].as_object().expect("counts by operation");
    assert!(counts.values().all(|count| count.as_u64() == Some(0)), "{sent}");
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_requests_carry_the_login_and_every_answer() {
    let emulator = house::emulator(Profile::Test).await;
    let client = client(&emulator);
    let limits = client.raw(RawRequest::new(Method::Get, "/limits/context")).await.expect("an answer");
    assert_eq!(limits.status, 200);
    assert!(limits.header("Content-Type").is_some_and(|kind| kind.contains("json")));
    let limits: Value = serde_json::from_slice(&limits.body).expect("JSON");
    assert!(limits["onlineSession"].is_object(), "{limits}");

    let anonymous = RawRequest::new(Method::Get, "/limits/context").login(RawLogin::None);
    assert_eq!(client.raw(anonymous).await.expect("an answer").status, 401);
    let wrong = RawRequest::new(Method::Post, "/tokens").body("application/json", "{}");
    let wrong = client.raw(wrong).await.expect("an answer, though a refusal");
    assert_eq!(wrong.status, 400);
    assert!(!wrong.body.is_empty());
    assert_eq!(
        client.raw(RawRequest::new(Method::Get, "/no/such/route")).await.expect("an answer").status,
        404
    );
    let page =
        RawRequest::new(Method::Get, "/sessions").query("sessionType", "Online").query("pageSize", "10");
    assert_eq!(client.raw(page).await.expect("an answer").status, 200);

    // An access token that has ended is replaced once.
    emulator.advance_clock(std::time::Duration::from_secs(3600));
    let again = client.raw(RawRequest::new(Method::Get, "/limits/context")).await.expect("an answer");
    assert_eq!(again.status, 200);
    emulator.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_request_with_a_lost_answer_is_not_repeated() {
    let emulator = house::emulator(Profile::Test).await;
    let client = client(&emulator);
    client.log_in().await.expect("a login");
    for (method, path, operation) in
        [(Method::Post, "/tokens", "tokens.generate"), (Method::Get, "/limits/context", "limits.context")]
    {
        let fault = json!({"operation": operation, "kind": "drop_after"});
        house::manage(&emulator, "POST", "/faults", Some(&fault));
        let request = RawRequest::new(method, path).body(
            "application/json",
            json!({"permissions": ["InvoiceRead"], "description": "once and no more"}).to_string(),
        );
        let error = client.raw(request).await.expect_err("a lost answer");
        assert_eq!((error.kind(), error.was_sent()), (ErrorKind::Transport, true), "{error}");
        assert_eq!(house::calls(&emulator, operation), 1, "{operation}");
    }
    emulator.stop().await;
}
