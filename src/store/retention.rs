//! Removing what is older than the retention time, a little at a time between the commits of others.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{StoreError, buckets};
use crate::protocol::record::Timestamp;

/// Rows of each kind in one transaction. More: a backlog is gone sooner. Fewer: writers wait less; this is a few milliseconds.
const BATCH: i64 = 200;
/// Between two batches while there is a backlog, so that most of the time belongs to the calls.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest and the shortest time between two looks; in between, a hundredth of the retention time.
const RARELY: Duration = Duration::from_secs(600);
const OFTEN: Duration = Duration::from_millis(100);
/// How often the removal of a backlog says how far it has come.
const TELL_EVERY: Duration = Duration::from_secs(10);

pub(super) struct Sweeper {
    retention: Duration,
    /// How many calls a bucket takes.
    bucket: u32,
    due: Instant,
    backlog: Option<Backlog>,
}

/// More than a batch is too old: after a pause of the server, or with a shorter retention time. Its removal is told.
struct Backlog {
    begun: Instant,
    tell_at: Instant,
    removed: usize,
    /// How many calls were too old at first; whole buckets are counted, so that nothing has to be read for it.
    about: i64,
}

/// What a batch came to.
struct Removed {
    rows: usize,
    /// Whether there may be more.
    more: bool,
}

/// What the sweeper has done, for whoever asks.
#[derive(Debug, Default)]
pub(super) struct Swept {
    removed: AtomicU64,
    running: AtomicBool,
}

impl Swept {
    /// How many rows were removed since the start, and whether there are more to remove at once.
    pub(super) fn get(&self) -> (u64, bool) {
        (self.removed.load(Ordering::Relaxed), self.running.load(Ordering::Relaxed))
    }
}

/// How a sweep came out.
pub(super) enum Sweep {
    NotDue,
    Done,
    Failed(StoreError),
}

impl Sweeper {
    pub(super) fn new(retention: Duration, bucket: u32, now: Instant) -> Self {
        Self { retention, bucket, due: now, backlog: None }
    }

    /// When the next look is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Waits for better times.
    pub(super) fn postpone(&mut self, now: Instant) {
        if self.due <= now {
            self.due = now + PAUSE;
        }
    }

    /// Removes a batch where it is due.
    pub(super) fn sweep(&mut self, db: &Connection, swept: &Swept, now: Instant, wall: Timestamp) -> Sweep {
        if self.due > now {
            return Sweep::NotDue;
        }
        let age = i64::try_from(self.retention.as_micros()).unwrap_or(i64::MAX);
        let cutoff = Timestamp(wall.0.saturating_sub(age));
        let about = if self.backlog.is_none() { about(db, cutoff, self.bucket) } else { Ok(0) };
        let removed = about.and_then(|about| Ok((about, remove(db, cutoff)?)));
        let (outcome, more) = match removed {
            Ok((about, removed)) => {
                self.tell(now, about, &removed);
                swept.removed.fetch_add(u64::try_from(removed.rows).unwrap_or(u64::MAX), Ordering::Relaxed);
                swept.running.store(removed.more, Ordering::Relaxed);
                (Sweep::Done, removed.more)
            }
            Err(error) => (Sweep::Failed(error.into()), false),
        };
        let pause = if more { PAUSE } else { (self.retention / 100).clamp(OFTEN, RARELY) };
        self.due = now + pause;
        outcome
    }

    /// Says how far the removal of a backlog has come.
    fn tell(&mut self, now: Instant, about: i64, batch: &Removed) {
        if self.backlog.is_none() && batch.more {
            tracing::info!(about_calls = about, "removing what is older than store.retention_days");
            self.backlog = Some(Backlog { begun: now, tell_at: now + TELL_EVERY, removed: 0, about });
        }
        let Some(backlog) = &mut self.backlog else { return };
        backlog.removed += batch.rows;
        let Backlog { begun, tell_at, removed, about } = *backlog;
        let secs = now.saturating_duration_since(begun).as_secs_f64();
        if !batch.more {
            tracing::info!(removed, secs, "removed what was older than store.retention_days");
            self.backlog = None;
        } else if tell_at <= now {
            tracing::info!(
                removed,
                about_calls = about,
                secs,
                "still removing what is older than store.retention_days"
            );
            backlog.tell_at = now + TELL_EVERY;
        }
    }
}

