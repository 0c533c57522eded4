//! What outlives the process: calls, accounts, API keys, the webhook outbox, in one SQLite file.
//!
//! ```text
//! actors --persist--> queue --> writer thread --group commit--> hookswitch.sqlite3 --> reader threads <--read-- http
//!    ^                              |
//!    +---------- done, after the commit
//! ```
//!
//! | module | what |
//! | --- | --- |
//! | `options`, `error`, `step` | what its users see of it |
//! | `schema`, `steps` | the file, its directory, its migrations and how far one has come |
//! | `queue`, `writer`, `task` | the one thread that writes |
//! | `reader` | the threads that read |
//! | `calls`, `ledger` | calls as rows; what the writer knows of them by heart |
//! | `buckets`, `search` | ended calls in runs of time; lists |
//! | `media` | what media workers did for calls |
//! | `legs` | what Verto clients call their calls |
//! | [`accounts`], [`keys`] | who may log in; who may use the API |
//! | [`audit`] | who changed what |
//! | `figures` | how it fares |
//! | `minutes` | the figures of the last day |
//! | `webhooks`, `outbox` | hooks; their events that wait for delivery |
//! | `retention` | forgetting |
//!
//! It knows nothing of how a call goes. It never blocks whoever persists a call, and tells nobody of a write before the disk
//! has it.

pub mod accounts;
pub mod audit;
mod buckets;
mod calls;
mod error;
mod figures;
pub mod keys;
mod ledger;
mod legs;
mod media;
mod minutes;
mod options;
pub(crate) mod outbox;
mod queue;
mod reader;
mod retention;
mod schema;
mod search;
mod step;
mod steps;
mod task;
pub(crate) mod webhooks;
mod writer;

use std::{
    fmt,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread::{self, JoinHandle, ThreadId},
};

use rusqlite::{Connection, Transaction};
use tokio::sync::{Notify, oneshot};

pub use self::{
    accounts::Account,
    audit::{AuditQuery, AuditRow},
    error::StoreError,
    figures::DiskFigures,
    keys::KeyRow,
    legs::LegRow,
    media::MediaWrite,
    options::{CommitObserver, StoreOptions},
    search::{CallQuery, Page},
    step::{CallWrite, Done, OutboxRow},
};
use self::{queue::Queue, reader::Read, retention::Swept, task::Waiting, writer::Job, writer::Writer};
use crate::protocol::{
    ids::{CallId, RoomNumber},
    record::CallRecord,
};

/// What all threads see.
struct Shared {
    jobs: Queue<Job>,
    reads: Arc<Queue<Read>>,
    outbox: Arc<Notify>,
    trouble: Mutex<Option<Arc<StoreError>>>,
    swept: Swept,
}

impl Shared {
    fn trouble(&self) -> MutexGuard<'_, Option<Arc<StoreError>>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_trouble(&self, trouble: Option<Arc<StoreError>>) {
        *self.trouble() = trouble;
    }
}

/// The threads, and the claim to the data directory.
struct Owned {
    readers: Vec<JoinHandle<()>>,
    writer: JoinHandle<Connection>,
    claim: File,
}

struct Inner {
    shared: Arc<Shared>,
    owned: Mutex<Option<Owned>>,
    threads: Vec<ThreadId>,
}

