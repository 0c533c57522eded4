//! The reader threads: each has a connection that cannot write, and never waits for the writer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use rusqlite::Connection;

use super::{
    StoreError,
    queue::{Queue, Taken},
};

/// How many threads read at once. More: long lists delay fewer others. Fewer: less memory for page caches.
pub(super) const READERS: usize = 3;
/// Reads that may wait for a reader. Beyond it they are refused, since nobody waits that long for an answer.
pub(super) const READ_QUEUE: usize = 4_096;

pub(super) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Does reads until the queue is closed.
pub(super) fn run(db: &Connection, queue: &Arc<Queue<Read>>) {
    while let Taken::Jobs(reads) = queue.take(1, None) {
        for read in reads {
            read(db);
            if !db.is_autocommit() && db.execute_batch("ROLLBACK").is_err() {
                tracing::error!("a reader of the store is stuck in a transaction");
            }
        }
    }
}

/// Makes a job of a closure: whatever becomes of it, `reply` hears it.
pub(super) fn job<T>(
    work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    reply: impl FnOnce(Result<T, StoreError>) + Send + 'static,
) -> Read {
    Box::new(move |db| {
        let result = catch_unwind(AssertUnwindSafe(|| work(db)));
        reply(result.map_or(Err(StoreError::Panicked), |result| result.map_err(StoreError::Sqlite)));
    })
}
