//! The test-data API over HTTP: each operation is judged by what it changes.

mod rights;
mod subjects;

use crate::COMPANY;

/// The bailiff of the published scenarios.
const BAILIFF: (&str, &str) = ("7980332920", "30112206276");
/// The VAT group of the published scenarios, and its members.
const GROUP: (&str, [&str; 2]) = ("3755747347", ["4972530874", "8225900795"]);
/// A person of the published scenarios.
const PESEL: &str = "38092277125";
