//! The shell of a room: messages in, one step of the machine, effects out.
//!
//! A room that takes over from a pending call hears first what that call had not heard yet (`Handed`), then what came to
//! the room itself.
//!
//! The end of a talk is told once it is on disk, as its start is: else a crash would bring a call back that its parties saw
//! end. Until then the room stands still, with what it has to say next.

use std::{sync::Arc, time::Duration};

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, SpawnHandle};
use tokio::sync::oneshot;

use super::{
    core::{Core, now},
    journal::Kept,
    messages::ToCall,
    timer::Timer,
};
use crate::{
    clock,
    protocol::{
        effect::{Answer, Effect, Input},
        lines::Claim,
        record::{CallRecord, CallState},
        room::Room as Machine,
    },
};

/// How long the end waits for a disk that neither takes nor refuses it. Longer: fewer ends that a crash undoes. Shorter: nobody
/// looks at a dead call.
const DISK_PATIENCE: Duration = Duration::from_secs(2);

/// The actor.
#[derive(Debug)]
pub struct Room {
    core: Core,
    machine: Machine,
    timer: Timer,
    forced: Vec<oneshot::Sender<Arc<CallRecord>>>,
    /// What came here before the pending call had passed on the rest. `None`: it has.
    early: Option<Vec<ToCall>>,
    /// The end is on its way to the disk; the timer that ends the wait.
    standing: Option<SpawnHandle>,
    /// The end is told: nothing is left to do.
    done: bool,
}

/// From the pending call.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) enum Handed {
    /// A message that it got.
    Message(ToCall),
    /// That was all.
    Done,
}

/// The disk has taken a record, or has refused it for now.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Committed {
    /// Of the call's end; else of its start.
    end: bool,
    done: bool,
}

/// The mailbox is empty and nobody can reach it any more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Drained;

impl Room {
    /// Opens the room of an answered call, on this thread.
    pub(super) fn open(core: &Core, answer: Answer) -> Addr<Self> {
        let machine = Machine::open(answer, core.allocate_room(), longest(core), now());
        Self::new(core, machine, Some(Vec::new())).start()
    }

    /// Puts a call that talked when the server died back in its place.
    pub(super) fn restore(core: &Core, record: CallRecord) {
        let record = Arc::new(record);
        let grace = core.config().session.resume_grace_secs;
        let machine = Machine::restore((*record).clone(), longest(core), grace, now());
        let room = Self::new(core, machine, None);
        let claim = core.directory().restore(Arc::clone(&record), room.start().recipient(), clock::now());
        if claim != Claim::Taken {
            tracing::error!(call = %record.id, "a call on record has a party that another call on record has");
        }
    }

    pub(super) fn new(core: &Core, machine: Machine, early: Option<Vec<ToCall>>) -> Self {
        let (core, timer) = (core.clone(), Timer::default());
        Self { core, machine, timer, forced: Vec::new(), early, standing: None, done: false }
    }

    fn drive(&mut self, input: Input, ctx: &mut Context<Self>) {
        let now = now();
        // What opens is given up by the timer alone, which goes off after the mailbox is empty: the disk's answer may be in it.
        if !self.machine.is_opening() {
            self.machine.step(now, Input::DeadlinePassed);
        }
        self.machine.step(now, input);
        self.settle(ctx);
    }

    /// Carries out what the machine asked for, then points the one timer at its next deadline.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        while self.standing.is_none()
            && let Some(effect) = self.machine.poll_effect()
        {
            let end = matches!(&effect, Effect::Record { call, .. } if call.state == CallState::Ended);
            let kept = || -> Kept {
                let room = ctx.address();
                Box::new(move |done| room.do_send(Committed { end, done }))
            };
            if self.core.perform(effect, kept) == Some(Effect::Over) {
                self.core.over(self.machine.record());
                ctx.notify(Drained);
            }
            self.standing = end.then(|| ctx.run_later(DISK_PATIENCE, Self::go_on));
        }
        let ended = self.machine.record().state == CallState::Ended && self.standing.is_none();
        if ended && !self.forced.is_empty() {
            let record = Arc::new(self.machine.record().clone());
            for done in self.forced.drain(..) {
                // Whoever asked may have gone.
                let _gone = done.send(Arc::clone(&record)).is_err();
            }
        }
        let due = self.machine.poll_timeout();
        self.timer.point(due, ctx, |room, ctx| {
            room.timer.fired();
            room.drive(Input::DeadlinePassed, ctx);
        });
    }

    /// The end may be told.
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        self.standing = None;
        self.settle(ctx);
    }

    fn hear(&mut self, message: ToCall, ctx: &mut Context<Self>) {
        if let Some(input) = self.core.heard(message, &mut self.forced) {
            self.drive(input, ctx);
        }
    }
}

fn longest(core: &Core) -> Option<std::time::Duration> {
    Some(core.config().call.max_duration_secs).filter(|longest| !longest.is_zero())
}

impl Actor for Room {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.core.metrics().actors("room", 1);
        self.settle(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if !self.done {
            self.core.abandoned(self.machine.record().id, !self.machine.is_opening());
        }
        self.core.metrics().actors("room", -1);
    }
}

impl Handler<ToCall> for Room {
    type Result = ();

    fn handle(&mut self, message: ToCall, ctx: &mut Self::Context) {
        match &mut self.early {
            Some(early) => early.push(message),
            None => self.hear(message, ctx),
        }
    }
}

impl Handler<Handed> for Room {
    type Result = ();

    fn handle(&mut self, handed: Handed, ctx: &mut Self::Context) {
        match handed {
            Handed::Message(message) => self.hear(message, ctx),
            Handed::Done => {
                for message in self.early.take().unwrap_or_default() {
                    self.hear(message, ctx);
                }
            }
        }
    }
}

impl Handler<Committed> for Room {
    type Result = ();

    fn handle(&mut self, Committed { end, done }: Committed, ctx: &mut Self::Context) {
        if !end {
            self.drive(Input::Committed(done), ctx);
        } else if let Some(timer) = self.standing.take() {
            ctx.cancel_future(timer);
            self.settle(ctx);
        }
    }
}

impl Handler<Drained> for Room {
    type Result = ();

    fn handle(&mut self, _: Drained, ctx: &mut Self::Context) {
        self.done = true;
        ctx.stop();
    }
}
