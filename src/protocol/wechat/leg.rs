//! A WeChat user's part in a call: what it takes of WeChat and of a media worker to be the caller or the callee.
//!
//! ```text
//! the phone calls    waiting ─reply 0─▶ ringing ─start─▶ joining ─status 2─▶ talking
//!                       │ refused           │ refused, no answer …              │
//!                       ▼                   ▼                                   ▼
//!                    (the push is told, or else a worker declines)           leaving ─▶ over
//!
//! the phone rings    waiting ─request─▶ placing ─push─▶ joining ─status 2: accept─▶ talking
//! ```
//!
//! It hears what a session hears, and says to the call what a client would. The end of the call comes from the core alone, also
//! where this part caused it; with that the user leaves the directory, and what is left is to hang up. The contract of a machine is
//! that of [`crate::protocol::effect`].

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::protocol::{
    codes::{self, Code, Reason},
    effect::Failure,
    event::EventName,
    worker::{EndReason, HangupReason, WorkerEnd},
};

/// How long WeChat may take from its yes to its push. Source: the calling time-out of a vendor in the field.
pub const PUSH_LIMIT: Duration = Duration::from_secs(30);
/// How long the core may take to end a call that this part has ended. It always does; whoever waits for it is not to wait for ever.
pub const END_LIMIT: Duration = Duration::from_secs(30);

/// Which party the WeChat user is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The phone calls a device.
    Caller,
    /// A device calls the phone.
    Callee,
}

/// What happens to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Input {
    /// The core says something of this call.
    Event {
        /// What.
        event: EventName,
        /// Its code.
        error_code: Code,
        /// Why, at an end.
        reason: Option<Reason>,
    },
    /// Whether somebody waited for [`Effect::Answer`].
    Told(bool),
    /// How [`Effect::Place`] came out.
    Placed(Result<(), Code>),
    /// WeChat's push for this call is here, with all it takes to join. Of a callee.
    Pushed,
    /// No worker can take the call: the code of that.
    NoWorker(Code),
    /// The phone is in the call: SDK status 2.
    Talking,
    /// The worker has ended.
    Ended(WorkerEnd),
    /// The user is not in the directory any more: put out by an admin, or by its next call after the end of this one.
    Out,
    /// The time of [`Leg::poll_timeout`] has come.
    DeadlinePassed,
}

/// What it asks of its shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Tell whoever has the push: 0, or why there is no call. [`Input::Told`] answers.
    Answer(Code),
    /// Have WeChat call the user. [`Input::Placed`] answers.
    Place,
    /// Have a worker join the call that the push is about.
    Join,
    /// Have a worker tell the phone no, without joining.
    Decline(HangupReason),
    /// Have the worker end its call. [`Input::Ended`] answers.
    HangUp(HangupReason),
    /// Answer the call, as the callee.
    Accept,
    /// Refuse the call, as the callee.
    Refuse(Code),
    /// Hang up, as a party.
    Finish(Code),
    /// Say that there is no way to the phone.
    Fail(Failure),
    /// Take the user out of the directory: the call is over.
    Leave,
    /// Nothing more will come.
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Phase {
    /// Nothing was heard of the core yet.
    Waiting,
    /// The device rings.
    Ringing,
    /// WeChat is to make the call; its push is awaited.
    Placing,
    /// The core refused. Whoever has the push tells WeChat, or else a worker does.
    Refusing(HangupReason),
    /// A worker is on its way into WeChat's room, or in it, and the phone is not.
    Joining,
    /// Both are in the room.
    Talking,
    /// The core was told of an end, and has not ended the call yet.
    Ending,
    /// The call is over; the worker is not.
    Leaving,
    /// Nothing is left.
    Over,
}

/// The machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Leg {
    side: Side,
    phase: Phase,
    /// The core has started the call.
    started: bool,
    /// A worker has it.
    worker: bool,
    due: Option<Instant>,
    effects: VecDeque<Effect>,
}

