//! What the SDK's callbacks do: copy, enqueue, return.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI32, AtomicU32, Ordering},
    },
    time::Instant,
};

use bytes::Bytes;

use super::{complain, control::Control, ffi::Heard, media::Media};
use crate::{
    clock,
    protocol::worker::{
        FromWorker, MediaFrame, MediaKind, annexb,
        control::{Direction, MediaInfo},
        media::{FLAG_CONFIG, MAX_VIDEO_BYTES},
    },
};

/// How many lines of the SDK's reach the log, so that it cannot fill it.
const MOST_LINES: u32 = 1000;

/// The target of the callbacks of one call.
pub(super) struct Sink {
    control: Control,
    media: Arc<Media>,
    began: Instant,
    last_status: AtomicI32,
    lines: AtomicU32,
    /// Parameter sets that came without a picture: they go out with the next one.
    config: Mutex<Vec<u8>>,
}

impl Sink {
    pub(super) fn new(control: Control, media: Arc<Media>) -> Self {
        Self {
            control,
            media,
            began: clock::now(),
            last_status: AtomicI32::new(-1),
            lines: AtomicU32::new(0),
            config: Mutex::default(),
        }
    }

    /// The last status; −1 if there was none.
    pub(super) fn last_status(&self) -> i32 {
        self.last_status.load(Ordering::Acquire)
    }
}

impl Heard for Sink {
    fn status(&self, n: i32) {
        self.last_status.store(n, Ordering::Release);
        let t_ms = u64::try_from((clock::now() - self.began).as_millis()).unwrap_or(u64::MAX);
        self.control.tell(FromWorker::Status { n, t_ms });
    }

    fn video(&self, codec: i32, data: &[u8], rotation: i32, pts_us: u64) {
        let kind = u8::try_from(codec).ok().and_then(MediaKind::of).filter(|kind| !kind.is_audio());
        let Some(kind) = kind else { return };
        let (flags, picture) = annexb::flags(kind, data);
        let mut config = self.config.lock().unwrap_or_else(PoisonError::into_inner);
        if !picture {
            if flags & FLAG_CONFIG != 0 && config.len().saturating_add(data.len()) <= MAX_VIDEO_BYTES {
                config.extend_from_slice(data);
            }
            return;
        }
        let flags = if config.is_empty() { flags } else { flags | FLAG_CONFIG };
        let body: Bytes = [config.as_slice(), data].concat().into();
        config.clear();
        drop(config);
        let rotation = u16::try_from(rotation).unwrap_or(0);
        self.media.down(MediaFrame { kind, flags, rotation, pts_us, body });
    }

    fn need_keyframe(&self) {
        self.control.need_keyframe();
    }

    fn media(&self, direction: i32, codec: i32, rate: i32, channels: i32) {
        let codec = match u8::try_from(codec).ok().and_then(MediaKind::of) {
            Some(MediaKind::Pcm) => "pcm".to_owned(),
            Some(MediaKind::H264) => "h264".to_owned(),
            Some(MediaKind::H265) => "h265".to_owned(),
            Some(MediaKind::Opus) => "opus".to_owned(),
            None => format!("codec {codec}"),
        };
        let dir = if direction == 0 { Direction::Up } else { Direction::Down };
        let whole = |n| u32::try_from(n).unwrap_or(0);
        self.control.tell(FromWorker::Media(MediaInfo { dir, codec, rate: whole(rate), channels: whole(channels) }));
    }

    fn log(&self, level: i32, text: &str) {
        if level <= 3 && self.lines.fetch_add(1, Ordering::Relaxed) < MOST_LINES {
            complain(text);
        }
    }
}
