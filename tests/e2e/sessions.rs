//! Logging in, staying, and being shown out.

use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::support::{Client, Server, Setup, eventually, ring, talk};

#[tokio::test]
async fn an_account_logs_in_by_password_and_a_wrong_one_is_refused_with_200() {
    let setup = Setup::production();
    setup.run(&["user", "add", "alice"], "correct horse\n");
    let server = setup.start().await;
    let mut alice = server.connect().await;
    alice.send(json!({"type": "login", "id": 1, "user": "alice", "password": "correct horse", "device": "web"}));
    alice.logged_in().await;
    let welcome = &alice.welcome;
    assert_eq!((&welcome["user"], &welcome["id"], &welcome["resumed"]), (&json!("alice"), &json!(1), &json!(false)));
    assert_eq!((&welcome["calls"], &welcome["ice_servers"], &welcome["seq"]), (&json!([]), &json!([]), &json!(0)));
    for (user, password) in [("alice", "wrong"), ("nobody", "correct horse")] {
        let mut refused = server.connect().await;
        refused.send(json!({"type": "login", "id": "a", "user": user, "password": password}));
        assert_eq!(refused.error(200).await["id"], "a");
        refused.closed(4401).await;
    }
    assert_eq!(server.metric("hookswitch_sessions").await, 1.0);
}

#[tokio::test]
async fn an_account_of_rest_logs_in_and_a_deleted_one_does_not() {
    let server = Setup::production().start().await;
    let (status, _) = server.put("/api/v1/users/carol", json!({"password": "first"})).await;
    assert_eq!(status, 201);
    let mut carol = server.connect().await;
    carol.send(json!({"type": "login", "user": "carol", "password": "first"}));
    carol.logged_in().await;
    let (status, _) = server.rest(reqwest::Method::DELETE, "/api/v1/users/carol", None).await;
    assert_eq!(status, 204);
    let mut refused = server.connect().await;
    refused.send(json!({"type": "login", "user": "carol", "password": "first"}));
    refused.error(200).await;
    refused.closed(4401).await;
}

#[tokio::test]
async fn a_token_of_the_command_line_or_of_rest_logs_in_and_a_bad_or_old_one_does_not() {
    let server = Setup::production().start().await;
    let (status, minted) = server.post("/api/v1/tokens", json!({"user": "alice", "ttl_secs": 60})).await;
    assert_eq!(status, 201);
    for token in [server.setup.run(&["token", "alice"], ""), minted["token"].as_str().unwrap().to_owned()] {
        let mut alice = server.connect().await;
        alice.send(json!({"type": "login", "token": token}));
        alice.logged_in().await;
        assert_eq!(alice.user(), "alice");
    }
    let mut forged = server.connect().await;
    forged.send(json!({"type": "login", "token": "eyJ.eyJ.x"}));
    forged.error(215).await;
    forged.closed(4401).await;
    let old = server.setup.run(&["token", "alice", "--ttl-secs", "0.001"], "");
    // Its `exp` was rounded up to a whole second.
    let refused = eventually("the token expires", || async {
        let mut late = server.connect().await;
        late.send(json!({"type": "login", "token": old}));
        let frame = late.frame().await;
        (frame["type"] == "error").then_some((frame, late))
    });
    let (frame, mut late) = refused.await;
    assert_eq!(frame["error_code"], 220);
    late.closed(4401).await;
}

#[tokio::test]
async fn a_bearer_token_at_the_upgrade_may_be_followed_by_a_login_that_names_the_device_or_by_nothing() {
    let server = Setup::dev().start().await;
    let bearer = format!("Bearer {}", server.setup.run(&["token", "alice"], ""));
    let headers = [("authorization", bearer.as_str())];
    let mut named = Client::connect(server.address, "/ws", &headers).await.unwrap();
    named.send(json!({"type": "login", "device": "desk"}));
    named.expect("logged_in").await;
    let mut silent = Client::connect(server.address, "/ws", &headers).await.unwrap();
    silent.expect("logged_in").await;
    let mut hasty = Client::connect(server.address, "/ws", &headers).await.unwrap();
    hasty.send(json!({"type": "ping"}));
    hasty.expect("logged_in").await;
    hasty.expect("pong").await;
    silent.expect("closing").await;
    let sessions = server.get("/api/v1/users/alice").await["sessions"].as_array().unwrap().clone();
    let mut devices: Vec<&str> = sessions.iter().map(|session| session["device"].as_str().unwrap()).collect();
    devices.sort_unstable();
    assert_eq!(devices, ["", "desk"]);
}

