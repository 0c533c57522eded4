//! The invariants of the call-control contract, §4, over a [`World`]: those of the running server at every instant, and what
//! only a call's whole history can tell. Numbers are the contract's.

use hookswitch::protocol::{
    codes::{self, Reason},
    effect::Devices,
    event::{EventName, HookEventKind},
    ids::{CallId, DeviceId, UserId},
    invariants,
    record::{CallRecord, CallState},
};

use crate::world::{Told, World};

pub(crate) type Law = Result<(), String>;

fn law(holds: bool, broken: impl FnOnce() -> String) -> Law {
    if holds { Ok(()) } else { Err(broken()) }
}

/// What holds between any two steps.
pub(crate) fn at_every_instant(world: &World) -> Law {
    if let Some(broken) = &world.broken {
        return Err(broken.clone());
    }
    let violations = invariants::check(&world.snapshot());
    law(violations.is_empty(), || format!("{}: {violations:?}", violations[0].invariant))
}

/// What holds once the server has done all it had to do.
pub(crate) fn at_rest(world: &World) -> Law {
    for (id, live) in world.calls.iter().filter(|(_, live)| live.record.state != CallState::Ended) {
        let call = &live.record;
        law(!world.doomed.contains(id), || format!("15: {call:?} was ended and goes on"))?;
        let there = |user, on: Option<&DeviceId>| {
            world.sessions(user).any(|(_, client)| on.is_none_or(|on| client.device == *on))
        };
        let both = there(&call.caller, Some(&call.caller_device)) && there(&call.callee, call.callee_device.as_ref());
        let asks = call.state == CallState::Requested && there(&call.caller, Some(&call.caller_device));
        law(both || asks || world.restored.contains(id), || format!("8: {call:?} goes on without a party"))?;
    }
    Ok(())
}

/// What holds of everything that ever happened, once the world has come to rest.
pub(crate) fn in_the_end(world: &World) -> Law {
    nothing_is_left(world)?;
    world.history.keys().try_for_each(|id| of_a_call(world, *id))
}

/// What holds of a call that is over and on disk.
pub(crate) fn of_a_call(world: &World, id: CallId) -> Law {
    let records: Vec<_> = world.history[&id].iter().map(|step| &*step.call).collect();
    let told: Vec<&Told> = world.told.get(&id).into_iter().flatten().map(|told| &**told).collect();
    forward_only(&records)?;
    hooks_hear_without_gaps(world, id)?;
    one_end(&records)?;
    let last = records.last().copied().ok_or("no step")?;
    each_party_hears_one_end(world, last, &told)?;
    one_answer_wins(world, last, &told)?;
    both_see_one_outcome(world, last, &told)?;
    veto_precedes_the_ring(world, last, &told)?;
    one_record_as_the_parties_saw_it(world, last, &told)?;
    nobody_else_hears(world, last, &told)
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
        // Who was restored before hearing of the start sees the call at login.
        let matches = starts == finishes || starts < finishes && world.restored.contains(&call.id);
        law(starts <= 1 && finishes <= 1 && matches, || format!("4: {starts} starts, {finishes} finishes: {call:?}"))?;
    }
    Ok(())
}

/// 5. One answer wins; the other devices are told so, and of nothing that looks like a missed call.
pub(crate) fn one_answer_wins(world: &World, call: &CallRecord, told: &[&Told]) -> Law {
    let starts: Vec<_> = told.iter().filter(|one| one.event.event == EventName::Start).collect();
    let to_callee: Vec<_> = starts.iter().filter(|one| one.user == call.callee).collect();
    law(to_callee.len() <= 1, || format!("5: several answers: {call:?}"))?;
    let Some(answered) = to_callee.first() else { return Ok(()) };
    let Devices::One(winner) = &answered.to else { return Err(format!("5: start to several devices: {call:?}")) };
    let losers: Vec<_> =
        told.iter().filter(|one| one.event.reason == Some(Reason::AnsweredElsewhere)).map(|one| &one.to).collect();
    // Who rang when the server died rings no more.
    let cut_short = losers.is_empty() && world.restored.contains(&call.id);
    law(cut_short || losers == [&Devices::AllBut(winner.clone())], || format!("5: the losers were told {losers:?}"))?;
    let finishes = told.iter().filter(|one| ends(one) && one.user == call.callee);
    law(finishes.clone().all(|one| one.to == Devices::One(winner.clone())), || {
        format!("5: a loser heard the end of {call:?}")
    })
}

/// 6. Cancel against accept is decided once: whatever both hear is the same.
pub(crate) fn both_see_one_outcome(world: &World, call: &CallRecord, told: &[&Told]) -> Law {
    for one in told.iter().filter(|one| ends(one)) {
        let routed_away = one.user != call.caller && one.user != call.callee;
        let same = one.event.error_code == call.error_code.unwrap_or_default() && one.event.reason == call.reason;
        law(same || routed_away, || format!("6: {one:?} of {call:?}"))?;
    }
    let started = |user: &UserId| {
        told.iter().find(|one| one.user == *user && one.event.event == EventName::Start).map(|one| one.event.param)
    };
    let cut_short = world.restored.contains(&call.id);
    law(cut_short || started(&call.caller) == started(&call.callee), || {
        format!("6: one started, the other not: {call:?}")
    })
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
    law(on_disk == Some(call), || format!("10: {on_disk:?} is not {call:?}"))?;
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
    let cut_short = call.started_at.is_some() && world.restored.contains(&call.id);
    law(cut_short || started == call.started_at.is_some(), || format!("10: whether it started: {call:?}"))
}

/// 10. Whatever the server dies of: a client that saw the start finds the call on disk.
pub(crate) fn a_start_that_was_told_is_on_disk(world: &World, id: CallId) -> Law {
    let on_disk = world.disk.get(&id).is_some_and(|call| call.state >= CallState::Talking && call.started_at.is_some());
    law(on_disk || !world.start_was_told(id), || format!("10: {id} started and is not on disk"))
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
    law(left == [0; 5] && !world.disk_waits(), || {
        format!("14: sessions, lines, calls, actors, questions left: {left:?}")
    })
}
