//! Calls with WeChat users, as the simulator plays them: the real binary, the real worker processes.

use futures_util::future::join_all;
use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Hook, Server, Setup, eventually, finish, reply, request};

/// A name that makes the simulated user do what these words say.
fn phone(words: &str) -> String {
    format!("wechat:dev:{words}")
}

/// Calls a phone; gives the call's id once it is being called.
async fn dial(client: &mut Client, words: &str) -> String {
    client.send(request(&phone(words)));
    let id = client.expect("ok").await["call"].as_str().unwrap().to_owned();
    client.coded("reply", 0).await;
    id
}

/// Calls a phone that is answered.
async fn talk(client: &mut Client, words: &str) -> String {
    let id = dial(client, words).await;
    client.event("start").await;
    id
}

/// The processes of this server's that hold calls, or could.
fn workers(server: &Server) -> Vec<Pid> {
    let server = server.pid().as_raw_nonzero().get();
    let is_worker = |pid: &i32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ');
        let alive = fields.next().is_some_and(|state| !"ZX".contains(state));
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        alive
            && fields.next() == Some(&server.to_string())
            && String::from_utf8_lossy(&line).contains("cloudvoip-worker")
    };
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.filter(is_worker).filter_map(Pid::from_raw).collect()
}

async fn workers_in(server: &Server, phase: &str) -> f64 {
    server.metric(&format!(r#"hookswitch_workers{{phase="{phase}"}}"#)).await
}

/// Nothing is left of any call: no leg, no room, no worker with a call, no line, and every invariant holds.
async fn at_rest(server: &Server) {
    eventually("everything comes to rest", || async {
        let mut left = 0.0;
        for actor in ["wechat_leg", "call", "room"] {
            left += server.metric(&format!(r#"hookswitch_actors{{kind="{actor}"}}"#)).await;
        }
        for phase in ["init", "joining", "ringing", "talking", "ending", "leaving"] {
            left += workers_in(server, phase).await;
        }
        (left == 0.0).then_some(())
    })
    .await;
    let found = server.get("/api/v1/debug/invariants").await;
    assert_eq!((&found["ok"], &found["lines"]), (&json!(true), &json!(0)), "{found}");
}

#[tokio::test]
async fn a_phone_answers_and_either_end_hangs_up() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let id = talk(&mut alice, "answer-after-50ms").await;
    let call = server.call(&id).await;
    assert_eq!((&call["state"], &call["callee_door"]), (&json!("talking"), &json!("wechat")), "{call}");
    alice.send(finish(&phone("answer-after-50ms")));
    alice.coded("finish", 0).await;
    server.ended(&id, "hangup", 0).await;
    at_rest(&server).await;

    let id = talk(&mut alice, "answer-after-50ms.hangup-after-50ms").await;
    assert_eq!(alice.coded("finish", 0).await["reason"], "hangup");
    let call = server.ended(&id, "hangup", 0).await;
    assert_eq!(call["ended_by"], "callee", "{call}");
    at_rest(&server).await;
}

#[tokio::test]
async fn each_way_not_to_answer_ends_the_call_with_its_own_code() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    for (words, reason, code) in [
        ("refuse", "refused", 100_104),
        ("busy", "busy", 100_103),
        ("status-4", "refused", 100_101),
        ("status-5", "refused", 100_101),
        ("status-6", "refused", 100_104),
        ("status-7", "media_failed", 100_106),
        ("status-9", "timeout", 100_105),
        ("status-42", "media_failed", 100_106),
        ("fail-init-8", "media_failed", 100_106),
        ("fail-join-7", "offline", 100_102),
        ("fail-join-13", "media_failed", 100_106),
    ] {
        let id = dial(&mut alice, words).await;
        assert_eq!(alice.coded("reply", code).await["reason"], reason, "{words}");
        server.ended(&id, reason, code).await;
    }
    alice.nothing().await;
    at_rest(&server).await;
}

#[tokio::test]
async fn each_end_of_a_talk_has_its_own_code() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    for (n, reason, code) in [
        (3, "hangup", 0),
        (4, "hangup", 0),
        (5, "hangup", 0),
        (6, "hangup", 0),
        (7, "media_failed", 100_106),
        (8, "media_failed", 100_106),
        (9, "media_failed", 100_106),
    ] {
        let id = talk(&mut alice, &format!("answer-after-50ms.talk-status-{n}")).await;
        assert_eq!(alice.coded("finish", code).await["reason"], reason, "status {n}");
        server.ended(&id, reason, code).await;
    }
    alice.nothing().await;
    at_rest(&server).await;
}

#[tokio::test]
async fn whatever_breaks_in_a_worker_ends_its_call_once() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    for what in ["crash", "exit", "garbage"] {
        for when in ["init", "join"] {
            let id = dial(&mut alice, &format!("{what}-{when}")).await;
            assert_eq!(alice.coded("reply", 100_106).await["reason"], "media_failed", "{what} {when}");
            server.ended(&id, "media_failed", 100_106).await;
        }
        let id = talk(&mut alice, &format!("answer-after-50ms.{what}-talk")).await;
        assert_eq!(alice.coded("finish", 100_106).await["reason"], "media_failed", "{what} while talking");
        server.ended(&id, "media_failed", 100_106).await;
        // What breaks after the end changes nothing of it.
        for when in ["hangup", "stop"] {
            let words = format!("answer-after-50ms.{what}-{when}");
            let id = talk(&mut alice, &words).await;
            alice.send(finish(&phone(&words)));
            alice.coded("finish", 0).await;
            server.ended(&id, "hangup", 0).await;
        }
    }
    alice.nothing().await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_worker_that_hangs_is_not_waited_for_for_ever() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let mut carol = server.login("carol").await;
    dial(&mut alice, "hang-init").await;
    dial(&mut bob, "hang-join").await;
    talk(&mut carol, "answer-after-50ms.hang-talk").await;
    for (client, event) in [(&mut carol, "finish"), (&mut alice, "reply"), (&mut bob, "reply")] {
        // Longer than anything else here may take: the limits of a worker are ten seconds.
        let end = client.frame_whenever().await;
        assert_eq!(
            (&end["event"], &end["error_code"], &end["reason"]),
            (&json!(event), &json!(100_106), &json!("media_failed")),
            "{end}"
        );
    }
    at_rest(&server).await;
}

