//! The shell of a media worker: one actor for one process, and the pool that owns them all.
//!
//! | file | what |
//! | --- | --- |
//! | `pool` | [`Workers`]: who has a process, who gets one, how many wait ready |
//! | `options` | what the pool is made of |
//! | `handle` | [`WorkerHandle`]: what the owner of a call has |
//! | `process` | how a process is started, and what its channels are |
//! | `pump` | the tasks between a process and its actor |
//! | `pipe` | media, bounded, from thread to thread |
//! | `lines` | what a process prints, as log lines without secrets |
//! | `view` | what `GET /workers` shows |
//!
//! The rules are in [`crate::protocol::worker::machine`]. All these actors live on one thread of their own, with the tasks of their
//! channels. Media never pass through an actor, so that a flood of them delays no hang-up.

mod handle;
mod lines;
mod options;
mod pipe;
mod pool;
mod process;
mod pump;
mod view;

use std::{sync::Arc, time::Instant};

use actix::{Actor, ActorContext, AsyncContext, Context, Handler, Message, Recipient};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::sync::mpsc;

pub use self::{
    handle::{MediaCarrier, MediaNews, WorkerHandle, WorkerMedia},
    options::WorkersOptions,
    pipe::MediaPipe,
    pool::{NoWorker, Reservation, Workers},
    view::{Failed, Failure, PoolView, Queues, WORKER_FAILED, WorkerEnded, WorkerId, WorkerView},
};
use self::{pool::Slot, process::Launch, pump::Pumps, view::Shared};
use super::timer::Timer;
use crate::{
    clock,
    metrics::Metrics,
    protocol::{
        codes,
        worker::{
            Effect, EndReason, Exit, FromWorker, HangupReason, Input, Limits, Phase, ProtocolError, Start, ToWorker,
            Worker as Machine, WorkerEnd,
            control::{MediaInfo, encode},
        },
    },
};

/// How many messages may wait until a worker reads them. It has few: this many mean that it reads none.
const BACKLOG: usize = 64;

/// What a call hears of its worker.
#[derive(Debug, Clone, PartialEq, Eq, Message)]
#[rtype(result = "()")]
pub enum WorkerEvent {
    /// It is in another phase.
    Phase(Phase),
    /// It is in WeChat's room of this name.
    Joined(String),
    /// The SDK's own number, for the record: what it means comes as a phase or as the end.
    Status {
        /// 0 to 9 are known.
        n: i32,
        /// Since the start of the call. Unit: milliseconds.
        t_ms: u64,
    },
    /// Whoever sends video to WeChat is to send a key frame now.
    NeedKeyframe,
    /// What is sent, or wanted, from now on.
    Media(MediaInfo),
    /// It has ended. Exactly once, and nothing after it.
    Ended(WorkerEnd),
}

/// Who hears of a worker's call. However it is lost, an end is told.
#[derive(Debug)]
struct Audience(Option<Recipient<WorkerEvent>>);

impl Audience {
    fn tell(&mut self, event: WorkerEvent) {
        if let Some(to) = &self.0 {
            let last = matches!(event, WorkerEvent::Ended(_));
            to.do_send(event);
            if last {
                self.0 = None;
            }
        }
    }
}

/// The end of a call whose worker cannot tell it.
fn failed(reason: EndReason, detail: &str) -> WorkerEnd {
    WorkerEnd { code: codes::DISCONNECTED, reason, detail: detail.to_owned() }
}

fn end_without_a_word() -> WorkerEnd {
    failed(EndReason::Internal, "its supervisor is gone")
}

impl Drop for Audience {
    fn drop(&mut self) {
        self.tell(WorkerEvent::Ended(end_without_a_word()));
    }
}

/// To a worker's actor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
enum ToActor {
    /// A call for it.
    Begin(Box<Start>, Audience),
    /// The call is to end.
    Hangup(HangupReason),
    /// How much the other side may send.
    Bandwidth(u32),
    /// Not needed any more.
    Retire,
    /// Not waited for any more.
    Kill,
    /// The process said something.
    Said(FromWorker),
    /// The process said nonsense.
    Nonsense(ProtocolError),
    /// The process does not read.
    Deaf,
    /// The process has ended.
    Exited(Exit),
    /// Video was dropped on its way to the process.
    NeedKeyframe,
}

/// The actor of one process.
struct Worker {
    launch: Arc<Launch>,
    machine: Machine,
    shared: Arc<Shared>,
    slot: Slot,
    metrics: Metrics,
    timer: Timer,
    /// What the machine's clock said the phase is; for the metric.
    phase: Option<Phase>,
    start: Option<Box<Start>>,
    audience: Option<Audience>,
    began: Option<Instant>,
    group: Option<Pid>,
    orders: Option<mpsc::Sender<Vec<u8>>>,
    pumps: Option<Pumps>,
    /// Its end was told.
    is_over: bool,
}

impl Worker {
    fn new(launch: Arc<Launch>, limits: Limits, shared: Arc<Shared>, slot: Slot, metrics: Metrics) -> Self {
        let machine = Machine::new(clock::now(), limits);
        Self {
            launch,
            machine,
            shared,
            slot,
            metrics,
            timer: Timer::default(),
            phase: None,
            start: None,
            audience: None,
            began: None,
            group: None,
            orders: None,
            pumps: None,
            is_over: false,
        }
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
        let due = self.machine.poll_timeout();
        self.timer.point(due, ctx, |actor, ctx| {
            actor.timer.fired();
            actor.drive(Input::DeadlinePassed, ctx);
        });
    }

