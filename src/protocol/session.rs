//! A session: one login and all its resumes. What was said to the client and not yet acknowledged, how long a lost line may
//! stay lost, and which frames were answered already.
//!
//! ```text
//! attached ──line lost──▶ detached ──grace over──▶ expired
//!     ▲                      │
//!     └──────resume──────────┘
//! ```
//!
//! The contract of a machine is that of [`super::effect`], with [`SessionEffect`]s. Source of the rules: native WebSocket
//! contract, "Sessions".

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, Instant},
};

use bytestring::ByteString;

use super::{ids::CallId, native::FrameId};

/// How many answered frames a session remembers. Source: native WebSocket contract, "Client → server".
pub const REMEMBERED_IDS: usize = 128;
/// After how much sent the client is asked for an acknowledgement. Unit: bytes. Source: native WebSocket contract, "Sessions".
const ACK_EVERY_BYTES: usize = 65_536;

/// The tunables of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// How often the client is pinged; two intervals without a pong are a lost line.
    pub heartbeat: Duration,
    /// How long a lost line may stay lost.
    pub grace: Duration,
    /// How much may be sent and not acknowledged. Unit: bytes.
    pub queue_bytes: usize,
}

/// A frame on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its text.
    pub text: ByteString,
    /// Which call it is about.
    pub call: Option<CallId>,
}

/// What a session asks its shell to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionEffect {
    /// Write a frame to the socket.
    Send(Outgoing),
    /// Ping the client; the pong acknowledges up to this `seq`.
    Ping(u64),
    /// The client reads too slowly: cut the socket (4410). It may resume.
    TooSlow,
    /// No pong in two intervals: cut the socket. The client may resume.
    LineLost,
    /// Nobody came back within the grace period: the session is over.
    Expired,
}

/// How a client came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// Whether everything after the client's `last_seq` follows.
    pub resumed: bool,
    /// The last `seq` used.
    pub seq: u64,
}

/// Whether a frame with an `id` is news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It is: have the effect, then [`Session::remember`] the answer under this fingerprint.
    New(u64),
    /// It was answered already: say the same again.
    Repeat(ByteString),
    /// Another frame had this `id`.
    Conflict,
}

#[derive(Debug)]
struct Sent {
    seq: u64,
    frame: Outgoing,
}

#[derive(Debug)]
enum Line {
    Attached { ping_due: Instant, pong_due: Instant, since_ping: usize },
    Detached { until: Instant },
    Expired,
}

/// The machine of a session.
#[derive(Debug)]
pub struct Session {
    limits: SessionLimits,
    line: Line,
    seq: u64,
    /// What was sent and not acknowledged, oldest first.
    unacknowledged: VecDeque<Sent>,
    queued_bytes: usize,
    /// Every frame after this one is still at hand.
    kept_after: u64,
    answered: VecDeque<(FrameId, u64, ByteString)>,
    effects: VecDeque<SessionEffect>,
}

