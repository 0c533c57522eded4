//! Calls as arrows: a line for each call that is drawn anew as it goes on, or a line for each step where nothing can be drawn anew.

use serde_json::Value;

use super::super::output::printable;
use crate::{
    protocol::record::{CallState, Timestamp},
    terminal::{Line, Step, Style, brief, shortened},
};

/// Where the columns begin.
const WHO: usize = 14;
const SPAN: usize = 52;
const END: usize = 70;
/// How wide a terminal must be for names that do not fit into their column.
const WIDE: usize = 140;
/// What is left of them elsewhere.
const NAME: usize = 11;
/// The most lines that are drawn anew.
const MOST: usize = 40;

/// A step of a call, as the stream of events tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    id: String,
    caller: String,
    callee: String,
    state: CallState,
    at: Timestamp,
    requested_at: Timestamp,
    ringing_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    code: Option<i64>,
    reason: Option<String>,
    ended_by: Option<String>,
}

impl Told {
    /// Reads the body of an event. `None`: it is of no call.
    pub(super) fn of(body: &Value) -> Option<Self> {
        let call = body.pointer("/data/call")?;
        let text = |name: &str| call.get(name).and_then(Value::as_str).map(printable);
        let time = |name: &str| call.get(name).and_then(Value::as_str).and_then(Timestamp::parse_rfc3339);
        Some(Self {
            id: text("id")?,
            caller: text("caller")?,
            callee: text("callee")?,
            state: CallState::parse(&text("state")?)?,
            at: body.get("timestamp").and_then(Value::as_str).and_then(Timestamp::parse_rfc3339)?,
            requested_at: time("requested_at")?,
            ringing_at: time("ringing_at"),
            started_at: time("started_at"),
            code: call.get("error_code").and_then(Value::as_i64),
            reason: text("reason"),
            ended_by: text("ended_by"),
        })
    }

    /// Whether this user is a party.
    pub(super) fn is_of(&self, user: &str) -> bool {
        self.caller == user || self.callee == user
    }

    fn is_over(&self) -> bool {
        self.state == CallState::Ended
    }

    fn step(&self) -> Step<'_> {
        let over = self.is_over().then_some(self.at);
        Step {
            state: self.state,
            code: self.code,
            reason: self.reason.as_deref(),
            asked_ms: self.ringing_at.map(|at| at.ms_since(self.requested_at)),
            ring_ms: self.ringing_at.and_then(|at| Some(self.started_at.or(over)?.ms_since(at))),
            talk_ms: self.started_at.and_then(|at| Some(over?.ms_since(at))),
        }
    }

    /// The code, its name, and whose doing it was.
    fn end(&self) -> String {
        let by = self.ended_by.as_deref().filter(|_| self.is_over()).map(|by| format!(" by {by}"));
        format!("{}{}", self.step().end(), by.unwrap_or_default())
    }

    /// The step alone, for whoever reads a file or a pipe.
    pub(super) fn plain(&self) -> String {
        let step = self.step();
        let words = [step.took(), self.end()];
        let words: Vec<_> = words.iter().filter(|word| !word.is_empty()).map(String::as_str).collect();
        let line = Line::default()
            .with(Style::Plain, self.at.to_rfc3339())
            .with(Style::Plain, format!("  {}  {} -> {}", self.id, self.caller, self.callee))
            .pad_to(90)
            .with(Style::Plain, self.state.as_str())
            .pad_to(101)
            .with(Style::Plain, words.join(", "));
        line.show(false)
    }

    /// The call as it stands now, in so many columns.
    fn arrow(&self, now: Timestamp, columns: usize) -> Line {
        // By the names alone, so that a call names its users alike for as long as it lives.
        let fits = WHO + self.caller.len() + self.callee.len() + 15 <= SPAN || columns >= WIDE;
        let line = match fits {
            true => self.arrow_between(now, &self.caller, &self.callee),
            false => self.arrow_between(now, &shortened(&self.caller, NAME), &shortened(&self.callee, NAME)),
        };
        line.clip(columns)
    }

    fn arrow_between(&self, now: Timestamp, caller: &str, callee: &str) -> Line {
        let step = self.step();
        let arrow = match self.state {
            CallState::Requested => "──request─▶",
            CallState::Ringing => "──ringing─▶",
            CallState::Talking => "◀─talking─▶",
            CallState::Ended => "───ended──✕",
        };
        let since = match self.state {
            CallState::Requested => Some(self.requested_at),
            CallState::Ringing => self.ringing_at,
            CallState::Talking => self.started_at,
            CallState::Ended => None,
        };
        let span =
            since.map_or_else(|| step.took(), |since| format!("{} {}", self.state.as_str(), elapsed(now, since)));
        let time = self.requested_at.to_rfc3339();
        Line::default()
            .with(Style::Dim, time.get(11..23).unwrap_or_default())
            .pad_to(WHO)
            .with(Style::Bold, caller)
            .with(step.style(), format!(" {arrow} "))
            .with(Style::Bold, callee)
            .pad_to(SPAN)
            .with(if self.is_over() { Style::Plain } else { step.style() }, span)
            .pad_to(END)
            .with(step.style(), self.end())
    }
}

