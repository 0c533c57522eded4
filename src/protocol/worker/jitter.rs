//! The buffer between sound that comes as it likes and a clock that takes 20 ms at a time.

use std::collections::VecDeque;

use super::media::{AUDIO_FRAME_MS, MediaFrame};

/// How much is gathered before the first frame is taken, and after a pause. Longer bridges worse networks, and delays all.
/// Unit: milliseconds. Source: a peer in the field, whose bursts crackled without.
pub const PREBUFFER_MS: u64 = 60;
/// How much may wait; older sound goes. Unit: milliseconds.
pub const CAP_MS: u64 = 500;
/// Over how long it is watched whether more waits all the time than is gathered on purpose. Sound that comes in bursts less than
/// this apart keeps what bridges them. Unit: milliseconds.
pub const WATCH_MS: u64 = 1000;

/// A buffer of sound. One tick takes one frame.
///
/// What piles up while the way here stands still would delay all that follows for the rest of the call. So whenever there was more
/// than needed for a whole second, half of the surplus goes: a delay of half a second is gone within six.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jitter {
    frames: VecDeque<MediaFrame>,
    playing: bool,
    dropped: u64,
    /// How much waited at least, over the ticks since then. Unit: frames.
    least: Option<(usize, u64)>,
}

impl Jitter {
    /// Adds a frame; drops the oldest where there are too many.
    pub fn push(&mut self, frame: MediaFrame) {
        self.frames.push_back(frame);
        while self.waiting_ms() > CAP_MS {
            self.drop_oldest();
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
        }
        self.watch();
        frame
    }

    /// Catches up where more waited all the time than is needed.
    fn watch(&mut self) {
        let (least, ticks) = match self.least.filter(|_| self.playing) {
            Some((least, ticks)) => (least.min(self.frames.len()), ticks.saturating_add(1)),
            None => (self.frames.len(), 1),
        };
        if ticks.saturating_mul(AUDIO_FRAME_MS) < WATCH_MS {
            self.least = Some((least, ticks));
            return;
        }
        self.least = None;
        let needed = usize::try_from(PREBUFFER_MS / AUDIO_FRAME_MS).unwrap_or(usize::MAX);
        for _ in 0..least.saturating_sub(needed).div_ceil(2) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if self.frames.pop_front().is_some() {
            self.dropped = self.dropped.saturating_add(1);
        }
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
