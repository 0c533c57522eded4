//! Rates and latency percentiles of the last minute and the last hour, as `GET /stats` shows them.
//!
//! Each window is a ring of time slices, each slice a handful of counters and log-bucket histograms: constant memory, about
//! 350 KB in all, and a recording costs two array writes under a short lock. Time is an argument.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;

use crate::protocol::{
    codes::Reason,
    record::{CallRecord, CallState, Timestamp},
};

/// Sub-buckets per power of two: a percentile is off by at most a sixteenth of its value.
const SUB_BITS: u32 = 3;
/// Powers of two of microseconds that are told apart: up to about 19 hours.
const POWERS: usize = 36;
const BUCKETS: usize = (POWERS - 2) << SUB_BITS;
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

/// Counts per logarithmic bucket of microseconds.
#[derive(Clone)]
struct Histogram {
    counts: Box<[u32; BUCKETS]>,
    largest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), largest: 0 }
    }
}

impl Histogram {
    fn record(&mut self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(count) = self.counts.get_mut(bucket(us)) {
            *count = count.saturating_add(1);
        }
        self.largest = self.largest.max(us);
    }

    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *mine = mine.saturating_add(*theirs);
        }
        self.largest = self.largest.max(other.largest);
    }

    fn percentiles(&self) -> Percentiles {
        let count: u64 = self.counts.iter().copied().map(u64::from).sum();
        let at = |percent: u64| {
            let rank = (count * percent).div_ceil(100).max(1);
            let mut seen = 0;
            let position = self.counts.iter().position(|n| {
                seen += u64::from(*n);
                seen >= rank
            });
            position.map(|bucket| millis(middle(bucket).min(self.largest)))
        };
        Percentiles { count, p50: at(50), p95: at(95), p99: at(99), max: (count > 0).then(|| millis(self.largest)) }
    }
}

/// The bucket of a value: linear up to 2^`SUB_BITS`, then 2^`SUB_BITS` buckets per power of two.
fn bucket(us: u64) -> usize {
    let power = us.checked_ilog2().unwrap_or(0);
    let position = if power < SUB_BITS {
        us
    } else {
        let above = u64::from(power - SUB_BITS);
        ((above + 1) << SUB_BITS) + ((us >> above) - (1 << SUB_BITS))
    };
    usize::try_from(position).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The middle of a bucket, in microseconds.
fn middle(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(u64::MAX);
    let (row, column) = (bucket >> SUB_BITS, bucket & ((1 << SUB_BITS) - 1));
    if row == 0 {
        return column;
    }
    let above = row - 1;
    (((1 << SUB_BITS) + column) << above) + ((1 << above) >> 1)
}

fn millis(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64() * 1000.0
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

/// Percentiles of a duration, within a sixteenth of the true value. Unit: milliseconds. `null` where nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Percentiles {
    /// How many were measured.
    pub count: u64,
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
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
        Self { since, rings: Arc::new(Mutex::new(Rings { minute, hour })) }
    }

    /// Since when there have been numbers.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.since
    }

    fn record(&self, at: Timestamp, write: impl Fn(&mut Slice)) {
        let mut rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
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
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        [rings.minute.window(self.since, now), rings.hour.window(self.since, now)]
    }
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
    fn a_bucket_holds_its_middle_and_buckets_are_a_sixteenth_wide_at_most() {
        for us in [0, 1, 7, 8, 9, 15, 16, 17, 1000, 123_456, 60_000_000, 3_600_000_000] {
            let middle = middle(bucket(us));
            assert_eq!(bucket(middle), bucket(us), "{us}");
            assert!(middle.abs_diff(us) * 16 <= us, "{us} is told as {middle}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
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
}
