//! Who gets a worker, and who does not.

use std::{path::Path, time::Duration};

use hookswitch::{
    actors::cloudvoip_worker::{NoWorker, Workers, WorkersOptions},
    metrics::Metrics,
    protocol::worker::{CallSpec, EndReason, HangupReason, Phase, SecretText},
};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{DEADLINE, Lab, eventually, patient};

fn in_phase(lab: &Lab, phase: Phase) -> usize {
    lab.workers.list().iter().filter(|view| view.phase == phase).count()
}

#[actix_web::test]
async fn as_many_wait_ready_as_are_wanted_and_calls_take_them() {
    let lab = Lab::new(4, 2, patient());
    eventually("two wait", || in_phase(&lab, Phase::Idle) == 2).await;
    let ready: Vec<_> = lab.workers.list().iter().filter_map(|view| view.pid).collect();
    let mut talk = lab.start("answer-after-1ms");
    talk.until(Phase::Talking).await;
    assert!(ready.contains(&talk.pid().unwrap()), "one of those that waited");
    eventually("two wait again", || in_phase(&lab, Phase::Idle) == 2).await;
    let (pool, view) = (lab.workers.pool(), talk.handle.view());
    assert_eq!((pool.busy, pool.idle, pool.max, pool.prewarm), (1, 2, 4, 2));
    assert_eq!((view.phase, view.last_status, view.account.as_deref()), (Phase::Talking, Some(2), Some("shop")));
    assert!(view.call.is_some() && view.age() < DEADLINE);
    assert_eq!(lab.metrics.workers_in(Phase::Talking), 1);
    talk.handle.hangup(HangupReason::Manual);
    talk.end().await;
    lab.close().await;
}

#[actix_web::test]
async fn there_are_no_more_calls_than_may_be() {
    let lab = Lab::new(2, 2, patient());
    let mut talks = vec![lab.start("silent"), lab.start("silent")];
    assert_eq!(lab.try_start(Lab::call("silent")).err(), Some(NoWorker::Full));
    talks[0].until(Phase::Ringing).await;
    let first = talks.remove(0);
    first.handle.hangup(HangupReason::Manual);
    first.end().await;
    lab.eventually("a place is free", |views| views.iter().filter(|view| view.call.is_some()).count() < 2).await;
    let next = lab.start("busy");
    assert_eq!(next.end().await.reason, EndReason::Busy);
    lab.close().await;
}

