//! Who is here and what is on: users → endpoints, sessions, lines (user → call), live calls, watchers.
//!
//! An index, not an owner: each entry belongs to the actor that put it there. No lock guard leaves this file. Sending to an
//! actor under a guard is safe (it neither blocks nor comes back here), and is done on purpose: once an entry is gone,
//! nobody is still about to send to it. Where two locks are held at once the order is lines → calls, and users → watchers.

mod names;
mod snapshot;

use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use actix::{Addr, Recipient};
use ahash::RandomState;
use dashmap::{DashMap, Entry};

pub use self::names::{Named, NotLoggedIn};
use super::messages::{ToCall, ToEndpoint};
use super::session::Session;
use crate::protocol::{
    codes::Door,
    effect::Devices,
    event::Opaque,
    ids::{CallId, DeviceId, SessionId, UserId},
    lines::{Claim, Lines},
    record::{CallRecord, CallState, Timestamp},
};

/// One session of a user's, as the core sees it, whatever door it came in by.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The session.
    pub session: SessionId,
    /// Its device.
    pub device: DeviceId,
    /// Its door.
    pub door: Door,
    /// Where its events go.
    pub to: Recipient<ToEndpoint>,
    /// What changes while it lives.
    pub live: Arc<EndpointLife>,
}

/// What changes while a session lives.
#[derive(Debug)]
pub struct EndpointLife {
    /// When it logged in.
    pub since: Timestamp,
    /// Its client, which a resume may change.
    pub client: Mutex<Client>,
    /// Whether a client is on the line; `false` within the grace period.
    pub connected: AtomicBool,
    /// When it last said something. Unit: microseconds since 1970.
    pub active: AtomicI64,
}

/// What is known of the client behind a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Where it connects from.
    pub address: Option<IpAddr>,
    /// Which program it says it is: its `User-Agent`, shortened.
    pub program: Option<Arc<str>>,
}

/// A session as REST shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session: SessionId,
    /// Its device.
    pub device: DeviceId,
    /// Its door.
    pub door: Door,
    /// Its client.
    pub client: Client,
    /// When it logged in.
    pub since: Timestamp,
    /// Whether a client is on the line.
    pub connected: bool,
}

/// The user has as many sessions as one may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManySessions;

/// What is left of a user after a session went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Whether the device has another session.
    pub device_online: bool,
    /// Whether the user has any.
    pub user_online: bool,
}

/// How a request came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// A call of its own: this one.
    Call(CallId),
    /// It met the other's request: this one.
    Joined(CallId),
    /// The caller is in a call.
    InCall,
}

type Map<K, V> = DashMap<K, V, RandomState>;

#[derive(Debug)]
struct LiveCall {
    record: Arc<CallRecord>,
    offer: Option<Opaque>,
    to: Option<Recipient<ToCall>>,
    /// Until when it must have been answered, or be over.
    answer_by: Instant,
}

/// The directory. See the module.
#[derive(Debug, Default)]
pub struct Directory {
    users: Map<UserId, Vec<Endpoint>>,
    sessions: Map<SessionId, Addr<Session>>,
    /// Sessions of the Verto door, by the names that their clients gave them.
    verto: Map<Box<str>, Named>,
    lines: Mutex<Lines>,
    calls: Map<CallId, LiveCall>,
    watchers: Map<UserId, Vec<(SessionId, Recipient<ToEndpoint>)>>,
    watching_all: Map<SessionId, Recipient<ToEndpoint>>,
    session_count: AtomicUsize,
}

