//! The writer thread: everything that waits goes into one transaction, and whoever waits hears of it after the commit.
//!
//! ```text
//! take all that waits -> BEGIN -> each job -> COMMIT (one fsync) -> tell every waiter -> probe, close, sweep, checkpoint if due
//! ```
//!
//! A job that fails undoes only itself, by a savepoint. A disk that fails takes the whole batch with it: then everybody hears
//! that, the store counts as not writable, and a probe finds out when it is again.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use ahash::RandomState;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::{
    CallWrite, CommitObserver, Shared, StoreError, StoreOptions,
    calls::{self, Rows},
    ledger::Ledger,
    outbox,
    queue::Taken,
    retention::{Sweep, Sweeper},
    task::Task,
};
use crate::{
    clock,
    protocol::{
        ids::{CallId, RoomNumber},
        record::CallRecord,
    },
};

/// The most jobs in one transaction. More: fewer fsyncs under load. Fewer: the first of a batch waits less for the last.
const BATCH: usize = 1_024;
/// How long commits are apart under load. Longer: fewer fsyncs. Shorter: a start waits less for its commit.
const COMMIT_EVERY: Duration = Duration::from_millis(1);
/// From how many jobs in a batch on there is load: whoever is alone need not wait for company.
const LOAD: usize = 2;
/// How often an unwritable store is tried. Shorter: recovers sooner. Longer: less work for a disk that is in trouble.
const PROBE_EVERY: Duration = Duration::from_millis(250);
/// What a probe asks the disk for. Unit: bytes; some batches' worth.
const PROBE_BYTES: i64 = 262_144;
/// Pages in the write-ahead log that make a checkpoint worth its fsync. More: fewer checkpoints. Fewer: shorter ones.
const CHECKPOINT_PAGES: i64 = 4_000;

/// What waits for the writer.
pub(super) enum Job {
    Call {
        write: CallWrite,
        /// It holds all that was refused of its call before.
        again: bool,
    },
    Task(Box<dyn Task>),
}

/// A job in a batch, and its own failure.
struct Entry {
    job: Job,
    failed: Option<Arc<StoreError>>,
}

pub(super) struct Writer {
    db: Connection,
    shared: Arc<Shared>,
    observer: Option<CommitObserver>,
    sweeper: Option<Sweeper>,
    last_room: Option<RoomNumber>,
    /// `None` where it may say what the file did not keep.
    ledger: Option<Ledger>,
    bucket: u32,
    probe_at: Option<Instant>,
    /// Calls of which a step was refused. What follows of them would overtake it.
    behind: HashSet<CallId, RandomState>,
}

impl Writer {
    pub(super) fn new(db: Connection, shared: Arc<Shared>, options: &StoreOptions) -> Result<Self, StoreError> {
        // Checkpoints are this thread's own business, after the waiters were told instead of inside the commit.
        db.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        let last_room = calls::last_room(&db)?;
        let sweeper = options.retention.map(|retention| Sweeper::new(retention, options.bucket, clock::now()));
        let ledger = Some(Ledger::load(&db)?);
        let (observer, bucket) = (options.observer.clone(), options.bucket);
        Ok(Self {
            db,
            shared,
            observer,
            sweeper,
            last_room,
            ledger,
            bucket,
            probe_at: None,
            behind: HashSet::default(),
        })
    }

    /// Writes until the queue is closed and empty. The connection is the caller's to close, after those of the readers.
    pub(super) fn run(mut self) -> Connection {
        loop {
            let due = self.sweeper.as_ref().map(Sweeper::due).into_iter().chain(self.probe_at).min();
            let patience = due.map(|due| due.saturating_duration_since(clock::now()));
            match self.shared.jobs.take(BATCH, patience) {
                Taken::Jobs(jobs) => {
                    let (begun, busy) = (clock::now(), jobs.len() >= LOAD);
                    self.batch(jobs);
                    let took = clock::now().saturating_duration_since(begun);
                    if busy && took < COMMIT_EVERY {
                        self.shared.jobs.gather(BATCH, COMMIT_EVERY - took);
                    }
                }
                Taken::TimedOut => {}
                Taken::Closed => return self.db,
            }
            self.probe();
            self.close_bucket();
            self.sweep();
            self.checkpoint();
        }
    }

