//! What the machine of a worker hears, and what it asks for.

use super::{
    ProtocolError,
    control::{Depths, FromWorker, HangupReason, MediaInfo, Mode, ToWorker},
    outcome::{Exit, WorkerEnd},
    phase::Phase,
    queue::Drops,
};

/// What happens to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// A call for it.
    Start(Mode),
    /// It said something.
    Message(FromWorker),
    /// It said nothing that can be understood, on either channel.
    Nonsense(ProtocolError),
    /// It does not read what it is told.
    Deaf,
    /// The call is to end.
    Hangup(HangupReason),
    /// How much the other side may send. Unit: kilobits a second.
    Bandwidth(u32),
    /// The server needs it no more.
    Retire,
    /// The process has ended, and all it said was heard.
    Exited(Exit),
    /// The time of `poll_timeout()` has come.
    DeadlinePassed,
}

/// What a worker asks of its shell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Tell it what its call is.
    SendStart,
    /// Tell it something.
    Send(ToWorker),
    /// It is in another phase.
    Phase(Phase),
    /// It is in WeChat's room of this name.
    Joined(String),
    /// The SDK's own number, and when it came. Unit: milliseconds since the start.
    Status {
        /// 0 to 9 are known.
        n: i32,
        /// Since the start of the call.
        t_ms: u64,
    },
    /// Whoever sends video is to send a key frame.
    NeedKeyframe,
    /// What is sent, or wanted, from now on.
    Media(MediaInfo),
    /// How the media do in the worker.
    Counted(Depths, Drops),
    /// Kill it, and whatever it started.
    Kill,
    /// It has ended, as far as its call is concerned. Exactly once.
    Ended(WorkerEnd),
    /// Nothing is left of it: the last effect.
    Gone(Exit),
}
