//! When calls begin.

use std::{
    num::NonZeroU64,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

use crate::clock;

/// Hands out calls to whoever is free.
pub(super) struct Pace {
    begun: Instant,
    taken: AtomicU64,
    calls: u64,
    until: Option<Instant>,
    /// For an open loop: how far apart calls are due, and a permit for each that is.
    offered: Option<(f64, Semaphore)>,
}

impl Pace {
    /// As fast as they go: the next call begins when one has ended.
    pub(super) fn closed(calls: Option<NonZeroU64>, duration: Option<Duration>) -> Self {
        let begun = clock::now();
        Self {
            begun,
            taken: AtomicU64::new(0),
            calls: calls.map_or(u64::MAX, NonZeroU64::get),
            until: duration.map(|duration| begun + duration),
            offered: None,
        }
    }

    /// At a rate, whatever becomes of the calls before. Unit: calls per second.
    pub(super) fn open(calls: u64, rate: f64, pairs: usize) -> Arc<Self> {
        let pace = Arc::new(Self {
            begun: clock::now(),
            taken: AtomicU64::new(0),
            calls,
            until: None,
            offered: Some((rate.recip(), Semaphore::new(0))),
        });
        let offering = Arc::clone(&pace);
        std::thread::spawn(move || offering.offer(pairs));
        pace
    }

    pub(super) fn begun(&self) -> Instant {
        self.begun
    }

    /// Waits for the next call; tells when it was due, which may be long past. `None`: there are no more.
    pub(super) async fn next(&self) -> Option<Instant> {
        if let Some((_, permits)) = &self.offered {
            permits.acquire().await.ok()?.forget();
        }
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        let due = self.due(number);
        (number < self.calls && self.until.is_none_or(|until| due < until)).then_some(due)
    }

    fn due(&self, number: u64) -> Instant {
        match &self.offered {
            Some((gap_secs, _)) => {
                // Numbers beyond 32 bits would be a run of weeks.
                let number = f64::from(u32::try_from(number).unwrap_or(u32::MAX));
                self.begun + Duration::from_secs_f64(gap_secs * number)
            }
            None => clock::now(),
        }
    }

    /// Gives a permit for each call when it is due. On a thread of its own, since the runtime's timers are a millisecond coarse,
    /// which is more than a call takes.
    fn offer(&self, pairs: usize) {
        let Some((_, permits)) = &self.offered else { return };
        for number in 0..self.calls {
            #[expect(clippy::disallowed_methods, reason = "nothing else runs on this thread")]
            std::thread::sleep(self.due(number).saturating_duration_since(clock::now()));
            permits.add_permits(1);
        }
        // Each pair wakes once more to learn that this was all.
        permits.add_permits(pairs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn at_a_rate_calls_are_due_evenly_however_late_somebody_takes_them() {
        let pace = Pace::open(3, 1_000.0, 2);
        let mut due = Vec::new();
        while let Some(call) = pace.next().await {
            due.push(call.duration_since(pace.begun()).as_micros());
        }
        assert_eq!(due, [0, 1_000, 2_000]);
        assert_eq!(pace.next().await, None, "the second pair hears of the end too");
    }

    #[tokio::test]
    async fn without_a_rate_calls_are_due_when_somebody_is_free() {
        let pace = Pace::closed(NonZeroU64::new(2), None);
        let before = clock::now();
        let due = pace.next().await.unwrap();
        assert!(due >= before);
        assert!(pace.next().await.unwrap() >= due);
        assert_eq!(pace.next().await, None);
        assert_eq!(Pace::closed(None, Some(Duration::ZERO)).next().await, None);
    }
}
