//! Thousands of clients over a bad network: frames are lost, late, twice there and out of order, lines break, the server dies.
//!
//! On one side the real session machines and the real frames over a [`World`], on the other clients that behave as the SDK
//! does: each frame has an id and is sent again until it is answered, a gap in what is read breaks the line, and a broken line
//! is resumed. All of it in virtual time, and all of it follows from one seed.

mod clients;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use bytestring::ByteString;
use hookswitch::protocol::{
    codes,
    event::{Changes, EventName, Verdict},
    native::{self, CallFrame, ClientFrame},
    session::{Admission, Outgoing, Session, SessionEffect, SessionLimits},
};

use self::clients::Intent;
use crate::{
    laws,
    rng::Rng,
    stage::GRACE,
    world::{DEVICES, Options, World},
};

/// How often the world is looked at.
const TICK: Duration = Duration::from_millis(250);
const LIMITS: SessionLimits = SessionLimits { heartbeat: Duration::from_secs(25), grace: GRACE, queue_bytes: 1_500 };

/// One device of one user: its client, and its session where it has one.
#[derive(Debug)]
struct Link {
    session: Option<Session>,
    /// Tells a session from those before.
    login: u64,
    /// Tells a connection from those before.
    line: u64,
    up: bool,
    /// Up to where the client has read.
    has: u64,
    last_id: u64,
    /// What the client has said and not seen answered.
    unanswered: BTreeMap<u64, String>,
    /// The last frames that had an effect.
    effective: BTreeSet<u64>,
}

#[derive(Debug)]
enum Parcel {
    ToServer { login: u64, text: String },
    ToClient { line: u64, frame: ByteString },
    Ping { line: u64, seq: u64 },
    Pong { line: u64, has: u64 },
}

/// What has happened.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) frames: u64,
    pub(crate) lost: u64,
    pub(crate) twice: u64,
    pub(crate) resumes: u64,
    pub(crate) snapshots: u64,
    pub(crate) crashes: u64,
    pub(crate) repeats: u64,
    pub(crate) events: u64,
}

pub(crate) struct Net {
    pub(crate) world: World,
    pub(crate) seen: Seen,
    rng: Rng,
    links: BTreeMap<usize, Link>,
    down: BTreeSet<usize>,
    /// By arrival, then by the order of sending.
    wire: BTreeMap<(Instant, u64), (usize, Parcel)>,
    intents: BTreeMap<(Instant, u64), (usize, Intent)>,
    timers: BTreeSet<(Instant, usize)>,
    order: u64,
    /// Whether the network misbehaves.
    bad: bool,
}

impl Net {
    pub(crate) fn new(seed: u64, users: usize, options: Options) -> Self {
        let mut world = World::new(seed, users, options);
        world.outgoing = Some(Vec::new());
        let mut net = Self {
            world,
            seen: Seen::default(),
            rng: Rng(!seed),
            links: BTreeMap::new(),
            down: BTreeSet::new(),
            wire: BTreeMap::new(),
            intents: BTreeMap::new(),
            timers: BTreeSet::new(),
            order: 0,
            bad: true,
        };
        for user in 0..users {
            for device in 0..if user % 4 == 0 { 2 } else { 1 } {
                net.connect(user * DEVICES + device);
            }
        }
        net
    }

    fn now(&self) -> Instant {
        self.world.now.mono
    }

    // Lines.

    /// A client without a line gets one: for its session, or for a new one.
    fn connect(&mut self, at: usize) {
        let now = self.now();
        self.down.remove(&at);
        let fresh = || Link {
            session: None,
            login: 0,
            line: 0,
            up: false,
            has: 0,
            last_id: 0,
            unanswered: BTreeMap::new(),
            effective: BTreeSet::new(),
        };
        let link = self.links.entry(at).or_insert_with(fresh);
        link.line += 1;
        link.up = true;
        if let Some(session) = &mut link.session {
            session.line_lost(now);
            let back = session.resume(link.has, now);
            self.seen.resumes += 1;
            if !back.resumed {
                link.has = back.seq;
                self.seen.snapshots += 1;
            }
            let again: Vec<_> = link.unanswered.values().cloned().collect();
            again.into_iter().for_each(|text| self.send_to_server(at, text));
        } else {
            link.session = Some(Session::new(LIMITS, now));
            link.login += 1;
            link.has = 0;
            link.unanswered.clear();
            link.effective.clear();
            self.world.log_in(at / DEVICES, at % DEVICES);
        }
        self.carry_out(at);
    }

    fn break_line(&mut self, at: usize) {
        let now = self.now();
        let Some(link) = self.links.get_mut(&at) else { return };
        link.up = false;
        link.line += 1;
        self.down.insert(at);
        if let Some(session) = &mut link.session {
            session.line_lost(now);
        }
        self.carry_out(at);
    }

