//! A room: a call once it is answered.
//!
//! ```text
//! opening ──committed──▶ talking ──▶ ended
//!    └─ not committed, too late ─────▶ ended
//! ```
//!
//! `start` waits for the commit of the record that says so; whatever arrives before waits with it. The contract of a
//! machine is that of [`super::effect`].

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    codes::{self, Door, Reason},
    effect::{Act, Answer, Devices, EARLY_SIGNAL_BYTES, Effect, End, Failure, Input, Now, Party, refuse, told},
    event::{CallEvent, EventName, Opaque},
    ids::{DeviceId, RoomNumber, UserId},
    record::{Actor, CallRecord, CallState},
};

/// How long the start may be on its way to the disk. Longer: fewer calls are lost to a disk that hangs. Shorter: whoever
/// answered looks at nothing for less long.
const OPENING_LIMIT: Duration = Duration::from_secs(15);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    /// The record of the start is on its way to the disk.
    Opening {
        answer: Box<Answer>,
        /// Until when.
        due: Instant,
        /// What arrived meanwhile.
        waiting: Vec<Input>,
    },
    /// Both parties know the room.
    Talking,
    /// Over.
    Ended,
}

/// The machine of a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Room {
    record: CallRecord,
    phase: Phase,
    longest: Option<Duration>,
    /// When the longest duration is reached.
    closes: Option<Instant>,
    /// After a restart of the server: until when the parties may stay away, and who still does.
    missing: Option<(Instant, Vec<UserId>)>,
    effects: VecDeque<Effect>,
}

impl Room {
    /// Opens the room of an answered call. `longest` is how long the two may talk.
    #[must_use]
    pub fn open(answer: Answer, number: RoomNumber, longest: Option<Duration>, now: Now) -> Self {
        let mut record = answer.call.clone();
        record.callee_device = Some(answer.by.device.clone());
        record.callee_door = Some(answer.by.door);
        record.room = Some(number);
        record.started_at = Some(now.wall);
        let started = record.advance(CallState::Talking, Actor::Callee, now.wall);
        let event = super::event::HookEvent { param: number.get(), ..started };
        let effects = VecDeque::from([Effect::Record { call: Arc::clone(&event.call), event, commit: true }]);
        let phase = Phase::Opening { answer: Box::new(answer), due: now.mono + OPENING_LIMIT, waiting: Vec::new() };
        Self { record, phase, longest, closes: None, missing: None, effects }
    }

    /// The room of a call that talked when the server died. Its parties have `grace` to come back; a WeChat user cannot, so that
    /// such a call ends at once.
    #[must_use]
    pub fn restore(record: CallRecord, longest: Option<Duration>, grace: Duration, now: Now) -> Self {
        let talked = record.started_at.map_or(0, |at| now.wall.ms_since(at));
        let missing = vec![record.caller.clone(), record.callee.clone()];
        let mut room = Self {
            closes: longest.map(|longest| now.mono + longest.saturating_sub(Duration::from_millis(talked))),
            record,
            phase: Phase::Talking,
            longest,
            missing: Some((now.mono + grace, missing)),
            effects: VecDeque::new(),
        };
        // What held the phone died with the server.
        if room.record.has_door(Door::Wechat) {
            room.end(&Failure::Media.end(true), EventName::Finish, now);
        }
        room
    }

    /// The call as it stands.
    #[must_use]
    pub fn record(&self) -> &CallRecord {
        &self.record
    }

