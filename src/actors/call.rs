//! The shell of a pending call: messages in, one step of the machine, effects out.
//!
//! Lives until the call is answered or dead. An answered call is handed over: the directory points to the room first, so that
//! nothing new arrives here, then what is still in this mailbox is passed on, in order, and then the actor goes.

use std::sync::Arc;

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message, Recipient};
use tokio::sync::oneshot;

use super::{
    core::{Core, now},
    messages::ToCall,
    room::{Handed, Room},
    timer::Timer,
    wechat_leg,
};
use crate::protocol::{
    call::Call as Machine,
    effect::{Answer, Effect, Input, Route},
    event::Opaque,
    ids::UserId,
    record::{CallRecord, CallState},
};

/// The actor.
#[derive(Debug)]
pub struct Call {
    core: Core,
    machine: Machine,
    timer: Timer,
    settled: Option<oneshot::Sender<Arc<CallRecord>>>,
    forced: Vec<oneshot::Sender<Arc<CallRecord>>>,
    room: Option<Addr<Room>>,
    /// Nothing is left to do: ended, or handed over.
    done: bool,
}

/// The mailbox is empty and nobody can reach it any more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Drained;

impl Call {
    /// Starts the actor of a call whose lines were claimed. Gives what the directory keeps of it.
    pub(super) fn start(
        core: &Core,
        machine: Machine,
        settled: Option<oneshot::Sender<Arc<CallRecord>>>,
    ) -> (Arc<CallRecord>, Option<Opaque>, Recipient<ToCall>) {
        let record = Arc::new(machine.record().clone());
        let offer = machine.offer().cloned();
        let call = Self::new(core, machine, settled);
        (record, offer, Actor::start(call).recipient())
    }

    pub(super) fn new(core: &Core, machine: Machine, settled: Option<oneshot::Sender<Arc<CallRecord>>>) -> Self {
        let (core, timer) = (core.clone(), Timer::default());
        Self { core, machine, timer, settled, forced: Vec::new(), room: None, done: false }
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
            // A pending call never waits for the disk.
            match self.core.perform(effect, || Box::new(|_| ())) {
                Some(Effect::AskHooks) => {
                    let record = Arc::new(self.machine.record().clone());
                    self.core.ask_hooks(record, ctx.address().recipient());
                }
                Some(Effect::Route { to }) => {
                    let route = self.route(to.as_ref());
                    self.machine.step(now(), Input::Routed(route));
                }
                Some(Effect::OpenRoom(answer)) => self.hand_over(*answer, ctx),
                Some(Effect::Over) => {
                    self.core.over(self.machine.record());
                    ctx.notify(Drained);
                }
                Some(Effect::Record { .. } | Effect::Deliver { .. } | Effect::Relay { .. }) | None => {}
            }
        }
        self.report();
        let due = self.machine.poll_timeout();
        self.timer.point(due, ctx, |call, ctx| {
            call.timer.fired();
            call.drive(Input::DeadlinePassed, ctx);
        });
    }

    fn route(&self, to: Option<&UserId>) -> Route {
        let call = self.machine.record();
        let directory = self.core.directory();
        if let Some(to) = to {
            let from = call.dialled.as_ref().unwrap_or(&call.callee);
            if !directory.reroute(call.id, from, to) {
                return Route::Busy;
            }
        }
        if let Some(route) = wechat_leg::ring(&self.core, call) {
            return route;
        }
        directory.latest_device(&call.callee).map_or(Route::Offline, |(_, door)| Route::Online(door))
    }

    fn hand_over(&mut self, answer: Answer, ctx: &mut Context<Self>) {
        let id = answer.call.id;
        let room = Room::open(&self.core, answer);
        self.core.directory().hand_over(id, room.clone().recipient());
        self.room = Some(room);
        ctx.notify(Drained);
    }

    fn report(&mut self) {
        let record = self.machine.record();
        if record.state != CallState::Requested
            && let Some(settled) = self.settled.take()
        {
            // Whoever asked may have gone.
            let _gone = settled.send(Arc::new(record.clone())).is_err();
        }
        if record.state == CallState::Ended {
            let record = Arc::new(record.clone());
            for done in self.forced.drain(..) {
                let _gone = done.send(Arc::clone(&record)).is_err();
            }
        }
    }
}

impl Actor for Call {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Self::Context) {
        self.core.metrics().actors("call", 1);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        // Neither may panic: a panic may be unwinding.
        match self.room.take() {
            Some(room) => room.do_send(Handed::Done),
            None if !self.done => self.core.abandoned(self.machine.record().id, false),
            None => {}
        }
        self.core.metrics().actors("call", -1);
    }
}

impl Handler<ToCall> for Call {
    type Result = ();

    fn handle(&mut self, message: ToCall, ctx: &mut Self::Context) {
        if let Some(room) = &self.room {
            return room.do_send(Handed::Message(message));
        }
        match self.core.heard(message, &mut self.forced) {
            Some(input) => self.drive(input, ctx),
            None => self.settle(ctx),
        }
    }
}

impl Handler<Drained> for Call {
    type Result = ();

    fn handle(&mut self, _: Drained, ctx: &mut Self::Context) {
        self.done = true;
        ctx.stop();
    }
}
