//! Registered hooks on disk.

use rusqlite::{Connection, params};

use crate::protocol::record::Timestamp;

/// A hook as its row has it.
#[derive(Clone)]
pub(crate) struct WebhookRow {
    pub(crate) name: String,
    /// The form as JSON; `None` where only the keys of a hook of the configuration file are kept.
    pub(crate) spec: Option<String>,
    /// The signing keys as text.
    pub(crate) keys: String,
    pub(crate) stopped_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl std::fmt::Debug for WebhookRow {
    /// Without the keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookRow").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every row, by name.
pub(crate) fn all(db: &Connection) -> rusqlite::Result<Vec<WebhookRow>> {
    db.prepare_cached("SELECT name, spec, keys, stopped_at, created_at, updated_at FROM webhooks ORDER BY name")?
        .query_map([], |row| {
            Ok(WebhookRow {
                name: row.get(0)?,
                spec: row.get(1)?,
                keys: row.get(2)?,
                stopped_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
                created_at: Timestamp(row.get(4)?),
                updated_at: Timestamp(row.get(5)?),
            })
        })?
        .collect()
}

/// Writes a row in place of the one of that name.
pub(crate) fn put(db: &Connection, row: &WebhookRow) -> rusqlite::Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO webhooks (name, spec, keys, stopped_at, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            row.name,
            row.spec,
            row.keys,
            row.stopped_at.map(|at| at.0),
            row.created_at.0,
            row.updated_at.0
        ],
    )?;
    Ok(())
}

/// Replaces the keys of a hook.
pub(crate) fn set_keys(db: &Connection, name: &str, keys: &str) -> rusqlite::Result<()> {
    db.execute("UPDATE webhooks SET keys = ?2 WHERE name = ?1", params![name, keys])?;
    Ok(())
}

/// Notes that a hook wants no more events, unless it was put anew since `updated_at`.
pub(crate) fn stop(db: &Connection, name: &str, updated_at: Timestamp, now: Timestamp) -> rusqlite::Result<()> {
    db.execute(
        "UPDATE webhooks SET stopped_at = ?3 WHERE name = ?1 AND updated_at = ?2 AND spec IS NOT NULL",
        params![name, updated_at.0, now.0],
    )?;
    Ok(())
}

/// Removes a hook with its keys, and what still waits for it. What was delivered or given up stays until the retention sweep.
pub(crate) fn delete(db: &Connection, name: &str) -> rusqlite::Result<()> {
    db.execute("DELETE FROM webhooks WHERE name = ?1", [name])?;
    db.execute("DELETE FROM outbox WHERE hook = ?1 AND state = 'pending'", [name])?;
    Ok(())
}
