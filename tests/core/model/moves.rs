//! What can be next: what the server does by itself, and what happens to it.

use hookswitch::protocol::{
    codes::{self, Code},
    effect::{Devices, Effect},
    event::{Changes, Verdict},
    ids::{CallId, UserId},
    record::CallState,
};

use crate::{
    stage::RING,
    world::{self, Machine, Message, World},
};

/// One step from one state to the next.
#[derive(Debug, Clone)]
pub(super) enum Move {
    /// An actor reads one message or carries out one effect.
    Run(usize),
    /// A session that is in, or out, tells its user's call.
    Arrive(usize),
    Leave(usize),
    /// The disk writes all that waits, as a group commit does.
    Commit,
    /// Something happens.
    Happens(Happening),
}

/// What happens to a server.
#[derive(Debug, Clone)]
pub(super) enum Happening {
    Request(usize, usize),
    /// A reply to the user of this place, with this code.
    Reply(usize, usize, Code),
    Finish(usize, usize),
    Signal(usize),
    Allow(usize),
    Veto(usize),
    RouteTo(usize, usize),
    /// The timer of an actor fires.
    Timer(usize),
    LogIn(usize, usize),
    LogOut(usize),
    Lose(usize),
    Resume(usize),
    /// The grace of a lost line is over.
    Expire(usize),
    Force(CallId),
    /// The disk refuses the start that waits.
    RefuseStart,
    /// What carries a party's media dies.
    MediaFails(CallId),
    Drain,
    /// The server dies with so much of what waits on disk.
    Crash(usize),
}

/// Which happenings are explored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    /// Sessions come and go.
    pub(super) sessions: bool,
    /// Signals, refused writes, drain, crash.
    pub(super) troubles: bool,
}

impl Kinds {
    pub(super) const ALL: Self = Self { sessions: true, troubles: true };
    pub(super) const CALLS: Self = Self { sessions: false, troubles: false };
}

impl World {
    /// Whether the server has nothing to do by itself.
    pub(super) fn is_at_rest(&self) -> bool {
        self.own_steps().next().is_none()
    }

    /// What the server may do next by itself.
    pub(super) fn own_steps(&self) -> impl Iterator<Item = Move> {
        let actors = self.actors.iter().filter(|(_, actor)| actor.is_busy()).map(|(id, _)| Move::Run(*id));
        let arriving = (0..self.arriving.len()).map(Move::Arrive);
        let leaving = (0..self.leaving.len()).map(Move::Leave);
        actors.chain(arriving).chain(leaving).chain(self.disk_waits().then_some(Move::Commit))
    }

    /// Does what changes nothing that others could see, and what nothing that others do could change: reading a message,
    /// saying something, asking the hooks, going. So it makes no difference when it is done. What the disk has shows only
    /// where the server `may_die`, and who is back only to a call that was restored.
    pub(super) fn do_what_nobody_sees(&mut self, may_die: bool) {
        while let Some(id) = self.actors.iter().find(|(_, actor)| is_private(actor)).map(|(id, _)| *id) {
            self.run(id);
        }
        if self.restored.is_empty() && !may_die {
            self.arriving.clear();
        }
        if !may_die && !self.start_waits() {
            self.commit_all();
        }
    }

