//! Many users over the real machines. The shells are mirrored in memory: mailboxes, claims, routes with presence, a disk that
//! commits late or fails, sessions with grace. Who runs next is decided by a seeded generator, one effect at a time, so that
//! whatever may interleave on several threads does.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{laws, rng::Rng, stage::user};
use hookswitch::{
    clock,
    protocol::{
        call::Call,
        codes::{Code, Door},
        effect::{Devices, Effect, Input, Now, Route},
        event::{CallEvent, HookEvent},
        ids::{CallId, DeviceId, RoomNumber, UserId},
        lines::Lines,
        record::{CallRecord, CallState, Timestamp},
        room::Room,
    },
};

mod clients;

#[derive(Debug, Clone)]
enum Message {
    Input(Input),
    Gone { user: UserId, device: DeviceId },
    Handed(Box<Message>),
    HandedOver,
}

#[derive(Debug)]
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

#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) machine: Machine,
    mailbox: VecDeque<Message>,
    /// Effects may be waiting.
    settling: bool,
    /// A pending call's successor.
    room: Option<usize>,
    /// What came to a room before its predecessor had passed on the rest.
    early: Option<Vec<Message>>,
    /// Stops as soon as its mailbox is empty.
    leaving: bool,
}

impl Actor {
    /// Whether it will do something without being told and without a timer.
    pub(crate) fn is_busy(&self) -> bool {
        self.settling || self.leaving || !self.mailbox.is_empty()
    }
}

#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) record: Arc<CallRecord>,
    pub(crate) to: Option<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) user: UserId,
    pub(crate) device: DeviceId,
    /// When its grace is over, where its line is lost.
    pub(crate) expires: Option<Instant>,
}

#[derive(Debug)]
struct Write {
    record: Arc<CallRecord>,
    committed: Option<usize>,
}

/// What a party was told, and which sessions it reached.
#[derive(Debug, Clone)]
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

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now: Now,
    pub(crate) rng: Rng,
    pub(crate) options: Options,
    pub(crate) names: Vec<UserId>,
    /// By session; those that are logged in.
    pub(crate) clients: BTreeMap<usize, Client>,
    /// Sessions that are out, but whose call does not know yet.
    leaving: Vec<Client>,
    pub(crate) lines: Lines,
    pub(crate) calls: BTreeMap<CallId, Live>,
    pub(crate) actors: BTreeMap<usize, Actor>,
    pub(crate) asked: Vec<usize>,
    disk_queue: VecDeque<Write>,
    pub(crate) disk: BTreeMap<CallId, Arc<CallRecord>>,
    /// Every step of every call that was ever on.
    pub(crate) history: BTreeMap<CallId, Vec<HookEvent>>,
    pub(crate) told: Vec<Told>,
    /// Who requested the caller of a call that was meant for them.
    pub(crate) joined: BTreeSet<(UserId, CallId)>,
    /// What the hooks said of a call.
    pub(crate) verdicts: BTreeMap<CallId, Option<Code>>,
    /// Calls whose start the disk refused.
    pub(crate) unstored: BTreeSet<CallId>,
    next: u32,
}

impl World {
    pub(crate) fn new(seed: u64, users: usize, options: Options) -> Self {
        Self {
            now: Now { mono: clock::now(), wall: Timestamp(1_763_694_600_000_000) },
            rng: Rng(seed),
            options,
            names: (0..users).map(|n| user(&format!("u{n}"))).collect(),
            clients: BTreeMap::new(),
            leaving: Vec::new(),
            lines: Lines::default(),
            calls: BTreeMap::new(),
            actors: BTreeMap::new(),
            asked: Vec::new(),
            disk_queue: VecDeque::new(),
            disk: BTreeMap::new(),
            history: BTreeMap::new(),
            told: Vec::new(),
            joined: BTreeSet::new(),
            verdicts: BTreeMap::new(),
            unstored: BTreeSet::new(),
            next: 0,
        }
    }

    fn fresh(&mut self) -> usize {
        self.next += 1;
        self.next as usize
    }

    // The actors.

