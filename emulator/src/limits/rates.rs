//! Limits of request rates by group (PROTOCOL §16.2; groups of API 2.9.0).

use std::collections::HashMap;

use ksef_model::ContextIdentifier;
use serde_json::{Map, Value, json};

use crate::config::RateLimits;

/// Requests allowed in a second, a minute and an hour; `None` where there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) per_second: Option<u32>,
    pub(super) per_minute: Option<u32>,
    pub(super) per_hour: Option<u32>,
}

impl Rate {
    pub(super) const UNLIMITED: Self = Self { per_second: None, per_minute: None, per_hour: None };

    const fn new(per_second: u32, per_minute: u32, per_hour: u32) -> Self {
        Self { per_second: Some(per_second), per_minute: Some(per_minute), per_hour: Some(per_hour) }
    }

    const fn each_second(limit: u32) -> Self {
        Self { per_second: Some(limit), per_minute: None, per_hour: None }
    }

    /// `-1` stands for no limit.
    fn to_json(self) -> Value {
        let number = |limit: Option<u32>| limit.map_or(-1, i64::from);
        json!({
            "perSecond": number(self.per_second),
            "perMinute": number(self.per_minute),
            "perHour": number(self.per_hour),
        })
    }
}

/// The group of operations that need no login.
pub(super) const ANONYMOUS: &str = "anonymous";
/// All operations together, by address.
pub(super) const GLOBAL: &str = "global";
/// The group in which every operation is counted for itself.
pub(super) const OTHER: &str = "other";

/// The groups in the order of `GET /rate-limits` with the values of production.
const GROUPS: [(&str, Rate); 17] = [
    ("onlineSession", Rate::new(10, 30, 120)),
    ("onlineSessionClose", Rate::new(20, 60, 240)),
    ("batchSession", Rate::new(10, 20, 60)),
    ("batchSessionClose", Rate::new(20, 40, 120)),
    ("invoiceSend", Rate::new(10, 30, 180)),
    ("invoiceStatus", Rate::new(30, 120, 1200)),
    ("sessionList", Rate::new(5, 10, 60)),
    ("sessionInvoiceList", Rate::new(10, 20, 200)),
    ("sessionMisc", Rate::new(10, 120, 1200)),
    ("invoiceMetadata", Rate::new(8, 16, 20)),
    ("invoiceExport", Rate::new(8, 16, 20)),
    ("invoiceExportStatus", Rate::new(10, 60, 600)),
    ("invoiceDownload", Rate::new(8, 16, 64)),
    ("collectiveIdentifier", Rate::new(20, 120, 240)),
    (OTHER, Rate::new(10, 30, 120)),
    (ANONYMOUS, Rate::each_second(60)),
    (GLOBAL, Rate::each_second(75)),
];

fn production(group: &str) -> Rate {
    GROUPS.iter().find(|(name, _)| *name == group).map_or(Rate::UNLIMITED, |(_, rate)| *rate)
}

/// What test data set for one context.
#[derive(Debug)]
pub(super) enum Override {
    /// The values of production.
    Production,
    /// These; groups that are not named keep what the emulator was started with.
    Custom(Vec<(&'static str, Rate)>),
}

/// The limits that apply, by context.
#[derive(Debug, Default)]
pub(super) struct RateTables(HashMap<ContextIdentifier, Override>);

impl RateTables {
    pub(super) fn set(&mut self, context: ContextIdentifier, limits: Override) {
        self.0.insert(context, limits);
    }

    /// Back to what the emulator was started with.
    pub(super) fn reset(&mut self, context: &ContextIdentifier) {
        self.0.remove(context);
    }

    /// What applies to a group for a caller in this context, or without one.
    pub(super) fn of(&self, group: &str, context: Option<&ContextIdentifier>, base: RateLimits) -> Rate {
        let by_address = matches!(group, ANONYMOUS | GLOBAL);
        let set = context.filter(|_| !by_address).and_then(|context| self.0.get(context));
        let named = match set {
            Some(Override::Production) => Some(production(group)),
            Some(Override::Custom(rates)) => {
                rates.iter().find(|(name, _)| *name == group).map(|(_, rate)| *rate)
            }
            None => None,
        };
        named.unwrap_or_else(|| match base {
            RateLimits::Off => Rate::UNLIMITED,
            RateLimits::Ksef => production(group),
        })
    }

    /// `EffectiveApiRateLimits`.
    pub(super) fn to_json(&self, context: &ContextIdentifier, base: RateLimits) -> Value {
        let groups =
            GROUPS.iter().map(|(name, _)| ((*name).to_owned(), self.of(name, Some(context), base).to_json()));
        Value::Object(groups.collect::<Map<_, _>>())
    }
}
