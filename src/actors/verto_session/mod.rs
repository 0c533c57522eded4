//! The shell of a session of the Verto door: one socket, from its handshake on, and what outlives it.
//!
//! Says what a client says to the core, and what the core says to the client; the machine decides. `effects` carries out what it asks
//! for.
//!
//! **The takeover.** A newer session of the same name and user takes the older one's place in the directory first, so that nothing new
//! comes to the older one. That one hears so behind everything that came before, and hands its calls over. Until they are here, the
//! newer session keeps what comes to it; then it hears that. Nothing is lost, and the order stays.

mod effects;
#[cfg(test)]
mod panics;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};
use bytestring::ByteString;

use super::{
    core::Core,
    directory::{Client, Endpoint, EndpointLife, Named, NotLoggedIn},
    messages::{ToCall, ToEndpoint},
    session::{Conn, ConnClosed, Frame, Pong},
    timer::Timer,
    ws_conn::{ToConn, Unsent},
};
use crate::{
    auth::keys,
    clock,
    config::SessionPolicy,
    metrics::{ConnectionResult, Heard, Limit},
    protocol::{
        codes::Door,
        effect::{Input, Party},
        ids::{CallId, DeviceId, SessionId, UserId},
        record::{CallRecord, CallState},
        verto::{HeardKind, Leg, LegPhase, NotEntered, Role, Rules, Session as Machine},
    },
    trace::{self, Entry, Kind, Who},
};

/// How many frames of a client may wait here before it is taken for a flood. Above the burst that the default rate allows.
const MAILBOX: usize = 4_096;
/// How long a session waits for the calls of the one whose place it took. That one answers at once, or is dead.
const TAKEOVER: Duration = Duration::from_secs(1);

/// Who is logged in.
#[derive(Debug)]
struct Registered {
    party: Party,
    /// The same, for the recorder.
    who: Arc<Who>,
    life: Arc<EndpointLife>,
    /// The session's name on the wire.
    sessid: ByteString,
}

/// The actor.
#[derive(Debug)]
pub struct VertoSession {
    core: Core,
    id: SessionId,
    machine: Machine,
    conn: Option<Conn>,
    client: Client,
    me: Option<Registered>,
    timer: Timer,
    /// What came before the calls that this session takes over.
    early: Option<Vec<ToEndpoint>>,
    channels: BTreeSet<Box<str>>,
    draining: bool,
    over: bool,
}

/// From the socket: the client's page is gone.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct Goodbye;

/// From the session whose place this one took: its calls.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Adopt(Vec<Leg>);

impl VertoSession {
    /// Starts a session for a fresh connection. It sees to the login itself.
    pub(super) fn greet(core: &Core, conn: Conn) -> Addr<Self> {
        Self::new(core, conn).start()
    }

    fn new(core: &Core, conn: Conn) -> Self {
        let config = core.config();
        let rules = Rules {
            keep_domain: config.verto.keep_domain,
            conferences: config.verto.conference_pattern.clone(),
            detach: config.verto.detach_timeout_secs,
            heartbeat: config.session.heartbeat_secs,
            event_channels: config.verto.event_channels.clone(),
            operators: config.verto.operators.clone(),
        };
        Self {
            core: core.clone(),
            id: clock::session_id(),
            machine: Machine::new(rules, clock::now()),
            client: conn.client.clone(),
            conn: Some(conn),
            me: None,
            timer: Timer::default(),
            early: None,
            channels: BTreeSet::new(),
            draining: false,
            over: false,
        }
    }

