//! The business server acts: places calls, ends them.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    calls::{offer, pair},
    support::{Server, reply, ring, talk},
};

#[tokio::test]
async fn the_business_server_places_a_call_in_the_callers_name() {
    let server = Server::dev().await;
    let mut old = server.login_on("alice", "old").await;
    let mut alice = server.login_on("alice", "web").await;
    alice.nothing().await;
    let mut bob = server.login("bob").await;
    let form = json!({"caller": "alice", "callee": "bob", "flags": 1, "param": 4, "user_str": "hand-over"});
    let (status, placed) = server.post("/api/v1/calls", form.clone()).await;
    assert_eq!((status, &placed["state"]), (StatusCode::CREATED, &json!("ringing")), "{placed}");
    let progress = alice.coded("reply", 0).await;
    assert_eq!(
        (&progress["placed"], &progress["call"], &progress["user"]),
        (&json!(true), &placed["id"], &json!("bob"))
    );
    let rings = bob.event("request").await;
    assert_eq!(
        (&rings["user_str"], &rings["param"], &rings["user"]),
        (&json!("hand-over"), &json!(4), &json!("alice"))
    );
    let (status, refused) = server.post("/api/v1/calls", form.clone()).await;
    assert_eq!((status.as_u16(), &refused["error_code"]), (409, &json!(440)));
    let (status, refused) = server.post("/api/v1/calls", json!({"caller": "carol", "callee": "bob"})).await;
    assert_eq!((status.as_u16(), &refused["error_code"]), (409, &json!(100_102)));
    let mut carol = server.login("carol").await;
    let (status, refused) = server.post("/api/v1/calls", json!({"caller": "carol", "callee": "bob"})).await;
    assert_eq!((status.as_u16(), &refused["error_code"]), (409, &json!(100_103)));
    let (status, refused) = server.post("/api/v1/calls", json!({"caller": "carol", "callee": "nobody"})).await;
    assert_eq!((status.as_u16(), &refused["error_code"]), (409, &json!(100_102)));
    carol.nothing().await;
    bob.send(reply("alice", 0));
    bob.event("start").await;
    alice.event("start").await;
    old.nothing().await;
    alice.send(json!({"type": "signal", "call": placed["id"], "data": offer()}));
    assert_eq!(bob.expect("signal").await["data"], offer());
}

async fn force(server: &Server, path: &str, code: i32) -> Value {
    let (status, record) = server.post(path, json!({"error_code": code, "user_str": "over"})).await;
    assert_eq!(status, 200, "{record}");
    record
}

#[tokio::test]
async fn the_business_server_ends_a_ring() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    for (code, told) in [(0, 100_101), (77, 77)] {
        let call = ring(&mut alice, &mut bob).await;
        let record = force(&server, &format!("/api/v1/calls/{call}/finish"), code).await;
        assert_eq!((&record["state"], &record["error_code"]), (&json!("ended"), &json!(told)));
        for client in [&mut alice, &mut bob] {
            let end = client.coded("reply", told).await;
            assert_eq!((&end["reason"], &end["user_str"]), (&json!("forced"), &json!("over")));
        }
        server.ended(&call, "forced", told).await;
    }
}

#[tokio::test]
async fn the_business_server_ends_a_talk_by_call_or_by_either_user() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    for (n, path) in
        ["/api/v1/calls/{}/finish", "/api/v1/users/alice/finish", "/api/v1/users/bob/finish"].iter().enumerate()
    {
        let (call, room) = talk(&mut alice, &mut bob).await;
        assert_eq!(room, i64::try_from(n).unwrap() + 1);
        let record = force(&server, &path.replace("{}", &call), 0).await;
        assert_eq!((&record["reason"], &record["ended_by"]), (&json!("forced"), &json!("business")));
        alice.coded("finish", 0).await;
        assert_eq!(bob.coded("finish", 0).await["reason"], "forced");
        // Once more, with another code: it is over, and stays as it is.
        let again = force(&server, &format!("/api/v1/calls/{call}/finish"), 99).await;
        assert_eq!(again, record);
    }
    alice.nothing().await;
    let (status, _) = server.post("/api/v1/users/alice/finish", json!({})).await;
    assert_eq!(status, 404);
    let (status, _) = server.post("/api/v1/calls/0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11/finish", json!({})).await;
    assert_eq!(status, 404);
}
