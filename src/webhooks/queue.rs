//! What is in memory of one hook's events: which may be sent now, which wait behind another of their call.
//!
//! A pure bookkeeper. The deliverer feeds it what the outbox has and what the hook answered; it decides the order.
//!
//! An event is *held* from the moment it is read until its outcome is on disk, so that it is never read twice meanwhile. The
//! held events of a call form a lane; one of a lane is under way at a time. What must wait for an event that waits for its
//! retry is not held: it is *parked* on disk and released when that event is settled or overtaken.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use super::retry::Next;
use crate::{
    protocol::{ids::CallId, record::Timestamp},
    store::outbox::{Ask, Blocker, Due, Found, Mark, Outcome},
};

/// Events of one hook in memory. Raising it helps a fast hook catch up and costs about a kilobyte each.
const MAX_HELD: usize = 256;
/// POSTs under way to one hook. Raising it helps hooks far away, and lets a dead one take more sockets.
const MAX_SENDING: usize = 64;
/// What is left of it for a hook that keeps failing.
const MIN_SENDING: usize = 4;
/// How long something is parked behind an event that should be sent any moment: only a safety net, as settling that one
/// releases it.
const PARK: Duration = Duration::from_secs(60);

/// One hook's events in memory.
#[derive(Debug)]
pub(super) struct Queue {
    hook: String,
    /// When the hook was registered: another one of the same name has nothing to do with what is held here.
    registered: Timestamp,
    /// What is being read from the outbox may be the other one's.
    outdated: bool,
    lanes: BTreeMap<CallId, Lane>,
    /// Calls that have something to send and nothing under way.
    ready: VecDeque<CallId>,
    held: BTreeSet<i64>,
    /// Held events whose retry or parking is not on disk yet, and until when they hold up their followers.
    blocking: BTreeMap<i64, Timestamp>,
    /// Calls with something parked.
    parked: BTreeSet<CallId>,
    sending: usize,
    limit: usize,
    /// Whether the outbox has more that is due than fits.
    more: bool,
    /// When the outbox has something due next.
    pub(super) next_at: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Lane {
    waiting: BTreeMap<u32, Due>,
    busy: bool,
}

/// What the answer to an event means for it.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) next: Next,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
}

impl Queue {
    pub(super) fn new(hook: String, registered: Timestamp) -> Self {
        Self {
            hook,
            registered,
            outdated: false,
            lanes: BTreeMap::new(),
            ready: VecDeque::new(),
            held: BTreeSet::new(),
            blocking: BTreeMap::new(),
            parked: BTreeSet::new(),
            sending: 0,
            limit: MAX_SENDING,
            more: false,
            next_at: None,
        }
    }

    /// What the outbox should be asked for; `None` where nothing fits.
    pub(super) fn ask(&mut self) -> Option<Ask> {
        let room = MAX_HELD.saturating_sub(self.held.len());
        self.more |= room == 0;
        (room > 0).then(|| Ask { hook: self.hook.clone(), held: self.held.clone(), room })
    }

    /// Takes what the outbox had. True where it should be asked again, since its answer was out of date when it came.
    pub(super) fn accept(&mut self, found: Found, now: Timestamp, overtake: Duration, marks: &mut Vec<Mark>) -> bool {
        if std::mem::take(&mut self.outdated) {
            return true;
        }
        self.more = found.more;
        self.next_at = found.next_at;
        let mut again = false;
        for due in found.due {
            match due.behind {
                None => self.enter(due),
                Some(Blocker { id, at }) => {
                    if let Some(until) = self.blocking.get(&id) {
                        self.park(&due, *until, marks);
                    } else if self.held.contains(&id) {
                        // In memory too: the lane keeps the order.
                        self.enter(due);
                    } else if found.held.contains(&id) {
                        again = true;
                    } else {
                        self.park(&due, after(at, overtake).max(after(now, PARK)), marks);
                    }
                }
            }
        }
        again
    }

    fn enter(&mut self, due: Due) {
        self.held.insert(due.id);
        let call = due.call;
        let lane = self.lanes.entry(call).or_default();
        if !lane.busy && lane.waiting.is_empty() {
            self.ready.push_back(call);
        }
        lane.waiting.insert(due.seq, due);
    }

    fn park(&mut self, due: &Due, until: Timestamp, marks: &mut Vec<Mark>) {
        self.held.insert(due.id);
        self.blocking.insert(due.id, until);
        self.parked.insert(due.call);
        marks.push(Mark::Park { id: due.id, hook: self.hook.clone(), call: due.call, seq: due.seq, until });
    }

    /// The next event to send, if there is one and the hook may have one more under way.
    pub(super) fn next(&mut self) -> Option<Due> {
        if self.sending >= self.limit {
            return None;
        }
        let lane = self.ready.pop_front().and_then(|call| self.lanes.get_mut(&call))?;
        let (_, due) = lane.waiting.pop_first()?;
        lane.busy = true;
        self.sending += 1;
        Some(due)
    }

