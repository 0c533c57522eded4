//! What became of the scenarios, for people and for programs.

use std::time::Duration;

use serde_json::{Value, json};

use super::{play::Failure, scenario::Scenario};
use crate::cli::output::{CliError, colours, printable, say};

/// How many characters of a line of what was said are shown to people.
const WIDTH: usize = 400;

/// What became of one scenario.
#[derive(Debug)]
pub(super) enum Outcome {
    Passed(Duration),
    Failed(Failure),
    /// What it needs is not there.
    Skipped,
}

/// Tells of each outcome as it comes, and counts.
pub(super) struct Report {
    json: bool,
    passed: usize,
    failed: usize,
    skipped: usize,
    scenarios: Vec<Value>,
}

impl Report {
    /// For programs where `json`, for people otherwise.
    pub(super) fn new(json: bool) -> Self {
        Self { json, passed: 0, failed: 0, skipped: 0, scenarios: Vec::new() }
    }

    pub(super) fn add(&mut self, scenario: &Scenario, outcome: Outcome) -> Result<(), CliError> {
        match outcome {
            Outcome::Passed(_) => self.passed += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Skipped => self.skipped += 1,
        }
        if self.json {
            self.scenarios.push(object(scenario, outcome));
            return Ok(());
        }
        say(&lines(scenario, &outcome, colours()))
    }

    /// Says how many there were; `true` where one failed.
    pub(super) fn finish(self, took: Duration) -> Result<bool, CliError> {
        let Self { json, passed, failed, skipped, scenarios } = self;
        if json {
            let all =
                json!({"passed": passed, "failed": failed, "skipped": skipped, "ms": ms(took), "scenarios": scenarios});
            say(&format!("{all:#}"))?;
        } else {
            say(&format!("{passed} passed, {failed} failed, {skipped} skipped, in {:.1} s", took.as_secs_f32()))?;
        }
        Ok(failed > 0)
    }
}

/// Says which scenarios there are.
pub(super) fn list(scenarios: &[Scenario], json: bool) -> Result<(), CliError> {
    if json {
        let all: Vec<_> = scenarios.iter().map(head).collect();
        return say(&format!("{:#}", Value::Array(all)));
    }
    scenarios.iter().try_for_each(|scenario| say(&title(scenario, true)))
}

/// A scenario in one line, with what it needs on demand.
fn title(scenario: &Scenario, with_needs: bool) -> String {
    let needs = if with_needs { scenario.needs() } else { String::new() };
    let needs = if needs.is_empty() { needs } else { format!(" (needs {needs})") };
    format!("{}: {}{needs}", scenario.group, scenario.name)
}

fn head(scenario: &Scenario) -> Value {
    json!({"group": scenario.group, "name": scenario.name, "source": scenario.source, "needs": scenario.needs()})
}

/// A scenario's line, and why it failed below.
fn lines(scenario: &Scenario, outcome: &Outcome, colours: bool) -> String {
    let (mark, colour) = match outcome {
        Outcome::Passed(_) => ("ok  ", "32"),
        Outcome::Failed(_) => ("FAIL", "31"),
        Outcome::Skipped => ("skip", "2"),
    };
    let mark = if colours { format!("\u{1b}[{colour}m{mark}\u{1b}[0m") } else { mark.to_owned() };
    let mut lines = vec![format!("{mark}  {}", title(scenario, matches!(outcome, Outcome::Skipped)))];
    if let Outcome::Failed(Failure { step, why, transcript }) = outcome {
        let source = &scenario.source;
        let said = transcript.iter().map(|said| format!("  {said}"));
        let why = [format!("step    {step}"), format!("but     {why}"), format!("source  {source}")];
        lines.extend(why.into_iter().chain(said).map(|line| {
            let short: String = line.chars().take(WIDTH).collect();
            format!("      {}", printable(&short))
        }));
    }
    lines.join("\n")
}

/// The same as JSON.
fn object(scenario: &Scenario, outcome: Outcome) -> Value {
    let mut all = head(scenario);
    let more = match outcome {
        Outcome::Passed(took) => json!({"result": "passed", "ms": ms(took)}),
        Outcome::Skipped => json!({"result": "skipped"}),
        Outcome::Failed(Failure { step, why, transcript }) => {
            json!({"result": "failed", "step": step, "why": why, "transcript": transcript})
        }
    };
    if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
        all.extend(more);
    }
    all
}

fn ms(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
