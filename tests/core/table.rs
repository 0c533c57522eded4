//! The table of the call-control contract, §3: who gets what, from request to start.

use std::time::Duration;

use hookswitch::protocol::{
    call::Request,
    codes,
    effect::{Act, Failure, Input, Route},
    event::{Changes, Verdict},
    record::{Actor, CallState, VetoOutcome, VetoRecord},
};

use crate::stage::{RING, Stage, act, opaque, party, request, user};

#[test]
fn a_request_without_hooks_is_recorded_and_routed_at_once() {
    let mut stage = Stage::new(request(), true, false);
    assert_eq!(stage.drain_effects(), ["record requested v1", "route"]);
}

#[test]
fn a_request_with_hooks_is_recorded_and_put_to_them_and_nobody_rings() {
    let mut stage = Stage::new(request(), true, true);
    assert_eq!(stage.drain_effects(), ["record requested v1", "ask"]);
    assert_eq!(stage.allow(), ["route"]);
}

#[test]
fn a_free_callee_rings_and_the_caller_hears_reply_0() {
    let mut stage = Stage::routing();
    assert_eq!(
        stage.online(),
        [
            "record ringing v2",
            "alice/web < reply 0 of bob v2",
            "bob/* < request of alice v2 flags=3 param=7 \"hi\" sdp=\"offer\"",
        ]
    );
    assert_eq!(stage.due_in(), Some(RING));
}

#[test]
fn a_veto_reaches_the_caller_with_its_code_and_the_callee_never_hears_of_it() {
    let mut stage = Stage::asking();
    assert_eq!(
        stage.veto(1_234),
        ["record ended v2 vetoed 1234 by hook", "alice/web < reply 1234 vetoed of bob v2", "over"]
    );
    assert_eq!(stage.record().ringing_at, None);
}

#[test]
fn the_verdicts_of_the_hooks_are_in_the_record() {
    let hooks = vec![VetoRecord {
        hook: "crm".into(),
        verdict: VetoOutcome::Timeout,
        policy: None,
        ms: 9,
        error_code: 0,
        message: None,
    }];
    let mut stage = Stage::asking();
    stage.step(Input::Verdict(Verdict { refused: Some(207), hooks: hooks.clone(), ..Verdict::default() }));
    assert_eq!(stage.record().veto, hooks);
}

#[test]
fn an_offline_callee_is_told_of_at_once() {
    let mut stage = Stage::routing();
    assert_eq!(
        stage.routed(Route::Offline),
        ["record ended v2 offline 100102 by server", "alice/web < reply 100102 offline of bob v2", "over"]
    );
}

#[test]
fn a_busy_callee_is_told_of_at_once_and_no_hook_is_asked() {
    let mut stage = Stage::new(request(), false, true);
    assert_eq!(
        stage.drain_effects(),
        [
            "record requested v1",
            "record ended v2 busy 100103 by server",
            "alice/web < reply 100103 busy of bob v2",
            "over",
        ]
    );
}

#[test]
fn an_accept_opens_a_room_and_start_waits_for_the_commit() {
    let mut stage = Stage::ringing();
    let accept = Act { user_str: "hello".into(), sdp: Some(opaque("answer")), ..act("bob/web", "alice", 0) };
    assert_eq!(stage.step(Input::Reply(accept)), ["open by bob/web", "record talking v3 commit"]);
    assert_eq!(
        stage.committed(true),
        [
            "alice/web < start of bob v3 flags=3 param=42 \"hello\" sdp=\"answer\"",
            "bob/web < start of alice v3 flags=3 param=42 \"hi\"",
            "bob/!web < finish 0 answered_elsewhere of alice v3",
        ]
    );
}

