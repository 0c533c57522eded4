//! The flight recorder's list and its live view.

use serde_json::json;

use crate::{
    client::{Client, talking},
    events::Events,
    server::{Server, problem},
};

#[tokio::test]
async fn a_live_view_shows_what_is_said_from_now_on() {
    let server = Server::dev();
    let _alice = Client::log_in(&server, "alice").await;
    let mut live = Events::at(&server, "/trace/live", None).await;
    let mut bob = Client::log_in(&server, "bob").await;
    bob.send(json!({"type": "ping", "id": "p"})).await;
    let mut kinds = Vec::new();
    loop {
        let event = live.named("trace").await;
        assert_eq!(event.id, event.data["n"].to_string());
        assert_ne!(event.data["user"], "alice", "what was said before is not shown: {}", event.data);
        kinds.push(event.data["body"]["type"].as_str().unwrap_or_default().to_owned());
        if event.data["body"]["type"] == "ok" {
            break;
        }
    }
    assert_eq!(kinds, ["", "login", "logged_in", "ping", "pong", "ok"]);
}

#[tokio::test]
async fn a_live_view_of_a_call_goes_on_after_what_was_seen() {
    let server = Server::dev();
    let (_alice, mut bob, id) = talking(&server).await;
    let listed = server.get(&format!("/trace?call={id}")).await;
    let seen = listed["items"][0]["n"].clone();
    let path = format!("/trace/live?call={id}&after={seen}");
    let mut live = Events::at(&server, &path, None).await;
    for entry in &listed["items"].as_array().unwrap()[1..] {
        assert_eq!(live.named("trace").await.data, *entry);
    }
    bob.send(json!({"type": "call", "event": "finish", "user": "alice"})).await;
    let finish = live.named("trace").await;
    assert_eq!((&finish.data["from"], &finish.data["body"]["event"]), (&json!("client"), &json!("finish")));
    let mut again = Events::at(&server, &path, Some(&finish.id)).await;
    assert_eq!(again.named("trace").await.data["kind"], "commit", "the header wins");
}

#[tokio::test]
async fn a_number_of_another_life_of_the_server_is_a_gap() {
    let server = Server::dev();
    let _alice = Client::log_in(&server, "alice").await;
    for (path, header) in [("/trace/live?after=900000", None), ("/trace/live", Some("64a2b3c4d5e6f-12"))] {
        let mut live = Events::at(&server, path, header).await;
        assert_eq!(live.next().await.unwrap().name, "gap");
        assert_eq!(live.next().await.unwrap().data["n"], 1, "then comes what is kept");
    }
}

#[tokio::test]
async fn an_open_live_view_does_not_hold_up_the_end() {
    let mut server = Server::dev();
    let mut live = Events::at(&server, "/trace/live", None).await;
    server.terminate();
    assert!(live.next().await.is_none());
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn pages_follow_each_other_and_begin_where_one_likes() {
    let server = Server::dev();
    let (_alice, _bob, id) = talking(&server).await;
    let whole = server.get("/trace?limit=500").await;
    let all = whole["items"].as_array().unwrap();
    assert_eq!(
        (&all[0]["n"], &all[0]["kind"], &whole["next_cursor"]),
        (&json!(1), &json!("socket.opened"), &json!(null))
    );
    let first = server.get("/trace?limit=3").await;
    assert_eq!(first["items"].as_array().unwrap(), &all[..3]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = server.get(&format!("/trace?limit=3&cursor={cursor}")).await;
    assert_eq!(second["items"].as_array().unwrap(), &all[3..6]);
    let after = server.get(&format!("/trace?after={}&call={id}", all[5]["n"])).await;
    assert!(after["items"].as_array().unwrap().iter().all(|entry| entry["n"].as_u64() > all[5]["n"].as_u64()));
}

#[tokio::test]
async fn malformed_parameters_are_refused_by_name() {
    let server = Server::dev();
    for path in ["/trace", "/trace/live"] {
        for (query, says) in [
            ("user=a%20b", "user"),
            ("call=7", "a UUID"),
            ("after=-1", "after"),
            ("after=1&after=2", "twice"),
            ("kind=frame", "kind"),
        ] {
            let refused = problem(server.request("GET", &format!("{path}?{query}")).send().await.unwrap()).await;
            assert_eq!((&refused["status"], &refused["error_code"]), (&json!(400), &json!(21)), "{refused}");
            assert!(refused.to_string().contains(says), "{query}: {refused}");
        }
    }
    let head = server.request("HEAD", "/trace/live").send().await.unwrap();
    assert_eq!(head.status().as_u16(), 405, "a stream has no end that HEAD could wait for");
}
