//! What a client logs in with.

use std::fmt;
use std::sync::Arc;

use ksef_crypto::SigningIdentity;
use ksef_xades::Signer;
use zeroize::Zeroizing;

use crate::error::{Error, Result, texts};

/// The longest KSeF token (PROTOCOL §14).
const LONGEST_TOKEN: usize = 160;

/// What a client logs in with: a KSeF token, a certificate with its key, or somebody else who signs.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) kind: CredentialsKind,
}

#[derive(Clone)]
pub(crate) enum CredentialsKind {
    Token(Zeroizing<String>),
    Signer(Arc<dyn Signer + Send + Sync>),
}

impl Credentials {
    /// A KSeF token, as it was shown once when it was created (PROTOCOL §14). White space around it is ignored.
    ///
    /// # Errors
    /// 1010 when it is empty, 1011 when it has the form of a token of KSeF 1.0, 1012 when it cannot be a token.
    pub fn token(token: &str) -> Result<Self> {
        let token = token.trim();
        if token.is_empty() {
            return Err(Error::new(texts::EMPTY_TOKEN));
        }
        if token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::new(texts::KSEF1_TOKEN));
        }
        if token.len() > LONGEST_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(texts::MALFORMED_TOKEN));
        }
        Ok(Self { kind: CredentialsKind::Token(Zeroizing::new(token.to_owned())) })
    }

    /// A certificate with its private key; logs in by XAdES (PROTOCOL §3.4, §3.5).
    #[must_use]
    pub fn certificate(identity: SigningIdentity) -> Self {
        Self::signer(Arc::new(identity))
    }

    /// Somebody else who signs: a smart card, a token, a remote service. Signing may block for a while.
    #[must_use]
    pub fn signer(signer: Arc<dyn Signer + Send + Sync>) -> Self {
        Self { kind: CredentialsKind::Signer(signer) }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CredentialsKind::Token(_) => "Credentials::Token(…)",
            CredentialsKind::Signer(_) => "Credentials::Signer(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_judged_by_their_form() {
        let good = "20251010-EC-1DCE3E3000-12ECB5B36E-45|nip-5265877635|919f704466624ce29cd5ac7b65ded5e7";
        let credentials = Credentials::token(&format!(" {good}\n")).expect("a token");
        assert!(!format!("{credentials:?}").contains("5265877635"));
        let cases = [
            ("", 1010),
            (" \n", 1010),
            ("B7AC5D6EB38C6DEFCA8B9D4F6A8B7AC5D6EB38C6DEFCA8B9D4F6A8B7AC5D6EB3", 1011),
            ("a b", 1012),
            ("\"żółw\"", 1012),
            (&"x".repeat(161), 1012),
        ];
        for (token, number) in cases {
            assert_eq!(Credentials::token(token).expect_err(token).number(), number, "{token:?}");
        }
    }
}
