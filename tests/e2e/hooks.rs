//! The business server: the events it hears, and that it can tell they are ours.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Hook, Post, Server, Setup, eventually, finish, reply, request, ring, talk};
use crate::veto::ask;

pub(crate) async fn register(server: &Server, name: &str, hook: &Hook, more: Value) -> Value {
    let mut spec = json!({"url": hook.url()});
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    let (status, view) = server.put(&format!("/api/v1/webhooks/{name}"), spec).await;
    assert_eq!(status, 201, "{view}");
    view
}
pub(crate) async fn deliveries(server: &Server, name: &str, state: &str) -> Vec<Value> {
    let page = server.get(&format!("/api/v1/webhooks/{name}/deliveries?state={state}")).await;
    page["items"].as_array().unwrap().clone()
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
async fn the_secret_of_a_file_hook_signs_and_is_changed_in_the_file_only() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let text = format!(
        "[[webhooks.endpoint]]\nname = \"mine\"\nurl = \"{}\"\nevents = [\"call.finished\"]\nsecret = \"{secret}\"\n",
        hook.url()
    );
    let server = Setup::dev().config(&text).start().await;
    let view = server.get("/api/v1/webhooks/mine").await;
    assert!(!view.to_string().contains(secret), "{view}");
    for (method, path) in [(Method::DELETE, "mine"), (Method::POST, "mine/rotate-secret")] {
        let (status, problem) = server.rest(method, &format!("/api/v1/webhooks/{path}"), None).await;
        assert_eq!(status, 409, "{path}: {problem}");
    }
    let alice = server.login("alice").await;
    alice.send(request("nobody"));
    let post = hook.expect("call.finished").await;
    // Whoever filters sees gaps.
    assert_eq!(post.data()["seq"], 2);
    assert!(verify(secret, &post));
}

#[tokio::test]
async fn without_a_retry_after_the_first_retry_comes_after_five_seconds_and_before_the_next_event() {
    let server = Server::dev().await;
    let failed = AtomicBool::new(false);
    let mut hook =
        Hook::start(
            move |_| {
                if failed.swap(true, Ordering::Relaxed) { Answer::ok() } else { Answer::Say(500, String::new()) }
            },
        )
        .await;
    register(&server, "events", &hook, json!({"events": ["call.*"]})).await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ring(&mut alice, &mut bob).await;
    let first = hook.expect("call.requested").await;
    // Other calls do not wait for it.
    let carol = server.login("carol").await;
    carol.send(request("nobody"));
    for kind in ["call.requested", "call.finished"] {
        assert_ne!(hook.expect(kind).await.data()["call"]["id"], call);
    }
    let second = hook.expect("call.requested").await;
    let [began, again] = [&first, &second].map(|post| post.headers["webhook-timestamp"].parse::<u64>().unwrap());
    assert!((5..=8).contains(&(again - began)), "{began} {again}");
    assert_eq!((&second.body, &second.headers["webhook-id"]), (&first.body, &first.headers["webhook-id"]));
    assert_eq!(hook.expect("call.ringing").await.data()["call"]["id"], call);
}
