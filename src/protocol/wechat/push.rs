//! What a push says. The console sets whether WeChat sends JSON or XML; third-party platforms always get XML. Both are read,
//! told apart by the first byte.

use std::fmt;

use serde_json::{Map, Value};

use super::crypto::PushError;

/// The event of a call.
const EVENT: &str = "iot_voip_notify";
/// What it says: somebody is called, and a room is there.
const ACTION: &str = "join_voip_room";

/// A push, decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// A call.
    Voip(Box<VoipPush>),
    /// Something else that goes to the same address. Its event or message type.
    Other(String),
}

/// A call that WeChat has made a room for. Shows nothing secret where it is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct VoipPush {
    /// The WeChat user.
    pub openid: String,
    /// When WeChat made the event. Unit: seconds since 1970 UTC.
    pub created_at: i64,
    /// What the caller's side put in: ours begins with our mark, a mini program's is its own.
    pub payload: String,
    /// WeChat's room.
    pub room_id: String,
    /// Joins the room. Secret.
    pub session_key: String,
    /// Proves the server to WeChat. Secret.
    pub server_token: String,
    /// The device's model.
    pub model_id: String,
    /// The device's serial number.
    pub sn: String,
}

impl fmt::Debug for VoipPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoipPush")
            .field("openid", &self.openid)
            .field("created_at", &self.created_at)
            .field("model_id", &self.model_id)
            .field("sn", &self.sn)
            .finish_non_exhaustive()
    }
}

/// The ciphertext of a push's body. Nobody has signed the rest of it, so that XML is searched and not parsed: a reader of XML may
/// take much longer than the text is long.
///
/// # Errors
/// [`PushError::Body`].
pub fn encrypted(body: &[u8]) -> Result<String, PushError> {
    let text = plain(body).ok_or(PushError::Body)?;
    let found = if text.starts_with('<') {
        encrypted_in_xml(text).map(str::to_owned)
    } else {
        members(body).and_then(|members| members.text("Encrypt"))
    };
    found.filter(|text| !text.is_empty()).ok_or(PushError::Body)
}

/// What is between the one `<Encrypt>` there is and its end: base64, which needs no entities, in a CDATA section or not.
fn encrypted_in_xml(text: &str) -> Option<&str> {
    const CDATA: &str = "<![CDATA[";
    // Comments and document types could hide another.
    if text.match_indices("<!").any(|(at, _)| !text.get(at..).is_some_and(|rest| rest.starts_with(CDATA))) {
        return None;
    }
    let (before, rest) = text.split_once("<Encrypt>")?;
    let (inner, after) = rest.split_once("</Encrypt>")?;
    let again = |part: &str| part.contains("<Encrypt>") || part.contains("</Encrypt>");
    if again(before) || again(after) {
        return None;
    }
    let inner = inner.trim();
    let inner = match inner.strip_prefix(CDATA) {
        Some(section) => section.strip_suffix("]]>")?.trim(),
        None => inner,
    };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    inner.bytes().all(is_base64).then_some(inner)
}

/// The text of a body, without what may stand around it.
fn plain(body: &[u8]) -> Option<&str> {
    Some(std::str::from_utf8(body).ok()?.trim_start_matches('\u{feff}').trim())
}

/// Reads a decrypted message.
///
/// # Errors
/// [`PushError::Inner`].
pub fn read(message: &[u8]) -> Result<Push, PushError> {
    let members = members(message).ok_or(PushError::Inner("neither JSON nor XML"))?;
    let event = members.text("Event");
    if event.as_deref() != Some(EVENT) || members.text("Action").as_deref() != Some(ACTION) {
        return Ok(Push::Other(event.or_else(|| members.text("MsgType")).unwrap_or_default()));
    }
    let must = |name: &'static str| members.text(name).filter(|text| !text.is_empty()).ok_or(PushError::Inner(name));
    Ok(Push::Voip(Box::new(VoipPush {
        openid: must("FromUserName")?,
        created_at: members.text("CreateTime").and_then(|text| text.parse().ok()).unwrap_or_default(),
        payload: members.text("Payload").unwrap_or_default(),
        room_id: must("RoomId")?,
        session_key: must("SessionKey")?,
        server_token: must("ServerToken")?,
        model_id: must("ModelId")?,
        sn: must("Sn")?,
    })))
}

/// The members of a flat object, whichever form it has.
enum Members {
    Json(Map<String, Value>),
    Xml(Vec<(String, String)>),
}

impl Members {
    fn text(&self, name: &str) -> Option<String> {
        match self {
            Self::Json(members) => match members.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            },
            Self::Xml(members) => members.iter().find(|(member, _)| member == name).map(|(_, text)| text.clone()),
        }
    }
}

fn members(body: &[u8]) -> Option<Members> {
    let text = plain(body)?;
    if text.starts_with('<') {
        // Document types are refused, and with them entities of the sender's own.
        let document = roxmltree::Document::parse(text).ok()?;
        let member = |node: roxmltree::Node<'_, '_>| {
            (node.tag_name().name().to_owned(), node.text().unwrap_or("").trim().to_owned())
        };
        return Some(Members::Xml(
            document.root_element().children().filter(|node| node.is_element()).map(member).collect(),
        ));
    }
    match serde_json::from_str(text).ok()? {
        Value::Object(members) => Some(Members::Json(members)),
        _ => None,
    }
}
