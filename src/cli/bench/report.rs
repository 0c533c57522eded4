//! What is said at the end: as text with a histogram, or as JSON whose names carry their units.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    probe::Used,
    tally::{Window, float},
};
use crate::{
    stats::{Histogram, Percentiles},
    terminal::{bar, thousands},
};

/// A run of calls.
#[derive(Debug, Serialize)]
pub(super) struct CallsReport {
    /// `closed_loop` or `open_loop`.
    pub(super) mode: &'static str,
    pub(super) url: String,
    /// Through which door: `native` or `verto`.
    pub(super) door: &'static str,
    pub(super) pairs: u32,
    /// Asked for by `--rate`.
    pub(super) offered_calls_per_sec: Option<f64>,
    pub(super) hook: bool,
    /// How many questions the built-in hook answered.
    pub(super) hook_questions: u64,
    pub(super) frames_per_call: u32,
    /// Whether somebody ended it early.
    pub(super) interrupted: bool,
    pub(super) duration_secs: f64,
    pub(super) calls_done: u64,
    pub(super) calls_failed: u64,
    pub(super) calls_per_sec: f64,
    /// From the moment that a call was due to its request being written: the generator's own delay, part of all below.
    pub(super) due_to_request_ms: Percentiles,
    pub(super) request_to_ring_ms: Percentiles,
    pub(super) request_to_start_ms: Percentiles,
    pub(super) request_to_finish_ms: Percentiles,
    /// How often each thing went wrong.
    pub(super) errors: BTreeMap<String, u64>,
    /// The load generator's own.
    pub(super) bench_cpu_secs_per_1000_calls: Option<f64>,
    /// With `--server-pid`.
    pub(super) server: Option<ServerCost>,
    /// With `--every`.
    pub(super) windows: Vec<Window>,
}

/// What calls cost the server.
#[derive(Debug, Serialize)]
pub(super) struct ServerCost {
    pub(super) cpu_secs: f64,
    pub(super) cpu_secs_per_1000_calls: Option<f64>,
    #[serde(flatten)]
    pub(super) memory: Memory,
}

/// Memory of the server.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Memory {
    pub(super) rss_before_bytes: f64,
    pub(super) rss_after_bytes: f64,
    /// The most that was seen, four times a second.
    pub(super) rss_peak_bytes: f64,
}

/// A crowd that did nothing.
#[derive(Debug, Serialize)]
pub(super) struct IdleReport {
    /// `idle`.
    pub(super) mode: &'static str,
    pub(super) url: String,
    pub(super) connections: u32,
    pub(super) interrupted: bool,
    pub(super) logged_in: u64,
    pub(super) logins_failed: u64,
    pub(super) logins_per_sec: f64,
    pub(super) login_ms: Percentiles,
    pub(super) hold_secs: f64,
    /// Connections that broke while they were held.
    pub(super) lost: u64,
    pub(super) errors: BTreeMap<String, u64>,
    /// With `--server-pid`.
    pub(super) server: Option<IdleCost>,
}

/// What the crowd costs the server.
#[derive(Debug, Serialize)]
pub(super) struct IdleCost {
    pub(super) cpu_secs_per_1000_logins: Option<f64>,
    pub(super) hold_cpu_secs: f64,
    pub(super) rss_per_connection_bytes: Option<f64>,
    #[serde(flatten)]
    pub(super) memory: Memory,
}

impl CallsReport {
    pub(super) fn text(&self, ring: &Histogram) -> String {
        let done = thousands(self.calls_done);
        let secs = self.duration_secs;
        let mut text = format!("{done} {} calls in {secs:.1} s: {:.0} calls/s", self.door, self.calls_per_sec);
        if let Some(rate) = self.offered_calls_per_sec {
            text.push_str(&format!(" of {rate} offered"));
        }
        text.push_str("\n\n");
        for (name, figures) in [
            ("request → ring", &self.request_to_ring_ms),
            ("request → start", &self.request_to_start_ms),
            ("request → finish", &self.request_to_finish_ms),
        ] {
            text.push_str(&format!("  {name:<18} {}\n", quantiles(figures)));
        }
        if self.offered_calls_per_sec.is_some() {
            text.push_str(&format!("  {:<18} {}\n", "of it, the bench's", quantiles(&self.due_to_request_ms)));
        }
        text.push_str(&format!("\nrequest → ring\n{}", histogram(ring)));
        if self.hook {
            text.push_str(&format!("\nhook: {} questions answered\n", thousands(self.hook_questions)));
        }
        if let Some(server) = &self.server {
            let per = server.cpu_secs_per_1000_calls.map(|secs| format!(", {secs:.4} s per 1,000 calls"));
            text.push_str(&format!("\nserver: processor {:.2} s{}", server.cpu_secs, per.unwrap_or_default()));
            text.push_str(&format!("; {}\n", server.memory.text()));
        }
        if let Some(own) = self.bench_cpu_secs_per_1000_calls {
            text.push_str(&format!("bench:  processor {own:.4} s per 1,000 calls\n"));
        }
        for (number, window) in self.windows.iter().enumerate() {
            let cpu = window.server_cpu_secs_per_1000_calls;
            let cpu = cpu.map(|secs| format!(", {secs:.4} s of the server's processor per 1,000")).unwrap_or_default();
            let (part, calls) = (number + 1, thousands(window.calls));
            text.push_str(&format!("part {part:>3}: {calls} calls, {:.0} calls/s{cpu}\n", window.calls_per_sec));
        }
        text + &errors(&self.errors, self.interrupted)
    }
}

