//! Streams of server-sent events, whatever is in them.
//!
//! A silent stream says now and then that it is still there. A client that reads too slowly is dropped; it comes back with the
//! last id it saw and goes on there, or is told of the gap. When the server closes, so do its streams.

use std::{collections::VecDeque, convert::Infallible, pin::pin, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, ContentEncoding},
    web::Bytes,
};
use futures_util::{
    future::{Either, select},
    stream,
};
use tokio::sync::watch;

use super::Api;
use crate::metrics::Metrics;

/// Where there are such streams.
pub(super) const STREAMS: [&str; 2] = ["/api/v1/events", "/api/v1/trace/live"];
/// How often a silent stream sends a comment, so that neither side nor a proxy takes it for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back. Unit: milliseconds.
const RETRY_MS: u32 = 2000;

/// Why nothing more comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// There is nobody to say anything.
    Closed,
    /// The client has missed so many.
    Lagged(u64),
}

/// Where a stream's events come from.
pub(super) trait Source {
    /// The next events, as text. Dropped while it waits, it loses none.
    fn next(&mut self) -> impl Future<Output = Result<Bytes, Over>>;
}

/// One open stream.
pub(super) struct Stream<S> {
    waiting: VecDeque<Bytes>,
    source: S,
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

impl<S: Source> Stream<S> {
    /// A stream that begins with a `gap`, if there is one, and the `backlog`.
    pub(super) fn new(
        metrics: &Metrics,
        closing: watch::Receiver<bool>,
        gap: bool,
        backlog: impl IntoIterator<Item = Bytes>,
        source: S,
    ) -> Self {
        metrics.event_streams(1);
        let mut waiting = VecDeque::from([format!("retry: {RETRY_MS}\n\n").into()]);
        if gap {
            waiting.push_back("event: gap\ndata: {\"type\":\"gap\"}\n\n".into());
        }
        waiting.extend(backlog);
        Self { waiting, source, closing, open: Open(metrics.clone()) }
    }

    pub(super) async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if let Some(bytes) = self.waiting.pop_front() {
            return Some((Ok(bytes), self));
        }
        let bytes = {
            let events = tokio::time::timeout(HEARTBEAT, self.source.next());
            let closed = self.closing.wait_for(|closing| *closing);
            match select(pin!(events), pin!(closed)).await {
                Either::Right(_closing) => return None,
                Either::Left((Err(_silence), _)) => Bytes::from_static(b": still here\n\n"),
                Either::Left((Ok(Ok(bytes)), _)) => bytes,
                Either::Left((Ok(Err(Over::Closed)), _)) => return None,
                Either::Left((Ok(Err(Over::Lagged(missed))), _)) => {
                    self.open.0.bus_lag(missed);
                    return None;
                }
            }
        };
        Some((Ok(bytes), self))
    }
}

/// Answers with a stream: see [`Stream::new`].
pub(super) fn answer<S: Source + 'static>(
    api: &Api,
    gap: bool,
    backlog: impl IntoIterator<Item = Bytes>,
    source: S,
) -> HttpResponse {
    let stream = Stream::new(api.core.metrics(), api.closing.subscribe(), gap, backlog, source);
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A compressor would keep events back until its window is full; so would nginx.
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream::unfold(stream, Stream::next))
}

/// The last event that a client which comes back has seen.
pub(super) fn last_seen(req: &HttpRequest) -> Option<&str> {
    req.headers().get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty())
}
