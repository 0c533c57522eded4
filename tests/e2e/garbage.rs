//! Mangled frames and requests to a running server: each is answered or ends its connection, and nothing else comes of it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

use self::mangle::Mangler;
use crate::support::{Client, DEADLINE, Server, finish, talk};

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

/// One seed that is the same everywhere, and one that is not.
fn seeds() -> [u64; 2] {
    let mut random = [0; 8];
    getrandom::fill(&mut random).unwrap();
    let random = u64::from_le_bytes(random);
    println!("seeds: 0x5eed and {random:#x}");
    [0x5eed, random]
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
    server.get("/healthz").await;
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

/// Says this much HTTP, and nothing more; returns the beginning of the answer.
async fn say(server: &Server, request: &str) -> String {
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let mut answer = Vec::new();
    let said = async {
        socket.write_all(request.as_bytes()).await?;
        socket.shutdown().await?;
        (&mut socket).take(64).read_to_end(&mut answer).await
    };
    // A server may hang up on nonsense without reading it all.
    let _hung_up = tokio::time::timeout(DEADLINE, said).await.expect("no answer in time").is_err();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn mangled_requests_are_never_the_servers_fault() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let request = |method: &str, path: &str, body: &str| {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer dev\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let call = "/api/v1/calls/0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11";
    let requests = [
        request(
            "GET",
            "/api/v1/calls?state=ended&user=carol&limit=2&since=2026-11-21T03:10:00Z&cursor=MDE5OWYyYTQ",
            "",
        ),
        request("GET", call, ""),
        request("POST", &format!("{call}/finish"), r#"{"error_code":0,"user_str":"x"}"#),
        request(
            "POST",
            "/api/v1/calls",
            r#"{"caller":"carol","callee":"bob","flags":3,"param":-1,"user_str":"h\u00e9"}"#,
        ),
        request("PUT", "/api/v1/webhooks/one", r#"{"url":"https://example.org/","events":["call.*"],"enabled":false}"#),
        request("GET", "/api/v1/webhooks/one/deliveries?state=dead&limit=5&cursor=NQ", ""),
        request("GET", "/api/v1/rooms/1", ""),
        request("POST", "/api/v1/tokens", r#"{"user":"bob","ttl_secs":60.5}"#),
        request("GET", "/api/v1/stats?from=2026-11-20T00:00:00Z", ""),
        request("GET", "/api/v1/users/%62ob?x=%ff", ""),
        request("GET", "/ws?device=%00", ""),
    ];
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    let mut answers = BTreeSet::new();
    for seed in seeds() {
        let mut mangler = Mangler::new(seed);
        for _ in 0..500 {
            let request = mangler.mangle(&requests);
            let answer = say(&server, &request).await;
            let status = answer.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).unwrap_or("none").to_owned();
            assert!(!status.starts_with('5'), "{answer} to {request:?}");
            answers.insert(status);
        }
    }
    assert!(["200", "400", "404"].iter().all(|status| answers.contains(*status)), "{answers:?}");
    alice.nothing().await;
}
