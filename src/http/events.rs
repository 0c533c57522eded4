//! Server-sent events: every step of every call and every presence change, as it happens.
//!
//! Each event's id holds the server's start beside the event's number, so that an id from before a restart is known as one. A
//! client that reads too slowly is dropped; it comes back with the last id it saw and goes on there, or is told of the gap.

use std::{collections::VecDeque, convert::Infallible, pin::pin, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, ContentEncoding},
    web::{self, Bytes},
};
use futures_util::{
    future::{Either, select},
    stream,
};
use serde_json::json;
use tokio::sync::{broadcast, watch};

use super::{Api, extract::Query, problem::HttpError};
use crate::{
    actors::{BusEvent, BusKind},
    metrics::Metrics,
    protocol::{event::event_body, record::Timestamp},
};

/// How often a silent stream sends a comment, so that neither side nor a proxy takes it for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back. Unit: milliseconds.
const RETRY_MS: u32 = 2000;
/// The number that no event ever reaches: asks for everything that is kept, behind a gap.
const FROM_ANOTHER_LIFE: u64 = u64::MAX;

/// Streams what happens: `call.requested`, `call.ringing`, `call.started`, `call.finished` in the form of the webhooks,
/// `user.online`, `user.offline`; and `gap` where events were lost to this client.
#[utoipa::path(
    tag = "events",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "goes on after this event"),
        ("last_event_id" = Option<String>, Query, description = "the same, for clients that cannot set headers"),
    ),
    responses((status = 200, description = "server-sent events, without end", body = String,
        content_type = "text/event-stream")),
    security(("api_key" = ["read"])),
)]
#[get("/events")]
pub(super) async fn watch_all(
    req: HttpRequest,
    api: web::Data<Api>,
    mut query: Query,
) -> Result<HttpResponse, HttpError> {
    let asked = query.take("last_event_id", "an event's id", |text| Some(text.to_owned()))?;
    query.end()?;
    let header = req.headers().get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    let life = life(api.started_at);
    let after = header.or(asked.as_deref()).map(|id| number(&life, id).unwrap_or(FROM_ANOTHER_LIFE));
    let body = stream::unfold(Watcher::new(&api, life, after), Watcher::next);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A compressor would keep events back until its window is full; so would nginx.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

/// What tells this life of the server from others.
fn life(started_at: Timestamp) -> String {
    format!("{:x}", started_at.0)
}

/// The number within an id of this life.
fn number(life: &str, id: &str) -> Option<u64> {
    id.strip_prefix(life)?.strip_prefix('-')?.parse().ok()
}

/// One open stream.
struct Watcher {
    life: String,
    waiting: VecDeque<Bytes>,
    live: broadcast::Receiver<Arc<BusEvent>>,
    closing: watch::Receiver<bool>,
    open: Open,
}

/// Counts the open streams.
struct Open(Metrics);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.event_streams(-1);
    }
}

impl Watcher {
    fn new(api: &Api, life: String, after: Option<u64>) -> Self {
        let seen = api.core.bus().subscribe(after);
        let metrics = api.core.metrics().clone();
        metrics.event_streams(1);
        let mut waiting = VecDeque::from([format!("retry: {RETRY_MS}\n\n").into()]);
        if seen.gap {
            waiting.push_back("event: gap\ndata: {\"type\":\"gap\"}\n\n".into());
        }
        waiting.extend(seen.backlog.iter().map(|event| frame(&life, event)));
        Self { life, waiting, live: seen.live, closing: api.closing.subscribe(), open: Open(metrics) }
    }

    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let Some(bytes) = self.waiting.pop_front() {
            return Some((Ok(bytes), self));
        }
        let bytes = {
            let event = tokio::time::timeout(HEARTBEAT, self.live.recv());
            let closed = self.closing.wait_for(|closing| *closing);
            match select(pin!(event), pin!(closed)).await {
                Either::Right(_closing) => return None,
                Either::Left((Err(_silence), _)) => Bytes::from_static(b": still here\n\n"),
                Either::Left((Ok(Ok(event)), _)) => frame(&self.life, &event),
                Either::Left((Ok(Err(broadcast::error::RecvError::Closed)), _)) => return None,
                Either::Left((Ok(Err(broadcast::error::RecvError::Lagged(missed))), _)) => {
                    self.open.0.bus_lag(missed);
                    return None;
                }
            }
        };
        Some((Ok(bytes), self))
    }
}

fn frame(life: &str, event: &BusEvent) -> Bytes {
    let (kind, data) = match &event.kind {
        BusKind::Call(call) => (call.kind.type_name(), event_body(call).unwrap_or_default()),
        BusKind::Presence { user, device, door, online } => {
            let kind = if *online { "user.online" } else { "user.offline" };
            let data = json!({"user": user, "device": device, "door": door});
            (kind, json!({"type": kind, "timestamp": event.at, "data": data}).to_string())
        }
    };
    format!("id: {life}-{}\nevent: {kind}\ndata: {data}\n\n", event.id).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        actors::Bus,
        metrics::{Exposition, Scrape},
        protocol::{
            codes::Door,
            ids::{DeviceId, UserId},
        },
    };

    fn alice_online() -> BusKind {
        let device = DeviceId::new("web").unwrap();
        BusKind::Presence { user: UserId::new("alice").unwrap(), device, door: Door::Native, online: true }
    }

    #[tokio::test]
    async fn a_slow_reader_is_dropped_and_counted() {
        let (bus, metrics, closing) = (Bus::default(), Metrics::new(), watch::Sender::new(false));
        let live = bus.subscribe(None).live;
        let open = Open(metrics.clone());
        let watcher =
            Watcher { life: String::new(), waiting: VecDeque::new(), live, closing: closing.subscribe(), open };
        for _ in 0..2_000 {
            bus.publish(Timestamp(0), alice_online());
        }
        assert!(watcher.next().await.is_none());
        let lag = metrics
            .scrape(Scrape::default(), Exposition::Classic)
            .lines()
            .find_map(|line| line.strip_prefix("hookswitch_bus_lag_total ")?.parse::<u64>().ok());
        assert!(lag.unwrap() > 0, "{lag:?}");
    }

    #[test]
    fn an_id_of_another_life_is_no_number_of_this() {
        let life = life(Timestamp(1_763_694_600_000_000));
        assert_eq!(number(&life, &format!("{life}-17")), Some(17));
        for other in ["17", "6443e2a1b2c00-17", &format!("{life}17"), &format!("{life}-x"), ""] {
            assert_eq!(number(&life, other), None, "{other}");
        }
    }

    #[test]
    fn a_presence_event_has_id_name_and_data() {
        let event = BusEvent { id: 3, at: Timestamp(0), kind: alice_online() };
        let text = String::from_utf8(frame("ab", &event).to_vec()).unwrap();
        let [id, name, data] = text.trim_end().lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
        assert_eq!((id, name), ("id: ab-3", "event: user.online"));
        let data: serde_json::Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["data"], json!({"user": "alice", "device": "web", "door": "native"}));
        assert!(text.ends_with("\n\n"));
    }
}
