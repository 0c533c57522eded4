//! What the tests share.

mod client;
mod hook;
mod server;
pub mod wechat;

use std::time::Duration;

use serde_json::{Value, json};

pub use self::{
    client::Client,
    hook::{Answer, Hook, Post},
    server::{Server, Setup},
};

/// How long anything may take that has to happen. Generous: the machine may be busy; nothing waits for it to pass.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Waits for what has no event of its own.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let found = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    };
    tokio::time::timeout(DEADLINE, found).await.unwrap_or_else(|_| panic!("in vain: {what}"))
}

/// A number from a seed: what a run does can be repeated.
pub fn roll(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

/// A request frame with `id` 1.
pub fn request(user: &str) -> Value {
    json!({"type": "call", "id": "request", "event": "request", "user": user, "flags": 3})
}

/// A reply frame.
pub fn reply(user: &str, error_code: i32) -> Value {
    json!({"type": "call", "event": "reply", "user": user, "error_code": error_code})
}

/// A finish frame.
pub fn finish(user: &str) -> Value {
    json!({"type": "call", "event": "finish", "user": user})
}

/// Has the first ring the second. Returns the call's id.
pub async fn ring(caller: &mut Client, callee: &mut Client) -> String {
    let user = callee.user();
    caller.send(json!({"type": "call", "event": "request", "user": user, "flags": 3}));
    let rings = callee.event("request").await;
    assert_eq!(rings["user"], caller.user());
    let progress = caller.event("reply").await;
    assert_eq!(progress["error_code"], 0);
    assert_eq!(progress["call"], rings["call"]);
    rings["call"].as_str().unwrap().to_owned()
}

/// Has the first ring the second, who accepts. Returns the call's id and room.
pub async fn talk(caller: &mut Client, callee: &mut Client) -> (String, i64) {
    let call = ring(caller, callee).await;
    callee.send(reply(&caller.user(), 0));
    let room = callee.event("start").await["param"].as_i64().unwrap();
    let started = caller.event("start").await;
    assert_eq!((&started["call"], started["param"].as_i64()), (&json!(call), Some(room)));
    assert!(room > 0);
    (call, room)
}
