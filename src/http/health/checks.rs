//! What is checked, and what to do about it.

use std::time::Duration;

use serde::Serialize;

use super::Seen;
use crate::{http::Api, stats::between, webhooks::HookView};

/// Room on the disk below which somebody should look. Unit: bytes. More: sooner. Less: an event of each of some million calls fits
/// into this much.
const LITTLE_ROOM: u64 = 1 << 30;
/// How long an event may wait for its delivery before its hook counts as failing.
const LATE: Duration = Duration::from_secs(60);
/// A commit that takes longer than this, in 95 of 100, is felt by whoever answers a call. Unit: milliseconds.
const SLOW_COMMIT: f64 = 250.0;
/// How much of the file descriptors may be open before somebody should look.
const MANY_FILES: f64 = 0.8;

/// One thing that should be fine.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = HealthCheck)]
pub(super) struct Check {
    /// What is checked.
    #[schema(example = "store")]
    name: String,
    /// Whether it is fine.
    pub(super) ok: bool,
    /// What was found, where there is something to say.
    detail: Option<String>,
    /// What to do about it.
    advice: Option<String>,
}

impl Check {
    fn fine(name: &str) -> Self {
        Self { name: name.to_owned(), ok: true, detail: None, advice: None }
    }

    /// Something to know that is no trouble.
    fn note(name: &str, detail: impl Into<String>, advice: &str) -> Self {
        Self { detail: Some(detail.into()), advice: Some(advice.to_owned()), ..Self::fine(name) }
    }

    /// Trouble.
    fn bad(name: &str, detail: impl Into<String>, advice: &str) -> Self {
        Self { ok: false, ..Self::note(name, detail, advice) }
    }
}

/// Every check.
pub(super) fn all(api: &Api, seen: &Seen) -> Vec<Check> {
    let mut checks = vec![
        store(seen),
        commits(api, seen),
        disk(seen),
        draining(api),
        invariants(api),
        panics(api),
        open_files(seen),
        token_secret(api),
        turn(api),
    ];
    checks.extend(api.core.hooks().list().iter().map(|view| hook(view, seen)));
    checks
}

fn store(seen: &Seen) -> Check {
    const ADVICE: &str = "No new calls are taken until the disk takes writes again: look for a full, read-only or failing disk. \
        Calls that are on go on.";
    match &seen.store_trouble {
        Some(trouble) => Check::bad("store", trouble, ADVICE),
        None if seen.disk.is_none() => Check::bad("store", "its readers do not answer", ADVICE),
        None => Check::fine("store"),
    }
}

fn commits(api: &Api, seen: &Seen) -> Check {
    let took = api.core.metrics().stats().commits(seen.now).took;
    match took.p95 {
        Some(p95) if p95 > SLOW_COMMIT => Check::bad(
            "commit_latency",
            format!("95 of 100 commits took up to {p95:.0} ms in the last minute"),
            "Whoever answers a call waits for a commit: give the data folder a faster disk, or one that is shared less.",
        ),
        _ => Check::fine("commit_latency"),
    }
}

fn disk(seen: &Seen) -> Check {
    match seen.disk.and_then(|disk| disk.free) {
        Some(free) if free < LITTLE_ROOM => Check::bad(
            "disk_room",
            format!("{} MiB are left on the disk of the data folder", free >> 20),
            "Make room, or keep calls for a shorter time (store.retention_days). A full disk stops new calls.",
        ),
        _ => Check::fine("disk_room"),
    }
}

fn draining(api: &Api) -> Check {
    if api.core.draining() {
        return Check::bad(
            "not_draining",
            "the server is stopping: no new calls",
            "Nothing to do: clients go to the next server.",
        );
    }
    Check::fine("not_draining")
}

fn invariants(api: &Api) -> Check {
    match api.core.last_findings().map_or(0, |found| found.violations.len()) {
        0 => Check::fine("invariants"),
        n => Check::bad(
            "invariants",
            format!("{n} did not hold at the last look"),
            "This is a defect of the server: please report it, with what the log says of broken invariants.",
        ),
    }
}

fn panics(api: &Api) -> Check {
    match api.core.metrics().panics() {
        0 => Check::fine("panics"),
        n => Check::bad(
            "panics",
            format!("{n} since the start, each with its place in the log"),
            "This is a defect of the server: please report it. What panicked was cleared away, and other calls go on.",
        ),
    }
}

fn open_files(seen: &Seen) -> Check {
    match (seen.process.open_files, seen.process.open_files_limit) {
        (Some(open), Some(limit)) if open > limit * MANY_FILES => Check::bad(
            "open_files",
            format!("{open} of {limit} file descriptors are open"),
            "Each connection takes one: raise the limit (LimitNOFILE= of the systemd unit), or spread the clients.",
        ),
        _ => Check::fine("open_files"),
    }
}

