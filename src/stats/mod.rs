//! Rates and latency percentiles of the last minute and the last hour, as `GET /stats` shows them, and the figures of each minute of
//! the last day.
//!
//! Each window is a ring of time slices, each slice a handful of counters and log-bucket histograms: constant memory, about
//! 350 KB in all, and a recording costs two array writes under a short lock. Time is an argument.

mod commits;
mod histogram;
mod history;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;

pub(crate) use self::histogram::Histogram;
pub use self::{
    commits::CommitFigures,
    histogram::Percentiles,
    history::{Figures, Gauges, MINUTES, Minute},
};
use self::{commits::Commits, history::History};
use crate::protocol::{
    codes::Reason,
    record::{CallRecord, CallState, Timestamp},
};

const LATENCIES: usize = 4;

/// A duration that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// From the request until the callee's devices ring.
    RequestToRing,
    /// From the request until both parties know the room.
    RequestToStart,
    /// How long it rang, whatever came of it.
    Ring,
    /// How long a veto hook took.
    Veto,
}

/// The counters and histograms of one time slice.
#[derive(Clone)]
struct Slice {
    /// Which slice since 1970; tells a slot that was used in an earlier round.
    index: i64,
    requested: u64,
    started: u64,
    finished: [u64; Reason::ALL.len()],
    latencies: [Histogram; LATENCIES],
}

impl Slice {
    fn new(index: i64) -> Self {
        let latencies = std::array::from_fn(|_| Histogram::default());
        Self { index, requested: 0, started: 0, finished: [0; Reason::ALL.len()], latencies }
    }

    fn add(&mut self, other: &Self) {
        self.requested += other.requested;
        self.started += other.started;
        for (mine, theirs) in self.finished.iter_mut().zip(other.finished) {
            *mine += theirs;
        }
        for (mine, theirs) in self.latencies.iter_mut().zip(&other.latencies) {
            mine.add(theirs);
        }
    }

    fn latency(&mut self, of: Latency) -> &mut Histogram {
        let [request_to_ring, request_to_start, ring, veto] = &mut self.latencies;
        match of {
            Latency::RequestToRing => request_to_ring,
            Latency::RequestToStart => request_to_start,
            Latency::Ring => ring,
            Latency::Veto => veto,
        }
    }
}

/// A ring of slices that together cover one window.
struct Ring {
    slice_us: i64,
    slices: Vec<Slice>,
}

impl Ring {
    /// One slice more than fits, so that the window is full whenever the newest slice has just begun.
    fn new(slice: Duration, fit: usize) -> Self {
        let slice_us = i64::try_from(slice.as_micros()).unwrap_or(i64::MAX).max(1);
        Self { slice_us, slices: vec![Slice::new(-1); fit + 1] }
    }

    fn slice(&mut self, at: Timestamp) -> Option<&mut Slice> {
        let index = at.0.div_euclid(self.slice_us);
        let len = i64::try_from(self.slices.len()).ok()?;
        let slot = self.slices.get_mut(usize::try_from(index.rem_euclid(len)).ok()?)?;
        if slot.index != index {
            *slot = Slice::new(index);
        }
        Some(slot)
    }

    /// The slice of that number, if anything happened in it.
    fn at(&self, index: i64) -> Option<&Slice> {
        let len = i64::try_from(self.slices.len()).ok()?;
        let slice = self.slices.get(usize::try_from(index.rem_euclid(len)).ok()?)?;
        Some(slice).filter(|slice| slice.index == index)
    }

    fn window(&self, since: Timestamp, now: Timestamp) -> Window {
        let newest = now.0.div_euclid(self.slice_us);
        let oldest = newest - i64::try_from(self.slices.len()).unwrap_or(0) + 1;
        let mut sum = Slice::new(newest);
        for slice in self.slices.iter().filter(|slice| (oldest..=newest).contains(&slice.index)) {
            sum.add(slice);
        }
        let from = Timestamp(oldest.saturating_mul(self.slice_us)).max(since);
        let secs = Duration::from_millis(now.ms_since(from)).as_secs_f64();
        let finished = sum.finished.iter().sum();
        let per_sec = |n: u64| if secs > 0.0 { f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / secs } else { 0.0 };
        let by_reason = Reason::ALL.into_iter().zip(sum.finished).filter(|(_, n)| *n > 0);
        let [request_to_ring, request_to_start, ring, veto] = &sum.latencies;
        Window {
            secs,
            requested: sum.requested,
            started: sum.started,
            finished,
            requested_per_sec: per_sec(sum.requested),
            started_per_sec: per_sec(sum.started),
            finished_per_sec: per_sec(finished),
            finished_by_reason: by_reason.map(|(reason, n)| (reason.as_str(), n)).collect(),
            request_to_ring_ms: request_to_ring.percentiles(),
            request_to_start_ms: request_to_start.percentiles(),
            ring_ms: ring.percentiles(),
            veto_ms: veto.percentiles(),
        }
    }
}

