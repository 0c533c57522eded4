//! The whole way of sound: from a party's WebSocket through the server and a worker and back, in a call that the real binary holds.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures_util::{SinkExt as _, StreamExt as _};
use hookswitch::{
    clock,
    protocol::worker::{MediaFrame, media::AUDIO_FRAME_MS},
};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use super::{number_of, numbered};

type Socket = WebSocketStream<TcpStream>;

/// A server in development mode, with its own simulated account. Ends with the value.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .env_clear()
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let json: Value = serde_json::from_str(&line).ok()?;
            (json["message"] == "ready").then(|| json["address"].as_str().map(str::to_owned))?
        });
        // Read on, or the server would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.unwrap() }
    }

    async fn socket(&self, path: &str) -> Socket {
        let socket = TcpStream::connect(&self.address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        let mut socket = client_async(format!("ws://{}{path}", self.address), socket).await.unwrap().0;
        say(&mut socket, &json!({"type": "login", "user": "alice", "password": ""})).await;
        socket
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn say(socket: &mut Socket, words: &Value) {
    socket.send(Message::text(words.to_string())).await.unwrap();
}

async fn hear(socket: &mut Socket, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            let words: Value = serde_json::from_str(&text).unwrap();
            assert_ne!(words["type"], "error", "{words}");
            if wanted(&words) {
                return words;
            }
        }
    }
}

/// Sends numbered frames at the pace of sound, and says of each how long it took there and back.
pub(crate) async fn sound(folder: &Path, time: Duration) -> Vec<Duration> {
    let server = Server::start(folder);
    let mut alice = server.socket("/ws").await;
    say(&mut alice, &json!({"type": "call", "event": "request", "user": "wechat:dev:answer-after-1ms", "flags": 1}))
        .await;
    let started = hear(&mut alice, |words| words["event"] == "start").await;
    let mut media = server.socket(&format!("/media?call={}", started["call"].as_str().unwrap())).await;
    hear(&mut media, |words| words["type"] == "ready").await;
    let (mut to, mut from) = media.split();
    let returns = actix_web::rt::spawn(async move {
        let mut seen = BTreeMap::new();
        while let Some(Ok(message)) = from.next().await {
            let Message::Binary(bytes) = message else { continue };
            let frame = MediaFrame::decode(&bytes).unwrap();
            if let Some(number) = number_of(&frame) {
                seen.insert(number, clock::now());
            }
        }
        seen
    });
    let mut sent: BTreeMap<u32, Instant> = BTreeMap::new();
    let mut tick = tokio::time::interval(Duration::from_millis(AUDIO_FRAME_MS));
    let began = clock::now();
    for number in 1_u32.. {
        tick.tick().await;
        if clock::now() - began > time {
            break;
        }
        sent.insert(number, clock::now());
        to.send(Message::binary(numbered(number).encode())).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    to.close().await.unwrap();
    let seen = returns.await.unwrap();
    println!("{} frames of {} came back through /media", seen.len(), sent.len());
    seen.iter().filter_map(|(number, at)| Some(*at - *sent.get(number)?)).collect()
}
