//! `POST /processing` of the management API: how slowly KSeF works.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::state::Processing;

/// New settings; what is absent stays. Times are virtual milliseconds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct ProcessingRequest {
    delay_ms: Option<u32>,
    hold: Option<bool>,
    authentication_delay_ms: Option<u32>,
    token_delay_ms: Option<u32>,
    permission_delay_ms: Option<u32>,
}

impl ProcessingRequest {
    pub(crate) fn apply(self, processing: &mut Processing) {
        let set = |place: &mut SignedDuration, ms: Option<u32>| {
            if let Some(ms) = ms {
                *place = SignedDuration::from_millis(ms.into());
            }
        };
        set(&mut processing.delay, self.delay_ms);
        set(&mut processing.authentication_delay, self.authentication_delay_ms);
        set(&mut processing.token_delay, self.token_delay_ms);
        set(&mut processing.permission_delay, self.permission_delay_ms);
        processing.hold = self.hold.unwrap_or(processing.hold);
    }

    /// The settings as they are.
    pub(crate) fn of(processing: &Processing) -> Self {
        let ms = |duration: SignedDuration| u32::try_from(duration.as_millis()).ok();
        Self {
            delay_ms: ms(processing.delay),
            hold: Some(processing.hold),
            authentication_delay_ms: ms(processing.authentication_delay),
            token_delay_ms: ms(processing.token_delay),
            permission_delay_ms: ms(processing.permission_delay),
        }
    }
}
