//! What clients of the Verto door call their calls: kept on disk, and found again after a crash.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    clock,
    protocol::ids::{CallId, UserId},
    store::{LegRow, Store},
};

/// The names.
#[derive(Debug)]
pub(in crate::actors) struct VertoLegs {
    store: Store,
    /// Of calls that were on when the server died, until their clients come back.
    restored: Mutex<HashMap<(CallId, UserId), Box<str>>>,
}

impl VertoLegs {
    pub(super) fn new(store: Store) -> Self {
        Self { store, restored: Mutex::default() }
    }

    pub(super) fn restore(&self, rows: Vec<LegRow>) {
        let named = rows.into_iter().map(|LegRow { call, user, name }| ((call, user), name));
        self.restored.lock().unwrap_or_else(PoisonError::into_inner).extend(named);
    }

    /// Keeps a name. It is on disk before a start that comes later.
    pub(in crate::actors) fn keep(&self, call: CallId, user: &UserId, name: Box<str>) {
        self.store.keep_leg(LegRow { call, user: user.clone(), name }, clock::wall());
    }

    /// The name of a call that was on when the server died, for whoever comes back first.
    pub(in crate::actors) fn find_again(&self, call: CallId, user: &UserId) -> Option<Box<str>> {
        self.restored.lock().unwrap_or_else(PoisonError::into_inner).remove(&(call, user.clone()))
    }
}
