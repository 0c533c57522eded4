//! The business server: its verdicts, and what decides where it gives none.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    hooks::register,
    support::{Answer, Client, Hook, Post, Server, Setup, eventually, finish, reply, request, ring},
};

async fn veto(server: &Server, hook: &Hook) {
    register(server, "veto", hook, json!({"veto": true})).await;
}

/// Asks; returns the call's id. What comes of it is the caller's to see.
pub(crate) async fn ask(caller: &mut Client, callee: &str) -> String {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let id = ASKED.fetch_add(1, Ordering::Relaxed);
    caller.send(json!({"type": "call", "id": id, "event": "request", "user": callee, "flags": 3, "user_str": "hi"}));
    caller.expect("ok").await["call"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_veto_hook_sees_the_request_before_any_device_rings() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::json(json!({"error_code": 0}))).await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    let asked = hook.expect("call.request").await;
    let data = asked.data();
    for (field, value) in [
        ("event", json!("request")),
        ("event_type", json!(1)),
        ("source_user", json!("alice")),
        ("target_user", json!("bob")),
        ("error_code", json!(0)),
        ("flags", json!(3)),
        ("user_str", json!("hi")),
    ] {
        assert_eq!(data[field], value, "{}", asked.body);
    }
    assert_eq!((&data["call"]["id"], &data["call"]["state"]), (&json!(call), &json!("requested")));
    bob.event("request").await;
    alice.coded("reply", 0).await;
    let record = server.call(&call).await;
    let verdict = &record["veto"][0];
    assert_eq!((&verdict["hook"], &verdict["verdict"]), (&json!("veto"), &json!("allow")), "{record}");
    assert!(verdict["ms"].is_u64());
}

#[tokio::test]
async fn an_empty_answer_allows() {
    let server = Server::dev().await;
    let hook = Hook::start(|_| Answer::Say(204, String::new())).await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    ring(&mut alice, &mut bob).await;
}

#[tokio::test]
async fn of_a_vetoed_call_the_callee_never_hears_and_its_line_is_free() {
    let server = Server::dev().await;
    let hook = Hook::start(|_| Answer::json(json!({"error_code": 4711, "message": "no credit"}))).await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    assert_eq!(alice.coded("reply", 4711).await["reason"], "vetoed");
    bob.nothing().await;
    let record = server.ended(&call, "vetoed", 4711).await;
    assert_eq!((&record["veto"][0]["verdict"], &record["veto"][0]["error_code"]), (&json!("refuse"), &json!(4711)));
    assert_eq!(record["veto"][0]["message"], "no credit");
    assert_eq!(server.get("/api/v1/users/bob").await["call"], Value::Null);
    alice.nothing().await;
}

#[tokio::test]
async fn without_a_verdict_the_policy_decides() {
    type Says = fn(&Post) -> Answer;
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let dead = Hook::start(|_| Answer::ok()).await;
    let gone = dead.url();
    drop(dead);
    let answers: [(&str, Says, &str, i32); 4] = [
        ("timeout", |_| Answer::Never, "timeout", 207),
        ("status", |_| Answer::Say(503, String::new()), "error", 206),
        ("nonsense", |_| Answer::Say(200, "ja".into()), "error", 206),
        ("redirect", |_| Answer::Say(302, String::new()), "error", 206),
    ];
    for (name, answer, verdict, code) in answers {
        let hook = Hook::start(answer).await;
        for policy in ["allow", "refuse"] {
            let spec = json!({"url": hook.url(), "veto": true, "timeout_ms": 150, "on_failure": policy});
            server.put("/api/v1/webhooks/veto", spec).await;
            decided(&server, &mut alice, &mut bob, (policy, verdict, code), name).await;
        }
    }
    for policy in ["allow", "refuse"] {
        let spec = json!({"url": gone, "veto": true, "timeout_ms": 500, "on_failure": policy});
        server.put("/api/v1/webhooks/veto", spec).await;
        decided(&server, &mut alice, &mut bob, (policy, "error", 206), "unreachable").await;
    }
}

