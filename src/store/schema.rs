//! Opening the file and bringing it up to date.

use std::{
    fs::{DirBuilder, File, TryLockError},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{StoreError, steps::Steps};

/// The database in the data directory.
const FILE: &str = "hookswitch.sqlite3";
/// Held by the server that uses the data directory.
const LOCK_FILE: &str = "hookswitch.lock";
/// How long a connection waits for another process (the command line, a backup) to let go of the file. Longer: fewer failed
/// commits while a backup runs. Shorter: a stuck process is noticed sooner, since the writer stands still meanwhile.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache of the writer. Unit: KiB. More: fewer reads while very many calls go on at the same time. Less: less memory, and
/// cheaper commits, since SQLite looks through all of it in each that has split pages.
const WRITER_CACHE_KIB: i64 = 8_192;
/// Page cache of each reader. Unit: KiB.
const READER_CACHE_KIB: i64 = 16_384;
/// What the write-ahead log is cut back to after a burst. Unit: bytes.
const JOURNAL_SIZE_LIMIT: i64 = 67_108_864;
/// Prepared statements that a connection keeps: more than there are in the store.
const STATEMENTS: usize = 128;

/// One script per schema version, forward only: `MIGRATIONS[n]` leads from version n to n + 1. Never edit one that was released.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_calls.sql"),
    include_str!("migrations/0002_webhooks.sql"),
    include_str!("migrations/0003_audit.sql"),
    include_str!("migrations/0004_living_and_ended.sql"),
    include_str!("migrations/0005_minutes.sql"),
    include_str!("migrations/0006_media.sql"),
    include_str!("migrations/0007_verto_legs.sql"),
];

/// The version from which a step moves every call, and what that takes for each. A test measures it.
const CALLS_MOVE: i64 = 3;
const OPERATIONS_PER_CALL: u64 = 164;
/// How often a migration is looked at. Unit: operations of SQLite, some milliseconds.
pub(super) const WATCH_EVERY: std::ffi::c_int = 10_000;

/// Makes the data directory, for its owner only, where it is missing.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|source| StoreError::Io { path: dir.to_owned(), source })
}

