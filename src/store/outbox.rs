//! The webhook outbox: events are in it before anybody hears of them.

use rusqlite::Connection;

use super::OutboxRow;

/// Adds events, due at once.
///
/// # Errors
/// What SQLite says.
pub(super) fn insert(db: &Connection, rows: &[OutboxRow]) -> rusqlite::Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO outbox (hook, call, seq, kind, at, body, next_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?5)",
    )?;
    for row in rows {
        insert.execute(rusqlite::params![
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