/// A clock that runs on the screen: tenths of seconds, then whole ones.
fn elapsed(now: Timestamp, since: Timestamp) -> String {
    match now.ms_since(since) {
        ms if ms < 1000 => format!("0.{} s", ms / 100),
        ms => brief(ms),
    }
}

/// A line on the screen.
#[derive(Debug)]
enum Shown {
    Call(Told),
    Note(Line),
}

/// The last lines on the screen, which can be drawn anew, and those that leave it.
#[derive(Debug, Default)]
pub(super) struct Picture {
    last: Vec<Shown>,
}

impl Picture {
    /// A call has come a step further. In its own line where that is among the last, otherwise in a new one.
    pub(super) fn step(&mut self, told: Told) {
        let same = self.last.iter_mut().find_map(|line| match line {
            Shown::Call(call) if call.id == told.id && !call.is_over() => Some(call),
            _ => None,
        });
        match same {
            Some(call) => *call = told,
            None => self.last.push(Shown::Call(told)),
        }
    }

    /// Something else is to be said.
    pub(super) fn note(&mut self, text: &str) {
        self.last.push(Shown::Note(Line::default().pad_to(WHO).with(Style::Yellow, text)));
    }

    /// Whether there is a clock that runs.
    pub(super) fn is_alive(&self) -> bool {
        self.last.iter().any(|line| matches!(line, Shown::Call(call) if !call.is_over()))
    }

