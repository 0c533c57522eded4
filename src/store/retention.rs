//! Removing what is older than the retention time, a little at a time between the commits of others.

use std::time::{Duration, Instant};

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

pub(super) struct Sweeper {
    retention: Duration,
    due: Instant,
}

/// How a sweep came out.
pub(super) enum Sweep {
    NotDue,
    Done,
    Failed(StoreError),
}

impl Sweeper {
    pub(super) fn new(retention: Duration, now: Instant) -> Self {
        Self { retention, due: now }
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
    pub(super) fn sweep(&mut self, db: &Connection, now: Instant, wall: Timestamp) -> Sweep {
        if self.due > now {
            return Sweep::NotDue;
        }
        let age = i64::try_from(self.retention.as_micros()).unwrap_or(i64::MAX);
        let removed = remove(db, Timestamp(wall.0.saturating_sub(age)));
        let pause = match removed {
            Ok(true) => PAUSE,
            Ok(false) | Err(_) => (self.retention / 100).clamp(OFTEN, RARELY),
        };
        self.due = now + pause;
        removed.map_or_else(|error| Sweep::Failed(error.into()), |_| Sweep::Done)
    }
}

/// Removes calls that ended, webhook events that were delivered or given up, and rows of the audit, all before `cutoff`. True
/// where there may be more.
fn remove(db: &Connection, cutoff: Timestamp) -> rusqlite::Result<bool> {
    let old_calls = "SELECT seq FROM calls WHERE seq < ?1 AND ended_at < ?2 ORDER BY seq LIMIT ?3";
    let old_events = "SELECT id FROM outbox WHERE state <> 'pending' AND at < ?1 LIMIT ?2";
    let old_audit = "SELECT id FROM audit WHERE at < ?1 LIMIT ?2";
    let numbers = |sql: &str, values: &[i64]| -> rusqlite::Result<Vec<i64>> {
        db.prepare_cached(sql)?.query_map(rusqlite::params_from_iter(values), |row| row.get(0))?.collect()
    };
    // Looked up outside the transaction: mostly there is nothing, and then nothing is written.
    let old = [
        ("DELETE FROM calls WHERE seq = ?1", numbers(old_calls, &[super::calls::last_seq(cutoff), cutoff.0, BATCH])?),
        ("DELETE FROM outbox WHERE id = ?1", numbers(old_events, &[cutoff.0, BATCH])?),
        ("DELETE FROM audit WHERE id = ?1", numbers(old_audit, &[cutoff.0, BATCH])?),
    ];
    if old.iter().all(|(_, rows)| rows.is_empty()) {
        return Ok(false);
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
    Ok(old.iter().any(|(_, rows)| rows.len() >= full))
}
