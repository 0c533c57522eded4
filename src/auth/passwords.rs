//! Passwords of accounts: argon2id, 19 MiB and two passes each (the parameters that OWASP names first).
//!
//! Hashing takes tens of milliseconds and 19 MiB, so it happens on blocking threads, and only a few at once: more would let
//! anybody eat the server's memory by logging in.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use tokio::sync::Semaphore;

/// How many passwords are hashed at the same time. More serves a rush of logins sooner, at 19 MiB and a processor each.
const AT_ONCE: usize = 3;

static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// What a password of a user whom nobody knows is compared with, so that the answer takes as long as for a known one. The
/// parameters are those of [`hash_blocking`]; no password has this hash.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5aGVyZWF0YWxs$bm9ib2R5IGhhcyBhIHBhc3N3b3JkIG9mIHRoaXMgaGE";

/// Why a password could not be hashed or compared.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PasswordError {
    /// Hashing itself failed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The stored hash is no argon2 hash.
    #[error("the stored password hash cannot be read")]
    Stored,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// Hashes a password for the store, as a PHC string.
///
/// # Errors
/// [`PasswordError`], which no user can mend.
pub async fn hash(password: String) -> Result<String, PasswordError> {
    in_turn(move || hash_blocking(&password)).await
}

/// Compares a password with the stored hash; `None` for a user whom nobody knows, which takes as long and is never right.
///
/// # Errors
/// [`PasswordError`], which no user can mend.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool, PasswordError> {
    in_turn(move || {
        let stored = stored.as_deref();
        let right = compare(&password, stored.unwrap_or(NOBODY))?;
        Ok(right && stored.is_some())
    })
    .await
}

/// Hashes a password on this thread.
///
/// # Errors
/// [`PasswordError`], which no user can mend.
pub fn hash_blocking(password: &str) -> Result<String, PasswordError> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| PasswordError::Hash(error.to_string()))
}

fn compare(password: &str, stored: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|_| PasswordError::Stored)?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

async fn in_turn<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
) -> Result<T, PasswordError> {
    let turn = TURNS.acquire().await.map_err(|_| PasswordError::Stopping)?;
    // The turn goes with the work: a client that hangs up meanwhile does not make room for a fourth.
    let done = tokio::task::spawn_blocking(move || {
        let result = work();
        drop(turn);
        result
    });
    done.await.map_err(|_| PasswordError::Stopping)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_is_right() {
        let stored = hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify("Correct horse".into(), Some(stored.clone())).await.unwrap());
        assert!(!verify(String::new(), Some(stored)).await.unwrap());
        assert!(!verify("correct horse".into(), None).await.unwrap());
        assert!(matches!(verify("x".into(), Some("plain".into())).await, Err(PasswordError::Stored)));
    }

    #[test]
    fn a_user_whom_nobody_knows_costs_what_a_known_one_costs() {
        let params = |phc: &str| {
            let hash = PasswordHash::new(phc).unwrap();
            (hash.algorithm, hash.version, hash.params.to_string(), hash.hash.unwrap().len())
        };
        assert_eq!(params(NOBODY), params(&hash_blocking("x").unwrap()));
        assert!(!compare("x", NOBODY).unwrap());
    }
}
