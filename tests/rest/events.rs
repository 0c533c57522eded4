//! The stream of server-sent events.

use reqwest::Response;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    client::{Client, talking},
    server::{PATIENCE, Server},
};

pub struct Events {
    response: Response,
    text: String,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    pub name: String,
    pub data: Value,
}

impl Events {
    async fn open(server: &Server, after: Option<&str>) -> Self {
        Self::at(server, "/events", after).await
    }

    pub async fn at(server: &Server, path: &str, after: Option<&str>) -> Self {
        let mut request = server.request("GET", path).header("accept-encoding", "gzip");
        if let Some(id) = after {
            request = request.header("last-event-id", id);
        }
        Self::of(request.send().await.unwrap())
    }

    fn of(response: Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event; `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
                };
                let (id, name) = (field("id").to_owned(), field("event").to_owned());
                let data = serde_json::from_str(field("data")).unwrap_or_default();
                self.text = rest.to_owned();
                if !name.is_empty() {
                    return Some(Event { id, name, data });
                }
                continue;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("no event came");
            self.text.push_str(std::str::from_utf8(&chunk.ok()??).unwrap());
        }
    }

    pub async fn named(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.expect("the stream ended");
            if event.name == name {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn every_step_of_a_call_and_every_presence_change_is_told() {
    let server = Server::dev();
    let mut events = Events::open(&server, None).await;
    let (_alice, _bob, id) = talking(&server).await;
    let data = json!({"user": "alice", "device": "test", "door": "native"});
    assert_eq!(events.named("user.online").await.data["data"], data);
    assert_eq!(events.named("user.online").await.data["data"]["user"], "bob");
    for (seq, name) in [(1, "call.requested"), (2, "call.ringing"), (3, "call.started")] {
        let event = events.named(name).await;
        assert_eq!((&event.data["type"], &event.data["data"]["seq"]), (&name.into(), &seq.into()));
        assert_eq!(event.data["data"]["call"]["id"], id);
    }
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_seen() {
    let server = Server::dev();
    let mut events = Events::open(&server, None).await;
    let _alice = Client::log_in(&server, "alice").await;
    let seen = events.named("user.online").await;
    drop(events);
    let _bob = Client::log_in(&server, "bob").await;
    let mut resumed = Events::open(&server, Some(&seen.id)).await;
    let next = resumed.next().await.unwrap();
    assert_eq!((next.name.as_str(), &next.data["data"]["user"]), ("user.online", &"bob".into()));
    let path = format!("/events?last_event_id={}", next.id);
    let mut by_query = Events::of(server.request("GET", &path).send().await.unwrap());
    let _carol = Client::log_in(&server, "carol").await;
    assert_eq!(by_query.next().await.unwrap().data["data"]["user"], "carol");
}

#[tokio::test]
async fn an_id_of_another_life_of_the_server_is_a_gap() {
    let server = Server::dev();
    let mut events = Events::open(&server, Some("64a2b3c4d5e6f-12")).await;
    assert_eq!(events.next().await.unwrap().name, "gap");
}

#[tokio::test]
async fn an_open_stream_does_not_hold_up_the_end() {
    let mut server = Server::dev();
    let mut events = Events::open(&server, None).await;
    server.terminate();
    assert!(events.next().await.is_none());
    assert_eq!(server.exit_code().await, Some(0));
}
