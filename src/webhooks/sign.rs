//! Signatures after Standard Webhooks: secrets, and the header that proves who sent a body.
//!
//! Source: the Standard Webhooks specification, "Signature scheme", symmetric form.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{
    clock,
    config::hook_rules::{SECRET_PREFIX, SecretError, signing_key},
    protocol::record::Timestamp,
};

/// A signing key. Never printed: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(Vec<u8>);

impl Secret {
    /// A fresh key of 32 random bytes.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub(super) fn generate() -> Result<Self, getrandom::Error> {
        Ok(Self(clock::random::<32>()?.to_vec()))
    }

    /// The key of these bytes, whose length was checked.
    pub(super) fn of_key(key: Vec<u8>) -> Self {
        Self(key)
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`SecretError`] where the prefix, the base64 or the length is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, SecretError> {
        signing_key(text).map(Self)
    }

    /// The text form, for the store and for the one answer that shows it.
    #[must_use]
    pub(super) fn reveal(&self) -> String {
        format!("{SECRET_PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The key that somebody has who takes the text form, or its base64, for the key itself.
    pub(super) fn misread(&self) -> [Self; 2] {
        let text = self.reveal();
        let bare = text.strip_prefix(SECRET_PREFIX).unwrap_or_default().as_bytes().to_vec();
        [Self(text.into_bytes()), Self(bare)]
    }

    /// One signature of `id.timestamp.body`: `v1,` and the base64 of its HMAC-SHA256.
    #[must_use]
    pub(super) fn sign(&self, id: &str, unix_secs: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.mac(&[format!("{id}.{unix_secs}.").as_bytes(), body])))
    }

    /// The HMAC-SHA256 of these parts, one after the other.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> Vec<u8> {
        // HMAC takes keys of any length, so that nothing never arises.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Vec::new() };
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().to_vec()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A hook's keys: the one in force first, then those that a rotation leaves signing for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keyring {
    current: Secret,
    retiring: Vec<(Secret, Timestamp)>,
}

impl Keyring {
    /// How many rotated keys go on signing at most: each one lengthens the header of every request.
    const MAX_RETIRING: usize = 4;

    /// A ring of one key.
    #[must_use]
    pub(super) fn new(current: Secret) -> Self {
        Self { current, retiring: Vec::new() }
    }

    /// The key in force.
    #[must_use]
    pub(super) fn current(&self) -> &Secret {
        &self.current
    }

    /// The keys before it, each with the time until which it signs.
    pub(super) fn retiring(&self) -> &[(Secret, Timestamp)] {
        &self.retiring
    }

    /// The same ring with a new key in force; the old one signs until `until`.
    #[must_use]
    pub(super) fn rotated(&self, new: Secret, now: Timestamp, until: Timestamp) -> Self {
        let older = self.retiring.iter().filter(|(_, until)| *until > now).cloned();
        let retiring = std::iter::once((self.current.clone(), until)).chain(older).take(Self::MAX_RETIRING).collect();
        Self { current: new, retiring }
    }

    /// The `webhook-signature` header: every key that counts at `now`, separated by spaces.
    #[must_use]
    pub(super) fn header(&self, id: &str, now: Timestamp, body: &[u8]) -> String {
        let secs = unix_secs(now);
        let mut header = self.current.sign(id, secs, body);
        for (secret, _) in self.retiring.iter().filter(|(_, until)| *until > now) {
            header.push(' ');
            header.push_str(&secret.sign(id, secs, body));
        }
        header
    }

    /// The ring as the store keeps it: `secret`, then `secret until-µs` for each retiring one, a line each.
    #[must_use]
    pub(super) fn to_text(&self) -> String {
        let mut text = self.current.reveal();
        for (secret, until) in &self.retiring {
            text.push_str(&format!("\n{} {}", secret.reveal(), until.0));
        }
        text
    }

    /// Reads what [`Keyring::to_text`] wrote.
    ///
    /// # Errors
    /// [`SecretError`] where the text is none of ours.
    pub(super) fn from_text(text: &str) -> Result<Self, SecretError> {
        let mut lines = text.lines();
        let current = Secret::parse(lines.next().ok_or(SecretError)?)?;
        let retiring = lines
            .map(|line| {
                let (secret, until) = line.split_once(' ').ok_or(SecretError)?;
                Ok((Secret::parse(secret)?, Timestamp(until.parse().map_err(|_| SecretError)?)))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { current, retiring })
    }
}

/// Whole seconds since 1970, the form of `webhook-timestamp`.
#[must_use]
pub(super) fn unix_secs(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn the_published_vector_of_standard_webhooks_comes_out() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_has_its_prefix_and_24_to_64_bytes() {
        let of = |n: usize| format!("whsec_{}", STANDARD.encode(vec![7; n]));
        for good in [24, 32, 64] {
            assert_eq!(Secret::parse(&of(good)).unwrap().reveal(), of(good));
        }
        for bad in [of(23), of(65), STANDARD.encode([7; 32]), "whsec_?".into(), String::new()] {
            assert_eq!(Secret::parse(&bad), Err(SecretError), "{bad}");
        }
        assert_ne!(Secret::generate().unwrap(), Secret::generate().unwrap());
    }

    #[test]
    fn a_rotated_key_goes_on_signing_until_its_time() {
        let [old, new] = [[1; 32], [2; 32]].map(|key| Secret(key.to_vec()));
        let ring = Keyring::new(old.clone()).rotated(new.clone(), Timestamp(0), Timestamp(100 * SECOND));
        let both = format!("{} {}", new.sign("m", 99, b"{}"), old.sign("m", 99, b"{}"));
        assert_eq!(ring.header("m", Timestamp(99 * SECOND), b"{}"), both);
        assert_eq!(ring.header("m", Timestamp(100 * SECOND), b"{}"), new.sign("m", 100, b"{}"));
        assert_eq!(Keyring::from_text(&ring.to_text()), Ok(ring));
    }

    #[test]
    fn debug_shows_nothing_of_a_key() {
        let secret = Secret(vec![65; 32]);
        assert_eq!(format!("{:?}", Keyring::new(secret)), "Keyring { current: Secret(..), retiring: [] }");
    }
}
