//! What a client asks for: each method to its place, and those that are about no call.

use std::time::Instant;

use serde_json::{Value, json};

use super::{
    causes::cause,
    channels::Publication,
    effect::{ApiQuery, Effect},
    number, params,
    rpc::{self, Object, Request, RpcError, RpcId, object},
    session::{HeardKind, Session, call_error, no_such_call},
};
use crate::protocol::ids::CallId;

/// How many channels one request may name.
const MAX_CHANNELS: usize = 64;
/// The keys of a telephone. Source: Verto facts, `verto.info`.
const KEYS: &str = "0123456789*#ABCDabcd";
/// The most of them at once.
const MAX_KEYS: usize = 64;

impl Session {
    pub(super) fn act(&mut self, request: &Request, now: Instant, fresh: &mut dyn FnMut() -> CallId) -> HeardKind {
        match request.method.as_str() {
            "echo" => self.grant(request, request.params.clone()),
            "verto.ping" => self.grant(request, object([("message", "PONG".into())])),
            "verto.subscribe" => {
                self.subscribe(request);
                return HeardKind::Watch;
            }
            "verto.unsubscribe" => {
                self.unsubscribe(request);
                return HeardKind::Unwatch;
            }
            "verto.broadcast" => {
                self.broadcast(request);
                return HeardKind::Signal;
            }
            "verto.info" => {
                self.info(request);
                return HeardKind::Signal;
            }
            "verto.invite" => {
                self.invite(request, fresh);
                return HeardKind::Call;
            }
            "verto.answer" => {
                self.answer(request, now);
                return HeardKind::Call;
            }
            "verto.bye" => {
                self.hung_up(request, now);
                return HeardKind::Call;
            }
            "verto.modify" => {
                self.modify(request);
                return HeardKind::Call;
            }
            "verto.attach" => {
                self.attach(request);
                return HeardKind::Call;
            }
            "jsapi" | "fsapi" if self.me.as_ref().is_some_and(|me| me.rights.operator) => self.ask_api(request),
            _ => self.deny(request, &rpc::no_such_method()),
        }
        HeardKind::Other
    }

    fn subscribe(&mut self, request: &Request) {
        let Some(names) = channels(request) else { return self.deny(request, &no_channel()) };
        let (mut subscribed, mut already, mut refused, mut fresh) = (vec![], vec![], vec![], vec![]);
        for name in names {
            if self.channels.has(&name) {
                // Some clients count a channel as theirs only where it is in the first of the lists.
                already.push(Value::from(name.as_str()));
                subscribed.push(Value::from(name));
            } else if self.channels.is_full() || !self.may_hear(&name) {
                refused.push(Value::from(name));
            } else {
                self.channels.add(&name);
                fresh.push(Effect::Subscribe(name.as_str().into()));
                subscribed.push(Value::from(name));
            }
        }
        if subscribed.is_empty() {
            let error = RpcError::new(rpc::CALL_ERROR, "Permission Denied").with("unauthorizedChannels", refused);
            return self.deny(request, &error);
        }
        self.grant(
            request,
            lists([
                ("subscribedChannels", subscribed),
                ("alreadySubscribedChannels", already),
                ("unauthorizedChannels", refused),
            ]),
        );
        self.effects.extend(fresh);
    }

    fn may_hear(&self, channel: &str) -> bool {
        self.legs.contains_key(channel) || self.me.as_ref().is_some_and(|me| me.rights.hears(channel))
    }

    fn unsubscribe(&mut self, request: &Request) {
        let Some(names) = channels(request) else { return self.deny(request, &no_channel()) };
        let (mut gone, mut unknown) = (vec![], vec![]);
        for name in names {
            if self.channels.remove(&name) {
                self.effects.push_back(Effect::Unsubscribe(name.as_str().into()));
                gone.push(Value::from(name));
            } else {
                unknown.push(Value::from(name));
            }
        }
        self.grant(request, lists([("unsubscribedChannels", gone), ("notSubscribedChannels", unknown)]));
    }

    fn broadcast(&mut self, request: &Request) {
        let Some(me) = &self.me else { return };
        let channel = params::text(request.params.get("eventChannel")).filter(|channel| me.rights.says(channel));
        let Some(channel) = channel else {
            let denied = object([("message", "Permission Denied.".into()), ("code", rpc::CALL_ERROR.into())]);
            return self.grant(request, denied);
        };
        let data = request.params.get("data").filter(|data| data.is_object()).cloned().unwrap_or_else(|| json!({}));
        let event = object([
            ("userid", me.party.user.as_str().into()),
            ("fromDisplay", me.display.clone().into()),
            ("data", data),
        ]);
        self.grant(request, Object::new());
        self.effects.push_back(Effect::Publish(Publication { channel: channel.into(), event }));
    }

    /// Something was published that a subscription of the client's to `subscribed` lets it hear.
    pub fn published(&mut self, subscribed: &str, publication: &Publication) {
        if let Some(event) = self.channels.event(subscribed, publication) {
            self.ask("verto.event", &event, None);
        }
    }