async fn decided(server: &Server, alice: &mut Client, bob: &mut Client, want: (&str, &str, i32), name: &str) {
    let (policy, verdict, code) = want;
    alice.send(json!({"type": "call", "event": "request", "user": "bob"}));
    let heard = alice.event("reply").await;
    let call = heard["call"].as_str().unwrap();
    let record = server.call(call).await;
    assert_eq!(
        (&record["veto"][0]["verdict"], &record["veto"][0]["policy"]),
        (&json!(verdict), &json!(policy)),
        "{name}"
    );
    if policy == "allow" {
        assert_eq!(heard["error_code"], 0, "{name}");
        bob.event("request").await;
        alice.send(finish("bob"));
        bob.coded("reply", 100_101).await;
    } else {
        assert_eq!(heard["error_code"], code, "{name}");
        bob.nothing().await;
        server.ended(call, "vetoed", code).await;
    }
}

#[tokio::test]
async fn a_verdict_routes_the_call_and_rewrites_it() {
    let server = Server::dev().await;
    let hook = Hook::start(|_| {
        Answer::json(json!({
            "error_code": 0, "target_user": "carol", "flags": 1, "param": 5, "user_str": "routed", "ring_secs": 0.3
        }))
    })
    .await;
    veto(&server, &hook).await;
    let (mut alice, mut carol) = (server.login("alice").await, server.login("carol").await);
    let mut bob = server.login("bob").await;
    // Nobody logs in as "support".
    let call = ask(&mut alice, "support").await;
    let rings = carol.event("request").await;
    assert_eq!((&rings["flags"], &rings["param"], &rings["user_str"]), (&json!(1), &json!(5), &json!("routed")));
    assert_eq!(alice.coded("reply", 0).await["user"], "carol");
    let record = server.call(&call).await;
    assert_eq!((&record["callee"], &record["dialled"]), (&json!("carol"), &json!("support")));
    alice.coded("reply", 100_105).await;
    carol.coded("reply", 100_105).await;
    let took = server.call(&call).await["ring_ms"].as_u64().unwrap();
    assert!((290..2_000).contains(&took), "{took}");
    // The dialled name is good with the call's id.
    let call = ask(&mut alice, "bob").await;
    carol.event("request").await;
    alice.coded("reply", 0).await;
    carol.send(reply("alice", 0));
    carol.event("start").await;
    alice.event("start").await;
    alice.send(json!({"type": "call", "event": "finish", "user": "bob", "call": call}));
    carol.event("finish").await;
    assert_eq!(alice.event("finish").await["user"], "carol");
    bob.nothing().await;
}

#[tokio::test]
async fn a_route_to_who_is_busy_or_away_fails_like_a_call_to_him() {
    let server = Server::dev().await;
    let hook = Hook::start(|post| match post.data()["target_user"].as_str() {
        Some("queue") => Answer::json(json!({"error_code": 0, "target_user": "carol"})),
        Some("night") => Answer::json(json!({"error_code": 0, "target_user": "nobody"})),
        _ => Answer::ok(),
    })
    .await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let mut carol = server.login("carol").await;
    ring(&mut bob, &mut carol).await;
    let call = ask(&mut alice, "queue").await;
    alice.coded("reply", 100_103).await;
    server.ended(&call, "busy", 100_103).await;
    let call = ask(&mut alice, "night").await;
    alice.coded("reply", 100_102).await;
    server.ended(&call, "offline", 100_102).await;
    carol.nothing().await;
}

#[tokio::test]
async fn a_call_that_is_cancelled_while_the_verdict_is_out_stays_over() {
    let server = Server::dev().await;
    let wait = Duration::from_millis(300);
    let mut hook = Hook::start(move |_| Answer::Slowly(wait, "{\"error_code\":0}".into())).await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    hook.expect("call.request").await;
    alice.send(json!({"type": "call", "id": "cancel", "event": "reply", "user": "bob", "error_code": 100_101}));
    alice.expect("ok").await;
    eventually("it is over", || async { (server.call(&call).await["state"] == "ended").then_some(()) }).await;
    // The next question is answered after the first one's verdict has come.
    let next = ask(&mut alice, "bob").await;
    assert_eq!(bob.event("request").await["call"], next);
    alice.coded("reply", 0).await;
    server.ended(&call, "cancelled", 100_101).await;
}

#[tokio::test]
async fn the_business_server_may_end_a_call_it_is_being_asked_about() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::Never).await;
    register(&server, "veto", &hook, json!({"veto": true, "timeout_ms": 5000})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    for path in ["/api/v1/users/bob/finish", "/api/v1/users/alice/finish"] {
        alice.send(json!({"type": "call", "event": "request", "user": "bob"}));
        hook.expect("call.request").await;
        let (status, record) = server.post(path, json!({})).await;
        assert_eq!((status.as_u16(), &record["reason"]), (200, &json!("forced")), "{record}");
        alice.coded("reply", 100_101).await;
        bob.nothing().await;
    }
}

