//! Where in its life a worker is, and how long it may stay there.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a worker may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// From its start to its hello: the library is loaded in it.
    pub hello: Duration,
    /// To initialise the SDK.
    pub init: Duration,
    /// To join the call.
    pub join: Duration,
    /// How long the phone may ring. WeChat gives up after 60 s.
    pub ring: Duration,
    /// From our hanging up to the end of the call.
    pub hangup: Duration,
    /// From the end of the call to the end of the process.
    pub leave: Duration,
    /// How long two may talk.
    pub talk: Option<Duration>,
    /// How often a worker with a call is asked whether it is there.
    pub ping: Duration,
    /// How often one without is.
    pub idle_ping: Duration,
    /// How long its answer may take, and media their way into the SDK.
    pub stuck: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let secs = Duration::from_secs;
        Self {
            hello: secs(2),
            init: secs(10),
            join: secs(10),
            ring: secs(65),
            hangup: secs(5),
            leave: secs(5),
            talk: None,
            ping: secs(2),
            idle_ping: secs(10),
            stuck: secs(5),
        }
    }
}

/// Where in its life a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has not said hello.
    Spawned,
    /// It waits for a call.
    Idle,
    /// The SDK is being initialised.
    Init,
    /// The call is being joined.
    Joining,
    /// In the room; nobody has answered.
    Ringing,
    /// Answered.
    Talking,
    /// We have hung up.
    Ending,
    /// The call is over, the process is not.
    Leaving,
    /// Nothing is left.
    Gone,
}

impl Phase {
    /// Every phase.
    pub const ALL: [Self; 9] = [
        Self::Spawned,
        Self::Idle,
        Self::Init,
        Self::Joining,
        Self::Ringing,
        Self::Talking,
        Self::Ending,
        Self::Leaving,
        Self::Gone,
    ];

    /// Its name: in REST, and as a label of a metric.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spawned => "spawned",
            Self::Idle => "idle",
            Self::Init => "init",
            Self::Joining => "joining",
            Self::Ringing => "ringing",
            Self::Talking => "talking",
            Self::Ending => "ending",
            Self::Leaving => "leaving",
            Self::Gone => "gone",
        }
    }

    /// What it is doing then, for sentences.
    #[must_use]
    pub fn doing(self) -> &'static str {
        match self {
            Self::Spawned => "starting",
            Self::Init => "initialising",
            other => other.as_str(),
        }
    }

    /// Whether a call is on.
    #[must_use]
    pub fn has_call(self) -> bool {
        (Self::Init..=Self::Ending).contains(&self)
    }
}