/// What happened in one window of time.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Window {
    /// The time it covers: less than its name says only while the server is younger. Unit: seconds.
    pub secs: f64,
    /// Calls requested.
    pub requested: u64,
    /// Calls answered.
    pub started: u64,
    /// Calls ended.
    pub finished: u64,
    /// Calls requested per second.
    pub requested_per_sec: f64,
    /// Calls answered per second.
    pub started_per_sec: f64,
    /// Calls ended per second.
    pub finished_per_sec: f64,
    /// Calls ended, by reason.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub finished_by_reason: BTreeMap<&'static str, u64>,
    /// From the request until the callee's devices ring, veto included.
    pub request_to_ring_ms: Percentiles,
    /// From the request until both parties know the room.
    pub request_to_start_ms: Percentiles,
    /// How long calls rang, whatever came of them.
    pub ring_ms: Percentiles,
    /// How long the veto hooks took, each for itself.
    pub veto_ms: Percentiles,
}

struct Rings {
    minute: Ring,
    hour: Ring,
}

/// The last minute and the last hour. Cloning shares them.
#[derive(Clone)]
pub struct Stats {
    since: Timestamp,
    rings: Arc<Mutex<Rings>>,
    commits: Arc<Mutex<Commits>>,
    /// Where both are locked, this comes first.
    history: Arc<Mutex<History>>,
}

impl std::fmt::Debug for Stats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stats").field("since", &self.since).finish_non_exhaustive()
    }
}

impl Stats {
    /// Empty windows of a server that starts at `since`.
    #[must_use]
    pub fn new(since: Timestamp) -> Self {
        let minute = Ring::new(Duration::from_secs(5), 12);
        let hour = Ring::new(Duration::from_secs(60), 60);
        Self {
            since,
            rings: Arc::new(Mutex::new(Rings { minute, hour })),
            commits: Arc::new(Mutex::new(Commits::new())),
            history: Arc::new(Mutex::new(History::new(since))),
        }
    }

    fn record(&self, at: Timestamp, write: impl Fn(&mut Slice)) {
        let mut rings = locked(&self.rings);
        let Rings { minute, hour } = &mut *rings;
        for slice in [minute, hour].into_iter().filter_map(|ring| ring.slice(at)) {
            write(slice);
        }
    }

    /// Notes a duration.
    pub fn latency(&self, at: Timestamp, of: Latency, took: Duration) {
        self.record(at, |slice| slice.latency(of).record(took));
    }

    /// Notes that a call has entered its state. To be told once per state.
    pub fn call_step(&self, call: &CallRecord) {
        let requested = call.requested_at;
        match call.state {
            CallState::Requested => self.record(requested, |slice| slice.requested += 1),
            CallState::Ringing => {
                let at = call.ringing_at.unwrap_or(requested);
                self.latency(at, Latency::RequestToRing, between(requested, at));
            }
            CallState::Talking => {
                let at = call.started_at.unwrap_or(requested);
                self.record(at, |slice| {
                    slice.started += 1;
                    slice.latency(Latency::RequestToStart).record(between(requested, at));
                    if let Some(ringing) = call.ringing_at {
                        slice.latency(Latency::Ring).record(between(ringing, at));
                    }
                });
            }
            CallState::Ended => {
                let at = call.ended_at.unwrap_or(requested);
                let position = Reason::ALL.iter().position(|reason| Some(*reason) == call.reason);
                self.record(at, |slice| {
                    if let Some(count) = position.and_then(|position| slice.finished.get_mut(position)) {
                        *count += 1;
                    }
                    if let (Some(ringing), None) = (call.ringing_at, call.started_at) {
                        slice.latency(Latency::Ring).record(between(ringing, at));
                    }
                });
            }
        }
    }

