//! The media worker as its supervisor sees it: a process that holds one call with a WeChat user.
//!
//! | module | what |
//! | --- | --- |
//! | [`control`] | the messages of file descriptor 3 |
//! | [`media`] | the frames of file descriptor 4 and of `/media` |
//! | [`queue`] | bounded queues of such frames, and what they drop |
//! | [`jitter`] | the buffer before the audio clock |
//! | [`annexb`] | where H.264 and H.265 come apart |
//! | [`inputs`] | what its machine hears and asks for |
//! | [`machine`] | the life of a worker, from its start to its end |
//! | [`phase`] | where in its life it is, and for how long |
//! | [`outcome`] | how it ended, and what the call hears of it |
//! | [`report`] | what is kept of it |

pub mod annexb;
pub mod control;
pub mod inputs;
pub mod jitter;
pub mod machine;
pub mod media;
pub mod outcome;
pub mod phase;
pub mod queue;
pub mod report;

pub use self::{
    control::{CallSpec, FromWorker, HangupReason, Mode, RoomType, SecretText, Start, ToWorker, VideoWishes},
    inputs::{Effect, Input},
    machine::Worker,
    media::{MediaFrame, MediaKind},
    outcome::{EndReason, Exit, WorkerEnd},
    phase::{Limits, Phase},
    queue::{Drops, MediaQueue},
    report::MediaReport,
};

/// The version of the two channels. Each side names it in its first message.
pub const VERSION: u32 = 1;
/// The version of the library's functions: `CVS_ABI_VERSION` of `include/hookswitch_cloudvoip.h`.
pub const ABI_VERSION: u32 = 1;

/// What is not as the channels' contract has it. There is no way back: the worker is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A control frame longer than [`control::MAX_BYTES`].
    #[error("a control frame of {0} bytes")]
    ControlLength(u32),
    /// Text that is no message. What it says is nobody's business.
    #[error("a control frame that is no message (column {0})")]
    NotAMessage(usize),
    /// A media frame that is empty or longer than its kind may be.
    #[error("a media frame of {0} bytes")]
    MediaLength(u32),
    /// A kind of media that nobody knows.
    #[error("a media frame of kind {0}")]
    MediaKind(u8),
    /// Flags that nobody knows.
    #[error("a media frame with flags {0:#x}")]
    MediaFlags(u8),
    /// The channel ended within a frame.
    #[error("a frame without its end")]
    Truncated,
    /// Another version of the channels.
    #[error("version {0} of the channels")]
    Version(u32),
    /// Another version of the library's functions.
    #[error("version {0} of the library's functions")]
    Abi(u32),
    /// A message that does not belong there.
    #[error("{0} out of turn")]
    Order(&'static str),
}
