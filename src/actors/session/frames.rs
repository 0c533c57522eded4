//! What a client's frames mean: each is answered once, and becomes at most one message to the core.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actix::{ActorContext as _, AsyncContext as _, Context};
use bytestring::ByteString;

use super::Session;
use crate::{
    actors::{directory::Placed, messages::ToCall},
    clock,
    metrics::{Heard, Said},
    protocol::{
        call::Request,
        codes::{self, Code},
        effect::{Act, Input, no_call},
        event::{CallEvent, EventName, Opaque},
        ids::{CallId, UserId},
        native::{self, CallFrame, ClientFrame},
        record::CallState,
        session::{Admission, Outgoing},
    },
    trace::{Entry, Kind},
};

/// After how many frames in a row that are not even JSON objects a client is given up (4400).
const HOPELESS_FRAMES: u32 = 8;
/// How many users one session may watch by name. More costs memory and a message for each change.
const MAX_WATCHED: usize = 5_000;

/// What a frame comes to.
struct Outcome {
    answer: Result<Answer, (Code, String)>,
    /// What the sender hears after its answer.
    then: Option<CallEvent>,
}

#[derive(Default)]
struct Answer {
    call: Option<CallId>,
    online: Option<Vec<UserId>>,
}

impl Session {
    pub(super) fn read(&mut self, text: &str, ctx: &mut Context<Self>) {
        self.life.active.store(clock::wall().0, Ordering::Relaxed);
        let (id, frame) = match native::decode(text) {
            Ok(read) => read,
            Err(error) => {
                self.core.metrics().heard(Heard::Unreadable);
                self.hopeless = if error.hopeless { self.hopeless + 1 } else { 0 };
                self.take_down(text, None, !error.hopeless);
                self.say(Said::Error, None, native::error(error.id.as_ref(), error.error_code, &error.message));
                if self.hopeless >= HOPELESS_FRAMES {
                    self.close(4400, "these are no frames of this protocol");
                }
                return;
            }
        };
        self.hopeless = 0;
        self.core.metrics().heard(match &frame {
            ClientFrame::Call(_) => Heard::Call,
            ClientFrame::Signal { .. } => Heard::Signal,
            ClientFrame::Watch(_) => Heard::Watch,
            ClientFrame::Unwatch(_) => Heard::Unwatch,
            ClientFrame::Ping => Heard::Ping,
            ClientFrame::Logout => Heard::Logout,
            ClientFrame::Login => Heard::Login,
        });
        let fresh = matches!(&frame, ClientFrame::Call(call) if call.event == EventName::Request).then(clock::call_id);
        let call = self.concerned(&frame, fresh);
        self.take_down(text, call, frame != ClientFrame::Login);
        let fingerprint = match id.as_ref().map(|id| self.machine.admit(id, &frame)) {
            Some(Admission::Repeat(answer)) => return self.say(Said::Ok, call, answer),
            Some(Admission::Conflict) => {
                let message = "another frame had this id: take a fresh one";
                let answer = native::error(id.as_ref(), codes::BAD_PARAMETER, message);
                return self.say(Said::Error, call, answer);
            }
            // The names of everybody may be long, and asking for them twice does no harm.
            Some(Admission::New(fingerprint)) => Some(fingerprint).filter(|_| frame != ClientFrame::Watch(None)),
            None => None,
        };
        let logs_out = frame == ClientFrame::Logout;
        let outcome = self.act(frame, fresh, ctx);
        let answer = match (&outcome.answer, &id) {
            (Ok(answer), Some(id)) => Some(native::ok(id, answer.call, answer.online.as_deref())),
            (Ok(_), None) => None,
            (Err((code, message)), id) => Some(native::error(id.as_ref(), *code, message)),
        };
        if let Some(answer) = answer {
            if let (Some(id), Some(fingerprint)) = (id, fingerprint) {
                self.machine.remember(id, fingerprint, answer.clone());
            }
            self.say(if outcome.answer.is_ok() { Said::Ok } else { Said::Error }, call, answer);
        }
        if let Some(event) = outcome.then {
            self.tell(&event);
        }
        if logs_out {
            self.end();
            self.close(1000, "logged out");
            ctx.stop();
        }
    }

