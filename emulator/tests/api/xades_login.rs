//! Logging in by signature.

use ksef_crypto::KeyKind;
use ksef_emulator::Profile;
use serde_json::json;

use crate::{
    judges::{ECDSA_SHA256, RSA_SHA256, self_signed, xmlsec1_sign},
    logins::{auth_token_request, nip_context, sign},
    world::{NIP, OTHER_NIP, World, claims},
};

const SUBJECT: &str = "certificateSubject";
const FINGERPRINT: &str = "certificateFingerprint";

#[tokio::test]
async fn rsa_signature_of_xmlsec1_with_a_certificate_of_openssl_logs_in_on_test() {
    let world = World::start(Profile::Test).await;
    let (certificate, key) = self_signed(
        &format!("/GN=Żaneta/SN=Kowalska & Syn/serialNumber=TINPL-{NIP}/CN=Żaneta Kowalska/C=PL"),
        &["rsa:2048"],
    );
    let request = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, "");
    let started = world.start_xades(xmlsec1_sign(&request, &certificate, &key, RSA_SHA256), "").await;
    let status = world.login_status(&started).await;
    assert_eq!(status["status"]["code"], 200, "{status}");
    assert_eq!(status["authenticationMethod"], "QualifiedSignature");
    assert_eq!(status["authenticationMethodInfo"]["category"], "XadesSignature");
    assert_eq!(status["isTokenRedeemed"], false);

    let tokens = world.redeem(&started).await;
    let access = claims(&tokens.access);
    assert_eq!(
        (&access["typ"], &access["cit"], &access["civ"]),
        (&json!("ContextToken"), &json!("Nip"), &json!(NIP))
    );
    assert_eq!(access["per"], "[\"Owner\"]");
    assert_eq!(access["iss"], "ksef-api-te");
    assert_eq!(access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(), 900);
    let details: serde_json::Value = serde_json::from_str(access["sud"].as_str().unwrap()).unwrap();
    assert_eq!(details["subjectIdentifier"], json!({"type": "Nip", "value": NIP}));
    assert_eq!(details["surname"], "Kowalska & Syn");
    let refresh = claims(&tokens.refresh);
    assert_eq!(refresh["typ"], "RefreshToken");
    assert_eq!(refresh["exp"].as_i64().unwrap() - refresh["iat"].as_i64().unwrap(), 604_800);
    assert_eq!(world.get("/auth/sessions", &tokens.access).await.status, 200);
}

#[tokio::test]
async fn ecdsa_signature_of_xmlsec1_with_a_certificate_of_the_authority_logs_in_on_production() {
    let world = World::start(Profile::Production).await;
    let made = world.command("/certificates", json!({"nip": NIP, "name": "Spółka \"A, B\" + C"})).await;
    let (certificate, key) = (made["certificatePem"].as_str().unwrap(), made["keyPem"].as_str().unwrap());
    let request = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, "");
    let started = world.start_xades(xmlsec1_sign(&request, certificate, key, ECDSA_SHA256), "").await;
    assert_eq!(world.login_status(&started).await["authenticationMethod"], "QualifiedSeal");
    assert_eq!(claims(&world.redeem(&started).await.access)["iss"], "ksef-api-prd");
}

