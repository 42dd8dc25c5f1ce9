//! Identifiers as types of their own, so that one cannot stand where another is meant (PROTOCOL §10).
//!
//! Reading a text with `parse` or `TryFrom` demands the right form. Deserialisation takes whatever the server sends,
//! because a response must stay readable even when the server breaks its own rules.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::validate::patterns;

/// A text that is not an identifier of the wanted kind. The text itself is not shown, because it may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {reason}")]
pub struct InvalidIdentifier {
    /// The kind of identifier that was wanted, such as `Nip`.
    pub kind: &'static str,
    /// What is wrong.
    pub reason: &'static str,
}

macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident, personal: $personal:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes a text as it is, without any check, as for a value that the server sent.
            pub fn unchecked(value: impl Into<String>) -> Self {
                Self(value.into())
            }

            fn checked(value: &str) -> Result<Self, InvalidIdentifier> {
                let check: fn(&str) -> Result<(), &'static str> = $check;
                match check(value) {
                    Ok(()) => Ok(Self(value.to_owned())),
                    Err(reason) => Err(InvalidIdentifier { kind: stringify!($name), reason }),
                }
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(value: &str) -> Result<Self, InvalidIdentifier> {
                Self::checked(value)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidIdentifier;

            fn try_from(value: &str) -> Result<Self, InvalidIdentifier> {
                Self::checked(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidIdentifier;

            fn try_from(value: String) -> Result<Self, InvalidIdentifier> {
                Self::checked(&value)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let shown = if $personal { "…" } else { self.0.as_str() };
                write!(f, "{}({shown})", stringify!($name))
            }
        }
    };
}

identifier!(
    /// Reference number of something that KSeF does or keeps: a session, an invoice in a session, a login, an export
    /// (PROTOCOL §1.8). 36 characters: `YYYYMMDD-XX-HHHHHHHHHH-HHHHHHHHHH-HH`. Only the length is demanded.
    ReferenceNumber,
    personal: false,
    |value| if value.chars().count() == 36 { Ok(()) } else { Err("the length is not 36 characters") }
);

identifier!(
    /// Number that KSeF gave to an invoice (PROTOCOL §10.1). 35 characters, or 36 for numbers of KSeF 1.0.
    /// Only the form is demanded, because published examples break the checksum; see
    /// [`KsefNumber::checksum_is_valid`].
    KsefNumber,
    personal: false,
    |value| if patterns::KSEF_NUMBER.matches(value) { Ok(()) } else { Err("the form is not that of a KSeF number") }
);

identifier!(
    /// Polish tax number, 10 digits. Reading it demands the checksum; see also [`Nip::without_checksum`].
    Nip,
    personal: true,
    |value| {
        if !patterns::NIP.matches(value) {
            Err("the form is not that of a NIP: 10 digits")
        } else if !nip_checksum_is_valid(value) {
            Err("the checksum is wrong")
        } else {
            Ok(())
        }
    }
);

identifier!(
    /// Identifier of a unit within a company: NIP, hyphen, five digits of which the last is a checksum
    /// (PROTOCOL §10.2). Only the form is demanded; see [`InternalId::checksum_is_valid`].
    InternalId,
    personal: true,
    |value| if patterns::INTERNAL_ID.matches(value) { Ok(()) } else { Err("the form is not NIP-NNNNN") }
);

identifier!(
    /// NIP and VAT-UE number of an EU entity, joined by a hyphen (PROTOCOL §10.2). Greece is `EL`.
    NipVatUe,
    personal: true,
    |value| if patterns::NIP_VAT_UE.matches(value) { Ok(()) } else { Err("the form is not NIP-VATUE") }
);

identifier!(
    /// Identifier of a Peppol service provider: `P`, two letters, six digits.
    PeppolId,
    personal: false,
    |value| if patterns::PEPPOL_ID.matches(value) { Ok(()) } else { Err("the form is not PXX000000") }
);

identifier!(
    /// Polish personal number, 11 digits. Only the form is demanded; see [`Pesel::checksum_is_valid`].
    Pesel,
    personal: true,
    |value| if patterns::PESEL.matches(value) { Ok(()) } else { Err("the form is not that of a PESEL: 11 digits") }
);

identifier!(
    /// SHA-256 of a certificate, 64 upper-case hexadecimal digits.
    Fingerprint,
    personal: false,
    |value| {
        if value.len() == 64 && value.bytes().all(is_upper_hex) {
            Ok(())
        } else {
            Err("the form is not 64 upper-case hexadecimal digits")
        }
    }
);

identifier!(
    /// Number that stands for many invoices paid together (PROTOCOL §18): NIP of the seller, `IZ` with year and month,
    /// 12 hexadecimal digits, checksum. Only the form is demanded; see [`CollectiveIdentifier::checksum_is_valid`].
    CollectiveIdentifier,
    personal: false,
    |value| {
        let parts: Vec<&str> = value.split('-').collect();
        let is_hex = |part: &str, length| part.len() == length && part.bytes().all(is_upper_hex);
        match parts.as_slice() {
            [nip, month, technical, checksum]
                if patterns::NIP.matches(nip)
                    && month.strip_prefix("IZ").is_some_and(is_year_and_month)
                    && is_hex(technical, 12)
                    && is_hex(checksum, 2) =>
            {
                Ok(())
            }
            _ => Err("the form is not NIP-IZYYYYMM-HHHHHHHHHHHH-HH"),
        }
    }
);

impl ReferenceNumber {
    /// The two letters that tell what the number refers to, such as `SO` for an interactive session.
    pub fn kind(&self) -> Option<&str> {
        let mut parts = self.0.split('-');
        parts.next()?;
        parts.next()
    }

    /// Whether the last two digits are the CRC-8 of the rest; observed on real numbers, not documented.
    pub fn checksum_is_valid(&self) -> bool {
        ends_with_crc8(&self.0, 33)
    }
}

impl KsefNumber {
    /// Whether the last two digits are the CRC-8 of the first 32 characters. Always false for 36-character numbers of
    /// KSeF 1.0, whose checksum is not documented.
    pub fn checksum_is_valid(&self) -> bool {
        self.0.len() == 35 && ends_with_crc8(&self.0, 32)
    }

    /// The seller's NIP, which is the first part of the number.
    pub fn seller_nip(&self) -> Option<Nip> {
        Nip::without_checksum(self.0.split('-').next()?).ok()
    }
}

impl CollectiveIdentifier {
    /// Whether the last two digits are the CRC-8 of the first 32 characters.
    pub fn checksum_is_valid(&self) -> bool {
        ends_with_crc8(&self.0, 32)
    }
}

impl Nip {
    /// Reads a NIP without demanding its checksum, which TEST and DEMO do not check.
    pub fn without_checksum(value: &str) -> Result<Self, InvalidIdentifier> {
        if patterns::NIP.matches(value) {
            Ok(Self(value.to_owned()))
        } else {
            Err(InvalidIdentifier { kind: "Nip", reason: "the form is not that of a NIP: 10 digits" })
        }
    }

    /// Whether the last digit is the checksum of the others.
    pub fn checksum_is_valid(&self) -> bool {
        nip_checksum_is_valid(&self.0)
    }
}

impl InternalId {
    /// The NIP before the hyphen.
    pub fn nip(&self) -> Option<Nip> {
        Nip::without_checksum(self.0.split('-').next()?).ok()
    }

    /// Whether the last digit is the checksum of the 14 before it.
    pub fn checksum_is_valid(&self) -> bool {
        let Some((last, rest)) =
            digits(&self.0).and_then(|all| all.split_last().map(|(last, rest)| (*last, rest.to_vec())))
        else {
            return false;
        };
        rest.len() == 14 && weighted_sum(&rest, &[1, 3]) % 10 == last
    }
}

impl Pesel {
    /// Whether the last digit is the checksum of the others.
    pub fn checksum_is_valid(&self) -> bool {
        digits(&self.0).is_some_and(|all| {
            all.len() == 11 && weighted_sum(&all, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
        })
    }
}

fn nip_checksum_is_valid(value: &str) -> bool {
    digits(value).is_some_and(|all| {
        all.len() == 10 && weighted_sum(&all[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == all[9]
    })
}

fn is_upper_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte)
}

fn is_year_and_month(value: &str) -> bool {
    value.len() == 6
        && value.bytes().all(|byte| byte.is_ascii_digit())
        && value[4..].parse().is_ok_and(|month: u8| (1..=12).contains(&month))
}

/// The digits of a text, leaving out hyphens; nothing when there is any other character.
fn digits(value: &str) -> Option<Vec<u32>> {
    value.chars().filter(|character| *character != '-').map(|character| character.to_digit(10)).collect()
}

fn weighted_sum(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights.iter().cycle()).map(|(digit, weight)| digit * weight).sum()
}

fn ends_with_crc8(value: &str, covered: usize) -> bool {
    let tail = value.rsplit('-').next().unwrap_or_default();
    value.is_ascii()
        && value.len() == covered + 3
        && format!("{:02X}", crc8(&value.as_bytes()[..covered])) == tail
}

/// CRC-8 with polynomial 0x07 and initial value 0 (PROTOCOL §10.1).
fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| if crc & 0x80 == 0 { crc << 1 } else { (crc << 1) ^ 0x07 })
    })
}
