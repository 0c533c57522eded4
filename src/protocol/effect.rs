//! What the machines ask of their shells, and what they hear from them.
//!
//! The contract of every machine here:
//!
//! 1. Each input comes with [`Now`]; a machine never reads a clock, blocks or panics, whatever the input.
//! 2. After each input the shell drains `poll_effect()` to `None`, in order, then reads `poll_timeout()`.
//! 3. Effects are values. An effect with a result ([`Effect::Route`], [`Effect::AskHooks`], a committing
//!    [`Effect::Record`]) has it come back as an input.
//! 4. An input that does not fit changes nothing; its sender hears 100107.

use std::{sync::Arc, time::Instant};

use super::{
    codes::{self, Code, Door, Reason},
    event::{CallEvent, Changes, EventName, HookEvent, HookEventKind, Opaque, Verdict},
    ids::{CallId, DeviceId, UserId},
    record::{Actor, CallRecord, CallState, Timestamp, Transition},
};

/// How much the parties may signal before the other side may hear of it. Unit: bytes; the resume queue's default.
pub(super) const EARLY_SIGNAL_BYTES: usize = 262_144;

/// The moment of an input: for deadlines and for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Monotonic: deadlines are reckoned in it.
    pub mono: Instant,
    /// Wall clock: what the record and the frames show.
    pub wall: Timestamp,
}

/// One device of one user: who acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Party {
    /// The user.
    pub user: UserId,
    /// Which of the user's devices.
    pub device: DeviceId,
    /// The door it came in by.
    pub door: Door,
}

/// A reply or finish as a party sent it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Act {
    /// Who sends.
    pub by: Party,
    /// The other party, as the sender named it.
    pub other: UserId,
    /// The call, where the sender named it.
    pub call: Option<CallId>,
    /// The sender's code.
    pub error_code: Code,
    /// The sender's flags.
    pub flags: u32,
    /// The sender's integer.
    pub param: i32,
    /// The sender's text.
    pub user_str: String,
    /// An answer riding on an accept.
    pub sdp: Option<Opaque>,
}

/// What can happen to a call, pending or talking.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// The hooks have decided.
    Verdict(Verdict),
    /// How [`Effect::Route`] came out.
    Routed(Route),
    /// A committing [`Effect::Record`] is on disk, or will never be.
    Committed(bool),
    /// A party replied.
    Reply(Act),
    /// A party hung up.
    Finish(Act),
    /// The callee requested its caller while this call is on: glare.
    Join(Party),
    /// Text between the parties that the server does not read.
    Signal {
        /// Who sends.
        by: Party,
        /// JSON text.
        data: Opaque,
    },
    /// A session of a party's ended for good.
    Gone {
        /// The party.
        user: UserId,
        /// The device whose session ended.
        device: DeviceId,
        /// Whether that device has another session by now.
        device_online: bool,
        /// Whether any device of the user's has a session.
        user_online: bool,
    },
    /// A device of a party's logged in.
    Back {
        /// The party.
        user: UserId,
        /// The device.
        device: DeviceId,
    },
    /// The business server or an admin ends the call.
    Force {
        /// Their code.
        error_code: Code,
        /// Their text.
        user_str: String,
    },
    /// The gateway to the network of a party's has no way to that party, or has lost it.
    Failed(Failure),
    /// The server stops and waits no longer.
    Drain,
    /// The time of `poll_timeout()` has come.
    DeadlinePassed,
}

/// Why a gateway to another network cannot bring a party into a call, or has lost it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// What carries the party's media died: 100106.
    Media,
    /// The other network fails: 100106.
    Lost,
    /// The party cannot be reached there: 100102.
    Offline,
    /// The party is in another call there: 100103.
    Busy,
    /// The party does not answer there: 100105.
    Timeout,
}

impl Failure {
    /// What this code of another network's means, where nobody answered yet.
    #[must_use]
    pub fn of(code: Code) -> Self {
        match code {
            codes::OFFLINE => Self::Offline,
            codes::BUSY => Self::Busy,
            codes::TIMEOUT => Self::Timeout,
            _ => Self::Lost,
        }
    }

    /// How a call ends of it. From the start on a party is neither busy nor away.
    pub(super) fn end(self, started: bool) -> End {
        match self {
            Self::Media => End::by_server(Reason::MediaFailed, codes::DISCONNECTED),
            Self::Offline if !started => End::by_server(Reason::Offline, codes::OFFLINE),
            Self::Busy if !started => End::by_server(Reason::Busy, codes::BUSY),
            Self::Timeout if !started => End::by_server(Reason::Timeout, codes::TIMEOUT),
            Self::Lost | Self::Offline | Self::Busy | Self::Timeout => {
                End::by_server(Reason::Disconnected, codes::DISCONNECTED)
            }
        }
    }
}