#[test]
fn a_refusal_reaches_the_caller_with_the_callees_own_code() {
    for code in [codes::REFUSED, 5, -1, codes::BUSY] {
        let mut stage = Stage::ringing();
        let refusal = Act { user_str: "later".into(), param: 9, ..act("bob/web", "alice", code) };
        assert_eq!(
            stage.step(Input::Reply(refusal)),
            [
                format!("record ended v3 refused {code} by callee"),
                format!("alice/web < reply {code} refused of bob v3 param=9 \"later\""),
                "bob/!web < finish 0 declined_elsewhere of alice v3".to_owned(),
                "over".to_owned(),
            ]
        );
    }
}

#[test]
fn a_finish_of_the_ringing_callee_is_a_refusal_whatever_its_code() {
    let mut stage = Stage::ringing();
    assert_eq!(
        stage.finish("bob/web", "alice", 5),
        [
            "record ended v3 refused 100104 by callee",
            "alice/web < reply 100104 refused of bob v3",
            "bob/!web < finish 0 declined_elsewhere of alice v3",
            "over",
        ]
    );
}

#[test]
fn a_cancel_reaches_every_ringing_device_and_not_the_caller() {
    let cancelled =
        ["record ended v3 cancelled 100101 by caller", "bob/* < reply 100101 cancelled of alice v3", "over"];
    for code in [codes::CANCELLED, codes::REFUSED, 5] {
        assert_eq!(Stage::ringing().reply("alice/web", "bob", code), cancelled, "any reply that is not 0");
    }
    assert_eq!(Stage::ringing().finish("alice/web", "bob", 0), cancelled);
}

#[test]
fn a_cancel_before_the_ring_reaches_nobody_but_the_record() {
    for mut stage in [Stage::asking(), Stage::routing()] {
        assert_eq!(
            stage.reply("alice/web", "bob", codes::CANCELLED),
            ["record ended v2 cancelled 100101 by caller", "over"]
        );
        assert!(stage.allow().is_empty(), "the verdict is late");
        assert!(stage.online().is_empty(), "and so is the route");
        assert_eq!(stage.due_in(), None);
    }
}

#[test]
fn no_answer_within_the_ring_time_is_told_to_both() {
    let mut stage = Stage::ringing();
    assert!(stage.pass(RING - Duration::from_millis(1)).is_empty());
    assert_eq!(
        stage.pass(Duration::from_millis(1)),
        [
            "record ended v3 timeout 100105 by server",
            "alice/web < reply 100105 timeout of bob v3",
            "bob/* < reply 100105 timeout of alice v3",
            "over",
        ]
    );
    assert_eq!(stage.record().ring_ms(), Some(60_000));
}

#[test]
fn a_request_may_only_shorten_the_ring() {
    for (asked, rings) in [(Duration::from_secs(5), Duration::from_secs(5)), (RING * 2, RING)] {
        assert_eq!(Stage::ringing_for(Request { ring: asked, ..request() }).due_in(), Some(rings));
    }
}

#[test]
fn a_hook_sets_the_ring_time_up_to_the_servers_limit() {
    for (asked, rings) in [(Duration::from_secs(5), Duration::from_secs(5)), (RING * 2, RING)] {
        let mut stage = Stage::asking();
        let changes = Changes { ring: Some(asked), ..Changes::default() };
        stage.step(Input::Verdict(Verdict { changes, ..Verdict::default() }));
        stage.online();
        assert_eq!(stage.due_in(), Some(rings));
    }
}

#[test]
fn a_verdict_that_never_comes_is_a_timeout_of_which_only_the_caller_hears() {
    let mut stage = Stage::asking();
    let due = stage.due_in().unwrap();
    assert_eq!(
        stage.pass(due),
        ["record ended v2 timeout 100105 by server", "alice/web < reply 100105 timeout of bob v2", "over"]
    );
}

#[test]
fn the_hooks_changes_are_what_rings_and_what_is_recorded() {
    let mut stage = Stage::asking();
    let changes = Changes { flags: Some(1), param: Some(-4), user_str: Some("vip".into()), ..Changes::default() };
    assert_eq!(stage.step(Input::Verdict(Verdict { changes, ..Verdict::default() })), ["route"]);
    assert_eq!(stage.online()[2], "bob/* < request of alice v2 flags=1 param=-4 \"vip\" sdp=\"offer\"");
}

