//! What the directory shows to whoever checks the invariants.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Instant,
};

use actix::Recipient;

use super::{Directory, LiveCall};
use crate::protocol::{
    codes::Door,
    ids::{CallId, SessionId, UserId},
    invariants::{self, LiveSession, Snapshot},
};

/// How many calls a look at the server holds the lines' lock for.
const CALLS_AT_A_TIME: usize = 256;

impl Directory {
    /// What the invariants are asked about. Each part is true of one moment; from part to part the server goes on.
    #[must_use]
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let mut kept: BTreeSet<SessionId> = self.sessions.iter().map(|entry| *entry.key()).collect();
        kept.extend(self.verto.iter().map(|entry| entry.session));
        let mut sessions = Vec::with_capacity(kept.len());
        for entry in &self.users {
            sessions.extend(entry.iter().map(|endpoint| LiveSession {
                session: endpoint.session,
                user: entry.key().clone(),
                device: endpoint.device.clone(),
                // A phone has no line to us that it could lose.
                resumable: endpoint.door == Door::Wechat || kept.contains(&endpoint.session),
            }));
        }
        let theirs: BTreeSet<SessionId> = sessions.iter().map(|session| session.session).collect();
        let live = |live: &LiveCall| invariants::LiveCall {
            record: Arc::clone(&live.record),
            reachable: live.to.as_ref().is_some_and(Recipient::connected),
            overdue: live.answer_by < now,
        };
        let calls: Vec<_> = self.calls.iter().map(|entry| live(entry.value())).collect();
        let lines = self.seen_lines(&calls);
        Snapshot { lines, calls, sessions, strays: kept.difference(&theirs).copied().collect() }
    }

    /// The lines of these calls, and those of calls that are not among these. The lock is never held for long: names are
    /// read a few calls at a time, and all at once only where a call has more lines than its parties do.
    fn seen_lines(&self, calls: &[invariants::LiveCall]) -> Vec<(UserId, CallId)> {
        let mut seen = Vec::with_capacity(calls.len() * 2);
        let mut unseen: HashMap<CallId, usize> = HashMap::new();
        let all: Vec<CallId> = self.lines().all().map(|(_, call)| call).collect();
        for call in all {
            *unseen.entry(call).or_default() += 1;
        }
        for some in calls.chunks(CALLS_AT_A_TIME) {
            let lines = self.lines();
            for call in some.iter().map(|call| &call.record) {
                for user in [Some(&call.caller), Some(&call.callee), call.dialled.as_ref()].into_iter().flatten() {
                    if lines.held_by(user) == Some(call.id) {
                        seen.push((user.clone(), call.id));
                        if let Some(left) = unseen.get_mut(&call.id) {
                            *left = left.saturating_sub(1);
                        }
                    }
                }
            }
        }
        unseen.retain(|_, left| *left > 0);
        if !unseen.is_empty() {
            seen.retain(|(_, call)| !unseen.contains_key(call));
            let lines = self.lines();
            let odd = lines.all().filter(|(_, call)| unseen.contains_key(call));
            seen.extend(odd.map(|(user, call)| (user.clone(), call)));
        }
        seen
    }
}
