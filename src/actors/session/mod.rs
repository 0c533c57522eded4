//! The shell of a session of the native door: outlives its socket, dies of logout, kick, replacement or the end of grace.
//!
//! Says what a client says to the core, and what the core says to the client. Everything a client must not miss goes through
//! the machine, which numbers and keeps it. `frames` says what a client's frames mean.

mod frames;
#[cfg(test)]
mod panics;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use actix::{Actor, ActorContext, Addr, AsyncContext, Context, Handler, Message};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytestring::ByteString;
use subtle::ConstantTimeEq as _;

use super::{
    core::Core,
    directory::{Client, Endpoint, EndpointLife},
    messages::{ToCall, ToEndpoint},
    timer::Timer,
    ws_conn::{Line, Outbox, ToConn, Unsent},
};
use crate::{
    auth::turn,
    clock,
    config::SessionPolicy,
    metrics::{ConnectionResult, Limit, Said},
    protocol::{
        codes::{self, Door},
        effect::{Input, Party},
        ids::{CallId, DeviceId, SessionId, UserId},
        native::{self, CallSnapshot, FrameId, LoggedIn, Role},
        record::CallState,
        session::{Attached, Outgoing, Session as Machine, SessionEffect, SessionLimits},
    },
    trace::{self, Entry, Kind, Who},
};

/// How many frames of a client may wait here before it is taken for a flood. Above the burst that the default rate allows.
const MAILBOX: usize = 4_096;

/// A connection, as its session sees it.
#[derive(Debug)]
pub(super) struct Conn {
    /// Tells this connection from the ones before.
    pub(super) number: u64,
    /// Where its socket listens.
    pub(super) to: Arc<Outbox>,
    /// Whose it is.
    pub(super) client: Client,
}

/// The actor.
#[derive(Debug)]
pub struct Session {
    core: Core,
    id: SessionId,
    me: Party,
    /// The same, for the recorder.
    who: Arc<Who>,
    machine: Machine,
    conn: Option<Conn>,
    login_id: Option<FrameId>,
    life: Arc<EndpointLife>,
    resume: ResumeSecret,
    timer: Timer,
    /// Who is watched, and whether the client last heard that they are online.
    watched: BTreeMap<UserId, bool>,
    watches_all: bool,
    /// The ring that the client heard of at its login, with its version.
    shown: Option<(CallId, u32)>,
    hopeless: u32,
    draining: bool,
    over: bool,
}

/// What the holder of a session must know to resume it. Never shown.
struct ResumeSecret([u8; 24]);

impl std::fmt::Debug for ResumeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResumeSecret(…)")
    }
}

/// From the socket: a text frame, which may hold anything.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Frame(pub(super) ByteString);

/// From the socket: a pong, with the acknowledged `seq`.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct Pong {
    pub(super) conn: u64,
    pub(super) seq: Option<u64>,
}

/// From the socket: it is gone.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub(super) struct ConnClosed {
    pub(super) conn: u64,
}

/// From a fresh connection: its client has this session's resume token. `false`: it is not the one.
#[derive(Message)]
#[rtype(result = "bool")]
pub(super) struct Resume {
    pub(super) secret: Vec<u8>,
    pub(super) last_seq: u64,
    pub(super) conn: Conn,
    pub(super) login_id: Option<FrameId>,
}

impl Session {
    /// Starts a session for a user whose credentials were good.
    ///
    /// # Errors
    /// Where the operating system has no randomness for the resume token.
    pub(super) fn log_in(
        core: &Core,
        user: UserId,
        device: DeviceId,
        conn: Conn,
        login_id: Option<FrameId>,
    ) -> Result<Addr<Self>, getrandom::Error> {
        let config = core.config();
        let limits = SessionLimits {
            heartbeat: config.session.heartbeat_secs,
            grace: config.session.resume_grace_secs,
            queue_bytes: config.session.resume_queue_bytes,
        };
        let since = clock::wall();
        let life = Arc::new(EndpointLife {
            since,
            client: Mutex::new(conn.client.clone()),
            connected: AtomicBool::new(true),
            active: AtomicI64::new(since.0),
        });
        let (id, door) = (clock::session_id(), Door::Native);
        let who = Who { user: user.clone(), device: device.clone(), session: id, door };
        let session = Self {
            core: core.clone(),
            id,
            me: Party { user, device, door },
            who: Arc::new(who),
            machine: Machine::new(limits, clock::now()),
            conn: Some(conn),
            login_id,
            life,
            resume: ResumeSecret(clock::random()?),
            timer: Timer::default(),
            watched: BTreeMap::new(),
            watches_all: false,
            shown: None,
            hopeless: 0,
            draining: false,
            over: false,
        };
        Ok(session.start())
    }

