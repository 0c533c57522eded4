//! Pairs that place calls: as fast as they go, or at a rate.

use std::{num::NonZeroU64, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::task::JoinSet;

use super::{
    LOGINS_AT_ONCE,
    pace::Pace,
    pair::{self, Pair},
    panel::{Goal, Panel},
    probe::Probe,
    report::{CallsReport, Memory, ServerCost},
    socket::{Door, Trouble},
    tally::{Shared, Tally, Windows, float},
};
use crate::{cli::output::CliError, clock, stats::Histogram};

/// How a run goes.
pub(super) struct Plan {
    pub(super) pairs: u32,
    pub(super) calls: Option<NonZeroU64>,
    pub(super) duration: Option<Duration>,
    pub(super) rate: Option<f64>,
    pub(super) prefix: String,
    pub(super) every: u64,
    pub(super) server: Option<Probe>,
}

impl Plan {
    fn pace(&self) -> Arc<Pace> {
        let Some(rate) = self.rate else { return Arc::new(Pace::closed(self.calls, self.duration)) };
        let pairs = usize::try_from(self.pairs).unwrap_or(usize::MAX);
        let all =
            self.calls.map_or_else(|| whole(self.duration.unwrap_or_default().as_secs_f64() * rate), NonZeroU64::get);
        Pace::open(all, rate, pairs)
    }

    fn title(&self, url: &str) -> String {
        let how = self.rate.map_or_else(|| "as fast as they go".to_owned(), |rate| format!("{rate} calls/s offered"));
        format!("{} pairs, {how}, {url}", self.pairs)
    }

    fn goal(&self) -> Goal {
        match (self.calls, self.duration) {
            (Some(calls), _) => Goal::Count(calls.get()),
            (None, duration) => Goal::Time(duration.unwrap_or_default()),
        }
    }
}

/// The whole number below.
fn whole(number: f64) -> u64 {
    Duration::try_from_secs_f64(number).map_or(u64::MAX, |as_time| as_time.as_secs())
}

/// Logs in, calls, logs out. Also returns what took how long from request to ring.
pub(super) async fn run(
    plan: &Plan,
    door: &Arc<Door>,
    interrupted: impl Future<Output = ()>,
) -> Result<(CallsReport, Histogram), CliError> {
    let logins = stream::iter(1..=plan.pairs).map(|number| Pair::log_in(door, &plan.prefix, number));
    let mut interrupted = std::pin::pin!(interrupted);
    let pairs: Vec<Pair> = tokio::select! {
        pairs = logins.buffered(LOGINS_AT_ONCE).try_collect() => pairs.map_err(|trouble| CliError::Said(trouble.to_string()))?,
        () = &mut interrupted => return Err(CliError::Said("interrupted before the first call".into())),
    };
    let used = || (Probe::own().used(), plan.server.as_ref().and_then(Probe::used));
    let (own_before, before) = used();
    let tally = Shared::default();
    tally.lock().windows = Windows::begin(plan.every, plan.server.clone());
    let pace = plan.pace();
    let mut tasks = JoinSet::new();
    for (number, pair) in (1..).zip(pairs) {
        let caller = Caller { door: Arc::clone(door), prefix: plan.prefix.clone(), number };
        tasks.spawn(caller.keep_calling(pair, Arc::clone(&pace), tally.clone()));
    }
    let url = door.api().url.as_str();
    let look = |tally: &Tally| {
        vec![("request → ring", tally.ring.percentiles()), ("request → start", tally.start.percentiles())]
    };
    let mut panel = Panel::new(plan.title(url), "calls", plan.goal(), look, tally.clone(), plan.server.clone());
    let mut done = Vec::new();
    let all_done = async {
        while let Some(pair) = tasks.join_next().await {
            done.extend(pair.ok().flatten());
        }
    };
    let interrupted = tokio::select! {
        () = all_done => false,
        () = interrupted => true,
        never = panel.keep_showing() => never,
    };
    let took = clock::now().saturating_duration_since(pace.begun()).as_secs_f64();
    panel.clear();
    let (own_after, after) = used();
    tasks.shutdown().await;
    stream::iter(done).for_each_concurrent(LOGINS_AT_ONCE, Pair::log_out).await;
    let mut tally = tally.lock();
    let calls = tally.done;
    let per_1000 = |secs: f64| (calls > 0).then(|| secs * 1000.0 / float(calls));
    let server = before.zip(after).map(|(before, after)| ServerCost {
        cpu_secs: after.cpu_secs - before.cpu_secs,
        cpu_secs_per_1000_calls: per_1000(after.cpu_secs - before.cpu_secs),
        memory: Memory::of(before, after, panel.rss_peak()),
    });
    let report = CallsReport {
        mode: if plan.rate.is_some() { "open_loop" } else { "closed_loop" },
        url: url.to_owned(),
        pairs: plan.pairs,
        offered_calls_per_sec: plan.rate,
        hook: false,
        hook_questions: 0,
        door: door.tongue().door(),
        frames_per_call: pair::frames_per_call(door.tongue()),
        interrupted,
        duration_secs: took,
        calls_done: calls,
        calls_failed: tally.failed,
        calls_per_sec: float(calls) / took,
        due_to_request_ms: tally.late.percentiles(),
        request_to_ring_ms: tally.ring.percentiles(),
        request_to_start_ms: tally.start.percentiles(),
        request_to_finish_ms: tally.finish.percentiles(),
        errors: std::mem::take(&mut tally.errors),
        bench_cpu_secs_per_1000_calls: own_before
            .zip(own_after)
            .and_then(|(before, after)| per_1000(after.cpu_secs - before.cpu_secs)),
        server,
        windows: std::mem::take(&mut tally.windows.past),
    };
    Ok((report, tally.ring.clone()))
}

/// A pair's place in the run, whoever of it is logged in just now.
struct Caller {
    door: Arc<Door>,
    prefix: String,
    number: u32,
}

impl Caller {
    /// Calls until there are no more calls; a pair whose line broke logs in again. Returns the pair, unless it cannot log in.
    async fn keep_calling(self, mut pair: Pair, pace: Arc<Pace>, tally: Shared) -> Option<Pair> {
        loop {
            let called = match pair.until(pace.next()).await {
                Ok(Some(due)) => pair.call(due).await,
                Ok(None) => return Some(pair),
                Err(trouble) => Err(trouble),
            };
            match called {
                Ok(times) => tally.lock().call(&times),
                Err(Trouble::Refused(why)) => tally.lock().failure(why),
                Err(Trouble::Lost(why)) => {
                    tally.lock().failure(why);
                    // Otherwise what is left of the call would stand in the way of the next.
                    pair.log_out().await;
                    match Pair::log_in(&self.door, &self.prefix, self.number).await {
                        Ok(fresh) => pair = fresh,
                        Err(trouble) => {
                            tally.lock().failure(trouble.to_string());
                            return None;
                        }
                    }
                }
            }
        }
    }
}