/// Claims the data directory for this server. The claim ends with the file, even after `kill -9`.
pub(super) fn lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK_FILE);
    let failed = |source| StoreError::Io { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { dir: dir.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

pub(super) fn file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// A connection that may write, with the schema up to date.
pub(super) fn open(dir: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(file(dir), flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // A party that has seen `start` must find the call after a power cut too. In WAL mode NORMAL syncs only at checkpoints: it
    // survives `kill -9`, but loses the last commits with the power. FULL syncs each commit, which one group commit shares
    // among all calls that wait.
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Savepoints keep their undo pages in memory instead of a temporary file.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    db.pragma_update_and_check(None, "journal_size_limit", JOURNAL_SIZE_LIMIT, |_| Ok(()))?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    migrate(&mut db, MIGRATIONS)?;
    Ok(db)
}

/// A connection that cannot write. The file exists, since the writer was opened first.
pub(super) fn open_reader(dir: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file(dir), flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    db.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}

fn lock_steps(steps: &Mutex<Steps>) -> MutexGuard<'_, Steps> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn migrate(db: &mut Connection, scripts: &[&str]) -> Result<(), StoreError> {
    // Asked without a lock first: in most starts there is nothing to do.
    if version(db)? == i64::try_from(scripts.len()).unwrap_or(i64::MAX) {
        return Ok(());
    }
    let steps = Arc::new(Mutex::new(Steps::new(scripts.len())));
    let watched = Arc::clone(&steps);
    let watch = move || {
        lock_steps(&watched).went_on();
        // True would end it.
        false
    };
    db.progress_handler(WATCH_EVERY, Some(watch))?;
    let migrated = bring_forward(db, scripts, &steps);
    lock_steps(&steps).over();
    db.progress_handler(0, None::<fn() -> bool>)?;
    migrated
}

fn bring_forward(db: &Connection, scripts: &[&str], steps: &Mutex<Steps>) -> Result<(), StoreError> {
    let known = i64::try_from(scripts.len()).unwrap_or(i64::MAX);
    while version(db)? != known {
        // And again under the lock, since the command line and the server may start together.
        let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let found = version(&tx)?;
        let script = usize::try_from(found).ok().and_then(|found| scripts.get(found));
        let Some(script) = script else {
            return if found == known { Ok(()) } else { Err(StoreError::Newer { found, known }) };
        };
        lock_steps(steps).begin(found, work(&tx, found)?);
        tx.execute_batch(script)?;
        tx.pragma_update(None, "user_version", found + 1)?;
        tx.commit()?;
        lock_steps(steps).done();
    }
    Ok(())
}

/// How much a step has to do, where that follows from the rows there are. Unit: operations of SQLite.
fn work(db: &Connection, found: i64) -> rusqlite::Result<Option<u64>> {
    match found {
        CALLS_MOVE => {
            let calls = db.query_row("SELECT count(*) FROM calls", [], |row| row.get::<_, i64>(0))?;
            Ok(Some(u64::try_from(calls).unwrap_or(0) * OPERATIONS_PER_CALL))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{
            codes::Reason,
            ids::{RoomNumber, UserId},
            record::{CallState, Timestamp},
        },
        store::{CallQuery, CallWrite, Store, StoreOptions},
    };

    #[test]
    fn a_failing_migration_changes_nothing_and_a_later_start_goes_on_there() {
        let mut db = Connection::open_in_memory().unwrap();
        let first = "CREATE TABLE a (x); CREATE TABLE b (x);";
        let bad = "CREATE TABLE c (x); INSERT INTO nowhere VALUES (1);";
        assert!(matches!(migrate(&mut db, &[first, bad]), Err(StoreError::Sqlite(_))));
        assert_eq!(version(&db).unwrap(), 1);
        assert!(db.prepare("SELECT * FROM c").is_err());
        migrate(&mut db, &[first, "CREATE TABLE c (x);"]).unwrap();
        assert_eq!(version(&db).unwrap(), 2);
        db.prepare("SELECT * FROM a, b, c").unwrap();
    }

    /// Makes the file as it was when all calls were in one table: 5,000 ended calls, one a millisecond, then two that go on.
    fn make_old(dir: &Path) {
        let mut db = Connection::open(file(dir)).unwrap();
        migrate(&mut db, &MIGRATIONS[..2]).unwrap();
        db.execute_batch(
            "INSERT INTO classes VALUES (1, 'hangup', 'native', 'native'), (2, 'busy', 'native', '');
            WITH RECURSIVE n (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM n WHERE n < 5001)
            INSERT INTO calls (seq, id, class, pair, state, version, caller, callee, caller_device, caller_door, callee_door,
                placed, flags, param, user_str, room, error_code, reason, ended_by, requested_at, ended_at, veto, timeline,
                event_seq)
            SELECT (1700000000000000 + n * 1000) * 2048, randomblob(16), CASE WHEN n > 4999 THEN 0 WHEN n % 10 THEN 1 ELSE 2 END, n,
                CASE WHEN n > 4999 THEN 'talking' ELSE 'ended' END, 3, 'user' || (n % 7), 'robot', '', 'native',
                CASE WHEN n % 10 THEN 'native' END, 0, 3, 0, '', n + 1, 0,
                CASE WHEN n > 4999 THEN NULL WHEN n % 10 THEN 'hangup' ELSE 'busy' END, CASE WHEN n < 5000 THEN 'caller' END,
                1700000000000000 + n * 1000, CASE WHEN n < 5000 THEN 1800000000000000 END,
                CASE n WHEN 7 THEN '[{\"hook\":\"crm\",\"verdict\":\"allow\",\"policy\":null,\"ms\":3}]' ELSE '[]' END,
                '[[1700000000000000,\"requested\",1,\"caller\",0,null]]', 3
            FROM n;",
        )
        .unwrap();
    }

    #[tokio::test]
    async fn calls_of_the_first_schemas_are_all_found_again_and_those_that_go_on_can_end() {
        let dir = tempfile::tempdir().unwrap();
        make_old(dir.path());
        let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
        let count = async |query: CallQuery| {
            let page = store.calls(CallQuery { limit: 10_000, ..query }).await.unwrap();
            assert!(page.items.is_sorted_by(|a, b| a.requested_at > b.requested_at));
            page.items.len()
        };
        let all = CallQuery::default();
        let robot = UserId::new("robot").ok();
        assert_eq!(count(all.clone()).await, 5_002);
        assert_eq!(count(CallQuery { user: robot.clone(), ..all.clone() }).await, 5_002);
        assert_eq!(count(CallQuery { reason: Some(Reason::Busy), ..all.clone() }).await, 500);
        let pair = CallQuery { caller: UserId::new("user3").ok(), callee: robot.clone(), ..all.clone() };
        assert_eq!(count(pair.clone()).await, 715);
        assert_eq!(count(CallQuery { reason: Some(Reason::Busy), ..pair }).await, 72);
        assert_eq!(count(CallQuery { caller: robot.clone(), ..all.clone() }).await, 0);

        let mut unfinished = store.unfinished().unwrap();
        assert_eq!(
            unfinished.iter().map(|call| (call.requested_at.0, call.room)).collect::<Vec<_>>(),
            [(1_700_000_005_000_000, RoomNumber::new(5_001)), (1_700_000_005_001_000, RoomNumber::new(5_002)),]
        );
        let page =
            store.calls(CallQuery { to: Some(Timestamp(1_700_000_000_007_000)), limit: 1, ..all }).await.unwrap();
        assert_eq!(page.items[0].veto[0].hook, "crm");
        assert_eq!(store.call(page.items[0].id).await.unwrap().as_ref(), page.items.first());

        let mut over = unfinished.pop().unwrap();
        over.state = CallState::Ended;
        over.version += 1;
        let write = CallWrite { record: Arc::new(over.clone()), outbox: Vec::new(), done: None };
        store.persist(write).unwrap();
        store.write(|_| Ok(())).await.unwrap();
        assert_eq!(store.call(over.id).await.unwrap(), Some(over));
        assert_eq!(store.unfinished().unwrap(), unfinished);
    }

    #[test]
    fn how_far_a_migration_has_come_follows_from_the_calls_on_file() {
        let dir = tempfile::tempdir().unwrap();
        make_old(dir.path());
        let mut db = Connection::open(file(dir.path())).unwrap();
        migrate(&mut db, &MIGRATIONS[..3]).unwrap();
        let expected = work(&db, CALLS_MOVE).unwrap().unwrap();
        let counted = Arc::new(Mutex::new(0_u64));
        let count = Arc::clone(&counted);
        db.progress_handler(
            100,
            Some(move || {
                *count.lock().unwrap() += 100;
                false
            }),
        )
        .unwrap();
        db.execute_batch(MIGRATIONS[3]).unwrap();
        let took = *counted.lock().unwrap();
        assert!(took.abs_diff(expected) < expected / 10, "{took} operations, {expected} expected: OPERATIONS_PER_CALL");
        assert_eq!(work(&db, 0).unwrap(), None);
    }

    #[test]
    fn a_newer_schema_is_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 7).unwrap();
        assert!(matches!(migrate(&mut db, &["", ""]), Err(StoreError::Newer { found: 7, known: 2 })));
        assert_eq!(version(&db).unwrap(), 7);
    }
}