impl Session {
    /// A session whose client has just logged in.
    #[must_use]
    pub fn new(limits: SessionLimits, now: Instant) -> Self {
        let mut session = Self {
            limits,
            line: Line::Expired,
            seq: 0,
            unacknowledged: VecDeque::new(),
            queued_bytes: 0,
            kept_after: 0,
            answered: VecDeque::new(),
            effects: VecDeque::new(),
        };
        session.line_up(now);
        session
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<SessionEffect> {
        self.effects.pop_front()
    }

    /// When [`Session::deadline_passed`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.line {
            Line::Attached { ping_due, pong_due, .. } => Some(ping_due.min(pong_due)),
            Line::Detached { until } => Some(until),
            Line::Expired => None,
        }
    }

    /// Whether a client is on the line.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        matches!(self.line, Line::Attached { .. })
    }

    /// The last `seq` used.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.seq
    }

    /// The client is back and has everything up to `last_seq`. The shell first says so, then drains the effects: what came
    /// after `last_seq`, where it is still at hand.
    pub fn resume(&mut self, last_seq: u64, now: Instant) -> Attached {
        let resumed = last_seq >= self.kept_after && last_seq <= self.seq;
        if resumed {
            self.acknowledge(last_seq);
        } else {
            self.forget_unacknowledged();
        }
        self.line_up(now);
        debug_assert!(self.is_gapless(), "{self:?}");
        for sent in &self.unacknowledged {
            self.effects.push_back(SessionEffect::Send(sent.frame.clone()));
        }
        Attached { resumed, seq: self.seq }
    }

    /// Something the client must not miss, about `call` or about none: `text` makes the frame, given its `seq`.
    pub fn push(&mut self, call: Option<CallId>, text: impl FnOnce(u64) -> ByteString) {
        self.seq += 1;
        let frame = Outgoing { text: text(self.seq), call };
        let bytes = frame.text.len();
        self.queued_bytes += bytes;
        self.unacknowledged.push_back(Sent { seq: self.seq, frame: frame.clone() });
        debug_assert!(self.is_gapless(), "{self:?}");
        if self.queued_bytes > self.limits.queue_bytes {
            self.forget_unacknowledged();
            if self.is_attached() {
                self.effects.push_back(SessionEffect::TooSlow);
            }
            return;
        }
        if let Line::Attached { since_ping, .. } = &mut self.line {
            *since_ping += bytes;
            let ask = *since_ping >= ACK_EVERY_BYTES;
            self.effects.push_back(SessionEffect::Send(frame));
            if ask {
                self.ping();
            }
        }
    }

    /// The client answered a ping, whose payload says up to where it has read.
    pub fn pong(&mut self, seq: Option<u64>, now: Instant) {
        if let Some(seq) = seq.filter(|seq| *seq <= self.seq) {
            self.acknowledge(seq);
        }
        if let Line::Attached { pong_due, .. } = &mut self.line {
            *pong_due = now + self.limits.heartbeat * 2;
        }
    }

    /// The socket is gone.
    pub fn line_lost(&mut self, now: Instant) {
        if self.is_attached() {
            self.line = Line::Detached { until: now + self.limits.grace };
        }
    }

    /// The time of [`Session::poll_timeout`] has come.
    pub fn deadline_passed(&mut self, now: Instant) {
        match self.line {
            Line::Attached { pong_due, .. } if pong_due <= now => self.effects.push_back(SessionEffect::LineLost),
            Line::Attached { ping_due, .. } if ping_due <= now => {
                if let Line::Attached { ping_due, .. } = &mut self.line {
                    *ping_due = now + self.limits.heartbeat;
                }
                self.ping();
            }
            Line::Detached { until } if until <= now => {
                self.line = Line::Expired;
                self.effects.push_back(SessionEffect::Expired);
            }
            Line::Attached { .. } | Line::Detached { .. } | Line::Expired => {}
        }
    }

    /// Whether a frame with this `id` was seen before. `frame` is all of it that has a meaning.
    pub fn admit(&self, id: &FrameId, frame: &impl Hash) -> Admission {
        let print = fingerprint(frame);
        match self.answered.iter().find(|(seen, ..)| seen == id) {
            None => Admission::New(print),
            Some((_, seen, answer)) if *seen == print => Admission::Repeat(answer.clone()),
            Some(_) => Admission::Conflict,
        }
    }

    /// Keeps the answer to a frame for the case that it comes again.
    pub fn remember(&mut self, id: FrameId, fingerprint: u64, answer: ByteString) {
        if self.answered.len() == REMEMBERED_IDS {
            self.answered.pop_front();
        }
        self.answered.push_back((id, fingerprint, answer));
    }

    fn line_up(&mut self, now: Instant) {
        let heartbeat = self.limits.heartbeat;
        self.line = Line::Attached { ping_due: now + heartbeat, pong_due: now + heartbeat * 2, since_ping: 0 };
    }

    fn ping(&mut self) {
        if let Line::Attached { since_ping, .. } = &mut self.line {
            *since_ping = 0;
        }
        self.effects.push_back(SessionEffect::Ping(self.seq));
    }

    fn acknowledge(&mut self, seq: u64) {
        while self.unacknowledged.front().is_some_and(|sent| sent.seq <= seq) {
            if let Some(sent) = self.unacknowledged.pop_front() {
                self.queued_bytes -= sent.frame.text.len();
            }
        }
        self.kept_after = self.kept_after.max(seq);
    }

    /// Whether every frame after `kept_after` is at hand, up to the last.
    fn is_gapless(&self) -> bool {
        let after = self.unacknowledged.front().is_none_or(|sent| sent.seq == self.kept_after + 1);
        after && u64::try_from(self.unacknowledged.len()).is_ok_and(|kept| self.kept_after + kept == self.seq)
    }

    fn forget_unacknowledged(&mut self) {
        self.unacknowledged = VecDeque::new();
        self.queued_bytes = 0;
        self.kept_after = self.seq;
    }
}

