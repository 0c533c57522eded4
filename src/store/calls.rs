//! Calls as rows: writing a step cheaply, reading a record back exactly.

use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Type};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
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

/// What [`record`] reads, in its order.
const COLUMNS: &str = "id, state, version, caller, callee, dialled, caller_device, callee_device, caller_door, callee_door, \
    placed, flags, param, user_str, room, error_code, reason, ended_by, requested_at, ringing_at, started_at, ended_at, veto, \
    timeline, event_seq";

/// A step that leaves every large index alone: of a living call whose callee stays. The most frequent write there is.
const STEP: &str = "UPDATE calls SET state = ?5, version = ?6, dialled = ?9, caller_device = ?10, callee_device = ?11, \
    caller_door = ?12, callee_door = ?13, flags = ?15, param = ?16, user_str = ?17, room = ?18, error_code = ?19, reason = ?20, \
    ended_by = ?21, ringing_at = ?23, started_at = ?24, ended_at = ?25, veto = ?26, timeline = ?27, event_seq = ?28 \
    WHERE id = ?2 AND class = 0 AND callee = ?8 AND version <= ?6";

/// Everything else: the first step, routing, the end. A call keeps the row number that its request got.
const UPSERT: &str = "INSERT INTO calls (seq, id, class, pair, state, version, caller, callee, dialled, caller_device, \
    callee_device, caller_door, callee_door, placed, flags, param, user_str, room, error_code, reason, ended_by, requested_at, \
    ringing_at, started_at, ended_at, veto, timeline, event_seq) \
    VALUES ((SELECT ifnull(max(seq) + 1, ?1) FROM calls WHERE seq BETWEEN ?1 AND ?1 + 2047), \
    ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, \
    ?28) \
    ON CONFLICT (id) DO UPDATE SET class = excluded.class, pair = excluded.pair, state = excluded.state, \
    version = excluded.version, callee = excluded.callee, dialled = excluded.dialled, caller_device = excluded.caller_device, \
    callee_device = excluded.callee_device, caller_door = excluded.caller_door, callee_door = excluded.callee_door, \
    flags = excluded.flags, param = excluded.param, user_str = excluded.user_str, room = excluded.room, \
    error_code = excluded.error_code, reason = excluded.reason, ended_by = excluded.ended_by, \
    ringing_at = excluded.ringing_at, started_at = excluded.started_at, ended_at = excluded.ended_at, veto = excluded.veto, \
    timeline = excluded.timeline, event_seq = excluded.event_seq WHERE excluded.version >= calls.version";

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

/// Stands for a pair of users in an index. Not reversible into them, and whoever searches by it must compare the names too.
pub(super) fn pair(caller: &UserId, callee: &UserId) -> i64 {
    let mut hash = Sha256::new();
    hash.update(caller.as_str());
    hash.update([0]);
    hash.update(callee.as_str());
    hash.finalize().first_chunk().copied().map_or(0, i64::from_le_bytes)
}

/// The class of ended calls with that reason and those doors; a new one where it is the first of its kind.
fn class(db: &Connection, call: &CallRecord) -> rusqlite::Result<i64> {
    let key =
        [call.reason.map_or("", Reason::as_str), call.caller_door.as_str(), call.callee_door.map_or("", Door::as_str)];
    let known = db
        .prepare_cached("SELECT class FROM classes WHERE reason = ?1 AND caller_door = ?2 AND callee_door = ?3")?
        .query_row(key, |row| row.get(0))
        .optional()?;
    match known {
        Some(class) => Ok(class),
        None => db
            .prepare_cached(
                "INSERT INTO classes (reason, caller_door, callee_door) VALUES (?1, ?2, ?3) RETURNING class",
            )?
            .query_row(key, |row| row.get(0)),
    }
}

