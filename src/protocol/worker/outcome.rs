//! How a worker ended, and what its call hears of it.

use serde::{Deserialize, Serialize};

use crate::protocol::codes::{self, Code};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $failure:literal;)+) => {
        /// Why a worker ended. The name is a label of a metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum EndReason {
            $($(#[$doc])* $name,)+
        }

        impl EndReason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Its name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Whether something went wrong that nobody in the call did.
            #[must_use]
            pub fn is_failure(self) -> bool {
                match self { $(Self::$name => $failure,)+ }
            }
        }
    };
}

reasons! {
    /// We hung up.
    HungUp = "hung_up", false;
    /// We told the phone no.
    Declined = "declined", false;
    /// The longest duration was reached, and we hung up.
    MaxDuration = "max_duration", false;
    /// Status 3: the callee refused.
    Rejected = "rejected", false;
    /// Status 4: the caller gave up.
    Cancelled = "cancelled", false;
    /// Status 5.
    HangupByCaller = "hangup_by_caller", false;
    /// Status 6.
    HangupByCallee = "hangup_by_callee", false;
    /// Status 7, or one that nobody knows: the SDK gave the call up.
    Aborted = "aborted", true;
    /// Status 8: the callee is in another call.
    Busy = "busy", false;
    /// Status 9, or our own timer: nobody answered.
    NoAnswer = "no_answer", false;
    /// The process could not be started.
    NotStarted = "not_started", true;
    /// Exit 64: the library cannot be loaded.
    NoLibrary = "no_library", true;
    /// Exit 65: the library lacks a function, or is of another version.
    NoSymbol = "no_symbol", true;
    /// Exit 66: the SDK cannot be initialised.
    InitFailed = "init_failed", true;
    /// Exit 67: the call cannot be joined.
    JoinFailed = "join_failed", true;
    /// Exit 70: the worker found itself broken.
    Internal = "internal", true;
    /// Exit 71, or found here: the channels' contract was broken.
    Protocol = "protocol", true;
    /// Exit 72: the worker lost its server.
    ParentGone = "parent_gone", true;
    /// It left in the middle, without a word of why.
    Exited = "exited", true;
    /// A signal of its own making.
    Crashed = "crashed", true;
    /// A signal from outside: the system short of memory, or an operator.
    Killed = "killed", true;
    /// A timer: it was killed by us.
    Hung = "hung", true;
    /// It had no call, and is not needed any more.
    Retired = "retired", false;
}

/// The one end of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WorkerEnd {
    /// What the call's parties hear, by WeChat's rules before and after the answer.
    pub code: Code,
    /// Why.
    pub reason: EndReason,
    /// In words, for the record: as `crashed: signal 11 while joining`.
    pub detail: String,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// By itself.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// Nobody could tell.
    Unknown,
    /// There never was one.
    NeverStarted,
}

/// The exit codes of a worker process.
pub mod exit_code {
    /// All is well.
    pub const OK: i32 = 0;
    /// The library cannot be loaded.
    pub const NO_LIBRARY: i32 = 64;
    /// The library lacks a function, or is of another version.
    pub const NO_SYMBOL: i32 = 65;
    /// The SDK cannot be initialised.
    pub const INIT: i32 = 66;
    /// The call cannot be joined.
    pub const JOIN: i32 = 67;
    /// Something of our own is broken.
    pub const INTERNAL: i32 = 70;
    /// The channels' contract was broken.
    pub const PROTOCOL: i32 = 71;
    /// The server is gone.
    pub const PARENT_GONE: i32 = 72;
}

/// What a terminal status of the SDK means. `None` for those that end nothing.
#[must_use]
pub fn of_status(n: i32, answered: bool) -> Option<(EndReason, Code)> {
    Some(match (n, answered) {
        (0..=2, _) => return None,
        (3, false) => (EndReason::Rejected, codes::REFUSED),
        (4, false) => (EndReason::Cancelled, codes::CANCELLED),
        (5, false) => (EndReason::HangupByCaller, codes::CANCELLED),
        (6, false) => (EndReason::HangupByCallee, codes::REFUSED),
        (8, false) => (EndReason::Busy, codes::BUSY),
        (9, false) => (EndReason::NoAnswer, codes::TIMEOUT),
        (4 | 5, true) => (EndReason::HangupByCaller, codes::SUCCESS),
        (3 | 6, true) => (EndReason::HangupByCallee, codes::SUCCESS),
        // 7, those that cannot come after an answer, and those that nobody knows.
        _ => (EndReason::Aborted, codes::DISCONNECTED),
    })
}

/// What an end of the process in the middle of things means, and how it is put into words.
#[must_use]
pub fn of_exit(exit: Exit) -> (EndReason, String) {
    match exit {
        Exit::Code(code) => of_code(code),
        // ABRT, BUS, FPE, ILL, SEGV, TRAP, SYS: its own making. So are the limits: XCPU, XFSZ.
        Exit::Signal(n @ (4..=8 | 11 | 24 | 25 | 31)) => (EndReason::Crashed, format!("crashed: signal {n}")),
        Exit::Signal(9) => (EndReason::Killed, "killed: signal 9, not by this server".to_owned()),
        Exit::Signal(n) => (EndReason::Killed, format!("killed: signal {n}")),
        Exit::Unknown => (EndReason::Exited, "ended: nobody knows how".to_owned()),
        Exit::NeverStarted => (EndReason::NotStarted, "could not be started".to_owned()),
    }
}

fn of_code(code: i32) -> (EndReason, String) {
    let (reason, what) = match code {
        exit_code::NO_LIBRARY => (EndReason::NoLibrary, "the library cannot be loaded"),
        exit_code::NO_SYMBOL => (EndReason::NoSymbol, "the library does not fit"),
        exit_code::INIT => (EndReason::InitFailed, "the SDK cannot be initialised"),
        exit_code::JOIN => (EndReason::JoinFailed, "the call cannot be joined"),
        exit_code::INTERNAL => (EndReason::Internal, "the worker is broken"),
        exit_code::PROTOCOL => (EndReason::Protocol, "the worker was not understood"),
        exit_code::PARENT_GONE => (EndReason::ParentGone, "the worker lost its server"),
        _ => (EndReason::Exited, "the worker left"),
    };
    (reason, format!("{what}: exit code {code}"))
}

/// The SDK's name of a session's status. `None` where it has none.
#[must_use]
pub fn status_name(n: i32) -> Option<&'static str> {
    const NAMES: [&str; 10] = [
        "idle",
        "calling",
        "talking",
        "rejected",
        "canceled",
        "hangup_by_caller",
        "hangup_by_callee",
        "aborted",
        "busy",
        "timeout",
    ];
    NAMES.get(usize::try_from(n).ok()?).copied()
}

/// The SDK's errors that mean that this user cannot be reached: PERMISSION_DENIED, UNAUTHENTICATED.
const UNREACHABLE: [i32; 2] = [7, 16];

/// The code for a call that could not be initialised or joined.
#[must_use]
pub fn code_of_wx_error(wx_error: Option<i32>) -> Code {
    if wx_error.is_some_and(|n| UNREACHABLE.contains(&n)) { codes::OFFLINE } else { codes::DISCONNECTED }
}

/// The name of an SDK's error, for people. `None` where it has none.
#[must_use]
pub fn wx_error_name(n: i32) -> Option<&'static str> {
    const NAMES: [&str; 20] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "TIMEOUT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
        "IO",
        "RESPONSE",
        "INVALID_DEVICEID",
    ];
    NAMES.get(usize::try_from(n).ok()?).copied()
}
