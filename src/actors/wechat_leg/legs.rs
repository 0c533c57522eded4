//! What legs are found by.

use actix::Recipient;
use ahash::RandomState;
use dashmap::DashMap;

use super::{Incoming, leg::Pushed};
use crate::protocol::{ids::CallId, wechat::api::RoomType};

/// What whoever places a call wishes of WeChat, where it says more than a request can.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Picture or not. Otherwise the flags of the call say so.
    pub room_type: Option<RoomType>,
    /// The name that the phone shows.
    pub listener_name: Option<String>,
}

#[derive(Debug)]
struct Waiting {
    openid: String,
    to: Recipient<Pushed>,
}

/// The calls that wait for a push of WeChat's, and wishes for calls that are about to be routed.
#[derive(Debug, Default)]
pub struct Legs {
    waiting: DashMap<CallId, Waiting, RandomState>,
    wishes: DashMap<CallId, Wishes, RandomState>,
}

impl Legs {
    /// A call waits for its push, which must be about this user: whoever calls from a phone may write any payload.
    pub(super) fn wait_for_push(&self, call: CallId, openid: String, to: Recipient<Pushed>) {
        self.waiting.insert(call, Waiting { openid, to });
    }

    /// Hands a push to the call that waits for it. A call gets one.
    pub(super) fn matched(&self, call: CallId, push: Incoming) -> bool {
        let found = self.waiting.remove_if(&call, |_, waiting| waiting.openid == push.openid);
        found.map(|(_, waiting)| waiting.to.do_send(Pushed(push))).is_some()
    }

    /// A call waits no more.
    pub(super) fn forget(&self, call: CallId) {
        self.waiting.remove(&call);
    }

    /// Keeps wishes for a call that is about to be placed, as long as the value lives and nobody takes them.
    pub(in crate::actors) fn wish(&self, call: CallId, wishes: Wishes) -> KeptWishes<'_> {
        self.wishes.insert(call, wishes);
        KeptWishes { legs: self, call }
    }

    /// Takes the wishes for a call.
    pub(super) fn take_wishes(&self, call: CallId) -> Option<Wishes> {
        self.wishes.remove(&call).map(|(_, wishes)| wishes)
    }

    /// What must be empty at rest.
    #[must_use]
    pub fn sizes(&self) -> [usize; 2] {
        [self.waiting.len(), self.wishes.len()]
    }
}

/// Wishes that wait for their call.
#[derive(Debug)]
pub(in crate::actors) struct KeptWishes<'a> {
    legs: &'a Legs,
    call: CallId,
}

impl Drop for KeptWishes<'_> {
    fn drop(&mut self) {
        self.legs.take_wishes(self.call);
    }
}