impl Directory {
    /// Lets a session in. Returns those it replaces, with whether they are of the same device; they are out already.
    /// `changed` runs while nobody else can change this user's presence, where this is the first session.
    ///
    /// # Errors
    /// [`TooManySessions`], and nothing is changed.
    pub fn log_in(
        &self,
        user: &UserId,
        endpoint: Endpoint,
        single: bool,
        limit: Option<usize>,
        changed: impl FnOnce(),
    ) -> Result<Vec<(Endpoint, bool)>, TooManySessions> {
        let mut entry = self.users.entry(user.clone()).or_default();
        let (replaced, kept): (Vec<_>, Vec<_>) =
            entry.drain(..).partition(|other| single || other.device == endpoint.device);
        *entry = kept;
        if limit.is_some_and(|limit| entry.len() >= limit) {
            entry.extend(replaced);
            return Err(TooManySessions);
        }
        let first = entry.is_empty() && replaced.is_empty();
        self.session_count.fetch_add(1, Ordering::Relaxed);
        self.session_count.fetch_sub(replaced.len(), Ordering::Relaxed);
        let device = endpoint.device.clone();
        // Nearly every user has one session.
        entry.reserve_exact(1);
        entry.push(endpoint);
        if first {
            changed();
            self.tell_watchers(user);
        }
        Ok(replaced
            .into_iter()
            .map(|other| (other.device == device, other))
            .map(|(same, other)| (other, same))
            .collect())
    }

    /// Lets a session go. `changed` runs as in [`Directory::log_in`], where it was the user's last. A session that was
    /// replaced is not there any more; the answer is about the user all the same.
    pub fn log_out(&self, user: &UserId, session: SessionId, device: &DeviceId, changed: impl FnOnce()) -> Presence {
        self.sessions.remove(&session);
        let Entry::Occupied(mut entry) = self.users.entry(user.clone()) else {
            return Presence { device_online: false, user_online: false };
        };
        let endpoints = entry.get_mut();
        let before = endpoints.len();
        endpoints.retain(|endpoint| endpoint.session != session);
        self.session_count.fetch_sub(before - endpoints.len(), Ordering::Relaxed);
        let device_online = endpoints.iter().any(|endpoint| endpoint.device == *device);
        let user_online = !endpoints.is_empty();
        if !user_online {
            if before > 0 {
                changed();
                self.tell_watchers(user);
            }
            entry.remove();
        }
        Presence { device_online, user_online }
    }

    /// Makes a session findable for its resume.
    pub fn keep_session(&self, id: SessionId, session: Addr<Session>) {
        self.sessions.insert(id, session);
    }

