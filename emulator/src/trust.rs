//! The emulator's own certificate authority, and whom else it believes.

use ksef_crypto::{Certificate, authority::Authority};

/// Who may have issued a certificate that logs in.
#[derive(Debug)]
pub(crate) struct Trust {
    authority: Authority,
    others: Vec<Certificate>,
}

impl Trust {
    pub(crate) fn new(authority: Authority, others: Vec<Certificate>) -> Self {
        Self { authority, others }
    }

    /// The authority that issues certificates for logins, the Ministry's keys, UPOs and TLS.
    pub(crate) fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Whether a trusted authority issued the certificate.
    pub(crate) fn issued(&self, certificate: &Certificate) -> bool {
        std::iter::once(self.authority.certificate())
            .chain(&self.others)
            .any(|issuer| certificate.verify_issued_by(issuer).is_ok())
    }
}
