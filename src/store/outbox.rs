//! The webhook outbox: events are in it before anybody hears of them, and leave their outcome there.

use std::{collections::BTreeSet, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::OutboxRow;
use crate::protocol::{ids::CallId, record::Timestamp};

/// Adds events, due at once.
///
/// # Errors
/// What SQLite says.
pub(super) fn insert(db: &Connection, rows: &[OutboxRow]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO outbox (hook, call, seq, kind, at, body, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5)",
    )?;
    for row in rows {
        insert.execute(params![
            row.hook,
            row.call.0.as_bytes(),
            row.seq,
            row.kind.type_name(),
            row.at.0,
            &*row.body
        ])?;
    }
    Ok(())
}

/// What one hook could take.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) hook: String,
    /// Events that are in memory already.
    pub(crate) held: BTreeSet<i64>,
    /// How many more fit.
    pub(crate) room: usize,
}

/// An event that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) id: i64,
    pub(crate) call: CallId,
    pub(crate) seq: u32,
    pub(crate) at: Timestamp,
    /// Tries so far.
    pub(crate) attempts: u32,
    pub(crate) body: Arc<str>,
    /// The nearest earlier event of the call that this one must not overtake.
    pub(crate) behind: Option<Blocker>,
}

/// An earlier, pending event of the same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blocker {
    pub(crate) id: i64,
    pub(crate) at: Timestamp,
}

/// What is due for one hook.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) hook: String,
    /// What was in memory when this was looked for.
    pub(crate) held: BTreeSet<i64>,
    /// In the order of their ids.
    pub(crate) due: Vec<Due>,
    /// Whether there was more than fits.
    pub(crate) more: bool,
    /// When the next one that is not due yet will be.
    pub(crate) next_at: Option<Timestamp>,
}

/// Looks for due events. Those from before `overtaken` that wait for a retry no longer hold up what follows them.
pub(crate) fn due(
    db: &Connection,
    now: Timestamp,
    overtaken: Timestamp,
    asks: Vec<Ask>,
) -> rusqlite::Result<Vec<Found>> {
    let mut ids = db.prepare_cached(
        "SELECT id FROM outbox WHERE hook = ?1 AND state = 'pending' AND next_at <= ?2 ORDER BY next_at, id",
    )?;
    let mut later =
        db.prepare_cached("SELECT min(next_at) FROM outbox WHERE hook = ?1 AND state = 'pending' AND next_at > ?2")?;
    let mut event = db.prepare_cached("SELECT id, call, seq, at, attempts, body FROM outbox WHERE id = ?1")?;
    let mut blocker = db.prepare_cached(
        "SELECT id, at FROM outbox WHERE hook = ?1 AND call = ?2 AND state = 'pending' AND seq < ?3
         AND (at > ?4 OR next_at <= ?5) ORDER BY seq DESC LIMIT 1",
    )?;
    let mut found = Vec::with_capacity(asks.len());
    for Ask { hook, held, room } in asks {
        let mut fresh = Vec::new();
        let mut more = false;
        let mut rows = ids.query(params![hook, now.0])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if held.contains(&id) {
                continue;
            }
            more = fresh.len() >= room;
            if more {
                break;
            }
            fresh.push(id);
        }
        drop(rows);
        // Within a call ids grow with `seq`: an event is seen before those that must follow it.
        fresh.sort_unstable();
        let mut due = Vec::with_capacity(fresh.len());
        for id in fresh {
            let mut one = event.query_row([id], read_due)?;
            let behind = params![hook, one.call.0.as_bytes(), one.seq, overtaken.0, now.0];
            one.behind = blocker
                .query_row(behind, |row| Ok(Blocker { id: row.get(0)?, at: Timestamp(row.get(1)?) }))
                .optional()?;
            due.push(one);
        }
        let next_at: Option<i64> = later.query_row(params![hook, now.0], |row| row.get(0))?;
        found.push(Found { hook, held, due, more, next_at: next_at.map(Timestamp) });
    }
    Ok(found)
}