#[tokio::test]
async fn a_bearer_token_at_the_upgrade_logs_in_without_a_frame() {
    let server = Setup::production().start().await;
    let bearer = format!("Bearer {}", server.setup.run(&["token", "alice"], ""));
    let headers = [("authorization", bearer.as_str())];
    let mut alice = Client::connect(server.address, "/ws?device=phone", &headers).await.unwrap();
    alice.logged_in().await;
    assert_eq!(server.get("/api/v1/users/alice").await["sessions"][0]["device"], "phone");
    let mut forged = Client::connect(server.address, "/ws", &[("authorization", "Bearer x.y.z")]).await.unwrap();
    forged.error(215).await;
    forged.closed(4401).await;
}

#[tokio::test]
async fn a_secret_in_the_url_is_refused() {
    let server = Server::dev().await;
    for query in ["token=x", "access_token=x", "password=x", "resume=x"] {
        assert_eq!(Client::connect(server.address, &format!("/ws?{query}"), &[]).await.err(), Some(400), "{query}");
    }
}

#[tokio::test]
async fn whoever_does_not_log_in_first_is_shown_out() {
    let server = Setup::dev().set("SESSION__LOGIN_TIMEOUT_SECS", 0.3).start().await;
    let mut eager = server.connect().await;
    eager.send(json!({"type": "ping", "id": 1}));
    assert_eq!(eager.error(208).await["id"], 1);
    eager.closed(4401).await;
    let mut empty = server.connect().await;
    empty.send(json!({"type": "login"}));
    empty.error(208).await;
    empty.closed(4401).await;
    let mut unsure = server.connect().await;
    unsure.send(json!({"type": "login", "user": "alice", "password": "a", "token": "b"}));
    unsure.error(21).await;
    unsure.closed(4400).await;
    let mut silent = server.connect().await;
    silent.error(208).await;
    silent.closed(4408).await;
}

#[tokio::test]
async fn a_second_login_is_an_error_and_changes_nothing() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    alice.send(json!({"type": "login", "id": 1, "user": "mallory", "password": "x"}));
    alice.error(21).await;
    alice.nothing().await;
    assert_eq!(server.get("/api/v1/users/mallory").await["online"], false);
}

#[tokio::test]
async fn devices_of_one_user_live_side_by_side() {
    let server = Server::dev().await;
    let mut phone = server.login_on("alice", "phone").await;
    let mut web = server.login_on("alice", "web").await;
    phone.nothing().await;
    web.nothing().await;
    let sessions = server.get("/api/v1/users/alice").await["sessions"].clone();
    let devices: Vec<_> = sessions.as_array().unwrap().iter().map(|session| &session["device"]).collect();
    assert_eq!(devices, ["phone", "web"]);
}

#[tokio::test]
async fn the_same_device_replaces_its_earlier_session() {
    let server = Server::dev().await;
    let mut first = server.login_on("alice", "web").await;
    let mut other = server.login_on("alice", "phone").await;
    let mut second = server.login_on("alice", "web").await;
    first.closing(209, false, 4409).await;
    other.nothing().await;
    second.nothing().await;
    let mut late = server.connect().await;
    late.send(json!({"type": "login", "resume": first.token(), "last_seq": 0}));
    late.error(215).await;
    late.closed(4401).await;
}

#[tokio::test]
async fn the_single_policy_leaves_one_session() {
    let server = Setup::dev().set("SESSION__POLICY", "single").start().await;
    let mut phone = server.login_on("alice", "phone").await;
    let mut web = server.login_on("alice", "web").await;
    phone.closing(209, false, 4409).await;
    web.nothing().await;
    assert_eq!(server.metric("hookswitch_sessions").await, 1.0);
}

