//! The seal under confirmations, issued by the emulator's own authority.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use ksef_crypto::{
    Authority, KeyKind, KeyUsage, SigningIdentity,
    self_signed::{SealSubject, Validity},
};
use ksef_xades::{SignOptions, sign};

/// A confirmation could not be written or signed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SealError {
    /// The key or the certificate of the seal could not be made.
    #[error("the seal could not be made")]
    Seal(#[from] ksef_crypto::Error),
    /// The document could not be written.
    #[error("the confirmation could not be written")]
    Document(#[from] ksef_documents::Error),
    /// The document could not be signed.
    #[error("the confirmation could not be signed")]
    Signature(#[from] ksef_xades::SignError),
}

/// The ministry's seal: RSA 2048, named as in captured confirmations (PROTOCOL §8.3).
#[derive(Debug)]
pub(crate) struct Seal(SigningIdentity);

impl Seal {
    /// A fresh seal.
    pub(crate) fn issue(authority: &Authority, now: Timestamp) -> Result<Self, SealError> {
        let subject = SealSubject::with_nip("Ministerstwo Finansów", "5260250274");
        let validity = Validity::days(now, 2 * 365)?;
        let key = KeyKind::Rsa { bits: 2048 };
        let usage = KeyUsage::NON_REPUDIATION;
        Ok(Self(authority.issue_identity(subject, key, validity, usage)?))
    }

    /// Signs a confirmation as generated at `at`.
    pub(crate) fn sign(&self, xml: &[u8], at: Timestamp) -> Result<Vec<u8>, SealError> {
        Ok(sign(xml, &self.0, &SignOptions::upo(at))?)
    }
}

/// Where the seal is, made by the first who needs it: an RSA key takes its time.
#[derive(Debug, Clone, Default)]
pub(crate) struct SealPlace(Arc<Mutex<Option<Arc<Seal>>>>);

impl SealPlace {
    /// The seal.
    pub(crate) fn seal(&self, authority: &Authority, now: Timestamp) -> Result<Arc<Seal>, SealError> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seal) = &*place {
            return Ok(Arc::clone(seal));
        }
        let seal = Arc::new(Seal::issue(authority, now)?);
        *place = Some(Arc::clone(&seal));
        Ok(seal)
    }
}
