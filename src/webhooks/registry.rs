//! The hooks in force: those of the configuration file and those put over REST, as one table that readers share.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::Semaphore;
use url::Url;

use super::{presence::Presence, sign::Keyring, spec::HookSpec};
use crate::{config::hook_rules::Wants, protocol::record::Timestamp};

/// Who registered a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The configuration file; read-only over REST.
    File,
    /// `PUT /api/v1/webhooks/{name}`.
    Api,
}

/// One hook in force.
#[derive(Clone)]
pub(super) struct Hook {
    pub(super) name: String,
    pub(super) spec: HookSpec,
    pub(super) url: Url,
    pub(super) wants: Wants,
    pub(super) keys: Keyring,
    pub(super) source: Source,
    /// Whether the configuration file has the secret, so that it cannot be rotated here.
    pub(super) fixed_secret: bool,
    /// When a 410 stopped its events.
    pub(super) stopped_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// Outlives changes of the rest.
    pub(super) load: Arc<Load>,
}

/// What a hook has in hand, whatever its current settings.
#[derive(Debug)]
pub(super) struct Load {
    /// Free places for veto questions.
    pub(super) veto: Semaphore,
    pub(super) presence: Presence,
}

impl Hook {
    /// Whether events are sent to it at present.
    pub(super) fn hears(&self) -> bool {
        self.spec.enabled && self.stopped_at.is_none()
    }

    pub(super) fn asked(&self) -> bool {
        self.spec.enabled && self.spec.veto
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("name", &self.name).field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// All hooks at one moment, by name.
pub(super) type Table = BTreeMap<String, Arc<Hook>>;

/// The shared table. Readers take a snapshot; there is one writer at a time.
#[derive(Debug)]
pub(super) struct Registry {
    table: RwLock<Arc<Table>>,
    max_in_flight: usize,
}

impl Registry {
    pub(super) fn new(max_in_flight: usize) -> Self {
        Self { table: RwLock::default(), max_in_flight: max_in_flight.min(Semaphore::MAX_PERMITS) }
    }

    pub(super) fn snapshot(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn get(&self, name: &str) -> Option<Arc<Hook>> {
        self.table.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Changes the table in place of the old one; snapshots taken before stay as they were.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Table) -> T) -> T {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut table))
    }

    /// How many veto questions the hook with the most of them has in hand.
    pub(super) fn most_in_flight(&self) -> usize {
        let table = self.snapshot();
        let in_flight =
            table.values().map(|hook| self.max_in_flight.saturating_sub(hook.load.veto.available_permits()));
        in_flight.max().unwrap_or(0)
    }

    /// What the hook of that name has in hand, or a fresh start.
    pub(super) fn load(&self, name: &str) -> Arc<Load> {
        self.get(name).map_or_else(
            || Arc::new(Load { veto: Semaphore::new(self.max_in_flight), presence: Presence::default() }),
            |hook| Arc::clone(&hook.load),
        )
    }
}
