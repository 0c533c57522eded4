//! A world as the invariants see a server, and as the model checker tells one from another.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use hookswitch::protocol::{
    ids::{CallId, SessionId, UserId},
    invariants::{LiveCall, LiveSession, Snapshot},
    record::CallState,
};
use uuid::Uuid;

use super::World;

impl World {
    /// What the server's own watch would see.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let live = |live: &super::Live| {
            let actor = live.to.and_then(|to| self.actors.get(&to));
            let bounded = actor.is_some_and(|actor| actor.is_busy() || actor.machine.poll_timeout().is_some());
            let overdue = live.record.state < CallState::Talking && !bounded;
            LiveCall { record: live.record.clone(), reachable: actor.is_some(), overdue }
        };
        let session = |(session, client): (&usize, &super::Client)| LiveSession {
            session: SessionId(Uuid::from_u128(*session as u128)),
            user: client.user.clone(),
            device: client.device.clone(),
            resumable: true,
        };
        Snapshot {
            lines: self.lines.all().map(|(user, call)| (user.clone(), call)).collect(),
            calls: self.calls.values().map(live).collect(),
            sessions: self.clients.iter().map(session).collect(),
            strays: Vec::new(),
        }
    }

    pub(super) fn next_number(&mut self) -> u32 {
        let (free, highest) = &mut self.numbers;
        free.pop_first().unwrap_or_else(|| {
            *highest += 1;
            *highest
        })
    }

    /// Calls of which nothing more can come, with everything about them on disk.
    pub(crate) fn over(&self) -> Vec<CallId> {
        let on = |id: &&CallId| {
            let pending = id.0.as_u128() as usize * 2;
            self.calls.contains_key(id)
                || self.actors.range(pending..=pending + 1).next().is_some()
                || self.disk_queue.iter().any(|write| write.record.id == **id)
        };
        self.history.keys().filter(|id| !on(id)).copied().collect()
    }

    /// Nothing is known of the call any more; its number is free.
    pub(crate) fn forget(&mut self, id: CallId) {
        self.history.remove(&id);
        self.told.remove(&id);
        self.verdicts.remove(&id);
        self.disk.remove(&id);
        self.unstored.remove(&id);
        self.restored.remove(&id);
        self.doomed.remove(&id);
        self.joined.retain(|(_, call)| *call != id);
        let number = id.0.as_u128() as u32;
        self.asked.retain(|actor| *actor != number as usize * 2);
        self.numbers.0.insert(number);
        while self.numbers.0.remove(&self.numbers.1) {
            self.numbers.1 -= 1;
        }
    }

    /// Whether nothing tells this user from another that nothing has happened to either.
    pub(crate) fn is_untouched(&self, user: &UserId, devices: usize) -> bool {
        let party = |id: &CallId| {
            let call = &self.history[id][0].call;
            let now = &self.history[id].last().unwrap().call;
            [&call.caller, &call.callee, &now.callee].contains(&user)
        };
        self.lines.held_by(user).is_none()
            && self.sessions(user).filter(|(_, client)| client.expires.is_none()).count() == devices
            && !self.arriving.iter().chain(&self.leaving).any(|client| client.user == *user)
            && !self.history.keys().any(party)
    }

    /// Tells two states apart. Two worlds with the same one have the same futures.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.clients.hash(&mut hasher);
        for client in self.arriving.iter().chain(&self.leaving) {
            client.hash(&mut hasher);
        }
        self.arriving.len().hash(&mut hasher);
        self.names.iter().for_each(|name| self.lines.held_by(name).hash(&mut hasher));
        for (id, live) in &self.calls {
            (id, live.record.version, live.to).hash(&mut hasher);
        }
        self.actors.hash(&mut hasher);
        self.asked.iter().collect::<BTreeSet<_>>().hash(&mut hasher);
        for write in &self.disk_queue {
            (write.record.id, write.record.version, write.committed).hash(&mut hasher);
        }
        for (id, record) in &self.disk {
            (id, record.version).hash(&mut hasher);
        }
        (&self.history, &self.told, &self.joined, &self.verdicts).hash(&mut hasher);
        (&self.unstored, &self.restored, &self.doomed).hash(&mut hasher);
        hasher.finish()
    }
}
