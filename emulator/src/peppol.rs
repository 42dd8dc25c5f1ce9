//! Peppol service providers (PROTOCOL §20.1): registered at their first login, listed for everybody.

use axum::{Router, extract::State, http::StatusCode, routing::get};
use jiff::Timestamp;
use ksef_model::PeppolId;
use serde_json::{Value, json};

use crate::{json::Reply, permissions::page::Page, state::AppState, wire};

/// A provider in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Provider {
    id: PeppolId,
    name: String,
    created: Timestamp,
}

/// Longest name of the register, in characters.
const LONGEST_NAME: usize = 256;

/// The register, in the order of registration.
#[derive(Debug, Default)]
pub(crate) struct PeppolRegister(Vec<Provider>);

impl PeppolRegister {
    /// Registers a provider; false when it is registered already.
    pub(crate) fn register(&mut self, id: PeppolId, name: &str, now: Timestamp) -> bool {
        if self.0.iter().any(|one| one.id == id) {
            return false;
        }
        let name = name.chars().take(LONGEST_NAME).collect();
        self.0.push(Provider { id, name, created: now });
        true
    }
}

/// The operation under `/v2/peppol`.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/peppol/query", get(list))
}

async fn list(State(state): State<AppState>, page: Page) -> Reply<Value> {
    let store = state.store();
    let mut providers: Vec<&Provider> = store.peppol.0.iter().collect();
    providers.sort_by(|one, other| other.created.cmp(&one.created).then_with(|| one.id.cmp(&other.id)));
    let (providers, more) = page.cut(providers);
    let providers: Vec<Value> = providers
        .into_iter()
        .map(|one| {
            json!({"id": one.id.as_str(), "name": one.name, "dateCreated": wire::timestamp(one.created)})
        })
        .collect();
    Reply(StatusCode::OK, json!({"peppolProviders": providers, "hasMore": more}))
}
