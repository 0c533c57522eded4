//! The server dies: what was only in memory is gone. The next start finds what is on the disk.

use std::sync::Arc;

use hookswitch::protocol::{
    event::EventName,
    ids::CallId,
    lines::{Claim, Lines},
    record::CallState,
    room::Room,
};

use super::{Live, Machine, World};
use crate::{
    laws,
    stage::{GRACE, LONGEST},
};

impl World {
    /// The server dies and starts again. Every client has lost its session.
    pub(crate) fn crash(&mut self) {
        self.clients.clear();
        self.arriving.clear();
        self.leaving.clear();
        self.lines = Lines::default();
        self.actors.clear();
        self.awake.clear();
        self.asked.clear();
        self.disk_queue.clear();
        let on: Vec<_> = self.history.keys().copied().collect();
        self.calls.clear();
        self.doomed.clear();
        for id in on {
            let law = laws::a_start_that_was_told_is_on_disk(self, id);
            self.law(law);
            self.go_back_to_the_disk(id);
        }
    }

    /// What was said after the last write is in vain; what was on goes on, or ends as restarted.
    fn go_back_to_the_disk(&mut self, id: CallId) {
        let Some(record) = self.disk.get(&id).cloned() else { return self.forget(id) };
        if let Some(steps) = self.history.get_mut(&id) {
            steps.retain(|step| step.call.version <= record.version);
        }
        if let Some(told) = self.told.get_mut(&id) {
            told.retain(|told| told.event.call.is_none_or(|(_, version)| version <= record.version));
        }
        match record.state {
            CallState::Ended => {}
            CallState::Talking => {
                self.restored.insert(id);
                let machine = Room::restore((*record).clone(), Some(LONGEST), GRACE, self.now);
                let room = id.0.as_u128() as usize * 2 + 1;
                self.start(room, Machine::Room(machine), None);
                if self.lines.claim(id, &record.caller, &record.callee) == Claim::Taken {
                    self.calls.insert(id, Live { record, to: Some(room) });
                }
            }
            CallState::Requested | CallState::Ringing => {
                let event = (*record).clone().restarted(self.now.wall);
                self.record(None, &Arc::clone(&event.call), event, false);
            }
        }
    }

    /// Whether a party was told that the call started.
    pub(crate) fn start_was_told(&self, id: CallId) -> bool {
        self.told.get(&id).into_iter().flatten().any(|told| told.event.event == EventName::Start)
    }
}