    /// The session of that id.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<Addr<Session>> {
        self.sessions.get(&id).map(|session| session.clone())
    }

    /// How many users have a session.
    #[must_use]
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// How many sessions there are.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.session_count.load(Ordering::Relaxed)
    }

    /// Every user with a session, in order.
    #[must_use]
    pub fn online_users(&self) -> Vec<UserId> {
        let mut users: Vec<_> = self.users.iter().map(|entry| entry.key().clone()).collect();
        users.sort_unstable();
        users
    }

    /// Whether the user has a session, connected or within its grace period.
    #[must_use]
    pub fn is_online(&self, user: &UserId) -> bool {
        self.users.contains_key(user)
    }

    /// Whether that device of the user has a session, and whether any has.
    #[must_use]
    pub fn presence(&self, user: &UserId, device: &DeviceId) -> Presence {
        self.users.get(user).map_or(Presence { device_online: false, user_online: false }, |entry| Presence {
            device_online: entry.iter().any(|endpoint| endpoint.device == *device),
            user_online: true,
        })
    }

    /// The device the user was last active on, and its door.
    #[must_use]
    pub fn latest_device(&self, user: &UserId) -> Option<(DeviceId, Door)> {
        let entry = self.users.get(user)?;
        let latest = entry.iter().max_by_key(|endpoint| {
            let live = &endpoint.live;
            (live.connected.load(Ordering::Relaxed), live.active.load(Ordering::Relaxed))
        })?;
        Some((latest.device.clone(), latest.door))
    }

    /// The user's sessions.
    #[must_use]
    pub fn sessions(&self, user: &UserId) -> Vec<SessionView> {
        let Some(entry) = self.users.get(user) else { return Vec::new() };
        let view = |endpoint: &Endpoint| SessionView {
            session: endpoint.session,
            device: endpoint.device.clone(),
            door: endpoint.door,
            client: endpoint.live.client.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            since: endpoint.live.since,
            connected: endpoint.live.connected.load(Ordering::Relaxed),
        };
        entry.iter().map(view).collect()
    }

    /// Tells some of a user's devices. Returns how many.
    pub fn tell(&self, user: &UserId, devices: &Devices, message: &ToEndpoint) -> usize {
        let Some(entry) = self.users.get(user) else { return 0 };
        let meant = entry.iter().filter(|endpoint| match devices {
            Devices::All => true,
            Devices::One(device) => endpoint.device == *device,
            Devices::AllBut(device) => endpoint.device != *device,
        });
        meant.map(|endpoint| endpoint.to.do_send(message.clone())).count()
    }

    /// Tells every session there is.
    pub fn tell_everybody(&self, message: &ToEndpoint) {
        for entry in &self.users {
            for endpoint in entry.iter() {
                endpoint.to.do_send(message.clone());
            }
        }
    }

    /// Has a session hear of these users' presence.
    pub fn watch(&self, session: SessionId, to: &Recipient<ToEndpoint>, users: &[UserId]) {
        for user in users {
            let mut entry = self.watchers.entry(user.clone()).or_default();
            if entry.iter().all(|(other, _)| *other != session) {
                entry.push((session, to.clone()));
            }
        }
    }

    /// Ends that.
    pub fn unwatch<'a>(&self, session: SessionId, users: impl IntoIterator<Item = &'a UserId>) {
        for user in users {
            self.watchers.remove_if_mut(user, |_, watchers| {
                watchers.retain(|(other, _)| *other != session);
                watchers.is_empty()
            });
        }
    }

    /// Has a session hear of everybody's presence, or no more.
    pub fn watch_all(&self, session: SessionId, to: Option<Recipient<ToEndpoint>>) {
        match to {
            Some(to) => drop(self.watching_all.insert(session, to)),
            None => drop(self.watching_all.remove(&session)),
        }
    }

    fn tell_watchers(&self, user: &UserId) {
        let message = ToEndpoint::PresenceChanged(user.clone());
        if let Some(watchers) = self.watchers.get(user) {
            for (_, to) in watchers.iter() {
                to.do_send(message.clone());
            }
        }
        for to in &self.watching_all {
            to.do_send(message.clone());
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The call the user is in.
    #[must_use]
    pub fn line(&self, user: &UserId) -> Option<CallId> {
        self.lines().held_by(user)
    }

    /// Takes both lines and lets `start` make the call, which is told whether the callee was free; it begins once it is here.
    /// `join` says of the call the caller is in whether this request meets it.
    pub fn place(
        &self,
        call: CallId,
        caller: &UserId,
        callee: &UserId,
        answer_by: Instant,
        start: impl FnOnce(bool) -> (Arc<CallRecord>, Option<Opaque>, Recipient<ToCall>),
        join: impl FnOnce(&CallRecord) -> Option<ToCall>,
    ) -> Placed {
        let mut lines = self.lines();
        match lines.claim(call, caller, callee) {
            Claim::CallerBusy(other) => {
                let Some(live) = self.calls.get(&other) else { return Placed::InCall };
                match (&live.to, join(&live.record)) {
                    (Some(to), Some(message)) => {
                        to.do_send(message);
                        Placed::Joined(other)
                    }
                    _ => Placed::InCall,
                }
            }
            claim @ (Claim::Taken | Claim::CalleeBusy) => {
                let (record, offer, to) = start(claim == Claim::Taken);
                self.calls.insert(call, LiveCall { record, offer, to: Some(to.clone()), answer_by });
                to.do_send(ToCall::Begin);
                Placed::Call(call)
            }
        }
    }

    /// Puts a call that outlived its server back in its place.
    pub fn restore(&self, record: Arc<CallRecord>, to: Recipient<ToCall>, now: Instant) -> Claim {
        let mut lines = self.lines();
        let claim = lines.claim(record.id, &record.caller, &record.callee);
        if claim == Claim::Taken {
            self.calls.insert(record.id, LiveCall { record, offer: None, to: Some(to), answer_by: now });
        }
        claim
    }

    /// Moves a call's line to another callee. `false`: taken.
    #[must_use]
    pub fn reroute(&self, call: CallId, from: &UserId, to: &UserId) -> bool {
        self.lines().reroute(call, from, to)
    }

    /// Shows a call's new state. An ended call's lines are free in the same step, and nobody reaches its actor any more.
    /// Gives the state before, where this is a step from it.
    pub fn publish(&self, record: &Arc<CallRecord>) -> Option<Arc<CallRecord>> {
        let mut before = None;
        let ended = record.state == CallState::Ended;
        let mut lines = ended.then(|| self.lines());
        if let Some(mut live) = self.calls.get_mut(&record.id) {
            // A call that found its callee busy is over before its first step is told: what is shown never goes back.
            if live.record.version < record.version {
                before = Some(std::mem::replace(&mut live.record, Arc::clone(record)));
            }
            if record.state >= CallState::Talking {
                live.offer = None;
            }
            if ended {
                live.to = None;
            }
        }
        if let Some(lines) = &mut lines {
            lines.free(record);
        }
        before
    }

    /// From now on messages for the call go here.
    pub fn hand_over(&self, call: CallId, to: Recipient<ToCall>) {
        if let Some(mut live) = self.calls.get_mut(&call) {
            live.to = Some(to);
        }
    }

    /// Forgets an ended call: its record is on disk.
    pub fn forget(&self, call: CallId) {
        self.calls.remove(&call);
    }

    /// Tells a call's actor. `false`: the call has ended.
    pub fn tell_call(&self, call: CallId, message: ToCall) -> bool {
        match self.calls.get(&call).as_deref() {
            Some(LiveCall { to: Some(to), .. }) => {
                to.do_send(message);
                true
            }
            _ => false,
        }
    }

    /// A call that has not ended, or whose record is not on disk yet.
    #[must_use]
    pub fn call(&self, call: CallId) -> Option<Arc<CallRecord>> {
        self.calls.get(&call).map(|live| Arc::clone(&live.record))
    }

    /// Such a call with its offer.
    #[must_use]
    pub fn call_with_offer(&self, call: CallId) -> Option<(Arc<CallRecord>, Option<Opaque>)> {
        self.calls.get(&call).map(|live| (Arc::clone(&live.record), live.offer.clone()))
    }

    /// All such calls.
    #[must_use]
    pub fn live_calls(&self) -> Vec<Arc<CallRecord>> {
        self.calls.iter().map(|live| Arc::clone(&live.record)).collect()
    }

    /// How many calls are requested, ringing and talking.
    #[must_use]
    pub fn calls_by_state(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        let [requested, ringing, talking] = &mut counts;
        for call in &self.calls {
            match call.record.state {
                CallState::Requested => *requested += 1,
                CallState::Ringing => *ringing += 1,
                CallState::Talking => *talking += 1,
                CallState::Ended => {}
            }
        }
        counts
    }

    /// How many sessions the user with the most of them has.
    #[must_use]
    pub fn most_sessions(&self) -> usize {
        self.users.iter().map(|sessions| sessions.len()).max().unwrap_or(0)
    }

    /// What must be empty at rest: users, sessions, lines, calls, watched users.
    #[must_use]
    pub fn sizes(&self) -> [usize; 5] {
        [self.users.len(), self.sessions.len(), self.lines().len(), self.calls.len(), self.watchers.len()]
    }

    /// The calls that have not ended.
    #[must_use]
    pub fn calls_on(&self) -> BTreeSet<CallId> {
        self.calls.iter().filter(|live| live.to.is_some()).map(|live| *live.key()).collect()
    }
}
