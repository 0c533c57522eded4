//! Hundreds of users for thousands of events, and thousands of clients over a bad network. The seed is in the message of a
//! failure; `HOOKSWITCH_SIM_SEED` plays it again.

use crate::{
    laws,
    net::Net,
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

/// The seed to play again, or those that are played in every run.
fn seeds(usual: &[u64]) -> Vec<u64> {
    let own = std::env::var("HOOKSWITCH_SIM_SEED").ok();
    own.map_or_else(|| usual.to_vec(), |seed| vec![seed.parse().expect("HOOKSWITCH_SIM_SEED is a number")])
}

fn simulate(seed: u64, options: Options) -> World {
    eprintln!("HOOKSWITCH_SIM_SEED={seed}");
    let mut world = World::new(seed, USERS, options);
    let mut moves = Rng(!seed);
    for user in 0..USERS {
        world.log_in(user, 0);
    }
    for event in 0..EVENTS {
        world.play(&random_move(&mut moves));
        if event % 64 == 0 {
            laws::at_every_instant(&world)
                .unwrap_or_else(|broken| panic!("HOOKSWITCH_SIM_SEED={seed}, event {event}: {broken}"));
        }
    }
    world.come_to_rest();
    laws::in_the_end(&world).unwrap_or_else(|broken| panic!("HOOKSWITCH_SIM_SEED={seed}: {broken}"));
    world
}

fn reasons(world: &World) -> std::collections::BTreeSet<&'static str> {
    let last = world.history.values().filter_map(|steps| steps.last());
    last.filter_map(|step| step.call.reason.map(|reason| reason.as_str())).collect()
}

#[test]
fn two_hundred_users_with_hooks_keep_every_law() {
    for seed in seeds(&[1, 2, 3]) {
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
    for seed in seeds(&[4, 5]) {
        let world = simulate(seed, Options { hooks: false, failing_disk: false });
        assert!(world.history.values().filter(|steps| steps.len() == 4).count() > 100, "few calls talked");
    }
}

/// How many users are on the bad network, and for how long. Unit of the latter: a quarter of a second.
const CROWD: usize = 3_000;
const TICKS: usize = 1_200;

#[test]
fn three_thousand_users_over_a_bad_network_keep_every_law_through_crashes() {
    for seed in seeds(&[6]) {
        eprintln!("HOOKSWITCH_SIM_SEED={seed}");
        let mut net = Net::new(seed, CROWD, Options { hooks: true, failing_disk: true });
        for tick in 0..TICKS {
            net.tick(12);
            if tick % 400 == 399 {
                net.crash();
            }
            if tick % 40 == 0 {
                net.check().unwrap_or_else(|broken| panic!("HOOKSWITCH_SIM_SEED={seed}, tick {tick}: {broken}"));
            }
        }
        net.come_to_rest();
        laws::in_the_end(&net.world).unwrap_or_else(|broken| panic!("HOOKSWITCH_SIM_SEED={seed}: {broken}"));
        let started = net.world.history.values().filter(|steps| steps.len() == 4).count();
        eprintln!("{CROWD} users, {} calls, {started} of them talked; {:?}", net.world.history.len(), net.seen);
        let seen = &net.seen;
        assert!(started > 500 && !net.world.restored.is_empty() && !net.world.joined.is_empty());
        assert!([seen.lost, seen.twice, seen.resumes, seen.repeats].iter().all(|n| *n > 100), "{seen:?}");
    }
}
