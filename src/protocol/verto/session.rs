//! A session of the Verto door: one socket's login, its calls and its subscriptions, and what becomes of them without the socket.
//!
//! ```text
//! greeting ──login──▶ entering ──what it takes over is here──▶ on ──line lost, a call is answered──▶ detached
//!                                                              │                                       │
//!                                            line lost, punt, kick                      the call ends, time is over
//!                                                              └──────────────────▶ over ◀─────────────┘
//! ```
//!
//! A session never comes back to another socket. A new socket is a new session, which takes the answered calls of the one with the
//! same `sessid` over.
//!
//! Each request is answered at once, but for three: a login waits for the gate, an answer for the call's start, a hang-up until the
//! line is free. The latter two wait no longer than `PATIENCE`.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use bytestring::ByteString;
use serde_json::Value;

use super::{
    causes::{Cause, cause},
    channels::{Rights, Subscriptions},
    effect::{Effect, Leg, NotEntered, Outgoing, Refusal, Rules},
    number, params,
    rpc::{self, Frame, Incoming, Object, Request, RpcError, RpcId, object},
};
use crate::protocol::{
    effect::Party,
    ids::{CallId, UserId},
    native::Credentials,
};

/// How long an answer may wait for what it depends on. A client gives a server up after ten seconds without one; a disk that hangs
/// must not bring that about.
const PATIENCE: Duration = Duration::from_millis(800);
/// The first id of a request of the server's. High, since some clients tell requests from answers by ids alone, and count up from 1.
const FIRST_ID: u64 = 1_000_000;
/// After how many frames in a row that are no JSON-RPC a client is given up (4400).
const HOPELESS_FRAMES: u32 = 8;
/// How many frames may wait for a login.
const EARLY_FRAMES: usize = 32;
/// How much they may have in them. Unit: bytes.
const EARLY_BYTES: usize = 65_536;

/// What a frame was, for whoever counts and shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeardKind {
    /// A login.
    Login,
    /// Something about a call.
    Call,
    /// Something from party to party.
    Signal,
    /// A subscription.
    Watch,
    /// The end of one.
    Unwatch,
    /// Anything else that could be read.
    Other,
    /// Waits for a login, unread.
    Waits,
    /// Nothing that could be read.
    Unreadable,
}

/// What a frame was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Of which kind.
    pub kind: HeardKind,
    /// About which call.
    pub call: Option<CallId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Not logged in.
    Greeting,
    /// The login was good; what it takes over is on its way here.
    Entering,
    /// Logged in.
    On,
    /// No socket; the answered call waits until then.
    Detached(Instant),
    /// Nothing more will come of it.
    Over,
}

/// A login that is being checked.
struct Login {
    reply: Option<RpcId>,
    /// Whom the client says it is, where that needs proof beyond a token.
    named: Option<UserId>,
    sessid: Option<String>,
    /// How the user is called, if the login is good.
    display: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login").field("named", &self.named).finish_non_exhaustive()
    }
}

/// Who is logged in.
pub(super) struct Me {
    pub(super) party: Party,
    /// The session's name on the wire. Whoever else knows it can only lose it to its owner, but it is nobody's business.
    pub(super) sessid: String,
    /// How the user is called.
    pub(super) display: String,
    pub(super) rights: Rights,
}

impl std::fmt::Debug for Me {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Me").field("party", &self.party).finish_non_exhaustive()
    }
}

/// A request whose answer waits.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) reply: RpcId,
    pub(super) call: CallId,
    pub(super) due: Instant,
    /// The answer, as long as nothing contradicts.
    pub(super) answer: Object,
    /// Whether it answers `verto.answer`, else `verto.bye`.
    pub(super) answers: bool,
}

/// The machine of a session.
#[derive(Debug)]
pub struct Session {
    pub(super) rules: Rules,
    pub(super) phase: Phase,
    login: Option<Login>,
    pub(super) waiting: VecDeque<ByteString>,
    pub(super) me: Option<Me>,
    pub(super) legs: BTreeMap<Box<str>, Leg>,
    pub(super) pending: Vec<Pending>,
    pub(super) channels: Subscriptions,
    pub(super) next_id: u64,
    hopeless: u32,
    pub(super) ping_due: Instant,
    pub(super) pong_due: Instant,
    /// Whether the client's ids are texts.
    pub(super) texts: bool,
    /// Requests whose answers claim a call, by their ids.
    pub(super) claims: Vec<(u64, Box<str>)>,
    /// A request for a call that waits until this one, which the client has forgotten, has ended.
    pub(super) postponed: Option<(CallId, Effect)>,
    /// The answers of a batch, while one is read.
    pub(super) batch: Option<Vec<String>>,
    /// Which call the frame at hand is about.
    pub(super) about: Option<CallId>,
    pub(super) effects: VecDeque<Effect>,
}

