//! The frames of `/ws`, both directions.

use std::time::Duration;

use hookswitch::protocol::{
    codes::{Door, Reason},
    event::{CallEvent, EventName},
    ids::SessionId,
    native::{
        self, CallFrame, CallSnapshot, ClientFrame, Credentials, DecodeError, FrameId, LoggedIn, MAX_ID_BYTES,
        MAX_SDP_BYTES, MAX_USER_STR_BYTES, MAX_WATCHED, Role,
    },
    record::Timestamp,
};
use serde_json::{Value, json};

use crate::stage::{Stage, THIS, device, opaque, user};

const AT: Timestamp = Timestamp(1_763_694_600_123_456);
const CALL: &str = "00000000-0000-0000-0000-000000000001";

fn read(text: &str) -> ClientFrame {
    native::decode(text).unwrap().1
}

fn refused(text: &str) -> DecodeError {
    native::decode(text).unwrap_err()
}

/// A `call` frame with these fields on top of the two it must have.
fn call(more: &Value) -> String {
    let mut frame = json!({"type": "call", "event": "request", "user": "bob"});
    frame.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    frame.to_string()
}

fn plain(event: EventName) -> CallFrame {
    let (flags, param, user_str) = (0, 0, String::new());
    CallFrame { event, user: user("bob"), error_code: 0, flags, param, user_str, call: None, sdp: None, ring: None }
}

fn golden(frame: &str, expected: &Value) {
    assert_eq!(serde_json::from_str::<Value>(frame).unwrap(), *expected);
}

#[test]
fn a_long_value_is_not_repeated_to_its_sender() {
    let error = refused(&call(&json!({"event": "x".repeat(60_000)})));
    assert!(error.message.starts_with("event: ") && error.message.len() < 1_000, "{}", error.message);
}

#[test]
fn a_call_frame_is_read_field_by_field() {
    let text = r#"{"type":"call","id":7,"event":"reply","user":"bob","error_code":100104,"flags":4294967295,"param":-5,
        "user_str":"später","call":"00000000-0000-0000-0000-000000000001","sdp":"answer"}"#;
    let frame = CallFrame {
        error_code: 100_104,
        flags: u32::MAX,
        param: -5,
        user_str: "später".into(),
        call: Some(THIS),
        sdp: Some(opaque("answer")),
        ..plain(EventName::Reply)
    };
    assert_eq!(native::decode(text), Ok((Some(FrameId::Number(7)), ClientFrame::Call(frame))));
}

#[test]
fn the_fields_of_a_call_frame_have_defaults() {
    assert_eq!(read(&call(&json!({}))), ClientFrame::Call(plain(EventName::Request)));
    let nulls = json!({"user_str": null, "call": null, "sdp": null, "ring_secs": null, "id": null});
    assert_eq!(read(&call(&nulls)), ClientFrame::Call(plain(EventName::Request)));
    assert_eq!(read(&call(&json!({"event": "finish"}))), ClientFrame::Call(plain(EventName::Finish)));
}

