//! WeChat sends a push again where it was not answered in time. Only the first has an effect; the others get its answer.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::protocol::codes::Code;

/// How long a room is remembered. WeChat gives up a call long before.
const REMEMBERED: Duration = Duration::from_secs(600);

/// What a push is among those of its room.
#[derive(Debug)]
pub enum Look {
    /// The first. Whoever gets this owes the answer.
    First(watch::Sender<Option<Code>>),
    /// One more; here its answer is, or will be.
    Again(watch::Receiver<Option<Code>>),
}

/// The rooms of an account's last pushes.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Rooms>);

#[derive(Debug, Default)]
struct Rooms {
    answers: HashMap<String, watch::Receiver<Option<Code>>>,
    /// The oldest first.
    order: VecDeque<(Instant, String)>,
}

impl Seen {
    /// Looks a room up, and remembers it.
    pub(super) fn look(&self, room: &str, now: Instant) -> Look {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rooms = &mut *rooms;
        let is_old = |at: &Instant| now.saturating_duration_since(*at) >= REMEMBERED;
        while rooms.order.front().is_some_and(|(at, _)| is_old(at)) {
            if let Some((_, old)) = rooms.order.pop_front() {
                rooms.answers.remove(&old);
            }
        }
        if let Some(answer) = rooms.answers.get(room) {
            return Look::Again(answer.clone());
        }
        let (first, answer) = watch::channel(None);
        rooms.answers.insert(room.to_owned(), answer);
        rooms.order.push_back((now, room.to_owned()));
        Look::First(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn a_room_is_first_once_in_ten_minutes() {
        let (seen, began) = (Seen::default(), clock::now());
        let look = |room, secs| seen.look(room, began + Duration::from_secs(secs));
        let Look::First(owed) = look("a", 0) else { panic!("the first") };
        let Look::Again(answer) = look("a", 1) else { panic!("another") };
        assert_eq!(*answer.borrow(), None);
        owed.send_replace(Some(7));
        assert_eq!(*answer.borrow(), Some(7));
        assert!(matches!(look("b", 2), Look::First(_)));
        assert!(matches!(look("a", 599), Look::Again(_)));
        assert!(matches!(look("a", 600), Look::First(_)));
        assert!(matches!(look("b", 601), Look::Again(_)));
    }
}
