//! From the API description and our names under `spec/` to Rust sources.
//!
//! `description` reads the OpenAPI document, `names` reads our names, `planner` joins the two in a `plan`, and the writers
//! (`types`, `constraints`, `operations`, `registry`, `endpoints`, `dispatch`, `twins`) turn the plan into text. `output` formats, writes and compares.

mod case;
mod constraints;
mod description;
mod dispatch;
mod endpoints;
mod names;
mod operations;
pub(crate) mod output;
mod plan;
mod planner;
mod registry;
mod sha256;
mod signature;
mod text;
mod twins;
mod types;

#[cfg(test)]
mod tests;

use std::path::Path;

use description::Description;
use names::Names;
use plan::Plan;

/// What `codegen` does besides generating.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    pub(crate) check: bool,
    pub(crate) any_description: bool,
    pub(crate) derived: bool,
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
    let names = read_names(root)?;
    let found = sha256::hex(description.as_bytes());
    if !options.any_description && found != names.description.sha256 {
        return Err(format!(
            "{} has SHA-256 {found}, but spec/names.toml pins {} (API {}); change the pin when a newer description is meant",
            spec.display(),
            names.description.sha256,
            names.description.version
        ));
    }
    let description = Description::parse(&description)?;
    let plan = Plan::new(&description, &names)?;
    if options.derived {
        return Ok(plan.derived.join("\n"));
    }
    let files = output::format_all(sources(&plan))?;
    if options.check { output::compare(root, &files) } else { output::write(root, &files) }
}

/// Our names and documentation, from all files under `spec/`.
fn read_names(root: &Path) -> Result<Names, String> {
    let mut names = Names::parse(&output::read(&root.join("spec/names.toml"))?)?;
    for path in output::files(&root.join("spec/types"), "toml")? {
        names.add_types(&path.display().to_string(), &output::read(&path)?)?;
    }
    Ok(names)
}

/// The unformatted sources.
fn sources(plan: &Plan<'_>) -> Vec<SourceFile> {
    let mut files = types::write(plan);
    files.push(constraints::write_patterns(plan));
    files.push(operations::write(plan));
    files.push(registry::write(plan));
    files.extend(endpoints::write(plan));
    files.push(dispatch::write(plan));
    files.extend(twins::write(plan));
    files
}
