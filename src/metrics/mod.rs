//! What the server counts and measures, for `GET /metrics` and, through [`Stats`], for `GET /stats`.
//!
//! Labels come from enums and literals, never from what a client sent: no user, device, call or address is one. A name here
//! is also a row of `docs/metrics.md`, which a test compares.

mod classic;
mod labels;
pub(crate) mod process;

use std::{
    borrow::Cow,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, text},
    metrics::{
        MetricType,
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::{Metric, Registry},
};

pub use self::labels::{ConnectionResult, ConnectionState, Delivery, Heard, Limit, Said};
use crate::{
    clock,
    protocol::{
        invariants::INVARIANTS,
        record::{CallRecord, CallState, VetoOutcome},
        worker::{EndReason, Phase},
    },
    stats::{Latency, Stats, between},
};

/// The form of a scrape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposition {
    /// The text format of Prometheus.
    Classic,
    /// OpenMetrics.
    OpenMetrics,
}

impl Exposition {
    /// The form for a client that accepts this: OpenMetrics only where it is asked for.
    #[must_use]
    pub fn accepted(accept: &str) -> Self {
        let asked = accept.split(',').any(|kind| kind.trim_start().starts_with("application/openmetrics-text"));
        if asked { Self::OpenMetrics } else { Self::Classic }
    }

    /// Its content type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// A counter whose name without `_total` belongs to a gauge already. OpenMetrics lets no two families share that name, so there
/// this one says of itself only that it is a number; rates over it work all the same.
#[derive(Debug, Clone, Default)]
struct Total(Family<Labels<1>, Gauge>);

impl Total {
    fn inc(&self, key: &'static str, value: &'static str) {
        self.0.get_or_create(&[(key, value)]).inc();
    }
}

impl EncodeMetric for Total {
    fn encode(&self, encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.encode(encoder)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Unknown
    }
}

type Labels<const N: usize> = [(&'static str, &'static str); N];
type HttpLabels = [(&'static str, Cow<'static, str>); 3];
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

/// 1 ms to 33 s.
fn latency_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

/// 1 s to 9 h.
fn duration_buckets() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 16))
}

/// 50 µs to 1.6 s.
fn commit_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.000_05, 2.0, 16))
}

/// 1 to 4096.
fn batch_buckets() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 13))
}

struct Inner {
    registry: Registry,
    stats: Stats,
    connections: Family<Labels<1>, Gauge>,
    connection_results: Total,
    calls: Family<Labels<1>, Gauge>,
    calls_ended: Total,
    call_setup: Histogram,
    ring: Histogram,
    talk: Histogram,
    veto: Histograms<Labels<1>>,
    deliveries: Family<Labels<1>, Counter>,
    webhook_queue: Gauge,
    webhook_oldest: Gauge<f64, AtomicU64>,
    /// Frames are counted so often that looking their counters up is too slow.
    heard: Vec<(Heard, Counter)>,
    said: Vec<(Said, Counter)>,
    slow_readers: Counter,
    limit_hits: Family<Labels<1>, Counter>,
    http: Histograms<HttpLabels>,
    store_commit: Histogram,
    store_batch: Histogram,
    violations: Family<Labels<1>, Counter>,
    event_streams: Gauge,
    bus_lag: Counter,
    actors: Family<Labels<1>, Gauge>,
    panics: Counter,
    workers: Family<Labels<1>, Gauge>,
    worker_ends: Family<Labels<1>, Counter>,
    worker_start: Histogram,
    users_online: Gauge,
    sessions: Gauge,
    draining: Gauge,
}

const NUMBERS: [&str; 15] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15"];

fn violation_label(invariant: u8) -> Option<Labels<1>> {
    let number = NUMBERS.get(usize::from(invariant).checked_sub(1)?)?;
    Some([("invariant", number)])
}

