use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{
        codes::Reason,
        event::HookEventKind,
        ids::UserId,
        record::{CallRecord, CallState, Timestamp},
    },
    store::{CallQuery, CallWrite, Store, StoreOptions},
};
use rusqlite::Connection;

use crate::fixture::{ended, event, further, persist, requested, until, write};

const HOUR_US: i64 = 3_600_000_000;

#[tokio::test]
async fn buckets_go_with_their_calls_and_a_late_one_is_still_found() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { bucket: 16, ..StoreOptions::new(dir.path()) };
    let store = Store::open(&options).unwrap();
    let now = clock::wall();
    let long_ago = Timestamp(now.0 - 2 * HOUR_US);
    let long = further(requested("ann", "eve", long_ago), CallState::Talking);
    persist(&store, &long);
    for n in 0..100 {
        persist(&store, &ended(requested("ann", "ben", Timestamp(long_ago.0 + n)), Reason::Hangup));
    }
    let recent = ended(requested("ann", "ben", now), Reason::Hangup);
    persist(&store, &recent);
    store.close();

    let store = Store::open(&StoreOptions { retention: Some(Duration::from_secs(3_600)), ..options }).unwrap();
    let rows = async || -> [i64; 4] {
        let tables = ["calls", "buckets", "bucket_users", "bucket_classes"];
        let count =
            |db: &Connection, table| db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0));
        store.read(move |db| Ok(tables.map(|table| count(db, table).unwrap()))).await.unwrap()
    };
    until("the sweep", async || rows().await == [1, 1, 0, 0]).await;
    let mut long = ended(long, Reason::Drained);
    long.ended_at = Some(now);
    persist(&store, &long);
    // Enough to close the bucket, with the late one in it.
    let more: Vec<CallRecord> =
        (1..40).map(|n| ended(requested("ann", "ben", Timestamp(now.0 + n)), Reason::Hangup)).collect();
    for call in &more {
        persist(&store, call);
    }
    let page =
        store.calls(CallQuery { user: UserId::new("ann").ok(), limit: 100, ..CallQuery::default() }).await.unwrap();
    assert!(page.items.iter().eq(more.iter().rev().chain([&recent, &long])));
    store.writable().unwrap();
}

#[tokio::test]
async fn only_what_ended_or_was_settled_before_the_retention_time_is_swept() {
    let dir = tempfile::tempdir().unwrap();
    let forever = Store::open(&StoreOptions::new(dir.path())).unwrap();
    let now = clock::wall();
    let long_ago = Timestamp(now.0 - 2 * HOUR_US);
    // More than one batch of old calls, each with an event of its own.
    let mut old = Vec::new();
    for n in 0..450 {
        let call = ended(requested("a", "b", Timestamp(long_ago.0 + n)), Reason::Hangup);
        let outbox = vec![event(&call, HookEventKind::Finished)];
        forever.persist(CallWrite { outbox, ..write(&call) }).unwrap();
        old.push(call);
    }
    let recent = ended(requested("a", "b", now), Reason::Hangup);
    let unfinished = further(requested("c", "d", long_ago), CallState::Talking);
    let mut long = ended(requested("e", "f", long_ago), Reason::Hangup);
    long.ended_at = Some(now);
    for call in [&recent, &unfinished, &long] {
        persist(&forever, call);
    }
    // One event still waits, one was given up; the others were delivered.
    forever
        .write(|tx| {
            tx.execute_batch(
                "UPDATE outbox SET state = 'delivered'; UPDATE outbox SET state = 'dead' WHERE id = 2; \
                 UPDATE outbox SET state = 'pending' WHERE id = 3;",
            )
        })
        .await
        .unwrap();
    forever.close();

    let retention = Some(Duration::from_secs(3_600));
    let store = Store::open(&StoreOptions { retention, ..StoreOptions::new(dir.path()) }).unwrap();
    let counts = async || -> (i64, i64) {
        store
            .read(|db| {
                db.query_row("SELECT (SELECT count(*) FROM calls), (SELECT count(*) FROM outbox)", [], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
            })
            .await
            .unwrap()
    };
    until("the sweep", async || counts().await == (2, 1)).await;
    for call in [&recent, &unfinished, &long] {
        assert_eq!(store.call(call.id).await.unwrap().as_ref(), Some(call));
    }
    assert_eq!(store.call(old[0].id).await.unwrap(), None);
}
