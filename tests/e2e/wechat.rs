//! Calls with WeChat users, as the simulator plays them: the real binary, the real worker processes.

use serde_json::{Value, json};

use crate::support::{Client, Server, Setup, eventually, finish, reply, request};

/// Calls a WeChat user who does what these words say; gives the call's id once the phone is being called.
async fn dial(client: &mut Client, words: &str) -> String {
    client.send(request(&format!("wechat:dev:{words}")));
    let id = client.expect("ok").await["call"].as_str().unwrap().to_owned();
    client.coded("reply", 0).await;
    id
}

/// Calls a WeChat user who answers.
async fn talk(client: &mut Client, words: &str) -> String {
    let id = dial(client, words).await;
    client.event("start").await;
    id
}

/// Nothing is left of any call: no line, no leg in the directory, no actor, no worker with a call.
async fn at_rest(server: &Server) {
    eventually("everything comes to rest", || async {
        let legs = server.metric(r#"hookswitch_actors{kind="wechat_leg"}"#).await;
        let rooms = server.metric(r#"hookswitch_actors{kind="room"}"#).await;
        let busy = ["init", "joining", "ringing", "talking", "ending", "leaving"];
        let mut workers = 0.0;
        for phase in busy {
            workers += server.metric(&format!(r#"hookswitch_workers{{phase="{phase}"}}"#)).await;
        }
        (legs + rooms + workers == 0.0).then_some(())
    })
    .await;
    let found = server.get("/api/v1/debug/invariants").await;
    assert_eq!(found["ok"], true, "{found}");
}

#[tokio::test]
async fn a_wechat_user_answers_and_both_ends_hang_up() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let id = talk(&mut alice, "answer-after-50ms").await;
    let call = server.call(&id).await;
    assert_eq!((&call["state"], &call["callee_door"]), (&json!("talking"), &json!("wechat")), "{call}");
    alice.send(finish("wechat:dev:answer-after-50ms"));
    alice.coded("finish", 0).await;
    server.ended(&id, "hangup", 0).await;
    at_rest(&server).await;

    let id = talk(&mut alice, "answer-after-50ms.hangup-after-50ms").await;
    assert_eq!(alice.coded("finish", 0).await["reason"], "hangup");
    let call = server.ended(&id, "hangup", 0).await;
    assert_eq!(call["ended_by"], "callee", "{call}");
    at_rest(&server).await;
}
