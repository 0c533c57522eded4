//! Why a message's signature is not what it should be, for those who write a receiver.
//!
//! Signatures are compared in constant time, and nothing of a secret is in the answer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::sign::{Keyring, unix_secs};
use crate::protocol::record::Timestamp;

/// How far a receiver lets the time of a message be from its own. Unit: seconds. Source: Standard Webhooks' libraries.
const TOLERANCE_SECS: u64 = 300;
/// How long an HMAC-SHA256 is. Unit: bytes.
const MAC_BYTES: usize = 32;
/// The scheme of the signatures of this server, with what follows it.
const SCHEME: &str = "v1,";

/// A message as a receiver got it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The header `webhook-id`.
    pub id: String,
    /// The header `webhook-timestamp`.
    #[schema(example = "1763694600")]
    pub timestamp: String,
    /// The header `webhook-signature`.
    #[schema(example = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    pub signature: String,
    /// The body, byte for byte.
    pub body: String,
}

/// How a signature was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Verification {
    /// Whether it is the hook's.
    pub valid: bool,
    /// What is wrong with it; where it is valid, what a receiver might mind all the same.
    pub problems: Vec<String>,
}

/// Looks at a message with the keys of the hook that it claims to be for.
pub(super) fn verify(keys: &Keyring, message: &Signed, now: Timestamp) -> Verification {
    let (given, mut problems) = signatures(&message.signature);
    let matched = match (&given[..], timestamp(&message.timestamp)) {
        ([], Ok(_)) => false,
        (_, Err(problem)) => {
            problems.push(problem);
            false
        }
        (given, Ok(_)) => match by_key(keys, message, given, now) {
            Ok(note) => {
                // What else is in the header does not matter then.
                problems = note.into_iter().collect();
                true
            }
            Err(why) => {
                problems.push(why);
                false
            }
        },
    };
    if message.id.is_empty() {
        problems.push("the id is empty".to_owned());
    }
    if message.id.contains('.') {
        problems.push(
            "the id has a dot, which separates it from the timestamp in what is signed: ids have none".to_owned(),
        );
    }
    problems.extend(timestamp(&message.timestamp).ok().and_then(|secs| off(secs, now)));
    Verification { valid: matched, problems }
}

/// The signatures of a header that can be one of ours, and what is wrong with the others.
fn signatures(header: &str) -> (Vec<Vec<u8>>, Vec<String>) {
    let (mut good, mut problems) = (Vec::new(), Vec::new());
    let ours: Vec<_> = header.split_whitespace().filter_map(|part| part.strip_prefix(SCHEME)).collect();
    if ours.is_empty() {
        problems.push("there is no signature of scheme v1: the header is `v1,` and base64".to_owned());
    }
    for text in ours {
        match STANDARD.decode(text) {
            _ if text.len() == 2 * MAC_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                problems.push("a signature is in hexadecimal: it is base64 in the header".to_owned());
            }
            Ok(mac) if mac.len() == MAC_BYTES => good.push(mac),
            Ok(mac) => problems.push(format!("a signature has {} bytes: an HMAC-SHA256 has {MAC_BYTES}", mac.len())),
            Err(_) => problems.push("a signature is no base64 of the standard alphabet with its padding".to_owned()),
        }
    }
    (good, problems)
}

fn timestamp(text: &str) -> Result<i64, String> {
    let problem = "the timestamp is no whole number of seconds since 1970";
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit())).ok_or_else(|| problem.to_owned())
}

/// Finds the key that a message is signed with. `Ok`: one that is good, with a note where there is something to say of it.
fn by_key(keys: &Keyring, message: &Signed, given: &[Vec<u8>], now: Timestamp) -> Result<Option<String>, String> {
    let Signed { id, timestamp, body, .. } = message;
    let head = format!("{id}.{timestamp}.");
    let is = |mac: &[u8]| given.iter().any(|given| bool::from(given.as_slice().ct_eq(mac)));
    let whole: &[&[u8]] = &[head.as_bytes(), body.as_bytes()];
    if is(&keys.current().mac(whole)) {
        return Ok(None);
    }
    if let Some((_, until)) = keys.retiring().iter().find(|(key, _)| is(&key.mac(whole))) {
        let until_text = until.to_rfc3339();
        return if *until > now {
            Ok(Some(format!("it is signed with the secret from before a rotation, which counts until {until_text}")))
        } else {
            Err(format!("it is signed with the secret from before a rotation, which counted until {until_text}"))
        };
    }
    let current = keys.current();
    let trimmed: &[&[u8]] = &[head.as_bytes(), body.trim().as_bytes()];
    if current.misread().iter().any(|key| is(&key.mac(whole))) {
        return Err(
            "it is signed with the text of the secret: the key is what the base64 after `whsec_` stands for".to_owned()
        );
    }
    if is(&current.mac(&[body.as_bytes()])) {
        return Err("only the body is signed: what is signed is the id, the timestamp and the body, with dots between"
            .to_owned());
    }
    if is(&current.mac(trimmed)) {
        return Err(
            "the body has white space around it that was not signed: take it as it came, byte for byte".to_owned()
        );
    }
    Err("the signature is of another secret, or the body is not byte for byte the one that was signed".to_owned())
}

