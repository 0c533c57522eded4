//! Slow and wrong logins hold up nobody but each other.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;

use crate::support::{Client, Server, Setup, finish, talk};

/// How many logins: the server has seconds of password hashing before it.
const FLOOD: usize = 120;

#[tokio::test]
async fn a_flood_of_slow_logins_delays_no_call_and_no_health_check() {
    let setup = Setup::production()
        .set("SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .set("SESSION__LOGIN_TIMEOUT_SECS", 120)
        .set("AUTH__JWT_SECRET", "a long random text");
    let server = setup.start().await;
    let (mut alice, mut bob) = (server.connect().await, server.connect().await);
    for (client, user) in [(&mut alice, "alice"), (&mut bob, "bob")] {
        client.send(json!({"type": "login", "token": server.setup.run(&["token", user], "")}));
        client.logged_in().await;
    }
    let answered = Arc::new(AtomicUsize::new(0));
    let mut flood = tokio::task::JoinSet::new();
    for n in 0..FLOOD {
        let from = format!("198.51.{}.{}", n / 250, n % 250);
        let address = server.address;
        let mut client = Client::connect(address, "/ws", &[("x-forwarded-for", &from)]).await.unwrap();
        client.send(json!({"type": "login", "user": format!("guess-{n}"), "password": "a guess"}));
        let answered = Arc::clone(&answered);
        flood.spawn(async move {
            let frame = client.frame_whenever().await;
            answered.fetch_add(1, Ordering::SeqCst);
            frame["error_code"].clone()
        });
    }
    let (call, _) = talk(&mut alice, &mut bob).await;
    assert_eq!(server.http.get(format!("{}/healthz", server.url)).send().await.unwrap().status(), 200);
    alice.send(finish("bob"));
    alice.event("finish").await;
    bob.event("finish").await;
    assert!(answered.load(Ordering::SeqCst) < FLOOD, "the call and the health check did not wait for the flood");
    server.ended(&call, "hangup", 0).await;
    while let Some(code) = flood.join_next().await {
        assert_eq!(code.unwrap(), json!(200), "and each guess is answered in the end");
    }
}

/// Tries a password from an address; returns what is answered.
async fn guess(server: &Server, from: &str, password: &str) -> serde_json::Value {
    let mut client = Client::connect(server.address, "/ws", &[("x-forwarded-for", from)]).await.unwrap();
    client.send(json!({"type": "login", "user": "alice", "password": password}));
    client.frame().await
}

#[tokio::test]
async fn a_guesser_waits_longer_each_time_and_the_owner_elsewhere_does_not() {
    let setup =
        Setup::production().set("SERVER__TRUSTED_PROXIES", "127.0.0.1").set("LIMITS__FAILED_LOGIN_DELAY_SECS", 3);
    setup.run(&["user", "add", "alice"], "correct horse\n");
    let server = setup.start().await;
    for _ in 0..2 {
        assert_eq!(guess(&server, "198.51.100.1", "a guess").await["error_code"], 200);
    }
    // The third would wait for six seconds: it is refused unseen, and so is the right password.
    for password in ["a guess", "correct horse"] {
        let refused = guess(&server, "198.51.100.1", password).await;
        assert_eq!(refused["error_code"], 113, "{refused}");
    }
    assert_eq!(guess(&server, "198.51.100.2", "correct horse").await["type"], "logged_in");
}
