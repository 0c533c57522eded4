//! Where time, ids and randomness come from: the one module that may ask the machine for them.
//!
//! Everything else takes them as arguments, so that tests decide them. `now` follows `tokio::time::pause()`.

use std::time::Instant;

use uuid::Uuid;

use crate::protocol::{
    ids::{CallId, SessionId},
    record::Timestamp,
};

/// The monotonic clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
#[must_use]
pub fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
#[must_use]
pub fn wall() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A fresh call id (UUID version 7: sorts by time).
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
#[must_use]
pub fn call_id() -> CallId {
    CallId(Uuid::now_v7())
}

/// A fresh session id (UUID version 4: tells nothing).
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
#[must_use]
pub fn session_id() -> SessionId {
    SessionId(Uuid::new_v4())
}

/// A fresh id of an HTTP request (UUID version 7: sorts by time).
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
#[must_use]
pub fn request_id() -> Uuid {
    Uuid::now_v7()
}

/// A fresh id for an API key (UUID version 7: keys list in the order of their making).
#[expect(clippy::disallowed_methods, reason = "this is the clock module")]
#[must_use]
pub fn key_id() -> Uuid {
    Uuid::now_v7()
}

/// Bytes from the operating system's generator, for secrets.
///
/// # Errors
/// Where the operating system has none to give, which no caller can mend.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A fraction from 0 (included) to 1 (excluded), for jitter.
#[must_use]
pub fn fraction() -> f64 {
    let word = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(word) / (f64::from(u32::MAX) + 1.0)
}
