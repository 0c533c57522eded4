//! One call on a stage: the real machines, a shell driven by hand, and effects as lines of text.
//!
//! | line | meaning |
//! | --- | --- |
//! | `record ringing v2` | [`Effect::Record`]; `commit` where it must be on disk first; the end has reason, code and actor |
//! | `bob/* < request of alice v2 flags=3 "hi" sdp="offer"` | [`Effect::Deliver`] to all devices, `bob/web` one, `bob/!web` all but one |
//! | `bob/* < signal "ice"` | [`Effect::Relay`] |
//! | `ask`, `route`, `route to carol`, `open by bob/web`, `over` | the rest |

use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{
        call::{Call, Request},
        codes::{Code, Door},
        effect::{Act, Devices, Effect, Input, Now, Party, Route},
        event::{CallEvent, EventName, Opaque, Verdict},
        ids::{CallId, DeviceId, RoomNumber, UserId},
        record::{CallRecord, CallState, Timestamp},
        room::Room,
    },
};
use serde_json::value::RawValue;
use uuid::Uuid;

pub(crate) const THIS: CallId = CallId(Uuid::from_u128(1));
pub(crate) const OTHER: CallId = CallId(Uuid::from_u128(2));
/// The server's longest ring.
pub(crate) const RING: Duration = Duration::from_secs(60);
/// The longest talk.
pub(crate) const LONGEST: Duration = Duration::from_secs(3_600);
pub(crate) const GRACE: Duration = Duration::from_secs(15);

pub(crate) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

pub(crate) fn device(name: &str) -> DeviceId {
    DeviceId::new(name).unwrap()
}

/// `"alice/web"`.
pub(crate) fn party(name: &str) -> Party {
    let (name, on) = name.split_once('/').unwrap();
    Party { user: user(name), device: device(on), door: Door::Native }
}

/// JSON that nobody reads: a text.
pub(crate) fn opaque(text: &str) -> Opaque {
    let json = serde_json::to_string(text).unwrap();
    Opaque::new(&RawValue::from_string(json).unwrap())
}

/// alice on her web device asks bob, with audio and video, `"hi"` and an offer.
pub(crate) fn request() -> Request {
    Request {
        id: THIS,
        by: party("alice/web"),
        callee: user("bob"),
        flags: 3,
        param: 7,
        user_str: "hi".into(),
        sdp: Some(opaque("offer")),
        ring: Duration::MAX,
        placed: false,
    }
}

/// A reply or finish of `by`, naming `other`.
pub(crate) fn act(by: &str, other: &str, error_code: Code) -> Act {
    Act {
        by: party(by),
        other: user(other),
        call: None,
        error_code,
        flags: 0,
        param: 0,
        user_str: String::new(),
        sdp: None,
    }
}

pub(crate) struct Stage {
    pub(crate) now: Now,
    call: Call,
    room: Option<Room>,
    longest: Option<Duration>,
}

impl Stage {
    /// A request, before its first effects were looked at.
    pub(crate) fn new(request: Request, callee_free: bool, ask: bool) -> Self {
        let now = Now { mono: clock::now(), wall: Timestamp(1_763_694_600_000_000) };
        let call = Call::place(request, callee_free, ask, RING, now);
        Self { now, call, room: None, longest: Some(LONGEST) }
    }

    /// The hooks have the word.
    pub(crate) fn asking() -> Self {
        let mut stage = Self::new(request(), true, true);
        stage.drain_effects();
        stage
    }

    /// The shell looks for the callee.
    pub(crate) fn routing() -> Self {
        let mut stage = Self::new(request(), true, false);
        stage.drain_effects();
        stage
    }

    /// bob rings.
    pub(crate) fn ringing() -> Self {
        Self::ringing_for(request())
    }

    pub(crate) fn ringing_for(request: Request) -> Self {
        let mut stage = Self::new(request, true, false);
        stage.drain_effects();
        stage.routed(Route::Online(Door::Native));
        stage
    }

    /// bob's web device answered; the start is not on disk.
    pub(crate) fn opening() -> Self {
        let mut stage = Self::ringing();
        stage.reply("bob/web", "alice", 0);
        stage
    }

    /// Both talk.
    pub(crate) fn talking() -> Self {
        let mut stage = Self::opening();
        stage.committed(true);
        stage
    }

    /// Both talked when the server died, a minute ago.
    pub(crate) fn restored(longest: Option<Duration>) -> Self {
        let mut stage = Self::talking();
        stage.now.wall.0 += 60_000_000;
        let record = stage.record().clone();
        stage.room = Some(Room::restore(record, longest, GRACE, stage.now));
        stage
    }

    pub(crate) fn record(&self) -> &CallRecord {
        self.room.as_ref().map_or_else(|| self.call.record(), Room::record)
    }

    pub(crate) fn step(&mut self, input: Input) -> Vec<String> {
        match &mut self.room {
            Some(room) => room.step(self.now, input),
            None => self.call.step(self.now, input),
        }
        self.drain_effects()
    }

