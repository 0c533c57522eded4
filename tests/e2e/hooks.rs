//! The business server: its verdicts, the events it hears, and that it can tell they are ours.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{Answer, Client, Hook, Post, Server, Setup, eventually, finish, reply, request, ring, talk};

async fn register(server: &Server, name: &str, hook: &Hook, more: Value) -> Value {
    let mut spec = json!({"url": hook.url()});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let (status, view) = server.put(&format!("/api/v1/webhooks/{name}"), spec).await;
    assert_eq!(status, 201, "{view}");
    view
}

async fn veto(server: &Server, hook: &Hook) {
    register(server, "veto", hook, json!({"veto": true})).await;
}

/// Asks; returns the call's id. What comes of it is the caller's to see.
async fn ask(caller: &mut Client, callee: &str) -> String {
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let id = ASKED.fetch_add(1, Ordering::Relaxed);
    caller.send(json!({"type": "call", "id": id, "event": "request", "user": callee, "flags": 3, "user_str": "hi"}));
    caller.expect("ok").await["call"].as_str().unwrap().to_owned()
}

async fn deliveries(server: &Server, name: &str, state: &str) -> Vec<Value> {
    let page = server.get(&format!("/api/v1/webhooks/{name}/deliveries?state={state}")).await;
    page["items"].as_array().unwrap().clone()
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
    alice.send(json!({"type": "call", "id": 2, "event": "reply", "user": "bob", "error_code": 100_101}));
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
async fn events_of_a_call_come_in_order_without_gaps_and_reads_are_not_older() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::ok()).await;
    register(&server, "events", &hook, json!({"events": ["call.*"]})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, room) = talk(&mut alice, &mut bob).await;
    alice.send(finish("bob"));
    let kinds = ["call.requested", "call.ringing", "call.started", "call.finished"];
    for (seq, kind) in (1..).zip(kinds) {
        let post = hook.expect(kind).await;
        let data = post.data();
        assert_eq!((&data["seq"], &data["call"]["id"]), (&json!(seq), &json!(call)), "{}", post.body);
        assert_eq!((&data["source_user"], &data["target_user"]), (&json!("alice"), &json!("bob")));
        assert!(server.call(&call).await["version"].as_u64() >= data["call"]["version"].as_u64());
        if kind == "call.started" {
            assert_eq!(data["param"], room);
        }
    }
    hook.nothing();
}

#[tokio::test]
async fn user_events_follow_the_sessions() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::ok()).await;
    register(&server, "users", &hook, json!({"events": ["user.*"]})).await;
    let alice = server.login_on("alice", "web").await;
    let online = hook.expect("user.online").await;
    assert_eq!(online.data(), &json!({"user": "alice", "device": "web", "door": "native"}));
    alice.send(json!({"type": "logout"}));
    hook.expect("user.offline").await;
}

#[tokio::test]
async fn a_retry_keeps_the_order_and_the_id() {
    let server = Server::dev().await;
    let tries = AtomicU32::new(0);
    let mut hook = Hook::start(move |post| {
        let first = post.kind() == "call.ringing" && tries.fetch_add(1, Ordering::Relaxed) == 0;
        if first { Answer::Later(1) } else { Answer::ok() }
    })
    .await;
    register(&server, "events", &hook, json!({"events": ["*"]})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    talk(&mut alice, &mut bob).await;
    alice.send(finish("bob"));
    let mut calls = Vec::new();
    while calls.len() < 5 {
        let post = hook.next().await;
        if post.kind().starts_with("call.") {
            calls.push((post.kind().to_owned(), post.headers["webhook-id"].clone()));
        }
    }
    let kinds: Vec<_> = calls.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["call.requested", "call.ringing", "call.ringing", "call.started", "call.finished"]);
    assert_eq!(calls[1].1, calls[2].1);
}

