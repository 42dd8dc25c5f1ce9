//! `ksef api`: any operation by its name.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use libksef::{Answer, Error};
use serde_json::{Map, Value};

use super::print_json;
use crate::connection::Connection;
use crate::terminal::Failure;

/// What `ksef api` can be told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The operation, such as sessions.status; `ksef operations` lists them.
    operation: String,
    /// The body of the request: a file, or - for standard input. JSON, or the XML document that the operation takes.
    #[arg(long = "json", visible_alias = "body", value_name = "FILE|-")]
    body: Option<PathBuf>,
    /// A parameter by its name in the API, such as pageSize=100. Repeat the option for lists and for further parameters.
    #[arg(long = "input", short = 'i', value_name = "NAME=VALUE")]
    inputs: Vec<String>,
    /// Write the answer to this file in place of the terminal.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode, Failure> {
    let input = input(&options)?;
    let answer = options.connection.client()?.call(&options.operation, input).await?;
    match (&options.out, answer) {
        (Some(file), answer) => {
            std::fs::write(file, answer.into_bytes()).map_err(Failure::file(file))?;
        }
        (None, Answer::Json(value)) => print_json(&value)?,
        (None, answer) => {
            let bytes = answer.into_bytes();
            io::stdout().lock().write_all(&bytes).map_err(Failure::file(Path::new("standard output")))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One object of all that the operation is given.
fn input(options: &Options) -> Result<Value, Failure> {
    let mut input = Map::new();
    for given in &options.inputs {
        let (name, value) =
            given.split_once('=').ok_or_else(|| Error::invalid_argument("--input", "it is NAME=VALUE"))?;
        let value = Value::from(value);
        match input.get_mut(name) {
            None => {
                input.insert(name.to_owned(), value);
            }
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    if let Some(path) = &options.body {
        let text = read(path)?;
        let is_xml = libksef::operations()
            .iter()
            .any(|operation| operation.id == options.operation && operation.request == Some("XML"));
        let body = if is_xml {
            Value::from(text)
        } else {
            serde_json::from_str(&text).map_err(|error| {
                let place = format!("not JSON, line {} column {}", error.line(), error.column());
                Error::invalid_argument("--json", &place)
            })?
        };
        input.insert("body".to_owned(), body);
    }
    Ok(Value::Object(input))
}

fn read(path: &Path) -> Result<String, Failure> {
    if path != Path::new("-") {
        return std::fs::read_to_string(path).map_err(Failure::file(path));
    }
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text).map_err(Failure::file(path))?;
    Ok(text)
}
