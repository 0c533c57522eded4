//! Time-limited TURN credentials after the convention that coturn calls `use-auth-secret`.
//!
//! Source: draft-uberti-behave-turn-rest-00. User name: unix time of the end, a colon, the user. Password: base64 of
//! HMAC-SHA1 of the user name under the shared secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::{
    config::Turn,
    protocol::{ids::UserId, record::Timestamp},
};

/// The `iceServers` of an `RTCPeerConnection` for `user`: one entry for the STUN URIs, one with credentials for the TURN
/// URIs, none where nothing is configured.
#[must_use]
pub fn ice_servers(turn: &Turn, user: &UserId, now: Timestamp) -> Value {
    let (relays, plain): (Vec<_>, Vec<_>) =
        turn.uris.iter().partition(|uri| uri.starts_with("turn:") || uri.starts_with("turns:"));
    let mut servers = Vec::new();
    if !plain.is_empty() {
        servers.push(json!({ "urls": plain }));
    }
    if let Some(secret) = turn.secret.as_ref().filter(|_| !relays.is_empty()) {
        let now_secs = u64::try_from(now.0 / 1_000_000).unwrap_or(0);
        let until = now_secs.saturating_add(turn.ttl_secs.as_secs().max(1));
        let username = format!("{until}:{}", user.as_str());
        let credential = credential(secret.expose(), &username);
        servers.push(json!({ "urls": relays, "username": username, "credential": credential }));
    }
    Value::Array(servers)
}

fn credential(secret: &str, username: &str) -> String {
    // HMAC takes keys of any length; there is no other error.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(username.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Secret;

    fn turn(uris: &[&str], secret: Option<&str>) -> Turn {
        Turn {
            uris: uris.iter().map(ToString::to_string).collect(),
            secret: secret.map(Secret::new),
            ttl_secs: Duration::from_secs(3600),
        }
    }

    #[test]
    fn the_credential_is_what_openssl_and_coturn_compute() {
        // printf '1433065916:georges' | openssl dgst -sha1 -hmac logen -binary | base64
        assert_eq!(credential("logen", "1433065916:georges"), "YRk7UrSVLyXnrwRm8hq+NJf/U94=");
    }

    #[test]
    fn turn_uris_come_with_credentials_and_stun_uris_without() {
        let turn = turn(&["stun:a.example:3478", "turn:b.example:3478", "turns:b.example:5349"], Some("s"));
        let servers = ice_servers(&turn, &UserId::new("alice").unwrap(), Timestamp(1_000_000_999_999));
        assert_eq!(
            servers,
            json!([
                { "urls": ["stun:a.example:3478"] },
                {
                    "urls": ["turn:b.example:3478", "turns:b.example:5349"],
                    "username": "1003600:alice",
                    "credential": credential("s", "1003600:alice"),
                },
            ])
        );
    }

    #[test]
    fn without_uris_there_are_no_servers() {
        let servers = ice_servers(&turn(&[], Some("s")), &UserId::new("alice").unwrap(), Timestamp(0));
        assert_eq!(servers, json!([]));
    }
}
