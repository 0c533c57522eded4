//! The last entries: numbered without gaps, bounded in bytes and in number.

use std::{collections::VecDeque, sync::Arc};

use super::entry::{Entry, Who};
use crate::protocol::ids::{CallId, UserId};

/// How many entries are kept at most, however small they are. The bound in bytes comes first unless it is set high.
const MOST: usize = 65_536;
/// How many entries one look goes over: a few microseconds, for which whoever records waits.
const LOOK: usize = 512;

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this user's sessions, and what hooks and store were told of this user's calls.
    pub user: Option<UserId>,
    /// About this call.
    pub call: Option<CallId>,
}

impl Filter {
    fn wants(&self, entry: &Entry) -> bool {
        let of = |user: &UserId| {
            entry.who.as_ref().is_some_and(|who| who.user == *user)
                || entry.parties.iter().flatten().any(|party| party == user)
        };
        self.call.is_none_or(|call| entry.call == Some(call)) && self.user.as_ref().is_none_or(of)
    }
}

/// What a reader gets.
#[derive(Debug, Default)]
pub struct Page {
    /// The entries with their numbers, the oldest first.
    pub entries: Vec<(u64, Entry)>,
    /// How many entries after the one that the reader knew were lost before it came.
    pub missed: u64,
    /// The last entry that was looked at, wanted or not.
    pub upto: u64,
    /// Whether an entry that is wanted follows.
    pub more: bool,
}

/// The ring.
pub(super) struct Ring {
    /// The number of the oldest entry, or of the next one where there is none.
    first: u64,
    entries: VecDeque<Entry>,
    bytes: usize,
    max_bytes: usize,
}

impl Ring {
    /// A ring of so many bytes. It never moves its entries to make room for more of them.
    pub(super) fn new(max_bytes: usize) -> Self {
        let fit = (max_bytes / size_of::<Entry>()).min(MOST);
        let room = if fit == 0 { 0 } else { fit + 1 };
        Self { first: 1, entries: VecDeque::with_capacity(room), bytes: 0, max_bytes }
    }

    /// Takes an entry in, and lets go of the oldest that no longer fit. Gives its number.
    pub(super) fn push(&mut self, entry: Entry) -> u64 {
        self.bytes += entry.weight();
        self.entries.push_back(entry);
        while self.bytes > self.max_bytes || self.entries.len() > MOST {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.weight();
            self.first += 1;
        }
        self.last()
    }

    /// The number of the oldest entry, or of the next one where there is none.
    pub(super) fn oldest(&self) -> u64 {
        self.first
    }

    /// The last number given out; 0 where none was.
    pub(super) fn last(&self) -> u64 {
        self.first - 1 + u64::try_from(self.entries.len()).unwrap_or(0)
    }

    pub(super) fn claim(&mut self, number: u64, who: &Arc<Who>) {
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.who = Some(Arc::clone(who));
        }
    }

    /// Goes over some of the entries after `page.upto`, and adds those that are wanted until there are `limit`. Whether to look
    /// again.
    pub(super) fn look(&self, filter: &Filter, limit: usize, page: &mut Page) -> bool {
        let next = page.upto.saturating_add(1);
        page.missed += self.first.saturating_sub(next);
        let from = next.max(self.first);
        page.upto = page.upto.max(self.first - 1);
        let Ok(skip) = usize::try_from(from - self.first) else { return false };
        for (entry, number) in self.entries.iter().skip(skip).zip(from..).take(LOOK) {
            if filter.wants(entry) {
                if page.entries.len() == limit {
                    page.more = true;
                    return false;
                }
                page.entries.push((number, entry.clone()));
            }
            page.upto = number;
        }
        page.upto < self.last()
    }
}

#[cfg(test)]
mod tests {
    use bytestring::ByteString;

    use super::*;
    use crate::{
        clock,
        protocol::{
            codes::Door,
            ids::{DeviceId, UserId},
        },
        trace::Kind,
    };

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    fn who(name: &str) -> Arc<Who> {
        let session = clock::session_id();
        Arc::new(Who { user: user(name), device: DeviceId::default(), session, door: Door::Native })
    }

    fn frame(bytes: usize) -> Entry {
        Entry::frame(Kind::FrameIn, None, None, "x".repeat(bytes).into())
    }

    fn all(ring: &Ring, filter: &Filter, after: u64, limit: usize) -> Page {
        let mut page = Page { upto: after, ..Page::default() };
        while ring.look(filter, limit, &mut page) {}
        page
    }

