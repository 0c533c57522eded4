//! Who has a process, who gets one, and how many wait ready.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use actix::{Actor as _, Addr, Arbiter, Recipient};
use tokio::{sync::Notify, time::timeout};

use super::{
    Audience, Failure, PoolView, ToActor, Worker, WorkerEnded, WorkerEvent, WorkerHandle, WorkerId, WorkerMedia,
    WorkerView, WorkersOptions, process::Launch, view::Shared,
};
use crate::{
    metrics::Metrics,
    protocol::{
        ids::CallId,
        worker::{CallSpec, EndReason, MediaReport, Phase, Start, ToWorker, VERSION, control::encode},
    },
};

/// How long the pool waits after a process that died without a call; twice as long after each further one, up to a minute.
const BACKOFF: Duration = Duration::from_millis(500);
/// How long a process must have lived for another to take its place at once. A library that lets processes die sooner would have
/// them started without end.
const STEADY: Duration = Duration::from_millis(500);
/// How many times the wait doubles.
const MOST_DOUBLINGS: u32 = 7;
/// How many failures are remembered, for whoever asks why.
const MOST_FAILURES: usize = 20;
/// How long processes have to end after they were killed.
const AFTER_KILL: Duration = Duration::from_secs(2);

/// Why a call gets no worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoWorker {
    /// No library is configured.
    #[error("there are no calls with WeChat users here: `cloudvoip.library` is not set")]
    Off,
    /// As many calls as there may be: to the caller, the line is busy.
    #[error("all media workers have a call")]
    Full,
    /// The server stops.
    #[error("the server stops")]
    Closing,
    /// What the call is made of is too long, or has a zero byte in it.
    #[error("the call's data cannot be given to the SDK")]
    Unfit,
}

#[derive(Debug)]
struct Entry {
    addr: Addr<Worker>,
    shared: Arc<Shared>,
    busy: bool,
    /// It can, or could, take a call.
    ready: bool,
}

#[derive(Debug, Default)]
struct State {
    slots: Vec<Option<Entry>>,
    /// How many slots are kept for calls that have no worker yet.
    reserved: usize,
    last_id: u64,
    closing: bool,
    /// Processes in a row that died without ever having been ready.
    failures: u32,
    /// A later try is on its way.
    waiting: bool,
    ends: BTreeMap<&'static str, u64>,
    /// The latest first.
    failed: VecDeque<Failure>,
}

impl State {
    /// The latest worker that has, or had, the call.
    fn of_call(&self, call: CallId) -> Option<&Entry> {
        let had = |entry: &&Entry| entry.shared.call() == Some(call);
        self.slots.iter().flatten().filter(had).max_by_key(|entry| entry.shared.id())
    }

    /// Whether one more call would get a worker, and all for which a place is kept as well.
    fn has_room(&self) -> bool {
        let free = |slot: &&Option<Entry>| slot.as_ref().is_none_or(|entry| !entry.busy);
        self.slots.iter().filter(free).count() > self.reserved
    }

    fn idle(&self) -> usize {
        self.slots.iter().flatten().filter(|entry| !entry.busy).count()
    }

    fn entry(&mut self, id: WorkerId) -> Option<&mut Entry> {
        self.slots.iter_mut().flatten().find(|entry| entry.shared.id() == id)
    }
}

/// Hears what workers leave behind. Called on their thread; must be quick.
type Heir = Arc<dyn Fn(WorkerEnded) + Send + Sync>;

struct Pool {
    options: WorkersOptions,
    launch: Option<Arc<Launch>>,
    metrics: Metrics,
    arbiter: Mutex<Option<Arbiter>>,
    state: Mutex<State>,
    freed: Notify,
    /// A call was given to a worker.
    started: Notify,
    heir: Mutex<Option<Heir>>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("options", &self.options).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The handle to all media workers. Cloning shares them.
#[derive(Debug, Clone)]
pub struct Workers(Arc<Pool>);

/// A place in the pool that is kept for a call, which may need a worker later: [`Workers::start`] takes it, and whoever drops it
/// gives it back.
#[derive(Debug)]
#[must_use]
pub struct Reservation(Weak<Pool>);

impl Drop for Reservation {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            let mut state = lock(&pool.state);
            state.reserved = state.reserved.saturating_sub(1);
        }
    }
}