    fn batch(&mut self, jobs: Vec<Job>) {
        let mut batch: Vec<Entry> = jobs.into_iter().map(|job| self.admit(job)).collect();
        // A commit with nothing in it would say nothing about the disk.
        let idle = batch.iter().all(|entry| entry.failed.is_some());
        let begun = clock::now();
        let outcome = if idle { Ok(()) } else { self.transact(&mut batch).map_err(Arc::new) };
        let took = clock::now().saturating_duration_since(begun);
        if !idle {
            self.judge(outcome.as_ref().err());
        }
        let jobs = batch.len();
        let mut events = false;
        for entry in batch {
            let outcome = match (&outcome, entry.failed) {
                (Err(error), _) => Err(Arc::clone(error)),
                (Ok(()), Some(error)) => Err(error),
                (Ok(()), None) => Ok(()),
            };
            match entry.job {
                Job::Call { write, again } => {
                    if outcome.is_err() {
                        self.behind.insert(write.record.id);
                    } else if again {
                        self.behind.remove(&write.record.id);
                    }
                    events |= outcome.is_ok() && !write.outbox.is_empty();
                    if let Some(done) = write.done {
                        guarded("a commit's listener", || done(outcome));
                    }
                }
                Job::Task(task) => task.settle(outcome),
            }
        }
        if events {
            self.shared.outbox.notify_one();
        }
        if let (false, Ok(()), Some(observer)) = (idle, outcome, &self.observer) {
            guarded("the commit observer", || observer(took, jobs));
        }
    }

    fn admit(&self, job: Job) -> Entry {
        let behind = matches!(&job, Job::Call { write, again: false } if self.behind.contains(&write.record.id));
        Entry { job, failed: behind.then(|| Arc::new(StoreError::Behind)) }
    }

    /// All of a batch, or an error for all of it.
    fn transact(&mut self, batch: &mut [Entry]) -> Result<(), StoreError> {
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        let mut ledger = match self.ledger.take() {
            Some(ledger) => ledger,
            None => Ledger::load(&tx)?,
        };
        for run in batch.chunk_by_mut(|a, b| matches!((&a.job, &b.job), (Job::Call { .. }, Job::Call { .. }))) {
            write_run(&tx, &mut ledger, run)?;
            if tx.is_autocommit() {
                return Err(StoreError::Broken);
            }
        }
        let last_room =
            batch.iter().filter(|entry| entry.failed.is_none()).filter_map(room).fold(self.last_room, later);
        if let (true, Some(room)) = (last_room != self.last_room, last_room) {
            calls::save_last_room(&tx, room)?;
        }
        tx.commit()?;
        self.ledger = Some(ledger);
        self.last_room = last_room;
        Ok(())
    }

    /// Draws the conclusion from a commit.
    fn judge(&mut self, error: Option<&Arc<StoreError>>) {
        match (error, self.probe_at) {
            (Some(error), before) => {
                if before.is_none() {
                    tracing::error!(%error, cause = ?std::error::Error::source(error), "the store cannot commit");
                }
                self.probe_at = Some(clock::now() + PROBE_EVERY);
                self.shared.set_trouble(Some(Arc::clone(error)));
            }
            (None, Some(_)) => {
                tracing::info!("the store commits again");
                self.probe_at = None;
                self.shared.set_trouble(None);
            }
            (None, None) => {}
        }
    }

    /// Tries a commit of its own where the last one failed and nobody else has tried since.
    fn probe(&mut self) {
        if self.probe_at.is_some_and(|at| at <= clock::now()) {
            let outcome = probe(&self.db).map_err(|error| Arc::new(error.into()));
            self.judge(outcome.err().as_ref());
        }
    }

    fn close_bucket(&mut self) {
        let Some(ledger) = &mut self.ledger else { return };
        if let Err(error) = ledger.close_bucket(&self.db, self.bucket) {
            // Nothing is lost: the bucket is searched as it is, and closed another time.
            tracing::warn!(%error, "the store's newest calls could not be indexed");
        }
    }

    fn sweep(&mut self) {
        let Some(sweeper) = &mut self.sweeper else { return };
        if self.probe_at.is_some() {
            sweeper.postpone(clock::now());
        } else if let Sweep::Failed(error) = sweeper.sweep(&self.db, &self.shared.swept, clock::now(), clock::wall()) {
            self.judge(Some(&Arc::new(error)));
        }
    }

    fn checkpoint(&self) {
        let waiting = self
            .db
            .prepare_cached("PRAGMA wal_checkpoint(NOOP)")
            .and_then(|mut noop| noop.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)));
        if waiting.is_ok_and(|pages| pages < CHECKPOINT_PAGES) {
            return;
        }
        let done = self
            .db
            .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")
            .and_then(|mut passive| passive.query_row([], |_| Ok(())));
        if let Err(error) = done {
            // Nothing is lost: what is committed stays in the log, and the next checkpoint takes it.
            tracing::warn!(%error, "the store's checkpoint failed");
        }
    }
}

/// Calls foreign code whose panic must not end the writer.
fn guarded(what: &'static str, code: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(code)).is_err() {
        tracing::error!(what, "panicked on the writer thread");
    }
}

fn probe(db: &Connection) -> rusqlite::Result<()> {
    let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    // First, whether there is room for more, then, whether a commit works.
    tx.execute_batch("SAVEPOINT room")?;
    tx.execute("INSERT OR REPLACE INTO probe (one, at, filler) VALUES (2, 0, zeroblob(?1))", [PROBE_BYTES])?;
    tx.execute_batch("ROLLBACK TO room; RELEASE room")?;
    tx.execute("INSERT OR REPLACE INTO probe (one, at) VALUES (1, ?1)", [clock::wall().0])?;
    tx.commit()
}

