use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::Digest as _;

use crate::error::{Error, Result};

/// A SHA-256 digest. KSeF writes it in standard padded Base64 (44 characters) in the API, in unpadded Base64URL
/// (43 characters) in verification links, and in upper-case hexadecimal (64 characters) as a fingerprint.
/// Sources: PROTOCOL §5, §11, §3.5.
///
/// `Display` prints the standard Base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of the bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest whose 32 bytes are already known.
    pub const fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Reads standard padded Base64, as the API sends it.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the text is not Base64 of 32 bytes.
    pub fn from_base64(text: &str) -> Result<Self> {
        Self::from_decoded(STANDARD.decode(text))
    }

    /// Reads unpadded Base64URL, as verification links carry it.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the text is not Base64URL of 32 bytes.
    pub fn from_base64url(text: &str) -> Result<Self> {
        Self::from_decoded(URL_SAFE_NO_PAD.decode(text))
    }

    fn from_decoded(decoded: std::result::Result<Vec<u8>, base64::DecodeError>) -> Result<Self> {
        let bytes = decoded.map_err(|error| Error::malformed("SHA-256 digest", error.to_string()))?;
        let length = bytes.len();
        let digest = bytes
            .try_into()
            .map_err(|_| Error::malformed("SHA-256 digest", format!("{length} bytes in place of 32")))?;
        Ok(Self(digest))
    }

    /// Standard padded Base64, 44 characters.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Base64URL without padding, 43 characters.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Hexadecimal in upper case, 64 characters.
    pub fn to_hex(&self) -> String {
        crate::asn1::hex_upper(&self.0)
    }

    /// The 32 bytes of the digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_base64())
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

impl FromStr for Sha256 {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::from_base64(text)
    }
}

impl AsRef<[u8]> for Sha256 {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// SHA-256 over bytes that arrive in pieces, such as the parts of a batch package.
#[derive(Clone, Default)]
pub struct Sha256Stream(sha2::Sha256);

impl Sha256Stream {
    /// A stream with no bytes in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything appended.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

impl fmt::Debug for Sha256Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256Stream(…)")
    }
}

/// Lets a stream stand at the end of `std::io::copy`.
impl std::io::Write for Sha256Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
