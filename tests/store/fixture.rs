//! Directories, records, randomness, waiting.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use hookswitch::{
    clock,
    protocol::{
        codes::{Door, Reason},
        event::HookEventKind,
        ids::{DeviceId, UserId},
        record::{Actor, CallRecord, CallState, Timestamp, Transition},
    },
    store::{CallWrite, OutboxRow, Store, StoreOptions},
};
use tempfile::TempDir;

pub(crate) fn open() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
    (dir, store)
}

/// With buckets so small that a few calls fill several.
pub(crate) fn open_with_small_buckets() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions { bucket: 16, ..StoreOptions::new(dir.path()) }).unwrap();
    (dir, store)
}

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

/// A call that was just requested.
pub(crate) fn requested(caller: &str, callee: &str, at: Timestamp) -> CallRecord {
    CallRecord {
        id: clock::call_id(),
        state: CallState::Requested,
        version: 1,
        caller: user(caller),
        callee: user(callee),
        dialled: None,
        caller_device: DeviceId::default(),
        callee_device: None,
        caller_door: Door::Native,
        callee_door: None,
        placed: false,
        flags: 3,
        param: 0,
        user_str: String::new(),
        room: None,
        error_code: None,
        reason: None,
        ended_by: None,
        requested_at: at,
        ringing_at: None,
        started_at: None,
        ended_at: None,
        veto: Vec::new(),
        timeline: vec![step(at, CallState::Requested, 1, None)],
        event_seq: 1,
    }
}

fn step(at: Timestamp, state: CallState, version: u32, reason: Option<Reason>) -> Transition {
    Transition { at, state, version, actor: Actor::Caller, error_code: 0, reason }
}

/// The same call one step further.
pub(crate) fn further(mut call: CallRecord, state: CallState) -> CallRecord {
    let at = Timestamp(call.requested_at.0 + i64::from(call.version));
    call.state = state;
    call.version += 1;
    call.event_seq += 1;
    match state {
        CallState::Requested => {}
        CallState::Ringing => call.ringing_at = Some(at),
        CallState::Talking => {
            call.started_at = Some(at);
            call.callee_door = Some(Door::Native);
        }
        CallState::Ended => call.ended_at = Some(at),
    }
    call.timeline.push(step(at, state, call.version, None));
    call
}

pub(crate) fn ended(call: CallRecord, reason: Reason) -> CallRecord {
    let mut call = further(call, CallState::Ended);
    call.reason = Some(reason);
    call.error_code = Some(100_101);
    call.ended_by = Some(Actor::Caller);
    call
}

pub(crate) fn event(call: &CallRecord, kind: HookEventKind) -> OutboxRow {
    OutboxRow {
        hook: "crm".to_owned(),
        kind,
        call: call.id,
        seq: call.event_seq,
        at: call.requested_at,
        body: "{}".into(),
    }
}

pub(crate) fn write(call: &CallRecord) -> CallWrite {
    CallWrite { record: Arc::new(call.clone()), outbox: Vec::new(), done: None }
}

/// Persists and waits for the commit.
pub(crate) fn persist(store: &Store, call: &CallRecord) {
    let (tell, told) = mpsc::channel();
    let done = Box::new(move |outcome| tell.send(outcome).unwrap());
    store.persist(CallWrite { done: Some(done), ..write(call) }).unwrap();
    told.recv().unwrap().unwrap();
}

/// Waits for something that has no event of its own.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = clock::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(clock::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Holds up the writer thread inside a transaction until dropped.
pub(crate) struct HeldUp(#[expect(dead_code, reason = "its end is the signal")] mpsc::Sender<()>);

pub(crate) fn hold_up(store: &Store) -> HeldUp {
    let (release, released) = mpsc::channel::<()>();
    let (tell, begun) = mpsc::channel();
    let store = store.clone();
    tokio::spawn(async move {
        store
            .write(move |_| {
                tell.send(()).unwrap();
                released.recv().ok();
                Ok(())
            })
            .await
    });
    // The task runs as soon as this one yields; the tests that use this have a second thread for it.
    begun.recv_timeout(Duration::from_secs(20)).unwrap();
    HeldUp(release)
}

/// Deterministic randomness: `SplitMix64`.
pub(crate) struct Dice(pub u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.roll(items.len())].clone()
    }

    /// Once in `n`.
    pub(crate) fn rarely(&mut self, n: usize) -> bool {
        self.roll(n) == 0
    }
}