impl IdleReport {
    pub(super) fn text(&self, login: &Histogram) -> String {
        let mut text = format!(
            "{} of {} connections logged in, {:.0} a second, held for {:.1} s\n\n  {:<18} {}\n\nlogin\n{}",
            thousands(self.logged_in),
            thousands(u64::from(self.connections)),
            self.logins_per_sec,
            self.hold_secs,
            "login",
            quantiles(&self.login_ms),
            histogram(login),
        );
        if let Some(server) = &self.server {
            if let Some(bytes) = server.rss_per_connection_bytes {
                text.push_str(&format!("\nserver: {:.1} KB per connection", bytes / 1000.0));
            }
            text.push_str(&format!("; {}\n", server.memory.text()));
        }
        text + &errors(&self.errors, self.interrupted)
    }
}

impl Memory {
    pub(super) fn of(before: Used, after: Used, rss_peak_bytes: f64) -> Self {
        let (rss_before_bytes, rss_after_bytes) = (before.rss_bytes, after.rss_bytes);
        Self { rss_before_bytes, rss_after_bytes, rss_peak_bytes }
    }

    fn text(&self) -> String {
        let mb = |bytes: f64| bytes / 1e6;
        format!(
            "memory {:.1} MB before, {:.1} MB after, {:.1} MB at most",
            mb(self.rss_before_bytes),
            mb(self.rss_after_bytes),
            mb(self.rss_peak_bytes)
        )
    }
}

fn errors(errors: &BTreeMap<String, u64>, interrupted: bool) -> String {
    let mut text = String::new();
    for (why, count) in errors {
        text.push_str(&format!("\nfailed {} ×: {why}", thousands(*count)));
    }
    if interrupted {
        text.push_str("\ninterrupted: the figures are of what was done until then");
    }
    text
}

fn histogram(of: &Histogram) -> String {
    let rows = of.rows();
    let most = rows.iter().map(|(.., count)| *count).max().unwrap_or(1);
    let all: u64 = rows.iter().map(|(.., count)| *count).sum();
    let mut text = String::new();
    for (from, below, count) in rows {
        let share = float(count) / float(all) * 100.0;
        let blocks = bar(float(count) / float(most), 40, ' ');
        text.push_str(&format!("  {:>8} – {:>8}  {blocks} {share:>5.1} %\n", millis(ms(from)), millis(ms(below))));
    }
    text
}

/// The percentiles in one line.
pub(super) fn quantiles(figures: &Percentiles) -> String {
    let each = [("p50", figures.p50), ("p95", figures.p95), ("p99", figures.p99), ("max", figures.max)];
    let told = each.map(|(name, ms)| format!("{name} {}", ms.map_or_else(|| "–".to_owned(), millis)));
    told.join("   ")
}

fn ms(of: Duration) -> f64 {
    of.as_secs_f64() * 1000.0
}

fn millis(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.2} ms")
    } else if ms < 1000.0 {
        format!("{ms:.1} ms")
    } else {
        format!("{:.2} s", ms / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0.1234, 12.34, 1_234.0].map(millis), ["0.12 ms", "12.3 ms", "1.23 s"]);
    }

    #[test]
    fn a_histogram_has_a_bar_for_each_row() {
        let mut of = Histogram::default();
        for us in [600, 700, 800, 900] {
            of.record(Duration::from_micros(us));
        }
        for us in [800, 1_100] {
            of.record(Duration::from_micros(us));
        }
        let full = "█".repeat(40);
        let (two_thirds, third) = ("█".repeat(27) + &" ".repeat(13), "█".repeat(13) + &" ".repeat(27));
        assert_eq!(
            histogram(&of),
            format!(
                "   0.51 ms –  0.77 ms  {two_thirds}  33.3 %\n   0.77 ms –  1.02 ms  {full}  50.0 %\n   \
                 1.02 ms –  1.54 ms  {third}  16.7 %\n"
            )
        );
    }
}
