//! What comes from outside: clients, the business server, the disk, time.

use std::{sync::Arc, time::Duration};

use hookswitch::protocol::{
    call::{Call, Request},
    codes::{Code, Door},
    effect::{Act, Failure, Input, Party},
    event::Verdict,
    ids::{CallId, UserId},
    lines::Claim,
    record::{CallRecord, CallState},
};
use uuid::Uuid;

use super::{Client, DEVICES, Live, Machine, Message, World};
use crate::{
    laws,
    stage::{GRACE, RING, device, opaque},
};

/// Whether this finish ends the call, whatever else happens: it talks, and one of the two devices that do says so.
fn hangs_up(call: &CallRecord, act: &Act) -> bool {
    let device = if act.by.user == call.caller { Some(&call.caller_device) } else { call.callee_device.as_ref() };
    call.state == CallState::Talking && call.is_meant_by(act) && device == Some(&act.by.device)
}

impl World {
    // What clients do.

    pub(crate) fn log_in(&mut self, name: usize, on: usize) -> usize {
        let (name, on) = (name % self.names.len(), on % DEVICES);
        let (user, device) = (self.names[name].clone(), device(&format!("d{on}")));
        let session = name * DEVICES + on;
        let client = Client { user, device, expires: None };
        self.arriving.push(client.clone());
        self.leaving.extend(self.clients.insert(session, client));
        session
    }

    pub(crate) fn log_out(&mut self, session: usize) {
        if let Some(client) = self.clients.remove(&session) {
            self.leaving.push(client);
        }
    }

    pub(crate) fn lose(&mut self, session: usize) {
        let until = self.now.mono + GRACE;
        if let Some(client) = self.clients.get_mut(&session) {
            client.expires.get_or_insert(until);
        }
    }

    pub(crate) fn resume(&mut self, session: usize) {
        if let Some(client) = self.clients.get_mut(&session) {
            client.expires = None;
        }
    }

    pub(crate) fn request(&mut self, session: usize, callee: usize, ring: Duration) -> Option<CallId> {
        let client = self.clients.get(&session)?.clone();
        let callee = self.names[callee % self.names.len()].clone();
        if callee == client.user {
            return None;
        }
        let number = self.next_number();
        let id = CallId(Uuid::from_u128(number.into()));
        let by = Party { user: client.user.clone(), device: client.device, door: Door::Native };
        let claim = self.lines.claim(id, &client.user, &callee);
        if let Claim::CallerBusy(other) = claim {
            self.numbers.0.insert(number);
            let live = self.calls.get(&other)?;
            let met = &live.record;
            let crosses = met.caller == callee && met.callee == client.user && met.state < CallState::Talking;
            if crosses && live.to.is_some() {
                self.joined.insert((client.user, other));
                self.tell_call(other, Message::Input(Input::Join(by)));
                return Some(other);
            }
            return None;
        }
        if claim == Claim::CalleeBusy {
            let law = laws::busy_is_true(self, &callee);
            self.law(law);
        }
        let sdp = Some(opaque("offer"));
        let user_str = String::new();
        let request = Request { id, by, callee, flags: 0, param: 0, user_str, sdp, ring, placed: false };
        let call = Call::place(request, claim == Claim::Taken, self.options.hooks, RING, self.now);
        let record = Arc::new(call.record().clone());
        let actor = number as usize * 2;
        self.start(actor, Machine::Call(call), None);
        self.calls.insert(id, Live { record, to: Some(actor) });
        Some(id)
    }

    /// A reply or a finish, as the client's session takes it.
    pub(crate) fn act(&mut self, session: usize, other: &UserId, finish: bool, error_code: Code) {
        let Some(client) = self.clients.get(&session) else { return };
        let by = Party { user: client.user.clone(), device: client.device.clone(), door: Door::Native };
        let line = self.lines.held_by(&by.user);
        let (flags, param, user_str) = (0, 0, String::new());
        let act = Act { by, other: other.clone(), call: None, error_code, flags, param, user_str, sdp: None };
        if let Some(call) = line {
            if finish && self.calls.get(&call).is_some_and(|live| hangs_up(&live.record, &act)) {
                self.doomed.insert(call);
            }
            let input = if finish { Input::Finish(act) } else { Input::Reply(act) };
            self.tell_call(call, Message::Input(input));
        }
    }

