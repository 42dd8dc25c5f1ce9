//! What several test programs need: the reference data and the outside judge of XML, xmllint.
// Each test program uses a part of this, and clippy does not see that it is all test code.
#![allow(dead_code, clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The reference data, when they are at hand. Says that the test is skipped when they are not.
pub(crate) fn spec(test: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/spec"));
    if path.join("samples/MANIFEST.tsv").is_file() {
        return Some(path);
    }
    eprintln!("SKIPPED {test}: the reference data are not present");
    None
}

/// Rows of a tab-separated file with a header, as maps from column to value.
pub(crate) fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    lines
        .map(|line| {
            columns.iter().zip(line.split('\t')).map(|(c, v)| (c.to_string(), v.to_owned())).collect()
        })
        .collect()
}

fn xmllint() -> Command {
    let found = Command::new("xmllint").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(found.is_ok(), "xmllint is missing: install the Debian package libxml2-utils");
    Command::new("xmllint")
}

/// Checks documents with a schema; returns what xmllint says about those that are not valid.
pub(crate) fn schema_errors(spec: &Path, schema: &str, documents: &[Vec<u8>]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut command = xmllint();
    command.env("XML_CATALOG_FILES", spec.join("xsd/catalog.xml"));
    command.args(["--noout", "--nonet", "--schema"]).arg(spec.join("xsd").join(schema));
    for (index, document) in documents.iter().enumerate() {
        let path = directory.path().join(format!("{index}.xml"));
        std::fs::write(&path, document).unwrap();
        command.arg(path);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let validated = said.lines().filter(|line| line.ends_with(" validates")).count();
    if output.status.success() && validated == documents.len() {
        return String::new();
    }
    said
}

/// For each document, what libxml2 has against its well-formedness, if anything.
pub(crate) fn parser_errors(documents: &[Vec<u8>]) -> Vec<Option<String>> {
    let directory = tempfile::tempdir().unwrap();
    let mut verdicts = vec![None; documents.len()];
    for (chunk, group) in documents.chunks(500).enumerate() {
        let mut command = xmllint();
        command.args(["--noout", "--nonet", "--huge"]).current_dir(directory.path());
        for (index, document) in group.iter().enumerate() {
            let name = format!("d{}.xml", chunk * 500 + index);
            std::fs::write(directory.path().join(&name), document).unwrap();
            command.arg(name);
        }
        let output = command.output().unwrap();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            let Some((name, rest)) = line.split_once(".xml:") else { continue };
            let Some(index) = name.strip_prefix('d').and_then(|n| n.parse::<usize>().ok()) else { continue };
            // Syntax of URIs in namespace names is no matter of well-formedness.
            if rest.contains(" error : ") && !rest.ends_with("is not a valid URI") {
                verdicts[index].get_or_insert_with(|| rest.to_owned());
            }
        }
    }
    verdicts
}
