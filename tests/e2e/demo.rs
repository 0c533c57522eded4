//! The restart behind the demo page's button: the process starts itself anew, as after a crash.

use reqwest::Method;
use serde_json::json;

use crate::support::{Server, eventually, finish, talk};

#[tokio::test]
async fn a_talk_outlives_the_restart_that_the_demo_asks_for() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login_on("bob", "web").await);
    let (call, room) = talk(&mut alice, &mut bob).await;
    let before = server.get("/demo/facts").await;
    assert_eq!(server.rest(Method::POST, "/demo/restart", None).await.0, 202);
    server.says("as after a crash").await;
    // The same port, the same process, another server.
    eventually("it is back", || async {
        let facts = server.http.get(format!("{}/demo/facts", server.url)).send().await.ok()?;
        let facts: serde_json::Value = facts.json().await.ok()?;
        (facts["started_at"] != before["started_at"]).then_some(())
    })
    .await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login_on("bob", "web").await);
    for client in [&alice, &bob] {
        let seen = &client.welcome["calls"][0];
        assert_eq!((&seen["id"], &seen["room"], &seen["state"]), (&json!(call), &json!(room), &json!("talking")));
    }
    alice.send(json!({"type": "signal", "call": call, "data": "still there"}));
    assert_eq!(bob.expect("signal").await["data"], "still there");
    bob.send(finish("alice"));
    alice.coded("finish", 0).await;
    server.ended(&call, "hangup", 0).await;
}
