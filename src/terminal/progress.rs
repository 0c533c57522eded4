//! How far long work has come, and how often to say so.

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use super::Block;
use crate::clock;

/// Work that is over sooner shows nothing, so that nothing flickers.
const UNSEEN: Duration = Duration::from_millis(400);
/// How often the line on a terminal is drawn anew.
const REDRAW_EVERY: Duration = Duration::from_millis(100);
/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(3);
const BAR: usize = 30;

/// Says when it is time to show how far some work has come, and draws that on standard error where it is a terminal.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Whether one line is drawn again and again. Otherwise each is a new one, and the caller's to write.
    pub(crate) terminal: bool,
    begun: Instant,
    due: Instant,
    every: Duration,
    block: Block,
}

impl Pace {
    /// For work that begins now.
    pub(crate) fn new() -> Self {
        let terminal = io::stderr().is_terminal();
        if terminal {
            Self::every(terminal, UNSEEN, REDRAW_EVERY)
        } else {
            Self::every(terminal, LINE_EVERY, LINE_EVERY)
        }
    }

    fn every(terminal: bool, first: Duration, every: Duration) -> Self {
        let begun = clock::now();
        Self { terminal, begun, due: begun + first, every, block: Block::default() }
    }

    /// How long the work has taken.
    pub(crate) fn ran(&self) -> Duration {
        clock::now().saturating_duration_since(self.begun)
    }

    /// Whether it is time to show something; not again until a while later.
    pub(crate) fn is_due(&mut self) -> bool {
        let now = clock::now();
        let due = now >= self.due;
        if due {
            self.due = now + self.every;
        }
        due
    }

    /// Puts `text` in the place of the last one; an empty one takes it away.
    pub(crate) fn draw(&mut self, text: &str) {
        if self.terminal {
            let (columns, _) = super::size(&io::stderr());
            let line: String = text.chars().take(columns).collect();
            let line = if line.is_empty() { line } else { format!("{line}\n") };
            // A terminal that is gone sees no progress.
            drop(io::stderr().write_all(self.block.redraw(&line).as_bytes()));
        }
    }
}

/// Work that can be counted: a bar, how many of how many, how many a second, how long it will take.
pub(crate) fn counted(what: &str, done: u64, all: u64, ran: Duration) -> String {
    let part = float(done) / float(all.max(1));
    let rate = float(done) / ran.as_secs_f64().max(1e-3);
    let left = Duration::try_from_secs_f64(float(all.saturating_sub(done)) / rate.max(1e-3)).unwrap_or(Duration::MAX);
    let left = if done == 0 { String::new() } else { format!(", {} left", duration(left)) };
    let (done, all, percent) = (thousands(done), thousands(all), part * 100.0);
    format!("  {} {percent:>3.0} %  {done} of {all} {what}, {rate:.0}/s{left}", bar(part, BAR, '·'))
}

/// A time that is not looked at closely: `4 s`, `1:05 min`.
pub(crate) fn duration(of: Duration) -> String {
    let secs = of.as_secs();
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{}:{:02} min", secs / 60, secs % 60),
        _ => format!("{}:{:02} h", secs / 3600, secs % 3600 / 60),
    }
}

/// A bar of blocks.
pub(crate) fn bar(part: f64, width: usize, empty: char) -> String {
    let cells = float(u64::try_from(width).unwrap_or(u64::MAX));
    let full =
        (1..=width).take_while(|cell| float(u64::try_from(*cell).unwrap_or(u64::MAX)) <= part * cells + 0.5).count();
    let rest = std::iter::repeat_n(empty, width - full);
    std::iter::repeat_n('█', full).chain(rest).collect()
}

/// A number with its thousands apart.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count as a number to calculate with. Counts beyond 32 bits would be a run of weeks.
pub(crate) fn float(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_far_how_fast_and_how_long() {
        assert_eq!(
            counted("replayed", 1_250, 5_000, Duration::from_secs(5)),
            "  ████████······················  25 %  1,250 of 5,000 replayed, 250/s, 15 s left"
        );
        let begun = counted("replayed", 0, 5_000, Duration::ZERO);
        assert!(begun.ends_with("  0 %  0 of 5,000 replayed, 0/s"), "{begun}");
        assert!(counted("x", 0, 0, Duration::from_secs(1)).contains("0 of 0"));
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([4, 65, 3_660].map(|secs| duration(Duration::from_secs(secs))), ["4 s", "1:05 min", "1:01 h"]);
    }

    #[tokio::test(start_paused = true)]
    async fn short_work_is_not_seen_and_long_work_not_too_often() {
        let mut pace = Pace::every(false, Duration::from_secs(1), Duration::from_secs(2));
        let mut seen = Vec::new();
        for tenth in 1..=60 {
            tokio::time::advance(Duration::from_millis(100)).await;
            if pace.is_due() {
                seen.push(tenth);
            }
        }
        assert_eq!(seen, [10, 30, 50]);
        assert_eq!(pace.ran(), Duration::from_secs(6));
    }
}
