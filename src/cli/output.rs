//! What the commands say, and with which exit code they end.

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use crate::{
    app::StartError,
    auth::{AuthError, KeptSecretError, TokenSetupError, passwords::PasswordError},
    config::ConfigError,
    store::StoreError,
    terminal,
};

pub(super) use crate::terminal::printable;

/// Exit code of a wrong configuration: `EX_CONFIG` of sysexits.h.
const CONFIGURATION: u8 = 78;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Tokens(#[from] TokenSetupError),
    #[error(transparent)]
    Auth(#[from] AuthError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the operating system has no randomness")]
    Random(#[from] getrandom::Error),
    #[error("standard input or output failed")]
    Io(#[from] io::Error),
    #[error("{what}")]
    Http {
        what: String,
        #[source]
        source: Option<reqwest::Error>,
    },
    /// In words that need no more.
    #[error("{0}")]
    Said(String),
}

impl CliError {
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(_) => CONFIGURATION.into(),
            Self::Tokens(TokenSetupError::KeyFile { .. } | TokenSetupError::KeyForm(_)) => CONFIGURATION.into(),
            Self::Tokens(TokenSetupError::Kept(KeptSecretError::Empty(_))) => CONFIGURATION.into(),
            Self::Store(StoreError::Newer { .. }) => CONFIGURATION.into(),
            Self::Start(error) => error.exit_code().into(),
            _ => ExitCode::FAILURE,
        }
    }
}

impl From<rusqlite::Error> for CliError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Writes a result, line end included.
pub(super) fn say(text: &str) -> Result<(), CliError> {
    write_to(&mut io::stdout().lock(), text)
}

/// Writes a remark beside the result.
pub(super) fn remark(text: &str) -> Result<(), CliError> {
    write_to(&mut io::stderr().lock(), text)
}

fn write_to(stream: &mut impl io::Write, text: &str) -> Result<(), CliError> {
    match writeln!(stream, "{text}").and_then(|()| stream.flush()) {
        // The reader has seen enough, as `| head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Writes why a command failed, with its causes.
pub(super) fn complain(error: &CliError) {
    let mut text = format!("hookswitch: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    // Nobody is left to tell where this fails.
    drop(writeln!(io::stderr(), "{}", printable(&text)));
}

/// Whether standard output takes colours.
pub(super) fn colours() -> bool {
    terminal::colours(&io::stdout())
}

/// A time of the API, shorter: `2026-11-21 03:10:00`.
pub(super) fn to_the_second(rfc3339: &str) -> String {
    rfc3339.get(..19).unwrap_or_default().replace('T', " ")
}

/// Lines with columns under their heads, the nth in its own colour where it has one; `None` where there are none.
pub(super) fn table<const N: usize>(
    heads: [&str; N],
    rows: &[[String; N]],
    colour: impl Fn(usize) -> Option<&'static str>,
) -> Option<String> {
    rows.first()?;
    let mut widths = heads.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let paint = |(n, row)| match colour(n) {
        Some(colour) => format!("{colour}{}\u{1b}[0m", line(row)),
        None => line(row),
    };
    let head = line(&heads.map(str::to_owned));
    Some(std::iter::once(head).chain(rows.iter().enumerate().map(paint)).collect::<Vec<_>>().join("\n"))
}
