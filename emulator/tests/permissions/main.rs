//! The permission model over HTTP: every grant is proved by a login, every answer is judged by the API description.

#![allow(clippy::unwrap_used)]

mod entities;
mod persons;
mod queries;
mod refusals;
mod schema;
mod test_data;
mod units;
mod world;

/// A company.
pub(crate) const COMPANY: &str = "5265877635";
/// An accounting office.
pub(crate) const OFFICE: &str = "1111111111";
/// A third company.
pub(crate) const OTHER: &str = "3755747347";
/// A person.
pub(crate) const PESEL: &str = "30112206276";
/// Another one.
pub(crate) const OTHER_PESEL: &str = "38092277125";
