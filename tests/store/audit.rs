//! The audit's rows: kept, found, swept; the denied ones bounded.

use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{record::Timestamp, scope::Scope},
    store::{
        AuditQuery, AuditRow, Store, StoreOptions,
        audit::{self, MAX_DENIED},
    },
};

use crate::fixture::{open, until};

fn row(n: i64, action: &str, target: &str) -> AuditRow {
    AuditRow {
        id: 0,
        at: Timestamp(n * 1_000),
        key: Some(format!("key{}", n % 2)),
        key_name: Some("crm".to_owned()),
        scope: Some(Scope::Admin),
        address: Some("2001:db8::7".parse().unwrap()),
        action: action.to_owned(),
        target: Some(target.to_owned()),
        status: Some(204),
        error_code: Some(21),
        request_id: Some("r1".to_owned()),
        times: 1,
    }
}

fn all() -> AuditQuery {
    AuditQuery { limit: 500, ..AuditQuery::default() }
}

#[tokio::test]
async fn rows_survive_and_are_found_by_each_filter_newest_first() {
    let (dir, store) = open();
    let written: Vec<_> = (1..=6)
        .map(|n| row(n, if n < 4 { "users_put" } else { "webhooks_put" }, &format!("users/u{}", n % 3)))
        .collect();
    for row in &written {
        store.audit(row.clone());
    }
    store.close();
    let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
    let ids = async |query: AuditQuery| -> Vec<i64> {
        store.audit_rows(query).await.unwrap().iter().map(|row| row.id).collect()
    };
    let read = store.audit_rows(all()).await.unwrap();
    let expected: Vec<_> =
        (1..=6).rev().zip(written.iter().rev()).map(|(id, row)| AuditRow { id, ..row.clone() }).collect();
    assert_eq!(read, expected);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(ids(AuditQuery { key: text("key1"), ..all() }).await, [5, 3, 1]);
    assert_eq!(ids(AuditQuery { action: text("users_put"), ..all() }).await, [3, 2, 1]);
    assert_eq!(ids(AuditQuery { target: text("users/u0"), ..all() }).await, [6, 3]);
    let between = AuditQuery { from: Some(Timestamp(2_000)), to: Some(Timestamp(4_000)), ..all() };
    assert_eq!(ids(between.clone()).await, [4, 3, 2]);
    assert_eq!(ids(AuditQuery { key: text("key0"), before: Some(4), ..between }).await, [2]);
    assert_eq!(ids(AuditQuery { limit: 2, ..all() }).await, [6, 5]);
}

#[tokio::test]
async fn of_the_denied_only_the_latest_are_kept_and_of_the_others_all() {
    let (_dir, store) = open();
    store.audit(row(1, "users_put", "users/alice"));
    let written = store.write(|tx| {
        let denied = AuditRow { status: Some(401), key: None, ..row(2, "calls_list", "") };
        (0..MAX_DENIED + 50).try_for_each(|_| audit::insert(tx, &denied))
    });
    written.await.unwrap();
    let count =
        store.read(|db| db.query_row("SELECT count(*), max(id) FROM audit", [], |row| Ok((row.get(0)?, row.get(1)?))));
    let (rows, last): (i64, i64) = count.await.unwrap();
    assert_eq!((rows, last), (MAX_DENIED + 1, MAX_DENIED + 51));
    let done = AuditQuery { action: Some("users_put".to_owned()), ..all() };
    assert_eq!(store.audit_rows(done).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_older_than_the_retention_time_is_swept() {
    let dir = tempfile::tempdir().unwrap();
    let retention = Some(Duration::from_secs(3_600));
    let store = Store::open(&StoreOptions { retention, ..StoreOptions::new(dir.path()) }).unwrap();
    store.audit(row(1, "users_put", "users/old"));
    store.audit(AuditRow { at: clock::wall(), ..row(1, "users_put", "users/new") });
    until("the sweep", async || store.audit_rows(all()).await.unwrap().len() == 1).await;
    assert_eq!(store.audit_rows(all()).await.unwrap()[0].target.as_deref(), Some("users/new"));
}
