//! Standard error, some lines at a time: under load a call leaves a line, and a system call for each costs more than making it.
//!
//! Warnings and errors go out at once, and so does everything on a terminal.

use std::{
    io::{self, Write as _},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line may wait for others.
const PATIENCE: Duration = Duration::from_millis(50);
/// How much may wait. Unit: bytes.
const FULL: usize = 32_768;

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Whether the thread that writes them has been told.
    expected: bool,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    something: Condvar,
}

/// The lines.
#[derive(Clone)]
pub(super) struct Lines {
    shared: Arc<Shared>,
    at_once: bool,
}

/// Where one event's line goes.
pub(super) struct Line<'a> {
    lines: &'a Lines,
    urgent: bool,
}

impl Lines {
    /// `at_once`: no line waits.
    pub(super) fn new(at_once: bool) -> Self {
        let lines = Self { shared: Arc::default(), at_once };
        if !at_once {
            let writer = lines.clone();
            let started = std::thread::Builder::new().name("log".to_owned()).spawn(move || writer.run());
            if started.is_err() {
                return Self { at_once: true, ..lines };
            }
        }
        lines
    }

    /// Writes what waits.
    pub(super) fn flush(&self) {
        flush(&mut self.waiting());
    }

    fn run(&self) {
        loop {
            let waiting = self.shared.something.wait_while(self.waiting(), |waiting| !waiting.expected);
            drop(waiting.unwrap_or_else(PoisonError::into_inner));
            let more = |waiting: &mut Waiting| waiting.lines.len() < FULL;
            let gathered = self.shared.something.wait_timeout_while(self.waiting(), PATIENCE, more);
            let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            flush(&mut waiting);
            waiting.expected = false;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.shared.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn flush(waiting: &mut Waiting) {
    // There is nowhere to complain.
    let _lost = io::stderr().write_all(&waiting.lines).is_err();
    waiting.lines.clear();
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, urgent: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<'a> {
        Line { lines: self, urgent: *metadata.level() <= Level::WARN }
    }
}

impl io::Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.lines.waiting();
        waiting.lines.extend_from_slice(line);
        if self.urgent || self.lines.at_once || waiting.lines.len() >= FULL {
            flush(&mut waiting);
        } else if !std::mem::replace(&mut waiting.expected, true) {
            drop(waiting);
            self.lines.shared.something.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