fn room(entry: &Entry) -> Option<RoomNumber> {
    match &entry.job {
        Job::Call { write, .. } => write.record.room,
        Job::Task(_) => None,
    }
}

/// The room that was given out later. Rooms are counted up and begin anew after the last, and the clock may jump, so that
/// "later" is "less than half the circle ahead".
fn later(last: Option<RoomNumber>, room: RoomNumber) -> Option<RoomNumber> {
    const ROOMS: i64 = 0x7fff_ffff;
    let ahead = |of: RoomNumber| (i64::from(room.get()) - i64::from(of.get())).rem_euclid(ROOMS);
    Some(last.filter(|last| ahead(*last) > ROOMS / 2).unwrap_or(room))
}

/// Whether an error means the disk or the file, so that no job of the batch can be saved.
fn is_disk(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::OutOfMemory
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
        )
    )
}

/// Does `work` in a savepoint. An error of the disk is the outer one; any other undoes only `work`.
fn isolated<T>(
    tx: &Transaction<'_>,
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<Result<T, StoreError>, StoreError> {
    let run = |sql| tx.prepare_cached(sql)?.execute([]);
    run("SAVEPOINT job")?;
    let result = work();
    match &result {
        Err(StoreError::Sqlite(error)) if is_disk(error) => return result.map(Ok),
        Err(_) if tx.is_autocommit() => return Err(StoreError::Broken),
        Err(_) => run("ROLLBACK TO job")?,
        Ok(_) => 0,
    };
    run("RELEASE job")?;
    Ok(result)
}

/// One task, or calls in a row.
fn write_run(tx: &Transaction<'_>, ledger: &mut Ledger, run: &mut [Entry]) -> Result<(), StoreError> {
    if let [Entry { job: Job::Task(task), failed }] = run {
        *failed = isolated(tx, || task.run(tx))?.err().map(Arc::new);
        return Ok(());
    }
    // Calls hardly ever fail alone: one savepoint for all of them, and only where that fails one for each.
    if isolated(tx, || Ok(write_calls(tx, ledger, run)?))?.is_ok() {
        return Ok(());
    }
    *ledger = Ledger::load(tx)?;
    let mut rows = Rows::new(tx)?;
    for entry in run {
        if let Job::Call { write, .. } = &entry.job
            && entry.failed.is_none()
        {
            let alone = isolated(tx, || {
                ledger.save(tx, &mut rows, &write.record)?;
                Ok(outbox::insert(tx, &write.outbox)?)
            })?;
            if alone.is_err() {
                *ledger = Ledger::load(tx)?;
            }
            entry.failed = alone.err().map(Arc::new);
        }
    }
    Ok(())
}

/// Calls in a row: of each only the last row, all events of each.
fn write_calls(tx: &Transaction<'_>, ledger: &mut Ledger, run: &[Entry]) -> rusqlite::Result<()> {
    let writes = || {
        run.iter().filter(|entry| entry.failed.is_none()).filter_map(|entry| match &entry.job {
            Job::Call { write, .. } => Some(write),
            Job::Task(_) => None,
        })
    };
    let mut last: HashMap<CallId, &CallRecord, RandomState> =
        writes().map(|write| (write.record.id, &*write.record)).collect();
    let mut rows = Rows::new(tx)?;
    for write in writes() {
        // Where the call came first, so that new calls keep their order.
        if let Some(record) = last.remove(&write.record.id) {
            ledger.save(tx, &mut rows, record)?;
        }
    }
    for write in writes().filter(|write| !write.outbox.is_empty()) {
        outbox::insert(tx, &write.outbox)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_room_is_the_one_ahead_even_across_the_wrap() {
        let room = |n| RoomNumber::new(n).unwrap();
        assert_eq!(later(None, room(9)), Some(room(9)));
        assert_eq!(later(Some(room(9)), room(10)), Some(room(10)));
        assert_eq!(later(Some(room(10)), room(9)), Some(room(10)));
        assert_eq!(later(Some(room(i32::MAX)), room(1)), Some(room(1)));
        assert_eq!(later(Some(room(1)), room(i32::MAX)), Some(room(1)));
    }

    #[test]
    fn the_probe_notices_that_there_is_no_room_left() {
        let dir = tempfile::tempdir().unwrap();
        let db = super::super::schema::open(dir.path()).unwrap();
        probe(&db).unwrap();
        let pages: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        let limit = |pages: i64| db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        limit(pages);
        assert_eq!(probe(&db).unwrap_err().sqlite_error_code(), Some(ErrorCode::DiskFull));
        assert!(db.is_autocommit());
        limit(pages + 1_000);
        probe(&db).unwrap();
    }
}