#[tokio::test]
async fn a_worker_that_is_killed_takes_its_call_with_it() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let kill_all = || workers(&server).into_iter().for_each(|pid| drop(kill_process(pid, Signal::KILL)));
    let id = dial(&mut alice, "silent").await;
    eventually("it rings", || async { (workers_in(&server, "ringing").await > 0.0).then_some(()) }).await;
    kill_all();
    alice.coded("reply", 100_106).await;
    server.ended(&id, "media_failed", 100_106).await;
    let id = talk(&mut alice, "answer-after-50ms").await;
    kill_all();
    alice.coded("finish", 100_106).await;
    server.ended(&id, "media_failed", 100_106).await;
    alice.nothing().await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_phone_that_is_not_answered_is_given_up_by_whoever_may() {
    let server = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 1).start().await;
    let mut alice = server.login("alice").await;
    let id = dial(&mut alice, "silent").await;
    alice.coded("reply", 100_105).await;
    server.ended(&id, "timeout", 100_105).await;

    for cancel in [reply(&phone("silent"), 100_101), finish(&phone("silent"))] {
        let id = dial(&mut alice, "silent").await;
        alice.send(cancel);
        eventually("it is over", || async { (server.call(&id).await["state"] == "ended").then_some(()) }).await;
        server.ended(&id, "cancelled", 100_101).await;
    }

    let id = dial(&mut alice, "silent").await;
    let (status, _) = server.post(&format!("/api/v1/calls/{id}/finish"), json!({"error_code": 77})).await;
    assert_eq!(status, 200);
    alice.coded("reply", 77).await;
    server.ended(&id, "forced", 77).await;

    let id = talk(&mut alice, "answer-after-50ms").await;
    let (status, _) = server.post(&format!("/api/v1/calls/{id}/finish"), json!({"error_code": 78})).await;
    assert_eq!(status, 200);
    alice.coded("finish", 78).await;
    server.ended(&id, "forced", 78).await;
    alice.nothing().await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_party_that_goes_ends_the_call_for_the_phone_too() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.2).start().await;
    let mut alice = server.login("alice").await;
    let id = talk(&mut alice, "answer-after-50ms").await;
    alice.cut().await;
    eventually("it is over", || async { (server.call(&id).await["state"] == "ended").then_some(()) }).await;
    server.ended(&id, "disconnected", 100_106).await;
    at_rest(&server).await;

    let mut alice = server.login("alice").await;
    let id = talk(&mut alice, "answer-after-50ms").await;
    let user = phone("answer-after-50ms");
    let (status, _) = server.post(&format!("/api/v1/users/{user}/kick"), json!({})).await;
    assert_eq!(status, 200);
    alice.coded("finish", 100_106).await;
    server.ended(&id, "disconnected", 100_106).await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_veto_reaches_no_phone() {
    let mut hook = Hook::start(|_| Answer::json(json!({"allow": false, "error_code": 42}))).await;
    let server = Server::dev().await;
    let spec = json!({"url": hook.url(), "veto": true, "events": ["call.finished", "user.online"]});
    assert_eq!(server.put("/api/v1/webhooks/mine", spec).await.0, 201);
    let mut alice = server.login("alice").await;
    hook.expect("user.online").await;
    alice.send(request(&phone("answer")));
    let id = alice.expect("ok").await["call"].as_str().unwrap().to_owned();
    alice.coded("reply", 42).await;
    server.ended(&id, "vetoed", 42).await;
    let asked = hook.next().await;
    assert_eq!(asked.data()["callee"], phone("answer"), "{}", asked.body);
    hook.expect("call.finished").await;
    at_rest(&server).await;
    assert!(!server.log().contains("a media worker ended"), "no worker had a call");
    hook.nothing();
}

