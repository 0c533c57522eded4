//! A hook sends the call to somebody else.

use hookswitch::protocol::{
    codes,
    effect::{Act, Input, Route},
    event::{Changes, Verdict},
};

use crate::stage::{Stage, THIS, act, user};

fn routed() -> Stage {
    let mut stage = Stage::asking();
    let changes = Changes { target_user: Some(user("carol")), ..Changes::default() };
    assert_eq!(stage.step(Input::Verdict(Verdict { changes, ..Verdict::default() })), ["route to carol"]);
    stage
}

#[test]
fn a_routed_call_rings_the_target_and_the_dialled_user_hears_nothing() {
    let mut stage = routed();
    assert_eq!(
        stage.online(),
        [
            "record ringing v2",
            "alice/web < reply 0 of carol v2",
            "carol/* < request of alice v2 flags=3 param=7 \"hi\" sdp=\"offer\"",
        ]
    );
    assert_eq!(stage.record().dialled, Some(user("bob")));
}

#[test]
fn routing_to_whom_the_caller_dialled_is_no_routing() {
    let mut stage = Stage::asking();
    let changes = Changes { target_user: Some(user("bob")), ..Changes::default() };
    assert_eq!(stage.step(Input::Verdict(Verdict { changes, ..Verdict::default() })), ["route"]);
    assert_eq!(stage.record().dialled, None);
}

#[test]
fn a_call_that_is_routed_to_its_own_caller_finds_that_line_taken() {
    let mut stage = Stage::asking();
    let changes = Changes { target_user: Some(user("alice")), ..Changes::default() };
    assert_eq!(
        stage.step(Input::Verdict(Verdict { changes, ..Verdict::default() })),
        ["record ended v2 busy 100103 by server", "alice/web < reply 100103 busy of bob v2", "over"]
    );
    assert_eq!((stage.record().callee.as_str(), &stage.record().dialled), ("bob", &None));
}

#[test]
fn a_target_that_is_busy_or_offline_ends_the_call() {
    assert_eq!(
        routed().routed(Route::Busy),
        ["record ended v2 busy 100103 by server", "alice/web < reply 100103 busy of carol v2", "over"]
    );
    assert_eq!(
        routed().routed(Route::Offline),
        ["record ended v2 offline 100102 by server", "alice/web < reply 100102 offline of carol v2", "over"]
    );
}

#[test]
fn the_caller_may_go_on_naming_whom_it_dialled_if_it_names_the_call() {
    let mut stage = routed();
    stage.online();
    assert_eq!(stage.reply("alice/web", "bob", codes::CANCELLED), ["alice/web < reply 100107 of bob no call"]);
    let cancel = Act { call: Some(THIS), ..act("alice/web", "bob", codes::CANCELLED) };
    assert_eq!(
        stage.step(Input::Reply(cancel)),
        ["record ended v3 cancelled 100101 by caller", "carol/* < reply 100101 cancelled of alice v3", "over",]
    );
}

#[test]
fn the_dialled_user_has_no_part_in_a_routed_call() {
    let mut stage = routed();
    stage.online();
    for code in [0, codes::REFUSED] {
        let by_call = Act { call: Some(THIS), ..act("bob/web", "alice", code) };
        assert_eq!(stage.step(Input::Reply(by_call)), ["bob/web < reply 100107 of alice no call"]);
    }
    assert!(stage.gone("bob/web", false).is_empty());
    assert_eq!(stage.reply("carol/web", "alice", 0)[0], "open by carol/web");
}
