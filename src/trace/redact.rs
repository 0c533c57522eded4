//! What nobody may read is cut out: session descriptions, what users signal to each other, everything that opens a door.
//!
//! Works on parsed JSON, by the names of fields. Text that is no JSON is not shown at all where a client has sent it.

use bytestring::ByteString;
use serde_json::{Map, Value, json};

use crate::protocol::native::{Credentials, Login};

/// What stands in the place of a secret.
const HIDDEN: &str = "…";
/// Fields that hold a secret, in whatever body. A TURN user name is half of a credential.
const SECRETS: [&str; 14] = [
    "token",
    "access_token",
    "refresh_token",
    "password",
    "resume",
    "secret",
    "credential",
    "username",
    "authorization",
    "api_key",
    "jwt",
    "passwd",
    "sessid",
    "xui_sessid",
];
/// The types that a session description may have. Source: W3C WebRTC, `RTCSdpType`.
const SDP_TYPES: [&str; 4] = ["offer", "answer", "pranswer", "rollback"];

/// The body of a frame as it may be shown; `None` where it is no JSON object.
pub(super) fn frame(text: &str) -> Option<Value> {
    let mut body: Value = serde_json::from_str(text).ok().filter(Value::is_object)?;
    if let Some(data) = body.get_mut("data") {
        *data = signal(data);
    }
    match body.get_mut("params") {
        Some(Value::Object(params)) => said(params),
        // Parameters without names may be anything.
        Some(other) if !other.is_null() => *other = HIDDEN.into(),
        Some(_) | None => {}
    }
    clean(&mut body);
    Some(body)
}

/// The body of an exchange with a hook as it may be shown: a text that is no JSON stays a text.
pub(super) fn post(text: &str) -> Option<Value> {
    if text.trim_ascii().is_empty() {
        return None;
    }
    let mut body = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    clean(&mut body);
    Some(body)
}

/// What may be kept of a login: how the client proved who it is, and not the proof.
#[must_use]
pub fn login(login: &Login) -> ByteString {
    let mut body = json!({"type": "login"});
    let mut set = |name: &str, value: Value| {
        if let Some(fields) = body.as_object_mut() {
            fields.insert(name.to_owned(), value);
        }
    };
    if let Some(id) = &login.id {
        set("id", json!(id));
    }
    match &login.credentials {
        None => {}
        Some(Credentials::Token(_)) => set("token", HIDDEN.into()),
        Some(Credentials::Password { user, .. }) => {
            set("user", json!(user));
            set("password", HIDDEN.into());
        }
        Some(Credentials::Resume { last_seq, .. }) => {
            set("resume", HIDDEN.into());
            set("last_seq", json!(last_seq));
        }
    }
    if let Some(device) = &login.device {
        set("device", json!(device));
    }
    body.to_string().into()
}

/// What may be kept of a frame that has secrets in it, and may be shown later.
#[must_use]
pub fn without_secrets(text: &str) -> Option<ByteString> {
    frame(text).map(|body| body.to_string().into())
}

