//! Event channels, messages, and what operators may ask.

use serde_json::{Value, json};

use crate::{
    phone::{Phone, talk},
    support::{Answer, Hook, Server, Setup},
};

fn granted() -> Setup {
    Setup::production().set("LIMITS__FAILED_LOGIN_DELAY_SECS", 0)
}

async fn with_accounts(setup: Setup) -> Server {
    let server = setup.start().await;
    for user in ["alice", "bob", "root"] {
        server.setup.run(&["user", "add", user], "correct horse battery\n");
    }
    server
}

async fn come_in(server: &Server, user: &str) -> Phone {
    let mut phone = Phone::connect(server).await;
    phone.log_in(user, "correct horse battery", &format!("s-{user}")).await;
    phone.expect("verto.clientReady").await;
    phone
}

#[tokio::test]
async fn whoever_may_hears_what_is_broadcast_and_who_says_it_is_the_servers_word() {
    let server = with_accounts(granted().set("VERTO__EVENT_CHANNELS", "room,lobby.left")).await;
    let (mut alice, mut bob) = (come_in(&server, "alice").await, come_in(&server, "bob").await);
    let result = alice.ask("verto.subscribe", json!({"eventChannel": ["room", "lobby.left", "lobby.right"]})).await;
    assert_eq!(
        (&result["subscribedChannels"], &result["unauthorizedChannels"]),
        (&json!(["room", "lobby.left"]), &json!(["lobby.right"]))
    );
    let again = alice.ask("verto.subscribe", json!({"eventChannel": "room"})).await;
    assert_eq!(
        (&again["alreadySubscribedChannels"], &again["subscribedChannels"]),
        (&json!(["room"]), &json!(["room"]))
    );
    let session = server.get("/api/v1/users/alice").await["sessions"][0].clone();
    assert_eq!((&session["sessid"], &session["channels"]), (&json!("s-a…"), &json!(["lobby.left", "room"])));
    let mut carol = Phone::connect(&server).await;
    carol.log_in("root", "correct horse battery", "1f0c6a2e-8a3b-4c5d").await;
    assert_eq!(server.get("/api/v1/users/root").await["sessions"][0]["sessid"], "1f0c6a2e…");
    for serno in 0..2 {
        let said = json!({"eventChannel": "room.two", "data": {"n": serno}, "userid": "root", "sessid": "s-bob"});
        assert_eq!(bob.ask("verto.broadcast", said).await["code"], Value::Null);
        let event = alice.expect("verto.event").await;
        assert_eq!((&event["data"]["n"], &event["eventSerno"]), (&json!(serno), &json!(serno)));
        assert_eq!((&event["eventChannel"], &event["subscribedChannel"]), (&json!("room.two"), &json!("room")));
        assert_eq!((&event["userid"], event.get("sessid")), (&json!("bob"), None), "{event}");
    }
    let result = alice.ask("verto.unsubscribe", json!({"eventChannel": ["room", "never"]})).await;
    assert_eq!(
        (&result["unsubscribedChannels"], &result["notSubscribedChannels"]),
        (&json!(["room"]), &json!(["never"]))
    );
    bob.ask("verto.broadcast", json!({"eventChannel": "room.two", "data": {}})).await;
    alice.nothing().await;
}

#[tokio::test]
async fn what_is_not_granted_is_refused() {
    let server = with_accounts(granted()).await;
    let (mut alice, mut bob) = (come_in(&server, "alice").await, come_in(&server, "bob").await);
    for channel in ["room", "hookswitch.calls", "presence.bob", "s-bob"] {
        let error = alice.refused("verto.subscribe", json!({"eventChannel": channel}), -32_002).await;
        assert_eq!(error["unauthorizedChannels"], json!([channel]));
        let result = alice.ask("verto.broadcast", json!({"eventChannel": channel, "data": {}})).await;
        assert_eq!((&result["message"], &result["code"]), (&json!("Permission Denied."), &json!(-32_002)));
    }
    alice.refused("verto.subscribe", json!({"eventChannel": 7.5e300}), -32_002).await;
    alice.refused("verto.subscribe", json!({"eventChannel": [{}]}), -32_602).await;
    alice.refused("verto.subscribe", json!({}), -32_602).await;
    for method in ["jsapi", "fsapi", "verto.login", "verto.media", "store", ""] {
        alice.refused(method, json!({"command": "status", "cmd": "status"}), -32_601).await;
    }
    bob.nothing().await;
}

