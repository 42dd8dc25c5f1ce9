//! Conversions between the naming styles of JSON and of Rust.

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "crate", "else", "enum", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "use", "where", "while",
];

/// The words of a camelCase, PascalCase, snake_case or upper-case name, in lower case.
pub(crate) fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &character) in characters.iter().enumerate() {
        if !character.is_ascii_alphanumeric() {
            words.extend(take(&mut word));
            continue;
        }
        let previous = index.checked_sub(1).map(|before| characters[before]);
        let next = characters.get(index + 1);
        let starts = character.is_ascii_uppercase()
            && previous.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase))
            });
        if starts {
            words.extend(take(&mut word));
        }
        word.push(character.to_ascii_lowercase());
    }
    words.extend(take(&mut word));
    words
}

fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// `pageSize` -> `page_size`; `type` -> `kind`, and other keywords get an underscore.
pub(crate) fn field(json: &str) -> String {
    let snake = words(json).join("_");
    match snake.as_str() {
        "type" => "kind".to_owned(),
        word if KEYWORDS.contains(&word) => format!("{snake}_"),
        _ => snake,
    }
}

/// `invoice-read`, `InvoiceRead`, `invoice_read` -> `InvoiceRead`; `PLN` -> `Pln`.
pub(crate) fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capitalised(word)).collect()
}

/// `open_online` -> `OPEN_ONLINE`.
pub(crate) fn constant(name: &str) -> String {
    words(name).join("_").to_ascii_uppercase()
}

/// What serde's `rename_all = "camelCase"` makes of a snake_case field.
pub(crate) fn serde_camel(snake: &str) -> String {
    let pascal: String = snake.split('_').map(capitalised).collect();
    let mut characters = pascal.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + characters.as_str())
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_rust_style() {
        assert_eq!(field("maxInvoiceSizeInMB"), "max_invoice_size_in_mb");
        assert_eq!(field("type"), "kind");
        assert_eq!(field("ip4Addresses"), "ip4_addresses");
        assert_eq!(pascal("FA_RR"), "FaRr");
        assert_eq!(pascal("RRInvoicing"), "RrInvoicing");
        assert_eq!(pascal("Subject1"), "Subject1");
        assert_eq!(pascal("PLN"), "Pln");
        assert_eq!(constant("sessions.open_online"), "SESSIONS_OPEN_ONLINE");
        assert_eq!(serde_camel("ip4_addresses"), "ip4Addresses");
    }
}
