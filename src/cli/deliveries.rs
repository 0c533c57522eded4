//! `deliveries`: what a hook was sent and how that went, and sending it again.

use std::{
    io::{self, Write as _},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    client::{ApiArgs, Client, items},
    output::{CliError, colours, printable, remark, say, table, to_the_second},
};
use crate::{
    terminal::{Pace, Style, counted, thousands},
    webhooks::DeliveryState,
};

/// The most deliveries that the server gives at once.
const PAGE: u16 = 500;

const EXAMPLES: &str = "\
Examples:
  hookswitch deliveries crm                    the last fifty
  hookswitch deliveries crm --state dead
  hookswitch deliveries crm --state dead --replay";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DeliveriesArgs {
    /// The hook's name
    hook: String,
    /// Only events that stand so: pending, delivered or dead
    #[arg(long, value_parser = state)]
    state: Option<DeliveryState>,
    /// Send all of them again, the oldest first. Ctrl-C stops between two
    #[arg(long, requires = "state", conflicts_with = "limit")]
    replay: bool,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=i64::from(PAGE)))]
    limit: u16,
    /// As JSON, every field
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    api: ApiArgs,
}

fn state(name: &str) -> Result<DeliveryState, &'static str> {
    serde_json::from_value(name.into()).map_err(|_| "a delivery is pending, delivered or dead")
}

