//! Media frames: a header of sixteen bytes, little-endian, then the body.
//!
//! ```text
//! 0     kind      1 PCM, 2 H.264, 3 H.265, 4 Opus
//! 1     flags     1 key frame, 2 configuration, 4 discontinuity
//! 2..4  rotation  degrees
//! 4..8  length    of the body
//! 8..16 time      microseconds
//! ```
//!
//! A body of PCM is 20 ms of signed 16-bit samples; one of video is an access unit in Annex B form.

use bytes::Bytes;

use super::ProtocolError;

/// The length of a header. Unit: bytes.
pub const HEADER_BYTES: usize = 16;
/// The longest body of video. Unit: bytes.
pub const MAX_VIDEO_BYTES: usize = 1 << 20;
/// The longest body of sound: 20 ms of two channels at 48 kHz are 3840. Unit: bytes.
pub const MAX_AUDIO_BYTES: usize = 8192;
/// How much sound a frame holds. Unit: milliseconds.
pub const AUDIO_FRAME_MS: u64 = 20;
/// A frame of sound as WeChat has it where nothing else is said: 20 ms of 16 kHz, mono. Unit: bytes.
pub const AUDIO_FRAME_BYTES: usize = 640;

/// A decoder can begin here.
pub const FLAG_KEY: u8 = 1;
/// What a decoder needs to know first is in here.
pub const FLAG_CONFIG: u8 = 2;
/// Frames before this one are missing.
pub const FLAG_DISCONTINUITY: u8 = 4;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Samples of sound.
    Pcm,
    /// A picture.
    H264,
    /// A picture.
    H265,
    /// Compressed sound.
    Opus,
}

impl MediaKind {
    /// The number in the header.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Pcm => 1,
            Self::H264 => 2,
            Self::H265 => 3,
            Self::Opus => 4,
        }
    }

    /// The kind of that number.
    #[must_use]
    pub fn of(number: u8) -> Option<Self> {
        [Self::Pcm, Self::H264, Self::H265, Self::Opus].into_iter().find(|kind| kind.number() == number)
    }

    /// Whether it is sound.
    #[must_use]
    pub fn is_audio(self) -> bool {
        matches!(self, Self::Pcm | Self::Opus)
    }

    /// The longest body. Unit: bytes.
    #[must_use]
    pub fn max_bytes(self) -> usize {
        if self.is_audio() { MAX_AUDIO_BYTES } else { MAX_VIDEO_BYTES }
    }
}

/// A header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MediaHeader {
    /// What the body is.
    pub kind: MediaKind,
    /// [`FLAG_KEY`], [`FLAG_CONFIG`], [`FLAG_DISCONTINUITY`].
    pub flags: u8,
    /// How far the picture has to be turned. Unit: degrees.
    pub rotation: u16,
    /// Of the body. Unit: bytes.
    pub length: usize,
    /// When it was taken, on a clock of its sender's. Unit: microseconds.
    pub pts_us: u64,
}

impl MediaHeader {
    /// Reads a header.
    ///
    /// # Errors
    /// [`ProtocolError`] where the kind, the flags or the length are not allowed.
    pub fn decode(bytes: [u8; HEADER_BYTES]) -> Result<Self, ProtocolError> {
        let [kind, flags, r0, r1, l0, l1, l2, l3, pts @ ..] = bytes;
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        let kind = MediaKind::of(kind).ok_or(ProtocolError::MediaKind(kind))?;
        if flags & !(FLAG_KEY | FLAG_CONFIG | FLAG_DISCONTINUITY) != 0 {
            return Err(ProtocolError::MediaFlags(flags));
        }
        let fits = |n: &usize| (1..=kind.max_bytes()).contains(n);
        let body = usize::try_from(length).ok().filter(fits).ok_or(ProtocolError::MediaLength(length))?;
        Ok(Self { kind, flags, rotation: u16::from_le_bytes([r0, r1]), length: body, pts_us: u64::from_le_bytes(pts) })
    }

    /// Writes it.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let [r0, r1] = self.rotation.to_le_bytes();
        let [l0, l1, l2, l3] = u32::try_from(self.length).unwrap_or(u32::MAX).to_le_bytes();
        let [p0, p1, p2, p3, p4, p5, p6, p7] = self.pts_us.to_le_bytes();
        [self.kind.number(), self.flags, r0, r1, l0, l1, l2, l3, p0, p1, p2, p3, p4, p5, p6, p7]
    }
}

/// A frame. Cloning shares the body.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MediaFrame {
    /// What the body is.
    pub kind: MediaKind,
    /// [`FLAG_KEY`], [`FLAG_CONFIG`], [`FLAG_DISCONTINUITY`].
    pub flags: u8,
    /// How far the picture has to be turned. Unit: degrees.
    pub rotation: u16,
    /// When it was taken, on a clock of its sender's. Unit: microseconds.
    pub pts_us: u64,
    /// The sound, or the picture.
    pub body: Bytes,
}

impl MediaFrame {
    /// A frame of PCM.
    #[must_use]
    pub fn pcm(pts_us: u64, body: Bytes) -> Self {
        Self { kind: MediaKind::Pcm, flags: 0, rotation: 0, pts_us, body }
    }

    /// Puts a header and its body together.
    #[must_use]
    pub fn new(header: MediaHeader, body: Bytes) -> Self {
        let MediaHeader { kind, flags, rotation, pts_us, .. } = header;
        Self { kind, flags, rotation, pts_us, body }
    }

    /// Its header.
    #[must_use]
    pub fn header(&self) -> MediaHeader {
        let Self { kind, flags, rotation, pts_us, body } = self;
        MediaHeader { kind: *kind, flags: *flags, rotation: *rotation, length: body.len(), pts_us: *pts_us }
    }

    /// Reads a whole frame: a binary message of `/media`.
    ///
    /// # Errors
    /// [`ProtocolError`] where the header is not allowed, or the body is not as long as it says.
    pub fn decode(frame: &Bytes) -> Result<Self, ProtocolError> {
        let head = frame.first_chunk::<HEADER_BYTES>().ok_or(ProtocolError::Truncated)?;
        let header = MediaHeader::decode(*head)?;
        let body = frame.slice(HEADER_BYTES..);
        if body.len() == header.length { Ok(Self::new(header, body)) } else { Err(ProtocolError::Truncated) }
    }

    /// The whole frame in one piece.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        [&self.header().encode()[..], &self.body].concat().into()
    }

    /// Whether a flag is set.
    #[must_use]
    pub fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// Whether the channels would take it.
    #[must_use]
    pub fn is_sendable(&self) -> bool {
        MediaHeader::decode(self.header().encode()).is_ok()
    }
}
