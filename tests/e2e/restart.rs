//! `kill -9`, and what is left of the calls.

use serde_json::json;

use crate::support::{Server, Setup, eventually, finish, ring, talk};

fn setup() -> Setup {
    Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.7)
}

#[tokio::test]
async fn a_talk_outlives_the_server_where_both_come_back() {
    let server = setup().start().await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login_on("bob", "web").await);
    let (call, room) = talk(&mut alice, &mut bob).await;
    let (token, before) = (alice.token(), server.call(&call).await);
    let server = server.crash_and_restart().await;
    let mut stale = server.connect().await;
    stale.send(json!({"type": "login", "resume": token, "last_seq": 0}));
    stale.error(215).await;
    let mut alice = server.login_on("alice", "web").await;
    let mut bob = server.login_on("bob", "web").await;
    for (client, role) in [(&alice, "caller"), (&bob, "callee")] {
        let seen = &client.welcome["calls"][0];
        assert_eq!((&seen["id"], &seen["room"], &seen["role"]), (&json!(call), &json!(room), &json!(role)));
        assert_eq!((&seen["state"], &seen["started_at"]), (&json!("talking"), &before["started_at"]));
    }
    // Longer than the grace: both are back, so nothing ends.
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    alice.send(json!({"type": "signal", "call": call, "data": "still there"}));
    assert_eq!(bob.expect("signal").await["data"], "still there");
    bob.send(finish("alice"));
    alice.coded("finish", 0).await;
    bob.coded("finish", 0).await;
    let record = server.ended(&call, "hangup", 0).await;
    assert_eq!(record["version"], 4);
    let (other, next) = talk(&mut alice, &mut bob).await;
    assert!(next > room);
    assert_eq!(server.get("/api/v1/debug/invariants").await["ok"], true);
    let page = eventually("both are listed", || async {
        let page = server.get("/api/v1/calls").await;
        (page["items"].as_array().unwrap().len() == 2).then_some(page)
    })
    .await;
    assert_eq!([&page["items"][0]["id"], &page["items"][1]["id"]], [&json!(other), &json!(call)]);
}

#[tokio::test]
async fn a_talk_ends_where_one_does_not_come_back_within_the_grace() {
    let server = setup().start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let server = server.crash_and_restart().await;
    let mut alice = server.login("alice").await;
    assert_eq!(alice.coded("finish", 100_106).await["reason"], "disconnected");
    server.ended(&call, "disconnected", 100_106).await;
    let mut bob = server.login("bob").await;
    assert_eq!(bob.welcome["calls"], json!([]));
    ring(&mut bob, &mut alice).await;
}

#[tokio::test]
async fn a_talk_nobody_comes_back_to_ends_too() {
    let server = setup().start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let server = server.crash_and_restart().await;
    eventually("it is over", || async { (server.call(&call).await["state"] == "ended").then_some(()) }).await;
    server.ended(&call, "disconnected", 100_106).await;
    let rooms = "hookswitch_actors{kind=\"room\"}";
    eventually("its room is gone", || async { (server.metric(rooms).await == 0.0).then_some(()) }).await;
}

#[tokio::test]
async fn a_ring_at_the_crash_has_ended_restarted() {
    let server = setup().start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ring(&mut alice, &mut bob).await;
    on_file(&server, &call).await;
    let server = server.crash_and_restart().await;
    server.ended(&call, "restarted", 100_106).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    assert_eq!((&alice.welcome["calls"], &bob.welcome["calls"]), (&json!([]), &json!([])));
    talk(&mut alice, &mut bob).await;
}

/// A ring is written within the second; only a start waits for the disk.
async fn on_file(server: &Server, call: &str) {
    eventually("the ring is on file", || async {
        let page = server.get("/api/v1/calls?state=ringing").await;
        page["items"].as_array().unwrap().iter().any(|item| item["id"] == call).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_restored_talk_can_be_ended_by_the_business_server() {
    let server = setup().start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let server = server.crash_and_restart().await;
    let mut alice = server.login("alice").await;
    let (status, record) = server.post("/api/v1/users/bob/finish", json!({"error_code": 3})).await;
    assert_eq!((status.as_u16(), &record["reason"]), (200, &json!("forced")));
    alice.coded("finish", 3).await;
    server.ended(&call, "forced", 3).await;
}
