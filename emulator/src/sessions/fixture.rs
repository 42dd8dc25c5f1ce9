//! A world for tests: a store, a clock in the hand, invoices in the mouth.

use jiff::{SignedDuration, Timestamp};
use ksef_crypto::{Sha256, SymmetricKey, prepare};
use ksef_documents::{Form, upo::Receiver};
use ksef_model::{ContextIdentifier, Nip, ReferenceNumber};

use super::{
    records::{Accepted, Invoice, Opening, Progress, SessionIndex, Submission},
    state::SessionState,
    store::{SendRefusal, SessionStore},
};
use crate::{
    auth::{Proof, Subject, SubjectKind},
    invoice::{Declared, Rejection},
    permissions::PermissionStore,
    state::Processing,
};

pub(crate) const SELLER: &str = "5265877635";

/// An invoice with the elements that rules look at.
pub(crate) fn invoice(kind: &str, number: &str, issue_date: &str) -> Vec<u8> {
    format!(
        "<Faktura xmlns='{}'><Podmiot1><DaneIdentyfikacyjne><NIP>{SELLER}</NIP></DaneIdentyfikacyjne></Podmiot1>\
         <Podmiot2><DaneIdentyfikacyjne><BrakID>1</BrakID></DaneIdentyfikacyjne></Podmiot2>\
         <Fa><KodWaluty>PLN</KodWaluty><P_1>{issue_date}</P_1><P_2>{number}</P_2><P_15>1</P_15>\
         <RodzajFaktury>{kind}</RodzajFaktury></Fa></Faktura>",
        Form::Fa3.namespace()
    )
    .into_bytes()
}

/// The store with its circumstances. The delay of processing is ten seconds.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) store: SessionStore,
    pub(crate) processing: Processing,
    pub(crate) now: Timestamp,
    permissions: PermissionStore,
    key: SymmetricKey,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            store: SessionStore::default(),
            processing: Processing { delay: SignedDuration::from_secs(10), ..Processing::default() },
            now: "2026-11-22T12:00:00Z".parse().unwrap(),
            permissions: PermissionStore::default(),
            key: SymmetricKey::from_parts([3; 32], [5; 16]),
        }
    }

    /// An opening by the seller for FA(3), on TEST.
    pub(crate) fn opening(&self) -> Opening {
        Opening {
            context: ContextIdentifier::Nip(Nip::unchecked(SELLER)),
            subject: Subject { kind: SubjectKind::Nip, value: SELLER.to_owned() },
            proof: Proof::Document(Sha256::of(b"login")),
            receiver: Receiver::Production,
            form: Form::Fa3,
            check_identifiers: false,
            key: Some(self.key.clone()),
        }
    }

    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.look();
    }

    pub(crate) fn look(&mut self) {
        self.store.advance(self.now, &self.processing, &self.permissions);
    }

    pub(crate) fn open(&mut self) -> SessionIndex {
        let opening = self.opening();
        self.open_with(opening)
    }

    pub(crate) fn open_with(&mut self, opening: Opening) -> SessionIndex {
        self.look();
        let reference = self.store.open(opening, self.now).reference.clone();
        self.store.find(reference.as_str()).unwrap()
    }

    pub(crate) fn submission(&self, xml: &[u8]) -> Submission {
        let prepared = prepare(xml, &self.key);
        Submission {
            declared: Declared { hash: prepared.invoice_hash, size: prepared.invoice_size },
            encrypted: prepared.content,
            offline: false,
            corrected: None,
        }
    }

    pub(crate) fn send(&mut self, session: SessionIndex, xml: &[u8]) -> ReferenceNumber {
        let submission = self.submission(xml);
        self.submit(session, submission).unwrap()
    }

    pub(crate) fn submit(
        &mut self,
        session: SessionIndex,
        submission: Submission,
    ) -> Result<ReferenceNumber, SendRefusal> {
        self.look();
        self.store.send(session, submission, self.now)
    }

    pub(crate) fn close(&mut self, session: SessionIndex) -> Result<(), SessionState> {
        self.look();
        self.store.close(session, self.now)
    }

    pub(crate) fn find(&self, reference: &ReferenceNumber) -> &Invoice {
        let mut all = self.store.invoices().iter();
        all.find(|invoice| invoice.reference == *reference).unwrap()
    }

    pub(crate) fn accepted(&self, reference: &ReferenceNumber) -> &Accepted {
        match &self.find(reference).progress {
            Progress::Accepted(accepted) => accepted,
            other => panic!("not accepted: {other:?}"),
        }
    }

    pub(crate) fn rejection(&self, reference: &ReferenceNumber) -> &Rejection {
        match &self.find(reference).progress {
            Progress::Rejected { rejection, .. } => rejection,
            other => panic!("not rejected: {other:?}"),
        }
    }

    pub(crate) fn state(&self, session: SessionIndex) -> i32 {
        self.store.session(session).machine.state().code()
    }
}
