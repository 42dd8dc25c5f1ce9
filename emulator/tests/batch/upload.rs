//! The blob storage: what it demands of the upload of a part.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use ksef_emulator::Profile;
use reqwest::StatusCode;
use serde_json::json;

use crate::{
    client::{SELLER, World},
    invoice,
    package::Package,
    today,
};

const BLOB: (&str, &str) = ("x-ms-blob-type", "BlockBlob");

fn package(world: &World) -> Package {
    Package::zip(&[("a.xml", invoice("FV/1", today()))], 2, &world.key)
}

#[tokio::test]
async fn headers_are_demanded_and_tokens_refused() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = package(&world);
    let opened = world.open_batch(&token, &package).await;
    for (request, ordinal) in opened.requests.iter().zip(1..) {
        assert_eq!(request["ordinalNumber"], ordinal);
        assert_eq!(request["method"], "PUT");
        assert_eq!(request["headers"], json!({"x-ms-blob-type": "BlockBlob"}));
        let url = request["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{}/storage/", world.emulator.public_url())), "{url}");
        assert!(url.contains("&sp=w&"), "{url}");
    }
    let bearer = format!("Bearer {token}");
    let url = opened.url(1);
    let put = async |url: &str, headers: &[(&str, &str)]| {
        let answer = world.put(url, headers, package.parts[0].clone()).await;
        (answer.status.as_u16(), String::from_utf8(answer.body).unwrap())
    };
    for (headers, status, code) in [
        (vec![BLOB, ("authorization", bearer.as_str())], 401, "InvalidAuthenticationInfo"),
        (vec![], 400, "MissingRequiredHeader"),
        (vec![("x-ms-blob-type", "PageBlob")], 400, "InvalidHeaderValue"),
    ] {
        let answer = put(url, &headers).await;
        assert_eq!(answer.0, status, "{answer:?}");
        assert!(answer.1.contains(&format!("<Code>{code}</Code>")), "{answer:?}");
    }
    for forged in [url.replace("sig=", "sig=A"), url.replace("batch-parts/1", "batch-parts/2")] {
        assert_eq!(put(&forged, &[BLOB]).await.0, 403);
    }
    assert_eq!(put(url.split('?').next().unwrap(), &[BLOB]).await.0, 403);
    // None of it was stored.
    assert_eq!(world.close_batch(&token, &opened.session).await.refusal().2.len(), 2);
    assert_eq!(put(url, &[BLOB]).await, (201, String::new()));
    assert_eq!(world.close_batch(&token, &opened.session).await.refusal().2.len(), 1);
}

/// What a client writes that does not know the length of its body, and one that names none.
#[tokio::test]
async fn chunked_bodies_and_bodies_without_length_are_refused() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let opened = world.open_batch(&token, &package(&world)).await;
    let url = opened.url(1).to_owned();
    let address = world.emulator.public_url().strip_prefix("http://").unwrap().to_owned();
    let path = url.strip_prefix(world.emulator.public_url()).unwrap().to_owned();
    let raw = |framing: &str, body: &str| {
        let request = format!(
            "PUT {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nx-ms-blob-type: BlockBlob\r\n\
             {framing}\r\n{body}"
        );
        let address = address.clone();
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        })
    };
    let chunked = raw("Transfer-Encoding: chunked\r\n", "4\r\nabcd\r\n0\r\n\r\n").await.unwrap();
    assert!(chunked.starts_with("HTTP/1.1 400") && chunked.contains("UnsupportedHeader"), "{chunked}");
    let bare = raw("", "").await.unwrap();
    assert!(bare.starts_with("HTTP/1.1 411") && bare.contains("MissingContentLengthHeader"), "{bare}");
    let huge = raw("Content-Length: 200000000\r\n", "").await.unwrap();
    assert!(huge.starts_with("HTTP/1.1 413") && huge.contains("RequestBodyTooLarge"), "{huge}");
    assert_eq!(world.close_batch(&token, &opened.session).await.code(), 21205);
}

#[tokio::test]
async fn addresses_work_for_twenty_minutes_a_part() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = package(&world);
    let opened = world.open_batch(&token, &package).await;
    world.manage("/clock", json!({"advanceSeconds": 39 * 60})).await;
    assert_eq!(world.upload(&opened, 1, &package.parts[0]).await, StatusCode::CREATED);
    world.manage("/clock", json!({"advanceSeconds": 60})).await;
    assert_eq!(world.upload(&opened, 2, &package.parts[1]).await, StatusCode::FORBIDDEN);
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let late = world.close_batch(&token, &opened.session).await.refusal();
    assert_eq!(late, (400, 21208, vec!["Sesja anulowana, przekroczony czas wysyłki.".to_owned()]));
    let status = world.final_session(&token, &opened.session).await.status;
    assert_eq!((status.code, status.description.as_str()), (440, "Sesja anulowana"));
    assert_eq!(status.details.unwrap(), ["Przekroczono czas wysyłki"]);
    assert_eq!(world.close_batch(&token, &opened.session).await.code(), 21208);
}

#[tokio::test]
async fn nothing_is_uploaded_to_a_closed_batch() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let package = package(&world);
    let opened = world.open_batch(&token, &package).await;
    world.upload_all(&opened, &package).await;
    world.close_batch(&token, &opened.session).await;
    assert_eq!(world.upload(&opened, 1, &package.parts[0]).await, StatusCode::FORBIDDEN);
    assert_eq!(world.final_session(&token, &opened.session).await.status.code, 200);
}

/// Parts of megabytes, at the same time and in any order, are put together in theirs.
#[tokio::test]
async fn large_parts_go_up_in_parallel() {
    let world = World::start(Profile::Test).await;
    let token = world.log_in(SELLER, &["InvoiceWrite"]).await;
    let files: Vec<(String, Vec<u8>)> = (1..=5)
        .map(|number| {
            let mut xml = invoice(&format!("FV/{number}"), today());
            let noise = Noise(number).text(950_000);
            xml.extend_from_slice(format!("<!--{noise}-->").as_bytes());
            (format!("{number}.xml"), xml)
        })
        .collect();
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, content)| (name.as_str(), content.clone())).collect();
    let package = Package::zip(&files, 2, &world.key);
    assert!(package.parts[0].len() > 1_100_000);
    let opened = world.open_batch(&token, &package).await;
    let (second, first) = tokio::join!(
        world.upload(&opened, 2, &package.parts[1]),
        world.upload(&opened, 1, &package.parts[0])
    );
    assert_eq!((first, second), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(world.close_batch(&token, &opened.session).await.status, StatusCode::NO_CONTENT);
    let done = world.final_session(&token, &opened.session).await;
    assert_eq!((done.status.code, done.successful_invoice_count), (200, Some(5)));
}

/// Text that does not compress well, always the same.
struct Noise(u64);

impl Noise {
    fn text(mut self, length: usize) -> String {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'A' + u8::try_from(self.0 >> 33 & 0x0F).unwrap())
        };
        (0..length).map(|_| next()).collect()
    }
}
