//! Event channels of the Verto door: which session hears what is published.
//!
//! An index, as the directory is one: no guard leaves this file, and sending under one neither blocks nor comes back.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix::Recipient;
use ahash::RandomState;
use dashmap::DashMap;

use super::messages::ToEndpoint;
use crate::protocol::{
    event::HookEvent,
    ids::{CallId, SessionId, UserId},
    record::{CallRecord, CallState},
    verto::{
        Publication,
        channels::{self, CALLS, PRESENCE, main_part},
    },
};

#[derive(Debug, Clone)]
struct Subscriber {
    session: SessionId,
    /// What the client calls the channel.
    name: Arc<str>,
    to: Recipient<ToEndpoint>,
}

/// Who hears what.
#[derive(Debug, Default)]
pub struct Channels {
    by_name: DashMap<Box<str>, Vec<Subscriber>, RandomState>,
    /// How many subscriptions there are. Every step of every call asks whether there is any, and must not lock all shards for that.
    subscriptions: AtomicUsize,
}

impl Channels {
    /// Has a session hear what is published on `channel`, which its client calls `name`.
    pub fn subscribe(&self, session: SessionId, channel: &str, name: &str, to: Recipient<ToEndpoint>) {
        let mut subscribers = self.by_name.entry(channel.into()).or_default();
        if subscribers.iter().all(|other| other.session != session || *other.name != *name) {
            self.subscriptions.fetch_add(1, Ordering::SeqCst);
            subscribers.push(Subscriber { session, name: name.into(), to });
        }
    }

    /// Ends that.
    pub fn unsubscribe(&self, session: SessionId, channel: &str, name: &str) {
        self.by_name.remove_if_mut(channel, |_, subscribers| {
            let before = subscribers.len();
            subscribers.retain(|other| other.session != session || *other.name != *name);
            self.subscriptions.fetch_sub(before - subscribers.len(), Ordering::SeqCst);
            subscribers.is_empty()
        });
    }

    /// The channels that a session hears, by the names that its client gave them. Looks at every channel there is.
    #[must_use]
    pub fn heard_by(&self, session: SessionId) -> Vec<Arc<str>> {
        let name_of = |subscribers: &Vec<Subscriber>| {
            subscribers.iter().filter(|one| one.session == session).map(|one| Arc::clone(&one.name)).collect::<Vec<_>>()
        };
        let mut names: Vec<_> = self.by_name.iter().flat_map(|entry| name_of(entry.value())).collect();
        names.sort_unstable();
        names
    }

    /// Whether nobody hears anything.
    fn is_empty(&self) -> bool {
        self.subscriptions.load(Ordering::SeqCst) == 0
    }

    /// Tells whoever subscribed to the channel, or to its main part.
    pub fn publish(&self, publication: Publication) {
        let publication = Arc::new(publication);
        let main = main_part(&publication.channel);
        let both = [Some(&*publication.channel), Some(main).filter(|main| **main != *publication.channel)];
        for channel in both.into_iter().flatten() {
            let Some(subscribers) = self.by_name.get(channel) else { continue };
            for Subscriber { name, to, .. } in subscribers.iter() {
                to.do_send(ToEndpoint::Published {
                    subscribed: Arc::clone(name),
                    publication: Arc::clone(&publication),
                });
            }
        }
    }

    /// Shows a step of a call, to whoever watches all calls or one of its parties. `state` tells of a user: whether it is there, and
    /// which call has its line.
    pub(super) fn show_step(&self, event: &HookEvent, state: impl Fn(&UserId) -> (bool, Option<CallId>)) {
        if self.is_empty() {
            return;
        }
        if self.is_heard(CALLS) {
            self.publish(channels::call_step(event));
        }
        let call = &*event.call;
        for user in [&call.caller, &call.callee] {
            let (online, line) = state(user);
            // One who is in another call is shown in that.
            if line.is_none_or(|line| line == call.id) {
                self.show(user, online, Some(call));
            }
        }
        // Whoever was dialled was shown so until a hook said who is called instead.
        let routed = call.state == CallState::Ringing || (call.state == CallState::Ended && call.ringing_at.is_none());
        if let Some(dialled) = call.dialled.as_ref().filter(|_| routed)
            && let (online, None) = state(dialled)
        {
            self.show(dialled, online, None);
        }
    }

    /// Shows that a user came or went.
    pub(super) fn show_presence(&self, user: &UserId, online: bool) {
        if !self.is_empty() {
            self.show(user, online, None);
        }
    }

    fn show(&self, user: &UserId, online: bool, call: Option<&CallRecord>) {
        let channel = presence_channel(user);
        if self.is_heard(&channel) {
            self.publish(channels::presence(&channel, user, online, call));
            if call.is_some_and(|call| call.state == CallState::Ended) {
                self.publish(channels::presence(&channel, user, online, None));
            }
        }
    }

    fn is_heard(&self, channel: &str) -> bool {
        self.by_name.contains_key(channel) || self.by_name.contains_key(main_part(channel))
    }
}

/// The channel that shows a user's state.
pub(super) fn presence_channel(user: &UserId) -> String {
    format!("{PRESENCE}{}", user.as_str())
}
