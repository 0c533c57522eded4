//! Who somebody is: user tokens, passwords, API keys, TURN credentials, and the brake on guessing.
//!
//! Nothing here knows HTTP or sockets. No secret, token or password reaches a log line or a `Debug`.

pub(crate) mod guard;
mod jwks;
pub mod keys;
pub mod passwords;
mod secret_file;
#[cfg(test)]
mod tests;
mod tokens;
pub mod turn;

pub use crate::protocol::scope::Scope;
pub use guard::{Attempt, LoginGuard, TooManyLogins};
pub use secret_file::{KEPT_SECRET_FILE, KeptSecretError};
pub use tokens::{AuthError, TokenSetupError, UserTokens};