    /// Takes the outcome of an event that [`Queue::next`] gave out.
    pub(super) fn finish(
        &mut self,
        due: &Due,
        tried: Tried,
        now: Timestamp,
        overtake: Duration,
        marks: &mut Vec<Mark>,
    ) {
        self.sending = self.sending.saturating_sub(1);
        let until = after(due.at, overtake);
        let (outcome, passes) = match tried.next {
            Next::Delivered => (Outcome::Delivered, true),
            Next::Dead => (Outcome::Dead, true),
            Next::Retry(wait) => (Outcome::Retry(after(now, wait)), until <= now),
            Next::Gone => (Outcome::Retry(now), false),
        };
        self.limit = match tried.next {
            Next::Delivered => (self.limit + 1).min(MAX_SENDING),
            Next::Retry(_) => (self.limit / 2).max(MIN_SENDING),
            Next::Dead | Next::Gone => self.limit,
        };
        let Tried { status, error, .. } = tried;
        marks.push(Mark::Tried { id: due.id, attempts: due.attempts.saturating_add(1), status, error, outcome });
        let mut lane = self.lanes.remove(&due.call).unwrap_or_default();
        if passes {
            if self.parked.remove(&due.call) {
                marks.push(Mark::Release { hook: self.hook.clone(), call: due.call, seq: due.seq });
            }
            if !lane.waiting.is_empty() {
                lane.busy = false;
                self.lanes.insert(due.call, lane);
                self.ready.push_back(due.call);
            }
        } else {
            self.blocking.insert(due.id, until);
            for follower in lane.waiting.into_values() {
                self.park(&follower, until, marks);
            }
        }
    }

    /// Forgets events whose marks are on disk.
    pub(super) fn flushed(&mut self, ids: &BTreeSet<i64>) {
        self.held.retain(|id| !ids.contains(id));
        self.blocking.retain(|id, _| !ids.contains(id));
    }

    /// Whether the outbox has more that is due than fitted when it was asked last.
    pub(super) fn has_more(&self) -> bool {
        self.more
    }

    /// Whether nothing of the hook's is in memory.
    pub(super) fn is_idle(&self) -> bool {
        self.held.is_empty()
    }

    /// Makes sure that nothing of an earlier hook of the same name is sent to the one registered at `at`. True where the outbox
    /// has to be asked again.
    pub(super) fn belongs_to(&mut self, at: Timestamp, reading: bool) -> bool {
        if self.registered == at {
            return false;
        }
        self.registered = at;
        self.outdated = reading;
        self.drop_waiting();
        true
    }

    /// Lets go of what is not under way: it stays in the outbox.
    pub(super) fn drop_waiting(&mut self) {
        for lane in self.lanes.values_mut() {
            for due in std::mem::take(&mut lane.waiting).into_values() {
                self.held.remove(&due.id);
            }
        }
        self.lanes.retain(|_, lane| lane.busy);
        self.ready.clear();
    }
}