#[test]
fn unknown_fields_are_ignored() {
    let frame = call(&json!({"colour": "red", "nested": {"type": "logout"}, "seq": 4}));
    assert_eq!(read(&frame), ClientFrame::Call(plain(EventName::Request)));
    assert_eq!(read(r#"{"type":"ping","more":[1,2]}"#), ClientFrame::Ping);
}

#[test]
fn an_unknown_type_is_answered_with_an_error_that_carries_the_id() {
    let error = refused(r#"{"type":"sing","id":"a"}"#);
    assert_eq!((error.id, error.error_code, error.hopeless), (Some(FrameId::Text("a".into())), 21, false));
    assert!(error.message.contains("sing") && error.message.contains("signal"), "{}", error.message);
}

#[test]
fn malformed_fields_are_error_21_with_the_id() {
    for more in [
        json!({"user": ""}),
        json!({"user": "a b"}),
        json!({"user": 5}),
        json!({"user": "x".repeat(129)}),
        json!({"event": "start"}),
        json!({"event": "dance"}),
        json!({"flags": -1}),
        json!({"flags": 4_294_967_296_u64}),
        json!({"param": 2_147_483_648_u64}),
        json!({"error_code": "5"}),
        json!({"user_str": 5}),
        json!({"call": "x"}),
        json!({"ring_secs": 0}),
        json!({"ring_secs": -1}),
        json!({"ring_secs": "9"}),
    ] {
        let mut with_id = more.clone();
        with_id["id"] = json!(9);
        let error = refused(&call(&with_id));
        assert_eq!((error.id, error.error_code, error.hopeless), (Some(FrameId::Number(9)), 21, false), "{more}");
        assert!(!error.message.contains(" at line "), "{}", error.message);
    }
    assert!(native::decode(r#"{"type":"call","event":"request"}"#).is_err(), "user is missing");
    assert!(native::decode(r#"{"type":"signal","call":"00000000-0000-0000-0000-000000000001"}"#).is_err());
    assert!(native::decode(r#"{"type":"signal","data":1}"#).is_err());
    assert!(native::decode(r#"{"type":"watch"}"#).is_err());
}

#[test]
fn a_malformed_field_is_named_with_what_it_must_be() {
    for (more, says) in [
        (json!({"flags": "3"}), "flags: must be a whole number from 0 to 4294967295"),
        (json!({"user": null}), "user: must be text"),
        (json!({"user": "a b"}), "user: a user name has only letters, digits and . _ @ : + - in it"),
        (json!({"call": "17"}), "call: must be a UUID"),
        (json!({"ring_secs": "9"}), "ring_secs: must be a number"),
        (json!({"event": "foo"}), "event: must be request, reply or finish"),
    ] {
        assert_eq!(refused(&call(&more)).message, says);
    }
    assert_eq!(refused(r#"{"type":"watch"}"#).message, "the field `users` must be there");
    assert_eq!(refused(r#"{"type":"watch","users":["a",5]}"#).message, "users[1]: must be text");
}

#[test]
fn null_for_an_optional_field_is_the_same_as_leaving_it_out() {
    let optional = ["id", "error_code", "flags", "param", "user_str", "call", "sdp", "ring_secs"];
    let nulls = optional.into_iter().map(|name| (name.to_owned(), Value::Null)).collect();
    let with = |more: &Value| native::decode(&call(more)).unwrap();
    assert_eq!(with(&Value::Object(nulls)), with(&json!({})));
    let login = |more: &str| native::decode_login(&format!(r#"{{"type":"login","token":"t"{more}}}"#)).unwrap();
    let nulls = r#","id":null,"user":null,"password":null,"resume":null,"last_seq":null,"device":null"#;
    assert_eq!(login(nulls), login(""));
}

#[test]
fn what_is_no_json_object_is_hopeless() {
    for text in ["", "x", "{", "{\"type\":\"ping\"", "{\"type\":\"ping\"} x", "5", "\"ping\"", "[\"ping\"]", "null"] {
        let error = refused(text);
        assert!(error.hopeless && error.id.is_none() && error.error_code == 21, "{text:?}: {error:?}");
    }
    for text in ["{}", r#"{"type":5}"#, r#"{"id":1}"#] {
        assert!(!refused(text).hopeless, "{text:?}");
    }
}

#[test]
fn an_id_is_an_integer_or_a_short_text_and_keeps_its_type() {
    let id = |raw: &str| native::decode(&format!(r#"{{"type":"ping","id":{raw}}}"#)).map(|(id, _)| id);
    assert_eq!(id("7"), Ok(Some(FrameId::Number(7))));
    assert_eq!(id("-7"), Ok(Some(FrameId::Number(-7))));
    assert_eq!(id("9007199254740991"), Ok(Some(FrameId::Number(9_007_199_254_740_991))));
    assert_eq!(id("\"7\""), Ok(Some(FrameId::Text("7".into()))));
    assert_eq!(id("\"\\u00e9\""), Ok(Some(FrameId::Text("é".into()))));
    assert_eq!(id("null"), Ok(None));
    let longest = "x".repeat(MAX_ID_BYTES);
    assert_eq!(id(&format!("\"{longest}\"")), Ok(Some(FrameId::Text(longest.as_str().into()))));
    for raw in [format!("\"x{longest}\""), "1.5".into(), "true".into(), "[1]".into(), "{}".into(), "1e99".into()] {
        assert_eq!(id(&raw).unwrap_err().error_code, 21, "{raw}");
    }
    golden(&native::ok(&FrameId::Number(7), None, None), &json!({"type": "ok", "id": 7}));
    golden(&native::ok(&FrameId::Text("7".into()), None, None), &json!({"type": "ok", "id": "7"}));
}

#[test]
fn user_str_and_sdp_have_limits_in_bytes() {
    assert!(native::decode(&call(&json!({"user_str": "x".repeat(MAX_USER_STR_BYTES)}))).is_ok());
    assert!(refused(&call(&json!({"user_str": "é".repeat(MAX_USER_STR_BYTES / 2 + 1)}))).message.contains("8192"));
    assert!(native::decode(&call(&json!({"sdp": "x".repeat(MAX_SDP_BYTES - 2)}))).is_ok());
    assert!(refused(&call(&json!({"sdp": "x".repeat(MAX_SDP_BYTES - 1)}))).message.contains("49152"));
}

#[test]
fn ring_secs_is_any_positive_number_and_one_that_is_too_long_shortens_nothing() {
    for (secs, ring) in [
        (json!(30), Some(Duration::from_secs(30))),
        (json!(0.5), Some(Duration::from_millis(500))),
        (json!(1e300), None),
    ] {
        let ClientFrame::Call(frame) = read(&call(&json!({"ring_secs": secs}))) else { panic!("a call") };
        assert_eq!(frame.ring, ring);
    }
}

#[test]
fn a_signal_carries_any_json_untouched() {
    let text = format!(r#"{{"type":"signal","call":"{CALL}","data":{{"b":1.50,"a":[null]}}}}"#);
    let ClientFrame::Signal { call, data } = read(&text) else { panic!("a signal") };
    let frame = native::signal(3, call, &user("alice"), &data);
    let relayed =
        format!(r#"{{"type":"signal","seq":3,"call":"{CALL}","user":"alice","data":{{"b":1.50,"a":[null]}}}}"#);
    assert_eq!(&*frame, relayed);
    assert!(native::decode(&format!(r#"{{"type":"signal","call":"{CALL}","data":null}}"#)).is_ok());
}

#[test]
fn a_watch_names_up_to_500_users_or_everybody() {
    assert_eq!(
        read(r#"{"type":"watch","users":["alice","bob"]}"#),
        ClientFrame::Watch(Some(vec![user("alice"), user("bob")]))
    );
    assert_eq!(read(r#"{"type":"watch","users":["*"]}"#), ClientFrame::Watch(None));
    assert_eq!(read(r#"{"type":"unwatch","users":["*"]}"#), ClientFrame::Unwatch(None));
    assert_eq!(read(r#"{"type":"unwatch","users":[]}"#), ClientFrame::Unwatch(Some(Vec::new())));
    assert!(native::decode(r#"{"type":"watch","users":["*","bob"]}"#).is_err());
    assert!(native::decode(r#"{"type":"watch","users":["a b"]}"#).is_err());
    let watch = |n: usize| json!({"type": "watch", "users": vec!["bob"; n]}).to_string();
    assert!(native::decode(&watch(MAX_WATCHED)).is_ok());
    assert!(refused(&watch(MAX_WATCHED + 1)).message.contains("500"));
}

#[test]
fn a_login_is_by_token_or_password_or_resume_and_by_one_of_them() {
    let login = |text: &str| native::decode_login(text).unwrap();
    let token = login(r#"{"type":"login","id":1,"token":"t","device":"web","what":"ever"}"#);
    assert_eq!(token.credentials, Some(Credentials::Token("t".into())));
    assert_eq!((token.id, token.device), (Some(FrameId::Number(1)), Some(device("web"))));
    let password = Credentials::Password { user: user("alice"), password: "p".into() };
    assert_eq!(login(r#"{"type":"login","user":"alice","password":"p"}"#).credentials, Some(password));
    let resume = Credentials::Resume { token: "r".into(), last_seq: 7 };
    assert_eq!(login(r#"{"type":"login","resume":"r","last_seq":7}"#).credentials, Some(resume));
    assert_eq!(login(r#"{"type":"login"}"#).credentials, None, "the Authorization header may say");
    for wrong in [
        r#"{"type":"login","token":"t","user":"alice","password":"p"}"#,
        r#"{"type":"login","token":"t","resume":"r"}"#,
        r#"{"type":"login","token":"t","user":"alice"}"#,
        r#"{"type":"login","user":"alice"}"#,
        r#"{"type":"login","password":"p"}"#,
        r#"{"type":"login","user":"a b","password":"p"}"#,
        r#"{"type":"login","token":5}"#,
    ] {
        assert_eq!(native::decode_login(wrong).unwrap_err().error_code, 21, "{wrong}");
    }
    let long = json!({"type": "login", "token": "t", "device": "x".repeat(65)}).to_string();
    assert_eq!(native::decode_login(&long).unwrap_err().error_code, 21);
}

#[test]
fn credentials_do_not_show_in_debug_output() {
    let login = native::decode_login(r#"{"type":"login","user":"alice","password":"geheim"}"#).unwrap();
    assert!(!format!("{login:?}").contains("geheim"));
}

#[test]
fn an_event_carries_what_is_known_and_leaves_out_the_rest() {
    let full = CallEvent {
        call: Some((THIS, 4)),
        event: EventName::Finish,
        user: user("bob"),
        error_code: 100_106,
        flags: 3,
        param: -1,
        user_str: "bye".into(),
        door: Some(Door::Native),
        reason: Some(Reason::Disconnected),
        sdp: Some(opaque("offer")),
        placed: true,
        at: AT,
    };
    golden(
        &native::call_event(9, &full),
        &json!({"type": "call", "seq": 9, "call": CALL, "event": "finish", "user": "bob", "error_code": 100_106,
            "flags": 3, "param": -1, "user_str": "bye", "version": 4, "door": "native", "reason": "disconnected",
            "sdp": "offer", "placed": true, "at": "2025-11-21T03:10:00.123Z"}),
    );
    let bare = hookswitch::protocol::effect::no_call(user("bob"), 100_107, AT);
    golden(
        &native::call_event(1, &bare),
        &json!({"type": "call", "seq": 1, "event": "reply", "user": "bob", "error_code": 100_107, "flags": 0,
            "param": 0, "user_str": "", "at": "2025-11-21T03:10:00.123Z"}),
    );
}

#[test]
fn the_small_frames_are_as_the_contract_says() {
    let id = FrameId::Text("a".into());
    golden(&native::ok(&id, Some(THIS), None), &json!({"type": "ok", "id": "a", "call": CALL}));
    golden(&native::ok(&id, None, Some(&[user("bob")])), &json!({"type": "ok", "id": "a", "online": ["bob"]}));
    golden(&native::error(None, 21, "no"), &json!({"type": "error", "error_code": 21, "message": "no"}));
    golden(&native::pong(), &json!({"type": "pong"}));
    golden(
        &native::presence(2, &user("bob"), false),
        &json!({"type": "presence", "seq": 2, "user": "bob", "online": false}),
    );
    golden(
        &native::closing(209, None, false, "elsewhere"),
        &json!({"type": "closing", "error_code": 209, "reconnect": false, "message": "elsewhere"}),
    );
    golden(
        &native::closing(120, Some(Duration::from_millis(700)), true, "later"),
        &json!({"type": "closing", "error_code": 120, "reconnect": true, "reconnect_after_ms": 700, "message": "later"}),
    );
}

#[test]
fn logged_in_shows_the_unfinished_call_from_the_partys_side() {
    let stage = Stage::ringing();
    let snapshot = CallSnapshot {
        call: std::sync::Arc::new(stage.record().clone()),
        user: user("alice"),
        role: Role::Callee,
        sdp: Some(opaque("offer")),
    };
    let ice = json!([]);
    let frame = native::logged_in(&LoggedIn {
        id: None,
        user: &user("bob"),
        session: SessionId(THIS.0),
        resume: "secret",
        resumed: false,
        heartbeat_secs: 25.0,
        ice_servers: &ice,
        calls: &[snapshot],
        seq: 4,
    });
    golden(
        &frame,
        &json!({"type": "logged_in", "user": "bob", "session": CALL, "resume": "secret", "resumed": false,
            "heartbeat_secs": 25, "ice_servers": [], "seq": 4, "calls": [{
                "id": CALL, "state": "ringing", "version": 2, "caller": "alice", "callee": "bob",
                "caller_device": "web", "callee_device": null, "caller_door": "native", "callee_door": "native",
                "placed": false, "flags": 3, "param": 7, "user_str": "hi", "room": null, "error_code": null,
                "reason": null, "ended_by": null, "requested_at": "2025-11-21T03:10:00.000Z",
                "ringing_at": "2025-11-21T03:10:00.000Z", "started_at": null, "ended_at": null, "ring_ms": null,
                "talk_ms": null, "veto": [], "user": "alice", "role": "callee", "sdp": "offer"}]}),
    );
}

#[test]
fn whatever_arrives_is_read_or_refused_and_never_a_panic() {
    proptest::proptest!(|(text in ".{0,80}", raw in r#"\{"type":"(call|signal|watch|login)",.{0,40}\}"#)| {
        let _read = native::decode(&text).is_ok();
        let _read = native::decode_login(&text).is_ok();
        let _read = native::decode(&raw).is_ok();
        let _read = native::decode_login(&raw).is_ok();
    });
}
