//! The configuration: one table of keys (`schema`), from which come the struct, the file's and the environment's names, the
//! reference, the example file and what `print-config` shows.
//!
//! Layers, later beats earlier: defaults, defaults of development mode, the file, systemd's credentials, the environment,
//! flags. Every value's origin is kept. All mistakes are collected and shown together.

mod account_rules;
mod address;
mod check;
mod choices;
mod env;
mod file;
pub(crate) mod guard;
pub(crate) mod hook_rules;
mod kinds;
mod lists;
mod nearest;
mod reference;
mod schema;
mod secret;
mod show;
mod spot;
mod table;
#[cfg(test)]
mod tests;
mod web_kinds;

use std::{ffi::OsString, fmt, path::PathBuf};

pub(crate) use account_rules::SN;
pub use address::{IpBlock, IpBlockError};
pub use choices::{Glare, JwtAlgorithm, LogFormat, LogLevel, ProgramVersion, SessionPolicy};
pub use reference::{example, reference};
pub use schema::{
    Auth, Call, Config, Demo, Endpoint, Limits, Log, Server, Session, Store, Turn, WECHAT_API, WeChatAccount, Webhooks,
};
pub use secret::Secret;
pub use show::Setting;
pub use table::Origin;

use self::{
    spot::{Fault, Spot},
    table::{Given, Values},
};

/// Where the configuration comes from. Kept, so that it can be read again.
#[derive(Clone, Default)]
pub struct Sources {
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// The environment, as [`std::env::vars_os`] gives it.
    pub env: Vec<(OsString, OsString)>,
    /// The command line.
    pub flags: Flags,
}

impl Sources {
    /// The file and flags, with the process's own environment.
    #[must_use]
    pub fn new(file: Option<PathBuf>, flags: Flags) -> Self {
        Self { file, env: std::env::vars_os().collect(), flags }
    }
}

impl fmt::Debug for Sources {
    /// Without the environment, which holds secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").field("file", &self.file).field("flags", &self.flags).finish_non_exhaustive()
    }
}

/// What the command line sets.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--listen`
    pub listen: Option<String>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--dev`
    pub dev: bool,
}

/// The configuration as it was found.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What to do.
    pub config: Config,
    /// Every key with its value as text, secrets masked, and where it came from.
    pub settings: Vec<Setting>,
    /// Where it was read from, to read it again.
    pub sources: Sources,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong and what would be right.
    pub message: String,
    /// Where in the file, if there.
    pub place: Option<Place>,
}

/// A place in the configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.place {
            Some(place) => write!(f, " {}:{}:{}", place.path.display(), place.line, place.column),
            None => Ok(()),
        }
    }
}

/// Every mistake of a configuration, in the order of the layers. At least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The mistakes.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [only] => write!(f, "the configuration does not fit: {only}"),
            all => {
                write!(f, "the configuration has {} mistakes:", all.len())?;
                all.iter().try_for_each(|problem| write!(f, "\n  - {problem}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// Reads all layers.
///
/// # Errors
/// [`ConfigError`] with everything that is wrong with any of them.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let mut values = Values { dev: sources.flags.dev, ..Values::default() };
    if let Some(path) = &sources.file {
        match std::fs::read_to_string(path) {
            Ok(text) => file::read(&text, path, &mut values),
            Err(error) => {
                let message = format!("cannot read the configuration file {}: {error}", path.display());
                values.faults.push(Fault { message, at: None });
            }
        }
    }
    env::read(&sources.env, &mut values);
    give_flags(&sources.flags, &mut values);
    let (hooks, accounts) = (lists::places::<Endpoint>(&values), lists::places::<WeChatAccount>(&values));
    let config = Config::take(&mut values);
    check::check(&config, &hooks, &accounts, &mut values);
    if values.faults.is_empty() {
        let settings = show::settings(&config, &values);
        return Ok(Loaded { config, settings, sources: sources.clone() });
    }
    let place = |fault: &Fault| {
        let (at, path) = (fault.at?, sources.file.clone()?);
        Some(Place { path, line: at.line, column: at.column })
    };
    let problem = |fault: Fault| Problem { place: place(&fault), message: fault.message };
    Err(ConfigError { problems: values.faults.into_iter().map(problem).collect() })
}

fn give_flags(flags: &Flags, values: &mut Values) {
    let listen = ("server", "listen", "--listen", flags.listen.clone());
    let data_dir = flags.data_dir.as_ref().map(|path| path.display().to_string());
    for (section, name, flag, text) in [listen, ("store", "data_dir", "--data-dir", data_dir)] {
        if let (Some(key), Some(text)) = (schema::key(section, name), text) {
            values.give(key, Given { spot: Spot::word(text), origin: Origin::Flag(flag), label: flag.to_owned() });
        }
    }
}

/// What differs between two configurations, as `section.key`: first the keys that a running server takes over, then those
/// that need a restart.
#[must_use]
pub fn diff_reload(old: &Config, new: &Config) -> (Vec<String>, Vec<String>) {
    let (reloadable, fixed): (Vec<_>, Vec<_>) = old.changed(new).into_iter().partition(|key| key.extra.reload);
    let paths = |keys: Vec<&table::Key>| keys.into_iter().map(table::Key::path).collect();
    (paths(reloadable), paths(fixed))
}
