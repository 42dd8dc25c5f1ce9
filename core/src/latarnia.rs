//! Latarnia, the public status service of KSeF (PROTOCOL §20.2). It is a hint for people: it is often wrong or away while
//! KSeF works, so nothing in this library depends on it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use crate::Client;
use crate::error::Language;
use crate::flight::SingleFlight;

/// How long an answer is believed, on the clock of the client.
const BELIEVED: Duration = Duration::from_secs(60);
/// The longest wait for an answer, in real time.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the status service says of KSeF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "availability", content = "about", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Availability {
    /// It says that KSeF works.
    Up,
    /// It declares maintenance or an outage, with these messages. KSeF may work all the same.
    DeclaredOutage(Vec<Message>),
    /// It says nothing that could be used. This is no sign of an outage.
    Unknown(Silence),
}

/// Why nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Silence {
    /// The environment has no status service.
    NoHost,
    /// The status service of the test environment declares an outage at all times, so it is not asked.
    NotMeaningful,
    /// No answer, or not in time.
    NoAnswer,
    /// An answer that cannot be understood.
    Unreadable,
}

impl Silence {
    /// The reason, one line for a person.
    #[must_use]
    pub const fn text(self, language: Language) -> &'static str {
        let (english, polish) = match self {
            Self::NoHost => {
                ("the environment has no status service", "środowisko nie ma usługi informującej o stanie")
            }
            Self::NotMeaningful => (
                "the status service of the test environment always declares an outage",
                "usługa stanu środowiska testowego zawsze zgłasza awarię",
            ),
            Self::NoAnswer => ("the status service does not answer", "usługa stanu nie odpowiada"),
            Self::Unreadable => (
                "the answer of the status service cannot be understood",
                "odpowiedzi usługi stanu nie można zrozumieć",
            ),
        };
        match language {
            Language::English => english,
            Language::Polish => polish,
        }
    }
}

/// A message of the status service, in Polish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Message {
    /// Its identifier.
    #[serde(default)]
    pub id: String,
    /// The event that it belongs to; several messages can tell of one event.
    #[serde(default)]
    pub event_id: Option<i64>,
    /// `FAILURE`, `TOTAL_FAILURE` or `MAINTENANCE`.
    #[serde(default)]
    pub category: String,
    /// `FAILURE_START`, `FAILURE_END` or `MAINTENANCE_ANNOUNCEMENT`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// The headline.
    #[serde(default)]
    pub title: String,
    /// The text.
    #[serde(default)]
    pub text: String,
    /// When the event begins.
    #[serde(default, deserialize_with = "instant")]
    pub start: Option<Timestamp>,
    /// When it ends, if that is known.
    #[serde(default, deserialize_with = "instant")]
    pub end: Option<Timestamp>,
    /// Counts the changes of the message.
    #[serde(default)]
    pub version: Option<i64>,
    /// When it was published.
    #[serde(default, deserialize_with = "instant")]
    pub published: Option<Timestamp>,
}

/// An instant that is dropped, not refused, when it cannot be read.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

#[derive(Deserialize)]
struct Status {
    status: String,
    #[serde(default)]
    messages: Option<Vec<serde_json::Value>>,
}

/// The last answer, for all clones of a client.
#[derive(Default)]
pub(crate) struct Lighthouse {
    last: Mutex<Option<(Duration, Availability)>>,
    flight: SingleFlight<Availability>,
}

impl Client {
    /// What the public status service says of KSeF, at most a minute old. Asks without a login and waits five seconds at
    /// most. Never fails, and changes nothing: sending works whatever the answer is.
    pub async fn availability(&self) -> Availability {
        let shared = self.shared();
        let Some(host) = shared.environment.latarnia() else { return Availability::Unknown(Silence::NoHost) };
        if shared.environment.name() == "test" {
            return Availability::Unknown(Silence::NotMeaningful);
        }
        if let Some(answer) = self.remembered() {
            return answer;
        }
        let mut url = host.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("status");
        }
        // The answer is for all who wait for it, so it is nobody's to cancel.
        let worker = self.unbound(PATIENCE);
        let asked = shared.lighthouse.flight.run(move || async move {
            let answer = match worker.read_plain_json(url, PATIENCE).await {
                Ok(body) => understood(&body),
                Err(error) => {
                    tracing::debug!(number = error.number(), "the status service does not answer");
                    Availability::Unknown(Silence::NoAnswer)
                }
            };
            worker.remember(&answer);
            Ok(answer)
        });
        match self.begin().scope().bound(asked).await {
            Ok(Ok(answer)) => answer,
            _ => Availability::Unknown(Silence::NoAnswer),
        }
    }

    fn remembered(&self) -> Option<Availability> {
        let now = self.shared().clock.elapsed();
        let last = self.shared().lighthouse.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, answer) = last.as_ref()?;
        (now.saturating_sub(*at) < BELIEVED).then(|| answer.clone())
    }

    fn remember(&self, answer: &Availability) {
        let mut last = self.shared().lighthouse.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((self.shared().clock.elapsed(), answer.clone()));
    }
}

