//! The flight recorder: everything that was said about a call, in order.

use serde_json::{Value, json};

use crate::{
    hooks::register,
    support::{Answer, Client, Hook, Server, Setup, eventually, finish},
    veto::ask,
};

/// What the recorder has, page by page.
async fn trace(server: &Server, query: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/api/v1/trace?limit=7&{query}{cursor}")).await;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

/// An entry in short: kind, from, to, whose, and what.
fn short(entry: &Value) -> String {
    let text = |at: &str| entry.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let whose = if entry["user"].is_null() { text("/hook") } else { text("/user") };
    let what = ["/body/event", "/body/state", "/body/type"].into_iter().find(|at| !text(at).is_empty());
    let what = what.map_or("", text);
    format!("{} {}>{} {whose} {what}", text("/kind"), text("/from"), text("/to"))
}

/// The places of these entries, each of which is there once.
fn places(items: &[Value], wanted: &[&str]) -> Vec<usize> {
    let all: Vec<String> = items.iter().map(short).collect();
    wanted
        .iter()
        .map(|one| {
            let found: Vec<usize> = (0..all.len()).filter(|place| all[*place].trim_end() == *one).collect();
            let [place] = found[..] else { panic!("{one:?} is there {} times: {all:#?}", found.len()) };
            place
        })
        .collect()
}

/// Alice asks Bob with an offer, he accepts, they talk, she hangs up; the hook that is asked and told has heard it all.
async fn call(alice: &mut Client, bob: &mut Client, hook: &mut Hook) -> String {
    alice.send(json!({"type": "call", "id": "ask", "event": "request", "user": "bob", "flags": 3,
        "sdp": {"type": "offer", "sdp": "v=0 the offer"}}));
    let id = alice.expect("ok").await["call"].as_str().unwrap().to_owned();
    bob.event("request").await;
    alice.coded("reply", 0).await;
    bob.send(
        json!({"type": "call", "event": "reply", "user": "alice", "sdp": {"type": "answer", "sdp": "v=0 the answer"}}),
    );
    bob.event("start").await;
    alice.event("start").await;
    alice.send(json!({"type": "signal", "call": id, "data": {"rtc": {"from": "x", "candidates": ["candidate:1"]}}}));
    bob.expect("signal").await;
    alice.send(finish("bob"));
    alice.event("finish").await;
    bob.event("finish").await;
    while hook.next().await.kind() != "call.finished" {}
    id
}

/// Gives up while it rings.
async fn cancel(server: &Server, alice: &mut Client, call: &str) {
    alice.send(finish("bob"));
    alice.nothing().await;
    server.ended(call, "cancelled", 100_101).await;
}

async fn asked_and_told(server: &Server) -> Hook {
    let hook = Hook::start(|post| match post.kind() {
        "call.request" => Answer::json(json!({"error_code": 0, "user_str": "checked"})),
        _ => Answer::ok(),
    })
    .await;
    register(server, "crm", &hook, json!({"veto": true, "events": ["call.*"]})).await;
    hook
}

#[tokio::test]
async fn a_calls_trace_tells_all_of_it_in_order() {
    let server = Server::dev().await;
    let mut hook = asked_and_told(&server).await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login("bob").await);
    let id = call(&mut alice, &mut bob, &mut hook).await;
    let items = eventually("the last delivery is taken down", || async {
        let items = trace(&server, &format!("call={id}")).await;
        (items.iter().filter(|entry| entry["kind"] == "delivery").count() == 4).then_some(items)
    })
    .await;

    let story = places(
        &items,
        &[
            "frame client>server alice request",
            "frame server>client alice ok",
            "veto.question server>hook crm call.request",
            "veto.answer hook>server crm",
            "frame server>client bob request",
            "frame client>server bob reply",
            "commit server>store  talking",
            "frame server>client alice start",
            "frame client>server alice signal",
            "frame server>client bob signal",
            "frame client>server alice finish",
            "commit server>store  ended",
            "frame server>client bob finish",
        ],
    );
    assert!(story.is_sorted(), "{:#?}", items.iter().map(short).collect::<Vec<_>>());
    let both = places(&items, &["commit server>store  talking", "frame server>client bob start"]);
    assert!(both.is_sorted(), "{both:?}");
    assert_eq!(items.len(), 15 + 1 + 4, "one reply to alice and four deliveries besides: {items:#?}");
    for (before, after) in items.iter().zip(&items[1..]) {
        assert!(before["n"].as_u64() < after["n"].as_u64() && before["at"].as_str() <= after["at"].as_str(), "{after}");
    }
    for entry in &items {
        assert_eq!(entry["call"], id, "{entry}");
        assert_eq!(entry["at"].as_str().unwrap().len(), "2026-11-21T03:10:00.123456Z".len(), "{entry}");
    }

    let request = &items[story[0]];
    assert_eq!((&request["device"], &request["door"]), (&json!("web"), &json!("native")));
    assert_eq!(request["session"], alice.welcome["session"]);
    assert_eq!(request["body"]["sdp"], json!({"type": "offer", "sdp": "(13 bytes)"}));
    let question = &items[story[2]];
    assert!(question["headers"]["webhook-signature"].as_str().unwrap().starts_with("v1,"), "{question}");
    assert_eq!(question["headers"]["webhook-id"], format!("veto_{}", id.replace('-', "")));
    assert_eq!((&question["body"]["data"]["call"]["id"], &question["ms"]), (&json!(id), &Value::Null));
    let answer = &items[story[3]];
    assert_eq!(answer["body"], json!({"error_code": 0, "user_str": "checked"}));
    assert_eq!((&answer["status"], answer["ms"].as_f64().unwrap() > 0.0), (&json!(200), true));
    assert!(items[story[6]]["ms"].as_f64().unwrap() > 0.0);
    let signal = r#"{"rtc":{"candidates":["candidate:1"],"from":"x"}}"#;
    assert_eq!(items[story[8]]["body"]["data"], json!({"bytes": signal.len(), "kind": "candidates"}));
    for delivery in items.iter().filter(|entry| entry["kind"] == "delivery") {
        assert_eq!((&delivery["hook"], &delivery["status"]), (&json!("crm"), &json!(200)), "{delivery}");
        assert!(delivery["ms"].is_f64() && delivery["headers"]["webhook-id"].is_string(), "{delivery}");
    }
}

