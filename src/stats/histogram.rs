//! How often durations of each size occurred, in logarithmic buckets.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Sub-buckets per power of two: a percentile is off by at most a sixteenth of its value.
const SUB_BITS: u32 = 3;
/// Powers of two of microseconds that are told apart: up to about 19 hours.
const POWERS: usize = 36;
const BUCKETS: usize = (POWERS - 2) << SUB_BITS;

/// Percentiles of a duration, within a sixteenth of the true value. Unit: milliseconds. `null` where nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Percentiles {
    /// How many were measured.
    pub count: u64,
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

/// Counts per logarithmic bucket of microseconds.
#[derive(Clone)]
pub(crate) struct Histogram {
    counts: Box<[u32; BUCKETS]>,
    largest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), largest: 0 }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, took: Duration) {
        self.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Counts a value, whatever its unit.
    pub(super) fn note(&mut self, us: u64) {
        if let Some(count) = self.counts.get_mut(bucket(us)) {
            *count = count.saturating_add(1);
        }
        self.largest = self.largest.max(us);
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts.iter()) {
            *mine = mine.saturating_add(*theirs);
        }
        self.largest = self.largest.max(other.largest);
    }

    /// How many were in each half of a power of two: from, below, how many; without the empty ones at both ends.
    pub(crate) fn rows(&self) -> Vec<(Duration, Duration, u64)> {
        const WIDTH: usize = 1 << (SUB_BITS - 1);
        let sums = self.counts.chunks(WIDTH).map(|chunk| chunk.iter().copied().map(u64::from).sum::<u64>());
        let bound = |row: usize| Duration::from_micros(low(row * WIDTH));
        let rows = sums.enumerate().map(|(row, sum)| (bound(row), bound(row + 1), sum));
        let mut rows: Vec<_> = rows.skip_while(|(.., sum)| *sum == 0).collect();
        while rows.pop_if(|(.., sum)| *sum == 0).is_some() {}
        rows
    }

    /// The value that so many percent do not exceed, in the unit that was noted; `None` where nothing was.
    pub(super) fn percentile(&self, percent: u64) -> Option<u64> {
        let count: u64 = self.counts.iter().copied().map(u64::from).sum();
        let rank = (count * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let position = self.counts.iter().position(|n| {
            seen += u64::from(*n);
            seen >= rank
        });
        position.map(|bucket| middle(bucket).min(self.largest))
    }

    pub(crate) fn percentiles(&self) -> Percentiles {
        let count: u64 = self.counts.iter().copied().map(u64::from).sum();
        let at = |percent| self.percentile(percent).map(millis);
        Percentiles { count, p50: at(50), p95: at(95), p99: at(99), max: (count > 0).then(|| millis(self.largest)) }
    }
}

/// Where a bucket begins, in microseconds.
fn low(bucket: usize) -> u64 {
    let bucket = u64::try_from(bucket).unwrap_or(u64::MAX);
    let (row, column) = (bucket >> SUB_BITS, bucket & ((1 << SUB_BITS) - 1));
    if row == 0 { column } else { ((1 << SUB_BITS) + column) << (row - 1) }
}

/// The bucket of a value: linear up to 2^`SUB_BITS`, then 2^`SUB_BITS` buckets per power of two.
fn bucket(us: u64) -> usize {
    let power = us.checked_ilog2().unwrap_or(0);
    let position = if power < SUB_BITS {
        us
    } else {
        let above = u64::from(power - SUB_BITS);
        ((above + 1) << SUB_BITS) + ((us >> above) - (1 << SUB_BITS))
    };
    usize::try_from(position).unwrap_or(usize::MAX).min(BUCKETS - 1)
}

/// The middle of a bucket, in microseconds.
fn middle(bucket: usize) -> u64 {
    let from = low(bucket);
    from + (low(bucket + 1) - from) / 2
}

fn millis(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_holds_its_middle_and_buckets_are_a_sixteenth_wide_at_most() {
        for us in [0, 1, 7, 8, 9, 15, 16, 17, 1000, 123_456, 60_000_000, 3_600_000_000] {
            let middle = middle(bucket(us));
            assert_eq!(bucket(middle), bucket(us), "{us}");
            assert!(middle.abs_diff(us) * 16 <= us, "{us} is told as {middle}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn the_rows_hold_everything_and_begin_and_end_with_something() {
        let mut histogram = Histogram::default();
        for us in [5, 700, 800, 1_100, 1_600] {
            histogram.record(Duration::from_micros(us));
        }
        let rows = histogram.rows();
        assert_eq!(rows.first(), Some(&(Duration::from_micros(4), Duration::from_micros(8), 1)));
        let us = Duration::from_micros;
        assert_eq!(
            rows[rows.len() - 3..],
            [(us(768), us(1_024), 1), (us(1_024), us(1_536), 1), (us(1_536), us(2_048), 1)]
        );
        assert_eq!(rows.iter().map(|(.., count)| count).sum::<u64>(), 5);
        assert_eq!(Histogram::default().rows(), []);
    }
}
