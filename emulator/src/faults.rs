//! What is to go wrong, and when (management API, `POST /faults`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// The connection is closed before the request is processed.
    DropBefore,
    /// The request is processed, then the connection is closed without an answer.
    DropAfter,
    /// The answer promises more bytes than it brings.
    Truncate,
    /// The answer has one bit of its body turned.
    Damage,
    /// The header `x-ms-meta-hash` of the answer has another hash.
    WrongHash,
    /// An answer with the given status, without processing.
    Status,
    /// HTTP 200 with the page of the web application firewall (FIELD-NOTES F03).
    WafHtml,
    /// HTTP 403 with the JSON of the web application firewall.
    WafJson,
    /// HTTP 502 with the page of a gateway.
    BadGatewayHtml,
    /// HTTP 307 to the same address with a cookie.
    #[serde(rename = "redirect_307")]
    Redirect307,
    /// The request is processed after a pause, even when the caller has gone.
    Delay,
    /// The request is processed at once, the answer comes after a pause.
    DelayAnswer,
    /// HTTP 429 with `Retry-After`.
    RateLimited,
}

/// A fault that waits for its requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    /// Operation id; absent means any operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    pub(crate) kind: FaultKind,
    /// How many more requests it hits.
    #[serde(default = "once")]
    pub(crate) times: u32,
    /// How many requests it lets pass first.
    #[serde(default)]
    pub(crate) skip: u32,
    /// For `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// For `status`: the body to send; the legacy body of an unexpected error otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    /// For `status`: the media type of `body`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    /// For `delay` and `delay_answer`: real milliseconds, a second when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    /// For `rate_limited`, and `status` when given: seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<u64>,
}

impl Fault {
    /// The length of the pause of `delay` and `delay_answer`.
    pub(crate) fn pause(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(1_000))
    }
}

fn once() -> u32 {
    1
}

/// The faults that wait, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan(Vec<Fault>);

impl FaultPlan {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.0
    }

    /// The fault that a request of this operation meets, if any; it counts as met. A fault that still lets requests
    /// pass counts this one, and leaves it to the faults after it.
    pub(crate) fn meet(&mut self, operation: Option<&str>) -> Option<Fault> {
        let mut hit = None;
        for (index, fault) in self.0.iter_mut().enumerate() {
            if fault.operation.is_some() && fault.operation.as_deref() != operation {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            hit = Some(index);
            break;
        }
        let index = hit?;
        let fault = self.0[index].clone();
        self.0[index].times = fault.times.saturating_sub(1);
        if self.0[index].times == 0 {
            self.0.remove(index);
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(json: &str) -> Fault {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn hits_the_named_operation_the_given_number_of_times() {
        let mut plan = FaultPlan::default();
        plan.add(fault(r#"{"operation":"sessions.send_invoice","kind":"drop_after","times":2,"skip":1}"#));
        plan.add(fault(r#"{"kind":"waf_html"}"#));
        assert_eq!(plan.meet(Some("auth.challenge")).map(|fault| fault.kind), Some(FaultKind::WafHtml));
        assert_eq!(plan.meet(Some("auth.challenge")), None);
        let mut send = || plan.meet(Some("sessions.send_invoice")).map(|fault| fault.kind);
        assert_eq!(
            [send(), send(), send(), send()],
            [None, Some(FaultKind::DropAfter), Some(FaultKind::DropAfter), None]
        );
        assert!(plan.waiting().is_empty());
    }

    #[test]
    fn a_typing_error_is_refused() {
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"drop_befor"}"#).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"kind":"status","time":1}"#).is_err());
        assert_eq!(fault(r#"{"kind":"redirect_307"}"#).kind, FaultKind::Redirect307);
    }
}
