//! What actors say to each other.

use std::sync::Arc;

use actix::Message;
use tokio::sync::oneshot;

use crate::protocol::{
    codes::Code,
    effect::Input,
    event::{CallEvent, Opaque},
    ids::{CallId, UserId},
    record::CallRecord,
    verto::{Publication, rpc::Object},
};

/// To a session of any door, from the core.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub enum ToEndpoint {
    /// An event of a call.
    Event(Arc<CallEvent>),
    /// Text from the other party.
    Signal {
        /// The call.
        call: CallId,
        /// Who sent it.
        from: UserId,
        /// The text.
        data: Opaque,
    },
    /// This user came or went: look.
    PresenceChanged(UserId),
    /// An admin ends the session.
    Kick,
    /// A new login took the session's place.
    Replaced {
        /// Whether it is of the same device, which keeps the call.
        same_device: bool,
    },
    /// The server stops: say so, and go once no call is on.
    Drain,
    /// Something was published that a Verto client subscribed to.
    Published {
        /// The subscription's name.
        subscribed: Arc<str>,
        /// What.
        publication: Arc<Publication>,
    },
    /// A message of another user's, outside of any call, for Verto clients.
    Message(Arc<Object>),
}

/// To a pending call or its room, from sessions, REST and the drain.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum ToCall {
    /// The call is in the directory: begin.
    Begin,
    /// Something happened.
    Input(Input),
    /// A party hangs up, cancels or refuses.
    Hangup {
        /// What it does.
        input: Input,
        /// Gets the record of the call once it has ended.
        done: oneshot::Sender<Arc<CallRecord>>,
    },
    /// A session of a party's ended for good; the call looks for itself what is left of the user.
    Gone {
        /// The party.
        user: UserId,
        /// The device.
        device: crate::protocol::ids::DeviceId,
    },
    /// End, whatever the state, and say how it ended.
    Force {
        /// The code.
        error_code: Code,
        /// The text.
        user_str: String,
        /// Gets the record of the ended call.
        done: oneshot::Sender<Arc<CallRecord>>,
    },
}
