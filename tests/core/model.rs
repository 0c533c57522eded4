//! The model checker: every state that the real machines can get into, not some.
//!
//! A few users with a few devices. Something happens to them up to a given number of times: a frame, a verdict, a timer, a
//! lost line, a refused write, the server's death. After each, whatever the server does by itself (one message read, one effect
//! carried out, one write) may come in any order, and the next thing may happen at any moment in between. States are told
//! apart by a fingerprint, each is looked at once, and in each the laws must hold. Time is whatever it needs to be: any timer
//! that is set may fire.
//!
//! A counterexample is printed as the list of what happened and what the server did, with as few happenings as there can be.

mod moves;
mod states;

use std::{
    collections::{BTreeSet, HashSet},
    fmt::Write as _,
    sync::Arc,
    time::Duration,
};

use hookswitch::{
    clock,
    protocol::{codes, event::Verdict, record::CallState},
};

use self::{
    moves::{Kinds, Move},
    states::Edge,
};
use crate::{
    laws::{self, Law},
    rng::Rng,
    stage::RING,
    world::{Options, World},
};

/// How many users there are, with how many devices each.
#[derive(Debug, Clone, Copy)]
struct Cast {
    users: usize,
    devices: usize,
}

const CAST: Cast = Cast { users: 3, devices: 2 };
/// Enough for a call to be routed to a line that is taken.
const TWO_PAIRS: Cast = Cast { users: 4, devices: 1 };

/// What is explored.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    cast: Cast,
    /// Where it begins.
    from: From,
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

/// The way to a state in which a law is broken.
fn counterexample(bounds: Bounds, options: Options, path: &Path, broken: &str) -> String {
    let mut steps = Vec::new();
    let mut trail = path.as_deref();
    while let Some(at) = trail {
        steps.push(&at.step);
        trail = at.before.as_deref();
    }
    let happened = steps.iter().filter(|step| matches!(step, Move::Happens(_))).count();
    let mut text =
        format!("broken: {broken}\nfrom {:?}, {happened} happenings in {} steps:\n", bounds.from, steps.len());
    let mut then = bounds.from.world(bounds.cast, options);
    for (n, step) in steps.iter().rev().enumerate() {
        writeln!(text, "{:3}. {}", n + 1, step.describe(&then)).unwrap();
        then.take(step);
        then.do_what_nobody_sees(false);
    }
    text
}

/// Where an exploration begins. Everybody is there, with every device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum From {
    /// Nobody calls.
    Rest,
    /// User 0 calls user 1, and the hooks are asked, if there are any.
    Asking,
    /// User 1 is rung.
    Ringing,
    /// User 1 has answered, and the start is not on disk.
    Opening,
    /// Both talk.
    Talking,
    /// Both talked when the server died; nobody is back yet.
    Restored,
}

impl From {
    fn world(self, cast: Cast, options: Options) -> World {
        let mut world = World::new(0, cast.users, options);
        let log_in = |world: &mut World| {
            (0..cast.users * cast.devices).for_each(|n| {
                world.log_in(n / cast.devices, n % cast.devices);
            })
        };
        let run = |world: &mut World| while world.run_one() {};
        log_in(&mut world);
        run(&mut world);
        if self >= Self::Asking {
            world.request(0, 1, RING).unwrap();
        }
        if self >= Self::Ringing {
            run(&mut world);
            world.answer_hook(0, Verdict::default());
            run(&mut world);
        }
        if self >= Self::Opening {
            world.act(crate::world::DEVICES, &world.names[0].clone(), false, codes::SUCCESS);
            run(&mut world);
        }
        if self >= Self::Talking {
            world.commit_all();
            run(&mut world);
        }
        if self == Self::Restored {
            world.crash();
        }
        world.do_what_nobody_sees(false);
        world
    }
}

/// A state, its fingerprint, and how it was come to.
struct State {
    world: World,
    print: u64,
    path: Path,
}

struct Explorer {
    bounds: Bounds,
    /// States that were looked at, with what has happened so far or less.
    seen: HashSet<u64>,
    /// States that one more happening leads to.
    ahead: HashSet<u64>,
    report: Report,
    /// How calls go from state to state, where somebody wants to know.
    watches: bool,
    edges: BTreeSet<Edge>,
}

impl Explorer {
    /// A state that was not seen before, after its check. `last`: nothing more can happen.
    fn child(&mut self, from: &State, step: Move, last: bool) -> Result<Option<State>, String> {
        self.report.steps += 1;
        let mut world = from.world.clone();
        world.take(&step);
        if !self.bounds.fine {
            world.do_what_nobody_sees(!last && self.bounds.kinds.troubles);
        }
        if self.watches {
            self.edges.extend(states::edges(&world));
        }
        let mut law = Ok(());
        for call in world.over() {
            law = law.and_then(|()| laws::of_a_call(&world, call));
            world.forget(call);
        }
        let print = world.fingerprint();
        let happens = matches!(step, Move::Happens(_));
        let ahead = happens || last;
        if self.seen.contains(&print) || !if ahead { &mut self.ahead } else { &mut self.seen }.insert(print) {
            return Ok(None);
        }
        let path = longer(&from.path, step);
        self.report.states += 1;
        self.report.longest = self.report.longest.max(path.as_ref().map_or(0, |trail| trail.length));
        law = law.and_then(|()| laws::at_every_instant(&world));
        if law.is_ok() && world.is_at_rest() {
            self.report.at_rest += 1;
            law = laws::at_rest(&world).and_then(|()| nobody_is_stuck(&world)).and_then(|()| force_is_total(&world));
        }
        match law {
            Ok(()) => Ok(Some(State { world, print, path })),
            Err(broken) => Err(counterexample(self.bounds, from.world.options, &path, &broken)),
        }
    }

