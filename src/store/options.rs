//! How the store is opened.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// Hears of each commit: how long the transaction took, and how many writes were in it. Runs on the writer thread.
pub type CommitObserver = Arc<dyn Fn(Duration, usize) + Send + Sync>;

/// How to open the store.
#[derive(Clone)]
pub struct StoreOptions {
    /// Where the file is. Made, for its owner only, where it is missing.
    pub data_dir: PathBuf,
    /// How long ended calls and settled webhook events are kept. `None`: for ever.
    pub retention: Option<Duration>,
    /// Writes that may wait for the writer. More: longer bursts on a slow disk are survived. Fewer: less memory, and new calls
    /// are refused sooner.
    pub queue: usize,
    /// Ended calls that are indexed together. More: a user's calls are spread over fewer places. Fewer: less to search without an
    /// index, and the writer is held up for less long when it indexes them; that is a few milliseconds.
    pub bucket: u32,
    /// Told of each commit, for the metrics.
    pub observer: Option<CommitObserver>,
}

impl StoreOptions {
    /// Writes that may wait by default: some seconds' worth of the fastest disk, at most some ten megabytes.
    pub const QUEUE: usize = 65_536;

    /// Ended calls that are indexed together by default.
    pub const BUCKET: u32 = 4_096;

    /// Keeps everything for ever in that directory.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), retention: None, queue: Self::QUEUE, bucket: Self::BUCKET, observer: None }
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { data_dir, retention, queue, bucket, observer } = self;
        f.debug_struct("StoreOptions")
            .field("data_dir", data_dir)
            .field("retention", retention)
            .field("queue", queue)
            .field("bucket", bucket)
            .field("observed", &observer.is_some())
            .finish()
    }
}
