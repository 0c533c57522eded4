//! `audit`: who changed what, from a terminal.

use clap::Args;
use reqwest::Method;
use serde_json::Value;

use super::{
    client::{ApiArgs, Client, items},
    output::{CliError, printable, say, table, to_the_second},
};

const EXAMPLES: &str = "\
Examples:
  hookswitch audit                             the last fifty
  hookswitch audit --target users/alice
  hookswitch audit --action webhooks_put --json";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArgs {
    /// Only what this key did: its id, `dev`, or `cli` for the command line
    #[arg(long, value_name = "ID")]
    key: Option<String>,
    /// Only this action, as users_put or keys_revoke
    #[arg(long)]
    action: Option<String>,
    /// Only what was done to this, as users/alice
    #[arg(long)]
    target: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
    /// As JSON, every field
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    api: ApiArgs,
}

pub(super) async fn list(args: AuditArgs) -> Result<(), CliError> {
    let mut query = vec![("limit", args.limit.to_string())];
    for (name, value) in [("key", args.key), ("action", args.action), ("target", args.target)] {
        query.extend(value.map(|value| (name, value)));
    }
    let page = Client::new(args.api)?.ask(Method::GET, "/api/v1/audit", &query, None).await?;
    if args.json {
        return say(&format!("{page:#}"));
    }
    let rows: Vec<_> = items(&page).iter().map(cells).collect();
    let heads = ["WHEN (UTC)", "KEY", "FROM", "ACTION", "TARGET", "RESULT"];
    say(&table(heads, &rows, |_| None).unwrap_or_else(|| "nothing".to_owned()))
}

fn cells(row: &Value) -> [String; 6] {
    let text = |name: &str| row.get(name).and_then(Value::as_str).map(printable).unwrap_or_default();
    let number = |name: &str| row.get(name).and_then(Value::as_i64);
    let name = Some(text("key_name")).filter(|name| !name.is_empty()).map(|name| format!(" ({name})"));
    let mut result = number("status").map_or_else(|| "done".to_owned(), |status| status.to_string());
    result.extend(number("error_code").map(|code| format!(", error code {code}")));
    result.extend(number("times").filter(|times| *times > 1).map(|times| format!(", {times} times")));
    let key = text("key") + &name.unwrap_or_default();
    [to_the_second(&text("at")), key, text("address"), text("action"), text("target"), result]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_says_who_what_and_how_it_came_out() {
        let row = json!({ "id": 7, "at": "2026-11-21T03:10:00.123Z", "key": "0199", "key_name": "crm", "address": "10.0.0.7",
            "action": "users_put", "target": "users/alice", "status": 403, "error_code": 21, "times": 9 });
        let cells = cells(&row);
        let expected = ["2026-11-21 03:10:00", "0199 (crm)", "10.0.0.7", "users_put", "users/alice"];
        assert_eq!(cells[..5], expected);
        assert_eq!(cells[5], "403, error code 21, 9 times");
        let bare =
            json!({ "at": "2026-11-21T03:10:00.123Z", "key": "cli", "action": "keys_new", "status": null, "times": 1 });
        assert_eq!(super::cells(&bare)[5], "done");
    }
}
