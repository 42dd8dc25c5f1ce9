//! The exports of the emulator: queue, fate, end. Time comes as an argument; what is due is done when somebody looks.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use ksef_model::{ContextIdentifier, ReferenceNumber};
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::{
    super::{repository::Repository, search, settings::Settings},
    order::Order,
    package::{ExtraEntry, Parcel},
};
use crate::{
    auth::Subject,
    commands::CommandError,
    reference::{self, ReferenceKind},
};

/// Exports that one subject may have under way in one context.
pub(super) const AT_ONCE: usize = 10;

/// How long a package can be downloaded, and as long again its end can be read (PROTOCOL §1.9, §9.3).
const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What becomes of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It ends in its time.
    Normal,
    /// It stays at status 100.
    Stuck,
    /// It ends with this status.
    Ends(i32),
}

/// One export.
#[derive(Debug)]
pub(super) struct Export {
    pub(super) reference: ReferenceNumber,
    pub(super) order: Arc<Order>,
    requested_at: Timestamp,
    due: Timestamp,
    fate: Fate,
    state: State,
}

#[derive(Debug)]
enum State {
    Running,
    Ready(Arc<Parcel>),
    Failed { code: i32, at: Timestamp },
}

/// What can be told about an export.
#[derive(Clone, Debug)]
pub(super) enum Report {
    /// 100.
    Running,
    /// 200.
    Ready(Arc<Parcel>),
    /// 210, with the date of completion.
    Expired(Timestamp),
    /// Another status, with the date of the end.
    Failed(i32, Timestamp),
    /// Past its retention.
    Gone,
}

impl Export {
    /// What can be told at `now`.
    pub(super) fn report(&self, now: Timestamp) -> Report {
        let passed = |since: Timestamp, times: i32| now.duration_since(since) >= LIFETIME * times;
        match &self.state {
            State::Running if passed(self.requested_at, 1) => Report::Gone,
            State::Running => Report::Running,
            State::Ready(parcel) if passed(parcel.completed_at, 2) => Report::Gone,
            State::Ready(parcel) if passed(parcel.completed_at, 1) => Report::Expired(parcel.completed_at),
            State::Ready(parcel) => Report::Ready(Arc::clone(parcel)),
            State::Failed { at, .. } if passed(*at, 1) => Report::Gone,
            State::Failed { code, at } => Report::Failed(*code, *at),
        }
    }
}

/// When a package completed at this instant can no longer be downloaded.
pub(super) fn expires(completed_at: Timestamp) -> Timestamp {
    completed_at.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX)
}

/// All exports, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct ExportStore {
    exports: Vec<Export>,
    index: HashMap<String, usize>,
    running: Vec<usize>,
    plan: Plan,
    /// Whether statuses tell wrong hashes.
    pub(super) wrong_hashes: bool,
    extra: Vec<ExtraEntry>,
}

/// The fate of the exports that are started from now on.
#[derive(Debug)]
struct Plan {
    fate: Fate,
    /// For how many more; `None` until it is changed.
    times: Option<u32>,
}

impl Default for Plan {
    fn default() -> Self {
        Self { fate: Fate::Normal, times: None }
    }
}

impl Plan {
    fn next(&mut self) -> Fate {
        match &mut self.times {
            Some(0) => return Fate::Normal,
            Some(times) => *times -= 1,
            None => {}
        }
        self.fate
    }
}

/// `POST /exports`: what is to become of exports; what is absent stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ExportsRequest {
    stuck: Option<bool>,
    outcome: Option<i32>,
    times: Option<u32>,
    wrong_hashes: Option<bool>,
    extra_entries: Option<Vec<ExtraEntry>>,
}

impl ExportStore {
    /// Obeys a command of the management API.
    ///
    /// # Errors
    /// An outcome that no export has, or names that no archive can hold.
    pub(crate) fn command(&mut self, request: ExportsRequest, now: Timestamp) -> Result<(), CommandError> {
        if request.outcome.is_some_and(|code| ![200, 410, 415, 420, 500, 550].contains(&code)) {
            return Err(CommandError::new("outcome is 200, 410, 415, 420, 500 or 550"));
        }
        if request.extra_entries.iter().flatten().any(|entry| !entry.is_possible()) {
            return Err(CommandError::new("the name of an entry has 1 to 100 bytes"));
        }
        if let Some(code) = request.outcome {
            let fate = if code == 200 { Fate::Normal } else { Fate::Ends(code) };
            self.plan = Plan { fate, times: request.times };
        }
        match request.stuck {
            Some(true) => self.plan = Plan { fate: Fate::Stuck, times: request.times },
            Some(false) => self.release(now),
            None => {}
        }
        self.wrong_hashes = request.wrong_hashes.unwrap_or(self.wrong_hashes);
        self.extra = request.extra_entries.unwrap_or_else(|| std::mem::take(&mut self.extra));
        Ok(())
    }

