//! The hooks against real HTTP servers and a real store.

mod delivering;
mod managing;
mod vetoing;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
};

use super::*;
use crate::{
    clock,
    protocol::{
        event::{HookEventKind, Verdict},
        ids::CallId,
        record::{CallState, Timestamp},
    },
    store::{CallWrite, StoreOptions},
};

/// Nothing here takes longer; a test that would hang fails instead.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("in time")
}

/// What a test server was sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) head: String,
    pub(super) body: String,
    /// Which connection it came on.
    pub(super) connection: usize,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// `call` and `seq` of an event.
    pub(super) fn event(&self) -> (String, u64) {
        let data = &self.json()["data"];
        (data["call"]["id"].as_str().unwrap().to_owned(), data["seq"].as_u64().unwrap())
    }
}

/// A request that waits for its answer.
pub(super) struct Waiting {
    pub(super) request: Request,
    answer: oneshot::Sender<String>,
}

impl Waiting {
    pub(super) fn answer(self, status: u16, body: &str) -> Request {
        self.answer_with(status, "", body)
    }

    /// `headers` are whole lines.
    pub(super) fn answer_with(self, status: u16, headers: &str, body: &str) -> Request {
        let length = body.len();
        // The client may have given up; that is part of some tests.
        self.answer.send(format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}")).ok();
        self.request
    }
}

/// A server that hands each request to the test, which answers when it likes; dropped unanswered, it cuts the connection.
pub(super) struct Server {
    pub(super) url: String,
    requests: mpsc::UnboundedReceiver<Waiting>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://127.0.0.1:{}/hook", listener.local_addr().unwrap().port());
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                tokio::spawn(serve(stream, connection, sender.clone()));
            }
        });
        Self { url, requests }
    }

    pub(super) async fn next(&mut self) -> Waiting {
        soon(self.requests.recv()).await.unwrap()
    }

    /// Whether nothing is asked of it for that long.
    pub(super) async fn is_left_alone(&mut self, period: Duration) -> bool {
        tokio::time::timeout(period, self.requests.recv()).await.is_err()
    }
}

async fn serve(mut stream: TcpStream, connection: usize, requests: mpsc::UnboundedSender<Waiting>) {
    let mut read = Vec::new();
    loop {
        let whole = |read: &[u8]| {
            let text = String::from_utf8_lossy(read).into_owned();
            let (head, body) = text.split_once("\r\n\r\n")?;
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            (body.len() >= length.unwrap_or(0)).then(|| (head.to_owned(), body.to_owned()))
        };
        let Some((head, body)) = whole(&read) else {
            match stream.read_buf(&mut read).await {
                Ok(0) | Err(_) => return,
                Ok(_) => continue,
            }
        };
        read.clear();
        let (answer, answered) = oneshot::channel();
        requests.send(Waiting { request: Request { head, body, connection }, answer }).ok();
        let Ok(answer) = answered.await else { return };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Hooks over a store in a folder of its own.
pub(super) struct World {
    pub(super) hooks: Hooks,
    pub(super) store: Store,
    pub(super) dir: TempDir,
}

pub(super) fn options() -> HooksOptions {
    HooksOptions { allow_private: true, retry: vec![Duration::from_millis(50); 3], ..HooksOptions::default() }
}

impl World {
    pub(super) fn new(options: HooksOptions) -> Self {
        Self::within(TempDir::new().unwrap(), options).unwrap()
    }

    pub(super) fn within(dir: TempDir, options: HooksOptions) -> Result<Self, HooksError> {
        let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
        let hooks = Hooks::start(options, store.clone(), Arc::new(()))?;
        Ok(Self { hooks, store, dir })
    }

    /// The same folder after a shutdown.
    pub(super) async fn restart(self, options: HooksOptions) -> Self {
        let Self { hooks, store, dir } = self;
        tokio::task::spawn_blocking(move || {
            hooks.stop();
            store.close();
        })
        .await
        .unwrap();
        Self::within(dir, options).unwrap()
    }

    pub(super) async fn put(&self, name: &str, url: &str, rest: &str) -> Put {
        self.hooks.put(name, spec(url, rest)).await.unwrap()
    }

    /// Commits events of a call, as the actors do.
    pub(super) async fn tell(&self, call: &Arc<CallRecord>, seqs: impl IntoIterator<Item = u32>) {
        for seq in seqs {
            let event = HookEvent {
                kind: if seq == 1 { HookEventKind::Requested } else { HookEventKind::Ringing },
                seq,
                at: clock::wall(),
                error_code: 0,
                flags: 3,
                param: 0,
                user_str: "hi".into(),
                call: Arc::clone(call),
            };
            let (done, committed) = oneshot::channel();
            let outbox = self.hooks.expand(&event);
            let done = Box::new(move |outcome: Result<(), Arc<StoreError>>| done.send(outcome).unwrap());
            self.store.persist(CallWrite { record: Arc::clone(call), outbox, done: Some(done) }).unwrap();
            soon(committed).await.unwrap().unwrap();
        }
    }

    pub(super) async fn ask(&self, call: &Arc<CallRecord>) -> Verdict {
        soon(self.asking(call)).await.unwrap()
    }

    pub(super) fn asking(&self, call: &Arc<CallRecord>) -> oneshot::Receiver<Verdict> {
        let (done, verdict) = oneshot::channel();
        self.hooks.ask(Arc::clone(call), Box::new(move |verdict| done.send(verdict).unwrap()));
        verdict
    }

    /// The hook's deliveries, oldest first, as soon as they look as expected.
    pub(super) async fn deliveries(&self, name: &str, looks: impl Fn(&[Delivery]) -> bool) -> Vec<Delivery> {
        soon(async {
            loop {
                let mut list = self.hooks.deliveries(name, None, None, 500).await.unwrap();
                list.reverse();
                if looks(&list) {
                    return list;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }
}

pub(super) fn spec(url: &str, rest: &str) -> HookSpec {
    serde_json::from_str(&format!(r#"{{"url":"{url}"{rest}}}"#)).unwrap()
}

pub(super) fn call() -> Arc<CallRecord> {
    let user = |name| UserId::new(name).unwrap();
    Arc::new(CallRecord {
        id: clock::call_id(),
        state: CallState::Requested,
        version: 1,
        caller: user("alice"),
        callee: user("bob"),
        dialled: None,
        caller_device: DeviceId::default(),
        callee_device: None,
        caller_door: Door::Native,
        callee_door: None,
        placed: false,
        flags: 3,
        param: 0,
        user_str: "hi".into(),
        room: None,
        error_code: None,
        reason: None,
        ended_by: None,
        requested_at: Timestamp(1_763_694_600_123_456),
        ringing_at: None,
        started_at: None,
        ended_at: None,
        veto: Vec::new(),
        timeline: Vec::new(),
        event_seq: 0,
    })
}

pub(super) fn state_of(list: &[Delivery]) -> Vec<DeliveryState> {
    list.iter().map(|delivery| delivery.state).collect()
}

/// Answers the next requests in turn, and gives them back.
pub(super) async fn answer_all(server: &mut Server, statuses: &[u16]) -> VecDeque<Request> {
    let mut requests = VecDeque::new();
    for status in statuses {
        requests.push_back(server.next().await.answer(*status, ""));
    }
    requests
}

pub(super) fn id(call: &CallRecord) -> String {
    let CallId(id) = call.id;
    id.to_string()
}
