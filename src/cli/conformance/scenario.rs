//! The scenarios: read from the files of `tests/conformance`, which are part of the binary.

use serde::Deserialize;
use serde_json::Value;

use crate::config::Glare;

/// Every file, in the order of the groups.
pub(super) const FILES: [(&str, &str); 8] = [
    ("calls", include_str!("../../../tests/conformance/calls.toml")),
    ("untidy", include_str!("../../../tests/conformance/untidy.toml")),
    ("devices", include_str!("../../../tests/conformance/devices.toml")),
    ("glare", include_str!("../../../tests/conformance/glare.toml")),
    ("frames", include_str!("../../../tests/conformance/frames.toml")),
    ("sessions", include_str!("../../../tests/conformance/sessions.toml")),
    ("lines", include_str!("../../../tests/conformance/lines.toml")),
    ("business", include_str!("../../../tests/conformance/business.toml")),
];

/// One file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(rename = "about")]
    _about: String,
    scenario: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    source: String,
    #[serde(default)]
    actors: Vec<String>,
    #[serde(default)]
    slow: bool,
    #[serde(default, deserialize_with = "glare")]
    glare: Option<Glare>,
    steps: String,
}

fn glare<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Glare>, D::Error> {
    let glare = Glare::parse(&String::deserialize(deserializer)?);
    glare.map(Some).ok_or_else(|| serde::de::Error::custom("glare is join or busy"))
}

/// Who does what, and what must come of it.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) group: &'static str,
    pub(super) name: String,
    /// Where the contract says so.
    pub(super) source: String,
    /// Who is logged in when it begins.
    pub(super) actors: Vec<Actor>,
    /// It waits for a time of the server's own.
    pub(super) slow: bool,
    /// Of which setting it speaks.
    pub(super) glare: Option<Glare>,
    pub(super) steps: Vec<Step>,
}

/// One of a user's devices, as `bob/phone`; `bob` alone is the device without a name. `bob/phone#2` is the same device on
/// another connection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Actor {
    pub(super) user: String,
    pub(super) device: String,
    connection: String,
}

impl Actor {
    fn parse(text: &str) -> Self {
        let (text, connection) = text.split_once('#').unwrap_or((text, ""));
        let (user, device) = text.split_once('/').unwrap_or((text, ""));
        Self { user: user.to_owned(), device: device.to_owned(), connection: connection.to_owned() }
    }
}

/// A line of a scenario.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) action: Action,
}

#[derive(Debug)]
pub(super) enum Action {
    /// Opens a connection and says nothing.
    Connect(Actor),
    /// Opens a connection whose URL has this query, and is refused.
    Refused(Actor, String),
    /// Opens a connection and logs in.
    LogIn(Actor, Value),
    /// Opens a connection and continues the session.
    Resume(Actor, Value),
    Send(Actor, Value),
    SendText(Actor, String),
    /// The next frame is this one.
    Hear(Actor, Value),
    /// No frame has come that was not heard.
    HearNothing(Actor),
    Closed(Actor, u16),
    /// Drops the connection without a word.
    Cut(Actor),
    /// REST: a request.
    Ask {
        method: reqwest::Method,
        path: String,
        body: Option<Value>,
    },
    /// REST: the answer to the last request.
    Get(u16, Value),
    /// The hook's next verdict.
    Answer(Value),
    /// The hook gives no verdict until it is told which.
    Hold,
    /// The hook was sent this, now or earlier.
    Told(Value),
    /// One of these, by what is heard first.
    Either(Vec<Vec<Step>>),
}

impl Scenario {
    /// Whether the server must be able to reach this program as a hook.
    pub(super) fn needs_hook(&self) -> bool {
        any(&self.steps, &|action| matches!(action, Action::Answer(_) | Action::Hold | Action::Told(_)))
    }

    /// Whether the REST API is used.
    pub(super) fn needs_key(&self) -> bool {
        any(&self.steps, &|action| matches!(action, Action::Ask { .. }))
    }

