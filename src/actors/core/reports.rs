//! What media workers leave behind: kept until the store has it, and told where something went wrong.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::runtime::Handle;

use super::Core;
use crate::{
    actors::{
        bus::BusKind,
        cloudvoip_worker::{Failed, Failure, WorkerEnded},
    },
    clock,
    protocol::{ids::CallId, record::Timestamp, worker::MediaReport},
    store::{MediaWrite, Store, StoreError},
};

/// How often what was refused is tried again.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// How many reports may wait for a disk that takes no writes: some two kilobytes each. No call begins meanwhile, so that only those
/// of calls that were on are added.
const MOST_WAITING: usize = 10_000;

#[derive(Debug)]
struct Waiting {
    at: Timestamp,
    report: Arc<MediaReport>,
    /// The store has refused it.
    refused: bool,
}

/// The reports that are not on disk. Cloning shares them.
#[derive(Debug, Clone)]
pub(super) struct Reports {
    store: Store,
    waiting: Arc<Mutex<BTreeMap<CallId, Waiting>>>,
}

impl Reports {
    pub(super) fn new(store: Store) -> Self {
        Self { store, waiting: Arc::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<CallId, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, call: CallId, report: MediaReport) {
        let at = report.end.as_ref().map_or_else(clock::wall, |end| end.at);
        let report = Arc::new(report);
        {
            let mut waiting = self.waiting();
            if waiting.len() >= MOST_WAITING {
                tracing::error!(%call, "too many reports of media workers wait for the store: this one is lost");
                return;
            }
            waiting.insert(call, Waiting { at, report: Arc::clone(&report), refused: false });
        }
        self.submit(call, at, report);
    }

    fn submit(&self, call: CallId, at: Timestamp, report: Arc<MediaReport>) {
        let (reports, sent) = (self.clone(), Arc::clone(&report));
        let done = move |outcome: Result<(), Arc<StoreError>>| {
            let mut waiting = reports.waiting();
            // Another worker may have had the call since.
            let Some(kept) = waiting.get_mut(&call).filter(|kept| Arc::ptr_eq(&kept.report, &sent)) else { return };
            match outcome {
                Ok(()) => drop(waiting.remove(&call)),
                Err(error) => {
                    if !std::mem::replace(&mut kept.refused, true) {
                        tracing::error!(%call, %error, "the report of a media worker is not stored yet");
                    }
                }
            }
        };
        self.store.keep_media(MediaWrite { call, at, report, done: Box::new(done) });
    }

    /// Tries again, for as long as the server runs, what was refused.
    pub(super) async fn retry(self) {
        loop {
            tokio::time::sleep(RETRY_EVERY).await;
            if self.store.writable().is_err() {
                continue;
            }
            let again: Vec<_> = {
                let mut waiting = self.waiting();
                let refused = waiting.iter_mut().filter(|(_, kept)| kept.refused);
                refused
                    .map(|(call, kept)| {
                        kept.refused = false;
                        (*call, kept.at, Arc::clone(&kept.report))
                    })
                    .collect()
            };
            for (call, at, report) in again {
                self.submit(call, at, report);
            }
        }
    }
}

impl Core {
    /// What a media worker did for a call, as far as that is not on disk yet: ask the store where this is `None`.
    #[must_use]
    pub fn media_report(&self, call: CallId) -> Option<Arc<MediaReport>> {
        let waits = || self.0.reports.waiting().get(&call).map(|kept| Arc::clone(&kept.report));
        self.0.workers.report(call).map(Arc::new).or_else(waits)
    }

    /// Keeps what workers leave behind, from now on.
    pub(super) fn inherit(&self) {
        // Weak: the workers are of the core.
        let core = Arc::downgrade(&self.0);
        self.0.workers.bequeath(move |ended| {
            if let Some(core) = core.upgrade() {
                Self(core).worker_ended(ended);
            }
        });
    }

    fn worker_ended(&self, ended: WorkerEnded) {
        let WorkerEnded { report, failure } = ended;
        if let Some((call, report)) = report {
            self.0.reports.keep(call, report);
        }
        if let Some(failure) = failure {
            self.worker_failed(failure);
        }
    }

    /// Tells hooks and watchers. The call is on still, since nobody in it has heard of this, or it ended a moment ago.
    fn worker_failed(&self, failure: Failure) {
        let on = failure.call_id.map(|call| (call, self.directory().call(call)));
        let (Some((id, None)), Ok(runtime)) = (&on, Handle::try_current()) else {
            let call = on.and_then(|(_, call)| call);
            return self.tell_of_failed(Failed { failure, call });
        };
        let (core, store, id) = (self.clone(), self.0.reports.store.clone(), *id);
        runtime.spawn(async move {
            // Best effort, as the event is.
            let call = store.call(id).await.ok().flatten().map(Arc::new);
            core.tell_of_failed(Failed { failure, call });
        });
    }

    fn tell_of_failed(&self, failed: Failed) {
        self.0.hooks.worker_event(|| failed.body());
        self.0.bus.publish(failed.failure.end.at, BusKind::WorkerFailed(failed));
    }
}