    /// Registers the session of a user whose credentials were good.
    fn enter(&mut self, user: UserId, sessid: Option<String>, ctx: &mut Context<Self>) {
        let sessid = sessid.unwrap_or_else(|| clock::session_id().0.to_string());
        let device = device_of(&sessid);
        let party = Party { user: user.clone(), device: device.clone(), door: Door::Verto };
        let named = Named { user: user.clone(), session: self.id, to: ctx.address() };
        let config = self.core.config();
        let since = clock::wall();
        let life = Arc::new(EndpointLife {
            since,
            client: Mutex::new(self.client.clone()),
            connected: true.into(),
            active: since.0.into(),
        });
        let endpoint = Endpoint {
            session: self.id,
            device: device.clone(),
            door: Door::Verto,
            to: ctx.address().recipient(),
            live: Arc::clone(&life),
        };
        let limit = config.limits.sessions_per_user.and_then(|limit| usize::try_from(limit.get()).ok());
        let single = config.session.policy == SessionPolicy::Single;
        let core = self.core.clone();
        let changed = || core.presence_changed(&party, true);
        match core.directory().log_in_as(&sessid, named, endpoint, single, limit, changed) {
            Ok(replaced) => {
                let waits = replaced.iter().any(|(other, same_device)| *same_device && other.door == Door::Verto);
                for (other, same_device) in replaced {
                    other.to.do_send(ToEndpoint::Replaced { same_device });
                }
                let who = Arc::new(Who { user, device, session: self.id, door: Door::Verto });
                let name = ByteString::from(sessid.as_str());
                self.me = Some(Registered { party: party.clone(), who, life, sessid: name });
                self.core.metrics().connection_result(ConnectionResult::LoggedIn);
                self.machine.entered(Ok((party, sessid)));
                self.early = Some(Vec::new());
                if waits {
                    ctx.run_later(TAKEOVER, |session, ctx| session.adopt(Vec::new(), ctx));
                } else {
                    ctx.notify(Adopt(Vec::new()));
                }
            }
            Err(NotLoggedIn::NameTaken) => self.machine.entered(Err(NotEntered::InUse)),
            Err(NotLoggedIn::TooMany) => {
                core.metrics().limit_hit(Limit::SessionsPerUser);
                self.machine.entered(Err(NotEntered::TooMany));
            }
        }
    }

    /// What an earlier session of this name had is here, or there was none.
    fn adopt(&mut self, mut legs: Vec<Leg>, ctx: &mut Context<Self>) {
        let Some(early) = self.early.take() else { return };
        if legs.is_empty() {
            legs.extend(self.restored());
        }
        self.machine.adopt(legs, clock::now(), &mut clock::call_id);
        for message in early {
            self.hear(message, ctx);
            // A newer one has its place by now, and its calls are not this one's to lose.
            if self.over {
                return;
            }
        }
        self.catch_up();
        self.settle(ctx);
        if self.core.draining() {
            self.drain(ctx);
        }
    }

    /// The call that this client was in when the server died.
    fn restored(&self) -> Option<Leg> {
        let Party { user, device, .. } = &self.me.as_ref()?.party;
        let call = self.core.line(user).and_then(|call| self.core.call(call))?;
        if call.state != CallState::Talking || !is_bound(&call, user, device) {
            return None;
        }
        let id = self.core.verto_legs().find_again(call.id, user)?;
        let back = Input::Back { user: user.clone(), device: device.clone() };
        self.core.directory().tell_call(call.id, ToCall::Input(back));
        let role = if call.caller == *user { Role::Caller } else { Role::Callee };
        let other = call.other(user)?.clone();
        Some(Leg {
            id,
            call: call.id,
            other,
            role,
            phase: LegPhase::Active,
            held: false,
            recover: true,
            unclaimed: None,
        })
    }

    /// A call that rings for this user rings here too; one that is this device's, of a life that is over, ends.
    fn catch_up(&mut self) {
        let Some(me) = &self.me else { return };
        let (user, device) = (&me.party.user, &me.party.device);
        let directory = self.core.directory();
        let line = self.core.line(user).and_then(|call| directory.call_with_offer(call));
        let Some((call, offer)) = line else { return };
        if call.state == CallState::Ringing && call.callee == *user {
            let (caller, door, text) = (&call.caller, call.caller_door, &call.user_str);
            self.machine.rings(call.id, caller, door, text, offer.as_ref(), clock::call_id());
        } else if is_bound(&call, user, device) && self.machine.legs().all(|leg| leg.call != call.id) {
            self.lose(call.id);
        }
    }

    /// The client is gone from a call.
    fn lose(&self, call: CallId) {
        let Some(me) = &self.me else { return };
        let Party { user, device, .. } = me.party.clone();
        let gone = Input::Gone { user, device, device_online: false, user_online: true };
        self.core.directory().tell_call(call, ToCall::Input(gone));
    }

