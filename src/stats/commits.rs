//! The store's commits of the last minute: how long they took, and how many writes shared one.

use std::time::Duration;

use super::histogram::{Histogram, Percentiles};
use crate::protocol::record::Timestamp;

/// How long a part of the minute is. Unit: microseconds.
const PART_US: i64 = 10_000_000;
/// One part more than a minute has, so that the minute is full whenever the newest part has just begun.
const PARTS: i64 = 7;

/// What is told of the commits of a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CommitFigures {
    /// How long they took.
    pub took: Percentiles,
    /// How many writes shared a commit, in the middle; `None` where there was none.
    pub batch_p50: Option<u64>,
}

#[derive(Default)]
struct Part {
    index: i64,
    took: Histogram,
    batch: Histogram,
}

pub(super) struct Commits(Vec<Part>);

impl Commits {
    pub(super) fn new() -> Self {
        Self((0..PARTS).map(|_| Part { index: -1, ..Part::default() }).collect())
    }

    pub(super) fn note(&mut self, at: Timestamp, took: Duration, batch: usize) {
        let index = at.0.div_euclid(PART_US);
        let slot = usize::try_from(index.rem_euclid(PARTS)).ok();
        let Some(part) = slot.and_then(|slot| self.0.get_mut(slot)) else { return };
        if part.index != index {
            *part = Part { index, ..Part::default() };
        }
        part.took.record(took);
        part.batch.note(u64::try_from(batch).unwrap_or(u64::MAX));
    }

    pub(super) fn figures(&self, now: Timestamp) -> CommitFigures {
        let newest = now.0.div_euclid(PART_US);
        let (mut took, mut batch) = (Histogram::default(), Histogram::default());
        for part in self.0.iter().filter(|part| (newest - PARTS + 1..=newest).contains(&part.index)) {
            took.add(&part.took);
            batch.add(&part.batch);
        }
        CommitFigures { took: took.percentiles(), batch_p50: batch.percentile(50) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_told_for_about_a_minute() {
        let mut commits = Commits::new();
        let at = |secs: i64| Timestamp(1_763_694_600_000_000 + secs * 1_000_000);
        for (secs, batch) in [(0, 1), (1, 3), (2, 40)] {
            commits.note(at(secs), Duration::from_millis(4), batch);
        }
        let CommitFigures { took, batch_p50 } = commits.figures(at(59));
        assert_eq!((took.count, took.max, batch_p50), (3, Some(4.0), Some(3)));
        let CommitFigures { took, batch_p50 } = commits.figures(at(75));
        assert_eq!((took.count, took.p50, batch_p50), (0, None, None));
    }
}
