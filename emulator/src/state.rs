//! All that the emulator knows. Plain data behind one lock, which is never held across an await.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    auth::AuthStore, certificates::CertificateStore, clock::Clock,
    collective_identifiers::CollectiveIdentifierStore, commands::CommandError, config::RateLimits,
    contexts::ContextStore, download::DownloadStore, faults::FaultPlan, limits::LimitStore,
    peppol::PeppolRegister, permissions::PermissionStore, profile::Profile, public_keys::KeyRing,
    request_log::RequestLog, seed::Seed, sessions::SessionStore, tokens::TokenStore, trust::Trust,
};

/// The state that every handler shares.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Inner>);

struct Inner {
    profile: Profile,
    public_url: String,
    rate_limits: RateLimits,
    clock: Clock,
    trust: Trust,
    keys: KeyRing,
    seed: Seed,
    store: Mutex<Store>,
}

/// What changes while the emulator runs, and what `POST /reset` empties.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Challenges, authentication operations, the key that signs our tokens.
    pub(crate) auth: AuthStore,
    /// KSeF tokens.
    pub(crate) tokens: TokenStore,
    /// Grants, entities, persons.
    pub(crate) permissions: PermissionStore,
    /// Blocks.
    pub(crate) contexts: ContextStore,
    /// Invoice sessions, their invoices and UPOs.
    pub(crate) sessions: SessionStore,
    /// KSeF certificates and the requests for them.
    pub(crate) certificates: CertificateStore,
    /// Collective identifiers of invoices.
    pub(crate) collective_identifiers: CollectiveIdentifierStore,
    /// Peppol service providers.
    pub(crate) peppol: PeppolRegister,
    /// Limits that differ from the default, and counted requests.
    pub(crate) limits: LimitStore,
    /// What queries and exports read, and the exports.
    pub(crate) download: DownloadStore,
    /// How slowly invoices are processed.
    pub(crate) processing: Processing,
    /// What is to go wrong.
    pub(crate) faults: FaultPlan,
    /// How often each operation was called.
    pub(crate) requests: RequestLog,
    /// The text of `X-System-Warning` on every good answer.
    pub(crate) warning: Option<String>,
}

/// The speed of asynchronous work, set by `POST /processing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Processing {
    /// Virtual time between receipt of an invoice, or closing of a session, and the end of its processing.
    pub(crate) delay: SignedDuration,
    /// While set, no invoice and no session finishes processing.
    pub(crate) hold: bool,
    /// Virtual time for which a started authentication stays at status 100.
    pub(crate) authentication_delay: SignedDuration,
    /// Virtual time for which a KSeF token stays `Pending` and `Revoking`.
    pub(crate) token_delay: SignedDuration,
    /// Virtual time for which a grant or a revocation of permissions stays at status 100.
    pub(crate) permission_delay: SignedDuration,
}

impl Default for Processing {
    /// Invoices take a moment, so that a caller meets the statuses on the way; the rest is immediate.
    fn default() -> Self {
        Self {
            delay: SignedDuration::from_millis(20),
            hold: false,
            authentication_delay: SignedDuration::ZERO,
            token_delay: SignedDuration::ZERO,
            permission_delay: SignedDuration::ZERO,
        }
    }
}

impl AppState {
    pub(crate) fn new(
        profile: Profile,
        public_url: String,
        rate_limits: RateLimits,
        clock: Clock,
        trust: Trust,
        keys: KeyRing,
        seed: Seed,
    ) -> Self {
        Self(Arc::new(Inner {
            profile,
            public_url,
            rate_limits,
            clock,
            trust,
            keys,
            seed,
            store: Mutex::default(),
        }))
    }

    /// Forgets everything that happened: real time, and what the seed says. Certificates and keys stay.
    pub(crate) fn reset(&self) -> Result<(), CommandError> {
        self.0.clock.reset();
        *self.store() = Store::default();
        self.0.seed.populate(self)
    }

    /// What the emulator began with.
    pub(crate) fn seed(&self) -> &Seed {
        &self.0.seed
    }

    /// The store. A panic of one request must not brick the rest, so a poisoned lock is taken as it is.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.0.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The emulator's present.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn profile(&self) -> Profile {
        self.0.profile
    }

    /// Limits of request rates where the test data set none.
    pub(crate) fn rate_limits(&self) -> RateLimits {
        self.0.rate_limits
    }

    /// Scheme, host and port of links that the emulator hands out, without a slash at the end.
    pub(crate) fn public_url(&self) -> &str {
        &self.0.public_url
    }

    /// The emulator's own certificate authority and the others it believes.
    pub(crate) fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// The Ministry's encryption keys.
    pub(crate) fn keys(&self) -> &KeyRing {
        &self.0.keys
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState").field("profile", &self.0.profile).finish_non_exhaustive()
    }
}
