//! Calls as rows: writing a step cheaply, reading a record back exactly.

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Row, Statement, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::protocol::{
    codes::{Code, Door, Reason},
    ids::{CallId, DeviceId, RoomNumber, UserId},
    record::{Actor, CallRecord, CallState, Timestamp, Transition},
};

/// How many calls of the same microsecond have a place in the order of the lists. Unit: rows; a power of two. With it, the row
/// numbers of 64 bits last until the year 2112.
const PER_MICROSECOND: i64 = 2_048;
const LAST_MICROSECOND: i64 = i64::MAX / PER_MICROSECOND;

/// What both tables have, in the order of [`bind`] and [`record`].
const COLUMNS: &str = "id, version, caller, callee, dialled, caller_device, callee_device, caller_door, callee_door, placed, flags, \
    param, user_str, room, requested_at, ringing_at, started_at, veto, timeline, event_seq";

/// A step of a living call, the first or a further one: known by its row number, so that nothing is looked up.
const STEP: &str = "INSERT OR REPLACE INTO live (seq, id, version, caller, callee, dialled, caller_device, callee_device, \
    caller_door, callee_door, placed, flags, param, user_str, room, requested_at, ringing_at, started_at, veto, timeline, \
    event_seq, state) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)";

/// The end, once and for all.
const END: &str = "INSERT INTO calls (seq, id, version, caller, callee, dialled, caller_device, callee_device, caller_door, \
    callee_door, placed, flags, param, user_str, room, requested_at, ringing_at, started_at, veto, timeline, event_seq, class, \
    error_code, reason, ended_by, ended_at) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, \
    ?25, ?26) ON CONFLICT (id) DO NOTHING";

/// Where a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    /// It goes on.
    Live,
    /// It has ended.
    Calls,
}

impl Table {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Calls => "calls",
        }
    }

    /// The head of a statement that reads records.
    fn select(self) -> String {
        let own = match self {
            Self::Live => "state, NULL, NULL, NULL, NULL",
            Self::Calls => "'ended', error_code, reason, ended_by, ended_at",
        };
        format!("SELECT {COLUMNS}, {own} FROM {}", self.name())
    }
}

/// A transition as the timeline column keeps it: short, and exact to the microsecond, which the wire form is not.
type Step = (i64, CallState, u32, Actor, Code, Option<Reason>);

/// The lowest row number of a request at that time.
pub(super) fn first_seq(at: Timestamp) -> i64 {
    at.0.clamp(0, LAST_MICROSECOND) * PER_MICROSECOND
}

/// The highest row number of a request at that time.
pub(super) fn last_seq(at: Timestamp) -> i64 {
    first_seq(at) + (PER_MICROSECOND - 1)
}

/// A row number for a request at that time, after those that others of the same microsecond have.
pub(super) fn free_seq(db: &Connection, at: Timestamp) -> rusqlite::Result<i64> {
    db.prepare_cached(
        "SELECT max(ifnull((SELECT max(seq) + 1 FROM live WHERE seq BETWEEN ?1 AND ?2), ?1),
         ifnull((SELECT max(seq) + 1 FROM calls WHERE seq BETWEEN ?1 AND ?2), ?1))",
    )?
    .query_row([first_seq(at), last_seq(at)], |row| row.get(0))
}

