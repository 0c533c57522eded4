//! Health, readiness, metrics, statistics, nodes.

use serde_json::{Value, json};

use crate::{
    client::{Client, talking},
    server::{Server, until},
};

#[tokio::test]
async fn a_server_is_alive_and_ready() {
    let server = Server::dev();
    assert_eq!(server.plain("GET", "/healthz").send().await.unwrap().text().await.unwrap(), "ok\n");
    let ready = server.plain("GET", "/readyz").send().await.unwrap();
    assert_eq!(ready.status().as_u16(), 200);
    let ready: Value = ready.json().await.unwrap();
    assert_eq!((&ready["ready"], &ready["checks"][0]), (&json!(true), &json!({"name": "store", "ok": true})));
    let head = server.plain("HEAD", "/readyz").send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.text().await.unwrap()), (200, String::new()));
}

#[tokio::test]
async fn a_draining_server_is_alive_and_not_ready() {
    let mut server = Server::dev();
    let (_alice, mut bob, id) = talking(&server).await;
    server.terminate();
    let unready = until("draining", async || {
        let answer = server.plain("GET", "/readyz").send().await.unwrap();
        (answer.status().as_u16() == 503).then_some(answer)
    })
    .await;
    let unready: Value = unready.json().await.unwrap();
    assert_eq!((&unready["ready"], &unready["checks"][1]["ok"]), (&json!(false), &json!(false)));
    assert_eq!(server.plain("GET", "/healthz").send().await.unwrap().status().as_u16(), 200);
    let refused = server.send("POST", "/calls", json!({"caller": "alice", "callee": "carol"})).await;
    let refused = crate::server::problem(refused).await;
    assert_eq!((&refused["status"], &refused["error_code"]), (&json!(503), &json!(120)));
    assert_eq!(server.get("/stats").await["draining"], true);
    server.send("POST", &format!("/calls/{id}/finish"), json!({})).await;
    bob.event("finish").await;
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn metrics_count_calls_and_requests_by_pattern() {
    let server = Server::dev();
    let (mut alice, _bob, id) = talking(&server).await;
    server.get(&format!("/calls/{id}")).await;
    let scrape = async |accept: &str| {
        let answer = server.plain("GET", "/metrics").header("accept", accept).send().await.unwrap();
        (answer.headers()["content-type"].to_str().unwrap().to_owned(), answer.text().await.unwrap())
    };
    let (kind, text) = scrape("application/openmetrics-text;version=1.0.0,text/plain;q=0.5").await;
    assert_eq!(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(text.ends_with("# EOF\n"));
    let (kind, text) = scrape("*/*").await;
    assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8");
    for line in ["hookswitch_calls{state=\"talking\"} 1", "hookswitch_sessions 2", "hookswitch_users_online 2"] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    let route = "route=\"/api/v1/calls/{id}\",method=\"GET\",status=\"200\"";
    assert!(text.contains(&format!("hookswitch_http_request_duration_seconds_count{{{route}}} 1")), "{text}");
    assert!(text.contains("process_resident_memory_bytes ") && !text.contains("# EOF"));
    assert!(!text.contains("alice") && !text.contains(&id));
    server.send("POST", &format!("/calls/{id}/finish"), json!({})).await;
    alice.event("finish").await;
    let (_, text) = scrape("text/plain").await;
    assert!(
        text.contains("# TYPE hookswitch_calls_total counter\nhookswitch_calls_total{reason=\"forced\"} 1"),
        "{text}"
    );
}

#[tokio::test]
async fn the_invariants_hold_and_are_all_named() {
    let server = Server::dev();
    let (_alice, _bob, _id) = talking(&server).await;
    let mut carol = Client::log_in(&server, "carol").await;
    let _dave = Client::log_in(&server, "dave").await;
    carol.ring("dave").await;
    let found = server.get("/debug/invariants").await;
    assert_eq!((&found["ok"], &found["calls"], &found["lines"]), (&json!(true), &json!(2), &json!(4)), "{found}");
    assert_eq!(found["sessions"], json!(4));
    for (n, invariant) in found["invariants"].as_array().unwrap().iter().enumerate() {
        assert_eq!((&invariant["number"], &invariant["ok"]), (&json!(n + 1), &json!(true)), "{invariant}");
        assert!(!invariant["name"].as_str().unwrap().is_empty() && invariant["violations"] == json!([]));
    }
    assert_eq!(found["invariants"].as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn statistics_tell_what_goes_on_and_what_went_on() {
    let server = Server::dev();
    let (_alice, _bob, _id) = talking(&server).await;
    let mut carol = Client::log_in(&server, "carol").await;
    let _dave = Client::log_in(&server, "dave").await;
    carol.ring("dave").await;
    let stats = server.get("/stats").await;
    assert_eq!((&stats["talking"], &stats["ringing"], &stats["requested"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!((&stats["users_online"], &stats["sessions"]), (&json!(4), &json!(4)));
    for window in ["last_minute", "last_hour"] {
        let window = &stats[window];
        assert_eq!((&window["requested"], &window["started"]), (&json!(2), &json!(1)), "{window}");
        assert!(
            window["request_to_start_ms"]["p99"].is_f64() && window["request_to_ring_ms"]["count"] == 2,
            "{window}"
        );
    }
}

#[tokio::test]
async fn the_one_node_is_this_server() {
    let server = Server::dev();
    let _alice = Client::log_in(&server, "alice").await;
    let nodes = server.get("/nodes").await;
    let node = &nodes["items"][0];
    assert_eq!(
        (&node["version"], &node["sessions"], &node["sockets"]),
        (&json!(env!("CARGO_PKG_VERSION")), &json!(1), &json!(1))
    );
    assert_eq!((&node["draining"], &nodes["next_cursor"]), (&json!(false), &Value::Null));
    let workers = server.get("/workers").await;
    let pool = &workers["pool"];
    assert_eq!((&pool["enabled"], &pool["simulated"], &pool["busy"]), (&json!(true), &json!(true), &json!(0)));
    assert_eq!((&workers["next_cursor"], &pool["failures"]), (&Value::Null, &json!([])));
    for worker in workers["items"].as_array().unwrap() {
        assert!(worker["id"].is_u64() && worker["call_id"].is_null() && worker["started_at"].is_string(), "{worker}");
    }
    let off = Server::start(&[], &[]);
    let asked = off.plain("GET", "/api/v1/workers").bearer_auth(off.key("read")).send().await.unwrap();
    let off: Value = asked.json().await.unwrap();
    assert_eq!((&off["items"], &off["pool"]["enabled"]), (&json!([]), &json!(false)));
}

#[tokio::test]
async fn each_connection_counts_once_with_what_became_of_it() {
    let server = Server::start(&[], &[("HOOKSWITCH__LIMITS__UNAUTHENTICATED", "1")]);
    let mut denied = Client::connect(&server).await;
    denied.send(json!({"type": "login", "token": "x"})).await;
    denied.next("error").await;
    let minted = server.plain("POST", "/api/v1/tokens").bearer_auth(server.key("admin"));
    let minted: Value = minted.json(&json!({"user": "alice"})).send().await.unwrap().json().await.unwrap();
    until("the denied one is gone", async || counts(&server).await.contains("{result=\"denied\"} 1").then_some(()))
        .await;
    let mut alice = Client::connect(&server).await;
    alice.send(json!({"type": "login", "token": minted["token"]})).await;
    alice.next("logged_in").await;
    let silent = Client::connect(&server).await;
    assert!(tokio_tungstenite::connect_async(format!("ws://{}/ws", server.address)).await.is_err(), "one too many");
    drop(silent);
    until("the silent one is gone", async || counts(&server).await.contains("\"abandoned\"").then_some(())).await;
    for result in ["denied", "logged_in", "refused", "abandoned"] {
        let line = format!("hookswitch_connections_total{{result=\"{result}\"}} 1");
        let text = counts(&server).await;
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

async fn counts(server: &Server) -> String {
    let text = server.plain("GET", "/metrics").send().await.unwrap().text().await.unwrap();
    text.lines()
        .filter(|line| line.starts_with("hookswitch_connections_total"))
        .map(|line| format!("{line}\n"))
        .collect()
}