/// Each with its zero, so that an alert need not tell "never" from "not yet".
fn violations() -> Family<Labels<1>, Counter> {
    let family = Family::default();
    for (invariant, _) in INVARIANTS {
        if let Some(labels) = violation_label(invariant) {
            drop(family.get_or_create(&labels));
        }
    }
    family
}

/// The counters and histograms of one server. Cloning shares them.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// What is counted only when somebody looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scrape {
    /// Calls in state requested, ringing and talking.
    pub calls: [usize; 3],
    /// Users with a session.
    pub users_online: usize,
    /// Sessions, those in grace included.
    pub sessions: usize,
    /// No new calls are taken.
    pub draining: bool,
}

fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

fn count<F: Copy + PartialEq>(counters: &[(F, Counter)], frame: F) {
    if let Some((_, counter)) = counters.iter().find(|(other, _)| *other == frame) {
        counter.inc();
    }
}

impl Metrics {
    /// Zeroes, of a server that starts now.
    #[must_use]
    pub fn new() -> Self {
        let since = clock::wall();
        let mut top = Registry::default();
        top.register_collector(Box::new(process::Process::new(since)));
        let r = top.sub_registry_with_prefix("hookswitch");
        let build =
            [("version", env!("CARGO_PKG_VERSION")), ("commit", option_env!("HOOKSWITCH_COMMIT").unwrap_or(""))];
        r.register("build", "Which build this is", Info::new(build));
        let messages = add(r, "ws_messages", "WebSocket frames by direction and type", Family::default());
        let frames = |dir, kind| Counter::clone(&messages.get_or_create(&[("dir", dir), ("type", kind)]));
        Self(Arc::new(Inner {
            stats: Stats::new(since),
            connections: add(r, "connections", "WebSocket connections by state", Family::default()),
            connection_results: add(r, "connections_total", "What became of WebSocket connections", Total::default()),
            calls: add(r, "calls", "Calls that have not ended, by state", Family::default()),
            calls_ended: add(r, "calls_total", "Calls ended, by reason", Total::default()),
            call_setup: add(r, "call_setup_duration_seconds", "From request to start", latency_buckets()),
            ring: add(r, "ring_duration_seconds", "How long calls rang, whatever came of them", latency_buckets()),
            talk: add(r, "call_duration_seconds", "From start to end", duration_buckets()),
            veto: add(
                r,
                "veto_duration_seconds",
                "How long veto hooks took, by outcome",
                Family::new_with_constructor(latency_buckets),
            ),
            deliveries: add(r, "webhook_deliveries", "Tries to deliver an event, by result", Family::default()),
            webhook_queue: add(r, "webhook_queue", "Events that wait for their delivery", Gauge::default()),
            webhook_oldest: add(r, "webhook_oldest_seconds", "Age of the oldest waiting event", Gauge::default()),
            heard: Heard::ALL.iter().map(|frame| (*frame, frames("in", frame.label()))).collect(),
            said: Said::ALL.iter().map(|frame| (*frame, frames("out", frame.label()))).collect(),
            slow_readers: add(r, "ws_slow_readers", "Connections cut because they did not read", Counter::default()),
            limit_hits: add(r, "limit_hits", "How often a limit was met", Family::default()),
            http: add(
                r,
                "http_request_duration_seconds",
                "HTTP requests by route pattern, method and status",
                Family::new_with_constructor(latency_buckets),
            ),
            store_commit: add(r, "store_commit_duration_seconds", "How long a group commit took", commit_buckets()),
            store_batch: add(r, "store_batch_size", "Jobs per group commit", batch_buckets()),
            violations: add(r, "invariant_violations", "Broken invariants that were seen", violations()),
            event_streams: add(r, "event_streams", "Open streams of server-sent events", Gauge::default()),
            bus_lag: add(r, "bus_lag", "Events that an event stream was too slow for", Counter::default()),
            actors: add(r, "actors", "Live actors by kind", Family::default()),
            panics: add(r, "panics", "Threads and actors that panicked", Counter::default()),
            workers: add(r, "workers", "Media workers by phase", Family::default()),
            worker_ends: add(r, "worker_ends", "Media workers ended, by reason", Family::default()),
            worker_start: add(r, "worker_start_seconds", "From a worker's call to its room", latency_buckets()),
            users_online: add(r, "users_online", "Users with a session", Gauge::default()),
            sessions: add(r, "sessions", "Sessions, those in grace included", Gauge::default()),
            draining: add(r, "draining", "1 while no new calls are taken", Gauge::default()),
            registry: top,
        }))
    }

