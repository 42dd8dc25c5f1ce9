//! Taking up an invoice whose fate is not known yet.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ksef_crypto::Sha256;
use ksef_model::ReferenceNumber;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::options::WaitPolicy;
use super::outcome::SendOutcome;
use super::settle::{self, Look};
use crate::Client;
use crate::error::{Error, Result, texts};
use crate::runtime;

/// A request that has not shown up for this long never will: every hop on its way has given up.
const LOST_AFTER_SECONDS: i64 = 600;

/// What is needed to find out later what became of an invoice. As text it survives a restart of the program; it holds
/// reference numbers and a hash, nothing secret and nothing personal.
#[derive(Clone)]
pub struct ResumeToken {
    fields: Fields,
    cause: Option<Error>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fields {
    /// Version of this form.
    v: u8,
    /// Marks of the environment and the context, to refuse a foreign token.
    e: String,
    c: String,
    /// Session, hash of the invoice, reference of the invoice, time of sending in seconds.
    s: ReferenceNumber,
    h: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<ReferenceNumber>,
    t: i64,
}

impl ResumeToken {
    pub(super) fn new(client: &Client, session: ReferenceNumber, hash: Sha256) -> Self {
        let (environment, context) = marks(client);
        let fields = Fields {
            v: 1,
            e: environment,
            c: context,
            s: session,
            h: hash.to_base64(),
            i: None,
            t: client.shared().clock.now().as_second(),
        };
        Self { fields, cause: None }
    }

    pub(super) fn with_invoice(mut self, reference: ReferenceNumber) -> Self {
        self.fields.i = Some(reference);
        self
    }

    pub(super) fn because(mut self, cause: Error) -> Self {
        self.cause = Some(cause);
        self
    }

    /// The session the invoice was sent in.
    #[must_use]
    pub fn session_reference(&self) -> &ReferenceNumber {
        &self.fields.s
    }

    /// The reference of the invoice, when KSeF is known to have received it.
    #[must_use]
    pub fn invoice_reference(&self) -> Option<&ReferenceNumber> {
        self.fields.i.as_ref()
    }

    /// SHA-256 of the bytes that were sent.
    #[must_use]
    pub fn invoice_hash(&self) -> Sha256 {
        Sha256::from_base64(&self.fields.h)
            .unwrap_or_else(|_| unreachable!("checked when the token was read"))
    }

    /// When it was sent, by the clock of the client that sent it.
    #[must_use]
    pub fn sent_at(&self) -> Timestamp {
        Timestamp::from_second(self.fields.t).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Why the outcome is not known. Not part of the text form.
    #[must_use]
    pub fn cause(&self) -> Option<&Error> {
        self.cause.as_ref()
    }

    fn check(&self, client: &Client) -> Result<()> {
        let (environment, context) = marks(client);
        let fields = &self.fields;
        if fields.e == environment && fields.c == context {
            return Ok(());
        }
        let what = if fields.e == environment { "context" } else { "environment" };
        Err(Error::new(texts::FOREIGN_RESUME_TOKEN).note(what))
    }
}

fn marks(client: &Client) -> (String, String) {
    let mark = |text: &str| Sha256::of(text.as_bytes()).to_hex()[..16].to_owned();
    let context = client.context().map(|context| format!("{} {}", context.kind(), context.value()));
    (mark(client.environment().api().as_str()), mark(&context.unwrap_or_default()))
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(&self.fields).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for ResumeToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unreadable = || Error::new(texts::INVALID_RESUME_TOKEN);
        let json = URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| unreadable())?;
        let fields: Fields = serde_json::from_slice(&json).map_err(|_| unreadable())?;
        if fields.v != 1 {
            return Err(unreadable().note("it was made by a newer version of the library"));
        }
        Sha256::from_base64(&fields.h).map_err(|_| unreadable())?;
        Ok(Self { fields, cause: None })
    }
}

impl PartialEq for ResumeToken {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Eq for ResumeToken {}

impl fmt::Debug for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumeToken")
            .field("session", &self.fields.s)
            .field("invoice", &self.fields.i)
            .field("cause", &self.cause)
            .finish_non_exhaustive()
    }
}

impl Serialize for ResumeToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ResumeToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Client {
    /// Finds out what became of an invoice: looks for it in its session by its hash, then waits for the result like
    /// [`OnlineSession::send`](crate::OnlineSession::send) does by default. Never sends anything again.
    ///
    /// # Errors
    /// 7001 when KSeF never received the invoice, so that it can be sent again; 1023 when the token belongs to
    /// another environment or context; 3xxx and 4xxx when KSeF refuses to answer.
    pub async fn resume(&self, token: &ResumeToken) -> Result<SendOutcome> {
        self.resume_with(token, WaitPolicy::default(), true).await
    }

    /// [`Client::resume`] with a choice of how long to wait and whether to fetch the UPO.
    ///
    /// # Errors
    /// The same.
    pub async fn resume_with(
        &self,
        token: &ResumeToken,
        wait: WaitPolicy,
        fetch_upo: bool,
    ) -> Result<SendOutcome> {
        token.check(self)?;
        let (client, token) = (self.begin(), token.clone());
        runtime::run(async move { resume(&client, token, wait, fetch_upo).await }).await
    }

    /// The invoices of this client that were sent and whose fate was not learned: calls still running, and calls that
    /// were abandoned. Kept in memory only.
    #[must_use]
    pub fn unsettled(&self) -> Vec<ResumeToken> {
        self.shared().intents.list()
    }
}

async fn resume(
    client: &Client,
    mut token: ResumeToken,
    wait: WaitPolicy,
    fetch_upo: bool,
) -> Result<SendOutcome> {
    if token.invoice_reference().is_none() {
        match settle::look(client, token.session_reference(), token.invoice_hash(), |_| false).await {
            Ok(Look::Found(invoice)) => token = token.with_invoice(invoice.reference_number),
            Ok(Look::Absent { open: true }) if !is_lost(client, &token) => {
                return Ok(SendOutcome::Unknown(token));
            }
            Ok(Look::Absent { .. }) => {
                client.shared().intents.settle(&token);
                return Err(Error::new(texts::NOT_RECEIVED).in_operation("sessions.list_invoices"));
            }
            Err(error) if settle::leaves_unknown(&error) => {
                return Ok(SendOutcome::Unknown(token.because(error)));
            }
            Err(error) => return Err(error),
        }
    }
    let outcome = settle::wait(client, token.clone(), wait).await?;
    let outcome = settle::with_upo(client, outcome, fetch_upo).await;
    if outcome.resume_token().is_none() {
        client.shared().intents.settle(&token);
    }
    Ok(outcome)
}

fn is_lost(client: &Client, token: &ResumeToken) -> bool {
    client.shared().clock.now().as_second() - token.fields.t > LOST_AFTER_SECONDS
}
