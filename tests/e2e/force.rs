//! The business server ends a call, whatever its state.

use reqwest::StatusCode;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Answer, Client, Hook, Server, Setup, reply, ring, talk};

/// How the call stands when it is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// The hook has the word, and keeps it.
    Asking,
    Ringing,
    /// Answered, and the disk hangs before it has the start.
    Opening,
    Talking,
    /// The server died while the two talked.
    Restored,
}

const STANDS: [Stand; 5] = [Stand::Asking, Stand::Ringing, Stand::Opening, Stand::Talking, Stand::Restored];

/// By which path, and in whose name.
const PATHS: [&str; 3] = ["/api/v1/calls/{call}/finish", "/api/v1/users/alice/finish", "/api/v1/users/bob/finish"];

async fn hears_the_end(client: &mut Client, event: &str, reason: &str, code: i32) {
    let end = client.coded(event, code).await;
    assert_eq!(end["reason"], reason, "{end}");
}

/// Brings alice and bob there.
async fn bring(stand: Stand, server: Server) -> (Server, Client, Client, String) {
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = match stand {
        Stand::Asking => {
            alice.send(json!({"type": "call", "id": 1, "event": "request", "user": "bob"}));
            alice.expect("ok").await["call"].as_str().unwrap().to_owned()
        }
        Stand::Ringing | Stand::Opening => ring(&mut alice, &mut bob).await,
        Stand::Talking | Stand::Restored => talk(&mut alice, &mut bob).await.0,
    };
    if stand != Stand::Restored {
        return (server, alice, bob, call);
    }
    let server = server.crash_and_restart().await;
    let (alice, bob) = (server.login("alice").await, server.login("bob").await);
    (server, alice, bob, call)
}

async fn force(server: &Server, path: &str, call: &str) -> (StatusCode, Value) {
    server.post(&path.replace("{call}", call), json!({"error_code": 77, "user_str": "enough"})).await
}

#[tokio::test]
async fn a_call_is_ended_in_every_state_by_every_path() {
    for path in PATHS {
        for stand in STANDS {
            println!("{stand:?} by {path}");
            let hook = Hook::start(|_| Answer::Never).await;
            let mut server = Setup::dev().start().await;
            server.may_err = true;
            if stand == Stand::Asking {
                let spec = json!({"url": hook.url(), "veto": true, "timeout_ms": 30_000});
                assert_eq!(server.put("/api/v1/webhooks/silent", spec).await.0, 201);
            }
            let (mut server, mut alice, mut bob, call) = bring(stand, server).await;
            server.may_err = true;
            if stand == Stand::Opening {
                end_while_opening(&server, path, &call, &mut alice, &mut bob).await;
                continue;
            }
            let (status, record) = force(&server, path, &call).await;
            assert_eq!((status.as_u16(), &record["reason"]), (200, &json!("forced")), "{record}");
            match stand {
                Stand::Asking => {
                    hears_the_end(&mut alice, "reply", "forced", 77).await;
                    bob.nothing().await;
                }
                Stand::Ringing => {
                    hears_the_end(&mut alice, "reply", "forced", 77).await;
                    hears_the_end(&mut bob, "reply", "forced", 77).await;
                }
                Stand::Opening | Stand::Talking | Stand::Restored => {
                    hears_the_end(&mut alice, "finish", "forced", 77).await;
                    hears_the_end(&mut bob, "finish", "forced", 77).await;
                }
            }
            server.ended(&call, "forced", 77).await;
            // It is over, and said again it changes nothing; nobody is stuck.
            let (status, again) = force(&server, PATHS[0], &call).await;
            assert_eq!((status.as_u16(), &again["version"]), (200, &record["version"]));
            let (status, none) = force(&server, PATHS[1], &call).await;
            assert_eq!((status.as_u16(), &none["error_code"]), (404, &json!(100_107)));
            if stand == Stand::Asking {
                assert_eq!(server.rest(reqwest::Method::DELETE, "/api/v1/webhooks/silent", None).await.0, 204);
            }
            talk(&mut bob, &mut alice).await;
        }
    }
}

/// The disk takes the start when the hand that holds it lets go: both start, and both hear the end that was asked for before.
async fn end_while_opening(server: &Server, path: &str, call: &str, alice: &mut Client, bob: &mut Client) {
    let stuck = Connection::open(server.setup.data_dir().join("hookswitch.sqlite3")).unwrap();
    stuck.execute_batch("BEGIN IMMEDIATE").unwrap();
    bob.send(reply("alice", 0));
    // The force must find the room: the answer is in it once the call counts as talking.
    crate::support::eventually("it is answered", || async {
        (server.call(call).await["state"] == "talking").then_some(())
    })
    .await;
    let let_go = async {
        alice.nothing().await;
        bob.nothing().await;
        stuck.execute_batch("ROLLBACK").unwrap();
    };
    let ((status, record), ()) = tokio::join!(force(server, path, call), let_go);
    assert_eq!((status.as_u16(), &record["reason"]), (200, &json!("forced")), "{record}");
    for client in [&mut *alice, &mut *bob] {
        client.event("start").await;
        hears_the_end(client, "finish", "forced", 77).await;
    }
    server.ended(call, "forced", 77).await;
    talk(bob, alice).await;
}
