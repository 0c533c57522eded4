//! Logs on standard error: text on a terminal, one JSON object a line otherwise.
//!
//! Levels: ERROR, something is broken and somebody must mend it; WARN, somebody should look; INFO, what happens to calls and
//! the server; DEBUG, what the server does about it; TRACE, everything. No token, password, secret or SDP at any level.

mod json;
mod lines;
mod text;

use std::io::{self, IsTerminal as _};

use tracing_subscriber::{
    EnvFilter, Registry,
    filter::ParseError,
    layer::{Layer as _, SubscriberExt as _},
    reload,
    util::{SubscriberInitExt as _, TryInitError},
};

use self::lines::Lines;
use crate::{
    config::{Log, LogFormat, LogLevel},
    terminal::colours,
};

/// Changes the filter while the server runs.
#[derive(Clone)]
pub struct Logging {
    filter: reload::Handle<EnvFilter, Registry>,
    lines: Lines,
    people: bool,
}

impl std::fmt::Debug for Logging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Logging").finish_non_exhaustive()
    }
}

/// Why logging cannot start or change.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// `log.filter` is no filter.
    #[error("log.filter cannot be understood")]
    Filter(#[from] ParseError),
    /// Something else has taken the logs of this process.
    #[error("logging was started before")]
    Init(#[from] TryInitError),
    /// The subscriber is gone.
    #[error("logging has ended")]
    Reload(#[from] reload::Error),
}

impl Logging {
    /// Starts logging for the whole process.
    ///
    /// # Errors
    /// [`LoggingError`] where the filter is wrong, or logging was started before.
    pub fn init(log: &Log) -> Result<Self, LoggingError> {
        let terminal = io::stderr().is_terminal();
        let text = match log.format {
            LogFormat::Auto => terminal,
            LogFormat::Text => true,
            LogFormat::Json => false,
        };
        let people = terminal && text;
        let (filter, handle) = reload::Layer::new(filter(log, people)?);
        let lines = Lines::new(terminal);
        let layer = tracing_subscriber::fmt::layer().with_writer(lines.clone());
        let layer = match (people, text) {
            (true, _) => layer.event_format(text::TextLine { colours: colours(&io::stderr()) }).boxed(),
            (false, true) => layer.with_ansi(false).with_target(false).boxed(),
            (false, false) => layer.event_format(json::JsonLine).boxed(),
        };
        tracing_subscriber::registry().with(filter).with(layer).try_init()?;
        Ok(Self { filter: handle, lines, people })
    }

    /// Takes over the level and filter of a configuration that was read again.
    ///
    /// # Errors
    /// [`LoggingError`] where the filter is wrong.
    pub fn reload(&self, log: &Log) -> Result<(), LoggingError> {
        Ok(self.filter.reload(filter(log, self.people)?)?)
    }

    /// Writes the lines that wait, before the process ends.
    pub fn flush(&self) {
        self.lines.flush();
    }
}

/// The level, then what is said about single modules; the later of two words about the same module counts. `people`: they read it,
/// and want to see every step of a call, of which a log keeps only the last.
fn filter(log: &Log, people: bool) -> Result<EnvFilter, ParseError> {
    let level = log.level.as_str();
    let framework = match log.level {
        LogLevel::Off | LogLevel::Error => level,
        LogLevel::Warn | LogLevel::Info | LogLevel::Debug | LogLevel::Trace => "warn",
    };
    // What actix calls an error there is what a client did: a request that is no HTTP. Anybody could fill the log with it.
    let clients = match log.level {
        LogLevel::Off | LogLevel::Error | LogLevel::Warn | LogLevel::Info => "off",
        LogLevel::Debug | LogLevel::Trace => level,
    };
    let steps = if people && log.level == LogLevel::Info { "hookswitch::actors::core=debug," } else { "" };
    let libraries = format!("actix_server={framework},actix_http::h1={clients},actix_http::ws={clients}");
    // actix says at INFO that it starts and stops, which the server says itself.
    EnvFilter::builder().parse(format!("{level},{libraries},{steps}{}", log.filter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(level: LogLevel, text: &str) -> String {
        filter(&Log { level, filter: text.into(), format: LogFormat::Auto }, false).unwrap().to_string()
    }

    #[test]
    fn the_framework_is_quieter_than_the_server() {
        assert_eq!(shown(LogLevel::Info, ""), "actix_http::ws=off,actix_http::h1=off,actix_server=warn,info");
        assert_eq!(shown(LogLevel::Off, ""), "actix_http::ws=off,actix_http::h1=off,actix_server=off,off");
        assert_eq!(shown(LogLevel::Trace, ""), "actix_http::ws=trace,actix_http::h1=trace,actix_server=warn,trace");
    }

    #[test]
    fn people_see_every_step_of_a_call_unless_they_said_otherwise() {
        let shown = |level, text: &str| {
            filter(&Log { level, filter: text.into(), format: LogFormat::Auto }, true).unwrap().to_string()
        };
        assert!(shown(LogLevel::Info, "").contains("hookswitch::actors::core=debug"));
        assert!(!shown(LogLevel::Warn, "").contains("hookswitch::actors::core"));
        assert!(shown(LogLevel::Info, "hookswitch::actors::core=warn").contains("hookswitch::actors::core=warn"));
    }

    #[test]
    fn the_filter_has_the_last_word() {
        let text = "actix_server=trace,hookswitch::webhooks=debug,actix_http::h1=error";
        assert_eq!(
            shown(LogLevel::Warn, text),
            "hookswitch::webhooks=debug,actix_http::ws=off,actix_http::h1=error,actix_server=trace,warn"
        );
    }
}
