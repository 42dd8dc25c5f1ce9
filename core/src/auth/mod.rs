//! Logging in and staying logged in.

mod credentials;
mod keeper;
mod login;
mod outcome;
mod token;

#[cfg(test)]
mod tests;

pub use credentials::Credentials;
pub(crate) use keeper::Keeper;
pub use token::BearerToken;
