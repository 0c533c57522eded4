//! Two users who call each other, over and over, through either door.

use std::time::{Duration, Instant};

use super::{
    call::{self, NativePair, Times},
    socket::{Door, Tongue, Trouble},
    verto::{self, VertoPair},
};

/// How long a call may take before it counts as lost.
const CALL_TIME: Duration = Duration::from_secs(10);

/// The two.
pub(super) enum Pair {
    Native(NativePair),
    Verto(VertoPair),
}

/// Frames of a call, both directions together.
pub(super) fn frames_per_call(tongue: Tongue) -> u32 {
    match tongue {
        Tongue::Native => call::FRAMES_PER_CALL,
        Tongue::Verto => verto::FRAMES_PER_CALL,
    }
}

impl Pair {
    pub(super) async fn log_in(door: &Door, prefix: &str, number: u32) -> Result<Self, Trouble> {
        Ok(match door.tongue() {
            Tongue::Native => Self::Native(NativePair::log_in(door, prefix, number).await?),
            Tongue::Verto => Self::Verto(VertoPair::log_in(door, prefix, number).await?),
        })
    }

    /// A whole call.
    pub(super) async fn call(&mut self, due: Instant) -> Result<Times, Trouble> {
        let exchange = async {
            match self {
                Self::Native(pair) => pair.exchange(due).await,
                Self::Verto(pair) => pair.exchange(due).await,
            }
        };
        let exchanged = tokio::time::timeout(CALL_TIME, exchange).await;
        exchanged.unwrap_or_else(|_| Err(Trouble::Lost(format!("no complete call within {} s", CALL_TIME.as_secs()))))
    }

    /// Waits for something with the lines kept up.
    pub(super) async fn until<T>(&mut self, what: impl Future<Output = T>) -> Result<T, Trouble> {
        let idle = async {
            match self {
                Self::Native(pair) => pair.idle().await,
                Self::Verto(pair) => pair.idle().await,
            }
        };
        tokio::select! {
            biased;
            done = what => Ok(done),
            trouble = idle => Err(trouble),
        }
    }

    pub(super) async fn log_out(self) {
        match self {
            Self::Native(pair) => pair.log_out().await,
            Self::Verto(pair) => pair.log_out().await,
        }
    }
}
