//! What the whole crate can reach: frames, tokens, names, times, configurations.

use std::{ffi::OsString, fs, path::Path, time::Duration};

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::survives;
use crate::{
    auth::{AuthError, UserTokens},
    clock,
    config::{self, Auth, Flags, IpBlock, Secret, Setting, Sources},
    protocol::{
        codes,
        ids::{CallId, DeviceId, UserId},
        native::{
            self, CallFrame, ClientFrame, Credentials, DecodeError, FrameId, Login, MAX_ID_BYTES, MAX_SDP_BYTES,
            MAX_USER_STR_BYTES, MAX_WATCHED,
        },
        record::Timestamp,
        verto,
        worker::{self, FromWorker, MediaFrame, ToWorker, annexb, control},
    },
};

const CALL: &str = "0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11";

const FRAMES: [&str; 10] = [
    r#"{"type":"call","id":1,"event":"request","user":"bob","error_code":0,"flags":3,"param":-7,"user_str":"h\u00e9\n","ring_secs":1.5,"sdp":{"type":"offer","sdp":"v=0\r\n"}}"#,
    r#"{"type":"call","id":"x","event":"reply","user":"alice@example.org","error_code":100104,"call":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11"}"#,
    r#"{"type":"call","event":"finish","user":"bob"}"#,
    r#"{"type":"signal","call":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11","data":{"candidate":["a",1.50,null,{"b":[]}]}}"#,
    r#"{"type":"watch","id":9007199254740991,"users":["a","b.c","*"]}"#,
    r#"{"type":"unwatch","users":["*"]}"#,
    r#"{"type":"ping","id":null}"#,
    r#"{"type":"logout"}"#,
    r#"{"type":"login","user":"alice","password":"p\u0000\"w","device":"Anna's phone"}"#,
    r#"{"type":"login","id":"a","resume":"dG9rZW4","last_seq":18446744073709551615}"#,
];

fn refused(error: &DecodeError, codes: &[i32]) {
    assert!(codes.contains(&error.error_code), "{error:?}");
    assert!(!error.message.is_empty() && error.message.len() < 1_000, "{error:?}");
    assert!(!error.hopeless || error.id.is_none());
    fits(error.id.as_ref());
}

fn fits(id: Option<&FrameId>) {
    match id {
        Some(FrameId::Text(text)) => assert!(text.len() <= MAX_ID_BYTES),
        Some(FrameId::Number(number)) => assert!(number.unsigned_abs() < 1 << 53),
        None => {}
    }
}

fn users(users: Option<&Vec<UserId>>) -> Value {
    users.map_or_else(|| json!(["*"]), |users| json!(users))
}

/// The frame as a tidy client would write it.
fn written(id: Option<&FrameId>, frame: &ClientFrame) -> String {
    let mut json = match frame {
        ClientFrame::Call(frame) => {
            let CallFrame { event, user, error_code, flags, param, user_str, call, sdp, ring } = frame;
            json!({"type": "call", "event": event, "user": user, "error_code": error_code, "flags": flags, "param": param,
                "user_str": user_str, "call": call, "sdp": sdp, "ring_secs": ring.map(|ring| ring.as_secs_f64())})
        }
        ClientFrame::Signal { call, data } => json!({"type": "signal", "call": call, "data": data}),
        ClientFrame::Watch(names) => json!({"type": "watch", "users": users(names.as_ref())}),
        ClientFrame::Unwatch(names) => json!({"type": "unwatch", "users": users(names.as_ref())}),
        ClientFrame::Ping => json!({"type": "ping"}),
        ClientFrame::Logout => json!({"type": "logout"}),
        ClientFrame::Login => json!({"type": "login"}),
    };
    json["id"] = json!(id);
    json.to_string()
}

