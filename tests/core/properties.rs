//! Whatever happens in whatever order: one call against a reference model, a small world against the laws, and a session's
//! client that must never miss a frame without being told.

use std::time::Duration;

use hookswitch::{
    clock,
    protocol::{
        codes,
        effect::{Failure, Input, Route},
        record::CallState,
        session::{Session, SessionEffect, SessionLimits},
    },
};
use proptest::{collection::vec, prelude::*};

use crate::{
    laws,
    play::Move,
    stage::{RING, Stage, request},
    world::{Options, World},
};

/// What can happen to one call of alice's (on `web`) and bob's (on `web` and `phone`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Allow,
    Veto,
    Online,
    Offline,
    Busy,
    Accept,
    Refuse,
    Cancel,
    CallerFinishes,
    CalleeFinishes,
    Join,
    Force,
    MediaFails,
    Failed,
    Drain,
    CallerGone,
    CalleeGone,
    Stranger,
    OtherDevice,
    Stored,
    NotStored,
    RingOver,
}

const EVENTS: [Event; 22] = [
    Event::Allow,
    Event::Veto,
    Event::Online,
    Event::Offline,
    Event::Busy,
    Event::Accept,
    Event::Refuse,
    Event::Cancel,
    Event::CallerFinishes,
    Event::CalleeFinishes,
    Event::Join,
    Event::Force,
    Event::Drain,
    Event::MediaFails,
    Event::Failed,
    Event::CallerGone,
    Event::CalleeGone,
    Event::Stranger,
    Event::OtherDevice,
    Event::Stored,
    Event::NotStored,
    Event::RingOver,
];

/// The reference: the contract's table and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Model {
    Asking {
        joined: bool,
    },
    Routing {
        joined: bool,
    },
    Ringing,
    /// Answered; what ends the call before the start is on disk ends it right after.
    Opening {
        doomed: bool,
    },
    Talking,
    Ended,
}

impl Model {
    fn state(self) -> CallState {
        match self {
            Self::Asking { .. } | Self::Routing { .. } => CallState::Requested,
            Self::Ringing => CallState::Ringing,
            Self::Opening { .. } | Self::Talking => CallState::Talking,
            Self::Ended => CallState::Ended,
        }
    }

    fn next(self, event: Event) -> Self {
        use Event as E;
        const OPENING: Model = Model::Opening { doomed: false };
        let ends_any = matches!(event, E::Cancel | E::CallerFinishes | E::Force | E::Drain)
            || matches!(event, E::CallerGone | E::MediaFails | E::Failed);
        match (self, event) {
            (Self::Ended, _) => Self::Ended,
            (Self::Opening { doomed: false }, E::Stored) => Self::Talking,
            // A disk that hangs holds nobody for longer than a ring.
            (Self::Opening { .. }, E::Stored | E::NotStored | E::RingOver) => Self::Ended,
            (Self::Opening { .. }, E::CalleeFinishes | E::CalleeGone) => Self::Opening { doomed: true },
            (Self::Opening { .. }, _) if ends_any => Self::Opening { doomed: true },
            (_, _) if ends_any => Self::Ended,
            (Self::Asking { joined }, E::Allow) => Self::Routing { joined },
            (Self::Asking { .. }, E::Veto) => Self::Ended,
            (Self::Asking { .. }, E::Join) => Self::Asking { joined: true },
            (Self::Asking { .. }, E::CalleeGone) => Self::Asking { joined: false },
            (Self::Asking { .. } | Self::Ringing, E::RingOver) => Self::Ended,
            (Self::Routing { .. }, E::RingOver) => Self::Ended,
            (Self::Routing { .. }, E::Join) => Self::Routing { joined: true },
            (Self::Routing { .. }, E::CalleeGone) => Self::Routing { joined: false },
            (Self::Routing { joined: false }, E::Online) => Self::Ringing,
            (Self::Routing { joined: true }, E::Online) => OPENING,
            (Self::Routing { .. }, E::Offline | E::Busy) => Self::Ended,
            (Self::Ringing, E::Accept | E::Join) => OPENING,
            (Self::Ringing, E::Refuse | E::CalleeFinishes | E::CalleeGone) => Self::Ended,
            (Self::Talking, E::CalleeFinishes | E::CalleeGone) => Self::Ended,
            (other, _) => other,
        }
    }
}