    /// Whether the parties wait for their start.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        matches!(self.phase, Phase::Opening { .. })
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Input::DeadlinePassed`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let opening = if let Phase::Opening { due, .. } = self.phase { Some(due) } else { None };
        let missing = self.missing.as_ref().map(|(due, _)| *due);
        self.closes.into_iter().chain(missing).chain(opening).min()
    }

    /// Something happened.
    pub fn step(&mut self, now: Now, input: Input) {
        match (&mut self.phase, input) {
            (Phase::Opening { .. }, Input::Committed(done)) => self.on_committed(done, now),
            (Phase::Opening { due, .. }, Input::DeadlinePassed) => {
                if *due <= now.mono {
                    self.give_up(now);
                }
            }
            (Phase::Opening { waiting, .. }, Input::Signal { by, data }) if !has_room_for(waiting, &data) => {
                self.on_signal(by, data, now);
            }
            (Phase::Opening { waiting, .. }, input) => waiting.push(input),
            (Phase::Talking | Phase::Ended, input) => self.on_input(input, now),
        }
    }

    fn on_committed(&mut self, done: bool, now: Now) {
        let Phase::Opening { answer, waiting, .. } = std::mem::replace(&mut self.phase, Phase::Talking) else { return };
        if done {
            self.start(&answer);
            self.closes = self.longest.map(|longest| now.mono + longest);
        } else {
            // It never started: not for the parties, and not for the hooks.
            self.record.event_seq = self.record.event_seq.saturating_sub(1);
            self.record.timeline.pop();
            self.end_unstarted(now);
        }
        for input in waiting {
            self.on_input(input, now);
        }
    }

    /// The disk neither takes the start nor refuses it. It never started for the parties; its timeline keeps the step, which
    /// the disk and the hooks may get yet.
    fn give_up(&mut self, now: Now) {
        let Phase::Opening { waiting, .. } = std::mem::replace(&mut self.phase, Phase::Talking) else { return };
        self.end_unstarted(now);
        for input in waiting {
            self.on_input(input, now);
        }
    }

    /// Ends it for parties of whom the callee's other devices still ring.
    fn end_unstarted(&mut self, now: Now) {
        self.record.callee_device = None;
        self.record.room = None;
        self.record.started_at = None;
        self.end(&End::by_server(Reason::Drained, codes::SERVER_DRAINING), EventName::Reply, now);
    }

    fn start(&mut self, answer: &Answer) {
        let at = self.record.started_at.unwrap_or_default();
        let start = |to: &UserId| {
            let mut event = told(&self.record, to, EventName::Start, at);
            event.param = self.record.room.map_or(0, RoomNumber::get);
            event.flags = self.record.flags;
            event
        };
        let mut to_caller = start(&self.record.caller);
        to_caller.user_str.clone_from(&answer.user_str);
        to_caller.sdp.clone_from(&answer.sdp);
        let mut to_callee = start(&self.record.callee);
        to_callee.user_str.clone_from(&self.record.user_str);
        self.tell_both(to_caller, to_callee);
        let mut elsewhere = told(&self.record, &self.record.callee, EventName::Finish, at);
        elsewhere.reason = Some(Reason::AnsweredElsewhere);
        let to = Devices::AllBut(answer.by.device.clone());
        self.effects.push_back(Effect::Deliver { user: self.record.callee.clone(), to, event: elsewhere });
    }

    fn on_input(&mut self, input: Input, now: Now) {
        match input {
            Input::Reply(act) => {
                let cancels = act.error_code == codes::CANCELLED && act.by.user == self.record.caller;
                if cancels && self.is_party(&act) {
                    let end = End::by_party(Reason::Cancelled, codes::CANCELLED, Actor::Caller, &act);
                    self.end(&end, EventName::Finish, now);
                } else {
                    self.effects.push_back(refuse(act.by, act.other, codes::NOT_IN_CALL, now.wall));
                }
            }
            Input::Finish(act) => {
                if self.is_party(&act) {
                    let by = if act.by.user == self.record.caller { Actor::Caller } else { Actor::Callee };
                    self.end(&End::by_party(Reason::Hangup, act.error_code, by, &act), EventName::Finish, now);
                } else {
                    self.effects.push_back(refuse(act.by, act.other, codes::NOT_IN_CALL, now.wall));
                }
            }
            // The request crossed the start: its sender is in a call by now.
            Input::Join(by) => {
                self.effects.push_back(refuse(by, self.record.caller.clone(), codes::ALREADY_IN_CALL, now.wall));
            }
            Input::Signal { by, data } => self.on_signal(by, data, now),
            Input::Gone { user, device, device_online, .. } => {
                if self.bound_device(&user) == Some(&device) && !device_online {
                    self.end(&End::by_server(Reason::Disconnected, codes::DISCONNECTED), EventName::Finish, now);
                }
            }
            Input::Back { user, device } => self.on_back(&user, &device),
            Input::Force { error_code, user_str } => {
                let (reason, by) = (Reason::Forced, Actor::Business);
                let end = End { reason, error_code, by, flags: 0, param: 0, user_str };
                self.end(&end, EventName::Finish, now);
            }
            Input::Failed(failure) => self.end(&failure.end(true), EventName::Finish, now),
            Input::Drain => self.end(&End::by_server(Reason::Drained, codes::SERVER_DRAINING), EventName::Finish, now),
            Input::DeadlinePassed => self.on_deadline(now),
            // Late: the verdict of a call that a party joined, a commit already told of.
            Input::Verdict(_) | Input::Routed(_) | Input::Committed(_) => {}
        }
    }

    fn on_signal(&mut self, by: Party, data: Opaque, now: Now) {
        let bound = self.phase == Phase::Talking && self.bound_device(&by.user) == Some(&by.device);
        let other = self.record.other(&by.user).cloned();
        let device = other.as_ref().and_then(|other| self.bound_device(other)).cloned();
        match (other, device) {
            (Some(user), Some(device)) if bound => {
                let (call, to) = (self.record.id, Devices::One(device));
                self.effects.push_back(Effect::Relay { call, user, to, from: by.user, data });
            }
            (other, _) => {
                // A stranger hears its own name: it learns of nobody.
                let named = other.unwrap_or_else(|| by.user.clone());
                self.effects.push_back(refuse(by, named, codes::NOT_IN_CALL, now.wall));
            }
        }
    }

    fn on_back(&mut self, user: &UserId, device: &DeviceId) {
        if self.bound_device(user) != Some(device) {
            return;
        }
        if let Some((_, missing)) = &mut self.missing {
            missing.retain(|other| other != user);
            if missing.is_empty() {
                self.missing = None;
            }
        }
    }

    fn on_deadline(&mut self, now: Now) {
        let passed = |due: Instant| due <= now.mono;
        if self.missing.as_ref().is_some_and(|(due, _)| passed(*due)) {
            self.end(&End::by_server(Reason::Disconnected, codes::DISCONNECTED), EventName::Finish, now);
        } else if self.closes.is_some_and(passed) {
            self.end(&End::by_server(Reason::MaxDuration, codes::TIMEOUT), EventName::Finish, now);
        }
    }

    /// From start on a call belongs to one device on each side.
    fn bound_device(&self, user: &UserId) -> Option<&DeviceId> {
        if *user == self.record.caller {
            Some(&self.record.caller_device)
        } else if *user == self.record.callee {
            self.record.callee_device.as_ref()
        } else {
            None
        }
    }

    fn is_party(&self, act: &Act) -> bool {
        self.phase == Phase::Talking
            && self.record.is_meant_by(act)
            && self.bound_device(&act.by.user) == Some(&act.by.device)
    }

    fn end(&mut self, end: &End, name: EventName, now: Now) {
        if self.phase == Phase::Ended {
            return;
        }
        self.phase = Phase::Ended;
        self.closes = None;
        self.missing = None;
        let event = self.record.end(end, now.wall);
        self.effects.push_back(Effect::Record { call: Arc::clone(&event.call), event, commit: false });
        let to_caller = end.told(&self.record, &self.record.caller, name, now.wall);
        let to_callee = end.told(&self.record, &self.record.callee, name, now.wall);
        self.tell_both(to_caller, to_callee);
        self.effects.push_back(Effect::Over);
    }

    fn tell_both(&mut self, to_caller: CallEvent, to_callee: CallEvent) {
        let caller = Devices::One(self.record.caller_device.clone());
        self.effects.push_back(Effect::Deliver { user: self.record.caller.clone(), to: caller, event: to_caller });
        let callee = self.record.callee_device.clone().map_or(Devices::All, Devices::One);
        self.effects.push_back(Effect::Deliver { user: self.record.callee.clone(), to: callee, event: to_callee });
    }
}

/// Whether one more signal may wait for the start.
fn has_room_for(waiting: &[Input], data: &Opaque) -> bool {
    let kept = waiting.iter().map(|input| if let Input::Signal { data, .. } = input { data.len() } else { 0 });
    kept.sum::<usize>() + data.len() <= EARLY_SIGNAL_BYTES
}
