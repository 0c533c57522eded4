//! Many users at once who do as they like.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::task::JoinHandle;

use crate::support::{Client, Server, Setup, eventually, finish, reply, roll};

const USERS: u64 = 12;
const ACTS: u32 = 60;

async fn live(address: SocketAddr, me: u64) {
    let mut seed = me;
    let mut client = come(address, me).await;
    for _ in 0..ACTS {
        let other = format!("u{}", roll(&mut seed, USERS));
        match roll(&mut seed, 12) {
            0..=3 => client.send(json!({"type": "call", "event": "request", "user": other, "ring_secs": 0.2})),
            4 | 5 => client.send(reply(&other, 0)),
            6 => client.send(reply(&other, 100_104)),
            7 => client.send(reply(&other, 100_101)),
            8 | 9 => client.send(finish(&other)),
            10 => {
                client.cut().await;
                client = come(address, me).await;
            }
            _ => tokio::time::sleep(Duration::from_millis(roll(&mut seed, 30))).await,
        }
        // Whoever rings us is answered now and then.
        client.send(json!({"type": "ping"}));
        loop {
            let frame = client.frame().await;
            if frame["type"] == "pong" {
                break;
            }
            if frame["event"] == "request" && roll(&mut seed, 2) == 0 {
                client.send(reply(frame["user"].as_str().unwrap(), 0));
            }
        }
    }
}

async fn come(address: SocketAddr, me: u64) -> Client {
    let mut client = Client::connect(address, "/ws", &[]).await.unwrap();
    client.send(json!({"type": "login", "user": format!("u{me}"), "password": "x", "device": "d"}));
    client.logged_in().await;
    client
}

/// Whatever goes on: what must hold, holds.
async fn sound(server: &Server) {
    let found = server.get("/api/v1/debug/invariants").await;
    assert_eq!(found["ok"], true, "{found}");
}

#[tokio::test]
async fn a_crowd_leaves_one_end_for_each_call_and_nobody_busy() {
    let server: Server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.2).start().await;
    let crowd: Vec<_> = (0..USERS).map(|me| tokio::spawn(live(server.address, me))).collect();
    while !crowd.iter().all(JoinHandle::is_finished) {
        sound(&server).await;
    }
    for one in crowd {
        one.await.unwrap();
    }
    sound(&server).await;
    for gauge in ["hookswitch_actors{kind=\"call\"}", "hookswitch_actors{kind=\"room\"}", "hookswitch_sessions"] {
        eventually(gauge, || async { (server.metric(gauge).await == 0.0).then_some(()) }).await;
    }
    let page = eventually("every call is on file as ended", || async {
        let page = server.get("/api/v1/calls?limit=500").await;
        page["items"].as_array().unwrap().iter().all(|call| call["state"] == "ended").then_some(page)
    })
    .await;
    let calls = page["items"].as_array().unwrap();
    assert!(calls.len() > 20, "{}", calls.len());
    for listed in calls {
        let call = server.call(listed["id"].as_str().unwrap()).await;
        let steps = call["timeline"].as_array().unwrap();
        assert_eq!(steps.iter().filter(|step| step["state"] == "ended").count(), 1, "{call}");
        assert!((1..).zip(steps).all(|(version, step)| step["version"] == version), "{call}");
        assert!(call["reason"].is_string() && call["room"].is_null() == call["started_at"].is_null(), "{call}");
    }
    // No user was in two calls at once: those that took both lines do not overlap.
    for user in 0..USERS {
        let user = json!(format!("u{user}"));
        let mut held: Vec<_> = calls
            .iter()
            .filter(|call| (call["caller"] == user || call["callee"] == user) && call["ringing_at"].is_string())
            .map(|call| (call["ringing_at"].as_str().unwrap(), call["ended_at"].as_str().unwrap()))
            .collect();
        held.sort_unstable();
        assert!(held.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{user}: {held:?}");
    }
    let mut all = Vec::new();
    for me in 0..USERS {
        all.push(come(server.address, me).await);
    }
    for pair in all.chunks_mut(2) {
        let [caller, callee] = pair else { panic!("an odd crowd") };
        crate::support::talk(caller, callee).await;
    }
}
