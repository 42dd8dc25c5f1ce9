//! Interactive sessions: opening, sending, waiting, closing, confirmations (PROTOCOL §6, §8).

mod close;
mod duplicate;
mod intents;
mod lists;
mod online;
mod options;
mod outcome;
mod resume;
mod send;
mod settle;
mod upo;

#[cfg(test)]
mod tests;

pub(crate) use intents::Intents;
pub use online::OnlineSession;
pub use options::{DocumentCheck, OfflineMode, OpenOptions, SendOptions, WaitPolicy};
pub use outcome::{AcceptedInvoice, Conflict, OriginalInvoice, RejectedInvoice, SendOutcome};
pub use resume::ResumeToken;
pub use send::check_invoice;
pub use upo::{Upo, UpoDescription, UpoSignature};
