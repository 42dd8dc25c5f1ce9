//! From the API description and `spec/names.toml` to Rust sources.
//!
//! `description` reads the OpenAPI document, `names` reads our names, `plan` joins the two, and the writers
//! (`types`, `constraints`, `operations`, `endpoints`) turn the plan into text. `output` formats, writes and compares.

mod case;
mod constraints;
mod description;
mod endpoints;
mod names;
mod operations;
mod output;
mod plan;
mod sha256;
mod text;
mod types;

#[cfg(test)]
mod tests;

use std::path::Path;

/// What `codegen` does besides generating.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) check: bool,
    pub(crate) any_description: bool,
}

/// One source file, with its path from the root of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Generates, then writes or compares. The text of either result is meant for the person at the terminal.
pub(crate) fn run(root: &Path, spec: &Path, options: Options) -> Result<String, String> {
    let description = output::read(spec)?;
    let names = output::read(&root.join("spec/names.toml"))?;
    let parsed = names::Names::parse(&names)?;
    let found = sha256::hex(description.as_bytes());
    if !options.any_description && found != parsed.description.sha256 {
        return Err(format!(
            "{} has SHA-256 {found}, but spec/names.toml pins {} (API {}); change the pin when a newer description is meant",
            spec.display(),
            parsed.description.sha256,
            parsed.description.version
        ));
    }
    let files = output::format_all(generate(&description, &names)?)?;
    if options.check { output::compare(root, &files) } else { output::write(root, &files) }
}

/// The unformatted sources for a description and our names.
pub(crate) fn generate(description: &str, names: &str) -> Result<Vec<SourceFile>, String> {
    let names = names::Names::parse(names)?;
    let description = description::Description::parse(description)?;
    let plan = plan::Plan::new(&description, &names)?;
    let mut files = types::write(&plan);
    files.push(constraints::write_patterns(&plan));
    files.push(operations::write(&plan));
    files.extend(endpoints::write(&plan));
    Ok(files)
}
