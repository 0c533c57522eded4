//! What a session asks of its shell, and the values that go between the two.

use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::{
    channels::Publication,
    number::NumberPattern,
    rpc::{Object, RpcId},
};
use crate::protocol::{
    effect::Act,
    event::Opaque,
    ids::{CallId, UserId},
    native::Credentials,
};

/// What the operator decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Whether `user@domain` is a user of that name, and not `user`.
    pub keep_domain: bool,
    /// Which numbers are conferences.
    pub conferences: Option<NumberPattern>,
    /// How long an answered call waits for its client.
    pub detach: Duration,
    /// How often the client is pinged; two intervals without a pong are a lost line.
    pub heartbeat: Duration,
    /// The event channels that every user may use.
    pub event_channels: Vec<String>,
    /// Users that may use every channel, and ask the server about itself.
    pub operators: Vec<String>,
}

/// A frame on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its text.
    pub text: ByteString,
    /// Which call it is about.
    pub call: Option<CallId>,
}

/// Which end of a call the client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its user called.
    Caller,
    /// Its user is called.
    Callee,
}

/// How far a call of the client's has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegPhase {
    /// Not answered.
    Ringing,
    /// The client has answered; the core has not said yet that it counts.
    Answering,
    /// Both parties talk.
    Active,
}

/// A call of the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Its name on the wire, `callID`.
    pub id: Box<str>,
    /// The call.
    pub call: CallId,
    /// The other party.
    pub other: UserId,
    /// Which end this is.
    pub role: Role,
    /// How far it has come.
    pub phase: LegPhase,
    /// Whether the client put it on hold.
    pub held: bool,
    /// Whether it outlives a lost line.
    pub recover: bool,
    /// Taken over from another socket, and not claimed yet by the client: until when it may be.
    pub unclaimed: Option<Instant>,
}

/// Why a login was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// Whether the client may try again on this connection.
    pub again: bool,
}

/// Why a user whose credentials were good is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotEntered {
    /// Another user has a session of that name.
    InUse,
    /// The user has as many sessions as one may have.
    TooMany,
}

/// What somebody who may asks about the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiQuery {
    /// How it is.
    Status,
    /// Which calls are on.
    Calls {
        /// As JSON, else as text.
        json: bool,
    },
}

/// What a session asks its shell to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Write a frame to the socket.
    Say(Outgoing),
    /// Write the result of the login; from now on the connection counts as logged in.
    Welcome(ByteString),
    /// Ping the client.
    Ping,
    /// No pong in two intervals: cut the socket.
    LineLost,
    /// Close the socket.
    Close(u16, &'static str),
    /// Check credentials; [`super::Session::identified`] answers.
    Identify(Credentials),
    /// Register the session; [`super::Session::entered`] answers, then [`super::Session::adopt`].
    Enter {
        /// Whose.
        user: UserId,
        /// Its name; `None` where the client chose none, for the shell to make one.
        sessid: Option<String>,
    },
    /// Ask the core for a call; where there can be none, [`super::Session::refused`] answers.
    Request {
        /// The new call's id.
        id: CallId,
        /// Whom.
        callee: UserId,
        /// What for.
        flags: u32,
        /// How the caller calls itself.
        user_str: String,
        /// The offer.
        sdp: Opaque,
    },
    /// Remember what the client calls this call, so that it finds it again after a crash of the server.
    Remember {
        /// The call.
        call: CallId,
        /// Its name on the wire.
        name: Box<str>,
    },
    /// Tell a call what the client did.
    Act {
        /// What.
        act: Act,
        /// Whether it hangs up; else it replies.
        finish: bool,
        /// Which call it ends, if any: [`super::Session::ended`] answers.
        ends: Option<CallId>,
    },
    /// The client is gone from this call, and does not come back to it.
    Lost(CallId),
    /// A call came with nothing that this client could answer.
    Unanswerable {
        /// The call.
        call: CallId,
        /// The other party.
        other: UserId,
    },
    /// Pass something on to the other party of a call.
    Signal {
        /// The call.
        call: CallId,
        /// What.
        data: Opaque,
    },
    /// Have what is published on this channel come here, and what its state is now.
    Subscribe(Box<str>),
    /// End that.
    Unsubscribe(Box<str>),
    /// Publish something.
    Publish(Publication),
    /// Give a message to every session of a user's.
    Message {
        /// The user.
        to: UserId,
        /// The message, as the recipient sees it.
        message: Object,
    },
    /// Somebody who may asks about the server; [`super::Session::api`] answers.
    Api {
        /// What the answer carries.
        reply: RpcId,
        /// What is asked.
        query: ApiQuery,
    },
    /// Nobody is on the line; the session waits for its client.
    Detached,
    /// The session is over.
    Over,
}
