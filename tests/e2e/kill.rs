//! `kill -9` again and again while many users call each other, on one data directory.
//!
//! What a client or a hook was told before the kill must be what the next server knows.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use hookswitch::clock;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{Answer, Client, Hook, Post, Server, Setup, eventually, finish, reply, roll, talk};

const ROUNDS: u64 = 20;
const USERS: u64 = 24;
/// So many of the users may stay in a call until the kill; the others keep the load up.
const TALKERS: u64 = 8;
/// What a hook that vetoes says.
const VETO: i64 = 42;

/// What clients were told about calls.
#[derive(Default)]
struct Told {
    rung: BTreeSet<String>,
    started: BTreeSet<String>,
    /// Call → reason and code.
    finished: BTreeMap<String, (Value, Value)>,
}

/// Counts the events of calls that clients have seen, and says when it is time.
struct Fuse {
    left: AtomicU64,
    burnt: Notify,
}

impl Fuse {
    fn burn(&self) {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.burnt.notify_one();
        }
    }
}

fn name(user: u64) -> String {
    format!("u{user}")
}

async fn come(address: SocketAddr, user: u64) -> Client {
    let mut client = Client::connect(address, "/ws", &[]).await.unwrap();
    client.send(json!({"type": "login", "user": name(user), "password": "x", "device": "d"}));
    client.logged_in().await;
    client
}

