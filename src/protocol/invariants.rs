//! The invariants of the call-control contract (§4), as far as one look at a server, or at one step of a call, can tell.
//!
//! Plain predicates over plain data, so that the simulation, the model checker, the running server's own watch and
//! `GET /api/v1/debug/invariants` all ask the same questions. What only a whole history can tell (who heard what) is in the
//! tests' laws.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    codes::Reason,
    ids::{CallId, DeviceId, SessionId, UserId},
    record::{CallRecord, CallState},
};

/// The contract's numbers and their short names, in order.
pub const INVARIANTS: [(u8, &str); 15] = [
    (1, "one call per user"),
    (2, "both lines are taken together or not at all"),
    (3, "states only move forward, the version grows by one"),
    (4, "exactly one end, with one reason"),
    (5, "one answer wins"),
    (6, "one outcome, the same for both"),
    (7, "ringing is bounded"),
    (8, "no stuck busy"),
    (9, "a veto precedes the ring"),
    (10, "a started call has one record, with its room and times"),
    (11, "a session can be resumed"),
    (12, "a session is bound to one user and device"),
    (13, "no third party in a call"),
    (14, "nothing is left behind"),
    (15, "whatever is on can be ended"),
];

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The contract's number.
    pub invariant: u8,
    /// What is wrong.
    pub what: &'static str,
    /// The call it is about.
    pub call: Option<CallId>,
    /// The user it is about.
    pub user: Option<UserId>,
    /// The session it is about.
    pub session: Option<SessionId>,
}

impl Violation {
    fn of_call(invariant: u8, what: &'static str, call: CallId) -> Self {
        Self { invariant, what, call: Some(call), user: None, session: None }
    }

    fn of_session(invariant: u8, what: &'static str, session: SessionId) -> Self {
        Self { invariant, what, call: None, user: None, session: Some(session) }
    }

    fn with_user(self, user: &UserId) -> Self {
        Self { user: Some(user.clone()), ..self }
    }
}

/// A call that has not ended, or whose end is not on disk yet.
#[derive(Debug, Clone)]
pub struct LiveCall {
    /// The call as it is shown.
    pub record: Arc<CallRecord>,
    /// Whether something still takes messages for it.
    pub reachable: bool,
    /// Whether it waits for an answer although nothing will end that, or its time was over long ago.
    pub overdue: bool,
}

/// A session.
#[derive(Debug, Clone)]
pub struct LiveSession {
    /// The session.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// On which device.
    pub device: DeviceId,
    /// Whether its client could resume it.
    pub resumable: bool,
}

/// One look at a server.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Who is in which call, by user.
    pub lines: Vec<(UserId, CallId)>,
    /// The calls.
    pub calls: Vec<LiveCall>,
    /// The sessions.
    pub sessions: Vec<LiveSession>,
    /// Sessions that are kept for a resume and are no user's.
    pub strays: Vec<SessionId>,
}

/// What is wrong in this snapshot, in order. Where the server moved while it was taken, what is wrong in two snapshots is.
#[must_use]
pub fn check(seen: &Snapshot) -> Vec<Violation> {
    let mut found = Vec::new();
    for call in &seen.calls {
        check_record(&call.record, &mut found);
    }
    check_lines(seen, &mut found);
    check_calls(seen, &mut found);
    check_sessions(seen, &mut found);
    found.sort_unstable();
    found
}

/// What is wrong with a step from `before` to `after`, and with what it led to.
#[must_use]
pub fn check_step(before: &CallRecord, after: &CallRecord) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut wrong = |invariant, what| found.push(Violation::of_call(invariant, what, after.id));
    if before.state == CallState::Ended {
        wrong(4, "something happened after the end");
    }
    if before.state >= after.state || before.version.checked_add(1) != Some(after.version) {
        wrong(3, "a step led back, or left a version out");
    }
    if (before.id, &before.caller, &before.caller_device) != (after.id, &after.caller, &after.caller_device) {
        wrong(13, "a step changed whose call it is");
    }
    let routed = before.state == CallState::Requested && after.dialled.is_some();
    if before.callee != after.callee && !routed {
        wrong(13, "a step changed the callee");
    }
    check_record(after, &mut found);
    found
}

