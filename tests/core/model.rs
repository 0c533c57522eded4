//! The model checker: every state that the real machines can get into, not some.
//!
//! Three users with two devices each. Something happens to them up to a given number of times: a frame, a verdict, a timer, a
//! lost line, a refused write, the server's death. After each, whatever the server does by itself (one message read, one effect
//! carried out, one write) may come in any order, and the next thing may happen at any moment in between. States are told
//! apart by a fingerprint, each is looked at once, and in each the laws must hold. Time is whatever it needs to be: any timer
//! that is set may fire.
//!
//! States are explored in the order of how much has happened, so that a counterexample is one with the fewest happenings.

mod moves;

use std::{
    collections::HashSet,
    fmt::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use hookswitch::{clock, protocol::record::CallState};

use self::moves::{Happening, Kinds, Move};
use crate::{
    laws::{self, Law},
    rng::Rng,
    world::{Options, World},
};

const USERS: usize = 3;
const DEVICES: usize = 2;

/// What is explored.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// How often something happens.
    happenings: usize,
    /// What may happen.
    kinds: Kinds,
    /// Whether every effect is a step of its own. Otherwise what nobody else can see is done at once.
    fine: bool,
}

#[derive(Debug, Default)]
struct Report {
    states: u64,
    steps: u64,
    at_rest: u64,
    longest: usize,
}

/// How a state was come to.
#[derive(Debug)]
struct Trail {
    step: Move,
    before: Option<Arc<Trail>>,
    length: usize,
}

type Path = Option<Arc<Trail>>;

fn longer(before: &Path, step: Move) -> Path {
    let length = before.as_ref().map_or(0, |trail| trail.length) + 1;
    Some(Arc::new(Trail { step, before: before.clone(), length }))
}

/// A state in which a law is broken, and how it was come to.
fn counterexample(world: &World, path: &Path, broken: &str) -> String {
    let mut steps = Vec::new();
    let mut trail = path.as_deref();
    while let Some(at) = trail {
        steps.push(&at.step);
        trail = at.before.as_deref();
    }
    let happened = steps.iter().filter(|step| matches!(step, Move::Happens(_))).count();
    let mut text = format!("broken: {broken}\n{happened} happenings in {} steps:\n", steps.len());
    let mut then = start(world.options);
    for (n, step) in steps.iter().rev().enumerate() {
        writeln!(text, "{:3}. {}", n + 1, step.describe(&then)).unwrap();
        then.take(step);
    }
    text
}

/// Everybody is there, nobody calls.
fn start(options: Options) -> World {
    let mut world = World::new(0, USERS, options);
    for user in 0..USERS {
        for device in 0..DEVICES {
            world.log_in(user, device);
        }
    }
    world.settle();
    world
}

struct Explorer {
    bounds: Bounds,
    seen: HashSet<u64>,
    report: Report,
}

impl Explorer {
    /// A state that was not seen before, after its check.
    fn child(&mut self, world: &World, path: &Path, step: Move) -> Result<Option<(World, Path)>, String> {
        self.report.steps += 1;
        let mut next = world.clone();
        next.take(&step);
        let mut broken = Ok(());
        if !self.bounds.fine {
            next.do_what_nobody_sees();
        }
        for call in next.over() {
            broken = broken.and_then(|()| laws::of_a_call(&next, call));
            next.forget(call);
        }
        if !self.seen.insert(next.fingerprint()) {
            return Ok(None);
        }
        let path = longer(path, step);
        self.report.states += 1;
        self.report.longest = self.report.longest.max(path.as_ref().map_or(0, |trail| trail.length));
        broken = broken.and_then(|()| laws::at_every_instant(&next));
        if broken.is_ok() && next.is_at_rest() {
            self.report.at_rest += 1;
            broken = nobody_is_stuck(&next).and_then(|()| force_is_total(&next));
        }
        match broken {
            Ok(()) => Ok(Some((next, path))),
            Err(law) => Err(counterexample(&next, &path, &law)),
        }
    }

