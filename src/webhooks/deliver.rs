//! The deliverer: takes due events out of the outbox, POSTs them, writes down what came of it.
//!
//! One loop owns all bookkeeping; reading the outbox, POSTs and writing are tasks whose results come back as [`Done`]. It
//! sleeps until the store signals new events, somebody wakes it, or the next retry is due.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use super::{
    DeliveryResult, Observer,
    client::{Client, Post, PostError, Reply},
    queue::{Queue, Tried, after},
    registry::{Hook, Registry},
    retry::{self, Answer, Next},
    traced::About,
};
use crate::{
    clock,
    protocol::record::Timestamp,
    store::{
        Store, StoreError,
        outbox::{self, Due, Found, Mark},
    },
};

/// Outcomes are written together after this wait: one commit for many. Longer: fewer commits, and more repetitions after a crash.
const WRITE_PAUSE: Duration = Duration::from_millis(20);
/// Pause between two looks into the outbox: one look for the events of several commits.
const READ_PAUSE: Duration = Duration::from_millis(5);
/// Pause after the store failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// Longest sleep. The wall clock may be set, and a suspended machine's timers stand still.
const LONGEST_SLEEP: Duration = Duration::from_secs(600);
/// How long a stop waits for POSTs under way. What takes longer is sent again after the next start.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// What deliveries go by.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) schedule: Vec<Duration>,
    pub(super) overtake_after: Duration,
    pub(super) timeout: Duration,
}

/// What a task of the deliverer brings back.
enum Done {
    Found(Result<Vec<Found>, StoreError>),
    Sent(Arc<Hook>, Due, Result<Reply, PostError>),
    WriteDue,
    Written(Vec<Mark>, Result<(), StoreError>),
}

pub(super) struct Deliverer {
    pub(super) store: Store,
    pub(super) registry: Arc<Registry>,
    pub(super) client: Client,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) wake: Arc<Notify>,
    pub(super) terms: Terms,
}

/// What one run of the loop keeps in memory. All of it can be found again in the outbox.
#[derive(Default)]
struct Desk {
    queues: BTreeMap<String, Queue>,
    marks: Vec<Mark>,
    tasks: JoinSet<Done>,
    /// The outbox may have something new.
    stale: bool,
    reading: bool,
    writing: bool,
    read_at: Option<Instant>,
}

impl Deliverer {
    /// Works until `stop` says so. A task that panics ends one run; the next starts from what the outbox says.
    pub(super) async fn run(self, mut stop: watch::Receiver<bool>) {
        let now = clock::wall();
        if let Err(error) = self.store.write(move |tx| outbox::release_all(tx, now)).await {
            tracing::warn!(%error, "parked webhook events stay parked for a while");
        }
        let mut desk = Desk::default();
        while let Err(error) = self.work(&mut desk, &mut stop).await {
            tracing::error!(%error, "a delivery task failed, deliveries start over");
            desk = Desk::default();
        }
        let finish = async {
            while let Some(Ok(done)) = desk.tasks.join_next().await {
                self.take(&mut desk, done);
            }
        };
        // On a timeout, what is known by now is still written below.
        let in_time = tokio::time::timeout(STOP_PATIENCE, finish).await;
        tracing::debug!(in_time = in_time.is_ok(), "webhook deliveries stopped");
        let marks = std::mem::take(&mut desk.marks);
        if let Err(error) = self.write(&marks).await {
            tracing::warn!(%error, "outcomes of webhook deliveries were not written; some will be sent again");
        }
    }