    fn numbers(page: &Page) -> Vec<u64> {
        page.entries.iter().map(|(number, _)| *number).collect()
    }

    #[test]
    fn the_oldest_go_first_and_the_bytes_stay_in_bounds() {
        let mut ring = Ring::new(20_000);
        let room = ring.entries.capacity();
        for n in 1..=100 {
            assert_eq!(ring.push(frame(1_000)), n);
            assert!(ring.bytes <= 20_000, "{}", ring.bytes);
            assert_eq!(ring.bytes, ring.entries.iter().map(Entry::weight).sum::<usize>());
        }
        assert_eq!(ring.entries.capacity(), room, "nothing is moved to make room");
        let page = all(&ring, &Filter::default(), 0, 1_000);
        let kept = page.entries.len();
        assert!((12..=16).contains(&kept), "{kept}");
        assert_eq!(numbers(&page), (101 - u64::try_from(kept).unwrap()..=100).collect::<Vec<_>>());
        assert_eq!((page.missed, page.upto, page.more), (100 - u64::try_from(kept).unwrap(), 100, false));
    }

    #[test]
    fn one_entry_that_is_too_big_leaves_nothing_behind_but_its_number() {
        let mut ring = Ring::new(20_000);
        ring.push(frame(10));
        assert_eq!(ring.push(frame(30_000)), 2);
        assert_eq!((ring.bytes, ring.entries.len(), ring.last(), ring.oldest()), (0, 0, 2, 3));
        assert_eq!(ring.push(frame(10)), 3);
    }

    #[test]
    fn the_number_of_entries_is_bounded_as_well() {
        let mut ring = Ring::new(usize::MAX);
        for _ in 0..MOST + 10 {
            ring.push(Entry::of(Kind::SocketOpened));
        }
        assert_eq!((ring.entries.len(), ring.oldest()), (MOST, 11));
    }

    #[test]
    fn pages_follow_each_other_and_the_last_one_says_so() {
        let mut ring = Ring::new(1 << 20);
        for _ in 0..1_300 {
            ring.push(frame(1));
        }
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let page = all(&ring, &Filter::default(), after, 500);
            after = page.upto;
            seen.extend(numbers(&page));
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, (1..=1_300).collect::<Vec<_>>());
        let exact = all(&ring, &Filter::default(), 800, 500);
        assert_eq!((exact.entries.len(), exact.more), (500, false));
        assert!(numbers(&all(&ring, &Filter::default(), u64::MAX, 5)).is_empty());
    }

    #[test]
    fn a_filter_by_user_takes_its_frames_and_what_hooks_hear_of_its_calls() {
        let mut ring = Ring::new(1 << 20);
        let (one, two) = (clock::call_id(), clock::call_id());
        let text = || ByteString::from_static("{}");
        let parties = |a: &str, b: &str| [Some(user(a)), Some(user(b))];
        ring.push(Entry::frame(Kind::FrameIn, Some(who("alice")), Some(one), text()));
        ring.push(Entry { parties: parties("alice", "bob"), call: Some(one), ..Entry::of(Kind::VetoQuestion) });
        ring.push(Entry::frame(Kind::FrameOut, Some(who("bob")), Some(one), text()));
        ring.push(Entry { parties: parties("carol", "dave"), call: Some(two), ..Entry::of(Kind::Commit) });
        ring.push(Entry::of(Kind::SocketOpened));
        let of = |user: Option<&str>, call| Filter { user: user.map(self::user), call };
        assert_eq!(numbers(&all(&ring, &of(Some("alice"), None), 0, 9)), [1, 2]);
        assert_eq!(numbers(&all(&ring, &of(Some("bob"), None), 0, 9)), [2, 3]);
        assert_eq!(numbers(&all(&ring, &of(None, Some(one)), 0, 9)), [1, 2, 3]);
        assert_eq!(numbers(&all(&ring, &of(Some("alice"), Some(two)), 0, 9)), [0; 0]);
        assert_eq!(numbers(&all(&ring, &of(Some("dave"), Some(two)), 0, 9)), [4]);
        ring.claim(5, &who("dave"));
        assert_eq!(numbers(&all(&ring, &of(Some("dave"), None), 0, 9)), [4, 5]);
        ring.claim(99, &who("dave"));
        ring.claim(0, &who("dave"));
    }
}
