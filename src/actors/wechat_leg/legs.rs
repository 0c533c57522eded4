//! Which calls wait for a push of WeChat's.

use actix::Recipient;
use ahash::RandomState;
use dashmap::DashMap;

use super::{Incoming, leg::Pushed};
use crate::protocol::ids::CallId;

#[derive(Debug)]
struct Waiting {
    account: String,
    openid: String,
    to: Recipient<Pushed>,
}

/// The calls that wait for a push of WeChat's.
#[derive(Debug, Default)]
pub struct Legs(DashMap<CallId, Waiting, RandomState>);

impl Legs {
    /// A call waits for its push, which must come to this account and be about this user: whoever calls from a phone may write any
    /// payload.
    pub(super) fn wait_for_push(&self, call: CallId, (account, openid): (&str, &str), to: Recipient<Pushed>) {
        self.0.insert(call, Waiting { account: account.to_owned(), openid: openid.to_owned(), to });
    }

    /// Hands a push to the call that waits for it. A call gets one.
    pub(super) fn matched(&self, account: &str, call: CallId, push: Incoming) -> bool {
        let found = self.0.remove_if(&call, |_, waiting| waiting.account == account && waiting.openid == push.openid);
        found.map(|(_, waiting)| waiting.to.do_send(Pushed(push))).is_some()
    }

    /// A call waits no more.
    pub(super) fn forget(&self, call: CallId) {
        self.0.remove(&call);
    }

    /// How many wait: none at rest.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.len()
    }
}
