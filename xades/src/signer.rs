//! Who signs.

use ksef_crypto::{Certificate, Error, SignatureAlgorithm, SigningIdentity};

/// A certificate with the means to sign for it: a key in memory, a token, a remote service.
pub trait Signer {
    /// The signer's certificate. It goes into the signature.
    fn certificate(&self) -> &Certificate;

    /// The algorithm to sign with.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Signs a message (not a digest). An ECDSA signature is `r || s` of fixed width, never DER (PROTOCOL §3.4).
    ///
    /// # Errors
    /// Whatever kept the key from signing.
    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Error>;
}

impl Signer for SigningIdentity {
    fn certificate(&self) -> &Certificate {
        SigningIdentity::certificate(self)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::default_for(self.key().kind())
    }

    fn sign(&self, algorithm: SignatureAlgorithm, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.key().sign(algorithm, message)
    }
}
