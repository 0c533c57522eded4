//! Lists against a model that filters a vector.

use std::sync::Arc;

use hookswitch::{
    clock,
    protocol::{
        codes::{Door, Reason},
        ids::CallId,
        record::{CallRecord, CallState, Timestamp},
    },
    store::{CallQuery, CallWrite, Store, StoreOptions},
};

use crate::fixture::{Dice, ended, further, open, open_with_small_buckets, persist, requested, user, write};

const USERS: [&str; 5] = ["ann", "ben", "cat", "dan", "eve"];
const REASONS: [Reason; 3] = [Reason::Hangup, Reason::Busy, Reason::Vetoed];
/// Few, so that many calls share a microsecond.
const TIMES: usize = 60;

fn fits(query: &CallQuery, call: &CallRecord) -> bool {
    query.state.is_none_or(|state| state == call.state)
        && query.user.as_ref().is_none_or(|user| *user == call.caller || *user == call.callee)
        && query.caller.as_ref().is_none_or(|user| *user == call.caller)
        && query.callee.as_ref().is_none_or(|user| *user == call.callee)
        && query.reason.is_none_or(|reason| Some(reason) == call.reason)
        && query.door.is_none_or(|door| door == call.caller_door || Some(door) == call.callee_door)
        && query.from.is_none_or(|from| from <= call.requested_at)
        && query.to.is_none_or(|to| to >= call.requested_at)
}

/// What the list must be: the latest request first, the later row first where the times are the same.
fn model<'a>(calls: &'a [CallRecord], query: &CallQuery) -> Vec<&'a CallRecord> {
    let mut list: Vec<_> = calls.iter().enumerate().filter(|(_, call)| fits(query, call)).collect();
    list.sort_by_key(|(n, call)| std::cmp::Reverse((call.requested_at, *n)));
    list.into_iter().map(|(_, call)| call).collect()
}

/// Every page, one after the other.
async fn paged(store: &Store, query: &CallQuery) -> Vec<CallRecord> {
    let mut all = Vec::new();
    let mut query = query.clone();
    loop {
        let page = store.calls(query.clone()).await.unwrap();
        assert!(page.items.len() <= query.limit);
        assert!(page.next.is_none() || page.next == page.items.last().map(|call| call.id));
        assert!(query.before.is_none() || !page.items.is_empty(), "a cursor that leads nowhere");
        all.extend(page.items);
        match page.next {
            Some(next) => query.before = Some(next),
            None => return all,
        }
    }
}

fn random_call(dice: &mut Dice) -> Vec<CallRecord> {
    let caller = dice.pick(&USERS);
    let callee = dice.pick(&USERS.into_iter().filter(|user| *user != caller).collect::<Vec<_>>());
    let at = Timestamp(1_763_694_600_000_000 + dice.roll(TIMES) as i64);
    let mut steps = vec![requested(caller, callee, at)];
    let mut last = steps[0].clone();
    if dice.rarely(8) {
        last.callee = user(dice.pick(&USERS.into_iter().filter(|user| *user != caller).collect::<Vec<_>>()));
    }
    for state in [CallState::Ringing, CallState::Talking] {
        if dice.rarely(2) {
            last = further(last, state);
            steps.push(last.clone());
        }
    }
    if !dice.rarely(4) {
        steps.push(ended(last, dice.pick(&REASONS)));
    }
    steps
}

fn random_query(dice: &mut Dice) -> CallQuery {
    let mut query = CallQuery { limit: 1 + dice.roll(30), ..CallQuery::default() };
    let time = |dice: &mut Dice| Timestamp(1_763_694_600_000_000 - 5 + dice.roll(TIMES + 10) as i64);
    if dice.rarely(3) {
        query.state = Some(dice.pick(&CallState::ALL));
    }
    if dice.rarely(3) {
        query.user = Some(user(dice.pick(&USERS)));
    }
    if dice.rarely(4) {
        query.caller = Some(user(dice.pick(&USERS)));
    }
    if dice.rarely(4) {
        query.callee = Some(user(dice.pick(&USERS)));
    }
    if dice.rarely(3) {
        query.reason = Some(dice.pick(&[REASONS.as_slice(), &[Reason::Drained]].concat()));
    }
    if dice.rarely(3) {
        query.door = Some(Door::Native);
    }
    if dice.rarely(3) {
        query.from = Some(time(dice));
    }
    if dice.rarely(3) {
        query.to = Some(time(dice));
    }
    query
}

