//! Server-sent events: every step of every call, every presence change and every media worker that fails, as it happens.
//!
//! Each event's id holds the server's start beside the event's number, so that an id from before a restart is known as one.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Bytes},
};
use serde_json::json;
use tokio::sync::broadcast;

use super::{
    Api,
    extract::Query,
    problem::HttpError,
    sse::{self, Over, Source},
};
use crate::{
    actors::{BusEvent, BusKind, cloudvoip_worker::WORKER_FAILED},
    protocol::{event::event_body, record::Timestamp},
};

/// The number that no event ever reaches: asks for everything that is kept, behind a gap.
const FROM_ANOTHER_LIFE: u64 = u64::MAX;

/// Streams what happens: `call.requested`, `call.ringing`, `call.started`, `call.finished` in the form of the webhooks,
/// `user.online`, `user.offline`, `worker.failed`; and `gap` where events were lost to this client.
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
    let life = life(api.started_at);
    let after = sse::last_seen(&req).or(asked.as_deref()).map(|id| number(&life, id).unwrap_or(FROM_ANOTHER_LIFE));
    let seen = api.core.bus().subscribe(after);
    let backlog: Vec<_> = seen.backlog.iter().map(|event| frame(&life, event)).collect();
    Ok(sse::answer(&api, seen.gap, backlog, Watcher { life, live: seen.live }))
}

/// What tells this life of the server from others.
fn life(started_at: Timestamp) -> String {
    format!("{:x}", started_at.0)
}

/// The number within an id of this life.
fn number(life: &str, id: &str) -> Option<u64> {
    id.strip_prefix(life)?.strip_prefix('-')?.parse().ok()
}

/// Sees what happens.
struct Watcher {
    life: String,
    live: broadcast::Receiver<Arc<BusEvent>>,
}

impl Source for Watcher {
    async fn next(&mut self) -> Result<Bytes, Over> {
        match self.live.recv().await {
            Ok(event) => Ok(frame(&self.life, &event)),
            Err(broadcast::error::RecvError::Closed) => Err(Over::Closed),
            Err(broadcast::error::RecvError::Lagged(missed)) => Err(Over::Lagged(missed)),
        }
    }
}

fn frame(life: &str, event: &BusEvent) -> Bytes {
    let (kind, data) = match &event.kind {
        BusKind::Call(call) => (call.kind.type_name(), event_body(call).unwrap_or_default()),
        BusKind::WorkerFailed(failed) => (WORKER_FAILED, failed.body()),
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
    use tokio::sync::watch;

    use super::*;
    use crate::{
        actors::Bus,
        metrics::{Exposition, Metrics, Scrape},
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
        let watcher = Watcher { life: String::new(), live: bus.subscribe(None).live };
        let stream = sse::Stream::new(&metrics, closing.subscribe(), false, [], watcher);
        let (_retry, stream) = stream.next().await.unwrap();
        for _ in 0..2_000 {
            bus.publish(Timestamp(0), alice_online());
        }
        assert!(stream.next().await.is_none());
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
