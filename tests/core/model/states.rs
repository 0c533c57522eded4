//! `docs/states.svg`: the states of a call and every way from one to another, as the production machines really go them.
//!
//! Nothing of it is written down: the model checker walks the machines, and what it sees is drawn.

mod svg;

use std::{collections::BTreeSet, fs, path::Path};

use hookswitch::protocol::{
    codes::Reason,
    record::{Actor, CallState},
};

use super::{Bounds, Cast, Explorer, From, HOOKED, Kinds, PLAIN, explored};
use crate::world::World;

/// A way from one state to another. `from` is `None` where a call begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: Option<CallState>,
    pub(super) to: CallState,
    /// Who brought it about.
    pub(super) actor: Actor,
    /// Why, at an end.
    pub(super) reason: Option<Reason>,
}

/// Every way that the calls of a world have gone.
pub(super) fn edges(world: &World) -> impl Iterator<Item = Edge> {
    world.history.values().flat_map(|steps| {
        let states = [None].into_iter().chain(steps.iter().map(|step| Some(step.call.state)));
        states.zip(steps.iter()).map(|(from, step)| {
            let actor = step.call.timeline.last().unwrap().actor;
            Edge { from, to: step.call.state, actor, reason: step.call.reason }
        })
    })
}

/// Two users with two devices, and a third whose line can be taken; everything may happen, twice.
fn walk() -> BTreeSet<Edge> {
    let two = Cast { users: 2, devices: 2 };
    let three = Cast { users: 3, devices: 1 };
    let mut all = BTreeSet::new();
    for (options, cast, from, happenings) in [
        (HOOKED, two, From::Rest, 2),
        (HOOKED, three, From::Asking, 2),
        (PLAIN, three, From::Ringing, 2),
        (PLAIN, two, From::Opening, 1),
        (PLAIN, two, From::Talking, 2),
        (PLAIN, two, From::Restored, 2),
    ] {
        let bounds = Bounds { cast, from, happenings, kinds: Kinds::ALL, fine: false };
        let explorer: Explorer = explored(options, bounds, true).unwrap_or_else(|broken| panic!("{broken}"));
        all.extend(explorer.edges);
    }
    all
}

#[test]
fn the_diagram_of_the_states_is_what_the_machines_do() {
    let edges = walk();
    for edge in &edges {
        assert!(edge.from.is_none_or(|from| from < edge.to), "states only move forward: {edge:?}");
        assert_eq!(edge.reason.is_some(), edge.to == CallState::Ended, "a reason is for the end: {edge:?}");
    }
    let never = [Reason::AnsweredElsewhere, Reason::DeclinedElsewhere];
    for reason in Reason::ALL.into_iter().filter(|reason| !never.contains(reason)) {
        assert!(edges.iter().any(|edge| edge.reason == Some(reason)), "no call ended as {reason:?}");
    }
    let made = svg::draw(&edges);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/states.svg");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/states.svg is out of date: UPDATE_DOCS=1 cargo test --test core diagram");
}
