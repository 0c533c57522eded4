//! Watches over the invariants of the running server.
//!
//! A look is taken off the threads that calls live on. The server moves meanwhile, so a suspicion counts only if a second look, a
//! moment later, finds the same: what a step was in the middle of is over by then, and every suspicion names its call or session.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use actix_web::web;

use super::core::Core;
use crate::{
    clock,
    protocol::{
        invariants::{self, Violation},
        record::Timestamp,
    },
};

/// How often a server looks at itself.
const EVERY: Duration = Duration::from_secs(30);
/// How long after a suspicion the second look is taken. Above what any step of a call takes.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// What a look has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// When.
    pub at: Timestamp,
    /// What is broken.
    pub violations: Vec<Violation>,
    /// How many calls were looked at.
    pub calls: usize,
    /// How many lines.
    pub lines: usize,
    /// How many sessions.
    pub sessions: usize,
}

/// What the last look has found.
#[derive(Debug, Default)]
pub(super) struct Latest(Mutex<Option<Findings>>);

impl Latest {
    fn set(&self, findings: Findings) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(findings);
    }

    pub(super) fn get(&self) -> Option<Findings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Looks, and counts and logs what is broken. `None`: the server is ending.
pub async fn look(core: &Core) -> Option<Findings> {
    let mut findings = glance(core).await?;
    if !findings.violations.is_empty() {
        tokio::time::sleep(SECOND_LOOK).await;
        let again = glance(core).await?;
        findings.violations.retain(|suspicion| again.violations.contains(suspicion));
        core.broken(&findings.violations);
    }
    core.latest_look().set(findings.clone());
    Some(findings)
}

/// Looks every now and then, for as long as the server runs.
pub async fn watch(core: Core) {
    loop {
        tokio::time::sleep(EVERY).await;
        if look(&core).await.is_none() {
            return;
        }
    }
}

async fn glance(core: &Core) -> Option<Findings> {
    let (core, halting) = (core.clone(), core);
    let look = move || {
        let seen = core.directory().snapshot(clock::now());
        Findings {
            at: clock::wall(),
            violations: invariants::check(&seen),
            calls: seen.calls.len(),
            lines: seen.lines.len(),
            sessions: seen.sessions.len(),
        }
    };
    let seen = web::block(look).await.ok();
    // Actors that end with the process leave their calls as they are.
    seen.filter(|_| !halting.halted())
}

impl Core {
    /// What the last look at the invariants has found; `None` before the first.
    #[must_use]
    pub fn last_findings(&self) -> Option<Findings> {
        self.latest_look().get()
    }

    /// Counts and logs what must never be.
    pub(super) fn broken(&self, broken: &[Violation]) {
        for Violation { invariant, what, call, session, .. } in broken {
            self.metrics().violation(*invariant);
            let (call, session) = (call.map(tracing::field::display), session.map(tracing::field::debug));
            tracing::error!(
                invariant,
                what,
                call,
                session,
                "an invariant is broken: this is a defect, please report it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{actors::directory::Directory, clock, protocol::ids::UserId, protocol::invariants};

    #[test]
    fn a_line_without_a_call_is_found_and_an_empty_server_is_sound() {
        let directory = Directory::default();
        assert_eq!(invariants::check(&directory.snapshot(clock::now())), []);
        let user = |name| UserId::new(name).unwrap();
        let call = clock::call_id();
        assert!(directory.reroute(call, &user("alice"), &user("bob")));
        let found = invariants::check(&directory.snapshot(clock::now()));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].invariant, found[0].call, &found[0].user), (8, Some(call), &Some(user("bob"))));
    }
}
