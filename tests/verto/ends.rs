//! How calls of Verto clients end: each row of the mapping, as both ends hear it.

use serde_json::json;

use crate::{
    phone::{Phone, offer, ring, talk},
    support::{Answer, Hook, Server, Setup, eventually},
};

async fn two(server: &Server) -> (Phone, Phone) {
    (Phone::login(server, "alice").await, Phone::login(server, "bob").await)
}

#[tokio::test]
async fn a_caller_who_gives_up_stops_the_ring() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = two(&server).await;
    let (a, b) = ring(&mut alice, &mut bob).await;
    alice.end(&a).await;
    bob.bye(&b, "ORIGINATOR_CANCEL", 487).await;
    server.ended(&bob.call, "cancelled", 100_101).await;
    alice.nothing().await;
}

#[tokio::test]
async fn a_callee_refuses_with_or_without_a_cause() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = two(&server).await;
    for (said, cause, code, error_code) in [
        (json!({}), "CALL_REJECTED", 21, 100_104),
        (json!({"cause": "USER_BUSY", "causeCode": 17}), "USER_BUSY", 17, 100_103),
        (json!({"causeCode": "17"}), "USER_BUSY", 17, 100_103),
        (json!({"cause": "NORMAL_CLEARING"}), "CALL_REJECTED", 21, 100_104),
    ] {
        let (a, b) = ring(&mut alice, &mut bob).await;
        let mut params = json!({"dialogParams": {"callID": b}});
        params.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        bob.ask("verto.bye", params).await;
        alice.bye(&a, cause, code).await;
        server.ended(&bob.call, "refused", error_code).await;
    }
    bob.nothing().await;
}

#[tokio::test]
async fn who_is_not_there_is_not_registered_and_who_talks_is_busy() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = two(&server).await;
    alice.invite("a-1", "nobody").await;
    alice.bye("a-1", "USER_NOT_REGISTERED", 806).await;
    let (_, _) = talk(&mut alice, &mut bob).await;
    let mut carol = Phone::login(&server, "carol").await;
    carol.invite("c-1", "bob").await;
    carol.bye("c-1", "USER_BUSY", 17).await;
    alice.invite("a-2", "carol").await;
    alice.bye("a-2", "USER_BUSY", 17).await;
    carol.nothing().await;
    alice.nothing().await;
}

#[tokio::test]
async fn a_number_that_is_nobodys_ends_with_a_cause_that_says_so() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    for (number, cause, code) in [
        (json!("alice"), "INVALID_NUMBER_FORMAT", 28),
        (json!("no such number"), "INVALID_NUMBER_FORMAT", 28),
        (json!(null), "INVALID_NUMBER_FORMAT", 28),
        (json!("3000"), "SERVICE_NOT_IMPLEMENTED", 79),
        (json!(3001), "SERVICE_NOT_IMPLEMENTED", 79),
        (json!(4711), "USER_NOT_REGISTERED", 806),
        (json!("bob@example.org"), "USER_NOT_REGISTERED", 806),
    ] {
        let call = format!("to-{number}");
        let dialog = json!({"callID": call, "destination_number": number});
        alice.ask("verto.invite", json!({"sdp": offer("x"), "dialogParams": dialog})).await;
        alice.bye(&call, cause, code).await;
    }
    assert_eq!(server.get("/api/v1/calls?state=talking").await["items"], json!([]));
}

#[tokio::test]
async fn nobody_answers() {
    let server = Setup::dev().set("CALL__RING_TIMEOUT_SECS", "0.3").start().await;
    let (mut alice, mut bob) = two(&server).await;
    let (a, b) = ring(&mut alice, &mut bob).await;
    alice.bye(&a, "NO_ANSWER", 19).await;
    bob.bye(&b, "NO_ANSWER", 19).await;
}

#[tokio::test]
async fn a_veto_bars_the_call_and_says_with_which_code() {
    let hook = Hook::start(|_| Answer::json(json!({"error_code": 403, "message": "not today"}))).await;
    let server = Server::dev().await;
    let body = json!({"url": hook.url(), "veto": true, "events": []});
    assert!(server.put("/api/v1/webhooks/veto", body).await.0.is_success());
    let (mut alice, mut bob) = two(&server).await;
    alice.invite("a-1", "bob").await;
    let bye = alice.bye("a-1", "OUTGOING_CALL_BARRED", 52).await;
    assert_eq!(bye["variables"]["hookswitch_error_code"], 403);
    bob.nothing().await;
}

#[tokio::test]
async fn a_hook_that_routes_the_call_has_the_other_user_ring_and_shown() {
    let hook = Hook::start(|_| Answer::json(json!({"error_code": 0, "target_user": "carol"}))).await;
    let server = Server::dev().await;
    let body = json!({"url": hook.url(), "veto": true, "events": []});
    assert!(server.put("/api/v1/webhooks/veto", body).await.0.is_success());
    let (mut alice, mut bob) = two(&server).await;
    let mut carol = Phone::login(&server, "carol").await;
    alice.invite("a-1", "bob").await;
    let call = carol.rings("alice").await;
    carol.accept(&call).await;
    alice.answered("a-1", "carol").await;
    alice.end("a-1").await;
    carol.bye(&call, "NORMAL_CLEARING", 16).await;
    bob.nothing().await;
}

