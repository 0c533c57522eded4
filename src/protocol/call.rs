//! A pending call: from its request until it is answered or dead.
//!
//! ```text
//!             verdict, route        accept
//! requested ─────────────▶ ringing ────────▶ (a room takes over: see `room`)
//!     │                       │
//!     └── busy, offline, vetoed, cancelled, refused, timeout, disconnected, forced, drained ──▶ ended
//! ```
//!
//! Both lines are held from before the first input to the end; see [`super::lines`]. The rules are those of the call-control
//! contract §3, and the contract of a machine is that of [`super::effect`].

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    codes::{self, Reason},
    effect::{Act, Answer, Devices, EARLY_SIGNAL_BYTES, Effect, End, Input, Now, Party, Route, refuse, told},
    event::{CallEvent, EventName, Opaque, Verdict},
    ids::{CallId, DeviceId, UserId},
    record::{Actor, CallRecord, CallState},
};

/// How long a verdict may take before the call times out. The hooks have deadlines of their own, far below; this one holds
/// even where their shell fails.
pub const VERDICT_LIMIT: Duration = Duration::from_secs(60);

/// A request, as the caller made it and the edge checked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The new call's id.
    pub id: CallId,
    /// Who asks.
    pub by: Party,
    /// Whom it dials.
    pub callee: UserId,
    /// Relayed flags.
    pub flags: u32,
    /// The application's integer.
    pub param: i32,
    /// The application's text.
    pub user_str: String,
    /// An offer riding along.
    pub sdp: Option<Opaque>,
    /// How long it rings at the most.
    pub ring: Duration,
    /// Placed by the business server in the caller's name: the hooks are not asked.
    pub placed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Phase {
    /// The hooks have the word.
    Asking,
    /// The shell looks for the callee.
    Routing,
    /// The callee's devices ring.
    Ringing,
    /// A room has taken over.
    Answered,
    /// Over.
    Ended,
}

/// The machine of a pending call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    record: CallRecord,
    offer: Option<Opaque>,
    phase: Phase,
    ring: Duration,
    ring_limit: Duration,
    deadline: Option<Instant>,
    /// Devices of the callee's that requested the caller before they were rung, first come first.
    joined: Vec<Party>,
    early_signals: Vec<Opaque>,
    effects: VecDeque<Effect>,
}

impl Call {
    /// A call whose two lines were taken (`callee_free`), or whose callee's line was found taken. `ask` says whether there
    /// are hooks to ask; `ring_limit` is the longest ring time that anybody may set.
    #[must_use]
    pub fn place(request: Request, callee_free: bool, ask: bool, ring_limit: Duration, now: Now) -> Self {
        let record = CallRecord {
            id: request.id,
            state: CallState::Requested,
            version: 0,
            caller: request.by.user,
            callee: request.callee,
            dialled: None,
            caller_device: request.by.device,
            callee_device: None,
            caller_door: request.by.door,
            callee_door: None,
            placed: request.placed,
            flags: request.flags,
            param: request.param,
            user_str: request.user_str,
            room: None,
            error_code: None,
            reason: None,
            ended_by: None,
            requested_at: now.wall,
            ringing_at: None,
            started_at: None,
            ended_at: None,
            veto: Vec::new(),
            timeline: Vec::with_capacity(4),
            event_seq: 0,
        };
        let mut call = Self {
            record,
            offer: request.sdp,
            phase: Phase::Asking,
            ring: request.ring.min(ring_limit),
            ring_limit,
            deadline: None,
            joined: Vec::new(),
            early_signals: Vec::new(),
            effects: VecDeque::new(),
        };
        let by = if request.placed { Actor::Business } else { Actor::Caller };
        let event = call.record.advance(CallState::Requested, by, now.wall);
        call.effects.push_back(Effect::Record { call: Arc::clone(&event.call), event, commit: false });
        if !callee_free {
            call.fail(Reason::Busy, codes::BUSY, now);
        } else if ask && !request.placed {
            call.deadline = Some(now.mono + VERDICT_LIMIT);
            call.effects.push_back(Effect::AskHooks);
        } else {
            call.route(None);
        }
        call
    }

