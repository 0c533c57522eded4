//! What `GET /workers` shows, and what a worker's actor shares with others.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;
use tokio::sync::watch;

use super::pipe::MediaPipe;
use crate::{
    clock,
    protocol::{
        ids::CallId,
        record::{CallRecord, Timestamp},
        worker::{
            CallSpec, Drops, MediaReport, Phase, SecretText, WorkerEnd,
            control::{Depths, MediaInfo},
            report::EndAt,
        },
    },
};

/// The event of a worker that failed.
pub const WORKER_FAILED: &str = "worker.failed";

/// A worker of this server: numbers are given once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct WorkerId(pub u64);

/// Frames that wait, by where they do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Queues {
    /// In the server, to WeChat.
    pub server_up: usize,
    /// In the server, from WeChat.
    pub server_down: usize,
    /// In the worker, as it said last.
    pub worker: Depths,
}

/// A worker as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerView {
    /// Its number.
    pub id: WorkerId,
    /// Its call.
    pub call: Option<CallId>,
    /// The account of the call: a name of the configuration's.
    pub account: Option<String>,
    /// Where in its life it is.
    pub phase: Phase,
    /// Its process.
    pub pid: Option<u32>,
    /// When its process was started.
    pub since: Instant,
    /// The SDK's last status.
    pub last_status: Option<i32>,
    /// What waits.
    pub queues: Queues,
    /// What was dropped, in the server and in the worker.
    pub drops: Drops,
}

impl WorkerView {
    /// For how long the process has been running.
    #[must_use]
    pub fn age(&self) -> Duration {
        clock::now().saturating_duration_since(self.since)
    }
}

/// A worker that failed: with a call, or before it had one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Failure {
    /// The worker's number.
    #[schema(value_type = u64)]
    pub worker: WorkerId,
    /// Its process.
    pub pid: Option<u32>,
    /// Its call.
    #[schema(value_type = Option<String>, format = Uuid)]
    pub call_id: Option<CallId>,
    /// The account of the call.
    pub account: Option<String>,
    /// Where in its life it was.
    #[schema(value_type = String, example = "talking")]
    pub phase: Phase,
    /// When, and why.
    #[serde(flatten)]
    pub end: EndAt,
}

/// A worker that failed, for whoever is told of it.
#[derive(Debug, Clone)]
pub struct Failed {
    /// What went wrong.
    pub failure: Failure,
    /// Its call, as that was then; the failure ends it. `None` where there was none, or nobody knows it any more.
    pub call: Option<Arc<CallRecord>>,
}

impl Failed {
    /// The body of a hook's POST and of a server-sent event: `worker.failed`.
    #[must_use]
    pub fn body(&self) -> String {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'static str,
            timestamp: Timestamp,
            data: Data<'a>,
        }
        #[derive(Serialize)]
        struct Data<'a> {
            #[serde(flatten)]
            failure: &'a Failure,
            call: Option<&'a CallRecord>,
        }
        let data = Data { failure: &self.failure, call: self.call.as_deref() };
        let body = Body { r#type: WORKER_FAILED, timestamp: self.failure.end.at, data };
        // Plain data always has a form in JSON.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

/// What a worker leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerEnded {
    /// Its call, and what is kept of it; `None` for a worker without one.
    pub report: Option<(CallId, MediaReport)>,
    /// What went wrong, if anything.
    pub failure: Option<Failure>,
}

/// What whoever carries the media of the other party must know at once. It says what is, not what happened, so that it is never
/// behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct News {
    /// How often a key frame was asked for.
    pub(super) key_frames: u64,
    /// What is sent, and wanted.
    pub(super) formats: Vec<MediaInfo>,
    /// Who carries the media: the number of whoever came last.
    pub(super) carrier: u64,
    /// The call is over, or about to be.
    pub(super) over: bool,
    /// How it ended, where that is known.
    pub(super) end: Option<WorkerEnd>,
}

/// The pool as others see it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PoolView {
    /// Whether there are such calls at all.
    pub enabled: bool,
    /// Whether the WeChat user is played.
    pub simulated: bool,
    /// The most processes at once.
    pub max: usize,
    /// How many are kept ready.
    pub prewarm: usize,
    /// Processes with a call.
    pub busy: usize,
    /// How many more are kept for calls that ring and have no process yet.
    pub reserved: usize,
    /// Processes that wait for one.
    pub idle: usize,
    /// How workers have ended since the server started, by the names of the reasons.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub ends: BTreeMap<&'static str, u64>,
    /// The last that failed, the latest first.
    pub failures: Vec<Failure>,
}

