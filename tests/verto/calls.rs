//! Calls between Verto clients.

use serde_json::json;

use crate::{
    phone::{Phone, offer, ring, talk},
    support::Server,
};

#[tokio::test]
async fn two_verto_clients_call_each_other_answer_and_hang_up() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    alice.invite("a-1", "bob").await;
    let invite = bob.expect("verto.invite").await;
    assert_eq!(
        (&invite["sdp"], &invite["caller_id_name"], &invite["callee_id_number"]),
        (&json!(offer("alice")), &json!("alice the caller"), &json!("bob"))
    );
    let b = invite["callID"].as_str().unwrap().to_owned();
    assert_ne!(b, "a-1", "each end has a name of its own");
    bob.accept(&b).await;
    alice.answered("a-1", "bob").await;
    let call = server.get("/api/v1/calls?state=talking").await["items"][0].clone();
    assert_eq!((&call["caller_door"], &call["callee_door"]), (&json!("verto"), &json!("verto")));
    assert_eq!((&call["caller"], &call["callee"], &call["flags"]), (&json!("alice"), &json!("bob"), &json!(3)));
    let result = alice.end("a-1").await;
    assert_eq!((&result["cause"], &result["causeCode"]), (&json!("NORMAL_CLEARING"), &json!(16)));
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    server.ended(call["id"].as_str().unwrap(), "hangup", 0).await;
    alice.nothing().await;
    // Some clients send a hang-up of their own after the server's.
    bob.refused("verto.bye", json!({"dialogParams": {"callID": b}}), -32_002).await;
}

#[tokio::test]
async fn a_callee_who_hangs_up_ends_the_call_for_both() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    bob.end(&b).await;
    alice.bye(&a, "NORMAL_CLEARING", 16).await;
    // The line is free when the hang-up is answered.
    let (a, b) = ring(&mut bob, &mut alice).await;
    bob.end(&a).await;
    alice.bye(&b, "ORIGINATOR_CANCEL", 487).await;
}
