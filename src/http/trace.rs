//! The flight recorder: the last messages between clients, server, hooks and store, kept and live.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{self, Bytes},
};
use tokio::sync::watch;

use super::{
    Api,
    extract::{List, Query, page},
    problem::{HttpError, Problem},
    sse::{self, Over, Source},
};
use crate::{
    protocol::ids::{CallId, UserId},
    trace::{Filter, Recorder, Trace},
};

/// How many messages a live view is given at once: as many as are made text in a fraction of a millisecond.
const BATCH: usize = 32;

/// Takes the parameters that say what is wanted.
fn filter(query: &mut Query) -> Result<Filter, HttpError> {
    Ok(Filter {
        user: query
            .take("user", "a user's name: 1 to 128 letters, digits and . _ @ : + -", |name| UserId::new(name).ok())?,
        call: query.take("call", "a call's id, a UUID", |id| id.parse().ok().map(CallId))?,
    })
}

fn after(query: &mut Query) -> Result<Option<u64>, HttpError> {
    query.take("after", "the number of a message, 0 or more", |number| number.parse().ok())
}

/// Lists the last messages between clients, server, hooks and store, the oldest first, as far back as memory reaches
/// (`trace.bytes`). What is private is cut out: of a session description its size is left, of a signal its size and kind, of
/// whatever opens a door nothing.
#[utoipa::path(
    tag = "trace",
    params(
        ("user" = Option<String>, Query, description = "the frames of this user's sessions, and what hooks and store are \
            told of this user's calls", example = "alice"),
        ("call" = Option<String>, Query, description = "everything about this call", format = Uuid),
        ("after" = Option<u64>, Query, description = "the messages after the one of this number"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of messages", body = List<Trace>),
        (status = 400, description = "a parameter is malformed", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/trace")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let filter = filter(&mut query)?;
    let after = after(&mut query)?.unwrap_or(0);
    let limit = query.limit()?;
    let from = query.cursor(|number| number.parse().ok())?.unwrap_or(after);
    query.end()?;
    let trace = api.core.trace().clone();
    // Parsing may take a while where frames are long.
    let read = web::block(move || {
        let page = trace.page(&filter, from, limit);
        let next = page.more.then(|| page.upto.to_string());
        (page.entries.into_iter().map(|(n, entry)| Trace::of(n, entry)).collect::<Vec<_>>(), next)
    });
    let (items, next) =
        read.await.map_err(|_| HttpError::of_status(actix_web::http::StatusCode::SERVICE_UNAVAILABLE))?;
    Ok(page(&req, items, next))
}

/// Streams messages as they are said: events `trace`, each with the form of `GET /trace`'s items and its number as `id`; and
/// `gap` where messages were lost to this client.
#[utoipa::path(
    tag = "trace",
    params(
        ("user" = Option<String>, Query, description = "the frames of this user's sessions, and what hooks and store are \
            told of this user's calls", example = "alice"),
        ("call" = Option<String>, Query, description = "everything about this call", format = Uuid),
        ("after" = Option<u64>, Query, description = "begins with the messages after the one of this number; with the next \
            one where it is absent"),
        ("Last-Event-ID" = Option<String>, Header, description = "goes on after this message; wins over `after`"),
    ),
    responses(
        (status = 200, description = "server-sent events, without end", body = String,
            content_type = "text/event-stream"),
        (status = 400, description = "a parameter is malformed", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/trace/live")]
pub(super) async fn live(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let filter = filter(&mut query)?;
    let asked = after(&mut query)?;
    query.end()?;
    // What is no number of ours is from another life.
    let seen = sse::last_seen(&req).map(|id| id.parse().unwrap_or(u64::MAX));
    let trace = api.core.trace().clone();
    let news = trace.news();
    let (after, gap) = trace.resume(seen.or(asked));
    Ok(sse::answer(&api, gap, [], Tail { trace, filter, after, news }))
}

/// Follows the recorder.
struct Tail {
    trace: Recorder,
    filter: Filter,
    after: u64,
    news: watch::Receiver<()>,
}

impl Source for Tail {
    async fn next(&mut self) -> Result<Bytes, Over> {
        loop {
            self.news.mark_unchanged();
            let page = self.trace.page(&self.filter, self.after, BATCH);
            if page.missed > 0 {
                return Err(Over::Lagged(page.missed));
            }
            self.after = page.upto;
            if !page.entries.is_empty() {
                let texts = page.entries.into_iter().map(|(n, entry)| {
                    let data = serde_json::to_string(&Trace::of(n, entry)).unwrap_or_default();
                    format!("id: {n}\nevent: trace\ndata: {data}\n\n")
                });
                return Ok(texts.collect::<String>().into());
            }
            self.news.changed().await.map_err(|_| Over::Closed)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        metrics::Metrics,
        trace::{Entry, Kind},
    };

    fn tail(trace: &Recorder) -> Tail {
        Tail { trace: trace.clone(), filter: Filter::default(), after: 0, news: trace.news() }
    }

    #[tokio::test]
    async fn a_view_that_cannot_follow_is_dropped() {
        let (trace, metrics, closing) = (Recorder::new(20_000), Metrics::new(), watch::Sender::new(false));
        let stream = sse::Stream::new(&metrics, closing.subscribe(), false, [], tail(&trace));
        let (_retry, stream) = stream.next().await.unwrap();
        for _ in 0..1_000 {
            trace.record(|| Entry::of(Kind::SocketOpened));
        }
        assert!(stream.next().await.is_none());
    }

    #[tokio::test]
    async fn a_silent_view_ends_when_the_server_closes() {
        let (trace, metrics, closing) = (Recorder::new(20_000), Metrics::new(), watch::Sender::new(false));
        let stream = sse::Stream::new(&metrics, closing.subscribe(), true, [], tail(&trace));
        let (_retry, stream) = stream.next().await.unwrap();
        let (gap, stream) = stream.next().await.unwrap();
        assert!(gap.unwrap().starts_with(b"event: gap\n"));
        let ended = tokio::spawn(stream.next());
        closing.send_replace(true);
        assert!(ended.await.unwrap().is_none());
    }

    #[tokio::test]
    async fn what_came_together_is_shown_together_in_order() {
        let trace = Recorder::new(20_000);
        let mut tail = tail(&trace);
        for kind in [Kind::SocketOpened, Kind::SocketClosed] {
            trace.record(|| Entry::of(kind));
        }
        let text = String::from_utf8(tail.next().await.unwrap().to_vec()).unwrap();
        let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("data: ")).collect();
        assert_eq!(lines, ["id: 1", "event: trace", "", "id: 2", "event: trace", ""]);
    }
}
