//! Queues of media between those who make it and those who take it, at their own pace.
//!
//! Sound that is late is worth nothing: the oldest frames go. A picture needs those before it: where one is dropped, all are up to
//! the next key frame, which says that something is missing.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    media::{FLAG_CONFIG, FLAG_DISCONTINUITY, FLAG_KEY, MediaFrame},
    report::Flow,
};

/// How much may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Frames of sound. More bridges longer stalls, and delays all that follows one.
    pub audio: usize,
    /// Frames of video.
    pub video: usize,
    /// Bytes of video.
    pub video_bytes: usize,
}

impl Default for Bounds {
    /// 200 ms of sound, two seconds of video.
    fn default() -> Self {
        Self { audio: 10, video: 30, video_bytes: 2 << 20 }
    }
}

/// Frames that were dropped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Drops {
    /// Of sound.
    pub audio: u64,
    /// Of video.
    pub video: u64,
}

impl Drops {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { audio: self.audio.saturating_add(other.audio), video: self.video.saturating_add(other.video) }
    }
}

/// A bounded queue of both kinds. Sound goes first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MediaQueue {
    audio: VecDeque<MediaFrame>,
    video: VecDeque<MediaFrame>,
    video_bytes: usize,
    /// Frames of video are missing, and no key frame has come since.
    broken: bool,
    /// How many frames of video were dropped since a key frame was asked for.
    unasked: u64,
    bounds: Bounds,
    /// What was taken, and what was dropped.
    flow: Flow,
}

/// A key frame is asked for again after so many dropped frames: a request may be lost, or come to nothing.
const ASK_AGAIN: u64 = 30;

impl Default for MediaQueue {
    fn default() -> Self {
        Self::new(Bounds::default())
    }
}

impl MediaQueue {
    /// An empty queue.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            audio: VecDeque::new(),
            video: VecDeque::new(),
            video_bytes: 0,
            broken: false,
            unasked: 0,
            bounds,
            flow: Flow::default(),
        }
    }

    /// Adds a frame, and drops what no longer fits. Says whether a key frame is needed now.
    pub fn push(&mut self, frame: MediaFrame) -> bool {
        if frame.kind.is_audio() {
            self.audio.push_back(frame);
            while self.audio.len() > self.bounds.audio {
                self.audio.pop_front();
                self.flow.dropped.audio += 1;
            }
            return false;
        }
        self.push_video(frame)
    }

    fn push_video(&mut self, mut frame: MediaFrame) -> bool {
        let (key, config) = (frame.has(FLAG_KEY), frame.has(FLAG_CONFIG));
        if self.broken && !key {
            // What a decoder must know first is small, and may not come again.
            if config {
                self.keep_config(frame);
                return false;
            }
            return self.dropped(1);
        }
        let fits = self.video.len() < self.bounds.video
            && self.video_bytes.saturating_add(frame.body.len()) <= self.bounds.video_bytes;
        if fits {
            if std::mem::take(&mut self.broken) {
                frame.flags |= FLAG_DISCONTINUITY;
                self.unasked = 0;
            }
            self.append(frame);
            return false;
        }
        let lost = self.clear_pictures();
        if key {
            frame.flags |= FLAG_DISCONTINUITY;
            self.broken = false;
            self.unasked = 0;
            self.append(frame);
            self.flow.dropped.video = self.flow.dropped.video.saturating_add(lost);
            return false;
        }
        let begins = !std::mem::replace(&mut self.broken, true);
        let again = self.dropped(lost.saturating_add(1));
        begins || again
    }

    /// Counts, and says whether a key frame is to be asked for.
    fn dropped(&mut self, frames: u64) -> bool {
        self.flow.dropped.video = self.flow.dropped.video.saturating_add(frames);
        self.unasked = self.unasked.saturating_add(frames);
        let ask = self.unasked >= ASK_AGAIN;
        if ask {
            self.unasked = 0;
        }
        ask
    }

    fn append(&mut self, frame: MediaFrame) {
        self.video_bytes += frame.body.len();
        self.video.push_back(frame);
    }

    /// Only the last configuration counts.
    fn keep_config(&mut self, frame: MediaFrame) {
        self.video.clear();
        self.video_bytes = 0;
        if frame.body.len() <= self.bounds.video_bytes {
            self.append(frame);
        }
    }

    /// Drops all pictures, but not a last configuration that came without one.
    fn clear_pictures(&mut self) -> u64 {
        let waiting = u64::try_from(self.video.len()).unwrap_or(u64::MAX);
        let config = self.video.iter().rposition(|frame| frame.has(FLAG_CONFIG) && !frame.has(FLAG_KEY));
        let kept = config.and_then(|at| self.video.remove(at));
        self.video.clear();
        self.video_bytes = 0;
        match kept {
            Some(frame) => {
                self.append(frame);
                waiting.saturating_sub(1)
            }
            None => waiting,
        }
    }

    /// The next frame.
    pub fn pop(&mut self) -> Option<MediaFrame> {
        self.pop_audio().or_else(|| self.pop_video())
    }

    /// The next frame of sound.
    pub fn pop_audio(&mut self) -> Option<MediaFrame> {
        let frame = self.audio.pop_front()?;
        self.flow.audio = self.flow.audio.saturating_add(1);
        self.taken(&frame);
        Some(frame)
    }

    /// The next frame of video.
    pub fn pop_video(&mut self) -> Option<MediaFrame> {
        let frame = self.video.pop_front()?;
        self.video_bytes = self.video_bytes.saturating_sub(frame.body.len());
        self.flow.video = self.flow.video.saturating_add(1);
        self.taken(&frame);
        Some(frame)
    }

    fn taken(&mut self, frame: &MediaFrame) {
        let bytes = u64::try_from(frame.body.len()).unwrap_or(u64::MAX);
        self.flow.bytes = self.flow.bytes.saturating_add(bytes);
    }

    /// Somebody else gives, or takes, from here on: pictures begin anew with a key frame. Sound goes on.
    pub fn restart(&mut self) {
        let lost = self.clear_pictures();
        self.flow.dropped.video = self.flow.dropped.video.saturating_add(lost);
        self.broken = true;
        self.unasked = 0;
    }

    /// Drops the sound that waits: whoever takes it from here on would be late by as much.
    pub fn skip_sound(&mut self) {
        let late = u64::try_from(self.audio.len()).unwrap_or(u64::MAX);
        self.audio.clear();
        self.flow.dropped.audio = self.flow.dropped.audio.saturating_add(late);
    }

    /// Frames of sound and of video that wait.
    #[must_use]
    pub fn depths(&self) -> (usize, usize) {
        (self.audio.len(), self.video.len())
    }

    /// What was dropped so far.
    #[must_use]
    pub fn drops(&self) -> Drops {
        self.flow.dropped
    }

    /// What was taken and what was dropped so far.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.flow
    }
}
