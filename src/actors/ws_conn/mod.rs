//! The socket shell: reads, writes, and decides nothing beyond what belongs to a socket. Dies with the connection.
//!
//! actix-web answers the handshake; then the socket is taken over (`http::upgrade`), and a task on the same web worker pumps
//! it. This folder is the only place that names actix-web-actors, which makes the handshake and defines the messages.

mod line;
mod outbox;
mod pump;
mod speed;

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};

use actix::prelude::SendError;
use actix_http::ws::{Codec, Frame as WsFrame, Item};
use actix_web::{HttpRequest, HttpResponse, http::header};
use actix_web_actors::ws::{self, CloseCode, CloseReason, HandshakeError, Message, ProtocolError};
use bytes::BytesMut;
use bytestring::ByteString;
use governor::{Quota, RateLimiter, clock::DefaultClock, state::InMemoryState, state::NotKeyed};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Sleep,
};
use tokio_util::codec::{Decoder as _, Encoder as _};

use self::pump::Pump;
pub(super) use self::{
    line::Line,
    outbox::{Outbox, ToConn, Unsent},
};
use super::{
    core::Core,
    directory::Client,
    gate::{Entered, Refused, Ticket},
    session::Conn,
    verto_session::VertoSession,
};
use crate::{
    metrics::{Heard, Limit, Said},
    protocol::{
        codes::{self, Door},
        ids::DeviceId,
        native::{self, FrameId, Login},
        verto::speed::SpeedTest,
    },
    trace::{self, Kind, Who},
};

/// How many frames may follow the login before it is answered; together they are no longer than one frame may be.
const EARLY_FRAMES: usize = 32;
/// How long a client whose token came with the upgrade has to say which device it is, before it is logged in without a name for
/// it.
const NAMING_TIME: Duration = Duration::from_millis(100);
/// Longest name of a client's program that is kept: each session has one. Unit: characters. Those of browsers are shorter.
const MAX_PROGRAM: usize = 200;
/// How long a close frame may take, and the client to let go, before the socket is dropped.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// The longest reason of a close frame. Unit: bytes. Source: RFC 6455, section 5.5: 125, less the code.
const MAX_REASON: usize = 123;
/// The longest header of a frame. Unit: bytes. Source: RFC 6455, section 5.2.
const HEADER: usize = 14;

/// The connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gone;

/// A login that came with the upgrade.
struct Bearer {
    token: String,
    device: Option<String>,
}

type Entry = Pin<Box<dyn Future<Output = Result<Entered, Refused>>>>;

enum Phase {
    /// Waits for the login.
    Silent(Option<Box<Bearer>>),
    /// The login is being checked; what came after it waits.
    Checking(Box<Checking>),
    /// Its session sees to the login.
    Greeting(Line),
    /// Logged in.
    On(Line),
    /// A close frame is out.
    Closing,
}

struct Checking {
    id: Option<FrameId>,
    /// `None`: the login was good, and its session is about to say so.
    entry: Option<Entry>,
    early: VecDeque<ByteString>,
}

/// A connection.
pub struct WsConn {
    core: Core,
    number: u64,
    phase: Phase,
    outbox: Arc<Outbox>,
    /// Counts this connection until it is gone; `unauthenticated` only until the login.
    ticket: Ticket,
    /// Which program the client says it is.
    program: Option<Arc<str>>,
    rate: Option<RateLimiter<NotKeyed, InMemoryState, DefaultClock>>,
    /// Of the Verto door only.
    speed: Option<Box<SpeedTest>>,
    codec: Codec,
    frame_bytes: usize,
    /// What was said and not yet taken by the system.
    out: BytesMut,
    partial: Option<Vec<u8>>,
    /// What the recorder has of it before it is known whose it is: the numbers of its opening and its login.
    taken: [Option<u64>; 2],
    /// Whose it is, for the recorder.
    who: Option<Arc<Who>>,
    /// Until when to log in; later, until when to be gone.
    timer: Option<Pin<Box<Sleep>>>,
}

