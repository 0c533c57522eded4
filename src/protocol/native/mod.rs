//! The frames of `/ws`: JSON text, one object a frame.
//!
//! Reading is strict about what a frame means and lax about what else is in it: unknown fields are ignored, unknown types and
//! malformed fields are answered with an error that says what to do. `null` for a field that may be left out is the same as
//! leaving it out.

mod encode;

use std::{borrow::Cow, hash::Hash, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

pub use self::encode::{
    CallSnapshot, LoggedIn, Role, call_event, closing, error, logged_in, ok, pong, presence, signal,
};
use super::{
    codes::{self, Code},
    event::{EventName, Opaque},
    ids::{CallId, DeviceId, UserId},
    wording,
};

/// Longest `user_str`. Unit: bytes. Source: call-control contract §1.
pub const MAX_USER_STR_BYTES: usize = 8_192;
/// Longest `sdp`, as JSON text. Unit: bytes. Source: native WebSocket contract, `call`.
pub const MAX_SDP_BYTES: usize = 49_152;
/// Longest frame `id`. Unit: bytes. Source: native WebSocket contract, "Client → server".
pub const MAX_ID_BYTES: usize = 64;
/// Most users of one `watch`. Source: native WebSocket contract, `watch`.
pub const MAX_WATCHED: usize = 500;

/// Longest message about a malformed frame. Unit: characters.
const MAX_MESSAGE_CHARS: usize = 200;

/// A frame's `id`, which its answer carries back with the same JSON type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum FrameId {
    /// An integer.
    Number(i64),
    /// A string of at most 64 bytes.
    Text(Box<str>),
}

/// What a client says after its login.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ClientFrame {
    /// `call`
    Call(CallFrame),
    /// `signal`
    Signal {
        /// Which call.
        call: CallId,
        /// JSON text for the other party.
        data: Opaque,
    },
    /// `watch`; `None` stands for `["*"]`.
    Watch(Option<Vec<UserId>>),
    /// `unwatch`; `None` stands for `["*"]`.
    Unwatch(Option<Vec<UserId>>),
    /// `ping`
    Ping,
    /// `logout`
    Logout,
    /// `login`, once more.
    Login,
}

/// The `call` frame: AnyChat's six fields and what rides along.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallFrame {
    /// `request`, `reply` or `finish`.
    pub event: EventName,
    /// The other party.
    pub user: UserId,
    /// The outcome or reason.
    pub error_code: Code,
    /// Relayed flags.
    pub flags: u32,
    /// The application's integer.
    pub param: i32,
    /// The application's text.
    pub user_str: String,
    /// Which call, where the client says so.
    pub call: Option<CallId>,
    /// An offer or an answer.
    pub sdp: Option<Opaque>,
    /// A shorter ring time.
    pub ring: Option<Duration>,
}

/// How a client proves who it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A JWT.
    Token(String),
    /// A name and a password.
    Password {
        /// The name.
        user: UserId,
        /// The password.
        password: String,
    },
    /// An earlier session's resume token.
    Resume {
        /// The token.
        token: String,
        /// The last `seq` the client has.
        last_seq: u64,
    },
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token(_) => "Token(…)",
            Self::Password { .. } => "Password(…)",
            Self::Resume { .. } => "Resume(…)",
        })
    }
}

/// The first frame of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Its `id`.
    pub id: Option<FrameId>,
    /// Who it claims to be; `None` where the upgrade's `Authorization` header has to say so.
    pub credentials: Option<Credentials>,
    /// Which device; `None` leaves a resumed session its own.
    pub device: Option<DeviceId>,
}

/// A frame that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    /// Its `id`, where that much could be read.
    pub id: Option<FrameId>,
    /// The code to answer with.
    pub error_code: Code,
    /// What is wrong and what to do.
    pub message: String,
    /// Not even a JSON object: nothing this protocol could answer in earnest.
    pub hopeless: bool,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default, borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct RawCall<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    user: UserId,
    #[serde(default)]
    error_code: Option<Code>,
    #[serde(default)]
    flags: Option<u32>,
    #[serde(default)]
    param: Option<i32>,
    #[serde(default)]
    user_str: Option<String>,
    #[serde(default)]
    call: Option<Uuid>,
    #[serde(default, borrow)]
    sdp: Option<&'a RawValue>,
    #[serde(default)]
    ring_secs: Option<f64>,
}

#[derive(Deserialize)]
struct RawSignal<'a> {
    call: Uuid,
    #[serde(borrow)]
    data: &'a RawValue,
}

#[derive(Deserialize)]
struct RawWatch<'a> {
    #[serde(borrow)]
    users: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct RawLogin {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    resume: Option<String>,
    #[serde(default)]
    last_seq: Option<u64>,
    #[serde(default)]
    device: Option<DeviceId>,
}

/// Reads a frame of a client that is logged in.
///
/// # Errors
/// [`DecodeError`] says what is wrong and how to do better.
pub fn decode(text: &str) -> Result<(Option<FrameId>, ClientFrame), DecodeError> {
    let (kind, id) = head(text)?;
    let frame = match &*kind {
        "call" => call(text),
        "signal" => parse::<RawSignal<'_>>(text)
            .map(|raw| ClientFrame::Signal { call: CallId(raw.call), data: Opaque::new(raw.data) }),
        "watch" => users(text).map(ClientFrame::Watch),
        "unwatch" => users(text).map(ClientFrame::Unwatch),
        "ping" => Ok(ClientFrame::Ping),
        "logout" => Ok(ClientFrame::Logout),
        "login" => Ok(ClientFrame::Login),
        other => Err(format!(
            "unknown type {:?}: use login, call, signal, watch, unwatch, ping or logout",
            other.chars().take(40).collect::<String>()
        )),
    };
    match frame {
        Ok(frame) => Ok((id, frame)),
        Err(message) => Err(DecodeError { id, error_code: codes::BAD_PARAMETER, message, hopeless: false }),
    }
}