/// A worker's place in the pool.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pool: Weak<Pool>,
    id: WorkerId,
}

impl Slot {
    /// The process can take a call.
    pub(super) fn is_ready(&self) {
        let Some(pool) = self.pool.upgrade() else { return };
        let mut state = lock(&pool.state);
        if let Some(entry) = state.entry(self.id) {
            entry.ready = true;
        }
        let recovered = std::mem::take(&mut state.failures) > 0;
        drop(state);
        if recovered {
            pool.top_up();
        }
    }

    /// The worker has ended, with a call or without.
    pub(super) fn ended(&self, reason: EndReason, had_call: bool) {
        if let Some(pool) = self.pool.upgrade() {
            let mut state = lock(&pool.state);
            let ends = state.ends.entry(reason.as_str()).or_default();
            *ends = ends.saturating_add(1);
            let mut steady = false;
            if let Some(entry) = state.entry(self.id) {
                entry.busy = true;
                steady = entry.ready && entry.shared.view().age() >= STEADY;
            }
            if !had_call && !steady && reason.is_failure() {
                state.failures = state.failures.saturating_add(1);
            }
        }
    }

    /// What is left of a worker, for whoever keeps it.
    pub(super) fn leaves(&self, ended: WorkerEnded) {
        let Some(pool) = self.pool.upgrade() else { return };
        if let Some(failure) = &ended.failure {
            let mut state = lock(&pool.state);
            state.failed.truncate(MOST_FAILURES.saturating_sub(1));
            state.failed.push_front(failure.clone());
        }
        let heir = lock(&pool.heir).clone();
        if let Some(heir) = heir {
            heir(ended);
        }
    }

    /// The process is no more.
    pub(super) fn free(&self) {
        let Some(pool) = self.pool.upgrade() else { return };
        let mut state = lock(&pool.state);
        let gone = state.slots.iter_mut().find(|slot| slot.as_ref().is_some_and(|entry| entry.shared.id() == self.id));
        let gone = gone.and_then(Option::take);
        drop(state);
        drop(gone);
        pool.freed.notify_waiters();
        pool.top_up();
    }
}

impl Workers {
    /// A pool, which starts its first processes at once. To be called within an actix system.
    #[must_use]
    pub fn new(options: WorkersOptions, metrics: Metrics) -> Self {
        let launch = options.library.clone().map(|library| {
            let (program, library_path) = (options.program.clone(), options.library_path.clone());
            Arc::new(Launch { program, library, library_path })
        });
        let arbiter = launch.is_some().then(Arbiter::new);
        let slots = (0..if launch.is_some() { options.max } else { 0 }).map(|_| None).collect();
        let pool = Arc::new(Pool {
            options,
            launch,
            metrics,
            arbiter: Mutex::new(arbiter),
            state: Mutex::new(State { slots, ..State::default() }),
            freed: Notify::new(),
            started: Notify::new(),
            heir: Mutex::default(),
        });
        pool.top_up();
        Self(pool)
    }

    /// Whether there are calls with WeChat users here at all.
    #[must_use]
    pub fn are_enabled(&self) -> bool {
        self.0.launch.is_some()
    }

    /// Keeps a place for a call whose worker may be needed later, so that it is there then.
    ///
    /// # Errors
    /// [`NoWorker`], where a worker could not be had now either.
    pub fn reserve(&self) -> Result<Reservation, NoWorker> {
        let mut state = self.0.open()?;
        if !state.has_room() {
            return Err(NoWorker::Full);
        }
        state.reserved += 1;
        Ok(Reservation(Arc::downgrade(&self.0)))
    }