    /// Whatever the server may do by itself from these states on. They and what comes of them are in the answer, where asked.
    fn settle(&mut self, from: Vec<(World, Path)>, keep: bool) -> Result<Vec<(World, Path)>, String> {
        let mut pending = from;
        let mut settled = Vec::new();
        while let Some((world, path)) = pending.pop() {
            for step in world.own_steps() {
                pending.extend(self.child(&world, &path, step)?);
            }
            if keep {
                settled.push((world, path));
            }
        }
        Ok(settled)
    }
}

/// Explores everything within the bounds.
///
/// # Errors
/// The counterexample.
fn explore(options: Options, bounds: Bounds) -> Result<Report, String> {
    let mut explorer = Explorer { bounds, seen: HashSet::new(), report: Report::default() };
    let world = start(options);
    explorer.seen.insert(world.fingerprint());
    let mut layer = vec![(world, None)];
    for happened in 1..=bounds.happenings {
        let last = happened == bounds.happenings;
        let mut next = Vec::new();
        for (world, path) in explorer.settle(layer, true)? {
            for happening in world.happenings(bounds.kinds, DEVICES) {
                let child = explorer.child(&world, &path, Move::Happens(happening))?;
                if last {
                    // Nothing more can happen: what comes of it need not be kept.
                    explorer.settle(child.into_iter().collect(), false)?;
                } else {
                    next.extend(child);
                }
            }
        }
        layer = next;
    }
    Ok(explorer.report)
}

/// 7, 8, 14. From here timers alone end every call and free every line; once all have left, nothing is left.
fn nobody_is_stuck(world: &World) -> Law {
    let mut world = world.clone();
    world.rng = Rng(0);
    for _ in 0..4 {
        world.pass(Duration::from_secs(86_400));
        world.settle();
    }
    if !world.lines.is_empty() {
        return Err(format!("8: nothing ever frees {:?}", world.lines));
    }
    world.come_to_rest();
    laws::at_every_instant(&world)?;
    laws::in_the_end(&world)
}

/// 15. Whatever call is on ends when it is forced to.
fn force_is_total(world: &World) -> Law {
    for (call, _) in world.calls.iter().filter(|(_, live)| live.record.state != CallState::Ended) {
        let mut world = world.clone();
        world.rng = Rng(0);
        world.force(*call, 7);
        world.settle();
        let ended = world.history[call].last().is_some_and(|step| step.call.state == CallState::Ended);
        if !ended || world.names.iter().any(|user| world.lines.held_by(user) == Some(*call)) {
            return Err(format!("15: {call:?} was forced to end and goes on"));
        }
    }
    Ok(())
}

fn check(name: &str, options: Options, bounds: Bounds) {
    let begun = clock::now();
    match explore(options, bounds) {
        Ok(report) => {
            let Report { states, steps, at_rest, longest } = report;
            let (depth, took) = (bounds.happenings, since(begun));
            eprintln!(
                "{name}: {depth} happenings, {states} states of {steps} steps, {at_rest} at rest, longest path {longest}, {took:.1} s"
            );
        }
        Err(found) => panic!("{name}: {found}"),
    }
}

fn since(begun: Instant) -> f64 {
    clock::now().duration_since(begun).as_secs_f64()
}

const HOOKED: Options = Options { hooks: true, failing_disk: true };
const PLAIN: Options = Options { hooks: false, failing_disk: true };

/// How much deeper than in every test run: set by `just model`.
fn deeper() -> usize {
    std::env::var("HOOKSWITCH_MODEL_DEEPER").map_or(0, |by| by.parse().expect("a number of happenings"))
}

#[test]
fn every_state_within_a_few_happenings_keeps_every_law() {
    check("all, with hooks", HOOKED, Bounds { happenings: 3 + deeper(), kinds: Kinds::ALL, fine: false });
}

#[test]
fn every_state_of_calls_without_hooks_keeps_every_law() {
    check("calls", PLAIN, Bounds { happenings: 4 + deeper(), kinds: Kinds::CALLS, fine: false });
}

#[test]
fn every_interleaving_of_every_effect_keeps_every_law() {
    check("fine", PLAIN, Bounds { happenings: 2 + deeper(), kinds: Kinds::ALL, fine: true });
}
