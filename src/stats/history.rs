//! The last day, minute by minute: what is left of each minute is its figures, so that a day is small enough to be kept in memory
//! and in the store.
//!
//! Time is an argument. Somebody samples the gauges, about once a second, and saves what [`super::Stats::unsaved`] gives.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Percentiles, Slice};
use crate::protocol::{codes::Reason, record::Timestamp};

/// How many minutes are kept.
pub const MINUTES: u32 = 1440;
/// One of them. Unit: microseconds.
const MINUTE_US: i64 = 60_000_000;

/// What can be seen only at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gauges {
    /// Users with a session.
    pub users_online: usize,
    /// Sessions, those in grace included.
    pub sessions: usize,
    /// Calls that ring.
    pub ringing: usize,
    /// Calls that are on.
    pub talking: usize,
    /// Events that wait for their delivery to a hook.
    pub outbox_waiting: usize,
    /// How long the oldest of them has waited. Unit: seconds.
    pub outbox_oldest_secs: f64,
}

impl Gauges {
    fn highest(self, other: Self) -> Self {
        Self {
            users_online: self.users_online.max(other.users_online),
            sessions: self.sessions.max(other.sessions),
            ringing: self.ringing.max(other.ringing),
            talking: self.talking.max(other.talking),
            outbox_waiting: self.outbox_waiting.max(other.outbox_waiting),
            outbox_oldest_secs: self.outbox_oldest_secs.max(other.outbox_oldest_secs),
        }
    }
}

/// One minute.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Minute {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What happened in it.
    #[serde(flatten)]
    pub figures: Figures,
}

/// What happened in a minute. Of what can be seen only at a moment: the highest that was seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Figures {
    /// Calls requested.
    pub requested: u64,
    /// Calls answered.
    pub started: u64,
    /// Calls ended.
    pub finished: u64,
    /// Calls ended, by reason.
    pub finished_by_reason: BTreeMap<String, u64>,
    /// Users with a session.
    pub users_online: usize,
    /// Sessions, those in grace included.
    pub sessions: usize,
    /// Calls that rang at the same time.
    pub ringing: usize,
    /// Calls that were on at the same time.
    pub talking: usize,
    /// From the request until the callee's devices ring, veto included.
    pub request_to_ring_ms: Percentiles,
    /// From the request until both parties know the room.
    pub request_to_start_ms: Percentiles,
    /// How long calls rang, whatever came of them.
    pub ring_ms: Percentiles,
    /// How long the veto hooks took, each for itself.
    pub veto_ms: Percentiles,
    /// Events that waited for their delivery to a hook.
    pub outbox_waiting: usize,
    /// How long the oldest of them had waited. Unit: seconds.
    pub outbox_oldest_secs: f64,
}

impl Figures {
    fn of(slice: Option<&Slice>, gauges: Gauges) -> Self {
        let Gauges { users_online, sessions, ringing, talking, outbox_waiting, outbox_oldest_secs } = gauges;
        let seen =
            Self { users_online, sessions, ringing, talking, outbox_waiting, outbox_oldest_secs, ..Self::default() };
        let Some(slice) = slice else { return seen };
        let by_reason = Reason::ALL.into_iter().zip(slice.finished).filter(|(_, n)| *n > 0);
        let [request_to_ring, request_to_start, ring, veto] = &slice.latencies;
        Self {
            requested: slice.requested,
            started: slice.started,
            finished: slice.finished.iter().sum(),
            finished_by_reason: by_reason.map(|(reason, n)| (reason.as_str().to_owned(), n)).collect(),
            request_to_ring_ms: request_to_ring.percentiles(),
            request_to_start_ms: request_to_start.percentiles(),
            ring_ms: ring.percentiles(),
            veto_ms: veto.percentiles(),
            ..seen
        }
    }

    /// Both parts of a minute in which a server ended and another began.
    fn with(mut self, other: &Self) -> Self {
        for (reason, n) in &other.finished_by_reason {
            *self.finished_by_reason.entry(reason.clone()).or_default() += n;
        }
        Self {
            requested: self.requested + other.requested,
            started: self.started + other.started,
            finished: self.finished + other.finished,
            finished_by_reason: self.finished_by_reason,
            users_online: self.users_online.max(other.users_online),
            sessions: self.sessions.max(other.sessions),
            ringing: self.ringing.max(other.ringing),
            talking: self.talking.max(other.talking),
            request_to_ring_ms: together(self.request_to_ring_ms, other.request_to_ring_ms),
            request_to_start_ms: together(self.request_to_start_ms, other.request_to_start_ms),
            ring_ms: together(self.ring_ms, other.ring_ms),
            veto_ms: together(self.veto_ms, other.veto_ms),
            outbox_waiting: self.outbox_waiting.max(other.outbox_waiting),
            outbox_oldest_secs: self.outbox_oldest_secs.max(other.outbox_oldest_secs),
        }
    }
}

