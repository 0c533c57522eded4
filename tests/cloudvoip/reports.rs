//! What is known of a call's media afterwards, and who hears that a worker failed.

use hookswitch::{
    actors::BusKind,
    protocol::worker::{EndReason, HangupReason, Phase},
};
use serde_json::{Value, json};

use crate::{
    house::House,
    support::{DEADLINE, KEY, TOKEN, Talk},
};

fn names(media: &Value, list: &str, field: &str) -> Vec<String> {
    media[list].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_calls_page_has_what_its_worker_did_while_it_goes_on_and_afterwards() {
    let house = House::new();
    let (mut alice, mut bob) = (house.log_in("alice").await, house.log_in("bob").await);
    let (call, mut talk) = house.talk(&mut alice, &mut bob, "answer-after-10ms").await;
    talk.until(Phase::Talking).await;
    for n in 1..=5 {
        talk.handle.media_in(Talk::pcm(n));
    }
    let live = house.media_until(call, "sound went up", |media| media["up"]["audio"] == 5).await;
    assert_eq!((&live["end"], &live["account"], &live["mode"]), (&Value::Null, &json!("shop"), &json!("cloud")));
    assert_eq!(live["room"], "simulated-room");
    assert_eq!(live["up"]["bytes"], 5 * 640);
    assert_eq!(live["pid"], talk.pid().unwrap());
    let workers = house.get("/workers").await;
    let (worker, pool) = (&workers["items"][0], &workers["pool"]);
    assert_eq!((&worker["call_id"], &worker["phase"]), (&json!(call), &json!("talking")));
    assert_eq!(worker["last_status"], json!({"n": 2, "name": "talking"}));
    assert_eq!((&worker["id"], &worker["account"]), (&live["worker"], &json!("shop")));
    assert_eq!((&pool["busy"], &pool["max"], &pool["simulated"]), (&json!(1), &json!(8), &json!(false)));

    talk.handle.hangup(HangupReason::Manual);
    assert_eq!(talk.end().await.reason, EndReason::HungUp);
    alice.send(json!({"type": "call", "event": "finish", "user": "bob"}));
    bob.event("finish").await;
    let kept = house.media(call).await;
    assert_eq!(names(&kept, "phases", "phase")[..4], ["spawned", "idle", "init", "joining"]);
    assert_eq!(names(&kept, "phases", "phase").last().unwrap(), "ending");
    assert_eq!(names(&kept, "statuses", "name")[..2], ["calling", "talking"]);
    assert_eq!((&kept["end"]["reason"], &kept["end"]["failed"]), (&json!("hung_up"), &json!(false)));
    assert!(house.core.workers().report(call).is_none(), "the worker is gone, the report is not");
    let text = kept.to_string();
    assert!(!text.contains(TOKEN) && !text.contains(KEY), "{text}");
    house.close().await;
}

#[actix_web::test]
async fn a_call_without_a_worker_has_no_media() {
    let house = House::new();
    let (alice, mut bob) = (house.log_in("alice").await, house.log_in("bob").await);
    alice.send(json!({"type": "call", "event": "request", "user": "bob", "flags": 3}));
    let call = bob.event("request").await["call"].clone();
    let page = house.get(&format!("/calls/{}", call.as_str().unwrap())).await;
    assert_eq!(page.get("media"), Some(&Value::Null));
    house.close().await;
}

#[actix_web::test]
async fn a_worker_that_fails_is_told_once_and_told_apart() {
    let house = House::new();
    let mut watch = house.core.bus().subscribe(None).live;
    let (mut alice, mut bob) = (house.log_in("alice").await, house.log_in("bob").await);
    let (call, talk) = house.talk(&mut alice, &mut bob, "answer-after-10ms crash-talk").await;
    assert_eq!(talk.end().await.reason, EndReason::Crashed);
    let failed = loop {
        let event = tokio::time::timeout(DEADLINE, watch.recv()).await.unwrap().unwrap();
        if let BusKind::WorkerFailed(failed) = &event.kind {
            break failed.clone();
        }
    };
    let body: Value = serde_json::from_str(&failed.body()).unwrap();
    let mut data = body["data"].clone();
    let told = data.as_object_mut().unwrap().remove("call").unwrap();
    assert_eq!((&told["id"], &told["caller"], &told["state"]), (&json!(call), &json!("alice"), &json!("talking")));
    assert_eq!((&body["type"], &data["call_id"]), (&json!("worker.failed"), &json!(call)));
    assert_eq!(
        (&data["reason"], &data["code"], &data["phase"]),
        (&json!("crashed"), &json!(100_106), &json!("talking"))
    );
    assert!(data["detail"].as_str().unwrap().contains("signal 11"), "{data}");
    let kept = house.media(call).await;
    assert_eq!((&kept["end"]["reason"], &kept["end"]["failed"]), (&json!("crashed"), &json!(true)));
    let pool = house.get("/workers").await["pool"].clone();
    assert_eq!((&pool["ends"]["crashed"], &pool["failures"][0]), (&json!(1), &data));
    house.lab.workers.stop(DEADLINE).await;
    let again =
        std::iter::from_fn(|| watch.try_recv().ok()).any(|event| matches!(event.kind, BusKind::WorkerFailed(_)));
    assert!(!again, "once");
    house.close().await;
}