#[tokio::test]
async fn the_single_policy_ends_the_call_of_the_device_it_replaces() {
    let server = Setup::dev().set("SESSION__POLICY", "single").start().await;
    let (mut alice, mut bob) = (server.login_on("alice", "phone").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let mut web = server.login_on("alice", "web").await;
    bob.coded("finish", 100_106).await;
    web.nothing().await;
    server.ended(&call, "disconnected", 100_106).await;
}

#[tokio::test]
async fn the_single_policy_moves_a_ring_to_the_new_device() {
    let server = Setup::dev().set("SESSION__POLICY", "single").start().await;
    let (mut alice, mut phone) = (server.login("alice").await, server.login_on("bob", "phone").await);
    let call = ring(&mut alice, &mut phone).await;
    let mut web = server.login_on("bob", "web").await;
    assert_eq!(web.welcome["calls"][0]["id"], call);
    phone.closing(209, false, 4409).await;
    web.send(json!({"type": "call", "event": "reply", "user": "alice"}));
    web.event("start").await;
    alice.event("start").await;
}

#[tokio::test]
async fn a_kick_ends_every_session_and_its_call() {
    let server = Server::dev().await;
    let (mut phone, mut web) = (server.login_on("alice", "phone").await, server.login_on("alice", "web").await);
    let mut bob = server.login("bob").await;
    let (call, _) = talk(&mut phone, &mut bob).await;
    let (status, kicked) = server.post("/api/v1/users/alice/kick", json!({})).await;
    assert_eq!((status.as_u16(), &kicked["sessions"]), (200, &json!(2)), "{kicked}");
    web.closing(211, false, 4411).await;
    assert_eq!(phone.close_code().await, Some(4411));
    bob.coded("finish", 100_106).await;
    server.ended(&call, "disconnected", 100_106).await;
    let mut late = server.connect().await;
    late.send(json!({"type": "login", "resume": web.token(), "last_seq": 0}));
    late.error(215).await;
}

#[tokio::test]
async fn a_frame_over_the_limit_closes_with_4413_in_one_piece_or_in_many() {
    let server = Setup::dev().set("LIMITS__FRAME_BYTES", 2048).start().await;
    let mut alice = server.login("alice").await;
    alice.send(json!({"type": "ping", "x": "x".repeat(1900)}));
    alice.expect("pong").await;
    alice.send(json!({"type": "ping", "x": "x".repeat(2100)}));
    alice.closed(4413).await;
    let mut bob = server.login("bob").await;
    for (n, text) in
        ["{\"type\":\"ping\",\"x\":\"", &"x".repeat(1000), &"x".repeat(1000), &"x".repeat(1000)].into_iter().enumerate()
    {
        let op = if n == 0 { Data::Text } else { Data::Continue };
        bob.raw(Message::Frame(Frame::message(text.to_owned(), OpCode::Data(op), false)));
    }
    bob.closed(4413).await;
}

#[tokio::test]
async fn a_frame_in_pieces_is_one_frame() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let pieces =
        [("{\"type\":\"pi", Data::Text, false), ("ng\",\"id\"", Data::Continue, false), (":9}", Data::Continue, true)];
    for (text, op, last) in pieces {
        alice.raw(Message::Frame(Frame::message(text, OpCode::Data(op), last)));
    }
    alice.expect("pong").await;
    assert_eq!(alice.expect("ok").await["id"], 9);
}

#[tokio::test]
async fn a_binary_frame_closes_with_1003() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    alice.raw(Message::binary(vec![1, 2, 3]));
    alice.closed(1003).await;
    let mut early = server.connect().await;
    early.raw(Message::binary(vec![1]));
    early.closed(1003).await;
}

#[tokio::test]
async fn a_flood_of_frames_closes_with_4429_and_the_session_waits_for_a_resume() {
    let server = Setup::dev().set("LIMITS__FRAMES_PER_SEC", 10).start().await;
    let mut alice = server.login("alice").await;
    for _ in 0..40 {
        alice.send(json!({"type": "ping"}));
    }
    assert_eq!(alice.close_code().await, Some(4429));
    assert_eq!(server.resume(&alice.token(), 0).await.welcome["resumed"], true);
    assert_eq!(server.metric("hookswitch_limit_hits_total{limit=\"frames\"}").await, 1.0);
}