#[test]
fn a_frame_survives_anything() {
    survives("frames", &FRAMES, |text| match native::decode(text) {
        Err(error) => refused(&error, &[codes::BAD_PARAMETER]),
        Ok((id, frame)) => {
            fits(id.as_ref());
            let mut opaque = false;
            match &frame {
                ClientFrame::Call(call) => {
                    assert!(call.user_str.len() <= MAX_USER_STR_BYTES);
                    assert!(call.sdp.as_ref().is_none_or(|sdp| sdp.len() <= MAX_SDP_BYTES));
                    // Beyond some thousand years a float has no nanoseconds.
                    opaque = call.sdp.is_some() || call.ring.is_some_and(|ring| ring > Duration::from_secs(1 << 22));
                }
                ClientFrame::Signal { .. } => opaque = true,
                ClientFrame::Watch(users) | ClientFrame::Unwatch(users) => {
                    assert!(users.as_ref().is_none_or(|users| users.len() <= MAX_WATCHED));
                }
                ClientFrame::Ping | ClientFrame::Logout | ClientFrame::Login => {}
            }
            // What is relayed untouched keeps white space that a rewritten frame does not.
            if !opaque {
                assert_eq!(native::decode(&written(id.as_ref(), &frame)), Ok((id, frame)));
            }
        }
    });
}

#[test]
fn a_login_survives_anything() {
    survives("logins", &FRAMES, |text| match native::decode_login(text) {
        Err(error) => refused(&error, &[codes::BAD_PARAMETER, codes::NOT_LOGGED_IN]),
        Ok(login) => {
            fits(login.id.as_ref());
            let mut again = json!({"type": "login", "id": login.id, "device": login.device});
            match &login.credentials {
                Some(Credentials::Token(token)) => again["token"] = json!(token),
                Some(Credentials::Password { user, password }) => {
                    again["user"] = json!(user);
                    again["password"] = json!(password);
                }
                Some(Credentials::Resume { token, last_seq }) => {
                    again["resume"] = json!(token);
                    again["last_seq"] = json!(last_seq);
                }
                None => {}
            }
            let Login { id, credentials, device } = native::decode_login(&again.to_string()).unwrap();
            assert!((id, credentials, device) == (login.id, login.credentials, login.device));
        }
    });
}

const VERTO: [&str; 12] = [
    r#"{"jsonrpc":"2.0","method":"verto.invite","params":{"sdp":"v=0\r\nm=video 9 X 96\r\n","dialogParams":{"callID":"a","destination_number":"bob","caller_id_name":"A","recoverCall":false},"sessid":"s"},"id":3}"#,
    r#"{"jsonrpc":"2.0","method":"verto.answer","params":{"sdp":"v=0","dialogParams":{"callID":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11"}},"id":"x"}"#,
    r#"{"jsonrpc":"2.0","method":"verto.bye","params":{"dialogParams":{"callID":"a"},"cause":"USER_BUSY","causeCode":"17"},"id":0}"#,
    r#"{"jsonrpc":"2.0","method":"verto.modify","params":{"action":"toggleHold","dialogParams":{"callID":"a"}},"id":-1}"#,
    r##"{"jsonrpc":"2.0","method":"verto.info","params":{"dtmf":"12#","msg":{"to":"verto+bob@x","body":"h\u00e9"},"txt":{"chars":"x"},"callID":"a"},"id":1.5}"##,
    r#"{"jsonrpc":"2.0","method":"verto.subscribe","params":{"eventChannel":["room","room.x",7,"presence.bob@x"],"subParams":{}},"id":4}"#,
    r#"{"jsonrpc":"2.0","method":"verto.broadcast","params":{"eventChannel":"room.x","data":{"a":[1]},"echoParams":true},"id":5}"#,
    r#"{"jsonrpc":"2.0","method":"login","params":{"login":"alice","passwd":"x","loginParams":{"xui_sessid":"t"},"userVariables":{"fullName":"A"}},"id":6}"#,
    r#"{"jsonrpc":"2.0","method":"jsapi","params":{"command":"fsapi","data":{"cmd":"show","arg":"calls as json"}},"id":7}"#,
    r#"[{"jsonrpc":"2.0","method":"echo","params":{},"id":8},{"jsonrpc":"2.0","id":1000001,"result":{"method":"verto.invite"}}]"#,
    r#"{"jsonrpc":"2.0","id":9,"error":{"code":-32000,"message":"x"}}"#,
    "#SPU 262144",
];

