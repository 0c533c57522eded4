//! The machines of the service: this server is one node.

use actix_web::{HttpRequest, HttpResponse, get, web};
use serde::Serialize;

use super::{
    Api,
    extract::{List, page},
};
use crate::{clock, protocol::record::Timestamp};

/// A server.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Node {
    /// Its machine's name.
    name: String,
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// When it was started.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// How long it has been up. Unit: seconds.
    uptime_secs: u64,
    /// WebSocket connections.
    sockets: i64,
    /// Sessions, those in grace included.
    sessions: usize,
    /// Calls that have not ended.
    calls: usize,
    /// Whether it is stopping: no new calls.
    draining: bool,
}

/// The name of the machine.
pub(super) fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).unwrap_or_else(|| "hookswitch".to_owned())
}

/// Lists the servers: this one.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "the servers", body = List<Node>)),
    security(("api_key" = ["read"])),
)]
#[get("/nodes")]
pub(super) async fn nodes(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    let node = Node {
        name: api.node.clone(),
        version: env!("CARGO_PKG_VERSION"),
        started_at: api.started_at,
        uptime_secs: clock::wall().ms_since(api.started_at) / 1000,
        sockets: api.core.metrics().connections_open(),
        sessions: api.core.session_count(),
        calls: api.core.live_calls().len(),
        draining: api.core.draining(),
    };
    page(&req, vec![node], None)
}
