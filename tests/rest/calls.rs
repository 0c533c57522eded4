//! Calls, rooms and users as REST sees and ends them.

use serde_json::{Value, json};

use crate::{
    client::{Client, talking},
    server::{Server, problem, until},
};

#[tokio::test]
async fn a_call_is_seen_from_ring_to_record() {
    let server = Server::dev();
    let mut alice = Client::log_in(&server, "alice").await;
    let mut bob = Client::log_in(&server, "bob").await;
    let id = alice.ring("bob").await;
    let call = server.get(&format!("/calls/{id}")).await;
    assert_eq!((&call["state"], &call["caller"], &call["callee"]), (&json!("ringing"), &json!("alice"), &json!("bob")));
    assert!(call["ringing_at"].is_string() && call["room"].is_null(), "{call}");

    bob.answer().await;
    let start = alice.event("start").await;
    let call = server.get(&format!("/calls/{id}")).await;
    assert_eq!((&call["state"], &call["room"]), (&json!("talking"), &start["param"]));
    assert!(call["version"].as_u64() >= start["version"].as_u64());

    bob.send(json!({"type": "call", "event": "finish", "user": "alice"})).await;
    alice.event("finish").await;
    let call = server.get(&format!("/calls/{id}")).await;
    assert_eq!(
        (&call["state"], &call["reason"], &call["ended_by"]),
        (&json!("ended"), &json!("hangup"), &json!("callee"))
    );
    assert!(call["ring_ms"].is_u64() && call["talk_ms"].is_u64() && call["error_code"] == 0, "{call}");
    let states: Vec<&Value> = call["timeline"].as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["requested", "ringing", "talking", "ended"]);
    let reasons: Vec<&Value> = call["timeline"].as_array().unwrap().iter().map(|step| &step["reason"]).collect();
    assert_eq!(reasons, [&Value::Null, &Value::Null, &Value::Null, &json!("hangup")]);
    for step in call["timeline"].as_array().unwrap() {
        let fields: Vec<&String> = step.as_object().unwrap().keys().collect();
        assert_eq!(
            fields,
            ["actor", "at", "error_code", "reason", "state", "version"].iter().collect::<Vec<_>>(),
            "{step}"
        );
    }
}

#[tokio::test]
async fn lists_are_filtered_and_paged_newest_first() {
    let server = Server::dev();
    let mut alice = Client::log_in(&server, "alice").await;
    let _bob = Client::log_in(&server, "bob").await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = alice.ring("bob").await;
        let finished = server.send("POST", &format!("/calls/{id}/finish"), json!({})).await;
        assert_eq!(finished.status().as_u16(), 200);
        ids.insert(0, id);
    }
    let listed = until("all calls are in the list", async || {
        let page = server.get("/calls?user=bob&state=ended&reason=forced").await;
        (page["items"].as_array().unwrap().len() == 3).then_some(page)
    })
    .await;
    let of = |page: &Value| page["items"].as_array().unwrap().iter().map(|call| call["id"].clone()).collect::<Vec<_>>();
    assert_eq!(of(&listed), ids);
    assert!(listed["next_cursor"].is_null() && listed["items"][0].get("timeline").is_none());

    let first = server.request("GET", "/calls?limit=2").send().await.unwrap();
    let link = first.headers()["link"].to_str().unwrap().to_owned();
    let first: Value = first.json().await.unwrap();
    let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    assert!(next.ends_with(first["next_cursor"].as_str().unwrap()), "{link}");
    let second: Value = server.plain("GET", next).bearer_auth("dev").send().await.unwrap().json().await.unwrap();
    assert_eq!([of(&first), of(&second)].concat(), ids);
    assert_eq!(second["next_cursor"], Value::Null);
    for nothing in ["state=talking", "door=verto", "door=wechat"] {
        assert_eq!(server.get(&format!("/calls?{nothing}")).await["items"], json!([]), "{nothing}");
    }
    assert_eq!(of(&server.get("/calls?door=native").await), ids);
    let at = listed["items"][1]["requested_at"].as_str().unwrap();
    let then = server.get(&format!("/calls?from={at}&to={at}")).await;
    assert!(of(&then).contains(&json!(ids[1])), "a call is in the millisecond that is shown: {at}, {then}");
}

#[tokio::test]
async fn a_finish_ends_the_call_and_a_second_changes_nothing() {
    let server = Server::dev();
    let (mut alice, mut bob, id) = talking(&server).await;
    let path = format!("/calls/{id}/finish");
    let ended: Value =
        server.send("POST", &path, json!({"error_code": 7, "user_str": "enough"})).await.json().await.unwrap();
    assert_eq!((&ended["reason"], &ended["error_code"]), (&json!("forced"), &json!(7)));
    for client in [&mut alice, &mut bob] {
        let finish = client.event("finish").await;
        assert_eq!((&finish["error_code"], &finish["user_str"]), (&json!(7), &json!("enough")));
    }
    // No body is the same as an empty one.
    let again = server.request("POST", &path).send().await.unwrap();
    assert_eq!(again.status().as_u16(), 200);
    assert_eq!(again.json::<Value>().await.unwrap(), ended);
}