/// Reads the first frame of a connection.
///
/// # Errors
/// [`DecodeError`]; 208 where the frame is not a login.
pub fn decode_login(text: &str) -> Result<Login, DecodeError> {
    let (kind, id) = head(text)?;
    let fail = |id, error_code, message: String| Err(DecodeError { id, error_code, message, hopeless: false });
    if kind != "login" {
        return fail(id, codes::NOT_LOGGED_IN, "log in first: {\"type\":\"login\",\"token\":\"…\"}".into());
    }
    let raw = match parse::<RawLogin>(text) {
        Ok(raw) => raw,
        Err(message) => return fail(id, codes::BAD_PARAMETER, message),
    };
    let credentials = match (raw.token, raw.user, raw.password, raw.resume) {
        (None, None, None, None) => None,
        (Some(token), None, None, None) => Some(Credentials::Token(token)),
        (None, Some(user), Some(password), None) => match UserId::new(&user) {
            Ok(user) => Some(Credentials::Password { user, password }),
            Err(error) => return fail(id, codes::BAD_PARAMETER, error.to_string()),
        },
        (None, None, None, Some(token)) => {
            Some(Credentials::Resume { token, last_seq: raw.last_seq.unwrap_or_default() })
        }
        _ => {
            let message = "log in with a token, or with user and password, or with resume: one of the three";
            return fail(id, codes::BAD_PARAMETER, message.into());
        }
    };
    Ok(Login { id, credentials, device: raw.device })
}

fn head(text: &str) -> Result<(Cow<'_, str>, Option<FrameId>), DecodeError> {
    let fail = |message: &str, hopeless| DecodeError {
        id: None,
        error_code: codes::BAD_PARAMETER,
        message: message.into(),
        hopeless,
    };
    // serde would take an array for the fields in their order.
    let is_object = text.trim_start().starts_with('{');
    let head: Head<'_> = serde_json::from_str(text).map_err(|error| {
        if error.is_data() && is_object {
            fail("a frame is a JSON object with a text field \"type\"", false)
        } else {
            fail("a frame is one JSON object", true)
        }
    })?;
    if !is_object {
        return Err(fail("a frame is one JSON object", true));
    }
    let id = match head.id.map(RawValue::get) {
        None | Some("null") => None,
        Some(raw) => Some(
            frame_id(raw)
                .ok_or_else(|| fail("an id is a text of at most 64 bytes or an integer of at most 53 bits", false))?,
        ),
    };
    Ok((head.kind, id))
}

fn frame_id(raw: &str) -> Option<FrameId> {
    if raw.starts_with('"') {
        let text: String = serde_json::from_str(raw).ok()?;
        (text.len() <= MAX_ID_BYTES).then(|| FrameId::Text(text.into()))
    } else {
        raw.parse().ok().filter(|id: &i64| id.unsigned_abs() < 1 << 53).map(FrameId::Number)
    }
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).or_else(|_| {
        // Once more, for which field it is: only frames that are wrong pay for that.
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let (path, what) = (error.path().to_string(), wording::of(error.inner()));
            let message = if path == "." { what } else { format!("{path}: {what}") };
            message.chars().take(MAX_MESSAGE_CHARS).collect()
        })
    })
}

fn call(text: &str) -> Result<ClientFrame, String> {
    let raw: RawCall<'_> = parse(text)?;
    let user_str = raw.user_str.unwrap_or_default();
    let event = match &*raw.event {
        "request" => EventName::Request,
        "reply" => EventName::Reply,
        "finish" => EventName::Finish,
        "start" => return Err("only the server sends start: use request, reply or finish".into()),
        _ => return Err("event: must be request, reply or finish".into()),
    };
    if user_str.len() > MAX_USER_STR_BYTES {
        return Err(format!("user_str has at most {MAX_USER_STR_BYTES} bytes"));
    }
    let sdp = raw.sdp.filter(|sdp| sdp.get() != "null");
    if sdp.is_some_and(|sdp| sdp.get().len() > MAX_SDP_BYTES) {
        return Err(format!("sdp has at most {MAX_SDP_BYTES} bytes"));
    }
    let ring = match raw.ring_secs {
        None => None,
        Some(secs) if secs > 0.0 => Duration::try_from_secs_f64(secs).ok(),
        Some(_) => return Err("ring_secs is more than 0".into()),
    };
    Ok(ClientFrame::Call(CallFrame {
        event,
        user: raw.user,
        error_code: raw.error_code.unwrap_or_default(),
        flags: raw.flags.unwrap_or_default(),
        param: raw.param.unwrap_or_default(),
        user_str,
        call: raw.call.map(CallId),
        sdp: sdp.map(Opaque::new),
        ring,
    }))
}

fn users(text: &str) -> Result<Option<Vec<UserId>>, String> {
    let raw: RawWatch<'_> = parse(text)?;
    if raw.users.iter().any(|name| name == "*") {
        return if raw.users.len() == 1 { Ok(None) } else { Err("\"*\" stands alone".into()) };
    }
    if raw.users.len() > MAX_WATCHED {
        return Err(format!("at most {MAX_WATCHED} users in one frame"));
    }
    let names = raw.users.iter().map(|name| UserId::new(name).map_err(|error| error.to_string()));
    names.collect::<Result<_, _>>().map(Some)
}