#[tokio::test]
async fn a_users_trace_has_the_sessions_of_that_user_and_the_hooks_of_its_calls() {
    let server = Server::dev().await;
    let mut hook = asked_and_told(&server).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let mut carol = server.login("carol").await;
    call(&mut alice, &mut bob, &mut hook).await;
    carol.nothing().await;
    let items = trace(&server, "user=bob").await;
    assert!(items.iter().all(|entry| entry["user"] == "bob" || entry["user"].is_null()), "{items:#?}");
    let found = places(
        &items,
        &[
            "socket.opened client>server bob",
            "frame client>server bob login",
            "veto.question server>hook crm call.request",
        ],
    );
    assert!(found.is_sorted(), "{found:?}");
    let carols = trace(&server, "user=carol").await;
    let said: Vec<String> = carols.iter().map(|entry| short(entry).trim_end().to_owned()).collect();
    assert_eq!(
        said,
        [
            "socket.opened client>server carol",
            "frame client>server carol login",
            "frame server>client carol logged_in",
            "frame client>server carol ping",
            "frame server>client carol pong",
        ]
    );
    assert_eq!(carols[1]["body"], json!({"type": "login", "user": "carol", "password": "…", "device": ""}));
    assert_eq!(carols[2]["body"]["resume"], "…");
    carol.cut().await;
    eventually("carol's socket is closed", || async {
        trace(&server, "user=carol").await.last().filter(|last| last["kind"] == "socket.closed").map(drop)
    })
    .await;
}

#[tokio::test]
async fn a_hook_that_says_nothing_or_too_much_is_shown_as_it_was() {
    let server = Server::dev().await;
    let hook = Hook::start(|post| match post.data()["target_user"].as_str() {
        Some("bob") => Answer::Never,
        _ => Answer::Say(500, format!("<h1>{}</h1>", "x".repeat(8_000))),
    })
    .await;
    register(&server, "crm", &hook, json!({"veto": true, "timeout_ms": 100})).await;
    let (mut alice, _bob) = (server.login("alice").await, server.login("bob").await);
    for (callee, status) in [("bob", Value::Null), ("carol", json!(500))] {
        let id = ask(&mut alice, callee).await;
        alice.event("reply").await;
        let items = trace(&server, &format!("call={id}")).await;
        let place = places(&items, &["veto.answer hook>server crm"])[0];
        let answer = &items[place];
        assert_eq!(answer["status"], status, "{answer}");
        match callee {
            "bob" => assert!(answer["body"].is_null() && answer["ms"].as_f64().unwrap() >= 100.0, "{answer}"),
            _ => assert_eq!((answer["body"].as_str().unwrap().len(), &answer["bytes"]), (4_096, &json!(8_009))),
        }
        if callee == "bob" {
            cancel(&server, &mut alice, &id).await;
        }
    }
}

#[tokio::test]
async fn a_frame_that_was_kept_for_a_lost_line_is_taken_down_when_it_goes_out() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let id = ask(&mut alice, "bob").await;
    bob.event("request").await;
    let (token, seq) = (bob.token(), bob.seq);
    bob.cut().await;
    eventually("bob's socket is closed", || async {
        trace(&server, "user=bob").await.last().filter(|last| last["kind"] == "socket.closed").map(drop)
    })
    .await;
    alice.coded("reply", 0).await;
    cancel(&server, &mut alice, &id).await;
    let told = ["frame server>client bob reply"];
    let heard = |items: &[Value]| items.iter().any(|entry| short(entry).trim_end() == told[0]);
    assert!(!heard(&trace(&server, &format!("call={id}")).await), "nobody was there to hear it");
    let mut bob = server.resume(&token, seq).await;
    bob.seq = seq;
    bob.coded("reply", 100_101).await;
    let items = trace(&server, &format!("call={id}")).await;
    assert_eq!(items[places(&items, &told)[0]]["session"], bob.welcome["session"]);
}

#[tokio::test]
async fn a_recorder_that_is_off_has_nothing_to_show() {
    let server = Setup::dev().set("TRACE__BYTES", 0).start().await;
    let mut hook = asked_and_told(&server).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    call(&mut alice, &mut bob, &mut hook).await;
    assert_eq!(server.get("/api/v1/trace").await, json!({"items": [], "next_cursor": null}));
}
