//! What can go wrong with the store.

use std::{path::PathBuf, sync::Arc};

/// Why the store did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Too much waits already.
    #[error("too many writes wait for the disk")]
    Full,
    /// It was closed.
    #[error("the store is closed")]
    Closed,
    /// Another server has the data directory.
    #[error("another hookswitch server uses the data directory {}", dir.display())]
    Locked {
        /// The data directory.
        dir: PathBuf,
    },
    /// The file is from the future; an older program would spoil it.
    #[error("this database was written by a newer version: its schema is {found}, this program knows {known}")]
    Newer {
        /// The schema in the file.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// The directory or a file in it cannot be used.
    #[error("cannot use {}", path.display())]
    Io {
        /// What could not be used.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// SQLite refused.
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    /// The commit failed that this write shared with others.
    #[error("the commit failed")]
    Commit(#[source] Arc<StoreError>),
    /// An earlier step of the call was refused, and this one must not overtake it.
    #[error("an earlier step of the call is not stored yet")]
    Behind,
    /// A write ended the transaction that it shared with others.
    #[error("a write ended the transaction that it shared with others")]
    Broken,
    /// A read or write panicked; nothing of it was kept.
    #[error("a job of the store panicked")]
    Panicked,
}
