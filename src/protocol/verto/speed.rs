//! The speed test: `#SPU <bytes>`, then as many bytes in frames that begin with `#SPB`, then `#SPE`; the server says how long
//! that took, sends as much back, and says how long that took.
//!
//! It is a socket's affair, since it measures one. Nobody is sent more than it sent, and once in a while only: a test must not
//! make a small frame a large answer.

use std::time::{Duration, Instant};

/// The most that a test may ask for. Unit: bytes. Source: Verto contract, "What must work".
pub const MAX_BYTES: usize = 1 << 20;
/// How soon one test may follow another. Tests are not counted as frames, so that a client could else send without end.
const PAUSE: Duration = Duration::from_secs(5);
/// What the frames of a test may be long in all, beyond what it asked for: clients round up, and each has a head.
const SLACK: usize = 65_536;
/// What a frame counts as at the least. Unit: bytes. Those of clients have a thousand; reading is work, whatever is in them.
const LEAST: usize = 512;
/// How much of a test one frame of the server's carries. Unit: bytes. As the clients do it.
const BLOCK: usize = 1_024;

/// A frame of a test, as far as it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// `#SPU`: it begins.
    Begin,
    /// `#SPB`: some of its bytes.
    Data,
    /// `#SPE`: that was all.
    End,
    /// Something else.
    None,
}

impl Probe {
    /// What a frame is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.as_bytes() {
            [b'#', b'S', b'P', b'U', ..] => Self::Begin,
            [b'#', b'S', b'P', b'B', ..] => Self::Data,
            [b'#', b'S', b'P', b'E', ..] => Self::End,
            _ => Self::None,
        }
    }
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    /// So many bytes may still come.
    Up { since: Instant, asked: usize, left: usize, heard: usize },
    /// One that is not granted: its bytes count as any others, and none go back.
    Refused { since: Instant },
    /// The answer is on its way.
    Down { since: Instant },
}

/// The speed test of one connection.
#[derive(Debug)]
pub struct SpeedTest {
    phase: Phase,
    last: Option<Instant>,
    pause: Duration,
}

/// What is sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How long the client's bytes took.
    pub up: String,
    /// How many bytes go back.
    pub bytes: usize,
}

impl Answer {
    /// The frames that carry the bytes.
    pub fn blocks(&self) -> impl Iterator<Item = String> + use<> {
        let mut left = self.bytes;
        std::iter::from_fn(move || {
            let block = left.min(BLOCK);
            left -= block;
            (block > 0).then(|| format!("#SPB {}", ".".repeat(block)))
        })
    }
}

impl Default for SpeedTest {
    fn default() -> Self {
        Self { phase: Phase::Idle, last: None, pause: PAUSE }
    }
}

impl SpeedTest {
    /// Where frames are not limited either: one test may follow another at once.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { pause: Duration::ZERO, ..Self::default() }
    }

    /// `#SPU <bytes>`. One that asks for too much, or comes too soon, gets its times and no bytes.
    pub fn begin(&mut self, text: &str, now: Instant) {
        self.phase = Phase::Refused { since: now };
        let asked =
            text.get(4..).and_then(|rest| rest.trim().parse().ok()).filter(|asked| (1..=MAX_BYTES).contains(asked));
        let rested = self.last.is_none_or(|last| now.saturating_duration_since(last) >= self.pause);
        if let Some(asked) = asked.filter(|_| rested) {
            self.last = Some(now);
            self.phase = Phase::Up { since: now, asked, left: asked + SLACK, heard: 0 };
        }
    }

    /// Some of the bytes. `false`: they belong to no test, and count as any other frame.
    pub fn data(&mut self, bytes: usize) -> bool {
        let Phase::Up { left, heard, .. } = &mut self.phase else { return false };
        let counts = bytes.max(LEAST);
        if counts > *left {
            self.phase = Phase::Idle;
            return false;
        }
        *left -= counts;
        *heard += bytes;
        true
    }

    /// `#SPE`: what to answer, if a test was on.
    pub fn end(&mut self, now: Instant) -> Option<Answer> {
        let (since, bytes) = match self.phase {
            Phase::Up { since, asked, heard, .. } => (since, asked.min(heard)),
            Phase::Refused { since } => (since, 0),
            Phase::Idle | Phase::Down { .. } => return None,
        };
        self.phase = Phase::Down { since: now };
        Some(Answer { up: format!("#SPU {}", millis(since, now)), bytes })
    }

    /// The answer's bytes have left: what to say last, if a test was on.
    pub fn sent(&mut self, now: Instant) -> Option<String> {
        let Phase::Down { since } = self.phase else { return None };
        self.phase = Phase::Idle;
        Some(format!("#SPD {}", millis(since, now)))
    }
}

/// At least one: clients divide by it.
fn millis(since: Instant, now: Instant) -> u128 {
    now.saturating_duration_since(since).as_millis().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test may start anywhere in time")]
    fn start() -> (SpeedTest, Instant) {
        (SpeedTest::default(), Instant::now())
    }

    #[test]
    fn nobody_is_sent_more_than_it_sent() {
        let (mut test, now) = start();
        test.begin("#SPU 1000000", now);
        assert!(test.data(1_028) && test.data(1_028));
        let answer = test.end(now + Duration::from_millis(20)).unwrap();
        assert_eq!((answer.up.as_str(), answer.bytes), ("#SPU 20", 2_056));
        let blocks: Vec<String> = answer.blocks().collect();
        assert_eq!(blocks.iter().map(|block| block.len() - 5).sum::<usize>(), 2_056);
        assert!(blocks.iter().all(|block| Probe::of(block) == Probe::Data));
        assert_eq!(test.sent(now + Duration::from_millis(20)).unwrap(), "#SPD 1", "never 0");
        assert_eq!(test.sent(now), None);
    }

    #[test]
    fn a_test_has_a_size_and_an_end_and_a_pause_after_it() {
        let (mut test, now) = start();
        for text in ["#SPU", "#SPU 0", "#SPU -1", "#SPU x", "#SPU 1048577", "#SPU 99999999999999999999999"] {
            test.begin(text, now);
            assert!(!test.data(10), "{text}");
            assert_eq!(test.end(now).unwrap().bytes, 0, "{text}");
        }
        test.begin("#SPU 1024", now);
        assert!(test.data(SLACK));
        assert!(!test.data(SLACK), "more than it asked for");
        assert_eq!(test.end(now), None, "given up");
        test.begin("#SPU 1", now + PAUSE);
        let tiny = (0..1_000).take_while(|_| test.data(4)).count();
        assert_eq!(tiny, (1 + SLACK) / LEAST, "many frames with hardly anything in them");
        let now = now + PAUSE;
        test.begin("#SPU 1024", now + PAUSE / 2);
        assert!(!test.data(1), "too soon");
        assert_eq!(test.end(now + PAUSE).unwrap().bytes, 0, "no client waits for an answer that never comes");
        test.begin("#SPU 1024", now + PAUSE);
        assert!(test.data(1));
    }

    #[test]
    fn an_end_without_a_test_is_not_answered() {
        let (mut test, now) = start();
        assert_eq!(test.end(now), None);
        test.begin("#SPU 10", now);
        assert_eq!(test.end(now).unwrap().bytes, 0, "nothing came");
    }
}
