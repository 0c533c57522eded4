//! The invariants of the call-control contract, §4, as predicates over a [`World`]. Numbers are the contract's.

use std::collections::BTreeMap;

use hookswitch::protocol::{
    codes::{self, Reason},
    effect::Devices,
    event::{EventName, HookEventKind},
    ids::{CallId, UserId},
    record::{CallRecord, CallState},
};

use crate::world::{Machine, Told, World};

pub(crate) type Law = Result<(), String>;

fn law(holds: bool, broken: impl FnOnce() -> String) -> Law {
    if holds { Ok(()) } else { Err(broken()) }
}

/// What holds between any two steps.
pub(crate) fn at_every_instant(world: &World) -> Law {
    one_call_per_user(world)?;
    both_lines_or_none(world)?;
    no_stuck_busy(world)?;
    rings_are_bounded(world)
}

/// What holds of everything that ever happened, once the world has come to rest.
pub(crate) fn in_the_end(world: &World) -> Law {
    nothing_is_left(world)?;
    let mut told: BTreeMap<CallId, Vec<&Told>> = BTreeMap::new();
    for one in &world.told {
        if let Some((call, _)) = one.event.call {
            told.entry(call).or_default().push(one);
        }
    }
    for (id, steps) in &world.history {
        let records: Vec<_> = steps.iter().map(|step| &*step.call).collect();
        let told = told.get(id).map(Vec::as_slice).unwrap_or_default();
        forward_only(&records)?;
        hooks_hear_without_gaps(world, *id)?;
        one_end(&records)?;
        let last = records.last().copied().ok_or("no step")?;
        each_party_hears_one_end(world, last, told)?;
        one_answer_wins(last, told)?;
        both_see_one_outcome(last, told)?;
        veto_precedes_the_ring(world, last, told)?;
        one_record_as_the_parties_saw_it(world, last, told)?;
        nobody_else_hears(world, last, told)?;
    }
    Ok(())
}

/// 1. Nobody is in two calls that ring or talk: each of them has both its parties' lines.
pub(crate) fn one_call_per_user(world: &World) -> Law {
    for (id, live) in &world.calls {
        let call = &live.record;
        let holds = |user: &UserId| world.lines.held_by(user) == Some(*id);
        let holds = match call.state {
            CallState::Requested => holds(&call.caller),
            CallState::Ringing | CallState::Talking => holds(&call.caller) && holds(&call.callee),
            CallState::Ended => true,
        };
        law(holds, || format!("1: {call:?} does not hold its lines"))?;
    }
    Ok(())
}

/// 2. Both lines are taken together or not at all.
pub(crate) fn both_lines_or_none(world: &World) -> Law {
    let mut holders: BTreeMap<CallId, usize> = BTreeMap::new();
    for call in world.names.iter().filter_map(|user| world.lines.held_by(user)) {
        *holders.entry(call).or_default() += 1;
    }
    law(holders.values().all(|lines| *lines == 2), || format!("2: {holders:?}"))
}

/// 3. States only move forward, `version` grows by one with each step.
pub(crate) fn forward_only(records: &[&CallRecord]) -> Law {
    let first = records.first().is_some_and(|call| call.version == 1 && call.state == CallState::Requested);
    let on = records.windows(2).all(|two| two[0].state < two[1].state && two[0].version + 1 == two[1].version);
    law(first && on, || format!("3: {records:?}"))
}

fn hooks_hear_without_gaps(world: &World, id: CallId) -> Law {
    // What the disk refused no hook hears of.
    let lost = world.unstored.contains(&id);
    let steps = world.history[&id].iter().filter(|step| !(lost && step.kind == HookEventKind::Started));
    law(steps.enumerate().all(|(n, step)| step.seq as usize == n + 1), || format!("3: the hooks' seq of {id} has gaps"))
}

