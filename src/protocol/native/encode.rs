//! What the server says: each frame made once, as text.

use std::{sync::Arc, time::Duration};

use bytestring::ByteString;
use serde::{Serialize, Serializer};

use super::FrameId;
use crate::protocol::{
    codes::Code,
    event::{CallEvent, Opaque},
    ids::{CallId, SessionId, UserId},
    record::CallRecord,
};

/// `logged_in`.
#[derive(Serialize)]
pub struct LoggedIn<'a> {
    /// The login frame's `id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a FrameId>,
    /// Who is logged in.
    pub user: &'a UserId,
    /// The session.
    pub session: SessionId,
    /// The secret for the next resume.
    pub resume: &'a str,
    /// Whether nothing was lost.
    pub resumed: bool,
    /// How often the server pings. Unit: seconds. Written as an integer where it is one.
    #[serde(serialize_with = "secs")]
    pub heartbeat_secs: f64,
    /// As RTCPeerConnection takes them.
    pub ice_servers: &'a serde_json::Value,
    /// The user's unfinished call.
    pub calls: &'a [CallSnapshot],
    /// The last `seq` used.
    pub seq: u64,
}

impl std::fmt::Debug for LoggedIn<'_> {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoggedIn").field("session", &self.session).field("seq", &self.seq).finish_non_exhaustive()
    }
}

fn secs<S: Serializer>(secs: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match Duration::try_from_secs_f64(*secs) {
        Ok(whole) if whole.subsec_nanos() == 0 => serializer.serialize_u64(whole.as_secs()),
        _ => serializer.serialize_f64(*secs),
    }
}

/// An unfinished call as one of its parties sees it.
#[derive(Debug, Clone, Serialize)]
pub struct CallSnapshot {
    /// The call as REST shows it.
    #[serde(flatten)]
    pub call: Arc<CallRecord>,
    /// The other party.
    pub user: UserId,
    /// Which of the two this party is.
    pub role: Role,
    /// The offer that waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdp: Option<Opaque>,
}

/// Which party of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who called.
    Caller,
    /// Who was called.
    Callee,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerFrame<'a> {
    Ok {
        id: &'a FrameId,
        #[serde(skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        online: Option<&'a [UserId]>,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a FrameId>,
        error_code: Code,
        message: &'a str,
    },
    Pong,
    LoggedIn(&'a LoggedIn<'a>),
    Closing {
        error_code: Code,
        reconnect: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        reconnect_after_ms: Option<u64>,
        message: &'a str,
    },
    Presence {
        seq: u64,
        user: &'a UserId,
        online: bool,
    },
    Signal {
        seq: u64,
        call: CallId,
        user: &'a UserId,
        data: &'a Opaque,
    },
}

/// A frame as text. Plain data serialises without fail; should it ever not, the client gets an empty object.
fn encode(frame: &ServerFrame<'_>) -> ByteString {
    serde_json::to_string(frame).map_or_else(|_| ByteString::from_static("{}"), ByteString::from)
}

/// The answer to a frame that was understood. `online` answers `watch`, `call` a request.
#[must_use]
pub fn ok(id: &FrameId, call: Option<CallId>, online: Option<&[UserId]>) -> ByteString {
    encode(&ServerFrame::Ok { id, call, online })
}

/// The answer to a frame that could not be read, or that its sender may not send.
#[must_use]
pub fn error(id: Option<&FrameId>, error_code: Code, message: &str) -> ByteString {
    encode(&ServerFrame::Error { id, error_code, message })
}

/// The answer to `ping`.
#[must_use]
pub fn pong() -> ByteString {
    encode(&ServerFrame::Pong)
}

/// The answer to `login`.
#[must_use]
pub fn logged_in(frame: &LoggedIn<'_>) -> ByteString {
    encode(&ServerFrame::LoggedIn(frame))
}

/// The last words before a close frame.
#[must_use]
pub fn closing(error_code: Code, reconnect_after: Option<Duration>, reconnect: bool, message: &str) -> ByteString {
    let reconnect_after_ms = reconnect_after.and_then(|wait| u64::try_from(wait.as_millis()).ok());
    encode(&ServerFrame::Closing { error_code, reconnect, reconnect_after_ms, message })
}

/// A change of presence.
#[must_use]
pub fn presence(seq: u64, user: &UserId, online: bool) -> ByteString {
    encode(&ServerFrame::Presence { seq, user, online })
}

/// Text from the other party.
#[must_use]
pub fn signal(seq: u64, call: CallId, user: &UserId, data: &Opaque) -> ByteString {
    encode(&ServerFrame::Signal { seq, call, user, data })
}

/// An event of a call: nearly all that is ever sent, so it is written by hand.
#[must_use]
pub fn call_event(seq: u64, event: &CallEvent) -> ByteString {
    let sdp = event.sdp.as_ref().map(Opaque::as_str);
    let mut frame = Fields::new("call", 320 + event.user_str.len() + sdp.map_or(0, str::len));
    frame.number("seq", seq);
    if let Some((call, _)) = event.call {
        frame.word("call", call.0.as_hyphenated().encode_lower(&mut [0; 36]));
    }
    frame.word("event", event.event.as_str());
    frame.word("user", event.user.as_str());
    frame.number("error_code", event.error_code);
    frame.number("flags", event.flags);
    frame.number("param", event.param);
    frame.text("user_str", &event.user_str);
    if let Some((_, version)) = event.call {
        frame.number("version", version);
    }
    if let Some(door) = event.door {
        frame.word("door", door.as_str());
    }
    if let Some(reason) = event.reason {
        frame.word("reason", reason.as_str());
    }
    if let Some(sdp) = sdp {
        frame.json("sdp", sdp);
    }
    if event.placed {
        frame.json("placed", "true");
    }
    frame.word("at", &event.at.to_rfc3339());
    frame.end()
}

/// A JSON object in the making.
struct Fields(String);

impl Fields {
    fn new(kind: &'static str, capacity: usize) -> Self {
        let mut fields = Self(String::with_capacity(capacity));
        fields.0.push_str("{\"type\":\"");
        fields.0.push_str(kind);
        fields.0.push('"');
        fields
    }

    fn key(&mut self, key: &'static str) {
        self.0.push_str(",\"");
        self.0.push_str(key);
        self.0.push_str("\":");
    }

    fn json(&mut self, key: &'static str, json: &str) {
        self.key(key);
        self.0.push_str(json);
    }

    fn number(&mut self, key: &'static str, number: impl itoa::Integer) {
        self.json(key, itoa::Buffer::new().format(number));
    }

    /// Text of an alphabet that has nothing to escape: names of users, ids, fixed words.
    fn word(&mut self, key: &'static str, word: &str) {
        self.key(key);
        self.0.push('"');
        self.0.push_str(word);
        self.0.push('"');
    }

    /// Any text.
    fn text(&mut self, key: &'static str, text: &str) {
        if text.is_empty() {
            return self.word(key, text);
        }
        // Text serialises without fail.
        self.json(key, &serde_json::to_string(text).unwrap_or_default());
    }

    fn end(mut self) -> ByteString {
        self.0.push('}');
        self.0.into()
    }
}