    pub(crate) fn signal(&mut self, session: usize) {
        let Some(client) = self.clients.get(&session) else { return };
        let by = Party { user: client.user.clone(), device: client.device.clone(), door: Door::Native };
        if let Some(call) = self.lines.held_by(&by.user) {
            self.tell_call(call, Message::Input(Input::Signal { by, data: opaque("ice") }));
        }
    }

    // What the business server does.

    pub(crate) fn force(&mut self, call: CallId, error_code: Code) {
        if self.calls.get(&call).is_some_and(|live| live.to.is_some()) {
            self.doomed.insert(call);
        }
        self.tell_call(call, Message::Input(Input::Force { error_code, user_str: String::new() }));
    }

    /// What carries a party's media dies, and says so.
    pub(crate) fn fail_media(&mut self, call: CallId) {
        if self.calls.get(&call).is_some_and(|live| live.to.is_some()) {
            self.doomed.insert(call);
        }
        self.tell_call(call, Message::Input(Input::Failed(Failure::Media)));
    }

    pub(crate) fn drain(&mut self) {
        let calls: Vec<_> = self.calls.keys().copied().collect();
        for call in calls {
            self.tell_call(call, Message::Input(Input::Drain));
        }
    }

    pub(crate) fn answer_hook(&mut self, which: usize, verdict: Verdict) {
        if self.asked.is_empty() {
            return;
        }
        let actor = self.asked.swap_remove(which % self.asked.len());
        if let Some(there) = self.actors.get(&actor) {
            self.verdicts.insert(there.machine.record().id, verdict.refused);
            self.send(actor, Message::Input(Input::Verdict(verdict)));
        }
    }

    // The disk.

    /// The disk writes what is next, or refuses. What it refuses waits, as in the journal, unless it is now or never.
    pub(crate) fn commit(&mut self, works: bool) {
        let Some(write) = self.disk_queue.pop_front() else { return };
        if !works && write.committed.is_none() {
            return self.disk_queue.push_front(write);
        }
        let id = write.record.id;
        if works {
            self.disk.insert(id, Arc::clone(&write.record));
        }
        if let Some(actor) = write.committed {
            // What another step has followed waits for a disk that works. A shell shows a step as it takes it.
            let followed = self.actors.get(&actor).is_none_or(|it| it.machine.record().version > write.record.version);
            if !works && !followed {
                self.unstored.insert(id);
            }
            self.send(actor, Message::Input(Input::Committed(works)));
        }
        if write.record.state == CallState::Ended {
            self.calls.remove(&id);
        }
    }

    /// The disk writes all that waits.
    pub(crate) fn commit_all(&mut self) {
        while self.disk_waits() {
            self.commit(true);
        }
    }

    /// The disk refuses the first start that waits; what is in front of it goes on waiting.
    pub(crate) fn refuse_start(&mut self) {
        let before = self.disk_queue.drain(..self.writes_before_a_start()).collect::<Vec<_>>();
        self.commit(false);
        before.into_iter().rev().for_each(|write| self.disk_queue.push_front(write));
    }

    /// Whether the disk has something to write.
    pub(crate) fn disk_waits(&self) -> bool {
        !self.disk_queue.is_empty()
    }

    /// Whether somebody waits for the disk.
    pub(crate) fn start_waits(&self) -> bool {
        self.writes_before_a_start() < self.disk_queue.len()
    }

    /// How many writes nobody waits for are next.
    pub(crate) fn writes_before_a_start(&self) -> usize {
        self.disk_queue.iter().take_while(|write| write.committed.is_none()).count()
    }

    // Time.

    /// Lets time go by, but not beyond the next deadline.
    pub(crate) fn pass(&mut self, most: Duration) {
        let deadlines = self.actors.values().filter_map(|actor| actor.machine.poll_timeout());
        let due = deadlines.chain(self.clients.values().filter_map(|client| client.expires)).min();
        let wait = due.map_or(most, |due| due.saturating_duration_since(self.now.mono).min(most));
        self.now.mono += wait;
        self.now.wall.0 += wait.as_micros() as i64;
        let now = self.now.mono;
        let over = |client: &Client| client.expires.is_some_and(|until| until <= now);
        let expired: Vec<_> = self.clients.iter().filter(|(_, client)| over(client)).map(|(id, _)| *id).collect();
        for session in expired {
            self.log_out(session);
        }
        self.wake_due();
    }
}
