//! A lost line, and how it is picked up.

use serde_json::{Value, json};

use crate::support::{Client, Server, Setup, eventually, finish, reply, ring, talk};

async fn seen_off(server: &Server, user: &str) {
    eventually("the line is seen lost", || async {
        let view = server.get(&format!("/api/v1/users/{user}")).await;
        (view["sessions"][0]["connected"] == false).then_some(())
    })
    .await;
}

async fn refused(server: &Server, token: &str) {
    let mut client = server.connect().await;
    client.send(json!({"type": "login", "resume": token, "last_seq": 0}));
    client.error(215).await;
    client.closed(4401).await;
}

#[tokio::test]
async fn what_was_missed_comes_in_order_and_seq_goes_on() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let (token, seq, session) = (bob.token(), bob.seq, bob.welcome["session"].clone());
    bob.cut().await;
    seen_off(&server, "bob").await;
    for n in 0..5 {
        alice.send(json!({"type": "signal", "call": call, "data": n}));
    }
    alice.nothing().await;
    let mut bob = server.resume(&token, seq).await;
    assert_eq!((&bob.welcome["resumed"], &bob.welcome["session"]), (&json!(true), &session));
    assert_eq!(bob.welcome["calls"][0]["id"], call);
    bob.seq = seq;
    for n in 0..5 {
        assert_eq!(bob.expect("signal").await["data"], n);
    }
    alice.send(json!({"type": "signal", "call": call, "data": "live"}));
    assert_eq!(bob.expect("signal").await["data"], "live");
    bob.send(finish("alice"));
    alice.event("finish").await;
}

#[tokio::test]
async fn a_client_that_missed_less_gets_less() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    for n in 0..4 {
        alice.send(json!({"type": "signal", "call": call, "data": n}));
        bob.expect("signal").await;
    }
    let mut again = server.resume(&bob.token(), bob.seq - 2).await;
    again.seq = bob.seq - 2;
    assert_eq!([again.expect("signal").await["data"].clone(), again.expect("signal").await["data"].clone()], [2, 3]);
    again.nothing().await;
    bob.closed(4409).await;
}

#[tokio::test]
async fn a_resume_token_is_good_for_one_use() {
    let server = Server::dev().await;
    let alice = server.login("alice").await;
    let first = alice.token();
    alice.cut().await;
    let second = server.resume(&first, 0).await.token();
    assert_ne!(first, second);
    refused(&server, &first).await;
    let mut forged = second.clone().into_bytes();
    forged[40] = if forged[40] == b'A' { b'B' } else { b'A' };
    refused(&server, &String::from_utf8(forged).unwrap()).await;
    refused(&server, "nonsense").await;
    assert_eq!(server.resume(&second, 0).await.welcome["resumed"], true);
}

#[tokio::test]
async fn a_token_dies_with_its_grace_and_with_the_logout() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.1).start().await;
    let alice = server.login("alice").await;
    let token = alice.token();
    alice.cut().await;
    eventually("the grace is over", || async {
        (server.get("/api/v1/users/alice").await["online"] == false).then_some(())
    })
    .await;
    refused(&server, &token).await;
    let mut bob = server.login("bob").await;
    bob.send(json!({"type": "logout"}));
    bob.closed(1000).await;
    refused(&server, &bob.token()).await;
}

#[tokio::test]
async fn a_queue_that_overflowed_is_owned_up_to() {
    let server = Setup::dev().set("SESSION__RESUME_QUEUE_BYTES", 4_096).start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let (token, seq) = (bob.token(), bob.seq);
    bob.cut().await;
    seen_off(&server, "bob").await;
    for _ in 0..3 {
        alice.send(json!({"type": "signal", "call": call, "data": "x".repeat(2_000)}));
    }
    alice.nothing().await;
    let mut bob = server.resume(&token, seq).await;
    assert_eq!((&bob.welcome["resumed"], &bob.welcome["seq"]), (&json!(false), &json!(seq + 3)));
    let snapshot = &bob.welcome["calls"][0];
    assert_eq!(
        (&snapshot["id"], &snapshot["state"], &snapshot["role"], &snapshot["user"]),
        (&json!(call), &json!("talking"), &json!("callee"), &json!("alice"))
    );
    bob.nothing().await;
    alice.send(json!({"type": "signal", "call": call, "data": 1}));
    assert_eq!(bob.expect("signal").await["seq"], seq + 4);
}

#[tokio::test]
async fn the_same_id_has_one_answer_and_one_effect_also_after_a_resume() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let request = json!({"type": "call", "id": "r1", "event": "request", "user": "bob", "flags": 3});
    alice.send(request.clone());
    alice.send(request.clone());
    let first = alice.expect("ok").await;
    let mut rest = [alice.frame().await, alice.frame().await];
    rest.sort_by_key(|frame| frame["type"] == "call");
    assert_eq!(rest[0], first);
    assert_eq!((&rest[1]["error_code"], &rest[1]["call"]), (&json!(0), &first["call"]));
    bob.event("request").await;
    alice.send(json!({"type": "call", "id": "r1", "event": "request", "user": "carol", "flags": 3}));
    assert_eq!(alice.error(21).await["id"], "r1");
    let (token, seq) = (alice.token(), alice.seq);
    alice.cut().await;
    let mut alice = server.resume(&token, seq).await;
    alice.seq = seq;
    alice.send(request.clone());
    assert_eq!(alice.expect("ok").await, first);
    alice.nothing().await;
    bob.nothing().await;
    // A new session knows nothing of it.
    let mut alice = server.login("alice").await;
    alice.send(request);
    assert_eq!(alice.expect("ok").await["id"], "r1");
    alice.coded("reply", 440).await;
}

