//! Stopping in good order.

use std::os::unix::net::UnixDatagram;

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use serde_json::json;

use crate::support::{Answer, Client, Hook, Server, Setup, eventually, finish, ring, talk};

async fn draining(server: &Server) {
    eventually("it is not ready any more", || async {
        let (status, problem) = server.rest(reqwest::Method::GET, "/readyz", None).await;
        (status == 503).then_some(problem)
    })
    .await;
}

#[tokio::test]
async fn the_idle_are_sent_away_and_a_call_may_end() {
    let mut server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let mut idle = server.login("carol").await;
    talk(&mut alice, &mut bob).await;
    assert_eq!(server.rest(reqwest::Method::GET, "/readyz", None).await.0, 200);
    server.signal(Signal::TERM);
    idle.closing(120, true, 4503).await;
    for client in [&mut alice, &mut bob] {
        let goodbye = client.expect("closing").await;
        assert_eq!((&goodbye["error_code"], &goodbye["reconnect"]), (&json!(120), &json!(true)));
    }
    draining(&server).await;
    assert_eq!(server.rest(reqwest::Method::GET, "/healthz", None).await.0, 200);
    assert_eq!(Client::connect(server.address, "/ws", &[]).await.err(), Some(503));
    let (status, refused) = server.post("/api/v1/calls", json!({"caller": "alice", "callee": "bob"})).await;
    assert_eq!((status.as_u16(), &refused["error_code"]), (503, &json!(120)));
    alice.send(finish("bob"));
    alice.coded("finish", 0).await;
    bob.coded("finish", 0).await;
    alice.closed(4503).await;
    bob.closed(4503).await;
    assert_eq!(server.exited().await.code(), Some(0));
}

/// Each of these takes a descriptor here, and two there.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_sockets_are_each_told_when_to_come_back_and_closed_with_the_code() {
    raise_file_limit();
    let mut server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    talk(&mut alice, &mut bob).await;
    let mut idle = Vec::new();
    for wave in 0..20 {
        let wave = (0..50).map(|n| format!("u{wave}-{n}"));
        let server = &server;
        idle.extend(join_all(wave.map(|user| async move { server.login(&user).await })).await);
    }
    server.signal(Signal::TERM);
    let goodbye = |mut client: Client| async move {
        let closing = client.expect("closing").await;
        client.closed(4503).await;
        assert_eq!((&closing["error_code"], &closing["reconnect"]), (&json!(120), &json!(true)), "{closing}");
        closing["reconnect_after_ms"].as_f64().unwrap() / 1_000.0
    };
    let waits = join_all(idle.into_iter().map(|client| tokio::spawn(goodbye(client)))).await;
    let waits: Vec<f64> = waits.into_iter().map(Result::unwrap).collect();
    assert_eq!(waits.len(), 1_000);
    // A thousand throws between 0.5 and 5 s: each tenth of that has its share.
    for tenth in 0..10 {
        let from = 0.5 + 0.45 * f64::from(tenth);
        let share = waits.iter().filter(|wait| (from..from + 0.45).contains(*wait)).count();
        assert!((30..300).contains(&share), "{share} of a thousand come back between {from} and {} s", from + 0.45);
    }
    assert_eq!(Client::connect(server.address, "/ws", &[]).await.err(), Some(503));
    alice.expect("closing").await;
    bob.expect("closing").await;
    alice.send(finish("bob"));
    for client in [&mut alice, &mut bob] {
        client.coded("finish", 0).await;
        client.closed(4503).await;
    }
    assert_eq!(server.exited().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_close_frames_are_written_before_the_server_goes() {
    raise_file_limit();
    // Nobody talks: the drain is over as soon as the sessions are.
    for _ in 0..5 {
        let mut server = Server::dev().await;
        let users = (0..200).map(|n| format!("u{n}"));
        let idle = join_all(users.map(|user| {
            let server = &server;
            async move { server.login(&user).await }
        }))
        .await;
        server.signal(Signal::TERM);
        join_all(idle.into_iter().map(|mut client| async move { client.closing(120, true, 4503).await })).await;
        assert_eq!(server.exited().await.code(), Some(0));
    }
}

#[tokio::test]
async fn a_call_that_does_not_end_is_drained() {
    let mut server = Setup::dev().set("SERVER__DRAIN_TIMEOUT_SECS", 0.4).start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (mut carol, mut dave) = (server.login("carol").await, server.login("dave").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let rung = ring(&mut carol, &mut dave).await;
    server.signal(Signal::TERM);
    for client in [&mut alice, &mut bob] {
        client.expect("closing").await;
        assert_eq!(client.coded("finish", 120).await["reason"], "drained");
        client.closed(4503).await;
    }
    for client in [&mut carol, &mut dave] {
        client.expect("closing").await;
        assert_eq!(client.coded("reply", 120).await["reason"], "drained");
        client.closed(4503).await;
    }
    assert_eq!(server.exited().await.code(), Some(0));
    let server = server.crash_and_restart().await;
    server.ended(&call, "drained", 120).await;
    server.ended(&rung, "drained", 120).await;
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let mut server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    server.signal(Signal::TERM);
    draining(&server).await;
    server.signal(Signal::TERM);
    assert_eq!(server.exited().await.code(), Some(0));
    // The call goes on in the next server.
    let server = server.crash_and_restart().await;
    assert_eq!(server.call(&call).await["state"], "talking");
}

#[tokio::test]
async fn new_requests_of_those_who_still_talk_are_refused_with_120() {
    let mut server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    talk(&mut alice, &mut bob).await;
    server.signal(Signal::TERM);
    alice.expect("closing").await;
    bob.expect("closing").await;
    alice.send(json!({"type": "call", "event": "request", "user": "carol"}));
    alice.coded("reply", 120).await;
    server.signal(Signal::TERM);
    server.exited().await;
}

#[tokio::test]
async fn systemd_hears_of_the_beginning_and_the_end() {
    let setup = Setup::dev();
    let path = setup.folder().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(crate::support::DEADLINE)).unwrap();
    let mut server = setup.env("NOTIFY_SOCKET", path.to_str().unwrap()).start().await;
    let hear = |wanted: &str| {
        let mut buffer = [0; 512];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            if std::str::from_utf8(&buffer[..length]).unwrap().lines().any(|line| line == wanted) {
                return;
            }
        }
    };
    hear("READY=1");
    server.signal(Signal::TERM);
    hear("STOPPING=1");
    assert_eq!(server.exited().await.code(), Some(0));
}

