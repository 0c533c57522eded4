//! Hostile clients: those that never read, those that never stop, those that come in crowds. Whoever is beside them on the
//! same worker must not notice.

use std::time::Duration;

use futures_util::future::join_all;
use hookswitch::clock;
use serde_json::json;
use socket2::{Domain, Socket, Type};
use tokio::{net::TcpStream, sync::watch};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, Server, Setup, eventually, talk};

/// How many never read.
const DEAF: u32 = 10;
/// What each of them may cost, of the 4 MB that are said to it. Below 1 MiB where nothing else moves the memory. Unit: bytes.
const EACH_MAY_COST: f64 = 2_097_152.0;
/// How long a neighbour's frame may take on a busy machine; a worker that stands still takes as long as the deaf client does.
const UNNOTICED: Duration = Duration::from_secs(2);

/// A socket that can take hardly anything which its owner does not read.
fn narrow(server: &Server) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(&server.address.into()).unwrap();
    socket.set_nonblocking(true).unwrap();
    TcpStream::from_std(socket.into()).unwrap()
}

/// Two who talk, and pass a word to and fro until they are stopped. Says how long the slowest took.
struct Neighbours {
    one: Client,
    other: Client,
    call: String,
}

impl Neighbours {
    async fn new(server: &Server) -> Self {
        let (mut one, mut other) = (server.login("near").await, server.login("by").await);
        let (call, _) = talk(&mut one, &mut other).await;
        Self { one, other, call }
    }

