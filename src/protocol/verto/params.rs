//! What clients send in a request. Types are not stable (a number may come as text, and the other way round), unknown fields are
//! many, and nothing but a call's id may be asked for.

use serde_json::{Value, json, value::RawValue};

use super::rpc::Object;
use crate::protocol::{event::Opaque, native::MAX_SDP_BYTES};

/// The longest id of a call or of a session that a client may choose. Unit: bytes. Those of known clients have 36.
pub const MAX_NAME_BYTES: usize = 128;
/// What a session description has around it on a frame of the native door. Unit: bytes.
const WRAPPING: usize = 32;
/// The longest name that is shown to the other party. Unit: characters.
const MAX_SHOWN: usize = 128;

/// A text, or a number as text; `None` for anything else and for an empty text.
#[must_use]
pub fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A name to show: one line, not too long.
#[must_use]
pub fn shown(value: Option<&Value>) -> Option<String> {
    let name: String = text(value)?.chars().filter(|letter| !letter.is_control()).take(MAX_SHOWN).collect();
    (!name.trim().is_empty()).then_some(name)
}

/// An id that a client chose, where it is fit to be one.
#[must_use]
pub fn name(value: Option<&Value>) -> Option<String> {
    text(value).filter(|name| name.len() <= MAX_NAME_BYTES && !name.chars().any(char::is_control))
}

/// An object within the parameters.
#[must_use]
pub fn inner<'a>(params: &'a Object, name: &str) -> Option<&'a Object> {
    params.get(name).and_then(Value::as_object)
}

/// The call that a request is about.
#[must_use]
pub fn call_id(params: &Object) -> Option<String> {
    let dialog = inner(params, "dialogParams").and_then(|dialog| name(dialog.get("callID")));
    dialog.or_else(|| name(params.get("callID")))
}

/// A session description of the client's, where there is one that fits into a call.
#[must_use]
pub fn sdp(params: &Object) -> Option<&str> {
    let sdp = params.get("sdp").and_then(Value::as_str);
    // As JSON it may be longer, and that is what a call has room for.
    sdp.filter(|sdp| !sdp.is_empty() && json!(sdp).to_string().len() + WRAPPING <= MAX_SDP_BYTES)
}

/// A session description as it rides on a frame of the native door: of this kind, `offer` or `answer`.
#[must_use]
pub fn description(kind: &str, sdp: &str) -> Option<Opaque> {
    let text = json!({"type": kind, "sdp": sdp}).to_string();
    RawValue::from_string(text).ok().map(|raw| Opaque::new(&raw))
}

/// The text of a session description that rides on an event.
#[must_use]
pub fn sdp_of(description: &Opaque) -> Option<String> {
    let text = match serde_json::from_str(description.as_str()).ok()? {
        Value::String(text) => text,
        Value::Object(mut fields) => match fields.remove("sdp")? {
            Value::String(text) => text,
            _ => return None,
        },
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// What a session description is for, as flags of the native door: audio, and video where it has any.
#[must_use]
pub fn flags(sdp: &str) -> u32 {
    const AUDIO: u32 = 0x1;
    const VIDEO: u32 = 0x2;
    if sdp.lines().any(|line| line.starts_with("m=video") && !line.starts_with("m=video 0 ")) {
        AUDIO | VIDEO
    } else {
        AUDIO
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_numbers_are_text_and_nothing_else_is() {
        for (value, read) in [
            (json!("1000"), Some("1000")),
            (json!(1000), Some("1000")),
            (json!(""), None),
            (json!(null), None),
            (json!(false), None),
            (json!({}), None),
            (json!([1]), None),
        ] {
            assert_eq!(text(Some(&value)).as_deref(), read, "{value}");
        }
        assert_eq!(shown(Some(&json!("a\r\nb"))).as_deref(), Some("ab"));
        assert_eq!(shown(Some(&json!(" \n"))), None);
        assert_eq!(name(Some(&json!("x".repeat(MAX_NAME_BYTES + 1)))), None);
    }

    #[test]
    fn a_description_crosses_the_doors_and_back() {
        let sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
        assert_eq!(sdp_of(&description("offer", sdp).unwrap()).as_deref(), Some(sdp));
        let raw = |text: &str| Opaque::new(&RawValue::from_string(text.to_owned()).unwrap());
        assert_eq!(sdp_of(&raw(r#""v=0""#)).as_deref(), Some("v=0"));
        for none in ["null", "7", "{}", r#"{"sdp":null}"#, r#"{"sdp":""}"#, "[]"] {
            assert_eq!(sdp_of(&raw(none)), None, "{none}");
        }
    }

    #[test]
    fn flags_say_whether_there_is_video() {
        assert_eq!(flags("v=0\r\nm=audio 9 X 111\r\n"), 1);
        assert_eq!(flags("v=0\r\nm=audio 9 X 111\r\nm=video 9 X 96\r\n"), 3);
        assert_eq!(flags("v=0\r\nm=audio 9 X 111\r\nm=video 0 X 96\r\n"), 1);
    }
}