    /// Gives a call to a worker: one that waits, or a new one. `account` is a name of the configuration's, for `GET /workers`; `kept`
    /// is the place that was kept for the call, if one was. What becomes of the call comes as events, the last of which is [`WorkerEvent::Ended`].
    ///
    /// # Errors
    /// [`NoWorker`], and no event comes.
    pub fn start(
        &self,
        account: &str,
        call: CallSpec,
        kept: Option<Reservation>,
        events: Recipient<WorkerEvent>,
    ) -> Result<WorkerHandle, NoWorker> {
        let options = &self.0.options;
        let mut start = Box::new(Start {
            v: VERSION,
            call,
            data_dir: options.data_dir.join("slot-0000").to_string_lossy().into_owned(),
            log_dir: options.log_dir.as_ref().map(|dir| dir.to_string_lossy().into_owned()),
        });
        if start.has_zero_byte() || encode(&ToWorker::Start(start.clone())).is_err() {
            return Err(NoWorker::Unfit);
        }
        let (addr, shared, slot) = self.0.claim(kept)?;
        start.data_dir = slot.to_string_lossy().into_owned();
        shared.begins(account, &start.call);
        addr.do_send(ToActor::Begin(start, Audience(Some(events))));
        self.0.started.notify_waiters();
        self.0.top_up();
        Ok(WorkerHandle::new(addr, shared))
    }

    /// Whatever workers leave behind goes to `heir` from now on, on their thread.
    pub fn bequeath(&self, heir: impl Fn(WorkerEnded) + Send + Sync + 'static) {
        *lock(&self.0.heir) = Some(Arc::new(heir));
    }

    /// The worker of a call that is on: its media. The call stays with its [`WorkerHandle`], whose end would be that of the call.
    #[must_use]
    pub fn of_call(&self, call: CallId) -> Option<WorkerMedia> {
        let state = lock(&self.0.state);
        let entry = state.of_call(call)?;
        Some(WorkerMedia::new(entry.addr.clone(), Arc::clone(&entry.shared))).filter(|media| !media.is_over())
    }

    /// The same, waiting for so long until the call is given to one.
    pub async fn soon_of_call(&self, call: CallId, patience: Duration) -> Option<WorkerMedia> {
        let given = async {
            loop {
                let mut started = std::pin::pin!(self.0.started.notified());
                started.as_mut().enable();
                if let Some(media) = self.of_call(call) {
                    return media;
                }
                started.await;
            }
        };
        timeout(patience, given).await.ok()
    }

    /// What is known of a call that a worker has, or had a moment ago.
    #[must_use]
    pub fn report(&self, call: CallId) -> Option<MediaReport> {
        let shared = lock(&self.0.state).of_call(call).map(|entry| Arc::clone(&entry.shared));
        shared?.report()
    }

    /// Every process there is.
    #[must_use]
    pub fn list(&self) -> Vec<WorkerView> {
        let shared: Vec<_> =
            lock(&self.0.state).slots.iter().flatten().map(|entry| Arc::clone(&entry.shared)).collect();
        shared.iter().map(|shared| shared.view()).collect()
    }

    /// The pool as a whole.
    #[must_use]
    pub fn pool(&self) -> PoolView {
        let state = lock(&self.0.state);
        let (enabled, simulated) = (self.are_enabled(), self.0.options.simulated);
        let busy = state.slots.iter().flatten().filter(|entry| entry.busy).count();
        let (idle, reserved) = (state.idle(), state.reserved);
        let (max, prewarm) = (state.slots.len(), if enabled { self.0.options.prewarm } else { 0 });
        let failures = state.failed.iter().cloned().collect();
        PoolView { enabled, simulated, max, prewarm, busy, reserved, idle, ends: state.ends.clone(), failures }
    }

    /// Ends all calls and processes: hangs up, waits so long, then kills. No call gets a worker any more.
    pub async fn stop(&self, grace: Duration) {
        self.0.tell_all_closing(|| ToActor::Retire);
        if timeout(grace, self.0.all_gone()).await.is_err() {
            self.0.tell_all_closing(|| ToActor::Kill);
            if timeout(AFTER_KILL, self.0.all_gone()).await.is_err() {
                tracing::error!("media workers do not die");
            }
        }
        let arbiter = lock(&self.0.arbiter).take();
        if let Some(arbiter) = arbiter {
            arbiter.stop();
            // A thread that panicked is gone as well.
            let _ended = tokio::task::spawn_blocking(move || arbiter.join()).await.is_ok();
        }
    }
}

