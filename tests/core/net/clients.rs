//! The clients on the bad network: what they read, and what they then mean to do.

use std::time::Duration;

use hookswitch::protocol::{
    codes::{self, Code},
    event::EventName,
};
use serde::Deserialize;
use serde_json::json;

use super::Net;

/// What a client means to do.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) event: &'static str,
    pub(super) user: String,
    pub(super) error_code: Code,
}

/// What a client reads of a frame.
#[derive(Debug, Deserialize)]
struct Read<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<u64>,
    seq: Option<u64>,
    event: Option<EventName>,
    user: Option<&'a str>,
    #[serde(default)]
    error_code: Code,
}

impl Net {
    pub(super) fn client_reads(&mut self, at: usize, frame: &str) {
        let read: Read<'_> = serde_json::from_str(frame).unwrap();
        let link = self.links.get_mut(&at).unwrap();
        match (read.kind, read.seq) {
            ("ok", _) => drop(link.unanswered.remove(&read.id.unwrap())),
            (_, Some(seq)) if seq == link.has + 1 => {
                link.has = seq;
                if let (Some(event), Some(user)) = (read.event, read.user) {
                    self.react(at, event, user, read.error_code);
                }
            }
            // It was there already.
            (_, Some(seq)) if seq <= link.has => {}
            // Something in between is missing.
            _ => self.break_line(at),
        }
    }

    fn react(&mut self, at: usize, event: EventName, user: &str, error_code: Code) {
        let mut then = |event, error_code, within: usize| {
            let wait = Duration::from_millis(self.rng.below(within * 1_000) as u64);
            self.order += 1;
            let intent = Intent { event, user: user.to_owned(), error_code };
            self.intents.insert((self.world.now.mono + wait, self.order), (at, intent));
        };
        match event {
            EventName::Request if at.is_multiple_of(11) => then("reply", codes::REFUSED, 8),
            EventName::Request if !at.is_multiple_of(13) => then("reply", codes::SUCCESS, 10),
            // Some cancel, about when the other answers.
            EventName::Reply if error_code == codes::SUCCESS && at.is_multiple_of(3) => {
                then("reply", codes::CANCELLED, 12);
            }
            EventName::Start => then("finish", codes::SUCCESS, 60),
            // Untidy clients finish what is over already.
            EventName::Reply | EventName::Finish if at.is_multiple_of(5) => then("finish", codes::SUCCESS, 2),
            EventName::Request | EventName::Reply | EventName::Finish => {}
        }
    }

    pub(super) fn speak(&mut self, at: usize, intent: &Intent) {
        let link = self.links.get_mut(&at).unwrap();
        link.last_id += 1;
        let Intent { event, user, error_code } = intent;
        let (id, ring) = (link.last_id, 5 + link.last_id % 60);
        let frame = json!({"type": "call", "id": id, "event": event, "user": user, "error_code": error_code,
            "ring_secs": (*event == "request").then_some(ring)});
        let text = frame.to_string();
        link.unanswered.insert(id, text.clone());
        if link.up {
            self.send_to_server(at, text);
        }
    }
}
