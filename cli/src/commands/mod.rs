//! The commands that talk to a server, and the list of what can be asked of one.

pub(crate) mod api;
pub(crate) mod limits;
pub(crate) mod operations;
pub(crate) mod send;
pub(crate) mod sessions;
pub(crate) mod tokens;

use serde::Serialize;
use serde_json::Value;

use crate::terminal::{Failure, line};

/// Prints a value of the API as indented JSON.
fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Other(error.to_string()))?;
    line(text);
    Ok(())
}

/// Prints rows under headings, in columns as wide as their content needs.
fn print_table(headings: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        line(padded.join("  ").trim_end());
    };
    print(&mut headings.iter().copied());
    for row in rows {
        print(&mut row.iter().map(String::as_str));
    }
}

/// Prints an object as names and values, with dots between the names of nested objects.
fn print_fields(value: &impl Serialize) -> Result<(), Failure> {
    let value = serde_json::to_value(value).map_err(|error| Failure::Other(error.to_string()))?;
    let mut rows = Vec::new();
    flatten("", &value, &mut rows);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    for (name, value) in rows {
        line(format_args!("{name:<width$}  {value}"));
    }
    Ok(())
}

fn flatten(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(&inner(name), value, rows)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| flatten(&inner(&index.to_string()), item, rows));
        }
        Value::String(text) => rows.push((path.to_owned(), text.clone())),
        Value::Null => {}
        other => rows.push((path.to_owned(), other.to_string())),
    }
}
