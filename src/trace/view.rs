//! An entry as REST shows it.

use serde::Serialize;
use serde_json::Value;

use super::{
    entry::{Entry, PostHeaders},
    redact,
};
use crate::protocol::record::Timestamp;

/// One message between clients, server, hooks and store, or one turn of a socket.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Trace {
    /// Counts up from 1 since the server started.
    pub n: u64,
    /// When, in microseconds.
    #[schema(format = DateTime, example = "2026-11-21T03:10:00.123456Z")]
    pub at: String,
    /// `client`, `server` or `hook`.
    #[schema(example = "client")]
    pub from: &'static str,
    /// `client`, `server`, `hook` or `store`.
    #[schema(example = "server")]
    pub to: &'static str,
    /// `frame`, `veto.question`, `veto.answer`, `delivery`, `commit`, `socket.opened` or `socket.closed`.
    #[schema(example = "frame")]
    pub kind: &'static str,
    /// Whose frame or socket, once that is known.
    #[schema(example = "alice")]
    pub user: Option<String>,
    /// Which device of the user's.
    #[schema(example = "web")]
    pub device: Option<String>,
    /// Which session.
    #[schema(format = Uuid)]
    pub session: Option<String>,
    /// Which kind of client.
    #[schema(example = "native")]
    pub door: Option<&'static str>,
    /// Which call it is about.
    #[schema(format = Uuid)]
    pub call: Option<String>,
    /// Which hook.
    #[schema(example = "crm")]
    pub hook: Option<String>,
    /// How long an answer or a commit took. Unit: milliseconds.
    pub ms: Option<f64>,
    /// The HTTP status of a hook's answer.
    pub status: Option<u16>,
    /// How long the frame or the body was.
    pub bytes: usize,
    /// What was said, without what is private: a session description is its size, a signal its size and kind, a secret `…`.
    pub body: Option<Value>,
    /// What proves to a hook who asks.
    pub headers: Option<Headers>,
}

/// The headers of a POST to a hook, after Standard Webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Headers {
    /// The message's id.
    pub webhook_id: String,
    /// Seconds since 1970.
    #[schema(example = "1763694600")]
    pub webhook_timestamp: String,
    /// One signature for each key in force.
    pub webhook_signature: String,
}

impl From<PostHeaders> for Headers {
    fn from(PostHeaders { id, timestamp, signature }: PostHeaders) -> Self {
        Self { webhook_id: id, webhook_timestamp: timestamp.to_string(), webhook_signature: signature }
    }
}

impl Trace {
    /// The entry of this number, without what is private. Parses the body.
    #[must_use]
    pub fn of(n: u64, entry: Entry) -> Self {
        let Entry { at, kind, who, call, parties: _, took, bytes, body, clean, exchange } = entry;
        let body = body.and_then(|text| match kind.is_frame() {
            _ if clean => serde_json::from_str(&text).ok(),
            true => redact::frame(&text),
            false => redact::post(&text),
        });
        let (hook, status, headers) =
            exchange.map_or((None, None, None), |exchange| (Some(exchange.hook), exchange.status, exchange.headers));
        let [kind, from, to] = kind.words();
        let who = who.as_deref();
        Self {
            n,
            at: in_micros(at),
            from,
            to,
            kind,
            user: who.map(|who| who.user.as_str().to_owned()),
            device: who.map(|who| who.device.as_str().to_owned()),
            session: who.map(|who| who.session.to_string()),
            door: who.map(|who| who.door.as_str()),
            call: call.map(|call| call.to_string()),
            hook,
            ms: took.map(|took| (took.as_secs_f64() * 1e6).round() / 1e3),
            status,
            bytes,
            body,
            headers: headers.map(Headers::from),
        }
    }
}

/// RFC 3339, three digits longer than elsewhere: messages that answer each other are often within one millisecond.
fn in_micros(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    let whole = text.strip_suffix('Z').unwrap_or_default();
    format!("{whole}{:03}Z", at.0.rem_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use serde_json::json;

    use super::*;
    use crate::{
        clock,
        protocol::{
            codes::Door,
            ids::{DeviceId, UserId},
        },
        trace::{Kind, Who},
    };

    #[test]
    fn a_frame_is_shown_with_its_session_and_without_what_is_private() {
        let (user, device) = (UserId::new("alice").unwrap(), DeviceId::new("web").unwrap());
        let who = Who { user, device, session: clock::session_id(), door: Door::Native };
        let (session, call) = (who.session, clock::call_id());
        let text = r#"{"type":"call","sdp":"v=0"}"#;
        let mut entry = Entry::frame(Kind::FrameIn, Some(Arc::new(who)), Some(call), text.into());
        entry.at = Timestamp(1_763_694_600_123_456);
        assert_eq!(
            serde_json::to_value(Trace::of(7, entry)).unwrap(),
            json!({"n": 7, "at": "2025-11-21T03:10:00.123456Z", "from": "client", "to": "server", "kind": "frame",
                "user": "alice", "device": "web", "session": session, "door": "native", "call": call, "hook": null,
                "ms": null, "status": null, "bytes": 27, "body": {"type": "call", "sdp": "(3 bytes)"}, "headers": null})
        );
    }

    #[test]
    fn an_exchange_is_shown_with_its_hook_its_time_and_its_headers() {
        let headers = PostHeaders { id: "veto_1".into(), timestamp: 1_763_694_600, signature: "v1,x".into() };
        let entry = Entry { took: Some(Duration::from_nanos(1_234_567)), ..Entry::of(Kind::VetoAnswer) };
        let shown = serde_json::to_value(Trace::of(1, entry.with_hook("crm", Some(200), Some(headers)))).unwrap();
        assert_eq!((&shown["ms"], &shown["status"], &shown["hook"]), (&json!(1.235), &json!(200), &json!("crm")));
        assert_eq!(
            shown["headers"],
            json!({"webhook-id": "veto_1", "webhook-timestamp": "1763694600", "webhook-signature": "v1,x"})
        );
    }

    #[test]
    fn what_was_cut_before_is_not_cut_again() {
        let shown = Some(r#"{"calls":[{"sdp":"(3412 bytes)"}]}"#.into());
        let trace = Trace::of(1, Entry::cut_frame(Kind::FrameOut, None, 5_000, shown));
        assert_eq!((trace.bytes, trace.body), (5_000, Some(json!({"calls": [{"sdp": "(3412 bytes)"}]}))));
    }

    #[test]
    fn each_kind_has_words_of_its_own() {
        let words: std::collections::BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.words()).collect();
        assert_eq!(words.len(), Kind::ALL.len());
    }
}
