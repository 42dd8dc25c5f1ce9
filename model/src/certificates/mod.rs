//! KSeF certificates: enrolment, retrieval, revocation (PROTOCOL §13).

mod generated;

pub use generated::*;
