//! How the store fares, for whoever watches it.

use rusqlite::Connection;

use super::{Store, StoreError};

/// What the store takes and has left on the disk. Unit: bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskFigures {
    /// The database with its write-ahead log.
    pub size: u64,
    /// What anybody who is not root may still write to that disk; `None` where the system does not say.
    pub free: Option<u64>,
}

fn on_disk(db: &Connection) -> DiskFigures {
    let path = db.path().unwrap_or_default();
    let size = |path: &str| std::fs::metadata(path).map_or(0, |file| file.len());
    let free = rustix::fs::statvfs(path).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
    DiskFigures { size: size(path) + size(&format!("{path}-wal")), free }
}

impl Store {
    /// How many writes wait for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.shared.jobs.len()
    }

    /// How many rows the retention has removed since the start, and whether it is in the middle of removing more.
    #[must_use]
    pub fn swept(&self) -> (u64, bool) {
        self.0.shared.swept.get()
    }

    /// What the store takes and has left on the disk.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Closed`] where nobody could look.
    pub async fn on_disk(&self) -> Result<DiskFigures, StoreError> {
        self.read(|db| Ok(on_disk(db))).await
    }
}