    /// The call as it stands.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// The caller's offer, for devices that join the ring late.
    #[must_use]
    pub fn offer(&self) -> Option<&Opaque> {
        self.offer.as_ref()
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Input::DeadlinePassed`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// Something happened.
    pub fn step(&mut self, now: Now, input: Input) {
        match input {
            Input::Verdict(verdict) => self.on_verdict(verdict, now),
            Input::Routed(route) => self.on_routed(route, now),
            Input::Reply(act) => self.on_reply(act, now),
            Input::Finish(act) => self.on_finish(act, now),
            Input::Join(by) => self.on_join(by, now),
            Input::Signal { by, data } => self.on_signal(by, data, now),
            Input::Gone { user, device, device_online, user_online } => {
                self.on_gone(&user, &device, device_online, user_online, now);
            }
            Input::Force { error_code, user_str } => {
                let error_code = if error_code == codes::SUCCESS { codes::CANCELLED } else { error_code };
                let by = Actor::Business;
                self.end(
                    &End { reason: Reason::Forced, error_code, by, flags: 0, param: 0, user_str },
                    Told::Both,
                    now,
                );
            }
            Input::Failed(failure) => self.end(&failure.end(false), Told::Both, now),
            Input::Drain => self.fail(Reason::Drained, codes::SERVER_DRAINING, now),
            Input::DeadlinePassed => {
                if self.deadline.is_some_and(|due| due <= now.mono) {
                    self.fail(Reason::Timeout, codes::TIMEOUT, now);
                }
            }
            // Joining a ring needs no input (a late device reads the call at login), and a pending call never waits for
            // a commit.
            Input::Back { .. } | Input::Committed(_) => {}
        }
    }

    fn route(&mut self, to: Option<UserId>) {
        self.phase = Phase::Routing;
        self.effects.push_back(Effect::Route { to });
    }

    fn on_verdict(&mut self, verdict: Verdict, now: Now) {
        if self.phase != Phase::Asking {
            return;
        }
        self.record.veto = verdict.hooks;
        if let Some(error_code) = verdict.refused {
            let by = Actor::Hook;
            let (flags, param, user_str) = (0, 0, String::new());
            self.end(&End { reason: Reason::Vetoed, error_code, by, flags, param, user_str }, Told::Both, now);
            return;
        }
        self.record.apply(&verdict.changes);
        if let Some(ring) = verdict.changes.ring {
            self.ring = ring.min(self.ring_limit);
        }
        let to = verdict.changes.target_user.filter(|target| *target != self.record.callee);
        if to.as_ref() == Some(&self.record.caller) {
            // Nobody is both parties of a call; the line it was routed to is taken, by this call.
            return self.fail(Reason::Busy, codes::BUSY, now);
        }
        if let Some(target) = &to {
            for party in std::mem::take(&mut self.joined) {
                self.tell_joined(party, Reason::Busy, codes::BUSY, now);
            }
            self.record.dialled = Some(std::mem::replace(&mut self.record.callee, target.clone()));
        }
        self.route(to);
    }

    fn on_routed(&mut self, route: Route, now: Now) {
        if self.phase != Phase::Routing {
            return;
        }
        let door = match route {
            Route::Online(door) => door,
            Route::Offline => return self.fail(Reason::Offline, codes::OFFLINE, now),
            Route::Busy => return self.fail(Reason::Busy, codes::BUSY, now),
        };
        self.phase = Phase::Ringing;
        self.deadline = Some(now.mono + self.ring);
        self.record.callee_door = Some(door);
        self.record.ringing_at = Some(now.wall);
        let event = self.record.advance(CallState::Ringing, Actor::Server, now.wall);
        self.effects.push_back(Effect::Record { call: Arc::clone(&event.call), event, commit: false });

        let mut progress = told(&self.record, &self.record.caller, EventName::Reply, now.wall);
        progress.placed = self.record.placed;
        self.tell_caller(progress);
        let mut request = told(&self.record, &self.record.callee, EventName::Request, now.wall);
        request.flags = self.record.flags;
        request.param = self.record.param;
        request.user_str.clone_from(&self.record.user_str);
        request.sdp.clone_from(&self.offer);
        self.tell_callee(Devices::All, request);
        for data in std::mem::take(&mut self.early_signals) {
            self.relay_to_callee(data);
        }
        if let Some(first) = self.joined.first().cloned() {
            self.accept(first, 0, String::new(), None);
        }
    }

    fn on_reply(&mut self, act: Act, now: Now) {
        if !self.record.is_meant_by(&act) {
            return self.no_such_call(act, now);
        }
        let accepts = act.error_code == codes::SUCCESS;
        if act.by.user == self.record.caller {
            if accepts || !self.is_cancellable_by(&act.by) {
                return self.no_such_call(act, now);
            }
            self.cancel(&act, now);
        } else if self.phase != Phase::Ringing {
            self.no_such_call(act, now);
        } else if accepts {
            self.accept(act.by, act.flags, act.user_str, act.sdp);
        } else {
            self.decline(&act, act.error_code, now);
        }
    }

    fn on_finish(&mut self, act: Act, now: Now) {
        if !self.record.is_meant_by(&act) {
            return self.no_such_call(act, now);
        }
        if act.by.user == self.record.caller {
            if !self.is_cancellable_by(&act.by) {
                return self.no_such_call(act, now);
            }
            self.cancel(&act, now);
        } else if self.phase == Phase::Ringing {
            self.decline(&act, codes::REFUSED, now);
        } else {
            self.no_such_call(act, now);
        }
    }

    fn on_join(&mut self, by: Party, now: Now) {
        if self.record.dialled.as_ref() == Some(&by.user) {
            // A hook routed the call elsewhere while this request was on its way.
            return self.tell_joined(by, Reason::Busy, codes::BUSY, now);
        }
        if by.user != self.record.callee {
            return self.effects.push_back(refuse(by, self.record.caller.clone(), codes::BUSY, now.wall));
        }
        match self.phase {
            Phase::Asking | Phase::Routing => {
                if !self.joined.iter().any(|party| party.device == by.device) {
                    self.joined.push(by);
                }
            }
            Phase::Ringing => self.accept(by, 0, String::new(), None),
            Phase::Ended => {
                let reason = self.record.reason.unwrap_or(Reason::Cancelled);
                self.tell_joined(by, reason, self.record.error_code.unwrap_or(codes::CANCELLED), now);
            }
            Phase::Answered => {}
        }
    }

    fn on_signal(&mut self, by: Party, data: Opaque, now: Now) {
        let from_caller = by.user == self.record.caller && by.device == self.record.caller_device;
        let from_callee = by.user == self.record.callee;
        match self.phase {
            Phase::Ringing if from_caller => self.relay_to_callee(data),
            Phase::Ringing if from_callee => self.effects.push_back(Effect::Relay {
                call: self.record.id,
                user: self.record.caller.clone(),
                to: Devices::One(self.record.caller_device.clone()),
                from: by.user,
                data,
            }),
            Phase::Asking | Phase::Routing if from_caller && self.has_room_for(&data) => self.early_signals.push(data),
            Phase::Asking | Phase::Routing | Phase::Ringing | Phase::Answered | Phase::Ended => {
                // A stranger hears its own name: it learns of nobody.
                let named = self.record.other(&by.user).unwrap_or(&by.user).clone();
                self.effects.push_back(refuse(by, named, codes::NOT_IN_CALL, now.wall));
            }
        }
    }

    fn on_gone(&mut self, user: &UserId, device: &DeviceId, device_online: bool, user_online: bool, now: Now) {
        if !device_online {
            self.joined.retain(|party| party.user != *user || party.device != *device);
        }
        let caller_lost = *user == self.record.caller && *device == self.record.caller_device && !device_online;
        let callee_lost = *user == self.record.callee && !user_online && self.phase == Phase::Ringing;
        if caller_lost || callee_lost {
            self.fail(Reason::Disconnected, codes::DISCONNECTED, now);
        }
    }

    /// Only the device that asked may take the request back.
    fn is_cancellable_by(&self, by: &Party) -> bool {
        by.device == self.record.caller_device && !matches!(self.phase, Phase::Answered | Phase::Ended)
    }

    fn has_room_for(&self, data: &Opaque) -> bool {
        self.early_signals.iter().map(Opaque::len).sum::<usize>() + data.len() <= EARLY_SIGNAL_BYTES
    }

    fn no_such_call(&mut self, act: Act, now: Now) {
        self.effects.push_back(refuse(act.by, act.other, codes::NOT_IN_CALL, now.wall));
    }

    fn accept(&mut self, by: Party, flags: u32, user_str: String, sdp: Option<Opaque>) {
        self.phase = Phase::Answered;
        self.deadline = None;
        let call = self.record.clone();
        self.effects.push_back(Effect::OpenRoom(Box::new(Answer { call, by, flags, user_str, sdp })));
    }

    fn cancel(&mut self, act: &Act, now: Now) {
        let end = End::by_party(Reason::Cancelled, codes::CANCELLED, Actor::Caller, act);
        self.end(&end, Told::Callee, now);
    }

    fn decline(&mut self, act: &Act, error_code: codes::Code, now: Now) {
        let end = End::by_party(Reason::Refused, error_code, Actor::Callee, act);
        self.end(&end, Told::Decliner(act.by.device.clone()), now);
    }

    /// Ends the call for a reason that both parties hear of, as far as they know of the call.
    fn fail(&mut self, reason: Reason, error_code: codes::Code, now: Now) {
        self.end(&End::by_server(reason, error_code), Told::Both, now);
    }

    fn end(&mut self, end: &End, who: Told, now: Now) {
        if matches!(self.phase, Phase::Answered | Phase::Ended) {
            return;
        }
        let rang = self.phase == Phase::Ringing;
        self.phase = Phase::Ended;
        self.deadline = None;
        let event = self.record.end(end, now.wall);
        self.effects.push_back(Effect::Record { call: Arc::clone(&event.call), event, commit: false });
        // Nobody at the caller's end knows of a placed call before it rings; who placed it is told.
        if (rang || !self.record.placed) && who != Told::Callee {
            let event = end.told(&self.record, &self.record.caller, EventName::Reply, now.wall);
            self.tell_caller(event);
        }
        match who {
            Told::Both | Told::Callee if rang => {
                let event = end.told(&self.record, &self.record.callee, EventName::Reply, now.wall);
                self.tell_callee(Devices::All, event);
            }
            Told::Decliner(device) => {
                let mut event = told(&self.record, &self.record.callee, EventName::Finish, now.wall);
                event.reason = Some(Reason::DeclinedElsewhere);
                self.tell_callee(Devices::AllBut(device), event);
            }
            Told::Both | Told::Callee => {}
        }
        for party in std::mem::take(&mut self.joined) {
            self.tell_joined(party, end.reason, end.error_code, now);
        }
        self.effects.push_back(Effect::Over);
    }

    fn tell_caller(&mut self, event: CallEvent) {
        let to = Devices::One(self.record.caller_device.clone());
        self.effects.push_back(Effect::Deliver { user: self.record.caller.clone(), to, event });
    }

    fn tell_callee(&mut self, to: Devices, event: CallEvent) {
        self.effects.push_back(Effect::Deliver { user: self.record.callee.clone(), to, event });
    }

    /// What becomes of a request that was answered with this call's id before its sender was a party that rings.
    fn tell_joined(&mut self, party: Party, reason: Reason, error_code: codes::Code, now: Now) {
        let mut event = told(&self.record, &party.user, EventName::Reply, now.wall);
        event.error_code = error_code;
        event.reason = Some(reason);
        self.effects.push_back(Effect::Deliver { user: party.user, to: Devices::One(party.device), event });
    }

    fn relay_to_callee(&mut self, data: Opaque) {
        self.effects.push_back(Effect::Relay {
            call: self.record.id,
            user: self.record.callee.clone(),
            to: Devices::All,
            from: self.record.caller.clone(),
            data,
        });
    }
}

/// Who hears how a call ended.
#[derive(PartialEq, Eq)]
enum Told {
    /// The callee; the caller knows.
    Callee,
    /// The caller, and the callee's devices but the one that declined.
    Decliner(DeviceId),
    /// Both.
    Both,
}