    /// The windows behind `GET /stats`, fed by the same calls.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.0.stats
    }

    /// A call has entered its state; to be told once per state, with the record after the step.
    pub fn call_step(&self, call: &CallRecord) {
        self.0.stats.call_step(call);
        match call.state {
            CallState::Requested | CallState::Ringing => {}
            CallState::Talking => {
                if let Some(started) = call.started_at {
                    self.0.call_setup.observe(between(call.requested_at, started).as_secs_f64());
                }
            }
            CallState::Ended => {
                if let Some(reason) = call.reason {
                    self.0.calls_ended.inc("reason", reason.as_str());
                }
                if let (Some(ringing), Some(until)) = (call.ringing_at, call.started_at.or(call.ended_at)) {
                    self.0.ring.observe(between(ringing, until).as_secs_f64());
                }
                if let (Some(started), Some(ended)) = (call.started_at, call.ended_at) {
                    self.0.talk.observe(between(started, ended).as_secs_f64());
                }
            }
        }
    }

    /// A veto hook has answered, or has not.
    pub fn veto(&self, outcome: VetoOutcome, took: Duration) {
        self.0.stats.latency(clock::wall(), Latency::Veto, took);
        let outcome = match outcome {
            VetoOutcome::Allow => "allow",
            VetoOutcome::Refuse => "refuse",
            VetoOutcome::Timeout => "timeout",
            VetoOutcome::Error => "error",
            VetoOutcome::Overflow => {
                self.limit_hit(Limit::WebhooksInFlight);
                "overflow"
            }
        };
        self.0.veto.get_or_create(&[("outcome", outcome)]).observe(took.as_secs_f64());
    }

    /// One try to deliver an event has ended.
    pub fn delivery(&self, result: Delivery) {
        self.0.deliveries.get_or_create(&[("result", result.label())]).inc();
    }

    /// How many events wait for their delivery, and for how long the oldest has.
    pub fn webhook_backlog(&self, waiting: usize, oldest: Duration) {
        self.0.webhook_queue.set(whole(waiting));
        self.0.webhook_oldest.set(oldest.as_secs_f64());
    }

    /// A connection has come into (+1) or left (−1) a state.
    pub fn connections(&self, state: ConnectionState, change: i64) {
        self.0.connections.get_or_create(&[("state", state.label())]).inc_by(change);
    }

    /// How many connections there are, in any state.
    #[must_use]
    pub fn connections_open(&self) -> i64 {
        [ConnectionState::Unauthenticated, ConnectionState::Ready].map(|state| self.connections_in(state)).iter().sum()
    }

    /// How many connections are in this state.
    #[must_use]
    pub fn connections_in(&self, state: ConnectionState) -> i64 {
        self.0.connections.get_or_create(&[("state", state.label())]).get()
    }

    /// It is known what became of a connection.
    pub fn connection_result(&self, result: ConnectionResult) {
        self.0.connection_results.inc("result", result.label());
    }

    /// A frame has come.
    pub fn heard(&self, frame: Heard) {
        count(&self.0.heard, frame);
    }

    /// A frame has gone.
    pub fn said(&self, frame: Said) {
        count(&self.0.said, frame);
    }

    /// A connection was cut because it did not read.
    pub fn slow_reader(&self) {
        self.0.slow_readers.inc();
    }

    /// Somebody ran into a limit.
    pub fn limit_hit(&self, limit: Limit) {
        self.0.limit_hits.get_or_create(&[("limit", limit.label())]).inc();
    }

    /// How often somebody ran into that limit.
    #[must_use]
    pub fn limit_hits(&self, limit: Limit) -> u64 {
        self.0.limit_hits.get_or_create(&[("limit", limit.label())]).get()
    }

    /// How many connections were cut because they did not read.
    #[must_use]
    pub fn slow_readers(&self) -> u64 {
        self.0.slow_readers.get()
    }

    /// How many streams of server-sent events are open.
    #[must_use]
    pub fn event_streams_open(&self) -> i64 {
        self.0.event_streams.get()
    }

    /// An HTTP request was answered. `route` is the pattern, never the path.
    pub fn http_request(&self, route: String, method: &str, status: u16, took: Duration) {
        // Anything a client may invent would be a label of its own.
        let method = match method {
            "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH" => Cow::Owned(method.to_owned()),
            _ => Cow::Borrowed("other"),
        };
        let labels = [("route", Cow::Owned(route)), ("method", method), ("status", Cow::Owned(status.to_string()))];
        self.0.http.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// The store has committed `batch` jobs at once.
    pub fn store_commit(&self, took: Duration, batch: usize) {
        self.0.stats.commit(clock::wall(), took, batch);
        self.0.store_commit.observe(took.as_secs_f64());
        self.0.store_batch.observe(f64::from(u32::try_from(batch).unwrap_or(u32::MAX)));
    }

    /// An invariant was seen to be broken.
    pub fn violation(&self, invariant: u8) {
        if let Some(labels) = violation_label(invariant) {
            self.0.violations.get_or_create(&labels).inc();
        }
    }

    /// A stream of server-sent events was opened (+1) or closed (−1).
    pub fn event_streams(&self, change: i64) {
        self.0.event_streams.inc_by(change);
    }

    /// An event stream was too slow for so many events.
    pub fn bus_lag(&self, missed: u64) {
        self.0.bus_lag.inc_by(missed);
    }

    /// An actor has started (+1) or stopped (−1).
    pub fn actors(&self, kind: &'static str, change: i64) {
        self.0.actors.get_or_create(&[("kind", kind)]).inc_by(change);
    }

    /// A media worker has come from one phase into another.
    pub fn worker_phase(&self, from: Option<Phase>, to: Option<Phase>) {
        for (phase, change) in [(from, -1), (to, 1)] {
            if let Some(phase) = phase {
                self.0.workers.get_or_create(&[("phase", phase.as_str())]).inc_by(change);
            }
        }
    }

    /// How many media workers are in this phase.
    #[must_use]
    pub fn workers_in(&self, phase: Phase) -> i64 {
        self.0.workers.get_or_create(&[("phase", phase.as_str())]).get()
    }

    /// A media worker has ended.
    pub fn worker_ended(&self, reason: EndReason) {
        self.0.worker_ends.get_or_create(&[("reason", reason.as_str())]).inc();
    }

    /// A media worker is in the room of its call.
    pub fn worker_joined(&self, took: Duration) {
        self.0.worker_start.observe(took.as_secs_f64());
    }

    /// A thread or an actor has panicked.
    pub fn panicked(&self) {
        self.0.panics.inc();
    }

    /// How many have.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.0.panics.get()
    }

    /// The text of a scrape, in that form.
    #[must_use]
    pub fn scrape(&self, seen: Scrape, form: Exposition) -> String {
        for (state, count) in ["requested", "ringing", "talking"].into_iter().zip(seen.calls) {
            self.0.calls.get_or_create(&[("state", state)]).set(whole(count));
        }
        self.0.users_online.set(whole(seen.users_online));
        self.0.sessions.set(whole(seen.sessions));
        self.0.draining.set(i64::from(seen.draining));
        let mut out = String::with_capacity(16 * 1024);
        // Writing to a `String` does not fail.
        text::encode(&mut out, &self.0.registry).unwrap_or_default();
        match form {
            Exposition::Classic => classic::of_openmetrics(&out),
            Exposition::OpenMetrics => out,
        }
    }
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
