//! Lines for people at a terminal: the time of day, what happened, and each step of a call as an arrow between two names.

use std::{
    fmt::{self, Debug},
    io,
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use crate::{
    clock,
    protocol::record::CallState,
    terminal::{self, Line, Step, Style, shortened},
};

/// Where the columns of a step begin.
const WHO: usize = 14;
const STATE: usize = 42;
const TOOK: usize = 53;
const ID: usize = 70;
/// What is left of a name where a line would be too wide.
const NAME: usize = 11;
/// How wide a terminal must be to show the whole id of a call beside its end.
const ROOM_FOR_IDS: usize = 128;
/// What is shown of an id elsewhere: its end, since calls of the same minute begin alike.
const ID_TAIL: usize = 8;

/// The format.
pub(super) struct TextLine {
    pub(super) colours: bool,
}

impl<S, N> FormatEvent<S, N> for TextLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let now = clock::wall().to_rfc3339();
        let time = now.get(11..23).unwrap_or_default();
        let (columns, _) = terminal::size(&io::stderr());
        let line = fields.step(time, columns).unwrap_or_else(|| fields.plain(time, *event.metadata().level()));
        writeln!(writer, "{}", line.show(self.colours))
    }
}

/// What an event says.
#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Fields {
    fn text(&self, name: &str) -> Option<&str> {
        self.others.iter().find(|(other, _)| *other == name).map(|(_, text)| text.as_str())
    }

    /// The line of a call's step, where the event is one.
    fn step(&self, time: &str, columns: usize) -> Option<Line> {
        let (caller, callee, id) = (self.text("caller")?, self.text("callee")?, self.text("call")?);
        let state = CallState::parse(self.text("state")?).filter(|_| self.message == "call")?;
        let number = |name: &str| self.text(name).and_then(|text| text.parse().ok());
        let step = Step {
            state,
            code: self.text("code").and_then(|text| text.parse().ok()),
            reason: self.text("reason"),
            asked_ms: number("asked_ms"),
            ring_ms: number("ring_ms"),
            talk_ms: number("talk_ms"),
        };
        let arrow = match state {
            CallState::Requested | CallState::Ringing => "──▶",
            CallState::Talking => "◀─▶",
            CallState::Ended => "──✕",
        };
        let tail = id.len().saturating_sub(if columns < ROOM_FOR_IDS { ID_TAIL } else { id.len() });
        let mark = if tail > 0 { "…" } else { "" };
        let shown = |caller: &str, callee: &str| {
            let line = Line::default()
                .with(Style::Dim, time)
                .pad_to(WHO)
                .with(Style::Bold, caller)
                .with(step.style(), format!(" {arrow} "))
                .with(Style::Bold, callee)
                .pad_to(STATE)
                .with(step.style(), state.as_str())
                .pad_to(TOOK)
                .with(Style::Plain, step.took())
                .pad_to(ID)
                .with(Style::Dim, format!("{mark}{}", id.get(tail..).unwrap_or_default()));
            if state == CallState::Ended { line.pad_to(0).with(step.style(), step.end()) } else { line }
        };
        // By the names alone, so that all lines of a call name its users alike.
        let fits = WHO + caller.len() + callee.len() + 7 <= STATE || columns >= ROOM_FOR_IDS;
        Some(if fits { shown(caller, callee) } else { shown(&shortened(caller, NAME), &shortened(callee, NAME)) })
    }

    fn plain(&self, time: &str, level: Level) -> Line {
        let style = match level {
            Level::ERROR => Style::Red,
            Level::WARN => Style::Yellow,
            Level::INFO => Style::Green,
            _ => Style::Dim,
        };
        let line = Line::default().with(Style::Dim, time).with(style, format!(" {level:>5} "));
        let line = line.with(Style::Plain, &self.message);
        let fields = self.others.iter().filter(|(name, _)| !name.starts_with("log."));
        fields.fold(line, |line, (name, text)| {
            line.with(Style::Dim, format!(" {name}=")).with(Style::Plain, terminal::printable(text).replace('\n', " "))
        })
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            name => self.others.push((name, value.to_owned())),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11";

    fn fields(message: &str, others: &[(&'static str, &str)]) -> Fields {
        let others = others.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        Fields { message: message.to_owned(), others }
    }

    fn step(columns: usize, colours: bool, more: &[(&'static str, &str)]) -> String {
        let all = [&[("call", ID), ("caller", "alice"), ("callee", "bob")], more].concat();
        fields("call", &all).step("12:03:04.123", columns).unwrap().show(colours)
    }

    #[test]
    fn each_step_of_a_call_is_one_aligned_line() {
        let lines = [
            step(100, false, &[("state", "requested")]),
            step(100, false, &[("state", "ringing"), ("asked_ms", "3")]),
            step(100, false, &[("state", "ended"), ("reason", "refused"), ("code", "100104"), ("ring_ms", "1200")]),
        ];
        assert_eq!(
            lines.join("\n"),
            "12:03:04.123  alice ──▶ bob               requested                   …0a1c9e11\n\
             12:03:04.123  alice ──▶ bob               ringing    after 3 ms       …0a1c9e11\n\
             12:03:04.123  alice ──✕ bob               ended      rang 1.2 s       …0a1c9e11  100104 refused"
        );
        let wide = step(130, false, &[("state", "talking"), ("ring_ms", "1200")]);
        assert_eq!(wide, format!("12:03:04.123  alice ◀─▶ bob               talking    rang 1.2 s       {ID}"));
        let coloured = step(100, true, &[("state", "ended"), ("reason", "refused"), ("code", "100104")]);
        assert!(coloured.contains("\u{1b}[31m100104 refused\u{1b}[0m"), "{coloured:?}");
        let long = [("call", ID), ("caller", "conformance-87-alice"), ("callee", "conformance-87-bob")];
        let end = [("state", "ended"), ("reason", "disconnected"), ("code", "100106"), ("talk_ms", "3599000")];
        let line = fields("call", &[&long[..], &end[..]].concat()).step("12:03:04.123", 100).unwrap();
        assert!(
            line.width() <= 100 && line.show(false).contains("confo…alice ──✕ confo…7-bob"),
            "{}",
            line.show(false)
        );
    }

    #[test]
    fn everything_else_is_a_message_with_its_fields_and_steers_no_terminal() {
        let line = fields("ready", &[("address", "127.0.0.1:8080"), ("x", "a\u{1b}[2Jb\nc"), ("log.line", "7")]);
        assert!(line.step("12:03:04.123", 100).is_none());
        assert_eq!(
            line.plain("12:03:04.123", Level::INFO).show(false),
            "12:03:04.123  INFO ready address=127.0.0.1:8080 x=a[2Jb c"
        );
    }
}