/// What a session says is JSON-RPC, whatever it heard.
fn is_rpc(text: &str) {
    let said: Value = serde_json::from_str(text).unwrap();
    for frame in said.as_array().map_or_else(|| vec![&said], |frames| frames.iter().collect()) {
        assert_eq!(frame["jsonrpc"], "2.0", "{text}");
        let kinds = ["method", "result", "error"].map(|name| frame.get(name).is_some());
        assert_eq!(kinds.into_iter().filter(|is| *is).count(), 1, "{text}");
        assert!(
            frame.get("params").or(frame.get("result")).or(frame.get("error")).is_some_and(Value::is_object),
            "{text}"
        );
    }
}

#[test]
fn a_verto_session_survives_anything() {
    use verto::{Effect, Rules, Session};
    let rules = Rules {
        keep_domain: false,
        conferences: verto::number::NumberPattern::new("^3[0-9]{3}$").ok(),
        detach: Duration::from_secs(120),
        heartbeat: Duration::from_secs(25),
        event_channels: vec!["room".to_owned()],
        operators: vec!["alice".to_owned()],
    };
    let me = crate::protocol::effect::Party {
        user: UserId::new("alice").unwrap(),
        device: DeviceId::default(),
        door: codes::Door::Verto,
    };
    let fresh: fn() -> CallId = clock::call_id;
    survives("verto", &VERTO, |text| {
        for logged_in in [false, true] {
            let mut session = Session::new(rules.clone(), clock::now());
            let hear = |session: &mut Session, text: &str| session.hear(&text.into(), clock::now(), &mut || fresh());
            if logged_in {
                hear(
                    &mut session,
                    r#"{"jsonrpc":"2.0","id":1,"method":"login","params":{"login":"alice","passwd":"x"}}"#,
                );
                session.identified(Ok(me.user.clone()), clock::now(), &mut || fresh());
                session.entered(Ok((me.clone(), "s".to_owned())));
                session.adopt(Vec::new(), clock::now(), &mut || fresh());
                hear(&mut session, VERTO[0]);
            }
            while session.poll_effect().is_some() {}
            hear(&mut session, text);
            while let Some(effect) = session.poll_effect() {
                match effect {
                    Effect::Say(frame) => is_rpc(&frame.text),
                    Effect::Request { sdp, user_str, .. } => {
                        assert!(sdp.len() <= MAX_SDP_BYTES && user_str.len() <= MAX_USER_STR_BYTES);
                    }
                    Effect::Act { act, .. } => assert_eq!(act.by, me),
                    Effect::Publish(publication) => assert!(publication.channel.starts_with("room") || logged_in),
                    other => {
                        assert!(logged_in || matches!(other, Effect::Identify(_) | Effect::Close(..)), "{other:?}")
                    }
                }
            }
            session.line_lost(clock::now());
            while session.poll_effect().is_some() {}
        }
        let mut test = verto::speed::SpeedTest::default();
        test.begin(text, clock::now());
        assert!(test.end(clock::now()).is_none_or(|answer| answer.bytes == 0));
    });
}

