//! The frames and rules of `/verto`: FreeSWITCH's Verto clients, unmodified, in the calls of this server.
//!
//! | module | what |
//! | --- | --- |
//! | [`rpc`] | JSON-RPC: requests, answers, ids, batches, errors |
//! | [`params`] | what clients send in a request, whose types are not stable |
//! | [`causes`] | why a call ended, in the words of both doors |
//! | [`number`] | who or what a dialled number is |
//! | [`channels`] | event channels: names, permissions, what is published |
//! | [`speed`] | the speed test |
//! | [`effect`] | what a session asks of its shell |
//! | [`session`] | the machine of one session: login, keep-alive, answers |
//! | `takeover` | its calls without its socket, and those that another session leaves to it |
//! | `requests` | its methods that are about no call |
//! | `calls` | its calls: what the client says of them, and what the core does |
//!
//! The contract of the machine is that of [`super::effect`], with [`effect::Effect`]s. Source of the rules: Verto contract.

mod calls;
pub mod causes;
pub mod channels;
pub mod effect;
pub mod number;
pub mod params;
mod requests;
pub mod rpc;
pub mod session;
pub mod speed;
mod takeover;
#[cfg(test)]
mod tests;

pub use self::{
    channels::Publication,
    effect::{ApiQuery, Effect, Leg, LegPhase, NotEntered, Outgoing, Refusal, Role, Rules},
    session::{Heard, HeardKind, Session},
};

/// Where tests begin.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test may start anywhere in time")]
fn sometime() -> std::time::Instant {
    std::time::Instant::now()
}
