//! The media workers: processes that each hold a call with a WeChat user.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use super::Api;
use crate::{
    actors::cloudvoip_worker::{PoolView, Queues, WorkerId, WorkerView},
    clock,
    protocol::{
        ids::CallId,
        record::Timestamp,
        worker::{Drops, Phase, outcome::status_name},
    },
};

/// A media worker.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Worker {
    /// Its number: counts up from 1 since the server started.
    #[schema(value_type = u64)]
    id: WorkerId,
    /// Its call; `null` while it waits for one.
    #[schema(value_type = Option<String>, format = Uuid)]
    call_id: Option<CallId>,
    /// The account of the call: a name of the configuration's.
    account: Option<String>,
    /// Where in its life it is.
    #[schema(value_type = String, example = "talking")]
    phase: Phase,
    /// Its process.
    pid: Option<u32>,
    /// When its process was started.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// For how long the process has been running. Unit: milliseconds.
    age_ms: u64,
    /// What the SDK said last.
    last_status: Option<Status>,
    /// Frames that wait.
    queues: Queues,
    /// Frames that were dropped, in the server and in the worker, both ways.
    drops: Drops,
}

/// A status of the SDK.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Status {
    /// The SDK's own number.
    n: i32,
    /// Its name; `unknown` for numbers beyond 9.
    #[schema(example = "talking")]
    name: &'static str,
}

/// The media workers and their pool.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Workers {
    /// Every process there is, in the order of their numbers.
    items: Vec<Worker>,
    /// Always `null`: all are on this page.
    next_cursor: Option<String>,
    /// The pool as a whole.
    pool: PoolView,
}

impl Worker {
    fn of(view: WorkerView) -> Self {
        let age = view.age();
        let WorkerView { id, call, account, phase, pid, since: _, last_status, queues, drops } = view;
        let age_us = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
        Self {
            id,
            call_id: call,
            account,
            phase,
            pid,
            started_at: Timestamp(clock::wall().0.saturating_sub(age_us)),
            age_ms: u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
            last_status: last_status.map(|n| Status { n, name: status_name(n).unwrap_or("unknown") }),
            queues,
            drops,
        }
    }
}

/// Lists the media workers, one process for each call with a WeChat user, and those that wait for one.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "the media workers", body = Workers)),
    security(("api_key" = ["read"])),
)]
#[get("/workers")]
pub(super) async fn workers(api: web::Data<Api>) -> HttpResponse {
    let all = api.core.workers();
    let mut items: Vec<_> = all.list().into_iter().map(Worker::of).collect();
    items.sort_by_key(|worker| worker.id);
    HttpResponse::Ok().json(Workers { items, next_cursor: None, pool: all.pool() })
}
