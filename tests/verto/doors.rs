//! Verto clients and clients of the native door in one call.

use serde_json::json;

use crate::{
    phone::{Phone, offer},
    support::{Client, Server, finish, reply},
};

fn answer_sdp() -> serde_json::Value {
    json!({"type": "answer", "sdp": "v=0\r\na=native\r\n"})
}

#[tokio::test]
async fn a_verto_client_calls_a_native_one() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, server.login_on("bob", "web").await);
    alice.invite("a-1", "bob").await;
    let request = bob.event("request").await;
    assert_eq!(request["sdp"], json!({"type": "offer", "sdp": offer("alice")}));
    assert_eq!(
        (&request["door"], &request["user_str"], &request["flags"]),
        (&json!("verto"), &json!("alice the caller"), &json!(3))
    );
    bob.send(json!({"type": "call", "event": "reply", "user": "alice", "error_code": 0, "sdp": answer_sdp()}));
    let start = bob.event("start").await;
    assert_eq!(start["door"], "verto");
    let answer = alice.expect("verto.answer").await;
    assert_eq!((&answer["callID"], &answer["sdp"]), (&json!("a-1"), &json!("v=0\r\na=native\r\n")));
    alice.expect("verto.display").await;
    let id = start["call"].as_str().unwrap().to_owned();
    let call = server.call(&id).await;
    assert_eq!((&call["caller_door"], &call["callee_door"]), (&json!("verto"), &json!("native")));
    alice.ask("verto.info", json!({"dtmf": "5", "dialogParams": {"callID": "a-1"}})).await;
    assert_eq!(bob.expect("signal").await["data"], json!({"dtmf": "5"}));
    bob.send(json!({"type": "signal", "call": id, "data": {"msg": {"body": "from the native side"}}}));
    let info = alice.expect("verto.info").await;
    assert_eq!((&info["msg"]["body"], &info["msg"]["from"]), (&json!("from the native side"), &json!("bob")));
    // What has no form at the Verto door stays away.
    bob.send(json!({"type": "signal", "call": id, "data": {"rtc": {"candidates": []}}}));
    bob.send(finish("alice"));
    alice.bye("a-1", "NORMAL_CLEARING", 16).await;
    server.ended(&id, "hangup", 0).await;
}

#[tokio::test]
async fn a_native_client_calls_a_verto_one() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, Phone::login(&server, "bob").await);
    let sdp = json!({"type": "offer", "sdp": offer("alice")});
    alice.send(json!({"type": "call", "event": "request", "user": "bob", "flags": 3, "user_str": "hi", "sdp": sdp}));
    assert_eq!(alice.event("reply").await["door"], "verto");
    let invite = bob.expect("verto.invite").await;
    assert_eq!((&invite["sdp"], &invite["caller_id_name"]), (&json!(offer("alice")), &json!("alice")));
    assert_eq!(invite["variables"]["hookswitch_user_str"], "hi");
    let b = invite["callID"].as_str().unwrap().to_owned();
    bob.accept(&b).await;
    let start = alice.event("start").await;
    assert_eq!(
        (&start["door"], &start["sdp"]),
        (&json!("verto"), &json!({"type": "answer", "sdp": offer("bob-answer")}))
    );
    let call = server.call(start["call"].as_str().unwrap()).await;
    assert_eq!((&call["caller_door"], &call["callee_door"]), (&json!("native"), &json!("verto")));
    bob.end(&b).await;
    assert_eq!(alice.event("finish").await["reason"], "hangup");
}

#[tokio::test]
async fn of_a_users_devices_at_both_doors_the_first_wins() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    let (mut phone, mut web) = (Phone::login(&server, "bob").await, server.login_on("bob", "web").await);
    alice.invite("a-1", "bob").await;
    let b = phone.rings("alice").await;
    web.event("request").await;
    web.send(json!({"type": "call", "event": "reply", "user": "alice", "error_code": 0, "sdp": answer_sdp()}));
    web.event("start").await;
    phone.bye(&b, "LOSE_RACE", 702).await;
    alice.expect("verto.answer").await;
}

#[tokio::test]
async fn a_request_without_an_offer_is_refused_unless_somebody_else_can_take_it() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, Phone::login(&server, "bob").await);
    alice.send(json!({"type": "call", "event": "request", "user": "bob"}));
    alice.coded("reply", 0).await;
    let refusal = alice.coded("reply", 21).await;
    assert!(refusal["user_str"].as_str().unwrap().contains("sdp"), "{refusal}");
    let mut web = server.login_on("bob", "web").await;
    alice.send(json!({"type": "call", "event": "request", "user": "bob"}));
    alice.coded("reply", 0).await;
    web.event("request").await;
    web.send(reply("alice", 0));
    alice.event("start").await;
    bob.nothing().await;
}

#[tokio::test]
async fn an_answer_without_a_description_is_refused_and_the_call_rings_on() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, server.login("bob").await);
    alice.invite("a-1", "bob").await;
    bob.event("request").await;
    let mut answer = reply("alice", 0);
    answer["id"] = json!(7);
    bob.send(answer);
    let error = bob.expect("error").await;
    assert_eq!((&error["id"], &error["error_code"]), (&json!(7), &json!(21)), "{error}");
    assert!(error["message"].as_str().unwrap().contains("sdp"), "{error}");
    alice.nothing().await;
    bob.send(json!({"type": "call", "event": "reply", "user": "alice", "error_code": 0, "sdp": answer_sdp()}));
    bob.event("start").await;
    alice.expect("verto.answer").await;
}

#[tokio::test]
async fn the_business_server_cannot_have_a_verto_client_call() {
    let server = Server::dev().await;
    let (mut alice, _bob) = (Phone::login(&server, "alice").await, server.login("bob").await);
    let (status, placed) = server.post("/api/v1/calls", json!({"caller": "alice", "callee": "bob"})).await;
    assert!(status.is_success(), "{placed}");
    let call = placed["id"].as_str().unwrap().to_owned();
    let ended = || async { (server.call(&call).await["state"] == "ended").then_some(()) };
    crate::support::eventually("the call to end", ended).await;
    server.ended(&call, "cancelled", 100_101).await;
    alice.nothing().await;
    // Nor to call one: it could make no offer.
    let (status, refused) = server.post("/api/v1/calls", json!({"caller": "bob", "callee": "alice"})).await;
    assert_eq!(status.as_u16(), 422, "{refused}");
    assert!(refused.to_string().contains("Verto"), "{refused}");
    alice.nothing().await;
}

#[tokio::test]
async fn requests_of_different_doors_that_cross_find_the_line_busy() {
    let server = Server::dev().await;
    let (mut alice, mut bob): (Phone, Client) = (Phone::login(&server, "alice").await, server.login("bob").await);
    alice.invite("a-1", "bob").await;
    bob.event("request").await;
    bob.send(json!({"type": "call", "event": "request", "user": "alice", "sdp": {"type": "offer", "sdp": "v=0"}}));
    bob.coded("reply", 440).await;
    bob.send(json!({"type": "call", "event": "reply", "user": "alice", "error_code": 0, "sdp": answer_sdp()}));
    bob.event("start").await;
    alice.expect("verto.answer").await;
}

#[tokio::test]
async fn a_verto_client_that_calls_a_wechat_user_hears_that_the_two_cannot_talk() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    alice.invite("a-1", "wechat:dev:answer-after-50ms").await;
    alice.bye("a-1", "INCOMPATIBLE_DESTINATION", 88).await;
}
