//! Calls between Verto clients.

use serde_json::{Value, json};

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
    let call = server.call(invite["variables"]["hookswitch_call"].as_str().unwrap()).await;
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

#[tokio::test]
async fn within_a_call_there_are_keys_messages_text_and_hold() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    let within = |fields: serde_json::Value| {
        let mut params = json!({"dialogParams": {"callID": a}});
        params.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        params
    };
    assert_eq!(alice.ask("verto.info", within(json!({"dtmf": "12#A"}))).await["message"], "SENT");
    let keys = bob.expect("verto.event").await;
    assert_eq!((&keys["eventChannel"], &keys["data"]["dtmf"]), (&json!(b), &json!("12#A")));
    for bad in ["x", "1".repeat(65).as_str()] {
        alice.refused("verto.info", within(json!({"dtmf": bad})), -32_002).await;
    }
    let message = json!({"msg": {"from": "root", "to": "bob", "body": "look here", "inDialog": true}});
    assert_eq!(alice.ask("verto.info", within(message)).await["message"], "SENT");
    let info = bob.expect("verto.info").await;
    assert_eq!(
        (&info["callID"], &info["msg"]["from"], &info["msg"]["body"]),
        (&json!(b), &json!("alice"), &json!("look here"))
    );
    alice.ask("verto.info", within(json!({"txt": {"chars": "ab"}}))).await;
    assert_eq!(bob.expect("verto.info").await["txt"], json!({"chars": "ab"}));
    alice.ask("verto.info", within(json!({"type": "mediaSettings"}))).await;
    for (action, state) in [
        ("hold", "held"),
        ("toggleHold", "active"),
        ("TOGGLEHOLD", "held"),
        ("unhold", "active"),
        ("videoRefresh", "active"),
    ] {
        let result = alice.ask("verto.modify", within(json!({"action": action}))).await;
        assert_eq!(
            (&result["callID"], &result["action"], &result["holdState"]),
            (&json!(a), &json!(action), &json!(state))
        );
    }
    bob.nothing().await;
}

#[tokio::test]
async fn what_needs_media_of_the_servers_is_refused_and_says_why() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = ring(&mut alice, &mut bob).await;
    let hold = json!({"action": "hold", "dialogParams": {"callID": a}});
    alice.refused("verto.modify", hold.clone(), -32_002).await;
    alice.refused("verto.attach", json!({"sdp": "v=0", "dialogParams": {"callID": a}}), -32_002).await;
    bob.accept(&b).await;
    alice.answered(&a, "bob").await;
    for (method, params) in [
        ("verto.modify", json!({"action": "transfer", "destination": "carol", "dialogParams": {"callID": a}})),
        ("verto.modify", json!({"action": "replace", "replaceCallID": "x", "dialogParams": {"callID": a}})),
        ("verto.modify", json!({"action": "updateMedia", "sdp": "v=0", "dialogParams": {"callID": a}})),
        ("verto.attach", json!({"sdp": "v=0", "dialogParams": {"callID": a}})),
    ] {
        let error = alice.refused(method, params, -32_002).await;
        assert_eq!((&error["callID"], &error["cause"]), (&json!(a), &json!("FACILITY_NOT_IMPLEMENTED")), "{error}");
        assert!(error["message"].as_str().unwrap().contains("media"), "{error}");
    }
    alice.refused("verto.modify", json!({"dialogParams": {"callID": a}}), -32_002).await;
    alice.ask("verto.modify", hold).await;
    bob.nothing().await;
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    for (method, params, message) in [
        ("verto.invite", json!({"sdp": "v=0"}), "Dialog data missing"),
        ("verto.invite", json!({"sdp": "v=0", "dialogParams": {}}), "CallID missing"),
        ("verto.invite", json!({"dialogParams": {"callID": "a-1"}}), "SDP missing"),
        ("verto.invite", json!({"sdp": "x".repeat(50_000), "dialogParams": {"callID": "a-1"}}), "SDP missing"),
        ("verto.invite", json!({"sdp": "v=0", "dialogParams": {"callID": "x".repeat(200)}}), "CallID missing"),
        ("verto.answer", json!({"sdp": "v=0", "dialogParams": {"callID": "none"}}), "CALL DOES NOT EXIST"),
        ("verto.bye", json!({"dialogParams": {"callID": "none"}}), "CALL DOES NOT EXIST"),
        ("verto.bye", json!({}), "CallID missing"),
        ("verto.modify", json!({"action": "hold", "dialogParams": {"callID": "none"}}), "CALL DOES NOT EXIST"),
        ("verto.attach", json!({"dialogParams": {"callID": "none"}}), "CALL DOES NOT EXIST"),
        ("verto.info", json!({"dtmf": "1", "dialogParams": {"callID": "none"}}), "CALL DOES NOT EXIST"),
    ] {
        let error = alice.refused(method, params, -32_002).await;
        assert_eq!((&error["message"], error["causeCode"].is_u64()), (&json!(message), true), "{error}");
    }
    let (a, b) = ring(&mut alice, &mut bob).await;
    let again = json!({"sdp": "v=0", "dialogParams": {"callID": a, "destination_number": "bob"}});
    alice.refused("verto.invite", again, -32_002).await;
    alice.refused("verto.answer", json!({"sdp": "v=0", "dialogParams": {"callID": a}}), -32_002).await;
    bob.refused("verto.answer", json!({"dialogParams": {"callID": b}}), -32_002).await;
    bob.accept(&b).await;
    bob.refused("verto.answer", json!({"sdp": "v=0", "dialogParams": {"callID": b}}), -32_002).await;
    alice.answered(&a, "bob").await;
}

