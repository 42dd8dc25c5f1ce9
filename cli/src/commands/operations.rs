//! `ksef operations`: what `ksef api` can call.

use std::process::ExitCode;

use clap::Args;

use super::{print_json, print_table};
use crate::terminal::Failure;

/// What `ksef operations` can be told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only operations whose name contains this text.
    name: Option<String>,
    /// Print a JSON array, with parameters and types, in place of a table.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let mut listed = libksef::operations();
    if let Some(name) = &options.name {
        listed.retain(|operation| operation.id.contains(name.as_str()));
    }
    if options.json {
        print_json(&listed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = listed
        .iter()
        .map(|operation| {
            let inputs: Vec<String> = operation
                .inputs
                .iter()
                .map(|input| if input.required { input.name.clone() } else { format!("[{}]", input.name) })
                .collect();
            vec![operation.id.to_owned(), inputs.join(" "), operation.summary.to_owned()]
        })
        .collect();
    print_table(&["OPERATION", "INPUT", "SUMMARY"], &rows);
    Ok(ExitCode::SUCCESS)
}
