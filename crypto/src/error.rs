/// The result of this crate's operations.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong with keys, certificates, signatures and ciphertexts.
///
/// The texts name the structure that was being read, never its content: no key, password, identifier or
/// plaintext ends up in an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not the structure that was expected.
    #[error("{what} cannot be read: {reason}")]
    Malformed {
        /// The structure that was being read, for example "certificate".
        what: &'static str,
        /// Where or why reading stopped.
        reason: String,
    },
    /// The input holds no private key: it is a certificate, a public key or something else.
    #[error("no private key found in the input: {found}")]
    NotAKey {
        /// What was found in its place.
        found: String,
    },
    /// The input holds no certificate: it is a key or something else.
    #[error("no certificate found in the input: {found}")]
    NotACertificate {
        /// What was found in its place.
        found: String,
    },
    /// The private key is encrypted and the password does not open it.
    #[error("the password does not open the private key")]
    WrongPassword,
    /// The private key is encrypted and no password was given.
    #[error("the private key is encrypted and needs a password")]
    PasswordRequired,
    /// The private key is encrypted in a way that this library does not read.
    #[error("the private key is encrypted in an unsupported way: {reason}")]
    UnsupportedEncryption {
        /// The scheme, and what to do about it where that is known.
        reason: String,
    },
    /// The private key does not belong to the certificate.
    #[error("the private key does not belong to the certificate")]
    KeyMismatch,
    /// The key's algorithm, curve or size is not supported for the purpose.
    #[error("unsupported key: {reason}")]
    UnsupportedKey {
        /// Which property of the key is not supported.
        reason: String,
    },
    /// The algorithm is unknown, or it does not fit the key.
    #[error("unsupported algorithm: {reason}")]
    UnsupportedAlgorithm {
        /// The algorithm, and the key where that matters.
        reason: String,
    },
    /// The signature does not belong to the message and the key.
    #[error("the signature is not valid")]
    InvalidSignature,
    /// The certificate was not issued by the given issuer.
    #[error("the certificate was not issued by the given issuer: {reason}")]
    NotIssuedBy {
        /// Which part of the relation fails.
        reason: &'static str,
    },
    /// The ciphertext does not open with the key.
    #[error("{what} cannot be decrypted with the key")]
    Decryption {
        /// The ciphertext, for example "AES-256-CBC content".
        what: &'static str,
    },
    /// The output buffer has another size than the result.
    #[error("the output buffer has {actual} bytes in place of {expected}")]
    BufferSize {
        /// The size of the result in bytes.
        expected: usize,
        /// The size of the buffer in bytes.
        actual: usize,
    },
    /// The plaintext is longer than one RSA block holds.
    #[error("{length} bytes do not fit into one RSA block, which holds {capacity}")]
    TooLong {
        /// The length of the plaintext in bytes.
        length: usize,
        /// How many bytes the key can encrypt at once.
        capacity: usize,
    },
    /// A certificate cannot be issued with the given data.
    #[error("the certificate cannot be issued: {reason}")]
    Issue {
        /// Which part of the request is wrong.
        reason: String,
    },
    /// The operating system gave no random bytes, or the cryptographic provider failed.
    #[error("the cryptographic provider failed: {what}")]
    Provider {
        /// The operation that failed.
        what: &'static str,
    },
}

impl Error {
    pub(crate) fn malformed(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Malformed { what, reason: reason.into() }
    }

    pub(crate) fn unsupported_key(reason: impl Into<String>) -> Self {
        Self::UnsupportedKey { reason: reason.into() }
    }

    pub(crate) fn unsupported_algorithm(reason: impl Into<String>) -> Self {
        Self::UnsupportedAlgorithm { reason: reason.into() }
    }

    pub(crate) fn issue(reason: impl Into<String>) -> Self {
        Self::Issue { reason: reason.into() }
    }
}