    /// Which call a frame is about; of a request, the one that it comes to: `fresh`, or the one that its sender is in.
    fn concerned(&self, frame: &ClientFrame, fresh: Option<CallId>) -> Option<CallId> {
        let ClientFrame::Call(frame) = frame else {
            return if let ClientFrame::Signal { call, .. } = frame { Some(*call) } else { None };
        };
        let line = || self.core.line(&self.me.user);
        match frame.event {
            _ if !self.core.trace().is_on() => None,
            EventName::Request => line().or(fresh),
            _ => frame.call.or_else(line),
        }
    }

    /// Takes a frame of the client's down, of one that is not `shown` only that it came. A copy: the text itself may be a part of
    /// all that was read at once.
    fn take_down(&self, text: &str, call: Option<CallId>, shown: bool) {
        self.core.trace().record(|| {
            let who = Some(Arc::clone(&self.who));
            if shown {
                Entry::frame(Kind::FrameIn, who, call, text.into())
            } else {
                Entry::cut_frame(Kind::FrameIn, who, text.len(), None)
            }
        });
    }

    fn act(&mut self, frame: ClientFrame, fresh: Option<CallId>, ctx: &mut Context<Self>) -> Outcome {
        match frame {
            ClientFrame::Call(frame) if frame.event == EventName::Request => self.request(frame, fresh),
            ClientFrame::Call(frame) => self.reply(frame),
            ClientFrame::Signal { call, data } => self.signal(call, data),
            ClientFrame::Watch(users) => self.watch(users, ctx),
            ClientFrame::Unwatch(users) => {
                match users {
                    Some(users) => {
                        self.core.directory().unwatch(self.id, &users);
                        for user in &users {
                            self.watched.remove(user);
                        }
                    }
                    None => {
                        self.watches_all = false;
                        self.core.directory().watch_all(self.id, None);
                    }
                }
                Outcome::ok()
            }
            ClientFrame::Ping => {
                self.say(Said::Pong, None, native::pong());
                Outcome::ok()
            }
            ClientFrame::Logout => Outcome::ok(),
            ClientFrame::Login => {
                Outcome::error(codes::BAD_PARAMETER, "logged in already: log out first, or open another connection")
            }
        }
    }

    fn request(&self, frame: CallFrame, fresh: Option<CallId>) -> Outcome {
        let none = |code| Outcome::event(no_call(frame.user.clone(), code, clock::wall()));
        if frame.user == self.me.user {
            return none(codes::BAD_PARAMETER);
        }
        if self.core.refuses_calls() {
            return none(codes::SERVER_DRAINING);
        }
        let request = Request {
            id: fresh.unwrap_or_else(clock::call_id),
            by: self.me.clone(),
            callee: frame.user.clone(),
            flags: frame.flags,
            param: frame.param,
            user_str: frame.user_str,
            sdp: frame.sdp,
            ring: frame.ring.unwrap_or(Duration::MAX),
            placed: false,
        };
        match self.core.request(request, None) {
            Placed::Call(call) | Placed::Joined(call) => {
                Outcome { answer: Ok(Answer { call: Some(call), online: None }), then: None }
            }
            Placed::InCall => none(codes::ALREADY_IN_CALL),
        }
    }

    fn reply(&self, frame: CallFrame) -> Outcome {
        let named = frame.user.clone();
        let finish = frame.event == EventName::Finish;
        let act = Act {
            by: self.me.clone(),
            other: frame.user,
            call: frame.call,
            error_code: frame.error_code,
            flags: frame.flags,
            param: frame.param,
            user_str: frame.user_str,
            sdp: frame.sdp,
        };
        let line = self.core.line(&self.me.user);
        let answers = !finish && act.error_code == codes::SUCCESS && act.sdp.is_none();
        if answers && line.is_some_and(|call| self.needs_answer(call)) {
            let message = "a Verto client calls, which needs your whole answer: send sdp with the reply";
            return Outcome::error(codes::BAD_PARAMETER, message);
        }
        let input = if finish { Input::Finish(act) } else { Input::Reply(act) };
        if line.is_some_and(|call| self.core.directory().tell_call(call, ToCall::Input(input))) {
            Outcome::ok()
        } else {
            Outcome::event(no_call(named, codes::NOT_IN_CALL, clock::wall()))
        }
    }

