//! A crowd that logs in and then does nothing: what a connection costs.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use tokio::{sync::watch, task::JoinSet};

use super::{
    LOGINS_AT_ONCE,
    panel::{Goal, Panel},
    probe::Probe,
    report::{IdleCost, IdleReport, Memory},
    socket::{Door, User},
    tally::{Shared, Tally, float},
};
use crate::{cli::output::CliError, clock, stats::Histogram};

/// After so many logins that failed no more are tried: a server that is full refuses each of them, or keeps it waiting.
const MOST_FAILURES: u64 = 32;

/// How a run goes.
pub(super) struct Plan {
    pub(super) connections: u32,
    pub(super) hold: Duration,
    pub(super) prefix: String,
    pub(super) server: Option<Probe>,
}

/// Logs in, holds, logs out. Also returns how long the logins took.
pub(super) async fn run(
    plan: &Plan,
    door: &Arc<Door>,
    interrupted: impl Future<Output = ()>,
) -> Result<(IdleReport, Histogram), CliError> {
    let mut interrupted = std::pin::pin!(interrupted);
    let used = || plan.server.as_ref().and_then(Probe::used);
    let tally = Shared::default();
    let url = door.api().url.as_str();
    let title = format!("{} connections, {url}", plan.connections);
    let goal = Goal::Count(u64::from(plan.connections));
    let look = |tally: &Tally| vec![("login", tally.login.percentiles())];
    let mut panel = Panel::new(title, "logins", goal, look, tally.clone(), plan.server.clone());
    let (stop, stopped) = watch::channel(false);
    let mut held = JoinSet::new();

    let before = used();
    let broken_off = tokio::select! {
        () = log_in_all(plan, door, &tally, &mut held, &stopped) => false,
        never = panel.keep_showing() => never,
        () = &mut interrupted => true,
    };
    let logins_took = panel.ran().as_secs_f64();
    let (logged_in, logins_failed) = tally.lock().counts();
    let logged = used();
    let holding = clock::now();
    let interrupted = broken_off
        || tokio::select! {
            () = tokio::time::sleep(plan.hold) => false,
            never = panel.keep_showing() => never,
            () = interrupted => true,
        };
    panel.clear();
    let after = used();
    let hold_secs = clock::now().saturating_duration_since(holding).as_secs_f64();
    stop.send_replace(true);
    while held.join_next().await.is_some() {}

    let mut tally = tally.lock();
    let each = |all: f64| (logged_in > 0).then(|| all / float(logged_in));
    let server = before.zip(logged).zip(after).map(|((before, logged), after)| IdleCost {
        cpu_secs_per_1000_logins: each((logged.cpu_secs - before.cpu_secs) * 1000.0),
        hold_cpu_secs: after.cpu_secs - logged.cpu_secs,
        rss_per_connection_bytes: each(after.rss_bytes - before.rss_bytes),
        memory: Memory::of(before, after, panel.rss_peak()),
    });
    let report = IdleReport {
        mode: "idle",
        url: url.to_owned(),
        connections: plan.connections,
        interrupted,
        logged_in,
        logins_failed,
        logins_per_sec: float(logged_in) / logins_took,
        login_ms: tally.login.percentiles(),
        hold_secs,
        lost: tally.failed - logins_failed,
        errors: std::mem::take(&mut tally.errors),
        server,
    };
    Ok((report, tally.login.clone()))
}

async fn log_in_all(
    plan: &Plan,
    door: &Arc<Door>,
    tally: &Shared,
    held: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) {
    let logins = stream::iter(1..=plan.connections).map(|number| {
        let user = format!("{}{number}", plan.prefix);
        async move {
            let begun = clock::now();
            let user = door.log_in(&user).await;
            (user, clock::now().saturating_duration_since(begun))
        }
    });
    let mut logins = std::pin::pin!(logins.buffer_unordered(LOGINS_AT_ONCE));
    while let Some((user, took)) = logins.next().await {
        match user {
            Ok(user) => {
                held.spawn(hold(user, tally.clone(), stopped.clone()));
                tally.lock().login(took);
            }
            Err(trouble) => tally.lock().failure(trouble.to_string()),
        }
        if tally.lock().failed >= MOST_FAILURES {
            return;
        }
    }
}

async fn hold(mut user: User, tally: Shared, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        // The sender outlives all of them.
        _ = stopped.wait_for(|stop| *stop) => {}
        trouble = user.idle() => return tally.lock().failure(trouble.to_string()),
    }
    user.log_out().await;
}