fn clean(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "sdp" {
                    *value = description(value);
                } else if SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
                    if !value.is_null() {
                        *value = HIDDEN.into();
                    }
                } else {
                    clean(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A session description without its text, in the form it came in.
fn description(sdp: &Value) -> Value {
    match sdp {
        Value::Null => Value::Null,
        Value::String(text) => size(text.len()),
        Value::Object(fields) => {
            let mut shown = Map::new();
            if let Some(kind) = fields.get("type").filter(|kind| SDP_TYPES.iter().any(|known| *kind == known)) {
                shown.insert("type".to_owned(), kind.clone());
            }
            if let Some(Value::String(text)) = fields.get("sdp") {
                shown.insert("sdp".to_owned(), size(text.len()));
            }
            Value::Object(shown)
        }
        other => size(other.to_string().len()),
    }
}

fn size(bytes: usize) -> Value {
    format!("({bytes} bytes)").into()
}

/// What one party signals to the other: how much, and of which kind where it is WebRTC as the SDK or a plain client says it.
fn signal(data: &Value) -> Value {
    let inner = data.get("rtc").unwrap_or(data);
    let has = |name| inner.get(name).is_some_and(|field| !field.is_null());
    let kind = if has("description") || has("sdp") {
        "description"
    } else if has("candidates") || has("candidate") {
        "candidates"
    } else {
        "other"
    };
    json!({"bytes": data.to_string().len(), "kind": kind})
}

/// What Verto clients say to each other, within the parameters of a JSON-RPC request: how much.
fn said(params: &mut Map<String, Value>) {
    for (outer, within) in [("msg", Some("body")), ("data", None), ("txt", None), ("dtmf", None)] {
        let value = match (params.get_mut(outer), within) {
            (Some(Value::Object(message)), Some(inner)) => message.get_mut(inner),
            (value, _) => value,
        };
        if let Some(value) = value {
            *value = size(value.as_str().map_or_else(|| value.to_string().len(), str::len));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{
        ids::{DeviceId, UserId},
        native::FrameId,
    };

    fn shown(text: &str) -> String {
        frame(text).unwrap().to_string()
    }

    #[test]
    fn a_description_keeps_its_type_and_its_size() {
        for (sdp, left) in [
            (r#"{"type":"offer","sdp":"v=0\r\n"}"#, r#"{"sdp":"(5 bytes)","type":"offer"}"#),
            (r#""v=0""#, r#""(3 bytes)""#),
            (r#"{"type":"v=0 as a type","sdp":{"sdp":"v=0"},"more":"v=0"}"#, "{}"),
            (r#"["v=0"]"#, r#""(7 bytes)""#),
            ("null", "null"),
        ] {
            let text = shown(&format!(r#"{{"type":"call","event":"request","user":"bob","sdp":{sdp}}}"#));
            let expected = format!(r#"{{"event":"request","sdp":{left},"type":"call","user":"bob"}}"#);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_signal_keeps_its_kind_and_its_size() {
        for (data, kind) in [
            (r#"{"rtc":{"from":"x","description":{"type":"offer","sdp":"v=0"}}}"#, "description"),
            (r#"{"rtc":{"from":"x","candidates":[{"candidate":"candidate:1"}]}}"#, "candidates"),
            (r#"{"type":"answer","sdp":"v=0"}"#, "description"),
            (r#"{"candidate":"candidate:1","sdpMid":"0"}"#, "candidates"),
            (r#"{"rtc":{"hello":true,"description":null}}"#, "other"),
            (r#""a word to you""#, "other"),
            ("null", "other"),
        ] {
            let body = frame(&format!(r#"{{"type":"signal","call":"c","data":{data}}}"#)).unwrap();
            assert_eq!(body["data"], json!({"bytes": data.len(), "kind": kind}), "{data}");
            assert_eq!((&body["type"], &body["call"]), (&json!("signal"), &json!("c")));
        }
    }

    #[test]
    fn what_opens_a_door_is_hidden_wherever_it_stands() {
        let text = r#"{"type":"logged_in","user":"alice","resume":"r","ice_servers":[{"urls":["turn:t"],
            "username":"1:alice","credential":"c"}],"calls":[{"id":"1","sdp":{"type":"offer","sdp":"v=0"}}],"Token":["t"]}"#;
        let body: Value = serde_json::from_str(&without_secrets(text).unwrap()).unwrap();
        assert_eq!((&body["resume"], &body["Token"], &body["user"]), (&json!("…"), &json!("…"), &json!("alice")));
        assert_eq!(body["ice_servers"], json!([{"urls": ["turn:t"], "username": "…", "credential": "…"}]));
        assert_eq!(body["calls"][0], json!({"id": "1", "sdp": {"type": "offer", "sdp": "(3 bytes)"}}));
    }

    #[test]
    fn a_login_shows_how_and_not_the_proof() {
        let of = |credentials, device: Option<&str>| {
            let device = device.map(|name| DeviceId::new(name).unwrap());
            login(&Login { id: Some(FrameId::Number(1)), credentials, device }).to_string()
        };
        let password =
            Credentials::Password { user: UserId::new("alice").unwrap(), password: "correct horse".to_owned() };
        assert_eq!(
            of(Some(password), Some("web")),
            r#"{"device":"web","id":1,"password":"…","type":"login","user":"alice"}"#
        );
        let token = Credentials::Token("a.b.c".to_owned());
        assert_eq!(of(Some(token), None), r#"{"id":1,"token":"…","type":"login"}"#);
        let resume = Credentials::Resume { token: "r".to_owned(), last_seq: 7 };
        assert_eq!(of(Some(resume), None), r#"{"id":1,"last_seq":7,"resume":"…","type":"login"}"#);
        assert_eq!(of(None, None), r#"{"id":1,"type":"login"}"#);
    }

    #[test]
    fn text_of_a_client_that_is_no_object_is_not_shown_and_a_hooks_is() {
        assert_eq!(frame(r#"{"password":"x"#), None);
        assert_eq!(frame(r#"["x"]"#), None);
        assert_eq!(post("Bad Gateway"), Some(json!("Bad Gateway")));
        assert_eq!(post(r#"{"error_code":0,"secret":"x"}"#), Some(json!({"error_code": 0, "secret": "…"})));
        assert_eq!(post(" \n"), None);
    }

    #[test]
    fn a_recorded_body_survives_anything() {
        const MARK: &str = "v=0 MARK";
        let corpus = [
            r#"{"type":"call","event":"request","user":"bob","sdp":{"type":"offer","sdp":"v=0 MARK"},"user_str":"x"}"#,
            r#"{"type":"signal","call":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11","data":{"rtc":{"description":{"sdp":"v=0 MARK"}}}}"#,
            r#"{"type":"logged_in","resume":"v=0 MARK","ice_servers":[{"credential":"v=0 MARK"}],"calls":[{"sdp":"v=0 MARK"}]}"#,
            r#"{"token":"v=0 MARK","sdp":["v=0 MARK",1.5e300],"data":null}"#,
        ];
        for text in corpus {
            assert!(!shown(text).contains(MARK), "{text}");
        }
        crate::fuzz::survives("recorded", &corpus, |text| {
            for body in [frame(text), post(text)].into_iter().flatten() {
                must_be_clean(&body);
            }
        });
    }

    /// Whatever stands under a name that is watched is a size, a known word or nothing.
    fn must_be_clean(body: &Value) {
        match body {
            Value::Object(fields) => {
                for (name, value) in fields {
                    if SECRETS.contains(&name.as_str()) {
                        assert!(value.is_null() || value == HIDDEN, "{name}: {value}");
                    } else if name == "sdp" {
                        let texts = value.as_object().map_or_else(|| vec![value], |fields| fields.values().collect());
                        for text in texts.into_iter().filter_map(Value::as_str) {
                            assert!(text.ends_with(" bytes)") || SDP_TYPES.contains(&text), "{value}");
                        }
                    } else {
                        must_be_clean(value);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(must_be_clean),
            _ => {}
        }
    }

    #[test]
    fn what_verto_clients_say_to_each_other_is_not_shown() {
        for (params, left) in [
            (r#"{"msg":{"to":"bob","body":"hello"}}"#, r#"{"msg":{"body":"(5 bytes)","to":"bob"}}"#),
            (r#"{"msg":"hello"}"#, r#"{"msg":"(5 bytes)"}"#),
            (r#"{"data":{"a":1},"eventChannel":"room"}"#, r#"{"data":"(7 bytes)","eventChannel":"room"}"#),
            (r#"{"dtmf":"1234"}"#, r#"{"dtmf":"(4 bytes)"}"#),
            (r#"{"txt":{"chars":"x"}}"#, r#"{"txt":"(13 bytes)"}"#),
            (
                r#"{"login":"1000","passwd":"p","sessid":"s","loginParams":{"xui_sessid":"t"}}"#,
                r#"{"login":"1000","loginParams":{"xui_sessid":"…"},"passwd":"…","sessid":"…"}"#,
            ),
            (r#"{"sdp":"v=0","dialogParams":{"callID":"c"}}"#, r#"{"dialogParams":{"callID":"c"},"sdp":"(3 bytes)"}"#),
        ] {
            let text = shown(&format!(r#"{{"jsonrpc":"2.0","id":1,"method":"m","params":{params}}}"#));
            assert_eq!(text, format!(r#"{{"id":1,"jsonrpc":"2.0","method":"m","params":{left}}}"#));
        }
    }
}