fn understood(body: &[u8]) -> Availability {
    let Ok(status) = serde_json::from_slice::<Status>(body) else {
        return Availability::Unknown(Silence::Unreadable);
    };
    match status.status.as_str() {
        "AVAILABLE" => Availability::Up,
        "MAINTENANCE" | "FAILURE" | "TOTAL_FAILURE" => {
            let messages = status.messages.unwrap_or_default().into_iter();
            Availability::DeclaredOutage(
                messages.filter_map(|message| serde_json::from_value(message).ok()).collect(),
            )
        }
        _ => Availability::Unknown(Silence::Unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::clock::testing::StepClock;
    use crate::http::test_server::{Reply, TestServer, builder};
    use crate::{Environment, Hosts, TrustRoots};

    fn client(lighthouse: &str, clock: Arc<StepClock>) -> Client {
        let hosts = Hosts::api("http://127.0.0.1:9/v2").and_then(|hosts| hosts.with_latarnia(lighthouse));
        let environment = Environment::custom(hosts.expect("addresses"));
        let roots = TrustRoots { system: false, bundled: false };
        Client::builder(environment).trust_roots(roots).clock(clock).build().expect("a client")
    }

    const OUTAGE: &str = r#"{"status":"TOTAL_FAILURE","messages":[{"id":"1","eventId":7,"category":"TOTAL_FAILURE",
        "type":"FAILURE_START","title":"Awaria","text":"Trwa awaria","start":"2026-01-31T10:00:00Z","end":null,
        "version":1,"published":"2026-01-31T10:05:00","new":true},"not a message"]}"#;

    #[tokio::test]
    async fn the_three_states_are_told_apart() {
        let unknown = |why| Availability::Unknown(why);
        let cases = [
            (Reply::json(200, r#"{"status":"AVAILABLE","messages":[{"id":"1"}]}"#), Availability::Up),
            (Reply::json(200, r#"{"status":"TOTAL_FAILURE"}"#), Availability::DeclaredOutage(Vec::new())),
            (Reply::json(200, r#"{"status":"SLEEPING"}"#), unknown(Silence::Unreadable)),
            (Reply::json(200, "[]"), unknown(Silence::Unreadable)),
            (Reply::answer(200, "text/html", b"<html>Healthy</html>"), unknown(Silence::NoAnswer)),
            (Reply::json(502, "{}"), unknown(Silence::NoAnswer)),
            (Reply::json(403, "{}"), unknown(Silence::NoAnswer)),
            (Reply::Drop, unknown(Silence::NoAnswer)),
        ];
        for (reply, expected) in cases {
            let server = TestServer::start(move |_| reply.clone()).await;
            assert_eq!(client(&server.url, Arc::default()).availability().await, expected);
            assert_eq!(server.lines(), ["GET /status"], "asked once, whatever it says");
            assert_eq!(server.last().header("authorization"), None);
        }
    }

    #[tokio::test]
    async fn messages_are_read_as_far_as_they_can_be() {
        let server = TestServer::start(|_| Reply::json(200, OUTAGE)).await;
        let Availability::DeclaredOutage(messages) = client(&server.url, Arc::default()).availability().await
        else {
            panic!("an outage was declared")
        };
        assert_eq!(messages.len(), 1);
        assert_eq!((messages[0].event_id, messages[0].title.as_str()), (Some(7), "Awaria"));
        assert!(messages[0].start.is_some() && messages[0].published.is_none(), "an instant without offset");
    }

    #[tokio::test]
    async fn an_answer_is_believed_for_a_minute() {
        let server = TestServer::start(|_| Reply::json(200, r#"{"status":"AVAILABLE"}"#)).await;
        let clock = Arc::new(StepClock::default());
        let client = client(&format!("{}/lamp/", server.url), clock.clone());
        for _ in 0..3 {
            assert_eq!(client.clone().availability().await, Availability::Up);
            clock.advance(Duration::from_secs(31));
        }
        assert_eq!(server.lines(), ["GET /lamp/status"; 2]);
    }

    #[tokio::test]
    async fn silence_is_no_outage_and_a_missing_host_is_not_asked() {
        let no_host = builder("http://127.0.0.1:9/v2").build().expect("a client");
        assert_eq!(no_host.availability().await, Availability::Unknown(Silence::NoHost));
        let test = Client::builder(Environment::test()).build().expect("a client");
        assert_eq!(test.availability().await, Availability::Unknown(Silence::NotMeaningful));
        let cancel = crate::CancelToken::new();
        cancel.cancel();
        let server = TestServer::start(|_| Reply::Silence).await;
        let options = crate::CallOptions { deadline: None, cancel: Some(cancel) };
        let cancelled = client(&server.url, Arc::default()).scoped(options);
        assert_eq!(cancelled.availability().await, Availability::Unknown(Silence::NoAnswer));
    }
}