#[tokio::test]
async fn broken_documents_are_refused_at_once() {
    let world = World::start(Profile::Test).await;
    let (certificate, key) =
        self_signed(&format!("/O=Firma/organizationIdentifier=VATPL-{NIP}/CN=Firma/C=PL"), &["rsa:2048"]);
    let request = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, "");
    let signed = xmlsec1_sign(&request, &certificate, &key, RSA_SHA256);
    let text = String::from_utf8(signed.clone()).unwrap();
    let refused = async |document: Vec<u8>| world.start_xades(document, "").await.exception();

    let (code, details) = refused(text.replace(NIP, OTHER_NIP).into_bytes()).await;
    assert_eq!((code, details[0].as_str()), (9105, "Podpis zweryfikowany negatywnie."));
    assert_eq!(refused(request.clone().into_bytes()).await.0, 9102);
    let begin = text.find("<ds:Signature ").unwrap();
    let end = text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let twice = text[begin..end].replace("\"Signature\"", "\"S2\"").replace("SignedProperties\"", "P2\"");
    assert_eq!(refused(format!("{}{twice}{}", &text[..end], &text[end..]).into_bytes()).await.0, 9103);
    assert_eq!(refused(b"this is no XML".to_vec()).await.0, 9101);
    assert_eq!(refused(Vec::new()).await.0, 21001);
    assert_eq!(refused([b"<a>", [0xC3, 0x28].as_slice(), b"</a>"].concat()).await.0, 21217);

    let without_context = request.replace("ContextIdentifier", "Context");
    let signed_without = xmlsec1_sign(&without_context, &certificate, &key, RSA_SHA256);
    assert_eq!(refused(signed_without).await.0, 21401);
    let unknown = auth_token_request(
        &json!({"challenge": "20250514-CR-226FB7B000-3ACF9BE4C0-10"}),
        &nip_context(NIP),
        SUBJECT,
        "",
    );
    assert_eq!(refused(xmlsec1_sign(&unknown, &certificate, &key, RSA_SHA256)).await.0, 21111);

    // The refused ones did not use the challenge up, the accepted one does.
    assert_eq!(world.start_xades(signed.clone(), "").await.status, 202);
    assert_eq!(refused(signed.clone()).await.0, 21111);
    let wrong_type = world.request(reqwest::Method::POST, "/auth/xades-signature").body(signed);
    assert_eq!(crate::world::finish(wrong_type.header("content-type", "text/plain")).await.status, 415);
}

#[tokio::test]
async fn a_challenge_lasts_ten_minutes() {
    let world = World::start(Profile::Test).await;
    let identity = world.identity(json!({"nip": NIP})).await;
    let late = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, "");
    world.advance(599).await;
    let in_time = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, "");
    world.advance(2).await;
    assert_eq!(world.start_xades(sign(&late, &identity), "").await.code(), 21111);
    assert_eq!(world.start_xades(sign(&in_time, &identity), "").await.status, 202);
}

#[tokio::test]
async fn only_test_accepts_a_certificate_that_vouches_for_itself() {
    let own = json!({"nip": NIP, "selfSigned": true});
    let world = World::start(Profile::Test).await;
    let identity = world.identity(own.clone()).await;
    let request = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, "");
    let checked = world.start_xades(sign(&request, &identity), "?verifyCertificateChain=true").await;
    assert_eq!(world.login_outcome(&checked).await, (460, "Niezaufany łańcuch certyfikatów".to_owned()));
    let started = world.start_as(&identity, &nip_context(NIP), SUBJECT).await;
    assert_eq!(world.login_outcome(&started).await.0, 200);

    for profile in [Profile::Demo, Profile::Production] {
        let world = World::start(profile).await;
        let identity = world.identity(own.clone()).await;
        let started = world.start_as(&identity, &nip_context(NIP), SUBJECT).await;
        assert_eq!(world.login_outcome(&started).await, (460, "Niezaufany łańcuch certyfikatów".to_owned()));
        let redeemed = world.post("/auth/token/redeem", crate::world::operation_token(&started.json())).await;
        assert_eq!(
            redeemed.exception(),
            (21301, vec!["Status uwierzytelniania (460) nie pozwala na pobranie tokenów.".to_owned()])
        );
    }
}

#[tokio::test]
async fn certificates_can_be_stale_revoked_and_foreign() {
    let world = World::start(Profile::Production).await;
    let outcome = async |identity| {
        let started = world.start_as(&identity, &nip_context(NIP), SUBJECT).await;
        world.login_outcome(&started).await
    };
    let stale = world.identity(
        json!({"nip": NIP, "notAfter": "2026-01-01T00:00:00Z", "notBefore": "2025-01-01T00:00:00Z"}),
    );
    assert_eq!(outcome(stale.await).await, (460, "Nieważny certyfikat".to_owned()));
    let revoked = world.identity(json!({"nip": NIP})).await;
    world.command("/certificates/revoke", json!({"fingerprint": revoked.certificate().fingerprint()})).await;
    assert_eq!(outcome(revoked).await, (460, "Certyfikat odwołany".to_owned()));

    let elsewhere = World::start(Profile::Production).await;
    let foreign = elsewhere.identity(json!({"nip": NIP})).await;
    assert_eq!(outcome(foreign.clone()).await, (460, "Błąd weryfikacji łańcucha certyfikatów".to_owned()));
    let trusting = World::seeded(
        Profile::Production,
        json!({"trustedAuthorities": [elsewhere.emulator.authority_pem()]}),
    )
    .await;
    let started = trusting.start_as(&foreign, &nip_context(NIP), SUBJECT).await;
    assert_eq!(trusting.login_outcome(&started).await.0, 200);
}