#[tokio::test]
async fn a_batch_is_answered_by_one_array_before_what_comes_of_it() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let request = |id: u32, method: &str, params: serde_json::Value| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    let call = json!({"sdp": offer("alice"), "dialogParams": {"callID": "a-1", "destination_number": "bob"}});
    let batch = json!([
        request(501, "echo", json!({"x": 1})),
        request(502, "verto.invite", call),
        request(503, "no.such", json!({})),
        request(504, "login", json!({"login": "alice", "passwd": "x"})),
    ]);
    alice.send_text(&batch.to_string());
    let answer: serde_json::Value = serde_json::from_str(&alice.next_text().await).unwrap();
    assert_eq!(answer[0]["result"]["x"], 1);
    assert_eq!(answer[1]["result"]["message"], "CALL CREATED");
    assert_eq!(answer[2]["error"]["code"], -32_601);
    assert_eq!(answer[3]["error"]["code"], -32_600);
    let b = bob.rings("alice").await;
    bob.send_text(
        &json!([request(601, "verto.answer", json!({"sdp": offer("bob-answer"), "dialogParams": {"callID": b}}))])
            .to_string(),
    );
    alice.answered("a-1", "bob").await;
    let answer: serde_json::Value = serde_json::from_str(&bob.next_text().await).unwrap();
    assert!(answer[0]["result"].is_object(), "{answer}");
}

#[tokio::test]
async fn what_is_taken_down_of_a_call_shows_the_frames_of_both_and_no_secret() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    let message = json!({"msg": {"to": "bob", "body": "between us", "inDialog": true}, "dialogParams": {"callID": a}});
    alice.ask("verto.info", message).await;
    bob.expect("verto.info").await;
    alice.end(&a).await;
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    let call = bob.call.clone();
    let trace = server.get(&format!("/api/v1/trace?call={call}&limit=500")).await;
    let text = trace.to_string();
    for method in ["verto.invite", "verto.answer", "verto.bye", "verto.info"] {
        assert!(text.contains(method), "{method} in {text}");
    }
    assert!(trace["items"].as_array().unwrap().iter().any(|entry| entry["door"] == "verto"));
    let all = server.get("/api/v1/trace?limit=500").await.to_string();
    for secret in ["between us", "sessid-of", "m=audio", "\"any\""] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_request_in_a_batch_is_answered_before_the_call_it_makes_goes_on() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    let invite = |id: u64, call: &str, number: &str| {
        let params = json!({"sdp": offer("x"), "sessid": "sessid-of-alice",
            "dialogParams": {"callID": call, "destination_number": number}});
        json!({"jsonrpc": "2.0", "id": id, "method": "verto.invite", "params": params})
    };
    alice.send_text(&json!([invite(11, "a-1", "3000"), invite(12, "a-2", "no such number")]).to_string());
    let answers: Value = serde_json::from_str(&alice.next_text().await).unwrap();
    assert_eq!((&answers[0]["id"], &answers[1]["id"]), (&json!(11), &json!(12)), "{answers}");
    alice.bye("a-1", "SERVICE_NOT_IMPLEMENTED", 79).await;
    alice.bye("a-2", "INVALID_NUMBER_FORMAT", 28).await;
}