    /// Carries out what the machine asked for, then points the one timer at its next deadline.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        while let Some(effect) = self.machine.poll_effect() {
            self.perform(effect, ctx);
        }
        let due = self.machine.poll_timeout();
        self.timer.point(due, ctx, |session, ctx| {
            session.timer.fired();
            session.machine.deadline_passed(clock::now());
            session.settle(ctx);
        });
    }

    fn send(&mut self, message: ToConn) {
        let Some(conn) = &self.conn else { return };
        match conn.to.send(message) {
            Ok(()) => {}
            Err(Unsent::Full) => {
                self.core.metrics().slow_reader();
                self.cut();
            }
            Err(Unsent::Gone) => self.detach(),
        }
    }

    /// Closes the socket with a code.
    fn close(&mut self, code: u16, reason: &'static str) {
        self.send(ToConn::Close(code, reason));
        self.detach();
    }

    /// Cuts the socket now.
    fn cut(&mut self) {
        if let Some(conn) = &self.conn {
            conn.to.cut();
        }
        self.detach();
    }

    fn detach(&mut self) {
        if self.conn.take().is_some() {
            for name in std::mem::take(&mut self.channels) {
                self.unsubscribe(&name);
            }
            self.machine.line_lost(clock::now());
        }
    }

    /// The session is over for good. `succeeded`: by one of the same device, which has its calls.
    fn end(&mut self, succeeded: bool) {
        if std::mem::replace(&mut self.over, true) || self.core.halted() {
            return;
        }
        for name in std::mem::take(&mut self.channels) {
            self.unsubscribe(&name);
        }
        let Some(me) = &self.me else { return };
        let core = self.core.clone();
        let directory = core.directory();
        directory.unname_session(&me.sessid, self.id);
        let Party { user, device, .. } = me.party.clone();
        let changed = || {
            if !succeeded {
                core.presence_changed(&me.party, false)
            }
        };
        directory.log_out(&user, self.id, &device, changed);
        if let Some(call) = core.line(&user).filter(|_| !succeeded) {
            directory.tell_call(call, ToCall::Gone { user, device });
        }
    }

    fn drain(&mut self, ctx: &mut Context<Self>) {
        self.draining = true;
        self.leave_when_free(ctx);
    }

    fn leave_when_free(&mut self, ctx: &mut Context<Self>) {
        let on_the_line = self.me.as_ref().is_some_and(|me| self.core.line(&me.party.user).is_some());
        if self.draining && !on_the_line {
            self.leave(4503, "the server is stopping", ctx);
        }
    }

    /// Ends the session and closes its socket.
    fn leave(&mut self, code: u16, reason: &'static str, ctx: &mut Context<Self>) {
        self.end(false);
        self.close(code, reason);
        ctx.stop();
    }

    /// A newer session of the user's has its place.
    fn replaced(&mut self, same_device: bool, ctx: &mut Context<Self>) {
        if same_device && let Some(me) = &self.me {
            let named = self.core.directory().named(&me.sessid);
            let successor = named.filter(|named| named.session != self.id).map(|named| named.to);
            let legs = self.machine.punted();
            self.settle(ctx);
            match successor {
                Some(successor) => successor.do_send(Adopt(legs)),
                // A client of the other door took the device's name.
                None => legs.iter().for_each(|leg| self.lose(leg.call)),
            }
            self.end(true);
        } else {
            self.machine.punt();
            self.settle(ctx);
            self.end(false);
        }
        self.close(4409, "replaced");
        ctx.stop();
    }

    fn hear(&mut self, message: ToEndpoint, ctx: &mut Context<Self>) {
        match message {
            ToEndpoint::Event(event) => {
                self.machine.told(&event, clock::call_id());
                self.settle(ctx);
                self.leave_when_free(ctx);
            }
            ToEndpoint::Signal { call, from, data } => self.machine.signalled(call, &from, &data),
            ToEndpoint::Published { subscribed, publication } => self.machine.published(&subscribed, &publication),
            ToEndpoint::Message(message) => self.machine.messaged(&message),
            ToEndpoint::Kick => {
                self.machine.punt();
                self.settle(ctx);
                self.leave(4411, "kicked", ctx);
            }
            ToEndpoint::Replaced { same_device } => self.replaced(same_device, ctx),
            ToEndpoint::Drain => self.drain(ctx),
            // Clients of this door subscribe to presence by channels.
            ToEndpoint::PresenceChanged(_) => {}
        }
    }

    /// Takes a frame of the client's down.
    fn take_down(&self, text: &ByteString, heard: &crate::protocol::verto::Heard) {
        self.core.trace().record(|| {
            let who = self.me.as_ref().map(|me| Arc::clone(&me.who));
            // A copy: the text may be a part of all that was read at once.
            match heard.kind {
                HeardKind::Unreadable => Entry::cut_frame(Kind::FrameIn, who, text.len(), None),
                HeardKind::Login | HeardKind::Waits => {
                    Entry::cut_frame(Kind::FrameIn, who, text.len(), trace::without_secrets(text))
                }
                _ => Entry::frame(Kind::FrameIn, who, heard.call, text.to_string().into()),
            }
        });
    }
}