fn json<T: Serialize>(items: &[T]) -> rusqlite::Result<String> {
    serde_json::to_string(items).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Binds the row number and [`COLUMNS`].
fn bind(row: &mut Statement<'_>, seq: i64, call: &CallRecord) -> rusqlite::Result<()> {
    let steps: Vec<Step> =
        call.timeline.iter().map(|t| (t.at.0, t.state, t.version, t.actor, t.error_code, t.reason)).collect();
    let veto = if call.veto.is_empty() { None } else { Some(json(&call.veto)?) };
    row.raw_bind_parameter(1, seq)?;
    row.raw_bind_parameter(2, call.id.0.as_bytes())?;
    row.raw_bind_parameter(3, call.version)?;
    row.raw_bind_parameter(4, call.caller.as_str())?;
    row.raw_bind_parameter(5, call.callee.as_str())?;
    row.raw_bind_parameter(6, call.dialled.as_ref().map(UserId::as_str))?;
    row.raw_bind_parameter(7, call.caller_device.as_str())?;
    row.raw_bind_parameter(8, call.callee_device.as_ref().map(DeviceId::as_str))?;
    row.raw_bind_parameter(9, call.caller_door.as_str())?;
    row.raw_bind_parameter(10, call.callee_door.map(Door::as_str))?;
    row.raw_bind_parameter(11, call.placed)?;
    row.raw_bind_parameter(12, call.flags)?;
    row.raw_bind_parameter(13, call.param)?;
    row.raw_bind_parameter(14, call.user_str.as_str())?;
    row.raw_bind_parameter(15, call.room.map(RoomNumber::get))?;
    row.raw_bind_parameter(16, call.requested_at.0)?;
    row.raw_bind_parameter(17, call.ringing_at.map(|at| at.0))?;
    row.raw_bind_parameter(18, call.started_at.map(|at| at.0))?;
    row.raw_bind_parameter(19, veto)?;
    row.raw_bind_parameter(20, json(&steps)?)?;
    row.raw_bind_parameter(21, call.event_seq)
}

/// The statements that calls are written with, made ready once for many.
pub(super) struct Rows<'db> {
    ended: CachedStatement<'db>,
    step: CachedStatement<'db>,
    end: CachedStatement<'db>,
    remove: CachedStatement<'db>,
}

impl<'db> Rows<'db> {
    pub(super) fn new(db: &'db Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            ended: db.prepare_cached("SELECT 1 FROM calls WHERE id = ?1")?,
            step: db.prepare_cached(STEP)?,
            end: db.prepare_cached(END)?,
            remove: db.prepare_cached("DELETE FROM live WHERE seq = ?1")?,
        })
    }

    /// Whether a call of that id has ended.
    pub(super) fn has_ended(&mut self, id: CallId) -> rusqlite::Result<bool> {
        self.ended.exists([id.0.as_bytes()])
    }

    /// Writes the row of a call that goes on.
    pub(super) fn put_living(&mut self, seq: i64, call: &CallRecord) -> rusqlite::Result<()> {
        bind(&mut self.step, seq, call)?;
        self.step.raw_bind_parameter(22, call.state.as_str())?;
        self.step.raw_execute().map(drop)
    }

    /// Writes the row of a call that has ended. False where it had been written before.
    pub(super) fn put_ended(&mut self, seq: i64, class: i64, call: &CallRecord) -> rusqlite::Result<bool> {
        bind(&mut self.end, seq, call)?;
        self.end.raw_bind_parameter(22, class)?;
        self.end.raw_bind_parameter(23, call.error_code)?;
        self.end.raw_bind_parameter(24, call.reason.map(Reason::as_str))?;
        self.end.raw_bind_parameter(25, call.ended_by.map(Actor::as_str))?;
        self.end.raw_bind_parameter(26, call.ended_at.map(|at| at.0))?;
        Ok(self.end.raw_execute()? > 0)
    }

    /// Removes the row of a call that went on.
    pub(super) fn remove_living(&mut self, seq: i64) -> rusqlite::Result<()> {
        self.remove.execute([seq]).map(drop)
    }
}

fn unreadable(column: usize, kind: Type, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, why.into())
}

/// Reads text that may be missing through `parse`.
pub(super) fn text<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let value = row.get_ref(column)?.as_str_or_null().map_err(|error| unreadable(column, Type::Text, error))?;
    value
        .map(|name| parse(name).ok_or_else(|| unreadable(column, Type::Text, "a name that is unknown here")))
        .transpose()
}

/// Reads text that must be there through `parse`.
pub(super) fn some_text<T>(row: &Row<'_>, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T> {
    text(row, column, parse)?.ok_or_else(|| unreadable(column, Type::Null, "a value is missing"))
}

/// Reads a user's name.
pub(super) fn user(row: &Row<'_>, column: usize) -> rusqlite::Result<UserId> {
    some_text(row, column, |name| UserId::new(name).ok())
}

/// Reads the 16 bytes of an id.
pub(super) fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    row.get(column).map(Uuid::from_bytes)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