fn happen(stage: &mut Stage, event: Event) -> Vec<String> {
    match event {
        Event::Allow => stage.allow(),
        Event::Veto => stage.veto(9),
        Event::Online => stage.online(),
        Event::Offline => stage.routed(Route::Offline),
        Event::Busy => stage.routed(Route::Busy),
        Event::Accept => stage.reply("bob/web", "alice", 0),
        Event::Refuse => stage.reply("bob/web", "alice", codes::REFUSED),
        Event::Cancel => stage.reply("alice/web", "bob", codes::CANCELLED),
        Event::CallerFinishes => stage.finish("alice/web", "bob", 0),
        Event::CalleeFinishes => stage.finish("bob/web", "alice", 0),
        Event::Join => stage.join("bob/web"),
        Event::Force => stage.force(0, ""),
        Event::Drain => stage.step(Input::Drain),
        Event::MediaFails => stage.step(Input::Failed(Failure::Media)),
        Event::Failed => stage.step(Input::Failed(Failure::Busy)),
        Event::CallerGone => stage.gone("alice/web", false),
        Event::CalleeGone => stage.gone("bob/web", false),
        Event::Stranger => stage.finish("carol/web", "bob", 0),
        Event::OtherDevice => stage.finish("alice/tablet", "bob", 0),
        Event::Stored => stage.committed(true),
        Event::NotStored => stage.committed(false),
        Event::RingOver => stage.pass(RING),
    }
}

fn moves() -> impl Strategy<Value = Move> {
    let n = || 0_usize..64;
    prop_oneof![
        2 => (0_usize..4, 0_usize..2).prop_map(|(user, device)| Move::LogIn(user, device)),
        1 => n().prop_map(Move::LogOut),
        1 => n().prop_map(Move::Lose),
        1 => n().prop_map(Move::Resume),
        5 => (n(), 0_usize..4, 1_u64..90).prop_map(|(n, callee, ring)| Move::Request(n, callee, ring)),
        2 => n().prop_map(Move::CallBack),
        4 => n().prop_map(Move::Accept),
        1 => n().prop_map(Move::Refuse),
        2 => n().prop_map(Move::Cancel),
        1 => n().prop_map(Move::Finish),
        1 => (n(), 0_usize..4, any::<bool>()).prop_map(|(n, other, finish)| Move::Stray(n, other, finish)),
        1 => n().prop_map(Move::Signal),
        1 => (n(), 0_i32..2).prop_map(|(n, code)| Move::Force(n, code)),
        3 => n().prop_map(Move::Allow),
        1 => n().prop_map(Move::Veto),
        2 => (n(), 0_usize..4).prop_map(|(n, target)| Move::RouteTo(n, target)),
        3 => prop_oneof![4 => Just(true), 1 => Just(false)].prop_map(Move::Commit),
        1 => (1_u64..40).prop_map(Move::Pass),
        8 => (1_usize..12).prop_map(Move::Run),
        1 => Just(Move::Drain),
    ]
}

/// What happens to a session: something is said, the client reads, the line goes, the client comes back.
#[derive(Debug, Clone)]
enum Wire {
    Say(usize),
    Read,
    Acknowledge,
    Lose,
    Resume,
}

