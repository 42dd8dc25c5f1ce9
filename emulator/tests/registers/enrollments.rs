//! Asking for a certificate: what is taken and what is refused.

use base64::{Engine, prelude::BASE64_STANDARD};
use ksef_crypto::{KeyKind, SigningIdentity};
use ksef_emulator::Profile;
use serde_json::{Value, json};

use crate::{
    openssl::Key,
    world::{Answer, NIP, OTHER_NIP, World, nip_context},
};

/// A person whose name has Polish letters and signs that names must escape.
const PERSON: &str = "Zażółć Gęślą-Jaźń \"Łoś, + Ćma/Źdźbło\"";

pub(crate) async fn person(world: &World) -> (SigningIdentity, String) {
    let identity = world.identity(json!({"kind": "person", "nip": NIP, "name": PERSON})).await;
    let token = world.log_in(&identity, &nip_context(NIP)).await;
    (identity, token)
}

impl World {
    pub(crate) async fn enrollment_data(&self, token: &str) -> Value {
        self.read("/certificates/enrollments/data", token).await
    }

    pub(crate) async fn enroll(&self, token: &str, name: &str, kind: &str, csr: &[u8]) -> Answer {
        let csr = BASE64_STANDARD.encode(csr);
        let body = json!({"certificateName": name, "certificateType": kind, "csr": csr});
        self.post("/certificates/enrollments", token, &body).await
    }

    /// Status of an enrolment that was taken in.
    pub(crate) async fn enrollment(&self, token: &str, enrolled: &Answer) -> Value {
        assert_eq!(enrolled.status, 202, "{}", enrolled.text);
        let reference = enrolled.json()["referenceNumber"].as_str().unwrap().to_owned();
        self.read(&format!("/certificates/enrollments/{reference}"), token).await
    }