    async fn chat(mut self, stop: watch::Receiver<bool>) -> (Self, Duration) {
        let mut slowest = Duration::ZERO;
        let mut words = 0;
        while words < 20 || !*stop.borrow() {
            let sent = clock::now();
            self.one.send(json!({"type": "signal", "call": self.call, "data": words}));
            assert_eq!(self.other.expect("signal").await["data"], words);
            slowest = slowest.max(clock::now() - sent);
            words += 1;
            // As people talk: without it this is a flood, too.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (self, slowest)
    }
}

/// Runs something hostile beside two who talk, who must not notice.
async fn beside<T>(server: &Server, hostile: impl Future<Output = T>) -> T {
    let neighbours = Neighbours::new(server).await;
    let (stop, stopped) = watch::channel(false);
    let chat = tokio::spawn(neighbours.chat(stopped));
    let outcome = hostile.await;
    stop.send_replace(true);
    let (mut neighbours, slowest) = chat.await.unwrap();
    assert!(slowest < UNNOTICED, "a neighbour waited for {slowest:?}");
    neighbours.one.nothing().await;
    neighbours.other.nothing().await;
    outcome
}

async fn memory(server: &Server) -> f64 {
    server.metric("process_resident_memory_bytes").await
}

/// A pair whose second party reads over a narrow socket.
async fn pair(server: &Server, n: u32) -> (Client, Client, String) {
    let mut teller = server.login(&format!("teller{n}")).await;
    let mut deaf = Client::over(narrow(server), &format!("ws://{}/ws", server.address), &[]).await.unwrap();
    deaf.send(json!({"type": "login", "user": format!("deaf{n}"), "password": "x"}));
    deaf.logged_in().await;
    let (call, _) = talk(&mut teller, &mut deaf).await;
    (teller, deaf, call)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_never_read_are_cut_cost_little_and_may_come_back() {
    let server = Setup::dev().set("SERVER__WORKERS", 1).start().await;
    let mut pairs = join_all((0..DEAF).map(|n| pair(&server, n))).await;
    let fill = "x".repeat(16_000);
    // What the server needs for as much as goes through where everybody reads.
    join_all(pairs.iter_mut().map(|(teller, deaf, call)| {
        let fill = &fill;
        async move {
            for _ in 0..10 {
                for _ in 0..10 {
                    teller.send(json!({"type": "signal", "call": call, "data": fill}));
                }
                for _ in 0..10 {
                    deaf.expect("signal").await;
                }
            }
        }
    }))
    .await;
    let before = memory(&server).await;
    let descriptors = server.descriptors();
    let frozen: Vec<_> = pairs.iter().map(|(_, deaf, _)| deaf.freeze()).collect();
    let after = beside(&server, async {
        join_all(pairs.iter_mut().map(|(teller, deaf, call)| {
            let (server, fill) = (&server, &fill);
            async move {
                for _ in 0..5 {
                    for _ in 0..50 {
                        teller.send(json!({"type": "signal", "call": call, "data": fill}));
                    }
                    teller.nothing().await;
                }
                let view = server.get(&format!("/api/v1/users/{}", deaf.user())).await;
                assert_eq!(view["sessions"][0]["connected"], false, "{view}");
            }
        }))
        .await;
        memory(&server).await
    })
    .await;
    assert!(server.metric("hookswitch_ws_slow_readers_total").await >= f64::from(DEAF));
    let each = (after - before) / f64::from(DEAF);
    println!("{each} bytes for each of {DEAF}");
    assert!(each < EACH_MAY_COST, "{each} bytes");
    // Their sockets are cut from outside, though nobody reads them.
    let gone = descriptors - usize::try_from(DEAF).unwrap();
    eventually("the sockets are gone", || async { (server.descriptors() <= gone).then_some(()) }).await;
    for (teller, deaf, call) in &mut pairs {
        let mut again = server.resume(&deaf.token(), deaf.seq).await;
        assert_eq!((&again.welcome["resumed"], &again.welcome["calls"][0]["id"]), (&json!(false), &json!(call)));
        teller.send(json!({"type": "signal", "call": call, "data": "again"}));
        assert_eq!(again.expect("signal").await["data"], "again");
        again.send(crate::support::finish(&teller.user()));
        again.coded("finish", 0).await;
        teller.coded("finish", 0).await;
    }
    drop(frozen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_end_with_their_code_and_nobody_else_notices() {
    let setup = Setup::dev().set("SERVER__WORKERS", 1).set("LIMITS__FRAMES_PER_SEC", 1_000);
    let setup = setup.set("LIMITS__SESSIONS_PER_ADDRESS", 40).set("LIMITS__UNAUTHENTICATED", 10);
    let server = setup.set("SESSION__LOGIN_TIMEOUT_SECS", 1).start().await;
    beside(&server, async {
        let flood = |n: u32| {
            let server = &server;
            async move {
                let mut client = server.login(&format!("flood{n}")).await;
                for _ in 0..10_000 {
                    client.raw(Message::text("{\"type\":\"ping\"}"));
                }
                assert_eq!(client.close_code().await, Some(4429));
            }
        };
        join_all((0..4).map(flood)).await;
        let mut fat = server.login("fat").await;
        fat.raw(Message::text("x".repeat(70_000)));
        assert_eq!(fat.close_code().await, Some(4413));
        // A crowd that says nothing: ten are heard out, the rest turned away.
        let crowd = join_all((0..60).map(|_| Client::connect(server.address, "/ws", &[]))).await;
        let (silent, refused): (Vec<_>, Vec<_>) = crowd.into_iter().partition(Result::is_ok);
        assert_eq!(silent.len(), 10);
        assert!(refused.into_iter().all(|refused| refused.err() == Some(429)));
        for client in silent {
            let mut client = client.unwrap_or_else(|status| panic!("{status}"));
            client.error(208).await;
            client.closed(4408).await;
        }
        eventually("their places are free", || async {
            let strangers = "hookswitch_connections{state=\"unauthenticated\"}";
            (server.metric(strangers).await == 0.0).then_some(())
        })
        .await;
        // A crowd that logs in: an address has forty places, of which the neighbours have two.
        let mut inside = Vec::new();
        for n in 0..38 {
            inside.push(server.login(&format!("guest{n}")).await);
        }
        for _ in 0..20 {
            assert_eq!(Client::connect(server.address, "/ws", &[]).await.err(), Some(429));
        }
        for client in &mut inside {
            client.nothing().await;
        }
    })
    .await;
    for limit in ["frames", "frame_bytes", "login_timeout", "unauthenticated", "sessions_per_address"] {
        assert!(server.metric(&format!("hookswitch_limit_hits_total{{limit=\"{limit}\"}}")).await > 0.0, "{limit}");
    }
}
