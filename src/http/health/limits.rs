//! Limits, how full they are, and how often they were met.

use std::num::NonZeroU32;

use serde::Serialize;

use crate::{
    actors::Core,
    config::Config,
    metrics::{ConnectionState, Limit},
};

/// A limit.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Fill {
    /// Its name, as in the label of `hookswitch_limit_hits_total`.
    #[schema(example = "unauthenticated")]
    name: &'static str,
    /// What it limits.
    #[schema(example = "connections not logged in yet")]
    label: &'static str,
    /// How much of it is in use; `null` for what is counted for each client alone, such as a rate.
    value: Option<u64>,
    /// How much there may be; `null` where there is no number to it.
    limit: Option<u64>,
    /// How often it was met since the start.
    hits: u64,
}

fn whole(n: usize) -> Option<u64> {
    u64::try_from(n).ok()
}

fn number(limit: Option<NonZeroU32>) -> Option<u64> {
    limit.map(|limit| u64::from(limit.get()))
}

/// All limits, those that fill up first.
pub(super) fn all(core: &Core, config: &Config) -> Vec<Fill> {
    let limits = &config.limits;
    let of = |limit: Limit| {
        let (label, value, most) = match limit {
            Limit::Unauthenticated => {
                let waiting = core.metrics().connections_in(ConnectionState::Unauthenticated);
                ("connections not logged in yet", u64::try_from(waiting).ok(), number(limits.unauthenticated))
            }
            Limit::SessionsPerUser => {
                let most = core.directory().most_sessions();
                ("sessions of the user with the most of them", whole(most), number(limits.sessions_per_user))
            }
            Limit::SessionsPerAddress => {
                let most = u64::from(core.gate().fullest_address());
                ("connections of the address with the most of them", Some(most), number(limits.sessions_per_address))
            }
            Limit::WebhooksInFlight => {
                let (most, limit) = (core.hooks().most_in_flight(), config.webhooks.max_in_flight);
                ("questions that wait for the hook with the most of them", whole(most), whole(limit))
            }
            Limit::Logins => ("logins from one address in a minute", None, number(limits.logins_per_min)),
            Limit::FailedLogin => ("failed logins, after each of which the next one waits", None, None),
            Limit::LoginTimeout => ("connections that did not log in in time", None, None),
            Limit::Frames => ("frames of one connection in a second", None, number(limits.frames_per_sec)),
            Limit::FrameBytes => ("the size of a frame, in bytes", None, whole(limits.frame_bytes)),
            Limit::BodyBytes => ("the size of a request's body, in bytes", None, whole(limits.body_bytes)),
            Limit::Origin => ("pages of other origins that may not connect", None, None),
        };
        Fill { name: limit.label(), label, value, limit: most, hits: core.metrics().limit_hits(limit) }
    };
    Limit::ALL.iter().copied().map(of).collect()
}
