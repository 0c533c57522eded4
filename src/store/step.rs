//! What an actor hands over: a step of a call.

use std::{fmt, sync::Arc};

use super::StoreError;
use crate::protocol::{
    event::HookEventKind,
    ids::CallId,
    record::{CallRecord, Timestamp},
};

/// Hears that a call's row is committed, or why it is not. Runs on the writer thread, so it must be quick.
pub type Done = Box<dyn FnOnce(Result<(), Arc<StoreError>>) + Send>;

/// An event for a hook, to be kept until it is delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The hook's name.
    pub hook: String,
    /// Which step of the call.
    pub kind: HookEventKind,
    /// The call.
    pub call: CallId,
    /// The event's number within the call.
    pub seq: u32,
    /// When it happened.
    pub at: Timestamp,
    /// What is sent.
    pub body: Arc<str>,
}

/// A step of a call, and the events of it.
pub struct CallWrite {
    /// The call after the step.
    pub record: Arc<CallRecord>,
    /// The events for hooks, committed together with it.
    pub outbox: Vec<OutboxRow>,
    /// Called once, whatever happens.
    pub done: Option<Done>,
}

impl fmt::Debug for CallWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record, outbox, done } = self;
        f.debug_struct("CallWrite")
            .field("call", &record.id)
            .field("version", &record.version)
            .field("events", &outbox.len())
            .field("awaited", &done.is_some())
            .finish()
    }
}
