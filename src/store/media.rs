//! What media workers did for calls, each by its call.

use std::{fmt, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, Transaction, types::Type};

use super::{Done, Store, StoreError, task::Task, writer::Job};
use crate::protocol::{ids::CallId, record::Timestamp, worker::MediaReport};

/// A report on its way to the disk.
pub struct MediaWrite {
    /// The call.
    pub call: CallId,
    /// When the worker's part in it ended: it is kept for as long as calls of that time.
    pub at: Timestamp,
    /// What the worker did. It replaces what is there of the call.
    pub report: Arc<MediaReport>,
    /// Called once, whatever happens.
    pub done: Done,
}

impl fmt::Debug for MediaWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaWrite").field("call", &self.call).finish_non_exhaustive()
    }
}

impl Task for MediaWrite {
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let text = serde_json::to_string(&*self.report)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        tx.prepare_cached("INSERT OR REPLACE INTO media (call, at, report) VALUES (?1, ?2, ?3)")?.execute((
            self.call.0.as_bytes(),
            self.at.0,
            text,
        ))?;
        Ok(())
    }

    fn settle(self: Box<Self>, outcome: Result<(), Arc<StoreError>>) {
        (self.done)(outcome);
    }
}

fn by_call(db: &Connection, call: CallId) -> rusqlite::Result<Option<MediaReport>> {
    let mut select = db.prepare_cached("SELECT report FROM media WHERE call = ?1")?;
    let report = |row: &rusqlite::Row<'_>| {
        serde_json::from_str(row.get_ref(0)?.as_str()?)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into()))
    };
    select.query_row([call.0.as_bytes()], report).optional()
}

impl Store {
    /// Queues a report. Never blocks; `done` hears what became of it.
    pub fn keep_media(&self, write: MediaWrite) {
        if let Err((Job::Task(task), error)) = self.0.shared.jobs.push(Job::Task(Box::new(write))) {
            task.settle(Err(Arc::new(error)));
        }
    }

    /// What a media worker did for a call; `None` where there was none.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be read.
    pub async fn media(&self, call: CallId) -> Result<Option<MediaReport>, StoreError> {
        self.read(move |db| by_call(db, call)).await
    }
}
