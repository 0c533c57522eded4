//! The fifteen invariants of the call-control contract, §4, one named test each. What can be said of every moment of every
//! run is in `laws`; the tests here bring about the moments that matter.

use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{
        call::Call,
        codes::{self, Reason},
        effect::{Act, Effect, Input},
        event::{Changes, EventName, Verdict},
        ids::CallId,
        lines::{Claim, Lines},
        native,
        record::CallState,
        session::{Outgoing, Session, SessionEffect, SessionLimits},
    },
};

use crate::{
    laws,
    play::Move,
    rng::Rng,
    stage::{OTHER, RING, Stage, THIS, act, line, opaque, party, request, user},
    world::{Options, Told, World},
};

const PLAIN: Options = Options { hooks: false, failing_disk: false };
const HOOKED: Options = Options { hooks: true, failing_disk: false };

/// Users 0 and 1, a device each; 0 has requested 1.
fn rung(seed: u64, options: Options) -> (World, usize, usize, CallId) {
    let mut world = World::new(seed, 4, options);
    let (caller, callee) = (world.log_in(0, 0), world.log_in(1, 0));
    let call = world.request(caller, 1, RING).unwrap();
    run(&mut world);
    (world, caller, callee, call)
}

/// Everybody does what there is to do, between any two steps of which the laws hold.
fn run(world: &mut World) {
    while world.run_one() {
        laws::at_every_instant(world).unwrap();
    }
}

fn talking(seed: u64) -> (World, usize, usize, CallId) {
    let (mut world, caller, callee, call) = rung(seed, PLAIN);
    world.act(callee, &user("u0"), false, codes::SUCCESS);
    run(&mut world);
    while world.calls[&call].record.state < CallState::Talking || !told(&world).any(is_start) {
        world.commit(true);
        run(&mut world);
    }
    (world, caller, callee, call)
}

fn told(world: &World) -> impl Iterator<Item = &Told> {
    world.told.values().flatten().map(|told| &**told)
}

fn is_start(told: &Told) -> bool {
    told.event.event == EventName::Start
}

fn rest(mut world: World) -> World {
    world.come_to_rest();
    laws::in_the_end(&world).unwrap();
    world
}

#[test]
fn invariant_01_one_user_is_in_one_call_at_every_instant() {
    for seed in 0..60 {
        let mut world = World::new(seed, 3, PLAIN);
        let mut chance = Rng(!seed);
        let sessions: Vec<_> = (0..6).map(|n| world.log_in(n % 3, n / 3)).collect();
        for _ in 0..30 {
            world.request(sessions[chance.below(6)], chance.below(3), RING);
            world.play(&Move::Accept(chance.below(64)));
            world.play(&Move::Run(chance.below(8)));
            world.commit(true);
            laws::at_every_instant(&world).unwrap();
            for user in world.names.iter() {
                let calls = world.calls.values().map(|live| &live.record);
                let rings = |state| matches!(state, CallState::Ringing | CallState::Talking);
                let on = calls.filter(|call| rings(call.state) && call.other(user).is_some());
                assert!(on.count() <= 1, "seed {seed}: {user:?} is in two calls");
            }
        }
        rest(world);
    }
}

#[test]
fn invariant_02_both_lines_are_taken_together_or_not_at_all() {
    let mut lines = Lines::default();
    assert_eq!(lines.claim(THIS, &user("a"), &user("b")), Claim::Taken);
    let before = lines.clone();
    assert_eq!(lines.claim(OTHER, &user("c"), &user("b")), Claim::CalleeBusy);
    assert_eq!(lines.claim(OTHER, &user("a"), &user("c")), Claim::CallerBusy(THIS));
    assert_eq!(lines, before);
    let (mut world, ..) = rung(2, PLAIN);
    let third = world.log_in(2, 0);
    world.request(third, 1, RING);
    run(&mut world);
    rest(world);
}

