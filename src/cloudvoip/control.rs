//! The control channel: messages come in on one thread and go out on another, so that neither waits for the SDK.

use std::{
    io::{Read as _, Write as _},
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::{complain, ffi, media::Gauges};
use crate::{
    clock,
    protocol::worker::{
        FromWorker, ProtocolError, ToWorker,
        control::{MAX_ERROR_TEXT, decode, encode, length},
        outcome::exit_code,
    },
};

/// How many messages may wait for the server. More than this, and either the SDK or the server is out of its mind.
const BACKLOG: usize = 4096;
/// How often a key frame is asked for at most: one that is on its way answers all. Unit: milliseconds.
const ASK_EVERY_MS: u64 = 200;
/// How long the server may leave a message unread, and how long the last ones may take.
const PATIENCE: Duration = Duration::from_secs(1);

enum Outgoing {
    Message(FromWorker),
    /// Says when all before it is written.
    Flush(Sender<()>),
}

struct Inner {
    outgoing: SyncSender<Outgoing>,
    began: Instant,
    /// When a key frame was asked for last. Unit: milliseconds since the beginning.
    asked: AtomicU64,
    gauges: OnceLock<Arc<Gauges>>,
}

/// The way out. Cloning shares it.
#[derive(Clone)]
pub(super) struct Control(Arc<Inner>);

impl Control {
    /// Takes the channel over; what the server wants done comes through the receiver, pings apart.
    pub(super) fn open(channel_fd: OwnedFd) -> Option<(Self, Receiver<ToWorker>)> {
        let reading = Arc::new(UnixStream::from(channel_fd));
        reading.set_write_timeout(Some(PATIENCE)).ok()?;
        let writing = Arc::clone(&reading);
        let (outgoing, queue) = sync_channel(BACKLOG);
        let control =
            Self(Arc::new(Inner { outgoing, began: clock::now(), asked: AtomicU64::new(0), gauges: OnceLock::new() }));
        let (orders, given) = channel();
        let ours = control.clone();
        thread::Builder::new().name("control-out".into()).spawn(move || write(&writing, &queue)).ok()?;
        thread::Builder::new().name("control-in".into()).spawn(move || ours.read(&reading, &orders)).ok()?;
        Some((control, given))
    }

    /// What pongs are to report.
    pub(super) fn report(&self, gauges: Arc<Gauges>) {
        // There is one call, so there is one set of gauges.
        let _again = self.0.gauges.set(gauges).is_err();
    }

    /// Says something. Never blocks.
    pub(super) fn tell(&self, message: FromWorker) {
        match self.0.outgoing.try_send(Outgoing::Message(message)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                complain("the server does not listen, or the SDK talks too much");
                ffi::exit_now(exit_code::INTERNAL);
            }
            Err(TrySendError::Disconnected(_)) => ffi::exit_now(exit_code::PARENT_GONE),
        }
    }

    /// Says what did not work.
    pub(super) fn error(&self, at: &str, wx_error: Option<i32>, text: &str) {
        let end = (0..=MAX_ERROR_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let text = text.get(..end).unwrap_or_default().to_owned();
        self.tell(FromWorker::Error { at: at.to_owned(), wx_error, text });
    }

    /// Asks for a key frame, unless one was asked for just now.
    pub(super) fn need_keyframe(&self) {
        let since = (clock::now() - self.0.began).as_millis();
        let now = u64::try_from(since).unwrap_or(u64::MAX).saturating_add(ASK_EVERY_MS);
        let due = |last: u64| (now.saturating_sub(last) >= ASK_EVERY_MS).then_some(now);
        if self.0.asked.fetch_update(Ordering::AcqRel, Ordering::Acquire, due).is_ok() {
            self.tell(FromWorker::NeedKeyframe);
        }
    }

    /// Waits until all that was said is written: whatever becomes of this process, the server hears it.
    pub(super) fn flush(&self) {
        let (done, waits) = channel();
        if self.0.outgoing.try_send(Outgoing::Flush(done)).is_ok() {
            // A server that takes its time is seen to elsewhere.
            let _late = waits.recv_timeout(PATIENCE).is_err();
        }
    }

    /// Leaves, once the server has heard all.
    pub(super) fn leave(&self, code: i32) -> ! {
        self.flush();
        ffi::exit_now(code)
    }

    fn read(&self, from: &UnixStream, orders: &Sender<ToWorker>) {
        loop {
            match next(from) {
                Ok(Some(ToWorker::Ping { n })) => {
                    let (stuck_ms, queues, drops) = self.0.gauges.get().map(|gauges| gauges.read()).unwrap_or_default();
                    self.tell(FromWorker::Pong { n, stuck_ms, queues, drops });
                }
                Ok(Some(order)) => {
                    if orders.send(order).is_err() {
                        ffi::exit_now(exit_code::INTERNAL);
                    }
                }
                Ok(None) => ffi::exit_now(exit_code::PARENT_GONE),
                Err(error) => {
                    complain(&format!("the server is not understood: {error}"));
                    ffi::exit_now(exit_code::PROTOCOL);
                }
            }
        }
    }
}

/// Writes what is to be said.
fn write(mut to: &UnixStream, queue: &Receiver<Outgoing>) {
    for outgoing in queue {
        match outgoing {
            Outgoing::Message(message) => {
                let Ok(frame) = encode(&message) else { ffi::exit_now(exit_code::INTERNAL) };
                if to.write_all(&frame).is_err() {
                    ffi::exit_now(exit_code::PARENT_GONE);
                }
            }
            Outgoing::Flush(done) => {
                // Nobody waits any more: then it does not matter.
                let _gone = done.send(()).is_err();
            }
        }
    }
}

/// The next message; `None` where the server is gone.
fn next(mut from: &UnixStream) -> Result<Option<ToWorker>, ProtocolError> {
    let mut prefix = [0; 4];
    if from.read_exact(&mut prefix).is_err() {
        return Ok(None);
    }
    let mut json = vec![0; length(prefix)?];
    if from.read_exact(&mut json).is_err() {
        return Ok(None);
    }
    decode(&json).map(Some)
}