fn list<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<T>> {
    let items = text(row, column, |json| serde_json::from_str(json).ok())?;
    Ok(items.unwrap_or_default())
}

/// Reads a row of [`Table::select`].
fn record(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let steps: Vec<Step> = list(row, 18)?;
    Ok(CallRecord {
        id: CallId(uuid(row, 0)?),
        version: row.get(1)?,
        caller: user(row, 2)?,
        callee: user(row, 3)?,
        dialled: text(row, 4, |name| UserId::new(name).ok())?,
        caller_device: some_text(row, 5, |name| DeviceId::new(name).ok())?,
        callee_device: text(row, 6, |name| DeviceId::new(name).ok())?,
        caller_door: some_text(row, 7, Door::parse)?,
        callee_door: text(row, 8, Door::parse)?,
        placed: row.get(9)?,
        flags: row.get(10)?,
        param: row.get(11)?,
        user_str: row.get(12)?,
        room: row.get::<_, Option<i32>>(13)?.and_then(RoomNumber::new),
        requested_at: Timestamp(row.get(14)?),
        ringing_at: time(row, 15)?,
        started_at: time(row, 16)?,
        veto: list(row, 17)?,
        timeline: steps
            .into_iter()
            .map(|(at, state, version, actor, error_code, reason)| Transition {
                at: Timestamp(at),
                state,
                version,
                actor,
                error_code,
                reason,
            })
            .collect(),
        event_seq: row.get(19)?,
        state: some_text(row, 20, CallState::parse)?,
        error_code: row.get(21)?,
        reason: text(row, 22, Reason::parse)?,
        ended_by: text(row, 23, Actor::parse)?,
        ended_at: time(row, 24)?,
    })
}

/// Looks among the calls that have ended first, since most have, then through all that go on. The caller has a snapshot: a call
/// must not end between the two.
fn find<T>(
    db: &Connection,
    id: CallId,
    select: fn(Table) -> String,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let look = |table| {
        db.prepare_cached(&format!("{} WHERE id = ?1", select(table)))?.query_row([id.0.as_bytes()], read).optional()
    };
    match look(Table::Calls)? {
        Some(found) => Ok(Some(found)),
        None => look(Table::Live),
    }
}

/// One call.
pub(super) fn by_id(db: &Connection, id: CallId) -> rusqlite::Result<Option<CallRecord>> {
    find(&*db.unchecked_transaction()?, id, Table::select, record)
}

/// The row number of a call. Wants a snapshot.
pub(super) fn seq_of(db: &Connection, id: CallId) -> rusqlite::Result<Option<i64>> {
    find(db, id, |table| format!("SELECT seq FROM {}", table.name()), |row| row.get(0))
}

/// The calls of those row numbers, in that order.
pub(super) fn by_seq(db: &Connection, seqs: &[(i64, Table)]) -> rusqlite::Result<Vec<CallRecord>> {
    let select = |table: Table| db.prepare_cached(&format!("{} WHERE seq = ?1", table.select()));
    let (mut live, mut calls) = (select(Table::Live)?, select(Table::Calls)?);
    let one = |(seq, table): &(i64, Table)| match table {
        Table::Live => live.query_row([seq], record),
        Table::Calls => calls.query_row([seq], record),
    };
    seqs.iter().map(one).collect()
}

/// Every call that has not ended, the oldest first.
pub(super) fn unfinished(db: &Connection) -> rusqlite::Result<Vec<CallRecord>> {
    db.prepare(&format!("{} ORDER BY seq", Table::Live.select()))?.query_map([], record)?.collect()
}

/// The room that was given out last.
pub(super) fn last_room(db: &Connection) -> rusqlite::Result<Option<RoomNumber>> {
    let room = db.query_row("SELECT room FROM last_room", [], |row| row.get(0)).optional()?;
    Ok(room.and_then(RoomNumber::new))
}

/// Remembers the room that was given out last.
pub(super) fn save_last_room(db: &Connection, room: RoomNumber) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO last_room (one, room) VALUES (1, ?1) ON CONFLICT DO UPDATE SET room = excluded.room",
    )?
    .execute([room.get()])
    .map(drop)
}
