//! `user.online`, `user.offline` and `worker.failed`: best effort, in order for each user and for all workers, never kept on disk.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::sync::Semaphore;

use super::{
    client::{Client, Post},
    registry::{Load, Registry},
    traced::About,
};
use crate::{
    clock,
    protocol::{
        codes::Door,
        ids::{DeviceId, UserId},
        record::Timestamp,
    },
};

/// How many events wait for one hook at most; what comes on top is dropped. Raising it keeps more through an outage and costs
/// about 300 bytes each.
const MAX_WAITING: usize = 1000;
/// How many are under way to one hook at once.
const MAX_SENDING: usize = 16;
/// How long one may take.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What an event is about that is about no call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// This user came or went.
    User(UserId),
    /// A media worker failed.
    Workers,
}

/// One hook's waiting events: a queue for each subject, so that a user's own never overtake each other.
#[derive(Debug)]
pub(super) struct Presence {
    waiting: Mutex<Waiting>,
    places: Semaphore,
}

#[derive(Debug, Default)]
struct Waiting {
    queues: HashMap<Subject, VecDeque<Arc<str>>>,
    total: usize,
}

impl Default for Presence {
    fn default() -> Self {
        Self { waiting: Mutex::default(), places: Semaphore::new(MAX_SENDING) }
    }
}

impl Presence {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues an event. True where nobody sends those of its subject yet: the caller then starts [`send_all`].
    pub(super) fn push(&self, subject: &Subject, body: Arc<str>) -> bool {
        let mut waiting = self.lock();
        if waiting.total >= MAX_WAITING {
            return false;
        }
        waiting.total += 1;
        if let Some(queue) = waiting.queues.get_mut(subject) {
            queue.push_back(body);
            return false;
        }
        waiting.queues.insert(subject.clone(), VecDeque::from([body]));
        true
    }

    /// The subject's next event; forgets the subject where there is none.
    fn pop(&self, subject: &Subject) -> Option<Arc<str>> {
        let mut waiting = self.lock();
        let next = waiting.queues.get_mut(subject).and_then(VecDeque::pop_front);
        if next.is_some() {
            waiting.total = waiting.total.saturating_sub(1);
        } else {
            waiting.queues.remove(subject);
        }
        next
    }
}

/// Sends a subject's events to the hook of that name, one after the other, until none waits.
pub(super) async fn send_all(client: Client, registry: Arc<Registry>, name: String, load: Arc<Load>, subject: Subject) {
    // The place first: an event that waits for one still counts as waiting.
    while let Ok(_place) = load.presence.places.acquire().await {
        let Some(body) = load.presence.pop(&subject) else { return };
        let (Some(hook), Ok(id)) = (registry.get(&name).filter(|hook| hook.hears()), clock::random::<16>()) else {
            continue;
        };
        let (kind, about) = match &subject {
            Subject::User(user) => ("user", About::Presence(user)),
            Subject::Workers => ("worker", About::Worker),
        };
        let id = format!("{kind}_{:032x}", u128::from_be_bytes(id));
        let body = (&*body).into();
        let post = Post { id: &id, body: &body, about };
        match client.post(&hook, post, TIMEOUT).await {
            Ok(reply) if (200..=299).contains(&reply.status) => {}
            Ok(reply) => {
                tracing::debug!(hook = name, status = reply.status, "an event that is not kept was not accepted")
            }
            Err(error) => tracing::debug!(hook = name, %error, "an event that is not kept was not delivered"),
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'a str,
    timestamp: Timestamp,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    user: &'a UserId,
    device: &'a DeviceId,
    door: Door,
}

/// The body of such an event.
pub(super) fn body(online: bool, user: &UserId, device: &DeviceId, door: Door) -> String {
    let r#type = if online { "user.online" } else { "user.offline" };
    let body = Body { r#type, timestamp: clock::wall(), data: Data { user, device, door } };
    serde_json::to_string(&body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_events_keep_their_order_and_the_total_is_bounded() {
        let presence = Presence::default();
        let [alice, bob] = ["alice", "bob"].map(|name| Subject::User(UserId::new(name).unwrap()));
        assert!(presence.push(&alice, "1".into()));
        assert!(!presence.push(&alice, "2".into()));
        assert!(presence.push(&bob, "3".into()));
        for _ in 3..=MAX_WAITING {
            presence.push(&bob, "x".into());
        }
        assert!(!presence.push(&Subject::Workers, "dropped".into()));
        assert_eq!(presence.pop(&alice).as_deref(), Some("1"));
        assert_eq!(presence.pop(&alice).as_deref(), Some("2"));
        assert_eq!(presence.pop(&alice), None);
        assert!(presence.push(&alice, "4".into()), "a forgotten user starts anew");
    }
}
