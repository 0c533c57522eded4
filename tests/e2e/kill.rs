//! `kill -9` again and again while many users call each other, on one data directory.
//!
//! What a client or a hook was told before the kill must be what the next server knows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::future::join_all;
use hookswitch::clock;
use serde_json::json;

use crate::{
    load::{Events, Told, USERS, all_calls, come, crowd, seed},
    support::{Answer, Client, Server, Setup, finish, roll, talk},
};

const ROUNDS: u64 = 20;
/// What a hook that vetoes says.
const VETO: i64 = 42;

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_holds_after_twenty_kills_under_load() {
    let mut seed = seed();
    let vetoes = Arc::new(AtomicBool::new(false));
    let says = Arc::clone(&vetoes);
    let events = Events::start(move |post| {
        let refuses = post.data()["call"]["id"].as_str().unwrap().ends_with(['0', '1', '2', '3']);
        let code = if refuses && says.load(Ordering::Relaxed) { VETO } else { 0 };
        Answer::json(json!({"error_code": code}))
    })
    .await;
    let setup = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 0.4).set("SESSION__RESUME_GRACE_SECS", 60);
    let mut server = setup.start().await;
    events.register(&server).await;
    let mut clients = come_back(&server).await.0;
    let (mut starts, mut ends, mut restored) = (0, 0, 0);
    let begun = clock::now();
    for round in 0..ROUNDS {
        vetoes.store(round % 3 == 2, Ordering::Relaxed);
        let crowd = crowd(clients, &mut seed);
        crowd.has_seen(20 + roll(&mut seed, 500)).await;
        server = server.crash_and_restart().await;
        vetoes.store(false, Ordering::Relaxed);
        let told = crowd.end().await;
        is_on_record(&server, &told).await;
        starts += told.iter().map(|told| told.started.len()).sum::<usize>();
        ends += told.iter().map(|told| told.finished.len()).sum::<usize>();
        let back = come_back(&server).await;
        clients = back.0;
        restored += back.1;
    }
    let took = clock::now() - begun;
    let told = events.whole(&server).await;
    let calls = all_calls(&server).await;
    for call in &calls {
        assert_eq!(call["state"], "ended", "{call}");
        assert_eq!(told.get(call["id"].as_str().unwrap()), Some(&call["version"].as_u64().unwrap()), "{call}");
    }
    assert_eq!(told.len(), calls.len());
    assert!(restored > 0 && starts > 0 && ends > 0, "the load was no load");
    let ended = |reason| calls.iter().filter(|call| call["reason"] == reason).count();
    println!(
        "{ROUNDS} kills, {} calls, {starts} starts and {ends} ends seen, {restored} restored, {} restarted, {} vetoed, {} posts: {took:?}",
        calls.len(),
        ended("restarted"),
        ended("vetoed"),
        events.count(),
    );
}
