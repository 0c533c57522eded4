//! The flight recorder: the last messages between clients, server, hooks and store, in memory, for whoever wants to see what
//! was said.
//!
//! | module | what |
//! | --- | --- |
//! | `entry` | what is taken down of a message |
//! | `ring` | the last entries, bounded in bytes and in number |
//! | `redact` | what nobody may read is cut out |
//! | `view` | an entry as REST shows it |
//!
//! Taking something down costs a short lock and no formatting: a body is shared with whoever sends it. What is private is cut
//! out when somebody reads. The frames that hold nothing but secrets, `login` and `logged_in`, are cut before they come here.

mod entry;
mod redact;
mod ring;
mod view;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use self::ring::Ring;
pub use self::{
    entry::{Entry, Exchange, Kind, PostHeaders, Who},
    redact::{login, without_secrets},
    ring::{Filter, Page},
    view::{Headers, Trace},
};
use crate::clock;

struct Inner {
    ring: Mutex<Ring>,
    /// Changes whenever something was taken down while somebody watches.
    news: watch::Sender<()>,
}

/// The recorder. Cloning shares it.
#[derive(Clone)]
pub struct Recorder {
    inner: Arc<Inner>,
    on: bool,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("on", &self.on).finish_non_exhaustive()
    }
}

impl Default for Recorder {
    /// One that takes nothing down.
    fn default() -> Self {
        Self::new(0)
    }
}

impl Recorder {
    /// A recorder that keeps so many bytes; none for 0.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let inner = Inner { ring: Mutex::new(Ring::new(bytes)), news: watch::Sender::new(()) };
        Self { inner: Arc::new(inner), on: bytes > 0 }
    }

    /// Whether anything is taken down.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Takes an entry down, which is made only where the recorder is on. Its number; `None` where nothing was taken down.
    pub fn record(&self, make: impl FnOnce() -> Entry) -> Option<u64> {
        if !self.on {
            return None;
        }
        let mut entry = make();
        let mut ring = self.ring();
        // Under the lock, so that times have the order of numbers.
        entry.at = clock::wall();
        let number = ring.push(entry);
        drop(ring);
        if self.inner.news.receiver_count() > 0 {
            self.inner.news.send_replace(());
        }
        Some(number)
    }

    /// These entries turn out to be of this client's: a connection has logged in. Who watches live does not hear of that.
    pub fn claim(&self, numbers: impl IntoIterator<Item = u64>, who: &Arc<Who>) {
        let mut ring = self.ring();
        for number in numbers {
            ring.claim(number, who);
        }
    }

    /// At most `limit` of the entries after `after` that the filter lets through, the oldest first. What is recorded meanwhile
    /// waits for a few hundred entries to be looked at, never for all of them.
    #[must_use]
    pub fn page(&self, filter: &Filter, after: u64, limit: usize) -> Page {
        let mut page = Page { upto: after, ..Page::default() };
        loop {
            let more = self.ring().look(filter, limit, &mut page);
            if !more {
                return page;
            }
        }
    }

    /// Where a live view begins that has seen everything up to `after`, or wants only what is new; and whether something in
    /// between is lost. A number that was never reached is from another life of the server.
    #[must_use]
    pub fn resume(&self, after: Option<u64>) -> (u64, bool) {
        let ring = self.ring();
        let Some(after) = after else { return (ring.last(), false) };
        let oldest = ring.oldest();
        let gap = after > ring.last() || after + 1 < oldest;
        (if gap { oldest.saturating_sub(1) } else { after }, gap)
    }

    /// Changes with each entry from now on.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<()> {
        self.inner.news.subscribe()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.inner.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> Entry {
        Entry::of(Kind::SocketOpened)
    }

    #[test]
    fn a_recorder_that_is_off_makes_no_entry() {
        let off = Recorder::default();
        assert_eq!(off.record(|| panic!("made")), None);
        assert!(off.page(&Filter::default(), 0, 10).entries.is_empty());
    }

    #[test]
    fn times_have_the_order_of_numbers() {
        let recorder = Recorder::new(1 << 20);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert!((0..500).all(|_| recorder.record(opened).is_some())));
            }
        });
        let page = recorder.page(&Filter::default(), 0, 2_000);
        assert_eq!(page.entries.len(), 1_000);
        assert!(page.entries.is_sorted_by(|(n, a), (m, b)| n < m && a.at <= b.at));
    }

    #[tokio::test]
    async fn whoever_watches_is_woken_by_an_entry_and_loses_none() {
        let recorder = Recorder::new(1 << 20);
        assert_eq!(recorder.record(opened), Some(1));
        let mut news = recorder.news();
        let (after, gap) = recorder.resume(None);
        assert_eq!((after, gap), (1, false));
        assert_eq!(recorder.record(opened), Some(2));
        news.changed().await.unwrap();
        let page = recorder.page(&Filter::default(), after, 10);
        assert_eq!(page.entries.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_view_that_comes_back_is_told_of_a_gap() {
        let recorder = Recorder::new(20_000);
        assert_eq!(recorder.resume(Some(0)), (0, false), "nothing has happened yet");
        for _ in 0..1_000 {
            recorder.record(opened);
        }
        let oldest = recorder.page(&Filter::default(), 0, 1).entries[0].0;
        assert!(oldest > 1);
        assert_eq!(recorder.resume(Some(oldest - 1)), (oldest - 1, false));
        assert_eq!(recorder.resume(Some(oldest - 2)), (oldest - 1, true), "lost by now");
        assert_eq!(recorder.resume(Some(1_001)), (oldest - 1, true), "from another life of the server");
        assert_eq!(recorder.resume(Some(u64::MAX)), (oldest - 1, true));
    }
}