#[tokio::test]
async fn operators_see_all_calls_and_may_ask_for_them() {
    let server = with_accounts(granted().set("VERTO__OPERATORS", "root")).await;
    let (mut alice, mut bob) = (come_in(&server, "alice").await, come_in(&server, "bob").await);
    let mut root = come_in(&server, "root").await;
    root.ask("verto.subscribe", json!({"eventChannel": "hookswitch.calls"})).await;
    let (a, _) = talk(&mut alice, &mut bob).await;
    for kind in ["call.requested", "call.ringing", "call.started"] {
        let event = root.expect("verto.event").await;
        assert_eq!(event["data"]["type"], kind, "{event}");
        assert_eq!(event["data"]["call"]["caller"], "alice");
    }
    let mut late = come_in(&server, "root").await;
    late.ask("verto.subscribe", json!({"eventChannel": "hookswitch.calls"})).await;
    assert_eq!(late.expect("verto.event").await["data"]["type"], "call.now");
    let shown = json!({"command": "fsapi", "data": {"cmd": "show", "arg": "calls as json"}});
    let result = late.ask("jsapi", shown).await;
    let calls: Value = serde_json::from_str(result["message"].as_str().unwrap()).unwrap();
    assert_eq!((&calls["row_count"], &calls["rows"][0]["cid_num"]), (&json!(1), &json!("alice")));
    let status = late.ask("fsapi", json!({"cmd": "status", "arg": ""})).await;
    assert!(status["message"].as_str().unwrap().contains("1 talking"), "{status}");
    let other = late.ask("fsapi", json!({"cmd": "shutdown", "arg": "now"})).await;
    assert!(other["message"].as_str().unwrap().starts_with("-ERR"));
    let denied = late.ask("verto.broadcast", json!({"eventChannel": "hookswitch.calls", "data": {}})).await;
    assert_eq!(denied["code"], -32_002, "nobody speaks in the server's name");
    alice.end(&a).await;
    assert_eq!(late.expect("verto.event").await["data"]["type"], "call.finished");
}

#[tokio::test]
async fn a_users_state_is_shown_with_its_changes() {
    let server = Server::dev().await;
    let mut watcher = Phone::login(&server, "carol").await;
    watcher.ask("verto.subscribe", json!({"eventChannel": "presence.bob@example.org"})).await;
    let state = async |watcher: &mut Phone| {
        let event = watcher.expect("verto.event").await;
        assert_eq!(event["eventChannel"], "presence.bob@example.org");
        (event["data"]["channelCallState"].as_str().unwrap().to_owned(), event["data"]["online"].clone())
    };
    assert_eq!(state(&mut watcher).await, ("DOWN".into(), json!(false)));
    let mut bob = Phone::login(&server, "bob").await;
    assert_eq!(state(&mut watcher).await, ("DOWN".into(), json!(true)));
    let mut alice = Phone::login(&server, "alice").await;
    let (a, _) = talk(&mut alice, &mut bob).await;
    for shown in ["DIALING", "RINGING", "ACTIVE"] {
        assert_eq!(state(&mut watcher).await.0, shown);
    }
    alice.end(&a).await;
    assert_eq!(state(&mut watcher).await.0, "HANGUP");
    assert_eq!(state(&mut watcher).await.0, "DOWN");
    bob.hang_up_the_socket();
    assert_eq!(state(&mut watcher).await, ("DOWN".into(), json!(false)));
}

