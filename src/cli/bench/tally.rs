//! What was counted and measured so far.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

use super::{
    call::Times,
    probe::{Probe, Used},
};
pub(super) use crate::terminal::float;
use crate::{clock, stats::Histogram};

/// Counted by all pairs, looked at by the panel.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Tally>>);

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counts.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) done: u64,
    pub(super) failed: u64,
    pub(super) errors: BTreeMap<String, u64>,
    pub(super) login: Histogram,
    pub(super) late: Histogram,
    pub(super) ring: Histogram,
    pub(super) start: Histogram,
    pub(super) finish: Histogram,
    pub(super) windows: Windows,
}

impl Tally {
    pub(super) fn call(&mut self, times: &Times) {
        self.done += 1;
        self.late.record(times.sent);
        self.ring.record(times.ring);
        self.start.record(times.start);
        self.finish.record(times.finish);
        self.windows.call(self.done);
    }

    pub(super) fn login(&mut self, took: Duration) {
        self.done += 1;
        self.login.record(took);
    }

    /// How many went well, and how many did not.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.done, self.failed)
    }

    /// Counts something that failed, in the words that say why.
    pub(super) fn failure(&mut self, why: String) {
        self.failed += 1;
        *self.errors.entry(why).or_default() += 1;
    }
}

/// A part of a long run.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Window {
    pub(super) calls: u64,
    pub(super) calls_per_sec: f64,
    pub(super) server_cpu_secs_per_1000_calls: Option<f64>,
}

/// A run, cut into parts of equally many calls.
#[derive(Default)]
pub(super) struct Windows {
    every: u64,
    server: Option<Probe>,
    begun: Option<(Instant, Option<Used>)>,
    pub(super) past: Vec<Window>,
}

impl Windows {
    /// Parts of `every` calls, the first from now on.
    pub(super) fn begin(every: u64, server: Option<Probe>) -> Self {
        let begun = Some((clock::now(), server.as_ref().and_then(Probe::used)));
        Self { every, server, begun, past: Vec::new() }
    }

    fn call(&mut self, done: u64) {
        if self.every == 0 || !done.is_multiple_of(self.every) {
            return;
        }
        let (now, used) = (clock::now(), self.server.as_ref().and_then(Probe::used));
        if let Some((since, before)) = self.begun.replace((now, used)) {
            let calls = float(self.every);
            self.past.push(Window {
                calls: self.every,
                calls_per_sec: calls / now.saturating_duration_since(since).as_secs_f64(),
                server_cpu_secs_per_1000_calls: used
                    .zip(before)
                    .map(|(used, before)| (used.cpu_secs - before.cpu_secs) * 1000.0 / calls),
            });
        }
    }
}
