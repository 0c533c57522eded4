//! The control channel: messages come in on one thread and go out on another, so that neither waits for the SDK.

use std::{
    io::{Read as _, Write as _},
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel},
    },
    thread,
    time::Duration,
};

use super::{complain, ffi, media::Gauges};
use crate::protocol::worker::{
    FromWorker, ProtocolError, ToWorker,
    control::{MAX_ERROR_TEXT, decode, encode, length},
    outcome::exit_code,
};

/// How many messages may wait for the server. More than this, and either the SDK or the server is out of its mind.
const BACKLOG: usize = 4096;
/// How long the server may leave a message unread, and how long the last ones may take.
const PATIENCE: Duration = Duration::from_secs(1);

enum Outgoing {
    Message(FromWorker),
    /// Says when all before it is written.
    Flush(Sender<()>),
}

struct Inner {
    outgoing: SyncSender<Outgoing>,
    /// A request for a key frame is under way: another would say nothing new.
    asking: AtomicBool,
    gauges: OnceLock<Arc<Gauges>>,
}

/// The way out. Cloning shares it.
#[derive(Clone)]
pub(super) struct Control(Arc<Inner>);

impl Control {
    /// Takes the channel over; what the server wants done comes through the receiver, pings apart.
    pub(super) fn open(channel_fd: OwnedFd) -> Option<(Self, Receiver<ToWorker>)> {
        let reading = UnixStream::from(channel_fd);
        let writing = reading.try_clone().ok()?;
        writing.set_write_timeout(Some(PATIENCE)).ok()?;
        let (outgoing, queue) = sync_channel(BACKLOG);
        let control = Self(Arc::new(Inner { outgoing, asking: AtomicBool::new(false), gauges: OnceLock::new() }));
        let (orders, given) = channel();
        let (ours, theirs) = (control.clone(), control.clone());
        thread::Builder::new().name("control-out".into()).spawn(move || theirs.write(writing, &queue)).ok()?;
        thread::Builder::new().name("control-in".into()).spawn(move || ours.read(reading, &orders)).ok()?;
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

    /// Asks for a key frame, once at a time.
    pub(super) fn need_keyframe(&self) {
        if !self.0.asking.swap(true, Ordering::AcqRel) {
            self.tell(FromWorker::NeedKeyframe);
        }
    }

    /// Leaves, once the server has heard all.
    pub(super) fn leave(&self, code: i32) -> ! {
        let (done, waits) = channel();
        if self.0.outgoing.try_send(Outgoing::Flush(done)).is_ok() {
            // Late or not, this is the end.
            let _late = waits.recv_timeout(PATIENCE).is_err();
        }
        ffi::exit_now(code)
    }

    fn write(&self, mut to: UnixStream, queue: &Receiver<Outgoing>) {
        for outgoing in queue {
            match outgoing {
                Outgoing::Message(message) => {
                    if message == FromWorker::NeedKeyframe {
                        self.0.asking.store(false, Ordering::Release);
                    }
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

    fn read(&self, mut from: UnixStream, orders: &Sender<ToWorker>) {
        loop {
            match next(&mut from) {
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

/// The next message; `None` where the server is gone.
fn next(from: &mut UnixStream) -> Result<Option<ToWorker>, ProtocolError> {
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