#[tokio::test]
async fn who_has_no_permission_in_the_context_gets_415_until_it_is_granted() {
    let world = World::start(Profile::Production).await;
    let person = world.identity(json!({"kind": "person", "pesel": "15062788702", "key": "rsa2048"})).await;
    let started = world.start_as(&person, &nip_context(NIP), SUBJECT).await;
    assert_eq!(world.login_outcome(&started).await, (415, "Brak przypisanych uprawnień".to_owned()));
    let context = json!({"type": "Nip", "value": NIP});
    world
        .command(
            "/permissions",
            json!({"context": context, "subject": {"type": "Pesel", "value": "15062788702"}, "permissions": ["InvoiceRead"]}),
        )
        .await;
    let started = world.start_as(&person, &nip_context(NIP), SUBJECT).await;
    assert_eq!(claims(&world.redeem(&started).await.access)["per"], "[\"InvoiceRead\"]");

    let anonymous = world.identity(json!({"kind": "anonymous"})).await;
    let by_subject = world.start_as(&anonymous, &nip_context(NIP), SUBJECT).await;
    assert_eq!(by_subject.code(), 21115);
    let subject = json!({"type": "Fingerprint", "value": anonymous.certificate().fingerprint()});
    world
        .command("/permissions", json!({"context": context, "subject": subject, "permissions": ["Owner"]}))
        .await;
    let started = world.start_as(&anonymous, &nip_context(NIP), FINGERPRINT).await;
    assert_eq!(world.login_outcome(&started).await.0, 200);
    let seal = world.identity(json!({"nip": OTHER_NIP})).await;
    let started = world.start_as(&seal, &nip_context(NIP), SUBJECT).await;
    assert_eq!(world.login_outcome(&started).await.0, 415);
}

#[tokio::test]
async fn contexts_have_their_own_rules() {
    let world = World::start(Profile::Production).await;
    let seal = world.identity(json!({"nip": NIP})).await;
    let wrong_checksum = world.start_as(&seal, &nip_context("5265877636"), SUBJECT).await;
    assert_eq!(wrong_checksum.code(), 21405);
    let not_a_provider = world.start_as(&seal, "<PeppolId>PPL123456</PeppolId>", SUBJECT).await;
    assert_eq!(not_a_provider.code(), 21117);
    world.command("/contexts/block", json!({"context": {"type": "Nip", "value": NIP}})).await;
    let blocked = world.start_as(&seal, &nip_context(NIP), SUBJECT).await;
    assert_eq!(world.login_outcome(&blocked).await.0, 480);
    world.command("/contexts/unblock", json!({"context": {"type": "Nip", "value": NIP}})).await;
    let open = world.start_as(&seal, &nip_context(NIP), SUBJECT).await;
    assert_eq!(world.login_outcome(&open).await.0, 200);
}

#[tokio::test]
async fn the_addresses_of_a_signed_request_bind_the_access_token() {
    let world = World::start(Profile::Test).await;
    let seal = world.emulator.issue_seal(NIP, KeyKind::P256).unwrap();
    for (list, status) in
        [("<Ip4Address>127.0.0.1</Ip4Address>", 200), ("<Ip4Mask>10.0.0.0/8</Ip4Mask>", 403)]
    {
        let policy = format!("<AuthorizationPolicy><AllowedIps>{list}</AllowedIps></AuthorizationPolicy>");
        let request = auth_token_request(&world.challenge().await, &nip_context(NIP), SUBJECT, &policy);
        let tokens = world.redeem(&world.start_xades(sign(&request, &seal), "").await).await;
        let answer = world.get("/auth/sessions", &tokens.access).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        if status == 403 {
            let body = answer.json();
            assert_eq!(body["reasonCode"], "ip-not-allowed");
            assert_eq!(body["security"]["clientIp"], "127.0.0.1");
        }
    }
}
