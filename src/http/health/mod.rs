//! How the server fares, for people: what is checked and what to do about it, limits and how full they are, the store, the hooks, the
//! process. What a machine needs is in `/readyz` and `/metrics`.

mod checks;
mod limits;

use std::time::Duration;

use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use self::{checks::Check, limits::Fill};
use super::{Api, operations};
use crate::{
    clock,
    metrics::process,
    protocol::record::Timestamp,
    stats::{Percentiles, between},
    store::DiskFigures,
};

/// How long the store's readers have to say how it fares. Whoever looks at a server in trouble must not wait for its disk.
const PATIENCE: Duration = Duration::from_secs(2);

/// How the server fares.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Health {
    /// Whether every check is fine.
    ok: bool,
    /// The server's version.
    version: &'static str,
    /// How long the server has been up. Unit: seconds.
    uptime_secs: u64,
    /// Whether it is stopping: no new calls.
    draining: bool,
    /// What is checked.
    checks: Vec<Check>,
    /// Limits, how full they are, and how often they were met.
    limits: Vec<Fill>,
    /// The store.
    store: StoreHealth,
    /// The events that wait for their delivery to a hook.
    outbox: Outbox,
    /// Connections cut since the start because they did not read.
    slow_readers: u64,
    /// Threads and actors that panicked since the start.
    panics: u64,
    /// Open streams of server-sent events.
    event_streams: i64,
    /// What the operating system says of the process.
    process: Process,
    /// What the last look at the invariants has found.
    invariants: InvariantsHealth,
    /// The removal of what is old.
    retention: Retention,
}

/// The store.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct StoreHealth {
    /// Whether it takes writes.
    ok: bool,
    /// How long the commits of the last minute took.
    commit_ms: Percentiles,
    /// How many writes shared a commit, in the middle; `null` where there was none.
    batch_p50: Option<u64>,
    /// Writes that wait.
    waiting: usize,
    /// The database with its write-ahead log; `null` where the store's readers do not answer. Unit: bytes.
    size_bytes: Option<u64>,
}

/// The events that wait for their delivery to a hook.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Outbox {
    /// How many.
    waiting: u64,
    /// How long the oldest has waited; `null` where none does. Unit: seconds.
    oldest_secs: Option<f64>,
}

/// What the operating system says of the process; `null` where it does not.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Process {
    /// Memory in use. Unit: bytes.
    resident_bytes: Option<f64>,
    /// Open file descriptors.
    open_files: Option<f64>,
    /// Most of them that may be open.
    open_files_limit: Option<f64>,
    /// Threads.
    threads: Option<f64>,
}

/// What the last look at the invariants has found. `GET /debug/invariants` looks anew.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct InvariantsHealth {
    /// Whether everything held.
    ok: bool,
    /// When the server was looked at; `null` before the first look.
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_at: Option<Timestamp>,
    /// How much did not hold.
    violations: usize,
}

/// The removal of what is old.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Retention {
    /// How long ended calls, settled events and the audit are kept; 0 for ever. Unit: days.
    days: f64,
    /// Whether more waits to be removed at once.
    running: bool,
    /// Rows removed since the start.
    removed: u64,
}

/// What is looked up once for all that need it.
struct Seen {
    now: Timestamp,
    disk: Option<DiskFigures>,
    /// How many events wait for each hook, and since when the oldest.
    backlogs: Option<Vec<(String, i64, Timestamp)>>,
    process: process::Figures,
    store_trouble: Option<String>,
}

impl Seen {
    async fn look(api: &Api) -> Self {
        let asked = async { tokio::join!(api.store.on_disk(), api.core.hooks().backlogs()) };
        let (disk, backlogs) = match tokio::time::timeout(PATIENCE, asked).await {
            Ok((disk, backlogs)) => (disk.ok(), backlogs.ok()),
            Err(_elapsed) => (None, None),
        };
        Self {
            now: clock::wall(),
            disk,
            backlogs,
            process: process::figures(),
            store_trouble: operations::store_trouble(api),
        }
    }

    fn outbox(&self) -> Outbox {
        let backlogs = self.backlogs.iter().flatten();
        let oldest = backlogs.clone().map(|(.., oldest)| *oldest).min();
        Outbox {
            waiting: u64::try_from(backlogs.map(|(_, waiting, _)| waiting).sum::<i64>()).unwrap_or(0),
            oldest_secs: oldest.map(|oldest| between(oldest, self.now).as_secs_f64()),
        }
    }
}

/// Tells how the server fares: what is checked, and what to do about it in plain words.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "how it fares, whether well or not", body = Health)),
    security(("api_key" = ["read"])),
)]
#[get("/health")]
pub(super) async fn health(api: web::Data<Api>) -> HttpResponse {
    let seen = Seen::look(&api).await;
    let (core, metrics, config) = (&api.core, api.core.metrics(), api.core.config());
    let commits = metrics.stats().commits(seen.now);
    let found = core.last_findings();
    let violations = found.as_ref().map_or(0, |found| found.violations.len());
    let (removed, running) = api.store.swept();
    let checks = checks::all(&api, &seen);
    let process::Figures { resident_bytes, open_files, open_files_limit, threads, .. } = seen.process;
    HttpResponse::Ok().json(Health {
        ok: checks.iter().all(|check| check.ok),
        version: env!("CARGO_PKG_VERSION"),
        uptime_secs: seen.now.ms_since(api.started_at) / 1000,
        draining: core.draining(),
        checks,
        limits: limits::all(core, &config),
        store: StoreHealth {
            ok: seen.store_trouble.is_none(),
            commit_ms: commits.took,
            batch_p50: commits.batch_p50,
            waiting: api.store.waiting(),
            size_bytes: seen.disk.map(|disk| disk.size),
        },
        outbox: seen.outbox(),
        slow_readers: metrics.slow_readers(),
        panics: metrics.panics(),
        event_streams: metrics.event_streams_open(),
        process: Process { resident_bytes, open_files, open_files_limit, threads },
        invariants: InvariantsHealth { ok: violations == 0, checked_at: found.map(|found| found.at), violations },
        retention: Retention { days: config.store.retention_days.as_secs_f64() / 86_400.0, running, removed },
    })
}
