//! Several devices, and who of them may act.

use hookswitch::protocol::{codes, effect::Act, effect::Input};

use crate::stage::{OTHER, Stage, THIS, act};

#[test]
fn any_device_of_the_callee_may_answer() {
    let mut stage = Stage::ringing();
    stage.reply("bob/phone", "alice", 0);
    assert_eq!(
        stage.committed(true)[1..],
        [
            "bob/phone < start of alice v3 flags=3 param=42 \"hi\"",
            "bob/!phone < finish 0 answered_elsewhere of alice v3"
        ]
    );
}

#[test]
fn a_losers_late_accept_or_refusal_gets_100107() {
    let mut stage = Stage::opening();
    stage.reply("bob/phone", "alice", 0);
    stage.reply("bob/tablet", "alice", codes::REFUSED);
    stage.finish("bob/desk", "alice", 0);
    assert_eq!(
        stage.committed(true)[3..],
        [
            "bob/phone < reply 100107 of alice no call",
            "bob/tablet < reply 100107 of alice no call",
            "bob/desk < reply 100107 of alice no call",
        ]
    );
    assert_eq!(stage.reply("bob/phone", "alice", 0), ["bob/phone < reply 100107 of alice no call"]);
}

#[test]
fn only_the_requesting_device_may_cancel() {
    let mut stage = Stage::ringing();
    let refused = ["alice/tablet < reply 100107 of bob no call"];
    assert_eq!(stage.reply("alice/tablet", "bob", codes::CANCELLED), refused);
    assert_eq!(stage.finish("alice/tablet", "bob", 0), refused);
    assert_eq!(stage.reply("bob/web", "alice", 0)[0], "open by bob/web");
}

#[test]
fn from_start_on_only_the_two_bound_devices_act() {
    let mut stage = Stage::talking();
    for (by, other) in [("alice/tablet", "bob"), ("bob/phone", "alice")] {
        assert_eq!(stage.finish(by, other, 0), [format!("{by} < reply 100107 of {other} no call")]);
        assert_eq!(stage.signal(by, "x"), [format!("{by} < reply 100107 of {other} no call")]);
    }
    assert!(stage.gone("alice/tablet", true).is_empty());
    assert!(stage.gone("bob/phone", true).is_empty());
    assert_eq!(stage.signal("alice/web", "x"), ["bob/web < signal \"x\""]);
    assert_eq!(stage.signal("bob/web", "x"), ["alice/web < signal \"x\""]);
}

#[test]
fn a_caller_cannot_accept_its_own_call() {
    assert_eq!(Stage::ringing().reply("alice/web", "bob", 0), ["alice/web < reply 100107 of bob no call"]);
    assert_eq!(Stage::asking().reply("alice/web", "bob", 0), ["alice/web < reply 100107 of bob no call"]);
    assert_eq!(Stage::talking().reply("alice/web", "bob", 0), ["alice/web < reply 100107 of bob no call"]);
}

#[test]
fn the_callee_cannot_answer_before_it_rings() {
    for code in [0, codes::REFUSED] {
        let mut stage = Stage::asking();
        assert_eq!(stage.reply("bob/web", "alice", code), ["bob/web < reply 100107 of alice no call"]);
        assert_eq!(stage.finish("bob/web", "alice", code), ["bob/web < reply 100107 of alice no call"]);
        assert_eq!(stage.allow(), ["route"], "and nothing changed");
    }
}

#[test]
fn a_frame_that_names_another_call_or_another_user_gets_100107() {
    for mut stage in [Stage::ringing(), Stage::talking()] {
        let wrong_call = Act { call: Some(OTHER), ..act("alice/web", "bob", codes::CANCELLED) };
        assert_eq!(stage.step(Input::Finish(wrong_call)), ["alice/web < reply 100107 of bob no call"]);
        assert_eq!(stage.finish("alice/web", "carol", 0), ["alice/web < reply 100107 of carol no call"]);
        assert_eq!(stage.finish("bob/web", "carol", 0), ["bob/web < reply 100107 of carol no call"]);
        let right = Act { call: Some(THIS), ..act("alice/web", "bob", codes::CANCELLED) };
        assert!(stage.step(Input::Finish(right)).contains(&"over".to_owned()));
    }
}

#[test]
fn the_nameless_device_is_a_device_like_any_other() {
    let mut stage = Stage::ringing();
    assert_eq!(stage.reply("bob/", "alice", 0)[0], "open by bob/");
    assert_eq!(stage.committed(true)[1], "bob/ < start of alice v3 flags=3 param=42 \"hi\"");
}