pub(super) async fn run(args: DeliveriesArgs) -> Result<ExitCode, CliError> {
    let hook = Hook { client: Client::new(args.api)?, path: hook_path(&args.hook), name: args.hook, state: args.state };
    if args.replay {
        return hook.replay(args.json).await;
    }
    let page = hook.page(args.limit, None).await?;
    if args.json {
        say(&format!("{page:#}"))?;
    } else {
        let rows: Vec<_> = items(&page).iter().map(row).collect();
        let heads = ["HAPPENED (UTC)", "EVENT", "STATE", "TRIES", "LAST ANSWER", "CALL", "ID"];
        let colour = |n: usize| rows.get(n).filter(|_| colours()).map(|[_, _, state, ..]| style(state).code());
        say(&table(heads, &rows, colour).unwrap_or_else(|| "no deliveries".to_owned()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The path of a hook, whatever its name is made of.
fn hook_path(name: &str) -> String {
    let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/api/v1/webhooks/{}/deliveries", name.replace('+', "%20"))
}

struct Hook {
    client: Client,
    name: String,
    path: String,
    state: Option<DeliveryState>,
}

/// How far a replay came.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    all: u64,
    replayed: u64,
    /// Gone meanwhile.
    gone: u64,
}

impl Hook {
    async fn page(&self, limit: u16, cursor: Option<&str>) -> Result<Value, CliError> {
        let mut query = vec![("limit", limit.to_string())];
        let state = self.state.and_then(|state| serde_json::to_value(state).ok());
        query.extend(state.as_ref().and_then(Value::as_str).map(|state| ("state", state.to_owned())));
        query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
        self.client.ask(Method::GET, &self.path, &query, None).await
    }

    /// The ids of all that match, the oldest first: as they are before the first is sent again.
    async fn all(&self) -> Result<Vec<i64>, CliError> {
        let mut ids = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.page(PAGE, cursor.as_deref()).await?;
            ids.extend(items(&page).iter().filter_map(|delivery| delivery.get("id").and_then(Value::as_i64)));
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        ids.reverse();
        Ok(ids)
    }

    async fn replay(&self, json: bool) -> Result<ExitCode, CliError> {
        let ids = self.all().await?;
        let mut tally = Tally { all: u64::try_from(ids.len()).unwrap_or(u64::MAX), ..Tally::default() };
        let mut pace = Pace::new();
        let interrupted = self.send_again(&ids, &mut tally, &mut pace).await;
        pace.draw("");
        if json {
            let Tally { all, replayed, gone } = tally;
            say(&json!({ "replayed": replayed, "gone": gone, "of": all }).to_string())?;
        } else {
            say(&tally.words(&self.name, pace.ran()))?;
        }
        if interrupted? {
            remark("interrupted: the rest stays as it is; the same command goes on there")?;
            return Ok(ExitCode::FAILURE);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// True where somebody pressed Ctrl-C before all were sent.
    async fn send_again(&self, ids: &[i64], tally: &mut Tally, pace: &mut Pace) -> Result<bool, CliError> {
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        for id in ids {
            let path = format!("{}/{id}/replay", self.path);
            // What is under way is waited for, so that the count is right.
            let (status, text) = self.client.send(Method::POST, &path, &[], None).await?;
            match status {
                StatusCode::NOT_FOUND => tally.gone += 1,
                status if status.is_success() => tally.replayed += 1,
                status => return Err(CliError::Said(super::client::told(status, &text))),
            }
            if pace.is_due() {
                let line = counted("sent again", tally.replayed + tally.gone, tally.all, pace.ran());
                if pace.terminal { pace.draw(&line) } else { writeln!(io::stderr(), "{line}")? }
            }
            let now = std::future::ready(());
            let over = tally.replayed + tally.gone == tally.all;
            tokio::select! {
                biased;
                interrupted = &mut interrupt, if !over => { interrupted?; return Ok(true) }
                () = now => {}
            }
        }
        Ok(false)
    }
}

impl Tally {
    fn words(&self, hook: &str, ran: Duration) -> String {
        let gone = if self.gone > 0 { format!("; {} are gone", thousands(self.gone)) } else { String::new() };
        let (replayed, all) = (thousands(self.replayed), thousands(self.all));
        format!("{hook}: {replayed} of {all} will be sent again{gone} ({:.1} s)", ran.as_secs_f64())
    }
}

fn row(delivery: &Value) -> [String; 7] {
    let text = |name: &str| printable(delivery.get(name).and_then(Value::as_str).unwrap_or_default());
    let number = |name: &str| delivery.get(name).and_then(Value::as_i64).map(|n| n.to_string());
    let answer = [number("last_status"), Some(text("last_error")).filter(|error| !error.is_empty())];
    let answer = answer.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let answer: String = answer.replace('\n', " ").chars().take(40).collect();
    [
        to_the_second(&text("at")),
        text("type"),
        text("state"),
        number("attempts").unwrap_or_default(),
        if answer.is_empty() { "-".to_owned() } else { answer },
        text("call"),
        number("id").unwrap_or_default(),
    ]
}

fn style(state: &str) -> Style {
    match state {
        "delivered" => Style::Green,
        "dead" => Style::Red,
        _ => Style::Yellow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_how_the_last_try_went() {
        let delivery = json!({ "id": 7, "type": "call.finished", "call": "0199", "seq": 3, "state": "dead", "attempts": 9,
            "at": "2026-11-21T03:10:00.123Z", "next_at": null, "tried_at": null, "last_status": 500, "last_error": "no\u{1b}pe\n" });
        assert_eq!(row(&delivery), ["2026-11-21 03:10:00", "call.finished", "dead", "9", "500 nope ", "0199", "7"]);
        assert_eq!(row(&json!({ "state": "pending" }))[4], "-");
    }

    #[test]
    fn the_end_of_a_replay_says_how_far_it_came() {
        let words = |replayed, gone| Tally { all: 1_200, replayed, gone }.words("crm", Duration::from_millis(1_234));
        assert_eq!(words(1_200, 0), "crm: 1,200 of 1,200 will be sent again (1.2 s)");
        assert_eq!(words(800, 2), "crm: 800 of 1,200 will be sent again; 2 are gone (1.2 s)");
    }

    #[test]
    fn a_name_is_one_part_of_the_path() {
        assert_eq!(hook_path("a b/../c"), "/api/v1/webhooks/a%20b%2F..%2Fc/deliveries");
    }
}