#[actix_web::test]
async fn a_process_that_dies_while_it_waits_is_replaced_at_once() {
    let lab = Lab::new(4, 2, patient());
    for _ in 0..2 {
        eventually("two wait", || in_phase(&lab, Phase::Idle) == 2).await;
        let held: Vec<_> = lab.workers.list().iter().filter_map(|view| view.pid).collect();
        let steady = || lab.workers.list().iter().all(|view| view.age() > Duration::from_secs(1));
        eventually("they are no newcomers", steady).await;
        let killed = held[0];
        kill_process(Pid::from_raw(killed.cast_signed()).unwrap(), Signal::KILL).unwrap();
        lab.eventually("another waits in its place", |views| {
            views.len() == 2 && views.iter().all(|view| view.phase == Phase::Idle && view.pid != Some(killed))
        })
        .await;
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_place_that_is_kept_is_nobody_elses_until_it_is_given_back() {
    let lab = Lab::new(2, 0, patient());
    let kept = lab.workers.reserve().unwrap();
    let talk = lab.start("silent");
    assert_eq!(lab.workers.reserve().err(), Some(NoWorker::Full));
    assert_eq!(lab.try_start(Lab::call("silent")).err(), Some(NoWorker::Full));
    assert_eq!((lab.workers.pool().busy, lab.workers.pool().reserved), (1, 1));
    let second = lab.start_in(kept, "silent");
    assert_eq!((lab.workers.pool().busy, lab.workers.pool().reserved), (2, 0));
    drop((talk, second));
    lab.eventually("both are over", <[_]>::is_empty).await;
    drop(lab.workers.reserve().unwrap());
    assert_eq!(lab.workers.pool().reserved, 0);
    let kept = lab.workers.reserve().unwrap();
    lab.workers.stop(DEADLINE).await;
    assert_eq!(lab.workers.reserve().err(), Some(NoWorker::Closing));
    drop(kept);
    lab.close().await;
}

#[actix_web::test]
async fn two_workers_never_share_a_folder_of_the_sdk() {
    let lab = Lab::new(3, 0, patient());
    let mut talks: Vec<_> = (0..3).map(|_| lab.start("answer-after-1ms")).collect();
    for talk in &mut talks {
        talk.until(Phase::Talking).await;
    }
    let mut folders: Vec<_> =
        std::fs::read_dir(lab.folder().join("cloudvoip")).unwrap().map(|e| e.unwrap().file_name()).collect();
    folders.sort();
    assert_eq!(folders, ["slot-0", "slot-1", "slot-2"]);
    drop(talks);
    lab.close().await;
}

#[actix_web::test]
async fn without_a_library_there_are_no_such_calls() {
    let workers = Workers::new(WorkersOptions::off(), Metrics::new());
    assert!(!workers.are_enabled() && !workers.pool().enabled && workers.list().is_empty());
    workers.stop(Duration::ZERO).await;
}

#[actix_web::test]
async fn a_library_that_cannot_be_used_is_told_and_not_tried_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.so");
    std::fs::write(&text, "no library at all").unwrap();
    let other = Path::new("/lib/x86_64-linux-gnu/libc.so.6");
    let mut cases = vec![(Path::new("/nowhere/lib.so"), EndReason::NoLibrary), (&text, EndReason::NoLibrary)];
    if other.exists() {
        cases.push((other, EndReason::NoSymbol));
    }
    for (library, reason) in cases {
        let lab = Lab::with(tempfile::tempdir().unwrap(), library, "", (4, 1), patient());
        let ended = || lab.workers.pool().ends.get(reason.as_str()).copied().unwrap_or_default();
        eventually("the first try fails", || ended() > 0).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(ended() <= 2, "{} tries within a moment", ended());
        let end = lab.end_of("answer").await;
        assert_eq!(end.reason, reason, "{end:?}");
        assert!(end.detail.starts_with("load: ") || end.detail.starts_with("symbol: "), "{end:?}");
        lab.close().await;
    }
}

#[actix_web::test]
async fn what_the_sdk_could_not_take_is_refused_before_a_worker_has_it() {
    let lab = Lab::calm();
    let zero = CallSpec { sn: "a\0b".to_owned(), ..Lab::call("") };
    assert_eq!(lab.try_start(zero).err(), Some(NoWorker::Unfit));
    let long = CallSpec { payload: SecretText::new("x".repeat(70_000)), ..Lab::call("") };
    assert_eq!(lab.try_start(long).err(), Some(NoWorker::Unfit));
    assert_eq!(lab.workers.list(), []);
    lab.close().await;
}

#[actix_web::test]
async fn a_pool_that_closes_hangs_up_and_takes_no_call() {
    let lab = Lab::new(4, 1, patient());
    let mut talk = lab.start("answer-after-1ms");
    talk.until(Phase::Talking).await;
    let mut stuck = lab.start("answer-after-1ms hang-hangup");
    stuck.until(Phase::Talking).await;
    let workers = lab.workers.clone();
    workers.stop(Duration::from_millis(500)).await;
    assert_eq!(lab.try_start(Lab::call("")).err(), Some(NoWorker::Closing));
    assert_eq!(talk.end().await.reason, EndReason::HungUp);
    // It did not let go, and was killed.
    assert_eq!(stuck.end().await.reason, EndReason::Killed);
    assert_eq!(lab.workers.list(), []);
}
