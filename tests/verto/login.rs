//! Who comes in, and who does not.

use serde_json::json;

use crate::{
    phone::{Phone, talk},
    support::{Server, Setup},
};

#[tokio::test]
async fn clients_log_in_after_the_answer_to_a_login_without_a_name() {
    const SESSID: &str = "9f1c6a2e-8a3b-4c5d";
    let server = Server::dev().await;
    let mut phone = Phone::connect(&server).await;
    // As npm verto does it: twice without a name, then in earnest.
    for _ in 0..2 {
        phone.refused("login", json!({"sessid": SESSID}), -32_000).await;
    }
    phone.refused("verto.subscribe", json!({"eventChannel": "room"}), -32_000).await;
    phone.refused("verto.invite", json!({}), -32_000).await;
    phone.refused("no.such", json!({}), -32_000).await;
    phone.refused("login", json!({"login": "alice"}), -32_001).await;
    let result = phone.log_in("alice@example.org", "any", SESSID).await;
    assert_eq!((&result["message"], &result["sessid"]), (&json!("logged in"), &json!(SESSID)));
    assert_eq!(phone.expect("verto.clientReady").await["reattached_sessions"], json!([]));
    assert_eq!(phone.ask("echo", json!({"a": [1, null]})).await["a"], json!([1, null]));
    assert_eq!(phone.ask("verto.ping", json!({})).await["message"], "PONG");
    phone.refused("login", json!({}), -32_000).await;
    let users = server.get("/api/v1/users/alice").await;
    assert_eq!(users["sessions"][0]["door"], "verto", "{users}");
    assert!(
        !users.to_string().contains(SESSID),
        "the whole name of the session takes it over: it is nobody's business"
    );
}