#[tokio::test]
async fn a_finish_by_user_ends_whatever_call_the_user_is_in() {
    let server = Server::dev();
    let (mut alice, _bob, id) = talking(&server).await;
    let ended: Value = server.send("POST", "/users/bob/finish", json!({"error_code": 0})).await.json().await.unwrap();
    assert_eq!(ended["id"], id);
    alice.event("finish").await;
    assert_eq!(problem(server.send("POST", "/users/bob/finish", json!({})).await).await["error_code"], 100_107);
}

#[tokio::test]
async fn a_placed_call_rings_and_says_why_it_does_not() {
    let server = Server::dev();
    let place = |caller, callee| server.send("POST", "/calls", json!({"caller": caller, "callee": callee, "flags": 3}));
    assert_eq!(problem(place("alice", "bob").await).await["error_code"], 100_102);
    let mut alice = Client::log_in(&server, "alice").await;
    assert_eq!(problem(place("alice", "bob").await).await["error_code"], 100_102);
    let mut bob = Client::log_in(&server, "bob").await;
    let _carol = Client::log_in(&server, "carol").await;

    let placed = place("alice", "bob").await;
    assert_eq!(placed.status().as_u16(), 201);
    let location = placed.headers()["location"].to_str().unwrap().to_owned();
    let call: Value = placed.json().await.unwrap();
    assert_eq!(location, format!("/api/v1/calls/{}", call["id"].as_str().unwrap()));
    assert_eq!((&call["state"], &call["placed"]), (&json!("ringing"), &json!(true)));
    assert_eq!(alice.event("reply").await["placed"], true);
    bob.event("request").await;

    let refused = problem(place("alice", "carol").await).await;
    assert_eq!((&refused["status"], &refused["error_code"]), (&json!(409), &json!(440)));
    assert_eq!(problem(place("carol", "bob").await).await["error_code"], 100_103);
}

#[tokio::test]
async fn a_room_is_there_as_long_as_the_call() {
    let server = Server::dev();
    let (_alice, mut bob, id) = talking(&server).await;
    let rooms = server.get("/rooms").await;
    let room = &rooms["items"][0];
    assert_eq!((&room["call"], rooms["items"].as_array().unwrap().len()), (&json!(id), 1));
    assert_eq!((&room["members"][0]["user"], &room["members"][1]["user"]), (&json!("alice"), &json!("bob")));
    assert_eq!(room["members"][1]["device"], "test");
    let path = format!("/rooms/{}", room["room"]);
    assert_eq!(&server.get(&path).await, room);
    server.send("POST", &format!("/calls/{id}/finish"), json!({})).await;
    bob.event("finish").await;
    assert_eq!(server.request("GET", &path).send().await.unwrap().status().as_u16(), 404);
    assert_eq!(server.get("/rooms").await["items"], json!([]));
}

#[tokio::test]
async fn a_user_is_shown_with_sessions_and_call() {
    let server = Server::dev();
    let (_alice, _bob, id) = talking(&server).await;
    let user = server.get("/users/alice").await;
    assert_eq!((&user["online"], &user["call"]["id"]), (&json!(true), &json!(id)));
    let session = &user["sessions"][0];
    assert_eq!((&session["device"], &session["door"]), (&json!("test"), &json!("native")));
    assert_eq!((&session["address"], &session["connected"]), (&json!("127.0.0.1"), &json!(true)));
    assert!(session["since"].is_string() && session["client"].is_null(), "{session}");
    let nobody = server.get("/users/nobody").await;
    assert_eq!(nobody, json!({"user": "nobody", "online": false, "sessions": [], "call": null}));
}

#[tokio::test]
async fn a_session_tells_its_clients_program_and_no_novel() {
    let server = Server::dev();
    let long = "x".repeat(1000);
    for (user, program, shown) in [("alice", "Phone/1.0 (test)", "Phone/1.0 (test)"), ("bob", &long, &long[..200])] {
        let mut client = Client::connect_as(&server, program).await;
        client.send(json!({"type": "login", "user": user, "password": "x"})).await;
        client.next("logged_in").await;
        assert_eq!(server.get(&format!("/users/{user}")).await["sessions"][0]["client"], shown);
    }
}

#[tokio::test]
async fn a_kick_ends_every_session() {
    let server = Server::dev();
    let mut alice = Client::log_in(&server, "alice").await;
    let kicked: Value = server.request("POST", "/users/alice/kick").send().await.unwrap().json().await.unwrap();
    assert_eq!(kicked, json!({"sessions": 1}));
    assert_eq!(alice.next("closing").await["error_code"], 211);
    until("alice is gone", async || (server.get("/users/alice").await["online"] == false).then_some(())).await;
    let again: Value = server.request("POST", "/users/alice/kick").send().await.unwrap().json().await.unwrap();
    assert_eq!(again, json!({"sessions": 0}));
}