#[test]
fn invariant_03_states_only_move_forward_and_version_grows_by_one() {
    let (mut world, caller, ..) = talking(3);
    world.act(caller, &user("u1"), true, 0);
    let world = rest(world);
    let versions: Vec<_> = world.history.values().flatten().map(|step| step.call.version).collect();
    assert_eq!(versions, [1, 2, 3, 4]);
}

#[test]
fn invariant_04_there_is_one_end_with_one_reason_and_what_comes_later_changes_nothing() {
    for mut stage in [Stage::ringing(), Stage::talking()] {
        stage.force(5, "");
        let ended = stage.record().clone();
        assert!(stage.force(6, "").is_empty());
        assert!(stage.pass(Duration::from_secs(86_400)).is_empty());
        assert!(stage.gone("alice/web", false).is_empty());
        assert_eq!(stage.finish("bob/web", "alice", 0), ["bob/web < reply 100107 of alice no call"]);
        assert_eq!(*stage.record(), ended);
    }
    for seed in 0..40 {
        let (mut world, caller, callee, call) = talking(seed);
        world.act(caller, &user("u1"), true, 1);
        world.act(callee, &user("u0"), true, 2);
        world.force(call, 3);
        rest(world);
    }
}

#[test]
fn invariant_05_one_answer_wins_and_the_others_are_told_so() {
    for seed in 0..40 {
        let mut world = World::new(seed, 2, PLAIN);
        let caller = world.log_in(0, 0);
        let devices: Vec<_> = (0..3).map(|on| world.log_in(1, on)).collect();
        world.request(caller, 1, RING);
        run(&mut world);
        devices.iter().for_each(|device| world.act(*device, &user("u0"), false, codes::SUCCESS));
        world.settle();
        let started = |device: &&usize| told(&world).any(|told| is_start(told) && told.reached.contains(device));
        assert_eq!(devices.iter().filter(started).count(), 1, "seed {seed}");
        let elsewhere: Vec<_> =
            told(&world).filter(|told| told.event.reason == Some(Reason::AnsweredElsewhere)).collect();
        assert_eq!((elsewhere.len(), elsewhere[0].reached.len()), (1, 2), "seed {seed}");
        rest(world);
    }
}

#[test]
fn invariant_06_cancel_against_accept_is_decided_once_and_the_same_for_both() {
    let mut outcomes = std::collections::BTreeSet::new();
    for seed in 0..40 {
        let (mut world, caller, callee, call) = rung(seed, PLAIN);
        let (first, then) = if seed % 2 == 0 { (caller, callee) } else { (callee, caller) };
        for session in [first, then] {
            let (other, code) = if session == caller { ("u1", codes::CANCELLED) } else { ("u0", codes::SUCCESS) };
            world.act(session, &user(other), false, code);
            world.play(&Move::Run(seed as usize % 3));
        }
        world.settle();
        outcomes.insert(world.history[&call].last().unwrap().call.started_at.is_some());
        rest(world);
    }
    assert_eq!(outcomes.len(), 2, "each wins once");

    // Nor does a machine that has answered end the call before its room hears of it.
    let stage = Stage::ringing();
    let mut call = Call::place(request(), true, false, RING, stage.now);
    call.step(stage.now, Input::Routed(hookswitch::protocol::effect::Route::Online(codes::Door::Native)));
    call.step(stage.now, Input::Reply(act("bob/web", "alice", codes::SUCCESS)));
    call.step(stage.now, Input::Reply(act("alice/web", "bob", codes::CANCELLED)));
    let done: Vec<_> = std::iter::from_fn(|| call.poll_effect()).map(|effect| line(&effect)).collect();
    assert_eq!(done[5..], ["open by bob/web", "alice/web < reply 100107 of bob no call"]);
}

#[test]
fn invariant_07_ringing_is_bounded_even_if_every_client_dies() {
    for options in [PLAIN, HOOKED] {
        let (mut world, caller, callee, call) = rung(7, options);
        world.lose(caller);
        world.lose(callee);
        for _ in 0..10 {
            // They never quite go, and the hooks never answer.
            world.resume(caller);
            world.resume(callee);
            world.pass(RING / 5);
            run(&mut world);
        }
        assert_eq!(world.history[&call].last().unwrap().call.reason, Some(Reason::Timeout));
        rest(world);
    }
}

