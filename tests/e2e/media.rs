//! The media of a call with a WeChat user, by the real binary from end to end.

use futures_util::{SinkExt as _, StreamExt as _};
use hookswitch::protocol::worker::{MediaFrame, MediaKind, media::AUDIO_FRAME_BYTES};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{client_async, tungstenite::Message};

use crate::support::{DEADLINE, Server, finish, request};

const PHONE: &str = "wechat:dev:answer-after-50ms";

#[tokio::test]
async fn whoever_calls_a_phone_hears_and_sees_it_until_the_call_is_over() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    alice.send(request(PHONE));
    let call = alice.expect("ok").await["call"].as_str().unwrap().to_owned();
    alice.coded("reply", 0).await;
    alice.event("start").await;

    let socket = TcpStream::connect(server.address).await.unwrap();
    let url = format!("ws://{}/media?call={call}", server.address);
    let (mut media, _) = client_async(url, socket).await.unwrap();
    let login = json!({"type": "login", "user": "alice", "password": ""});
    media.send(Message::text(login.to_string())).await.unwrap();
    let (mut heard, mut seen, mut words) = (0, 0, Vec::new());
    let mut tick = tokio::time::interval(std::time::Duration::from_millis(20));
    while heard < 5 || seen < 5 {
        tokio::select! {
            _ = tick.tick() => {
                let sound = MediaFrame::pcm(0, vec![7; AUDIO_FRAME_BYTES].into());
                media.send(Message::binary(sound.encode())).await.unwrap();
            }
            message = timeout(DEADLINE, media.next()) => match message.unwrap().unwrap().unwrap() {
                Message::Binary(bytes) => {
                    let frame = MediaFrame::decode(&bytes).unwrap();
                    heard += u32::from(frame.kind == MediaKind::Pcm && frame.body[0] == 7);
                    seen += u32::from(frame.kind == MediaKind::H264);
                }
                Message::Text(text) => words.push(serde_json::from_str::<Value>(&text).unwrap()),
                other => panic!("{other:?}"),
            },
        }
    }
    assert_eq!(words[0], json!({"type": "ready", "call": call}));
    alice.send(finish(PHONE));
    alice.coded("finish", 0).await;
    let end = loop {
        if let Message::Close(end) = timeout(DEADLINE, media.next()).await.unwrap().unwrap().unwrap() {
            break end.unwrap();
        }
    };
    assert_eq!(u16::from(end.code), 1000, "{end:?}");
    let ended = server.ended(&call, "hangup", 0).await;
    assert_eq!(ended["state"], "ended");
    let page = server.get(&format!("/api/v1/calls/{call}")).await;
    let report = &page["media"];
    assert_eq!((&report["account"], &report["sockets"]), (&json!("dev"), &json!(1)), "{page}");
    assert!(report["up"]["audio"].as_u64().unwrap() >= 5 && report["down"]["video"].as_u64().unwrap() >= 5, "{report}");
}
