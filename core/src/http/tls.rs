//! TLS 1.2 and 1.3 on rustls with its own provider, so that no process-wide state is touched.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::config::TrustRoots;
use crate::error::{Error, Result, texts};

/// The certificates of a PEM text.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let refused = |reason: String| Error::new(texts::INVALID_CA).note(reason);
    let found = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| refused(format!("not readable as PEM: {error:?}")))?;
    if found.is_empty() {
        return Err(refused("no certificate in it".to_owned()));
    }
    let mut store = RootCertStore::empty();
    for (index, certificate) in found.iter().enumerate() {
        store
            .add(certificate.clone())
            .map_err(|error| refused(format!("certificate {}: {error}", index + 1)))?;
    }
    Ok(found)
}

/// The client side of TLS. SNI is always sent: KSeF's front answers with another certificate without it.
pub(super) fn client_config(trust: TrustRoots, extra: &[CertificateDer<'static>]) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if trust.bundled {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if trust.system {
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::debug!(%error, "a part of the system's certificate store cannot be read");
        }
        roots.add_parsable_certificates(native.certs);
    }
    roots.add_parsable_certificates(extra.iter().cloned());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| Error::new(texts::INTERNAL).note(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.enable_sni = true;
    Ok(config)
}