#[test]
fn invariant_08_nobody_is_busy_with_a_call_that_has_ended() {
    let (mut world, caller, ..) = rung(8, HOOKED);
    let (second, third) = (world.log_in(2, 0), world.log_in(3, 0));
    world.request(second, 3, RING);
    run(&mut world);
    // The first call is routed to a line that is taken.
    let changes = Changes { target_user: Some(user("u3")), ..Changes::default() };
    world.answer_hook(0, Verdict { changes, ..Verdict::default() });
    world.settle();
    laws::at_every_instant(&world).unwrap();
    assert_eq!(world.lines.held_by(&user("u1")), None, "whom it dialled is free");
    assert!(world.request(caller, 1, RING).is_some());
    run(&mut world);
    world.log_out(third);
    rest(world);
}

#[test]
fn invariant_09_no_device_rings_before_the_verdict_or_after_a_veto() {
    let (world, ..) = rung(9, HOOKED);
    assert!(world.told.is_empty(), "the hooks have the word");
    for refused in [None, Some(9)] {
        let (mut world, _, callee, call) = rung(9, HOOKED);
        world.answer_hook(0, Verdict { refused, ..Verdict::default() });
        world.settle();
        let rang = told(&world).any(|told| told.reached.contains(&callee));
        assert_eq!(rang, refused.is_none(), "{:?}", world.history[&call].last());
        rest(world);
    }
}

#[test]
fn invariant_10_a_started_call_has_one_record_with_the_times_and_the_reason_the_parties_saw() {
    let (mut world, caller, _, call) = talking(10);
    world.pass(Duration::from_secs(90));
    world.act(caller, &user("u1"), true, 5);
    let world = rest(world);
    let record = &world.disk[&call];
    assert_eq!((world.disk.len(), record.talk_ms(), record.error_code), (1, Some(90_000), Some(5)));
    let finishes: Vec<_> = told(&world).filter(|told| told.event.event == EventName::Finish).collect();
    let at_end = finishes.iter().filter(|told| told.event.reason == Some(Reason::Hangup));
    assert!(at_end.clone().all(|told| Some(told.event.at) == record.ended_at) && at_end.count() == 2);
}

#[test]
fn invariant_11_a_resume_loses_nothing_or_says_so() {
    let limits = SessionLimits { heartbeat: Duration::from_secs(25), grace: Duration::from_secs(15), queue_bytes: 100 };
    for (frames, resumed) in [(3, true), (30, false)] {
        let now = clock::now();
        let mut session = Session::new(limits, now);
        session.line_lost(now);
        (0..frames).for_each(|_| session.push(None, |seq| format!("frame {seq:04}").into()));
        let back = session.resume(0, now);
        let replayed: Vec<_> = std::iter::from_fn(|| session.poll_effect()).collect();
        assert_eq!(back.resumed, resumed);
        let expected = if resumed { (1..=frames).map(|seq| format!("frame {seq:04}")).collect() } else { Vec::new() };
        let expected: Vec<_> = expected
            .into_iter()
            .map(|frame| SessionEffect::Send(Outgoing { text: frame.into(), call: None }))
            .collect();
        assert_eq!(replayed, expected, "all of it in order, or nothing and a snapshot");
    }
}

