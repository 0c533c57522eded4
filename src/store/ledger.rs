//! What the writer knows by heart of the calls on file, so that a step of a call costs one row and no look-up.
//!
//! It is read from the file at the start, and again after whatever the file did not keep.

use std::collections::HashMap;

use ahash::RandomState;
use rusqlite::{Connection, OptionalExtension as _};

use super::{
    buckets::Newest,
    calls::{self, Rows},
};
use crate::protocol::{
    codes::{Door, Reason},
    ids::CallId,
    record::{CallRecord, CallState, Timestamp},
};

/// A call that goes on.
#[derive(Debug, Clone, Copy)]
struct Living {
    seq: i64,
    version: u32,
}

/// How a call ended, and through which doors.
type Class = (Option<Reason>, Door, Option<Door>);

pub(super) struct Ledger {
    living: HashMap<CallId, Living, RandomState>,
    classes: HashMap<Class, i64, RandomState>,
    newest: Newest,
    /// No call has a higher row number.
    highest: i64,
}

impl Ledger {
    pub(super) fn load(db: &Connection) -> rusqlite::Result<Self> {
        let living = db
            .prepare_cached("SELECT id, seq, version FROM live")?
            .query_map([], |row| Ok((CallId(calls::uuid(row, 0)?), Living { seq: row.get(1)?, version: row.get(2)? })))?
            .collect::<Result<_, _>>()?;
        let highest = db
            .prepare_cached(
                "SELECT max(ifnull((SELECT max(seq) FROM live), 0), ifnull((SELECT max(seq) FROM calls), 0))",
            )?
            .query_row([], |row| row.get(0))?;
        Ok(Self { living, classes: HashMap::default(), newest: Newest::load(db)?, highest })
    }

    /// Writes a call's row, whether it is new or not. A step that is older than the row changes nothing, and nothing changes a
    /// call that has ended.
    pub(super) fn save(&mut self, db: &Connection, rows: &mut Rows<'_>, call: &CallRecord) -> rusqlite::Result<()> {
        let known = self.living.get(&call.id).copied();
        if known.is_some_and(|known| call.version < known.version) {
            return Ok(());
        }
        if call.state == CallState::Ended {
            return self.end(db, rows, call, known);
        }
        let seq = match known {
            Some(known) => known.seq,
            None if rows.has_ended(call.id)? => return Ok(()),
            None => self.place(db, call.requested_at)?,
        };
        rows.put_living(seq, call)?;
        self.living.insert(call.id, Living { seq, version: call.version });
        Ok(())
    }

    fn end(
        &mut self,
        db: &Connection,
        rows: &mut Rows<'_>,
        call: &CallRecord,
        known: Option<Living>,
    ) -> rusqlite::Result<()> {
        let seq = match known {
            Some(known) => known.seq,
            None => self.place(db, call.requested_at)?,
        };
        let class = self.class(db, call)?;
        if rows.put_ended(seq, class, call)? {
            self.newest.added(db, seq)?;
        }
        if known.is_some() {
            rows.remove_living(seq)?;
            self.living.remove(&call.id);
        }
        Ok(())
    }

    /// A row number that no call has, for one that was requested at that time.
    fn place(&mut self, db: &Connection, at: Timestamp) -> rusqlite::Result<i64> {
        let first = calls::first_seq(at);
        let seq = if first > self.highest { first } else { calls::free_seq(db, at)? };
        self.highest = self.highest.max(seq);
        Ok(seq)
    }

    /// The class of ended calls with that reason and those doors; a new one where it is the first of its kind.
    fn class(&mut self, db: &Connection, call: &CallRecord) -> rusqlite::Result<i64> {
        let class = (call.reason, call.caller_door, call.callee_door);
        if let Some(known) = self.classes.get(&class) {
            return Ok(*known);
        }
        let key = [
            call.reason.map_or("", Reason::as_str),
            call.caller_door.as_str(),
            call.callee_door.map_or("", Door::as_str),
        ];
        let on_file = db
            .prepare_cached("SELECT class FROM classes WHERE reason = ?1 AND caller_door = ?2 AND callee_door = ?3")?
            .query_row(key, |row| row.get(0))
            .optional()?;
        let number = match on_file {
            Some(number) => number,
            None => db
                .prepare_cached(
                    "INSERT INTO classes (reason, caller_door, callee_door) VALUES (?1, ?2, ?3) RETURNING class",
                )?
                .query_row(key, |row| row.get(0))?,
        };
        self.classes.insert(class, number);
        Ok(number)
    }

    /// Closes the newest bucket of ended calls where that many are in it. A commit of its own.
    pub(super) fn close_bucket(&mut self, db: &Connection, full: u32) -> rusqlite::Result<()> {
        self.newest.close(db, full)
    }
}
