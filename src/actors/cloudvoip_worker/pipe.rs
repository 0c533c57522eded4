//! Media on their way from one thread to another: bounded, with the drop rules of [`MediaQueue`].

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Notify;

use crate::protocol::worker::{MediaFrame, MediaQueue, report::Flow};

#[derive(Debug, Default)]
struct Inner {
    queue: Mutex<MediaQueue>,
    came: Notify,
    closed: AtomicBool,
}

/// A pipe. Cloning shares it; several takers share the frames.
#[derive(Debug, Clone, Default)]
pub struct MediaPipe(Arc<Inner>);

impl MediaPipe {
    fn queue(&self) -> MutexGuard<'_, MediaQueue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a frame, and drops what no longer fits. Says whether a key frame is needed now.
    pub fn push(&self, frame: MediaFrame) -> bool {
        if self.0.closed.load(Ordering::Acquire) {
            return false;
        }
        let wanted = self.queue().push(frame);
        self.0.came.notify_one();
        wanted
    }

    /// The next frame, sound first; `None` once the pipe is closed.
    pub async fn next(&self) -> Option<MediaFrame> {
        loop {
            if self.0.closed.load(Ordering::Acquire) {
                // Another taker may wait too.
                self.0.came.notify_one();
                return None;
            }
            if let Some(frame) = self.queue().pop() {
                return Some(frame);
            }
            self.0.came.notified().await;
        }
    }

    /// Frames of sound and of video that wait.
    #[must_use]
    pub fn depths(&self) -> (usize, usize) {
        self.queue().depths()
    }

    /// What was taken and what was dropped so far.
    #[must_use]
    pub fn flow(&self) -> Flow {
        self.queue().flow()
    }

    /// Somebody else gives, or takes, from here on: pictures begin anew with a key frame.
    pub fn restart(&self) {
        self.queue().restart();
    }

    /// Drops the sound that waited for nobody.
    pub fn skip_sound(&self) {
        self.queue().skip_sound();
    }

    /// Ends it for those who take; what waits is lost.
    pub fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.came.notify_one();
    }
}