#[tokio::test]
async fn a_flood_of_pings_or_of_pieces_is_a_flood_too() {
    let server = Setup::dev().set("LIMITS__FRAMES_PER_SEC", 10).start().await;
    let mut alice = server.login("alice").await;
    for _ in 0..40 {
        alice.raw(Message::Ping(Vec::new().into()));
    }
    assert_eq!(alice.close_code().await, Some(4429));
    let mut bob = server.login("bob").await;
    bob.raw(Message::Frame(Frame::message("{", OpCode::Data(Data::Text), false)));
    for _ in 0..40 {
        bob.raw(Message::Frame(Frame::message("", OpCode::Data(Data::Continue), false)));
    }
    assert_eq!(bob.close_code().await, Some(4429));
}

#[tokio::test]
async fn frames_that_follow_the_login_at_once_count_once() {
    let server = Setup::dev().set("LIMITS__FRAMES_PER_SEC", 4).start().await;
    let mut alice = server.connect().await;
    alice.send(json!({"type": "login", "user": "alice", "password": "x"}));
    for _ in 0..6 {
        alice.send(json!({"type": "ping"}));
    }
    alice.logged_in().await;
    for _ in 0..6 {
        alice.expect("pong").await;
    }
}

#[tokio::test]
async fn what_is_no_frame_is_answered_and_after_many_closed_with_4400() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    alice.send(json!({"type": "dance", "id": "x"}));
    assert_eq!(alice.error(21).await["id"], "x");
    alice.send(json!({"type": "call", "id": 2, "event": "start", "user": "bob"}));
    assert_eq!(alice.error(21).await["id"], 2);
    for n in 1.. {
        alice.raw(Message::text("not json"));
        alice.error(21).await;
        if n == 7 {
            break;
        }
    }
    alice.nothing().await;
    for _ in 0..8 {
        alice.raw(Message::text("["));
    }
    assert_eq!(alice.close_code().await, Some(4400));
    let mut early = server.connect().await;
    early.raw(Message::text("hello"));
    early.error(21).await;
    early.closed(4400).await;
}

#[tokio::test]
async fn a_slow_reader_is_told_4410_and_may_resume() {
    let server = Setup::dev().set("SESSION__RESUME_QUEUE_BYTES", 32_768).start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let thaw = bob.freeze();
    for n in 0..10 {
        alice.send(json!({"type": "signal", "call": call, "data": {"n": n, "fill": "x".repeat(8_000)}}));
    }
    alice.nothing().await;
    eventually("the reader is cut", || async {
        (server.metric("hookswitch_ws_slow_readers_total").await > 0.0).then_some(())
    })
    .await;
    drop(thaw);
    assert_eq!(bob.close_code().await, Some(4410));
    let mut bob = server.resume(&bob.token(), bob.seq).await;
    assert_eq!(bob.welcome["resumed"], false);
    assert_eq!(bob.welcome["calls"][0]["id"], call);
    alice.send(json!({"type": "signal", "call": call, "data": "again"}));
    assert_eq!(bob.expect("signal").await["data"], "again");
}

#[tokio::test]
async fn a_reader_that_never_reads_is_cut_and_nobody_else_is_slowed() {
    let server = Setup::dev().set("SESSION__RESUME_QUEUE_BYTES", 16_000_000).start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let frozen = bob.freeze();
    let fill = "x".repeat(60_000);
    let mut sent = 0;
    while server.metric("hookswitch_ws_slow_readers_total").await == 0.0 {
        for _ in 0..50 {
            alice.send(json!({"type": "signal", "call": call, "data": fill}));
        }
        alice.nothing().await;
        sent += 50;
        assert!(sent < 2_000, "it is never cut");
    }
    let mut again = server.resume(&bob.token(), bob.seq).await;
    assert_eq!((&again.welcome["resumed"], &again.welcome["calls"][0]["id"]), (&json!(false), &json!(call)));
    alice.send(json!({"type": "call", "event": "finish", "user": "bob"}));
    again.event("finish").await;
    alice.event("finish").await;
    drop(frozen);
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_gone_after_two_heartbeats_and_the_grace() {
    let setup = Setup::dev().set("SESSION__HEARTBEAT_SECS", 0.2).set("SESSION__RESUME_GRACE_SECS", 0.3);
    let server = setup.start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let _frozen = bob.freeze();
    alice.coded("finish", 100_106).await;
    server.ended(&call, "disconnected", 100_106).await;
    assert_eq!(server.get("/api/v1/users/bob").await["online"], false);
    alice.nothing().await;
}

#[tokio::test]
async fn a_logout_ends_the_session_and_its_ring_at_once() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ring(&mut alice, &mut bob).await;
    alice.send(json!({"type": "logout", "id": 1}));
    assert_eq!(alice.expect("ok").await["id"], 1);
    alice.closed(1000).await;
    bob.coded("reply", 100_106).await;
    server.ended(&call, "disconnected", 100_106).await;
    assert_eq!(server.get("/api/v1/users/alice").await["online"], false);
}

