//! The buffer between sound that comes as it likes and a clock that takes 20 ms at a time.

use std::collections::VecDeque;

use super::media::{AUDIO_FRAME_MS, MediaFrame};

/// How much is gathered before the first frame is taken, and after a pause. Longer bridges worse networks, and delays all.
/// Unit: milliseconds. Source: a peer in the field, whose bursts crackled without.
pub const PREBUFFER_MS: u64 = 60;
/// How much may wait; older sound goes. Unit: milliseconds.
pub const CAP_MS: u64 = 500;

/// A buffer of sound. One tick takes one frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jitter {
    frames: VecDeque<MediaFrame>,
    playing: bool,
    dropped: u64,
    silent: u64,
}

impl Jitter {
    /// Adds a frame; drops the oldest where there are too many.
    pub fn push(&mut self, frame: MediaFrame) {
        self.frames.push_back(frame);
        while self.waiting_ms() > CAP_MS {
            self.frames.pop_front();
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// The frame for this tick; silence where there is none.
    pub fn tick(&mut self) -> Option<MediaFrame> {
        if !self.playing && self.waiting_ms() >= PREBUFFER_MS {
            self.playing = true;
        }
        let frame = if self.playing { self.frames.pop_front() } else { None };
        if frame.is_none() {
            self.playing = false;
            self.silent = self.silent.saturating_add(1);
        }
        frame
    }

    /// How much waits. Unit: frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Frames that were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn waiting_ms(&self) -> u64 {
        u64::try_from(self.frames.len()).unwrap_or(u64::MAX).saturating_mul(AUDIO_FRAME_MS)
    }
}
