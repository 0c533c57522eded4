//! The life of a worker, from its start to its end.
//!
//! ```text
//! spawned ─hello─▶ idle ─start─▶ init ─▶ joining ─joined─▶ ringing ─status 2─▶ talking
//!    2 s                         10 s      10 s             65 s              as long as allowed
//!                                  └── hangup ──▶ ending (5 s) ──┐   └─ a status that ends it, bye, exit, timer, nonsense ─┐
//!                                                                ▼                                                         ▼
//!                                                     leaving (5 s, then killed) ──exit──▶ gone
//! ```
//!
//! Whatever comes first ends it, once; what comes after is the way out. The contract of a machine is that of
//! [`crate::protocol::effect`].

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    ABI_VERSION, ProtocolError, VERSION,
    control::{Depths, FromWorker, HangupReason, MediaInfo, Mode, Stage, ToWorker},
    inputs::{Effect, Input},
    outcome::{EndReason, Exit, WorkerEnd, code_of_wx_error, of_exit, of_status, wx_error_name},
    phase::{Limits, Phase},
    queue::Drops,
};
use crate::protocol::codes::{self, Code};

/// How much of a text of a worker's is kept: it goes into the call's record. Unit: characters.
const MOST_TEXT: usize = 256;
/// How much news of a call a worker may tell: a call has some ten pieces, and each becomes an entry of its record.
const MOST_NEWS: u32 = 1000;
/// How often a key frame is passed on at most.
const KEYFRAME_EVERY: Duration = Duration::from_millis(100);

/// The machine of a worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worker {
    limits: Limits,
    phase: Phase,
    /// When the phase has lasted too long.
    due: Option<Instant>,
    /// The call it has, or gets with its hello.
    call: Option<Mode>,
    /// How far it said that it is.
    stage: Option<Stage>,
    answered: bool,
    /// How much news of the call it told.
    news: u32,
    /// When it last asked for a key frame.
    asked: Option<Instant>,
    /// While ending: what our hanging up amounts to.
    intent: (EndReason, Code),
    /// The last thing that it said did not work.
    trouble: Option<String>,
    pings: u64,
    /// When the last ping, which is not answered yet, must be.
    pong_due: Option<Instant>,
    /// When the next ping is due.
    ping_due: Option<Instant>,
    effects: VecDeque<Effect>,
}

/// How a process whose call is over is to leave.
enum Leave {
    /// It is told to.
    Told,
    /// It does by itself.
    ByItself,
    /// It is not asked.
    Killed,
}

impl Worker {
    /// A worker whose process starts now.
    #[must_use]
    pub fn new(now: Instant, limits: Limits) -> Self {
        Self {
            limits,
            phase: Phase::Spawned,
            due: Some(now + limits.hello),
            call: None,
            stage: None,
            answered: false,
            news: 0,
            asked: None,
            intent: (EndReason::HungUp, codes::SUCCESS),
            trouble: None,
            pings: 0,
            pong_due: None,
            ping_due: None,
            effects: VecDeque::from([Effect::Phase(Phase::Spawned)]),
        }
    }