#[tokio::test]
async fn every_combination_of_filters_pages_like_the_model_without_loss_or_repeat() {
    for seed in 0..4 {
        let mut dice = Dice(seed);
        let (_dir, store) = open_with_small_buckets();
        let mut calls: Vec<CallRecord> = Vec::new();
        // Steps of several calls mix, so that rows change while others come.
        let mut open_calls: Vec<(usize, std::vec::IntoIter<CallRecord>)> = Vec::new();
        while calls.len() < 300 || !open_calls.is_empty() {
            if calls.len() < 300 && (open_calls.len() < 5 || dice.rarely(3)) {
                let mut steps = random_call(&mut dice).into_iter();
                let first = steps.next().unwrap();
                store.persist(write(&first)).unwrap();
                open_calls.push((calls.len(), steps));
                calls.push(first);
                continue;
            }
            let n = dice.roll(open_calls.len());
            match open_calls[n].1.next() {
                Some(step) => {
                    store.persist(write(&step)).unwrap();
                    if dice.rarely(10) {
                        // Whatever waits is a batch, and a bucket may be closed after it.
                        persist(&store, &step);
                    }
                    calls[open_calls[n].0] = step;
                }
                None => drop(open_calls.swap_remove(n)),
            }
        }
        // A write that waits for its commit comes after all of them.
        persist(&store, calls.last().unwrap());
        for n in 0..500 {
            let query = random_query(&mut dice);
            let expected: Vec<CallId> = model(&calls, &query).iter().map(|call| call.id).collect();
            let found = paged(&store, &query).await;
            let ids: Vec<CallId> = found.iter().map(|call| call.id).collect();
            assert_eq!(ids, expected, "seed {seed}, query {n}: {query:?}");
            assert!(found.iter().all(|call| calls.contains(call)));
        }
    }
}

#[tokio::test]
async fn a_cursor_whose_call_was_swept_goes_on_where_it_was() {
    let (_dir, store) = open();
    let mut calls = Vec::new();
    for n in 0..6 {
        let mut call = ended(requested("a", "b", clock::wall()), Reason::Hangup);
        // Ids and times that agree, some milliseconds apart.
        let ms = 1_763_694_600_000 + n * 10;
        call.requested_at = Timestamp(ms * 1_000);
        let stamp = uuid::Timestamp::from_unix_time(ms as u64 / 1_000, (ms % 1_000) as u32 * 1_000_000, 0, 0);
        call.id = CallId(uuid::Uuid::new_v7(stamp));
        persist(&store, &call);
        calls.push(call);
    }
    let cursor = calls[3].id;
    store.write(move |tx| tx.execute("DELETE FROM calls WHERE id = ?1", [cursor.0.as_bytes()])).await.unwrap();
    let page = store.calls(CallQuery { limit: 10, before: Some(cursor), ..CallQuery::default() }).await.unwrap();
    assert_eq!(page.items, [calls[2].clone(), calls[1].clone(), calls[0].clone()]);
    // An id that no call ever had and that has no time in it.
    let never = Some(CallId(uuid::Uuid::nil()));
    let page = store.calls(CallQuery { limit: 10, before: never, ..CallQuery::default() }).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
}

#[tokio::test]
async fn a_call_that_ends_late_is_found_among_those_of_its_time() {
    let (dir, store) = open_with_small_buckets();
    let at = |n: i64| Timestamp(1_763_694_600_000_000 + n);
    let short = |n| ended(requested("ann", "ben", at(n)), Reason::Hangup);
    let long = further(requested("ann", "eve", at(50)), CallState::Talking);
    persist(&store, &long);
    let mut calls: Vec<CallRecord> = (0..100).map(short).collect();
    for call in &calls {
        persist(&store, call);
    }
    let buckets = async |store: &Store| -> i64 {
        store.read(|db| db.query_row("SELECT count(*) FROM buckets", [], |row| row.get(0))).await.unwrap()
    };
    assert_eq!(buckets(&store).await, 7);
    let long = ended(long, Reason::Drained);
    persist(&store, &long);
    calls.insert(50, long);
    store.close();
    let options = StoreOptions { bucket: 16, ..StoreOptions::new(dir.path()) };
    let store = Store::open(&options).unwrap();
    let all = CallQuery { limit: 9, ..CallQuery::default() };
    for query in [
        all.clone(),
        CallQuery { user: Some(user("ann")), ..all.clone() },
        CallQuery { user: Some(user("eve")), ..all.clone() },
        CallQuery { caller: Some(user("ann")), callee: Some(user("eve")), ..all.clone() },
        CallQuery { reason: Some(Reason::Drained), ..all.clone() },
        CallQuery { caller: Some(user("ann")), from: Some(at(40)), to: Some(at(60)), ..all },
    ] {
        let found = paged(&store, &query).await;
        assert!(found.iter().eq(model(&calls, &query)), "{query:?}");
    }
}

#[tokio::test]
async fn thousands_of_requests_in_one_microsecond_keep_their_order() {
    let (_dir, store) = open();
    let at = Timestamp(1_763_694_600_000_000);
    let calls: Vec<CallRecord> = (0..2_000).map(|_| requested("a", "b", at)).collect();
    for call in &calls {
        store.persist(CallWrite { record: Arc::new(call.clone()), outbox: Vec::new(), done: None }).unwrap();
    }
    persist(&store, calls.last().unwrap());
    let found = paged(&store, &CallQuery { limit: 500, from: Some(at), to: Some(at), ..CallQuery::default() }).await;
    assert!(found.iter().eq(calls.iter().rev()));
}
