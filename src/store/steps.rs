//! How far a migration has come, for whoever waits for the server.

use std::time::Duration;

use crate::terminal::{Pace, bar, duration, float};

const BAR: usize = 30;
/// Shown as the most until a step is over, since what it takes is an estimate.
const NEARLY: f64 = 0.99;

/// The steps of a migration. On a terminal a line that is drawn anew, otherwise a line of the log now and then.
#[derive(Debug)]
pub(super) struct Steps {
    all: usize,
    /// The version that the step under way leads to; 0 before the first.
    step: i64,
    /// Whether the file is new: then there is nothing to wait for.
    fresh: bool,
    /// What the step takes, where that is known, and what it has taken so far. Unit: operations of SQLite.
    work: Option<u64>,
    taken: u64,
    /// Of the step.
    pace: Pace,
}

impl Steps {
    pub(super) fn new(all: usize) -> Self {
        Self { all, step: 0, fresh: false, work: None, taken: 0, pace: Pace::new() }
    }

    /// The step from version `found` begins.
    pub(super) fn begin(&mut self, found: i64, work: Option<u64>) {
        self.fresh |= found == 0;
        (self.step, self.work, self.taken, self.pace) = (found + 1, work, 0, Pace::new());
        if !self.fresh {
            tracing::info!(step = self.step, of = self.all, "bringing the store's schema forward");
        }
    }

    /// So much more was done.
    pub(super) fn went_on(&mut self) {
        self.taken += u64::from(super::schema::WATCH_EVERY.unsigned_abs());
        if !self.pace.is_due() {
            return;
        }
        if self.pace.terminal {
            let line = self.line(self.pace.ran());
            self.pace.draw(&line);
        } else {
            let percent = self.part().map(|part| (part * 100.0).round());
            let secs = self.pace.ran().as_secs();
            tracing::info!(step = self.step, of = self.all, percent, secs, "the store's schema is brought forward");
        }
    }

    /// The step is on disk.
    pub(super) fn done(&mut self) {
        self.pace.draw("");
        let (version, secs) = (self.step, self.pace.ran().as_secs_f64());
        if self.fresh {
            tracing::debug!(version, "the store's schema was made");
        } else {
            tracing::info!(version, secs, "the store's schema was brought forward");
        }
    }

    /// Nothing more will come, whether or not all is done.
    pub(super) fn over(&mut self) {
        self.pace.draw("");
    }

    /// From 0 to 1.
    fn part(&self) -> Option<f64> {
        let work = self.work.filter(|work| *work > 0)?;
        // In thousands, so that both are small numbers.
        Some((float(self.taken / 1000) / float(work.div_ceil(1000))).min(NEARLY))
    }

    fn line(&self, ran: Duration) -> String {
        let what = format!("  bringing the store forward, step {} of {}", self.step, self.all);
        let Some(part) = self.part() else { return format!("{what}  {}", duration(ran)) };
        let left = ran.as_secs_f64() * (1.0 / part.max(1e-3) - 1.0);
        let left = duration(Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX));
        format!("{what}  {} {:>3.0} %  {}, {left} left", bar(part, BAR, '·'), part * 100.0, duration(ran))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_which_step_and_how_far_where_that_is_known() {
        let mut steps = Steps::new(4);
        steps.begin(1, None);
        let secs = Duration::from_secs(3);
        assert_eq!(steps.line(secs), "  bringing the store forward, step 2 of 4  3 s");
        steps.begin(3, Some(40_000));
        steps.went_on();
        assert_eq!(
            steps.line(secs),
            "  bringing the store forward, step 4 of 4  ████████······················  25 %  3 s, 9 s left"
        );
        (0..9).for_each(|_| steps.went_on());
        assert!(steps.line(secs).contains(" 99 %"), "an estimate is never all of it: {}", steps.line(secs));
    }
}