/// How many calls are older than `cutoff`, to a bucket.
fn about(db: &Connection, cutoff: Timestamp, bucket: u32) -> rusqlite::Result<i64> {
    let mut count = db.prepare_cached("SELECT count(*) FROM buckets WHERE first_seq < ?1")?;
    let buckets: i64 = count.query_row([super::calls::last_seq(cutoff)], |row| row.get(0))?;
    Ok(buckets * i64::from(bucket))
}

/// Removes calls that ended, what media workers did for them and what clients called them, webhook events that were delivered or given up, and rows of the audit,
/// all before `cutoff`: a batch.
fn remove(db: &Connection, cutoff: Timestamp) -> rusqlite::Result<Removed> {
    let old_calls = "SELECT seq FROM calls WHERE seq < ?1 AND ended_at < ?2 ORDER BY seq LIMIT ?3";
    let old_events = "SELECT id FROM outbox WHERE state <> 'pending' AND at < ?1 LIMIT ?2";
    let old_media = "SELECT rowid FROM media WHERE at < ?1 LIMIT ?2";
    let old_legs = "SELECT rowid FROM verto_legs WHERE at < ?1 AND call NOT IN (SELECT id FROM live) LIMIT ?2";
    let old_audit = "SELECT id FROM audit WHERE at < ?1 LIMIT ?2";
    let numbers = |sql: &str, values: &[i64]| -> rusqlite::Result<Vec<i64>> {
        db.prepare_cached(sql)?.query_map(rusqlite::params_from_iter(values), |row| row.get(0))?.collect()
    };
    // Looked up outside the transaction: mostly there is nothing, and then nothing is written.
    let old = [
        ("DELETE FROM calls WHERE seq = ?1", numbers(old_calls, &[super::calls::last_seq(cutoff), cutoff.0, BATCH])?),
        ("DELETE FROM outbox WHERE id = ?1", numbers(old_events, &[cutoff.0, BATCH])?),
        ("DELETE FROM media WHERE rowid = ?1", numbers(old_media, &[cutoff.0, BATCH])?),
        ("DELETE FROM verto_legs WHERE rowid = ?1", numbers(old_legs, &[cutoff.0, BATCH])?),
        ("DELETE FROM audit WHERE id = ?1", numbers(old_audit, &[cutoff.0, BATCH])?),
    ];
    if old.iter().all(|(_, rows)| rows.is_empty()) {
        return Ok(Removed { rows: 0, more: false });
    }
    let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    for (sql, rows) in &old {
        let mut delete = tx.prepare_cached(sql)?;
        for row in rows {
            delete.execute([row])?;
        }
    }
    buckets::drop_empty(&tx)?;
    tx.commit()?;
    let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
    let rows = old.iter().map(|(_, rows)| rows.len()).sum();
    Ok(Removed { rows, more: old.iter().any(|(_, rows)| rows.len() >= full) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn the_removal_of_a_backlog_counts_and_is_over_with_the_last_batch() {
        let now = clock::now();
        let mut sweeper = Sweeper::new(Duration::from_secs(3_600), 4_096, now);
        sweeper.tell(now, 8_192, &Removed { rows: 7, more: false });
        assert!(sweeper.backlog.is_none(), "a few rows are no backlog");
        for batch in 1..=30 {
            sweeper.tell(now + PAUSE * batch * 10, 8_192, &Removed { rows: 200, more: true });
        }
        let backlog = sweeper.backlog.as_ref().unwrap();
        assert_eq!((backlog.removed, backlog.about), (6_000, 8_192));
        assert_eq!(backlog.tell_at, now + PAUSE * 10 + TELL_EVERY + TELL_EVERY, "told once so far");
        sweeper.tell(now, 0, &Removed { rows: 3, more: false });
        assert!(sweeper.backlog.is_none());
    }
}
