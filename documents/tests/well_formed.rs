//! The judgement of well-formedness, compared with libxml2 on thousands of mutations of a document.
// Clippy does not see that functions beside the tests are test code too.
#![allow(clippy::unwrap_used)]

mod common;

use ksef_documents::{FindingKind, check};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};

const SEED: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- początek -->\n",
    "<Faktura xmlns=\"urn:a\" xmlns:etd=\"urn:b\" wersja=\"1-0E\">\r\n",
    "  <Nazwa etd:kod='x &amp; y'>Żółw &lt;1&gt; &#x142;&#243;d&#378;</Nazwa>\n",
    "  <etd:Opis><![CDATA[a < b & c]]></etd:Opis><Pusty/>\n",
    "  <Kwota waluta = \"PLN\" >10.00</Kwota >\n</Faktura>\n<!-- koniec -->\n",
);

/// Fragments that tend to make or break a document.
const FRAGMENTS: [&str; 46] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "/",
    "=",
    ";",
    ":",
    "--",
    "-->",
    "<!--",
    "]]>",
    "<![CDATA[",
    "<?",
    "?>",
    "<?pi x?>",
    "<?xml version=\"1.0\"?>",
    "&amp;",
    "&lt",
    "&#0;",
    "&#x1F;",
    "&#x80;",
    "&#xD800;",
    "&#x110000;",
    "&#xFFFE;",
    "&nbsp;",
    "&#;",
    "&#x;",
    "&#99999999999;",
    "</Faktura>",
    "<a>",
    "</a>",
    "<a/>",
    "<b c='d'/>",
    " x=\"1\"",
    " xmlns:q=\"\"",
    " xmlns:etd=\"urn:c\"",
    "q:",
    "etd:",
    " ",
    "\u{1}",
    "\u{b}",
    "\u{FFFE}",
    "\u{85}",
    "ż",
];

#[derive(Debug, Clone)]
enum Mutation {
    Insert(prop::sample::Index, usize),
    Replace(prop::sample::Index, usize),
    Delete(prop::sample::Index, usize),
    Duplicate(prop::sample::Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        3 => (place(), 0..FRAGMENTS.len()).prop_map(|(at, what)| Mutation::Insert(at, what)),
        1 => (place(), 0..FRAGMENTS.len()).prop_map(|(at, what)| Mutation::Replace(at, what)),
        2 => (place(), 1..12usize).prop_map(|(at, length)| Mutation::Delete(at, length)),
        1 => (place(), 1..40usize).prop_map(|(at, length)| Mutation::Duplicate(at, length)),
    ]
}

fn apply(mutations: &[Mutation]) -> String {
    let mut text: Vec<char> = SEED.chars().collect();
    for mutation in mutations {
        match mutation {
            Mutation::Insert(at, what) => {
                let at = at.index(text.len() + 1);
                text.splice(at..at, FRAGMENTS[*what].chars());
            }
            Mutation::Replace(at, what) if !text.is_empty() => {
                let at = at.index(text.len());
                text.splice(at..=at, FRAGMENTS[*what].chars());
            }
            Mutation::Delete(at, length) if !text.is_empty() => {
                let at = at.index(text.len());
                text.drain(at..(at + length).min(text.len()));
            }
            Mutation::Duplicate(at, length) if !text.is_empty() => {
                let at = at.index(text.len());
                let copy = text[at..(at + length).min(text.len())].to_vec();
                text.splice(at..at, copy);
            }
            _ => {}
        }
    }
    text.into_iter().collect()
}

/// Whether our findings say that the document is not well-formed XML; `None` when they cannot be compared, because
/// a document type or another encoding stands in the way.
fn refused(bytes: &[u8]) -> Option<bool> {
    let findings = check(bytes).err().unwrap_or_default();
    let incomparable = [FindingKind::DocumentType, FindingKind::DeclaredEncoding, FindingKind::XmlVersion];
    if findings.iter().any(|finding| incomparable.contains(&finding.kind)) {
        return None;
    }
    Some(findings.iter().any(|finding| {
        matches!(
            finding.kind,
            FindingKind::NotWellFormed
                | FindingKind::ForbiddenCharacter
                | FindingKind::NotUtf8
                | FindingKind::Empty
                | FindingKind::DeclarationWithoutVersion
        )
    }))
}