fn snapshot<'a>(client: &'a Client, role: &str, user: &str, state: &str) -> &'a Value {
    let calls = client.welcome["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1, "{}", client.welcome);
    assert_eq!((&calls[0]["role"], &calls[0]["user"], &calls[0]["state"]), (&json!(role), &json!(user), &json!(state)));
    &calls[0]
}

#[tokio::test]
async fn a_caller_who_logs_in_again_on_the_same_device_takes_the_ring_over() {
    let server = Server::dev().await;
    let (mut old, mut bob) = (server.login_on("alice", "web").await, server.login("bob").await);
    let call = ring(&mut old, &mut bob).await;
    let mut alice = server.login_on("alice", "web").await;
    assert_eq!(snapshot(&alice, "caller", "bob", "ringing")["id"], call);
    old.closing(209, false, 4409).await;
    bob.nothing().await;
    bob.send(reply("alice", 0));
    alice.event("start").await;
    bob.event("start").await;
    alice.send(finish("bob"));
    bob.event("finish").await;
}

#[tokio::test]
async fn a_callee_who_logs_in_again_on_the_same_device_goes_on_ringing() {
    let server = Server::dev().await;
    let (mut alice, mut old) = (server.login("alice").await, server.login_on("bob", "web").await);
    let call = ring(&mut alice, &mut old).await;
    old.cut().await;
    let mut bob = server.login_on("bob", "web").await;
    assert_eq!(snapshot(&bob, "callee", "alice", "ringing")["id"], call);
    bob.send(reply("alice", 0));
    bob.event("start").await;
    alice.event("start").await;
}

#[tokio::test]
async fn either_party_takes_its_call_over_by_a_new_login() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.3).start().await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login_on("bob", "web").await);
    let (call, room) = talk(&mut alice, &mut bob).await;
    alice.cut().await;
    let mut alice = server.login_on("alice", "web").await;
    assert_eq!(snapshot(&alice, "caller", "bob", "talking")["room"], room);
    bob.cut().await;
    let mut bob = server.login_on("bob", "web").await;
    assert_eq!(snapshot(&bob, "callee", "alice", "talking")["id"], call);
    // Longer than the grace of the sessions that are no more.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    alice.send(json!({"type": "signal", "call": call, "data": 1}));
    bob.expect("signal").await;
    bob.send(finish("alice"));
    alice.event("finish").await;
    bob.event("finish").await;
}

#[tokio::test]
async fn another_device_does_not_take_a_call_over() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.3).start().await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login("bob").await);
    talk(&mut alice, &mut bob).await;
    alice.cut().await;
    let mut phone = server.login_on("alice", "phone").await;
    phone.send(finish("bob"));
    phone.not_in_call().await;
    bob.coded("finish", 100_106).await;
    phone.nothing().await;
}

#[tokio::test]
async fn a_device_that_logs_in_while_its_user_is_rung_joins_the_ring_with_the_offer() {
    let server = Server::dev().await;
    let (mut alice, mut phone) = (server.login("alice").await, server.login_on("bob", "phone").await);
    let sdp = json!({"type": "offer", "sdp": "v=0"});
    alice.send(json!({"type": "call", "event": "request", "user": "bob", "sdp": sdp}));
    phone.event("request").await;
    alice.coded("reply", 0).await;
    let mut web = server.login_on("bob", "web").await;
    assert_eq!(snapshot(&web, "callee", "alice", "ringing")["sdp"], sdp);
    web.nothing().await;
    web.send(json!({"type": "call", "event": "reply", "user": "alice", "sdp": {"type": "answer", "sdp": "v=1"}}));
    web.event("start").await;
    assert_eq!(alice.event("start").await["sdp"]["sdp"], "v=1");
    assert_eq!(phone.coded("finish", 0).await["reason"], "answered_elsewhere");
}

#[tokio::test]
async fn a_request_to_a_user_in_grace_is_queued_and_can_be_accepted() {
    let server = Server::dev().await;
    let (mut alice, bob) = (server.login("alice").await, server.login("bob").await);
    let (token, seq) = (bob.token(), bob.seq);
    bob.cut().await;
    seen_off(&server, "bob").await;
    alice.send(json!({"type": "call", "event": "request", "user": "bob"}));
    alice.coded("reply", 0).await;
    let mut bob = server.resume(&token, seq).await;
    bob.event("request").await;
    bob.send(reply("alice", 0));
    bob.event("start").await;
    alice.event("start").await;
}
