//! Error codes, reasons and doors: the vocabulary that every tongue of the server shares.

use serde::{Deserialize, Serialize};

/// An AnyChat error code as it travels in `error_code`. Zero is success.
pub type Code = i32;

/// Delivered and ringing (to the caller), or accepted (from the callee).
pub const SUCCESS: Code = 0;
/// A malformed field, or a call to oneself.
pub const BAD_PARAMETER: Code = 21;
/// The address may not connect.
pub const ADDRESS_FORBIDDEN: Code = 113;
/// The server is draining, or its store refuses writes.
pub const SERVER_DRAINING: Code = 120;
/// Bad name or password.
pub const BAD_LOGIN: Code = 200;
/// The business server could not be reached, and the hook's policy is to refuse then.
pub const HOOK_UNREACHABLE: Code = 206;
/// The business server answered too late, and the hook's policy is to refuse then.
pub const HOOK_TIMEOUT: Code = 207;
/// The session is not logged in.
pub const NOT_LOGGED_IN: Code = 208;
/// Logged in elsewhere: this session was replaced.
pub const LOGGED_IN_ELSEWHERE: Code = 209;
/// Kicked by an admin or the business server.
pub const KICKED: Code = 211;
/// A token whose signature or shape is wrong; an unknown, used, forged or expired resume token.
pub const TOKEN_INVALID: Code = 215;
/// A token that was good once.
pub const TOKEN_EXPIRED: Code = 220;
/// The caller is itself ringing or talking.
pub const ALREADY_IN_CALL: Code = 440;
/// The source gave up before an answer.
pub const CANCELLED: Code = 100_101;
/// The target has no session.
pub const OFFLINE: Code = 100_102;
/// The target is ringing or talking.
pub const BUSY: Code = 100_103;
/// The target refused.
pub const REFUSED: Code = 100_104;
/// Nobody answered in time, or the call reached its longest duration.
pub const TIMEOUT: Code = 100_105;
/// A party's line was lost for longer than the grace period.
pub const DISCONNECTED: Code = 100_106;
/// Reply or finish names no call between these two.
pub const NOT_IN_CALL: Code = 100_107;

/// Why a call ended, beside its code. Source: call-control contract, "Reason and code".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The caller gave up: 100101.
    Cancelled,
    /// The callee has no session: 100102.
    Offline,
    /// The callee's line is taken: 100103.
    Busy,
    /// The callee refused, with a code of its own.
    Refused,
    /// Nobody answered: 100105.
    Timeout,
    /// A line stayed lost: 100106.
    Disconnected,
    /// A party hung up, with a code of its own.
    Hangup,
    /// A hook refused, with a code of its own; 206 or 207 by policy.
    Vetoed,
    /// The business server or an admin ended it, with a code of theirs.
    Forced,
    /// Another device of this user answered: 0. Never the reason of a record.
    AnsweredElsewhere,
    /// Another device of this user refused: 0. Never the reason of a record.
    DeclinedElsewhere,
    /// The server stopped: 120.
    Drained,
    /// The longest duration was reached: 100105.
    MaxDuration,
    /// The media worker died, before the answer or after it: 100106.
    MediaFailed,
    /// The server restarted while it rang: 100106.
    Restarted,
}

impl Reason {
    /// Every reason, in the order of the contract.
    pub const ALL: [Self; 15] = [
        Self::Cancelled,
        Self::Offline,
        Self::Busy,
        Self::Refused,
        Self::Timeout,
        Self::Disconnected,
        Self::Hangup,
        Self::Vetoed,
        Self::Forced,
        Self::AnsweredElsewhere,
        Self::DeclinedElsewhere,
        Self::Drained,
        Self::MaxDuration,
        Self::MediaFailed,
        Self::Restarted,
    ];

    /// The name on the wire and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Offline => "offline",
            Self::Busy => "busy",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Disconnected => "disconnected",
            Self::Hangup => "hangup",
            Self::Vetoed => "vetoed",
            Self::Forced => "forced",
            Self::AnsweredElsewhere => "answered_elsewhere",
            Self::DeclinedElsewhere => "declined_elsewhere",
            Self::Drained => "drained",
            Self::MaxDuration => "max_duration",
            Self::MediaFailed => "media_failed",
            Self::Restarted => "restarted",
        }
    }

    /// The reason of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// The kind of client a party speaks through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Door {
    /// The JSON protocol of `/ws`.
    #[default]
    Native,
    /// The JSON-RPC of `/verto`: FreeSWITCH's clients.
    Verto,
    /// WeChat, for as long as the call lives.
    Wechat,
}

impl Door {
    /// Every door.
    pub const ALL: [Self; 3] = [Self::Native, Self::Verto, Self::Wechat];

    /// The name on the wire and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Verto => "verto",
            Self::Wechat => "wechat",
        }
    }

    /// Whether its clients can agree on media once a call is on, or need not, since the server carries them. The others need an offer
    /// with the request and an answer with the reply, each complete, so that two requests of theirs that cross cannot become one call.
    #[must_use]
    pub fn negotiates_late(self) -> bool {
        self != Self::Verto
    }

    /// The door of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_reasons_and_doors_survive_the_round_trip() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
        for door in Door::ALL {
            assert_eq!(Door::parse(door.as_str()), Some(door));
            assert_eq!(serde_json::to_value(door).unwrap(), door.as_str());
        }
        assert_eq!(Reason::parse("tired"), None);
    }
}