#[tokio::test]
async fn of_several_hooks_any_refusal_refuses() {
    let server = Server::dev().await;
    let mut kind = Hook::start(|_| Answer::ok()).await;
    let mut stern = Hook::start(|post| match post.data()["target_user"].as_str() {
        Some("bob") => Answer::json(json!({"error_code": 11})),
        _ => Answer::ok(),
    })
    .await;
    register(&server, "kind", &kind, json!({"veto": true})).await;
    register(&server, "stern", &stern, json!({"veto": true})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    kind.expect("call.request").await;
    stern.expect("call.request").await;
    alice.coded("reply", 11).await;
    bob.nothing().await;
    assert_eq!(server.call(&call).await["veto"].as_array().unwrap().len(), 2);
    let mut carol = server.login("carol").await;
    ring(&mut alice, &mut carol).await;
}

#[tokio::test]
async fn the_ring_waits_for_the_verdict_also_where_both_call_each_other() {
    let server = Server::dev().await;
    let wait = Duration::from_millis(200);
    let mut hook = Hook::start(move |_| Answer::Slowly(wait, String::new())).await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    hook.expect("call.request").await;
    assert_eq!(ask(&mut bob, "alice").await, call);
    bob.event("request").await;
    alice.coded("reply", 0).await;
    bob.event("start").await;
    alice.event("start").await;
    hook.nothing();
}

#[tokio::test]
async fn beyond_the_questions_in_flight_the_policy_decides_at_once() {
    let server = Setup::dev().set("WEBHOOKS__MAX_IN_FLIGHT", 1).start().await;
    let mut hook = Hook::start(|_| Answer::Never).await;
    register(&server, "veto", &hook, json!({"veto": true, "timeout_ms": 8000, "on_failure": "refuse"})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    ask(&mut alice, "nobody").await;
    hook.expect("call.request").await;
    let call = ask(&mut bob, "somebody").await;
    bob.coded("reply", 206).await;
    assert_eq!(server.ended(&call, "vetoed", 206).await["veto"][0]["verdict"], "overflow");
    alice.nothing().await;
}

#[tokio::test]
async fn a_call_that_was_being_asked_about_at_a_crash_has_ended_restarted() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::Never).await;
    register(&server, "veto", &hook, json!({"veto": true, "timeout_ms": 8000})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    hook.expect("call.request").await;
    eventually("it is on file", || async {
        let page = server.get("/api/v1/calls?state=requested").await;
        (!page["items"].as_array().unwrap().is_empty()).then_some(())
    })
    .await;
    bob.nothing().await;
    let server = server.crash_and_restart().await;
    server.ended(&call, "restarted", 100_106).await;
}

/// These users are in no call, and may be rung.
async fn have_free_lines(server: &Server, users: &[&str]) {
    for user in users {
        assert_eq!(server.get(&format!("/api/v1/users/{user}")).await["call"], Value::Null, "{user}");
    }
}

#[tokio::test]
async fn a_route_to_who_is_busy_leaves_no_line_stuck() {
    let server = Server::dev().await;
    let hook = Hook::start(|post| match post.data()["source_user"].as_str() {
        Some("alice") => Answer::json(json!({"error_code": 0, "target_user": "carol"})),
        _ => Answer::ok(),
    })
    .await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (mut carol, mut dave) = (server.login("carol").await, server.login("dave").await);
    let held = ring(&mut dave, &mut carol).await;
    let call = ask(&mut alice, "bob").await;
    alice.coded("reply", 100_103).await;
    have_free_lines(&server, &["alice", "bob"]).await;
    let record = server.ended(&call, "busy", 100_103).await;
    assert_eq!((&record["callee"], &record["dialled"]), (&json!("carol"), &json!("bob")));
    assert_eq!(server.call(&held).await["state"], "ringing");
    bob.nothing().await;
    carol.nothing().await;
    dave.send(finish("carol"));
    carol.coded("reply", 100_101).await;
    have_free_lines(&server, &["alice", "bob", "carol", "dave"]).await;
    ring(&mut bob, &mut alice).await;
    ring(&mut carol, &mut dave).await;
}

#[tokio::test]
async fn a_route_to_the_caller_is_busy_and_leaves_no_line_stuck() {
    let server = Server::dev().await;
    let hook = Hook::start(|post| match post.data()["target_user"].as_str() {
        Some("me") => Answer::json(json!({"error_code": 0, "target_user": "alice"})),
        _ => Answer::ok(),
    })
    .await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "me").await;
    alice.coded("reply", 100_103).await;
    server.ended(&call, "busy", 100_103).await;
    have_free_lines(&server, &["alice", "me"]).await;
    ring(&mut bob, &mut alice).await;
}