impl Leg {
    /// The part of a call that begins.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, phase: Phase::Waiting, started: false, worker: false, due: None, effects: VecDeque::new() }
    }

    /// Whether the call is over for it, and only its worker may be left.
    #[must_use]
    pub fn has_left(&self) -> bool {
        matches!(self.phase, Phase::Refusing(_) | Phase::Leaving | Phase::Over)
    }

    /// Whether nothing is left of it.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Whether WeChat's push may come for it.
    #[must_use]
    pub fn awaits_push(&self) -> bool {
        self.phase == Phase::Placing
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Input::DeadlinePassed`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due
    }

    /// Something happened.
    pub fn step(&mut self, now: Instant, input: Input) {
        match input {
            Input::Event { event, error_code, reason } => self.on_event(event, error_code, reason),
            Input::Told(heard) => self.on_told(heard),
            Input::Placed(outcome) => self.on_placed(outcome, now),
            Input::Pushed => self.on_pushed(),
            Input::NoWorker(code) => self.on_no_worker(code, now),
            Input::Talking => self.on_talking(),
            Input::Ended(end) => self.on_ended(&end, now),
            Input::Out => {
                if !self.has_left() {
                    self.on_end(HangupReason::Manual);
                }
            }
            Input::DeadlinePassed => self.on_deadline(now),
        }
    }

    fn on_event(&mut self, event: EventName, error_code: Code, reason: Option<Reason>) {
        if self.has_left() {
            return;
        }
        let over = event == EventName::Finish || (event == EventName::Reply && error_code != codes::SUCCESS);
        if over && self.side == Side::Caller && self.phase == Phase::Waiting {
            // Nobody rang. Whoever has the push tells WeChat, where it still can.
            self.phase = Phase::Refusing(declining(reason));
            return self.effects.extend([Effect::Leave, Effect::Answer(error_code)]);
        }
        if over {
            let why = if self.phase == Phase::Ringing { declining(reason) } else { hanging_up(reason) };
            return self.on_end(why);
        }
        match (event, self.side, self.phase) {
            (EventName::Request, Side::Callee, Phase::Waiting) => {
                self.phase = Phase::Placing;
                self.effects.push_back(Effect::Place);
            }
            (EventName::Reply, Side::Caller, Phase::Waiting) => {
                self.phase = Phase::Ringing;
                self.effects.push_back(Effect::Answer(codes::SUCCESS));
            }
            (EventName::Start, side, phase) => {
                self.started = true;
                if side == Side::Caller && matches!(phase, Phase::Waiting | Phase::Ringing) {
                    self.join();
                }
            }
            _ => {}
        }
    }

    fn on_pushed(&mut self) {
        match self.phase {
            Phase::Placing => self.join(),
            // WeChat was told yes at the moment of the end.
            Phase::Ending | Phase::Leaving | Phase::Over if self.side == Side::Callee && !self.worker => {
                self.worker = true;
                if self.phase == Phase::Over {
                    self.phase = Phase::Leaving;
                }
                self.effects.push_back(Effect::Decline(HangupReason::Manual));
            }
            _ => {}
        }
    }

    fn on_told(&mut self, heard: bool) {
        if let Phase::Refusing(why) = self.phase {
            if heard { self.over() } else { self.decline(why) }
        }
    }

    fn decline(&mut self, why: HangupReason) {
        (self.phase, self.worker) = (Phase::Leaving, true);
        self.effects.push_back(Effect::Decline(why));
    }

    fn join(&mut self) {
        (self.phase, self.worker, self.due) = (Phase::Joining, true, None);
        self.effects.push_back(Effect::Join);
    }

    fn on_placed(&mut self, outcome: Result<(), Code>, now: Instant) {
        // Where the push came first, the answer says nothing new.
        if self.phase != Phase::Placing {
            return;
        }
        match outcome {
            Ok(()) => self.due = Some(now + PUSH_LIMIT),
            Err(code) => self.say(Effect::Fail(Failure::of(code)), now),
        }
    }

    fn on_no_worker(&mut self, code: Code, now: Instant) {
        self.worker = false;
        match self.phase {
            Phase::Leaving => self.over(),
            Phase::Joining => self.say(Effect::Fail(Failure::of(code)), now),
            _ => {}
        }
    }

    fn on_talking(&mut self) {
        if self.phase != Phase::Joining {
            return;
        }
        self.phase = Phase::Talking;
        if self.side == Side::Callee && !self.started {
            self.effects.push_back(Effect::Accept);
        }
    }

    fn on_ended(&mut self, end: &WorkerEnd, now: Instant) {
        self.worker = false;
        match self.phase {
            Phase::Leaving => self.over(),
            Phase::Joining | Phase::Talking => {
                let word = if self.started || self.phase == Phase::Talking { of_talk(end) } else { of_ring(end) };
                self.say(word, now);
            }
            _ => {}
        }
    }

    /// Tells the core of an end, and waits until it has ended the call.
    fn say(&mut self, word: Effect, now: Instant) {
        self.phase = Phase::Ending;
        self.due = Some(now + END_LIMIT);
        self.effects.push_back(word);
        // Whoever refuses hears no more of the call.
        if matches!(word, Effect::Refuse(_)) {
            self.on_end(HangupReason::Manual);
        }
    }

    /// The call is over.
    fn on_end(&mut self, why: HangupReason) {
        let phase = std::mem::replace(&mut self.phase, Phase::Leaving);
        self.due = None;
        self.effects.push_back(Effect::Leave);
        if self.worker {
            self.effects.push_back(Effect::HangUp(why));
        } else if self.side == Side::Caller && matches!(phase, Phase::Waiting | Phase::Ringing) {
            self.decline(why);
        } else {
            self.over();
        }
    }

    fn over(&mut self) {
        self.phase = Phase::Over;
        self.due = None;
        self.effects.push_back(Effect::Over);
    }

    fn on_deadline(&mut self, now: Instant) {
        if self.due.is_none_or(|due| due > now) {
            return;
        }
        match self.phase {
            Phase::Placing => self.say(Effect::Fail(Failure::Lost), now),
            Phase::Ending => self.on_end(HangupReason::Unknown),
            _ => self.due = None,
        }
    }
}

/// What the core hears of a phone that was not answered.
fn of_ring(end: &WorkerEnd) -> Effect {
    match end.code {
        codes::OFFLINE | codes::BUSY | codes::TIMEOUT => Effect::Fail(Failure::of(end.code)),
        _ if end.reason.is_failure() => Effect::Fail(Failure::Media),
        codes::SUCCESS | codes::DISCONNECTED => Effect::Fail(Failure::Lost),
        code => Effect::Refuse(code),
    }
}

/// What the core hears of a phone that was, or whose call the device has accepted: the worker's own code may be that of a phone that
/// is still rung.
fn of_talk(end: &WorkerEnd) -> Effect {
    match end.reason {
        EndReason::Rejected | EndReason::Cancelled | EndReason::HangupByCaller | EndReason::HangupByCallee => {
            Effect::Finish(codes::SUCCESS)
        }
        EndReason::Busy | EndReason::NoAnswer => Effect::Fail(Failure::Media),
        reason if reason.is_failure() => Effect::Fail(Failure::Media),
        // Somebody retired the worker in the middle of its call.
        EndReason::HungUp | EndReason::Retired => Effect::Fail(Failure::Lost),
        _ => Effect::Finish(end.code),
    }
}

/// What the phone is told where its call was not taken. Its header has no number for a line that is taken.
fn declining(reason: Option<Reason>) -> HangupReason {
    match reason {
        Some(Reason::Timeout) => HangupReason::Timeout,
        _ => HangupReason::Reject,
    }
}

/// What the phone is told where it, or its worker, was in the call.
fn hanging_up(reason: Option<Reason>) -> HangupReason {
    match reason {
        Some(Reason::Timeout) => HangupReason::Timeout,
        Some(Reason::Disconnected) => HangupReason::Device,
        Some(Reason::Drained) => HangupReason::Unknown,
        _ => HangupReason::Manual,
    }
}