fn token_secret(api: &Api) -> Check {
    if api.core.config().auth.has_short_secret() {
        return Check::bad(
            "token_secret",
            "auth.jwt_secret is short and could be guessed",
            "Take one that `openssl rand -base64 32` makes, here and where tokens are minted.",
        );
    }
    Check::fine("token_secret")
}

fn turn(api: &Api) -> Check {
    if api.core.config().turn.relays() {
        return Check::fine("turn");
    }
    Check::note(
        "turn",
        "no TURN server is configured",
        "Calls between some networks will have no sound or picture: set turn.uris and turn.secret, see docs/configuration.md.",
    )
}

fn hook(hook: &HookView, seen: &Seen) -> Check {
    let name = format!("webhook {}", hook.name);
    if let Some(at) = hook.stopped_at {
        return Check::bad(
            &name,
            format!("it answered 410 at {}, and gets no events since", at.to_rfc3339()),
            "Put it anew once it wants events again, or remove it.",
        );
    }
    let waits = seen.backlogs.iter().flatten().find(|(hook_name, ..)| *hook_name == hook.name);
    match waits.map(|(_, waiting, oldest)| (waiting, between(*oldest, seen.now))) {
        Some((waiting, age)) if hook.enabled && age > LATE => Check::bad(
            &name,
            format!("{waiting} events wait, the oldest for {} s", age.as_secs()),
            "Its server does not take them: look at what its deliveries say, and send a test. They are tried again by themselves.",
        ),
        Some((waiting, age)) if age > LATE => Check::note(
            &name,
            format!("it is disabled, and {waiting} events wait for it"),
            "Enable it, and they are sent; remove it, and they are forgotten.",
        ),
        _ => Check::fine(&name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        metrics::process::Figures,
        protocol::record::Timestamp,
        store::DiskFigures,
        webhooks::{OnFailure, Source},
    };

    const NOW: Timestamp = Timestamp(1_763_694_600_000_000);

    fn seen() -> Seen {
        let process = Figures {
            resident_bytes: None,
            virtual_bytes: None,
            threads: None,
            open_files: Some(700.0),
            open_files_limit: Some(1024.0),
        };
        let disk = Some(DiskFigures { size: 1, free: Some(LITTLE_ROOM) });
        Seen { now: NOW, disk, backlogs: Some(Vec::new()), process, store_trouble: None }
    }

    fn crm() -> HookView {
        HookView {
            name: "crm".into(),
            url: String::new(),
            events: Vec::new(),
            veto: false,
            timeout_ms: 1000,
            on_failure: OnFailure(crate::protocol::record::VetoPolicy::Allow),
            enabled: true,
            description: String::new(),
            source: Source::Api,
            stopped_at: None,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    #[test]
    fn whatever_is_not_fine_comes_with_advice() {
        let seen = seen();
        for check in [store(&seen), disk(&seen), open_files(&seen), hook(&crm(), &seen)] {
            assert!(check.ok && check.advice.is_none(), "{check:?}");
        }
        let full = Seen { disk: Some(DiskFigures { size: 1, free: Some(LITTLE_ROOM - 1) }), ..seen };
        let many = Seen { process: Figures { open_files: Some(900.0), ..full.process }, ..full };
        let mute = Seen { disk: None, ..many };
        let bad = [
            store(&mute),
            open_files(&mute),
            disk(&Seen { disk: Some(DiskFigures { size: 1, free: Some(0) }), ..mute }),
        ];
        for check in bad {
            assert!(!check.ok && check.detail.is_some() && check.advice.is_some(), "{check:?}");
        }
    }

    #[test]
    fn a_hook_fails_where_its_events_wait_or_it_wants_no_more() {
        let waiting = |secs: i64| Seen {
            backlogs: Some(vec![
                ("other".into(), 9, Timestamp(0)),
                ("crm".into(), 3, Timestamp(NOW.0 - secs * 1_000_000)),
            ]),
            ..seen()
        };
        assert!(hook(&crm(), &waiting(59)).ok);
        let late = hook(&crm(), &waiting(75));
        assert_eq!((late.ok, late.detail.as_deref()), (false, Some("3 events wait, the oldest for 75 s")));
        let disabled = hook(&HookView { enabled: false, ..crm() }, &waiting(75));
        assert!(disabled.ok && disabled.advice.is_some(), "{disabled:?}");
        let stopped = hook(&HookView { stopped_at: Some(NOW), ..crm() }, &seen());
        assert!(!stopped.ok && stopped.detail.is_some_and(|detail| detail.contains("410")));
    }
}
