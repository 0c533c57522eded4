//! What `GET /workers` shows, and what a worker's actor shares with others.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde::Serialize;

use super::pipe::MediaPipe;
use crate::{
    clock,
    protocol::{
        ids::CallId,
        worker::{CallSpec, Drops, Phase, SecretText, control::Depths},
    },
};

/// A worker of this server: numbers are given once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct WorkerId(pub u64);

/// Frames that wait, by where they do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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

/// The pool as others see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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
    /// Processes that wait for one.
    pub idle: usize,
    /// How workers have ended since the server started, by the names of the reasons.
    pub ends: BTreeMap<&'static str, u64>,
}

/// What an actor and its tasks share with the pool and with whoever has the call.
#[derive(Debug)]
pub(super) struct Shared {
    id: WorkerId,
    view: Mutex<WorkerView>,
    secrets: Mutex<Vec<SecretText>>,
    worker_drops: Mutex<Drops>,
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
        view.drops = lock(&self.worker_drops).plus(self.up.drops()).plus(self.down.drops());
        view
    }

    /// What the process said of its own queues.
    pub(super) fn counted(&self, queues: Depths, drops: Drops) {
        self.edit(|view| view.queues.worker = queues);
        *lock(&self.worker_drops) = drops;
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
