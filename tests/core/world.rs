//! Many users over the real machines. The shells are mirrored in memory: mailboxes, claims, routes with presence, a disk that
//! commits late or fails, sessions with grace, a crash and what the next start restores. Who runs next is decided from outside,
//! one effect at a time, so that whatever may interleave on several threads does: by a seeded generator in the simulation, in
//! every possible way in the model checker.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    laws,
    noted::Noted,
    rng::Rng,
    stage::{LONGEST, user},
};
use hookswitch::{
    clock,
    protocol::{
        call::Call,
        codes::{Code, Door},
        effect::{Devices, Effect, Input, Now, Route},
        event::{CallEvent, HookEvent},
        ids::{CallId, DeviceId, RoomNumber, UserId},
        invariants,
        lines::Lines,
        record::{CallRecord, CallState, Timestamp},
        room::Room,
    },
};

mod clients;
mod restart;
mod snapshot;

/// How many devices a user may have.
pub(crate) const DEVICES: usize = 4;

#[derive(Debug, Clone, Hash)]
pub(crate) enum Message {
    Input(Input),
    Gone { user: UserId, device: DeviceId },
    Handed(Box<Message>),
    HandedOver,
}

#[derive(Debug, Clone, Hash)]
pub(crate) enum Machine {
    Call(Call),
    Room(Room),
}

impl Machine {
    pub(crate) fn record(&self) -> &CallRecord {
        match self {
            Self::Call(call) => call.record(),
            Self::Room(room) => room.record(),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Call(call) => call.poll_timeout(),
            Self::Room(room) => room.poll_timeout(),
        }
    }

    fn is_opening(&self) -> bool {
        matches!(self, Self::Room(room) if room.is_opening())
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        match self {
            Self::Call(call) => call.poll_effect(),
            Self::Room(room) => room.poll_effect(),
        }
    }

    fn step(&mut self, now: Now, input: Input) {
        match self {
            Self::Call(call) => call.step(now, input),
            Self::Room(room) => room.step(now, input),
        }
    }
}

#[derive(Debug, Clone, Hash)]
pub(crate) struct Actor {
    pub(crate) machine: Machine,
    pub(crate) mailbox: VecDeque<Message>,
    /// What it does next, before it reads its mailbox.
    pub(crate) next: Option<Effect>,
    /// A pending call's successor.
    pub(crate) room: Option<usize>,
    /// What came to a room before its predecessor had passed on the rest.
    early: Option<Vec<Message>>,
    /// Stops as soon as its mailbox is empty.
    pub(crate) leaving: bool,
}

impl Actor {
    /// Whether it will do something without being told and without a timer.
    pub(crate) fn is_busy(&self) -> bool {
        self.next.is_some() || self.leaving || !self.mailbox.is_empty()
    }

    fn step(&mut self, now: Now, input: Input) {
        self.machine.step(now, input);
        self.settle();
    }