#[tokio::test]
async fn a_verdict_that_comes_after_the_end_changes_nothing() {
    let server = Server::dev().await;
    let wait = Duration::from_millis(300);
    let mut hook = Hook::start(move |post| match post.data()["target_user"].as_str() {
        Some("bob") => Answer::Slowly(wait, "{\"error_code\":0,\"target_user\":\"carol\",\"flags\":9}".into()),
        _ => Answer::ok(),
    })
    .await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let mut carol = server.login("carol").await;
    let call = ask(&mut alice, "bob").await;
    hook.expect("call.request").await;
    alice.send(finish("bob"));
    eventually("it is over", || async { (server.call(&call).await["state"] == "ended").then_some(()) }).await;
    let before = server.ended(&call, "cancelled", 100_101).await;
    have_free_lines(&server, &["alice", "bob", "carol"]).await;
    eventually("the verdict has come", || async {
        let count = server.metric("hookswitch_veto_duration_seconds_count{outcome=\"allow\"}").await;
        (count == 1.0).then_some(())
    })
    .await;
    // A whole call of the same three comes after it.
    ring(&mut alice, &mut carol).await;
    bob.nothing().await;
    assert_eq!(server.call(&call).await, before);
}

#[tokio::test]
async fn a_veto_ends_a_glare_for_both() {
    let server = Server::dev().await;
    let wait = Duration::from_millis(200);
    let mut hook = Hook::start(move |_| Answer::Slowly(wait, "{\"error_code\":17}".into())).await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ask(&mut alice, "bob").await;
    hook.expect("call.request").await;
    assert_eq!(ask(&mut bob, "alice").await, call);
    alice.coded("reply", 17).await;
    // It has asked too, and must not wait for ever.
    bob.coded("reply", 17).await;
    server.ended(&call, "vetoed", 17).await;
    have_free_lines(&server, &["alice", "bob"]).await;
    hook.nothing();
}

#[tokio::test]
async fn a_glare_that_is_routed_away_leaves_the_dialled_one_free() {
    let server = Server::dev().await;
    let wait = Duration::from_millis(200);
    let mut hook = Hook::start(move |post| match post.data()["source_user"].as_str() {
        Some("alice") => Answer::Slowly(wait, "{\"error_code\":0,\"target_user\":\"carol\"}".into()),
        _ => Answer::ok(),
    })
    .await;
    veto(&server, &hook).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (mut carol, mut dave) = (server.login("carol").await, server.login("dave").await);
    let call = ask(&mut alice, "bob").await;
    hook.expect("call.request").await;
    assert_eq!(ask(&mut bob, "alice").await, call);
    assert_eq!(carol.event("request").await["call"], call);
    alice.coded("reply", 0).await;
    bob.coded("reply", 100_103).await;
    have_free_lines(&server, &["bob"]).await;
    ring(&mut dave, &mut bob).await;
    assert_eq!(server.call(&call).await["state"], "ringing");
}

#[tokio::test]
async fn a_disabled_hook_and_a_placed_call_are_not_a_question() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::json(json!({"error_code": 5}))).await;
    register(&server, "veto", &hook, json!({"veto": true, "enabled": false, "events": ["*"]})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    ring(&mut alice, &mut bob).await;
    alice.send(finish("bob"));
    bob.coded("reply", 100_101).await;
    hook.nothing();
    let (status, _) = server.put("/api/v1/webhooks/veto", json!({"url": hook.url(), "veto": true})).await;
    assert_eq!(status, 200);
    let (status, placed) = server.post("/api/v1/calls", json!({"caller": "alice", "callee": "bob"})).await;
    assert_eq!(status, 201, "{placed}");
    bob.event("request").await;
    assert_eq!(alice.coded("reply", 0).await["placed"], true);
    hook.nothing();
    // The caller's state comes first: a refused caller is no question either.
    alice.send(request("carol"));
    alice.expect("ok").await;
    alice.coded("reply", 440).await;
    hook.nothing();
}