    fn carry_out(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::SendStart => {
                if let Some(start) = self.start.take() {
                    self.began = Some(clock::now());
                    self.send(&ToWorker::Start(start), ctx);
                }
            }
            Effect::Send(message) => self.send(&message, ctx),
            Effect::Phase(phase) => self.enter(phase),
            Effect::Joined(room) => {
                if let Some(began) = self.began {
                    self.metrics.worker_joined(clock::now() - began);
                }
                self.shared.note(|report, _| report.room = Some(room.clone()));
                self.tell(WorkerEvent::Joined(room));
            }
            Effect::Status { n, t_ms } => {
                self.shared.edit(|view| view.last_status = Some(n));
                self.shared.note(|report, at| report.status(n, at));
                self.tell(WorkerEvent::Status { n, t_ms });
            }
            Effect::NeedKeyframe => self.need_key_frame(),
            Effect::Media(media) => {
                self.shared.format(media.clone());
                self.tell(WorkerEvent::Media(media));
            }
            Effect::Counted(queues, drops) => self.shared.counted(queues, drops),
            Effect::Kill => self.kill(),
            Effect::Ended(end) => self.ended(end),
            Effect::Gone(_) => {
                self.slot.free();
                ctx.stop();
            }
        }
    }

    fn tell(&mut self, event: WorkerEvent) {
        if let Some(audience) = &mut self.audience {
            audience.tell(event);
        }
    }

    fn need_key_frame(&mut self) {
        self.shared.tell(|news| news.key_frames = news.key_frames.saturating_add(1));
        self.tell(WorkerEvent::NeedKeyframe);
    }

    fn enter(&mut self, phase: Phase) {
        let now = (phase != Phase::Gone).then_some(phase);
        self.metrics.worker_phase(self.phase, now);
        self.phase = now;
        self.shared.edit(|view| view.phase = phase);
        self.shared.note(|report, at| report.phase(phase, at));
        if phase >= Phase::Ending {
            self.shared.tell(|news| news.over = true);
        }
        if phase == Phase::Idle {
            self.slot.is_ready();
        }
        self.tell(WorkerEvent::Phase(phase));
    }

    fn send(&mut self, message: &ToWorker, ctx: &Context<Self>) {
        let Some(orders) = &self.orders else { return };
        let sent = encode(message).map(|frame| orders.try_send(frame));
        // A closed queue is a process on its way out, which is heard of by itself.
        if let Err(_) | Ok(Err(mpsc::error::TrySendError::Full(_))) = sent {
            ctx.address().do_send(ToActor::Deaf);
        }
    }

    fn ended(&mut self, end: WorkerEnd) {
        let WorkerEnd { code, reason, detail } = &end;
        let (worker, pid) = (self.shared.id().0, self.shared.view().pid);
        let call = self.shared.view().call.map(tracing::field::display);
        if reason.is_failure() {
            tracing::warn!(worker, pid, call, code, reason = reason.as_str(), detail, "a media worker failed");
        } else {
            tracing::info!(worker, pid, call, code, reason = reason.as_str(), "a media worker ended");
        }
        self.metrics.worker_ended(*reason);
        self.is_over = true;
        self.slot.ended(*reason, self.audience.is_some());
        // On record before anybody hears of it.
        self.slot.leaves(self.shared.ends(&end));
        self.shared.up().close();
        self.tell(WorkerEvent::Ended(end));
        self.shared.down().close();
    }

    /// Kills the process and all that it started, while it is certain whose number that is.
    fn kill(&self) {
        if let Some(group) = self.group.filter(|_| !self.shared.is_reaped()) {
            // It may have ended by itself this moment.
            let _gone = kill_process_group(group, Signal::KILL).is_err();
        }
    }
}

impl Actor for Worker {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.metrics.actors("cloudvoip_worker", 1);
        match process::start(&self.launch) {
            Ok(process) => {
                self.group = process.pid();
                self.shared.edit(|view| view.pid = process.id());
                let (orders, queue) = mpsc::channel(BACKLOG);
                self.orders = Some(orders);
                self.pumps = Some(Pumps::start(process, queue, ctx.address(), &self.shared, &self.slot));
                self.settle(ctx);
            }
            Err(error) => {
                tracing::warn!(%error, "a media worker could not be started");
                self.drive(Input::Exited(Exit::NeverStarted), ctx);
            }
        }
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.metrics.actors("cloudvoip_worker", -1);
        // Only after a panic, or with its thread, is anything left.
        self.kill();
        if !self.is_over {
            self.slot.leaves(self.shared.ends(&end_without_a_word()));
        }
        self.metrics.worker_phase(self.phase.take(), None);
        self.shared.up().close();
        self.shared.down().close();
    }
}

impl Handler<ToActor> for Worker {
    type Result = ();

    fn handle(&mut self, message: ToActor, ctx: &mut Self::Context) {
        let input = match message {
            ToActor::Begin(start, mut audience) => {
                if !self.machine.is_free() {
                    let end = failed(EndReason::NotStarted, "the worker died while it was chosen");
                    self.slot.leaves(self.shared.ends(&end));
                    return audience.tell(WorkerEvent::Ended(end));
                }
                let mode = start.call.mode;
                self.shared.has_secrets(&start.call);
                self.start = Some(start);
                self.audience = Some(audience);
                Input::Start(mode)
            }
            ToActor::Hangup(reason) => Input::Hangup(reason),
            ToActor::Bandwidth(kbps) => Input::Bandwidth(kbps),
            ToActor::Retire => Input::Retire,
            ToActor::Kill => return self.kill(),
            ToActor::Said(message) => Input::Message(message),
            ToActor::Nonsense(error) => Input::Nonsense(error),
            ToActor::Deaf => Input::Deaf,
            ToActor::Exited(exit) => Input::Exited(exit),
            ToActor::NeedKeyframe => return self.need_key_frame(),
        };
        self.drive(input, ctx);
    }
}