    /// All that the server may do by itself from this state on, with nothing more to happen.
    fn settle(&mut self, from: State) -> Result<(), String> {
        let mut pending = vec![from];
        while let Some(state) = pending.pop() {
            for step in state.world.own_steps() {
                pending.extend(self.child(&state, step, true)?);
            }
        }
        Ok(())
    }

    /// All that the server may do by itself from these states on, and what may happen at any moment of that.
    fn layer(&mut self, from: Vec<State>, last: bool) -> Result<Vec<State>, String> {
        let mut pending = Vec::new();
        let mut next = Vec::new();
        for entry in from {
            pending.extend(self.seen.insert(entry.print).then_some(entry));
            while let Some(state) = pending.pop() {
                for step in state.world.own_steps() {
                    pending.extend(self.child(&state, step, false)?);
                }
                for happening in state.world.happenings(self.bounds.kinds, self.bounds.cast.devices) {
                    match self.child(&state, Move::Happens(happening), last)? {
                        Some(child) if last => self.settle(child)?,
                        child => next.extend(child),
                    }
                }
            }
        }
        Ok(next)
    }
}

/// Explores everything within the bounds.
///
/// # Errors
/// The counterexample.
fn explore(options: Options, bounds: Bounds) -> Result<Report, String> {
    Ok(explored(options, bounds, false)?.report)
}

/// The same, with all that was seen. `watches`: how calls go from state to state, too.
fn explored(options: Options, bounds: Bounds, watches: bool) -> Result<Explorer, String> {
    let world = bounds.from.world(bounds.cast, options);
    let print = world.fingerprint();
    let (seen, ahead, edges) = (HashSet::new(), HashSet::new(), BTreeSet::new());
    let mut explorer = Explorer { bounds, seen, ahead, report: Report::default(), watches, edges };
    let mut layer = vec![State { world, print, path: None }];
    for happened in 1..=bounds.happenings {
        explorer.ahead.clear();
        layer = explorer.layer(layer, happened == bounds.happenings)?;
    }
    Ok(explorer)
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

/// How deep to go in every test run, and for `just model`.
fn depth(usual: usize, deep: usize) -> usize {
    if std::env::var_os("HOOKSWITCH_MODEL_DEEP").is_some() { deep } else { usual }
}

fn check(options: Options, bounds: Bounds) {
    let Bounds { cast: Cast { users, devices }, from, .. } = bounds;
    let begun = clock::now();
    match explore(options, bounds) {
        Ok(Report { states, steps, at_rest, longest }) => {
            let took = clock::now().duration_since(begun).as_secs_f64();
            let hooks = if options.hooks { "a hook" } else { "no hook" };
            let what = if bounds.kinds.troubles { "everything" } else { "calls" };
            let grain = if bounds.fine { ", every effect a step" } else { "" };
            let depth = bounds.happenings;
            eprintln!(
                "{from:?}, {users} users with {devices} devices, {hooks}, {what}{grain}: {depth} happenings, {states} states by \
                 {steps} steps, {at_rest} of them at rest, the longest way {longest} steps, {took:.1} s"
            );
        }
        Err(found) => {
            // What was found first need not be what takes the fewest happenings.
            let shallower = (1..bounds.happenings).map(|happenings| Bounds { happenings, ..bounds });
            let shortest = shallower.filter_map(|bounds| explore(options, bounds).err()).next();
            panic!("{}", shortest.unwrap_or(found));
        }
    }
}

const HOOKED: Options = Options { hooks: true, failing_disk: true };
const PLAIN: Options = Options { hooks: false, failing_disk: true };

#[test]
fn every_state_near_rest_keeps_every_law() {
    check(HOOKED, Bounds { cast: CAST, from: From::Rest, happenings: depth(3, 4), kinds: Kinds::ALL, fine: false });
    check(PLAIN, Bounds { cast: CAST, from: From::Rest, happenings: depth(3, 5), kinds: Kinds::CALLS, fine: false });
}

#[test]
fn every_state_near_a_question_to_the_hooks_keeps_every_law() {
    check(
        HOOKED,
        Bounds { cast: TWO_PAIRS, from: From::Asking, happenings: depth(2, 4), kinds: Kinds::CALLS, fine: false },
    );
    check(HOOKED, Bounds { cast: CAST, from: From::Asking, happenings: depth(2, 3), kinds: Kinds::ALL, fine: false });
}

#[test]
fn every_state_near_a_ringing_call_keeps_every_law() {
    check(PLAIN, Bounds { cast: CAST, from: From::Ringing, happenings: depth(2, 3), kinds: Kinds::ALL, fine: false });
}

#[test]
fn every_state_near_a_call_that_starts_keeps_every_law() {
    check(PLAIN, Bounds { cast: CAST, from: From::Opening, happenings: depth(2, 3), kinds: Kinds::ALL, fine: false });
    check(PLAIN, Bounds { cast: CAST, from: From::Talking, happenings: depth(2, 4), kinds: Kinds::ALL, fine: false });
}

#[test]
fn every_state_after_a_restart_keeps_every_law() {
    check(PLAIN, Bounds { cast: CAST, from: From::Restored, happenings: depth(3, 4), kinds: Kinds::ALL, fine: false });
}

#[test]
fn every_interleaving_of_every_effect_keeps_every_law() {
    check(PLAIN, Bounds { cast: CAST, from: From::Ringing, happenings: depth(1, 2), kinds: Kinds::ALL, fine: true });
    check(PLAIN, Bounds { cast: CAST, from: From::Opening, happenings: depth(1, 2), kinds: Kinds::ALL, fine: true });
}