impl std::fmt::Debug for WsConn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WsConn").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Answers a handshake. `bearer` is a token from the upgrade's `Authorization` header, `device` goes with it. The connection is
/// in the response's extensions, for whoever takes the socket over. Clients of the Verto door log in by frames alone.
///
/// # Errors
/// Where the request is no WebSocket handshake.
pub fn upgrade(
    core: &Core,
    door: Door,
    ticket: Ticket,
    bearer: Option<String>,
    device: Option<String>,
    request: &HttpRequest,
) -> Result<HttpResponse, HandshakeError> {
    let mut response = ws::handshake(request)?.finish();
    let config = core.config();
    let limits = &config.limits;
    response.extensions_mut().insert(WsConn {
        core: core.clone(),
        number: core.next_connection(),
        phase: Phase::Silent(bearer.map(|token| Box::new(Bearer { token, device }))),
        outbox: Arc::new(Outbox::new(config.session.resume_queue_bytes)),
        ticket,
        program: program(request),
        rate: limits.frames_per_sec.map(frame_rate),
        speed: (door == Door::Verto)
            .then(|| Box::new(limits.frames_per_sec.map_or_else(SpeedTest::unlimited, |_| SpeedTest::default()))),
        codec: Codec::new().max_size(limits.frame_bytes),
        frame_bytes: limits.frame_bytes,
        out: BytesMut::new(),
        partial: None,
        taken: [None; 2],
        who: None,
        timer: None,
    });
    Ok(response)
}

/// The `User-Agent` of a request, shortened.
fn program(request: &HttpRequest) -> Option<Arc<str>> {
    let name = request.headers().get(header::USER_AGENT)?.to_str().ok()?;
    let end = name.char_indices().nth(MAX_PROGRAM).map_or(name.len(), |(end, _)| end);
    name.get(..end).filter(|name| !name.is_empty()).map(Arc::from)
}

/// Twice the rate in a burst. Source: operations contract, `[limits]`.
fn frame_rate(per_sec: NonZeroU32) -> RateLimiter<NotKeyed, InMemoryState, DefaultClock> {
    RateLimiter::direct(
        Quota::per_second(per_sec).allow_burst(per_sec.saturating_mul(NonZeroU32::MIN.saturating_add(1))),
    )
}