/// What a record says must fit together.
fn check_record(call: &CallRecord, found: &mut Vec<Violation>) {
    let mut must = |holds: bool, invariant, what| {
        if !holds {
            found.push(Violation::of_call(invariant, what, call.id));
        }
    };
    let ended = call.state == CallState::Ended;
    let started = call.started_at.is_some();

    let first = call.timeline.first().is_some_and(|step| (step.state, step.version) == (CallState::Requested, 1));
    let last = call.timeline.last().is_some_and(|step| (step.state, step.version) == (call.state, call.version));
    let mut steps = call.timeline.iter().zip(call.timeline.iter().skip(1));
    let forward = steps.all(|(one, next)| one.state < next.state && one.version < next.version);
    must(first && last && forward, 3, "the timeline does not lead to the state");

    let marks = [call.reason.is_some(), call.error_code.is_some(), call.ended_by.is_some(), call.ended_at.is_some()];
    must(marks.into_iter().all(|mark| mark == ended), 4, "ended and its reason, code and time do not agree");

    must(call.callee_device.is_some() == started, 5, "started and the device that answered do not agree");
    must(call.state != CallState::Talking || started, 5, "it talks and was not answered");
    must(call.reason.is_none_or(|reason| fits(reason, started)), 6, "the reason does not fit whether it started");

    must(call.ringing_at.is_some() || !(started || call.state == CallState::Ringing), 9, "it was answered unasked");
    let vetoed = call.reason == Some(Reason::Vetoed);
    must(!vetoed || call.ringing_at.is_none(), 9, "it rang and was vetoed");

    must(call.room.is_some() == started, 10, "started and the room do not agree");
    must(call.caller != call.callee, 13, "both parties are the same");
}

/// Whether a call that started, or never did, may end so.
fn fits(reason: Reason, started: bool) -> bool {
    match reason {
        Reason::Hangup | Reason::MaxDuration => started,
        Reason::Offline | Reason::Busy | Reason::Refused | Reason::Timeout | Reason::Vetoed | Reason::Restarted => {
            !started
        }
        Reason::Cancelled | Reason::Disconnected | Reason::MediaFailed | Reason::Forced | Reason::Drained => true,
        // Never the reason of a record.
        Reason::AnsweredElsewhere | Reason::DeclinedElsewhere => false,
    }
}

fn check_lines(seen: &Snapshot, found: &mut Vec<Violation>) {
    let calls: HashMap<CallId, &CallRecord> = seen.calls.iter().map(|call| (call.record.id, &*call.record)).collect();
    let mut held: HashMap<CallId, usize> = HashMap::new();
    for (user, id) in &seen.lines {
        *held.entry(*id).or_default() += 1;
        match calls.get(id).filter(|call| call.state != CallState::Ended) {
            None => found.push(Violation::of_call(8, "a line is taken and its call is not on", *id).with_user(user)),
            Some(call) => {
                // A call that does not ring yet may be on its way to where a hook routed it.
                if call.state > CallState::Requested && call.other(user).is_none() {
                    found.push(Violation::of_call(13, "a call has the line of a third party", *id).with_user(user));
                }
            }
        }
    }
    for call in seen.calls.iter().map(|call| &call.record).filter(|call| call.state != CallState::Ended) {
        if held.get(&call.id) != Some(&2) {
            found.push(Violation::of_call(2, "a call that is on has not its two lines", call.id));
        }
    }
}