fn json<T: Serialize>(items: &[T]) -> rusqlite::Result<String> {
    if items.is_empty() {
        return Ok("[]".to_owned());
    }
    serde_json::to_string(items).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// Writes a call's row, whether it is new or not. A step that is older than the row changes nothing.
pub(super) fn save(db: &Connection, call: &CallRecord) -> rusqlite::Result<()> {
    let ended = call.state == CallState::Ended;
    let class = if ended { class(db, call)? } else { 0 };
    let steps: Vec<Step> =
        call.timeline.iter().map(|t| (t.at.0, t.state, t.version, t.actor, t.error_code, t.reason)).collect();
    let (veto, timeline) = (json(&call.veto)?, json(&steps)?);
    let write = |sql, pair: i64| {
        db.prepare_cached(sql)?.execute(params![
            first_seq(call.requested_at),
            call.id.0.as_bytes(),
            class,
            pair,
            call.state.as_str(),
            call.version,
            call.caller.as_str(),
            call.callee.as_str(),
            call.dialled.as_ref().map(UserId::as_str),
            call.caller_device.as_str(),
            call.callee_device.as_ref().map(DeviceId::as_str),
            call.caller_door.as_str(),
            call.callee_door.map(Door::as_str),
            call.placed,
            call.flags,
            call.param,
            call.user_str,
            call.room.map(RoomNumber::get),
            call.error_code,
            call.reason.map(Reason::as_str),
            call.ended_by.map(Actor::as_str),
            call.requested_at.0,
            call.ringing_at.map(|at| at.0),
            call.started_at.map(|at| at.0),
            call.ended_at.map(|at| at.0),
            veto,
            timeline,
            call.event_seq,
        ])
    };
    if !ended && call.version > 1 && write(STEP, 0)? == 1 {
        return Ok(());
    }
    write(UPSERT, pair(&call.caller, &call.callee)).map(drop)
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
    some_text(row, column, |json| serde_json::from_str(json).ok())
}

/// Reads a row of [`COLUMNS`].
fn record(row: &Row<'_>) -> rusqlite::Result<CallRecord> {
    let steps: Vec<Step> = list(row, 23)?;
    Ok(CallRecord {
        id: CallId(uuid(row, 0)?),
        state: some_text(row, 1, CallState::parse)?,
        version: row.get(2)?,
        caller: user(row, 3)?,
        callee: user(row, 4)?,
        dialled: text(row, 5, |name| UserId::new(name).ok())?,
        caller_device: some_text(row, 6, |name| DeviceId::new(name).ok())?,
        callee_device: text(row, 7, |name| DeviceId::new(name).ok())?,
        caller_door: some_text(row, 8, Door::parse)?,
        callee_door: text(row, 9, Door::parse)?,
        placed: row.get(10)?,
        flags: row.get(11)?,
        param: row.get(12)?,
        user_str: row.get(13)?,
        room: row.get::<_, Option<i32>>(14)?.and_then(RoomNumber::new),
        error_code: row.get(15)?,
        reason: text(row, 16, Reason::parse)?,
        ended_by: text(row, 17, Actor::parse)?,
        requested_at: Timestamp(row.get(18)?),
        ringing_at: time(row, 19)?,
        started_at: time(row, 20)?,
        ended_at: time(row, 21)?,
        veto: list(row, 22)?,
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
        event_seq: row.get(24)?,
    })
}

/// One call.
pub(super) fn by_id(db: &Connection, id: CallId) -> rusqlite::Result<Option<CallRecord>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE id = ?1"))?
        .query_row([id.0.as_bytes()], record)
        .optional()
}

/// The row number of a call.
pub(super) fn seq_of(db: &Connection, id: CallId) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT seq FROM calls WHERE id = ?1")?.query_row([id.0.as_bytes()], |row| row.get(0)).optional()
}

/// The calls of those row numbers, in that order.
pub(super) fn by_seq(db: &Connection, seqs: &[i64]) -> rusqlite::Result<Vec<CallRecord>> {
    let mut select = db.prepare_cached(&format!("SELECT {COLUMNS} FROM calls WHERE seq = ?1"))?;
    seqs.iter().map(|seq| select.query_row([seq], record)).collect()
}

/// Every call that has not ended, the oldest first.
pub(super) fn unfinished(db: &Connection) -> rusqlite::Result<Vec<CallRecord>> {
    let sql = format!("SELECT {COLUMNS} FROM calls INDEXED BY calls_live WHERE class = 0 ORDER BY seq");
    db.prepare(&sql)?.query_map([], record)?.collect()
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
