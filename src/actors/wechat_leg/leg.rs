//! The shell of a WeChat user's part in a call: messages in, one step of [`crate::protocol::wechat::leg`], effects out.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicI64},
};

use actix::{Actor, ActorContext, ActorFutureExt as _, AsyncContext, Context, Handler, Message, WrapFuture as _};
use tokio::sync::oneshot;

use super::Incoming;
use crate::{
    actors::{
        cloudvoip_worker::{Reservation, WorkerEvent, WorkerHandle},
        core::Core,
        directory::{Endpoint, EndpointLife},
        messages::{ToCall, ToEndpoint},
        timer::Timer,
    },
    clock,
    protocol::{
        codes::{self, Code},
        effect::{Act, Failure, Input as CallInput, Party},
        ids::{CallId, SessionId, UserId},
        record::CallRecord,
        wechat::{
            api,
            leg::{Effect, Input, Leg as Machine, Side},
        },
        worker::{CallSpec, HangupReason, Mode, Phase, RoomType, SecretText, VideoWishes},
    },
    wechat::{Account, CallFailure, OutboundCall},
};

/// The actor.
#[derive(Debug)]
pub(super) struct Leg {
    core: Core,
    account: Arc<Account>,
    call: CallId,
    session: SessionId,
    me: Party,
    other: UserId,
    machine: Machine,
    timer: Timer,
    room_type: RoomType,
    /// What WeChat is to do. Of a callee.
    outbound: Option<OutboundCall>,
    /// With all it takes to join.
    push: Option<Incoming>,
    /// Whoever has the push waits for this.
    answer: Option<oneshot::Sender<Code>>,
    /// What keeps a worker free for it, until it has one.
    place: Option<Reservation>,
    worker: Option<WorkerHandle>,
}

/// WeChat's push for a call of ours.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct Pushed(pub(super) Incoming);

/// The mailbox is empty.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Drained;

impl Leg {
    /// The part of a phone that is called.
    pub(super) fn callee(
        core: &Core,
        account: Arc<Account>,
        call: &CallRecord,
        outbound: OutboundCall,
        place: Reservation,
    ) -> Self {
        let room_type = match outbound.room_type {
            api::RoomType::Video => RoomType::Video,
            api::RoomType::Voice => RoomType::Voice,
        };
        let (user, other) = (call.callee.clone(), call.caller.clone());
        let leg = Self::new(core, account, call.id, (user, other), Side::Callee);
        Self { outbound: Some(outbound), room_type, place: Some(place), ..leg }
    }

    /// The part of a phone that calls. `answer` tells whoever has the push.
    pub(super) fn caller(
        core: &Core,
        account: Arc<Account>,
        call: CallId,
        parties: (UserId, UserId),
        (push, place): (Incoming, Reservation),
        answer: oneshot::Sender<Code>,
    ) -> Self {
        let leg = Self::new(core, account, call, parties, Side::Caller);
        Self { push: Some(push), answer: Some(answer), place: Some(place), ..leg }
    }

    fn new(core: &Core, account: Arc<Account>, call: CallId, (user, other): (UserId, UserId), side: Side) -> Self {
        Self {
            core: core.clone(),
            account,
            call,
            session: clock::session_id(),
            me: super::party(&user),
            other,
            machine: Machine::new(side),
            timer: Timer::default(),
            room_type: RoomType::Video,
            outbound: None,
            push: None,
            answer: None,
            place: None,
            worker: None,
        }
    }

    /// Lets the user in, and starts on this thread.
    pub(super) fn enter(self) {
        let now = clock::wall();
        let live = EndpointLife {
            since: now,
            client: Mutex::default(),
            connected: AtomicBool::new(true),
            active: AtomicI64::new(now.0),
        };
        let ctx = Context::new();
        let endpoint = Endpoint {
            session: self.session,
            device: self.me.device.clone(),
            door: self.me.door,
            to: ctx.address().recipient(),
            live: Arc::new(live),
        };
        let came = || self.core.presence_changed(&self.me, true);
        let replaced = self.core.directory().log_in(&self.me.user, endpoint, false, None, came);
        // Only that of a call that is over: one user has one call.
        for (other, same_device) in replaced.unwrap_or_default() {
            other.to.do_send(ToEndpoint::Replaced { same_device });
        }
        ctx.run(self);
    }

    fn leave(&self) {
        self.core.directory().log_out(&self.me.user, self.session, &self.me.device, || {
            self.core.presence_changed(&self.me, false);
        });
    }

    fn drive(&mut self, input: Input, ctx: &mut Context<Self>) {
        self.machine.step(clock::now(), input);
        self.settle(ctx);
    }

