//! What becomes of a call whose actor died before the call was over.

use super::core::Core;
use crate::{
    clock,
    protocol::{effect::abandon, ids::CallId, record::CallRecord},
};

impl Core {
    /// Ends the call in its actor's place. `started`: its parties were told of the start. To be called from `stopped()`, where a
    /// panic may be unwinding and a second one would end the process, so that the work is left to a task.
    pub(super) fn abandoned(&self, id: CallId, started: bool) {
        if self.halted() {
            return;
        }
        let core = self.clone();
        actix::spawn(async move {
            let Some(call) = core.call(id) else { return };
            tracing::error!(call = %id, "the actor of a call died: the call is ended");
            for effect in abandon(CallRecord::clone(&call), started, clock::wall()) {
                core.perform(effect, || Box::new(|_| ()));
            }
            core.over(&call);
        });
    }
}