#[test]
fn a_message_of_a_worker_survives_anything() {
    let corpus = [
        r#"{"t":"hello","v":1,"pid":4711,"lib_abi":1}"#,
        r#"{"t":"phase","phase":"joined","room_id":"r\u00e9"}"#,
        r#"{"t":"status","n":2,"t_ms":1500}"#,
        r#"{"t":"pong","n":3,"stuck_ms":0,"queues":{"audio_up":1},"drops":{"video":18446744073709551615}}"#,
        r#"{"t":"media","dir":"down","codec":"pcm","rate":16000,"channels":1}"#,
        r#"{"t":"error","where":"join","wx_error":7,"text":"no"}"#,
        r#"{"t":"hangup","reason":11}"#,
        r#"{"t":"start","v":1,"call_id":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11","mode":"cloud","appid":"a","sn":"s","model_id":"m","server_token":"t","room_id":"r","session_key":"k","payload":"p","room_type":"voice","data_dir":"/"}"#,
    ];
    survives("worker_messages", &corpus, |text| {
        if let Ok(message) = control::decode::<FromWorker>(text.as_bytes()) {
            let again = control::encode(&message).unwrap();
            assert_eq!(control::decode::<FromWorker>(&again[4..]), Ok(message));
        }
        if let Ok(message) = control::decode::<ToWorker>(text.as_bytes()) {
            let again = control::encode(&message).unwrap();
            assert_eq!(control::decode::<ToWorker>(&again[4..]), Ok(message));
        }
    });
}

#[test]
fn media_survive_anything() {
    let corpus = [
        "\u{1}\0\0\0\u{4}\0\0\0\0\0\0\0\0\0\0\0abcd",
        "\u{2}\u{3}\0\0\u{6}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u{1}gx",
        "\0\0\u{1}A\0\0\0\u{1}B\0\0\u{1}",
    ];
    survives("media", &corpus, |text| {
        let bytes = bytes::Bytes::copy_from_slice(text.as_bytes());
        if let Ok(frame) = MediaFrame::decode(&bytes) {
            assert!(frame.body.len() <= frame.kind.max_bytes() && frame.encode() == bytes);
        }
        let units = annexb::units(&bytes);
        assert!(bytes.ends_with(&units.concat()));
        for kind in [worker::MediaKind::H264, worker::MediaKind::H265] {
            let (flags, picture) = annexb::flags(kind, &bytes);
            assert!(!units.is_empty() || (flags, picture) == (0, false));
        }
    });
}

#[test]
fn a_token_survives_anything() {
    let auth = config::load(&Sources::default()).unwrap().config.auth;
    let tokens = |secret: &str| {
        let auth = Auth { jwt_secret: Some(Secret::new(secret)), ..auth.clone() };
        UserTokens::new(&auth, Path::new("/nowhere")).unwrap()
    };
    let (ours, others) = (tokens("ours"), tokens("others"));
    let mint = |tokens: &UserTokens, now| {
        let alice = UserId::new("alice").unwrap();
        tokens.mint(&alice, Duration::from_secs(36_000), now).unwrap().0
    };
    let (good, forged) = (mint(&ours, clock::wall()), mint(&others, clock::wall()));
    let old = mint(&ours, Timestamp(0));
    let (signed, _) = good.rsplit_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSIsImV4cCI6OTk5OTk5OTk5OX0.";
    survives("tokens", &[&good, &forged, &old, none, "a.b.c"], |token| {
        // With a shared secret nothing is fetched, so there is nothing to wait for.
        match ours.verify(token).now_or_never().unwrap() {
            Ok(user) => assert!(user.as_str() == "alice" && token.rsplit_once('.').unwrap().0 == signed, "{token}"),
            Err(error @ AuthError::Expired) => assert_eq!(error.code(), codes::TOKEN_EXPIRED),
            Err(error) => assert_eq!(error.code(), codes::TOKEN_INVALID),
        }
    });
}

