//! TLS of the API: a leaf certificate of the emulator's authority.

use std::{net::IpAddr, sync::Arc};

use jiff::Timestamp;
use ksef_crypto::authority::Validity;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};

use crate::trust::Trust;

/// The leaf lives as long as browsers and mobile platforms let a server certificate live.
const DAYS: u32 = 397;

/// A server for the loopback names, the address listened on and the host of the public URL.
pub(crate) fn server_config(
    trust: &Trust,
    listen: IpAddr,
    public_host: Option<&str>,
    now: Timestamp,
) -> Result<Arc<ServerConfig>, String> {
    let listen = listen.to_string();
    let mut hosts = vec!["localhost", "127.0.0.1", "::1", listen.as_str()];
    hosts.extend(public_host.map(|host| host.trim_matches(['[', ']'])));
    let mut unique: Vec<&str> = Vec::new();
    for host in hosts {
        if !unique.contains(&host) {
            unique.push(host);
        }
    }
    let validity = Validity::days(now, DAYS).map_err(|error| error.to_string())?;
    let identity =
        trust.authority().issue_tls_server(&unique, validity).map_err(|error| error.to_string())?;
    let chain = [identity.certificate(), trust.authority().certificate()]
        .map(|certificate| CertificateDer::from(certificate.der().to_vec()))
        .to_vec();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key().pkcs8_der().to_vec()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