/// Where a call may go: the answer to [`Effect::Route`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// The line is ours, and a device of the callee's is there.
    Online(Door),
    /// The line is ours, and nobody is there.
    Offline,
    /// The new callee's line is taken.
    Busy,
}

/// Which of a user's devices hear something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Devices {
    /// All of them.
    All,
    /// This one.
    One(DeviceId),
    /// All but this one.
    AllBut(DeviceId),
}

/// What a machine asks its shell to do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Put the request to the veto hooks; [`Input::Verdict`] answers.
    AskHooks,
    /// Move the callee's line where a hook routed the call, and see who is there; [`Input::Routed`] answers.
    Route {
        /// The new callee; `None` keeps the one whose line is held.
        to: Option<UserId>,
    },
    /// Show the call, keep it, tell the hooks. An ended call's lines are free from then on.
    Record {
        /// The call after the step.
        call: Arc<CallRecord>,
        /// What the hooks hear.
        event: HookEvent,
        /// Whether [`Input::Committed`] must follow.
        commit: bool,
    },
    /// Tell a party's devices.
    Deliver {
        /// The party.
        user: UserId,
        /// Which of its devices.
        to: Devices,
        /// What they hear.
        event: CallEvent,
    },
    /// Pass text on to a party's devices.
    Relay {
        /// The call it belongs to.
        call: CallId,
        /// The party.
        user: UserId,
        /// Which of its devices.
        to: Devices,
        /// Who sent it.
        from: UserId,
        /// JSON text.
        data: Opaque,
    },
    /// The call was answered: open its room.
    OpenRoom(Box<Answer>),
    /// Nothing more will come: the actor may go.
    Over,
}

/// An answered call on its way into a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The call, still ringing.
    pub call: CallRecord,
    /// Who answered.
    pub by: Party,
    /// The answer's flags.
    pub flags: u32,
    /// The answer's text.
    pub user_str: String,
    /// The answering session description.
    pub sdp: Option<Opaque>,
}

/// The event that goes to a party of `call`, with nothing in it but who the other is.
pub(super) fn told(call: &CallRecord, to: &UserId, event: EventName, at: Timestamp) -> CallEvent {
    let to_caller = *to == call.caller;
    CallEvent {
        call: Some((call.id, call.version)),
        event,
        user: if to_caller { call.callee.clone() } else { call.caller.clone() },
        error_code: codes::SUCCESS,
        flags: 0,
        param: 0,
        user_str: String::new(),
        door: if to_caller { call.callee_door } else { Some(call.caller_door) },
        reason: None,
        sdp: None,
        placed: false,
        at,
    }
}

/// The reply that says no such call is on (100107), that the sender is in one (440), or that the call cannot be (21).
#[must_use]
pub fn no_call(user: UserId, error_code: Code, at: Timestamp) -> CallEvent {
    CallEvent {
        call: None,
        event: EventName::Reply,
        user,
        error_code,
        flags: 0,
        param: 0,
        user_str: String::new(),
        door: None,
        reason: None,
        sdp: None,
        placed: false,
        at,
    }
}

/// The effect that tells one device there is no such call.
pub(super) fn refuse(to: Party, named: UserId, error_code: Code, at: Timestamp) -> Effect {
    Effect::Deliver { user: to.user, to: Devices::One(to.device), event: no_call(named, error_code, at) }
}

/// The effects that end a call whose machine is lost, with 100106. `started`: its parties were told of the start. If it had ended,
/// they hear so again, since nobody knows whether they did.
#[must_use]
pub fn abandon(mut call: CallRecord, started: bool, at: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::with_capacity(3);
    if call.state != CallState::Ended {
        let event = call.end(&End::by_server(Reason::Disconnected, codes::DISCONNECTED), at);
        effects.push(Effect::Record { call: Arc::clone(&event.call), event, commit: false });
    }
    let reason = call.reason.unwrap_or(Reason::Disconnected);
    let end = End::by_server(reason, call.error_code.unwrap_or(codes::DISCONNECTED));
    let name = if started { EventName::Finish } else { EventName::Reply };
    let rang = call.ringing_at.is_some();
    if rang || !call.placed {
        let event = end.told(&call, &call.caller, name, at);
        let to = Devices::One(call.caller_device.clone());
        effects.push(Effect::Deliver { user: call.caller.clone(), to, event });
    }
    if rang {
        let event = end.told(&call, &call.callee, name, at);
        let to = call.callee_device.clone().filter(|_| started).map_or(Devices::All, Devices::One);
        effects.push(Effect::Deliver { user: call.callee.clone(), to, event });
    }
    effects
}

