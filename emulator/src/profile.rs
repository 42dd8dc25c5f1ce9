//! Which of the three environments of KSeF the emulator plays (PROTOCOL §1.2, §1.3).

use std::{fmt, str::FromStr};

/// The environment played. The strict one is the default, so that what passes here passes there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Accepts self-signed certificates, does not check NIP checksums, echoes `X-Test-System-Warning`.
    Test,
    /// Demands certificates of the emulator's own authority.
    Demo,
    /// As Demo, and NIP checksums count.
    #[default]
    Production,
}

impl Profile {
    /// `test`, `demo` or `production`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Demo => "demo",
            Self::Production => "production",
        }
    }

    /// Whether a self-signed certificate may log in.
    pub fn accepts_self_signed(self) -> bool {
        self == Self::Test
    }

    /// Whether the checksum of a NIP counts.
    pub fn checks_nip(self) -> bool {
        self == Self::Production
    }

    /// `NazwaPodmiotuPrzyjmujacego` of the UPO.
    pub fn receiving_entity(self) -> &'static str {
        match self {
            Self::Test => "Ministerstwo Finansów - środowisko testowe (TE)",
            Self::Demo => "Ministerstwo Finansów - środowisko przedprodukcyjne (TR)",
            Self::Production => "Ministerstwo Finansów",
        }
    }

    /// `iss` and `aud` of the tokens.
    pub(crate) fn issuer(self) -> &'static str {
        match self {
            Self::Test => "ksef-api-te",
            Self::Demo => "ksef-api-tr",
            Self::Production => "ksef-api-prd",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a profile is test, demo or production")]
pub struct UnknownProfile;

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        [Self::Test, Self::Demo, Self::Production]
            .into_iter()
            .find(|profile| profile.as_str() == text)
            .ok_or(UnknownProfile)
    }
}