    fn settle(&mut self) {
        if self.next.is_none() {
            self.next = self.machine.poll_effect();
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) record: Arc<CallRecord>,
    pub(crate) to: Option<usize>,
}

#[derive(Debug, Clone, Hash)]
pub(crate) struct Client {
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    /// When its grace is over, where its line is lost.
    pub(crate) expires: Option<Instant>,
}

#[derive(Debug, Clone)]
struct Write {
    record: Arc<CallRecord>,
    committed: Option<usize>,
}

/// What a party was told, and which sessions it reached.
#[derive(Debug, Clone, Hash)]
pub(crate) struct Told {
    pub(crate) user: UserId,
    pub(crate) to: Devices,
    pub(crate) event: CallEvent,
    pub(crate) reached: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) hooks: bool,
    /// The disk may refuse a write.
    pub(crate) failing_disk: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) now: Now,
    pub(crate) rng: Rng,
    pub(crate) options: Options,
    pub(crate) names: Arc<[UserId]>,
    /// Those that are logged in. By session: the user's place among the names times [`DEVICES`], and the device's.
    pub(crate) clients: BTreeMap<usize, Client>,
    /// Sessions that are in, but whose call does not know yet.
    pub(crate) arriving: Vec<Client>,
    /// Sessions that are out, but whose call does not know yet.
    pub(crate) leaving: Vec<Client>,
    pub(crate) lines: Lines,
    pub(crate) calls: BTreeMap<CallId, Live>,
    /// By call: twice its number for the pending call, one more for the room.
    pub(crate) actors: BTreeMap<usize, Actor>,
    /// Those that may have something to do.
    awake: BTreeSet<usize>,
    pub(crate) asked: Vec<usize>,
    disk_queue: VecDeque<Write>,
    pub(crate) disk: BTreeMap<CallId, Arc<CallRecord>>,
    /// Every step of every call that was ever on.
    pub(crate) history: BTreeMap<CallId, Vec<Noted<HookEvent>>>,
    /// What was said of each call, in order.
    pub(crate) told: BTreeMap<CallId, Vec<Noted<Told>>>,
    /// What sessions have to pass on to their clients, for whoever plays the sessions.
    pub(crate) outgoing: Option<Vec<(usize, CallEvent)>>,
    /// Who requested the caller of a call that was meant for them.
    pub(crate) joined: BTreeSet<(UserId, CallId)>,
    /// What the hooks said of a call.
    pub(crate) verdicts: BTreeMap<CallId, Option<Code>>,
    /// Calls whose start the disk refused.
    pub(crate) unstored: BTreeSet<CallId>,
    /// Calls that talked when the server died.
    pub(crate) restored: BTreeSet<CallId>,
    /// Calls that somebody who may has ended.
    pub(crate) doomed: BTreeSet<CallId>,
    /// The first law that was broken.
    pub(crate) broken: Option<String>,
    /// Numbers of calls that nobody knows any more, and the highest ever used.
    numbers: (BTreeSet<u32>, u32),
}

impl World {
    pub(crate) fn new(seed: u64, users: usize, options: Options) -> Self {
        Self {
            now: Now { mono: clock::now(), wall: Timestamp(1_763_694_600_000_000) },
            rng: Rng(seed),
            options,
            names: (0..users).map(|n| user(&format!("u{n}"))).collect(),
            clients: BTreeMap::new(),
            arriving: Vec::new(),
            leaving: Vec::new(),
            lines: Lines::default(),
            calls: BTreeMap::new(),
            actors: BTreeMap::new(),
            awake: BTreeSet::new(),
            asked: Vec::new(),
            disk_queue: VecDeque::new(),
            disk: BTreeMap::new(),
            history: BTreeMap::new(),
            told: BTreeMap::new(),
            outgoing: None,
            joined: BTreeSet::new(),
            verdicts: BTreeMap::new(),
            unstored: BTreeSet::new(),
            restored: BTreeSet::new(),
            doomed: BTreeSet::new(),
            broken: None,
            numbers: (BTreeSet::new(), 0),
        }
    }

    fn law(&mut self, law: laws::Law) {
        if let Err(broken) = law {
            self.broken.get_or_insert(broken);
        }
    }

    /// Where a user stands among the names.
    pub(crate) fn place_of(user: &UserId) -> usize {
        user.as_str()[1..].parse().unwrap()
    }

    /// The user's sessions.
    pub(crate) fn sessions(&self, user: &UserId) -> impl Iterator<Item = (usize, &Client)> {
        let first = Self::place_of(user) * DEVICES;
        self.clients.range(first..first + DEVICES).map(|(session, client)| (*session, client))
    }

    // The actors.

    /// Runs somebody who has something to do. `false`: nobody has.
    pub(crate) fn run_one(&mut self) -> bool {
        let (arriving, leaving) = (self.arriving.len(), self.leaving.len());
        let ready = self.awake.len() + arriving + leaving;
        if ready == 0 {
            return false;
        }
        match self.rng.below(ready) {
            n if n < arriving => self.arrive(n),
            n if n < arriving + leaving => self.leave(n - arriving),
            n => {
                let actor = self.awake.iter().copied().nth(n - arriving - leaving).unwrap();
                self.run(actor);
            }
        }
        true
    }

    /// A session that is in finds out which call its user is in, and tells it.
    pub(crate) fn arrive(&mut self, which: usize) {
        let Client { user, device, .. } = self.arriving.swap_remove(which);
        if let Some(call) = self.lines.held_by(&user) {
            self.tell_call(call, Message::Input(Input::Back { user, device }));
        }
    }

