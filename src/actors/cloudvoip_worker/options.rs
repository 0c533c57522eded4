//! What the pool is made of, and what the configuration says of it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{cloudvoip::simulator, config::Config, protocol::worker::Limits};

/// Where no number is given: so many processes for every processor. A call is mostly waiting, but each has its memory.
const WORKERS_PER_PROCESSOR: usize = 4;

/// What the pool is made of.
#[derive(Debug, Clone)]
pub struct WorkersOptions {
    /// The library with the SDK in it, as an absolute path; `None` and there are no workers.
    pub library: Option<PathBuf>,
    /// Whether that library plays the WeChat user.
    pub simulated: bool,
    /// The `LD_LIBRARY_PATH` of the processes; empty for none.
    pub library_path: String,
    /// The most processes at once.
    pub max: usize,
    /// How many are started ahead of their call.
    pub prewarm: usize,
    /// Where the SDK keeps its files.
    pub data_dir: PathBuf,
    /// Where the SDK writes its logs.
    pub log_dir: Option<PathBuf>,
    /// The program to start: this one.
    pub program: PathBuf,
    /// How long workers may take.
    pub limits: Limits,
}

impl WorkersOptions {
    /// No workers.
    #[must_use]
    pub fn off() -> Self {
        Self {
            library: None,
            simulated: false,
            library_path: String::new(),
            max: 0,
            prewarm: 0,
            data_dir: PathBuf::new(),
            log_dir: None,
            program: PathBuf::new(),
            limits: Limits::default(),
        }
    }

    /// What the configuration says.
    ///
    /// # Errors
    /// Where the simulator cannot be written, or a path cannot be made absolute.
    pub fn of(config: &Config) -> io::Result<Self> {
        let settings = &config.cloudvoip;
        let data_dir = std::path::absolute(config.store.data_dir.join(&settings.data_dir))?;
        let (library, simulated) = match &settings.library {
            Some(library) => (Some(std::path::absolute(library)?), false),
            None if config.dev => (Some(simulator::unpack(&data_dir)?), true),
            None => (None, false),
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let longest = Some(config.call.max_duration_secs).filter(|longest| !longest.is_zero());
        Ok(Self {
            library,
            simulated,
            library_path: settings.library_path.clone(),
            max: if settings.max_workers == 0 { processors * WORKERS_PER_PROCESSOR } else { settings.max_workers },
            prewarm: settings.prewarm,
            data_dir,
            log_dir: settings.log_dir.as_deref().map(std::path::absolute).transpose()?,
            program: this_program()?,
            // The room of the call ends it; this is for a room that does not.
            limits: Limits { talk: longest.map(|longest| longest + Duration::from_secs(10)), ..Limits::default() },
        })
    }
}

/// The program that runs, even where an update has put another in its place meanwhile.
fn this_program() -> io::Result<PathBuf> {
    let itself = Path::new("/proc/self/exe");
    if itself.exists() { Ok(itself.to_owned()) } else { std::env::current_exe() }
}
