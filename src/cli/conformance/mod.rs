//! `conformance`: holds any server that claims to speak the protocol of `/ws` to the contract.
//!
//! What is to be shown stands in `tests/conformance` as data (`scenario` reads it, `pattern` says what it means). `play` plays one
//! scenario with `line`s for its clients and `business` for the business server; `report` says what became of it.

mod business;
mod line;
mod pattern;
mod play;
mod report;
mod scenario;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use futures_util::{StreamExt as _, stream};
use url::Url;

use self::{
    business::{Desk, Listener, Rest},
    play::{Proof, Target},
    report::{Outcome, Report},
    scenario::Scenario,
};
use super::{
    client::{KeyArgs, read_secret},
    output::CliError,
};
use crate::{
    auth::UserTokens,
    clock,
    config::{self, Glare, Secret, Sources},
};

const EXAMPLES: &str = "\
Examples:
  hookswitch conformance                                  a development server on this machine
  hookswitch conformance --hook-port 0 --slow             everything there is
  hookswitch conformance --url wss://calls.example.org/ws --jwt-secret-file secret
  hookswitch conformance --list --only glare

Exit codes: 0 all passed, 1 some failed.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ConformanceArgs {
    /// The WebSocket of the server under test
    #[arg(long, default_value = "ws://127.0.0.1:8080/ws", value_parser = socket)]
    url: Url,
    /// What the names of the users begin with that it logs in as
    #[arg(long, value_name = "PREFIX", default_value = "conformance-")]
    user: String,
    /// A file with the password of all of them [default: any text, as development mode takes]
    #[arg(long, value_name = "FILE", conflicts_with = "jwt_secret_file")]
    password_file: Option<PathBuf>,
    /// A file with the secret that their tokens (HS256) are made with, instead of passwords
    #[arg(long, value_name = "FILE")]
    jwt_secret_file: Option<PathBuf>,
    #[command(flatten)]
    key: KeyArgs,
    /// Be a business server on this port; 0 takes a free one. Needs an API key of scope `admin`
    #[arg(long, value_name = "PORT")]
    hook_port: Option<u16>,
    /// Where the server finds that port [default: on this machine]
    #[arg(long, value_name = "URL", requires = "hook_port")]
    hook_url: Option<Url>,
    /// What the server does with two requests that meet: join or busy
    #[arg(long, default_value = "join", value_parser = glare)]
    glare: Glare,
    /// Also the scenarios that wait for a time of the server's own, as its grace
    #[arg(long)]
    slow: bool,
    /// Only scenarios with this word in their group or name
    #[arg(long, value_name = "WORD")]
    only: Option<String>,
    /// How long anything may take. Unit: seconds
    #[arg(long, value_name = "SECS", default_value_t = 5.0, value_parser = seconds)]
    deadline: f64,
    /// How many scenarios at the same time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..))]
    jobs: u8,
    /// Say which scenarios there are, and play none
    #[arg(long)]
    list: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// How long what waits for a time of the server's own may take: longer than any sensible grace.
const SLOW: Duration = Duration::from_secs(60);

fn socket(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "ws" | "wss") && url.has_host());
    let mut url = url.ok_or("a URL as ws://127.0.0.1:8080/ws or wss://calls.example.org/ws")?;
    if url.path() == "/" {
        url.set_path("/ws");
    }
    Ok(url)
}

fn glare(word: &str) -> Result<Glare, &'static str> {
    Glare::parse(word).ok_or("join or busy")
}

fn seconds(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|secs| (0.1..=3600.0).contains(secs)).ok_or("a number from 0.1 to 3600")
}

