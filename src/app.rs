//! The wiring: everything that makes a server of the parts.

use std::process::ExitCode;

use crate::config::Loaded;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The parts are not connected.
    #[error("the server is not wired")]
    NotWired,
}

impl StartError {
    /// The exit code of the process: 78 for what the configuration can mend, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        1
    }
}

/// Runs the server until it is told to stop.
///
/// # Errors
/// [`StartError`] where it cannot start.
#[expect(clippy::needless_pass_by_value, reason = "the server keeps it")]
pub fn run(loaded: Loaded) -> Result<ExitCode, StartError> {
    let Loaded { .. } = loaded;
    Err(StartError::NotWired)
}
