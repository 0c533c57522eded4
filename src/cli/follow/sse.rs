//! Server-sent events, as a client reads them.
//!
//! Source: HTML Standard, "Interpreting an event stream". Line ends of the server are `\n`; `\r\n` is taken too.

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// What to come back with.
    pub(super) id: Option<String>,
    /// Its name; empty where it has none.
    pub(super) name: String,
    pub(super) data: String,
}

/// The most that one event may be. Unit: bytes. The server's are a hundredth of that.
const LONGEST: usize = 1 << 20;

/// Bytes come in, events come out.
#[derive(Debug, Default)]
pub(super) struct Parser {
    waiting: Vec<u8>,
    event: Event,
}

impl Parser {
    /// Takes what came; gives the events that are whole now. `None`: this is no stream of events.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<Vec<Event>> {
        self.waiting.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(end) = self.waiting.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.waiting.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            events.extend(self.line(line.trim_end_matches(['\n', '\r'])));
        }
        (self.waiting.len() + self.event.data.len() <= LONGEST).then_some(events)
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return (!event.data.is_empty()).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.event.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // A comment, the time to wait, or something of tomorrow.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_whole_however_the_bytes_are_cut() {
        let text = "retry: 2000\n\n: still here\n\nid: ab-3\nevent: call.ringing\ndata: {\"a\":1}\n\nevent: gap\r\ndata: x\r\ndata:y\r\n\r\n";
        let expected = [
            Event { id: Some("ab-3".into()), name: "call.ringing".into(), data: "{\"a\":1}".into() },
            Event { id: None, name: "gap".into(), data: "x\ny".into() },
        ];
        for size in 1..text.len() {
            let mut parser = Parser::default();
            let events: Vec<_> = text.as_bytes().chunks(size).flat_map(|part| parser.feed(part).unwrap()).collect();
            assert_eq!(events, expected, "cut every {size} bytes");
        }
    }

    #[test]
    fn what_has_no_end_is_no_stream_of_events() {
        let mut parser = Parser::default();
        assert!((0..LONGEST / 1024).all(|_| parser.feed(&[b'x'; 1024]).is_some()));
        assert_eq!(parser.feed(b"x"), None);
    }
}