#[tokio::test]
async fn an_interrupt_in_development_stops_at_once_and_the_talk_goes_on_at_the_next_start() {
    let mut server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, room) = talk(&mut alice, &mut bob).await;
    server.signal(Signal::INT);
    assert_eq!(server.exited().await.code(), Some(0));
    assert!(!server.log().contains("\"message\":\"draining\""));
    let server = server.crash_and_restart().await;
    assert_eq!(server.call(&call).await["state"], "talking");
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    for client in [&alice, &bob] {
        let seen = &client.welcome["calls"][0];
        assert_eq!((&seen["id"], &seen["room"]), (&json!(call), &json!(room)));
    }
    alice.send(finish("bob"));
    alice.coded("finish", 0).await;
    bob.coded("finish", 0).await;
    server.ended(&call, "hangup", 0).await;
}

#[tokio::test]
async fn an_interrupt_in_production_drains() {
    let setup = Setup::production();
    setup.run(&["user", "add", "alice"], "correct horse\n");
    let mut server = setup.start().await;
    let mut alice = server.connect().await;
    alice.send(json!({"type": "login", "user": "alice", "password": "correct horse"}));
    alice.logged_in().await;
    server.signal(Signal::INT);
    alice.closing(120, true, 4503).await;
    assert_eq!(server.exited().await.code(), Some(0));
    server.says("\"message\":\"draining\"").await;
}

#[tokio::test]
async fn a_call_whose_verdict_is_out_is_drained_and_never_rings() {
    let mut hook = Hook::start(|_| Answer::Never).await;
    let mut server = Setup::dev().set("SERVER__DRAIN_TIMEOUT_SECS", 0.4).start().await;
    let spec = json!({"url": hook.url(), "veto": true, "timeout_ms": 20_000});
    assert_eq!(server.put("/api/v1/webhooks/veto", spec).await.0, 201);
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    alice.send(json!({"type": "call", "event": "request", "user": "bob"}));
    let call = hook.expect("call.request").await.data()["call"]["id"].as_str().unwrap().to_owned();
    server.signal(Signal::TERM);
    alice.expect("closing").await;
    assert_eq!(alice.coded("reply", 120).await["reason"], "drained");
    alice.closed(4503).await;
    bob.closing(120, true, 4503).await;
    assert_eq!(server.exited().await.code(), Some(0));
    let server = server.crash_and_restart().await;
    server.ended(&call, "drained", 120).await;
}

#[tokio::test]
async fn idle_devices_of_those_who_talk_leave_when_the_call_is_over() {
    let mut server = Server::dev().await;
    let (mut alice, mut bob) = (server.login_on("alice", "web").await, server.login("bob").await);
    let mut phone = server.login_on("alice", "phone").await;
    let (mut carol, mut dave) = (server.login("carol").await, server.login("dave").await);
    talk(&mut alice, &mut bob).await;
    talk(&mut carol, &mut dave).await;
    server.signal(Signal::TERM);
    for client in [&mut alice, &mut bob, &mut phone, &mut carol, &mut dave] {
        client.expect("closing").await;
    }
    alice.send(finish("bob"));
    alice.coded("finish", 0).await;
    for client in [&mut alice, &mut phone] {
        client.closed(4503).await;
    }
    assert_eq!(bob.close_code().await, Some(4503));
    carol.send(finish("dave"));
    dave.coded("finish", 0).await;
    dave.closed(4503).await;
    assert_eq!(server.exited().await.code(), Some(0));
}
