//! Control frames: a length of four bytes, little-endian, then one JSON object with `"t"`.

use std::fmt;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::ProtocolError;
use crate::protocol::ids::CallId;

/// The longest control frame, without its length. Unit: bytes.
pub const MAX_BYTES: usize = 65_536;
/// The longest text of an error that a worker tells. Unit: bytes.
pub const MAX_ERROR_TEXT: usize = 1024;

/// A text that no log, `Debug` or crash report shows.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself: for the SDK, never for people.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(empty)" } else { "********" })
    }
}

/// What a worker is to do with its call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Join a call that the SDK on the device started.
    Device,
    /// Join a call that REST or the phone started.
    #[default]
    Cloud,
    /// Tell the phone no, without joining.
    Reject,
}

/// What a call is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomType {
    /// Picture and sound.
    #[default]
    Video,
    /// Sound.
    Voice,
}

/// Why we hang up, by WeChat's numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[repr(u8)]
pub enum HangupReason {
    /// Nothing is said: the server stops.
    #[default]
    Unknown = 0,
    /// The user did.
    Manual = 1,
    /// A telephone call came.
    System = 6,
    /// Another program needs the devices.
    App = 7,
    /// Capture or playback failed: the feed is lost.
    Device = 8,
    /// The line is taken. Not in the vendor's header; seen in the field.
    Busy = 9,
    /// Nobody answered in time.
    Timeout = 10,
    /// The callee refused.
    Reject = 11,
}

impl HangupReason {
    /// Every reason.
    pub const ALL: [Self; 8] =
        [Self::Unknown, Self::Manual, Self::System, Self::App, Self::Device, Self::Busy, Self::Timeout, Self::Reject];
}

impl From<HangupReason> for u8 {
    fn from(reason: HangupReason) -> Self {
        match reason {
            HangupReason::Unknown => 0,
            HangupReason::Manual => 1,
            HangupReason::System => 6,
            HangupReason::App => 7,
            HangupReason::Device => 8,
            HangupReason::Busy => 9,
            HangupReason::Timeout => 10,
            HangupReason::Reject => 11,
        }
    }
}

impl TryFrom<u8> for HangupReason {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|reason| u8::from(*reason) == number).ok_or("no reason to hang up")
    }
}

/// What the SDK is asked for, of the picture.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct VideoWishes {
    /// H.265 in both directions.
    pub h265_only: bool,
    /// 4:3 instead of 3:4. The vendor has replaced it by `ratio`.
    pub landscape: bool,
    /// The long edge in pixels: 320, 480 or 640; 0 for whatever comes. WeChat has to allow it for the app.
    pub length: u32,
    /// 1 for an upright picture; 0 for the vendor's own, 90° counter-clockwise.
    pub rotation: u32,
    /// Width through height, times 100: 75, 133 …; 0 for whatever comes.
    pub ratio: u32,
    /// Frames a second: 5 to 15; 0 for whatever comes.
    pub max_fps: u32,
}

/// A call for a worker: who is in it, and what lets it be joined.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallSpec {
    /// The call of the core.
    pub call_id: CallId,
    /// What is to be done.
    pub mode: Mode,
    /// In mode reject: why.
    #[serde(default)]
    pub reason: HangupReason,
    /// The mini program.
    pub appid: String,
    /// The device.
    pub sn: String,
    /// The device's model.
    pub model_id: String,
    /// The WeChat user; empty where that is not known.
    #[serde(default)]
    pub openid: String,
    /// Lets this call be joined.
    pub server_token: SecretText,
    /// WeChat's room; empty in mode device.
    pub room_id: String,
    /// The room's key; empty in mode device.
    pub session_key: SecretText,
    /// Whatever started the call gave along.
    pub payload: SecretText,
    /// What the call is made of.
    pub room_type: RoomType,
    /// What is asked for of the picture.
    #[serde(default)]
    pub video: VideoWishes,
}

/// Everything a worker needs to know of its call. The one message with secrets in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Start {
    /// [`super::VERSION`].
    pub v: u32,
    /// The call.
    #[serde(flatten)]
    pub call: CallSpec,
    /// A folder that belongs to the SDK of this process alone.
    pub data_dir: String,
    /// Where the SDK writes its log; it writes none without.
    #[serde(default)]
    pub log_dir: Option<String>,
}

impl Start {
    /// Whether a text that goes to the library has a zero byte within it, which it cannot take.
    #[must_use]
    pub fn has_zero_byte(&self) -> bool {
        let Self { call, data_dir, log_dir, .. } = self;
        let CallSpec { appid, sn, model_id, openid, server_token, room_id, session_key, payload, .. } = call;
        let secrets = [server_token.expose(), session_key.expose(), payload.expose()];
        let texts = [appid, sn, model_id, openid, room_id, data_dir, log_dir.as_deref().unwrap_or_default()];
        secrets.into_iter().chain(texts).any(|text| text.contains('\0'))
    }
}

