//! The handle that every actor and every REST handler has: the directory and what calls need of the rest of the server.

mod placing;
mod reports;
mod steps;
mod verto_legs;

pub use self::placing::Placement;

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use actix::Recipient;
use tokio::sync::oneshot;

use self::{reports::Reports, verto_legs::VertoLegs};
use super::{
    bus::{Bus, BusKind},
    call::Call,
    channels::Channels,
    cloudvoip_worker::Workers,
    directory::{Directory, Placed, SessionView},
    gate::Gate,
    journal::{Journal, Kept},
    messages::{ToCall, ToEndpoint},
    room::Room,
    watch::Latest,
    wechat_leg::Legs,
};
use crate::{
    clock,
    config::{Config, Glare},
    metrics::Metrics,
    protocol::{
        call::{Call as CallMachine, Request, VERDICT_LIMIT},
        codes::Code,
        effect::{Devices, Effect, Input, Now, Party},
        event::{CallEvent, Opaque},
        ids::{CallId, RoomNumber, UserId},
        record::{CallRecord, CallState},
    },
    store::{LegRow, Store},
    trace::Recorder,
    webhooks::Hooks,
    wechat::WeChat,
};

/// How long whoever ends a call waits to hear that it has. Only a disk that hangs makes anybody wait that long.
const FINISH_PATIENCE: Duration = Duration::from_secs(5);
/// How late a timer may be before a call counts as one without end.
const OVERDUE: Duration = Duration::from_secs(30);

/// What the core is made of.
#[derive(Debug)]
pub struct CoreParts {
    /// The settings in force.
    pub config: Arc<Config>,
    /// Where calls are kept.
    pub store: Store,
    /// Whom to ask and to tell.
    pub hooks: Hooks,
    /// What is counted.
    pub metrics: Metrics,
    /// What is taken down of every message.
    pub trace: Recorder,
    /// Who may log in.
    pub gate: Gate,
    /// The accounts of WeChat.
    pub wechat: WeChat,
    /// Who carries the media of WeChat users.
    pub workers: Workers,
    /// The last room number ever used.
    pub last_room: Option<RoomNumber>,
}

#[derive(Debug)]
struct Inner {
    config: RwLock<Arc<Config>>,
    journal: Journal,
    reports: Reports,
    hooks: Hooks,
    metrics: Metrics,
    trace: Recorder,
    gate: Gate,
    wechat: WeChat,
    workers: Workers,
    legs: Legs,
    verto_legs: VertoLegs,
    directory: Directory,
    bus: Bus,
    channels: Channels,
    rooms: Mutex<RoomNumber>,
    connections: AtomicU64,
    draining: AtomicBool,
    halted: AtomicBool,
    looked: Latest,
}

/// The handle. Cloning it is cheap.
#[derive(Debug, Clone)]
pub struct Core(Arc<Inner>);

/// How somebody outside the call ends it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Force {
    /// The code; 0 is sent as 100101 while it rings.
    pub code: Code,
    /// The text that both parties get.
    pub user_str: String,
}

/// The call is going to end, but not yet: the store neither takes nor refuses its last step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotYet;

impl Core {
    /// Puts it together.
    #[must_use]
    pub fn new(parts: CoreParts) -> Self {
        let core = Self(Arc::new(Inner {
            config: RwLock::new(parts.config),
            reports: Reports::new(parts.store.clone()),
            verto_legs: VertoLegs::new(parts.store.clone()),
            journal: Journal::new(parts.store),
            hooks: parts.hooks,
            metrics: parts.metrics,
            trace: parts.trace,
            gate: parts.gate,
            wechat: parts.wechat,
            workers: parts.workers,
            legs: Legs::default(),
            directory: Directory::default(),
            bus: Bus::default(),
            channels: Channels::default(),
            rooms: Mutex::new(parts.last_room.map_or(RoomNumber::FIRST, RoomNumber::next)),
            connections: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            halted: AtomicBool::new(false),
            looked: Latest::default(),
        }));
        core.inherit();
        core
    }

    /// The settings in force.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.0.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts other settings in force, for whatever starts from now on.
    pub fn set_config(&self, config: Arc<Config>) {
        *self.0.config.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    /// Who may log in.
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Who is here and what is on.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.0.directory
    }

