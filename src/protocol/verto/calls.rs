//! The calls of a session: what its client says of them, and what the core does.

use std::time::Instant;

use serde_json::{Value, json, value::RawValue};

use super::{
    causes::{self, Cause, cause},
    effect::{Effect, Leg, LegPhase, Role},
    number, params,
    rpc::{Object, Request, RpcError, object},
    session::{Phase, Session, call_error, no_such_call},
};
use crate::protocol::{
    codes::{self, Code, Door},
    effect::Act,
    event::{CallEvent, EventName, Opaque},
    ids::{CallId, UserId},
};

/// The answer to what would need a media endpoint of the server's.
const NO_MEDIA: &str = "this server passes media from party to party and has no end of its own in this call";

impl Session {
    /// `verto.invite`
    pub(super) fn invite(&mut self, request: &Request, fresh: &mut dyn FnMut() -> CallId) {
        let params = &request.params;
        let missing = |message| call_error(None, message, cause::MANDATORY_IE_MISSING);
        let Some(dialog) = params::inner(params, "dialogParams") else {
            let message = if params.is_empty() { "Params data missing" } else { "Dialog data missing" };
            return self.deny(request, &missing(message));
        };
        let Some(id) = params::name(dialog.get("callID")) else {
            return self.deny(request, &missing("CallID missing"));
        };
        let Some(sdp) = params::sdp(params) else {
            return self.deny(request, &missing("SDP missing").with("callID", id));
        };
        if self.legs.contains_key(id.as_str()) {
            return self.deny(request, &call_error(Some(&id), "CALL ALREADY EXISTS", cause::WRONG_CALL_STATE));
        }
        let dialled = params::text(dialog.get("destination_number")).unwrap_or_default();
        let caller_name = params::shown(dialog.get("caller_id_name")).unwrap_or_default();
        let recover = dialog.get("recoverCall") != Some(&Value::Bool(false));
        let (flags, offer) = (params::flags(sdp), params::description("offer", sdp));
        let call = fresh();
        self.about = Some(call);
        self.grant(request, object([("message", "CALL CREATED".into()), ("callID", id.clone().into())]));
        if self.rules.conferences.as_ref().is_some_and(|conferences| conferences.matches(&dialled)) {
            let why = object([("hookswitch_message", "this server has no conferences yet".into())]);
            return self.bye(&id, None, cause::SERVICE_NOT_IMPLEMENTED, why);
        }
        let callee = number::user(&dialled, self.rules.keep_domain);
        let (Ok(callee), Some(sdp)) = (callee, offer) else {
            return self.bye(&id, None, cause::INVALID_NUMBER_FORMAT, Object::new());
        };
        let (id, role, phase) = (Box::<str>::from(id), Role::Caller, LegPhase::Ringing);
        let other = callee.clone();
        let leg = Leg { id: id.clone(), call, other, role, phase, held: false, recover, unclaimed: None };
        self.legs.insert(id, leg);
        self.request_after_forgotten(Effect::Request { id: call, callee, flags, user_str: caller_name, sdp });
    }

    /// No call came of [`Effect::Request`], for this reason.
    pub fn refused(&mut self, call: CallId, error_code: Code) {
        if let Some(id) = self.leg_of(call) {
            self.legs.remove(&id);
            self.bye(&id, Some(call), causes::of_refused(error_code), Object::new());
        }
    }

