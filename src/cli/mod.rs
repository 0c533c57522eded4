//! The command line. Results go to standard output, everything else to standard error.
//!
//! Exit codes: 0 fine, 2 usage, 78 configuration, 1 the rest.

mod accounts;
mod audit;
pub mod banner;
mod bench;
mod calls;
mod client;
mod conformance;
mod deliveries;
mod follow;
mod output;
mod settings;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use self::output::{CliError, complain};
use crate::{
    app, cloudvoip,
    config::{self, Flags, Loaded, Sources},
};

const EXAMPLES: &str = "\
Try it:
  hookswitch serve --dev                       a call in a minute

Run it:
  hookswitch check-config hookswitch.toml
  hookswitch key new --scope admin             an API key for your server
  hookswitch serve --config hookswitch.toml

Look at it:
  hookswitch calls --follow
  hookswitch finish 0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11

Exit codes: 0 fine, 2 usage, 78 configuration, 1 the rest.";

/// Call-control server: who may call whom, when it rings, who answered, when and why it ended.
#[derive(Debug, Parser)]
#[command(name = "hookswitch", version, after_help = EXAMPLES, max_term_width = 100, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(Settings),
    /// Say what is wrong with a configuration file, and where
    CheckConfig {
        /// The TOML file
        file: PathBuf,
    },
    /// Show every setting and where it comes from; secrets are masked
    PrintConfig {
        #[command(flatten)]
        settings: Settings,
        /// As JSON instead of TOML
        #[arg(long)]
        json: bool,
    },
    /// API keys: make, list, revoke
    #[command(subcommand)]
    Key(accounts::KeyCommand),
    /// Accounts of those who do not bring their own tokens
    #[command(subcommand)]
    User(accounts::UserCommand),
    /// Make a user token with the configured or kept secret, without asking a server
    Token(accounts::TokenArgs),
    /// List calls, the newest first, or follow them as they happen
    Calls(calls::CallsArgs),
    /// End a call
    Finish(calls::FinishArgs),
    /// List who changed what and who was not let, the newest first
    Audit(audit::AuditArgs),
    /// List what a hook was sent and how that went; send it again
    Deliveries(deliveries::DeliveriesArgs),
    /// Ask whether a server is ready, for containers
    Health(calls::HealthArgs),
    /// Place load on a server, and measure
    Bench(bench::BenchArgs),
    /// Hold a server to the protocol: play every scenario of the contract against it
    Conformance(conformance::ConformanceArgs),
    /// Hold one call with a WeChat user: the server starts this itself
    #[command(hide = true)]
    CloudvoipWorker {
        /// The library with the SDK in it
        #[arg(long)]
        library: PathBuf,
    },
}

/// Where the configuration comes from. The environment (HOOKSWITCH__SECTION__KEY) always counts.
#[derive(Debug, Args)]
struct Settings {
    /// The TOML file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The folder of the database [default: ./hookswitch-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Development mode: anybody may log in, the API key is `dev`, loopback only
    #[arg(long)]
    dev: bool,
}

/// Which store a command works on.
#[derive(Debug, Args)]
struct StoreArgs {
    /// The TOML file that names the folder
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the database [default: ./hookswitch-data]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl Settings {
    fn load(self) -> Result<Loaded, CliError> {
        let Self { config, listen, data_dir, dev } = self;
        Ok(config::load(&Sources::new(config, Flags { listen, data_dir, dev }))?)
    }
}

impl StoreArgs {
    fn load(self) -> Result<Loaded, CliError> {
        let Self { config, data_dir } = self;
        Settings { config, data_dir, listen: None, dev: false }.load()
    }
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            error.exit_code()
        }
    }
}

fn run(command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Serve(settings) => return Ok(app::run(settings.load()?)?),
        Command::CheckConfig { file } => settings::check(file)?,
        Command::PrintConfig { settings, json } => settings::print(&settings.load()?, json)?,
        Command::Key(command) => accounts::key(command)?,
        Command::User(command) => accounts::user(command)?,
        Command::Token(args) => accounts::token(args)?,
        Command::Calls(args) => client::block_on(calls::list(args))?,
        Command::Finish(args) => client::block_on(calls::finish(args))?,
        Command::Audit(args) => client::block_on(audit::list(args))?,
        Command::Deliveries(args) => return client::block_on(deliveries::run(args)),
        Command::Health(args) => client::block_on(calls::health(args))?,
        Command::Bench(args) => return bench::run(args),
        Command::Conformance(args) => return conformance::run(args),
        Command::CloudvoipWorker { library } => cloudvoip::run(&library),
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_contradicts_itself_nowhere() {
        Cli::command().debug_assert();
    }
}
