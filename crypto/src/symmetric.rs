use std::fmt;

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::{Error, Result};

const BLOCK: u64 = 16;

/// The symmetric key of a session or an export: an AES-256 key and its IV, used together for every invoice of an
/// interactive session, every part of a batch and every part of an export. Source: PROTOCOL §5.
///
/// The cipher is AES-256-CBC with PKCS#7 padding. The IV travels once, in `encryption.initializationVector`, and is
/// never part of the ciphertext. The memory is wiped when the value is dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SymmetricKey {
    key: [u8; 32],
    iv: [u8; 16],
}

impl SymmetricKey {
    /// A fresh random key and IV.
    ///
    /// # Errors
    /// [`Error::Provider`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let mut fresh = Self { key: [0; 32], iv: [0; 16] };
        getrandom::fill(&mut fresh.key)
            .and_then(|()| getrandom::fill(&mut fresh.iv))
            .map_err(|_| Error::Provider { what: "random bytes" })?;
        Ok(fresh)
    }

    /// A key whose parts are already known.
    pub const fn from_parts(key: [u8; 32], iv: [u8; 16]) -> Self {
        Self { key, iv }
    }

    /// The 32 bytes of the key. They are secret: they leave the process only wrapped by a
    /// [`MinistryKey`](crate::MinistryKey).
    pub const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The 16 bytes of the IV, sent in the clear.
    pub const fn iv(&self) -> &[u8; 16] {
        &self.iv
    }

    /// Encrypts a copy of the bytes.
    pub fn encrypt(&self, plaintext: &[u8]) -> Vec<u8> {
        let mut buffer = Vec::with_capacity(padded_length(plaintext.len()));
        buffer.extend_from_slice(plaintext);
        self.encrypt_vec(buffer)
    }

    /// Encrypts in place. When the vector has room for the padding (at most 16 bytes), nothing is copied.
    pub fn encrypt_vec(&self, mut buffer: Vec<u8>) -> Vec<u8> {
        let length = buffer.len();
        let padded = padded_length(length);
        buffer.reserve_exact(padded - length);
        buffer.resize(padded, 0);
        let ciphertext = cbc::Encryptor::<Aes256>::new(&self.key.into(), &self.iv.into())
            .encrypt_padded::<Pkcs7>(&mut buffer, length)
            .map(<[u8]>::len);
        debug_assert_eq!(ciphertext.ok(), Some(padded), "the buffer has room for the padding");
        buffer
    }

    /// Encrypts from one buffer into another, for callers that own the memory of the result. The output must have
    /// exactly [`encrypted_size`](Self::encrypted_size) bytes.
    ///
    /// # Errors
    /// [`Error::BufferSize`] when the output has another size.
    pub fn encrypt_into(&self, plaintext: &[u8], ciphertext: &mut [u8]) -> Result<()> {
        let wrong_size =
            Error::BufferSize { expected: padded_length(plaintext.len()), actual: ciphertext.len() };
        if ciphertext.len() != padded_length(plaintext.len()) {
            return Err(wrong_size);
        }
        cbc::Encryptor::<Aes256>::new(&self.key.into(), &self.iv.into())
            .encrypt_padded_b2b::<Pkcs7>(plaintext, ciphertext)
            .map(|_| ())
            .map_err(|_| wrong_size)
    }

    /// Decrypts what [`encrypt`](Self::encrypt) or KSeF wrote.
    ///
    /// # Errors
    /// [`Error::Decryption`] when the length is not a positive multiple of 16 or the padding is wrong. A wrong key
    /// usually shows as wrong padding, but not always: compare the hash of the result.
    pub fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>> {
        self.decrypt_vec(ciphertext.to_vec())
    }

    /// Decrypts in place.
    ///
    /// # Errors
    /// The same as [`decrypt`](Self::decrypt).
    pub fn decrypt_vec(&self, mut buffer: Vec<u8>) -> Result<Vec<u8>> {
        let plaintext = cbc::Decryptor::<Aes256>::new(&self.key.into(), &self.iv.into())
            .decrypt_padded::<Pkcs7>(&mut buffer)
            .map(<[u8]>::len)
            .map_err(|_| Error::Decryption { what: "AES-256-CBC content" })?;
        buffer.truncate(plaintext);
        Ok(buffer)
    }

    /// The size of the ciphertext in bytes for a plaintext of the given size: `(n / 16 + 1) * 16`, so a full block
    /// more when the size is a multiple of 16.
    pub const fn encrypted_size(plaintext_size: u64) -> u64 {
        (plaintext_size / BLOCK + 1) * BLOCK
    }
}

const fn padded_length(length: usize) -> usize {
    (length / BLOCK as usize + 1) * BLOCK as usize
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricKey(…)")
    }
}