    /// Where in its life it is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether it can take a call.
    #[must_use]
    pub fn is_free(&self) -> bool {
        self.phase <= Phase::Idle && self.call.is_none()
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Input::DeadlinePassed`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        [self.due, self.pong_due, self.ping_due].into_iter().flatten().min()
    }

    /// Something happened.
    pub fn step(&mut self, now: Instant, input: Input) {
        if self.phase == Phase::Gone {
            return;
        }
        if self.phase == Phase::Leaving {
            return self.on_way_out(now, &input);
        }
        match input {
            Input::Start(mode) => self.on_start(now, mode),
            Input::Message(message) => self.on_message(now, message),
            Input::Nonsense(error) => self.nonsense(now, error),
            Input::Deaf => self.hung(now, "hung: it reads nothing"),
            Input::Hangup(reason) => {
                let intent = (EndReason::HungUp, self.code_of_hangup(reason));
                self.hang_up(now, reason, intent);
            }
            Input::Bandwidth(kbps) => {
                if matches!(self.phase, Phase::Ringing | Phase::Talking) {
                    self.effects.push_back(Effect::Send(ToWorker::Bandwidth { kbps }));
                }
            }
            Input::Retire => self.on_retire(now),
            Input::Exited(exit) => self.on_exit(exit),
            Input::DeadlinePassed => self.on_deadline(now),
        }
    }

    fn on_way_out(&mut self, now: Instant, input: &Input) {
        match input {
            Input::Exited(exit) => self.gone(*exit),
            Input::DeadlinePassed if self.due.is_some_and(|due| due <= now) => {
                self.effects.push_back(Effect::Kill);
                self.due = Some(now + self.limits.leave);
            }
            _ => {}
        }
    }

    fn on_start(&mut self, now: Instant, mode: Mode) {
        if !self.is_free() {
            return;
        }
        self.call = Some(mode);
        if self.phase == Phase::Idle {
            self.begin(now);
        }
    }

    fn begin(&mut self, now: Instant) {
        self.effects.push_back(Effect::SendStart);
        self.enter(now, Phase::Init, Some(self.limits.init));
    }

    fn enter(&mut self, now: Instant, phase: Phase, limit: Option<Duration>) {
        self.phase = phase;
        self.due = limit.map(|limit| now + limit);
        if self.pong_due.is_none() {
            let every = if phase == Phase::Idle { self.limits.idle_ping } else { self.limits.ping };
            self.ping_due = Some(now + every);
        }
        self.effects.push_back(Effect::Phase(phase));
    }

    fn on_message(&mut self, now: Instant, message: FromWorker) {
        match message {
            FromWorker::Hello { v, lib_abi, .. } => self.on_hello(now, v, lib_abi),
            FromWorker::Error { at, wx_error, text } => self.on_error(now, &at, wx_error, &text),
            FromWorker::Pong { n, stuck_ms, queues, drops } => self.on_pong(now, n, stuck_ms, queues, drops),
            // All else is about a call.
            _ if !self.phase.has_call() => self.nonsense(now, ProtocolError::Order("news of a call")),
            FromWorker::Phase { phase, room_id } => self.on_stage(now, phase, room_id),
            FromWorker::NeedKeyframe => self.on_need_keyframe(now),
            _ if self.news >= MOST_NEWS => self.nonsense(now, ProtocolError::Order("too much news")),
            FromWorker::Media(media) => {
                self.news += 1;
                let codec = media.codec.chars().take(MOST_TEXT).collect();
                self.effects.push_back(Effect::Media(MediaInfo { codec, ..media }));
            }
            FromWorker::Status { n, t_ms } => self.on_status(now, n, t_ms),
            FromWorker::Bye { last_status } => self.on_bye(now, last_status),
        }
    }

    fn on_need_keyframe(&mut self, now: Instant) {
        if self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= KEYFRAME_EVERY) {
            self.asked = Some(now);
            self.effects.push_back(Effect::NeedKeyframe);
        }
    }

    fn on_hello(&mut self, now: Instant, version: u32, abi: u32) {
        let error = match self.phase {
            Phase::Spawned if version != VERSION => ProtocolError::Version(version),
            Phase::Spawned if abi != ABI_VERSION => ProtocolError::Abi(abi),
            Phase::Spawned => {
                self.enter(now, Phase::Idle, None);
                if self.call.is_some() {
                    self.begin(now);
                }
                return;
            }
            _ => ProtocolError::Order("hello"),
        };
        self.nonsense(now, error);
    }

    fn on_error(&mut self, now: Instant, at: &str, wx_error: Option<i32>, text: &str) {
        let number = wx_error.map(|n| match wx_error_name(n) {
            Some(name) => format!(" ({n} {name})"),
            None => format!(" ({n})"),
        });
        let text: String = text.chars().take(MOST_TEXT).collect();
        let at = at.chars().take(MOST_TEXT).collect::<String>();
        let said = format!("{at}: {text}{}", number.unwrap_or_default());
        let disconnected = codes::DISCONNECTED;
        let (reason, code) = match (self.phase, at.as_str()) {
            (Phase::Spawned, "load") => (EndReason::NoLibrary, disconnected),
            (Phase::Spawned, "symbol") => (EndReason::NoSymbol, disconnected),
            (Phase::Init, "init") => (EndReason::InitFailed, code_of_wx_error(wx_error)),
            (Phase::Joining, "join") => (EndReason::JoinFailed, code_of_wx_error(wx_error)),
            _ => {
                self.trouble = Some(said);
                return;
            }
        };
        self.end(now, reason, code, said, &Leave::ByItself);
    }

    fn on_pong(&mut self, now: Instant, n: u64, stuck_ms: u64, queues: Depths, drops: Drops) {
        if self.pong_due.is_none() || n != self.pings {
            return self.nonsense(now, ProtocolError::Order("pong"));
        }
        self.pong_due = None;
        let every = if self.phase == Phase::Idle { self.limits.idle_ping } else { self.limits.ping };
        self.ping_due = Some(now + every);
        self.effects.push_back(Effect::Counted(queues, drops));
        let flows = matches!(self.phase, Phase::Ringing | Phase::Talking);
        if flows && Duration::from_millis(stuck_ms) >= self.limits.stuck {
            self.hung(now, "hung: the SDK takes no media");
        }
    }

    fn on_stage(&mut self, now: Instant, stage: Stage, room_id: Option<String>) {
        let next = match self.stage {
            None => Some(Stage::Init),
            Some(Stage::Init) => Some(Stage::Join),
            Some(Stage::Join) => Some(Stage::Joined),
            Some(Stage::Joined | Stage::Ended) => None,
        };
        let over = stage == Stage::Ended && self.stage != Some(Stage::Ended);
        if next != Some(stage) && !over {
            return self.nonsense(now, ProtocolError::Order("phase"));
        }
        self.stage = Some(stage);
        match stage {
            Stage::Init => {}
            Stage::Join => {
                if self.phase == Phase::Init {
                    self.enter(now, Phase::Joining, Some(self.limits.join));
                }
            }
            Stage::Joined => {
                let room = room_id.unwrap_or_default().chars().take(MOST_TEXT).collect();
                self.effects.push_back(Effect::Joined(room));
                if self.phase == Phase::Joining {
                    self.enter(now, Phase::Ringing, Some(self.limits.ring));
                }
            }
            Stage::Ended => self.on_over(now, "left the call by itself"),
        }
    }

    fn on_bye(&mut self, now: Instant, last_status: i32) {
        self.on_over(now, &format!("said goodbye in the middle, status {last_status}"));
    }

    /// The worker is through with its call: because we wanted it so, or else by a mistake.
    fn on_over(&mut self, now: Instant, otherwise: &str) {
        let leave = Leave::ByItself;
        match (self.phase, self.call) {
            (Phase::Ending, _) => self.end_as_wanted(now, &leave),
            (_, Some(Mode::Reject)) => {
                self.end(now, EndReason::Declined, codes::REFUSED, "declined".to_owned(), &leave);
            }
            _ => {
                let detail = format!("exited: it {otherwise} while {}", self.phase.doing());
                self.end(now, EndReason::Exited, codes::DISCONNECTED, detail, &leave);
            }
        }
    }

    fn on_status(&mut self, now: Instant, n: i32, t_ms: u64) {
        if self.phase == Phase::Init {
            return self.nonsense(now, ProtocolError::Order("status"));
        }
        self.news += 1;
        self.effects.push_back(Effect::Status { n, t_ms });
        let Some((reason, code)) = of_status(n, self.answered) else {
            // The SDK may say so before its join returns.
            if n == 2 && matches!(self.phase, Phase::Joining | Phase::Ringing) {
                self.answered = true;
                self.enter(now, Phase::Talking, self.limits.talk);
            }
            return;
        };
        if self.phase == Phase::Ending {
            return self.end_as_wanted(now, &Leave::Told);
        }
        let when = if self.answered { "talking" } else { "not answered" };
        self.end(now, reason, code, format!("{}: status {n} while {when}", reason.as_str()), &Leave::Told);
    }

    fn on_retire(&mut self, now: Instant) {
        if self.call.is_some() {
            let code = if self.answered { codes::SUCCESS } else { codes::DISCONNECTED };
            self.hang_up(now, HangupReason::Unknown, (EndReason::HungUp, code));
        } else {
            self.end(now, EndReason::Retired, codes::SUCCESS, "not needed any more".to_owned(), &Leave::Told);
        }
    }

    fn code_of_hangup(&self, reason: HangupReason) -> Code {
        match (reason, self.answered) {
            (HangupReason::Device | HangupReason::System | HangupReason::App, _) => codes::DISCONNECTED,
            (_, true) => codes::SUCCESS,
            (HangupReason::Manual, false) => codes::CANCELLED,
            (HangupReason::Timeout, false) => codes::TIMEOUT,
            (HangupReason::Reject, false) => codes::REFUSED,
            (HangupReason::Busy, false) => codes::BUSY,
            (HangupReason::Unknown, false) => codes::DISCONNECTED,
        }
    }

    fn hang_up(&mut self, now: Instant, reason: HangupReason, intent: (EndReason, Code)) {
        match self.phase {
            // The call never reached the SDK.
            Phase::Spawned if self.call.is_some() => {
                self.intent = intent;
                self.end_as_wanted(now, &Leave::Told);
            }
            Phase::Init | Phase::Joining | Phase::Ringing | Phase::Talking => {
                self.intent = intent;
                self.effects.push_back(Effect::Send(ToWorker::Hangup { reason }));
                self.enter(now, Phase::Ending, Some(self.limits.hangup));
            }
            _ => {}
        }
    }

    fn end_as_wanted(&mut self, now: Instant, leave: &Leave) {
        let (reason, code) = self.intent;
        let detail = reason.as_str().replace('_', " ");
        self.end(now, reason, code, detail, leave);
    }

    fn on_exit(&mut self, exit: Exit) {
        let (reason, code, detail) = if self.phase == Phase::Ending && exit == Exit::Code(0) {
            let (reason, code) = self.intent;
            (reason, code, reason.as_str().replace('_', " "))
        } else {
            let (reason, what) = of_exit(exit);
            let trouble = self.trouble.take().map(|trouble| format!(" ({trouble})")).unwrap_or_default();
            (reason, codes::DISCONNECTED, format!("{what} while {}{trouble}", self.phase.doing()))
        };
        self.effects.push_back(Effect::Ended(WorkerEnd { code, reason, detail }));
        self.gone(exit);
    }

    fn on_deadline(&mut self, now: Instant) {
        let passed = |due: Option<Instant>| due.is_some_and(|due| due <= now);
        if passed(self.pong_due) {
            return self.hung(now, "hung: it answers no ping");
        }
        if passed(self.due) {
            return self.on_phase_too_long(now);
        }
        if passed(self.ping_due) {
            self.pings = self.pings.saturating_add(1);
            self.ping_due = None;
            self.pong_due = Some(now + self.limits.stuck);
            self.effects.push_back(Effect::Send(ToWorker::Ping { n: self.pings }));
        }
    }

    fn on_phase_too_long(&mut self, now: Instant) {
        match self.phase {
            Phase::Ringing => self.hang_up(now, HangupReason::Timeout, (EndReason::NoAnswer, codes::TIMEOUT)),
            Phase::Talking => self.hang_up(now, HangupReason::Manual, (EndReason::MaxDuration, codes::TIMEOUT)),
            _ => self.hung(now, "hung: it takes too long"),
        }
    }

    fn hung(&mut self, now: Instant, what: &str) {
        let detail = self.while_in_phase(what);
        self.end(now, EndReason::Hung, codes::DISCONNECTED, detail, &Leave::Killed);
    }

    fn nonsense(&mut self, now: Instant, error: ProtocolError) {
        let detail = self.while_in_phase(&format!("protocol: {error}"));
        self.end(now, EndReason::Protocol, codes::DISCONNECTED, detail, &Leave::Killed);
    }

    fn while_in_phase(&mut self, what: &str) -> String {
        let trouble = self.trouble.take().map(|trouble| format!(" ({trouble})")).unwrap_or_default();
        format!("{what} while {}{trouble}", self.phase.doing())
    }

    /// The one way to the end, but for that of the process itself.
    fn end(&mut self, now: Instant, reason: EndReason, code: Code, detail: String, leave: &Leave) {
        self.effects.push_back(Effect::Ended(WorkerEnd { code, reason, detail }));
        match leave {
            Leave::Told => self.effects.push_back(Effect::Send(ToWorker::Stop)),
            Leave::ByItself => {}
            Leave::Killed => self.effects.push_back(Effect::Kill),
        }
        self.pong_due = None;
        self.phase = Phase::Leaving;
        self.ping_due = None;
        self.due = Some(now + self.limits.leave);
        self.effects.push_back(Effect::Phase(Phase::Leaving));
    }

    fn gone(&mut self, exit: Exit) {
        self.phase = Phase::Gone;
        self.due = None;
        self.ping_due = None;
        self.pong_due = None;
        self.effects.push_back(Effect::Phase(Phase::Gone));
        self.effects.push_back(Effect::Gone(exit));
    }
}