    // The wire.

    fn post(&mut self, at: usize, parcel: Parcel) {
        self.seen.frames += 1;
        if self.bad && self.rng.one_in(200) {
            self.seen.lost += 1;
            return;
        }
        // Most take little time; some are overtaken.
        let late = if self.bad && self.rng.one_in(20) { self.rng.below(4_000) } else { self.rng.below(60) };
        self.order += 1;
        self.wire.insert((self.now() + Duration::from_millis(late as u64), self.order), (at, parcel));
    }

    fn send_to_server(&mut self, at: usize, text: String) {
        let login = self.links[&at].login;
        if self.bad && self.rng.one_in(50) {
            self.seen.twice += 1;
            self.post(at, Parcel::ToServer { login, text: text.clone() });
        }
        self.post(at, Parcel::ToServer { login, text });
    }

    fn arrive(&mut self, at: usize, parcel: Parcel) {
        let now = self.now();
        let Some(link) = self.links.get_mut(&at) else { return };
        match parcel {
            Parcel::ToServer { login, text } if login == link.login => self.server_reads(at, &text),
            Parcel::ToClient { line, frame } if line == link.line => self.client_reads(at, &frame),
            Parcel::Ping { line, seq } if line == link.line => {
                // A client that knows of a frame it has not read has lost it, or will see it soon.
                let has = link.has.min(seq);
                self.post(at, Parcel::Pong { line, has });
            }
            Parcel::Pong { line, has } if line == link.line => {
                if let Some(session) = &mut link.session {
                    session.pong(Some(has), now);
                    self.carry_out(at);
                }
            }
            Parcel::ToServer { .. } | Parcel::ToClient { .. } | Parcel::Ping { .. } | Parcel::Pong { .. } => {}
        }
    }

    // The server's side.

    fn server_reads(&mut self, at: usize, text: &str) {
        let (id, frame) = native::decode(text).unwrap();
        let id = id.unwrap();
        let link = self.links.get_mut(&at).unwrap();
        let line = link.line;
        let Some(session) = &mut link.session else { return };
        let answer = match session.admit(&id, &frame) {
            Admission::New(fingerprint) => {
                let number = match &id {
                    native::FrameId::Number(number) => *number as u64,
                    native::FrameId::Text(_) => unreachable!("clients number their frames"),
                };
                assert!(link.effective.insert(number), "a frame had an effect twice: {text}");
                let answer = native::ok(&id, None, None);
                session.remember(id, fingerprint, answer.clone());
                let ClientFrame::Call(call) = frame else { unreachable!("clients only call") };
                self.act(at, &call);
                answer
            }
            Admission::Repeat(answer) => {
                self.seen.repeats += 1;
                answer
            }
            Admission::Conflict => panic!("two frames with one id: {text}"),
        };
        self.post(at, Parcel::ToClient { line, frame: answer });
    }

    fn act(&mut self, at: usize, frame: &CallFrame) {
        self.seen.events += 1;
        match frame.event {
            EventName::Request => {
                let ring = frame.ring.unwrap_or(Duration::from_secs(60));
                self.world.request(at, World::place_of(&frame.user), ring);
            }
            EventName::Reply => self.world.act(at, &frame.user, false, frame.error_code),
            EventName::Finish => self.world.act(at, &frame.user, true, frame.error_code),
            EventName::Start => unreachable!("no client sends a start"),
        }
    }

    /// What the machine of a session wants done.
    fn carry_out(&mut self, at: usize) {
        loop {
            let link = self.links.get_mut(&at).unwrap();
            let line = link.line;
            let Some(session) = &mut link.session else { return };
            let Some(effect) = session.poll_effect() else {
                let due = session.poll_timeout();
                self.timers.extend(due.map(|due| (due, at)));
                return;
            };
            match effect {
                SessionEffect::Send(Outgoing { text: frame, .. }) => self.post(at, Parcel::ToClient { line, frame }),
                SessionEffect::Ping(seq) => self.post(at, Parcel::Ping { line, seq }),
                SessionEffect::TooSlow | SessionEffect::LineLost => self.break_line(at),
                SessionEffect::Expired => {
                    link.session = None;
                    self.world.log_out(at);
                }
            }
        }
    }

    fn say(&mut self) {
        for (at, event) in self.world.outgoing.replace(Vec::new()).unwrap_or_default() {
            let session = self.links.get_mut(&at).and_then(|link| link.session.as_mut());
            let call = event.call.map(|(call, _)| call);
            session.unwrap().push(call, |seq| native::call_event(seq, &event));
            self.carry_out(at);
        }
    }

    // Time.

