//! Everything that happens, for whoever watches the whole server (server-sent events).
//!
//! The last events are kept, so that a watcher whose connection broke can go on where it was.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::broadcast;

use super::cloudvoip_worker::Failed;
use crate::protocol::{
    codes::Door,
    event::HookEvent,
    ids::{DeviceId, UserId},
    record::Timestamp,
};

/// How many events are kept. A watcher that missed more is told of the gap. More costs memory (about 1 KiB each).
const KEPT: usize = 4_096;
/// How far a watcher may fall behind before it misses events.
const LAG: usize = 1_024;

/// What happened.
#[derive(Debug, Clone)]
pub enum BusKind {
    /// A step of a call.
    Call(HookEvent),
    /// A media worker failed.
    WorkerFailed(Failed),
    /// A user came or went.
    Presence {
        /// Who.
        user: UserId,
        /// With which device.
        device: DeviceId,
        /// Through which door.
        door: Door,
        /// Whether the user is there now.
        online: bool,
    },
}

/// Something that happened, with its number.
#[derive(Debug, Clone)]
pub struct BusEvent {
    /// Counts up from 1 since the server started.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: BusKind,
}

/// A watcher's view from some point on.
#[derive(Debug)]
pub struct Subscription {
    /// What happened after that point, where it is still kept.
    pub backlog: Vec<Arc<BusEvent>>,
    /// Whether something in between is lost.
    pub gap: bool,
    /// What happens from now on.
    pub live: broadcast::Receiver<Arc<BusEvent>>,
}

#[derive(Debug)]
struct Kept {
    last: u64,
    events: VecDeque<Arc<BusEvent>>,
}

/// The bus.
#[derive(Debug)]
pub struct Bus {
    kept: Mutex<Kept>,
    live: broadcast::Sender<Arc<BusEvent>>,
}

impl Default for Bus {
    fn default() -> Self {
        Self { kept: Mutex::new(Kept { last: 0, events: VecDeque::new() }), live: broadcast::channel(LAG).0 }
    }
}

impl Bus {
    /// Tells every watcher.
    pub fn publish(&self, at: Timestamp, kind: BusKind) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.last += 1;
        let event = Arc::new(BusEvent { id: kept.last, at, kind });
        if kept.events.len() == KEPT {
            kept.events.pop_front();
        }
        kept.events.push_back(Arc::clone(&event));
        // Sent under the lock, so that the order is the same for all. Nobody watching is no failure.
        let _watchers = self.live.send(event).unwrap_or(0);
    }

    /// Watches from the event after `after` on, or from now. An `after` that was never reached is from another life of the
    /// server: a gap.
    #[must_use]
    pub fn subscribe(&self, after: Option<u64>) -> Subscription {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let live = self.live.subscribe();
        let Some(after) = after else { return Subscription { backlog: Vec::new(), gap: false, live } };
        let oldest = kept.events.front().map_or(kept.last + 1, |event| event.id);
        let gap = after > kept.last || after + 1 < oldest;
        let wanted = |event: &&Arc<BusEvent>| after > kept.last || event.id > after;
        let backlog = kept.events.iter().filter(wanted).cloned().collect();
        Subscription { backlog, gap, live }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(bus: &Bus, count: usize) {
        for _ in 0..count {
            let (user, device) = (UserId::new("alice").unwrap(), DeviceId::default());
            bus.publish(Timestamp(0), BusKind::Presence { user, device, door: Door::Native, online: true });
        }
    }

    #[test]
    fn a_watcher_goes_on_where_it_was() {
        let bus = Bus::default();
        publish(&bus, 5);
        let seen = bus.subscribe(Some(3));
        assert!(!seen.gap);
        assert_eq!(seen.backlog.iter().map(|event| event.id).collect::<Vec<_>>(), [4, 5]);
        assert!(bus.subscribe(None).backlog.is_empty());
    }

    #[test]
    fn what_is_no_longer_kept_is_a_gap() {
        let bus = Bus::default();
        publish(&bus, KEPT + 10);
        let seen = bus.subscribe(Some(2));
        assert!(seen.gap);
        assert_eq!(seen.backlog.len(), KEPT);
        assert!(!bus.subscribe(Some(10)).gap);
    }

    #[test]
    fn a_number_from_another_life_of_the_server_is_a_gap() {
        let bus = Bus::default();
        publish(&bus, 2);
        assert!(bus.subscribe(Some(900)).gap);
    }
}
