//! Two users of the native door who call each other, over and over.
//!
//! A call takes nine frames: the caller's `request`, the callee's accepting `reply` and its `finish` to the server; `request`,
//! `reply` 0, two `start` and two `finish` from it. No frame has an `id`, so none is answered with `ok`.

use std::time::{Duration, Instant};

use super::socket::{Door, Trouble, User};
use crate::{clock, protocol::event::EventName};

/// Frames of a call, both directions together.
pub(super) const FRAMES_PER_CALL: u32 = 9;
/// How long after the moment it was due a call came so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) sent: Duration,
    pub(super) ring: Duration,
    pub(super) start: Duration,
    pub(super) finish: Duration,
}

/// The two.
pub(super) struct NativePair {
    caller: User,
    callee: User,
    request: String,
    accept: String,
    finish: String,
}

impl NativePair {
    pub(super) async fn log_in(door: &Door, prefix: &str, number: u32) -> Result<Self, Trouble> {
        let (caller, callee) = (format!("{prefix}{number}a"), format!("{prefix}{number}b"));
        let frame = |event: &str, user: &str| format!(r#"{{"type":"call","event":"{event}","user":"{user}"}}"#);
        Ok(Self {
            caller: door.log_in(&caller).await?,
            callee: door.log_in(&callee).await?,
            request: frame("request", &callee),
            accept: frame("reply", &caller),
            finish: frame("finish", &caller),
        })
    }

    /// A whole call.
    pub(super) async fn exchange(&mut self, due: Instant) -> Result<Times, Trouble> {
        use EventName::{Finish, Reply, Request, Start};
        let Self { caller, callee, request, accept, finish } = self;
        let since = || clock::now().saturating_duration_since(due);
        let sent = since();
        caller.send(request.clone()).await?;
        let (mut ring, mut start) = (sent, sent);
        // What each of them has still to hear.
        let (mut of_caller, mut of_callee) = (&[Reply, Start, Finish][..], &[Request, Start, Finish][..]);
        while !(of_caller.is_empty() && of_callee.is_empty()) {
            tokio::select! {
                biased;
                event = callee.event(), if !of_callee.is_empty() => match expect(&mut of_callee, event?)? {
                    Request => {
                        ring = since();
                        callee.send(accept.clone()).await?;
                    }
                    Reply | Start | Finish => {}
                },
                event = caller.event(), if !of_caller.is_empty() => match expect(&mut of_caller, event?)? {
                    Start => start = since(),
                    Request | Reply | Finish => {}
                },
            }
            if of_caller == [Finish] && of_callee == [Finish] {
                callee.send(finish.clone()).await?;
            }
        }
        Ok(Times { sent, ring, start, finish: since() })
    }

    /// Keeps the lines up until something is wrong.
    pub(super) async fn idle(&mut self) -> Trouble {
        tokio::select! {
            trouble = self.caller.idle() => trouble,
            trouble = self.callee.idle() => trouble,
        }
    }

    pub(super) async fn log_out(self) {
        tokio::join!(self.caller.log_out(), self.callee.log_out());
    }
}

fn expect(expected: &mut &[EventName], event: EventName) -> Result<EventName, Trouble> {
    match expected.split_first() {
        Some((first, rest)) if *first == event => {
            *expected = rest;
            Ok(event)
        }
        _ => Err(Trouble::Lost(format!("{event:?} out of turn").to_lowercase())),
    }
}