    /// What is drawn, for a terminal of so many columns and rows: the lines that stay for good now, then those that can change.
    pub(super) fn draw(&mut self, now: Timestamp, (columns, rows): (usize, usize), colours: bool) -> (String, String) {
        let show = |line: &Shown| {
            let line = match line {
                Shown::Call(call) => call.arrow(now, columns),
                Shown::Note(note) => note.clone().clip(columns),
            };
            format!("{}\n", line.show(colours))
        };
        // Nothing changes any more above the first call that goes on, and what has left the screen cannot be reached.
        let settled = self.last.iter().position(|line| matches!(line, Shown::Call(call) if !call.is_over()));
        let settled = settled.unwrap_or(self.last.len());
        let gone = self.last.len().saturating_sub(rows.saturating_sub(1).clamp(1, MOST));
        let above = self.last.drain(..settled.max(gone)).map(|line| show(&line)).collect();
        (above, self.last.iter().map(show).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AT: i64 = 1_763_694_600_000_000;

    fn told(call: u32, state: &str, ms: i64) -> Told {
        let time = |ms: i64| Timestamp(AT + ms * 1000).to_rfc3339();
        let rang = state != "requested";
        let talked = state == "talking" || call == 2;
        let mut body = json!({ "timestamp": time(ms), "data": { "call": {
            "id": format!("0199f2a4-0000-7d3a-9b0f-{call:012}"), "caller": "alice", "callee": "bob", "state": state,
            "requested_at": time(0), "ringing_at": rang.then(|| time(3)),
            "started_at": (rang && talked).then(|| time(1_203)),
        } } });
        if state == "ended" {
            let end = if talked { (0, "hangup", "caller") } else { (100_104, "refused", "callee") };
            let call = body.pointer_mut("/data/call").unwrap();
            (call["error_code"], call["reason"], call["ended_by"]) = (end.0.into(), end.1.into(), end.2.into());
        }
        Told::of(&body).unwrap()
    }

    fn draw(picture: &mut Picture, ms: i64, size: (usize, usize)) -> (String, String) {
        picture.draw(Timestamp(AT + ms * 1000), size, false)
    }

    #[test]
    fn a_call_keeps_its_line_while_it_goes_on() {
        let mut picture = Picture::default();
        picture.step(told(1, "requested", 0));
        let line = |middle: &str, span: &str| format!("03:10:00.000  alice {middle} bob                 {span}\n");
        assert_eq!(draw(&mut picture, 200, (100, 24)), (String::new(), line("──request─▶", "requested 0.2 s")));
        picture.step(told(1, "ringing", 3));
        assert_eq!(draw(&mut picture, 1_203, (100, 24)), (String::new(), line("──ringing─▶", "ringing 1.2 s")));
        picture.step(told(2, "ringing", 3));
        picture.step(told(1, "ended", 1_203));
        let (above, block) = draw(&mut picture, 1_203, (100, 24));
        assert_eq!(above, line("───ended──✕", "rang 1.2 s        100104 refused by callee"));
        assert_eq!(block, line("──ringing─▶", "ringing 1.2 s"));
        assert!(picture.is_alive());
        picture.step(told(2, "ended", 61_203));
        assert_eq!(
            draw(&mut picture, 61_203, (100, 24)).0,
            line("───ended──✕", "talked 1:00 min   0 hangup by caller")
        );
        assert!(!picture.is_alive());
    }

    #[test]
    fn what_has_scrolled_away_gets_a_new_line_and_nothing_is_wider_than_the_terminal() {
        let mut picture = Picture::default();
        (1..=4).for_each(|call| picture.step(told(call, "ringing", 3)));
        let (above, block) = draw(&mut picture, 1_003, (40, 4));
        assert_eq!((above.lines().count(), block.lines().count()), (1, 3));
        assert!(block.lines().all(|line| line.chars().count() <= 40));
        picture.step(told(1, "ended", 1_003));
        let (above, block) = draw(&mut picture, 1_003, (100, 4));
        assert_eq!((above.lines().count(), block.lines().count()), (1, 3), "{above}{block}");
        assert!(block.lines().last().unwrap().contains("refused"), "{block}");
    }

    #[test]
    fn elsewhere_each_step_is_a_line() {
        assert_eq!(
            told(1, "ended", 1_203).plain(),
            "2025-11-21T03:10:01.203Z  0199f2a4-0000-7d3a-9b0f-000000000001  alice -> bob              \
             ended      rang 1.2 s, 100104 refused by callee"
        );
        assert!(told(1, "ringing", 3).plain().ends_with("ringing    after 3 ms"));
        assert!(told(1, "requested", 0).plain().ends_with("  requested"));
        assert!(told(1, "ringing", 3).is_of("bob") && !told(1, "ringing", 3).is_of("carol"));
    }

    #[test]
    fn what_steers_a_terminal_is_left_out() {
        let mut body = json!({ "timestamp": "2025-11-21T03:10:00Z", "data": { "call": { "id": "x", "caller": "a\u{1b}[2J",
            "callee": "b", "state": "ringing", "requested_at": "2025-11-21T03:10:00Z" } } });
        assert!(Told::of(&body).unwrap().plain().contains("a[2J -> b"));
        body["data"] = json!({ "user": "alice" });
        assert_eq!(Told::of(&body), None);
    }
}
