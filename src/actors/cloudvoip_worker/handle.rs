//! What the owner of a call has of its worker.

use std::sync::Arc;

use actix::Addr;

use tokio::sync::watch;

use super::{
    MediaPipe, ToActor, Worker, WorkerId, WorkerView,
    view::{News, Shared},
};
use crate::protocol::worker::{HangupReason, MediaFrame, WorkerEnd, control::MediaInfo};

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
        WorkerMedia::new(self.addr.clone(), Arc::clone(&self.shared))
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

/// What whoever carries the media hears besides them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaNews {
    /// Send a key frame now: the worker cannot go on without, or what was given was dropped up to the next one.
    NeedKeyframe,
    /// What is sent, or wanted, from now on: all of it.
    Formats(Vec<MediaInfo>),
    /// Somebody else carries them now.
    Replaced,
    /// The call is over. `Some`: how its worker ended, where that is known yet.
    Over(Option<WorkerEnd>),
}

/// Whoever carries the media of the other party, as long as nobody else does.
#[derive(Debug)]
pub struct MediaCarrier {
    media: WorkerMedia,
    number: u64,
    news: watch::Receiver<News>,
    key_frames: u64,
    formats: Vec<MediaInfo>,
}

impl WorkerMedia {
    pub(super) fn new(addr: Addr<Worker>, shared: Arc<Shared>) -> Self {
        Self { addr, shared }
    }

    /// Whether nothing comes any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.shared.hear().borrow().over
    }

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

    /// Carries the media from now on, in the place of whoever did before: pictures begin anew then. Sound begins now.
    #[must_use]
    pub fn carry(&self) -> MediaCarrier {
        let mut number = 0;
        self.shared.tell(|news| {
            news.carrier = news.carrier.saturating_add(1);
            number = news.carrier;
            if number > 1 {
                news.key_frames = news.key_frames.saturating_add(1);
            }
        });
        self.shared.down().skip_sound();
        if number > 1 {
            self.shared.down().restart();
            self.shared.up().restart();
        }
        let news = self.shared.hear();
        // What was asked for while nobody carried them is still wanted.
        MediaCarrier { media: self.clone(), number, news, key_frames: 0, formats: Vec::new() }
    }
}

impl News {
    /// What ends the work of this carrier, if anything has.
    fn last_of(&self, number: u64) -> Option<MediaNews> {
        if self.over {
            return Some(MediaNews::Over(self.end.clone()));
        }
        (self.carrier != number).then_some(MediaNews::Replaced)
    }
}

impl MediaCarrier {
    /// The media.
    #[must_use]
    pub fn media(&self) -> &WorkerMedia {
        &self.media
    }

    /// The last piece of news: [`MediaNews::Replaced`] or [`MediaNews::Over`]. Whoever waits for this hears it whatever else is
    /// going on.
    pub fn over(&self) -> impl Future<Output = MediaNews> + use<> {
        let (mut news, number) = (self.news.clone(), self.number);
        async move {
            match news.wait_for(|news| news.last_of(number).is_some()).await.map(|news| news.last_of(number)) {
                Ok(Some(last)) => last,
                Ok(None) | Err(_) => MediaNews::Over(None),
            }
        }
    }

    /// The next piece of news, the weightiest first. [`MediaNews::Replaced`] and [`MediaNews::Over`] are the last.
    pub async fn news(&mut self) -> MediaNews {
        loop {
            if let Some(news) = self.unheard() {
                return news;
            }
            if self.news.changed().await.is_err() {
                return MediaNews::Over(None);
            }
        }
    }

    fn unheard(&mut self) -> Option<MediaNews> {
        let news = self.news.borrow_and_update();
        if let Some(last) = news.last_of(self.number) {
            return Some(last);
        }
        if news.key_frames != self.key_frames {
            self.key_frames = news.key_frames;
            return Some(MediaNews::NeedKeyframe);
        }
        if news.formats != self.formats {
            self.formats.clone_from(&news.formats);
            return Some(MediaNews::Formats(self.formats.clone()));
        }
        None
    }
}