#[tokio::test]
async fn a_close_without_logout_has_grace() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    talk(&mut alice, &mut bob).await;
    bob.raw(Message::Close(None));
    bob.close_code().await;
    eventually("bob is seen off the line", || async {
        let bob = server.get("/api/v1/users/bob").await;
        (bob["sessions"][0]["connected"] == false).then(|| assert_eq!(bob["online"], true))
    })
    .await;
    alice.nothing().await;
}

#[tokio::test]
async fn pages_of_other_origins_may_not_connect() {
    let server = Setup::dev().set("SERVER__ALLOWED_ORIGINS", "https://app.example.org").start().await;
    let own = format!("http://{}", server.address);
    for (origin, refused) in [
        (own.as_str(), None),
        ("https://app.example.org", None),
        ("https://evil.example.org", Some(403)),
        ("null", Some(403)),
    ] {
        let answer = Client::connect(server.address, "/ws", &[("origin", origin)]).await;
        assert_eq!(answer.err(), refused, "{origin}");
    }
}

#[tokio::test]
async fn a_user_has_so_many_sessions_and_no_more() {
    let server = Setup::dev().set("LIMITS__SESSIONS_PER_USER", 2).start().await;
    let (mut one, mut two) = (server.login_on("alice", "1").await, server.login_on("alice", "2").await);
    let mut three = server.connect().await;
    three.send(json!({"type": "login", "user": "alice", "password": "x", "device": "3"}));
    three.error(209).await;
    three.closed(4429).await;
    one.nothing().await;
    let mut again = server.login_on("alice", "2").await;
    two.closing(209, false, 4409).await;
    again.nothing().await;
    assert_eq!(server.metric("hookswitch_sessions").await, 2.0);
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more() {
    let server = Setup::dev().set("LIMITS__SESSIONS_PER_ADDRESS", 2).start().await;
    let (_alice, bob) = (server.login("alice").await, server.login("bob").await);
    assert_eq!(Client::connect(server.address, "/ws", &[]).await.err(), Some(429));
    bob.cut().await;
    eventually("a place is free", || async { Client::connect(server.address, "/ws", &[]).await.ok() }).await;
}

#[tokio::test]
async fn strangers_have_so_many_connections_and_no_more() {
    let server = Setup::dev().set("LIMITS__UNAUTHENTICATED", 2).start().await;
    let (first, _second) = (server.connect().await, server.connect().await);
    assert_eq!(Client::connect(server.address, "/ws", &[]).await.err(), Some(429));
    first.send(json!({"type": "login", "user": "alice", "password": "x"}));
    eventually("a place is free", || async { Client::connect(server.address, "/ws", &[]).await.ok() }).await;
}

#[tokio::test]
async fn logins_have_a_rate() {
    let server = Setup::dev().set("LIMITS__LOGINS_PER_MIN", 3).start().await;
    let mut codes = Vec::new();
    for n in 0..5 {
        let mut client = server.connect().await;
        client.send(json!({"type": "login", "user": format!("u{n}"), "password": "x"}));
        let frame = client.frame().await;
        if frame["type"] == "error" {
            assert_eq!(frame["error_code"], 113);
            client.closed(4429).await;
        }
        codes.push(frame["type"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes, ["logged_in", "logged_in", "logged_in", "error", "error"]);
}

#[tokio::test]
async fn a_ping_is_answered_with_pong_and_with_ok_where_it_has_an_id() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    alice.nothing().await;
    alice.send(json!({"type": "ping", "id": "p"}));
    let kinds = [alice.frame().await["type"].clone(), alice.frame().await["type"].clone()];
    assert!(kinds.contains(&json!("pong")) && kinds.contains(&json!("ok")), "{kinds:?}");
}
