//! `bench`: places load on a running server, and measures.
//!
//! | file | what |
//! | --- | --- |
//! | `socket` | a user: login, frames, what the server's refusals mean |
//! | `call` | a whole call between two users of the native door |
//! | `verto` | the same between two Verto clients |
//! | `pair` | either of the two |
//! | `pace` | when calls begin: as fast as they go, or at a rate |
//! | `calls`, `idle` | the two kinds of run |
//! | `hook` | the built-in veto hook |
//! | `probe` | the server's processor time and memory |
//! | `tally`, `panel`, `report` | what was measured, what is seen meanwhile, what is said at the end |

mod call;
mod calls;
mod hook;
mod idle;
mod pace;
mod pair;
mod panel;
mod probe;
mod report;
mod socket;
mod tally;
mod verto;

use std::{
    num::{NonZeroU32, NonZeroU64},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use tokio::{
    runtime::{Builder, Runtime},
    signal::unix::{SignalKind, signal},
};

use self::{
    hook::Hook,
    probe::Probe,
    socket::{Credentials, Door, Tongue},
};
use super::{
    client::{ApiArgs, Client},
    output::{CliError, complain, say},
};

/// How many logins are under way at once.
const LOGINS_AT_ONCE: usize = 64;
/// How long calls are placed where nothing else is said.
const DURATION: Duration = Duration::from_secs(10);

const EXAMPLES: &str = "\
Examples, with `hookswitch serve --dev` running:
  hookswitch bench                                        50 pairs, as fast as they go, for 10 s
  hookswitch bench --rate 2000 --duration 30              2,000 calls a second, whatever becomes of them
  hookswitch bench --verto                                the same by Verto clients, at /verto
  hookswitch bench --hook --server-pid $(pidof hookswitch)
  hookswitch bench --connections 5000 --server-pid $(pidof hookswitch)

Users log in with any password, as development mode has it; where an API key is named, with a token
that is minted for each over REST; with --password-file, with that password. A server that is not in
development mode limits what comes from one address; for the test set in its configuration
  [limits]
  frames_per_sec = 0
  logins_per_min = 0
  sessions_per_address = 0
  unauthenticated = 0

Exit codes: 0 everything went well, 1 something failed, 2 usage.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BenchArgs {
    /// How many pairs of users call each other
    #[arg(long, default_value = "50", value_name = "N")]
    pairs: NonZeroU32,
    /// End after this many calls
    #[arg(long, value_name = "N")]
    calls: Option<NonZeroU64>,
    /// End after this many seconds [default: 10]
    #[arg(long, value_name = "SECS", value_parser = positive, conflicts_with = "calls")]
    duration: Option<f64>,
    /// Offer this many calls a second, and measure each from the moment it was due; without it the
    /// next call begins when one has ended
    #[arg(long, value_name = "CALLS_PER_SEC", value_parser = positive)]
    rate: Option<f64>,
    /// Call as Verto clients do, at /verto
    #[arg(long, conflicts_with = "connections")]
    verto: bool,
    /// Have each call allowed by a veto hook that runs within the bench and is registered meanwhile
    #[arg(long)]
    hook: bool,
    /// Report the server's processor time for each part of a run of so many calls
    #[arg(long, value_name = "CALLS")]
    every: Option<NonZeroU64>,
    /// No calls: open so many connections, log each in, and hold them
    #[arg(long, value_name = "N", conflicts_with_all = ["pairs", "calls", "duration", "rate", "hook", "every"])]
    connections: Option<NonZeroU32>,
    /// How many seconds they are held
    #[arg(long, default_value = "5", value_name = "SECS", value_parser = positive, requires = "connections")]
    hold: f64,
    /// The server's process: report its processor time and memory
    #[arg(long, value_name = "PID")]
    server_pid: Option<u32>,
    /// What the names of the users begin with
    #[arg(long, default_value = "bench-", value_name = "TEXT")]
    users: String,
    /// A file with the password of all these users
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Threads of the load generator
    #[arg(long, default_value = "1", value_name = "N")]
    threads: NonZeroU32,
    /// The result as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    api: ApiArgs,
}

fn positive(text: &str) -> Result<f64, &'static str> {
    let number = text.parse().ok().filter(|number: &f64| *number > 0.0 && *number <= 1e9);
    number.ok_or("a number more than 0")
}

/// Runs it. The exit code says whether everything went well.
pub(super) fn run(args: BenchArgs) -> Result<ExitCode, CliError> {
    let server = args.server_pid.map(Probe::server).transpose()?;
    raise_file_limit();
    runtime(args.threads)?.block_on(drive(args, server))
}

fn runtime(threads: NonZeroU32) -> Result<Runtime, CliError> {
    let mut builder = match usize::try_from(threads.get()) {
        Ok(1) | Err(_) => Builder::new_current_thread(),
        Ok(threads) => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    Ok(builder.enable_all().build()?)
}

async fn drive(args: BenchArgs, server: Option<Probe>) -> Result<ExitCode, CliError> {
    let credentials = match &args.password_file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| CliError::Said(format!("cannot read {}: {error}", path.display())))?;
            Credentials::Password(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None if args.api.has_key() => Credentials::Minted,
        None => Credentials::Password("any".to_owned()),
    };
    let tongue = if args.verto { Tongue::Verto } else { Tongue::Native };
    let door = Arc::new(Door::new(Client::new(args.api)?, credentials, tongue).await?);
    let interrupted = interrupted()?;
    if let Some(connections) = args.connections {
        let hold = Duration::from_secs_f64(args.hold);
        let plan = idle::Plan { connections: connections.get(), hold, prefix: args.users, server };
        let (report, login) = idle::run(&plan, &door, interrupted).await?;
        let well = report.logins_failed + report.lost == 0 && !report.interrupted;
        return tell(&report, &report.text(&login), args.json, well);
    }
    let plan = calls::Plan {
        pairs: args.pairs.get(),
        calls: args.calls,
        duration: match args.calls {
            Some(_) => None,
            None => Some(args.duration.map_or(DURATION, Duration::from_secs_f64)),
        },
        rate: args.rate,
        prefix: args.users,
        every: args.every.map_or(0, NonZeroU64::get),
        server,
    };
    let hook = if args.hook { Some(Hook::register(door.api()).await?) } else { None };
    let ran = calls::run(&plan, &door, interrupted).await;
    let mut questions = 0;
    if let Some(hook) = hook {
        questions = hook.answered();
        if let Err(error) = hook.remove(door.api()).await {
            complain(&error);
            return Err(CliError::Said("the hook hookswitch-bench is still registered: remove it".into()));
        }
    }
    let (mut report, ring) = ran?;
    (report.hook, report.hook_questions) = (args.hook, questions);
    let well = report.calls_failed == 0 && report.calls_done > 0 && !report.interrupted;
    tell(&report, &report.text(&ring), args.json, well)
}

fn tell(report: &impl Serialize, text: &str, json: bool, well: bool) -> Result<ExitCode, CliError> {
    if json {
        say(&serde_json::to_string_pretty(report).map_err(std::io::Error::from)?)?;
    } else {
        say(text.trim_end())?;
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Ends when somebody wants the run to end. From now on neither Ctrl-C nor SIGTERM ends the process by itself.
fn interrupted() -> Result<impl Future<Output = ()>, CliError> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Lets this process have as many connections as the system allows.
fn raise_file_limit() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        complain(&CliError::Io(error.into()));
    }
}