/// The store. Cloning shares it; the last one closes it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("closed", &self.0.shared.jobs.is_closed()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store and starts its threads. Blocks while the schema is brought up to date.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another server uses the directory, [`StoreError::Newer`] where a newer program has written
    /// the file, otherwise what the disk says.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let dir = &options.data_dir;
        schema::make_dir(dir)?;
        let claim = schema::lock(dir)?;
        let db = schema::open(dir)?;
        let shared = Arc::new(Shared {
            jobs: Queue::new(options.queue),
            reads: Arc::new(Queue::new(reader::READ_QUEUE)),
            outbox: Arc::new(Notify::new()),
            trouble: Mutex::new(None),
            swept: Swept::default(),
        });
        let writer = Writer::new(db, Arc::clone(&shared), options)?;
        let mut connections = Vec::new();
        for _ in 0..reader::READERS {
            connections.push(schema::open_reader(dir)?);
        }
        let failed = |source| StoreError::Io { path: dir.clone(), source };
        let named = |name: &str| thread::Builder::new().name(name.to_owned());
        let mut readers = Vec::new();
        for db in connections {
            let reads = Arc::clone(&shared.reads);
            readers.push(named("store-reader").spawn(move || reader::run(&db, &reads)).map_err(failed)?);
        }
        let writer = named("store-writer").spawn(move || writer.run()).map_err(failed);
        let writer = writer.inspect_err(|_| shared.reads.close())?;
        let threads = readers.iter().map(JoinHandle::thread).chain([writer.thread()]).map(thread::Thread::id).collect();
        let owned = Mutex::new(Some(Owned { readers, writer, claim }));
        Ok(Self(Arc::new(Inner { shared, owned, threads })))
    }

    /// Takes no more, commits what waits, and ends the threads. Blocks until then; a second call does nothing.
    pub fn close(&self) {
        self.0.close();
    }

    /// Whether the store takes writes: the last commit worked and the queue has room. Cheap.
    ///
    /// # Errors
    /// Why it does not.
    pub fn writable(&self) -> Result<(), StoreError> {
        let Shared { jobs, .. } = &*self.0.shared;
        if jobs.is_closed() {
            return Err(StoreError::Closed);
        }
        if jobs.is_full() {
            return Err(StoreError::Full);
        }
        match &*self.0.shared.trouble() {
            Some(error) => Err(StoreError::Commit(Arc::clone(error))),
            None => Ok(()),
        }
    }

    /// Reads on a reader thread. The closure must not keep the connection busy for long.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Closed`] where it was not even tried; otherwise what the closure says.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let read = reader::job(work, move |result| drop(reply.send(result)));
        self.0.shared.reads.push(read).map_err(|(_, error)| error)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Writes on the writer thread, together with whatever else waits, and resolves after the commit. Where the closure fails,
    /// nothing of it is kept, and nothing else is touched. Dropping the future does not take the write back.
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Closed`] where it was not even tried; otherwise what the closure or the commit says.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Job::Task(Box::new(Waiting::new(work, reply)));
        self.0.shared.jobs.push(job).map_err(|(_, error)| error)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Queues a step of a call. Never blocks. Steps are committed in the order in which they came; of several steps of one call
    /// that wait together, only the last leaves a row, and each leaves its events. Once a step was refused, whatever follows of
    /// its call is refused, too, until [`Store::persist_again`].
    ///
    /// # Errors
    /// [`StoreError::Full`] or [`StoreError::Closed`]; `done` has been called with it then.
    pub fn persist(&self, write: CallWrite) -> Result<(), StoreError> {
        self.queue(Job::Call { write, again: false })
    }

    /// Queues, as [`Store::persist`] does, all that was refused of a call, in one.
    ///
    /// # Errors
    /// As there.
    pub fn persist_again(&self, write: CallWrite) -> Result<(), StoreError> {
        self.queue(Job::Call { write, again: true })
    }

    fn queue(&self, job: Job) -> Result<(), StoreError> {
        let Err((job, error)) = self.0.shared.jobs.push(job) else { return Ok(()) };
        if let Job::Call { write: CallWrite { done: Some(done), .. }, .. } = job {
            let told = match error {
                StoreError::Full => StoreError::Full,
                _ => StoreError::Closed,
            };
            done(Err(Arc::new(told)));
        }
        Err(error)
    }

    /// One call.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be read.
    pub async fn call(&self, id: CallId) -> Result<Option<CallRecord>, StoreError> {
        self.read(move |db| calls::by_id(db, id)).await
    }

    /// A page of calls, the latest request first.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub async fn calls(&self, query: CallQuery) -> Result<Page<CallRecord>, StoreError> {
        self.read(move |db| search::page(db, &query)).await
    }

    /// Every call that has not ended, the oldest first. Blocks: for the start of the server only.
    ///
    /// # Errors
    /// [`StoreError`] where they could not be read.
    pub fn unfinished(&self) -> Result<Vec<CallRecord>, StoreError> {
        self.read_blocking(calls::unfinished)
    }

    /// The room that was given out last. Blocks: for the start of the server only.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be read.
    pub fn last_room(&self) -> Result<Option<RoomNumber>, StoreError> {
        self.read_blocking(calls::last_room)
    }

    /// Woken after each commit that had events for hooks in it.
    #[must_use]
    pub fn outbox_signal(&self) -> Arc<Notify> {
        Arc::clone(&self.0.shared.outbox)
    }

    fn read_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = mpsc::channel();
        let read = reader::job(work, move |result| drop(reply.send(result)));
        self.0.shared.reads.push(read).map_err(|(_, error)| error)?;
        answer.recv().unwrap_or(Err(StoreError::Closed))
    }
}

impl Inner {
    fn close(&self) {
        self.shared.jobs.close();
        self.shared.reads.close();
        if self.threads.contains(&thread::current().id()) {
            // One of the store's own threads runs a closure that held the last handle: it ends after this by itself.
            return;
        }
        let mut owned = self.owned.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Owned { readers, writer, claim }) = owned.take() else { return };
        let panicked = || tracing::error!("a thread of the store had panicked");
        for reader in readers {
            if reader.join().is_err() {
                panicked();
            }
        }
        // The writer's connection goes last: the last one to close leaves no write-ahead log behind, if it may write.
        match writer.join() {
            Ok(db) => drop(db),
            Err(_) => panicked(),
        }
        drop(claim);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// Whether a data directory has a store in it.
#[must_use]
pub fn is_in(data_dir: &Path) -> bool {
    schema::file(data_dir).exists()
}

/// Opens the file of a data directory for a command-line program, next to a server or without one: schema up to date, no
/// threads, no claim to the directory.
///
/// # Errors
/// [`StoreError::Newer`] where a newer program has written the file, otherwise what the disk says.
pub fn open_cli(data_dir: &Path) -> Result<Connection, StoreError> {
    schema::make_dir(data_dir)?;
    schema::open(data_dir)
}