/// From the server to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ToWorker {
    /// Your call.
    Start(Box<Start>),
    /// End it.
    Hangup {
        /// Why.
        reason: HangupReason,
    },
    /// How much the other side may send.
    Bandwidth {
        /// Kilobits a second.
        kbps: u32,
    },
    /// Are you there?
    Ping {
        /// Comes back in the pong.
        n: u64,
    },
    /// Leave.
    Stop,
}

/// How far a worker's call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The SDK is being initialised.
    Init,
    /// The call is being joined, or refused.
    Join,
    /// It is in the room. Nobody has answered for that.
    Joined,
    /// It has hung up, or refused.
    Ended,
}

/// Which way media goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To WeChat.
    Up,
    /// From WeChat.
    Down,
}

/// What is sent, or wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct MediaInfo {
    /// Which way.
    pub dir: Direction,
    /// `pcm`, `h264`, `h265`, `opus`; another where the SDK names one that is not known here.
    pub codec: String,
    /// Samples a second; 0 for video.
    #[serde(default)]
    pub rate: u32,
    /// Channels; 0 for video.
    #[serde(default)]
    pub channels: u32,
}

/// What waits in a worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Depths {
    /// Frames of sound on their way to WeChat.
    pub audio_up: u32,
    /// Frames of video on their way to WeChat.
    pub video_up: u32,
    /// Frames on their way from WeChat.
    pub down: u32,
}

/// From a worker to the server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum FromWorker {
    /// The library is loaded; a call may come.
    Hello {
        /// [`super::VERSION`].
        v: u32,
        /// The process.
        pid: u32,
        /// [`super::ABI_VERSION`], as the library has it.
        lib_abi: u32,
    },
    /// How far it is.
    Phase {
        /// Since now.
        phase: Stage,
        /// WeChat's room, with [`Stage::Joined`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room_id: Option<String>,
    },
    /// The SDK's own number.
    Status {
        /// 0 to 9 are known.
        n: i32,
        /// Since the start of the call. Unit: milliseconds.
        t_ms: u64,
    },
    /// Yes.
    Pong {
        /// The ping's.
        n: u64,
        /// How long the longest pass of media into the SDK has been lasting. Unit: milliseconds.
        stuck_ms: u64,
        /// What waits.
        queues: Depths,
        /// What was dropped since the start.
        drops: super::Drops,
    },
    /// Whoever sends video to WeChat is to send a key frame now.
    NeedKeyframe,
    /// What is sent, or wanted, from now on.
    Media(MediaInfo),
    /// Something did not work.
    Error {
        /// What: `load`, `symbol`, `init`, `join`, `hangup`, `bandwidth`, `stop`.
        #[serde(rename = "where")]
        at: String,
        /// The SDK's number, where it gave one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wx_error: Option<i32>,
        /// In words; without secrets.
        text: String,
    },
    /// The last message.
    Bye {
        /// The last status of the SDK; −1 if there was none.
        last_status: i32,
    },
}

/// How many bytes follow this length.
///
/// # Errors
/// [`ProtocolError::ControlLength`] where it is too long.
pub fn length(prefix: [u8; 4]) -> Result<usize, ProtocolError> {
    let length = u32::from_le_bytes(prefix);
    usize::try_from(length).ok().filter(|n| *n <= MAX_BYTES).ok_or(ProtocolError::ControlLength(length))
}

/// Reads a frame's JSON.
///
/// # Errors
/// [`ProtocolError::NotAMessage`] where it is none.
pub fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, ProtocolError> {
    serde_json::from_slice(json).map_err(|error| ProtocolError::NotAMessage(error.column()))
}

/// A frame, its length included.
///
/// # Errors
/// [`ProtocolError::ControlLength`] where the message is too long.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, ProtocolError> {
    let mut frame = vec![0; 4];
    // Writing to memory cannot fail, and every message has a form in JSON.
    serde_json::to_writer(&mut frame, message).map_err(|_| ProtocolError::NotAMessage(0))?;
    let body = frame.len().saturating_sub(4);
    let length = u32::try_from(body).unwrap_or(u32::MAX);
    if body > MAX_BYTES {
        return Err(ProtocolError::ControlLength(length));
    }
    frame.iter_mut().zip(length.to_le_bytes()).for_each(|(to, from)| *to = from);
    Ok(frame)
}
