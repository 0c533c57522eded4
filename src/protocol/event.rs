//! What the core tells: to a party's device ([`CallEvent`]), and to hooks and watchers of the whole server ([`HookEvent`]).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    codes::{Code, Door, Reason},
    ids::{CallId, UserId},
    record::{CallRecord, Timestamp},
};

/// The four events of a call. Numbers and names: call-control contract §1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventName {
    /// A call is asked for.
    Request,
    /// Accept, refuse, cancel, progress or failure.
    Reply,
    /// The call is on; `param` is the room.
    Start,
    /// The call is over.
    Finish,
}

impl EventName {
    /// AnyChat's number: 1 to 4.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Reply => 2,
            Self::Start => 3,
            Self::Finish => 4,
        }
    }

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
            Self::Start => "start",
            Self::Finish => "finish",
        }
    }
}

/// JSON that is relayed and never read, stored or logged: session descriptions, signals between parties.
#[derive(Clone)]
pub struct Opaque(Arc<RawValue>);

impl Opaque {
    /// Takes over JSON that was parsed as such.
    #[must_use]
    pub fn new(json: &RawValue) -> Self {
        Self(json.to_owned().into())
    }

    /// As text.
    pub(super) fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Its length. Unit: bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.get().len()
    }

    /// JSON is never empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Eq for Opaque {}

impl std::hash::Hash for Opaque {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.get().hash(state);
    }
}

impl Serialize for Opaque {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl std::fmt::Debug for Opaque {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opaque({} bytes)", self.len())
    }
}

/// What one device of a party is told about a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallEvent {
    /// The call and its version; `None` where no call exists (21, 440, 100107).
    pub call: Option<(CallId, u32)>,
    /// Which event.
    pub event: EventName,
    /// The other party.
    pub user: UserId,
    /// The outcome, or the reason of a finish.
    pub error_code: Code,
    /// Relayed flags.
    pub flags: u32,
    /// The application's integer; the room on start.
    pub param: i32,
    /// The application's text.
    pub user_str: String,
    /// The other party's door, where it is known.
    pub door: Option<Door>,
    /// Why, on a reply that fails and on a finish.
    pub reason: Option<Reason>,
    /// An offer or an answer that rides along.
    pub sdp: Option<Opaque>,
    /// The business server placed this call in the user's name.
    pub placed: bool,
    /// When it happened.
    pub at: Timestamp,
}

/// The events that hooks and event streams hear about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookEventKind {
    /// `call.requested`
    Requested,
    /// `call.ringing`
    Ringing,
    /// `call.started`
    Started,
    /// `call.finished`
    Finished,
}

impl HookEventKind {
    /// The `type` of the event.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Requested => "call.requested",
            Self::Ringing => "call.ringing",
            Self::Started => "call.started",
            Self::Finished => "call.finished",
        }
    }

    /// The AnyChat event that goes with it.
    #[must_use]
    pub fn event(self) -> EventName {
        match self {
            Self::Requested => EventName::Request,
            Self::Ringing => EventName::Reply,
            Self::Started => EventName::Start,
            Self::Finished => EventName::Finish,
        }
    }
}

/// One step of a call as the business server hears it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HookEvent {
    /// Which step.
    pub kind: HookEventKind,
    /// 1..n within the call, without gaps.
    pub seq: u32,
    /// When it happened.
    pub at: Timestamp,
    /// The event's code.
    pub error_code: Code,
    /// The event's flags.
    pub flags: u32,
    /// The event's integer; the room on start.
    pub param: i32,
    /// The event's text.
    pub user_str: String,
    /// The call after this step.
    pub call: Arc<CallRecord>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    type_name: &'a str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    event: EventName,
    event_type: u8,
    source_user: &'a UserId,
    target_user: &'a UserId,
    error_code: Code,
    flags: u32,
    param: i32,
    user_str: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u32>,
    call: &'a CallRecord,
}

/// The body of a hook's POST and of a server-sent event.
///
/// # Errors
/// None in practice; serialising plain data does not fail.
pub fn event_body(event: &HookEvent) -> serde_json::Result<String> {
    let name = event.kind.event();
    serde_json::to_string(&Body {
        type_name: event.kind.type_name(),
        timestamp: event.at,
        data: Data {
            event: name,
            event_type: name.number(),
            source_user: &event.call.caller,
            target_user: &event.call.callee,
            error_code: event.error_code,
            flags: event.flags,
            param: event.param,
            user_str: &event.user_str,
            seq: Some(event.seq),
            call: &event.call,
        },
    })
}

/// The body of the veto question, `call.request`.
///
/// # Errors
/// None in practice; serialising plain data does not fail.
pub fn veto_body(call: &CallRecord) -> serde_json::Result<String> {
    serde_json::to_string(&Body {
        type_name: "call.request",
        timestamp: call.requested_at,
        data: Data {
            event: EventName::Request,
            event_type: EventName::Request.number(),
            source_user: &call.caller,
            target_user: &call.callee,
            error_code: 0,
            flags: call.flags,
            param: call.param,
            user_str: &call.user_str,
            seq: None,
            call,
        },
    })
}

/// What the hooks, taken together, say of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// The code of the refusal; `None` allows.
    pub refused: Option<Code>,
    /// What replaces parts of the request, where a hook said so.
    pub changes: Changes,
    /// Each hook's part, for the record.
    pub hooks: Vec<super::record::VetoRecord>,
}

/// What an allowing verdict may replace in a request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Changes {
    /// Routing: whom to ring instead.
    pub target_user: Option<UserId>,
    /// New flags.
    pub flags: Option<u32>,
    /// New integer.
    pub param: Option<i32>,
    /// New text.
    pub user_str: Option<String>,
    /// A new ring time.
    pub ring: Option<std::time::Duration>,
}
