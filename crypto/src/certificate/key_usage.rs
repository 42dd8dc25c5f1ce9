use std::fmt;
use std::ops::BitOr;

/// The keyUsage extension of a certificate (RFC 5280 §4.2.1.3). KSeF certificates for login carry
/// [`DIGITAL_SIGNATURE`](Self::DIGITAL_SIGNATURE) only, those for offline invoices
/// [`NON_REPUDIATION`](Self::NON_REPUDIATION) only (PROTOCOL §13.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Signatures that prove who is speaking, such as a login.
    pub const DIGITAL_SIGNATURE: Self = Self(1);
    /// Signatures that bind their maker, such as a verification link.
    pub const NON_REPUDIATION: Self = Self(1 << 1);
    /// Encryption of keys.
    pub const KEY_ENCIPHERMENT: Self = Self(1 << 2);
    /// Encryption of data.
    pub const DATA_ENCIPHERMENT: Self = Self(1 << 3);
    /// Key agreement.
    pub const KEY_AGREEMENT: Self = Self(1 << 4);
    /// Signatures on certificates.
    pub const CERTIFICATE_SIGN: Self = Self(1 << 5);
    /// Signatures on revocation lists.
    pub const CRL_SIGN: Self = Self(1 << 6);

    const NAMES: [(Self, &'static str); 7] = [
        (Self::DIGITAL_SIGNATURE, "digital signature"),
        (Self::NON_REPUDIATION, "non-repudiation"),
        (Self::KEY_ENCIPHERMENT, "key encipherment"),
        (Self::DATA_ENCIPHERMENT, "data encipherment"),
        (Self::KEY_AGREEMENT, "key agreement"),
        (Self::CERTIFICATE_SIGN, "certificate sign"),
        (Self::CRL_SIGN, "CRL sign"),
    ];

    /// From the content of the BIT STRING: the count of unused bits, then the bits, the first one highest.
    pub(super) fn from_bit_string(content: &[u8]) -> Self {
        let bits = content.get(1..).unwrap_or_default();
        let is_set = |bit: usize| bits.get(bit / 8).is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0);
        Self((0..9).filter(|&bit| is_set(bit)).fold(0, |set, bit| set | (1 << bit)))
    }

    /// Whether all usages of the other set are in this one.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for KeyUsage {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (_, name) in Self::NAMES.iter().filter(|(usage, _)| self.contains(*usage)) {
            write!(f, "{separator}{name}")?;
            separator = ", ";
        }
        Ok(())
    }
}

impl fmt::Debug for KeyUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyUsage({self})")
    }
}
