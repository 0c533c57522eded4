//! What clients of the Verto door call their calls on the wire, each by its call and its user.

use std::sync::Arc;

use rusqlite::{Connection, Transaction};

use super::{Store, StoreError, task::Task, writer::Job};
use crate::protocol::{
    ids::{CallId, UserId},
    record::Timestamp,
};

/// A party's name for its call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegRow {
    /// The call.
    pub call: CallId,
    /// The party.
    pub user: UserId,
    /// The name, `callID` on the wire.
    pub name: Box<str>,
}

struct Keep {
    row: LegRow,
    at: Timestamp,
}

impl Task for Keep {
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let LegRow { call, user, name } = &self.row;
        tx.prepare_cached("INSERT OR REPLACE INTO verto_legs (call, user, name, at) VALUES (?1, ?2, ?3, ?4)")?
            .execute((call.0.as_bytes(), user.as_str(), &**name, self.at.0))?;
        Ok(())
    }

    fn settle(self: Box<Self>, outcome: Result<(), Arc<StoreError>>) {
        if let Err(error) = outcome {
            tracing::debug!(call = %self.row.call, %error, "a client could not find this call again after a crash");
        }
    }
}

fn of_unfinished(db: &Connection) -> rusqlite::Result<Vec<LegRow>> {
    let mut select = db.prepare("SELECT call, user, name FROM verto_legs WHERE call IN (SELECT id FROM live)")?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
    let row = |row: rusqlite::Result<([u8; 16], String, String)>| {
        let (call, user, name) = row?;
        let (call, name) = (CallId(uuid::Uuid::from_bytes(call)), name.into_boxed_str());
        Ok(UserId::new(&user).ok().map(|user| LegRow { call, user, name }))
    };
    rows.filter_map(|found| row(found).transpose()).collect()
}

impl Store {
    /// Queues a name. Never blocks. It is on disk before whatever is queued later.
    pub fn keep_leg(&self, row: LegRow, at: Timestamp) {
        if let Err((Job::Task(task), error)) = self.0.shared.jobs.push(Job::Task(Box::new(Keep { row, at }))) {
            task.settle(Err(Arc::new(error)));
        }
    }

    /// The names of calls that have not ended. Blocks: for the start of the server only.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub fn unfinished_legs(&self) -> Result<Vec<LegRow>, StoreError> {
        self.read_blocking(of_unfinished)
    }
}