/// What a receiver whose clock is right says of the time.
fn off(secs: i64, now: Timestamp) -> Option<String> {
    let now = unix_secs(now);
    let (apart, words) = (now.abs_diff(secs), if secs < now { "old" } else { "ahead" });
    let milliseconds = secs > now.saturating_mul(100);
    (apart > TOLERANCE_SECS).then(|| match milliseconds {
        true => "the timestamp is in milliseconds or finer: it is in seconds".to_owned(),
        false => format!("the timestamp is {} {words}: a receiver refuses it", span(apart)),
    })
}

fn span(secs: u64) -> String {
    match secs {
        0..120 => format!("{secs} seconds"),
        120..7_200 => format!("{} minutes", secs / 60),
        7_200..172_800 => format!("{} hours", secs / 3_600),
        _ => format!("{} days", secs / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::sign::Secret;

    const NOW: Timestamp = Timestamp(1_763_694_600_000_000);
    const SECS: i64 = 1_763_694_600;

    fn ring() -> Keyring {
        Keyring::new(Secret::of_key(vec![1; 32]))
    }

    fn signed(key: &Secret, secs: i64) -> Signed {
        let body = r#"{"type":"call.finished"}"#.to_owned();
        let signature = key.sign("msg_1", secs, body.as_bytes());
        Signed { id: "msg_1".into(), timestamp: secs.to_string(), signature, body }
    }

    fn problem(message: &Signed) -> String {
        let found = verify(&ring(), message, NOW);
        assert!(!found.valid, "{found:?}");
        found.problems.join("; ")
    }

    #[test]
    fn what_the_hook_sends_is_valid_and_beside_other_schemes_too() {
        let good = signed(ring().current(), SECS);
        assert_eq!(verify(&ring(), &good, NOW), Verification { valid: true, problems: Vec::new() });
        let among = Signed { signature: format!("v1a,x v1,AAAA {}", good.signature), ..good };
        assert_eq!(verify(&ring(), &among, NOW), Verification { valid: true, problems: Vec::new() });
    }

    #[test]
    fn a_clock_that_is_off_is_told_and_does_not_make_a_signature_wrong() {
        for (secs, says) in [
            (SECS - 300, None),
            (SECS - 3 * 86_400, Some("the timestamp is 3 days old: a receiver refuses it")),
            (SECS + 301, Some("the timestamp is 5 minutes ahead: a receiver refuses it")),
            (SECS * 1000, Some("the timestamp is in milliseconds or finer: it is in seconds")),
        ] {
            let found = verify(&ring(), &signed(ring().current(), secs), NOW);
            assert_eq!((found.valid, found.problems.first().map(String::as_str)), (true, says));
        }
    }

    #[test]
    fn each_mistake_has_its_name() {
        let key = ring().current().clone();
        let good = signed(&key, SECS);
        let head = format!("msg_1.{SECS}.");
        let of = |mac: &[u8]| Signed { signature: format!("v1,{}", STANDARD.encode(mac)), ..good.clone() };
        let [by_text, by_base64] = key.misread().map(|key| key.mac(&[head.as_bytes(), good.body.as_bytes()]));
        let hex: String = by_text.iter().map(|byte| format!("{byte:02x}")).collect();
        for (message, says) in [
            (Signed { signature: String::new(), ..good.clone() }, "no signature of scheme v1"),
            (Signed { signature: "v1a,AAAA".into(), ..good.clone() }, "no signature of scheme v1"),
            (Signed { signature: "v1,%".into(), ..good.clone() }, "no base64"),
            (Signed { signature: "v1,AAAA".into(), ..good.clone() }, "has 3 bytes"),
            (Signed { signature: format!("v1,{hex}"), ..good.clone() }, "in hexadecimal"),
            (Signed { body: format!("{}\n", good.body), ..good.clone() }, "white space"),
            (Signed { body: "{}".into(), ..good.clone() }, "another secret, or the body"),
            (signed(&Secret::of_key(vec![2; 32]), SECS), "another secret, or the body"),
            (of(&by_text), "the text of the secret"),
            (of(&by_base64), "the text of the secret"),
            (of(&key.mac(&[good.body.as_bytes()])), "only the body is signed"),
            (Signed { timestamp: "yesterday".into(), ..good.clone() }, "no whole number of seconds"),
            (Signed { timestamp: format!(" {SECS}"), ..good.clone() }, "no whole number of seconds"),
            (Signed { id: "a.b".into(), ..good.clone() }, "the id has a dot"),
            (Signed { id: String::new(), ..good.clone() }, "the id is empty"),
        ] {
            let found = problem(&message);
            assert!(found.contains(says), "{says}: {found}");
            assert!(!found.contains(&key.reveal()), "{found}");
        }
    }

    #[test]
    fn a_rotated_secret_counts_until_its_time() {
        let old = ring();
        let message = signed(old.current(), SECS);
        let rotated = |until| old.rotated(Secret::of_key(vec![2; 32]), Timestamp(0), Timestamp(until));
        let found = verify(&rotated(NOW.0 + 1), &message, NOW);
        assert!(found.valid && found.problems[0].contains("before a rotation"), "{found:?}");
        assert!(!verify(&rotated(NOW.0), &message, NOW).valid);
    }
}