    fn info(&mut self, request: &Request) {
        let params = &request.params;
        let id = params::call_id(params);
        let named = id.is_some().then(|| self.named(request));
        let message = params::inner(params, "msg");
        let Some(Ok((_, leg))) = named else {
            return match (message, id) {
                (Some(message), _) => self.message(request, message),
                (None, Some(id)) => self.deny(request, &no_such_call(Some(&id))),
                (None, None) => {
                    let wants = "verto.info has a msg with to and body, or names a call";
                    self.deny(request, &call_error(None, wants, cause::MANDATORY_IE_MISSING));
                }
            };
        };
        let sent = object([("message", "SENT".into())]);
        if let Some(digits) = params::text(params.get("dtmf")) {
            if digits.len() > MAX_KEYS || !digits.chars().all(|digit| KEYS.contains(digit)) {
                let wants = "dtmf is at most 64 of 0-9, A-D, * and #";
                return self.deny(request, &call_error(Some(&leg.id), wants, cause::INVALID_MSG_UNSPECIFIED));
            }
            self.grant(request, sent);
            return self.signal(leg.call, &json!({"dtmf": digits}));
        }
        if let Some(message) = message {
            let to = params::text(message.get("to"));
            let within = message.get("inDialog") == Some(&Value::Bool(true));
            let elsewhere = to.and_then(|to| number::user(address(&to), self.rules.keep_domain).ok());
            if !within && elsewhere.is_some_and(|to| to != leg.other) {
                return self.message(request, message);
            }
            let Some(body) = params::text(message.get("body")) else {
                return self.deny(request, &call_error(Some(&leg.id), "msg has no body", cause::MANDATORY_IE_MISSING));
            };
            self.grant(request, sent);
            return self.signal(leg.call, &json!({"msg": {"body": body}}));
        }
        let text = params.get("txt").filter(|text| text.is_object()).cloned();
        self.grant(request, Object::new());
        if let Some(text) = text {
            self.signal(leg.call, &json!({"txt": text}));
        }
    }

    /// A message to a user, outside of any call.
    fn message(&mut self, request: &Request, message: &Object) {
        let Some(me) = &self.me else { return };
        let to = params::text(message.get("to")).unwrap_or_default();
        let body = params::text(message.get("body"));
        let user = number::user(address(&to), self.rules.keep_domain);
        let (Ok(user), Some(body)) = (user, body) else {
            let wants = "a message has a user in to, and a body";
            return self.deny(request, &call_error(None, wants, cause::MANDATORY_IE_MISSING));
        };
        // Who it is from is the server's word.
        let message = object([
            ("from", me.party.user.as_str().into()),
            ("from_msg_name", me.display.clone().into()),
            ("from_msg_number", me.party.user.as_str().into()),
            ("to", user.as_str().into()),
            ("body", body.into()),
        ]);
        self.grant(request, object([("message", "SENT".into())]));
        self.effects.push_back(Effect::Message { to: user, message });
    }

    /// A message for this user.
    pub fn messaged(&mut self, message: &Object) {
        self.ask("verto.info", &object([("msg", message.clone().into())]), None);
    }

    fn ask_api(&mut self, request: &Request) {
        let params = &request.params;
        let is_jsapi = request.method == "jsapi";
        let command = params::text(params.get("command")).unwrap_or_default();
        let inner = if is_jsapi { params::inner(params, "data") } else { Some(params) };
        let field = |name| inner.and_then(|inner| params::text(inner.get(name))).unwrap_or_default();
        let line = match command.as_str() {
            "" if !is_jsapi => format!("{} {}", field("cmd"), field("arg")),
            "fsapi" => format!("{} {}", field("cmd"), field("arg")),
            other => other.to_owned(),
        };
        let line: Vec<String> = line.split_whitespace().map(str::to_lowercase).collect();
        let query = match line.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["status"] => ApiQuery::Status,
            ["show", "calls"] => ApiQuery::Calls { json: false },
            ["show", "calls", "as", "json"] => ApiQuery::Calls { json: true },
            _ => {
                let message = "-ERR this server knows status and show calls as json\n";
                return self.grant(request, object([("message", message.into())]));
            }
        };
        match &request.id {
            Some(_) if self.batch.is_some() => {
                let error = RpcError::new(rpc::INVALID_REQUEST, "jsapi and fsapi stand alone, not in a batch");
                self.deny(request, &error);
            }
            Some(reply) => self.effects.push_back(Effect::Api { reply: reply.clone(), query }),
            None => {}
        }
    }

    /// The answer to [`Effect::Api`].
    pub fn api(&mut self, reply: &RpcId, text: String) {
        self.answer_about(Some(reply), object([("message", text.into())]), None);
    }
}

/// Names of channels: a text, or an array of them.
fn channels(request: &Request) -> Option<Vec<String>> {
    let mut names = match request.params.get("eventChannel")? {
        Value::Array(names) if names.len() <= MAX_CHANNELS => {
            names.iter().map(|name| params::text(Some(name))).collect::<Option<Vec<_>>>()?
        }
        name => vec![params::text(Some(name))?],
    };
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    (!names.is_empty()).then_some(names)
}

fn no_channel() -> RpcError {
    RpcError::new(rpc::INVALID_PARAMS, format!("eventChannel is a name, or an array of at most {MAX_CHANNELS}"))
}

/// Each list that has something in it.
fn lists<const N: usize>(all: [(&str, Vec<Value>); N]) -> Object {
    let full = all.into_iter().filter(|(_, names)| !names.is_empty());
    full.map(|(list, names)| (list.to_owned(), Value::Array(names))).collect()
}

/// The address of a message, which may be `protocol+user@host`.
fn address(to: &str) -> &str {
    ["verto+", "sip+", "internal+"].iter().find_map(|prefix| to.strip_prefix(prefix)).unwrap_or(to)
}
