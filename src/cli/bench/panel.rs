//! What is seen while it runs: one block that is redrawn on a terminal, a line now and then elsewhere.

use std::{
    collections::VecDeque,
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use super::{
    probe::Probe,
    report::quantiles,
    tally::{Shared, Tally, float},
};
use crate::{
    clock,
    stats::Percentiles,
    terminal::{Block, bar, thousands},
};

/// How often the block is redrawn.
const TICK: Duration = Duration::from_millis(250);
/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// How many ticks the sparkline shows.
const SPARKS: usize = 40;
const BAR: usize = 40;

/// When it is over.
#[derive(Debug, Clone, Copy)]
pub(super) enum Goal {
    /// After so many, those that failed included.
    Count(u64),
    /// After so long.
    Time(Duration),
}

/// The panel, on standard error. Looks at the server's memory too.
pub(super) struct Panel {
    title: String,
    /// What is counted: `calls`, `logins`.
    unit: &'static str,
    goal: Goal,
    latencies: fn(&Tally) -> Vec<(&'static str, Percentiles)>,
    tally: Shared,
    server: Option<Probe>,
    rss_peak: f64,
    terminal: bool,
    block: Block,
    begun: Instant,
    last: (Instant, u64),
    line_due: Instant,
    rates: VecDeque<f64>,
}

impl Panel {
    pub(super) fn new(
        title: String,
        unit: &'static str,
        goal: Goal,
        latencies: fn(&Tally) -> Vec<(&'static str, Percentiles)>,
        tally: Shared,
        server: Option<Probe>,
    ) -> Self {
        let now = clock::now();
        Self {
            title,
            unit,
            goal,
            latencies,
            tally,
            server,
            rss_peak: 0.0,
            terminal: io::stderr().is_terminal(),
            block: Block::default(),
            begun: now,
            last: (now, 0),
            line_due: now + LINE_EVERY,
            rates: VecDeque::new(),
        }
    }

    /// How long it has been there.
    pub(super) fn ran(&self) -> Duration {
        clock::now().saturating_duration_since(self.begun)
    }

    /// The most memory that the server was seen to have. Unit: bytes.
    pub(super) fn rss_peak(&self) -> f64 {
        self.rss_peak
    }

    /// Shows it, again and again.
    pub(super) async fn keep_showing(&mut self) -> ! {
        let mut ticks = tokio::time::interval(TICK);
        loop {
            ticks.tick().await;
            self.show();
        }
    }

    /// Takes the block away.
    pub(super) fn clear(&mut self) {
        self.look_at_memory();
        if self.terminal {
            self.redraw("");
        }
    }

    fn look_at_memory(&mut self) {
        let rss = self.server.as_ref().and_then(Probe::used).map_or(0.0, |used| used.rss_bytes);
        self.rss_peak = self.rss_peak.max(rss);
    }

    fn show(&mut self) {
        self.look_at_memory();
        let now = clock::now();
        let ran = self.ran();
        let tally = self.tally.lock();
        let (then, before) = std::mem::replace(&mut self.last, (now, tally.done));
        let secs = now.saturating_duration_since(then).as_secs_f64();
        if self.rates.len() == SPARKS {
            self.rates.pop_front();
        }
        self.rates.push_back(float(tally.done.saturating_sub(before)) / secs.max(1e-3));
        if !self.terminal && now < self.line_due {
            return;
        }
        let latencies = (self.latencies)(&tally);
        let view = View {
            title: &self.title,
            unit: self.unit,
            done: tally.done,
            failed: tally.failed,
            progress: match self.goal {
                Goal::Count(all) => float(tally.done + tally.failed) / float(all.max(1)),
                Goal::Time(all) => (ran.as_secs_f64() / all.as_secs_f64()).min(1.0),
            },
            latencies: &latencies,
            error: tally.errors.iter().max_by_key(|(_, count)| **count).map(|(why, _)| why.as_str()),
        };
        let text = if self.terminal { block(&view, &self.rates, ran) } else { line(&view, ran) };
        drop(tally);
        if self.terminal {
            self.redraw(&text);
        } else {
            self.line_due = now + LINE_EVERY;
            put(&text);
        }
    }

    fn redraw(&mut self, block: &str) {
        put(&self.block.redraw(block));
    }
}

fn put(text: &str) {
    // A terminal that is gone sees no panel.
    drop(io::stderr().write_all(text.as_bytes()));
}

struct View<'a> {
    title: &'a str,
    unit: &'a str,
    done: u64,
    failed: u64,
    /// From 0 to 1.
    progress: f64,
    latencies: &'a [(&'a str, Percentiles)],
    /// The commonest error.
    error: Option<&'a str>,
}

fn line(view: &View<'_>, ran: Duration) -> String {
    let latency = view.latencies.first().map(|(name, p)| format!(", {name} {}", quantiles(p))).unwrap_or_default();
    let (done, failed) = (thousands(view.done), thousands(view.failed));
    format!("{:>4} s  {done} {}, {failed} failed{latency}\n", ran.as_secs(), view.unit)
}

fn block(view: &View<'_>, rates: &VecDeque<f64>, ran: Duration) -> String {
    let done = format!("{} {}", thousands(view.done), view.unit);
    let mut text = format!("{}\n", view.title);
    let left = ran.as_secs_f64() * (1.0 / view.progress.max(1e-3) - 1.0);
    let percent = view.progress * 100.0;
    text.push_str(&format!("  {} {percent:>3.0} %  {done}, {left:.0} s left\n", bar(view.progress, BAR, '·')));
    let rate = rates.back().copied().unwrap_or_default();
    text.push_str(&format!("  {:<16} {:>9.0}  {}\n", format!("{}/s", view.unit), rate, sparkline(rates)));
    for (name, figures) in view.latencies {
        text.push_str(&format!("  {name:<16} {}\n", quantiles(figures)));
    }
    let why = view.error.map(|why| format!("  {}", clip(why))).unwrap_or_default();
    text.push_str(&format!("  {:<16} {:>9}{why}\n", "failed", thousands(view.failed)));
    text
}

/// As much as fits beside the count on a terminal of 100 columns.
fn clip(text: &str) -> String {
    text.chars().take(66).collect()
}

fn sparkline(rates: &VecDeque<f64>) -> String {
    let most = rates.iter().copied().fold(0.0, f64::max);
    let level = |rate: &f64| {
        let part = if most > 0.0 { rate / most } else { 0.0 };
        let levels = [(0.125, '▁'), (0.25, '▂'), (0.375, '▃'), (0.5, '▄'), (0.625, '▅'), (0.75, '▆'), (0.875, '▇')];
        levels.iter().find(|(below, _)| part < *below).map_or('█', |(_, spark)| *spark)
    };
    rates.iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panel_shows_progress_rate_percentiles_and_errors() {
        let figures = Percentiles { count: 9, p50: Some(0.5), p95: Some(1.25), p99: Some(12.0), max: Some(13.0) };
        let view = View {
            title: "50 pairs",
            unit: "calls",
            done: 12_500,
            failed: 3,
            progress: 0.25,
            latencies: &[("request → ring", figures)],
            error: Some("reply 440 offline"),
        };
        let rates = VecDeque::from([1_000.0, 500.0, 4_000.0]);
        assert_eq!(
            block(&view, &rates, Duration::from_secs(2)),
            "50 pairs\n  \
             ██████████······························  25 %  12,500 calls, 6 s left\n  \
             calls/s               4000  ▃▂█\n  \
             request → ring   p50 0.50 ms   p95 1.25 ms   p99 12.0 ms   max 13.0 ms\n  \
             failed                   3  reply 440 offline\n"
        );
    }
}