#[test]
fn a_caller_lost_while_ringing_ends_the_call() {
    let mut stage = Stage::ringing();
    assert_eq!(
        stage.gone("alice/web", true),
        [
            "record ended v3 disconnected 100106 by server",
            "alice/web < reply 100106 disconnected of bob v3",
            "bob/* < reply 100106 disconnected of alice v3",
            "over",
        ]
    );
}

#[test]
fn a_callee_lost_while_ringing_ends_the_call_only_with_its_last_device() {
    let mut stage = Stage::ringing();
    assert!(stage.gone("bob/phone", true).is_empty());
    assert_eq!(stage.gone("bob/web", false)[0], "record ended v3 disconnected 100106 by server");
}

#[test]
fn a_caller_that_is_replaced_on_its_device_keeps_the_call() {
    let mut stage = Stage::ringing();
    let input =
        Input::Gone { user: user("alice"), device: party("alice/web").device, device_online: true, user_online: true };
    assert!(stage.step(input).is_empty());
    assert!(stage.gone("alice/tablet", true).is_empty(), "her other devices have no part in it");
}

#[test]
fn a_caller_lost_while_the_hooks_think_ends_the_call() {
    let mut stage = Stage::asking();
    assert_eq!(
        stage.gone("alice/web", false),
        ["record ended v2 disconnected 100106 by server", "alice/web < reply 100106 disconnected of bob v2", "over",]
    );
}

#[test]
fn a_callee_lost_before_the_ring_is_found_offline_by_the_route() {
    let mut stage = Stage::asking();
    assert!(stage.gone("bob/web", false).is_empty());
    stage.allow();
    assert_eq!(stage.routed(Route::Offline)[1], "alice/web < reply 100102 offline of bob v2");
}

#[test]
fn the_business_server_finishes_a_ringing_call_with_its_code_or_100101() {
    for (code, sent) in [(0, 100_101), (77, 77)] {
        let mut stage = Stage::ringing();
        assert_eq!(
            stage.force(code, "closed"),
            [
                format!("record ended v3 forced {sent} by business"),
                format!("alice/web < reply {sent} forced of bob v3 \"closed\""),
                format!("bob/* < reply {sent} forced of alice v3 \"closed\""),
                "over".to_owned(),
            ]
        );
    }
}

#[test]
fn a_call_forced_before_it_rings_is_told_to_the_caller_alone() {
    for mut stage in [Stage::asking(), Stage::routing()] {
        assert_eq!(
            stage.force(0, ""),
            ["record ended v2 forced 100101 by business", "alice/web < reply 100101 forced of bob v2", "over"]
        );
    }
}

#[test]
fn a_draining_server_ends_a_ringing_call_with_120() {
    assert_eq!(
        Stage::ringing().step(Input::Drain),
        [
            "record ended v3 drained 120 by server",
            "alice/web < reply 120 drained of bob v3",
            "bob/* < reply 120 drained of alice v3",
            "over",
        ]
    );
}

#[test]
fn a_failing_gateway_ends_a_ringing_call_with_its_own_reason() {
    let ends = [
        (Failure::Media, "media_failed", codes::DISCONNECTED),
        (Failure::Lost, "disconnected", codes::DISCONNECTED),
        (Failure::Offline, "offline", codes::OFFLINE),
        (Failure::Busy, "busy", codes::BUSY),
        (Failure::Timeout, "timeout", codes::TIMEOUT),
    ];
    for (failure, reason, code) in ends {
        assert_eq!(
            Stage::ringing().step(Input::Failed(failure)),
            [
                format!("record ended v3 {reason} {code} by server"),
                format!("alice/web < reply {code} {reason} of bob v3"),
                format!("bob/* < reply {code} {reason} of alice v3"),
                "over".to_owned(),
            ]
        );
    }
}