#[test]
fn libxml2_agrees_about_mutated_documents() {
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let strategy = prop::collection::vec(mutation(), 0..4).prop_map(|mutations| apply(&mutations));
    let documents: Vec<Vec<u8>> =
        (0..6000).map(|_| strategy.new_tree(&mut runner).unwrap().current().into_bytes()).collect();
    let verdicts = common::parser_errors(&documents);
    let (mut agreed, mut accepted, mut differences) = (0, 0, Vec::new());
    for (document, verdict) in documents.iter().zip(&verdicts) {
        let Some(ours) = refused(document) else { continue };
        if ours == verdict.is_some() {
            agreed += 1;
            accepted += usize::from(!ours);
        } else {
            let found = check(document).err().map(|findings| findings[0].to_string());
            let text = String::from_utf8_lossy(document);
            differences.push(format!("libxml2: {verdict:?}\nours: {found:?}\n{text}\n"));
        }
    }
    assert!(differences.is_empty(), "{} differences, first:\n{}", differences.len(), differences[0]);
    assert!(agreed > 5000 && accepted > 500, "{agreed} comparable, {accepted} accepted");
}

#[test]
fn well_formed_samples_are_accepted_and_broken_ones_are_not() {
    let table = [
        ("<a/>", true),
        ("<a></a>", true),
        ("\n<a/>\n", true),
        ("<a b='1' c=\"2\"/>", true),
        ("<a xmlns:p='urn:x' p:b='1' b='1'/>", true),
        ("<a xml:lang='pl'/>", true),
        ("<żółw ó='1'/>", true),
        ("<a>&#x10FFFD;</a>", true),
        ("<a>]]</a>", true),
        ("<a><!-- - --></a>", true),
        ("<a><?pi?></a>", true),
        ("", false),
        (" ", false),
        ("a", false),
        ("<a>", false),
        ("<a/><b/>", false),
        ("<a/>b", false),
        ("<a></b>", false),
        ("< a/>", false),
        ("<a / >", false),
        ("<a b=1/>", false),
        ("<a b='1'c='2'/>", false),
        ("<a b='1' b='2'/>", false),
        ("<a b='<'/>", false),
        ("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='1'/>", false),
        ("<p:a/>", false),
        ("<a p:b='1'/>", false),
        ("<a xmlns:p=''/>", false),
        ("<a:b:c xmlns:a='urn:x'/>", false),
        ("<1a/>", false),
        ("<a>&</a>", false),
        ("<a>&amp</a>", false),
        ("<a>&nic;</a>", false),
        ("<a>&#x0;</a>", false),
        ("<a>&#xD800;</a>", false),
        ("<a>]]></a>", false),
        ("<a><![CDATA[</a>", false),
        ("<![CDATA[]]><a/>", false),
        ("<a><!-- -- --></a>", false),
        ("<a><!--></a>", false),
        ("<a><? pi?></a>", false),
        (" <?xml version='1.0'?><a/>", false),
        ("<a><?xml version='1.0'?></a>", false),
        ("<?xml encoding='UTF-8'?><a/>", false),
        ("<?xml version='1.0' standalone='maybe'?><a/>", false),
        ("<?xml version='1.0'encoding='UTF-8'?><a/>", false),
        ("<?xml version='1.0' encoding='UTF-8'", false),
        ("&amp;<a/>", false),
    ];
    let documents: Vec<Vec<u8>> = table.iter().map(|(text, _)| text.as_bytes().to_vec()).collect();
    let verdicts = common::parser_errors(&documents);
    for ((text, expected), verdict) in table.iter().zip(verdicts) {
        assert_eq!(refused(text.as_bytes()), Some(!expected), "ours about {text:?}");
        assert_eq!(verdict.is_none(), *expected, "libxml2 about {text:?}: {verdict:?}");
    }
}
