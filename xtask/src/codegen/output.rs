//! Reading, formatting, writing and comparing files.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::SourceFile;

/// How many differing lines `--check` prints for one file.
const SHOWN_LINES: usize = 8;

pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The files of a directory with the given extension, in the order of their names.
pub(crate) fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|present| present == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

pub(crate) fn format_all(files: Vec<SourceFile>) -> Result<Vec<SourceFile>, String> {
    files.into_iter().map(|file| Ok(SourceFile { text: format(&file)?, path: file.path })).collect()
}

fn format(file: &SourceFile) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("rustfmt: {error}");
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = rustfmt.stdin.take() {
        let text = file.text.clone();
        // A thread of its own, because rustfmt may fill its output pipe before it has read all of its input.
        std::thread::spawn(move || input.write_all(text.as_bytes()));
    }
    let output = rustfmt.wait_with_output().map_err(failed)?;
    if !output.status.success() {
        return Err(format!("{}: {}", file.path, String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{}: {error}", file.path))
}

pub(crate) fn write(root: &Path, files: &[SourceFile]) -> Result<String, String> {
    let mut changed = 0;
    for file in files {
        let path = root.join(&file.path);
        if fs::read_to_string(&path).is_ok_and(|present| present == file.text) {
            continue;
        }
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        fs::write(&path, &file.text).map_err(failed)?;
        changed += 1;
    }
    Ok(format!("{} files generated, {changed} changed", files.len()))
}

pub(crate) fn compare(root: &Path, files: &[SourceFile]) -> Result<String, String> {
    let mut report = String::new();
    for file in files {
        let present = fs::read_to_string(root.join(&file.path)).unwrap_or_default();
        if present != file.text {
            report.push_str(&difference(&file.path, &present, &file.text));
        }
    }
    if report.is_empty() {
        Ok(format!("{} generated files are up to date", files.len()))
    } else {
        Err(format!("{report}run `cargo xtask codegen` and commit the result"))
    }
}

/// The first lines in which two texts differ, in the manner of `diff`.
pub(crate) fn difference(path: &str, present: &str, expected: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (present.lines().collect(), expected.lines().collect());
    let start = old.iter().zip(&new).take_while(|(left, right)| left == right).count();
    let mut report = format!("{path}:{}\n", start + 1);
    for (mark, lines) in [('-', &old), ('+', &new)] {
        for line in lines.iter().skip(start).take(SHOWN_LINES) {
            report.push_str(&format!("{mark}{line}\n"));
        }
    }
    report
}