    /// Lets a little time go by, in which so many clients call somebody.
    pub(crate) fn tick(&mut self, calls: usize) {
        self.world.now.mono += TICK;
        self.world.now.wall.0 += TICK.as_micros() as i64;
        let now = self.now();
        self.world.wake_due();
        for _ in 0..calls {
            let at = self.rng.below(self.world.names.len()) * DEVICES;
            // Neighbours call each other, so that lines collide.
            let near = at / DEVICES / 16 * 16 + self.rng.below(16);
            let to = if self.rng.one_in(2) { near } else { self.rng.below(self.world.names.len()) };
            if to != at / DEVICES && to < self.world.names.len() {
                let user = format!("u{to}");
                self.speak(at, &Intent { event: "request", user, error_code: codes::SUCCESS });
            }
        }
        while let Some(((due, _), _)) = self.wire.first_key_value()
            && *due <= now
        {
            let (_, (at, parcel)) = self.wire.pop_first().unwrap();
            self.arrive(at, parcel);
            self.some_work();
        }
        while let Some(((due, _), _)) = self.intents.first_key_value()
            && *due <= now
        {
            let (_, (at, intent)) = self.intents.pop_first().unwrap();
            self.speak(at, &intent);
        }
        while let Some((due, at)) = self.timers.first().copied()
            && due <= now
        {
            self.timers.pop_first();
            if let Some(session) = self.links.get_mut(&at).and_then(|link| link.session.as_mut()) {
                if session.poll_timeout().is_some_and(|due| due <= now) {
                    session.deadline_passed(now);
                }
                self.carry_out(at);
            }
        }
        self.trouble();
        for _ in 0..self.world.asked.len() {
            if self.rng.one_in(3) {
                let which = self.rng.below(self.world.asked.len());
                let verdict = self.verdict();
                self.world.answer_hook(which, verdict);
            }
        }
        while self.rng.below(8) > 0 && self.work() {}
    }

    fn verdict(&mut self) -> Verdict {
        match self.rng.below(20) {
            0 => Verdict { refused: Some(9), ..Verdict::default() },
            1 => {
                let target_user = Some(self.world.names[self.rng.below(self.world.names.len())].clone());
                Verdict { changes: Changes { target_user, ..Changes::default() }, ..Verdict::default() }
            }
            _ => Verdict::default(),
        }
    }

    /// Lines break, and those that are down may come back.
    fn trouble(&mut self) {
        for at in self.down.clone() {
            if !self.bad || self.rng.one_in(30) {
                self.connect(at);
            }
        }
        if !self.bad {
            return;
        }
        for _ in 0..self.rng.below(8) {
            let some = self.rng.below(self.world.names.len()) * DEVICES;
            self.break_line(some);
        }
        // Whoever waits for an answer for long asks again.
        let some = self.rng.below(self.world.names.len()) * DEVICES;
        let up: Vec<_> = self.links.range(some..).take(40).filter(|(_, link)| link.up).map(|(at, _)| *at).collect();
        for at in up {
            let again: Vec<_> = self.links[&at].unanswered.values().cloned().collect();
            again.into_iter().for_each(|text| self.send_to_server(at, text));
        }
    }

    fn some_work(&mut self) {
        for _ in 0..self.rng.below(6) {
            self.work();
        }
    }

    /// Somebody in the server does something.
    fn work(&mut self) -> bool {
        if self.rng.one_in(4) {
            let works = !self.rng.one_in(20);
            self.world.commit(works || !self.world.options.failing_disk);
        }
        let worked = self.world.run_one();
        self.say();
        worked
    }

    /// The server dies and starts again.
    pub(crate) fn crash(&mut self) {
        self.seen.crashes += 1;
        self.world.crash();
        self.wire.clear();
        self.timers.clear();
        for (at, link) in &mut self.links {
            (link.session, link.up) = (None, false);
            self.down.insert(*at);
        }
    }

    /// The network is good from now on; everybody is back, has read everything, and leaves.
    pub(crate) fn come_to_rest(&mut self) {
        self.bad = false;
        self.intents.clear();
        let all: Vec<_> = self.links.keys().copied().collect();
        all.iter().for_each(|at| self.connect(*at));
        for _ in 0..4 {
            self.tick(0);
            self.world.settle();
            self.say();
        }
        self.tick(0);
        for (at, link) in &self.links {
            let session = link.session.as_ref().unwrap();
            assert_eq!(link.has, session.last_seq(), "11: client {at} has silently missed frames");
            assert!(link.unanswered.is_empty(), "client {at} was never answered: {:?}", link.unanswered);
        }
        self.world.outgoing = None;
        self.world.come_to_rest();
    }

    pub(crate) fn check(&self) -> laws::Law {
        laws::at_every_instant(&self.world)
    }
}