fn check_calls(seen: &Snapshot, found: &mut Vec<Violation>) {
    let mut busy = HashSet::new();
    let mut rooms = HashSet::new();
    for live in &seen.calls {
        let call = &live.record;
        let ended = call.state == CallState::Ended;
        if !ended && !live.reachable {
            found.push(Violation::of_call(15, "a call is on and nobody can end it", call.id));
        }
        if live.overdue && call.state < CallState::Talking {
            found.push(Violation::of_call(7, "a call waits for an answer without end", call.id));
        }
        // Until it rings, a call may be on its way to a callee whose line it does not have.
        let callee = matches!(call.state, CallState::Ringing | CallState::Talking).then_some(&call.callee);
        for user in [Some(&call.caller).filter(|_| !ended), callee].into_iter().flatten() {
            if !busy.insert(user) {
                found.push(Violation::of_call(1, "a party is in another call too", call.id).with_user(user));
            }
        }
        if call.room.filter(|_| !ended).is_some_and(|room| !rooms.insert(room)) {
            found.push(Violation::of_call(10, "two calls have the same room", call.id));
        }
    }
}

fn check_sessions(seen: &Snapshot, found: &mut Vec<Violation>) {
    let mut ids = HashSet::new();
    let mut devices = HashSet::new();
    for LiveSession { session, user, device, resumable } in &seen.sessions {
        let one = |invariant, what| Violation::of_session(invariant, what, *session).with_user(user);
        if !ids.insert(session) {
            found.push(one(12, "a session has two users"));
        }
        if !devices.insert((user, device)) {
            found.push(one(12, "a device has two sessions"));
        }
        if !resumable {
            found.push(one(11, "a session cannot be resumed"));
        }
    }
    for stray in &seen.strays {
        found.push(Violation::of_session(14, "a session that is over is still kept", *stray));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::protocol::{
        call::{Call, Request},
        codes::Door,
        effect::{Act, Answer, Effect, Input, Now, Party, Route},
        ids::RoomNumber,
        lines::Lines,
        record::Timestamp,
        room::Room,
    };

    const ONE: CallId = CallId(Uuid::from_u128(1));
    const TWO: CallId = CallId(Uuid::from_u128(2));

    fn user(name: &str) -> UserId {
        UserId::new(name).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "a test may start anywhere in time")]
    fn now() -> Now {
        Now { mono: std::time::Instant::now(), wall: Timestamp(1) }
    }

    fn ringing(id: CallId, caller: &str, callee: &str) -> Call {
        let by = Party { user: user(caller), device: DeviceId::default(), door: Door::Native };
        let ring = Duration::from_secs(60);
        let (user_str, sdp) = (String::new(), None);
        let request = Request { id, by, callee: user(callee), flags: 0, param: 0, user_str, sdp, ring, placed: false };
        let mut call = Call::place(request, true, false, ring, now());
        call.step(now(), Input::Routed(Route::Online(Door::Native)));
        call
    }

    fn talking(id: CallId, caller: &str, callee: &str, room: i32) -> CallRecord {
        let call = ringing(id, caller, callee).record().clone();
        let by = Party { user: user(callee), device: DeviceId::default(), door: Door::Native };
        let answer = Answer { call, by, flags: 0, user_str: String::new(), sdp: None };
        Room::open(answer, RoomNumber::new(room).unwrap(), None, now()).record().clone()
    }

    /// Two pairs that talk.
    fn sound() -> Snapshot {
        let calls = [talking(ONE, "a", "b", 1), talking(TWO, "c", "d", 2)];
        let mut lines = Lines::default();
        for call in &calls {
            lines.claim(call.id, &call.caller, &call.callee);
        }
        let live = |record| LiveCall { record: Arc::new(record), reachable: true, overdue: false };
        let session = |(n, name): (u128, &str)| LiveSession {
            session: SessionId(Uuid::from_u128(n)),
            user: user(name),
            device: DeviceId::default(),
            resumable: true,
        };
        Snapshot {
            lines: lines.all().map(|(user, call)| (user.clone(), call)).collect(),
            calls: calls.into_iter().map(live).collect(),
            sessions: [(1, "a"), (2, "b"), (3, "c")].into_iter().map(session).collect(),
            strays: Vec::new(),
        }
    }

    fn broken(change: impl FnOnce(&mut Snapshot)) -> Vec<u8> {
        let mut seen = sound();
        change(&mut seen);
        check(&seen).iter().map(|violation| violation.invariant).collect()
    }

    fn edit(seen: &mut Snapshot, change: impl FnOnce(&mut CallRecord)) {
        change(Arc::make_mut(&mut seen.calls[0].record));
    }

    #[test]
    fn nothing_is_wrong_with_two_calls_that_are_on() {
        assert_eq!(check(&sound()), []);
    }

    #[test]
    fn each_invariant_is_seen_to_be_broken() {
        assert_eq!(broken(|seen| edit(seen, |call| call.callee = user("d"))), [1, 13]);
        assert_eq!(broken(|seen| seen.lines.retain(|(name, _)| *name != user("b"))), [2]);
        assert_eq!(broken(|seen| edit(seen, |call| call.version += 1)), [3]);
        assert_eq!(broken(|seen| edit(seen, |call| call.ended_at = Some(Timestamp(2)))), [4]);
        assert_eq!(broken(|seen| edit(seen, |call| call.callee_device = None)), [5]);
        let refused = |call: &mut CallRecord| {
            call.state = CallState::Talking;
            call.reason = Some(Reason::Refused);
        };
        assert_eq!(broken(|seen| edit(seen, refused)), [4, 6]);
        let rings = |seen: &mut Snapshot| {
            seen.calls[0].record = Arc::new(ringing(ONE, "a", "b").record().clone());
            seen.calls[0].overdue = true;
        };
        assert_eq!(broken(rings), [7]);
        assert_eq!(broken(|seen| drop(seen.calls.remove(0))), [8, 8]);
        assert_eq!(broken(|seen| edit(seen, |call| call.ringing_at = None)), [9]);
        assert_eq!(broken(|seen| edit(seen, |call| call.room = RoomNumber::new(2))), [10]);
        assert_eq!(broken(|seen| seen.sessions[0].resumable = false), [11]);
        assert_eq!(broken(|seen| seen.sessions[1].user = user("a")), [12]);
        assert_eq!(broken(|seen| seen.sessions[1].session = seen.sessions[0].session), [12]);
        assert_eq!(broken(|seen| seen.lines[0].0 = user("x")), [13]);
        assert_eq!(broken(|seen| seen.strays.push(SessionId(Uuid::nil()))), [14]);
        assert_eq!(broken(|seen| seen.calls[0].reachable = false), [15]);
    }

    #[test]
    fn every_step_of_a_refused_call_is_sound_and_no_other_order_is() {
        let mut call = ringing(ONE, "a", "b");
        let by = Party { user: user("b"), device: DeviceId::default(), door: Door::Native };
        let (flags, param, user_str) = (0, 0, String::new());
        let other = user("a");
        let act = Act { by, other, call: None, error_code: 100_104, flags, param, user_str, sdp: None };
        call.step(now(), Input::Reply(act));
        let effects = std::iter::from_fn(|| call.poll_effect());
        let steps: Vec<_> =
            effects.filter_map(|done| if let Effect::Record { call, .. } = done { Some(call) } else { None }).collect();
        assert_eq!(steps.len(), 3);
        for two in steps.windows(2) {
            assert_eq!(check_step(&two[0], &two[1]), []);
            assert_ne!(check_step(&two[1], &two[0]), []);
        }
        assert_eq!(check_step(&steps[0], &steps[2]).len(), 1, "a version is missing");
        let mut stolen = (*steps[1]).clone();
        stolen.caller = user("c");
        assert_eq!(check_step(&steps[0], &stolen)[0].invariant, 13);
    }
}
