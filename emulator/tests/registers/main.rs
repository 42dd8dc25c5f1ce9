//! Certificates, limits, collective identifiers and Peppol providers over HTTP. OpenSSL writes the requests for
//! certificates and judges what was issued; every good answer is judged by the API description.

#![allow(clippy::unwrap_used, reason = "a failed assumption of a test is a failed test")]

mod certificates;
mod collective_identifiers;
mod enrollments;
mod limits;
mod openssl;
mod peppol;
mod rate_limits;
#[path = "../permissions/schema.rs"]
#[allow(clippy::print_stderr, reason = "tells that the description is not at hand")]
mod schema;
mod world;
