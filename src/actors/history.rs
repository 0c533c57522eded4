//! Looks at what goes on about once a second, for the history of the last day, and has the store keep it.
//!
//! Nothing here is on the way of a call: it counts what the directory shows, and asks the store as any other reader does.

use std::time::Duration;

use super::core::Core;
use crate::{
    clock,
    metrics::Scrape,
    protocol::record::Timestamp,
    stats::{Gauges, between},
    store::Store,
};

/// How often it looks. Oftener: shorter peaks are seen.
const EVERY: Duration = Duration::from_secs(1);
/// After so many looks the outbox is asked for and what is new is saved: a crash loses so much of the history.
const LOOKS: u32 = 5;
/// How long the end of the server waits for the last minute to be on disk.
const LAST: Duration = Duration::from_secs(2);

impl Core {
    /// What is counted only when somebody looks.
    #[must_use]
    pub fn counts(&self) -> Scrape {
        Scrape {
            calls: self.directory().calls_by_state(),
            users_online: self.directory().user_count(),
            sessions: self.session_count(),
            draining: self.draining(),
        }
    }

    /// How many events wait for their delivery, and since when the oldest. `None` where the store does not answer.
    pub async fn backlog(&self) -> Option<(usize, Option<Timestamp>)> {
        let (waiting, oldest) = self.hooks().backlog().await.ok()?;
        Some((usize::try_from(waiting).unwrap_or(0), oldest))
    }

    /// Takes a look at what goes on, for the history.
    pub async fn sample(&self, with_backlog: bool) {
        let backlog = if with_backlog { self.backlog().await } else { None };
        let now = clock::wall();
        let (outbox_waiting, oldest) = backlog.unwrap_or_default();
        let outbox_oldest_secs = oldest.map(|oldest| between(oldest, now)).unwrap_or_default().as_secs_f64();
        let Scrape { calls: [_, ringing, talking], users_online, sessions, .. } = self.counts();
        let gauges = Gauges { users_online, sessions, ringing, talking, outbox_waiting, outbox_oldest_secs };
        self.metrics().stats().sample(now, gauges);
    }
}

/// Takes over what servers before have left of the last day.
pub async fn recall(core: &Core, store: &Store) {
    match store.minutes(clock::wall()).await {
        Ok(minutes) => core.metrics().stats().remember(minutes),
        Err(error) => tracing::warn!(%error, "the history of the last day cannot be read"),
    }
}

/// Looks and saves for as long as the server runs.
pub async fn keep(core: Core, store: Store) {
    loop {
        for look in 0..LOOKS {
            core.sample(look == 0).await;
            tokio::time::sleep(EVERY).await;
        }
        save(&core, &store).await;
    }
}

/// Saves what is new. What the store refuses is tried again with the next.
async fn save(core: &Core, store: &Store) {
    let (stats, now) = (core.metrics().stats(), clock::wall());
    let minutes = stats.unsaved(now);
    if minutes.is_empty() {
        return;
    }
    match store.put_minutes(minutes.clone(), now).await {
        Ok(()) => stats.saved(&minutes),
        Err(error) => tracing::debug!(%error, "the history could not be saved"),
    }
}

/// Saves the running minute of a server that ends.
pub async fn end(core: &Core, store: &Store) {
    if tokio::time::timeout(LAST, save(core, store)).await.is_err() {
        tracing::warn!("the last minute of the history could not be saved in time");
    }
}