    /// Takes a token of [`Session::token`] apart.
    pub(super) fn read_token(token: &str) -> Option<(SessionId, Vec<u8>)> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, secret) = bytes.split_first_chunk::<16>()?;
        (secret.len() == 24).then(|| (SessionId(uuid::Uuid::from_bytes(*id)), secret.to_vec()))
    }

    fn token(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode([self.id.0.as_bytes().as_slice(), &self.resume.0].concat())
    }

    fn enter(&mut self, ctx: &mut Context<Self>) {
        let config = self.core.config();
        let endpoint = Endpoint {
            session: self.id,
            device: self.me.device.clone(),
            door: self.me.door,
            to: ctx.address().recipient(),
            live: Arc::clone(&self.life),
        };
        let limit = config.limits.sessions_per_user.and_then(|limit| usize::try_from(limit.get()).ok());
        let single = config.session.policy == SessionPolicy::Single;
        let core = self.core.clone();
        let changed = || core.presence_changed(&self.me, true);
        match self.core.directory().log_in(&self.me.user, endpoint, single, limit, changed) {
            Ok(replaced) => {
                for (other, same_device) in replaced {
                    other.to.do_send(ToEndpoint::Replaced { same_device });
                }
                self.core.directory().keep_session(self.id, ctx.address());
                if let Some(call) = self.core.line(&self.me.user) {
                    let Party { user, device, .. } = self.me.clone();
                    self.core.directory().tell_call(call, ToCall::Input(Input::Back { user, device }));
                }
                self.core.metrics().connection_result(ConnectionResult::LoggedIn);
                self.welcome(Attached { resumed: false, seq: 0 }, ctx);
            }
            Err(super::directory::TooManySessions) => {
                self.core.metrics().limit_hit(Limit::SessionsPerUser);
                let message = "this user has as many sessions as one may have: log one of them out first";
                let frame = native::error(self.login_id.as_ref(), codes::LOGGED_IN_ELSEWHERE, message);
                self.say(Said::Error, None, frame);
                self.close(4429, "too many sessions");
                self.over = true;
                ctx.stop();
            }
        }
    }

    /// Says who is logged in and what is on, then what the client missed.
    fn welcome(&mut self, attached: Attached, ctx: &mut Context<Self>) {
        let config = self.core.config();
        let calls = self.snapshot();
        let ice_servers = turn::ice_servers(&config.turn, &self.me.user, clock::wall());
        let frame = native::logged_in(&LoggedIn {
            id: self.login_id.as_ref(),
            user: &self.me.user,
            session: self.id,
            resume: &self.token(),
            resumed: attached.resumed,
            heartbeat_secs: config.session.heartbeat_secs.as_secs_f64(),
            ice_servers: &ice_servers,
            calls: &calls,
            seq: attached.seq,
        });
        self.core.metrics().said(Said::LoggedIn);
        self.core.trace().record(|| {
            let shown = trace::without_secrets(&frame);
            Entry::cut_frame(Kind::FrameOut, Some(Arc::clone(&self.who)), frame.len(), shown)
        });
        self.send(ToConn::LoggedIn(frame, Line::Native(ctx.address()), Arc::clone(&self.who)));
        if !attached.resumed {
            self.shown = calls.first().map(|shown| (shown.call.id, shown.call.version));
        }
        if self.core.draining() {
            self.drain(ctx);
        }
        self.settle(ctx);
    }

    fn snapshot(&self) -> Vec<CallSnapshot> {
        let directory = self.core.directory();
        let Some((call, offer)) = self.core.line(&self.me.user).and_then(|call| directory.call_with_offer(call)) else {
            return Vec::new();
        };
        let (user, role) = match call.other(&self.me.user) {
            Some(other) if call.caller == self.me.user => (other.clone(), Role::Caller),
            Some(other) => (other.clone(), Role::Callee),
            None => return Vec::new(),
        };
        // No device rings before the verdict, and an ended call is no call.
        let hidden = call.state == CallState::Ended || (role == Role::Callee && call.state == CallState::Requested);
        if hidden {
            return Vec::new();
        }
        let sdp = offer.filter(|_| role == Role::Callee);
        vec![CallSnapshot { call, user, role, sdp }]
    }

    /// Carries out what the machine asked for, then points the one timer at its next deadline.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                SessionEffect::Send(frame) => self.send_frame(frame),
                SessionEffect::Ping(seq) => self.send(ToConn::Ping(seq.to_string())),
                SessionEffect::TooSlow => {
                    self.core.metrics().slow_reader();
                    self.close(4410, "too slow: resume");
                }
                SessionEffect::LineLost => self.cut(),
                SessionEffect::Expired => {
                    self.end();
                    ctx.stop();
                }
            }
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

    /// Sends a frame, and takes that down, where a client is there to hear it.
    fn send_frame(&mut self, Outgoing { text, call }: Outgoing) {
        if self.conn.is_some() {
            let taken = || Entry::frame(Kind::FrameOut, Some(Arc::clone(&self.who)), call, text.clone());
            self.core.trace().record(taken);
            self.send(ToConn::Frame(text));
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
        self.conn = None;
        self.machine.line_lost(clock::now());
        self.life.connected.store(false, Ordering::Relaxed);
    }

    /// The session is over for good.
    fn end(&mut self) {
        if std::mem::replace(&mut self.over, true) || self.core.halted() {
            return;
        }
        let core = self.core.clone();
        let directory = core.directory();
        directory.unwatch(self.id, self.watched.keys());
        directory.watch_all(self.id, None);
        directory.log_out(&self.me.user, self.id, &self.me.device, || core.presence_changed(&self.me, false));
        if let Some(call) = core.line(&self.me.user) {
            let (user, device) = (self.me.user.clone(), self.me.device.clone());
            directory.tell_call(call, ToCall::Gone { user, device });
        }
    }

    fn drain(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.draining, true) {
            let wait = Duration::from_secs_f64(0.5 + 4.5 * clock::fraction());
            let message = "the server is stopping: reconnect after a moment";
            self.say(Said::Closing, None, native::closing(codes::SERVER_DRAINING, Some(wait), true, message));
        }
        self.leave_when_free(ctx);
    }

    fn leave_when_free(&mut self, ctx: &mut Context<Self>) {
        if self.draining && self.core.line(&self.me.user).is_none() {
            self.end();
            self.close(4503, "the server is stopping");
            ctx.stop();
        }
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.core.metrics().actors("session", 1);
        ctx.set_mailbox_capacity(MAILBOX);
        self.enter(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        self.end();
        // Whoever ends a session in good order has closed its socket; a session that panicked has not.
        if let Some(conn) = self.conn.take().filter(|_| !self.core.halted())
            && conn.to.send(ToConn::Close(1011, "the session has ended")).is_err()
        {
            conn.to.cut();
        }
        self.core.metrics().actors("session", -1);
    }
}

