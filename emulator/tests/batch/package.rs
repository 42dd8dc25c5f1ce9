//! Packages made by hand, and their way to the emulator.

use std::io::{Cursor, Write};

use ksef_crypto::{Sha256, SymmetricKey};
use ksef_model::{SessionInvoiceStatusResponse, SessionInvoicesResponse, SessionStatusResponse};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::client::{Answer, World};

/// An archive, cut and encrypted.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) archive: Vec<u8>,
    pub(crate) compression: &'static str,
    pub(crate) parts: Vec<Vec<u8>>,
}

impl Package {
    /// Cuts an archive into so many parts and encrypts them.
    pub(crate) fn of(archive: Vec<u8>, compression: &'static str, parts: usize, key: &SymmetricKey) -> Self {
        let size = archive.len().div_ceil(parts).max(1);
        let parts = archive.chunks(size).map(|part| key.encrypt(part)).collect();
        Self { archive, compression, parts }
    }

    pub(crate) fn zip(files: &[(&str, Vec<u8>)], parts: usize, key: &SymmetricKey) -> Self {
        Self::of(zip(files), "Zip", parts, key)
    }

    pub(crate) fn tar_gz(files: &[(&str, Vec<u8>)], parts: usize, key: &SymmetricKey) -> Self {
        Self::of(tar_gz(files), "TarGz", parts, key)
    }

    /// The member `batchFile`.
    pub(crate) fn declaration(&self) -> Value {
        let parts: Vec<Value> = self
            .parts
            .iter()
            .zip(1..)
            .map(|(part, ordinal)| {
                json!({
                    "ordinalNumber": ordinal,
                    "fileSize": part.len(),
                    "fileHash": Sha256::of(part).to_base64(),
                })
            })
            .collect();
        json!({
            "fileSize": self.archive.len(),
            "fileHash": Sha256::of(&self.archive).to_base64(),
            "compressionType": self.compression,
            "fileParts": parts,
        })
    }
}

pub(crate) fn zip(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn tar(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, content.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar_gz(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    gzip(&tar(files))
}

/// A batch that was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) session: String,
    pub(crate) requests: Vec<Value>,
}

impl Opened {
    pub(crate) fn url(&self, ordinal: usize) -> &str {
        self.requests[ordinal - 1]["url"].as_str().unwrap()
    }
}

impl World {
    /// The body that opens a batch.
    pub(crate) async fn batch_opening(&self, package: &Package) -> Value {
        let mut body = self.opening().await;
        body["batchFile"] = package.declaration();
        body
    }

    pub(crate) async fn try_open_batch(&self, token: &str, body: Value) -> Answer {
        self.call(Method::POST, "/sessions/batch", Some(token), Some(body)).await
    }

    pub(crate) async fn open_batch_with(&self, token: &str, body: Value) -> Opened {
        let answer = self.try_open_batch(token, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&answer.body));
        let body: Value = answer.json();
        Opened {
            session: body["referenceNumber"].as_str().unwrap().to_owned(),
            requests: body["partUploadRequests"].as_array().unwrap().clone(),
        }
    }

    pub(crate) async fn open_batch(&self, token: &str, package: &Package) -> Opened {
        let body = self.batch_opening(package).await;
        self.open_batch_with(token, body).await
    }

    /// Uploads a part as the answer to the opening says.
    pub(crate) async fn upload(&self, opened: &Opened, ordinal: usize, part: &[u8]) -> StatusCode {
        self.put(opened.url(ordinal), &[("x-ms-blob-type", "BlockBlob")], part.to_vec()).await.status
    }

    pub(crate) async fn put(&self, url: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = http.put(url).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers): (_, HeaderMap) = (response.status(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) async fn close_batch(&self, token: &str, session: &str) -> Answer {
        self.call(Method::POST, &format!("/sessions/batch/{session}/close"), Some(token), None).await
    }

    pub(crate) async fn upload_all(&self, opened: &Opened, package: &Package) {
        for (ordinal, part) in (1..).zip(&package.parts) {
            assert_eq!(self.upload(opened, ordinal, part).await, StatusCode::CREATED);
        }
    }

    /// Opens, uploads, closes.
    pub(crate) async fn send_batch(&self, token: &str, package: &Package) -> String {
        let body = self.batch_opening(package).await;
        self.send_batch_with(token, package, body).await
    }

    pub(crate) async fn send_batch_with(&self, token: &str, package: &Package, body: Value) -> String {
        let opened = self.open_batch_with(token, body).await;
        self.upload_all(&opened, package).await;
        let closed = self.close_batch(token, &opened.session).await;
        assert_eq!(closed.status, StatusCode::NO_CONTENT, "{}", String::from_utf8_lossy(&closed.body));
        opened.session
    }

    /// Sends a package and waits for the end.
    pub(crate) async fn batch_result(&self, token: &str, package: &Package) -> SessionStatusResponse {
        let session = self.send_batch(token, package).await;
        self.final_session(token, &session).await
    }

    pub(crate) async fn batch_invoices(
        &self,
        token: &str,
        session: &str,
    ) -> Vec<SessionInvoiceStatusResponse> {
        let path = format!("/sessions/{session}/invoices?pageSize=1000");
        self.read(token, &path).await.json::<SessionInvoicesResponse>().invoices
    }
}
