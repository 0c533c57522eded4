//! Phones that call devices: from WeChat's push to the end of the worker that answers it, in the real binary.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    Answer, Client, Hook, Server, Setup, eventually, finish, reply,
    wechat::{Push, account},
};

async fn server() -> Server {
    Setup::dev().config(&account("shop", "")).start().await
}

/// A phone whose user does what these words say calls the device, which hears of it.
async fn ring(server: &Server, device: &mut Client, words: &str) -> (String, String) {
    let errcode = Push::call("shop", words, &device.user()).send(server).await;
    assert_eq!(errcode, 0);
    let request = device.coded("request", 0).await;
    let user = format!("wechat:shop:{words}");
    assert_eq!((&request["user"], &request["door"], &request["flags"]), (&json!(user), &json!("wechat"), &json!(3)));
    (user, request["call"].as_str().unwrap().to_owned())
}

async fn talk(server: &Server, device: &mut Client, words: &str) -> (String, String) {
    let (user, id) = ring(server, device, words).await;
    device.send(reply(&user, 0));
    device.event("start").await;
    eventually("the worker talks", || async {
        (server.metric(r#"hookswitch_workers{phase="talking"}"#).await > 0.0).then_some(())
    })
    .await;
    (user, id)
}

/// How the workers of this server have ended, in its own words.
fn ends(server: &Server) -> Vec<String> {
    let lines = server.log();
    let ended =
        lines.lines().filter(|line| line.contains("a media worker ended") || line.contains("a media worker failed"));
    ended.map(|line| serde_json::from_str::<Value>(line).unwrap()["reason"].as_str().unwrap().to_owned()).collect()
}

async fn worker_ended(server: &Server, reason: &str) {
    eventually(reason, || async { ends(server).contains(&reason.to_owned()).then_some(()) }).await;
    assert_eq!(ends(server), [reason]);
}

async fn at_rest(server: &Server) {
    eventually("no leg is left", || async {
        (server.metric(r#"hookswitch_actors{kind="wechat_leg"}"#).await == 0.0).then_some(())
    })
    .await;
    let found = server.get("/api/v1/debug/invariants").await;
    assert_eq!((&found["ok"], &found["lines"]), (&json!(true), &json!(0)), "{found}");
    assert_eq!(server.get("/api/v1/users").await["items"].as_array().unwrap().len(), 1, "the device alone is there");
}

#[tokio::test]
async fn a_device_answers_a_phone_and_hangs_up() {
    let server = server().await;
    let mut device = server.login("door-1").await;
    let (user, id) = talk(&server, &mut device, "o1.answer-after-50ms").await;
    let call = server.call(&id).await;
    assert_eq!((&call["caller"], &call["caller_door"]), (&json!(user), &json!("wechat")), "{call}");
    device.send(finish(&user));
    device.coded("finish", 0).await;
    server.ended(&id, "hangup", 0).await;
    worker_ended(&server, "hung_up").await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_phone_hangs_up_or_is_lost() {
    for (words, reason, code, end) in [
        ("o1.answer-after-50ms.hangup-after-300ms", "hangup", 0, "hangup_by_callee"),
        ("o1.answer-after-50ms.crash-talk", "media_failed", 100_106, "crashed"),
        ("o1.crash-join", "media_failed", 100_106, "crashed"),
        ("o1.fail-init-8", "media_failed", 100_106, "init_failed"),
    ] {
        let server = server().await;
        let mut device = server.login("door-1").await;
        let (user, id) = ring(&server, &mut device, words).await;
        device.send(reply(&user, 0));
        device.event("start").await;
        assert_eq!(device.coded("finish", code).await["reason"], reason, "{words}");
        server.ended(&id, reason, code).await;
        worker_ended(&server, end).await;
        device.nothing().await;
        at_rest(&server).await;
    }
}

#[tokio::test]
async fn a_phone_that_is_gone_when_the_device_answers_has_hung_up() {
    for (status, reason, code, end) in [
        (3, "hangup", 0, "rejected"),
        (4, "hangup", 0, "cancelled"),
        (5, "hangup", 0, "hangup_by_caller"),
        (6, "hangup", 0, "hangup_by_callee"),
        (8, "media_failed", 100_106, "busy"),
        (9, "media_failed", 100_106, "no_answer"),
    ] {
        let server = server().await;
        let mut device = server.login("door-1").await;
        let (user, id) = ring(&server, &mut device, &format!("o1.status-{status}")).await;
        device.send(reply(&user, 0));
        device.event("start").await;
        assert_eq!(device.coded("finish", code).await["reason"], reason, "status {status}");
        server.ended(&id, reason, code).await;
        worker_ended(&server, end).await;
    }
}

#[tokio::test]
async fn no_more_phones_ring_than_there_are_workers_for() {
    let server = Setup::dev().config(&account("shop", "")).set("CLOUDVOIP__MAX_WORKERS", 1).start().await;
    let (mut device, mut others) = (server.login("door-1").await, Vec::new());
    for n in 2..5 {
        others.push(server.login(&format!("door-{n}")).await);
    }
    let (user, _) = ring(&server, &mut device, "o1").await;
    assert_eq!(server.get("/api/v1/workers").await["pool"]["reserved"], 1);
    // Nobody could tell these phones of a refusal.
    for n in 2..5 {
        assert_eq!(Push::call("shop", &format!("o{n}"), &format!("door-{n}")).send(&server).await, 100_103);
    }
    let (status, call) = server.post("/api/v1/calls", json!({"caller": "door-2", "callee": "wechat:dev:silent"})).await;
    assert_eq!((status.as_u16(), &call["error_code"]), (409, &json!(100_103)), "{call}");
    device.send(reply(&user, 100_104));
    worker_ended(&server, "declined").await;
    // A push that is refused for another reason keeps no place.
    for n in 2..5 {
        assert_eq!(Push::call("shop", &format!("o{n}"), "nobody").send(&server).await, 100_102);
    }
    eventually("the place is free", || async {
        let pool = server.get("/api/v1/workers").await["pool"].clone();
        (pool["reserved"] == 0 && pool["busy"] == 0).then_some(())
    })
    .await;
    ring(&server, &mut others[0], "o2").await;
}

#[tokio::test]
async fn a_phone_that_rang_in_vain_is_told_by_a_worker() {
    let server = Setup::dev().config(&account("shop", "")).set("CALL__RING_TIMEOUT_SECS", 0.5).start().await;
    let mut device = server.login("door-1").await;
    let (_, id) = ring(&server, &mut device, "o1").await;
    device.coded("reply", 100_105).await;
    server.ended(&id, "timeout", 100_105).await;
    worker_ended(&server, "declined").await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_device_refuses_or_is_made_to() {
    for forced in [false, true] {
        let server = server().await;
        let mut device = server.login("door-1").await;
        let (user, id) = ring(&server, &mut device, "o1").await;
        if forced {
            assert_eq!(server.post(&format!("/api/v1/calls/{id}/finish"), json!({"error_code": 7})).await.0, 200);
            device.coded("reply", 7).await;
            server.ended(&id, "forced", 7).await;
        } else {
            device.send(reply(&user, 100_104));
            eventually("it is over", || async { (server.call(&id).await["state"] == "ended").then_some(()) }).await;
            server.ended(&id, "refused", 100_104).await;
        }
        worker_ended(&server, "declined").await;
        at_rest(&server).await;
    }
}

#[tokio::test]
async fn whom_the_core_refuses_at_once_needs_no_worker() {
    let server = server().await;
    let mut device = server.login("door-1").await;
    assert_eq!(Push::call("shop", "o1", "nobody").send(&server).await, 100_102);
    let (user, _) = talk(&server, &mut device, "o1.answer-after-50ms").await;
    assert_eq!(Push::call("shop", "o2", "door-1").send(&server).await, 100_103, "the device is busy");
    assert_eq!(Push::call("shop", "o1.answer-after-50ms", "door-2").send(&server).await, 440, "the phone is");
    device.send(finish(&user));
    device.coded("finish", 0).await;
    worker_ended(&server, "hung_up").await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_phone_that_calls_the_same_device_again_has_given_the_first_call_up() {
    let server = server().await;
    let mut device = server.login("door-1").await;
    let (user, first) = ring(&server, &mut device, "o1.answer-after-50ms").await;
    let push = |sn: &str| Push::call("shop", "o1.answer-after-50ms", sn);
    assert_eq!(push("door-2").send(&server).await, 440, "another device is not the one it called");
    assert_eq!(server.call(&first).await["state"], "ringing");
    assert_eq!(push("door-1").send(&server).await, 0);
    let gone = device.coded("reply", 100_101).await;
    assert_eq!((&gone["call"], &gone["reason"]), (&json!(first), &json!("cancelled")), "{gone}");
    let ended = server.ended(&first, "cancelled", 100_101).await;
    assert_eq!(ended["ended_by"], "caller", "{ended}");
    let again = device.coded("request", 0).await["call"].clone();
    assert_ne!(again, json!(first));
    worker_ended(&server, "declined").await;
    device.send(reply(&user, 0));
    device.event("start").await;
    assert_eq!(push("door-1").send(&server).await, 440, "they talk");
    device.send(finish(&user));
    device.coded("finish", 0).await;
    server.ended(again.as_str().unwrap(), "hangup", 0).await;
    eventually("both workers end", || async { (ends(&server).len() == 2).then_some(()) }).await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_veto_that_comes_too_late_for_the_push_is_carried_out_by_a_worker() {
    let hook =
        Hook::start(|_| Answer::Slowly(Duration::from_millis(2_500), json!({"error_code": 42}).to_string())).await;
    let server = server().await;
    let mut device = server.login("door-1").await;
    let spec = json!({"url": hook.url(), "veto": true, "timeout_ms": 5000});
    assert_eq!(server.put("/api/v1/webhooks/mine", spec).await.0, 201);
    assert_eq!(Push::call("shop", "o1", "door-1").send(&server).await, 0, "nobody knows yet");
    worker_ended(&server, "declined").await;
    device.nothing().await;
    at_rest(&server).await;
}

#[tokio::test]
async fn a_device_that_calls_the_phone_that_calls_it_has_answered() {
    let server = server().await;
    let mut device = server.login("door-1").await;
    let (user, id) = ring(&server, &mut device, "o1.answer-after-50ms").await;
    device.send(json!({"type": "call", "id": "glare", "event": "request", "user": user}));
    assert_eq!(device.expect("ok").await["call"], json!(id));
    device.event("start").await;
    device.send(finish(&user));
    device.coded("finish", 0).await;
    worker_ended(&server, "hung_up").await;
    at_rest(&server).await;
}
