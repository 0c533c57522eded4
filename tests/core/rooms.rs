//! A call once it is answered: opening, talking, restored after a restart.

use std::time::Duration;

use hookswitch::protocol::{
    codes::{self, Door, Reason},
    effect::{Act, Effect, Failure, Input},
    record::Actor,
    room::Room,
};

use crate::stage::{GRACE, LONGEST, Stage, act};

const HUNG_UP: [&str; 4] = [
    "record ended v4 hangup 5 by caller",
    "alice/web < finish 5 hangup of bob v4",
    "bob/web < finish 5 hangup of alice v4",
    "over",
];

#[test]
fn a_finish_is_told_to_both_with_the_senders_code() {
    assert_eq!(Stage::talking().finish("alice/web", "bob", 5), HUNG_UP);
}

#[test]
fn flags_param_and_text_of_a_finish_reach_both() {
    let finish = Act { flags: 1, param: 2, user_str: "bye".into(), ..act("bob/web", "alice", 0) };
    assert_eq!(
        Stage::talking().step(Input::Finish(finish))[1..3],
        [
            "alice/web < finish 0 hangup of bob v4 flags=1 param=2 \"bye\"",
            "bob/web < finish 0 hangup of alice v4 flags=1 param=2 \"bye\"",
        ]
    );
}

#[test]
fn a_line_lost_while_talking_is_told_to_both() {
    for gone in ["alice/web", "bob/web"] {
        assert_eq!(
            Stage::talking().gone(gone, true),
            [
                "record ended v4 disconnected 100106 by server",
                "alice/web < finish 100106 disconnected of bob v4",
                "bob/web < finish 100106 disconnected of alice v4",
                "over",
            ]
        );
    }
}

#[test]
fn the_business_server_finishes_a_talk_with_its_code_0_too() {
    for code in [0, 77] {
        assert_eq!(
            Stage::talking().force(code, "closed"),
            [
                format!("record ended v4 forced {code} by business"),
                format!("alice/web < finish {code} forced of bob v4 \"closed\""),
                format!("bob/web < finish {code} forced of alice v4 \"closed\""),
                "over".to_owned(),
            ]
        );
    }
}

#[test]
fn a_caller_whose_cancel_crossed_the_accept_ends_the_talk_as_cancelled() {
    assert_eq!(
        Stage::talking().reply("alice/web", "bob", codes::CANCELLED),
        [
            "record ended v4 cancelled 100101 by caller",
            "alice/web < finish 100101 cancelled of bob v4",
            "bob/web < finish 100101 cancelled of alice v4",
            "over",
        ]
    );
}

#[test]
fn nothing_is_answered_before_the_start_is_on_disk_and_then_everything_in_order() {
    let mut stage = Stage::opening();
    assert!(stage.signal("bob/web", "ice").is_empty());
    assert!(stage.pass(Duration::from_secs(1)).is_empty());
    assert!(stage.finish("alice/web", "bob", 5).is_empty());
    assert!(stage.force(9, "").is_empty());
    assert_eq!(stage.record().version, 3);
    let told = stage.committed(true);
    assert_eq!(told[0], "alice/web < start of bob v3 flags=3 param=42");
    assert_eq!(told[3], "alice/web < signal \"ice\"");
    assert_eq!(told[4..], HUNG_UP);
}

#[test]
fn a_start_that_cannot_be_stored_ends_the_call_for_every_device_that_rang() {
    let mut stage = Stage::opening();
    assert_eq!(
        stage.committed(false),
        [
            "record ended v4 drained 120 by server",
            "alice/web < reply 120 drained of bob v4",
            "bob/* < reply 120 drained of alice v4",
            "over",
        ]
    );
}

#[test]
fn a_start_that_the_disk_neither_takes_nor_refuses_ends_the_call_after_a_while() {
    let mut stage = Stage::opening();
    assert_eq!(stage.due_in(), Some(Duration::from_secs(15)));
    assert!(stage.force(9, "").is_empty(), "it waits too");
    let ended = [
        "record ended v4 drained 120 by server",
        "alice/web < reply 120 drained of bob v4",
        "bob/* < reply 120 drained of alice v4",
        "over",
    ];
    assert_eq!(stage.pass(Duration::from_secs(15)), ended);
    assert_eq!(stage.due_in(), None);
    let call = stage.record();
    assert_eq!((call.started_at, call.room), (None, None), "as the parties saw it");
    assert_eq!(call.event_seq, 4, "the hooks may hear of the start yet");
    assert!(stage.committed(true).is_empty(), "it is late");
}