    async fn work(&self, desk: &mut Desk, stop: &mut watch::Receiver<bool>) -> Result<(), tokio::task::JoinError> {
        let signal = self.store.outbox_signal();
        desk.stale = true;
        loop {
            self.look(desk);
            self.send(desk);
            self.write_soon(desk, WRITE_PAUSE);
            let sleep = self.next_due(desk);
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                () = signal.notified() => desk.stale = true,
                () = self.wake.notified() => desk.stale = true,
                () = tokio::time::sleep(sleep) => desk.stale = true,
                Some(done) = desk.tasks.join_next() => {
                    let mut done = Some(done?);
                    // What else is finished already is taken along, before the next look and the next write.
                    while let Some(one) = done.take() {
                        self.take(desk, one);
                        done = desk.tasks.try_join_next().transpose()?;
                    }
                }
            }
        }
    }

    /// Asks the outbox for what is due, where there may be something and nobody is asking.
    fn look(&self, desk: &mut Desk) {
        if !desk.stale || desk.reading {
            return;
        }
        desk.stale = false;
        let table = self.registry.snapshot();
        desk.queues.retain(|name, queue| table.contains_key(name) || !queue.is_idle());
        let hearing = table.values().filter(|hook| hook.hears());
        let asks: Vec<_> = hearing
            .filter_map(|hook| {
                desk.queues
                    .entry(hook.name.clone())
                    .or_insert_with(|| Queue::new(hook.name.clone(), hook.created_at))
                    .ask()
            })
            .collect();
        if asks.is_empty() {
            return;
        }
        desk.reading = true;
        let (store, overtake) = (self.store.clone(), self.terms.overtake_after);
        let pause = desk.read_at.map_or(Duration::ZERO, |at| (at + READ_PAUSE).saturating_duration_since(clock::now()));
        desk.tasks.spawn(async move {
            tokio::time::sleep(pause).await;
            let now = clock::wall();
            Done::Found(store.read(move |db| outbox::due(db, now, before(now, overtake), asks)).await)
        });
    }

    /// Starts every POST that may start.
    fn send(&self, desk: &mut Desk) {
        for (name, queue) in &mut desk.queues {
            let Some(hook) = self.registry.get(name).filter(|hook| hook.hears()) else {
                queue.drop_waiting();
                continue;
            };
            desk.stale |= queue.belongs_to(hook.created_at, desk.reading);
            while let Some(due) = queue.next() {
                let (client, hook, timeout) = (self.client.clone(), Arc::clone(&hook), self.terms.timeout);
                desk.tasks.spawn(async move {
                    let id = format!("evt_{}_{}", due.call.0.simple(), due.seq);
                    let body = (&*due.body).into();
                    let post = Post { id: &id, body: &body, about: About::Event(due.call) };
                    let answer = client.post(&hook, post, timeout).await;
                    Done::Sent(hook, due, answer)
                });
            }
        }
    }

    /// Sees to it that marks are written after `pause`, together with those that come until then.
    fn write_soon(&self, desk: &mut Desk, pause: Duration) {
        if !desk.writing && !desk.marks.is_empty() {
            desk.writing = true;
            desk.tasks.spawn(async move {
                tokio::time::sleep(pause).await;
                Done::WriteDue
            });
        }
    }

    async fn write(&self, marks: &[Mark]) -> Result<(), StoreError> {
        if marks.is_empty() {
            return Ok(());
        }
        let (now, marks) = (clock::wall(), marks.to_vec());
        self.store.write(move |tx| outbox::mark(tx, now, &marks)).await
    }

    fn take(&self, desk: &mut Desk, done: Done) {
        match done {
            Done::Found(Ok(found)) => {
                desk.reading = false;
                desk.read_at = Some(clock::now());
                for found in found {
                    if let Some(queue) = desk.queues.get_mut(&found.hook) {
                        let overtake = self.terms.overtake_after;
                        desk.stale |= queue.accept(found, clock::wall(), overtake, &mut desk.marks);
                    }
                }
            }
            Done::Found(Err(error)) => {
                tracing::warn!(%error, "the outbox cannot be read, tried again in a second");
                desk.reading = false;
                desk.stale = true;
                desk.read_at = Some(clock::now() + STORE_PAUSE);
            }
            Done::Sent(hook, due, answer) => self.settle(desk, &hook, &due, &answer),
            Done::WriteDue => {
                let (store, marks, now) = (self.store.clone(), std::mem::take(&mut desk.marks), clock::wall());
                desk.tasks.spawn(async move {
                    let written = marks.clone();
                    let outcome = store.write(move |tx| outbox::mark(tx, now, &marks)).await;
                    Done::Written(written, outcome)
                });
            }
            Done::Written(marks, Ok(())) => {
                desk.writing = false;
                let settled = |mark: &Mark| match mark {
                    Mark::Tried { id, .. } | Mark::Park { id, .. } => Some(*id),
                    Mark::Release { .. } | Mark::Stop { .. } => None,
                };
                let ids: BTreeSet<i64> = marks.iter().filter_map(settled).collect();
                for queue in desk.queues.values_mut() {
                    queue.flushed(&ids);
                    desk.stale |= queue.has_more();
                }
                // Retries, parkings and releases change what is due next.
                let delivered = |mark: &Mark| matches!(mark, Mark::Tried { outcome: outbox::Outcome::Delivered, .. });
                desk.stale |= !marks.iter().all(delivered);
            }
            Done::Written(mut marks, Err(error)) => {
                tracing::warn!(%error, "outcomes of webhook deliveries cannot be written, tried again in a second");
                desk.writing = false;
                marks.append(&mut desk.marks);
                desk.marks = marks;
                self.write_soon(desk, STORE_PAUSE);
            }
        }
    }

    fn settle(&self, desk: &mut Desk, hook: &Hook, due: &Due, answer: &Result<Reply, PostError>) {
        let now = clock::wall();
        let (told, status, error) = match answer {
            Ok(reply) => {
                let told = Answer::Status { status: reply.status, retry_after: reply.retry_after.as_deref() };
                (told, Some(reply.status), None)
            }
            Err(error) => (Answer::None, None, Some(error.to_string())),
        };
        let next = retry::decide(told, due.attempts.saturating_add(1), &self.terms.schedule, clock::fraction(), now);
        self.observer.delivery(match next {
            Next::Delivered => DeliveryResult::Delivered,
            Next::Retry(_) | Next::Gone => DeliveryResult::Retry,
            Next::Dead => DeliveryResult::Dead,
        });
        match next {
            Next::Delivered => {}
            Next::Retry(wait) => tracing::debug!(
                hook = hook.name, call = ?due.call, seq = due.seq, status, error, ?wait, "webhook event is tried again"
            ),
            Next::Dead => tracing::warn!(
                hook = hook.name, call = ?due.call, seq = due.seq, status, error, "webhook event given up"
            ),
            Next::Gone => self.stop_hook(desk, hook, now),
        }
        if let Some(queue) = desk.queues.get_mut(&hook.name) {
            let tried = Tried { next, status, error };
            queue.finish(due, tried, now, self.terms.overtake_after, &mut desk.marks);
        }
    }

    /// A 410: the hook hears nothing more until it is put anew.
    fn stop_hook(&self, desk: &mut Desk, hook: &Hook, now: Timestamp) {
        let stopped = self.registry.change(|table| match table.get_mut(&hook.name) {
            Some(current) if current.updated_at == hook.updated_at && current.stopped_at.is_none() => {
                *current = Arc::new(Hook { stopped_at: Some(now), ..Hook::clone(current) });
                true
            }
            _ => false,
        });
        if stopped {
            tracing::warn!(hook = hook.name, "the hook answered 410: no more events until it is registered anew");
            desk.marks.push(Mark::Stop { hook: hook.name.clone(), updated_at: hook.updated_at });
        }
    }

    /// How long until something is due.
    fn next_due(&self, desk: &Desk) -> Duration {
        let now = clock::wall();
        let table = self.registry.snapshot();
        let hears = |name: &String| table.get(name).is_some_and(|hook| hook.hears());
        // A full queue is looked at again when it has room, and while the outbox is being read its answer comes first.
        let waiting = desk.queues.iter().filter(|(name, queue)| !desk.reading && !queue.has_more() && hears(name));
        let next = waiting.filter_map(|(_, queue)| queue.next_at).min();
        next.map_or(LONGEST_SLEEP, |at| {
            Duration::from_micros(u64::try_from(at.0.saturating_sub(now.0)).unwrap_or(0)).min(LONGEST_SLEEP)
        })
    }
}

fn before(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp(at.0.saturating_sub(after(Timestamp(0), by).0))
}