    /// Carries out what the machine asked for, then points the one timer at its next deadline.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        while let Some(effect) = self.machine.poll_effect() {
            self.carry_out(effect, ctx);
        }
        if !self.machine.awaits_push() {
            self.core.legs().forget(self.call);
        }
        let due = self.machine.poll_timeout();
        self.timer.point(due, ctx, |leg, ctx| {
            leg.timer.fired();
            leg.drive(Input::DeadlinePassed, ctx);
        });
    }

    fn carry_out(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::Answer(code) => {
                let heard = self.answer.take().is_some_and(|answer| answer.send(code).is_ok());
                self.machine.step(clock::now(), Input::Told(heard));
            }
            Effect::Place => self.place(ctx),
            Effect::Join => self.start_worker(Mode::Cloud, HangupReason::Unknown, ctx),
            Effect::Decline(reason) => self.start_worker(Mode::Reject, reason, ctx),
            Effect::HangUp(reason) => {
                if let Some(worker) = &self.worker {
                    worker.hangup(reason);
                }
            }
            Effect::Accept => self.tell(CallInput::Reply(self.act(codes::SUCCESS))),
            Effect::Refuse(code) => self.tell(CallInput::Reply(self.act(code))),
            Effect::Finish(code) => self.tell(CallInput::Finish(self.act(code))),
            Effect::Fail(failure) => self.tell(CallInput::Failed(failure)),
            Effect::Leave => self.leave(),
            Effect::Over => {
                self.place = None;
                ctx.notify(Drained);
            }
        }
    }

    fn act(&self, error_code: Code) -> Act {
        Act {
            by: self.me.clone(),
            other: self.other.clone(),
            call: Some(self.call),
            error_code,
            flags: 0,
            param: 0,
            user_str: String::new(),
            sdp: None,
        }
    }

    fn tell(&self, input: CallInput) {
        // A call that has ended meanwhile says so by itself.
        let _on = self.core.directory().tell_call(self.call, ToCall::Input(input));
    }

    fn place(&mut self, ctx: &mut Context<Self>) {
        let Some(outbound) = self.outbound.take() else { return };
        self.core.legs().wait_for_push(self.call, (self.account.name(), &outbound.openid), ctx.address().recipient());
        let account = Arc::clone(&self.account);
        let placed = async move {
            let outcome = account.call(outbound.clone()).await;
            (outcome, outbound)
        };
        ctx.spawn(placed.into_actor(self).map(|(outcome, outbound), leg, ctx| leg.placed(outcome, &outbound, ctx)));
    }

    fn placed(&mut self, outcome: Result<(), CallFailure>, outbound: &OutboundCall, ctx: &mut Context<Self>) {
        let plays = outcome.is_ok() && self.account.simulated();
        self.drive(Input::Placed(outcome.map_err(|failure| failure.code)), ctx);
        // WeChat itself sends its push; the simulated one has this.
        if plays {
            let _waits = super::matched(&self.core, &self.account, self.call, self.account.simulated_push(outbound));
        }
    }

    fn start_worker(&mut self, mode: Mode, reason: HangupReason, ctx: &mut Context<Self>) {
        let Some(push) = self.push.take() else { return };
        let spec = CallSpec {
            call_id: self.call,
            mode,
            reason,
            appid: self.account.appid().to_owned(),
            sn: push.sn,
            model_id: push.model_id,
            openid: push.openid,
            server_token: SecretText::new(push.server_token),
            room_id: push.room_id,
            session_key: SecretText::new(push.session_key),
            payload: SecretText::new(push.payload),
            room_type: self.room_type,
            video: VideoWishes::default(),
        };
        let (place, events) = (self.place.take(), ctx.address().recipient());
        match self.core.workers().start(self.account.name(), spec, place, events) {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => {
                tracing::warn!(call = %self.call, %error, "a call with a WeChat user gets no media worker");
                self.machine.step(clock::now(), Input::NoWorker(super::code_of(error)));
            }
        }
    }
}

impl Actor for Leg {
    type Context = Context<Self>;

    fn started(&mut self, _: &mut Self::Context) {
        self.core.metrics().actors("wechat_leg", 1);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.core.metrics().actors("wechat_leg", -1);
        self.core.legs().forget(self.call);
        // After a panic the call is ended for it.
        if !self.machine.has_left() && !self.core.halted() {
            self.leave();
            self.tell(CallInput::Failed(Failure::Media));
        }
    }
}

impl Handler<ToEndpoint> for Leg {
    type Result = ();

    fn handle(&mut self, message: ToEndpoint, ctx: &mut Self::Context) {
        match message {
            // An event of the user's next call may come here before this one has left.
            ToEndpoint::Event(event) => {
                if event.call.is_some_and(|(call, _)| call == self.call) {
                    let (error_code, reason) = (event.error_code, event.reason);
                    self.drive(Input::Event { event: event.event, error_code, reason }, ctx);
                }
            }
            ToEndpoint::Kick | ToEndpoint::Replaced { .. } => {
                self.drive(Input::Out, ctx);
                let Party { user, device, .. } = self.me.clone();
                self.core.directory().tell_call(self.call, ToCall::Gone { user, device });
            }
            // A phone reads no text, watches nobody, and stays as long as its call.
            ToEndpoint::Signal { .. }
            | ToEndpoint::Message(_)
            | ToEndpoint::Published { .. }
            | ToEndpoint::PresenceChanged(_)
            | ToEndpoint::Drain => {}
        }
    }
}

impl Handler<Pushed> for Leg {
    type Result = ();

    fn handle(&mut self, Pushed(push): Pushed, ctx: &mut Self::Context) {
        self.push = Some(push);
        self.drive(Input::Pushed, ctx);
    }
}

impl Handler<WorkerEvent> for Leg {
    type Result = ();

    fn handle(&mut self, event: WorkerEvent, ctx: &mut Self::Context) {
        // Workers end with the server; calls that are on stay on record as they are.
        if self.core.halted() {
            return;
        }
        match event {
            WorkerEvent::Phase(Phase::Talking) => self.drive(Input::Talking, ctx),
            WorkerEvent::Ended(end) => {
                self.worker = None;
                self.drive(Input::Ended(end), ctx);
            }
            // For whoever carries the media, and for the record.
            WorkerEvent::Phase(_)
            | WorkerEvent::Joined(_)
            | WorkerEvent::Status { .. }
            | WorkerEvent::NeedKeyframe
            | WorkerEvent::Media(_) => {}
        }
    }
}

impl Handler<Drained> for Leg {
    type Result = ();

    fn handle(&mut self, _: Drained, ctx: &mut Self::Context) {
        // A push that was on its way is declined first.
        if self.machine.is_over() {
            ctx.stop();
        }
    }
}
