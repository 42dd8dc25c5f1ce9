//! Certificates that were issued: what they are, what they are good for, and how they end.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{Certificate, KeyKind, PrivateKey, SigningIdentity};
use ksef_documents::auth_request::SubjectIdentifierType;
use ksef_emulator::Profile;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    enrollments::person,
    openssl::{Key, look, verify},
    world::{NIP, OTHER_NIP, World, nip_context},
};

impl World {
    async fn retrieve(&self, token: &str, serial: &str) -> SigningCertificate {
        let body = json!({"certificateSerialNumbers": [serial]});
        let found = self.query("/certificates/retrieve", token, &body).await["certificates"][0].clone();
        assert_eq!(found["certificateSerialNumber"], serial);
        let der = BASE64_STANDARD.decode(found["certificate"].as_str().unwrap()).unwrap();
        SigningCertificate(Certificate::from_der(&der).unwrap())
    }

    /// The only certificate of a query.
    async fn item(&self, token: &str, filter: Value) -> Value {
        let found = self.query("/certificates/query", token, &filter).await;
        let items = found["certificates"].as_array().unwrap();
        assert_eq!(items.len(), 1, "{found}");
        items[0].clone()
    }

    /// Code and detail of the status of a login.
    async fn login_outcome(&self, identity: &SigningIdentity) -> (i64, String) {
        let by = SubjectIdentifierType::CertificateSubject;
        let (status, _) = self.start_login(identity, &nip_context(NIP), by).await;
        let detail = status["status"]["details"][0].as_str().unwrap_or_default().to_owned();
        (status["status"]["code"].as_i64().unwrap(), detail)
    }
}

struct SigningCertificate(Certificate);

