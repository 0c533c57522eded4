//! `GET /media`: who may carry a call's media, and what becomes of them on the way.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use hookswitch::{
    actors::cloudvoip_worker::WorkerEvent,
    clock,
    protocol::{
        ids::CallId,
        worker::{
            EndReason, HangupReason, MediaFrame, MediaKind, Phase,
            media::{FLAG_DISCONTINUITY, FLAG_KEY},
        },
    },
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use crate::{
    client::Client,
    house::House,
    support::{DEADLINE, Talk, eventually},
};

/// Who carries the media of a party.
struct Carrier(WebSocketStream<TcpStream>);

impl Carrier {
    /// Opens the socket, or tells with which status that was refused.
    async fn open(house: &House, query: &str, headers: &[(&'static str, String)]) -> Result<Self, u16> {
        let address = house.address;
        let mut request = format!("ws://{address}/media?{query}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let socket = TcpStream::connect(address).await.unwrap();
        match client_async(request, socket).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens it as this user, who may or may not be let in.
    async fn knock(house: &House, call: impl std::fmt::Display, user: &str) -> Self {
        let mut carrier = Self::open(house, &format!("call={call}"), &[]).await.unwrap();
        carrier.say(&json!({"type": "login", "user": user, "password": ""})).await;
        carrier
    }

    /// The same, let in.
    async fn of(house: &House, call: impl std::fmt::Display, user: &str) -> Self {
        let call = call.to_string();
        let mut carrier = Self::knock(house, &call, user).await;
        assert_eq!(carrier.words().await, json!({"type": "ready", "call": call}));
        carrier
    }

    async fn say(&mut self, words: &Value) {
        self.0.send(Message::text(words.to_string())).await.unwrap();
    }

    async fn give(&mut self, frame: &MediaFrame) {
        self.0.send(Message::binary(frame.encode())).await.unwrap();
    }

    async fn next(&mut self) -> Message {
        let message = tokio::time::timeout(DEADLINE, self.0.next()).await.expect("nothing comes");
        message.expect("a close frame comes first").unwrap()
    }

    /// The next words, whatever media come before.
    async fn words(&mut self) -> Value {
        loop {
            match self.next().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Binary(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next frame, whatever is said before.
    async fn frame(&mut self) -> MediaFrame {
        loop {
            match self.next().await {
                Message::Binary(bytes) => return MediaFrame::decode(&bytes).unwrap(),
                Message::Text(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Code and reason of the close frame, whatever comes before.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.next().await {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

fn signal(talk: &Talk, signal: Signal) {
    let pid = Pid::from_raw(talk.pid().unwrap().try_into().unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

fn picture(flags: u8, bytes: usize) -> MediaFrame {
    let kind: u8 = if flags & FLAG_KEY == 0 { 0x41 } else { 0x65 };
    let body = [&[0, 0, 0, 1, kind][..], &vec![0x55; bytes]].concat();
    MediaFrame { kind: MediaKind::H264, flags, body: body.into(), ..Talk::pcm(1) }
}

/// alice talks, with a WeChat user in bob's place.
async fn talking(house: &House, words: &str) -> (Client, Client, String, Talk) {
    let (mut alice, mut bob) = (house.log_in("alice").await, house.log_in("bob").await);
    let (call, mut talk) = house.talk(&mut alice, &mut bob, words).await;
    talk.until(Phase::Talking).await;
    (alice, bob, call.to_string(), talk)
}

#[actix_web::test]
async fn sound_and_pictures_go_both_ways_and_are_counted_until_the_call_is_over() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let mut carrier = Carrier::of(&house, &call, "alice").await;
    let (mut heard, mut keys, mut tick) = (Vec::new(), 0, tokio::time::interval(Duration::from_millis(20)));
    let mut n = 0_u8;
    while heard.len() < 10 || keys < 2 {
        tokio::select! {
            _ = tick.tick() => {
                n = n.saturating_add(1);
                carrier.give(&Talk::pcm(n)).await;
            }
            message = carrier.next() => {
                let Message::Binary(bytes) = message else { continue };
                let frame = MediaFrame::decode(&bytes).unwrap();
                match frame.kind {
                    MediaKind::Pcm if frame.body[0] != 0 => heard.push(frame.body[0]),
                    MediaKind::H264 => keys += u32::from(frame.has(FLAG_KEY)),
                    _ => {}
                }
            }
        }
    }
    assert!(heard.is_sorted(), "what is said comes back in order: {heard:?}");
    carrier.give(&picture(FLAG_KEY, 1_000)).await;
    let media = house.media_until(call.parse().map(CallId).unwrap(), "counted", |media| media["up"]["video"] == 1);
    let media = media.await;
    assert!(media["up"]["audio"].as_u64().unwrap() >= 10 && media["down"]["video"].as_u64().unwrap() > 2, "{media}");
    assert_eq!(media["sockets"], 1);
    talk.handle.hangup(HangupReason::Manual);
    assert_eq!(carrier.closed().await, (1000, "the call is over".to_owned()));
    assert_eq!(talk.end().await.reason, EndReason::HungUp);
    house.close().await;
}

#[actix_web::test]
async fn only_a_party_of_a_call_that_is_on_carries_its_media() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let (mut carol, mut dave) = (house.log_in("carol").await, house.log_in("dave").await);
    carol.send(json!({"type": "call", "event": "request", "user": "dave", "flags": 3}));
    let other = dave.event("request").await["call"].as_str().unwrap().to_owned();
    carol.event("reply").await;
    let nobody = clock::call_id().to_string();
    for (call, user, code, says) in [
        (&call, "carol", 4404, "no such call"),
        (&nobody, "alice", 4404, "no such call"),
        (&other, "carol", 4425, "has not started"),
    ] {
        let mut carrier = Carrier::knock(&house, call, user).await;
        let error = carrier.words().await;
        assert_eq!((&error["type"], &error["error_code"]), (&json!("error"), &json!(100_107)), "{error}");
        let (closed, reason) = carrier.closed().await;
        assert!(closed == code && reason.contains(says), "{user}: {closed} {reason}");
    }
    dave.send(json!({"type": "call", "event": "reply", "user": "carol", "error_code": 0}));
    dave.event("start").await;
    let (closed, reason) = Carrier::knock(&house, &other, "carol").await.closed().await;
    assert!(closed == 4404 && reason.contains("no media of this call"), "{closed} {reason}");
    // Nobody of these came near the media.
    let media = house.get(&format!("/calls/{call}")).await["media"].clone();
    assert_eq!(media["sockets"], 0);
    drop(talk);
    house.close().await;
}

#[actix_web::test]
async fn a_token_lets_in_and_nothing_else_that_is_wrong() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let asked = reqwest::Client::new().post(format!("http://{}/api/v1/tokens", house.address)).bearer_auth("dev");
    let minted: Value = asked.json(&json!({"user": "bob"})).send().await.unwrap().json().await.unwrap();
    let token = minted["token"].as_str().unwrap();
    let here = format!("call={call}");
    // In the header, and in the login.
    let bearer = [("authorization", format!("Bearer {token}"))];
    let mut carrier = Carrier::open(&house, &here, &bearer).await.unwrap();
    assert_eq!(carrier.words().await["type"], "ready");
    let mut carrier = Carrier::open(&house, &here, &[]).await.unwrap();
    carrier.say(&json!({"type": "login", "token": token})).await;
    assert_eq!(carrier.words().await["type"], "ready");
    for (first, code) in [
        (Message::text(json!({"type": "login", "token": "x"}).to_string()), 4401),
        (Message::text(json!({"type": "login", "resume": "x"}).to_string()), 4401),
        (Message::text(json!({"type": "ping"}).to_string()), 4401),
        (Message::text("{"), 4400),
        (Message::binary(Talk::pcm(1).encode()), 4401),
    ] {
        let mut carrier = Carrier::open(&house, &here, &[]).await.unwrap();
        carrier.0.send(first.clone()).await.unwrap();
        let error = carrier.words().await;
        assert!(!error["message"].as_str().unwrap().is_empty(), "{error}");
        assert_eq!(carrier.closed().await.0, code, "{first:?}");
    }
    // What is wrong with the upgrade is said by its status.
    for (query, headers, status) in [
        (format!("{here}&token={token}"), vec![], 400),
        ("call=7".to_owned(), vec![], 400),
        (String::new(), vec![], 400),
        (here.clone(), vec![("origin", "https://elsewhere.example".to_owned())], 403),
    ] {
        let refused = Carrier::open(&house, &query, &headers).await.err();
        assert_eq!(refused, Some(status), "{query}");
    }
    drop(talk);
    house.close().await;
}

#[actix_web::test]
async fn a_second_connection_takes_the_place_of_the_first_and_begins_with_a_key_frame() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let mut first = Carrier::of(&house, &call, "alice").await;
    // In the middle of the pictures.
    while first.frame().await.kind != MediaKind::H264 {}
    let mut second = Carrier::of(&house, &call, "alice").await;
    assert_eq!(first.closed().await.0, 4409);
    let mut asked = false;
    let picture = loop {
        match second.next().await {
            Message::Text(text) => asked |= text.contains("need_keyframe"),
            Message::Binary(bytes) => {
                let frame = MediaFrame::decode(&bytes).unwrap();
                if frame.kind == MediaKind::H264 {
                    break frame;
                }
            }
            other => panic!("{other:?}"),
        }
    };
    assert!(picture.has(FLAG_KEY) && picture.has(FLAG_DISCONTINUITY), "{:#x}", picture.flags);
    assert!(asked, "whoever sends pictures now begins with a key frame, too");
    let media = house.get(&format!("/calls/{call}")).await["media"].clone();
    assert_eq!((&media["sockets"], media["end"].is_null()), (&json!(2), true));
    drop(talk);
    house.close().await;
}

#[actix_web::test]
async fn a_worker_that_fails_closes_the_connection_as_such() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let mut carrier = Carrier::of(&house, &call, "alice").await;
    signal(&talk, Signal::KILL);
    assert_eq!(carrier.closed().await, (1011, "the media worker failed: killed".to_owned()));
    assert_eq!(talk.end().await.reason, EndReason::Killed);
    house.close().await;
}

#[actix_web::test]
async fn pictures_that_cannot_be_used_have_a_key_frame_asked_for() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let mut carrier = Carrier::of(&house, &call, "alice").await;
    let call = call.parse().map(CallId).unwrap();
    let asked = |media: &Value| media["key_frames_asked"].as_u64().unwrap();
    let before = house.media(call).await;
    for _ in 0..asked(&before) {
        while carrier.words().await["type"] != "need_keyframe" {}
    }
    // Nobody takes them: more than the queue holds.
    signal(&talk, Signal::STOP);
    for _ in 0..6 {
        carrier.give(&picture(0, 900_000)).await;
    }
    while carrier.words().await["type"] != "need_keyframe" {}
    let dropped = |media: &Value| media["up"]["dropped"]["video"].as_u64().unwrap();
    let stuck = house.media(call).await;
    assert!(dropped(&stuck) > 0 && asked(&stuck) > asked(&before), "{stuck}");
    signal(&talk, Signal::CONT);
    let went = stuck["up"]["video"].as_u64().unwrap();
    carrier.give(&picture(FLAG_KEY, 1_000)).await;
    let media =
        house.media_until(call, "the key frame goes through", |media| media["up"]["video"].as_u64() > Some(went));
    let _gone_through = media.await;
    drop(talk);
    house.close().await;
}

#[actix_web::test]
async fn a_party_that_reads_nothing_delays_no_hang_up_and_costs_only_its_own_pictures() {
    let house = House::new();
    let (_alice, _bob, call, mut talk) = talking(&house, "answer-after-1ms flood").await;
    let sockets = || house.core.metrics().connections_open();
    let without = sockets();
    let carrier = Carrier::of(&house, &call, "alice").await;
    let id = call.parse().map(CallId).unwrap();
    let stuck = |media: &Value| media["down"]["dropped"]["video"].as_u64() > Some(100);
    house.media_until(id, "its socket is full", stuck).await;
    let began = clock::now();
    talk.handle.hangup(HangupReason::Manual);
    while !matches!(talk.next().await, WorkerEvent::Ended(_)) {}
    let took = clock::now() - began;
    // The machine may be busy with other tests; whatever waits for the reader waits for ever.
    assert!(took < Duration::from_secs(1), "{took:?}");
    // The socket is gone, too, though nobody reads its close frame.
    eventually("the server lets go of it", || sockets() == without).await;
    drop(carrier);
    house.close().await;
}

#[actix_web::test]
async fn what_is_no_media_ends_the_connection_and_not_the_call() {
    let house = House::new();
    let (_alice, _bob, call, talk) = talking(&house, "answer-after-10ms").await;
    let sound = Talk::pcm(1).encode();
    let mut unknown = sound.to_vec();
    unknown[0] = 9;
    for (message, code) in [
        (Message::binary(unknown), 4400),
        (Message::binary(sound.slice(..100)), 4400),
        (Message::binary(sound.slice(..3)), 4400),
        (Message::text("{\"type\":\"ping\"}"), 1003),
        (Message::binary(vec![0; (1 << 20) + 17]), 4413),
    ] {
        let mut carrier = Carrier::of(&house, &call, "alice").await;
        carrier.0.send(message).await.unwrap();
        assert_eq!(carrier.closed().await.0, code);
    }
    let mut carrier = Carrier::of(&house, &call, "alice").await;
    for _ in 0..2_000 {
        // The server may have closed by now.
        if carrier.0.send(Message::binary(sound.clone())).await.is_err() {
            break;
        }
    }
    assert_eq!(carrier.closed().await.0, 4429);
    let mut carrier = Carrier::of(&house, &call, "alice").await;
    carrier.0.send(Message::Ping("are you there?".into())).await.unwrap();
    while carrier.next().await != Message::Pong("are you there?".into()) {}
    carrier.0.close(None).await.unwrap();
    assert_eq!(talk.handle.view().phase, Phase::Talking);
    drop(talk);
    house.close().await;
}