/// 4. Exactly one end, with one reason.
pub(crate) fn one_end(records: &[&CallRecord]) -> Law {
    let ends = records.iter().filter(|call| call.state == CallState::Ended);
    law(ends.count() == 1, || format!("4: not one end: {records:?}"))?;
    law(records.last().is_some_and(|call| call.reason.is_some() && call.error_code.is_some()), || {
        format!("4: an end without a reason: {records:?}")
    })
}

fn ends(told: &Told) -> bool {
    let elsewhere = matches!(told.event.reason, Some(Reason::AnsweredElsewhere | Reason::DeclinedElsewhere));
    let failed = told.event.event == EventName::Reply && told.event.error_code != codes::SUCCESS;
    !elsewhere && (failed || told.event.event == EventName::Finish)
}

/// 4. Nobody hears of two ends, and every start has one finish.
pub(crate) fn each_party_hears_one_end(world: &World, call: &CallRecord, told: &[&Told]) -> Law {
    let joined = |user: &UserId| world.joined.contains(&(user.clone(), call.id));
    // Whoever requested as well gets an answer to that, too.
    for session in told.iter().filter(|told| !joined(&told.user)).flat_map(|told| &told.reached) {
        let reached = |one: &&&Told| one.reached.contains(session);
        let last_words = told.iter().filter(reached).filter(|one| {
            ends(one) || matches!(one.event.reason, Some(Reason::AnsweredElsewhere | Reason::DeclinedElsewhere))
        });
        law(last_words.count() <= 1, || format!("4: session {session} heard two ends of {call:?}"))?;
    }
    for party in [&call.caller, &call.callee] {
        let of = |name| told.iter().filter(move |one| one.user == *party && one.event.event == name);
        let starts = of(EventName::Start).count();
        let finishes = of(EventName::Finish).filter(|one| ends(one)).count();
        law(starts <= 1 && starts == finishes, || format!("4: {starts} starts, {finishes} finishes: {call:?}"))?;
    }
    Ok(())
}

/// 5. One answer wins; the other devices are told so, and of nothing that looks like a missed call.
pub(crate) fn one_answer_wins(call: &CallRecord, told: &[&Told]) -> Law {
    let starts: Vec<_> = told.iter().filter(|one| one.event.event == EventName::Start).collect();
    let to_callee: Vec<_> = starts.iter().filter(|one| one.user == call.callee).collect();
    law(to_callee.len() <= 1, || format!("5: several answers: {call:?}"))?;
    let Some(answered) = to_callee.first() else { return Ok(()) };
    let Devices::One(winner) = &answered.to else { return Err(format!("5: start to several devices: {call:?}")) };
    let losers: Vec<_> =
        told.iter().filter(|one| one.event.reason == Some(Reason::AnsweredElsewhere)).map(|one| &one.to).collect();
    law(losers == [&Devices::AllBut(winner.clone())], || format!("5: the losers were told {losers:?}"))?;
    let finishes = told.iter().filter(|one| ends(one) && one.user == call.callee);
    law(finishes.clone().all(|one| one.to == Devices::One(winner.clone())), || {
        format!("5: a loser heard the end of {call:?}")
    })
}

/// 6. Cancel against accept is decided once: whatever both hear is the same.
pub(crate) fn both_see_one_outcome(call: &CallRecord, told: &[&Told]) -> Law {
    for one in told.iter().filter(|one| ends(one)) {
        let routed_away = one.user != call.caller && one.user != call.callee;
        let same = one.event.error_code == call.error_code.unwrap_or_default() && one.event.reason == call.reason;
        law(same || routed_away, || format!("6: {one:?} of {call:?}"))?;
    }
    let started = |user: &UserId| {
        told.iter().find(|one| one.user == *user && one.event.event == EventName::Start).map(|one| one.event.param)
    };
    law(started(&call.caller) == started(&call.callee), || format!("6: one started, the other not: {call:?}"))
}

/// 7. A call that is not answered has a deadline, whatever its clients and its hooks do.
pub(crate) fn rings_are_bounded(world: &World) -> Law {
    for actor in world.actors.values() {
        let Machine::Call(call) = &actor.machine else { continue };
        let over = call.record().state == CallState::Ended;
        law(over || call.poll_timeout().is_some() || actor.is_busy(), || format!("7: {:?} has no end", call.record()))?;
    }
    Ok(())
}

