//! The numbered exceptions of KSeF that this emulator raises (PROTOCOL §2.6). The Polish texts are the wire texts.

/// One row of the table of exception codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exception {
    /// `exceptionCode`.
    pub(crate) code: i32,
    /// `exceptionDescription`.
    pub(crate) description: &'static str,
}

macro_rules! exceptions {
    ($($name:ident = $code:literal, $text:literal;)*) => {
        $(
            #[doc = concat!("`", stringify!($code), "`: ", $text)]
            pub(crate) const $name: Exception = Exception { code: $code, description: $text };
        )*
    };
}

exceptions! {
    INVALID_DOCUMENT = 9101, "Nieprawidłowy dokument.";
    NO_SIGNATURE = 9102, "Brak podpisu.";
    TOO_MANY_SIGNATURES = 9103, "Przekroczona liczba dozwolonych podpisów.";
    INVALID_SIGNATURE = 9105, "Nieprawidłowy podpis.";
    UNREADABLE = 21001, "Nieczytelna treść.";
    INVALID_CHALLENGE = 21111, "Nieprawidłowe wyzwanie autoryzacyjne.";
    INVALID_CERTIFICATE = 21115, "Nieprawidłowy certyfikat.";
    INVALID_SUBJECT_FOR_CONTEXT = 21117, "Nieprawidłowy identyfikator podmiotu dla wskazanego typu kontekstu.";
    SESSION_INVOICE_LIMIT = 21155, "Przekroczono dozwoloną liczbę faktur w sesji.";
    PART_SIZE = 21157, "Nieprawidłowy rozmiar części pakietu.";
    TOO_MANY_PARTS = 21161, "Przekroczono dozwoloną liczbę części pakietu.";
    INVOICE_NOT_FOUND = 21164, "Faktura o podanym identyfikatorze nie istnieje.";
    TECHNICAL_CORRECTION_UNAVAILABLE = 21166, "Korekta techniczna niedostępna.";
    TECHNICAL_CORRECTION_REFUSED = 21167, "Status faktury nie pozwala na korektę techniczną.";
    SESSION_NOT_FOUND = 21173, "Brak sesji o wskazanym numerze referencyjnym.";
    EXPORT_NOT_FOUND = 21175, "Wynik zapytania o podanym identyfikatorze nie istnieje.";
    UPO_NOT_FOUND = 21178, "Nie znaleziono UPO dla podanych kryteriów.";
    SESSION_STATUS = 21180, "Status sesji nie pozwala na wykonanie operacji.";
    EMPTY_PACKAGE = 21205, "Pakiet nie może być pusty.";
    UPLOAD_TIMEOUT = 21208, "Czas oczekiwania na requesty upload lub finish został przekroczony.";
    EXPORT_REFUSED = 21181, "Nieprawidłowe żądanie eksportu faktur.";
    TOO_MANY_EXPORTS = 21182, "Osiągnięto limit trwających eksportów.";
    BEYOND_MARK = 21183, "Zakres filtrowania wykracza poza dostępny zakres danych.";
    INVALID_ENCODING = 21217, "Nieprawidłowe kodowanie znaków.";
    NO_AUTHORIZATION = 21301, "Brak autoryzacji.";
    NO_AUTHENTICATION = 21304, "Brak uwierzytelnienia.";
    DECEASED = 21308, "Próba wykorzystania metod autoryzacyjnych osoby zmarłej.";
    SCHEMA = 21401, "Dokument nie jest zgodny ze schemą (xsd).";
    INVALID_FILE_SIZE = 21402, "Nieprawidłowy rozmiar pliku.";
    INVALID_FILE_HASH = 21403, "Nieprawidłowy skrót pliku.";
    VALIDATION = 21405, "Błąd walidacji danych wejściowych.";
    SIGNATURE_CONFLICT = 21406, "Konflikt podpisu i typu uwierzytelnienia.";
    CONTINUATION_TOKEN = 21418, "Przekazany token kontynuacji ma nieprawidłowy format.";
    UNKNOWN_KEY = 21470, "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.";
    NO_ENROLLMENT_DATA = 25001, "Brak możliwości pobrania danych do CSR dla wykorzystanego sposobu uwierzytelnienia.";
    NO_ENROLLMENT = 25002, "Brak możliwości złożenia wniosku certyfikacyjnego dla wykorzystanego sposobu uwierzytelnienia.";
    CSR_DATA = 25003, "Dane w CSR nie zgadzają się z danymi w użytym wektorze uwierzytelniającym.";
    CSR_FORMAT = 25004, "Niepoprawny format CSR lub niepoprawny podpis CSR.";
    ENROLLMENT_NOT_FOUND = 25005, "Wniosek certyfikacyjny o podanym numerze referencyjnym nie istnieje.";
    ENROLLMENT_LIMIT = 25006, "Osiągnięto limit możliwych do złożenia wniosków certyfikacyjnych.";
    CERTIFICATE_LIMIT = 25007, "Osiągnięto limit dopuszczalnej liczby posiadanych certyfikatów.";
    CERTIFICATE_NOT_FOUND = 25008, "Certyfikat o podanym numerze seryjnym nie istnieje.";
    CERTIFICATE_NOT_REVOCABLE = 25009, "Nie można odwołać wskazanego certyfikatu, ponieważ jest już odwołany, zablokowany lub nieważny.";
    CSR_KEY = 25010, "Nieprawidłowy typ lub długość klucza.";
    CSR_ALGORITHM = 25011, "Nieprawidłowy algorytm podpisu CSR.";
    TOKEN_PERMISSIONS = 26001, "Nie można nadać tokenowi uprawnień których nie posiadasz.";
    TOKEN_CONTEXT = 26002, "Nie można wygenerować tokena dla obecnego typu kontekstu.";
    ALREADY_EXISTS = 30001, "Podmiot lub uprawnienie już istnieje.";
    NO_SUCH_INVOICE = 71001, "Faktura o podanym identyfikatorze nie istnieje.";
    TOO_MANY_COLLECTIVE_IDENTIFIERS = 71002, "Faktura jest już przypisana do maksymalnej liczby Identyfikatorów Zbiorczych.";
    DIFFERENT_SELLERS = 71004, "Faktury mają różnych sprzedawców.";
    REPEATED_INVOICE = 71005, "Powtórzony numer KSeF w żądaniu.";
}
