//! How the server fares, for people.

use serde_json::{Value, json};

use crate::{
    client::{Client, talking},
    server::{Server, until},
};

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("no {name} in {list}"))
}

#[tokio::test]
async fn a_server_that_fares_well_says_so_with_its_figures() {
    let server = Server::dev();
    let (_alice, _bob, _id) = talking(&server).await;
    let health = server.get("/health").await;
    assert_eq!((&health["ok"], &health["draining"]), (&json!(true), &json!(false)), "{health}");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    for name in ["store", "commit_latency", "disk_room", "not_draining", "invariants", "panics", "open_files"] {
        assert_eq!(named(&health["checks"], name)["advice"], Value::Null, "{name}");
    }
    let turn = named(&health["checks"], "turn");
    assert_eq!((&turn["ok"], turn["advice"].is_string()), (&json!(true), true));
    let store = &health["store"];
    assert!(store["commit_ms"]["count"].as_u64().unwrap() > 0 && store["commit_ms"]["p50"].is_f64(), "{store}");
    assert!(store["batch_p50"].as_u64().unwrap() > 0 && store["size_bytes"].as_u64().unwrap() > 10_000, "{store}");
    assert_eq!(health["outbox"], json!({"waiting": 0, "oldest_secs": null}));
    let process = &health["process"];
    for figure in ["resident_bytes", "open_files", "open_files_limit", "threads"] {
        assert!(process[figure].as_f64().unwrap() > 1.0, "{figure}: {process}");
    }
    assert_eq!(health["retention"], json!({"days": 90.0, "running": false, "removed": 0}));
    assert_eq!(
        (&health["panics"], &health["slow_readers"], &health["event_streams"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!(health["invariants"], json!({"ok": true, "checked_at": null, "violations": 0}));
    let looked = server.get("/debug/invariants").await;
    assert_eq!(server.get("/health").await["invariants"]["checked_at"], looked["checked_at"]);
}

#[tokio::test]
async fn limits_tell_how_full_they_are_and_how_often_they_were_met() {
    let server = Server::start(&[], &[("HOOKSWITCH__LIMITS__UNAUTHENTICATED", "1")]);
    let key = server.key("read");
    let unauthenticated = async || -> Value {
        let health = server.plain("GET", "/api/v1/health").bearer_auth(&key).send().await.unwrap();
        named(&health.json::<Value>().await.unwrap()["limits"], "unauthenticated").clone()
    };
    let _silent = Client::connect(&server).await;
    assert!(tokio_tungstenite::connect_async(format!("ws://{}/ws", server.address)).await.is_err(), "one too many");
    let seen = unauthenticated().await;
    assert_eq!((&seen["value"], &seen["limit"], &seen["hits"]), (&json!(1), &json!(1), &json!(1)), "{seen}");
}

#[tokio::test]
async fn a_hook_that_fails_is_told_with_advice() {
    let server = Server::dev();
    // Nobody listens at port 1; the sample of the demo takes everything.
    for (name, url) in [("gone", "http://127.0.0.1:1/".to_owned()), ("fine", server.url("/demo/hook"))] {
        let hook = json!({"url": url, "events": ["call.*"]});
        assert_eq!(server.send("PUT", &format!("/webhooks/{name}"), hook).await.status().as_u16(), 201);
    }
    let (_alice, _bob, _id) = talking(&server).await;
    let waiting = until("the other hook has all of its events", async || {
        let health = server.get("/health").await;
        (health["outbox"]["waiting"] == 3).then_some(health)
    })
    .await;
    assert!(waiting["outbox"]["oldest_secs"].as_f64().unwrap() < 60.0);
    assert_eq!(named(&waiting["checks"], "webhook fine")["ok"], true);
    // As though they had waited for longer than a minute.
    let file = server.folder.path().join("data/hookswitch.sqlite3");
    rusqlite::Connection::open(file).unwrap().execute("UPDATE outbox SET at = at - 90000000", []).unwrap();
    let health = server.get("/health").await;
    let gone = named(&health["checks"], "webhook gone");
    assert_eq!((&health["ok"], &gone["ok"]), (&json!(false), &json!(false)), "{health}");
    assert!(gone["detail"].as_str().unwrap().contains("3 events wait") && gone["advice"].is_string(), "{gone}");
}
