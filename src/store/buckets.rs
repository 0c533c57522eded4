//! Ended calls in runs of time, so that an index never has to be changed all over.
//!
//! An index of all calls by user is hit at random: each call that is added dirties pages of it that no other call of the same
//! commit needs, the more the larger it is. So the order of the lists is cut into buckets of some thousand calls. The newest has
//! no index and is searched row by row. Once it is full it is indexed in one go, sorted, between the commits of others, and never
//! touched again but by calls that took so long that their bucket was closed meanwhile, and by the retention sweep.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// The newest bucket, where nearly all calls end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Newest {
    bucket: i64,
    first_seq: i64,
    calls: u32,
}

impl Newest {
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Self> {
        db.query_row(
            "SELECT bucket, first_seq, (SELECT count(*) FROM calls WHERE seq >= first_seq) FROM buckets
             ORDER BY bucket DESC LIMIT 1",
            [],
            |row| Ok(Self { bucket: row.get(0)?, first_seq: row.get(1)?, calls: row.get(2)? }),
        )
    }

    /// Takes note of a call that was added.
    pub(super) fn added(&mut self, db: &Connection, seq: i64) -> rusqlite::Result<()> {
        if seq >= self.first_seq {
            self.calls += 1;
            return Ok(());
        }
        let bucket = db
            .prepare_cached("SELECT bucket FROM buckets WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1")?
            .query_row([seq], |row| row.get(0))?;
        index(db, bucket, seq, seq)
    }

    /// Closes it where `full` calls or more are in it, and begins the next after all calls that have ended so far. A commit of its
    /// own; where it fails, nothing has changed, and it is tried again after as many calls more.
    pub(super) fn close(&mut self, db: &Connection, full: u32) -> rusqlite::Result<()> {
        if self.calls < full {
            return Ok(());
        }
        self.calls = 0;
        let tx = Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
        let last: Option<i64> = tx.query_row("SELECT max(seq) FROM calls", [], |row| row.get(0))?;
        // The sweep may have taken all that was in it.
        let last = last.map_or(self.first_seq, |last| last.max(self.first_seq));
        index(&tx, self.bucket, self.first_seq, last)?;
        let next = Self { bucket: self.bucket + 1, first_seq: last + 1, calls: 0 };
        tx.execute("INSERT INTO buckets (bucket, first_seq) VALUES (?1, ?2)", [next.bucket, next.first_seq])?;
        tx.commit()?;
        *self = next;
        Ok(())
    }
}

/// Puts calls into the tables of closed buckets. Some may be there: a call can come late for a bucket that has become the oldest.
fn index(db: &Connection, bucket: i64, first: i64, last: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR IGNORE INTO bucket_users (bucket, user, class, callee, seq)
         SELECT ?1, caller, class, callee, seq FROM calls WHERE seq BETWEEN ?2 AND ?3
         UNION ALL SELECT ?1, callee, class, '', seq FROM calls WHERE seq BETWEEN ?2 AND ?3 ORDER BY 2, 3, 4, 5",
    )?
    .execute([bucket, first, last])?;
    db.prepare_cached(
        "INSERT OR IGNORE INTO bucket_classes (class, seq) SELECT class, seq FROM calls WHERE seq BETWEEN ?1 AND ?2 ORDER BY 1, 2",
    )?
    .execute([first, last])
    .map(drop)
}

/// Removes the oldest buckets where nothing is left in them. The next one reaches back to the beginning then.
pub(super) fn drop_empty(db: &Connection) -> rusqlite::Result<()> {
    db.prepare_cached(
        "DELETE FROM buckets WHERE first_seq < (SELECT max(first_seq) FROM buckets WHERE first_seq <= (SELECT min(seq) FROM calls))",
    )?
    .execute([])?;
    db.prepare_cached(
        "UPDATE buckets SET first_seq = 0 WHERE first_seq = (SELECT min(first_seq) FROM buckets) AND first_seq > 0",
    )?
    .execute([])
    .map(drop)
}
