//! Live counts, rates and latencies.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use super::{Api, operations::counts};
use crate::{clock, metrics::Scrape, protocol::record::Timestamp, stats::Window};

/// What the server does now, and what it did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Statistics {
    /// When this was counted.
    #[schema(value_type = String, format = DateTime)]
    now: Timestamp,
    /// How long the server has been up. Unit: seconds.
    uptime_secs: u64,
    /// Whether it is stopping: no new calls.
    draining: bool,
    /// Users with a session.
    users_online: usize,
    /// Sessions, those in grace included.
    sessions: usize,
    /// Calls that wait for the hooks' verdict.
    requested: usize,
    /// Calls that ring.
    ringing: usize,
    /// Calls that are on.
    talking: usize,
    /// The last minute.
    last_minute: Window,
    /// The last hour.
    last_hour: Window,
}

/// Counts what goes on, and what went on in the last minute and hour.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "counts, rates, latencies", body = Statistics)),
    security(("api_key" = ["read"])),
)]
#[get("/stats")]
pub(super) async fn stats(api: web::Data<Api>) -> HttpResponse {
    let now = clock::wall();
    let [last_minute, last_hour] = api.core.metrics().stats().windows(now);
    let Scrape { calls: [requested, ringing, talking], users_online, sessions, draining } = counts(&api);
    HttpResponse::Ok().json(Statistics {
        now,
        uptime_secs: now.ms_since(api.started_at) / 1000,
        draining,
        users_online,
        sessions,
        requested,
        ringing,
        talking,
        last_minute,
        last_hour,
    })
}
