//! Live counts, rates and latencies, and the last day minute by minute.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;

use super::{
    Api,
    extract::{List, Query, page},
    problem::HttpError,
};
use crate::{
    clock,
    metrics::Scrape,
    protocol::record::Timestamp,
    stats::{MINUTES, Minute, Window},
};

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
    let Scrape { calls: [requested, ringing, talking], users_online, sessions, draining } = api.core.counts();
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

/// Lists the last minutes, the oldest first, up to the running one. Those with nothing in them are there too. They outlive a restart.
#[utoipa::path(
    tag = "server",
    params(("minutes" = Option<u32>, Query, description = "1 to 1440; 1440 where it is absent", minimum = 1, maximum = 1440)),
    responses((status = 200, description = "the minutes", body = List<Minute>)),
    security(("api_key" = ["read"])),
)]
#[get("/stats/history")]
pub(super) async fn history(
    req: HttpRequest,
    api: web::Data<Api>,
    mut query: Query,
) -> Result<HttpResponse, HttpError> {
    let parse = |text: &str| text.parse().ok().filter(|minutes| (1..=MINUTES).contains(minutes));
    let minutes = query.take("minutes", "a number from 1 to 1440", parse)?.unwrap_or(MINUTES);
    query.end()?;
    // What goes on now belongs to the running minute, whenever the last look was.
    api.core.sample(false).await;
    Ok(page(&req, api.core.metrics().stats().minutes(clock::wall(), minutes), None))
}
