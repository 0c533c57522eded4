use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use hookswitch::{
    clock,
    protocol::{codes::Reason, event::HookEventKind, record::CallState},
    store::{CallWrite, Done, Store, StoreError, StoreOptions},
};
use rusqlite::Connection;

use crate::fixture::{ended, event, further, hold_up, open, persist, requested, user, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_waits_together_is_committed_together() {
    let dir = tempfile::tempdir().unwrap();
    let batches = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&batches);
    let observer = Arc::new(move |took: Duration, writes: usize| seen.lock().unwrap().push((took, writes)));
    let store = Store::open(&StoreOptions { observer: Some(observer), ..StoreOptions::new(dir.path()) }).unwrap();
    let held = hold_up(&store);
    for _ in 0..50 {
        store.persist(write(&requested("a", "b", clock::wall()))).unwrap();
    }
    drop(held);
    store.close();
    let batches = batches.lock().unwrap();
    assert_eq!(batches.iter().map(|(_, writes)| *writes).collect::<Vec<_>>(), [1, 50]);
    assert!(batches.iter().all(|(took, _)| *took > Duration::ZERO));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_steps_that_wait_together_the_last_stays_and_every_event() {
    let (_dir, store) = open();
    let first = requested("a", "b", clock::wall());
    let second = further(first.clone(), CallState::Ringing);
    let third = ended(second.clone(), Reason::Cancelled);
    let signal = store.outbox_signal();
    let held = hold_up(&store);
    let kinds = [HookEventKind::Requested, HookEventKind::Ringing, HookEventKind::Finished];
    let (tell, told) = mpsc::channel();
    for (call, kind) in [&first, &second, &third].into_iter().zip(kinds) {
        let (tell, version) = (tell.clone(), call.version);
        let done = Some(Box::new(move |outcome: Result<(), _>| tell.send((version, outcome.is_ok())).unwrap()) as _);
        store.persist(CallWrite { outbox: vec![event(call, kind)], done, ..write(call) }).unwrap();
    }
    drop((held, tell));
    assert_eq!(told.iter().collect::<Vec<_>>(), [(1, true), (2, true), (3, true)]);
    signal.notified().await;
    assert_eq!(store.call(third.id).await.unwrap(), Some(third));
    let kinds: Vec<(i64, String, String)> = store
        .read(|db| {
            let mut select = db.prepare("SELECT seq, kind, state FROM outbox ORDER BY id")?;
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        })
        .await
        .unwrap();
    let row = |seq, kind: &str| (seq, kind.to_owned(), "pending".to_owned());
    assert_eq!(kinds, [row(1, "call.requested"), row(2, "call.ringing"), row(3, "call.finished")]);
}

#[test]
fn done_is_called_when_every_other_connection_sees_the_call() {
    let (dir, store) = open();
    let call = requested("a", "b", clock::wall());
    let (id, file) = (call.id, dir.path().join("hookswitch.sqlite3"));
    let (tell, told) = mpsc::channel();
    let done = Box::new(move |outcome: Result<(), Arc<StoreError>>| {
        outcome.unwrap();
        let other = Connection::open(file).unwrap();
        let rows = other.query_row("SELECT count(*) FROM live WHERE id = ?1", [id.0.as_bytes()], |row| row.get(0));
        tell.send(rows.unwrap()).unwrap();
    });
    store.persist(CallWrite { done: Some(done), ..write(&call) }).unwrap();
    assert_eq!(told.recv(), Ok(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_fails_undoes_itself_and_nothing_else() {
    let (_dir, store) = open();
    let held = hold_up(&store);
    let add = |name: &'static str, clash: bool| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write(move |tx| {
                    let sql =
                        "INSERT INTO accounts (user, password_hash, created_at, updated_at) VALUES (?1, '', 0, 0)";
                    tx.execute(sql, [name])?;
                    if clash { tx.execute(sql, [name]) } else { Ok(1) }
                })
                .await
        })
    };
    let (before, failing, after) = (add("before", false), add("failing", true), add("after", false));
    let call = requested("a", "b", clock::wall());
    store.persist(write(&call)).unwrap();
    drop(held);
    before.await.unwrap().unwrap();
    after.await.unwrap().unwrap();
    assert!(matches!(failing.await.unwrap(), Err(StoreError::Sqlite(_))));
    let users: Vec<_> = store.accounts(None, 10).await.unwrap().into_iter().map(|account| account.user).collect();
    assert_eq!(users, [user("after"), user("before")]);
    assert!(store.call(call.id).await.unwrap().is_some());
    store.writable().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_cannot_be_written_leaves_the_others_of_its_batch_alone() {
    let (_dir, store) = open();
    let trigger = "CREATE TRIGGER refuse BEFORE INSERT ON live WHEN new.user_str = 'bad' \
        BEGIN SELECT RAISE(ABORT, 'refused'); END";
    store.write(move |tx| tx.execute_batch(trigger)).await.unwrap();
    let calls: Vec<_> = ["good", "bad", "fine"]
        .map(|text| {
            let mut call = requested("a", "b", clock::wall());
            call.user_str = text.to_owned();
            call
        })
        .into();
    let (tell, told) = mpsc::channel();
    let held = hold_up(&store);
    for call in &calls {
        let tell = tell.clone();
        let done = Some(Box::new(move |outcome: Result<(), _>| tell.send(outcome.is_ok()).unwrap()) as _);
        let outbox = vec![event(call, HookEventKind::Requested)];
        store.persist(CallWrite { outbox, done, ..write(call) }).unwrap();
    }
    drop((held, tell));
    assert_eq!(told.iter().collect::<Vec<_>>(), [true, false, true]);
    let stored: Vec<bool> = {
        let mut stored = Vec::new();
        for call in &calls {
            stored.push(store.call(call.id).await.unwrap().is_some());
        }
        stored
    };
    assert_eq!(stored, [true, false, true]);
    let events: i64 = store.read(|db| db.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0))).await.unwrap();
    assert_eq!(events, 2);
}

