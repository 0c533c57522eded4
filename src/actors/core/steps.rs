//! A step of a call is published, counted, logged, and taken down by the store.

use std::sync::Arc;

use super::Core;
use crate::{
    actors::{
        bus::BusKind,
        journal::{Droppable, Kept},
    },
    clock,
    protocol::{
        codes,
        event::{HookEvent, HookEventKind},
        invariants,
        record::{CallRecord, CallState},
    },
    trace::Entry,
};

impl Core {
    pub(super) fn record(&self, call: &Arc<CallRecord>, event: HookEvent, now_or_never: bool, told: Kept) {
        if let Some(before) = self.directory().publish(call) {
            let broken = invariants::check_step(&before, call);
            debug_assert!(broken.is_empty(), "{broken:?}");
            self.broken(&broken);
        }
        self.0.metrics.call_step(call);
        log_step(call);
        let outbox = self.0.hooks.expand(&event);
        let core = self.clone();
        let ended = (event.kind == HookEventKind::Finished).then_some(call.id);
        let on_bus = if now_or_never {
            Some(event)
        } else {
            self.show_step(&event);
            self.0.bus.publish(event.at, BusKind::Call(event));
            None
        };
        let began = self.awaited(call).then(clock::now);
        let committed = Arc::clone(call);
        let kept = move |kept: bool| {
            if let Some(began) = began.filter(|_| kept) {
                let took = clock::now().saturating_duration_since(began);
                core.0.trace.record(|| Entry::commit(&committed, took, step_body(&committed)));
            }
            if let Some(event) = on_bus.filter(|_| kept) {
                core.show_step(&event);
                core.0.bus.publish(event.at, BusKind::Call(event));
            }
            told(kept);
            if let Some(call) = ended.filter(|_| kept) {
                core.directory().forget(call);
            }
        };
        let latest = now_or_never.then(|| -> Droppable {
            let (core, id, version) = (self.clone(), call.id, call.version);
            Box::new(move || core.call(id).is_some_and(|call| call.version == version))
        });
        self.0.journal.keep(Arc::clone(call), outbox, latest, Box::new(kept));
    }

    fn show_step(&self, event: &HookEvent) {
        self.0.channels.show_step(event, |user| (self.is_online(user), self.line(user)));
    }

    /// Whether the parties of a call hear of its last step only once that is on disk, and somebody takes it down.
    fn awaited(&self, call: &CallRecord) -> bool {
        let waits = call.state == CallState::Talking || (call.state == CallState::Ended && call.started_at.is_some());
        waits && self.0.trace.is_on()
    }
}

/// What the recorder shows of a commit.
fn step_body(call: &CallRecord) -> &'static str {
    if call.state == CallState::Ended { r#"{"state":"ended"}"# } else { r#"{"state":"talking"}"# }
}

fn log_step(call: &CallRecord) {
    let (id, state, version) = (call.id, call.state.as_str(), call.version);
    let (caller, callee) = (call.caller.as_str(), call.callee.as_str());
    if call.state == CallState::Ended {
        let reason = call.reason.map(codes::Reason::as_str);
        let (ring_ms, talk_ms) = (call.ring_ms(), call.talk_ms());
        let code = call.error_code;
        tracing::info!(call = %id, caller, callee, state, version, reason, code, ring_ms, talk_ms, "call");
    } else {
        let asked_ms = call.ringing_at.map(|at| at.ms_since(call.requested_at));
        let ring_ms = call.ring_ms();
        tracing::debug!(call = %id, caller, callee, state, version, asked_ms, ring_ms, "call");
    }
}