    /// What a server or this program must have for it, in words; empty where nothing.
    pub(super) fn needs(&self) -> String {
        let glare = match self.glare {
            Some(Glare::Busy) => "--glare busy",
            Some(Glare::Join) => "--glare join",
            None => "",
        };
        let all = [
            if self.needs_hook() { "--hook-port" } else { "" },
            if self.needs_key() { "an API key" } else { "" },
            if self.slow { "--slow" } else { "" },
            glare,
        ];
        all.into_iter().filter(|need| !need.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

fn any(steps: &[Step], is: &impl Fn(&Action) -> bool) -> bool {
    steps.iter().any(|step| match &step.action {
        Action::Either(ways) => ways.iter().any(|way| any(way, is)),
        action => is(action),
    })
}

/// Every scenario.
///
/// # Errors
/// Which file or line cannot be read, and why.
pub(super) fn all() -> Result<Vec<Scenario>, String> {
    let mut scenarios = Vec::new();
    for (group, text) in FILES {
        let file: Group = toml::from_str(text).map_err(|error| format!("{group}.toml: {error}"))?;
        for Written { name, source, actors, slow, glare, steps } in file.scenario {
            let read = parse(&steps).map_err(|error| format!("{group}.toml, {name:?}: {error}"))?;
            let actors = actors.iter().map(|actor| Actor::parse(actor)).collect();
            scenarios.push(Scenario { group, name, source, actors, slow, glare, steps: read });
        }
    }
    Ok(scenarios)
}

/// Reads the lines of a scenario.
fn parse(text: &str) -> Result<Vec<Step>, String> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# "));
    let (steps, end) = block(&mut lines)?;
    if end.is_empty() { Ok(steps) } else { Err(format!("`{end}` without `either`")) }
}

/// The lines up to `or`, `end` or the last one, and which of these it was.
fn block<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Result<(Vec<Step>, &'a str), String> {
    let mut steps = Vec::new();
    while let Some(line) = lines.next() {
        match line {
            "or" | "end" => return Ok((steps, line)),
            "either" => {
                let mut ways = Vec::new();
                let mut more = "or";
                while more == "or" {
                    let (way, end) = block(lines)?;
                    if !matches!(way.first().map(|step| &step.action), Some(Action::Hear(..))) {
                        return Err("each way of an `either` begins with what somebody hears".to_owned());
                    }
                    ways.push(way);
                    more = end;
                }
                if more.is_empty() {
                    return Err("`either` without `end`".to_owned());
                }
                steps.push(Step { text: "either … or …".to_owned(), action: Action::Either(ways) });
            }
            _ => steps
                .push(Step { text: line.to_owned(), action: action(line).map_err(|why| format!("{line}: {why}"))? }),
        }
    }
    Ok((steps, ""))
}

fn action(line: &str) -> Result<Action, String> {
    let (who, what) = line.split_once(' ').ok_or("a line is who does what")?;
    let what = what.trim_start();
    if who == "business" {
        return business(what);
    }
    let actor = Actor::parse(who);
    Ok(match what {
        "connects" => Action::Connect(actor),
        "hears nothing" => Action::HearNothing(actor),
        "is cut" => Action::Cut(actor),
        _ => {
            if let Some(query) = what.strip_prefix("is refused ") {
                Action::Refused(actor, query.to_owned())
            } else if let Some(code) = what.strip_prefix("is closed ") {
                Action::Closed(actor, code.parse().map_err(|_| "a close code is a number")?)
            } else if let Some(text) = what.strip_prefix("sends text ") {
                Action::SendText(actor, text.to_owned())
            } else if let Some(frame) = what.strip_prefix("sends ") {
                Action::Send(actor, json(frame)?)
            } else if let Some(frame) = what.strip_prefix("hears ") {
                Action::Hear(actor, json(frame)?)
            } else if let Some(frame) = what.strip_prefix("logs in") {
                Action::LogIn(actor, pattern(frame)?)
            } else if let Some(frame) = what.strip_prefix("resumes") {
                Action::Resume(actor, pattern(frame)?)
            } else {
                return Err("connects, logs in, resumes, sends, hears, is cut, is closed or is refused".to_owned());
            }
        }
    })
}

fn business(what: &str) -> Result<Action, String> {
    Ok(if what == "holds its verdict" {
        Action::Hold
    } else if let Some(answer) = what.strip_prefix("answers ") {
        Action::Answer(json(answer)?)
    } else if let Some(told) = what.strip_prefix("hears ") {
        Action::Told(json(told)?)
    } else if let Some(answer) = what.strip_prefix("gets ") {
        let (status, body) = answer.split_once(' ').unwrap_or((answer, ""));
        Action::Get(status.parse().map_err(|_| "a status is a number")?, pattern(body)?)
    } else if let Some(request) = what.strip_prefix("asks ") {
        let mut parts = request.splitn(3, ' ');
        let (method, path) = (parts.next().unwrap_or_default(), parts.next().ok_or("a method and a path")?);
        let method = method.parse().map_err(|_| "no such method")?;
        Action::Ask { method, path: path.to_owned(), body: parts.next().map(json).transpose()? }
    } else {
        return Err("holds its verdict, answers, hears, asks or gets".to_owned());
    })
}

/// JSON that may be left out: then anything will do.
fn pattern(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() { Ok(Value::Object(serde_json::Map::new())) } else { json(text) }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, ffi::OsString};

    use super::*;

    #[test]
    fn every_scenario_can_be_read_and_has_a_name_of_its_own() {
        let all = all().unwrap();
        let names: BTreeSet<_> = all.iter().map(|scenario| (scenario.group, &scenario.name)).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|scenario| !scenario.steps.is_empty() && !scenario.source.is_empty()));
    }

    #[test]
    fn no_file_is_forgotten() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name()).collect();
        let mut known: Vec<_> = FILES.iter().map(|(group, _)| OsString::from(format!("{group}.toml"))).collect();
        files.sort();
        known.sort();
        assert_eq!(files, known);
    }

    #[test]
    fn a_line_that_means_nothing_is_refused() {
        for (text, says) in [
            ("alice dances", "connects, logs in"),
            ("alice sends {", "EOF"),
            ("alice is closed late", "a close code"),
            ("business asks GET", "a method and a path"),
            ("either\nalice is cut\nend", "begins with what somebody hears"),
            ("either\nalice hears {}", "without `end`"),
            ("end", "without `either`"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
