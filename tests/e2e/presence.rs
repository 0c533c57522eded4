//! Who is there.

use serde_json::{Value, json};

use crate::support::{Client, Server, Setup};

async fn watch(client: &mut Client, kind: &str, users: Value) -> Value {
    client.send(json!({"type": kind, "id": format!("{kind} {users}"), "users": users}));
    client.expect("ok").await["online"].clone()
}

async fn told(client: &mut Client, user: &str, online: bool) {
    let frame = client.expect("presence").await;
    assert_eq!((&frame["user"], &frame["online"]), (&json!(user), &json!(online)));
}

#[tokio::test]
async fn a_watcher_hears_of_those_it_named_until_it_unwatches_them() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    assert_eq!(watch(&mut alice, "watch", json!(["bob", "carol"])).await, json!(["bob"]));
    let carol = server.login("carol").await;
    told(&mut alice, "carol", true).await;
    let second = server.login_on("carol", "phone").await;
    let dave = server.login("dave").await;
    alice.nothing().await;
    for client in [&second, &carol, &dave] {
        client.send(json!({"type": "logout"}));
    }
    told(&mut alice, "carol", false).await;
    watch(&mut alice, "unwatch", json!(["bob"])).await;
    bob.send(json!({"type": "logout"}));
    bob.closed(1000).await;
    alice.nothing().await;
}

#[tokio::test]
async fn everybody_may_be_watched_where_the_directory_is_open() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    assert_eq!(watch(&mut alice, "watch", json!(["*"])).await, json!(["alice"]));
    let bob = server.login("bob").await;
    told(&mut alice, "bob", true).await;
    bob.send(json!({"type": "logout"}));
    told(&mut alice, "bob", false).await;
    watch(&mut alice, "unwatch", json!(["*"])).await;
    let _bob = server.login("bob").await;
    alice.nothing().await;
}

#[tokio::test]
async fn nobody_watches_everybody_where_it_is_not() {
    let server = Setup::dev().set("SESSION__DIRECTORY", false).start().await;
    let mut alice = server.login("alice").await;
    alice.send(json!({"type": "watch", "id": 1, "users": ["*"]}));
    alice.error(21).await;
    let _bob = server.login("bob").await;
    alice.nothing().await;
}

#[tokio::test]
async fn a_lost_line_within_its_grace_is_not_noticed_by_watchers() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.4).start().await;
    let mut alice = server.login("alice").await;
    let bob = server.login("bob").await;
    watch(&mut alice, "watch", json!(["bob"])).await;
    let token = bob.token();
    bob.cut().await;
    let bob = server.resume(&token, 0).await;
    alice.nothing().await;
    bob.cut().await;
    told(&mut alice, "bob", false).await;
}

#[tokio::test]
async fn a_watch_survives_a_resume_and_names_at_most_500() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    watch(&mut alice, "watch", json!(["bob"])).await;
    let token = alice.token();
    alice.cut().await;
    let _bob = server.login("bob").await;
    let mut alice = server.resume(&token, 0).await;
    told(&mut alice, "bob", true).await;
    let many: Vec<_> = (0..501).map(|n| format!("u{n}")).collect();
    alice.send(json!({"type": "watch", "id": 1, "users": many}));
    alice.error(21).await;
}
