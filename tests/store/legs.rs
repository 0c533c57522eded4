use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{
        codes::Reason,
        record::{CallState, Timestamp},
    },
    store::{LegRow, Store, StoreOptions},
};

use crate::fixture::{ended, further, open, persist, requested, until, user};

#[tokio::test]
async fn names_of_calls_that_go_on_outlive_the_process_and_others_their_retention_time() {
    let (dir, store) = open();
    let long_ago = Timestamp(clock::wall().0 - 7_200_000_000);
    let on = further(requested("alice", "bob", long_ago), CallState::Talking);
    let over = ended(requested("carol", "dora", long_ago), Reason::Hangup);
    let leg = |call: &hookswitch::protocol::record::CallRecord, who: &str, name: &str| LegRow {
        call: call.id,
        user: user(who),
        name: name.into(),
    };
    for (row, at) in [
        (leg(&on, "alice", "first"), long_ago),
        (leg(&on, "alice", "a-1"), long_ago),
        (leg(&on, "bob", "b-1"), long_ago),
        (leg(&over, "carol", "c-1"), long_ago),
        (leg(&over, "dora", "d-1"), clock::wall()),
    ] {
        store.keep_leg(row, at);
    }
    // Whatever is queued later is on disk later.
    persist(&store, &on);
    persist(&store, &over);
    store.close();

    let retention = Some(Duration::from_secs(3_600));
    let store = Store::open(&StoreOptions { retention, ..StoreOptions::new(dir.path()) }).unwrap();
    let mut found = store.unfinished_legs().unwrap();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    assert_eq!(found, [leg(&on, "alice", "a-1"), leg(&on, "bob", "b-1")]);
    let names = async || -> i64 {
        let count = |db: &rusqlite::Connection| db.query_row("SELECT count(*) FROM verto_legs", [], |row| row.get(0));
        store.read(count).await.unwrap()
    };
    until("the sweep", async || names().await == 3).await;
    assert_eq!(store.unfinished_legs().unwrap().len(), 2);
}