    /// A session that is out finds out which call its user is in, and tells it.
    pub(crate) fn leave(&mut self, which: usize) {
        let Client { user, device, .. } = self.leaving.swap_remove(which);
        if let Some(call) = self.lines.held_by(&user) {
            self.tell_call(call, Message::Gone { user, device });
        }
    }

    /// Everybody does what there is to do, the disk works.
    pub(crate) fn settle(&mut self) {
        while self.run_one() || !self.disk_queue.is_empty() {
            if self.rng.one_in(3) || !self.run_one() {
                self.commit(true);
            }
        }
    }

    /// Everybody logs out, the hooks stay silent, and time goes by until nothing is due.
    pub(crate) fn come_to_rest(&mut self) {
        let sessions: Vec<_> = self.clients.keys().copied().collect();
        sessions.into_iter().for_each(|session| self.log_out(session));
        for _ in 0..4 {
            self.settle();
            self.pass(Duration::from_secs(86_400));
        }
        self.settle();
        self.asked.retain(|actor| self.actors.contains_key(actor));
    }

    fn start(&mut self, id: usize, machine: Machine, early: Option<Vec<Message>>) {
        let mut actor = Actor { machine, mailbox: VecDeque::new(), next: None, room: None, early, leaving: false };
        actor.settle();
        self.actors.insert(id, actor);
        self.awake.insert(id);
    }

    fn send(&mut self, id: usize, message: Message) {
        if let Some(actor) = self.actors.get_mut(&id) {
            actor.mailbox.push_back(message);
            self.awake.insert(id);
        }
    }

    /// Wakes those whose time has come.
    pub(crate) fn wake_due(&mut self) {
        let now = self.now.mono;
        let due = |actor: &Actor| actor.machine.poll_timeout().is_some_and(|due| due <= now);
        self.awake.extend(self.actors.iter().filter(|(_, actor)| due(actor)).map(|(id, _)| *id));
    }

    /// The next thing that this actor does.
    pub(crate) fn run(&mut self, id: usize) {
        self.run_at(id, self.now);
        let idle =
            |actor: &Actor| !actor.is_busy() && actor.machine.poll_timeout().is_none_or(|due| due > self.now.mono);
        if self.actors.get(&id).is_none_or(idle) {
            self.awake.remove(&id);
        }
    }

    /// The actor's timer fires, at the time it was set to, whatever others are about to do.
    pub(crate) fn fire(&mut self, id: usize) {
        let actor = self.actors.get_mut(&id).unwrap();
        if let Some(mono) = actor.machine.poll_timeout() {
            actor.step(Now { mono, ..self.now }, Input::DeadlinePassed);
            self.awake.insert(id);
        }
    }

    fn run_at(&mut self, id: usize, now: Now) {
        let actor = self.actors.get_mut(&id).unwrap();
        if let Some(effect) = actor.next.take() {
            self.perform(id, effect);
            if let Some(actor) = self.actors.get_mut(&id) {
                actor.settle();
            }
            return;
        }
        let Some(message) = actor.mailbox.pop_front() else {
            if actor.leaving {
                self.stop(id);
            } else {
                actor.step(now, Input::DeadlinePassed);
            }
            return;
        };
        if let Some(room) = actor.room {
            return self.send(room, Message::Handed(Box::new(message)));
        }
        match (&mut actor.early, message) {
            (early, Message::HandedOver) => {
                let early = early.take().unwrap_or_default();
                early.into_iter().rev().for_each(|message| actor.mailbox.push_front(message));
            }
            (_, Message::Handed(message)) => self.hear(id, *message),
            (_, message @ Message::Input(Input::Committed(_))) => self.hear(id, message),
            (Some(early), message) => early.push(message),
            (None, message) => self.hear(id, message),
        }
    }

    fn hear(&mut self, id: usize, message: Message) {
        let input = match message {
            Message::Input(input) => input,
            Message::Gone { user, device } => {
                let device_online = self.sessions(&user).any(|(_, there)| there.device == device);
                let user_online = self.sessions(&user).next().is_some();
                Input::Gone { user, device, device_online, user_online }
            }
            Message::Handed(_) | Message::HandedOver => return,
        };
        let now = self.now;
        let actor = self.actors.get_mut(&id).unwrap();
        if !actor.machine.is_opening() {
            actor.machine.step(now, Input::DeadlinePassed);
        }
        actor.step(now, input);
    }

