//! States of a session (PROTOCOL §2.8).

/// How invoices come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionKind {
    /// One by one.
    Online,
    /// In a package.
    Batch,
}

impl SessionKind {
    /// Reads the wire word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "Online" => Some(Self::Online),
            "Batch" => Some(Self::Batch),
            _ => None,
        }
    }
}

/// States with the codes of PROTOCOL §2.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SessionState {
    /// 100: open for sending.
    Open,
    /// 150: a closed batch, whose package is being processed.
    Processing,
    /// 170: a closed interactive session, whose results are being gathered.
    Closed,
    /// 200: processed, at least one invoice accepted.
    Processed,
    /// 405: a part, the package or an entry of it is not what was declared.
    PackageRefused,
    /// 415: the wrapped symmetric key could not be decrypted.
    KeyRefused,
    /// 420: the package holds more invoices than it may.
    TooManyInvoices,
    /// 430: the archive could not be read.
    ArchiveRefused,
    /// 435: a part could not be decrypted.
    PartsRefused,
    /// 440: closed without invoices, or never closed.
    Cancelled,
    /// 445: no invoice was accepted.
    NoValidInvoice,
    /// 500: the emulator itself could not work on the package.
    Unknown,
}

/// Coarse state used by the filter of the session list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CoarseState {
    /// Active.
    InProgress,
    /// Processed.
    Succeeded,
    /// Failed while opening or closing.
    Failed,
    /// Closed without invoices.
    Cancelled,
}

impl CoarseState {
    /// Reads the wire word.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        match word {
            "InProgress" => Some(Self::InProgress),
            "Succeeded" => Some(Self::Succeeded),
            "Failed" => Some(Self::Failed),
            "Cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

impl SessionState {
    /// Wire code.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Open => 100,
            Self::Processing => 150,
            Self::Closed => 170,
            Self::Processed => 200,
            Self::PackageRefused => 405,
            Self::KeyRefused => 415,
            Self::TooManyInvoices => 420,
            Self::ArchiveRefused => 430,
            Self::PartsRefused => 435,
            Self::Cancelled => 440,
            Self::NoValidInvoice => 445,
            Self::Unknown => 500,
        }
    }

    /// Wire description.
    pub(crate) fn description(self, kind: SessionKind) -> &'static str {
        match (self, kind) {
            (Self::Open, SessionKind::Online) => "Sesja interaktywna otwarta",
            (Self::Open, SessionKind::Batch) => "Sesja wsadowa rozpoczęta",
            (Self::Processing, _) => "Trwa przetwarzanie",
            (Self::Closed, _) => "Sesja interaktywna zamknięta",
            (Self::Processed, SessionKind::Online) => "Sesja interaktywna przetworzona pomyślnie",
            (Self::Processed, SessionKind::Batch) => "Sesja wsadowa przetworzona pomyślnie",
            (Self::PackageRefused, _) => "Błąd weryfikacji poprawności dostarczonych elementów paczki",
            (Self::KeyRefused, _) => "Błąd odszyfrowania dostarczonego klucza",
            (Self::TooManyInvoices, _) => "Przekroczony limit faktur w sesji",
            (Self::ArchiveRefused, _) => "Błąd dekompresji pierwotnego archiwum",
            (Self::PartsRefused, _) => "Błąd odszyfrowania zaszyfrowanych części archiwum",
            (Self::Cancelled, _) => "Sesja anulowana",
            (Self::NoValidInvoice, _) => "Błąd weryfikacji, brak poprawnych faktur",
            (Self::Unknown, _) => "Nieznany błąd (500)",
        }
    }

    /// Wire details that the state has whatever led to it.
    pub(crate) fn details(self) -> Option<&'static str> {
        match self {
            Self::KeyRefused => Some("Rozszyfrowania klucza symetrycznego zakończone błędem"),
            Self::Cancelled => Some("Nie przesłano faktur"),
            _ => None,
        }
    }

    /// Whether the session never leaves this state.
    pub(crate) fn is_terminal(self) -> bool {
        self.code() >= 200
    }

    /// The word of the list filter.
    pub(crate) fn coarse(self) -> CoarseState {
        match self {
            Self::Open | Self::Processing | Self::Closed => CoarseState::InProgress,
            Self::Processed => CoarseState::Succeeded,
            Self::Cancelled => CoarseState::Cancelled,
            _ => CoarseState::Failed,
        }
    }
}