    /// The last minute and the last hour before `now`.
    #[must_use]
    pub fn windows(&self, now: Timestamp) -> [Window; 2] {
        let rings = locked(&self.rings);
        [rings.minute.window(self.since, now), rings.hour.window(self.since, now)]
    }

    /// Notes that the store has committed `batch` writes at once.
    pub fn commit(&self, at: Timestamp, took: Duration, batch: usize) {
        locked(&self.commits).note(at, took, batch);
    }

    /// The store's commits of the last minute before `now`.
    #[must_use]
    pub fn commits(&self, now: Timestamp) -> CommitFigures {
        locked(&self.commits).figures(now)
    }

    /// Takes over the minutes that servers before have left.
    pub fn remember(&self, minutes: Vec<Minute>) {
        locked(&self.history).remember(minutes);
    }

    /// Notes what is seen at `now`.
    pub fn sample(&self, now: Timestamp, gauges: Gauges) {
        self.history(now).sample(gauges);
    }

    /// The last `minutes` up to `now`, the oldest first, the running one last; at least one, at most [`MINUTES`].
    #[must_use]
    pub fn minutes(&self, now: Timestamp, minutes: u32) -> Vec<Minute> {
        let history = self.history(now);
        history.list(minutes, self.so_far(&history))
    }

    /// The minutes that the store does not have as they are at `now`.
    #[must_use]
    pub fn unsaved(&self, now: Timestamp) -> Vec<Minute> {
        let history = self.history(now);
        history.unsaved(self.so_far(&history))
    }

    /// The store has these minutes now.
    pub fn saved(&self, minutes: &[Minute]) {
        locked(&self.history).saved(minutes);
    }