    /// Enrols and gives the serial number.
    pub(crate) async fn certificate(&self, token: &str, name: &str, kind: &str, csr: &[u8]) -> String {
        let enrolled = self.enroll(token, name, kind, csr).await;
        self.advance(1).await;
        let status = self.enrollment(token, &enrolled).await;
        assert_eq!(status["status"]["code"], 200, "{status}");
        status["certificateSerialNumber"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn keys_and_algorithms_of_openssl_are_taken() {
    let world = World::start(Profile::Test).await;
    let (_, token) = person(&world).await;
    let data = world.enrollment_data(&token).await;
    let (ec, rsa) = (Key::p256(), Key::rsa(2048));
    let pss = |salt| ["-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", salt];
    let digest_long = pss("rsa_pss_saltlen:digest");
    let longest = pss("rsa_pss_saltlen:max");
    let cases: [(&Key, &[&str]); 8] = [
        (&ec, &["-sha256"]),
        (&ec, &["-sha384"]),
        (&ec, &["-sha1"]),
        (&rsa, &["-sha256"]),
        (&rsa, &["-sha512"]),
        (&rsa, &["-sha1"]),
        (&rsa, &digest_long),
        (&rsa, &longest),
    ];
    for (key, options) in cases {
        let csr = key.csr(&data, options);
        let enrolled = world.enroll(&token, "Certyfikat", "Authentication", &csr).await;
        world.advance(1).await;
        let status = world.enrollment(&token, &enrolled).await;
        assert_eq!(status["status"]["code"], 200, "{options:?}: {status}");
    }
}

#[tokio::test]
async fn other_keys_algorithms_and_signatures_are_refused() {
    let world = World::start(Profile::Test).await;
    let (_, token) = person(&world).await;
    let data = world.enrollment_data(&token).await;
    let refused = async |csr: &[u8]| world.enroll(&token, "Certyfikat", "Offline", csr).await.code();
    assert_eq!(refused(&Key::rsa(3072).csr(&data, &[])).await, 25010);
    assert_eq!(refused(&Key::generate("EC", "ec_paramgen_curve:P-384").csr(&data, &[])).await, 25010);
    let key = Key::p256();
    assert_eq!(refused(&key.csr(&data, &["-sha224"])).await, 25011);
    let good = key.csr(&data, &[]);
    let mut broken = good.clone();
    // The last byte belongs to the number s of the signature.
    *broken.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&broken).await, 25004);
    assert_eq!(refused(&good[..good.len() - 1]).await, 25004);
    assert_eq!(refused(&[good.as_slice(), &[0]].concat()).await, 25004);
    assert_eq!(refused(b"this is no request").await, 25004);
    // The name was changed after signing: the signature is looked at first.
    let place = good.windows(4).position(|window| window == b"TINP").unwrap();
    let mut renamed = good.clone();
    renamed[place] = b'X';
    assert_eq!(refused(&renamed).await, 25004);
}

#[tokio::test]
async fn a_request_names_exactly_what_the_data_say() {
    let world = World::start(Profile::Test).await;
    let (_, token) = person(&world).await;
    let data = world.enrollment_data(&token).await;
    assert_eq!(data["givenName"], "Zażółć");
    assert_eq!(data["serialNumber"], format!("TINPL-{NIP}"));
    let key = Key::p256();
    let refused = async |data: &Value| {
        world.enroll(&token, "Certyfikat", "Authentication", &key.csr(data, &[])).await.code()
    };
    for (member, value) in [
        ("givenName", "Zazolc"),
        ("surname", "zażółć"),
        ("commonName", " "),
        ("countryName", "DE"),
        ("serialNumber", "NIP-5265877635"),
    ] {
        let mut changed = data.clone();
        changed[member] = value.into();
        assert_eq!(refused(&changed).await, 25003, "{member}");
    }
    let mut more = data.clone();
    more["organizationName"] = "Firma".into();
    assert_eq!(refused(&more).await, 25003);
    let mut less = data.clone();
    less.as_object_mut().unwrap().remove("surname");
    assert_eq!(refused(&less).await, 25003);
    // An attribute that KSeF does not know.
    let mut unknown = data.clone();
    unknown["L"] = "Warszawa".into();
    assert_eq!(refused(&unknown).await, 25003);
    // A refused request is not counted.
    assert_eq!(world.read("/certificates/limits", &token).await["enrollment"]["remaining"], 300);
}

#[tokio::test]
async fn bodies_are_validated_first() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_as_owner(NIP).await;
    let csr = Key::p256().csr(&world.enrollment_data(&token).await, &[]);
    for name in ["abcd", "Certyfikat!", &"a".repeat(101), "Пять5"] {
        assert_eq!(world.enroll(&token, name, "Offline", &csr).await.code(), 21405, "{name}");
    }
    assert_eq!(world.enroll(&token, "Certyfikat", "Seal", &csr).await.code(), 21001);
    let body = json!({"certificateName": "Certyfikat", "certificateType": "Offline", "csr": "?"});
    assert_eq!(world.post("/certificates/enrollments", &token, &body).await.code(), 21001);
    let (code, detail) = world.post("/certificates/enrollments", &token, &json!({})).await.exception();
    assert_eq!(code, 21405);
    assert!(detail.contains("certificateName"), "{detail}");
    assert_eq!(world.post("/certificates/enrollments", "", &json!({})).await.status, 401);
}

#[tokio::test]
async fn a_login_by_token_has_no_data_and_no_request() {
    let world = World::start(Profile::Test).await;
    let owner = world.log_in_as_owner(NIP).await;
    let csr = Key::p256().csr(&world.enrollment_data(&owner).await, &[]);
    let token = world.log_in_by_token(NIP, &["InvoiceRead"]).await;
    assert_eq!(world.get("/certificates/enrollments/data", &token).await.code(), 25001);
    assert_eq!(world.enroll(&token, "Certyfikat", "Offline", &csr).await.code(), 25002);
}

