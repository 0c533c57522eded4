use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{
        codes::Reason,
        event::HookEventKind,
        record::{CallState, Timestamp},
    },
    store::{CallWrite, Store, StoreOptions},
};

use crate::fixture::{ended, event, further, persist, requested, until, write};

const HOUR_US: i64 = 3_600_000_000;

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