    /// Whether the call's caller can do nothing with an answer that brings no description.
    fn needs_answer(&self, call: CallId) -> bool {
        let call = self.core.call(call).filter(|call| call.callee == self.me.user && call.state == CallState::Ringing);
        call.is_some_and(|call| !call.caller_door.negotiates_late())
    }

    fn signal(&self, id: CallId, data: Opaque) -> Outcome {
        let directory = self.core.directory();
        let call = self.core.line(&self.me.user).filter(|line| *line == id).and_then(|line| directory.call(line));
        let mine = call.is_some_and(|call| {
            let device =
                if call.caller == self.me.user { Some(&call.caller_device) } else { call.callee_device.as_ref() };
            let rung = call.state != CallState::Requested || call.caller == self.me.user;
            rung && device.is_none_or(|device| *device == self.me.device)
        });
        let input = Input::Signal { by: self.me.clone(), data };
        if mine && directory.tell_call(id, ToCall::Input(input)) {
            Outcome::ok()
        } else {
            Outcome::error(codes::NOT_IN_CALL, "this device is not in that call")
        }
    }

    fn watch(&mut self, users: Option<Vec<UserId>>, ctx: &mut Context<Self>) -> Outcome {
        let directory = self.core.directory();
        let Some(users) = users else {
            if !self.core.config().session.directory {
                let message = "watching everybody is off on this server: name the users";
                return Outcome::error(codes::BAD_PARAMETER, message);
            }
            self.watches_all = true;
            directory.watch_all(self.id, Some(ctx.address().recipient()));
            let online = directory.online_users();
            return Outcome { answer: Ok(Answer { call: None, online: Some(online) }), then: None };
        };
        let fresh = users.iter().filter(|user| !self.watched.contains_key(*user)).count();
        if self.watched.len() + fresh > MAX_WATCHED {
            return Outcome::error(codes::BAD_PARAMETER, "too many users watched: unwatch some first");
        }
        directory.watch(self.id, &ctx.address().recipient(), &users);
        let mut online = Vec::new();
        for user in users {
            let here = directory.is_online(&user);
            if here {
                online.push(user.clone());
            }
            self.watched.insert(user, here);
        }
        Outcome { answer: Ok(Answer { call: None, online: Some(online) }), then: None }
    }

    pub(super) fn presence_changed(&mut self, user: &UserId) {
        let online = self.core.is_online(user);
        let news = match self.watched.get_mut(user) {
            Some(told) => std::mem::replace(told, online) != online,
            None => self.watches_all,
        };
        if news {
            self.core.metrics().said(Said::Presence);
            self.machine.push(None, |seq| native::presence(seq, user, online));
        }
    }

    pub(super) fn on_event(&mut self, event: &CallEvent) {
        // A ring that crossed the login was shown there.
        if event.event == EventName::Request && event.call.is_some() && event.call == self.shown {
            return;
        }
        self.tell(event);
    }
}

impl Session {
    fn tell(&mut self, event: &CallEvent) {
        self.core.metrics().said(Said::Call);
        let call = event.call.map(|(call, _)| call);
        self.machine.push(call, |seq| native::call_event(seq, event));
    }

    /// Says what need not be said again after a lost line, about `call` or about none.
    pub(super) fn say(&mut self, kind: Said, call: Option<CallId>, text: ByteString) {
        self.core.metrics().said(kind);
        self.send_frame(Outgoing { text, call });
    }
}

impl Outcome {
    fn ok() -> Self {
        Self { answer: Ok(Answer::default()), then: None }
    }

    fn event(event: CallEvent) -> Self {
        Self { answer: Ok(Answer::default()), then: Some(event) }
    }

    fn error(code: Code, message: &str) -> Self {
        Self { answer: Err((code, message.to_owned())), then: None }
    }
}
