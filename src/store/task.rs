//! A write of somebody else's making, and the reply to whoever waits for it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use rusqlite::Transaction;
use tokio::sync::oneshot;

use super::StoreError;

/// What the writer sees of it.
pub(super) trait Task: Send {
    /// Does the write. A failure is the task's own; the writer rolls back what it did.
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError>;
    /// Tells the waiter, after the commit.
    fn settle(self: Box<Self>, outcome: Result<(), Arc<StoreError>>);
}

/// A closure and where its result goes.
pub(super) struct Waiting<F, T> {
    work: Option<F>,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Waiting<F, T> {
    pub(super) fn new(work: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Self { work: Some(work), result: None, reply }
    }
}

impl<F, T> Task for Waiting<F, T>
where
    F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send,
    T: Send,
{
    fn run(&mut self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let work = self.work.take().ok_or(StoreError::Panicked)?;
        match catch_unwind(AssertUnwindSafe(|| work(tx))) {
            Ok(result) => {
                self.result = Some(result?);
                Ok(())
            }
            Err(_) => Err(StoreError::Panicked),
        }
    }

    fn settle(self: Box<Self>, outcome: Result<(), Arc<StoreError>>) {
        let answer = match (outcome, self.result) {
            (Ok(()), Some(result)) => Ok(result),
            (Ok(()), None) => Err(StoreError::Closed),
            // Its own error, or one that is shared with the batch.
            (Err(error), _) => Err(Arc::try_unwrap(error).unwrap_or_else(StoreError::Commit)),
        };
        // Nobody waits any more: then nobody needs the answer.
        drop(self.reply.send(answer));
    }
}