/// Tells two frames apart. The hash is no secret: who makes two of its own frames collide fools nobody but itself.
fn fingerprint(frame: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    frame.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits =
        SessionLimits { heartbeat: Duration::from_secs(25), grace: Duration::from_secs(15), queue_bytes: 1_000 };

    #[expect(clippy::disallowed_methods, reason = "a test may start anywhere in time")]
    fn start() -> (Session, Instant) {
        let now = Instant::now();
        (Session::new(LIMITS, now), now)
    }

    fn say(session: &mut Session, text: &str) {
        session.push(None, |seq| format!("{seq}:{text}").into());
    }

    fn effects(session: &mut Session) -> Vec<SessionEffect> {
        std::iter::from_fn(|| session.poll_effect()).collect()
    }

    fn sent(text: &str) -> SessionEffect {
        SessionEffect::Send(Outgoing { text: text.into(), call: None })
    }

    #[test]
    fn a_resume_replays_what_the_client_has_not_seen_in_order() {
        let (mut session, now) = start();
        say(&mut session, "a");
        say(&mut session, "b");
        session.line_lost(now);
        say(&mut session, "c");
        assert_eq!(effects(&mut session), [sent("1:a"), sent("2:b")], "while detached nothing is sent");
        assert_eq!(session.resume(1, now), Attached { resumed: true, seq: 3 });
        assert_eq!(effects(&mut session), [sent("2:b"), sent("3:c")]);
    }

    #[test]
    fn acknowledged_frames_are_dropped_and_a_resume_from_before_them_says_so() {
        let (mut session, now) = start();
        say(&mut session, "a");
        say(&mut session, "b");
        session.pong(Some(2), now);
        session.line_lost(now);
        effects(&mut session);
        assert_eq!(session.resume(1, now), Attached { resumed: false, seq: 2 });
        assert_eq!(effects(&mut session), []);
        say(&mut session, "c");
        assert_eq!(effects(&mut session), [sent("3:c")], "seq goes on");
    }

    #[test]
    fn a_client_that_claims_more_than_was_sent_gets_a_snapshot() {
        let (mut session, now) = start();
        say(&mut session, "a");
        session.line_lost(now);
        assert!(!session.resume(7, now).resumed);
    }

    #[test]
    fn a_reader_over_the_cap_is_cut_and_told_at_its_resume() {
        let (mut session, now) = start();
        let text = "x".repeat(400);
        say(&mut session, &text);
        say(&mut session, &text);
        effects(&mut session);
        say(&mut session, &text);
        assert_eq!(effects(&mut session), [SessionEffect::TooSlow]);
        session.line_lost(now);
        say(&mut session, "late");
        assert_eq!(session.resume(2, now), Attached { resumed: false, seq: 4 });
    }

    #[test]
    fn a_queue_that_outgrows_its_cap_while_detached_is_dropped_whole() {
        let (mut session, now) = start();
        session.line_lost(now);
        for _ in 0..3 {
            say(&mut session, &"x".repeat(400));
        }
        assert_eq!(effects(&mut session), []);
        assert_eq!(session.resume(0, now), Attached { resumed: false, seq: 3 });
        assert_eq!(effects(&mut session), []);
    }

    #[test]
    fn silence_is_probed_and_then_taken_for_a_lost_line() {
        let (mut session, now) = start();
        let first = session.poll_timeout().unwrap();
        assert_eq!(first, now + LIMITS.heartbeat);
        session.deadline_passed(first);
        assert_eq!(effects(&mut session), [SessionEffect::Ping(0)]);
        let second = session.poll_timeout().unwrap();
        assert_eq!(second, now + LIMITS.heartbeat * 2);
        session.deadline_passed(second);
        assert_eq!(effects(&mut session), [SessionEffect::LineLost]);
    }

    #[test]
    fn a_pong_keeps_the_line_up() {
        let (mut session, now) = start();
        session.deadline_passed(now + LIMITS.heartbeat);
        session.pong(Some(0), now + LIMITS.heartbeat);
        effects(&mut session);
        session.deadline_passed(now + LIMITS.heartbeat * 2);
        assert_eq!(effects(&mut session), [SessionEffect::Ping(0)]);
    }

    #[test]
    fn the_grace_period_ends_a_session_once() {
        let (mut session, now) = start();
        session.line_lost(now);
        let until = session.poll_timeout().unwrap();
        assert_eq!(until, now + LIMITS.grace);
        session.deadline_passed(until);
        assert_eq!(effects(&mut session), [SessionEffect::Expired]);
        session.deadline_passed(until);
        assert_eq!(effects(&mut session), []);
        assert_eq!(session.poll_timeout(), None);
    }

    #[test]
    fn a_long_burst_asks_for_an_acknowledgement() {
        let limits = SessionLimits { queue_bytes: 262_144, ..LIMITS };
        let (_, now) = start();
        let mut session = Session::new(limits, now);
        for _ in 0..3 {
            say(&mut session, &"x".repeat(30_000));
        }
        assert_eq!(effects(&mut session).last(), Some(&SessionEffect::Ping(3)));
    }

    #[test]
    fn the_same_frame_twice_has_one_answer_and_another_under_its_id_is_refused() {
        let (mut session, _) = start();
        let id = FrameId::Number(7);
        let Admission::New(print) = session.admit(&id, &"frame") else { panic!("a fresh id") };
        session.remember(id.clone(), print, "answer".into());
        assert_eq!(session.admit(&id, &"frame"), Admission::Repeat("answer".into()));
        assert_eq!(session.admit(&id, &"other"), Admission::Conflict);
        assert_eq!(
            session.admit(&FrameId::Text("7".into()), &"frame"),
            Admission::New(print),
            "text and number differ"
        );
        for n in 0..128 {
            session.remember(FrameId::Number(1_000 + n), print, "…".into());
        }
        assert_eq!(session.admit(&id, &"frame"), Admission::New(print), "only the last 128 are remembered");
    }
}