#[test]
fn whichever_of_cancel_and_accept_comes_first_wins() {
    let mut stage = Stage::ringing();
    stage.reply("alice/web", "bob", codes::CANCELLED);
    assert_eq!(stage.reply("bob/web", "alice", 0), ["bob/web < reply 100107 of alice no call"]);

    let mut stage = Stage::ringing();
    assert_eq!(stage.reply("bob/web", "alice", 0)[0], "open by bob/web");
    assert!(stage.reply("alice/web", "bob", codes::CANCELLED).is_empty(), "it waits for the start");
    let told = stage.committed(true);
    assert_eq!(told[0], "alice/web < start of bob v3 flags=3 param=42");
    assert_eq!(
        told[3..],
        [
            "record ended v4 cancelled 100101 by caller",
            "alice/web < finish 100101 cancelled of bob v4",
            "bob/web < finish 100101 cancelled of alice v4",
            "over",
        ]
    );
}

#[test]
fn a_placed_call_is_not_put_to_the_hooks_and_its_caller_hears_that_it_was_placed() {
    let mut stage = Stage::new(Request { placed: true, sdp: None, ..request() }, true, true);
    assert_eq!(stage.drain_effects(), ["record requested v1", "route"]);
    assert_eq!(stage.record().timeline[0].actor, Actor::Business);
    assert_eq!(
        stage.online()[1..],
        ["alice/web < reply 0 of bob v2 placed", "bob/* < request of alice v2 flags=3 param=7 \"hi\""]
    );
}

#[test]
fn the_caller_of_a_placed_call_that_never_rang_hears_nothing() {
    let mut stage = Stage::new(Request { placed: true, ..request() }, true, false);
    stage.drain_effects();
    assert_eq!(stage.routed(Route::Offline), ["record ended v2 offline 100102 by server", "over"]);
}

#[test]
fn the_record_has_the_times_the_parties_saw() {
    let mut stage = Stage::talking();
    stage.pass(Duration::from_secs(90));
    stage.finish("bob/web", "alice", 8);
    let call = stage.record();
    assert_eq!((call.state, call.version, call.talk_ms()), (CallState::Ended, 4, Some(90_000)));
    assert_eq!((call.error_code, call.ended_by), (Some(8), Some(Actor::Callee)));
    let states: Vec<_> = call.timeline.iter().map(|step| (step.state, step.version)).collect();
    assert_eq!(
        states,
        [(CallState::Requested, 1), (CallState::Ringing, 2), (CallState::Talking, 3), (CallState::Ended, 4)]
    );
}

#[test]
fn what_the_caller_signals_before_the_ring_follows_the_request() {
    let mut stage = Stage::asking();
    assert!(stage.signal("alice/web", "ice 1").is_empty());
    stage.allow();
    assert!(stage.signal("alice/web", "ice 2").is_empty());
    let told = stage.online();
    assert_eq!(told[3..], ["bob/* < signal \"ice 1\"", "bob/* < signal \"ice 2\""]);
    assert_eq!(stage.signal("alice/web", "ice 3"), ["bob/* < signal \"ice 3\""]);
    assert_eq!(stage.signal("bob/phone", "ice"), ["alice/web < signal \"ice\""]);
}

#[test]
fn a_caller_that_signals_without_end_before_the_ring_is_refused() {
    let mut stage = Stage::asking();
    let big = "x".repeat(40_000);
    for _ in 0..6 {
        assert!(stage.signal("alice/web", &big).is_empty());
    }
    assert_eq!(stage.signal("alice/web", &big), ["alice/web < reply 100107 of bob no call"]);
    stage.allow();
    assert_eq!(stage.online().len(), 3 + 6);
}

#[test]
fn the_callee_cannot_signal_before_it_rings_nor_another_device_of_the_caller() {
    let mut stage = Stage::asking();
    assert_eq!(stage.signal("bob/web", "ice"), ["bob/web < reply 100107 of alice no call"]);
    assert_eq!(stage.signal("alice/tablet", "ice"), ["alice/tablet < reply 100107 of bob no call"]);
}