/// A point in time, later by `wait`.
pub(super) fn after(at: Timestamp, wait: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OVERTAKE: Duration = Duration::from_secs(600);
    const WAIT: Duration = Duration::from_secs(5);

    fn due(id: i64, call: u128, seq: u32, behind: Option<i64>) -> Due {
        let behind = behind.map(|id| Blocker { id, at: Timestamp(0) });
        Due {
            id,
            call: CallId(uuid::Uuid::from_u128(call)),
            seq,
            at: Timestamp(0),
            attempts: 0,
            body: "{}".into(),
            behind,
        }
    }

    fn found(due: Vec<Due>, held: &[i64]) -> Found {
        Found { hook: "crm".into(), held: held.iter().copied().collect(), due, more: false, next_at: None }
    }

    fn give(queue: &mut Queue, due: Vec<Due>) -> Vec<Mark> {
        let mut marks = Vec::new();
        let held: Vec<i64> = queue.held.iter().copied().collect();
        assert!(!queue.accept(found(due, &held), Timestamp(1), OVERTAKE, &mut marks));
        marks
    }

    fn answer(queue: &mut Queue, due: &Due, next: Next, now: Timestamp) -> Vec<Mark> {
        let mut marks = Vec::new();
        queue.finish(due, Tried { next, status: None, error: None }, now, OVERTAKE, &mut marks);
        marks
    }

    fn flush(queue: &mut Queue, marks: &[Mark]) {
        let id = |mark: &Mark| match mark {
            Mark::Tried { id, .. } | Mark::Park { id, .. } => Some(*id),
            Mark::Release { .. } | Mark::Stop { .. } => None,
        };
        queue.flushed(&marks.iter().filter_map(id).collect());
    }

    fn parks(marks: &[Mark]) -> Vec<(i64, Timestamp)> {
        let park = |mark: &Mark| if let Mark::Park { id, until, .. } = mark { Some((*id, *until)) } else { None };
        marks.iter().filter_map(park).collect()
    }

    #[test]
    fn one_event_of_a_call_is_under_way_at_a_time_and_calls_go_side_by_side() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        give(&mut queue, vec![due(1, 7, 1, None), due(2, 7, 2, Some(1)), due(3, 8, 1, None)]);
        let [first, other] = [queue.next().unwrap(), queue.next().unwrap()];
        assert_eq!((first.id, other.id), (1, 3));
        assert_eq!(queue.next(), None);
        answer(&mut queue, &first, Next::Delivered, Timestamp(1));
        assert_eq!(queue.next().unwrap().id, 2, "it does not wait for the mark of the first to reach the disk");
    }

    #[test]
    fn a_failure_parks_what_follows_and_a_delivery_releases_it() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        give(&mut queue, vec![due(1, 7, 1, None), due(2, 7, 2, Some(1))]);
        let mut first = queue.next().unwrap();
        let mut marks = answer(&mut queue, &first, Next::Retry(WAIT), Timestamp(1));
        assert_eq!(parks(&marks), [(2, after(Timestamp(0), OVERTAKE))]);
        let late = give(&mut queue, vec![due(3, 7, 3, Some(1))]);
        assert_eq!(parks(&late).len(), 1, "the retry is not on disk yet, and it counts already");
        marks.extend(late);
        flush(&mut queue, &marks);
        assert!(queue.is_idle() && queue.next().is_none());

        first.attempts = 1;
        give(&mut queue, vec![first]);
        let again = queue.next().unwrap();
        let marks = answer(&mut queue, &again, Next::Delivered, Timestamp(2));
        assert!(matches!(&marks[..], [Mark::Tried { attempts: 2, .. }, Mark::Release { seq: 1, .. }]), "{marks:?}");
    }

    #[test]
    fn an_old_event_that_fails_is_overtaken() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        give(&mut queue, vec![due(1, 7, 1, None), due(2, 7, 2, Some(1))]);
        let first = queue.next().unwrap();
        let marks = answer(&mut queue, &first, Next::Retry(WAIT), after(Timestamp(0), OVERTAKE));
        assert_eq!(parks(&marks), []);
        assert_eq!(queue.next().unwrap().id, 2);
    }

    #[test]
    fn what_stands_behind_an_event_on_disk_is_parked_and_an_outdated_answer_is_asked_anew() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        let marks = give(&mut queue, vec![due(2, 7, 2, Some(1)), due(3, 7, 3, Some(2))]);
        assert_eq!(parks(&marks).iter().map(|(id, _)| *id).collect::<Vec<_>>(), [2, 3]);
        flush(&mut queue, &marks);
        assert!(queue.accept(found(vec![due(5, 9, 2, Some(4))], &[4]), Timestamp(1), OVERTAKE, &mut Vec::new()));
        assert!(queue.is_idle());
    }

    #[test]
    fn a_failing_hook_gets_fewer_posts_at_once_and_memory_is_bounded() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        give(&mut queue, (0..256).map(|n| due(n, n.unsigned_abs().into(), 1, None)).collect());
        assert!(queue.ask().is_none() && queue.has_more());
        let sent: Vec<_> = std::iter::from_fn(|| queue.next()).collect();
        assert_eq!(sent.len(), MAX_SENDING);
        for due in &sent {
            answer(&mut queue, due, Next::Retry(WAIT), Timestamp(1));
        }
        assert_eq!(std::iter::from_fn(|| queue.next()).count(), MIN_SENDING);
    }

    #[test]
    fn a_new_hook_of_the_same_name_inherits_nothing() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        give(&mut queue, vec![due(1, 7, 1, None)]);
        assert!(!queue.belongs_to(Timestamp(0), true));
        assert!(queue.belongs_to(Timestamp(5), true));
        assert!(queue.accept(found(vec![due(2, 8, 1, None)], &[1]), Timestamp(1), OVERTAKE, &mut Vec::new()));
        assert!(queue.next().is_none() && queue.is_idle());
        give(&mut queue, vec![due(3, 9, 1, None)]);
        assert_eq!(queue.next().unwrap().id, 3);
    }

    #[test]
    fn what_is_not_under_way_can_be_let_go() {
        let mut queue = Queue::new("crm".into(), Timestamp(0));
        give(&mut queue, vec![due(1, 7, 1, None), due(2, 7, 2, Some(1)), due(3, 8, 1, None)]);
        let first = queue.next().unwrap();
        queue.drop_waiting();
        assert_eq!(queue.next(), None);
        let marks = answer(&mut queue, &first, Next::Gone, Timestamp(1));
        flush(&mut queue, &marks);
        assert!(queue.is_idle());
    }
}