    /// What may happen. Of users and devices that nothing tells apart the first stands for all.
    pub(super) fn happenings(&self, kinds: Kinds, devices: usize) -> Vec<Happening> {
        let mut all = Vec::new();
        let sessions: Vec<usize> =
            self.clients.keys().copied().filter(|session| !self.has_a_twin(*session, devices)).collect();
        let fresh: Vec<bool> = self.names.iter().map(|user| self.is_untouched(user, devices)).collect();
        for session in &sessions {
            let me = session / world::DEVICES;
            let others = (0..self.names.len()).filter(|other| *other != me);
            // A stranger that nobody knows stands for the strangers after it.
            let told_apart = |other: &usize| !fresh[*other] || !(0..*other).any(|before| before != me && fresh[before]);
            for other in others.filter(told_apart) {
                all.push(Happening::Request(*session, other));
                if self.lines.held_by(&self.names[me]).is_some() {
                    let calls = self.calls.values().any(|live| live.record.caller == self.names[me]);
                    let no = if calls { codes::CANCELLED } else { codes::REFUSED };
                    all.extend([codes::SUCCESS, no].map(|code| Happening::Reply(*session, other, code)));
                    all.push(Happening::Finish(*session, other));
                }
            }
            if kinds.troubles && self.lines.held_by(&self.names[me]).is_some() {
                all.push(Happening::Signal(*session));
            }
        }
        for which in 0..self.asked.len() {
            all.extend([Happening::Allow(which), Happening::Veto(which)]);
            all.extend((0..self.names.len()).map(|user| Happening::RouteTo(which, user)));
        }
        let timed = |actor: &world::Actor| actor.next.is_none() && actor.machine.poll_timeout().is_some();
        all.extend(self.actors.iter().filter(|(_, actor)| timed(actor)).map(|(id, _)| Happening::Timer(*id)));
        all.extend(self.calls.iter().filter(|(_, live)| live.to.is_some()).map(|(call, _)| Happening::Force(*call)));
        if kinds.sessions {
            for session in &sessions {
                let lost = self.clients[session].expires.is_some();
                all.push(Happening::LogOut(*session));
                all.push(if lost { Happening::Resume(*session) } else { Happening::Lose(*session) });
                if lost {
                    all.push(Happening::Expire(*session));
                }
            }
            all.extend(
                (0..self.names.len()).flat_map(|user| (0..devices).map(move |device| Happening::LogIn(user, device))),
            );
        }
        if kinds.troubles {
            all.push(Happening::Drain);
            let on = self.calls.iter().filter(|(_, live)| live.to.is_some());
            all.extend(on.map(|(call, _)| Happening::MediaFails(*call)));
            all.extend((0..=self.writes_before_a_start()).map(Happening::Crash));
            if self.start_waits() {
                all.push(Happening::RefuseStart);
            }
        }
        all
    }

    /// Whether whatever this session does, one before it would do with the same outcome.
    fn has_a_twin(&self, session: usize, devices: usize) -> bool {
        let client = &self.clients[&session];
        let user = &client.user;
        let me = session / world::DEVICES;
        if self.is_untouched(user, devices) {
            let device = session % world::DEVICES;
            return device > 0 || (0..me).any(|before| self.is_untouched(&self.names[before], devices));
        }
        self.is_evenly_rung(user, devices) && !session.is_multiple_of(world::DEVICES)
    }

    /// Whether the devices of this user are rung, and none of them has done anything.
    fn is_evenly_rung(&self, user: &UserId, devices: usize) -> bool {
        let Some(id) = self.lines.held_by(user) else { return false };
        let Some(live) = self.calls.get(&id) else { return false };
        let Some(actor) = live.to.and_then(|to| self.actors.get(&to)) else { return false };
        let idle = !actor.is_busy() && actor.room.is_none() && matches!(actor.machine, Machine::Call(_));
        let others = self.history.iter().filter(|(other, _)| **other != id);
        let unknown = !others
            .flat_map(|(_, steps)| steps.iter())
            .any(|step| step.call.other(user).is_some() || step.call.dialled.as_ref() == Some(user));
        let told = self.told.get(&id).into_iter().flatten().filter(|told| told.user == *user);
        idle && unknown
            && live.record.callee == *user
            && live.record.state < CallState::Talking
            && self.sessions(user).filter(|(_, client)| client.expires.is_none()).count() == devices
            && !self.arriving.iter().chain(&self.leaving).any(|client| client.user == *user)
            && !self.joined.contains(&(user.clone(), id))
            && { told }.all(|told| told.to == Devices::All && told.reached.len() == devices)
    }

    pub(super) fn take(&mut self, step: &Move) {
        match step {
            Move::Run(actor) => self.run(*actor),
            Move::Arrive(which) => self.arrive(*which),
            Move::Leave(which) => self.leave(*which),
            Move::Commit => self.commit_all(),
            Move::Happens(happening) => self.happen(happening),
        }
    }