#[test]
fn invariant_12_nothing_is_bound_to_a_user_before_a_login() {
    for frame in [
        r#"{"type":"call","event":"request","user":"bob"}"#,
        r#"{"type":"watch","users":["bob"]}"#,
        r#"{"type":"signal","call":"00000000-0000-0000-0000-000000000001","data":1}"#,
        r#"{"type":"logout","token":"t"}"#,
        r#"{"type":"ping"}"#,
    ] {
        assert_eq!(native::decode_login(frame).unwrap_err().error_code, codes::NOT_LOGGED_IN, "{frame}");
    }
    // Nor does a frame after it say who sends it: a session's user cannot be changed or borrowed.
    let (_, frame) = native::decode(r#"{"type":"login","user":"mallory","password":"p"}"#).unwrap();
    assert_eq!(frame, native::ClientFrame::Login);
}

#[test]
fn invariant_13_a_third_party_neither_changes_a_call_nor_learns_of_it() {
    for mut stage in [Stage::asking(), Stage::routing(), Stage::ringing(), Stage::talking()] {
        let before = stage.record().clone();
        for other in ["alice", "bob", "carol"] {
            for call in [None, Some(THIS)] {
                for code in [codes::SUCCESS, codes::CANCELLED, codes::REFUSED] {
                    let sent = Act { call, ..act("carol/web", other, code) };
                    let refused = [format!("carol/web < reply 100107 of {other} no call")];
                    assert_eq!(stage.step(Input::Reply(sent.clone())), refused);
                    assert_eq!(stage.step(Input::Finish(sent)), refused);
                }
            }
        }
        assert_eq!(stage.signal("carol/web", "x"), ["carol/web < reply 100107 of carol no call"]);
        assert!(stage.gone("carol/web", false).is_empty());
        assert!(stage.back("carol/web").is_empty());
        assert_eq!(*stage.record(), before);
    }
    let data = opaque("x");
    let mut stage = Stage::opening();
    assert!(stage.step(Input::Signal { by: party("carol/web"), data }).is_empty());
    assert!(stage.committed(true)[3..].iter().all(|told| told.starts_with("carol/web < reply 100107 of carol")));
}

#[test]
fn invariant_14_at_rest_nothing_is_left() {
    for seed in 0..20 {
        let (mut world, caller, _, call) = if seed % 2 == 0 { talking(seed) } else { rung(seed, HOOKED) };
        match seed % 5 {
            0 => world.act(caller, &user("u1"), true, 0),
            1 => world.force(call, 0),
            2 => world.drain(),
            3 => world.log_out(caller),
            _ => world.lose(caller),
        }
        let world = rest(world);
        assert!(world.actors.is_empty() && world.lines.is_empty(), "seed {seed}");
    }
}

#[test]
fn invariant_15_force_is_total() {
    for mut stage in [Stage::asking(), Stage::routing(), Stage::ringing(), Stage::opening(), Stage::talking()] {
        stage.force(7, "");
        stage.committed(true);
        let call = stage.record();
        assert_eq!((call.state, call.reason, call.error_code), (CallState::Ended, Some(Reason::Forced), Some(7)));
    }
    for stored in [true, false] {
        let mut stage = Stage::opening();
        stage.force(7, "");
        stage.committed(stored);
        assert_eq!(stage.record().state, CallState::Ended);
    }
    // At whatever moment of a call's life.
    for steps in 0..40 {
        let mut world = World::new(steps as u64, 2, HOOKED);
        let (caller, callee) = (world.log_in(0, 0), world.log_in(1, 0));
        let call = world.request(caller, 1, RING).unwrap();
        for step in 0..steps {
            world.run_one();
            match step {
                8 => world.answer_hook(0, Verdict::default()),
                16 => world.act(callee, &user("u0"), false, codes::SUCCESS),
                30 => world.commit(true),
                _ => {}
            }
        }
        world.force(call, 7);
        world.settle();
        assert_eq!(world.history[&call].last().unwrap().call.state, CallState::Ended, "after {steps} steps");
        assert!(world.lines.is_empty());
        rest(world);
    }
}

#[test]
fn an_effect_is_a_value() {
    // What tests compare, shells may log: no effect shows what is relayed.
    let relay = Effect::Relay {
        call: THIS,
        user: user("bob"),
        to: hookswitch::protocol::effect::Devices::All,
        from: user("alice"),
        data: opaque("secret"),
    };
    assert_eq!(relay.clone(), relay);
    assert!(!format!("{relay:?}").contains("secret"));
}
