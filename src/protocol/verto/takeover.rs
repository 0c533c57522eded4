//! What becomes of a session's calls without its socket, and of those that another session leaves to it.
//!
//! Media go from party to party, so a call is whole again only where its client kept its own end of it. Some do: they go on as if
//! nothing had happened, and say nothing about the call until it ends. Some cannot. An unclaimed call therefore ends in time, or
//! when its client asks for another; whatever the client says about it claims it.

use std::time::Instant;

use serde_json::{Value, json};

use super::{
    channels::Subscriptions,
    effect::{Effect, Leg, LegPhase, Role},
    rpc::{Object, RpcId, object},
    session::{Pending, Phase, Session},
};
use crate::protocol::ids::CallId;

impl Session {
    /// What an earlier session of that name leaves to this one; nothing, where there was none. From now on events are heard.
    pub fn adopt(&mut self, legs: Vec<Leg>, now: Instant, fresh: &mut dyn FnMut() -> CallId) {
        if self.phase != Phase::Entering {
            return;
        }
        self.phase = Phase::On;
        (self.ping_due, self.pong_due) = (now + self.rules.heartbeat, now + self.rules.heartbeat * 2);
        let ids: Vec<Value> = legs.iter().map(|leg| json!(leg.id)).collect();
        self.ask("verto.clientReady", &object([("reattached_sessions", ids.into())]), None);
        for mut leg in legs {
            // From now on, however long the call has waited: the client is back.
            leg.unclaimed = Some(now + self.rules.detach);
            let (id, other) = (leg.id.clone(), leg.other.as_str());
            let shown =
                object([("callID", json!(id)), ("display_name", other.into()), ("display_number", other.into())]);
            self.ask("verto.display", &shown, Some(leg.call));
            self.claims.push((self.next_id, id.clone()));
            self.legs.insert(id, leg);
        }
        self.hear_waiting(now, fresh);
    }

    /// The client has answered a request of the server's. Clients whose own ids are texts answer for calls that they know, so that
    /// this claims a call; others answer for any. Source: Verto facts, 4, and the libraries themselves.
    pub(super) fn acknowledged(&mut self, id: Option<&RpcId>) {
        let Some(id) = id.and_then(RpcId::as_number) else { return };
        let Some(at) = self.claims.iter().position(|(claim, _)| *claim == id) else { return };
        let (_, call) = self.claims.swap_remove(at);
        if let Some(leg) = self.legs.get_mut(&call).filter(|_| self.texts) {
            leg.unclaimed = None;
        }
    }

    /// The client asks for another call than the one that it was left and has not claimed: it has forgotten that one. Its line must be
    /// free before the new request is made.
    pub(super) fn request_after_forgotten(&mut self, request: Effect) {
        let Some(forgotten) = self.legs.values_mut().find(|leg| leg.unclaimed.is_some()) else {
            return self.effects.push_back(request);
        };
        forgotten.unclaimed = None;
        self.effects.push_back(Effect::Lost(forgotten.call));
        self.postponed = Some((forgotten.call, request));
    }

    /// A call has ended, and its line is free.
    pub(super) fn line_is_free(&mut self, call: CallId) {
        if let Some((_, request)) = self.postponed.take_if(|(forgotten, _)| *forgotten == call) {
            self.effects.push_back(request);
        }
    }

    /// Takes back a request that has not been made yet.
    pub(super) fn take_back(&mut self, call: CallId) -> bool {
        let is_it = |request: &Effect| matches!(request, Effect::Request { id, .. } if *id == call);
        self.postponed.take_if(|(_, request)| is_it(request)).is_some()
    }

    /// The client's page is gone, and its ends of media with it: it hangs up.
    pub fn goodbye(&mut self) {
        for leg in self.legs.values_mut() {
            leg.recover = false;
        }
    }

    /// The socket is gone.
    pub fn line_lost(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Detached(_) | Phase::Over) {
            return;
        }
        self.pending.clear();
        self.waiting.clear();
        self.postponed = None;
        self.channels = Subscriptions::default();
        // What rings ends with the session, or goes on ringing elsewhere.
        self.legs.retain(|_, leg| leg.phase != LegPhase::Ringing);
        let given_up: Vec<Box<str>> = self.legs.values().filter(|leg| !leg.recover).map(|leg| leg.id.clone()).collect();
        for id in given_up {
            self.hang_up(&id);
        }
        if self.legs.is_empty() {
            return self.be_over();
        }
        self.phase = Phase::Detached(now + self.rules.detach);
        self.effects.push_back(Effect::Detached);
    }

    /// A newer session of the same name takes this one's place: these calls go over to it.
    pub fn punted(&mut self) -> Vec<Leg> {
        self.punt();
        self.postponed = None;
        let mut left = Vec::new();
        for (_, leg) in std::mem::take(&mut self.legs) {
            match (leg.phase, leg.role) {
                (LegPhase::Ringing, Role::Caller) => self.effects.push_back(Effect::Lost(leg.call)),
                // The new session will ring.
                (LegPhase::Ringing, Role::Callee) => {}
                (LegPhase::Answering | LegPhase::Active, _) => left.push(leg),
            }
        }
        self.phase = Phase::Over;
        left
    }

    /// Tells the client to go and not to come back by itself.
    pub fn punt(&mut self) {
        if matches!(self.phase, Phase::On | Phase::Entering) {
            self.ask("verto.punt", &Object::new(), None);
        }
    }

    /// The time of [`Session::poll_timeout`] has come.
    pub fn deadline_passed(&mut self, now: Instant) {
        match self.phase {
            Phase::Detached(until) if until <= now => return self.be_over(),
            Phase::On | Phase::Entering if self.pong_due <= now => {
                return self.effects.push_back(Effect::LineLost);
            }
            Phase::On | Phase::Entering if self.ping_due <= now => {
                self.ping_due = now + self.rules.heartbeat;
                self.effects.push_back(Effect::Ping);
            }
            _ => {}
        }
        let (late, rest) = std::mem::take(&mut self.pending).into_iter().partition(|pending| pending.due <= now);
        self.pending = rest;
        let late: Vec<Pending> = late;
        for pending in late {
            self.answer_about(Some(&pending.reply), pending.answer, Some(pending.call));
        }
        for leg in self.legs.values_mut().filter(|leg| leg.unclaimed.is_some_and(|until| until <= now)) {
            leg.unclaimed = None;
            self.effects.push_back(Effect::Lost(leg.call));
        }
    }

    pub(super) fn be_over(&mut self) {
        self.phase = Phase::Over;
        self.legs.clear();
        self.effects.push_back(Effect::Over);
    }
}