#[tokio::test]
async fn a_panic_in_a_closure_reaches_only_its_owner() {
    let (_dir, store) = open();
    let write = store
        .write(|tx| -> rusqlite::Result<()> {
            tx.execute("INSERT INTO accounts VALUES ('half', '', 0, 0)", [])?;
            panic!("as part of a test")
        })
        .await;
    assert!(matches!(write, Err(StoreError::Panicked)));
    let read = store.read(|_| -> rusqlite::Result<()> { panic!("as part of a test") }).await;
    assert!(matches!(read, Err(StoreError::Panicked)));
    let call = requested("a", "b", clock::wall());
    let done: Done = Box::new(|_| panic!("as part of a test"));
    let done = Some(done);
    store.persist(CallWrite { done, ..crate::fixture::write(&call) }).unwrap();
    persist(&store, &call);
    assert!(store.accounts(None, 10).await.unwrap().is_empty());
    store.writable().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_refuses_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreOptions { queue: 2, ..StoreOptions::new(dir.path()) }).unwrap();
    let held = hold_up(&store);
    let call = requested("a", "b", clock::wall());
    store.persist(write(&call)).unwrap();
    store.writable().unwrap();
    store.persist(write(&call)).unwrap();
    assert!(matches!(store.writable(), Err(StoreError::Full)));
    let (tell, told) = mpsc::channel();
    let done: Done = Box::new(move |outcome| tell.send(outcome).unwrap());
    let done = Some(done);
    assert!(matches!(store.persist(CallWrite { done, ..write(&call) }), Err(StoreError::Full)));
    assert!(matches!(told.recv().unwrap().unwrap_err().as_ref(), StoreError::Full));
    assert!(matches!(store.write(|_| Ok(())).await, Err(StoreError::Full)));
    drop(held);
    crate::fixture::until("room in the queue", async || store.writable().is_ok()).await;
}

#[tokio::test]
async fn close_commits_what_waits_and_then_refuses() {
    let (dir, store) = open();
    let calls: Vec<_> = (0..100).map(|_| requested("a", "b", clock::wall())).collect();
    for call in &calls {
        store.persist(write(call)).unwrap();
    }
    store.close();
    store.close();
    assert!(matches!(store.persist(write(&calls[0])), Err(StoreError::Closed)));
    assert!(matches!(store.write(|_| Ok(())).await, Err(StoreError::Closed)));
    assert!(matches!(store.call(calls[0].id).await, Err(StoreError::Closed)));
    assert!(matches!(store.writable(), Err(StoreError::Closed)));
    let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
    assert_eq!(store.unfinished().unwrap().len(), 100);
}
