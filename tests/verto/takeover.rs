//! Sockets that are lost, and sessions that go over to other sockets.

use futures_util::future::join_all;
use serde_json::json;

use crate::{
    phone::{Phone, offer, ring, talk},
    support::{Server, Setup, eventually},
};

#[tokio::test]
async fn a_new_socket_takes_the_answered_call_over_and_the_old_one_is_punted() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    let mut again = Phone::connect(&server).await;
    again.log_in("alice", "any", "sessid-of-alice").await;
    assert_eq!(again.expect("verto.clientReady").await["reattached_sessions"], json!([a]));
    assert_eq!(alice.expect("verto.punt").await, json!({}));
    alice.closed(4409).await;
    assert_eq!(
        again.ask("verto.modify", json!({"action": "hold", "dialogParams": {"callID": a}})).await["holdState"],
        "held"
    );
    bob.nothing().await;
    again.end(&a).await;
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    let users = server.get("/api/v1/users/alice").await;
    assert_eq!(users["sessions"].as_array().unwrap().len(), 1, "{users}");
}

#[tokio::test]
async fn however_many_sockets_come_at_once_the_answered_call_goes_over_to_one_of_them() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, _) = talk(&mut alice, &mut bob).await;
    let mut phones = [Phone::connect(&server).await, Phone::connect(&server).await, Phone::connect(&server).await];
    for phone in &mut phones {
        phone.request("login", json!({"login": "alice", "passwd": "any", "sessid": "sessid-of-alice"}));
    }
    let told = join_all(phones.iter_mut().map(|phone| phone.expect("verto.clientReady"))).await;
    assert!(
        told.iter().any(|ready| ready["reattached_sessions"] == json!([a])),
        "nobody was told of the call: {told:?}"
    );
    // Longer than a session waits for the calls of another.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    bob.nothing().await;
    assert_eq!(server.call(&bob.call).await["state"], "talking");
}

#[tokio::test]
async fn an_answered_call_outlives_its_socket_for_a_while() {
    let server = Setup::dev().set("VERTO__DETACH_TIMEOUT_SECS", "0.5").start().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    alice.hang_up_the_socket();
    let detached = || async {
        let user = server.get("/api/v1/users/alice").await;
        (user["sessions"][0]["connected"] == false).then_some(())
    };
    eventually("the session to be detached", detached).await;
    let mut again = Phone::connect(&server).await;
    again.log_in("alice", "any", "sessid-of-alice").await;
    assert_eq!(again.expect("verto.clientReady").await["reattached_sessions"], json!([a]));
    // A client that names the call has it.
    again.ask("verto.info", json!({"dtmf": "1", "dialogParams": {"callID": a}})).await;
    bob.expect("verto.event").await;
    again.hang_up_the_socket();
    // Nobody comes back.
    bob.bye(&b, "DESTINATION_OUT_OF_ORDER", 27).await;
    server.ended(&bob.call, "disconnected", 100_106).await;
}

#[tokio::test]
async fn a_call_that_its_new_socket_does_not_know_ends_in_time() {
    let server = Setup::dev().set("VERTO__DETACH_TIMEOUT_SECS", "0.5").start().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    alice.hang_up_the_socket();
    // As a page that was loaded again: it has forgotten its calls.
    let mut again = Phone::login(&server, "alice").await;
    again.expect("verto.display").await;
    bob.bye(&b, "DESTINATION_OUT_OF_ORDER", 27).await;
    again.bye(&a, "DESTINATION_OUT_OF_ORDER", 27).await;
    again.nothing().await;
}

#[tokio::test]
async fn a_call_that_forbids_it_is_not_recovered() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let dialog = json!({"callID": "a-1", "destination_number": "bob", "recoverCall": false});
    alice.ask("verto.invite", json!({"sdp": "v=0\r\n", "dialogParams": dialog})).await;
    let b = bob.rings("alice").await;
    bob.accept(&b).await;
    alice.answered("a-1", "bob").await;
    alice.hang_up_the_socket();
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
}

