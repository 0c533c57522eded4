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
/// Whether a step may still be dropped, since nothing has followed it.
pub(super) type Droppable = Box<dyn FnOnce() -> bool + Send>;

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
        self.store.writable().is_ok() && !self.is_behind()
    }

    /// Whether something waits that the store refused. A call that begins now could be on disk before the end of the one that its
    /// parties were in.
    pub(super) fn is_behind(&self) -> bool {
        !self.waiting().is_empty()
    }

    /// Takes a step down. `kept` always runs. A step that is refused waits for better times, unless it is to be taken down
    /// `now_or_never`. Even that waits where another has followed it meanwhile, whose event must find no gap before it.
    pub(super) fn keep(
        &self,
        record: Arc<CallRecord>,
        outbox: Vec<OutboxRow>,
        now_or_never: Option<Droppable>,
        kept: Kept,
    ) {
        let mut waiting = self.waiting();
        if let Some(earlier) = waiting.get_mut(&record.id) {
            if now_or_never.is_none() {
                earlier.record = record;
                earlier.outbox.extend(outbox);
            }
            drop(waiting);
            return kept(false);
        }
        drop(waiting);
        let journal = self.clone();
        let again = (Arc::clone(&record), outbox.clone());
        let done = move |result: Result<(), Arc<StoreError>>| {
            if let Err(error) = &result
                && !now_or_never.is_some_and(|droppable| droppable())
            {
                journal.put_aside(again.0, again.1, error);
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
            if self.store.writable().is_err() {
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
        let _told = self.store.persist_again(CallWrite { record, outbox, done: Some(Box::new(done)) }).is_ok();
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

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::{
        clock,
        protocol::{
            call::{Call, Request},
            codes::Door,
            effect::{Effect, Input, Now, Party},
            event::HookEventKind,
            ids::{DeviceId, UserId},
            record::CallState,
        },
        store::StoreOptions,
    };

    /// The steps of a call that is forced to end before anybody answers.
    fn steps() -> Vec<Arc<CallRecord>> {
        let user = |name| UserId::new(name).unwrap();
        let by = Party { user: user("alice"), device: DeviceId::default(), door: Door::Native };
        let request = Request {
            id: clock::call_id(),
            by,
            callee: user("bob"),
            flags: 3,
            param: 0,
            user_str: "x".repeat(8_000),
            sdp: None,
            ring: Duration::MAX,
            placed: false,
        };
        let now = Now { mono: clock::now(), wall: clock::wall() };
        let mut call = Call::place(request, true, true, Duration::from_secs(60), now);
        call.step(now, Input::Force { error_code: 7, user_str: String::new() });
        let effects = std::iter::from_fn(|| call.poll_effect());
        effects.filter_map(|effect| if let Effect::Record { call, .. } = effect { Some(call) } else { None }).collect()
    }

    fn row(record: &CallRecord) -> OutboxRow {
        let (call, seq, at) = (record.id, record.version, record.requested_at);
        OutboxRow { hook: "h".into(), kind: HookEventKind::Requested, call, seq, at, body: "{}".into() }
    }

    async fn limit_pages(store: &Store, more: i64) {
        let limit = move |tx: &rusqlite::Transaction<'_>| {
            let pages: i64 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            tx.query_row(&format!("PRAGMA max_page_count = {}", pages + more), [], |_| Ok(()))
        };
        store.write(limit).await.unwrap();
    }

    async fn keep(journal: &Journal, record: &Arc<CallRecord>, now_or_never: bool) -> bool {
        let (tell, mut told) = mpsc::unbounded_channel();
        let kept = Box::new(move |kept| tell.send(kept).unwrap());
        let now_or_never = now_or_never.then(|| -> Droppable { Box::new(|| true) });
        journal.keep(Arc::clone(record), vec![row(record)], now_or_never, kept);
        told.recv().await.unwrap()
    }

    #[tokio::test]
    async fn steps_that_a_full_disk_refused_are_stored_once_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
        let journal = Journal::new(store.clone());
        let steps = steps();
        let [first, last] = steps.as_slice() else { panic!("two steps") };
        limit_pages(&store, 0).await;
        assert!(!keep(&journal, first, false).await);
        assert!(!journal.is_writable());
        assert!(!keep(&journal, last, false).await);

        let (tell, mut saved) = mpsc::unbounded_channel();
        let retry = tokio::spawn(journal.clone().retry(move |call| tell.send(call.id).unwrap()));
        limit_pages(&store, 100_000).await;
        assert_eq!(saved.recv().await, Some(first.id));
        retry.abort();
        let stored = store.call(first.id).await.unwrap().unwrap();
        assert_eq!((stored.state, stored.version), (CallState::Ended, 2));
        let count =
            |db: &rusqlite::Connection| db.query_row("SELECT count(*) FROM outbox", [], |row| row.get::<_, i64>(0));
        assert_eq!(store.read(count).await.unwrap(), 2, "no event of the call is lost");
        assert!(journal.waiting().is_empty());
    }

    #[tokio::test]
    async fn a_start_that_was_refused_is_not_stored_later() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
        let journal = Journal::new(store.clone());
        limit_pages(&store, 0).await;
        assert!(!keep(&journal, &steps()[0], true).await);
        assert!(journal.waiting().is_empty());
    }
}