/// 8. A line that is taken is the line of a call that has not ended.
pub(crate) fn no_stuck_busy(world: &World) -> Law {
    world.names.iter().filter(|user| world.lines.held_by(user).is_some()).try_for_each(|user| busy_is_true(world, user))
}

/// 8. Some unfinished call names this user.
pub(crate) fn busy_is_true(world: &World, user: &UserId) -> Law {
    let live = world.lines.held_by(user).and_then(|call| world.calls.get(&call));
    law(live.is_some_and(|live| live.record.state != CallState::Ended && live.to.is_some()), || {
        format!("8: {user:?} is busy with nothing")
    })
}

/// 9. No device rings before the verdict, nor after a veto.
pub(crate) fn veto_precedes_the_ring(world: &World, call: &CallRecord, told: &[&Told]) -> Law {
    let rang = told.iter().any(|one| one.event.event == EventName::Request);
    let allowed = world.verdicts.get(&call.id) == Some(&None);
    law(!rang || !world.options.hooks || allowed, || format!("9: {call:?} rang unasked"))?;
    let hears = |one: &Told| one.user == call.callee && !world.joined.contains(&(one.user.clone(), call.id));
    let vetoed = call.reason == Some(Reason::Vetoed);
    law(!vetoed || !told.iter().any(|one| hears(one)), || format!("9: the callee heard of a vetoed call: {call:?}"))
}

/// 10. One record, and what it says is what the parties saw.
pub(crate) fn one_record_as_the_parties_saw_it(world: &World, call: &CallRecord, told: &[&Told]) -> Law {
    let on_disk = world.disk.get(&call.id).map(|on_disk| &**on_disk);
    law(on_disk == Some(call) || world.options.failing_disk, || format!("10: {on_disk:?} is not {call:?}"))?;
    for one in told {
        let at = one.event.at;
        let as_seen = match one.event.event {
            EventName::Start => {
                call.started_at == Some(at) && call.room.map(|room| room.get()) == Some(one.event.param)
            }
            EventName::Finish | EventName::Reply if ends(one) && one.event.reason == call.reason => {
                // Whoever requested as well may hear of the end a little later.
                call.ended_at == Some(at) || world.joined.iter().any(|(_, id)| *id == call.id)
            }
            EventName::Request => call.ringing_at == Some(at),
            EventName::Finish | EventName::Reply => true,
        };
        law(as_seen, || format!("10: {one:?} is not what {call:?} says"))?;
    }
    let started = told.iter().any(|one| one.event.event == EventName::Start);
    law(started == call.started_at.is_some(), || format!("10: whether it started: {call:?}"))
}

/// 13. Nobody but the two parties hears of a call, and whoever's request was taken for part of it.
pub(crate) fn nobody_else_hears(world: &World, call: &CallRecord, told: &[&Told]) -> Law {
    for one in told {
        let party = one.user == call.caller || one.user == call.callee;
        let joined = world.joined.contains(&(one.user.clone(), call.id));
        law(party || joined, || format!("13: {one:?} of {call:?}"))?;
    }
    Ok(())
}

/// 13. Signals go from one party to the other.
pub(crate) fn relay_stays_inside(world: &World, id: CallId, to: &UserId, from: &UserId) -> Law {
    let mut machines = world.actors.values().map(|actor| actor.machine.record());
    let inside = machines.any(|call| call.id == id && call.other(from) == Some(to));
    law(inside, || format!("13: a signal from {from:?} to {to:?}"))
}

/// 14. At rest nothing is left.
pub(crate) fn nothing_is_left(world: &World) -> Law {
    let left = [world.clients.len(), world.lines.len(), world.calls.len(), world.actors.len(), world.asked.len()];
    law(left == [0; 5], || format!("14: sessions, lines, calls, actors, questions left: {left:?}"))
}