    pub(crate) fn drain_effects(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(effect) = self.call.poll_effect() {
            lines.push(line(&effect));
            if let Effect::OpenRoom(answer) = effect {
                let number = RoomNumber::new(42).unwrap();
                self.room = Some(Room::open(*answer, number, self.longest, self.now));
            }
        }
        if let Some(room) = &mut self.room {
            lines.extend(std::iter::from_fn(|| room.poll_effect()).map(|effect| line(&effect)));
        }
        lines
    }

    pub(crate) fn routed(&mut self, route: Route) -> Vec<String> {
        self.step(Input::Routed(route))
    }

    pub(crate) fn online(&mut self) -> Vec<String> {
        self.routed(Route::Online(Door::Native))
    }

    pub(crate) fn allow(&mut self) -> Vec<String> {
        self.step(Input::Verdict(Verdict::default()))
    }

    pub(crate) fn veto(&mut self, code: Code) -> Vec<String> {
        self.step(Input::Verdict(Verdict { refused: Some(code), ..Verdict::default() }))
    }

    pub(crate) fn reply(&mut self, by: &str, other: &str, code: Code) -> Vec<String> {
        self.step(Input::Reply(act(by, other, code)))
    }

    pub(crate) fn finish(&mut self, by: &str, other: &str, code: Code) -> Vec<String> {
        self.step(Input::Finish(act(by, other, code)))
    }

    pub(crate) fn join(&mut self, by: &str) -> Vec<String> {
        self.step(Input::Join(party(by)))
    }

    pub(crate) fn signal(&mut self, by: &str, text: &str) -> Vec<String> {
        self.step(Input::Signal { by: party(by), data: opaque(text) })
    }

    /// A session ended for good, and that device has no other. `left`: the user has other devices.
    pub(crate) fn gone(&mut self, who: &str, left: bool) -> Vec<String> {
        let Party { user, device, .. } = party(who);
        self.step(Input::Gone { user, device, device_online: false, user_online: left })
    }

    pub(crate) fn back(&mut self, who: &str) -> Vec<String> {
        let Party { user, device, .. } = party(who);
        self.step(Input::Back { user, device })
    }

    pub(crate) fn force(&mut self, error_code: Code, text: &str) -> Vec<String> {
        self.step(Input::Force { error_code, user_str: text.into() })
    }

    pub(crate) fn committed(&mut self, done: bool) -> Vec<String> {
        self.step(Input::Committed(done))
    }

    /// Lets time go by, then wakes the machine, as a timer would.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<String> {
        self.now.mono += time;
        self.now.wall.0 += i64::try_from(time.as_micros()).unwrap();
        self.step(Input::DeadlinePassed)
    }

    /// How long until the machine wants to be woken.
    pub(crate) fn due_in(&self) -> Option<Duration> {
        let due = self.room.as_ref().map_or_else(|| self.call.poll_timeout(), Room::poll_timeout);
        due.map(|due| due.saturating_duration_since(self.now.mono))
    }
}

pub(crate) fn line(effect: &Effect) -> String {
    match effect {
        Effect::AskHooks => "ask".into(),
        Effect::Route { to: None } => "route".into(),
        Effect::Route { to: Some(to) } => format!("route to {}", to.as_str()),
        Effect::Record { call, commit, .. } => {
            let commit = if *commit { " commit" } else { "" };
            let end = match (call.state, call.reason, call.ended_by) {
                (CallState::Ended, Some(reason), Some(by)) => {
                    format!(" {} {} by {}", reason.as_str(), call.error_code.unwrap(), by.as_str())
                }
                _ => String::new(),
            };
            format!("record {} v{}{end}{commit}", call.state.as_str(), call.version)
        }
        Effect::Deliver { user, to, event } => format!("{}/{} < {}", user.as_str(), devices(to), event_line(event)),
        Effect::Relay { user, to, data, .. } => {
            format!("{}/{} < signal {}", user.as_str(), devices(to), serde_json::to_string(data).unwrap())
        }
        Effect::OpenRoom(answer) => format!("open by {}/{}", answer.by.user.as_str(), answer.by.device.as_str()),
        Effect::Over => "over".into(),
    }
}

fn devices(to: &Devices) -> String {
    match to {
        Devices::All => "*".into(),
        Devices::One(device) => device.as_str().into(),
        Devices::AllBut(device) => format!("!{}", device.as_str()),
    }
}

pub(crate) fn event_line(event: &CallEvent) -> String {
    let mut line = match event.event {
        EventName::Request => "request".to_owned(),
        EventName::Reply => format!("reply {}", event.error_code),
        EventName::Start => "start".to_owned(),
        EventName::Finish => format!("finish {}", event.error_code),
    };
    if let Some(reason) = event.reason {
        line += &format!(" {}", reason.as_str());
    }
    line += &format!(" of {}", event.user.as_str());
    line += &event.call.map_or_else(|| " no call".to_owned(), |(_, version)| format!(" v{version}"));
    if event.flags != 0 {
        line += &format!(" flags={}", event.flags);
    }
    if event.param != 0 {
        line += &format!(" param={}", event.param);
    }
    if !event.user_str.is_empty() {
        line += &format!(" {:?}", event.user_str);
    }
    if let Some(sdp) = &event.sdp {
        line += &format!(" sdp={}", serde_json::to_string(sdp).unwrap());
    }
    if event.placed {
        line += " placed";
    }
    line
}