/// A name of the session's that shows nothing of it: whoever reads a call's record must not learn how the session is called.
fn device_of(sessid: &str) -> DeviceId {
    let hash = keys::hash(sessid);
    let short: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    DeviceId::new(&format!("verto-{short}")).unwrap_or_default()
}

/// Whether the call, once answered or where its caller waits, is this device's.
fn is_bound(call: &CallRecord, user: &UserId, device: &DeviceId) -> bool {
    let as_caller = call.caller == *user && call.caller_device == *device;
    let as_callee = call.callee == *user && call.callee_device.as_ref() == Some(device);
    as_caller || as_callee
}

impl Actor for VertoSession {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.core.metrics().actors("verto_session", 1);
        ctx.set_mailbox_capacity(MAILBOX);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.end(false);
        // Whoever ends a session in good order has closed its socket; a session that panicked has not.
        if let Some(conn) = self.conn.take().filter(|_| !self.core.halted())
            && conn.to.send(ToConn::Close(1011, "the session has ended")).is_err()
        {
            conn.to.cut();
        }
        self.core.metrics().actors("verto_session", -1);
    }
}

impl Handler<Frame> for VertoSession {
    type Result = ();

    fn handle(&mut self, Frame(text): Frame, ctx: &mut Self::Context) {
        if let Some(me) = &self.me {
            me.life.active.store(clock::wall().0, Ordering::Relaxed);
        }
        let heard = self.machine.hear(&text, clock::now(), &mut clock::call_id);
        self.take_down(&text, &heard);
        self.core.metrics().heard(match heard.kind {
            HeardKind::Login => Heard::Login,
            HeardKind::Call => Heard::Call,
            HeardKind::Signal => Heard::Signal,
            HeardKind::Watch => Heard::Watch,
            HeardKind::Unwatch => Heard::Unwatch,
            HeardKind::Other | HeardKind::Waits => Heard::Ping,
            HeardKind::Unreadable => Heard::Unreadable,
        });
        self.settle(ctx);
    }
}

impl Handler<Pong> for VertoSession {
    type Result = ();

    fn handle(&mut self, _: Pong, ctx: &mut Self::Context) {
        self.machine.pong(clock::now());
        self.settle(ctx);
    }
}

impl Handler<ConnClosed> for VertoSession {
    type Result = ();

    fn handle(&mut self, _: ConnClosed, ctx: &mut Self::Context) {
        self.detach();
        self.settle(ctx);
    }
}

impl Handler<Goodbye> for VertoSession {
    type Result = ();

    fn handle(&mut self, _: Goodbye, _: &mut Self::Context) {
        self.machine.goodbye();
    }
}

impl Handler<Adopt> for VertoSession {
    type Result = ();

    fn handle(&mut self, Adopt(legs): Adopt, ctx: &mut Self::Context) {
        self.adopt(legs, ctx);
    }
}

impl Handler<ToEndpoint> for VertoSession {
    type Result = ();

    fn handle(&mut self, message: ToEndpoint, ctx: &mut Self::Context) {
        if let Some(early) = &mut self.early {
            return early.push(message);
        }
        self.hear(message, ctx);
        self.settle(ctx);
    }
}
