//! Consent to invoices with attachments (PROTOCOL §15.9), and the operation that tells about it.

use std::collections::HashMap;

use axum::{extract::State, http::StatusCode};
use jiff::Timestamp;
use ksef_model::ContextIdentifier;
use serde_json::{Value, json};

use crate::{auth::Authenticated, json::Reply, state::AppState, wire};

/// Which contexts consented; a consent can have an end.
#[derive(Debug, Default)]
pub(crate) struct AttachmentConsents(HashMap<ContextIdentifier, Option<Timestamp>>);

impl AttachmentConsents {
    /// The context may send attachments from now on, without end.
    pub(crate) fn allow(&mut self, context: ContextIdentifier) {
        self.0.insert(context, None);
    }

    /// The consent of the context ends at the instant; without effect where there is none.
    pub(crate) fn end(&mut self, context: &ContextIdentifier, at: Timestamp) {
        if let Some(end) = self.0.get_mut(context) {
            *end = Some(at);
        }
    }

    /// Whether the context may send attachments at the instant.
    pub(crate) fn allows(&self, context: &ContextIdentifier, at: Timestamp) -> bool {
        self.0.get(context).is_some_and(|end| end.is_none_or(|end| at < end))
    }

    /// When the consent ends or ended.
    pub(crate) fn end_of(&self, context: &ContextIdentifier) -> Option<Timestamp> {
        self.0.get(context).copied().flatten()
    }
}

/// `GET /permissions/attachments/status`.
pub(super) async fn status(State(state): State<AppState>, caller: Authenticated) -> Reply<Value> {
    let now = state.now();
    let store = state.store();
    let consents = store.sessions.attachment_consents();
    let mut body = json!({"isAttachmentAllowed": consents.allows(&caller.context, now)});
    if let Some(end) = consents.end_of(&caller.context) {
        body["revokedDate"] = wire::timestamp(end).into();
    }
    Reply(StatusCode::OK, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_lasts_until_its_end() {
        let context = ContextIdentifier::new("Nip", "5265877635").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut consents = AttachmentConsents::default();
        consents.end(&context, at("2026-01-01T00:00:00Z"));
        assert!(!consents.allows(&context, at("2026-01-01T00:00:00Z")));
        consents.allow(context.clone());
        assert!(consents.allows(&context, at("2036-01-01T00:00:00Z")));
        consents.end(&context, at("2026-03-01T00:00:00Z"));
        assert!(consents.allows(&context, at("2026-02-28T23:59:59Z")));
        assert!(!consents.allows(&context, at("2026-03-01T00:00:00Z")));
    }
}
