//! What a session says to its socket: a bounded queue that either side may close.
//!
//! The session fills it from its thread, the socket empties it on its own. It is looked at even while the client does not
//! read, so a connection can be cut at any time.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Waker,
};

use bytestring::ByteString;
use futures_util::task::AtomicWaker;

use super::Line;
use crate::trace::Who;

/// How many frames may wait before the client is taken for too slow. The cap in bytes binds earlier for all but tiny frames.
const MAX_FRAMES: usize = 4_096;
/// How much of what a session does not count itself, its answers, may wait. Unit: bytes.
const MAX_ANSWERS: usize = 262_144;

/// To the socket, from its session.
pub(in crate::actors) enum ToConn {
    /// The session is there; this frame says so. Whose it is, for the recorder.
    LoggedIn(ByteString, Line, Arc<Who>),
    /// A text frame.
    Frame(ByteString),
    /// A ping with this payload.
    Ping(String),
    /// A close frame, and the end.
    Close(u16, &'static str),
}

impl ToConn {
    fn len(&self) -> usize {
        match self {
            Self::LoggedIn(text, ..) | Self::Frame(text) => text.len(),
            Self::Ping(payload) => payload.len(),
            Self::Close(_, reason) => reason.len(),
        }
    }
}

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::actors) enum Unsent {
    /// Too much waits already.
    Full,
    /// The connection is gone, or closing.
    Gone,
}

/// What the socket finds.
#[derive(Default)]
pub(super) struct Waiting {
    /// In order.
    pub(super) messages: Vec<ToConn>,
    bytes: usize,
    /// The connection is to end now.
    pub(super) cut: bool,
    /// A close frame is among what was ever said.
    pub(super) closing: bool,
    gone: bool,
}

/// The queue.
pub(in crate::actors) struct Outbox {
    max_bytes: usize,
    waiting: Mutex<Waiting>,
    socket: AtomicWaker,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

impl Outbox {
    /// A queue for a session that keeps `resume_bytes`: all of them must fit, besides its answers and one frame of any size.
    pub(in crate::actors) fn new(resume_bytes: usize) -> Self {
        let max_bytes = resume_bytes.saturating_add(MAX_ANSWERS);
        Self { max_bytes, waiting: Mutex::default(), socket: AtomicWaker::new() }
    }

    /// Says something.
    ///
    /// # Errors
    /// [`Unsent`], and the message is dropped.
    pub(in crate::actors) fn send(&self, message: ToConn) -> Result<(), Unsent> {
        let mut waiting = self.lock();
        if waiting.gone || waiting.closing {
            return Err(Unsent::Gone);
        }
        // The last word always fits.
        let last = matches!(message, ToConn::Close(..));
        if !last && (waiting.messages.len() >= MAX_FRAMES || waiting.bytes > self.max_bytes) {
            return Err(Unsent::Full);
        }
        let wake = waiting.messages.is_empty() || last;
        waiting.closing = last;
        waiting.bytes += message.len();
        waiting.messages.push(message);
        drop(waiting);
        if wake {
            self.socket.wake();
        }
        Ok(())
    }

    /// Ends the connection now, whatever still waits.
    pub(in crate::actors) fn cut(&self) {
        self.lock().cut = true;
        self.socket.wake();
    }

    /// What waits; the messages only where there is `room` for them. Whatever comes later wakes `waker`.
    pub(super) fn take(&self, room: bool, waker: &Waker) -> Waiting {
        self.socket.register(waker);
        let mut waiting = self.lock();
        let messages = if room { std::mem::take(&mut waiting.messages) } else { Vec::new() };
        if room {
            waiting.bytes = 0;
        }
        Waiting { messages, cut: waiting.cut, closing: waiting.closing, ..Waiting::default() }
    }

    /// From now on nothing is taken.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.gone = true;
        waiting.messages = Vec::new();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: usize) -> ToConn {
        ToConn::Frame("x".repeat(bytes).into())
    }

    #[test]
    fn what_waits_is_bounded_in_number_and_size_but_for_the_last_word() {
        let many = Outbox::new(0);
        let taken = (0..5_000).take_while(|_| many.send(frame(1)).is_ok()).count();
        assert_eq!(taken, MAX_FRAMES);
        let big = Outbox::new(0);
        assert_eq!(big.send(frame(MAX_ANSWERS * 2)), Ok(()), "one frame may have any size");
        assert_eq!(big.send(frame(1)), Err(Unsent::Full));
        assert_eq!(big.send(ToConn::Close(4410, "too slow")), Ok(()));
        assert_eq!(big.send(frame(1)), Err(Unsent::Gone), "nothing follows a close frame");
    }

    #[test]
    fn a_socket_without_room_still_learns_that_it_is_to_end() {
        let outbox = Outbox::new(0);
        assert_eq!(outbox.send(frame(1)), Ok(()));
        assert_eq!(outbox.send(ToConn::Close(1000, "")), Ok(()));
        outbox.cut();
        let seen = outbox.take(false, Waker::noop());
        assert!(seen.cut && seen.closing && seen.messages.is_empty());
        assert_eq!(outbox.take(true, Waker::noop()).messages.len(), 2);
        outbox.close();
        assert_eq!(outbox.send(frame(1)), Err(Unsent::Gone));
    }
}