/// How a call ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Why.
    pub reason: Reason,
    /// The code.
    pub error_code: Code,
    /// Who did it.
    pub by: Actor,
    /// Flags of whoever ended it.
    pub flags: u32,
    /// Integer of whoever ended it.
    pub param: i32,
    /// Text of whoever ended it.
    pub user_str: String,
}

impl End {
    /// An end that nobody sent: a timer, a lost line, the server.
    #[must_use]
    pub fn by_server(reason: Reason, error_code: Code) -> Self {
        Self { reason, error_code, by: Actor::Server, flags: 0, param: 0, user_str: String::new() }
    }

    /// An end that a party sent.
    #[must_use]
    pub fn by_party(reason: Reason, error_code: Code, by: Actor, act: &Act) -> Self {
        Self { reason, error_code, by, flags: act.flags, param: act.param, user_str: act.user_str.clone() }
    }

    /// How a party hears of it: in a reply while it rang, in a finish from start on.
    pub(super) fn told(&self, call: &CallRecord, to: &UserId, event: EventName, at: Timestamp) -> CallEvent {
        CallEvent {
            error_code: self.error_code,
            reason: Some(self.reason),
            flags: self.flags,
            param: self.param,
            user_str: self.user_str.clone(),
            ..told(call, to, event, at)
        }
    }
}

impl CallRecord {
    /// Takes the step to `state` and says what the hooks hear of it. The one place where a call's version grows.
    pub(super) fn advance(&mut self, state: CallState, actor: Actor, at: Timestamp) -> HookEvent {
        self.state = state;
        self.version = self.version.saturating_add(1);
        self.event_seq = self.event_seq.saturating_add(1);
        self.timeline.push(Transition {
            at,
            state,
            version: self.version,
            actor,
            error_code: self.error_code.unwrap_or(codes::SUCCESS),
            reason: self.reason,
        });
        let kind = match state {
            CallState::Requested => HookEventKind::Requested,
            CallState::Ringing => HookEventKind::Ringing,
            CallState::Talking => HookEventKind::Started,
            CallState::Ended => HookEventKind::Finished,
        };
        HookEvent {
            kind,
            seq: self.event_seq,
            at,
            error_code: self.error_code.unwrap_or(codes::SUCCESS),
            flags: self.flags,
            param: self.param,
            user_str: self.user_str.clone(),
            call: Arc::new(self.clone()),
        }
    }

    /// Ends the call and says what the hooks hear of it.
    pub(super) fn end(&mut self, end: &End, at: Timestamp) -> HookEvent {
        self.error_code = Some(end.error_code);
        self.reason = Some(end.reason);
        self.ended_by = Some(end.by);
        self.ended_at = Some(at);
        let event = self.advance(CallState::Ended, end.by, at);
        HookEvent { flags: end.flags, param: end.param, user_str: end.user_str.clone(), ..event }
    }

    /// Ends a call that rang when the server died: `restarted`.
    #[must_use]
    pub fn restarted(mut self, at: Timestamp) -> HookEvent {
        self.end(&End::by_server(Reason::Restarted, codes::DISCONNECTED), at)
    }

    /// Applies what a hook changed in the request.
    pub(super) fn apply(&mut self, changes: &Changes) {
        if let Some(flags) = changes.flags {
            self.flags = flags;
        }
        if let Some(param) = changes.param {
            self.param = param;
        }
        if let Some(text) = &changes.user_str {
            self.user_str.clone_from(text);
        }
    }

    /// Whether `act` is about this call: its sender names the other party, and the call where it names one. A caller may
    /// go on naming whom it dialled after a hook routed the call, if it names the call too.
    #[must_use]
    pub fn is_meant_by(&self, act: &Act) -> bool {
        let named = act.call.is_none_or(|call| call == self.id);
        let other = match self.other(&act.by.user) {
            Some(other) if *other == act.other => true,
            Some(_) => act.by.user == self.caller && act.call.is_some() && self.dialled.as_ref() == Some(&act.other),
            None => false,
        };
        named && other
    }
}