impl Pool {
    /// The state, for whoever wants a worker.
    fn open(&self) -> Result<MutexGuard<'_, State>, NoWorker> {
        if self.launch.is_none() {
            return Err(NoWorker::Off);
        }
        let state = lock(&self.state);
        if state.closing { Err(NoWorker::Closing) } else { Ok(state) }
    }

    /// A worker for a call, and the folder that is its own.
    fn claim(self: &Arc<Self>, kept: Option<Reservation>) -> Result<(Addr<Worker>, Arc<Shared>, PathBuf), NoWorker> {
        let mut state = self.open()?;
        if let Some(mut kept) = kept {
            // In the same step as the place is taken, and not by its drop, which would want this lock.
            kept.0 = Weak::new();
            state.reserved = state.reserved.saturating_sub(1);
        }
        if !state.has_room() {
            return Err(NoWorker::Full);
        }
        let ready = |entry: &Entry| !entry.busy && entry.shared.view().phase == Phase::Idle;
        let free = |entry: &Entry| !entry.busy;
        let find = |state: &State, test: &dyn Fn(&Entry) -> bool| {
            state.slots.iter().position(|slot| slot.as_ref().is_some_and(test))
        };
        let at = find(&state, &ready).or_else(|| find(&state, &free));
        let at = match at {
            Some(at) => at,
            None => self.spawn(&mut state).ok_or(NoWorker::Full)?,
        };
        let entry = state.slots.get_mut(at).and_then(Option::as_mut).ok_or(NoWorker::Full)?;
        entry.busy = true;
        let slot = self.options.data_dir.join(format!("slot-{at}"));
        Ok((entry.addr.clone(), Arc::clone(&entry.shared), slot))
    }

    /// Starts a process in a free slot, and says in which.
    fn spawn(self: &Arc<Self>, state: &mut State) -> Option<usize> {
        let at = state.slots.iter().position(Option::is_none)?;
        let launch = Arc::clone(self.launch.as_ref()?);
        let arbiter = lock(&self.arbiter).as_ref()?.handle();
        state.last_id = state.last_id.saturating_add(1);
        let id = WorkerId(state.last_id);
        let shared = Arc::new(Shared::new(id));
        let folder = self.options.data_dir.join(format!("slot-{at}"));
        let slot = Slot { pool: Arc::downgrade(self), id };
        let (limits, metrics, theirs) = (self.options.limits, self.metrics.clone(), Arc::clone(&shared));
        let addr = Worker::start_in_arbiter(&arbiter, move |_| {
            if let Err(error) = private(&folder) {
                tracing::warn!(%error, folder = %folder.display(), "the SDK gets no folder");
            }
            Worker::new(launch, limits, theirs, slot, metrics)
        });
        *state.slots.get_mut(at)? = Some(Entry { addr, shared, busy: false, ready: false });
        Some(at)
    }

    /// Starts as many processes as should wait for a call.
    fn top_up(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        if state.closing || state.waiting {
            return;
        }
        if state.failures > 0 {
            return self.try_later(&mut state);
        }
        for _ in state.idle()..self.options.prewarm {
            if self.spawn(&mut state).is_none() {
                break;
            }
        }
    }

    fn try_later(self: &Arc<Self>, state: &mut State) {
        let Some(arbiter) = lock(&self.arbiter).as_ref().map(Arbiter::handle) else { return };
        let wait = BACKOFF * 2_u32.pow(state.failures.min(MOST_DOUBLINGS));
        state.waiting = true;
        let pool = Arc::downgrade(self);
        arbiter.spawn(async move {
            tokio::time::sleep(wait).await;
            let Some(pool) = pool.upgrade() else { return };
            let mut state = lock(&pool.state);
            state.waiting = false;
            if state.failures == 0 {
                drop(state);
                return pool.top_up();
            }
            // One, to see whether it works by now: the others follow once it is ready.
            if !state.closing && state.idle() < pool.options.prewarm {
                // No free slot: somebody has a call, so it works.
                let _full = pool.spawn(&mut state).is_none();
            }
        });
    }

    fn tell_all_closing(&self, message: impl Fn() -> ToActor) {
        let mut state = lock(&self.state);
        state.closing = true;
        state.slots.iter().flatten().for_each(|entry| entry.addr.do_send(message()));
    }

    async fn all_gone(&self) {
        loop {
            let freed = self.freed.notified();
            if lock(&self.state).slots.iter().all(Option::is_none) {
                return;
            }
            freed.await;
        }
    }
}

/// Makes a folder that only this user sees.
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}