/// Percentiles of two parts. What lies between cannot be told any more, so that those of the larger part stand for both.
fn together(one: Percentiles, other: Percentiles) -> Percentiles {
    let larger = if one.count < other.count { other } else { one };
    let max = [one.max, other.max].into_iter().flatten().reduce(f64::max);
    Percentiles { count: one.count + other.count, max, ..larger }
}

/// The minute, counted from 1970, that a moment is in.
pub(super) fn minute_of(at: Timestamp) -> i64 {
    at.0.div_euclid(MINUTE_US)
}

fn minute(index: i64, figures: Figures) -> Minute {
    Minute { at: Timestamp(index.saturating_mul(MINUTE_US)), figures }
}

/// The day.
#[derive(Debug)]
pub(super) struct History {
    /// By their number since 1970; those in which nothing was are not there.
    past: BTreeMap<i64, Figures>,
    /// The one that goes on.
    running: i64,
    gauges: Gauges,
    /// What a server before has left of the running minute.
    before: Figures,
    /// Of the past: those that the store does not have as they are here.
    unsaved: BTreeSet<i64>,
    /// The running one as the store has it.
    saved: Figures,
}

impl History {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            past: BTreeMap::new(),
            running: minute_of(now),
            gauges: Gauges::default(),
            before: Figures::default(),
            unsaved: BTreeSet::new(),
            saved: Figures::default(),
        }
    }

    pub(super) fn running(&self) -> i64 {
        self.running
    }

    /// Takes over what servers before have left.
    pub(super) fn remember(&mut self, minutes: Vec<Minute>) {
        self.past.extend(minutes.into_iter().map(|minute| (minute_of(minute.at), minute.figures)));
        self.before = self.past.remove(&self.running).unwrap_or_default();
        self.saved = self.before.clone();
    }

    /// The running minute so far; `slice` has what was counted in it.
    pub(super) fn so_far(&self, slice: Option<&Slice>) -> Figures {
        Figures::of(slice, self.gauges).with(&self.before)
    }

    /// Ends the running minute, whose figures are these, where `now` is in another one.
    pub(super) fn turn(&mut self, now: Timestamp, figures: impl FnOnce(&Self) -> Figures) {
        let next = minute_of(now);
        if next == self.running {
            return;
        }
        let figures = figures(self);
        if figures != self.saved {
            self.unsaved.insert(self.running);
        }
        if figures != Figures::default() {
            self.past.insert(self.running, figures);
        }
        self.running = next;
        self.gauges = Gauges::default();
        // The clock may have been set back.
        self.before = self.past.remove(&next).unwrap_or_default();
        self.saved = self.before.clone();
        let oldest = next - i64::from(MINUTES);
        self.past.retain(|index, _| *index > oldest);
        self.unsaved.retain(|index| *index > oldest);
    }

    pub(super) fn sample(&mut self, gauges: Gauges) {
        self.gauges = self.gauges.highest(gauges);
    }

    /// The last `minutes`, the oldest first, the running one with these figures last.
    pub(super) fn list(&self, minutes: u32, running: Figures) -> Vec<Minute> {
        let first = self.running - i64::from(minutes.clamp(1, MINUTES)) + 1;
        let past = (first..self.running).map(|index| minute(index, self.past.get(&index).cloned().unwrap_or_default()));
        past.chain([minute(self.running, running)]).collect()
    }

    /// What the store does not have yet.
    pub(super) fn unsaved(&self, running: Figures) -> Vec<Minute> {
        let past = self.unsaved.iter().filter_map(|index| Some(minute(*index, self.past.get(index)?.clone())));
        let running = Some(running).filter(|running| *running != self.saved);
        past.chain(running.map(|running| minute(self.running, running))).collect()
    }

    /// The store has these now.
    pub(super) fn saved(&mut self, minutes: &[Minute]) {
        for Minute { at, figures } in minutes {
            let index = minute_of(*at);
            if index == self.running {
                self.saved = figures.clone();
            } else if self.past.get(&index) == Some(figures) {
                // One that has ended while it was being saved may have more in it.
                self.unsaved.remove(&index);
            }
        }
    }
}