impl SigningCertificate {
    fn with(self, key: &Key) -> SigningIdentity {
        SigningIdentity::new(self.0, PrivateKey::from_pem(&key.pem(), None).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn a_request_of_openssl_becomes_a_certificate_that_openssl_believes_and_that_logs_in() {
    let world = World::start(Profile::Production).await;
    let (_, token) = person(&world).await;
    let data = world.enrollment_data(&token).await;
    for (key, name) in [(Key::p256(), "Klucz eliptyczny"), (Key::rsa(2048), "Klucz RSA")] {
        let serial = world.certificate(&token, name, "Authentication", &key.csr(&data, &[])).await;
        let certificate = world.retrieve(&token, &serial).await;
        let pem = certificate.0.to_pem();
        verify(&world.emulator.authority_pem(), &pem, certificate.0.not_before());
        assert_eq!(look(&pem, &["-serial"]).trim(), format!("serial={serial}"));
        let text = look(&pem, &["-text", "-nameopt", "utf8"]);
        assert!(text.contains("Digital Signature") && !text.contains("Non Repudiation"), "{text}");
        assert!(text.contains("Signature Algorithm: ecdsa-with-SHA256"), "{text}");
        let subject = look(&pem, &["-subject", "-nameopt", "utf8,sep_multiline,sname"]);
        for (short, member) in [("GN", "givenName"), ("SN", "surname"), ("CN", "commonName")] {
            let line = format!("{short}={}", data[member].as_str().unwrap());
            assert!(subject.lines().any(|one| one.trim() == line), "{line} in {subject}");
        }

        let identity = certificate.with(&key);
        let by = SubjectIdentifierType::CertificateSubject;
        let (status, _) = world.start_login(&identity, &nip_context(NIP), by).await;
        assert_eq!(status["status"]["code"], 200, "{status}");
        assert_eq!(status["authenticationMethod"], "InternalCertificate");
        let item = world.item(&token, json!({"certificateSerialNumber": serial})).await;
        assert_eq!((&item["status"], &item["type"]), (&json!("Active"), &json!("Authentication")));
        assert_eq!((&item["name"], &item["commonName"]), (&json!(name), &data["commonName"]));
        assert_eq!(item["subjectIdentifier"], json!({"type": "Nip", "value": NIP}));
        assert!(item["lastUseDate"].is_string(), "{item}");
        let year = |member: &str| item[member].as_str().unwrap()[..4].parse::<i32>().unwrap();
        assert_eq!(year("validTo") - year("validFrom"), 2);
    }
}

#[tokio::test]
async fn an_offline_certificate_does_not_log_in() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_as_owner(NIP).await;
    let key = Key::p256();
    let csr = key.csr(&world.enrollment_data(&token).await, &[]);
    let serial = world.certificate(&token, "Faktury offline", "Offline", &csr).await;
    let certificate = world.retrieve(&token, &serial).await;
    let text = look(&certificate.0.to_pem(), &["-text"]);
    assert!(text.contains("Non Repudiation") && !text.contains("Digital Signature"), "{text}");
    let outcome = world.login_outcome(&certificate.with(&key)).await;
    assert_eq!(outcome, (460, "Niepoprawny certyfikat".to_owned()));
}

#[tokio::test]
async fn a_certificate_stands_for_the_fingerprint_that_asked_for_it() {
    let world = World::start(Profile::Test).await;
    let login = world.identity(json!({"kind": "person", "nip": OTHER_NIP})).await;
    let fingerprint = login.certificate().fingerprint();
    let subject = json!({"type": "Fingerprint", "value": fingerprint});
    let context = json!({"type": "Nip", "value": NIP});
    let grant = json!({"context": context, "subject": subject, "permissions": ["InvoiceRead"]});
    world.command("/permissions", grant).await;
    let by = SubjectIdentifierType::CertificateFingerprint;
    let (status, operation) = world.start_login(&login, &nip_context(NIP), by).await;
    assert_eq!(status["status"]["code"], 200, "{status}");
    let redeemed = world.post("/auth/token/redeem", &operation, &json!({})).await.json();
    let token = redeemed["accessToken"]["token"].as_str().unwrap();
    assert_eq!(world.read("/certificates/limits", token).await["enrollment"]["limit"], 12);

    let key = Key::p256();
    let csr = key.csr(&world.enrollment_data(token).await, &[]);
    let serial = world.certificate(token, "Odcisk palca", "Authentication", &csr).await;
    let item = world.item(token, json!({})).await;
    assert_eq!(item["subjectIdentifier"], subject);
    let identity = world.retrieve(token, &serial).await.with(&key);
    assert_ne!(identity.certificate().fingerprint(), fingerprint);
    let (status, _) = world.start_login(&identity, &nip_context(NIP), by).await;
    assert_eq!(status["status"]["code"], 200, "{status}");
}

#[tokio::test]
async fn a_revoked_certificate_is_blocked_first() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_as_owner(NIP).await;
    let key = Key::p256();
    let csr = key.csr(&world.enrollment_data(&token).await, &[]);
    let serial = world.certificate(&token, "Certyfikat", "Authentication", &csr).await;
    let identity = world.retrieve(&token, &serial).await.with(&key);
    let path = format!("/certificates/{serial}/revoke");
    let reason = json!({"revocationReason": "KeyCompromise"});

    let by_token = world.log_in_by_token(NIP, &["CredentialsManage"]).await;
    let refused = world.post(&path, &by_token, &reason).await;
    assert_eq!((refused.status, &refused.json()["reasonCode"]), (403, &json!("auth-method-not-allowed")));
    assert_eq!(refused.json()["security"], json!({"authenticationMethodCategory": "Token"}));
    let other = world.log_in_as_owner(OTHER_NIP).await;
    assert_eq!(world.post(&path, &other, &reason).await.code(), 25008);
    assert_eq!(world.post("/certificates/0123/revoke", &token, &reason).await.code(), 21405);
    assert_eq!(world.post(&path, &token, &json!({"revocationReason": "Lost"})).await.code(), 21001);
    assert_eq!(world.login_outcome(&identity).await.0, 200);

    world.command("/processing", json!({"delayMs": 60_000})).await;
    // The body may be left out.
    assert_eq!(world.call(Method::POST, &path, &token, None, &[]).await.status, 204);
    assert_eq!(world.item(&token, json!({})).await["status"], "Blocked");
    assert_eq!(world.login_outcome(&identity).await, (460, "Certyfikat odwołany".to_owned()));
    assert_eq!(world.post(&path, &token, &reason).await.code(), 25009);
    world.advance(61).await;
    assert_eq!(world.item(&token, json!({"status": "Revoked"})).await["certificateSerialNumber"], serial);
    assert_eq!(world.post(&path, &token, &reason).await.code(), 25009);
    assert_eq!(world.login_outcome(&identity).await, (460, "Certyfikat odwołany".to_owned()));
    assert_eq!(world.read("/certificates/limits", &token).await["certificate"]["remaining"], 100);
}

#[tokio::test]
async fn a_validity_can_be_shortened_and_ends() {
    let world = World::start(Profile::Test).await;
    let owner = world.emulator.issue_seal(NIP, KeyKind::P256).unwrap();
    let token = world.log_in(&owner, &nip_context(NIP)).await;
    let key = Key::p256();
    let csr = key.csr(&world.enrollment_data(&token).await, &[]);
    let serial = world.certificate(&token, "Certyfikat", "Authentication", &csr).await;
    let identity = world.retrieve(&token, &serial).await.with(&key);
    let path = format!("/testdata/certificates/{serial}");
    let put = async |token: &str, path: &str, valid_to: &str| {
        world.call(Method::PUT, path, token, Some(&json!({"validTo": valid_to})), &[]).await
    };
    let valid_to = world.item(&token, json!({})).await["validTo"].as_str().unwrap().to_owned();
    let end: jiff::Timestamp = valid_to.parse().unwrap();
    let later = (end + jiff::SignedDuration::from_secs(1)).to_string();
    assert_eq!(put(&token, &path, &later).await.code(), 21405);
    let soon = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1)).to_string();
    assert_eq!(put(&token, "/testdata/certificates/0123456789ABCDEF", &soon).await.code(), 25008);
    assert_eq!(put("", &path, &soon).await.status, 401);
    assert_eq!(put(&token, &path, &soon).await.status, 200);
    assert_eq!(
        world.item(&token, json!({"expiresAfter": jiff::Timestamp::now().to_string()})).await["status"],
        "Active"
    );
    assert_eq!(world.login_outcome(&identity).await.0, 200);

    world.advance(3_700).await;
    assert_eq!(world.login_outcome(&identity).await, (460, "Nieważny certyfikat".to_owned()));
    let token = world.log_in(&owner, &nip_context(NIP)).await;
    assert_eq!(world.item(&token, json!({"status": "Expired"})).await["certificateSerialNumber"], serial);
    let revoke = format!("/certificates/{serial}/revoke");
    assert_eq!(world.post(&revoke, &token, &json!({})).await.code(), 25009);
}

