//! The socket shell: reads, writes, and decides nothing beyond what belongs to a socket. Dies with the connection.
//!
//! The only file that names actix-web-actors. Such an actor is polled as a response body: while the client does not read,
//! nothing here runs, not even a stop. So whoever must end a connection for certain holds its [`KillHandle`].

use std::{
    collections::VecDeque,
    net::{IpAddr, TcpStream},
    num::NonZeroU32,
    sync::{Arc, Weak},
    time::Duration,
};

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Handler, Message, StreamHandler, WrapFuture};
use actix_http::ws::Item;
use actix_web::{HttpRequest, HttpResponse, web::Payload};
use actix_web_actors::ws::{
    CloseCode, CloseReason, Message as WsMessage, ProtocolError, WebsocketContext, WsResponseBuilder,
};
use bytestring::ByteString;
use governor::{Quota, RateLimiter, clock::DefaultClock, state::InMemoryState, state::NotKeyed};

use super::{
    core::Core,
    gate::{Entered, Refused, Ticket},
    session::{Conn, ConnClosed, Frame, Pong, Session},
};
use crate::{
    metrics::{Direction, Limit},
    protocol::{
        codes,
        ids::DeviceId,
        native::{self, FrameId, Login},
    },
};

/// How many frames to the client may wait in this actor's mailbox before the session takes its reader for too slow. The cap
/// in bytes binds earlier for all but tiny frames.
const MAILBOX: usize = 4_096;
/// How many frames may follow the login before it is answered; together they are no longer than one frame may be.
const EARLY_FRAMES: usize = 32;

/// How long a client whose token came with the upgrade has to say which device it is, before it is logged in without a name for
/// it.
const NAMING_TIME: Duration = Duration::from_millis(100);

/// A second handle to a connection's socket, which cuts it from outside. Kept weakly by whoever may need it: a strong one
/// would keep the connection open.
#[derive(Debug, Clone)]
pub struct KillHandle(pub Arc<TcpStream>);

/// To the socket, from its session.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) enum ToConn {
    /// The session is there; this frame says so.
    LoggedIn(ByteString, Addr<Session>),
    /// A text frame.
    Frame(ByteString),
    /// A ping with this payload.
    Ping(String),
    /// A close frame, and the end.
    Close(u16, &'static str),
}

enum Phase {
    /// Waits for the login.
    Silent,
    /// The login is being checked; what came after it waits.
    Checking(VecDeque<ByteString>),
    /// Logged in.
    On(Addr<Session>),
    /// A close frame is out.
    Closing,
}

/// The actor.
pub struct WsConn {
    core: Core,
    number: u64,
    phase: Phase,
    kill: Option<Weak<TcpStream>>,
    /// Counts this connection until it is gone; `unauthenticated` only until the login.
    ticket: Ticket,
    bearer: Option<String>,
    device: Option<String>,
    rate: Option<RateLimiter<NotKeyed, InMemoryState, DefaultClock>>,
    partial: Option<Vec<u8>>,
    frame_bytes: usize,
}

impl std::fmt::Debug for WsConn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WsConn").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Takes a connection over from HTTP. `bearer` is a token from the upgrade's `Authorization` header, `device` goes with it.
///
/// # Errors
/// Where the request is no WebSocket handshake.
pub fn upgrade(
    core: &Core,
    ticket: Ticket,
    bearer: Option<String>,
    device: Option<String>,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let limits = &core.config().limits;
    let kill = request.conn_data::<KillHandle>().map(|handle| Arc::downgrade(&handle.0));
    let conn = WsConn {
        core: core.clone(),
        number: core.next_connection(),
        phase: Phase::Silent,
        kill,
        ticket,
        bearer,
        device,
        rate: limits.frames_per_sec.map(frame_rate),
        partial: None,
        frame_bytes: limits.frame_bytes,
    };
    WsResponseBuilder::new(conn, request, payload).frame_size(limits.frame_bytes).start()
}

/// Twice the rate in a burst. Source: operations contract, `[limits]`.
fn frame_rate(per_sec: NonZeroU32) -> RateLimiter<NotKeyed, InMemoryState, DefaultClock> {
    RateLimiter::direct(
        Quota::per_second(per_sec).allow_burst(per_sec.saturating_mul(NonZeroU32::MIN.saturating_add(1))),
    )
}