    /// Runs somebody who has something to do. `false`: nobody has.
    pub(crate) fn run_one(&mut self) -> bool {
        let now = self.now.mono;
        let busy = |actor: &Actor| actor.is_busy() || actor.machine.poll_timeout().is_some_and(|due| due <= now);
        let mut ready: Vec<_> = self.actors.iter().filter(|(_, actor)| busy(actor)).map(|(id, _)| Some(*id)).collect();
        ready.extend(self.leaving.iter().map(|_| None));
        if ready.is_empty() {
            return false;
        }
        match ready[self.rng.below(ready.len())] {
            Some(actor) => self.run(actor),
            None => {
                let gone = self.leaving.swap_remove(self.rng.below(self.leaving.len()));
                if let Some(call) = self.lines.held_by(&gone.user) {
                    self.tell_call(call, Message::Gone { user: gone.user, device: gone.device });
                }
            }
        }
        true
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

    fn start(&mut self, machine: Machine, early: Option<Vec<Message>>) -> usize {
        let id = self.fresh();
        let mailbox = VecDeque::new();
        self.actors.insert(id, Actor { machine, mailbox, settling: true, room: None, early, leaving: false });
        id
    }

    fn run(&mut self, id: usize) {
        let now = self.now;
        let actor = self.actors.get_mut(&id).unwrap();
        if actor.settling {
            match actor.machine.poll_effect() {
                Some(effect) => self.perform(id, effect),
                None => actor.settling = false,
            }
            return;
        }
        let Some(message) = actor.mailbox.pop_front() else {
            if actor.leaving {
                self.stop(id);
            } else {
                actor.machine.step(now, Input::DeadlinePassed);
                actor.settling = true;
            }
            return;
        };
        if let Some(room) = actor.room {
            if let Some(room) = self.actors.get_mut(&room) {
                room.mailbox.push_back(Message::Handed(Box::new(message)));
            }
            return;
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
                let online = |of: Option<&DeviceId>| {
                    self.clients.values().any(|there| there.user == user && of.is_none_or(|of| there.device == *of))
                };
                let (device_online, user_online) = (online(Some(&device)), online(None));
                Input::Gone { user, device, device_online, user_online }
            }
            Message::Handed(_) | Message::HandedOver => return,
        };
        let now = self.now;
        let actor = self.actors.get_mut(&id).unwrap();
        if !actor.machine.is_opening() {
            actor.machine.step(now, Input::DeadlinePassed);
        }
        actor.machine.step(now, input);
        actor.settling = true;
    }

    fn stop(&mut self, id: usize) {
        let actor = self.actors.remove(&id).unwrap();
        if let Some(room) = actor.room.and_then(|room| self.actors.get_mut(&room)) {
            room.mailbox.push_back(Message::HandedOver);
        }
    }

    fn perform(&mut self, id: usize, effect: Effect) {
        match effect {
            Effect::AskHooks => self.asked.push(id),
            Effect::Route { to } => {
                let call = self.actors[&id].machine.record().clone();
                let route = self.route(&call, to.as_ref());
                let now = self.now;
                self.actors.get_mut(&id).unwrap().machine.step(now, Input::Routed(route));
            }
            Effect::Record { call, event, commit } => self.record(id, &call, event, commit),
            Effect::Deliver { user, to, event } => {
                let meant = |client: &Client| match &to {
                    Devices::All => true,
                    Devices::One(device) => client.device == *device,
                    Devices::AllBut(device) => client.device != *device,
                };
                let reached = self.clients.iter().filter(|(_, client)| client.user == user && meant(client));
                let reached = reached.map(|(session, _)| *session).collect();
                self.told.push(Told { user, to, event, reached });
            }
            Effect::Relay { call, user, from, .. } => {
                laws::relay_stays_inside(self, call, &user, &from).unwrap();
            }
            Effect::OpenRoom(answer) => {
                let call = answer.call.id;
                let number = RoomNumber::new(self.fresh() as i32).unwrap();
                let room = Room::open(*answer, number, Some(Duration::from_secs(7_200)), self.now);
                let room = self.start(Machine::Room(room), Some(Vec::new()));
                if let Some(live) = self.calls.get_mut(&call) {
                    live.to = Some(room);
                }
                let actor = self.actors.get_mut(&id).unwrap();
                (actor.room, actor.leaving) = (Some(room), true);
            }
            Effect::Over => self.actors.get_mut(&id).unwrap().leaving = true,
        }
    }

    fn route(&mut self, call: &CallRecord, to: Option<&UserId>) -> Route {
        if let Some(to) = to {
            let from = call.dialled.as_ref().unwrap_or(&call.callee);
            if !self.lines.reroute(call.id, from, to) {
                laws::busy_is_true(self, to).unwrap();
                return Route::Busy;
            }
        }
        if self.clients.values().any(|client| client.user == call.callee) {
            Route::Online(Door::Native)
        } else {
            Route::Offline
        }
    }

    fn record(&mut self, id: usize, call: &Arc<CallRecord>, event: HookEvent, commit: bool) {
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
        self.history.entry(call.id).or_default().push(event);
        self.disk_queue.push_back(Write { record: Arc::clone(call), committed: commit.then_some(id) });
    }

    fn tell_call(&mut self, call: CallId, message: Message) {
        let to = self.calls.get(&call).and_then(|live| live.to);
        if let Some(actor) = to.and_then(|to| self.actors.get_mut(&to)) {
            actor.mailbox.push_back(message);
        }
    }

    /// The user that a session would name: its call's other party.
    pub(crate) fn other(&self, session: usize) -> Option<UserId> {
        let client = self.clients.get(&session)?;
        let live = self.calls.get(&self.lines.held_by(&client.user)?)?;
        live.record.other(&client.user).cloned()
    }
}
