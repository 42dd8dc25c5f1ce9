use std::fmt;

/// What sort of thing went wrong. The thousands of [`Error::number`](crate::Error::number) say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 1xxx: the program calls the library wrongly, or a value given by the caller is not valid. Nothing was sent.
    Misuse,
    /// 2xxx: the request or its answer did not get through: network, TLS, proxy, firewall, a damaged answer,
    /// a deadline or a cancellation.
    Transport,
    /// 3xxx: logging in failed, or the login was revoked.
    Authentication,
    /// 4xxx: KSeF received the request and refused it.
    Refused,
    /// 5xxx: keys, certificates, encryption and signatures.
    Crypto,
    /// 6xxx: invoice and UPO documents.
    Document,
    /// 7xxx: journal, resuming and synchronisation.
    Journal,
    /// 9xxx: a fault of the library itself.
    Internal,
}

impl ErrorKind {
    /// The kind that belongs to an error number; numbers outside the ranges are internal faults.
    #[must_use]
    pub const fn of_number(number: u16) -> Self {
        match number / 1000 {
            1 => Self::Misuse,
            2 => Self::Transport,
            3 => Self::Authentication,
            4 => Self::Refused,
            5 => Self::Crypto,
            6 => Self::Document,
            7 => Self::Journal,
            _ => Self::Internal,
        }
    }

    /// The name in snake case, as the other languages use it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Misuse => "misuse",
            Self::Transport => "transport",
            Self::Authentication => "authentication",
            Self::Refused => "refused",
            Self::Crypto => "crypto",
            Self::Document => "document",
            Self::Journal => "journal",
            Self::Internal => "internal",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The language of texts for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Polish.
    Polish,
}
