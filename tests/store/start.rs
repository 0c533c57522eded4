use std::os::unix::fs::PermissionsExt as _;

use hookswitch::{
    clock,
    protocol::scope::Scope,
    store::{self, KeyRow, Store, StoreError, StoreOptions, keys},
};
use rusqlite::Connection;
use uuid::Uuid;

use crate::fixture::{open, persist, requested};

#[test]
fn the_data_directory_is_made_for_its_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("a/b");
    drop(Store::open(&StoreOptions::new(&data)).unwrap());
    assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(data.join("hookswitch.sqlite3").is_file());
    assert!(!data.join("hookswitch.sqlite3-wal").exists(), "a clean end leaves no log behind");
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let (dir, store) = open();
    let options = StoreOptions::new(dir.path());
    let error = Store::open(&options).unwrap_err();
    assert!(matches!(&error, StoreError::Locked { dir: locked } if locked == dir.path()));
    assert!(error.to_string().contains("another hookswitch server"));
    store.close();
    Store::open(&options).unwrap();
}

#[test]
fn a_database_of_a_newer_version_is_not_touched() {
    let (dir, store) = open();
    store.close();
    let file = dir.path().join("hookswitch.sqlite3");
    let known: i64 = {
        let db = Connection::open(&file).unwrap();
        let known = db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        db.pragma_update(None, "user_version", 999).unwrap();
        known
    };
    for error in [
        Store::open(&StoreOptions::new(dir.path())).map(drop).unwrap_err(),
        store::open_cli(dir.path()).map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Newer { found: 999, known: k } if k == known));
        assert!(error.to_string().contains("written by a newer version"));
    }
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("hookswitch.sqlite3"), "This is not a database, whatever its name says.").unwrap();
    assert!(matches!(Store::open(&StoreOptions::new(dir.path())), Err(StoreError::Sqlite(_))));
    assert!(matches!(Store::open(&StoreOptions::new("/dev/null/x")), Err(StoreError::Io { .. })));
}

#[tokio::test]
async fn the_command_line_works_beside_a_server_and_before_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let row = |name: &str, hash| KeyRow {
        id: Uuid::from_bytes([hash; 16]),
        hash: [hash; 32],
        scope: Scope::Admin,
        name: name.to_owned(),
        created_at: clock::wall(),
    };
    keys::insert(&store::open_cli(dir.path()).unwrap(), &row("before", 1)).unwrap();
    let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
    persist(&store, &requested("a", "b", clock::wall()));
    keys::insert(&store::open_cli(dir.path()).unwrap(), &row("beside", 2)).unwrap();
    assert_eq!(store.key_by_hash([1; 32]).await.unwrap().unwrap().name, "before");
    assert_eq!(store.key_by_hash([2; 32]).await.unwrap().unwrap().name, "beside");
}
