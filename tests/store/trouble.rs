use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use hookswitch::{
    clock,
    protocol::{
        codes::Reason,
        record::{CallRecord, CallState},
    },
    store::{CallWrite, Store, StoreError},
};
use rusqlite::Connection;

use crate::fixture::{ended, further, open, persist, requested, until, write};

type Outcome = Result<(), Arc<StoreError>>;

fn watched(store: &Store, text: usize, tell: &mpsc::Sender<Outcome>) {
    let mut call = requested("a", "b", clock::wall());
    call.user_str = "x".repeat(text);
    let tell = tell.clone();
    let done = Some(Box::new(move |outcome| tell.send(outcome).unwrap()) as _);
    store.persist(CallWrite { done, ..write(&call) }).unwrap();
}

async fn limit_pages(store: &Store, more: i64) {
    store
        .write(move |tx| {
            let pages: i64 = tx.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            tx.query_row(&format!("PRAGMA max_page_count = {}", pages + more), [], |_| Ok(()))
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_to_every_waiter_and_gets_over() {
    let (_dir, store) = open();
    limit_pages(&store, 0).await;
    let (tell, told) = mpsc::channel();
    for _ in 0..20 {
        watched(&store, 8_000, &tell);
    }
    drop(tell);
    let outcomes: Vec<Outcome> = told.iter().collect();
    assert_eq!(outcomes.len(), 20);
    assert!(outcomes.iter().all(Result::is_err));
    assert!(matches!(store.writable(), Err(StoreError::Commit(_))));
    let failed = store.write(|tx| tx.execute_batch("CREATE TABLE big AS SELECT zeroblob(1000000)")).await;
    assert!(matches!(failed, Err(StoreError::Sqlite(_) | StoreError::Commit(_))));
    // Reading goes on.
    assert!(store.unfinished().unwrap().is_empty());
    limit_pages(&store, 1_000_000).await;
    store.writable().unwrap();
    persist(&store, &requested("a", "b", clock::wall()));
    assert_eq!(store.unfinished().unwrap().len(), 1);
}

#[tokio::test]
async fn an_end_that_did_not_fit_on_the_disk_can_be_written_again() {
    let (_dir, store) = open();
    let talking = further(requested("a", "b", clock::wall()), CallState::Talking);
    persist(&store, &talking);
    limit_pages(&store, 0).await;
    let mut over = ended(talking, Reason::Hangup);
    over.user_str = "x".repeat(8_000);
    let (tell, told) = mpsc::channel::<Outcome>();
    let done = Some(Box::new(move |outcome| tell.send(outcome).unwrap()) as _);
    store.persist(CallWrite { done, ..write(&over) }).unwrap();
    told.recv().unwrap().unwrap_err();
    assert_eq!(store.unfinished().unwrap().len(), 1);
    limit_pages(&store, 1_000_000).await;
    let (tell, told) = mpsc::channel::<Outcome>();
    let done = Some(Box::new(move |outcome| tell.send(outcome).unwrap()) as _);
    store.persist_again(CallWrite { done, ..write(&over) }).unwrap();
    told.recv().unwrap().unwrap();
    assert!(store.unfinished().unwrap().is_empty());
    assert_eq!(store.call(over.id).await.unwrap(), Some(over));
}

#[tokio::test]
async fn nothing_of_a_call_overtakes_what_was_refused_of_it() {
    let (_dir, store) = open();
    limit_pages(&store, 0).await;
    let mut call = requested("a", "b", clock::wall());
    call.user_str = "x".repeat(8_000);
    let (tell, told) = mpsc::channel();
    let persist = |call: &CallRecord, again: bool| {
        let tell = tell.clone();
        let done = Some(Box::new(move |outcome: Outcome| tell.send(outcome).unwrap()) as _);
        let write = CallWrite { done, ..write(call) };
        if again {
            store.persist_again(write).unwrap()
        } else {
            store.persist(write).unwrap()
        }
        told.recv().unwrap()
    };
    persist(&call, false).unwrap_err();
    call = further(call, CallState::Ringing);
    persist(&call, false).unwrap_err();
    assert!(store.writable().is_err(), "what is not even tried says nothing about the disk");
    limit_pages(&store, 1_000_000).await;
    let behind = persist(&call, false).unwrap_err();
    assert!(matches!(&*behind, StoreError::Behind), "{behind:?}");
    assert!(store.writable().is_ok(), "that is no trouble of the disk");
    assert!(store.unfinished().unwrap().is_empty());
    persist(&call, true).unwrap();
    persist(&further(call, CallState::Talking), false).unwrap();
}

#[tokio::test]
async fn the_writer_finds_out_by_itself_that_commits_work_again() {
    let (dir, store) = open();
    // So that the test need not wait as long as the server would.
    store.write(|tx| tx.busy_timeout(Duration::from_millis(20))).await.unwrap();
    let other = Connection::open(dir.path().join("hookswitch.sqlite3")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (tell, told) = mpsc::channel();
    watched(&store, 10, &tell);
    let error = told.recv().unwrap().unwrap_err();
    assert!(matches!(&*error, StoreError::Sqlite(_)), "{error:?}");
    assert!(store.writable().is_err());
    other.execute_batch("ROLLBACK").unwrap();
    until("the probe", async || store.writable().is_ok()).await;
    persist(&store, &requested("a", "b", clock::wall()));
}

#[tokio::test]
async fn a_write_that_ends_the_shared_transaction_is_found_out() {
    let (_dir, store) = open();
    let broken = store.write(|tx| tx.execute_batch("COMMIT")).await;
    assert!(broken.is_err(), "{broken:?}");
    until("the probe", async || store.writable().is_ok()).await;
    persist(&store, &requested("a", "b", clock::wall()));
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let (_dir, store) = open();
    assert!(matches!(store.read(|db| db.execute("DELETE FROM calls", [])).await, Err(StoreError::Sqlite(_))));
}
