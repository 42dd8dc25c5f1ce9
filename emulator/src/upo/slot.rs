//! A confirmation and its one and only signed form.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use ksef_crypto::Sha256;
use ksef_documents::upo::{Authentication, MAX_DOCUMENTS, Page, Upo, UpoDocument};

use super::seal::{Seal, SealError};
use ksef_model::ReferenceNumber;

use crate::{auth::Proof, sessions::Opening};

/// A signed confirmation, byte for byte as everyone gets it.
#[derive(Debug, Clone)]
pub(crate) struct SignedUpo {
    /// The document.
    pub(crate) content: Bytes,
    /// Its hash, for `x-ms-meta-hash`.
    pub(crate) hash: Sha256,
}

/// A confirmation that is signed when somebody first asks for it and kept from then on.
#[derive(Debug, Clone)]
pub(crate) struct UpoSlot(Arc<Slot>);

#[derive(Debug)]
struct Slot {
    upo: Upo,
    at: Timestamp,
    signed: Mutex<Option<SignedUpo>>,
}

impl UpoSlot {
    /// The confirmation of one invoice, generated at `at`.
    pub(crate) fn of_invoice(
        session: &ReferenceNumber,
        opening: &Opening,
        document: UpoDocument,
        at: Timestamp,
    ) -> Self {
        Self::new(confirmation(session, opening, vec![document]), at)
    }

    /// The pages of the confirmation of a session. Ranges count from 1 and include both ends.
    pub(crate) fn pages(
        session: &ReferenceNumber,
        opening: &Opening,
        documents: &[UpoDocument],
        at: Timestamp,
    ) -> Vec<Self> {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let count = documents.len().div_ceil(MAX_DOCUMENTS);
        let page = |index: usize, chunk: &[UpoDocument]| {
            let before = index * MAX_DOCUMENTS;
            Self::new(
                confirmation(session, opening, chunk.to_vec()).with_page(Page {
                    number: number(index + 1),
                    count: number(count),
                    first_document: number(before + 1),
                    last_document: number(before + chunk.len()),
                    total_documents: number(documents.len()),
                }),
                at,
            )
        };
        documents.chunks(MAX_DOCUMENTS).enumerate().map(|(index, chunk)| page(index, chunk)).collect()
    }

    fn new(upo: Upo, at: Timestamp) -> Self {
        Self(Arc::new(Slot { upo, at, signed: Mutex::default() }))
    }

    /// What it confirms.
    pub(crate) fn documents(&self) -> &[UpoDocument] {
        &self.0.upo.documents
    }

    /// Its place in the confirmation of a session.
    #[cfg(test)]
    pub(crate) fn page(&self) -> Option<Page> {
        self.0.upo.page
    }

    /// The signed document: made by the first caller, the same bytes for all.
    pub(crate) fn signed(&self, seal: &Seal) -> Result<SignedUpo, SealError> {
        let mut place = self.0.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signed) = &*place {
            return Ok(signed.clone());
        }
        let content = Bytes::from(seal.sign(&self.unsigned()?, self.0.at)?);
        let signed = SignedUpo { hash: Sha256::of(&content), content };
        *place = Some(signed.clone());
        Ok(signed)
    }

    /// The document without its signature.
    pub(crate) fn unsigned(&self) -> Result<Vec<u8>, SealError> {
        Ok(self.0.upo.to_xml()?)
    }
}

fn confirmation(session: &ReferenceNumber, opening: &Opening, documents: Vec<UpoDocument>) -> Upo {
    let authentication = match &opening.proof {
        Proof::Token(reference) => Authentication::Token(reference.clone()),
        Proof::Document(hash) => Authentication::Document(hash.to_base64()),
    };
    Upo::new(
        opening.receiver.clone(),
        session.clone(),
        opening.context.clone(),
        authentication,
        opening.form,
        documents,
    )
}