#[test]
fn a_call_whose_start_could_not_be_stored_never_started() {
    let mut stage = Stage::opening();
    stage.committed(false);
    let call = stage.record();
    assert_eq!((call.started_at, call.room, call.talk_ms()), (None, None, None), "as the parties saw it");
    assert_eq!(call.event_seq, 3, "the hooks never heard of the start, and find no gap");
}

#[test]
fn the_longest_talk_is_measured_from_the_start() {
    let mut stage = Stage::talking();
    assert_eq!(stage.due_in(), Some(LONGEST));
    assert!(stage.pass(LONGEST - Duration::from_secs(1)).is_empty());
    assert_eq!(
        stage.pass(Duration::from_secs(1)),
        [
            "record ended v4 max_duration 100105 by server",
            "alice/web < finish 100105 max_duration of bob v4",
            "bob/web < finish 100105 max_duration of alice v4",
            "over",
        ]
    );
}

#[test]
fn a_restored_room_waits_for_both_parties_and_then_for_neither() {
    let mut stage = Stage::restored(None);
    assert_eq!(stage.due_in(), Some(GRACE));
    assert!(stage.back("alice/web").is_empty());
    assert!(stage.back("bob/phone").is_empty(), "another device does not take the call over");
    assert_eq!(stage.due_in(), Some(GRACE));
    assert!(stage.back("bob/web").is_empty());
    assert_eq!(stage.due_in(), None);
    assert_eq!(stage.finish("alice/web", "bob", 5), HUNG_UP);
}

#[test]
fn a_party_that_does_not_come_back_to_a_restored_room_ends_it() {
    let mut stage = Stage::restored(Some(LONGEST));
    stage.back("alice/web");
    assert_eq!(
        stage.pass(GRACE),
        [
            "record ended v4 disconnected 100106 by server",
            "alice/web < finish 100106 disconnected of bob v4",
            "bob/web < finish 100106 disconnected of alice v4",
            "over",
        ]
    );
}

#[test]
fn a_restored_room_counts_the_time_before_the_restart() {
    let mut stage = Stage::restored(Some(Duration::from_secs(70)));
    stage.back("alice/web");
    stage.back("bob/web");
    assert_eq!(stage.due_in(), Some(Duration::from_secs(10)));
    assert_eq!(stage.pass(Duration::from_secs(10))[0], "record ended v4 max_duration 100105 by server");
    assert!(Stage::restored(Some(Duration::from_secs(30))).due_in().unwrap().is_zero());
}

#[test]
fn a_call_that_rang_when_the_server_died_ends_as_restarted() {
    let stage = Stage::ringing();
    let event = stage.record().clone().restarted(stage.now.wall);
    let call = &event.call;
    assert_eq!((call.version, call.error_code, call.ended_by), (3, Some(100_106), Some(Actor::Server)));
    assert_eq!(call.reason.unwrap().as_str(), "restarted");
    assert_eq!(event.seq, 3);
}

#[test]
fn a_draining_server_ends_a_talk_with_120() {
    assert_eq!(
        Stage::talking().step(Input::Drain)[1..3],
        ["alice/web < finish 120 drained of bob v4", "bob/web < finish 120 drained of alice v4"]
    );
}

#[test]
fn a_talk_whose_media_fail_ends_once_with_100106() {
    let mut stage = Stage::talking();
    assert_eq!(
        stage.step(Input::Failed(Failure::Media)),
        [
            "record ended v4 media_failed 100106 by server",
            "alice/web < finish 100106 media_failed of bob v4",
            "bob/web < finish 100106 media_failed of alice v4",
            "over",
        ]
    );
    assert!(stage.step(Input::Failed(Failure::Media)).is_empty(), "what is over does not end again");
    // Who talks is neither busy nor away.
    for failure in [Failure::Lost, Failure::Offline, Failure::Busy, Failure::Timeout] {
        assert_eq!(Stage::talking().step(Input::Failed(failure))[0], "record ended v4 disconnected 100106 by server");
    }
}

#[test]
fn a_talk_with_a_phone_does_not_outlive_the_server_that_held_the_phone() {
    let stage = Stage::talking();
    let mut record = stage.record().clone();
    record.callee_door = Some(Door::Wechat);
    let mut room = Room::restore(record, Some(LONGEST), GRACE, stage.now);
    let ended = room.record();
    assert_eq!((ended.reason, ended.error_code, ended.version), (Some(Reason::MediaFailed), Some(100_106), 4));
    assert!(matches!(room.poll_effect(), Some(Effect::Record { commit: false, .. })));
    assert_eq!(room.poll_timeout(), None);
}