impl Handler<Frame> for Session {
    type Result = ();

    fn handle(&mut self, Frame(text): Frame, ctx: &mut Self::Context) {
        // What an earlier connection still had on the way counts: the client may have sent it just before it lost the line.
        self.read(&text, ctx);
        self.settle(ctx);
    }
}

impl Handler<Pong> for Session {
    type Result = ();

    fn handle(&mut self, pong: Pong, ctx: &mut Self::Context) {
        if self.conn.as_ref().is_some_and(|conn| conn.number == pong.conn) {
            self.machine.pong(pong.seq, clock::now());
            self.settle(ctx);
        }
    }
}

impl Handler<ConnClosed> for Session {
    type Result = ();

    fn handle(&mut self, closed: ConnClosed, ctx: &mut Self::Context) {
        if self.conn.as_ref().is_some_and(|conn| conn.number == closed.conn) {
            self.detach();
            self.settle(ctx);
        }
    }
}

impl Handler<Resume> for Session {
    type Result = bool;

    fn handle(&mut self, resume: Resume, ctx: &mut Self::Context) -> bool {
        let known = bool::from(self.resume.0.ct_eq(&resume.secret));
        let Ok(next) = clock::random() else { return false };
        if !known || self.over {
            return false;
        }
        self.resume = ResumeSecret(next);
        self.close(4409, "resumed on another connection");
        *self.life.client.lock().unwrap_or_else(PoisonError::into_inner) = resume.conn.client.clone();
        self.life.connected.store(true, Ordering::Relaxed);
        self.conn = Some(resume.conn);
        self.login_id = resume.login_id;
        self.core.metrics().connection_result(ConnectionResult::Resumed);
        let attached = self.machine.resume(resume.last_seq, clock::now());
        self.welcome(attached, ctx);
        true
    }
}

impl Handler<ToEndpoint> for Session {
    type Result = ();

    fn handle(&mut self, message: ToEndpoint, ctx: &mut Self::Context) {
        match message {
            ToEndpoint::Event(event) => {
                self.on_event(&event);
                self.settle(ctx);
                self.leave_when_free(ctx);
                return;
            }
            ToEndpoint::Signal { call, from, data } => {
                self.core.metrics().said(Said::Signal);
                self.machine.push(Some(call), |seq| native::signal(seq, call, &from, &data));
            }
            ToEndpoint::PresenceChanged(user) => self.presence_changed(&user),
            ToEndpoint::Kick => {
                let frame = native::closing(codes::KICKED, None, false, "an admin ended this session");
                self.say(Said::Closing, None, frame);
                self.end();
                self.close(4411, "kicked");
                ctx.stop();
            }
            ToEndpoint::Replaced { same_device } => {
                let message = "the same user logged in again";
                self.say(Said::Closing, None, native::closing(codes::LOGGED_IN_ELSEWHERE, None, false, message));
                if same_device {
                    self.over = true;
                    let directory = self.core.directory();
                    directory.unwatch(self.id, self.watched.keys());
                    directory.watch_all(self.id, None);
                    directory.log_out(&self.me.user, self.id, &self.me.device, || ());
                }
                self.end();
                self.close(4409, "replaced");
                ctx.stop();
            }
            ToEndpoint::Drain => self.drain(ctx),
            // For clients of the other door.
            ToEndpoint::Published { .. } | ToEndpoint::Message(_) => return,
        }
        self.settle(ctx);
    }
}
