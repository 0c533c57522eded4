//! Two hundred users, some with several devices, for thousands of events. The seed is in the message of a failure.

use crate::{
    laws,
    play::Move,
    rng::Rng,
    world::{Options, World},
};

const USERS: usize = 200;
const EVENTS: usize = 20_000;

fn random_move(rng: &mut Rng) -> Move {
    let n = rng.below(1 << 20);
    // Neighbours call each other, so that lines collide.
    let near = |rng: &mut Rng| rng.below(40);
    match rng.below(100) {
        0..8 => Move::LogIn(rng.below(USERS), rng.below(3)),
        8..10 => Move::LogOut(n),
        10..12 => Move::Lose(n),
        12..14 => Move::Resume(n),
        14..26 => Move::Request(n, if rng.one_in(2) { near(rng) } else { rng.below(USERS) }, 1 + n as u64 % 90),
        26..28 => Move::CallBack(n),
        28..40 => Move::Accept(n),
        40..42 => Move::Refuse(n),
        42..45 => Move::Cancel(n),
        45..49 => Move::Finish(n),
        49..53 => Move::Stray(n, rng.below(USERS), rng.one_in(2)),
        53..55 => Move::Signal(n),
        55..56 => Move::Force(n, (n % 2) as i32 * 7),
        56..65 => Move::Allow(n),
        65..67 => Move::Veto(n),
        67..70 => Move::RouteTo(n, near(rng)),
        70..82 => Move::Commit(!rng.one_in(20)),
        82..84 => Move::Pass(n as u64 % 5),
        84 if rng.one_in(60) => Move::Drain,
        _ => Move::Run(1 + n % 24),
    }
}

fn simulate(seed: u64, options: Options) -> World {
    eprintln!("seed {seed}");
    let mut world = World::new(seed, USERS, options);
    let mut moves = Rng(!seed);
    for user in 0..USERS {
        world.log_in(user, 0);
    }
    for event in 0..EVENTS {
        world.play(&random_move(&mut moves));
        if event % 16 == 0 {
            laws::at_every_instant(&world).unwrap_or_else(|broken| panic!("seed {seed}, event {event}: {broken}"));
        }
    }
    world.come_to_rest();
    laws::in_the_end(&world).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    world
}

fn reasons(world: &World) -> std::collections::BTreeSet<&'static str> {
    let last = world.history.values().filter_map(|steps| steps.last());
    last.filter_map(|step| step.call.reason.map(|reason| reason.as_str())).collect()
}

#[test]
fn two_hundred_users_with_hooks_keep_every_law() {
    for seed in [1, 2, 3] {
        let world = simulate(seed, Options { hooks: true, failing_disk: true });
        let seen = reasons(&world);
        for reason in ["busy", "cancelled", "disconnected", "forced", "hangup", "offline", "refused", "vetoed"] {
            assert!(seen.contains(reason), "no call ended as {reason}: {seen:?}");
        }
        assert!(!world.joined.is_empty(), "no glare");
        assert!(world.history.values().any(|steps| steps.last().unwrap().call.dialled.is_some()), "no routing");
    }
}

#[test]
fn two_hundred_users_without_hooks_keep_every_law() {
    for seed in [4, 5] {
        let world = simulate(seed, Options { hooks: false, failing_disk: false });
        assert!(world.history.values().filter(|steps| steps.len() == 4).count() > 100, "few calls talked");
    }
}