    /// Everything that happens.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.0.bus
    }

    /// Who hears what is published for Verto clients.
    #[must_use]
    pub fn channels(&self) -> &Channels {
        &self.0.channels
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// What is taken down of every message.
    #[must_use]
    pub fn trace(&self) -> &Recorder {
        &self.0.trace
    }

    /// Whom to ask and to tell.
    #[must_use]
    pub fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    /// What Verto clients call their calls.
    pub(super) fn verto_legs(&self) -> &VertoLegs {
        &self.0.verto_legs
    }

    /// The accounts of WeChat.
    #[must_use]
    pub fn wechat(&self) -> &WeChat {
        &self.0.wechat
    }

    /// Who carries the media of WeChat users.
    #[must_use]
    pub fn workers(&self) -> &Workers {
        &self.0.workers
    }

    /// The parts of WeChat users in calls.
    #[must_use]
    pub fn legs(&self) -> &Legs {
        &self.0.legs
    }

    /// A number that no other connection has.
    #[must_use]
    pub fn next_connection(&self) -> u64 {
        self.0.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether the server is stopping.
    #[must_use]
    pub fn draining(&self) -> bool {
        self.0.draining.load(Ordering::Relaxed)
    }

    /// Whether no call may begin: the server stops, or could not keep a record of it.
    #[must_use]
    pub fn refuses_calls(&self) -> bool {
        self.draining() || !self.0.journal.is_writable()
    }

    /// Whether the store still lacks what it refused a while ago.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.0.journal.is_behind()
    }

    /// What the watch over the invariants leaves for others.
    pub(super) fn latest_look(&self) -> &Latest {
        &self.0.looked
    }

    /// From now on no call begins.
    pub fn start_draining(&self) {
        self.0.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the process is about to end: what ends now ends with it, and says nothing about the calls that were on.
    pub(super) fn halted(&self) -> bool {
        self.0.halted.load(Ordering::Relaxed)
    }

    /// The process is about to end. Calls that are on stay on record as such, for the next start.
    pub fn halt(&self) {
        self.0.halted.store(true, Ordering::Relaxed);
    }

    /// A call that has not ended, or whose record is not on disk yet: ask the store where this is `None`.
    #[must_use]
    pub fn call(&self, id: CallId) -> Option<Arc<CallRecord>> {
        self.directory().call(id)
    }

    /// All such calls, in no order.
    #[must_use]
    pub fn live_calls(&self) -> Vec<Arc<CallRecord>> {
        self.directory().live_calls()
    }

    /// The call the user is in.
    #[must_use]
    pub fn line(&self, user: &UserId) -> Option<CallId> {
        self.directory().line(user)
    }

    /// Every user with a session, in order.
    #[must_use]
    pub fn online_users(&self) -> Vec<UserId> {
        self.directory().online_users()
    }

    /// Whether the user has a session.
    #[must_use]
    pub fn is_online(&self, user: &UserId) -> bool {
        self.directory().is_online(user)
    }

    /// The user's sessions.
    #[must_use]
    pub fn sessions(&self, user: &UserId) -> Vec<SessionView> {
        self.directory().sessions(user)
    }

    /// How many sessions there are.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.directory().session_count()
    }

    /// Begins a call, unless its caller is in one. `settled` gets the record once the call rings or is over.
    pub fn request(&self, request: Request, settled: Option<oneshot::Sender<Arc<CallRecord>>>) -> Placed {
        let config = self.config();
        let (id, by, callee) = (request.id, request.by.clone(), request.callee.clone());
        let ring_limit = config.call.ring_timeout_secs;
        let now = now();
        let answer_by = now.mono + VERDICT_LIMIT + ring_limit + OVERDUE;
        let joins = config.call.glare == Glare::Join && !request.placed;
        let start = |callee_free| {
            let ask = self.0.hooks.has_veto();
            let machine = CallMachine::place(request, callee_free, ask, ring_limit, now);
            Call::start(self, machine, settled)
        };
        let join = |met: &CallRecord| {
            let crosses = met.caller == callee && met.callee == by.user && met.state < CallState::Talking;
            let agree = met.caller_door.negotiates_late() && by.door.negotiates_late();
            (joins && crosses && agree).then(|| ToCall::Input(Input::Join(by.clone())))
        };
        self.directory().place(id, &by.user, &callee, answer_by, start, join)
    }

    /// Ends a call, whatever its state. `None`: it is not on.
    ///
    /// # Errors
    /// [`NotYet`].
    pub async fn finish_call(&self, id: CallId, force: Force) -> Result<Option<Arc<CallRecord>>, NotYet> {
        let (done, ended) = oneshot::channel();
        let message = ToCall::Force { error_code: force.code, user_str: force.user_str, done };
        if !self.directory().tell_call(id, message) {
            return Ok(None);
        }
        // An actor that dies over it answers nothing, and has its call ended.
        let ended = tokio::time::timeout(FINISH_PATIENCE, ended).await.map_err(|_elapsed| NotYet)?;
        ended.map(Some).map_err(|_died| NotYet)
    }

    /// Ends whatever call the user is in. `None`: none.
    ///
    /// # Errors
    /// [`NotYet`].
    pub async fn finish_user(&self, user: &UserId, force: Force) -> Result<Option<Arc<CallRecord>>, NotYet> {
        match self.line(user) {
            Some(call) => self.finish_call(call, force).await,
            None => Ok(None),
        }
    }

    /// Ends every session of the user's. Returns how many were told.
    #[must_use]
    pub fn kick(&self, user: &UserId) -> usize {
        self.directory().tell(user, &Devices::All, &ToEndpoint::Kick)
    }

    /// Puts the calls that were on when the server died back in their places. `legs`: what Verto clients call them.
    pub fn restore(&self, unfinished: Vec<CallRecord>, legs: Vec<LegRow>) {
        self.0.verto_legs.restore(legs);
        for record in unfinished {
            if record.state == CallState::Talking {
                Room::restore(self, record);
            } else {
                let event = record.restarted(clock::wall());
                self.record(&Arc::clone(&event.call), event, false, Box::new(|_| ()));
            }
        }
    }

    /// Tells hooks and watchers that a user came or went.
    pub(super) fn presence_changed(&self, who: &Party, online: bool) {
        self.0.hooks.user_event(online, &who.user, &who.device, who.door);
        self.0.channels.show_presence(&who.user, online);
        let Party { user, device, door } = who.clone();
        self.0.bus.publish(clock::wall(), BusKind::Presence { user, device, door, online });
    }

    /// The next room number.
    pub(super) fn allocate_room(&self) -> RoomNumber {
        let mut next = self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let number = *next;
        *next = number.next();
        number
    }

    /// Puts a request to the hooks; the verdict comes back to the call.
    pub(super) fn ask_hooks(&self, call: Arc<CallRecord>, to: Recipient<ToCall>) {
        let done = move |verdict| to.do_send(ToCall::Input(Input::Verdict(verdict)));
        self.0.hooks.ask(call, Box::new(done));
    }

    /// What a message means to a call's machine, if anything. Whoever waits for the end is noted in `forced`.
    pub(super) fn heard(&self, message: ToCall, forced: &mut Vec<oneshot::Sender<Arc<CallRecord>>>) -> Option<Input> {
        Some(match message {
            ToCall::Begin => return None,
            ToCall::Input(input) => input,
            ToCall::Hangup { input, done } => {
                forced.push(done);
                input
            }
            ToCall::Gone { user, device } => {
                let left = self.directory().presence(&user, &device);
                let (device_online, user_online) = (left.device_online, left.user_online);
                Input::Gone { user, device, device_online, user_online }
            }
            ToCall::Force { error_code, user_str, done } => {
                forced.push(done);
                Input::Force { error_code, user_str }
            }
        })
    }

    /// Carries out what pending calls and rooms ask for alike. `kept` hears of each record what became of it. Gives back what
    /// only the one or the other can do.
    pub(super) fn perform(&self, effect: Effect, kept: impl FnOnce() -> Kept) -> Option<Effect> {
        match effect {
            Effect::Record { call, event, commit } => self.record(&call, event, commit, kept()),
            Effect::Deliver { user, to, event } => self.deliver(&user, &to, event),
            Effect::Relay { call, user, to, from, data } => self.relay(call, &user, &to, from, data),
            other @ (Effect::AskHooks | Effect::Route { .. } | Effect::OpenRoom(_) | Effect::Over) => {
                return Some(other);
            }
        }
        None
    }

    /// A call is over. While the server drains, the sessions of its users that heard nothing of that may leave too.
    pub(super) fn over(&self, call: &CallRecord) {
        if self.draining() {
            for user in [&call.caller, &call.callee].into_iter().chain(&call.dialled) {
                self.directory().tell(user, &Devices::All, &ToEndpoint::Drain);
            }
        }
    }

    /// Tries again, for as long as the server runs, to store what the store refused.
    pub fn retry_refused_steps(&self) -> impl Future<Output = ()> + use<> {
        let core = self.clone();
        let reports = self.0.reports.clone().retry();
        let steps = self.0.journal.clone().retry(move |call| {
            if call.state == CallState::Ended {
                core.directory().forget(call.id);
            }
        });
        async move {
            tokio::join!(steps, reports);
        }
    }

    fn deliver(&self, user: &UserId, to: &Devices, event: CallEvent) {
        self.directory().tell(user, to, &ToEndpoint::Event(Arc::new(event)));
    }

    fn relay(&self, call: CallId, user: &UserId, to: &Devices, from: UserId, data: Opaque) {
        self.directory().tell(user, to, &ToEndpoint::Signal { call, from, data });
    }
}

/// Both clocks.
#[must_use]
pub(super) fn now() -> Now {
    Now { mono: clock::now(), wall: clock::wall() }
}
