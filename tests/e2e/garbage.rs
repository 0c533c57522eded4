//! Mangled frames to a running server: each is answered or ends its connection, and nothing else comes of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use self::mangle::Mangler;
use crate::support::{Client, Server, finish, talk};

#[path = "../../src/fuzz/mangle.rs"]
mod mangle;

/// What a server may answer to nonsense.
const CODES: [i64; 9] = [0, 21, 200, 208, 215, 440, 100_102, 100_103, 100_107];

/// Sends an input, then looks what is answered up to a pong; `false` where the connection has ended.
async fn try_out(client: &mut Client, input: String, heard: &mut BTreeSet<i64>) -> bool {
    client.raw(Message::text(input));
    client.send(json!({"type": "ping", "last": true}));
    client.send(json!({"type": "watch", "id": "the end", "users": []}));
    while let Some(frame) = client.frame_or_end().await {
        if frame["id"] == "the end" {
            return true;
        }
        if let Some(code) = frame["error_code"].as_i64().filter(|_| frame["type"] != "closing") {
            assert!(CODES.contains(&code) || frame["event"] == "finish", "{frame}");
            heard.insert(code);
        }
    }
    false
}

fn seeds() -> [u64; 2] {
    let random = u64::from_le_bytes(std::array::from_fn(|_| rand_byte()));
    println!("seeds: 0x5eed and {random:#x}");
    [0x5eed, random]
}

fn rand_byte() -> u8 {
    let mut byte = [0];
    getrandom::fill(&mut byte).unwrap();
    byte[0]
}

#[tokio::test]
async fn mangled_frames_touch_nobody_else() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let version = server.call(&call).await["version"].clone();
    let frames = [
        r#"{"type":"call","id":1,"event":"request","user":"bob","flags":3,"param":-7,"user_str":"h\u00e9","ring_secs":1.5,"sdp":{"a":1}}"#.to_owned(),
        format!(r#"{{"type":"call","id":"x","event":"reply","user":"alice","error_code":100104,"call":"{call}"}}"#),
        format!(r#"{{"type":"call","event":"finish","user":"bob","call":"{call}"}}"#),
        format!(r#"{{"type":"signal","call":"{call}","data":{{"candidate":["a",1.50,null]}}}}"#),
        r#"{"type":"watch","id":2,"users":["carol"]}"#.to_owned(),
    ];
    let frames: Vec<&str> = frames.iter().map(String::as_str).collect();
    let mut heard = BTreeSet::new();
    for seed in seeds() {
        let mut mangler = Mangler::new(seed);
        let mut mallory = server.login("mallory").await;
        for _ in 0..400 {
            let input = mangler.mangle(&frames);
            if !try_out(&mut mallory, input, &mut heard).await {
                mallory = server.login("mallory").await;
            }
        }
    }
    assert!(heard.contains(&21) && heard.contains(&100_107), "{heard:?}");
    alice.nothing().await;
    bob.nothing().await;
    let now = server.call(&call).await;
    assert_eq!((&now["state"], &now["version"]), (&json!("talking"), &version), "{now}");
    alice.send(finish("bob"));
    alice.event("finish").await;
    bob.event("finish").await;
    assert_eq!(server.get("/healthz").await["status"], server.get("/healthz").await["status"]);
}

#[tokio::test]
async fn mangled_logins_let_nobody_in_as_somebody_else() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let token = alice.token();
    let jwt = server.setup.run(&["token", "carol"], "");
    let logins = [
        json!({"type": "login", "id": 1, "user": "mallory", "password": "p\u{0}w", "device": "Anna's phone"})
            .to_string(),
        // Cut short, so that no change makes it the right one again.
        json!({"type": "login", "resume": token[1..], "last_seq": 1}).to_string(),
        json!({"type": "login", "token": jwt[..jwt.len() - 2], "device": ""}).to_string(),
    ];
    let logins: Vec<&str> = logins.iter().map(String::as_str).collect();
    for seed in seeds() {
        let mut mangler = Mangler::new(seed);
        for _ in 0..150 {
            let mut client = server.connect().await;
            client.raw(Message::text(mangler.mangle(&logins)));
            match client.frame_or_end().await {
                Some(frame) if frame["type"] == "error" => {
                    assert!([21, 208, 215].contains(&frame["error_code"].as_i64().unwrap()), "{frame}");
                }
                Some(frame) => assert!(frame["type"] == "logged_in" && frame["user"] != "alice", "{frame}"),
                None => {}
            }
        }
    }
    alice.nothing().await;
    let sessions = server.get("/api/v1/users/alice").await["sessions"].clone();
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(server.get("/api/v1/users/carol").await["online"], Value::Bool(false));
}