#[tokio::test]
async fn requests_and_certificates_are_limited() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in_as_owner(NIP).await;
    let limits = world.read("/certificates/limits", &token).await;
    let of = |remaining: i64, limit: i64| json!({"remaining": remaining, "limit": limit});
    assert_eq!((&limits["enrollment"], &limits["certificate"]), (&of(300, 300), &of(100, 100)));
    let set = json!({"subjectIdentifierType": "Nip", "enrollment": {"maxEnrollments": 4},
                     "certificate": {"maxCertificates": 1}});
    assert_eq!(world.post("/testdata/limits/subject/certificate", &token, &set).await.status, 200);

    let csr = Key::p256().csr(&world.enrollment_data(&token).await, &[]);
    world.command("/processing", json!({"delayMs": 60_000})).await;
    let first = world.enroll(&token, "Pierwszy", "Authentication", &csr).await;
    let second = world.enroll(&token, "Drugi certyfikat", "Authentication", &csr).await;
    let waiting = world.enrollment(&token, &second).await;
    assert_eq!(waiting["status"], json!({"code": 100, "description": "Wniosek przyjęty do realizacji"}));
    assert!(waiting["certificateSerialNumber"].is_null());
    world.advance(61).await;
    assert_eq!(world.enrollment(&token, &first).await["status"]["code"], 200);
    // Both were taken in when there was room for one.
    let rejected = world.enrollment(&token, &second).await["status"].clone();
    assert_eq!((&rejected["code"], &rejected["description"]), (&json!(400), &json!("Wniosek odrzucony")));
    assert_eq!(rejected["details"], json!(["Osiągnięto dopuszczalny limit posiadanych certyfikatów."]));
    assert_eq!(world.enroll(&token, "Trzeci", "Authentication", &csr).await.code(), 25007);

    let limits = world.read("/certificates/limits", &token).await;
    assert_eq!(limits, json!({"canRequest": false, "enrollment": of(2, 4), "certificate": of(0, 1)}));
    let fewer = json!({"enrollment": {"maxEnrollments": 2}});
    assert_eq!(world.post("/testdata/limits/subject/certificate", &token, &fewer).await.status, 200);
    assert_eq!(world.enroll(&token, "Trzeci", "Authentication", &csr).await.code(), 25006);
    assert_eq!(world.delete("/testdata/limits/subject/certificate", &token).await.status, 200);
    assert_eq!(world.enroll(&token, "Trzeci", "Authentication", &csr).await.status, 202);
}

#[tokio::test]
async fn a_key_belongs_to_one_subject() {
    let world = World::start(Profile::Test).await;
    let key = Key::p256();
    let mut statuses = Vec::new();
    for nip in [NIP, NIP, OTHER_NIP] {
        let token = world.log_in_as_owner(nip).await;
        let csr = key.csr(&world.enrollment_data(&token).await, &[]);
        let enrolled = world.enroll(&token, "Certyfikat", "Offline", &csr).await;
        world.advance(1).await;
        statuses.push(world.enrollment(&token, &enrolled).await["status"].clone());
    }
    assert_eq!((&statuses[0]["code"], &statuses[1]["code"]), (&json!(200), &json!(200)));
    let details = json!(["Klucz publiczny został już certyfikowany przez inny podmiot."]);
    assert_eq!((&statuses[2]["code"], &statuses[2]["details"]), (&json!(400), &details));
}

#[tokio::test]
async fn an_enrollment_can_be_asked_for_during_thirty_days_by_its_owner() {
    let world = World::start(Profile::Test).await;
    let identity = world.emulator.issue_seal(NIP, KeyKind::P256).unwrap();
    let token = world.log_in(&identity, &nip_context(NIP)).await;
    let csr = Key::p256().csr(&world.enrollment_data(&token).await, &[]);
    let enrolled = world.enroll(&token, "Certyfikat", "Offline", &csr).await;
    let path = format!("/certificates/enrollments/{}", enrolled.json()["referenceNumber"].as_str().unwrap());
    let other = world.log_in_as_owner(OTHER_NIP).await;
    assert_eq!(world.get(&path, &other).await.code(), 25005);
    assert_eq!(world.get("/certificates/enrollments/short", &other).await.code(), 21405);

    world.advance(30 * 86_400 - 60).await;
    let token = world.log_in(&identity, &nip_context(NIP)).await;
    assert_eq!(world.read(&path, &token).await["status"]["code"], 200);
    world.advance(120).await;
    let gone = world.get(&path, &token).await;
    assert_eq!(gone.status, 410);
    assert_eq!(gone.json()["detail"], "Operacja wygasła i nie jest już dostępna.");
}
