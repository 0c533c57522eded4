//! What is said to the store about calls, kept until the store has it.
//!
//! A disk that takes no writes for a while costs no record: what it refused waits here, the steps of a call folded into its
//! last one, and goes out again once the store is writable. New calls are refused meanwhile, so what waits is bounded by the
//! calls that were on.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    protocol::{ids::CallId, record::CallRecord},
    store::{CallWrite, OutboxRow, Store, StoreError},
};

/// How often what was refused is tried again. The store's own probe runs about as often.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// What runs once a step is on disk (`true`), or was refused for now (`false`).
pub(super) type Kept = Box<dyn FnOnce(bool) + Send>;

#[derive(Debug)]
struct Refused {
    record: Arc<CallRecord>,
    outbox: Vec<OutboxRow>,
    retrying: bool,
}

/// The journal. Cloning shares it.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    store: Store,
    refused: Arc<Mutex<BTreeMap<CallId, Refused>>>,
}

impl Journal {
    pub(super) fn new(store: Store) -> Self {
        Self { store, refused: Arc::default() }
    }

    /// Whether steps are taken down as they come.
    pub(super) fn is_writable(&self) -> bool {
        self.store.writable().is_ok()
    }

    /// Takes a step down. `kept` always runs. A step that is refused waits for better times, unless it is to be taken down
    /// `now_or_never`.
    pub(super) fn keep(&self, record: Arc<CallRecord>, outbox: Vec<OutboxRow>, now_or_never: bool, kept: Kept) {
        let mut waiting = self.waiting();
        if let Some(earlier) = waiting.get_mut(&record.id) {
            if !now_or_never {
                earlier.record = record;
                earlier.outbox.extend(outbox);
            }
            drop(waiting);
            return kept(false);
        }
        drop(waiting);
        let journal = self.clone();
        let again = (!now_or_never).then(|| (Arc::clone(&record), outbox.clone()));
        let done = move |result: Result<(), Arc<StoreError>>| {
            if let (Err(error), Some((record, outbox))) = (&result, again) {
                journal.put_aside(record, outbox, error);
            }
            kept(result.is_ok());
        };
        // A refusal has come back through `done` already.
        let _told = self.store.persist(CallWrite { record, outbox, done: Some(Box::new(done)) }).is_ok();
    }

    /// Tries again, for as long as the server runs, what was refused. `saved` hears of each call whose last step is on disk.
    pub(super) async fn retry(self, saved: impl Fn(&CallRecord) + Clone + Send + 'static) {
        loop {
            tokio::time::sleep(RETRY_EVERY).await;
            if !self.is_writable() {
                continue;
            }
            let due: Vec<_> = {
                let mut waiting = self.waiting();
                let idle = waiting.values_mut().filter(|refused| !refused.retrying);
                idle.map(|refused| {
                    refused.retrying = true;
                    (Arc::clone(&refused.record), std::mem::take(&mut refused.outbox))
                })
                .collect()
            };
            for (record, outbox) in due {
                self.submit_again(record, outbox, saved.clone());
            }
        }
    }

    fn submit_again(
        &self,
        record: Arc<CallRecord>,
        outbox: Vec<OutboxRow>,
        saved: impl Fn(&CallRecord) + Send + 'static,
    ) {
        let journal = self.clone();
        let (sent, rows) = (Arc::clone(&record), outbox.clone());
        let done = move |result: Result<(), Arc<StoreError>>| {
            let mut waiting = journal.waiting();
            let Some(refused) = waiting.get_mut(&sent.id) else { return };
            refused.retrying = false;
            if result.is_err() {
                refused.outbox.splice(0..0, rows);
            } else if refused.record.version == sent.version {
                waiting.remove(&sent.id);
                drop(waiting);
                saved(&sent);
            }
        };
        let _told = self.store.persist(CallWrite { record, outbox, done: Some(Box::new(done)) }).is_ok();
    }

    fn put_aside(&self, record: Arc<CallRecord>, outbox: Vec<OutboxRow>, error: &StoreError) {
        if matches!(error, StoreError::Closed) {
            tracing::error!(call = %record.id, "the store is closed: a step of a call is lost");
            return;
        }
        tracing::error!(call = %record.id, %error, "a step of a call is not stored yet");
        let mut waiting = self.waiting();
        match waiting.get_mut(&record.id) {
            // Refusals come back in the order of the steps.
            Some(earlier) => {
                if earlier.record.version < record.version {
                    earlier.record = record;
                }
                earlier.outbox.extend(outbox);
            }
            None => {
                waiting.insert(record.id, Refused { record, outbox, retrying: false });
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<CallId, Refused>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