/// Calls and is called until the line is gone.
async fn live(mut client: Client, me: u64, mut seed: u64, fuse: Arc<Fuse>) -> Told {
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
        fuse.burn();
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

/// What clients were told is on record, and nothing rings any more.
async fn is_on_record(server: &Server, told: &[Told]) {
    for state in ["requested", "ringing"] {
        assert_eq!(server.get(&format!("/api/v1/calls?state={state}")).await["items"], json!([]));
    }
    let started: BTreeSet<_> = told.iter().flat_map(|told| &told.started).collect();
    for call in started {
        let record = server.call(call).await;
        assert!(record["state"] == "talking" || record["state"] == "ended", "{record}");
        assert!(record["room"].is_u64(), "{record}");
    }
    for (call, (reason, code)) in told.iter().flat_map(|told| &told.finished) {
        let record = server.call(call).await;
        assert_eq!((&record["state"], &record["reason"], &record["error_code"]), (&json!("ended"), reason, code));
    }
    for call in told.iter().flat_map(|told| &told.rung) {
        let (status, record) = server.rest(reqwest::Method::GET, &format!("/api/v1/calls/{call}"), None).await;
        // Only a start waits for the disk: a ring of the last moments may have left no trace.
        assert!(status == 404 || record["state"] == "talking" || record["reason"].is_string(), "{record}");
    }
}

/// Everybody comes back: whoever talked still does, and can hang up; whoever did not is free.
async fn come_back(server: &Server) -> (Vec<Client>, usize) {
    let mut clients = join_all((0..USERS).map(|user| come(server.address, user))).await;
    let mut parties: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (user, client) in clients.iter().enumerate() {
        for call in client.welcome["calls"].as_array().unwrap() {
            assert_eq!(call["state"], "talking", "{call}");
            parties.entry(call["id"].as_str().unwrap().to_owned()).or_default().push(user);
        }
    }
    let on = server.get("/api/v1/calls?state=talking").await["items"].as_array().unwrap().len();
    assert_eq!(on, parties.len());
    for (call, both) in &parties {
        let [one, other] = both[..] else { panic!("{call} has one party: {both:?}") };
        let user = clients[other].user();
        clients[one].send(finish(&user));
        for user in [one, other] {
            assert_eq!(clients[user].coded("finish", 0).await["call"], *call);
        }
        server.ended(call, "hangup", 0).await;
    }
    for pair in clients.chunks_mut(2) {
        let [caller, callee] = pair else { panic!("an odd crowd") };
        talk(caller, callee).await;
        caller.send(finish(&callee.user()));
        caller.coded("finish", 0).await;
        callee.coded("finish", 0).await;
    }
    (clients, parties.len())
}

/// Each call's events came from 1 on without a gap, in order; what came twice is the same delivery.
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

async fn all_calls(server: &Server) -> Vec<Value> {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_holds_after_twenty_kills_under_load() {
    let seed = std::env::var("HOOKSWITCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut seed: u64 = seed.unwrap_or(clock::wall().0.unsigned_abs());
    println!("HOOKSWITCH_TEST_SEED={seed}");
    let posts: Arc<Mutex<Vec<Post>>> = Arc::default();
    let vetoes = Arc::new(AtomicU64::new(0));
    let hook = {
        let (posts, vetoes) = (Arc::clone(&posts), Arc::clone(&vetoes));
        Hook::start(move |post| {
            if post.kind() != "call.request" {
                posts.lock().unwrap().push(post.clone());
                return Answer::ok();
            }
            let refuses = post.data()["call"]["id"].as_str().unwrap().ends_with(['0', '1', '2', '3']);
            let code = if refuses && vetoes.load(Ordering::Relaxed) != 0 { VETO } else { 0 };
            Answer::json(json!({"error_code": code}))
        })
        .await
    };
    let setup = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 0.4).set("SESSION__RESUME_GRACE_SECS", 60);
    let mut server = setup.start().await;
    let spec = json!({"url": hook.url(), "events": ["call.*"], "veto": true, "timeout_ms": 10_000});
    assert_eq!(server.put("/api/v1/webhooks/all", spec).await.0, 201);
    let mut clients = come_back(&server).await.0;
    let (mut starts, mut ends, mut restored) = (0, 0, 0);
    let begun = clock::now();
    for round in 0..ROUNDS {
        vetoes.store(u64::from(round % 3 == 2), Ordering::Relaxed);
        let fuse = Arc::new(Fuse { left: AtomicU64::new(20 + roll(&mut seed, 500)), burnt: Notify::new() });
        let lives: Vec<_> = clients
            .into_iter()
            .zip(0..)
            .map(|(client, me)| tokio::spawn(live(client, me, roll(&mut seed, u64::MAX), Arc::clone(&fuse))))
            .collect();
        tokio::time::timeout(crate::support::DEADLINE, fuse.burnt.notified()).await.expect("the load has died down");
        server = server.crash_and_restart().await;
        vetoes.store(0, Ordering::Relaxed);
        let told: Vec<Told> = join_all(lives).await.into_iter().map(Result::unwrap).collect();
        is_on_record(&server, &told).await;
        starts += told.iter().map(|told| told.started.len()).sum::<usize>();
        ends += told.iter().map(|told| told.finished.len()).sum::<usize>();
        let back = come_back(&server).await;
        clients = back.0;
        restored += back.1;
    }
    let took = begun.elapsed();
    eventually("every event is delivered", || async {
        (server.metric("hookswitch_webhook_queue").await == 0.0).then_some(())
    })
    .await;
    let calls = all_calls(&server).await;
    let told = events_are_whole(&posts.lock().unwrap());
    for call in &calls {
        assert_eq!(call["state"], "ended", "{call}");
        assert_eq!(told.get(call["id"].as_str().unwrap()), Some(&call["version"].as_u64().unwrap()), "{call}");
    }
    assert_eq!(told.len(), calls.len());
    assert!(restored > 0 && starts > 0 && ends > 0, "the load was no load");
    let ended = |reason| calls.iter().filter(|call| call["reason"] == reason).count();
    println!(
        "{ROUNDS} kills, {} calls, {} starts and {} ends seen, {restored} restored, {} restarted, {} vetoed, {} posts: {took:?}",
        calls.len(),
        starts,
        ends,
        ended("restarted"),
        ended("vetoed"),
        posts.lock().unwrap().len(),
    );
}
