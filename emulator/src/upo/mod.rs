//! Official confirmations of receipt: contents, signature, links (PROTOCOL §8.2, §8.3).

mod links;
mod routes;
mod seal;
mod slot;

pub(crate) use links::LinkKey;
pub(crate) use routes::{invoice_path, page_path, router, storage_router, xml};
pub(crate) use seal::SealPlace;
pub(crate) use slot::UpoSlot;

#[cfg(test)]
mod tests;