    fn stop(&mut self, id: usize) {
        let actor = self.actors.remove(&id).unwrap();
        if let Some(room) = actor.room {
            self.send(room, Message::HandedOver);
        }
    }

    fn perform(&mut self, id: usize, effect: Effect) {
        match effect {
            Effect::AskHooks => self.asked.push(id),
            Effect::Route { to } => {
                let call = self.actors[&id].machine.record().clone();
                let route = self.route(&call, to.as_ref());
                let now = self.now;
                self.actors.get_mut(&id).unwrap().step(now, Input::Routed(route));
            }
            Effect::Record { call, event, commit } => self.record(Some(id), &call, event, commit),
            Effect::Deliver { user, to, event } => self.deliver(user, to, event),
            Effect::Relay { call, user, from, .. } => {
                let law = laws::relay_stays_inside(self, call, &user, &from);
                self.law(law);
            }
            Effect::OpenRoom(answer) => {
                let (call, room) = (answer.call.id, id + 1);
                // As many rooms as calls.
                let number = RoomNumber::new(id as i32 / 2).unwrap();
                let machine = Room::open(*answer, number, Some(LONGEST), self.now);
                self.start(room, Machine::Room(machine), Some(Vec::new()));
                if let Some(live) = self.calls.get_mut(&call) {
                    live.to = Some(room);
                }
                let actor = self.actors.get_mut(&id).unwrap();
                (actor.room, actor.leaving) = (Some(room), true);
            }
            Effect::Over => self.actors.get_mut(&id).unwrap().leaving = true,
        }
    }

    fn deliver(&mut self, user: UserId, to: Devices, event: CallEvent) {
        let meant = |client: &Client| match &to {
            Devices::All => true,
            Devices::One(device) => client.device == *device,
            Devices::AllBut(device) => client.device != *device,
        };
        let reached = self.sessions(&user).filter(|(_, client)| meant(client));
        let reached: Vec<_> = reached.map(|(session, _)| session).collect();
        if let Some(outgoing) = &mut self.outgoing {
            outgoing.extend(reached.iter().map(|session| (*session, event.clone())));
        }
        // What names no call is of none.
        if let Some((call, _)) = event.call {
            self.told.entry(call).or_default().push(Noted::new(Told { user, to, event, reached }));
        }
    }

    fn route(&mut self, call: &CallRecord, to: Option<&UserId>) -> Route {
        if let Some(to) = to {
            let from = call.dialled.as_ref().unwrap_or(&call.callee);
            if !self.lines.reroute(call.id, from, to) {
                let law = laws::busy_is_true(self, to);
                self.law(law);
                return Route::Busy;
            }
        }
        if self.sessions(&call.callee).next().is_some() { Route::Online(Door::Native) } else { Route::Offline }
    }

    fn record(&mut self, id: Option<usize>, call: &Arc<CallRecord>, event: HookEvent, commit: bool) {
        let ended = call.state == CallState::Ended;
        if let Some(live) = self.calls.get_mut(&call.id).filter(|live| live.record.version <= call.version) {
            live.record = Arc::clone(call);
            if ended {
                live.to = None;
            }
        }
        if ended {
            self.lines.free(call);
        }
        let steps = self.history.entry(call.id).or_default();
        if let Some(before) = steps.last()
            && let Some(broken) = invariants::check_step(&before.call, call).first()
        {
            self.broken.get_or_insert(format!("{broken:?}: {call:?}"));
        }
        steps.push(Noted::new(event));
        self.disk_queue.push_back(Write { record: Arc::clone(call), committed: id.filter(|_| commit) });
    }

    fn tell_call(&mut self, call: CallId, message: Message) {
        if let Some(to) = self.calls.get(&call).and_then(|live| live.to) {
            self.send(to, message);
        }
    }

    /// The user that a session would name: its call's other party.
    pub(crate) fn other(&self, session: usize) -> Option<UserId> {
        let client = self.clients.get(&session)?;
        let live = self.calls.get(&self.lines.held_by(&client.user)?)?;
        live.record.other(&client.user).cloned()
    }
}
