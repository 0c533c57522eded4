//! The audit: who changed what, and who was not let.
//!
//! What was done is kept for as long as calls are. Of what was denied only the latest rows are kept, so that nobody without a
//! key can fill the disk.

use std::{net::IpAddr, sync::Arc};

use rusqlite::{Connection, Row, Transaction, params_from_iter, types::Value};
use serde::Serialize;

use super::{Store, StoreError, calls, task::Task, writer::Job};
use crate::protocol::{codes::Code, record::Timestamp, scope::Scope};

/// Denied attempts that are kept: some weeks of the usual noise. More: a longer memory for attacks, at about 250 bytes each.
pub const MAX_DENIED: i64 = 10_000;

const COLUMNS: &str = "id, at, key, key_name, scope, address, action, target, status, error_code, request_id, times";

/// Something that was done, or was tried and denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Counts up. 0 before it is stored.
    pub id: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The id of the API key; `dev` for the key of development mode, `cli` for the command line, `null` where no known key
    /// was given.
    pub key: Option<String>,
    /// What the key is for, in its owner's words.
    pub key_name: Option<String>,
    /// The key's scope.
    #[schema(value_type = Option<String>, example = "admin")]
    pub scope: Option<Scope>,
    /// The client's address; `null` for the command line.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// The `operationId` of the route; `keys_new` and `keys_revoke` on the command line.
    #[schema(example = "users_put")]
    pub action: String,
    /// What it was done to, as in the route's path.
    #[schema(example = "users/alice")]
    pub target: Option<String>,
    /// The HTTP status of the answer; `null` for the command line, and where the client was gone before the answer.
    pub status: Option<u16>,
    /// The code of the error, where the answer had one.
    #[schema(value_type = Option<i32>)]
    pub error_code: Option<Code>,
    /// The request's id, as in the log.
    pub request_id: Option<String>,
    /// How many attempts this row stands for: 1, or more where denied ones came in a crowd.
    pub times: i64,
}

impl AuditRow {
    /// Something that the command line did, at `at`.
    #[must_use]
    pub fn by_command_line(at: Timestamp, action: &str, target: String) -> Self {
        Self {
            id: 0,
            at,
            key: Some("cli".to_owned()),
            key_name: None,
            scope: None,
            address: None,
            action: action.to_owned(),
            target: Some(target),
            status: None,
            error_code: None,
            request_id: None,
            times: 1,
        }
    }

    /// Whether nothing was done, since the key was not good for it.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self.status, Some(401 | 403))
    }
}

/// Which rows to list. All conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The key's id, `dev` or `cli`.
    pub key: Option<String>,
    /// The action.
    pub action: Option<String>,
    /// What it was done to.
    pub target: Option<String>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// At this time or earlier.
    pub to: Option<Timestamp>,
    /// The cursor: only rows with a lower id.
    pub before: Option<i64>,
    /// How many rows at most.
    pub limit: usize,
}

/// Adds a row.
///
/// # Errors
/// What SQLite says.
pub fn insert(db: &Connection, row: &AuditRow) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO audit (at, key, key_name, scope, address, action, target, status, error_code, request_id, times)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute((
        row.at.0,
        &row.key,
        &row.key_name,
        row.scope.map(Scope::as_str),
        row.address.map(|address| address.to_string()),
        &row.action,
        &row.target,
        row.status,
        row.error_code,
        &row.request_id,
        row.times,
    ))?;
    if row.is_denied() {
        db.prepare_cached(
            "DELETE FROM audit WHERE status IN (401, 403) AND id <=
             (SELECT id FROM audit WHERE status IN (401, 403) ORDER BY id DESC LIMIT 1 OFFSET ?1)",
        )?
        .execute([MAX_DENIED])?;
    }
    Ok(())
}

fn list(db: &Connection, query: &AuditQuery) -> rusqlite::Result<Vec<AuditRow>> {
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let conditions = [
        ("key =", text(&query.key)),
        ("action =", text(&query.action)),
        ("target =", text(&query.target)),
        ("at >=", query.from.map(|from| Value::Integer(from.0))),
        ("at <=", query.to.map(|to| Value::Integer(to.0))),
        ("id <", query.before.map(Value::Integer)),
    ];
    let mut sql = format!("SELECT {COLUMNS} FROM audit WHERE 1");
    let mut values = Vec::new();
    for (condition, value) in conditions {
        if let Some(value) = value {
            sql.extend([" AND ", condition, " ?"]);
            values.push(value);
        }
    }
    sql.push_str(" ORDER BY id DESC LIMIT ?");
    values.push(Value::Integer(i64::try_from(query.limit).unwrap_or(i64::MAX)));
    db.prepare_cached(&sql)?.query_map(params_from_iter(values), row)?.collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: row.get(0)?,
        at: Timestamp(row.get(1)?),
        key: row.get(2)?,
        key_name: row.get(3)?,
        scope: calls::text(row, 4, Scope::parse)?,
        address: calls::text(row, 5, |address| address.parse().ok())?,
        action: row.get(6)?,
        target: row.get(7)?,
        status: row.get(8)?,
        error_code: row.get(9)?,
        request_id: row.get(10)?,
        times: row.get(11)?,
    })
}

/// A row on its way to the disk, for which nobody waits.
struct Waiting(AuditRow);

impl Task for Waiting {
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        Ok(insert(tx, &self.0)?)
    }

    fn settle(self: Box<Self>, outcome: Result<(), Arc<StoreError>>) {
        if let Err(error) = outcome {
            tracing::error!(%error, row = ?self.0, "the store did not take a row of the audit");
        }
    }
}

impl Store {
    /// Adds a row behind whatever was written before. Nobody waits for it; one that the store does not take is left in the log.
    pub fn audit(&self, row: AuditRow) {
        if let Err((Job::Task(row), error)) = self.0.shared.jobs.push(Job::Task(Box::new(Waiting(row)))) {
            row.settle(Err(Arc::new(error)));
        }
    }

    /// Rows of the audit, the newest first.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub async fn audit_rows(&self, query: AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        self.read(move |db| list(db, &query)).await
    }
}
