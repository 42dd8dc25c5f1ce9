//! The error documents are those that the catalogue gives.

use ksef_conformance::error_docs;
use ksef_conformance::repository_root;

#[test]
fn the_documents_are_current() {
    error_docs::run(&repository_root(), true).expect("current documents");
}

#[test]
fn every_number_and_code_is_in_both_documents() {
    for (path, text) in error_docs::documents() {
        for entry in libksef::entries() {
            assert!(
                text.contains(&format!("\n| {} | `{}` |", entry.number, entry.name())),
                "{path} {}",
                entry.number
            );
        }
        for explanation in libksef::explanations() {
            assert!(text.contains(&format!("\n| {} |", explanation.code)), "{path} {}", explanation.code);
        }
        let columns = |line: &str| line.matches(" | ").count();
        let mut tables = text.split("\n\n").filter(|block| block.starts_with('|'));
        assert!(
            tables.all(|table| {
                let mut widths = table.lines().filter(|line| !line.starts_with("|---")).map(columns);
                let first = widths.next();
                widths.all(|width| Some(width) == first)
            }),
            "{path}: a table with uneven rows"
        );
    }
}
