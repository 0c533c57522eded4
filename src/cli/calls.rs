//! `calls`, `finish` and `health`: the REST API from a terminal.

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    accounts::user_id,
    client::{ApiArgs, Client, ServerArgs, items},
    follow::follow,
    output::{CliError, colours, printable, say, table, to_the_second},
};
use crate::{
    clock,
    protocol::{
        ids::UserId,
        record::{CallState, Timestamp},
    },
    terminal::{span, style},
};

const CALLS_EXAMPLES: &str = "\
Examples:
  hookswitch calls                             the last fifty
  hookswitch calls --user alice --state ended
  hookswitch calls --follow                    as they happen, until Ctrl-C
  hookswitch calls --json | jq '.items[].reason'";

#[derive(Debug, Args)]
#[command(after_help = CALLS_EXAMPLES)]
pub(super) struct CallsArgs {
    /// Only calls from or to this user
    #[arg(long, value_parser = user_id)]
    user: Option<UserId>,
    /// Only calls that have come so far: requested, ringing, talking or ended
    #[arg(long, value_parser = state)]
    state: Option<CallState>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
    /// As JSON, every field; with --follow a line for each event
    #[arg(long)]
    json: bool,
    /// Show calls as they happen. Comes back by itself where the server goes away for a while
    #[arg(long, conflicts_with_all = ["state", "limit"])]
    follow: bool,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct FinishArgs {
    /// The call's id
    call: Uuid,
    /// The code that both parties are told
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_name = "CODE")]
    error_code: i32,
    #[command(flatten)]
    api: ApiArgs,
}

#[derive(Debug, Args)]
pub(super) struct HealthArgs {
    #[command(flatten)]
    server: ServerArgs,
}

fn state(name: &str) -> Result<CallState, &'static str> {
    CallState::parse(name).ok_or("a state is requested, ringing, talking or ended")
}

pub(super) async fn list(args: CallsArgs) -> Result<(), CliError> {
    if args.follow {
        return follow(Client::new(args.api)?, args.user, args.json).await;
    }
    let mut query = vec![("limit", args.limit.to_string())];
    query.extend(args.user.map(|user| ("user", user.as_str().to_owned())));
    query.extend(args.state.map(|state| ("state", state.as_str().to_owned())));
    let page = Client::new(args.api)?.ask(Method::GET, "/api/v1/calls", &query, None).await?;
    if args.json {
        return say(&format!("{page:#}"));
    }
    let rows: Vec<Row> = items(&page).iter().map(|call| Row::of(call, clock::wall())).collect();
    say(&call_table(&rows, colours()))
}

pub(super) async fn finish(args: FinishArgs) -> Result<(), CliError> {
    let body = json!({ "error_code": args.error_code, "user_str": "" });
    let path = format!("/api/v1/calls/{}/finish", args.call);
    let call = Client::new(args.api)?.ask(Method::POST, &path, &[], Some(&body)).await?;
    let row = Row::of(&call, clock::wall());
    say(&format!("{}: {}, {}, {}", row.state, row.who, row.lasted, row.end))
}

pub(super) async fn health(args: HealthArgs) -> Result<(), CliError> {
    let (status, text) = Client::anonymous(args.server)?.send(Method::GET, "/readyz", &[], None).await?;
    if status.is_success() {
        return say("ready");
    }
    Err(CliError::Said(format!("not ready (HTTP {}): {}", status.as_u16(), printable(text.trim()))))
}

/// What a person wants to know of a call.
struct Row {
    requested: String,
    state: String,
    who: String,
    lasted: String,
    end: String,
    id: String,
}

impl Row {
    fn of(call: &Value, now: Timestamp) -> Self {
        let text = |name: &str| printable(call.get(name).and_then(Value::as_str).unwrap_or_default());
        let time = |name: &str| call.get(name).and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
        let number = |name: &str| call.get(name).and_then(Value::as_u64);
        let state = text("state");
        let lasted = match (time("started_at"), time("ringing_at")) {
            (Some(started), _) => {
                format!("talked {}", span(number("talk_ms").unwrap_or_else(|| now.ms_since(started))))
            }
            (None, Some(ringing)) => {
                format!("rang {}", span(number("ring_ms").unwrap_or_else(|| now.ms_since(ringing))))
            }
            (None, None) => "-".into(),
        };
        let code = call.get("error_code").and_then(Value::as_i64);
        let end =
            code.map_or_else(|| "-".to_owned(), |code| format!("{code} {}", text("reason")).trim_end().to_owned());
        let requested = to_the_second(&text("requested_at"));
        Self { requested, state, who: format!("{} -> {}", text("caller"), text("callee")), lasted, end, id: text("id") }
    }

    fn cells(&self) -> [String; 6] {
        [&self.requested, &self.state, &self.who, &self.lasted, &self.end, &self.id].map(String::clone)
    }

    /// The colour of the state, as a terminal takes it.
    fn colour(&self) -> &'static str {
        style(CallState::parse(&self.state).unwrap_or(CallState::Ended)).code()
    }
}

fn call_table(rows: &[Row], colours: bool) -> String {
    let heads = ["REQUESTED (UTC)", "STATE", "WHO", "HOW LONG", "END", "CALL"];
    let colour = |n: usize| rows.get(n).filter(|_| colours).map(Row::colour);
    table(heads, &rows.iter().map(Row::cells).collect::<Vec<_>>(), colour).unwrap_or_else(|| "no calls".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Vec<Value> {
        vec![
            json!({ "id": "0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11", "state": "talking", "caller": "alice", "callee": "bob",
                "requested_at": "2026-11-21T03:10:00.000Z", "ringing_at": "2026-11-21T03:10:00.100Z",
                "started_at": "2026-11-21T03:10:05.000Z", "error_code": null, "reason": null, "talk_ms": null }),
            json!({ "id": "0199f2a4-0000-7d3a-9b0f-2f6f0a1c9e11", "state": "ended", "caller": "carol-with-a-long-name",
                "callee": "bob", "requested_at": "2026-11-21T03:09:00.000Z", "error_code": 100_103, "reason": "busy" }),
        ]
    }

    #[test]
    fn the_table_is_aligned_and_says_code_and_name() {
        let now = Timestamp::parse_rfc3339("2026-11-21T03:11:10Z").unwrap();
        let rows: Vec<Row> = calls().iter().map(|call| Row::of(call, now)).collect();
        assert_eq!(
            call_table(&rows, false),
            "REQUESTED (UTC)      STATE    WHO                            HOW LONG         END          CALL\n\
             2026-11-21 03:10:00  talking  alice -> bob                   talked 1:05 min  -            \
             0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11\n\
             2026-11-21 03:09:00  ended    carol-with-a-long-name -> bob  -                100103 busy  \
             0199f2a4-0000-7d3a-9b0f-2f6f0a1c9e11"
        );
        assert!(call_table(&rows, true).contains("\u{1b}[32m2026"));
        assert_eq!(call_table(&[], true), "no calls");
    }
}