fn read_due(row: &Row<'_>) -> rusqlite::Result<Due> {
    Ok(Due {
        id: row.get(0)?,
        call: CallId(Uuid::from_bytes(row.get(1)?)),
        seq: row.get(2)?,
        at: Timestamp(row.get(3)?),
        attempts: row.get(4)?,
        body: row.get(5)?,
        behind: None,
    })
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It was tried.
    Tried { id: i64, attempts: u32, status: Option<u16>, error: Option<String>, outcome: Outcome },
    /// It waits for an earlier one of its call; looked at again at `until` unless released before.
    Park { id: i64, hook: String, call: CallId, seq: u32, until: Timestamp },
    /// Those parked behind this one need not wait any longer.
    Release { hook: String, call: CallId, seq: u32 },
    /// The hook wants no more events.
    Stop { hook: String, updated_at: Timestamp },
}

/// What follows from a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Delivered,
    Dead,
    /// Again at this time.
    Retry(Timestamp),
}

/// Writes outcomes down, in their order.
pub(crate) fn mark(db: &Connection, now: Timestamp, marks: &[Mark]) -> rusqlite::Result<()> {
    let mut tried = db.prepare_cached(
        "UPDATE outbox SET state = ?2, attempts = ?3, last_status = ?4, last_error = ?5, next_at = ?6, updated_at = ?7
         WHERE id = ?1",
    )?;
    // Only while the earlier one still waits: it may have been settled since this one was found behind it.
    let mut park = db.prepare_cached(
        "UPDATE outbox SET next_at = ?5 WHERE id = ?1 AND state = 'pending' AND EXISTS
         (SELECT 1 FROM outbox WHERE hook = ?2 AND call = ?3 AND state = 'pending' AND seq < ?4)",
    )?;
    // What was tried before waits for its own retry, not for others.
    let mut release = db.prepare_cached(
        "UPDATE outbox SET next_at = ?4 WHERE hook = ?1 AND call = ?2 AND state = 'pending' AND seq > ?3
         AND attempts = 0 AND next_at > ?4",
    )?;
    for mark in marks {
        match mark {
            Mark::Tried { id, attempts, status, error, outcome } => {
                let (state, next_at) = match outcome {
                    Outcome::Delivered => (State::Delivered, now),
                    Outcome::Dead => (State::Dead, now),
                    Outcome::Retry(at) => (State::Pending, *at),
                };
                tried.execute(params![id, state.as_str(), attempts, status, error, next_at.0, now.0])?;
            }
            Mark::Park { id, hook, call, seq, until } => {
                park.execute(params![id, hook, call.0.as_bytes(), seq, until.0])?;
            }
            Mark::Release { hook, call, seq } => {
                release.execute(params![hook, call.0.as_bytes(), seq, now.0])?;
            }
            Mark::Stop { hook, updated_at } => super::webhooks::stop(db, hook, *updated_at, now)?,
        }
    }
    Ok(())
}

/// Forgets what an earlier process parked: this one finds out anew what must wait.
pub(crate) fn release_all(db: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    db.execute("UPDATE outbox SET next_at = ?1 WHERE state = 'pending' AND attempts = 0 AND next_at > ?1", [now.0])
}

/// Gives up what waits for hooks that are none of `names`: nobody would ever send it. Whoever registers such a hook again can
/// have it replayed.
pub(crate) fn give_up_others(db: &Connection, names: &BTreeSet<String>, now: Timestamp) -> rusqlite::Result<usize> {
    let hooks = waiting_hooks(db)?;
    let mut give_up = db.prepare_cached(
        "UPDATE outbox SET state = 'dead', last_error = 'the hook is gone', updated_at = ?2
         WHERE hook = ?1 AND state = 'pending'",
    )?;
    hooks.difference(names).map(|hook| give_up.execute(params![hook, now.0])).sum()
}

/// The hooks that something waits for, whether they are in force or not.
pub(crate) fn waiting_hooks(db: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    db.prepare_cached("SELECT DISTINCT hook FROM outbox WHERE state = 'pending'")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It waits for its first try, for a retry, or for an earlier event of its call.
    Pending,
    /// The hook acknowledged it.
    Delivered,
    /// It was given up; it can be replayed.
    Dead,
}

