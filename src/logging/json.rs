//! One JSON object a line: `timestamp`, `level`, `message`, then the event's fields, then `target`.
//!
//! Each call leaves a line, so that a line should cost little. tracing-subscriber's own JSON goes through a general
//! serialiser and costs a call a tenth of its time.

use std::{
    error::Error,
    fmt::{self, Debug},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

use crate::clock;

/// The format. Spans are not shown: there are none.
pub(super) struct JsonLine;

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        writer.write_str("{\"timestamp\":\"")?;
        writer.write_str(&clock::wall().to_rfc3339())?;
        writer.write_str("\",\"level\":\"")?;
        writer.write_str(metadata.level().as_str())?;
        writer.write_char('"')?;
        let mut fields = Fields { writer: &mut writer, target: None, outcome: Ok(()) };
        event.record(&mut fields);
        let target = fields.target.take();
        fields.outcome?;
        write_text(&mut writer, "target", target.as_deref().unwrap_or_else(|| metadata.target()))?;
        writer.write_str("}\n")
    }
}

struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    /// Of a line that came through the `log` crate.
    target: Option<String>,
    outcome: fmt::Result,
}

impl Fields<'_, '_> {
    fn text(&mut self, field: &Field, text: &str) {
        match field.name() {
            "log.target" => self.target = Some(text.to_owned()),
            // Where in the source a line of the `log` crate was written.
            "log.module_path" | "log.file" | "log.line" => {}
            name => self.outcome = self.outcome.and_then(|()| write_text(self.writer, name, text)),
        }
    }

    fn bare(&mut self, field: &Field, value: impl fmt::Display) {
        if field.name() != "log.line" {
            self.outcome = self.outcome.and_then(|()| write!(self.writer, ",\"{}\":{value}", field.name()));
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.bare(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.bare(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.bare(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() { self.bare(field, value) } else { self.text(field, &value.to_string()) }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.text(field, &value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, &format!("{value:?}"));
    }
}

fn write_text(writer: &mut Writer<'_>, name: &str, text: &str) -> fmt::Result {
    writer.write_str(",\"")?;
    writer.write_str(name)?;
    writer.write_str("\":\"")?;
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        let escaped = serde_json::to_string(text).map_err(|_| fmt::Error)?;
        writer.write_str(escaped.get(1..escaped.len() - 1).unwrap_or_default())?;
    } else {
        writer.write_str(text)?;
    }
    writer.write_char('"')
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_one_json_object_whatever_is_in_it() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer().event_format(JsonLine).with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let gone: Option<u32> = None;
            tracing::info!(user = "a\"b\\c\n", n = -3, ratio = f64::NAN, gone, call = %"x", list = ?["y"], "it\thappened");
            let error: &dyn Error = &io::Error::other("no \"room\"");
            tracing::warn!(error);
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let parsed: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(parsed.len(), 2, "{text}");
        assert_eq!((&parsed[0]["level"], &parsed[0]["message"]), (&"INFO".into(), &"it\thappened".into()));
        assert_eq!((&parsed[0]["user"], &parsed[0]["n"]), (&"a\"b\\c\n".into(), &(-3).into()));
        assert_eq!((&parsed[0]["ratio"], &parsed[0]["list"]), (&"NaN".into(), &"[\"y\"]".into()));
        assert!(parsed[0].get("gone").is_none() && parsed[0]["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!((&parsed[1]["error"], &parsed[1]["target"]), (&"no \"room\"".into(), &module_path!().into()));
    }
}
