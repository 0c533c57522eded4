//! The shell of a room: messages in, one step of the machine, effects out.
//!
//! A room that takes over from a pending call hears first what that call had not heard yet (`Handed`), then what came to
//! the room itself.

use std::sync::Arc;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};
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

/// The actor.
#[derive(Debug)]
pub struct Room {
    core: Core,
    machine: Machine,
    timer: Timer,
    forced: Vec<oneshot::Sender<Arc<CallRecord>>>,
    /// What came here before the pending call had passed on the rest. `None`: it has.
    early: Option<Vec<ToCall>>,
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

/// The record of the start is on disk, or never will be.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Committed(bool);

/// The mailbox is empty and nobody can reach it any more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Drained;

impl Room {
    /// Opens the room of an answered call, on this thread.
    pub(super) fn open(core: &Core, answer: Answer) -> Addr<Self> {
        let machine = Machine::open(answer, core.allocate_room(), longest(core), now());
        Self { core: core.clone(), machine, timer: Timer::default(), forced: Vec::new(), early: Some(Vec::new()) }
            .start()
    }

    /// Puts a call that talked when the server died back in its place.
    pub(super) fn restore(core: &Core, record: CallRecord) {
        let record = Arc::new(record);
        let grace = core.config().session.resume_grace_secs;
        let machine = Machine::restore((*record).clone(), longest(core), grace, now());
        let room = Self { core: core.clone(), machine, timer: Timer::default(), forced: Vec::new(), early: None };
        let addr = match core.arbiter(record.id) {
            Some(arbiter) => Self::start_in_arbiter(arbiter, |_| room),
            None => room.start(),
        };
        let claim = core.directory().restore(Arc::clone(&record), addr.recipient(), clock::now());
        if claim != Claim::Taken {
            tracing::error!(call = %record.id, "a call on record has a party that another call on record has");
        }
    }

    fn drive(&mut self, input: Input, ctx: &mut Context<Self>) {
        let now = now();
        self.machine.step(now, Input::DeadlinePassed);
        self.machine.step(now, input);
        self.settle(ctx);
    }

    /// Carries out what the machine asked for, then points the one timer at its next deadline.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        while let Some(effect) = self.machine.poll_effect() {
            let addr = ctx.address();
            let committed = || -> Kept { Box::new(move |done| addr.do_send(Committed(done))) };
            if self.core.perform(effect, committed) == Some(Effect::Over) {
                self.core.over(self.machine.record());
                ctx.notify(Drained);
            }
        }
        if self.machine.record().state == CallState::Ended && !self.forced.is_empty() {
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

    fn handle(&mut self, Committed(done): Committed, ctx: &mut Self::Context) {
        self.drive(Input::Committed(done), ctx);
    }
}

impl Handler<Drained> for Room {
    type Result = ();

    fn handle(&mut self, _: Drained, ctx: &mut Self::Context) {
        ctx.stop();
    }
}
