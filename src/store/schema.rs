//! Opening the file and bringing it up to date.

use std::{
    fs::{DirBuilder, File, TryLockError},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::StoreError;

/// The database in the data directory.
const FILE: &str = "hookswitch.sqlite3";
/// Held by the server that uses the data directory.
const LOCK_FILE: &str = "hookswitch.lock";
/// How long a connection waits for another process (the command line, a backup) to let go of the file. Longer: fewer failed
/// commits while a backup runs. Shorter: a stuck process is noticed sooner, since the writer stands still meanwhile.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Page cache of the writer. Unit: KiB. More: fewer reads when a million calls' indexes are hit at random. Less: less memory.
const WRITER_CACHE_KIB: i64 = 65_536;
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
    include_str!("migrations/0003_living_and_ended.sql"),
];

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
    let db = Connection::open_with_flags(file(dir), flags)?;
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
    migrate(&db, MIGRATIONS)?;
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

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn migrate(db: &Connection, scripts: &[&str]) -> Result<(), StoreError> {
    let known = i64::try_from(scripts.len()).unwrap_or(i64::MAX);
    // Asked without a lock first: in most starts there is nothing to do.
    while version(db)? != known {
        // And again under the lock, since the command line and the server may start together.
        let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let found = version(&tx)?;
        let script = usize::try_from(found).ok().and_then(|found| scripts.get(found));
        let Some(script) = script else {
            return if found == known { Ok(()) } else { Err(StoreError::Newer { found, known }) };
        };
        tx.execute_batch(script)?;
        tx.pragma_update(None, "user_version", found + 1)?;
        tx.commit()?;
        tracing::info!(version = found + 1, "the store's schema was brought forward");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_migration_changes_nothing_and_a_later_start_goes_on_there() {
        let db = Connection::open_in_memory().unwrap();
        let first = "CREATE TABLE a (x); CREATE TABLE b (x);";
        let bad = "CREATE TABLE c (x); INSERT INTO nowhere VALUES (1);";
        assert!(matches!(migrate(&db, &[first, bad]), Err(StoreError::Sqlite(_))));
        assert_eq!(version(&db).unwrap(), 1);
        assert!(db.prepare("SELECT * FROM c").is_err());
        migrate(&db, &[first, "CREATE TABLE c (x);"]).unwrap();
        assert_eq!(version(&db).unwrap(), 2);
        db.prepare("SELECT * FROM a, b, c").unwrap();
    }

    #[test]
    fn a_newer_schema_is_left_alone() {
        let db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 7).unwrap();
        assert!(matches!(migrate(&db, &["", ""]), Err(StoreError::Newer { found: 7, known: 2 })));
        assert_eq!(version(&db).unwrap(), 7);
    }
}