    fn happen(&mut self, happening: &Happening) {
        let name = |user: &usize| self.names[*user].clone();
        match happening {
            Happening::Request(session, user) => drop(self.request(*session, *user, RING)),
            Happening::Reply(session, user, code) => self.act(*session, &name(user), false, *code),
            Happening::Finish(session, user) => self.act(*session, &name(user), true, codes::SUCCESS),
            Happening::Signal(session) => self.signal(*session),
            Happening::Allow(which) => self.answer_hook(*which, Verdict::default()),
            Happening::Veto(which) => self.answer_hook(*which, Verdict { refused: Some(9), ..Verdict::default() }),
            Happening::RouteTo(which, user) => {
                let changes = Changes { target_user: Some(name(user)), ..Changes::default() };
                self.answer_hook(*which, Verdict { changes, ..Verdict::default() });
            }
            Happening::Timer(actor) => self.fire(*actor),
            Happening::LogIn(user, device) => drop(self.log_in(*user, *device)),
            Happening::LogOut(session) | Happening::Expire(session) => self.log_out(*session),
            Happening::Lose(session) => self.lose(*session),
            Happening::Resume(session) => self.resume(*session),
            Happening::Force(call) => self.force(*call, 7),
            Happening::RefuseStart => self.refuse_start(),
            Happening::MediaFails(call) => self.fail_media(*call),
            Happening::Drain => self.drain(),
            Happening::Crash(written) => {
                (0..*written).for_each(|_| self.commit(true));
                self.crash();
            }
        }
    }
}

/// Whether what an actor does next concerns nobody else.
fn is_private(actor: &world::Actor) -> bool {
    match (&actor.next, actor.mailbox.front()) {
        (Some(Effect::Deliver { .. } | Effect::Relay { .. } | Effect::AskHooks | Effect::Over), _) => true,
        (Some(Effect::Route { .. } | Effect::Record { .. } | Effect::OpenRoom(_)), _) => false,
        (None, Some(_)) if actor.room.is_some() => false,
        (None, Some(message)) => match message {
            Message::Input(_) | Message::HandedOver => true,
            Message::Handed(message) => matches!(**message, Message::Input(_)),
            // Reads who is there.
            Message::Gone { .. } => false,
        },
        (None, None) => actor.leaving && actor.room.is_none(),
    }
}

impl Move {
    /// In words, where `world` is the state before it.
    pub(super) fn describe(&self, world: &World) -> String {
        match self {
            Self::Run(id) => describe_run(&world.actors[id], *id),
            Self::Arrive(which) => {
                format!("  {}'s session tells its call that it is back", on(&world.arriving[*which]))
            }
            Self::Leave(which) => format!("  {}'s session tells its call that it is gone", on(&world.leaving[*which])),
            Self::Commit => "  the disk writes what waits".into(),
            Self::Happens(happening) => happening.describe(world),
        }
    }
}

fn on(client: &world::Client) -> String {
    format!("{}/{}", client.user.as_str(), client.device.as_str())
}

fn describe_run(actor: &world::Actor, id: usize) -> String {
    let who = if id.is_multiple_of(2) { "pending call" } else { "room of call" };
    let what = match (&actor.next, actor.mailbox.front()) {
        (Some(effect), _) => crate::stage::line(effect),
        (None, Some(message)) => format!("reads {message:?}"),
        (None, None) if actor.leaving => "goes".into(),
        (None, None) => "is woken".into(),
    };
    format!("  {who} {}: {what}", id / 2)
}

impl Happening {
    fn describe(&self, world: &World) -> String {
        let session = |session: &usize| format!("u{}/d{}", session / world::DEVICES, session % world::DEVICES);
        let asked = |which: &usize| world.asked[*which] / 2;
        match self {
            Self::Request(from, user) => format!("{} requests u{user}", session(from)),
            Self::Reply(from, user, code) => format!("{} replies {code} to u{user}", session(from)),
            Self::Finish(from, user) => format!("{} finishes with u{user}", session(from)),
            Self::Signal(from) => format!("{} signals", session(from)),
            Self::Allow(which) => format!("the hooks allow call {}", asked(which)),
            Self::Veto(which) => format!("the hooks refuse call {}", asked(which)),
            Self::RouteTo(which, user) => format!("the hooks route call {} to u{user}", asked(which)),
            Self::Timer(actor) => format!("the timer of call {} fires", actor / 2),
            Self::LogIn(user, device) => format!("u{user}/d{device} logs in"),
            Self::LogOut(who) => format!("{} logs out", session(who)),
            Self::Lose(who) => format!("{} loses its line", session(who)),
            Self::Resume(who) => format!("{} resumes", session(who)),
            Self::Expire(who) => format!("the grace of {} is over", session(who)),
            Self::Force(call) => format!("the business server ends call {}", call.0.as_u128()),
            Self::RefuseStart => "the disk refuses the start".into(),
            Self::MediaFails(call) => format!("the media of call {} fail", call.0.as_u128()),
            Self::Drain => "the server waits no longer for calls".into(),
            Self::Crash(written) => format!("the server dies after {written} more writes, and starts again"),
        }
    }
}