type Ctx = WebsocketContext<WsConn>;

impl WsConn {
    fn close(&mut self, ctx: &mut Ctx, code: u16, reason: &str) {
        if !matches!(self.phase, Phase::Closing) {
            self.leave();
            ctx.close(Some(CloseReason { code: CloseCode::Other(code), description: Some(reason.to_owned()) }));
            ctx.stop();
        }
    }

    /// Tells the session that its line is gone.
    fn leave(&mut self) {
        if let Phase::On(session) = std::mem::replace(&mut self.phase, Phase::Closing) {
            session.do_send(ConnClosed { conn: self.number });
        }
    }

    fn is_too_fast(&self) -> bool {
        self.rate.as_ref().is_some_and(|rate| rate.check().is_err())
    }

    fn address(&self) -> Option<IpAddr> {
        self.ticket.address()
    }

    fn text(&mut self, text: ByteString, ctx: &mut Ctx) {
        match &mut self.phase {
            Phase::Silent => match native::decode_login(&text) {
                Ok(login) => self.check(login, ctx),
                // The token in the upgrade's header has said it all: this is a frame after the login.
                Err(error) if error.error_code == codes::NOT_LOGGED_IN && self.bearer.is_some() => {
                    self.check_bearer(ctx);
                    self.text(text, ctx);
                }
                Err(error) => {
                    let close = if error.error_code == codes::NOT_LOGGED_IN { 4401 } else { 4400 };
                    self.refuse(error.id.as_ref(), &Refused::new(error.error_code, error.message, close), ctx);
                }
            },
            Phase::Checking(early)
                if early.len() < EARLY_FRAMES
                    && early.iter().map(|text| text.len()).sum::<usize>() + text.len() <= self.frame_bytes =>
            {
                early.push_back(text);
            }
            Phase::Checking(_) => self.close(ctx, 4429, "wait for logged_in"),
            Phase::On(session) => {
                self.core.metrics().ws_message(Direction::In, "text");
                match session.try_send(Frame(text)) {
                    Ok(()) => {}
                    Err(actix::prelude::SendError::Full(_)) => self.close(ctx, 4429, "too many frames at once"),
                    Err(actix::prelude::SendError::Closed(_)) => self.close(ctx, 1011, "the session has ended"),
                }
            }
            Phase::Closing => {}
        }
    }

    /// Logs in by the token in the upgrade's header alone.
    fn check_bearer(&mut self, ctx: &mut Ctx) {
        match self.device.take().map(|device| DeviceId::new(&device)).transpose() {
            Ok(device) => self.check(Login { id: None, credentials: None, device }, ctx),
            Err(error) => self.refuse(None, &Refused::new(codes::BAD_PARAMETER, error.to_string(), 4400), ctx),
        }
    }

    fn check(&mut self, mut login: Login, ctx: &mut Ctx) {
        self.phase = Phase::Checking(VecDeque::new());
        if login.credentials.is_none() {
            login.credentials = self.bearer.take().map(native::Credentials::Token);
        }
        let id = login.id.clone();
        let conn = Conn { number: self.number, addr: ctx.address(), kill: self.kill.clone(), address: self.address() };
        let core = self.core.clone();
        let entry = async move { core.gate().enter(&core, login, conn).await };
        ctx.spawn(entry.into_actor(self).map(move |entered, conn, ctx| match entered {
            // The session's own message says the rest, unless the session turns the connection away.
            Ok(Entered) => conn.ticket.authenticated(),
            Err(refused) => conn.refuse(id.as_ref(), &refused, ctx),
        }));
    }

    fn refuse(&mut self, id: Option<&FrameId>, refused: &Refused, ctx: &mut Ctx) {
        ctx.text(native::error(id, refused.error_code, &refused.message));
        self.ticket.refused(refused.close);
        self.close(ctx, refused.close, "login refused");
    }