fn wires() -> impl Strategy<Value = Wire> {
    prop_oneof![
        5 => (1_usize..400).prop_map(Wire::Say),
        3 => Just(Wire::Read),
        2 => Just(Wire::Acknowledge),
        1 => Just(Wire::Lose),
        2 => Just(Wire::Resume),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn one_call_goes_as_the_reference_model_says(
        events in vec(prop::sample::select(&EVENTS[..]), 0..24),
        ask in any::<bool>(),
    ) {
        let mut stage = Stage::new(request(), true, ask);
        stage.drain_effects();
        let mut model = if ask { Model::Asking { joined: false } } else { Model::Routing { joined: false } };
        for event in events {
            let before = stage.record().clone();
            let told = happen(&mut stage, event);
            // Without a verdict to wait for, nothing is due while the shell looks for the callee.
            let idle = !ask && event == Event::RingOver && matches!(model, Model::Routing { .. });
            model = if idle { model } else { model.next(event) };
            let after = stage.record();
            prop_assert_eq!(after.state, model.state(), "after {:?}: {:?}", event, told);
            let steps = told.iter().filter(|line| line.starts_with("record ")).count();
            prop_assert_eq!(after.version - before.version, u32::try_from(steps).unwrap());
            prop_assert!(after.state >= before.state);
            if before.state == CallState::Ended {
                prop_assert_eq!(after, &before);
            }
        }
    }

    #[test]
    fn a_small_world_keeps_every_law(
        seed in any::<u64>(),
        hooks in any::<bool>(),
        failing_disk in any::<bool>(),
        moves in vec(moves(), 0..120),
    ) {
        let mut world = World::new(seed, 4, Options { hooks, failing_disk });
        for user in 0..4 {
            world.log_in(user, 0);
        }
        for step in &moves {
            world.play(step);
            if let Err(broken) = laws::at_every_instant(&world) {
                prop_assert!(false, "{}", broken);
            }
        }
        world.come_to_rest();
        if let Err(broken) = laws::in_the_end(&world) {
            prop_assert!(false, "{}", broken);
        }
    }

    #[test]
    fn a_client_gets_every_frame_in_order_or_is_told_that_it_missed_some(wires in vec(wires(), 0..80)) {
        let limits = SessionLimits {
            heartbeat: Duration::from_secs(25),
            grace: Duration::from_secs(15),
            queue_bytes: 1_000,
        };
        let now = clock::now();
        let mut session = Session::new(limits, now);
        let mut on_the_wire: Vec<u64> = Vec::new();
        let mut has = 0;
        for wire in wires {
            match wire {
                Wire::Say(bytes) => session.push(None, |seq| format!("{seq}:{}", "x".repeat(bytes)).into()),
                Wire::Read => {
                    for seq in on_the_wire.drain(..) {
                        prop_assert_eq!(seq, has + 1, "a silent gap, or a frame twice");
                        has = seq;
                    }
                }
                Wire::Acknowledge => session.pong(Some(has), now),
                Wire::Lose => {
                    session.line_lost(now);
                    on_the_wire.clear();
                }
                Wire::Resume => {
                    session.line_lost(now);
                    on_the_wire.clear();
                    while session.poll_effect().is_some() {}
                    let back = session.resume(has, now);
                    if !back.resumed {
                        has = back.seq;
                    }
                }
            }
            while let Some(effect) = session.poll_effect() {
                match effect {
                    SessionEffect::Send(frame) => {
                        let seq = frame.text.split_once(':').unwrap().0.parse().unwrap();
                        on_the_wire.push(seq);
                    }
                    SessionEffect::TooSlow => {
                        session.line_lost(now);
                        on_the_wire.clear();
                    }
                    SessionEffect::Ping(_) | SessionEffect::LineLost | SessionEffect::Expired => {}
                }
            }
        }
        session.line_lost(now);
        let back = session.resume(has, now);
        let replayed = std::iter::from_fn(|| session.poll_effect());
        let sent = replayed.filter(|effect| matches!(effect, SessionEffect::Send(_))).count();
        let missing = session.last_seq() - has;
        prop_assert!(!back.resumed || u64::try_from(sent).unwrap() == missing);
    }
}