/// What an actor and its tasks share with the pool and with whoever has the call.
#[derive(Debug)]
pub(super) struct Shared {
    id: WorkerId,
    view: Mutex<WorkerView>,
    secrets: Mutex<Vec<SecretText>>,
    worker_drops: Mutex<Drops>,
    report: Mutex<Option<MediaReport>>,
    news: watch::Sender<News>,
    up: MediaPipe,
    down: MediaPipe,
    reaped: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(id: WorkerId) -> Self {
        let view = WorkerView {
            id,
            call: None,
            account: None,
            phase: Phase::Spawned,
            pid: None,
            since: clock::now(),
            last_status: None,
            queues: Queues::default(),
            drops: Drops::default(),
        };
        Self {
            id,
            view: Mutex::new(view),
            secrets: Mutex::default(),
            worker_drops: Mutex::default(),
            report: Mutex::default(),
            news: watch::Sender::default(),
            up: MediaPipe::default(),
            down: MediaPipe::default(),
            reaped: AtomicBool::new(false),
        }
    }

    pub(super) fn id(&self) -> WorkerId {
        self.id
    }

    /// Media to the process.
    pub(super) fn up(&self) -> &MediaPipe {
        &self.up
    }

    /// Media from the process.
    pub(super) fn down(&self) -> &MediaPipe {
        &self.down
    }

    pub(super) fn edit(&self, edit: impl FnOnce(&mut WorkerView)) {
        edit(&mut lock(&self.view));
    }

    /// As it is now.
    pub(super) fn view(&self) -> WorkerView {
        let mut view = lock(&self.view).clone();
        let total = |(audio, video): (usize, usize)| audio.saturating_add(video);
        view.queues.server_up = total(self.up.depths());
        view.queues.server_down = total(self.down.depths());
        view.drops = lock(&self.worker_drops).plus(self.up.flow().dropped).plus(self.down.flow().dropped);
        view
    }

    /// What the process said of its own queues.
    pub(super) fn counted(&self, queues: Depths, drops: Drops) {
        self.edit(|view| view.queues.worker = queues);
        *lock(&self.worker_drops) = drops;
    }

    pub(super) fn call(&self) -> Option<CallId> {
        lock(&self.view).call
    }

    /// It is given this call.
    pub(super) fn begins(&self, account: &str, call: &CallSpec) {
        let mut phase = Phase::Spawned;
        self.edit(|view| {
            view.call = Some(call.call_id);
            view.account = Some(account.to_owned());
            phase = view.phase;
        });
        *lock(&self.report) = Some(MediaReport::begin(self.id.0, account, call.mode, phase, clock::wall()));
    }

    /// Takes something down, where there is a call.
    pub(super) fn note(&self, note: impl FnOnce(&mut MediaReport, Timestamp)) {
        if let Some(report) = &mut *lock(&self.report) {
            note(report, clock::wall());
        }
    }

    /// What is known of its call so far.
    pub(super) fn report(&self) -> Option<MediaReport> {
        let mut report = lock(&self.report).clone()?;
        let News { key_frames, carrier, .. } = *self.news.borrow();
        let (pid, worker_dropped) = (self.view().pid, *lock(&self.worker_drops));
        let (up, down) = (self.up.flow(), self.down.flow());
        report.pid = pid;
        report.worker_dropped = worker_dropped;
        (report.up, report.down) = (up, down);
        (report.key_frames_asked, report.sockets) = (key_frames, carrier);
        Some(report)
    }

    /// It has ended. What is left of it, unless it has ended before.
    pub(super) fn ends(&self, end: &WorkerEnd) -> WorkerEnded {
        let view = self.view();
        let at = clock::wall();
        self.tell(|news| {
            news.over = true;
            news.end = Some(end.clone());
        });
        let mut first = true;
        self.note(|report, at| first = report.end(end, at));
        let failed = end.reason.is_failure();
        let failure = (first && failed).then(|| Failure {
            worker: self.id,
            pid: view.pid,
            call_id: view.call,
            account: view.account,
            phase: view.phase,
            end: EndAt { at, reason: end.reason, detail: end.detail.clone(), code: end.code, failed },
        });
        WorkerEnded { report: view.call.filter(|_| first).zip(self.report()), failure }
    }

    /// From now on this is sent, or wanted.
    pub(super) fn format(&self, media: MediaInfo) {
        let mut formats = Vec::new();
        self.note(|report, _| {
            report.format(media);
            formats.clone_from(&report.formats);
        });
        self.tell(|news| news.formats = formats);
    }

    /// News for whoever carries the media.
    pub(super) fn tell(&self, news: impl FnOnce(&mut News)) {
        self.news.send_modify(news);
    }

    pub(super) fn hear(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    /// What must not be printed from now on.
    pub(super) fn has_secrets(&self, call: &CallSpec) {
        let secrets = [&call.server_token, &call.session_key, &call.payload].map(SecretText::clone);
        lock(&self.secrets).extend(secrets.into_iter().filter(|secret| !secret.expose().is_empty()));
    }

    pub(super) fn secrets(&self) -> Vec<SecretText> {
        lock(&self.secrets).clone()
    }

    /// The process is no more, and its number may be another's.
    pub(super) fn set_reaped(&self) {
        self.reaped.store(true, Ordering::Release);
    }

    pub(super) fn is_reaped(&self) -> bool {
        self.reaped.load(Ordering::Acquire)
    }
}
