//! Carries out what the machine asks for.

use std::{
    fmt::Write as _,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use actix::{ActorContext as _, ActorFutureExt as _, AsyncContext as _, Context, WrapFuture as _};
use serde_json::json;
use tokio::sync::oneshot;

use super::VertoSession;
use crate::{
    actors::{
        channels::presence_channel,
        directory::Placed,
        gate::Refused,
        messages::{ToCall, ToEndpoint},
        ws_conn::{Line, ToConn},
    },
    clock,
    metrics::Said,
    protocol::{
        call::Request,
        codes,
        effect::{Act, Devices, Input},
        event::Opaque,
        ids::{CallId, UserId},
        native::Credentials,
        record::{CallRecord, CallState},
        verto::{
            ApiQuery, Effect, Outgoing, Refusal,
            channels::{self, CALLS, PRESENCE},
            rpc::RpcId,
        },
    },
    trace::{self, Entry, Kind},
};

impl VertoSession {
    pub(super) fn perform(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::Say(frame) => self.say(frame),
            Effect::Welcome(text) => {
                let Some(me) = &self.me else { return };
                let who = Arc::clone(&me.who);
                self.core.metrics().said(Said::LoggedIn);
                self.core.trace().record(|| {
                    let shown = trace::without_secrets(&text);
                    Entry::cut_frame(Kind::FrameOut, Some(Arc::clone(&who)), text.len(), shown)
                });
                self.send(ToConn::LoggedIn(text, Line::Verto(ctx.address()), who));
            }
            Effect::Ping => self.send(ToConn::Ping(String::new())),
            Effect::LineLost => self.cut(),
            Effect::Close(code, reason) => self.close(code, reason),
            Effect::Identify(credentials) => self.identify(credentials, ctx),
            Effect::Enter { user, sessid } => self.enter(user, sessid, ctx),
            Effect::Request { id, callee, flags, user_str, sdp } => self.request(id, callee, flags, user_str, sdp),
            Effect::Remember { call, name } => {
                if let Some(me) = &self.me {
                    self.core.verto_legs().keep(call, &me.party.user, name);
                }
            }
            Effect::Act { act, finish, ends } => self.tell_call(act, finish, ends, ctx),
            Effect::Lost(call) => self.lose(call),
            Effect::Unanswerable { call, other } => self.decline_unanswerable(call, other),
            Effect::Signal { call, data } => {
                if let Some(me) = &self.me {
                    let input = Input::Signal { by: me.party.clone(), data };
                    self.core.directory().tell_call(call, ToCall::Input(input));
                }
            }
            Effect::Subscribe(name) => self.subscribe(name, ctx),
            Effect::Unsubscribe(name) => {
                self.channels.remove(&name);
                self.unsubscribe(&name);
            }
            Effect::Publish(publication) => self.core.channels().publish(publication),
            Effect::Message { to, message } => {
                self.core.directory().tell(&to, &Devices::All, &ToEndpoint::Message(Arc::new(message)));
            }
            Effect::Api { reply, query } => self.api(&reply, &query),
            Effect::Detached => {
                if let Some(me) = &self.me {
                    me.life.connected.store(false, Ordering::Relaxed);
                }
            }
            Effect::Over => {
                self.end(false);
                ctx.stop();
            }
        }
    }

    fn say(&mut self, Outgoing { text, call }: Outgoing) {
        if self.conn.is_none() {
            return;
        }
        self.core.metrics().said(if call.is_some() { Said::Call } else { Said::Ok });
        self.core.trace().record(|| {
            let who = self.me.as_ref().map(|me| Arc::clone(&me.who));
            Entry::frame(Kind::FrameOut, who, call, text.clone())
        });
        self.send(ToConn::Frame(text));
    }

    fn identify(&self, credentials: Credentials, ctx: &mut Context<Self>) {
        let (core, address) = (self.core.clone(), self.client.address);
        let checked = async move { core.gate().identify(&core, Some(credentials), address).await };
        ctx.spawn(checked.into_actor(self).map(|outcome, session, ctx| {
            let outcome = outcome.map_err(|Refused { message, close, .. }| Refusal { message, again: close == 4401 });
            session.machine.identified(outcome, clock::now(), &mut clock::call_id);
            session.settle(ctx);
        }));
    }

    fn request(&mut self, id: CallId, callee: UserId, flags: u32, user_str: String, sdp: Opaque) {
        let Some(me) = &self.me else { return };
        let refused = if callee == me.party.user {
            Some(codes::BAD_PARAMETER)
        } else if self.core.refuses_calls() {
            Some(codes::SERVER_DRAINING)
        } else {
            let (by, ring) = (me.party.clone(), Duration::MAX);
            let request = Request { id, by, callee, flags, param: 0, user_str, sdp: Some(sdp), ring, placed: false };
            match self.core.request(request, None) {
                Placed::Call(_) => None,
                Placed::Joined(_) | Placed::InCall => Some(codes::ALREADY_IN_CALL),
            }
        };
        if let Some(error_code) = refused {
            self.machine.refused(id, error_code);
        }
    }

    fn tell_call(&mut self, act: Act, finish: bool, ends: Option<CallId>, ctx: &mut Context<Self>) {
        let Some(call) = act.call else { return };
        let input = if finish { Input::Finish(act) } else { Input::Reply(act) };
        let Some(ending) = ends else {
            self.core.directory().tell_call(call, ToCall::Input(input));
            return;
        };
        let (done, ended) = oneshot::channel();
        self.core.directory().tell_call(call, ToCall::Hangup { input, done });
        // A call that is over, or whose actor died, drops the sender: its line is free too.
        ctx.spawn(ended.into_actor(self).map(move |_, session, ctx| {
            session.machine.ended(ending);
            session.settle(ctx);
        }));
    }

    /// Declines a call that came without an offer, unless another kind of client of the user's may have it.
    fn decline_unanswerable(&self, call: CallId, other: UserId) {
        let Some(me) = &self.me else { return };
        if self.core.sessions(&me.party.user).iter().any(|session| session.door.negotiates_late()) {
            return;
        }
        let refusal = Act {
            by: me.party.clone(),
            other,
            call: Some(call),
            error_code: codes::BAD_PARAMETER,
            flags: 0,
            param: 0,
            user_str: "this client needs an offer: send sdp with the request".to_owned(),
            sdp: None,
        };
        self.core.directory().tell_call(call, ToCall::Input(Input::Reply(refusal)));
    }

    /// The name under which the core publishes on a channel that the client calls `name`.
    fn published_as(&self, name: &str) -> String {
        let keep_domain = self.core.config().verto.keep_domain;
        channels::presence_of(name, keep_domain).map_or_else(|| name.to_owned(), |user| presence_channel(&user))
    }

    fn subscribe(&mut self, name: Box<str>, ctx: &mut Context<Self>) {
        let channel = self.published_as(&name);
        self.core.channels().subscribe(self.id, &channel, &name, ctx.address().recipient());
        if *name == *CALLS {
            for call in self.core.live_calls() {
                self.machine.published(&name, &channels::call_now(&call));
            }
        } else if let Some(user) = channel.strip_prefix(PRESENCE).and_then(|user| UserId::new(user).ok()) {
            let call = self.core.line(&user).and_then(|call| self.core.call(call));
            let now = channels::presence(&channel, &user, self.core.is_online(&user), call.as_deref());
            self.machine.published(&name, &now);
        }
        self.channels.insert(name);
    }

    pub(super) fn unsubscribe(&self, name: &str) {
        self.core.channels().unsubscribe(self.id, &self.published_as(name), name);
    }

    fn api(&mut self, reply: &RpcId, query: &ApiQuery) {
        let calls = self.core.live_calls();
        let text = match query {
            ApiQuery::Status => {
                let [requested, ringing, talking] = self.core.directory().calls_by_state();
                format!(
                    "hookswitch {} is ready\n{} session(s) of {} user(s)\n{} call(s): {requested} requested, {ringing} \
                     ringing, {talking} talking\n",
                    env!("CARGO_PKG_VERSION"),
                    self.core.session_count(),
                    self.core.directory().user_count(),
                    requested + ringing + talking,
                )
            }
            ApiQuery::Calls { json: true } => {
                let rows: Vec<_> = calls.iter().map(|call| row(call)).collect();
                json!({"row_count": rows.len(), "rows": rows}).to_string()
            }
            ApiQuery::Calls { json: false } => {
                let mut text = "uuid,created,state,cid_num,dest\n".to_owned();
                for call in &calls {
                    let (id, at, state) = (call.id, call.requested_at.to_rfc3339(), shown_state(call.state));
                    // Writing to a text does not fail.
                    let _full =
                        writeln!(text, "{id},{at},{state},{},{}", call.caller.as_str(), call.callee.as_str()).is_err();
                }
                let _full = write!(text, "\n{} total.\n", calls.len()).is_err();
                text
            }
        };
        self.machine.api(reply, text);
    }
}

/// A call as `show calls as json` has it.
fn row(call: &CallRecord) -> serde_json::Value {
    let (caller, callee) = (call.caller.as_str(), call.callee.as_str());
    json!({
        "uuid": call.id,
        "direction": "inbound",
        "created": call.requested_at,
        "created_epoch": call.requested_at.0 / 1_000_000,
        "state": shown_state(call.state),
        "callstate": shown_state(call.state),
        "cid_name": caller,
        "cid_num": caller,
        "dest": callee,
        "callee_name": callee,
        "callee_num": callee,
        "presence_id": caller,
        "b_presence_id": callee,
        "accountcode": "",
    })
}

fn shown_state(state: CallState) -> &'static str {
    match state {
        CallState::Requested => "DIALING",
        CallState::Ringing => "RINGING",
        CallState::Talking => "ACTIVE",
        CallState::Ended => "HANGUP",
    }
}
