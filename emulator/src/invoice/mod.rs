//! Invoices: verification, uniqueness, numbers, download.

mod calendar;
mod content;
mod duplicate;
mod form;
mod issuer;
mod mode;
mod number;
mod routes;
mod rules;
mod status;

pub(crate) use calendar::{warsaw, warsaw_date};
pub(crate) use content::{Content, ContentSpool};
pub(crate) use duplicate::{DuplicateKey, DuplicateRegistry};
pub(crate) use form::{form_for_batch, form_for_online};
pub(crate) use issuer::Powers;
pub(crate) use mode::{InvoicingMode, invoicing_mode};
pub(crate) use number::NumberSequence;
pub(crate) use routes::{ksef_number_of, router};
pub(crate) use rules::{Declared, SizeLimits, Terms, bytes, declared, document, oversized, unreadable};
pub(crate) use status::{Original, Rejection, RejectionCode};