#[tokio::test]
async fn another_user_does_not_get_the_session_and_its_owner_keeps_it() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    let mut mallory = Phone::connect(&server).await;
    // Before the login, the name of a session is nothing but text.
    mallory.refused("verto.bye", json!({"sessid": "sessid-of-alice", "dialogParams": {"callID": a}}), -32_000).await;
    mallory.refused("login", json!({"sessid": "sessid-of-alice"}), -32_000).await;
    alice.nothing().await;
    let login = json!({"login": "mallory", "passwd": "any", "sessid": "sessid-of-alice"});
    let error = mallory.refused("login", login, -32_001).await;
    assert_eq!(error["message"], "Session in use");
    mallory.closed(4409).await;
    alice.nothing().await;
    alice.end(&a).await;
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    assert_eq!(server.get("/api/v1/users/mallory").await["online"], false);
}

#[tokio::test]
async fn a_wrong_password_takes_nothing_over() {
    let server = Setup::production().set("LIMITS__FAILED_LOGIN_DELAY_SECS", 0).start().await;
    server.setup.run(&["user", "add", "alice"], "correct horse battery\n");
    let mut alice = Phone::connect(&server).await;
    alice.log_in("alice", "correct horse battery", "s").await;
    alice.expect("verto.clientReady").await;
    let mut mallory = Phone::connect(&server).await;
    mallory.refused("login", json!({"login": "alice", "passwd": "guess", "sessid": "s"}), -32_001).await;
    alice.nothing().await;
}

#[tokio::test]
async fn a_ring_goes_on_at_the_new_socket_and_a_request_of_the_old_one_ends() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, _) = ring(&mut alice, &mut bob).await;
    let mut again = Phone::login(&server, "bob").await;
    bob.expect("verto.punt").await;
    let b = again.rings("alice").await;
    again.accept(&b).await;
    alice.answered(&a, "bob").await;
    alice.end(&a).await;
    again.bye(&b, "NORMAL_CLEARING", 16).await;
    let (_, b) = ring(&mut alice, &mut again).await;
    let _new = Phone::login(&server, "alice").await;
    again.bye(&b, "DESTINATION_OUT_OF_ORDER", 27).await;
}

#[tokio::test]
async fn a_later_device_hears_the_ring_too() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, first) = ring(&mut alice, &mut bob).await;
    let mut tablet = Phone::login_as(&server, "bob", "tablet").await;
    let second = tablet.rings("alice").await;
    tablet.accept(&second).await;
    alice.answered(&a, "bob").await;
    bob.bye(&first, "LOSE_RACE", 702).await;
}

#[tokio::test]
async fn a_talk_goes_on_after_a_crash_of_the_server_under_the_names_that_its_clients_gave_it() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 30).start().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    let call = bob.call.clone();
    let mut server = server;
    for _ in 0..2 {
        server = server.crash_and_restart().await;
        for (phone, name) in [(&mut alice, &a), (&mut bob, &b)] {
            let user = phone.user.clone();
            *phone = Phone::connect(&server).await;
            phone.log_in(&user, "any", &format!("sessid-of-{user}")).await;
            assert_eq!(phone.expect("verto.clientReady").await["reattached_sessions"], json!([name]));
            phone.expect("verto.display").await;
        }
    }
    assert_eq!(server.call(&call).await["state"], "talking");
    alice.ask("verto.info", json!({"dtmf": "1", "dialogParams": {"callID": a}})).await;
    bob.expect("verto.event").await;
    alice.end(&a).await;
    bob.bye(&b, "NORMAL_CLEARING", 16).await;
    server.ended(&call, "hangup", 0).await;
    talk(&mut alice, &mut bob).await;
}

#[tokio::test]
async fn a_call_that_forbids_it_is_not_recovered_after_a_crash_either() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 30).start().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let dialog = json!({"callID": "a-1", "destination_number": "bob", "recoverCall": false});
    alice.ask("verto.invite", json!({"sdp": offer("x"), "dialogParams": dialog})).await;
    let b = bob.rings("alice").await;
    bob.accept(&b).await;
    let call = bob.call.clone();
    alice.answered("a-1", "bob").await;
    let server = server.crash_and_restart().await;
    let _alice = Phone::login(&server, "alice").await;
    let ended = || async { (server.call(&call).await["state"] == "ended").then_some(()) };
    eventually("the call to end", ended).await;
    server.ended(&call, "disconnected", 100_106).await;
}
