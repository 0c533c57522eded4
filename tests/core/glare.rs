//! Two users request each other at once: one call survives, and the other's request is its accept.

use hookswitch::protocol::{
    codes,
    effect::{Input, Route},
    event::{Changes, Verdict},
};

use crate::stage::{Stage, user};

fn route_to(target: &str) -> Input {
    let changes = Changes { target_user: Some(user(target)), ..Changes::default() };
    Input::Verdict(Verdict { changes, ..Verdict::default() })
}

#[test]
fn a_request_of_the_ringing_callee_is_an_accept_by_that_device() {
    let mut stage = Stage::ringing();
    assert_eq!(stage.join("bob/phone"), ["open by bob/phone", "record talking v3 commit"]);
    assert_eq!(
        stage.committed(true),
        [
            "alice/web < start of bob v3 flags=3 param=42",
            "bob/phone < start of alice v3 flags=3 param=42 \"hi\"",
            "bob/!phone < finish 0 answered_elsewhere of alice v3",
        ],
        "the caller's start has no sdp"
    );
}

#[test]
fn while_a_verdict_is_pending_the_other_request_waits_and_no_hook_is_asked_again() {
    let mut stage = Stage::asking();
    assert!(stage.join("bob/web").is_empty());
    assert_eq!(stage.allow(), ["route"]);
    assert_eq!(
        stage.online(),
        [
            "record ringing v2",
            "alice/web < reply 0 of bob v2",
            "bob/* < request of alice v2 flags=3 param=7 \"hi\" sdp=\"offer\"",
            "open by bob/web",
            "record talking v3 commit",
        ],
        "the survivor's offer comes before start"
    );
}

#[test]
fn of_several_devices_that_requested_the_first_answers() {
    let mut stage = Stage::routing();
    stage.join("bob/phone");
    stage.join("bob/web");
    stage.join("bob/phone");
    assert!(stage.online().contains(&"open by bob/phone".to_owned()));
    let told = stage.committed(true);
    assert_eq!(told[2], "bob/!phone < finish 0 answered_elsewhere of alice v3");
}

#[test]
fn a_veto_ends_both_requests() {
    let mut stage = Stage::asking();
    stage.join("bob/web");
    assert_eq!(
        stage.veto(9),
        [
            "record ended v2 vetoed 9 by hook",
            "alice/web < reply 9 vetoed of bob v2",
            "bob/web < reply 9 vetoed of alice v2",
            "over",
        ]
    );
}

#[test]
fn a_cancel_ends_both_requests() {
    let mut stage = Stage::asking();
    stage.join("bob/web");
    assert_eq!(
        stage.reply("alice/web", "bob", codes::CANCELLED),
        ["record ended v2 cancelled 100101 by caller", "bob/web < reply 100101 cancelled of alice v2", "over"]
    );
}

#[test]
fn a_request_that_crossed_a_cancel_hears_of_it() {
    let mut stage = Stage::ringing();
    stage.reply("alice/web", "bob", codes::CANCELLED);
    assert_eq!(stage.join("bob/web"), ["bob/web < reply 100101 cancelled of alice v3"]);
}

#[test]
fn whoever_requested_a_caller_that_was_routed_away_finds_it_busy() {
    let mut stage = Stage::asking();
    stage.join("bob/web");
    assert_eq!(stage.step(route_to("carol")), ["bob/web < reply 100103 busy of alice v1", "route to carol"]);
    assert_eq!(stage.online()[2], "carol/* < request of alice v2 flags=3 param=7 \"hi\" sdp=\"offer\"");
}

#[test]
fn a_request_that_crossed_the_routing_hears_the_same() {
    let mut stage = Stage::asking();
    stage.step(route_to("carol"));
    assert_eq!(stage.join("bob/web"), ["bob/web < reply 100103 busy of alice v1"]);
    assert_eq!(stage.join("dave/web"), ["dave/web < reply 100103 of alice no call"], "a stranger has no part in it");
}

#[test]
fn a_request_that_crossed_the_start_finds_its_sender_in_a_call() {
    let mut stage = Stage::opening();
    assert!(stage.join("bob/phone").is_empty(), "it waits for the commit");
    let told = stage.committed(true);
    assert_eq!(told.last().unwrap(), "bob/phone < reply 440 of alice no call");
    assert_eq!(stage.join("bob/web"), ["bob/web < reply 440 of alice no call"]);
}

#[test]
fn a_device_that_requested_and_left_before_the_ring_does_not_answer() {
    let mut stage = Stage::asking();
    stage.join("bob/phone");
    stage.join("bob/web");
    stage.gone("bob/phone", true);
    stage.allow();
    assert!(stage.online().contains(&"open by bob/web".to_owned()));

    let mut stage = Stage::asking();
    stage.join("bob/phone");
    stage.gone("bob/phone", true);
    stage.allow();
    assert_eq!(stage.online().len(), 3, "bob's other devices ring");
}

#[test]
fn an_offline_callee_that_requested_and_left_is_offline() {
    let mut stage = Stage::asking();
    stage.join("bob/web");
    stage.gone("bob/web", false);
    stage.allow();
    assert_eq!(
        stage.routed(Route::Offline),
        ["record ended v2 offline 100102 by server", "alice/web < reply 100102 offline of bob v2", "over"]
    );
}