impl WsConn {
    /// Serves the connection until it is over. `early` came together with the handshake.
    pub fn serve<T>(mut self, io: T, early: BytesMut) -> impl Future<Output = ()>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        self.taken[0] = self.core.trace().record(|| trace::Entry::of(Kind::SocketOpened));
        let wait = self.core.config().session.login_timeout_secs;
        if self.speed.is_some() {
            let session = VertoSession::greet(&self.core, self.conn());
            self.phase = Phase::Greeting(Line::Verto(session));
        }
        match &self.phase {
            Phase::Silent(Some(bearer)) if bearer.device.is_some() => {
                self.wait(wait);
                self.check_bearer();
            }
            Phase::Silent(Some(_)) => self.wait(NAMING_TIME.min(wait)),
            _ => self.wait(wait),
        }
        Pump::new(io, early, self)
    }

    fn wait(&mut self, time: Duration) {
        self.timer = Some(Box::pin(tokio::time::sleep(time)));
    }

    fn is_closing(&self) -> bool {
        matches!(self.phase, Phase::Closing)
    }

    fn say(&mut self, message: Message) {
        // The codec refuses only fragments out of place, which are never sent.
        let _refused = self.codec.encode(message, &mut self.out).is_err();
    }

    fn close(&mut self, code: u16, reason: &str) {
        if !self.is_closing() {
            self.hang_up(Some(CloseReason { code: CloseCode::Other(code), description: Some(reason.to_owned()) }));
        }
    }

    fn hang_up(&mut self, reason: Option<CloseReason>) {
        self.leave();
        self.say(Message::Close(reason));
        self.wait(CLOSE_TIME);
    }

    /// Tells the session that its line is gone.
    fn leave(&mut self) {
        self.outbox.close();
        if let Phase::On(line) | Phase::Greeting(line) = std::mem::replace(&mut self.phase, Phase::Closing) {
            line.closed(self.number);
        }
    }

    fn is_too_fast(&self) -> bool {
        self.rate.as_ref().is_some_and(|rate| rate.check().is_err())
    }

    /// Does whatever is due but for the socket itself. Messages of the session are heard only where there is `room` for them.
    fn attend(&mut self, room: bool, cx: &mut task::Context<'_>) -> Option<Gone> {
        if let Phase::Checking(checking) = &mut self.phase
            && let Some(entry) = &mut checking.entry
            && let Poll::Ready(entered) = entry.as_mut().poll(cx)
        {
            checking.entry = None;
            // The session's own message says the rest, unless the session turns the connection away.
            if let Err(refused) = entered {
                let id = checking.id.take();
                self.refuse(id.as_ref(), &refused);
            }
        }
        let waiting = self.outbox.take(room, cx.waker());
        if waiting.cut {
            return Some(Gone);
        }
        for message in waiting.messages {
            self.hear(message);
        }
        if waiting.closing && !room && self.timer.is_none() {
            self.wait(CLOSE_TIME);
        }
        if let Some(timer) = &mut self.timer
            && timer.as_mut().poll(cx).is_ready()
        {
            self.timer = None;
            match &self.phase {
                Phase::Silent(Some(_)) => {
                    let rest = self.core.config().session.login_timeout_secs.saturating_sub(NAMING_TIME);
                    self.wait(rest);
                    self.check_bearer();
                }
                Phase::Silent(None) | Phase::Checking(_) => {
                    self.core.metrics().limit_hit(Limit::LoginTimeout);
                    self.refuse(None, &Refused::new(codes::NOT_LOGGED_IN, "no login in time", 4408));
                }
                Phase::Greeting(_) => {
                    self.core.metrics().limit_hit(Limit::LoginTimeout);
                    self.close(4408, "no login in time");
                }
                Phase::On(_) | Phase::Closing => return Some(Gone),
            }
            // What was started here has yet to be polled.
            cx.waker().wake_by_ref();
        }
        None
    }

    /// From the session.
    fn hear(&mut self, message: ToConn) {
        match message {
            ToConn::LoggedIn(frame, line, who) => {
                self.core.trace().claim(self.taken.iter().flatten().copied(), &who);
                self.who = Some(who);
                // A login without an id has no answer.
                if !frame.is_empty() {
                    self.say(Message::Text(frame));
                }
                self.ticket.authenticated();
                self.timer = None;
                if let Phase::Checking(checking) = std::mem::replace(&mut self.phase, Phase::On(line)) {
                    for text in checking.early {
                        self.text(text);
                    }
                }
            }
            ToConn::Frame(text) => self.say(Message::Text(text)),
            ToConn::Ping(payload) => self.say(Message::Ping(payload.into_bytes().into())),
            ToConn::Close(code, reason) => {
                if let Phase::Greeting(_) = self.phase {
                    self.ticket.refused(code);
                }
                self.close(code, reason);
            }
        }
    }

    /// From the client: all frames that are there. What is left is the beginning of one.
    fn read(&mut self, unread: &mut BytesMut) {
        while !self.is_closing() {
            match self.codec.decode(unread) {
                Ok(Some(frame)) => self.frame(frame),
                // The codec would wait for all of a frame before it finds it too big.
                Ok(None) if unread.len() > self.frame_bytes + HEADER => self.too_big(),
                Ok(None) => return,
                Err(ProtocolError::Overflow) => self.too_big(),
                Err(_) => self.close(1002, "not a WebSocket frame"),
            }
        }
    }

    fn too_big(&mut self) {
        self.core.metrics().limit_hit(Limit::FrameBytes);
        self.close(4413, "frame too big");
    }

    fn frame(&mut self, frame: WsFrame) {
        // Whatever has to be read counts: an empty ping is as much work as a frame with something in it.
        let counts = match &frame {
            WsFrame::Close(_) => false,
            WsFrame::Text(bytes) => !self.is_speed_data(bytes),
            _ => true,
        };
        if counts && self.is_too_fast() {
            self.core.metrics().limit_hit(Limit::Frames);
            return self.close(4429, "too many frames a second");
        }
        match frame {
            WsFrame::Text(bytes) => match ByteString::try_from(bytes) {
                Ok(text) => self.text(text),
                Err(_) => self.close(1007, "text is UTF-8"),
            },
            WsFrame::Ping(payload) => self.say(Message::Pong(payload)),
            WsFrame::Pong(payload) => {
                if let Phase::On(line) | Phase::Greeting(line) = &self.phase {
                    let seq = std::str::from_utf8(&payload).ok().and_then(|seq| seq.parse().ok());
                    line.pong(self.number, seq);
                }
            }
            WsFrame::Continuation(item) => self.fragment(item),
            WsFrame::Binary(_) => self.close(1003, "text frames only"),
            WsFrame::Close(reason) => {
                let is_page_gone = reason.as_ref().is_some_and(|reason| reason.code == CloseCode::Away);
                if let Phase::On(line) | Phase::Greeting(line) = &self.phase
                    && is_page_gone
                {
                    line.goodbye();
                }
                self.hang_up(reason);
            }
        }
    }

    fn text(&mut self, text: ByteString) {
        if self.probed(&text) {
            return;
        }
        match &mut self.phase {
            Phase::Silent(bearer) => match native::decode_login(&text) {
                Ok(login) => {
                    self.take_down(text.len(), Some(&login));
                    self.check(login);
                }
                // The token in the upgrade's header has said it all: this is a frame after the login.
                Err(error) if error.error_code == codes::NOT_LOGGED_IN && bearer.is_some() => {
                    self.check_bearer();
                    self.text(text);
                }
                Err(error) => {
                    self.take_down(text.len(), None);
                    let close = if error.error_code == codes::NOT_LOGGED_IN { 4401 } else { 4400 };
                    self.refuse(error.id.as_ref(), &Refused::new(error.error_code, error.message, close));
                }
            },
            Phase::Checking(checking) => {
                let waiting = checking.early.iter().map(|text| text.len()).sum::<usize>();
                if checking.early.len() < EARLY_FRAMES && waiting + text.len() <= self.frame_bytes {
                    checking.early.push_back(text);
                } else {
                    self.close(4429, "wait for logged_in");
                }
            }
            Phase::On(line) | Phase::Greeting(line) => match line.frame(text) {
                Ok(()) => {}
                Err(SendError::Full(_)) => self.close(4429, "too many frames at once"),
                Err(SendError::Closed(_)) => self.close(1011, "the session has ended"),
            },
            Phase::Closing => {}
        }
    }

    /// Takes the first frame down: of a login how it proves who it is, of anything else nothing.
    fn take_down(&mut self, bytes: usize, login: Option<&Login>) {
        self.taken[1] =
            self.core.trace().record(|| trace::Entry::cut_frame(Kind::FrameIn, None, bytes, login.map(trace::login)));
    }

    /// Logs in by the token in the upgrade's header alone.
    fn check_bearer(&mut self) {
        let Phase::Silent(Some(bearer)) = &mut self.phase else { return };
        match bearer.device.take().map(|device| DeviceId::new(&device)).transpose() {
            Ok(device) => self.check(Login { id: None, credentials: None, device }),
            Err(error) => self.refuse(None, &Refused::new(codes::BAD_PARAMETER, error.to_string(), 4400)),
        }
    }

    fn check(&mut self, mut login: Login) {
        self.core.metrics().heard(Heard::Login);
        if let Phase::Silent(Some(bearer)) = &mut self.phase
            && login.credentials.is_none()
        {
            login.credentials = Some(native::Credentials::Token(std::mem::take(&mut bearer.token)));
        }
        let (id, conn) = (login.id.clone(), self.conn());
        let core = self.core.clone();
        let entry: Entry = Box::pin(async move { core.gate().enter(&core, login, conn).await });
        self.phase = Phase::Checking(Box::new(Checking { id, entry: Some(entry), early: VecDeque::new() }));
    }

    /// The connection, as its session sees it.
    fn conn(&self) -> Conn {
        let client = Client { address: self.ticket.address(), program: self.program.clone() };
        Conn { number: self.number, to: Arc::clone(&self.outbox), client }
    }

    fn refuse(&mut self, id: Option<&FrameId>, refused: &Refused) {
        self.core.metrics().said(Said::Error);
        let text = native::error(id, refused.error_code, &refused.message);
        self.core.trace().record(|| trace::Entry::frame(Kind::FrameOut, None, None, text.clone()));
        self.say(Message::Text(text));
        self.ticket.refused(refused.close);
        // A close frame has room for so much.
        let reason = if refused.message.len() <= MAX_REASON { &refused.message } else { "login refused" };
        self.close(refused.close, reason);
    }

    fn fragment(&mut self, item: Item) {
        let (bytes, last) = match (item, &mut self.partial) {
            (Item::FirstText(bytes), None) => {
                self.partial = Some(bytes.to_vec());
                return;
            }
            (Item::FirstBinary(_), _) => return self.close(1003, "text frames only"),
            (Item::Continue(bytes), Some(_)) => (bytes, false),
            (Item::Last(bytes), Some(_)) => (bytes, true),
            (Item::FirstText(_) | Item::Continue(_) | Item::Last(_), _) => {
                return self.close(1002, "a fragment out of place");
            }
        };
        let Some(partial) = &mut self.partial else { return };
        if partial.len() + bytes.len() > self.frame_bytes {
            return self.too_big();
        }
        partial.extend_from_slice(&bytes);
        if last {
            let whole = self.partial.take().unwrap_or_default();
            match ByteString::try_from(whole) {
                Ok(text) => self.text(text),
                Err(_) => self.close(1007, "text is UTF-8"),
            }
        }
    }
}

impl Drop for WsConn {
    fn drop(&mut self) {
        self.leave();
        if let [Some(_opened), _] = self.taken {
            self.core.trace().record(|| trace::Entry { who: self.who.take(), ..trace::Entry::of(Kind::SocketClosed) });
        }
    }
}
