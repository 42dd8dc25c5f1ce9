//! An open interactive session.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ksef_crypto::SymmetricKey;
use ksef_model::{
    EncryptionInfo, FormCode, OpenOnlineSessionRequest, PublicKeyCertificateUsage, ReferenceNumber,
    SessionInvoiceStatusResponse, SessionStatusResponse,
};

use super::lists::{self, List};
use super::options::OpenOptions;
use crate::Client;
use crate::error::{Error, Result, texts};
use crate::runtime;
use crate::scope::CallOptions;

/// Right after opening, a part of KSeF may not know a session yet (21173).
const NEW_FOR: Duration = Duration::from_secs(60);

/// An interactive session: invoices of one form are sent one by one. Clones share the session; invoices may be sent
/// through clones at the same time.
///
/// KSeF closes a session by itself twelve hours after opening (PROTOCOL §6.2). Dropping this value does not close it.
#[derive(Clone)]
pub struct OnlineSession {
    pub(super) client: Client,
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    form: FormCode,
    opened: Mutex<Arc<Opened>>,
    flags: Mutex<Flags>,
    /// Held while a session whose key was refused is replaced, so that it is replaced once.
    pub(super) replacing: tokio::sync::Mutex<()>,
}

/// What KSeF and we agreed on at opening.
pub(super) struct Opened {
    pub(super) reference: ReferenceNumber,
    pub(super) key: SymmetricKey,
    pub(super) valid_until: Timestamp,
    at: Duration,
}

#[derive(Default)]
struct Flags {
    closed: bool,
    replaced: bool,
}

impl Client {
    /// Opens an interactive session for invoices of one form (PROTOCOL §6.2). The form is a [`Form`](crate::Form) or
    /// any [`FormCode`].
    ///
    /// A key for encrypting the invoices is made and wrapped for the Ministry. Whether KSeF can unwrap it is known only
    /// later (status 415); sending deals with that.
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx; 5007 when KSeF publishes no valid key.
    pub async fn open_online_session(
        &self,
        form: impl Into<FormCode>,
        _options: OpenOptions,
    ) -> Result<OnlineSession> {
        let (client, form) = (self.clone(), form.into());
        runtime::run(async move {
            let opened = open(&client.begin(), &form).await?;
            let inner = Inner {
                form,
                opened: Mutex::new(Arc::new(opened)),
                flags: Mutex::default(),
                replacing: tokio::sync::Mutex::default(),
            };
            Ok(OnlineSession { client, inner: Arc::new(inner) })
        })
        .await
    }
}

/// Opens a session; when KSeF does not know the key that was used, once more with the current one.
async fn open(client: &Client, form: &FormCode) -> Result<Opened> {
    let mut repeated = false;
    loop {
        let ministry = client.ministry_key(&PublicKeyCertificateUsage::SymmetricKeyEncryption).await?;
        let key = SymmetricKey::generate()?;
        let request = OpenOnlineSessionRequest {
            form_code: form.clone(),
            encryption: EncryptionInfo {
                encrypted_symmetric_key: STANDARD.encode(ministry.key.wrap(&key)?),
                initialization_vector: STANDARD.encode(key.iv()),
                public_key_id: Some(ministry.id.clone()),
            },
        };
        match client.sessions().open_online(&request).await {
            Ok(answer) => {
                tracing::debug!(session = answer.reference_number.as_str(), "session opened");
                return Ok(Opened {
                    reference: answer.reference_number,
                    key,
                    valid_until: answer.valid_until,
                    at: client.shared().clock.elapsed(),
                });
            }
            Err(error) if error.is(texts::KEY_UNKNOWN) && !repeated => {
                client.shared().keys.reject(&ministry.id);
                repeated = true;
            }
            Err(error) => return Err(error),
        }
    }
}

impl OnlineSession {
    /// A clone with a deadline and a cancel token that apply to every call made through it.
    #[must_use]
    pub fn scoped(&self, options: CallOptions) -> Self {
        Self { client: self.client.scoped(options), inner: Arc::clone(&self.inner) }
    }

    /// The client that opened it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The reference number. It changes when the first session had to be replaced because KSeF could not read its key.
    #[must_use]
    pub fn reference_number(&self) -> ReferenceNumber {
        self.opened().reference.clone()
    }

    /// Until when it takes invoices.
    #[must_use]
    pub fn valid_until(&self) -> Timestamp {
        self.opened().valid_until
    }

    /// The form of its invoices.
    #[must_use]
    pub fn form(&self) -> &FormCode {
        &self.inner.form
    }

    /// The status of the session with its counters (PROTOCOL §2.8).
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn status(&self) -> Result<SessionStatusResponse> {
        self.client.sessions().status(&self.reference_number()).await
    }

    /// The status of one of its invoices (PROTOCOL §2.9).
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn invoice(&self, reference: &ReferenceNumber) -> Result<SessionInvoiceStatusResponse> {
        self.client.sessions().invoice_status(&self.reference_number(), reference).await
    }

    /// All its invoices, all pages.
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn invoices(&self) -> Result<Vec<SessionInvoiceStatusResponse>> {
        self.list(List::All).await
    }

    /// The invoices that KSeF refused, all pages.
    ///
    /// # Errors
    /// 2xxx, 3xxx, 4xxx.
    pub async fn failed_invoices(&self) -> Result<Vec<SessionInvoiceStatusResponse>> {
        self.list(List::Failed).await
    }

    async fn list(&self, list: List) -> Result<Vec<SessionInvoiceStatusResponse>> {
        let (client, reference) = (self.client.begin(), self.reference_number());
        runtime::run(async move { lists::all(&client, &reference, list).await }).await
    }

    /// The same session within a call whose deadline runs.
    pub(super) fn begin(&self) -> Self {
        Self { client: self.client.begin(), inner: Arc::clone(&self.inner) }
    }

    pub(super) fn opened(&self) -> Arc<Opened> {
        Arc::clone(&self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn flags(&self) -> MutexGuard<'_, Flags> {
        self.inner.flags.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.flags().closed
    }

    pub(super) fn mark_closed(&self) {
        self.flags().closed = true;
    }

    /// Whether it is so new that a part of KSeF may not know it.
    pub(super) fn is_new(&self) -> bool {
        self.client.shared().clock.elapsed().saturating_sub(self.opened().at) < NEW_FOR
    }

    /// Replaces a session whose key KSeF could not read by a new one with current keys, once in its life. `failed` is
    /// the session that the caller saw failing; when another caller has replaced it already, that is fine.
    pub(super) async fn replace(&self, failed: &ReferenceNumber) -> Result<()> {
        let _guard = self.client.scope().bound(self.inner.replacing.lock()).await?;
        if self.opened().reference != *failed {
            return Ok(());
        }
        if std::mem::replace(&mut self.flags().replaced, true) {
            return Err(Error::new(texts::SESSION_KEY_REFUSED));
        }
        tracing::warn!("KSeF could not read the key of the session, opening another one with current keys");
        self.client.shared().keys.expire();
        let opened = open(&self.client, &self.inner.form).await?;
        *self.inner.opened.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(opened);
        Ok(())
    }
}

impl fmt::Debug for OnlineSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let opened = self.opened();
        f.debug_struct("OnlineSession")
            .field("reference_number", &opened.reference)
            .field("form", &self.inner.form.system_code)
            .field("valid_until", &opened.valid_until)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