    /// `verto.answer`
    pub(super) fn answer(&mut self, request: &Request, now: Instant) {
        let (id, leg) = match self.named(request) {
            Ok(named) => named,
            Err(error) => return self.deny(request, &error),
        };
        let Some(sdp) = params::sdp(&request.params) else {
            return self.deny(request, &call_error(Some(&id), "SDP missing", cause::MANDATORY_IE_MISSING));
        };
        if leg.role != Role::Callee || leg.phase != LegPhase::Ringing {
            return self.deny(request, &call_error(Some(&id), "CALL ALREADY ANSWERED", cause::WRONG_CALL_STATE));
        }
        let sdp = params::description("answer", sdp);
        let recover = dialog_of(request).and_then(|dialog| dialog.get("recoverCall")) != Some(&Value::Bool(false));
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.phase = LegPhase::Answering;
            leg.recover = recover;
        }
        self.remember(&id);
        self.defer(request, leg.call, true, Object::new(), now);
        self.tell_call(&leg, false, codes::SUCCESS, sdp, None);
    }

    /// Before the call can start, so that its start is never on disk without this.
    fn remember(&mut self, id: &str) {
        if let Some(leg) = self.legs.get(id).filter(|leg| leg.recover) {
            self.effects.push_back(Effect::Remember { call: leg.call, name: leg.id.clone() });
        }
    }

    /// `verto.bye`
    pub(super) fn hung_up(&mut self, request: &Request, now: Instant) {
        let (id, leg) = match self.named(request) {
            Ok(named) => named,
            Err(error) => return self.deny(request, &error),
        };
        let said = causes::said(&request.params);
        let unanswered = leg.phase == LegPhase::Ringing;
        let silent = if unanswered && leg.role == Role::Callee { cause::CALL_REJECTED } else { cause::NORMAL_CLEARING };
        let cause = said.unwrap_or(silent);
        self.legs.remove(&id);
        let result = object([
            ("callID", json!(id)),
            ("message", "CALL ENDED".into()),
            ("causeCode", cause.code.into()),
            ("cause", cause.name.into()),
        ]);
        if self.take_back(leg.call) {
            return self.grant(request, result);
        }
        self.forget_answer(leg.call, &id, cause);
        self.defer(request, leg.call, false, result, now);
        let (finish, error_code) = match leg.role {
            Role::Caller if unanswered => (false, codes::CANCELLED),
            Role::Callee if unanswered => (false, causes::refusal(said)),
            Role::Caller | Role::Callee => (true, codes::SUCCESS),
        };
        self.tell_call(&leg, finish, error_code, None, Some(leg.call));
    }

    /// A call that the client ended has its line free by now.
    pub fn ended(&mut self, call: CallId) {
        let (done, rest) =
            std::mem::take(&mut self.pending).into_iter().partition(|pending| pending.call == call && !pending.answers);
        self.pending = rest;
        let done: Vec<super::session::Pending> = done;
        for pending in done {
            self.answer_about(Some(&pending.reply), pending.answer, Some(call));
        }
    }

    /// `verto.modify`
    pub(super) fn modify(&mut self, request: &Request) {
        let (id, leg) = match self.named(request) {
            Ok(named) => named,
            Err(error) => return self.deny(request, &error),
        };
        let Some(action) = params::text(request.params.get("action")) else {
            let error = call_error(Some(&id), "action missing", cause::MANDATORY_IE_MISSING);
            return self.deny(request, &error);
        };
        let lower = action.to_ascii_lowercase();
        let deny = |session: &mut Self, message, cause| {
            session.deny(request, &call_error(Some(&id), message, cause).with("action", action.clone()));
        };
        let held = match lower.as_str() {
            "transfer" | "replace" | "updatemedia" => return deny(self, NO_MEDIA, cause::FACILITY_NOT_IMPLEMENTED),
            "hold" | "unhold" | "togglehold" if leg.phase != LegPhase::Active => {
                return deny(self, "the call has not been answered", cause::WRONG_CALL_STATE);
            }
            "hold" => true,
            "unhold" => false,
            "togglehold" => !leg.held,
            _ => leg.held,
        };
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.held = held;
        }
        let state = if held { "held" } else { "active" };
        let result = object([("callID", json!(id)), ("action", action.into()), ("holdState", state.into())]);
        self.grant(request, result);
    }

    /// `verto.attach`: the client answers an offer that this server cannot have made.
    pub(super) fn attach(&mut self, request: &Request) {
        let error = match self.named(request) {
            Ok((id, leg)) if leg.phase == LegPhase::Ringing => {
                let message = "Cannot attach to a call that has not been answered.";
                call_error(Some(&id), message, cause::WRONG_CALL_STATE)
            }
            Ok((id, _)) => call_error(Some(&id), NO_MEDIA, cause::FACILITY_NOT_IMPLEMENTED),
            Err(error) => error,
        };
        self.deny(request, &error);
    }

    /// The core tells of a call. `fresh` is the name of a call that rings here.
    pub fn told(&mut self, event: &CallEvent, fresh: CallId) {
        // What has no call is the answer to something that crossed the call's end, which is told on its own.
        let Some((call, _)) = event.call else { return };
        let fails = event.error_code != codes::SUCCESS || event.reason.is_some();
        match (event.event, self.leg_of(call)) {
            (EventName::Request, None) => self.ring(call, event, fresh),
            (EventName::Reply, None) if event.placed && !fails => self.cannot_be_placed(call, event),
            (EventName::Reply, Some(id)) if !fails => {
                // A hook may have routed the call.
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.other.clone_from(&event.user);
                }
                self.remember(&id);
            }
            (EventName::Start, Some(id)) => self.started(&id, call, event),
            (EventName::Reply | EventName::Finish, leg) => {
                self.ended(call);
                if let Some(id) = leg {
                    self.end(&id, call, event);
                }
                self.line_is_free(call);
            }
            (EventName::Request, Some(_)) | (EventName::Start, None) => {}
        }
    }

    /// A call that rang before this session came.
    pub fn rings(
        &mut self,
        call: CallId,
        caller: &UserId,
        door: Door,
        name: &str,
        offer: Option<&Opaque>,
        fresh: CallId,
    ) {
        if self.leg_of(call).is_none() && self.phase == Phase::On {
            self.ring_with(call, caller, Some(door), name, offer, fresh);
        }
    }

    fn ring(&mut self, call: CallId, event: &CallEvent, fresh: CallId) {
        self.ring_with(call, &event.user, event.door, &event.user_str, event.sdp.as_ref(), fresh);
    }

    fn ring_with(
        &mut self,
        call: CallId,
        caller: &UserId,
        door: Option<Door>,
        text: &str,
        offer: Option<&Opaque>,
        fresh: CallId,
    ) {
        let Some(me) = &self.me else { return };
        let Some(sdp) = offer.and_then(params::sdp_of) else {
            let other = caller.clone();
            return self.effects.push_back(Effect::Unanswerable { call, other });
        };
        let called = me.party.user.as_str();
        // A Verto caller's text is how it calls itself; any other's is its application's.
        let name = if door == Some(Door::Verto) && !text.is_empty() { text } else { caller.as_str() };
        let mut variables = object([("hookswitch_call", json!(call))]);
        if door != Some(Door::Verto) && !text.is_empty() {
            variables.insert("hookswitch_user_str".to_owned(), text.into());
        }
        let id: Box<str> = fresh.to_string().into();
        let invite = object([
            ("callID", json!(id)),
            ("sdp", sdp.into()),
            ("caller_id_name", name.into()),
            ("caller_id_number", caller.as_str().into()),
            ("callee_id_name", called.into()),
            ("callee_id_number", called.into()),
            ("display_direction", "outbound".into()),
            ("variables", variables.into()),
        ]);
        let (other, role, phase) = (caller.clone(), Role::Callee, LegPhase::Ringing);
        let leg = Leg { id: id.clone(), call, other, role, phase, held: false, recover: true, unclaimed: None };
        self.legs.insert(id, leg);
        self.ask("verto.invite", &invite, Some(call));
    }

    /// The business server has this user call somebody, which needs an offer that nobody can ask a Verto client for.
    fn cannot_be_placed(&mut self, call: CallId, event: &CallEvent) {
        let why = "a Verto client cannot be made to call: it makes its offer itself";
        self.tell_core(call, &event.user, false, codes::CANCELLED, None, None, why);
    }

    fn started(&mut self, id: &str, call: CallId, event: &CallEvent) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        leg.phase = LegPhase::Active;
        leg.other.clone_from(&event.user);
        let leg = leg.clone();
        if leg.role == Role::Callee {
            return self.settle_answer(call, Ok(()));
        }
        let Some(sdp) = event.sdp.as_ref().and_then(params::sdp_of) else {
            self.legs.remove(id);
            self.bye(id, Some(call), cause::INCOMPATIBLE_DESTINATION, Object::new());
            let why = "this client needs an answer: send sdp with the reply";
            return self.tell_core(call, &leg.other, true, codes::REFUSED, None, None, why);
        };
        let answer =
            object([("callID", id.into()), ("sdp", sdp.into()), ("variables", json!({"hookswitch_call": call}))]);
        self.ask("verto.answer", &answer, Some(call));
        let name = if event.user_str.is_empty() || event.door != Some(Door::Verto) {
            event.user.as_str()
        } else {
            event.user_str.as_str()
        };
        let display = object([
            ("callID", id.into()),
            ("display_name", name.into()),
            ("display_number", event.user.as_str().into()),
        ]);
        self.ask("verto.display", &display, Some(call));
    }

    fn end(&mut self, id: &str, call: CallId, event: &CallEvent) {
        let (cause, variables) = causes::of_end(event);
        self.legs.remove(id);
        self.settle_answer(call, Err((id, cause)));
        self.bye(id, Some(call), cause, variables);
        if matches!(self.phase, Phase::Detached(_)) && self.legs.is_empty() {
            self.be_over();
        }
    }

    /// What becomes of the client's `verto.answer`.
    fn settle_answer(&mut self, call: CallId, outcome: Result<(), (&str, Cause)>) {
        let mine = |pending: &super::session::Pending| pending.call == call && pending.answers;
        let Some(at) = self.pending.iter().position(mine) else { return };
        let pending = self.pending.remove(at);
        match outcome {
            Ok(()) => self.answer_about(Some(&pending.reply), pending.answer, Some(call)),
            Err((id, cause)) => {
                let error = call_error(Some(id), "CALL DOES NOT EXIST", cause);
                self.put_about(super::rpc::error(Some(&pending.reply), &error), Some(call));
            }
        }
    }

    /// The client hangs up before it heard what became of its answer.
    fn forget_answer(&mut self, call: CallId, id: &str, cause: Cause) {
        self.settle_answer(call, Err((id, cause)));
    }

    pub(super) fn bye(&mut self, id: &str, call: Option<CallId>, cause: Cause, variables: Object) {
        let mut params =
            object([("callID", id.into()), ("causeCode", cause.code.into()), ("cause", cause.name.into())]);
        if !variables.is_empty() {
            params.insert("variables".to_owned(), variables.into());
        }
        self.ask("verto.bye", &params, call);
    }

    /// Hangs up an answered call that its client gave up.
    pub(super) fn hang_up(&mut self, id: &str) {
        if let Some(leg) = self.legs.remove(id) {
            self.tell_call(&leg, true, codes::SUCCESS, None, None);
        }
    }

    /// What the other party of a call sent, as far as it has a form here.
    pub fn signalled(&mut self, call: CallId, from: &UserId, data: &Opaque) {
        let (Some(id), Some(me)) = (self.leg_of(call), &self.me) else { return };
        let Ok(Value::Object(data)) = serde_json::from_str(data.as_str()) else { return };
        if let Some(digits) = params::text(data.get("dtmf")) {
            let event = object([
                ("eventChannel", json!(id)),
                ("eventType", "hookswitch.dtmf".into()),
                ("data", json!({"callID": id, "dtmf": digits})),
            ]);
            return self.ask("verto.event", &event, Some(call));
        }
        let mut info = object([("callID", json!(id))]);
        if let Some(body) = params::inner(&data, "msg").and_then(|message| params::text(message.get("body"))) {
            let to = me.party.user.as_str();
            info.insert("msg".to_owned(), json!({"from": from.as_str(), "to": to, "body": body, "inDialog": true}));
        } else if let Some(text) = data.get("txt").filter(|text| text.is_object()) {
            info.insert("txt".to_owned(), text.clone());
        } else {
            return;
        }
        self.ask("verto.info", &info, Some(call));
    }

    /// Something for the other party of a call.
    pub(super) fn signal(&mut self, call: CallId, data: &Value) {
        if let Ok(raw) = RawValue::from_string(data.to_string()) {
            self.effects.push_back(Effect::Signal { call, data: Opaque::new(&raw) });
        }
    }

    /// The call that a request names. Naming it claims it.
    pub(super) fn named(&mut self, request: &Request) -> Result<(Box<str>, Leg), RpcError> {
        let Some(id) = params::call_id(&request.params) else {
            return Err(call_error(None, "CallID missing", cause::MANDATORY_IE_MISSING));
        };
        let Some(leg) = self.legs.get_mut(id.as_str()) else { return Err(no_such_call(Some(&id))) };
        leg.unclaimed = None;
        self.about = Some(leg.call);
        Ok((leg.id.clone(), leg.clone()))
    }

    pub(super) fn leg_of(&self, call: CallId) -> Option<Box<str>> {
        self.legs.values().find(|leg| leg.call == call).map(|leg| leg.id.clone())
    }

    fn tell_call(&mut self, leg: &Leg, finish: bool, error_code: Code, sdp: Option<Opaque>, ends: Option<CallId>) {
        // An answering client's text is how its user is called, as a caller's is.
        let name = self.me.as_ref().filter(|me| sdp.is_some() && me.display != me.party.user.as_str());
        let text = name.map(|me| me.display.clone()).unwrap_or_default();
        self.tell_core(leg.call, &leg.other, finish, error_code, sdp, ends, &text);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of an act")]
    fn tell_core(
        &mut self,
        call: CallId,
        other: &UserId,
        finish: bool,
        error_code: Code,
        sdp: Option<Opaque>,
        ends: Option<CallId>,
        text: &str,
    ) {
        let Some(me) = &self.me else { return };
        let act = Act {
            by: me.party.clone(),
            other: other.clone(),
            call: Some(call),
            error_code,
            flags: 0,
            param: 0,
            user_str: text.to_owned(),
            sdp,
        };
        self.effects.push_back(Effect::Act { act, finish, ends });
    }
}

pub(super) fn dialog_of(request: &Request) -> Option<&Object> {
    params::inner(&request.params, "dialogParams")
}