impl Session {
    /// A session whose client has not logged in.
    #[must_use]
    pub fn new(rules: Rules, now: Instant) -> Self {
        Self {
            phase: Phase::Greeting,
            login: None,
            waiting: VecDeque::new(),
            me: None,
            legs: BTreeMap::new(),
            pending: Vec::new(),
            channels: Subscriptions::default(),
            next_id: FIRST_ID,
            hopeless: 0,
            ping_due: now + rules.heartbeat,
            pong_due: now + rules.heartbeat * 2,
            texts: false,
            claims: Vec::new(),
            postponed: None,
            batch: None,
            about: None,
            effects: VecDeque::new(),
            rules,
        }
    }

    /// The next thing to do, in order.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Session::deadline_passed`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let line = match self.phase {
            Phase::On | Phase::Entering => Some(self.ping_due.min(self.pong_due)),
            Phase::Detached(until) => Some(until),
            Phase::Greeting | Phase::Over => None,
        };
        let pending = self.pending.iter().map(|pending| pending.due).min();
        let unclaimed = self.legs.values().filter_map(|leg| leg.unclaimed).min();
        line.into_iter().chain(pending).chain(unclaimed).min()
    }

    /// The client's calls, by their names on the wire.
    pub fn legs(&self) -> impl Iterator<Item = &Leg> {
        self.legs.values()
    }

    /// A text frame of the client's. `fresh` makes ids of new calls.
    pub fn hear(&mut self, text: &ByteString, now: Instant, fresh: &mut dyn FnMut() -> CallId) -> Heard {
        match self.phase {
            Phase::Detached(_) | Phase::Over => return Heard { kind: HeardKind::Unreadable, call: None },
            Phase::Entering => return self.wait(text),
            Phase::Greeting | Phase::On if self.login.is_some() => return self.wait(text),
            Phase::Greeting | Phase::On => {}
        }
        self.about = None;
        let kind = match rpc::decode(text) {
            Frame::Hopeless(error) => {
                self.say(rpc::error(None, &error).into(), None);
                self.hopeless += 1;
                if self.hopeless >= HOPELESS_FRAMES {
                    self.effects.push_back(Effect::Close(4400, "these are no frames of this protocol"));
                }
                return Heard { kind: HeardKind::Unreadable, call: None };
            }
            Frame::One(incoming) => self.take(incoming, now, fresh),
            Frame::Batch(values) => {
                self.batch = Some(Vec::new());
                let answered_at = self.effects.len();
                let mut kind = HeardKind::Other;
                for incoming in values {
                    kind = self.take(incoming, now, fresh);
                }
                let answers = self.batch.take().unwrap_or_default();
                if !answers.is_empty() {
                    // Before what the requests brought about: a client knows a call by the answer to its request.
                    let text = format!("[{}]", answers.join(",")).into();
                    self.effects.insert(answered_at, Effect::Say(Outgoing { text, call: self.about }));
                }
                kind
            }
        };
        self.hopeless = 0;
        Heard { kind, call: self.about }
    }

    fn wait(&mut self, text: &ByteString) -> Heard {
        let bytes = self.waiting.iter().map(|text| text.len()).sum::<usize>() + text.len();
        if self.waiting.len() < EARLY_FRAMES && bytes <= EARLY_BYTES {
            self.waiting.push_back(text.clone());
        } else {
            self.effects.push_back(Effect::Close(4429, "wait for the login's answer"));
        }
        Heard { kind: HeardKind::Waits, call: None }
    }

    pub(super) fn hear_waiting(&mut self, now: Instant, fresh: &mut dyn FnMut() -> CallId) {
        while self.login.is_none() && matches!(self.phase, Phase::Greeting | Phase::On) {
            let Some(text) = self.waiting.pop_front() else { return };
            self.hear(&text, now, fresh);
        }
    }

    fn take(&mut self, incoming: Incoming, now: Instant, fresh: &mut dyn FnMut() -> CallId) -> HeardKind {
        if let Incoming::Request(Request { id: Some(id), .. }) = &incoming {
            self.texts = id.is_text();
        }
        match incoming {
            Incoming::Reply(id) => {
                self.acknowledged(id.as_ref());
                HeardKind::Other
            }
            Incoming::Invalid(id, error) => {
                self.put(rpc::error(id.as_ref(), &error));
                HeardKind::Unreadable
            }
            Incoming::Request(request) if request.method == "login" => {
                self.log_in(&request);
                HeardKind::Login
            }
            Incoming::Request(request) if self.phase != Phase::On => {
                self.deny(&request, &authentication_required());
                HeardKind::Other
            }
            Incoming::Request(request) => self.act(&request, now, fresh),
        }
    }

    fn log_in(&mut self, request: &Request) {
        let login = match self.read_login(request) {
            Ok(login) => login,
            Err(error) => return self.deny(request, &error),
        };
        let (login, credentials) = login;
        self.login = Some(login);
        self.effects.push_back(Effect::Identify(credentials));
    }

    fn read_login(&self, request: &Request) -> Result<(Login, Credentials), RpcError> {
        let params = &request.params;
        let failure = |message: &'static str| RpcError::new(rpc::AUTHENTICATION_FAILURE, message);
        // Clients ask for this answer by a login without a name, and log in only after it.
        let name = params::text(params.get("login")).ok_or_else(authentication_required)?;
        if self.batch.is_some() {
            return Err(RpcError::new(rpc::INVALID_REQUEST, "a login stands alone, not in a batch"));
        }
        let named = number::user(&name, self.rules.keep_domain).map_err(|_| failure("Login Incorrect"))?;
        let token = params::inner(params, "loginParams").and_then(|inner| params::text(inner.get("xui_sessid")));
        let credentials = match (token, params::text(params.get("passwd"))) {
            (Some(token), _) => Credentials::Token(token),
            (None, Some(password)) => Credentials::Password { user: named.clone(), password },
            (None, None) => return Err(failure("Missing passwd")),
        };
        let sessid = match params.get("sessid") {
            None | Some(Value::Null) => None,
            Some(Value::String(none)) if none.is_empty() => None,
            given => Some(params::name(given).ok_or_else(|| failure("a sessid is a text of 1 to 128 bytes"))?),
        };
        let variables = params::inner(params, "userVariables");
        let display = variables.and_then(|variables| {
            ["fullName", "caller_id_name"].iter().find_map(|name| params::shown(variables.get(*name)))
        });
        Ok((Login { reply: request.id.clone(), named: Some(named), sessid, display }, credentials))
    }

    /// How [`Effect::Identify`] came out.
    pub fn identified(&mut self, outcome: Result<UserId, Refusal>, now: Instant, fresh: &mut dyn FnMut() -> CallId) {
        let Some(login) = self.login.take() else { return };
        let refuse = |message: String| RpcError::new(rpc::AUTHENTICATION_FAILURE, message);
        let is_me = |me: &Me, user: &UserId| me.party.user == *user;
        let refused = match outcome {
            Err(Refusal { message, again }) => Some((refuse(message), again)),
            Ok(user) if login.named.as_ref() != Some(&user) => Some((refuse("Authentication Failure".into()), true)),
            Ok(user) => match &self.me {
                Some(me) if !is_me(me, &user) => {
                    Some((refuse("another user is logged in here: open another connection".into()), true))
                }
                Some(_) => {
                    let result = self.logged_in();
                    self.answer_to(login.reply.as_ref(), result);
                    None
                }
                None => {
                    let sessid = login.sessid.clone();
                    self.login = Some(login);
                    return self.effects.push_back(Effect::Enter { user, sessid });
                }
            },
        };
        if let Some((error, again)) = refused {
            self.put(rpc::error(login.reply.as_ref(), &error));
            if !again {
                self.effects.push_back(Effect::Close(4429, "too many logins"));
            }
        }
        self.hear_waiting(now, fresh);
    }

    /// How [`Effect::Enter`] came out: who is logged in, and what the session is called.
    pub fn entered(&mut self, outcome: Result<(Party, String), NotEntered>) {
        let Some(login) = self.login.take() else { return };
        let (party, sessid) = match outcome {
            Ok(entered) => entered,
            Err(why) => {
                let (message, code, reason) = match why {
                    NotEntered::InUse => ("Session in use", 4409, "this sessid is another user's"),
                    NotEntered::TooMany => {
                        ("this user has as many sessions as one may have", 4429, "too many sessions")
                    }
                };
                let error = RpcError::new(rpc::AUTHENTICATION_FAILURE, message);
                self.put(rpc::error(login.reply.as_ref(), &error));
                return self.effects.push_back(Effect::Close(code, reason));
            }
        };
        let rights = Rights::of(&party.user, &self.rules);
        let display = login.display.unwrap_or_else(|| party.user.as_str().to_owned());
        self.me = Some(Me { party, sessid, display, rights });
        self.phase = Phase::Entering;
        let mut result = self.logged_in();
        self.sign(&mut result);
        let text = login.reply.as_ref().map(|reply| rpc::result(reply, &result)).unwrap_or_default();
        self.effects.push_back(Effect::Welcome(text.into()));
    }

    fn logged_in(&self) -> Object {
        let mut result = object([("message", "logged in".into())]);
        if self.me.as_ref().is_some_and(|me| me.rights.operator) {
            result.insert("superuser".to_owned(), true.into());
        }
        result
    }

    /// A pong came.
    pub fn pong(&mut self, now: Instant) {
        self.pong_due = now + self.rules.heartbeat * 2;
    }

    /// A request of the server's.
    pub(super) fn ask(&mut self, method: &str, params: &Object, call: Option<CallId>) {
        if matches!(self.phase, Phase::Greeting | Phase::Detached(_) | Phase::Over) {
            return;
        }
        self.next_id += 1;
        self.say(rpc::request(self.next_id, method, params).into(), call);
    }

    /// Grants a request.
    pub(super) fn grant(&mut self, request: &Request, mut result: Object) {
        if let Some(echo) = request.params.get("echoParams").filter(|echo| **echo != Value::Bool(false)) {
            let echoed = if *echo == Value::Bool(true) { Value::Object(request.params.clone()) } else { echo.clone() };
            result.insert("requestParams".to_owned(), echoed);
        }
        self.answer_to(request.id.as_ref(), result);
    }

    /// Refuses a request.
    pub(super) fn deny(&mut self, request: &Request, error: &RpcError) {
        if let Some(id) = &request.id {
            self.put(rpc::error(Some(id), error));
        }
    }

    pub(super) fn answer_to(&mut self, id: Option<&RpcId>, result: Object) {
        self.answer_about(id, result, self.about);
    }

    pub(super) fn answer_about(&mut self, id: Option<&RpcId>, mut result: Object, call: Option<CallId>) {
        self.sign(&mut result);
        if let Some(id) = id {
            self.put_about(rpc::result(id, &result), call);
        }
    }

    /// Every result carries the session's name: some clients learn it from there.
    fn sign(&self, result: &mut Object) {
        if let Some(me) = &self.me {
            result.insert("sessid".to_owned(), me.sessid.clone().into());
        }
    }

    /// An answer, on its own or as a part of a batch's.
    fn put(&mut self, text: String) {
        self.put_about(text, self.about);
    }

    pub(super) fn put_about(&mut self, text: String, call: Option<CallId>) {
        match &mut self.batch {
            Some(answers) => answers.push(text),
            None => self.say(text.into(), call),
        }
    }

    fn say(&mut self, text: ByteString, call: Option<CallId>) {
        if !matches!(self.phase, Phase::Detached(_) | Phase::Over) {
            self.effects.push_back(Effect::Say(Outgoing { text, call }));
        }
    }

    /// A request whose answer waits for what `call` does.
    pub(super) fn defer(&mut self, request: &Request, call: CallId, answers: bool, answer: Object, now: Instant) {
        match &request.id {
            // The answers of a batch are given together.
            _ if self.batch.is_some() => self.grant(request, answer),
            None => {}
            Some(reply) => {
                let reply = reply.clone();
                self.pending.push(Pending { reply, call, due: now + PATIENCE, answer, answers });
            }
        }
    }
}

/// The answer to whatever needs a login.
pub(super) fn authentication_required() -> RpcError {
    RpcError::new(rpc::AUTHENTICATION_REQUIRED, "Authentication Required")
}

/// The answer about a call that is not.
pub(super) fn no_such_call(id: Option<&str>) -> RpcError {
    call_error(id, "CALL DOES NOT EXIST", cause::INVALID_CALL_REFERENCE)
}

/// An error about a call of that name.
pub(super) fn call_error(id: Option<&str>, message: &'static str, cause: Cause) -> RpcError {
    let error = RpcError::of_call(message, cause);
    match id {
        Some(id) => error.with("callID", id),
        None => error,
    }
}