    /// Lets all that is stuck go on from now.
    fn release(&mut self, now: Timestamp) {
        if self.plan.fate == Fate::Stuck {
            self.plan = Plan::default();
        }
        for &index in &self.running {
            let export = &mut self.exports[index];
            if export.fate == Fate::Stuck {
                export.fate = Fate::Normal;
                export.due = export.due.max(now);
            }
        }
    }

    /// Cancels what is under way (550): one export, or all. Gives how many there were.
    pub(crate) fn cancel(&mut self, reference: Option<&str>, now: Timestamp) -> usize {
        let exports = &mut self.exports;
        let before = self.running.len();
        self.running.retain(|&index| {
            let export = &mut exports[index];
            let hit = reference.is_none_or(|reference| export.reference.as_str() == reference);
            if hit {
                export.state = State::Failed { code: 550, at: now };
            }
            !hit
        });
        before - self.running.len()
    }

    /// Does what is due.
    pub(crate) fn advance(&mut self, now: Timestamp, repository: &Repository, settings: &Settings) {
        let (exports, extra) = (&mut self.exports, &self.extra);
        self.running.retain(|&index| {
            let export = &mut exports[index];
            if export.fate == Fate::Stuck || now < export.due {
                return true;
            }
            export.state = finish(export, repository, settings, extra);
            false
        });
    }

    /// Takes an export in, or says that there are too many.
    pub(super) fn start(
        &mut self,
        order: Order,
        delay: SignedDuration,
        now: Timestamp,
    ) -> Option<ReferenceNumber> {
        let mut running = self.running.iter().map(|&index| &self.exports[index]);
        let own = |export: &&Export| {
            export.order.context == order.context
                && export.order.subject == order.subject
                && matches!(export.report(now), Report::Running)
        };
        if running.by_ref().filter(own).count() >= AT_ONCE {
            return None;
        }
        let reference = reference::issue(ReferenceKind::Export, now);
        let index = self.exports.len();
        self.index.insert(reference.as_str().to_owned(), index);
        self.running.push(index);
        self.exports.push(Export {
            reference: reference.clone(),
            order: Arc::new(order),
            requested_at: now,
            due: now.saturating_add(delay).unwrap_or(now),
            fate: self.plan.next(),
            state: State::Running,
        });
        Some(reference)
    }

    /// The export with this reference.
    pub(super) fn find(&self, reference: &str) -> Option<&Export> {
        self.index.get(reference).map(|index| &self.exports[*index])
    }

    /// Every export: its reference, its context, who started it, and its status.
    pub(crate) fn list(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = (&ReferenceNumber, &ContextIdentifier, &Subject, i32)> {
        self.exports.iter().map(move |export| {
            let code = match export.report(now) {
                Report::Running => 100,
                Report::Ready(_) => 200,
                Report::Expired(_) => 210,
                Report::Failed(code, _) => code,
                Report::Gone => 410,
            };
            (&export.reference, &export.order.context, &export.order.subject, code)
        })
    }
}

fn finish(export: &Export, repository: &Repository, settings: &Settings, extra: &[ExtraEntry]) -> State {
    let (order, at) = (&export.order, export.due);
    let failed = |code| State::Failed { code, at };
    if let Fate::Ends(code) = export.fate {
        return failed(code);
    }
    let Some(key) = order.key.clone() else { return failed(415) };
    let range = &order.filters.date_range;
    let mark = repository.high_water_mark(at, settings.lag);
    let mut period = order.period;
    if range.is_restricted() {
        if period.from > mark {
            return failed(420);
        }
        period.to = period.to.min(mark);
    }
    let mut invoices = search::find(repository, &order.context, &order.filters, period, at);
    let more = invoices.len() > settings.max_export_invoices;
    invoices.truncate(settings.max_export_invoices);
    State::Ready(Arc::new(Parcel {
        reference: export.reference.clone(),
        order: Arc::clone(order),
        key,
        invoices,
        more,
        mark: range.by_storage().then(|| period.to.min(mark)),
        completed_at: at,
        settings: *settings,
        extra: extra.to_vec(),
        package: OnceCell::new(),
    }))
}
