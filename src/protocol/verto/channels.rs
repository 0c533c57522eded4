//! Event channels: who may use them, who hears what, and what the server itself publishes.
//!
//! A channel is a name `main` or `main.rest`, divided at its first dot. Whoever subscribes to `main` hears `main.rest` too.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    effect::Rules,
    params::MAX_NAME_BYTES,
    rpc::{Object, object},
};
use crate::protocol::{
    event::HookEvent,
    ids::UserId,
    record::{CallRecord, CallState},
};

/// How many channels one session may subscribe to.
const MAX_SUBSCRIPTIONS: usize = 200;
/// Stands for every channel in a list of permissions.
const ANY: &str = "__ANY__";
/// The channel of all calls.
pub const CALLS: &str = "hookswitch.calls";
/// What the channels of users' states begin with.
pub const PRESENCE: &str = "presence.";
/// Channels that the server alone publishes on, by their main parts.
const OWN: [&str; 2] = ["presence", "hookswitch"];

/// Something published on a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// The whole name of the channel.
    pub channel: Box<str>,
    /// The event, without what each subscriber adds.
    pub event: Object,
}

/// The part of a channel's name before its first dot.
#[must_use]
pub fn main_part(channel: &str) -> &str {
    channel.split_once('.').map_or(channel, |(main, _)| main)
}

/// What a user may do beyond calling.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rights {
    channels: Vec<String>,
    pub(super) operator: bool,
}

impl Rights {
    pub(super) fn of(user: &UserId, rules: &Rules) -> Self {
        let operator = rules.operators.iter().any(|name| name == user.as_str());
        Self { channels: rules.event_channels.clone(), operator }
    }

    /// Whether the user may subscribe to the channel.
    pub(super) fn hears(&self, channel: &str) -> bool {
        let listed = |name: &String| name == ANY || name == channel || name == main_part(channel);
        let named = !channel.is_empty() && channel.len() <= MAX_NAME_BYTES * 2;
        named && (self.operator || self.channels.iter().any(listed))
    }

    /// Whether the user may publish on it.
    pub(super) fn says(&self, channel: &str) -> bool {
        self.hears(channel) && !OWN.contains(&main_part(channel))
    }
}

/// What a session is subscribed to, with the number of the next event of each.
#[derive(Debug, Default)]
pub(super) struct Subscriptions(BTreeMap<Box<str>, u64>);

impl Subscriptions {
    pub(super) fn has(&self, channel: &str) -> bool {
        self.0.contains_key(channel)
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MAX_SUBSCRIPTIONS
    }

    pub(super) fn add(&mut self, channel: &str) {
        self.0.insert(channel.into(), 0);
    }

    pub(super) fn remove(&mut self, channel: &str) -> bool {
        self.0.remove(channel).is_some()
    }

    /// The parameters of `verto.event`, for the subscription to `subscribed`.
    pub(super) fn event(&mut self, subscribed: &str, publication: &Publication) -> Option<Object> {
        let serno = self.0.get_mut(subscribed)?;
        let mut event = publication.event.clone();
        // A user's state has the name that the client gave it, with its domain or without.
        let named = if subscribed.starts_with(PRESENCE) { subscribed } else { &publication.channel };
        event.insert("eventChannel".to_owned(), named.into());
        event.insert("eventSerno".to_owned(), (*serno).into());
        event.insert("subscribedChannel".to_owned(), subscribed.into());
        *serno += 1;
        Some(event)
    }
}

/// The user whose state a channel shows.
#[must_use]
pub fn presence_of(channel: &str, keep_domain: bool) -> Option<UserId> {
    super::number::user(channel.strip_prefix(PRESENCE)?, keep_domain).ok()
}

/// What `hookswitch.calls` shows of a step of a call.
#[must_use]
pub fn call_step(event: &HookEvent) -> Publication {
    call_shown(event.kind.type_name(), &event.call)
}