/// Plays the scenarios; fails where one of them does.
pub(super) fn run(args: ConformanceArgs) -> Result<ExitCode, CliError> {
    let mut scenarios = scenario::all().map_err(CliError::Said)?;
    if let Some(word) = &args.only {
        scenarios.retain(|scenario| scenario.group.contains(word) || scenario.name.contains(word));
    }
    if scenarios.is_empty() {
        return Err(CliError::Said("no scenario has that word; --list shows those there are".into()));
    }
    if args.list {
        return report::list(&scenarios, args.json).map(|()| ExitCode::SUCCESS);
    }
    let began = clock::now();
    let json = args.json;
    let mut report = Report::new(json);
    let plan = Plan::new(args)?;
    actix_web::rt::System::new().block_on(plan.perform(&scenarios, &mut report))?;
    let failed = report.finish(clock::now().saturating_duration_since(began))?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What is to be played, and against what.
struct Plan {
    target: Target,
    hook: Option<(u16, Option<Url>)>,
    glare: Glare,
    slow: bool,
    jobs: usize,
}

impl Plan {
    fn new(args: ConformanceArgs) -> Result<Self, CliError> {
        let deadline = Duration::from_secs_f64(args.deadline);
        let proof = match (args.password_file, args.jwt_secret_file) {
            (_, Some(path)) => Proof::Token(tokens(&path)?),
            (Some(path), None) => Proof::Password(read_secret(&path)?),
            (None, None) => Proof::Password("any".to_owned()),
        };
        let key = args.key.key(&args.url)?;
        let rest = key.map(|key| Rest::new(api(&args.url), key, deadline)).transpose()?;
        let run: String = clock::random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
        let hook = args.hook_port.filter(|_| rest.is_some()).map(|port| (port, args.hook_url));
        let target = Target {
            url: args.url,
            proof,
            rest,
            desk: hook.is_some().then(Desk::default),
            deadline,
            slow_deadline: deadline.max(SLOW),
            prefix: format!("{}{run}-", args.user),
        };
        Ok(Self { target, hook, glare: args.glare, slow: args.slow, jobs: usize::from(args.jobs) })
    }

    /// Plays what needs no hook, then, once there is one, the rest.
    async fn perform(&self, scenarios: &[Scenario], report: &mut Report) -> Result<(), CliError> {
        let numbered = || scenarios.iter().enumerate();
        self.play(numbered().filter(|(_, scenario)| !scenario.needs_hook()), report).await?;
        let hooked: Vec<_> = numbered().filter(|(_, scenario)| scenario.needs_hook()).collect();
        let listener = match (&self.hook, &self.target.rest, &self.target.desk) {
            (Some((port, url)), Some(rest), Some(desk)) if !hooked.is_empty() => {
                let listener = Listener::start(desk.clone(), *port, url.clone(), rest.clone()).await;
                Some(listener.map_err(CliError::Said)?)
            }
            _ => None,
        };
        // Nobody may leave a hook behind that refuses every call.
        let played = tokio::select! {
            played = self.play(hooked.into_iter(), report) => played,
            _ = tokio::signal::ctrl_c() => Err(CliError::Said("interrupted".into())),
        };
        if let Some(listener) = listener {
            listener.stop().await.map_err(CliError::Said)?;
        }
        played
    }

    async fn play(
        &self,
        scenarios: impl Iterator<Item = (usize, &Scenario)>,
        report: &mut Report,
    ) -> Result<(), CliError> {
        let playing = scenarios.map(async |(number, scenario)| (scenario, self.outcome(scenario, number).await));
        let mut played = stream::iter(playing).buffered(self.jobs);
        while let Some((scenario, outcome)) = played.next().await {
            report.add(scenario, outcome)?;
        }
        Ok(())
    }

    async fn outcome(&self, scenario: &Scenario, number: usize) -> Outcome {
        let is_lacking = (scenario.needs_hook() && self.hook.is_none())
            || (scenario.needs_key() && self.target.rest.is_none())
            || (scenario.slow && !self.slow)
            || scenario.glare.is_some_and(|glare| glare != self.glare);
        if is_lacking {
            return Outcome::Skipped;
        }
        let began = clock::now();
        match play::play(&self.target, scenario, number).await {
            Ok(()) => Outcome::Passed(clock::now().saturating_duration_since(began)),
            Err(failure) => Outcome::Failed(failure),
        }
    }
}

/// Where the REST API of the server with this WebSocket is.
fn api(socket: &Url) -> Url {
    let scheme = if socket.scheme() == "wss" { "https" } else { "http" };
    let text = format!("{scheme}{}", socket.as_str().trim_start_matches(socket.scheme()));
    let mut url = Url::parse(&text).unwrap_or_else(|_| socket.clone());
    let path = url.path().strip_suffix("/ws").unwrap_or("").to_owned();
    url.set_path(&path);
    url
}

/// Makes tokens with the secret in a file.
fn tokens(path: &Path) -> Result<UserTokens, CliError> {
    let mut auth = config::load(&Sources::default())?.config.auth;
    auth.jwt_secret = Some(Secret::new(read_secret(path)?));
    Ok(UserTokens::new(&auth, Path::new(""))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_found_beside_the_websocket() {
        for (given, found) in [
            ("ws://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("wss://calls.example.org/ws", "https://calls.example.org/"),
            ("wss://example.org/calls/ws", "https://example.org/calls"),
        ] {
            assert_eq!(api(&socket(given).unwrap()).as_str(), found);
        }
        assert!(socket("http://127.0.0.1").is_err());
    }
}
