//! Real clients go on talking after the end, and accept what was refused. It must touch nothing.

use hookswitch::protocol::codes;

use crate::stage::Stage;

fn ended() -> Vec<Stage> {
    let mut refused = Stage::ringing();
    refused.reply("bob/web", "alice", codes::REFUSED);
    let mut cancelled = Stage::ringing();
    cancelled.reply("alice/web", "bob", codes::CANCELLED);
    let mut timed_out = Stage::ringing();
    timed_out.pass(crate::stage::RING);
    let mut hung_up = Stage::talking();
    hung_up.finish("alice/web", "bob", 0);
    vec![refused, cancelled, timed_out, hung_up]
}

#[test]
fn whatever_comes_after_the_end_gets_100107_and_changes_nothing() {
    for mut stage in ended() {
        let before = stage.record().clone();
        for (by, other) in [("alice/web", "bob"), ("bob/web", "alice"), ("bob/phone", "alice")] {
            let refused = [format!("{by} < reply 100107 of {other} no call")];
            for code in [0, codes::CANCELLED, codes::REFUSED, codes::TIMEOUT] {
                assert_eq!(stage.reply(by, other, code), refused);
                assert_eq!(stage.finish(by, other, code), refused);
            }
            assert_eq!(stage.signal(by, "late"), refused);
        }
        assert_eq!(*stage.record(), before);
    }
}

#[test]
fn whatever_the_server_does_after_the_end_is_a_no_op() {
    for mut stage in ended() {
        let before = stage.record().clone();
        assert!(stage.force(5, "late").is_empty());
        assert!(stage.step(hookswitch::protocol::effect::Input::Drain).is_empty());
        assert!(stage.gone("alice/web", false).is_empty());
        assert!(stage.gone("bob/web", false).is_empty());
        assert!(stage.back("bob/web").is_empty());
        assert!(stage.allow().is_empty());
        assert!(stage.online().is_empty());
        assert!(stage.committed(false).is_empty());
        assert!(stage.pass(crate::stage::LONGEST).is_empty());
        assert_eq!(*stage.record(), before);
        assert_eq!(stage.due_in(), None);
    }
}

#[test]
fn a_finish_after_busy_that_names_somebody_elses_party_leaves_their_call_alone() {
    let mut theirs = Stage::talking();
    let before = theirs.record().clone();
    assert_eq!(theirs.finish("carol/web", "bob", 0), ["carol/web < reply 100107 of bob no call"]);
    assert_eq!(theirs.reply("carol/web", "bob", codes::CANCELLED), ["carol/web < reply 100107 of bob no call"]);
    assert_eq!(*theirs.record(), before);
}

#[test]
fn a_client_that_finishes_twice_hears_one_finish() {
    let mut stage = Stage::talking();
    assert_eq!(stage.finish("alice/web", "bob", 100_104)[1], "alice/web < finish 100104 hangup of bob v4");
    assert_eq!(stage.finish("alice/web", "bob", 100_104), ["alice/web < reply 100107 of bob no call"]);
}

#[test]
fn a_reply_other_than_the_crossing_cancel_does_not_end_a_talk() {
    let mut stage = Stage::talking();
    for code in [0, codes::REFUSED, codes::TIMEOUT] {
        assert_eq!(stage.reply("alice/web", "bob", code), ["alice/web < reply 100107 of bob no call"]);
    }
    assert_eq!(stage.reply("bob/web", "alice", codes::CANCELLED), ["bob/web < reply 100107 of alice no call"]);
}