/// What it shows of a call that is on, to somebody who comes in late.
#[must_use]
pub fn call_now(call: &CallRecord) -> Publication {
    call_shown("call.now", call)
}

fn call_shown(kind: &str, call: &CallRecord) -> Publication {
    let data = json!({"type": kind, "call": call});
    Publication { channel: CALLS.into(), event: object([("eventType", "hookswitch.call".into()), ("data", data)]) }
}

/// What `presence.<name>` shows of a user: the call the user is in, and whether the user is there.
#[must_use]
pub fn presence(channel: &str, user: &UserId, online: bool, call: Option<&CallRecord>) -> Publication {
    let mut data = object([
        ("channelPresenceID", channel.strip_prefix(PRESENCE).unwrap_or(channel).into()),
        ("channelPresenceData", "".into()),
        ("online", online.into()),
    ]);
    let state = call.map_or("DOWN", |call| {
        let is_caller = call.caller == *user;
        let shown: [(&str, &str); 6] = [
            ("callerIDName", call.caller.as_str()),
            ("callerIDNumber", call.caller.as_str()),
            ("callerUserName", call.caller.as_str()),
            ("calleeIDName", call.callee.as_str()),
            ("calleeIDNumber", call.callee.as_str()),
            ("presenceCallDirection", if is_caller { "inbound" } else { "outbound" }),
        ];
        data.extend(shown.map(|(name, value)| (name.to_owned(), Value::from(value))));
        data.insert("channelUUID".to_owned(), json!(call.id));
        match call.state {
            CallState::Requested => "DIALING",
            CallState::Ringing => "RINGING",
            CallState::Talking => "ACTIVE",
            CallState::Ended => "HANGUP",
        }
    });
    let channel_state = match state {
        "DOWN" => "CS_NONE",
        "HANGUP" => "CS_HANGUP",
        "ACTIVE" => "CS_EXCHANGE_MEDIA",
        _ => "CS_EXECUTE",
    };
    for (name, value) in
        [("channelCallState", state), ("originalChannelCallState", state), ("channelState", channel_state)]
    {
        data.insert(name.to_owned(), value.into());
    }
    Publication { channel: channel.into(), event: object([("data", data.into())]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(channels: &[&str], operator: bool) -> Rights {
        Rights { channels: channels.iter().map(|&name| name.to_owned()).collect(), operator }
    }

    #[test]
    fn a_channel_is_granted_by_its_name_its_main_part_or_as_any() {
        assert!(!rights(&[], false).hears("room.1"), "nothing granted, nothing heard");
        assert!(rights(&["room.1"], false).hears("room.1"));
        assert!(!rights(&["room.1"], false).hears("room.2"));
        assert!(rights(&["room"], false).hears("room.2.left"));
        assert!(rights(&["__ANY__"], false).hears("anything"));
        assert!(rights(&[], true).hears(CALLS));
        assert!(!rights(&["__ANY__"], false).hears(""));
        assert!(!rights(&["__ANY__"], false).hears(&"x".repeat(MAX_NAME_BYTES * 2 + 1)));
    }

    #[test]
    fn nobody_publishes_in_the_servers_name() {
        for channel in ["presence.bob", "presence", CALLS, "hookswitch"] {
            assert!(rights(&["__ANY__"], true).hears(channel));
            assert!(!rights(&["__ANY__"], true).says(channel), "{channel}");
        }
        assert!(rights(&["room"], false).says("room.1"));
    }

    #[test]
    fn events_are_numbered_for_each_subscription() {
        let mut mine = Subscriptions::default();
        mine.add("room");
        let said = Publication { channel: "room.1".into(), event: object([("data", json!({"a": 1}))]) };
        for serno in 0..2 {
            let event = mine.event("room", &said).unwrap();
            assert_eq!(
                Value::from(event),
                json!({"data": {"a": 1}, "eventChannel": "room.1", "eventSerno": serno, "subscribedChannel": "room"})
            );
        }
        assert_eq!(mine.event("other", &said), None);
    }
}