#[tokio::test]
async fn ids_come_back_as_they_were_and_parameters_if_they_are_asked_for() {
    let server = Server::dev().await;
    let mut phone = Phone::login(&server, "alice").await;
    for id in [json!(0), json!("b7c1-uuid"), json!(-1), json!(1.5)] {
        phone.send(json!({"jsonrpc": "2.0", "id": id, "method": "verto.ping", "params": {}}));
        assert_eq!(phone.answer(&id).await["result"]["message"], "PONG");
    }
    let result = phone.ask("verto.ping", json!({"echoParams": true, "x": 1})).await;
    assert_eq!(result["requestParams"]["x"], 1);
    assert_eq!(phone.ask("verto.ping", json!({"echoParams": "mine"})).await["requestParams"], "mine");
    // A request without an id is not answered.
    phone.send_text(r#"{"jsonrpc":"2.0","method":"verto.ping"}"#);
    phone.nothing().await;
}

#[tokio::test]
async fn a_session_without_a_name_gets_one() {
    let server = Server::dev().await;
    let mut phone = Phone::connect(&server).await;
    let result = phone.ask("login", json!({"login": "alice", "passwd": "x"})).await;
    assert!(result["sessid"].as_str().unwrap().len() >= 32, "{result}");
}

#[tokio::test]
async fn a_password_or_a_token_opens_the_door_and_nothing_else_does() {
    let server = Setup::production().set("LIMITS__FAILED_LOGIN_DELAY_SECS", 0).start().await;
    server.setup.run(&["user", "add", "alice"], "correct horse battery\n");
    let mut phone = Phone::connect(&server).await;
    for (user, password) in [("alice", "wrong"), ("nobody", "correct horse battery"), ("al ice", "x")] {
        phone.refused("login", json!({"login": user, "passwd": password, "sessid": "s"}), -32_001).await;
    }
    let token = |user: &str| json!({"user": user});
    let (status, minted) = server.post("/api/v1/tokens", token("alice")).await;
    assert!(status.is_success(), "{minted}");
    let login = |user: &str, token: &str| json!({"login": user, "passwd": "x", "sessid": "s", "loginParams": {"xui_sessid": token}});
    phone.refused("login", login("alice", "no.such.token"), -32_001).await;
    phone.refused("login", login("bob", minted["token"].as_str().unwrap()), -32_001).await;
    let result = phone.ask("login", login("alice@example.org", minted["token"].as_str().unwrap())).await;
    assert_eq!(result["message"], "logged in");
    let mut other = Phone::connect(&server).await;
    other.log_in("alice", "correct horse battery", "other").await;
    // Once more on the same connection: checked, and nothing is dropped.
    phone.refused("login", json!({"login": "alice", "passwd": "wrong"}), -32_001).await;
    assert_eq!(phone.ask("login", json!({"login": "alice", "passwd": "correct horse battery"})).await["sessid"], "s");
}

#[tokio::test]
async fn variables_of_a_login_that_failed_are_gone() {
    let server = Setup::production()
        .set("LIMITS__FAILED_LOGIN_DELAY_SECS", 0)
        .set("VERTO__EVENT_CHANNELS", "room")
        .start()
        .await;
    server.setup.run(&["user", "add", "alice"], "correct horse battery\n");
    let mut phone = Phone::connect(&server).await;
    let forged =
        json!({"login": "alice", "passwd": "wrong", "sessid": "s", "userVariables": {"fullName": "The Admin"}});
    phone.refused("login", forged, -32_001).await;
    phone.log_in("alice", "correct horse battery", "s").await;
    phone.ask("verto.subscribe", json!({"eventChannel": "room"})).await;
    phone.ask("verto.broadcast", json!({"eventChannel": "room", "data": {}})).await;
    phone.expect("verto.clientReady").await;
    let event = phone.expect("verto.event").await;
    assert_eq!((&event["fromDisplay"], &event["userid"]), (&json!("alice"), &json!("alice")));
}

#[tokio::test]
async fn limits_are_those_of_the_other_door() {
    let server = Setup::production()
        .set("SESSION__LOGIN_TIMEOUT_SECS", 2)
        .set("LIMITS__FRAMES_PER_SEC", 20)
        .set("LIMITS__SESSIONS_PER_USER", 1)
        .set("LIMITS__FAILED_LOGIN_DELAY_SECS", 0)
        .start()
        .await;
    server.setup.run(&["user", "add", "alice"], "correct horse battery\n");
    let mut silent = Phone::connect(&server).await;
    silent.closed(4408).await;
    let refused = Phone::connect_from(&server, Some("https://elsewhere.example.org")).await;
    assert!(refused.is_err(), "an origin that is not allowed");
    let mut phone = Phone::connect(&server).await;
    phone.log_in("alice", "correct horse battery", "one").await;
    let mut second = Phone::connect(&server).await;
    second
        .refused("login", json!({"login": "alice", "passwd": "correct horse battery", "sessid": "two"}), -32_001)
        .await;
    second.closed(4429).await;
    for _ in 0..60 {
        phone.send_text(r#"{"jsonrpc":"2.0","method":"verto.ping"}"#);
    }
    phone.closed(4429).await;
    let mut big = Phone::connect(&server).await;
    big.send_text(&"x".repeat(70_000));
    big.closed(4413).await;
}

#[tokio::test]
async fn a_door_that_is_shut_is_not_there() {
    let server = Setup::dev().set("VERTO__ENABLED", false).start().await;
    let error = Phone::connect_from(&server, None).await.err().unwrap();
    assert!(error.to_string().contains("404"), "{error}");
}

#[tokio::test]
async fn domains_are_dropped_or_kept() {
    let server = Setup::dev().set("VERTO__KEEP_DOMAIN", true).start().await;
    let mut alice = Phone::login(&server, "alice@example.org").await;
    let mut bob = Phone::login(&server, "bob@example.org").await;
    talk(&mut alice, &mut bob).await;
    assert_eq!(server.get("/api/v1/users/bob@example.org").await["online"], true);
}

#[tokio::test]
async fn a_kick_punts_and_closes() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    assert!(server.post("/api/v1/users/alice/kick", json!({})).await.0.is_success());
    assert_eq!(alice.expect("verto.punt").await, json!({}));
    alice.closed(4411).await;
}
