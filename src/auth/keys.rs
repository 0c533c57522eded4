//! API keys: a random text that its holder keeps and the store only knows by its hash.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::clock;

/// The API key that a server in development mode takes.
pub const DEV_KEY: &str = "dev";

/// What every key begins with, so that people and secret scanners know one when they see it.
pub const PREFIX: &str = "hsk_";

/// A new key and its hash. The key has 256 random bits, so a plain hash is as good as a slow one.
///
/// # Errors
/// Where the operating system has no randomness.
pub fn new_key() -> Result<(String, [u8; 32]), getrandom::Error> {
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(clock::random::<32>()?));
    let hash = hash(&text);
    Ok((text, hash))
}

/// What the store keeps of a key: SHA-256 of its text.
#[must_use]
pub fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_long_recognisable_and_never_the_same() {
        let (one, hash_of_one) = new_key().unwrap();
        let (other, _) = new_key().unwrap();
        assert!(one.starts_with("hsk_") && one.len() == 4 + 43, "{one}");
        assert_ne!(one, other);
        assert_eq!(hash(&one), hash_of_one);
    }

    #[test]
    fn the_hash_is_sha_256() {
        let hex: String = hash("abc").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
