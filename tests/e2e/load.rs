//! Many users who call each other all the time, and a hook that writes down what it hears of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use hookswitch::clock;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};

use crate::support::{Answer, Client, DEADLINE, Hook, Post, Server, eventually, finish, reply, roll};

pub(crate) const USERS: u64 = 24;
/// So many of the users may stay in a call; the others keep the load up.
const TALKERS: u64 = 8;

/// A run's seed, which is printed; one may be set.
pub(crate) fn seed() -> u64 {
    let set = std::env::var("HOOKSWITCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = set.unwrap_or(clock::wall().0.unsigned_abs());
    println!("HOOKSWITCH_TEST_SEED={seed}");
    seed
}

/// What clients were told about calls.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) rung: BTreeSet<String>,
    pub(crate) started: BTreeSet<String>,
    /// Call → reason and code.
    pub(crate) finished: BTreeMap<String, (Value, Value)>,
}

pub(crate) fn name(user: u64) -> String {
    format!("u{user}")
}

pub(crate) async fn come(address: SocketAddr, user: u64) -> Client {
    let mut client = Client::connect(address, "/ws", &[]).await.unwrap();
    client.send(json!({"type": "login", "user": name(user), "password": "x", "device": "d"}));
    client.logged_in().await;
    client
}

/// Calls and is called until the line is gone.
async fn live(mut client: Client, me: u64, mut seed: u64, seen: watch::Sender<u64>) -> Told {
    let mut told = Told::default();
    let mut calls_next = true;
    loop {
        if std::mem::take(&mut calls_next) {
            tokio::time::sleep(Duration::from_millis(roll(&mut seed, 8))).await;
            let other = (me + 1 + roll(&mut seed, USERS - 1)) % USERS;
            client.send(json!({"type": "call", "event": "request", "user": name(other), "flags": 3}));
        }
        let Some(frame) = client.hear_on().await else { return told };
        if frame["type"] != "call" {
            continue;
        }
        seen.send_modify(|seen| *seen += 1);
        let (event, other) = (frame["event"].as_str().unwrap(), frame["user"].as_str().unwrap());
        let call = frame["call"].as_str().map(str::to_owned);
        match event {
            "request" => {
                told.rung.extend(call);
                match roll(&mut seed, 10) {
                    0 => client.send(reply(other, 100_104)),
                    // Nobody answers: it times out or is cancelled.
                    1 => {}
                    _ => client.send(reply(other, 0)),
                }
            }
            "reply" if frame["error_code"] == 0 => {
                told.rung.extend(call);
                if roll(&mut seed, 8) == 0 {
                    client.send(finish(other));
                    // Whoever cancels hears nothing more of it.
                    calls_next = true;
                }
            }
            // Rung while it asked: what becomes of the ring is still to come.
            "reply" if frame["error_code"] == 440 => {}
            "reply" => calls_next = true,
            "start" => {
                told.started.extend(call);
                if me >= TALKERS || roll(&mut seed, 4) != 0 {
                    client.send(json!({"type": "call", "event": "finish", "user": other, "error_code": 7}));
                }
            }
            "finish" => {
                told.finished.insert(call.unwrap(), (frame["reason"].clone(), frame["error_code"].clone()));
                calls_next = true;
            }
            _ => panic!("{frame}"),
        }
    }
}

/// The users, at it.
pub(crate) struct Crowd {
    lives: Vec<JoinHandle<Told>>,
    seen: watch::Receiver<u64>,
}

/// Sets them on.
pub(crate) fn crowd(clients: Vec<Client>, seed: &mut u64) -> Crowd {
    let (tell, seen) = watch::channel(0);
    let live = |(client, me)| tokio::spawn(live(client, me, roll(seed, u64::MAX), tell.clone()));
    Crowd { lives: clients.into_iter().zip(0..).map(live).collect(), seen }
}

impl Crowd {
    /// Waits until they have seen so many more events of calls.
    pub(crate) async fn has_seen(&self, more: u64) {
        let mut seen = self.seen.clone();
        let enough = *seen.borrow() + more;
        let wait = tokio::time::timeout(DEADLINE, seen.wait_for(|seen| *seen >= enough));
        assert!(wait.await.is_ok(), "the load has died down");
    }

    /// What they were told, once their lines are gone.
    pub(crate) async fn end(self) -> Vec<Told> {
        join_all(self.lives).await.into_iter().map(Result::unwrap).collect()
    }
}

/// A hook that is told everything and may veto.
pub(crate) struct Events {
    hook: Hook,
    posts: Arc<Mutex<Vec<Post>>>,
}

impl Events {
    pub(crate) async fn start(veto: impl Fn(&Post) -> Answer + Send + Sync + 'static) -> Self {
        let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
        let kept = Arc::clone(&posts);
        let hook = Hook::start(move |post| {
            match post.kind() {
                "call.request" => return veto(post),
                "user.online" | "user.offline" => {}
                _ => kept.lock().unwrap().push(post.clone()),
            }
            Answer::ok()
        })
        .await;
        Self { hook, posts }
    }

    pub(crate) async fn register(&self, server: &Server) {
        let spec = json!({"url": self.hook.url(), "events": ["*"], "veto": true, "timeout_ms": 10_000});
        assert_eq!(server.put("/api/v1/webhooks/all", spec).await.0, 201);
    }

    /// How many have come.
    pub(crate) fn count(&self) -> usize {
        self.posts.lock().unwrap().len()
    }

    /// Waits for the last one, then asserts that each call's came from 1 on without a gap, in order, up to its end, and that
    /// what came twice is the same delivery. How many there are of each call.
    pub(crate) async fn whole(&self, server: &Server) -> BTreeMap<String, u64> {
        eventually("every event is delivered", || async {
            (server.metric("hookswitch_webhook_queue").await == 0.0).then_some(())
        })
        .await;
        events_are_whole(&self.posts.lock().unwrap())
    }
}

fn events_are_whole(posts: &[Post]) -> BTreeMap<String, u64> {
    let mut calls: BTreeMap<String, Vec<(u64, &Post)>> = BTreeMap::new();
    for post in posts {
        let call = post.data()["call"]["id"].as_str().unwrap().to_owned();
        let events = calls.entry(call).or_default();
        let seq = post.data()["seq"].as_u64().unwrap();
        match events.iter().find(|(seen, _)| *seen == seq) {
            Some((_, first)) => assert_eq!(first.headers["webhook-id"], post.headers["webhook-id"], "{}", post.body),
            None => {
                assert_eq!(seq, count(events.len()) + 1, "{}", post.body);
                events.push((seq, post));
            }
        }
    }
    let ids: BTreeSet<_> = posts.iter().map(|post| &post.headers["webhook-id"]).collect();
    assert_eq!(ids.len(), calls.values().map(Vec::len).sum::<usize>(), "two events under one id");
    let ended = |events: &[(u64, &Post)]| events.iter().position(|(_, post)| post.kind() == "call.finished");
    for (call, events) in &calls {
        assert_eq!(ended(events), Some(events.len() - 1), "{call}");
    }
    calls.into_iter().map(|(call, events)| (call, count(events.len()))).collect()
}

fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap()
}

pub(crate) async fn all_calls(server: &Server) -> Vec<Value> {
    let mut calls = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = server.get(&format!("/api/v1/calls?limit=500{cursor}")).await;
        calls.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return calls,
        }
    }
}