#[test]
fn a_name_a_time_or_an_address_survives_anything() {
    let corpus = [CALL, "alice@example.org", "2026-11-21T03:10:00.123Z", "10.0.0.0/8", "[2001:db8::1]:8080", "::1/128"];
    survives("names", &corpus, |text| {
        if let Ok(user) = UserId::new(text) {
            assert!(user.as_str() == text && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_graphic()));
        }
        if let Ok(device) = DeviceId::new(text) {
            assert!(device.as_str() == text && text.len() <= 64 && !text.chars().any(char::is_control));
        }
        if let Ok(id) = text.parse().map(CallId) {
            assert_eq!(id.to_string().parse(), Ok(id.0));
        }
        if let Some(at) = Timestamp::parse_rfc3339(text) {
            let shown = at.to_rfc3339();
            assert_eq!(Timestamp::parse_rfc3339(&shown).map(|at| at.0 / 1000), Some(at.0.div_euclid(1000)), "{shown}");
        }
        if let Ok(block) = text.parse::<IpBlock>() {
            assert_eq!(block.to_string().parse(), Ok(block));
        }
    });
}

/// The settings as a file that says the same. Secrets are masked in them, so a configuration with any is not the same again.
fn rewritten(settings: &[Setting]) -> String {
    let mut document = toml::Table::new();
    for Setting { section, name, value, .. } in settings {
        if let (toml::Value::Table(keys), Some(value)) =
            (document.entry(*section).or_insert_with(|| toml::Table::new().into()), value)
        {
            keys.insert((*name).to_owned(), value.clone());
        }
    }
    document.to_string()
}

#[test]
fn a_configuration_file_survives_anything() {
    let example = config::example().replace("# ", "").replace('#', "");
    let endpoint = "[webhooks]\nallow_private = true\n[[webhooks.endpoint]]\nname = \"crm\"\nurl = \"https://example.org/\"\n\
        events = [\"call.*\"]\nveto = true\ntimeout_ms = 10\non_failure = \"refuse\"\nsecret = \"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz\"\n";
    let short = "[server]\nlisten = \"127.0.0.1:0\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nallowed_origins = [\"*\"]\n\
        [call]\nring_timeout_secs = 0.5\n[log]\nfilter = \"hookswitch::webhooks=debug\"\n[limits]\nframe_bytes = 2048\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hookswitch.toml");
    let load = |text: &str| {
        fs::write(&path, text).unwrap();
        config::load(&Sources { file: Some(path.clone()), env: Vec::new(), flags: Flags::default() })
    };
    survives("configurations", &[&example, endpoint, short], |text| match load(text) {
        Ok(loaded) => {
            if !text.contains("secret") && loaded.config.webhooks.endpoint.is_empty() {
                let again = load(&rewritten(&loaded.settings)).unwrap();
                assert_eq!(again.config, loaded.config);
            }
        }
        Err(error) => {
            assert!(!error.problems.is_empty());
            for problem in error.problems {
                let lines = text.split('\n').count();
                assert!(!problem.message.is_empty());
                assert!(
                    problem.place.is_none_or(|place| (1..=lines).contains(&place.line) && place.column > 0),
                    "{text}"
                );
            }
        }
    });
}

#[test]
fn a_variable_survives_anything() {
    let corpus = [
        "SERVER__LISTEN=127.0.0.1:8080",
        "SERVER__PUBLIC_URL=https://calls.example.org",
        "SERVER__ALLOWED_ORIGINS=https://a.example.org,*",
        "SERVER__TRUSTED_PROXIES=10.0.0.0/8,::1",
        "CALL__RING_TIMEOUT_SECS=0.5",
        "LIMITS__LOGINS_PER_MIN=0",
        "STORE__RETENTION_DAYS=90",
        "AUTH__JWT_ALGORITHMS=HS256,EdDSA",
        "TURN__URIS=turn:turn.example.org:3478?transport=udp",
        "LOG__FILTER=hookswitch::webhooks=debug,actix_server=info",
    ];
    survives("variables", &corpus, |text| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        let env = vec![(OsString::from(format!("HOOKSWITCH__{name}")), OsString::from(value))];
        if let Err(error) = config::load(&Sources { file: None, env, flags: Flags::default() }) {
            assert!(error.problems.iter().all(|problem| !problem.message.is_empty() && problem.place.is_none()));
        }
    });
}
