//! A bounded queue into a thread. Pushing never blocks; taking hands over everything that waits, which is what makes a
//! group commit.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::StoreError;

pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
    capacity: usize,
}

struct State<T> {
    jobs: VecDeque<T>,
    closed: bool,
    /// How many jobs wake the thread; nobody needs waking while it works.
    wanted: usize,
}

/// What [`Queue::take`] came back with.
pub(super) enum Taken<T> {
    Jobs(Vec<T>),
    TimedOut,
    /// Closed, and nothing is left in it.
    Closed,
}

impl<T> Queue<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            state: Mutex::new(State { jobs: VecDeque::new(), closed: false, wanted: usize::MAX }),
            ready: Condvar::new(),
            capacity: capacity.max(1),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job at the end, or gives it back with [`StoreError::Full`] or [`StoreError::Closed`].
    pub(super) fn push(&self, job: T) -> Result<(), (T, StoreError)> {
        let mut state = self.lock();
        if state.closed {
            return Err((job, StoreError::Closed));
        }
        if state.jobs.len() >= self.capacity {
            return Err((job, StoreError::Full));
        }
        state.jobs.push_back(job);
        let wake = state.jobs.len() == state.wanted;
        drop(state);
        if wake {
            self.ready.notify_one();
        }
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        self.lock().jobs.len() >= self.capacity
    }

    pub(super) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Waits for work, at most for `patience` where that is given, and takes up to `most` jobs, the oldest first.
    pub(super) fn take(&self, most: usize, patience: Option<Duration>) -> Taken<T> {
        let mut state = self.wait(1, patience);
        if state.jobs.is_empty() {
            return if state.closed { Taken::Closed } else { Taken::TimedOut };
        }
        let n = state.jobs.len().min(most.max(1));
        Taken::Jobs(state.jobs.drain(..n).collect())
    }

    /// Lets jobs gather for that long, or until there are `enough`.
    pub(super) fn gather(&self, enough: usize, time: Duration) {
        drop(self.wait(enough, Some(time)));
    }

    fn wait(&self, wanted: usize, patience: Option<Duration>) -> MutexGuard<'_, State<T>> {
        let mut state = self.lock();
        state.wanted = wanted;
        let few = |state: &mut State<T>| state.jobs.len() < wanted && !state.closed;
        let mut state = match patience {
            None => self.ready.wait_while(state, few).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                self.ready.wait_timeout_while(state, patience, few).unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.wanted = usize::MAX;
        state
    }

    /// Refuses new jobs. Those that wait are still handed out.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }
}