    /// The history, at the minute that `now` is in.
    fn history(&self, now: Timestamp) -> MutexGuard<'_, History> {
        let mut history = locked(&self.history);
        history.turn(now, |history| self.so_far(history));
        history
    }

    fn so_far(&self, history: &History) -> Figures {
        let rings = locked(&self.rings);
        history.so_far(rings.hour.at(history.running()))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The time from one moment to a later one; zero where the clock went backwards between the two.
#[must_use]
pub fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(to.0.saturating_sub(from.0)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_763_694_600_000_000);

    fn after(secs: f64) -> Timestamp {
        Timestamp(START.0 + i64::try_from(Duration::from_secs_f64(secs).as_micros()).unwrap())
    }

    #[test]
    fn percentiles_come_out_of_the_latencies_noted() {
        let stats = Stats::new(START);
        for ms in 1..=100 {
            stats.latency(after(1.0), Latency::Veto, Duration::from_millis(ms));
        }
        let [minute, hour] = stats.windows(after(2.0));
        assert_eq!(minute.veto_ms, hour.veto_ms);
        let Percentiles { count, p50, p95, p99, max } = minute.veto_ms;
        assert_eq!((count, max), (100, Some(100.0)));
        for (told, true_ms) in [(p50, 50.0), (p95, 95.0), (p99, 99.0)] {
            let told = told.unwrap();
            assert!((told - true_ms).abs() <= true_ms / 16.0, "{told} for {true_ms}");
        }
        assert_eq!(minute.ring_ms, Percentiles { count: 0, p50: None, p95: None, p99: None, max: None });
    }

    #[test]
    fn what_is_older_than_the_window_is_forgotten() {
        let stats = Stats::new(START);
        stats.record(after(0.0), |slice| slice.requested += 1);
        stats.record(after(59.0), |slice| slice.requested += 2);
        let requested = |secs| stats.windows(after(secs)).map(|window| window.requested);
        assert_eq!(requested(59.5), [3, 3]);
        assert_eq!(requested(70.0), [2, 3]);
        assert_eq!(requested(140.0), [0, 3]);
        assert_eq!(requested(3660.0), [0, 0]);
        assert_eq!(requested(8000.0), [0, 0]);
    }

    #[test]
    fn a_slot_of_an_earlier_round_is_not_counted_again() {
        let stats = Stats::new(START);
        stats.record(after(0.0), |slice| slice.requested += 5);
        stats.record(after(65.0), |slice| slice.requested += 1);
        assert_eq!(stats.windows(after(65.0))[0].requested, 1);
    }

    #[test]
    fn rates_are_per_second_of_the_time_covered() {
        let stats = Stats::new(START);
        stats.record(after(1.0), |slice| slice.requested += 30);
        let [minute, _] = stats.windows(after(10.0));
        assert_eq!((minute.secs, minute.requested_per_sec), (10.0, 3.0));
        let [minute, hour] = stats.windows(after(7200.0));
        assert!((60.0..=65.0).contains(&minute.secs), "{}", minute.secs);
        assert!((3600.0..=3660.0).contains(&hour.secs), "{}", hour.secs);
    }

    fn minutes(stats: &Stats, secs: f64, n: u32) -> Vec<Minute> {
        stats.minutes(after(secs), n)
    }

    #[test]
    fn a_minute_keeps_its_figures_and_the_highest_of_what_was_seen() {
        // START is the beginning of a minute.
        let stats = Stats::new(START);
        stats.latency(after(1.0), Latency::Veto, Duration::from_millis(20));
        stats.record(after(1.0), |slice| slice.requested += 3);
        for (secs, talking) in [(2.0, 4), (3.0, 9), (4.0, 1)] {
            stats.sample(after(secs), Gauges { talking, ..Gauges::default() });
        }
        stats.record(after(61.0), |slice| slice.requested += 1);
        let [past, running] = minutes(&stats, 62.0, 2).try_into().unwrap();
        assert_eq!((past.at, past.figures.requested, past.figures.talking), (START, 3, 9));
        assert_eq!((past.figures.veto_ms.count, past.figures.veto_ms.max), (1, Some(20.0)));
        assert_eq!((running.at, running.figures.requested, running.figures.talking), (after(60.0), 1, 0));
    }

    #[test]
    fn minutes_with_nothing_in_them_are_listed_and_a_day_is_all_there_is() {
        let stats = Stats::new(START);
        stats.record(after(0.0), |slice| slice.started += 1);
        let listed = minutes(&stats, 180.0, 10_000);
        assert_eq!(listed.len(), 1440);
        assert!(listed.windows(2).all(|pair| pair[1].at.0 - pair[0].at.0 == 60_000_000));
        assert_eq!(listed.iter().map(|minute| minute.figures.started).sum::<u64>(), 1);
        assert_eq!(listed[1436].figures.started, 1, "three minutes before the running one");
        assert_eq!(minutes(&stats, 180.0, 0).len(), 1);
        assert!(minutes(&stats, 90_000.0, 1440).iter().all(|minute| minute.figures == Figures::default()));
    }

    #[test]
    fn what_was_saved_is_saved_again_only_where_it_has_changed() {
        let stats = Stats::new(START);
        assert_eq!(stats.unsaved(after(1.0)), [], "nothing in it");
        stats.record(after(1.0), |slice| slice.requested += 1);
        let early = stats.unsaved(after(2.0));
        assert_eq!(early.len(), 1);
        stats.saved(&early);
        assert_eq!(stats.unsaved(after(3.0)), []);
        stats.record(after(59.0), |slice| slice.requested += 1);
        let late = stats.unsaved(after(61.0));
        assert_eq!((late.len(), late[0].figures.requested), (1, 2));
        stats.saved(&early);
        assert_eq!(stats.unsaved(after(61.0)), late, "the store has an older state of it");
        stats.saved(&late);
        assert_eq!(stats.unsaved(after(61.0)), []);
    }

    #[test]
    fn two_servers_in_one_minute_share_it() {
        let first = Stats::new(START);
        first.record(after(1.0), |slice| {
            slice.requested += 2;
            slice.latency(Latency::Ring).record(Duration::from_millis(30));
        });
        first.sample(after(1.0), Gauges { sessions: 5, ..Gauges::default() });
        let second = Stats::new(after(20.0));
        second.remember(first.unsaved(after(15.0)));
        assert_eq!(second.unsaved(after(20.0)), []);
        second.record(after(30.0), |slice| {
            slice.requested += 1;
            slice.latency(Latency::Ring).record(Duration::from_millis(10));
        });
        second.sample(after(30.0), Gauges { sessions: 2, ..Gauges::default() });
        let figures = minutes(&second, 40.0, 1).remove(0).figures;
        assert_eq!((figures.requested, figures.sessions), (3, 5));
        assert_eq!((figures.ring_ms.count, figures.ring_ms.max), (2, Some(30.0)));
        let kept: Figures = serde_json::from_str(&serde_json::to_string(&figures).unwrap()).unwrap();
        assert_eq!(kept, figures);
    }
}
