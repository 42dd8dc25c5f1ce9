//! `POST /download` of the management API: the limits of queries and exports, and how the repository falls behind.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::repository::Lag;
use crate::commands::CommandError;

/// The settings of queries and exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Rows that one set of filters gives at most.
    pub(crate) max_rows: usize,
    /// Invoices in one package at most.
    pub(crate) max_export_invoices: usize,
    /// Compressed bytes after which a package is full.
    pub(crate) max_package_bytes: u64,
    /// Bytes of a part before encryption at most.
    pub(crate) part_bytes: usize,
    /// How the repository falls behind.
    pub(crate) lag: Lag,
    /// Virtual time between the start of an export and its end.
    pub(crate) export_delay: SignedDuration,
    /// Rows of the page before that each page after the first repeats.
    pub(crate) repeated_rows: usize,
    /// Whether sizes in ZIP packages come after the data, as in a streamed archive.
    pub(crate) streamed_zip: bool,
    /// Whether `_metadata.json` is a bare array, as one page of the documentation had it.
    pub(crate) bare_metadata: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_rows: 10_000,
            max_export_invoices: 10_000,
            max_package_bytes: 1_000_000_000,
            part_bytes: 50_000_000,
            lag: Lag { mark: SignedDuration::from_secs(1), arrival: SignedDuration::ZERO },
            export_delay: SignedDuration::from_millis(50),
            repeated_rows: 0,
            streamed_zip: false,
            bare_metadata: false,
        }
    }
}

/// New settings; what is absent stays. Times are virtual milliseconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct SettingsRequest {
    max_rows: Option<usize>,
    max_export_invoices: Option<usize>,
    max_package_bytes: Option<u64>,
    part_bytes: Option<usize>,
    hwm_lag_ms: Option<u32>,
    late_arrival_ms: Option<u32>,
    export_delay_ms: Option<u32>,
    repeated_rows: Option<usize>,
    streamed_zip: Option<bool>,
    bare_metadata: Option<bool>,
}

impl SettingsRequest {
    /// The settings after the change.
    ///
    /// # Errors
    /// A limit of zero or above that of KSeF, or late arrivals later than the high-water mark allows.
    pub(crate) fn apply(self, to: Settings) -> Result<Settings, CommandError> {
        let ms = |value: Option<u32>, old| value.map_or(old, |ms| SignedDuration::from_millis(ms.into()));
        let most = Settings::default();
        let new = Settings {
            max_rows: within("maxRows", self.max_rows, to.max_rows, most.max_rows)?,
            max_export_invoices: within(
                "maxExportInvoices",
                self.max_export_invoices,
                to.max_export_invoices,
                most.max_export_invoices,
            )?,
            max_package_bytes: within(
                "maxPackageBytes",
                self.max_package_bytes,
                to.max_package_bytes,
                most.max_package_bytes,
            )?,
            part_bytes: within("partBytes", self.part_bytes, to.part_bytes, most.part_bytes)?,
            lag: Lag {
                mark: ms(self.hwm_lag_ms, to.lag.mark),
                arrival: ms(self.late_arrival_ms, to.lag.arrival),
            },
            export_delay: ms(self.export_delay_ms, to.export_delay),
            repeated_rows: self.repeated_rows.unwrap_or(to.repeated_rows),
            streamed_zip: self.streamed_zip.unwrap_or(to.streamed_zip),
            bare_metadata: self.bare_metadata.unwrap_or(to.bare_metadata),
        };
        if new.lag.arrival > new.lag.mark {
            return Err(CommandError::new("lateArrivalMs is at most hwmLagMs"));
        }
        if new.repeated_rows > 9 {
            return Err(CommandError::new("repeatedRows is at most 9, less than the smallest page"));
        }
        Ok(new)
    }

    /// The settings as they are.
    pub(crate) fn of(settings: &Settings) -> Self {
        let ms = |duration: SignedDuration| u32::try_from(duration.as_millis()).ok();
        Self {
            max_rows: Some(settings.max_rows),
            max_export_invoices: Some(settings.max_export_invoices),
            max_package_bytes: Some(settings.max_package_bytes),
            part_bytes: Some(settings.part_bytes),
            hwm_lag_ms: ms(settings.lag.mark),
            late_arrival_ms: ms(settings.lag.arrival),
            export_delay_ms: ms(settings.export_delay),
            repeated_rows: Some(settings.repeated_rows),
            streamed_zip: Some(settings.streamed_zip),
            bare_metadata: Some(settings.bare_metadata),
        }
    }
}

fn within<T: PartialOrd + std::fmt::Display + From<u8>>(
    name: &str,
    new: Option<T>,
    old: T,
    most: T,
) -> Result<T, CommandError> {
    match new {
        None => Ok(old),
        Some(value) if value >= T::from(1) && value <= most => Ok(value),
        Some(_) => Err(CommandError::new(format!("{name} is from 1 to {most}, the limit of KSeF"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(json: &str) -> Result<Settings, CommandError> {
        serde_json::from_str::<SettingsRequest>(json).unwrap().apply(Settings::default())
    }

    #[test]
    fn only_what_is_named_changes() {
        let settings = apply(r#"{"maxRows": 20, "hwmLagMs": 60000, "lateArrivalMs": 30000}"#).unwrap();
        assert_eq!(settings.max_rows, 20);
        assert_eq!(settings.lag.mark, SignedDuration::from_mins(1));
        assert_eq!(settings.part_bytes, 50_000_000);
    }

    #[test]
    fn limits_above_those_of_ksef_and_broken_promises_are_refused() {
        for wrong in [
            r#"{"maxRows": 0}"#,
            r#"{"partBytes": 50000001}"#,
            r#"{"lateArrivalMs": 1001}"#,
            r#"{"repeatedRows": 10}"#,
        ] {
            assert!(apply(wrong).is_err(), "{wrong}");
        }
    }
}
