//! The same client without `async`: each call waits on the calling thread while the library's own threads work.
//!
//! Called inside an asynchronous runtime, every function that waits returns error 1019 instead of blocking it.

mod api;
mod client;
mod lists;
mod pages;
mod session;
mod waiting;

pub use api::*;
pub use client::Client;
pub use pages::{Items, Pages};
pub use session::OnlineSession;
