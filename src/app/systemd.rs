//! What systemd is told, where it runs us.

use std::time::Duration;

use sd_notify::NotifyState;

use crate::actors::Core;

/// How often `systemctl status` learns how much goes on.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// The server listens and its store is open. From now on the watchdog hears of it, and the status line goes on.
pub(super) fn ready(core: &Core) {
    tell(&[NotifyState::Ready]);
    if std::env::var_os("NOTIFY_SOCKET").is_none() {
        return;
    }
    let every = sd_notify::watchdog_enabled().map_or(STATUS_EVERY, |limit| STATUS_EVERY.min(limit / 2));
    let core = core.clone();
    actix_web::rt::spawn(async move {
        loop {
            let (users, calls) = (core.directory().user_count(), core.directory().calls_on().len());
            let draining = if core.draining() { "yes" } else { "no" };
            let status = format!("{users} users, {calls} calls, draining {draining}");
            tell(&[NotifyState::Watchdog, NotifyState::Status(&status)]);
            tokio::time::sleep(every).await;
        }
    });
}

/// The server has begun to stop.
pub(super) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd was not told");
    }
}
