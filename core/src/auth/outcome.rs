//! What the status of a login means (PROTOCOL §2.7).

use ksef_model::StatusInfo;

use crate::error::{Error, ErrorEntry, texts};

/// Where a login stands.
pub(super) enum Progress {
    Waiting,
    Done,
    Failed(Error),
}

pub(super) fn progress(status: &StatusInfo) -> Progress {
    let details = status.details.as_deref().unwrap_or_default();
    let entry = match status.code {
        200 => return Progress::Done,
        100..200 => return Progress::Waiting,
        415 => texts::LOGIN_NO_PERMISSIONS,
        425 => texts::LOGIN_REVOKED,
        450 => by_detail(details, TOKEN_CAUSES, texts::LOGIN_TOKEN_REFUSED),
        460 => by_detail(details, CERTIFICATE_CAUSES, texts::LOGIN_CERTIFICATE_REFUSED),
        470 => texts::LOGIN_DECEASED,
        480 => texts::LOGIN_BLOCKED,
        500 | 550 => texts::LOGIN_SYSTEM_ERROR,
        _ => texts::LOGIN_FAILED,
    };
    let error = Error::new(entry).with_ksef(status.code, &status.description, details);
    Progress::Failed(error.in_operation("auth.status").sent(true))
}

/// The details are fixed texts of PROTOCOL §2.7, in Polish, and older English ones of FIELD-NOTES F19. A text that
/// is not known leaves the general number of the code.
const TOKEN_CAUSES: &[(&str, &ErrorEntry)] = &[
    ("wyzwanie", texts::LOGIN_CHALLENGE_REFUSED),
    ("challenge", texts::LOGIN_CHALLENGE_REFUSED),
    ("czas tokena", texts::LOGIN_TOKEN_TIME),
    ("timestamp", texts::LOGIN_TOKEN_TIME),
    ("token unieważniony", texts::LOGIN_TOKEN_REVOKED),
    ("token nieaktywny", texts::LOGIN_TOKEN_INACTIVE),
    ("szyfrowanie", texts::LOGIN_TOKEN_ENCRYPTION),
    ("encryption", texts::LOGIN_TOKEN_ENCRYPTION),
    ("kodowanie", texts::LOGIN_TOKEN_ENCRYPTION),
    ("encoding", texts::LOGIN_TOKEN_ENCRYPTION),
    ("w kontekście", texts::LOGIN_TOKEN_CONTEXT),
];

const CERTIFICATE_CAUSES: &[(&str, &ErrorEntry)] = &[
    ("nieważny", texts::LOGIN_CERTIFICATE_EXPIRED),
    ("łańcuch", texts::LOGIN_CERTIFICATE_UNTRUSTED),
    ("odwołany", texts::LOGIN_CERTIFICATE_REVOKED),
    ("zawieszony", texts::LOGIN_CERTIFICATE_REVOKED),
];

fn by_detail(
    details: &[String],
    causes: &[(&str, &'static ErrorEntry)],
    general: &'static ErrorEntry,
) -> &'static ErrorEntry {
    let text = details.join(" ").to_lowercase();
    causes.iter().find(|(mark, _)| text.contains(mark)).map_or(general, |(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(code: i32, detail: &str) -> u16 {
        let details = (!detail.is_empty()).then(|| vec![detail.to_owned()]);
        match progress(&StatusInfo { code, description: "opis".to_owned(), details }) {
            Progress::Failed(error) => {
                assert_eq!(error.ksef_code(), Some(code));
                error.number()
            }
            _ => 0,
        }
    }

    #[test]
    fn every_status_has_its_number() {
        let cases = [
            (415, "Brak przypisanych uprawnień", 3002),
            (425, "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika", 3003),
            (450, "Nieprawidłowe wyzwanie autoryzacyjne", 3005),
            (450, "Nieprawidłowy token", 3004),
            (450, "Nieprawidłowy czas tokena", 3006),
            (450, "Token unieważniony", 3007),
            (450, "Token nieaktywny", 3008),
            (450, "Nieprawidłowe szyfrowanie tokena", 3009),
            (450, "Nieprawidłowe kodowanie tokena", 3009),
            (450, "Invalid token encoding.", 3009),
            (450, "Token nie może być użyty w kontekście Nip 5265877635", 3010),
            (450, "", 3004),
            (460, "Nieważny certyfikat", 3012),
            (460, "Błąd weryfikacji łańcucha certyfikatów", 3013),
            (460, "Niezaufany łańcuch certyfikatów", 3013),
            (460, "Certyfikat odwołany", 3014),
            (460, "Certyfikat zawieszony", 3014),
            (460, "Niepoprawny certyfikat", 3011),
            (470, "", 3015),
            (480, "", 3016),
            (500, "", 3017),
            (550, "", 3017),
            (999, "", 3001),
            (200, "", 0),
            (100, "", 0),
        ];
        for (code, detail, expected) in cases {
            assert_eq!(number(code, detail), expected, "{code} {detail}");
        }
    }
}
