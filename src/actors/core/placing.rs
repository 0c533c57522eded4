//! Calls that somebody outside places in a user's name.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use super::Core;
use crate::{
    actors::{directory::Placed, messages::ToCall},
    clock,
    protocol::{
        call::Request,
        codes::{self, Code},
        effect::Party,
        ids::{CallId, UserId},
        record::{CallRecord, CallState},
    },
};

/// A call that the business server places between two users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Who will have called.
    pub caller: UserId,
    /// Who is rung.
    pub callee: UserId,
    /// Relayed flags.
    pub flags: u32,
    /// The application's integer.
    pub param: i32,
    /// The application's text.
    pub user_str: String,
}

impl Core {
    /// Places a call between two users, in the caller's name.
    ///
    /// # Errors
    /// The code that says why it does not ring: 440, 100102, 100103, 21 or 120.
    pub async fn place(&self, placement: Placement) -> Result<Arc<CallRecord>, Code> {
        self.place_as(clock::call_id(), placement).await
    }

    /// Places a call under an id that its maker needs to know beforehand.
    ///
    /// # Errors
    /// As [`Core::place`].
    pub async fn place_as(&self, id: CallId, placement: Placement) -> Result<Arc<CallRecord>, Code> {
        if self.refuses_calls() {
            return Err(codes::SERVER_DRAINING);
        }
        if placement.caller == placement.callee {
            return Err(codes::BAD_PARAMETER);
        }
        // A placed call has no offer, and nobody could ask its caller for one.
        let callee = self.sessions(&placement.callee);
        if !callee.is_empty() && callee.iter().all(|session| !session.door.negotiates_late()) {
            return Err(codes::BAD_PARAMETER);
        }
        let Some((device, door)) = self.directory().latest_device(&placement.caller) else {
            return Err(codes::OFFLINE);
        };
        let request = Request {
            id,
            by: Party { user: placement.caller, device, door },
            callee: placement.callee,
            flags: placement.flags,
            param: placement.param,
            user_str: placement.user_str,
            sdp: None,
            ring: Duration::MAX,
            placed: true,
        };
        let (settled, outcome) = oneshot::channel();
        let Party { user, device, .. } = request.by.clone();
        match self.request(request, Some(settled)) {
            Placed::InCall | Placed::Joined(_) => Err(codes::ALREADY_IN_CALL),
            Placed::Call(call) => {
                // A session that ended before the call had its line could not tell the call.
                self.directory().tell_call(call, ToCall::Gone { user, device });
                match outcome.await {
                    Ok(record) if record.state == CallState::Ended => Err(record.error_code.unwrap_or(codes::OFFLINE)),
                    Ok(record) => Ok(record),
                    Err(_stopping) => Err(codes::SERVER_DRAINING),
                }
            }
        }
    }
}