#[tokio::test]
async fn a_users_state_is_the_one_of_the_call_that_has_the_line() {
    let server = Setup::dev().set("VERTO__EVENT_CHANNELS", "presence").start().await;
    let mut watcher = Phone::login(&server, "root").await;
    for user in ["bob", "ghost", "dora"] {
        watcher.ask("verto.subscribe", json!({"eventChannel": format!("presence.{user}")})).await;
    }
    let state = async |watcher: &mut Phone| {
        let event = watcher.expect("verto.event").await;
        let user = event["eventChannel"].as_str().unwrap().strip_prefix("presence.").unwrap().to_owned();
        (user, event["data"]["channelCallState"].as_str().unwrap().to_owned(), event["data"]["online"] == true)
    };
    let shown = |user: &str, state: &str, online| (user.to_owned(), state.to_owned(), online);
    for user in ["bob", "ghost", "dora"] {
        assert_eq!(state(&mut watcher).await, shown(user, "DOWN", false));
    }
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (_, b) = talk(&mut alice, &mut bob).await;
    for told in ["DOWN", "DIALING", "RINGING", "ACTIVE"] {
        assert_eq!(state(&mut watcher).await, shown("bob", told, true));
    }
    // Whoever calls one who talks does not end what that one's watchers see.
    let mut carol = Phone::login(&server, "carol").await;
    carol.invite("c-1", "bob").await;
    carol.bye("c-1", "USER_BUSY", 17).await;
    watcher.nothing().await;
    // Whoever is not there does not seem to be because somebody calls.
    carol.invite("c-2", "ghost").await;
    carol.bye("c-2", "USER_NOT_REGISTERED", 806).await;
    for told in ["DIALING", "HANGUP", "DOWN"] {
        assert_eq!(state(&mut watcher).await, shown("ghost", told, false));
    }
    bob.end(&b).await;
    for told in ["HANGUP", "DOWN"] {
        assert_eq!(state(&mut watcher).await, shown("bob", told, true));
    }
    // A hook that routes the call elsewhere leaves the dialled one in peace.
    let hook = Hook::start(|_| Answer::json(json!({"error_code": 0, "target_user": "dora"}))).await;
    let body = json!({"url": hook.url(), "veto": true, "events": []});
    assert!(server.put("/api/v1/webhooks/route", body).await.0.is_success());
    let mut dora = Phone::login(&server, "dora").await;
    assert_eq!(state(&mut watcher).await, shown("dora", "DOWN", true));
    carol.invite("c-3", "bob").await;
    dora.rings("carol").await;
    assert_eq!(state(&mut watcher).await, shown("bob", "DIALING", true));
    let mut told = [state(&mut watcher).await, state(&mut watcher).await];
    told.sort();
    assert_eq!(told, [shown("bob", "DOWN", true), shown("dora", "RINGING", true)]);
}

#[tokio::test]
async fn messages_reach_every_socket_of_a_user_and_say_who_wrote_them() {
    let server = Server::dev().await;
    let mut alice = Phone::login(&server, "alice").await;
    let mut one = Phone::login_as(&server, "bob", "one").await;
    let mut other = Phone::login_as(&server, "bob", "other").await;
    let message = json!({"msg": {"from": "root", "to": "verto+bob@example.org", "body": "hello"}});
    assert_eq!(alice.ask("verto.info", message).await["message"], "SENT");
    for phone in [&mut one, &mut other] {
        let info = phone.expect("verto.info").await;
        assert_eq!((&info["msg"]["from"], &info["msg"]["body"]), (&json!("alice"), &json!("hello")));
        assert!(info.get("callID").is_none());
    }
    alice.refused("verto.info", json!({"msg": {"to": "bob"}}), -32_002).await;
    alice.refused("verto.info", json!({"msg": {"body": "x"}}), -32_002).await;
    alice.refused("verto.info", json!({}), -32_002).await;
}
