//! What the demo page asks of its server beyond the API.

use serde_json::{Value, json};

use crate::{
    client::Client,
    server::{Server, problem},
};

#[tokio::test]
async fn development_mode_tells_the_demo_what_it_needs() {
    let server = Server::start(&["--dev"], &[("HOOKSWITCH__CALL__RING_TIMEOUT_SECS", "7.5")]);
    let answer = server.plain("GET", "/demo/facts").send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let facts: Value = answer.json().await.unwrap();
    assert_eq!((&facts["development"], &facts["api_key"]), (&json!(true), &json!("dev")));
    assert_eq!((&facts["version"], &facts["turn"]), (&json!(env!("CARGO_PKG_VERSION")), &json!(false)));
    assert_eq!(facts["ring_timeout_secs"], 7.5);
    assert_eq!(facts["started_at"], server.get("/nodes").await["items"][0]["started_at"]);
}

#[tokio::test]
async fn other_servers_have_no_sample_and_no_restart_and_facts_only_beside_the_page() {
    let server = Server::start(&[], &[]);
    for (method, path) in [("GET", "/demo/facts"), ("POST", "/demo/hook"), ("POST", "/demo/restart")] {
        let refused = server.plain(method, path).bearer_auth("dev").json(&json!({"type": "ping"})).send();
        assert_eq!(problem(refused.await.unwrap()).await["status"], 404, "{path}");
    }
    let server = Server::start(
        &[],
        &[
            ("HOOKSWITCH__DEMO__ENABLED", "true"),
            ("HOOKSWITCH__TURN__URIS", "stun:stun.example.org,turn:turn.example.org"),
            ("HOOKSWITCH__TURN__SECRET", "the same text as coturn's"),
        ],
    );
    let facts: Value = server.plain("GET", "/demo/facts").send().await.unwrap().json().await.unwrap();
    assert_eq!((&facts["development"], &facts["api_key"], &facts["turn"]), (&json!(false), &Value::Null, &json!(true)));
    let refused = server.plain("POST", "/demo/restart").bearer_auth("dev").send().await.unwrap();
    assert_eq!(problem(refused).await["status"], 404);
}

#[tokio::test]
async fn a_restart_needs_a_header_that_no_other_page_can_send() {
    let server = Server::dev();
    for refused in [server.plain("POST", "/demo/restart"), server.plain("POST", "/demo/restart").bearer_auth("hsk_x")] {
        let refused = refused.send().await.unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"hookswitch\"");
        assert_eq!(problem(refused).await["status"], 401);
    }
}

#[tokio::test]
async fn the_sample_refuses_routes_and_dawdles_by_whom_is_called() {
    let server = Server::dev();
    let hook = json!({
        "url": server.url("/demo/hook"), "events": ["call.*"], "veto": true, "timeout_ms": 300, "on_failure": "refuse",
    });
    assert_eq!(server.send("PUT", "/webhooks/demo", hook).await.status().as_u16(), 201);
    let mut alice = Client::log_in(&server, "alice").await;
    let mut bob = Client::log_in(&server, "bob").await;
    for (user, code) in [("blocked", 403), ("slow", 207)] {
        alice.send(json!({"type": "call", "event": "request", "user": user, "flags": 3})).await;
        let reply = alice.event("reply").await;
        assert_eq!(reply["error_code"], code, "{reply}");
    }
    let call = alice.ring("support").await;
    assert_eq!(bob.event("request").await["call"], call);
    let ping = server.send("POST", "/webhooks/demo/test", json!({})).await;
    assert_eq!(ping.json::<Value>().await.unwrap()["ok"], true);
}