    fn fragment(&mut self, item: Item, ctx: &mut Ctx) {
        let (bytes, last) = match (item, &mut self.partial) {
            (Item::FirstText(bytes), None) => {
                self.partial = Some(bytes.to_vec());
                return;
            }
            (Item::FirstBinary(_), _) => return self.close(ctx, 1003, "text frames only"),
            (Item::Continue(bytes), Some(_)) => (bytes, false),
            (Item::Last(bytes), Some(_)) => (bytes, true),
            (Item::FirstText(_) | Item::Continue(_) | Item::Last(_), _) => {
                return self.close(ctx, 1002, "a fragment out of place");
            }
        };
        let Some(partial) = &mut self.partial else { return };
        if partial.len() + bytes.len() > self.frame_bytes {
            return self.close(ctx, 4413, "frame too big");
        }
        partial.extend_from_slice(&bytes);
        if last {
            let whole = self.partial.take().unwrap_or_default();
            match ByteString::try_from(whole) {
                Ok(text) => self.text(text, ctx),
                Err(_) => self.close(ctx, 1007, "text is UTF-8"),
            }
        }
    }
}

impl Actor for WsConn {
    type Context = Ctx;

    fn started(&mut self, ctx: &mut Ctx) {
        ctx.set_mailbox_capacity(MAILBOX);
        let wait = self.core.config().session.login_timeout_secs;
        ctx.run_later(wait, |conn, ctx| {
            if matches!(conn.phase, Phase::Silent | Phase::Checking(_)) {
                conn.core.metrics().limit_hit(Limit::LoginTimeout);
                conn.refuse(None, &Refused::new(codes::NOT_LOGGED_IN, "no login in time", 4408), ctx);
            }
        });
        if self.bearer.is_some() && self.device.is_some() {
            self.check_bearer(ctx);
        } else if self.bearer.is_some() {
            ctx.run_later(NAMING_TIME, |conn, ctx| {
                if matches!(conn.phase, Phase::Silent) {
                    conn.check_bearer(ctx);
                }
            });
        }
    }

    fn stopped(&mut self, _: &mut Ctx) {
        self.leave();
    }
}

impl StreamHandler<Result<WsMessage, ProtocolError>> for WsConn {
    fn handle(&mut self, message: Result<WsMessage, ProtocolError>, ctx: &mut Ctx) {
        // Whatever has to be read counts: an empty ping is as much work as a frame with something in it.
        let counts = matches!(
            message,
            Ok(WsMessage::Text(_) | WsMessage::Ping(_) | WsMessage::Pong(_) | WsMessage::Continuation(_))
        );
        if counts && !matches!(self.phase, Phase::Closing) && self.is_too_fast() {
            self.core.metrics().limit_hit(Limit::Frames);
            return self.close(ctx, 4429, "too many frames a second");
        }
        match message {
            Ok(WsMessage::Text(text)) => self.text(text, ctx),
            Ok(WsMessage::Ping(payload)) => ctx.pong(&payload),
            Ok(WsMessage::Pong(payload)) => {
                if let Phase::On(session) = &self.phase {
                    let seq = std::str::from_utf8(&payload).ok().and_then(|seq| seq.parse().ok());
                    // A session that is gone has its goodbye on the way here.
                    let _gone = session.try_send(Pong { conn: self.number, seq }).is_err();
                }
            }
            Ok(WsMessage::Continuation(item)) => self.fragment(item, ctx),
            Ok(WsMessage::Binary(_)) => self.close(ctx, 1003, "text frames only"),
            Ok(WsMessage::Close(reason)) => {
                self.leave();
                ctx.close(reason);
                ctx.stop();
            }
            Ok(WsMessage::Nop) => {}
            Err(ProtocolError::Overflow) => {
                self.core.metrics().limit_hit(Limit::FrameBytes);
                self.close(ctx, 4413, "frame too big");
            }
            Err(_) => self.close(ctx, 1002, "not a WebSocket frame"),
        }
    }
}

impl Handler<ToConn> for WsConn {
    type Result = ();

    fn handle(&mut self, message: ToConn, ctx: &mut Ctx) {
        match message {
            ToConn::LoggedIn(frame, session) => {
                ctx.text(frame);
                let early = match std::mem::replace(&mut self.phase, Phase::On(session)) {
                    Phase::Checking(early) => early,
                    Phase::Silent | Phase::On(_) | Phase::Closing => VecDeque::new(),
                };
                for text in early {
                    self.text(text, ctx);
                }
            }
            ToConn::Frame(text) => ctx.text(text),
            ToConn::Ping(payload) => ctx.ping(payload.as_bytes()),
            ToConn::Close(code, reason) => self.close(ctx, code, reason),
        }
    }
}