#[tokio::test]
async fn a_hook_may_route_a_call_to_a_phone() {
    let to = phone("answer-after-50ms");
    let route = to.clone();
    let hook = Hook::start(move |_| Answer::json(json!({"allow": true, "target_user": route}))).await;
    let server = Server::dev().await;
    assert_eq!(server.put("/api/v1/webhooks/mine", json!({"url": hook.url(), "veto": true})).await.0, 201);
    let mut alice = server.login("alice").await;
    alice.send(request("reception"));
    let id = alice.expect("ok").await["call"].as_str().unwrap().to_owned();
    assert_eq!(alice.coded("reply", 0).await["user"], to);
    alice.event("start").await;
    assert_eq!(server.call(&id).await["callee"], to);
    alice.send(finish(&to));
    alice.coded("finish", 0).await;
    at_rest(&server).await;
}

#[tokio::test]
async fn whom_no_account_knows_is_offline_and_a_phone_in_a_call_is_busy() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    for nobody in ["wechat:nope:answer", "wechat:dev", "wechat:dev:", "wechat:"] {
        alice.send(request(nobody));
        alice.expect("ok").await;
        alice.coded("reply", 100_102).await;
    }
    talk(&mut alice, "answer-after-50ms").await;
    bob.send(request(&phone("answer-after-50ms")));
    bob.expect("ok").await;
    bob.coded("reply", 100_103).await;
    alice.send(finish(&phone("answer-after-50ms")));
    alice.coded("finish", 0).await;
    // The line is free before the end is told.
    talk(&mut bob, "answer-after-50ms").await;
    bob.send(finish(&phone("answer-after-50ms")));
    bob.coded("finish", 0).await;
    at_rest(&server).await;
}

#[tokio::test]
async fn nobody_logs_in_as_a_wechat_user() {
    let server = Server::dev().await;
    let mut client = server.connect().await;
    client.send(json!({"type": "login", "user": phone("answer"), "password": "any"}));
    client.error(200).await;
    client.closed(4401).await;
}

#[tokio::test]
async fn an_operator_calls_a_phone_in_a_devices_name() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let callee = phone("answer-after-50ms");
    let (status, call) = server.post("/api/v1/calls", json!({"caller": "alice", "callee": callee})).await;
    assert_eq!(status, 201, "{call}");
    let progress = alice.coded("reply", 0).await;
    assert_eq!(progress["placed"], true, "{progress}");
    alice.event("start").await;
    alice.send(finish(&callee));
    alice.coded("finish", 0).await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_server_that_drains_or_dies_leaves_no_phone_in_a_call() {
    let mut server = Setup::dev().set("SERVER__DRAIN_TIMEOUT_SECS", 0.3).start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    talk(&mut alice, "answer-after-50ms").await;
    dial(&mut bob, "silent").await;
    let held = workers(&server);
    assert!(held.len() >= 2);
    server.signal(Signal::TERM);
    for (client, event) in [(&mut alice, "finish"), (&mut bob, "reply")] {
        client.expect("closing").await;
        client.coded(event, 120).await;
        client.closed(4503).await;
    }
    assert_eq!(server.exited().await.code(), Some(0));
    let gone = |pid: &Pid| !std::path::Path::new(&format!("/proc/{}", pid.as_raw_nonzero())).exists();
    eventually("the workers are gone", || async { held.iter().all(gone).then_some(()) }).await;

    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let id = talk(&mut alice, "answer-after-50ms").await;
    let server = server.crash_and_restart().await;
    eventually("it is over", || async { (server.call(&id).await["state"] == "ended").then_some(()) }).await;
    server.ended(&id, "media_failed", 100_106).await;
    assert_eq!(server.login("alice").await.welcome["calls"], json!([]));
    at_rest(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_at_once_end_once_each_and_leave_nothing() {
    let server = Setup::dev().set("CLOUDVOIP__MAX_WORKERS", 12).start().await;
    let mut users = join_all((0..50).map(|n| {
        let server = &server;
        async move { server.login(&format!("u{n}")).await }
    }))
    .await;
    let call = async |n: usize, client: &mut Client| {
        let to = phone(&format!("answer-after-50ms.{n}"));
        client.send(request(&to));
        client.expect("ok").await;
        loop {
            let frame = client.frame().await;
            match (frame["event"].as_str().unwrap(), frame["error_code"].as_i64().unwrap()) {
                ("reply", 0) => {}
                ("start", 0) => client.send(finish(&to)),
                (_, code) => return code,
            }
        }
    };
    let ends = join_all(users.iter_mut().enumerate().map(|(n, client)| call(n, client))).await;
    let talked = ends.iter().filter(|code| **code == 0).count();
    // Where there is no worker for a call, the phone is busy.
    assert!(ends.iter().all(|code| [0, 100_103].contains(code)), "{ends:?}");
    assert!(talked >= 12, "{talked} talked");
    for client in &mut users {
        client.nothing().await;
    }
    at_rest(&server).await;
    let page: Value = server.rest(Method::GET, "/api/v1/calls?limit=500", None).await.1;
    let calls = page["items"].as_array().unwrap();
    assert_eq!(calls.len(), 50);
    assert!(calls.iter().all(|call| call["state"] == "ended"), "{page}");
}
