//! The business server of the scenarios: a hook that answers as they say, and the REST API.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::{App, HttpResponse, HttpServer, dev::ServerHandle, web};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, mpsc},
    time::timeout,
};
use url::Url;

use super::pattern::Names;
use crate::cli::{client::http, output::CliError};

/// What the hook of every scenario is registered as.
const HOOK: &str = "conformance";

/// The REST API of the server under test.
#[derive(Clone)]
pub(super) struct Rest {
    http: reqwest::Client,
    base: Url,
    key: String,
}

impl Rest {
    pub(super) fn new(base: Url, key: String, deadline: Duration) -> Result<Self, CliError> {
        Ok(Self { http: http(&base, deadline)?, base, key })
    }

    /// Asks; the status and the JSON of the answer, `null` where it has none.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(u16, Value), String> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let mut request = self.http.request(method, url).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = async {
            let response = request.send().await?;
            Ok((response.status().as_u16(), response.text().await?))
        };
        let (status, text) = answer.await.map_err(|error: reqwest::Error| format!("REST: {}", error.without_url()))?;
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }
}

/// Where the hook's messages for each user go.
#[derive(Clone, Default)]
pub(super) struct Desk(Arc<Mutex<BTreeMap<String, Arc<Tray>>>>);

/// What belongs to one scenario.
struct Tray {
    posts: mpsc::UnboundedSender<Value>,
    verdicts: Mutex<Verdicts>,
    changed: Notify,
}

#[derive(Default)]
struct Verdicts {
    held: bool,
    next: Option<Value>,
}

impl Desk {
    fn trays(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Tray>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A hook for these users.
    pub(super) fn hook(&self, users: Vec<String>) -> Hook {
        let (posts, heard) = mpsc::unbounded_channel();
        let tray = Arc::new(Tray { posts, verdicts: Mutex::default(), changed: Notify::new() });
        self.trays().extend(users.iter().map(|user| (user.clone(), Arc::clone(&tray))));
        Hook { desk: self.clone(), users, tray, heard, earlier: Vec::new() }
    }

    /// The answer to a message.
    async fn answer(&self, post: Value) -> Value {
        let user = post.pointer("/data/source_user").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(tray) = self.trays().get(&user).cloned() else { return json!({"error_code": 0}) };
        let asks = post.get("type").is_some_and(|kind| kind == "call.request");
        // The scenario may have ended.
        drop(tray.posts.send(post));
        if asks { tray.verdict().await } else { Value::Null }
    }
}

impl Tray {
    fn verdicts(&self) -> std::sync::MutexGuard<'_, Verdicts> {
        self.verdicts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn verdict(&self) -> Value {
        loop {
            let changed = self.changed.notified();
            {
                let mut verdicts = self.verdicts();
                match verdicts.next.take() {
                    Some(verdict) => return verdict,
                    None if !verdicts.held => return json!({"error_code": 0}),
                    None => {}
                }
            }
            changed.await;
        }
    }
}

/// The hook, as one scenario has it.
pub(super) struct Hook {
    desk: Desk,
    users: Vec<String>,
    tray: Arc<Tray>,
    heard: mpsc::UnboundedReceiver<Value>,
    earlier: Vec<Value>,
}

impl Hook {
    pub(super) fn hold(&self) {
        self.tray.verdicts().held = true;
    }

    pub(super) fn answer(&self, verdict: Value) {
        self.tray.verdicts().next = Some(verdict);
        self.tray.changed.notify_waiters();
    }

    /// Waits for a message that is so. Those of one call come in order, but a message may come twice, and the question comes
    /// beside the events: so any will do.
    pub(super) async fn told(&mut self, names: &Names, pattern: &Value, deadline: Duration) -> Result<Names, String> {
        let mut last = "nothing came".to_owned();
        let found = async {
            for post in &self.earlier {
                match names.matched(pattern, post) {
                    Ok(names) => return Some(names),
                    Err(why) => last = why,
                }
            }
            while let Some(post) = self.heard.recv().await {
                let matched = names.matched(pattern, &post);
                self.earlier.push(post);
                match matched {
                    Ok(names) => return Some(names),
                    Err(why) => last = why,
                }
            }
            None
        };
        let found = timeout(deadline, found).await.ok().flatten();
        found.ok_or_else(|| format!("no such message in time; of the last one: {last}"))
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        self.tray.verdicts().held = false;
        self.tray.changed.notify_waiters();
        let mut trays = self.desk.trays();
        for user in &self.users {
            trays.remove(user);
        }
    }
}

/// The hook's listener, registered with the server under test.
pub(super) struct Listener {
    rest: Rest,
    server: ServerHandle,
}

impl Listener {
    /// Listens on this port (0: a free one), and has the server send everything about calls there. `url` is where the server
    /// finds it, if not on this machine.
    pub(super) async fn start(desk: Desk, port: u16, url: Option<Url>, rest: Rest) -> Result<Self, String> {
        let listening = HttpServer::new(move || {
            let desk = desk.clone();
            App::new().default_service(web::to(move |post: web::Json<Value>| {
                let desk = desk.clone();
                async move { HttpResponse::Ok().json(desk.answer(post.into_inner()).await) }
            }))
        });
        let address = if url.is_some() { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        let bound = listening.workers(1).disable_signals().bind((address, port));
        let bound = bound.map_err(|error| format!("cannot listen on port {port} for the hook: {error}"))?;
        let port = bound.addrs().first().map_or(port, |address| address.port());
        let running = bound.run();
        let listener = Self { rest, server: running.handle() };
        actix_web::rt::spawn(running);
        let url = url.map_or_else(|| format!("http://127.0.0.1:{port}/"), String::from);
        let spec = json!({"url": url, "events": ["call.*"], "veto": true, "on_failure": "refuse", "timeout_ms": 5000,
            "description": "hookswitch conformance"});
        let (status, answer) = listener.rest.ask(Method::PUT, &Self::path(), Some(&spec)).await?;
        if (200..300).contains(&status) {
            return Ok(listener);
        }
        listener.server.stop(false).await;
        Err(format!("the hook could not be registered: status {status}, {answer}"))
    }

    fn path() -> String {
        format!("/api/v1/webhooks/{HOOK}")
    }

    pub(super) async fn stop(self) -> Result<(), String> {
        let deleted = self.rest.ask(Method::DELETE, &Self::path(), None).await;
        self.server.stop(false).await;
        deleted.map(drop)
    }
}