#[tokio::test]
async fn a_dead_hook_delays_nobody() {
    let server = Server::dev().await;
    let mut stuck = Hook::start(|_| Answer::Never).await;
    let mut hook = Hook::start(|_| Answer::ok()).await;
    register(&server, "stuck", &stuck, json!({"events": ["*"]})).await;
    register(&server, "well", &hook, json!({"events": ["call.finished"]})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    for _ in 0..3 {
        talk(&mut alice, &mut bob).await;
        alice.send(finish("bob"));
        alice.event("finish").await;
        bob.event("finish").await;
        hook.expect("call.finished").await;
    }
    stuck.next().await;
    eventually("all of the well hook's are done", || async {
        (deliveries(&server, "well", "delivered").await.len() == 3).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_outbox_outlives_a_crash() {
    let setup = Setup::dev();
    let server = setup.start().await;
    let hook = Hook::start(|_| Answer::Never).await;
    let address = hook.address.to_string();
    register(&server, "events", &hook, json!({"events": ["call.*"]})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ring(&mut alice, &mut bob).await;
    bob.send(reply("alice", 100_104));
    alice.coded("reply", 100_104).await;
    eventually("the events are on file", || async {
        (deliveries(&server, "events", "pending").await.len() == 3).then_some(())
    })
    .await;
    drop(hook);
    let mut hook = eventually("the port is free", || async {
        tokio::net::TcpListener::bind(&address).await.ok().map(drop)?;
        Some(Hook::start_at(&address, |_| Answer::ok()).await)
    })
    .await;
    let _server = server.crash_and_restart().await;
    for (seq, kind) in (1..).zip(["call.requested", "call.ringing", "call.finished"]) {
        let post = hook.expect(kind).await;
        assert_eq!((&post.data()["call"]["id"], &post.data()["seq"]), (&json!(call), &json!(seq)));
    }
}

#[tokio::test]
async fn a_hook_that_says_4xx_gets_no_more_tries_until_it_is_replayed() {
    let server = Server::dev().await;
    let status = Arc::new(AtomicU32::new(400));
    let now = Arc::clone(&status);
    let mut hook =
        Hook::start(move |_| Answer::Say(u16::try_from(now.load(Ordering::Relaxed)).unwrap(), String::new())).await;
    register(&server, "events", &hook, json!({"events": ["call.finished"]})).await;
    let alice = server.login("alice").await;
    alice.send(request("nobody"));
    let first = hook.expect("call.finished").await;
    let dead = eventually("it is dead", || async { deliveries(&server, "events", "dead").await.pop() }).await;
    assert_eq!((&dead["last_status"], &dead["attempts"]), (&json!(400), &json!(1)), "{dead}");
    status.store(200, Ordering::Relaxed);
    let (status, _) =
        server.post(&format!("/api/v1/webhooks/events/deliveries/{}/replay", dead["id"]), json!({})).await;
    assert_eq!(status, 202);
    let second = hook.expect("call.finished").await;
    assert_eq!((&second.body, &second.headers["webhook-id"]), (&first.body, &first.headers["webhook-id"]));
    eventually("it is delivered", || async { deliveries(&server, "events", "delivered").await.pop() }).await;
    let (status, _) = server.post("/api/v1/webhooks/events/deliveries/999/replay", json!({})).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn hooks_of_the_file_work_and_belong_to_it() {
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let text = format!(
        "[[webhooks.endpoint]]\nname = \"mine\"\nurl = \"{}\"\nevents = [\"call.*\"]\nveto = true\n",
        hook.url()
    );
    let server = Setup::dev().config(&text).start().await;
    assert_eq!(server.get("/api/v1/webhooks/mine").await["source"], "file");
    let (status, _) = server.put("/api/v1/webhooks/mine", json!({"url": "http://127.0.0.1:1/"})).await;
    assert_eq!(status, 409);
    let alice = server.login("alice").await;
    alice.send(request("nobody"));
    let mut kinds = [hook.next().await, hook.next().await, hook.next().await].map(|post| post.kind().to_owned());
    kinds.sort_unstable();
    assert_eq!(kinds, ["call.finished", "call.request", "call.requested"]);
}

#[tokio::test]
async fn a_test_tells_how_a_ping_went() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::Say(418, "secret tea".into())).await;
    register(&server, "teapot", &hook, json!({"events": []})).await;
    let (status, report) = server.post("/api/v1/webhooks/teapot/test", json!({})).await;
    assert_eq!((status.as_u16(), &report["ok"], &report["status"]), (200, &json!(false), &json!(418)));
    assert!(!report.to_string().contains("tea\""), "{report}");
    hook.expect("ping").await;
    drop(hook);
    let (_, report) = server.post("/api/v1/webhooks/teapot/test", json!({})).await;
    assert_eq!((&report["ok"], &report["status"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn private_addresses_are_refused_in_production() {
    let server = Setup::production().start().await;
    for url in
        ["http://127.0.0.1:9/", "http://169.254.169.254/", "http://10.0.0.1/", "http://[::1]/", "ftp://example.org/"]
    {
        let (status, problem) = server.put("/api/v1/webhooks/x", json!({"url": url, "events": ["*"]})).await;
        assert_eq!(status, 422, "{url}: {problem}");
    }
    let (status, _) =
        server.put("/api/v1/webhooks/x", json!({"url": "https://example.org/", "events": ["call.nothing"]})).await;
    assert_eq!(status, 422);
}

fn verify(secret: &str, post: &Post) -> bool {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/standardwebhooks");
    assert!(
        std::path::Path::new(folder).join("node_modules/standardwebhooks").exists(),
        "the verifier is not there: npm ci --prefix {folder}"
    );
    let mut node = Command::new("node")
        .arg("verify.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let message = json!({"secret": secret, "headers": post.headers, "body": post.body});
    node.stdin.take().unwrap().write_all(message.to_string().as_bytes()).unwrap();
    node.wait().unwrap().success()
}

#[tokio::test]
async fn an_independent_verifier_accepts_every_message_and_both_secrets_during_a_rotation() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let view = register(&server, "signed", &hook, json!({"events": ["call.requested"], "veto": true})).await;
    let first = view["secret"].as_str().unwrap();
    assert!(server.get("/api/v1/webhooks/signed").await.get("secret").is_none());
    let alice = server.login("alice").await;
    alice.send(request("nobody"));
    let posts = [hook.next().await, hook.next().await];
    for post in &posts {
        assert!(verify(first, post), "{post:?}");
    }
    let mut forged = posts[0].clone();
    forged.body.push(' ');
    assert!(!verify(first, &forged));
    assert!(!verify("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &posts[0]));
    let (status, rotated) = server.post("/api/v1/webhooks/signed/rotate-secret", json!({})).await;
    assert_eq!(status, 200);
    let second = rotated["secret"].as_str().unwrap();
    assert_ne!(first, second);
    server.post("/api/v1/webhooks/signed/test", json!({})).await;
    let ping = hook.expect("ping").await;
    assert_eq!(ping.headers["webhook-signature"].split(' ').count(), 2);
    assert!(verify(first, &ping) && verify(second, &ping));
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
async fn a_hook_that_says_410_hears_no_more_events_but_is_still_asked() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|post| match post.kind() {
        "call.request" => Answer::ok(),
        _ => Answer::Say(410, String::new()),
    })
    .await;
    register(&server, "gone", &hook, json!({"veto": true, "events": ["call.finished"]})).await;
    let mut alice = server.login("alice").await;
    ask(&mut alice, "nobody").await;
    hook.expect("call.request").await;
    hook.expect("call.finished").await;
    eventually("it is stopped", || async {
        server.get("/api/v1/webhooks/gone").await["stopped_at"].is_string().then_some(())
    })
    .await;
    alice.coded("reply", 100_102).await;
    for _ in 0..2 {
        ask(&mut alice, "nobody").await;
        hook.expect("call.request").await;
        alice.coded("reply", 100_102).await;
    }
    hook.nothing();
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