impl State {
    const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Dead];

    fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// One event of the outbox as the list of deliveries shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Delivery {
    /// Its number: what a replay names, and the cursor of the list.
    pub id: i64,
    /// The event's type.
    pub r#type: String,
    /// The call it tells of.
    #[schema(value_type = String, format = Uuid)]
    pub call: CallId,
    /// Its place among the call's events.
    pub seq: u32,
    /// Where it stands.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it is looked at next, while it is pending.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// When it was tried last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub tried_at: Option<Timestamp>,
    /// The HTTP status of the last try, where one came.
    pub last_status: Option<u16>,
    /// What went wrong at the last try.
    pub last_error: Option<String>,
}

/// A hook's events with an id below `before`, the newest first.
pub(crate) fn list(
    db: &Connection,
    hook: &str,
    state: Option<State>,
    before: Option<i64>,
    limit: usize,
) -> rusqlite::Result<Vec<Delivery>> {
    // Literal states, so that the partial indexes apply.
    let filter = match state {
        None => "",
        Some(State::Pending) => "AND state = 'pending'",
        Some(State::Delivered) => "AND state = 'delivered'",
        Some(State::Dead) => "AND state = 'dead'",
    };
    db.prepare_cached(&format!(
        "SELECT id, kind, call, seq, state, attempts, at, next_at, updated_at, last_status, last_error FROM outbox
         WHERE hook = ?1 AND id < ?2 {filter} ORDER BY id DESC LIMIT ?3"
    ))?
    .query_map(params![hook, before.unwrap_or(i64::MAX), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let state = State::parse(&row.get::<_, String>(4)?).unwrap_or(State::Pending);
        let next_at = Timestamp(row.get(7)?);
        Ok(Delivery {
            id: row.get(0)?,
            r#type: row.get(1)?,
            call: CallId(Uuid::from_bytes(row.get(2)?)),
            seq: row.get(3)?,
            state,
            attempts: row.get(5)?,
            at: Timestamp(row.get(6)?),
            next_at: (state == State::Pending).then_some(next_at),
            tried_at: row.get::<_, Option<i64>>(8)?.map(Timestamp),
            last_status: row.get(9)?,
            last_error: row.get(10)?,
        })
    })?
    .collect()
}

/// Makes an event due now; one that was delivered or given up starts its tries anew. False where the hook has none of that id.
pub(crate) fn replay(db: &Connection, hook: &str, id: i64, now: Timestamp) -> rusqlite::Result<bool> {
    let changed = db.execute(
        "UPDATE outbox SET attempts = CASE state WHEN 'pending' THEN attempts ELSE 0 END, state = 'pending', next_at = ?3
         WHERE id = ?1 AND hook = ?2",
        params![id, hook, now.0],
    )?;
    Ok(changed > 0)
}

/// How many events wait for each hook that any waits for, and since when the oldest.
pub(crate) fn backlogs(db: &Connection) -> rusqlite::Result<Vec<(String, i64, Timestamp)>> {
    db.prepare_cached(
        "SELECT hook, waiting, (SELECT at FROM outbox WHERE id = oldest) FROM
         (SELECT hook, count(*) AS waiting, min(id) AS oldest FROM outbox WHERE state = 'pending' GROUP BY hook)",
    )?
    .query_map([], |row| Ok((row.get(0)?, row.get(1)?, Timestamp(row.get(2)?))))?
    .collect()
}

/// How many events wait, and since when the oldest.
pub(crate) fn backlog(db: &Connection) -> rusqlite::Result<(i64, Option<Timestamp>)> {
    let (waiting, oldest): (i64, Option<i64>) =
        db.query_row("SELECT count(*), min(id) FROM outbox WHERE state = 'pending'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let Some(oldest) = oldest else { return Ok((waiting, None)) };
    let since = db.query_row("SELECT at FROM outbox WHERE id = ?1", [oldest], |row| row.get(0)).optional()?;
    Ok((waiting, since.map(Timestamp)))
}