#[tokio::test]
async fn of_several_devices_the_first_wins_and_the_others_lose_the_race() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    let mut phone = Phone::login_as(&server, "bob", "bobs-phone").await;
    let mut tablet = Phone::login_as(&server, "bob", "bobs-tablet").await;
    alice.invite("a-1", "bob").await;
    let (one, other) = (phone.rings("alice").await, tablet.rings("alice").await);
    assert_ne!(one, other, "each device has a name of its own for the call");
    phone.accept(&one).await;
    alice.answered("a-1", "bob").await;
    tablet.bye(&other, "LOSE_RACE", 702).await;
    let late = json!({"sdp": offer("late"), "dialogParams": {"callID": other}});
    tablet.refused("verto.answer", late, -32_002).await;
    let record = server.call(&phone.call).await;
    let device = record["callee_device"].as_str().unwrap();
    assert!(device.starts_with("verto-") && !device.contains("bobs"), "the session's name is nobody's business");
    phone.end(&one).await;
    alice.bye("a-1", "NORMAL_CLEARING", 16).await;
    tablet.nothing().await;
}

#[tokio::test]
async fn a_device_that_refuses_refuses_for_all() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    let mut phone = Phone::login_as(&server, "bob", "bobs-phone").await;
    let mut tablet = Phone::login_as(&server, "bob", "bobs-tablet").await;
    alice.invite("a-1", "bob").await;
    let (one, other) = (phone.rings("alice").await, tablet.rings("alice").await);
    phone.end(&one).await;
    alice.bye("a-1", "CALL_REJECTED", 21).await;
    tablet.bye(&other, "NORMAL_CLEARING", 16).await;
}

#[tokio::test]
async fn an_admin_ends_a_call_in_any_state() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = two(&server).await;
    for answered in [false, true] {
        let (a, b) = if answered { talk(&mut alice, &mut bob).await } else { ring(&mut alice, &mut bob).await };
        let call = bob.call.clone();
        let body = json!({"error_code": 4_242, "user_str": "enough"});
        assert!(server.post(&format!("/api/v1/calls/{call}/finish"), body).await.0.is_success());
        for (phone, name) in [(&mut alice, &a), (&mut bob, &b)] {
            let bye = phone.bye(name, "MANAGER_REQUEST", 703).await;
            let told = json!({"hookswitch_error_code": 4_242, "hookswitch_user_str": "enough"});
            assert_eq!(bye["variables"], told);
        }
        server.ended(&call, "forced", 4_242).await;
    }
}

#[tokio::test]
async fn two_requests_that_cross_are_one_call_and_one_busy_line() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = two(&server).await;
    let (a, b) = ring(&mut alice, &mut bob).await;
    // Each has made an offer, and neither can answer the other's by that.
    bob.invite("b-own", "alice").await;
    bob.bye("b-own", "USER_BUSY", 17).await;
    bob.accept(&b).await;
    alice.answered(&a, "bob").await;
    let (status, found) = server.rest(reqwest::Method::GET, "/api/v1/debug/invariants", None).await;
    assert_eq!((status.as_u16(), &found["ok"]), (200, &json!(true)), "{found}");
}

#[tokio::test]
async fn a_call_over_its_longest_duration_ends() {
    let server = Setup::dev().set("CALL__MAX_DURATION_SECS", "0.3").start().await;
    let (mut alice, mut bob) = two(&server).await;
    let (a, b) = talk(&mut alice, &mut bob).await;
    alice.bye(&a, "ALLOTTED_TIMEOUT", 802).await;
    bob.bye(&b, "ALLOTTED_TIMEOUT", 802).await;
}

#[tokio::test]
async fn a_socket_that_is_lost_ends_what_rings() {
    let server = Server::dev().await;
    let (alice, mut bob) = two(&server).await;
    let mut alice = alice;
    let (_, b) = ring(&mut alice, &mut bob).await;
    alice.hang_up_the_socket();
    bob.bye(&b, "DESTINATION_OUT_OF_ORDER", 27).await;
    let mut carol = Phone::login(&server, "carol").await;
    let (c, _) = ring(&mut carol, &mut bob).await;
    bob.hang_up_the_socket();
    carol.bye(&c, "DESTINATION_OUT_OF_ORDER", 27).await;
}

#[tokio::test]
async fn a_stopping_server_waits_for_calls_and_then_lets_its_clients_go() {
    let mut server = Setup::dev().set("SERVER__DRAIN_TIMEOUT_SECS", "20").start().await;
    let (mut alice, mut bob) = two(&server).await;
    let (a, b) = talk(&mut alice, &mut bob).await;
    let mut carol = Phone::login(&server, "carol").await;
    server.signal(rustix::process::Signal::TERM);
    carol.closed(4503).await;
    alice.end(&a).await;
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    alice.closed(4503).await;
    bob.closed(4503).await;
    assert!(server.exited().await.success());
}

#[tokio::test]
async fn at_rest_nothing_is_left() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = two(&server).await;
    let (a, b) = talk(&mut alice, &mut bob).await;
    alice.end(&a).await;
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    alice.ask("verto.subscribe", json!({"eventChannel": ["room", "presence.bob"]})).await;
    alice.hang_up_the_socket();
    bob.hang_up_the_socket();
    for kind in ["verto_session", "call", "room"] {
        let name = format!("hookswitch_actors{{kind=\"{kind}\"}}");
        eventually(&name, || async { (server.metric(&name).await == 0.0).then_some(()) }).await;
    }
    let (_, found) = server.rest(reqwest::Method::GET, "/api/v1/debug/invariants", None).await;
    assert_eq!((&found["ok"], &found["sessions"]), (&json!(true), &json!(0)), "{found}");
}
