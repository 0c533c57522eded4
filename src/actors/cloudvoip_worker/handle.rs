//! What the owner of a call has of its worker.

use std::sync::Arc;

use actix::Addr;

use super::{MediaPipe, ToActor, Worker, WorkerId, WorkerView, view::Shared};
use crate::protocol::worker::{HangupReason, MediaFrame};

/// Whoever has a call with a WeChat user. The call is hung up with the value.
#[derive(Debug)]
pub struct WorkerHandle {
    addr: Addr<Worker>,
    shared: Arc<Shared>,
}

impl WorkerHandle {
    pub(super) fn new(addr: Addr<Worker>, shared: Arc<Shared>) -> Self {
        Self { addr, shared }
    }

    /// The worker.
    #[must_use]
    pub fn id(&self) -> WorkerId {
        self.shared.id()
    }

    /// Ends the call. [`super::WorkerEvent::Ended`] follows.
    pub fn hangup(&self, reason: HangupReason) {
        self.addr.do_send(ToActor::Hangup(reason));
    }

    /// How much WeChat may send. Unit: kilobits a second.
    pub fn bandwidth(&self, kbps: u32) {
        self.addr.do_send(ToActor::Bandwidth(kbps));
    }

    /// Media for WeChat. Never waits: where the worker is too slow, frames are dropped, and counted.
    pub fn media_in(&self, frame: MediaFrame) {
        self.media().give(frame);
    }

    /// Media from WeChat.
    #[must_use]
    pub fn media_out(&self) -> MediaPipe {
        self.shared.down().clone()
    }

    /// Both ways, for whoever carries the media of the other party; the call stays with the handle.
    #[must_use]
    pub fn media(&self) -> WorkerMedia {
        WorkerMedia { addr: self.addr.clone(), shared: Arc::clone(&self.shared) }
    }

    /// The worker as `GET /workers` shows it: for the counters in the call's record.
    #[must_use]
    pub fn view(&self) -> WorkerView {
        self.shared.view()
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        self.hangup(HangupReason::Unknown);
    }
}

/// The media of a call with a WeChat user. Cloning shares them.
#[derive(Debug, Clone)]
pub struct WorkerMedia {
    addr: Addr<Worker>,
    shared: Arc<Shared>,
}

impl WorkerMedia {
    /// A frame for WeChat. Never waits. One that the channel would not take is dropped.
    pub fn give(&self, frame: MediaFrame) {
        if frame.is_sendable() && self.shared.up().push(frame) {
            self.addr.do_send(ToActor::NeedKeyframe);
        }
    }

    /// The next frame from WeChat; `None` once the call is over.
    pub async fn take(&self) -> Option<MediaFrame> {
        self.shared.down().next().await
    }
}
