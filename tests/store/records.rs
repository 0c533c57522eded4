use hookswitch::{
    clock,
    protocol::{
        codes::{Door, Reason},
        ids::{DeviceId, RoomNumber},
        record::{Actor, CallRecord, CallState, Timestamp, Transition, VetoOutcome, VetoPolicy, VetoRecord},
    },
};

use crate::fixture::{ended, further, open, persist, requested, user};

fn full() -> CallRecord {
    let at = |n: i64| Timestamp(1_763_694_600_123_456 + n);
    let step = |n, state, version, actor, error_code, reason| Transition {
        at: at(n),
        state,
        version,
        actor,
        error_code,
        reason,
    };
    CallRecord {
        id: clock::call_id(),
        state: CallState::Ended,
        version: 4,
        caller: user("alice@example.org"),
        callee: user("bob"),
        dialled: Some(user("+4930123456")),
        caller_device: DeviceId::new("Anna's \"phone\" ☎").unwrap(),
        callee_device: Some(DeviceId::new("desk").unwrap()),
        caller_door: Door::Native,
        callee_door: Some(Door::Native),
        placed: true,
        flags: u32::MAX,
        param: i32::MIN,
        user_str: "{\"a\": \"ä\u{1F600}\0'\"}".to_owned(),
        room: RoomNumber::new(i32::MAX),
        error_code: Some(-7),
        reason: Some(Reason::Forced),
        ended_by: Some(Actor::Business),
        requested_at: at(0),
        ringing_at: Some(at(1)),
        started_at: Some(at(2)),
        ended_at: Some(at(3)),
        veto: vec![
            VetoRecord {
                hook: "crm".to_owned(),
                verdict: VetoOutcome::Timeout,
                policy: Some(VetoPolicy::Allow),
                ms: 1_500,
                error_code: 0,
                message: Some("no answer".to_owned()),
            },
            VetoRecord {
                hook: "fraud".to_owned(),
                verdict: VetoOutcome::Allow,
                policy: None,
                ms: 3,
                error_code: 0,
                message: None,
            },
        ],
        timeline: vec![
            step(0, CallState::Requested, 1, Actor::Caller, 0, None),
            step(1, CallState::Ringing, 2, Actor::Hook, 0, None),
            step(2, CallState::Talking, 3, Actor::Callee, 0, None),
            step(3, CallState::Ended, 4, Actor::Business, -7, Some(Reason::Forced)),
        ],
        event_seq: 4,
    }
}

#[tokio::test]
async fn every_field_of_a_record_survives_to_the_microsecond() {
    let (_dir, store) = open();
    let call = full();
    persist(&store, &call);
    assert_eq!(store.call(call.id).await.unwrap(), Some(call));
}

#[tokio::test]
async fn a_record_with_nothing_in_it_survives_too() {
    let (_dir, store) = open();
    let mut call = requested("a", "b", Timestamp(1));
    call.timeline.clear();
    persist(&store, &call);
    assert_eq!(store.call(call.id).await.unwrap(), Some(call));
    assert_eq!(store.call(clock::call_id()).await.unwrap(), None);
}

#[tokio::test]
async fn each_step_replaces_the_row_of_the_one_before() {
    let (_dir, store) = open();
    let mut call = requested("alice", "bob", clock::wall());
    persist(&store, &call);
    // Routed to somebody else, then rung, answered, answered by another device, ended.
    call.dialled = Some(call.callee.clone());
    call.callee = user("carol");
    call = further(call, CallState::Ringing);
    persist(&store, &call);
    call = further(call, CallState::Talking);
    call.room = RoomNumber::new(5);
    persist(&store, &call);
    assert_eq!(store.call(call.id).await.unwrap(), Some(call.clone()));
    call.callee_device = Some(DeviceId::new("laptop").unwrap());
    call.flags = 1;
    persist(&store, &call);
    assert_eq!(store.call(call.id).await.unwrap(), Some(call.clone()));
    call = ended(call, Reason::Hangup);
    persist(&store, &call);
    assert_eq!(store.call(call.id).await.unwrap(), Some(call));
}

#[tokio::test]
async fn unfinished_calls_and_the_last_room_are_found_at_the_next_start() {
    let (dir, store) = open();
    assert_eq!(store.last_room().unwrap(), None);
    let ringing = further(requested("a", "b", Timestamp(2_000)), CallState::Ringing);
    let mut talking = further(requested("c", "d", Timestamp(1_000)), CallState::Talking);
    talking.room = RoomNumber::new(8);
    let mut over = ended(requested("e", "f", Timestamp(3_000)), Reason::Hangup);
    over.room = RoomNumber::new(7);
    for call in [&ringing, &talking, &over] {
        persist(&store, call);
    }
    store.close();
    let store = hookswitch::store::Store::open(&hookswitch::store::StoreOptions::new(dir.path())).unwrap();
    assert_eq!(store.unfinished().unwrap(), [talking, ringing]);
    assert_eq!(store.last_room().unwrap(), RoomNumber::new(8));
}

#[tokio::test]
async fn a_step_that_comes_late_does_not_undo_a_newer_one() {
    let (_dir, store) = open();
    let first = requested("a", "b", clock::wall());
    let over = ended(first.clone(), Reason::Hangup);
    persist(&store, &over);
    persist(&store, &first);
    assert_eq!(store.call(first.id).await.unwrap(), Some(over));
    assert!(store.unfinished().unwrap().is_empty());
}
