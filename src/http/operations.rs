//! For machines that watch the server: is it alive, is it ready, what does it count.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentType},
    web,
};
use serde::Serialize;

use super::Api;
use crate::{clock, metrics::Exposition, stats::between};

/// Says that the process is alive, and nothing else.
#[utoipa::path(tag = "operations", responses((status = 200, description = "alive", body = String)))]
#[get("/healthz")]
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body("ok\n")
}

/// Whether the server takes new calls.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Readiness {
    /// Whether every check is fine.
    ready: bool,
    /// The checks.
    checks: Vec<Check>,
}

/// One thing that must be fine.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Check {
    /// What is checked.
    #[schema(example = "store")]
    name: &'static str,
    /// Whether it is fine.
    ok: bool,
    /// What is wrong, or worth a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Says whether the server takes new calls: its store can be written, and it is not stopping.
#[utoipa::path(
    tag = "operations",
    responses(
        (status = 200, description = "ready", body = Readiness),
        (status = 503, description = "not ready; the same form, with what is wrong", body = Readiness),
    ),
)]
#[get("/readyz")]
pub(super) async fn readyz(api: web::Data<Api>) -> HttpResponse {
    let stored = store_trouble(&api);
    let draining = api.core.draining().then(|| "the server is stopping: no new calls".to_owned());
    let check = |name, detail: Option<String>| Check { name, ok: detail.is_none(), detail };
    let mut checks = vec![check("store", stored), check("not_draining", draining)];
    let panics = api.core.metrics().panics();
    if panics > 0 {
        // What panicked was ended and cleared away: calls go on, and a restart would end them.
        let detail = Some(format!("{panics} since the start, each with its place in the log"));
        checks.push(Check { name: "panics", ok: true, detail });
    }
    let ready = checks.iter().all(|check| check.ok);
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(Readiness { ready, checks })
}

/// Why the store takes no new calls.
pub(super) fn store_trouble(api: &Api) -> Option<String> {
    let behind = || api.core.is_behind().then(|| "what was refused of calls is not stored yet".to_owned());
    api.store.writable().err().map(|error| with_causes(&error)).or_else(behind)
}

/// What an error says, and what it came from.
fn with_causes(error: &dyn std::error::Error) -> String {
    std::iter::successors(error.source(), |cause| cause.source())
        .fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// Answers a scrape of Prometheus: in OpenMetrics where `Accept` asks for that, otherwise in the text format 0.0.4.
#[utoipa::path(
    tag = "operations",
    responses((status = 200, description = "what is counted", content(
        (String = "text/plain; version=0.0.4; charset=utf-8"),
        (String = "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ))),
)]
#[get("/metrics")]
pub(super) async fn scrape(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    let accept = req.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let form = Exposition::accepted(accept.unwrap_or_default());
    let metrics = api.core.metrics();
    // Where the store does not answer, the last known numbers stay; the store has metrics of its own.
    if let Some((waiting, oldest)) = api.core.backlog().await {
        let age = oldest.map(|oldest| between(oldest, clock::wall())).unwrap_or_default();
        metrics.webhook_backlog(waiting, age);
    }
    HttpResponse::Ok()
        .content_type(form.content_type())
        .insert_header((header::VARY, "accept"))
        .body(metrics.scrape(api.core.counts(), form))
}
