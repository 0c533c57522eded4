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

pub(super) struct Sweeper {
    retention: Duration,
    due: Instant,
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
    pub(super) fn sweep(&mut self, db: &Connection, swept: &Swept, now: Instant, wall: Timestamp) -> Sweep {
        if self.due > now {
            return Sweep::NotDue;
        }
        let age = i64::try_from(self.retention.as_micros()).unwrap_or(i64::MAX);
        let removed = remove(db, Timestamp(wall.0.saturating_sub(age)));
        let pause = match removed {
            Ok(Removed { more: true, .. }) => PAUSE,
            Ok(_) | Err(_) => (self.retention / 100).clamp(OFTEN, RARELY),
        };
        self.due = now + pause;
        if let Ok(Removed { rows, more }) = &removed {
            swept.removed.fetch_add(*rows, Ordering::Relaxed);
            swept.running.store(*more, Ordering::Relaxed);
        }
        removed.map_or_else(|error| Sweep::Failed(error.into()), |_| Sweep::Done)
    }
}

/// What one batch came to.
struct Removed {
    rows: u64,
    /// There may be more.
    more: bool,
}

/// Removes calls that ended, webhook events that were delivered or given up, and rows of the audit, all before `cutoff`.
fn remove(db: &Connection, cutoff: Timestamp) -> rusqlite::Result<Removed> {
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
    let rows = old.iter().map(|(_, rows)| rows.len()).sum::<usize>();
    Ok(Removed { rows: u64::try_from(rows).unwrap_or(u64::MAX), more: old.iter().any(|(_, rows)| rows.len() >= full) })
}
