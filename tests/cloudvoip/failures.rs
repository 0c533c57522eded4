//! Crashes, hangs, kills and nonsense, in every phase: one end each, and they are told apart.

use std::time::Duration;

use hookswitch::protocol::{
    codes,
    worker::{EndReason, HangupReason, Limits, Phase, WorkerEnd},
};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{Lab, Talk, is_alive, patient};

/// The words for what goes wrong, the phase it is seen in, and what is seen.
async fn sees(lab: &Lab, mischief: &str, when: &str) -> WorkerEnd {
    let mut talk = lab.start(&format!("answer-after-1ms {mischief}-{when}"));
    if when == "hangup" {
        talk.until(Phase::Talking).await;
        talk.handle.hangup(HangupReason::Manual);
    }
    let end = talk.end().await;
    println!("{mischief}-{when}: {end:?}");
    assert_eq!(end.code, codes::DISCONNECTED, "{end:?}");
    end
}

const WHEN: [(&str, &str); 4] =
    [("init", "initialising"), ("join", "joining"), ("talk", "talking"), ("hangup", "ending")];

#[actix_web::test]
async fn a_crash_is_told_with_its_signal_and_its_phase() {
    let lab = Lab::calm();
    for (when, phase) in WHEN {
        let end = sees(&lab, "crash", when).await;
        assert_eq!(end.reason, EndReason::Crashed);
        assert_eq!(end.detail, format!("crashed: signal 11 while {phase}"));
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_worker_that_just_leaves_is_told_with_its_code() {
    let lab = Lab::calm();
    for (when, phase) in WHEN {
        let end = sees(&lab, "exit", when).await;
        assert_eq!(end.reason, EndReason::Exited);
        assert_eq!(end.detail, format!("the worker left: exit code 3 while {phase}"));
    }
    lab.close().await;
}

#[actix_web::test]
async fn nonsense_on_the_control_channel_ends_the_call() {
    let lab = Lab::calm();
    for (when, phase) in WHEN {
        let end = sees(&lab, "garbage", when).await;
        assert_eq!(end.reason, EndReason::Protocol);
        assert!(end.detail.starts_with("protocol: ") && end.detail.ends_with(&format!("while {phase}")), "{end:?}");
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_hang_is_ended_by_the_timer_of_its_phase() {
    let soon = Duration::from_millis(700);
    let limits = Limits { init: soon, join: soon, hangup: soon, stuck: soon, ping: soon / 4, ..patient() };
    let lab = Lab::new(8, 0, limits);
    for (when, phase) in WHEN {
        let end = sees(&lab, "hang", when).await;
        assert_eq!(end.reason, EndReason::Hung);
        assert!(end.detail.starts_with("hung: ") && end.detail.ends_with(&format!("while {phase}")), "{end:?}");
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_worker_that_does_not_leave_after_its_call_is_killed() {
    let lab = Lab::new(8, 0, Limits { leave: Duration::from_millis(300), ..patient() });
    for mischief in ["hang-stop", "crash-stop", "exit-stop"] {
        let mut talk = lab.start(&format!("answer-after-1ms {mischief}"));
        talk.until(Phase::Talking).await;
        talk.handle.hangup(HangupReason::Manual);
        // The call was over by then.
        let end = talk.end().await;
        assert_eq!((end.reason, end.code), (EndReason::HungUp, codes::SUCCESS), "{mischief}");
    }
    lab.close().await;
}

fn signal(talk: &Talk, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(talk.pid().unwrap()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

#[actix_web::test]
async fn a_kill_from_outside_is_told_from_a_crash_in_every_phase() {
    let lab = Lab::new(8, 0, Limits { hangup: Duration::from_secs(30), ..patient() });
    for phase in [Phase::Init, Phase::Joining, Phase::Ringing, Phase::Talking, Phase::Ending] {
        let words = match phase {
            Phase::Init => "hang-init",
            Phase::Joining => "hang-join",
            Phase::Ringing => "silent",
            _ => "answer-after-1ms hang-hangup",
        };
        for (kill, number) in [(Signal::KILL, 9), (Signal::TERM, 15)] {
            let mut talk = lab.start(words);
            if phase == Phase::Ending {
                talk.until(Phase::Talking).await;
                talk.handle.hangup(HangupReason::Manual);
            }
            talk.until(phase).await;
            signal(&talk, kill);
            let end = talk.end().await;
            assert_eq!((end.reason, end.code), (EndReason::Killed, codes::DISCONNECTED), "{end:?}");
            assert!(end.detail.starts_with(&format!("killed: signal {number}")), "{end:?}");
            assert!(end.detail.ends_with(&format!("while {}", phase.doing())), "{end:?}");
        }
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_process_that_stands_still_answers_no_ping_and_is_killed() {
    let soon = Duration::from_millis(500);
    let lab = Lab::new(2, 0, Limits { stuck: soon, ping: soon / 4, ..patient() });
    let mut talk = lab.start("answer-after-1ms");
    talk.until(Phase::Talking).await;
    signal(&talk, Signal::STOP);
    let end = talk.end().await;
    assert_eq!((end.reason, end.detail.as_str()), (EndReason::Hung, "hung: it answers no ping while talking"));
    lab.close().await;
}

#[actix_web::test]
async fn a_call_whose_owner_is_gone_is_hung_up() {
    let lab = Lab::calm();
    let mut talk = lab.start("answer-after-1ms");
    talk.until(Phase::Talking).await;
    let pid = talk.pid().unwrap();
    drop(talk);
    lab.eventually("the pool is empty", <[_]>::is_empty).await;
    assert!(!is_alive(pid));
    assert_eq!(lab.workers.pool().ends.get("hung_up"), Some(&1));
    lab.close().await;
}
