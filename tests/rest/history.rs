//! The last day, minute by minute.

use serde_json::{Value, json};

use crate::{
    client::{Client, talking},
    server::{Server, problem, until},
};

/// The last minutes; a test may run over the end of one.
async fn history(server: &Server) -> Vec<Value> {
    let page = server.get("/stats/history?minutes=10").await;
    assert_eq!(page["next_cursor"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

fn total(minutes: &[Value], pointer: &str) -> u64 {
    minutes.iter().map(|minute| minute.pointer(pointer).map_or(0, |n| n.as_u64().unwrap())).sum()
}

fn highest(minutes: &[Value], name: &str) -> u64 {
    minutes.iter().map(|minute| minute[name].as_u64().unwrap()).max().unwrap()
}

#[tokio::test]
async fn the_running_minute_tells_what_goes_on() {
    let server = Server::dev();
    let (_alice, mut bob, id) = talking(&server).await;
    let mut carol = Client::log_in(&server, "carol").await;
    let _dave = Client::log_in(&server, "dave").await;
    carol.ring("dave").await;
    let minutes = history(&server).await;
    assert_eq!((highest(&minutes, "talking"), highest(&minutes, "ringing")), (1, 1));
    assert_eq!((highest(&minutes, "users_online"), highest(&minutes, "sessions")), (4, 4));
    server.send("POST", &format!("/calls/{id}/finish"), json!({})).await;
    bob.event("finish").await;
    let minutes = history(&server).await;
    assert_eq!((total(&minutes, "/requested"), total(&minutes, "/started"), total(&minutes, "/finished")), (2, 1, 1));
    assert_eq!(total(&minutes, "/finished_by_reason/forced"), 1);
    assert_eq!((total(&minutes, "/request_to_ring_ms/count"), total(&minutes, "/request_to_start_ms/count")), (2, 1));
    assert_eq!(highest(&minutes, "talking"), 1, "the highest that was seen in it");
    let all = server.get("/stats/history").await;
    let all = all["items"].as_array().unwrap();
    assert_eq!(all.len(), 1440);
    assert!(all.is_sorted_by(|a, b| a["at"].as_str() < b["at"].as_str()));
    assert_eq!((&all[0]["requested"], &all[0]["veto_ms"]["p50"]), (&json!(0), &Value::Null));
}

#[tokio::test]
async fn the_history_outlives_a_server_that_stops() {
    let mut server = Server::dev();
    let (_alice, mut bob, id) = talking(&server).await;
    server.send("POST", &format!("/calls/{id}/finish"), json!({})).await;
    bob.event("finish").await;
    server.terminate();
    assert_eq!(server.exit_code().await, Some(0));
    let server = server.again();
    let minutes = history(&server).await;
    assert_eq!((total(&minutes, "/requested"), total(&minutes, "/finished_by_reason/forced")), (1, 1));
    assert_eq!(total(&minutes, "/ring_ms/count"), 1);
}

#[tokio::test]
async fn a_crash_costs_the_history_seconds_only() {
    let server = Server::dev();
    let (_alice, _bob, _id) = talking(&server).await;
    let file = server.folder.path().join("data/hookswitch.sqlite3");
    until("it is saved", async || {
        let db = rusqlite::Connection::open(&file).unwrap();
        let saved = "SELECT count(*) FROM minutes WHERE figures ->> 'started' = 1";
        db.query_row(saved, [], |row| row.get::<_, i64>(0)).ok().filter(|rows| *rows == 1)
    })
    .await;
    let server = server.again();
    assert_eq!(total(&history(&server).await, "/started"), 1);
}

#[tokio::test]
async fn a_history_has_at_most_a_day() {
    let server = Server::dev();
    for bad in ["minutes=0", "minutes=1441", "minutes=x", "hours=1"] {
        let refused = server.request("GET", &format!("/stats/history?{bad}")).send().await.unwrap();
        assert_eq!(problem(refused).await["status"], 400, "{bad}");
    }
}