#[tokio::test]
async fn queries_filter_and_have_pages() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_as_owner(NIP).await;
    let csr = Key::p256().csr(&world.enrollment_data(&token).await, &[]);
    let mut serials = Vec::new();
    for number in 1..=11 {
        let kind = if number == 1 { "Offline" } else { "Authentication" };
        serials.push(world.certificate(&token, &format!("Numer {number:02}"), kind, &csr).await);
    }
    let names = |page: &Value| {
        let items = page["certificates"].as_array().unwrap();
        items.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The body may be left out.
    let first = world.call(Method::POST, "/certificates/query", &token, None, &[]).await.json();
    assert_eq!((names(&first).len(), &first["hasMore"]), (10, &json!(true)));
    assert_eq!(names(&first)[0], "Numer 11");
    let last = world.query("/certificates/query?pageOffset=1&pageSize=10", &token, &json!({})).await;
    assert_eq!((names(&last), &last["hasMore"]), (vec!["Numer 01".to_owned()], &json!(false)));
    let named = world.query("/certificates/query", &token, &json!({"name": "mer 1"})).await;
    assert_eq!(names(&named), ["Numer 11", "Numer 10"]);
    assert_eq!(world.item(&token, json!({"type": "Offline"})).await["name"], "Numer 01");
    let by_serial = json!({"certificateSerialNumber": serials[4]});
    assert_eq!(world.item(&token, by_serial).await["name"], "Numer 05");
    let far =
        world.query("/certificates/query", &token, &json!({"expiresAfter": "2100-01-01T00:00:00Z"})).await;
    assert!(names(&far).is_empty());

    for query in ["pageSize=9", "pageSize=51", "pageOffset=-1"] {
        let refused = world.post(&format!("/certificates/query?{query}"), &token, &json!({})).await;
        assert_eq!(refused.code(), 21405, "{query}");
    }
    assert_eq!(world.post("/certificates/query", &token, &json!({"status": "Lost"})).await.code(), 21001);
    let other = world.log_in_as_owner(OTHER_NIP).await;
    assert!(names(&world.query("/certificates/query", &other, &json!({})).await).is_empty());
    let foreign = json!({"certificateSerialNumbers": serials[..10]});
    let foreign = world.query("/certificates/retrieve", &other, &foreign).await;
    assert_eq!(foreign["certificates"], json!([]));
    for wrong in [json!([]), json!(["0123456789abcdef"]), json!(serials)] {
        let body = json!({"certificateSerialNumbers": wrong});
        assert_eq!(world.post("/certificates/retrieve", &token, &body).await.code(), 21405, "{wrong}");
    }
}

#[tokio::test]
async fn a_person_revokes_by_pesel_what_it_asked_for_by_nip() {
    let world = World::start(Profile::Test).await;
    let pesel = "30112206276";
    let linked = json!({"nip": NIP, "pesel": pesel, "isBailiff": false, "description": "Jan Testowy"});
    assert_eq!(world.post("/testdata/person", "", &linked).await.status, 200);
    let by_nip = world.log_in_as_owner(NIP).await;
    let csr = Key::p256().csr(&world.enrollment_data(&by_nip).await, &[]);
    let serial = world.certificate(&by_nip, "Certyfikat", "Offline", &csr).await;

    let person = world.identity(json!({"kind": "person", "pesel": pesel})).await;
    let by_pesel = world.log_in(&person, &nip_context(NIP)).await;
    let item = world.item(&by_pesel, json!({})).await;
    assert_eq!(item["subjectIdentifier"], json!({"type": "Nip", "value": NIP}));
    // Limits go with the identifier of the login.
    assert_eq!(world.read("/limits/subject", &by_pesel).await["certificate"]["maxCertificates"], 6);
    let path = format!("/certificates/{serial}/revoke");
    assert_eq!(world.post(&path, &by_pesel, &json!({})).await.status, 204);
}
