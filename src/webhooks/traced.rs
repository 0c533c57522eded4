//! What the flight recorder gets to know of POSTs to hooks.

use std::time::Duration;

use bytestring::ByteString;
use serde::Deserialize;

use super::{
    client::{PostError, Reply},
    registry::Hook,
};
use crate::{
    protocol::{
        ids::{CallId, UserId},
        record::CallRecord,
    },
    trace::{Entry, Kind, PostHeaders, Recorder},
};

/// How much of an answer is kept. Unit: bytes. A verdict is far shorter.
const MAX_KEPT: usize = 4_096;

/// What a POST is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum About<'a> {
    /// The question whether this call may ring.
    Question(&'a CallRecord),
    /// An event of this call.
    Event(CallId),
    /// This user came or went.
    Presence(&'a UserId),
    /// A media worker failed.
    Worker,
    /// Nothing: a test.
    Test,
}

/// One POST, as the recorder is told of it.
pub(super) struct Exchange<'a> {
    pub(super) trace: &'a Recorder,
    pub(super) hook: &'a Hook,
    pub(super) about: About<'a>,
    pub(super) body: &'a ByteString,
}

impl Exchange<'_> {
    /// It is on its way.
    pub(super) fn sent(&self, headers: impl FnOnce() -> PostHeaders) {
        if let About::Question(call) = self.about {
            self.trace.record(|| {
                let entry = Entry {
                    bytes: self.body.len(),
                    body: Some(self.body.clone()),
                    ..of_call(Kind::VetoQuestion, call)
                };
                entry.with_hook(&self.hook.name, None, Some(headers()))
            });
        }
    }

    /// It was answered, or was not.
    pub(super) fn answered(
        &self,
        headers: impl FnOnce() -> PostHeaders,
        took: Duration,
        answer: &Result<Reply, PostError>,
    ) {
        let status = answer.as_ref().ok().map(|reply| reply.status);
        self.trace.record(|| match self.about {
            About::Question(call) => {
                let said = answer.as_ref().ok().and_then(|reply| reply.body.as_deref()).unwrap_or_default();
                let entry = Entry {
                    took: Some(took),
                    bytes: said.len(),
                    body: Some(head(said)).filter(|head| !head.is_empty()),
                    ..of_call(Kind::VetoAnswer, call)
                };
                entry.with_hook(&self.hook.name, status, None)
            }
            About::Event(_) | About::Presence(_) | About::Worker | About::Test => {
                let (call, parties) = match self.about {
                    About::Event(call) => (Some(call), parties(self.body)),
                    About::Presence(user) => (None, [Some(user.clone()), None]),
                    _ => (None, [None, None]),
                };
                let entry = Entry {
                    call,
                    parties,
                    took: Some(took),
                    bytes: self.body.len(),
                    body: Some(self.body.clone()),
                    ..Entry::of(Kind::Delivery)
                };
                entry.with_hook(&self.hook.name, status, Some(headers()))
            }
        });
    }
}

fn of_call(kind: Kind, call: &CallRecord) -> Entry {
    let parties = [Some(call.caller.clone()), Some(call.callee.clone())];
    Entry { call: Some(call.id), parties, ..Entry::of(kind) }
}

/// The beginning of an answer, as text.
fn head(said: &[u8]) -> ByteString {
    let head = said.get(..MAX_KEPT).unwrap_or(said);
    String::from_utf8_lossy(head).into_owned().into()
}

#[derive(Deserialize)]
struct Told {
    data: Parties,
}

#[derive(Deserialize)]
struct Parties {
    source_user: UserId,
    target_user: UserId,
}

/// Whose call an event's body is about: an outbox row does not say so otherwise.
fn parties(body: &str) -> [Option<UserId>; 2] {
    match serde_json::from_str(body) {
        Ok(Told { data: Parties { source_user, target_user } }) => [Some(source_user), Some(target_user)],
        Err(_) => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_answer_is_trimmed_wherever_a_character_ends() {
        assert_eq!(&*head("x".repeat(5_000).as_bytes()), "x".repeat(4_096));
        let odd = format!("x{}", "\u{e9}".repeat(3_000));
        assert!(head(odd.as_bytes()).starts_with("x\u{e9}"));
        assert_eq!(&*head(b"{}"), "{}");
    }

    #[test]
    fn the_parties_of_a_call_stand_in_its_events() {
        let user = |name| Some(UserId::new(name).unwrap());
        let body = r#"{"type":"call.ringing","data":{"source_user":"alice","target_user":"bob","call":{}}}"#;
        assert_eq!(parties(body), [user("alice"), user("bob")]);
        assert_eq!(parties("{}"), [None, None]);
    }
}
