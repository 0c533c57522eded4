//! What a call costs the writer with nothing on file and with a million calls, and how long a page of each filter takes then.
//!
//! `cargo bench --bench store`, or with another number of calls: `cargo bench --bench store -- 100000`. Fails where a page takes
//! longer than it may. On Linux only: it reads a thread's processor time from `/proc`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a program for the terminal"
)]

use std::{
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use hookswitch::{
    clock,
    protocol::{
        codes::{Door, Reason},
        event::HookEventKind,
        ids::{CallId, DeviceId, RoomNumber, UserId},
        record::{Actor, CallRecord, CallState, Timestamp, Transition},
    },
    store::{CallQuery, CallWrite, OutboxRow, Store, StoreError, StoreOptions},
};

/// The longest that a page may take.
const BOUND: Duration = Duration::from_millis(20);
/// Calls that go on at the same time; the steps of so many calls mix.
const LIVE: usize = 10_000;
/// Calls that begin, go on and end in one batch while the cost of a call is measured.
const TOGETHER: usize = 64;
/// Batches in one measurement, and measurements; the lowest counts, since whatever else the machine does only adds to it.
const ROUNDS: usize = 40;
const MEASUREMENTS: usize = 9;
const COSTED: usize = MEASUREMENTS * ROUNDS * TOGETHER;
/// Times that a query is repeated; the slowest counts.
const TRIES: usize = 20;
/// Between two requests. Unit: microseconds.
const GAP_US: i64 = 1_000;
const BEGIN: Timestamp = Timestamp(1_763_694_600_000_000);

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

/// Who calls whom in call `n`: mostly many users; one robot that calls in every fourth call, and one that is called in every
/// fourth; each 100,000th call between two people who call nobody else.
fn parties(n: usize) -> (UserId, UserId) {
    if n % 100_000 == 77 {
        return (user("romeo"), user("juliet"));
    }
    let (a, b) = (n.wrapping_mul(7_919) % 50_000, n.wrapping_mul(104_729) % 50_000);
    match n % 4 {
        0 => (user("robot"), user(&format!("user-{b}"))),
        1 => (user(&format!("user-{a}")), user("hotline")),
        _ => (user(&format!("user-{a}")), user(&format!("person-{b}"))),
    }
}

/// How call `n` ends: one in a hundred thousand by a dead media worker, but never one of the robot's.
fn reason(n: usize) -> Reason {
    match n {
        n if n % 100_000 == 50_002 => Reason::MediaFailed,
        n if n % 10 == 3 => Reason::Busy,
        n if n % 10 == 4 => Reason::Cancelled,
        n if n % 10 == 5 => Reason::Timeout,
        _ => Reason::Hangup,
    }
}

fn requested(n: usize) -> CallRecord {
    let (caller, callee) = parties(n);
    let at = Timestamp(BEGIN.0 + n as i64 * GAP_US);
    CallRecord {
        id: clock::call_id(),
        state: CallState::Requested,
        version: 1,
        caller,
        callee,
        dialled: None,
        caller_device: DeviceId::new("browser").unwrap(),
        callee_device: None,
        caller_door: Door::Native,
        callee_door: None,
        placed: false,
        flags: 3,
        param: 0,
        user_str: "{\"ticket\":\"4711\",\"topic\":\"delivery\"}".to_owned(),
        room: None,
        error_code: None,
        reason: None,
        ended_by: None,
        requested_at: at,
        ringing_at: None,
        started_at: None,
        ended_at: None,
        veto: Vec::new(),
        timeline: vec![Transition {
            at,
            state: CallState::Requested,
            version: 1,
            actor: Actor::Caller,
            error_code: 0,
            reason: None,
        }],
        event_seq: 1,
    }
}

fn further(call: &mut CallRecord, n: usize) {
    let at = Timestamp(call.requested_at.0 + i64::from(call.version) * 1_000_000);
    call.version += 1;
    call.event_seq += 1;
    match call.state {
        CallState::Requested => {
            call.state = CallState::Ringing;
            call.ringing_at = Some(at);
            call.callee_door = Some(Door::Native);
        }
        CallState::Ringing => {
            call.state = CallState::Talking;
            call.started_at = Some(at);
            call.room = RoomNumber::new(i32::try_from(n + 1).unwrap());
            call.callee_device = Some(DeviceId::default());
        }
        CallState::Talking | CallState::Ended => {
            call.state = CallState::Ended;
            call.ended_at = Some(at);
            call.reason = Some(reason(n));
            call.error_code = Some(0);
            call.ended_by = Some(Actor::Callee);
        }
    }
    call.timeline.push(Transition {
        at,
        state: call.state,
        version: call.version,
        actor: Actor::Callee,
        error_code: 0,
        reason: call.reason,
    });
}

/// Keeps the queue filled, but not over its brim.
struct Feeder<'a> {
    store: &'a Store,
    waiting: Arc<AtomicUsize>,
    room: (mpsc::SyncSender<()>, mpsc::Receiver<()>),
}

impl<'a> Feeder<'a> {
    const MOST: usize = 8_192;

    fn new(store: &'a Store) -> Self {
        Self { store, waiting: Arc::default(), room: mpsc::sync_channel(1) }
    }

    fn feed(&self, call: &CallRecord, outbox: Vec<OutboxRow>) {
        while self.waiting.load(Ordering::Acquire) >= Self::MOST {
            self.room.1.recv().unwrap();
        }
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let (waiting, room) = (Arc::clone(&self.waiting), self.room.0.clone());
        let done = Box::new(move |outcome: Result<(), Arc<StoreError>>| {
            outcome.unwrap();
            waiting.fetch_sub(1, Ordering::AcqRel);
            // Full: a wake-up is on its way already.
            room.try_send(()).ok();
        });
        self.store.persist(CallWrite { record: Arc::new(call.clone()), outbox, done: Some(done) }).unwrap();
    }

    fn finish(&self) {
        while self.waiting.load(Ordering::Acquire) > 0 {
            self.room.1.recv().unwrap();
        }
    }
}

/// The time that the writer spent in transactions, and how many there were.
#[derive(Default)]
struct Spent {
    time: Duration,
    commits: usize,
    writes: usize,
}

fn fill(store: &Store, spent: &Mutex<Spent>, calls: Range<usize>) -> Vec<CallId> {
    *spent.lock().unwrap() = Spent::default();
    let begun = clock::now();
    let feeder = Feeder::new(store);
    let mut live = Vec::with_capacity(LIVE);
    let mut ids = Vec::with_capacity(calls.len());
    for n in calls {
        let call = requested(n);
        ids.push(call.id);
        feeder.feed(&call, Vec::new());
        live.push((n, call));
        // Three more steps for each call, of any that is live: some last long, some end at once.
        for k in [0, 1, 2] {
            if live.len() < LIVE {
                break;
            }
            let at = (3 * n + k).wrapping_mul(2_654_435_761) % LIVE;
            let (n, call) = &mut live[at];
            further(call, *n);
            feeder.feed(call, Vec::new());
            if call.state == CallState::Ended {
                live.swap_remove(at);
            }
        }
    }
    feeder.finish();
    let wall = clock::now().saturating_duration_since(begun);
    report(&format!("{} calls, four steps each", ids.len()), wall, spent);
    ids
}

fn report(what: &str, wall: Duration, spent: &Mutex<Spent>) {
    let Spent { time, commits, writes } = std::mem::take(&mut *spent.lock().unwrap());
    println!(
        "{what}: {writes} writes in {:.1} s, {:.0} writes/s; {:.2} µs per write in the transactions (with their commits), {:.1} \
         writes per commit, {:.2} ms per commit",
        wall.as_secs_f64(),
        writes as f64 / wall.as_secs_f64(),
        time.as_secs_f64() * 1e6 / writes as f64,
        writes as f64 / commits as f64,
        time.as_secs_f64() * 1e3 / commits as f64,
    );
}

/// New calls into the full store, each step with an event for one hook.
fn with_events(store: &Store, spent: &Mutex<Spent>, begin: usize) {
    *spent.lock().unwrap() = Spent::default();
    let begun = clock::now();
    let feeder = Feeder::new(store);
    for n in begin..begin + 20_000 {
        let mut call = requested(n);
        let kinds = [HookEventKind::Requested, HookEventKind::Ringing, HookEventKind::Started, HookEventKind::Finished];
        for kind in kinds {
            if kind != HookEventKind::Requested {
                further(&mut call, n);
            }
            let row = OutboxRow {
                hook: "crm".to_owned(),
                kind,
                call: call.id,
                seq: call.event_seq,
                at: call.requested_at,
                body: serde_json::to_string(&call).unwrap().into(),
            };
            feeder.feed(&call, vec![row]);
        }
    }
    feeder.finish();
    report("20000 more, all steps at once, with events", clock::now().saturating_duration_since(begun), spent);
}

/// One call at a time: what a party waits for the commit of its start.
fn alone(store: &Store, n: usize) {
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let (tell, told) = mpsc::channel();
            let done = Box::new(move |outcome: Result<(), _>| tell.send(outcome.is_ok()).unwrap());
            let begun = clock::now();
            let record = Arc::new(requested(n));
            store.persist(CallWrite { record, outbox: Vec::new(), done: Some(done) }).unwrap();
            assert!(told.recv().unwrap());
            clock::now().saturating_duration_since(begun)
        })
        .collect();
    times.sort();
    println!("one write at a time: median {:.2?}, 99 % {:.2?}", times[100], times[198]);
}

/// The processor time of the writer thread so far, in user space and in the kernel.
async fn writer_cpu(store: &Store) -> Duration {
    let spent = store.write(|_| Ok(std::fs::read_to_string("/proc/thread-self/schedstat").unwrap())).await.unwrap();
    Duration::from_nanos(spent.split_whitespace().next().unwrap().parse().unwrap())
}

/// Processor time of the writer for one whole call, in microseconds: it rings, talks and ends in successive batches, each of which
/// takes as many other calls through each of these steps. The lowest of the measurements. The calls are those from `n` on.
async fn cost(store: &Store, mut n: usize) -> f64 {
    let mut on: Vec<(usize, CallRecord)> = Vec::new();
    let mut costs = Vec::new();
    for _ in 0..MEASUREMENTS {
        let before = writer_cpu(store).await;
        for _ in 0..ROUNDS {
            // Holds the writer up, so that what follows is one batch.
            let (release, released) = mpsc::channel::<()>();
            let hold = store.write(move |_| Ok(released.recv().is_err()));
            let feed = async {
                on.extend((n..n + TOGETHER).map(|n| (n, requested(n))));
                n += TOGETHER;
                for (n, call) in &mut on {
                    further(call, *n);
                    store
                        .persist(CallWrite { record: Arc::new(call.clone()), outbox: Vec::new(), done: None })
                        .unwrap();
                }
                on.retain(|(_, call)| call.state != CallState::Ended);
                drop(release);
            };
            assert!(tokio::join!(hold, feed).0.unwrap());
        }
        costs.push((writer_cpu(store).await - before).as_secs_f64() * 1e6 / (ROUNDS * TOGETHER) as f64);
    }
    costs.into_iter().fold(f64::INFINITY, f64::min)
}

fn queries(ids: &[CallId]) -> Vec<(&'static str, CallQuery)> {
    let all = CallQuery { limit: 50, ..CallQuery::default() };
    let n = ids.len();
    let at = |part: f64| Some(Timestamp(BEGIN.0 + (n as f64 * part) as i64 * GAP_US));
    let u = |name| Some(user(name));
    let middle = Some(ids[n / 2]);
    vec![
        ("nothing", all.clone()),
        ("limit 500", CallQuery { limit: 500, ..all.clone() }),
        ("cursor in the middle", CallQuery { before: middle, ..all.clone() }),
        ("state=requested", CallQuery { state: Some(CallState::Requested), ..all.clone() }),
        ("state=ringing", CallQuery { state: Some(CallState::Ringing), ..all.clone() }),
        ("state=talking", CallQuery { state: Some(CallState::Talking), ..all.clone() }),
        ("state=ended", CallQuery { state: Some(CallState::Ended), ..all.clone() }),
        ("state=ended, limit 500", CallQuery { state: Some(CallState::Ended), limit: 500, ..all.clone() }),
        ("state=talking, long ago", CallQuery { state: Some(CallState::Talking), to: at(0.5), ..all.clone() }),
        ("user=user-7919", CallQuery { user: u("user-7919"), ..all.clone() }),
        ("user=robot", CallQuery { user: u("robot"), ..all.clone() }),
        ("user=robot, limit 500, cursor", CallQuery { user: u("robot"), limit: 500, before: middle, ..all.clone() }),
        ("user=nobody", CallQuery { user: u("nobody"), ..all.clone() }),
        ("caller=robot", CallQuery { caller: u("robot"), ..all.clone() }),
        ("callee=hotline", CallQuery { callee: u("hotline"), ..all.clone() }),
        ("reason=hangup", CallQuery { reason: Some(Reason::Hangup), ..all.clone() }),
        ("reason=media_failed", CallQuery { reason: Some(Reason::MediaFailed), ..all.clone() }),
        ("reason=drained (none)", CallQuery { reason: Some(Reason::Drained), ..all.clone() }),
        ("door=native", CallQuery { door: Some(Door::Native), ..all.clone() }),
        ("from, to", CallQuery { from: at(0.3), to: at(0.4), ..all.clone() }),
        ("to=before all", CallQuery { to: Some(Timestamp(BEGIN.0 - 1)), ..all.clone() }),
        (
            "caller=robot, reason=media_failed (none)",
            CallQuery { caller: u("robot"), reason: Some(Reason::MediaFailed), ..all.clone() },
        ),
        ("user=robot, state=talking", CallQuery { user: u("robot"), state: Some(CallState::Talking), ..all.clone() }),
        (
            "user=hotline, reason=cancelled (none)",
            CallQuery { user: u("hotline"), reason: Some(Reason::Cancelled), ..all.clone() },
        ),
        ("caller=robot, callee=hotline (none)", CallQuery { caller: u("robot"), callee: u("hotline"), ..all.clone() }),
        ("caller=romeo, callee=juliet", CallQuery { caller: u("romeo"), callee: u("juliet"), ..all.clone() }),
        (
            "user=robot, from, to, reason=busy (none), door",
            CallQuery {
                user: u("robot"),
                from: at(0.1),
                to: at(0.9),
                reason: Some(Reason::Busy),
                door: Some(Door::Native),
                ..all.clone()
            },
        ),
        (
            "user=robot, state=ended, door, limit 500",
            CallQuery { user: u("robot"), state: Some(CallState::Ended), door: Some(Door::Native), limit: 500, ..all },
        ),
    ]
}

/// Prints how long each takes; true where all are within the bound.
async fn ask(store: &Store, ids: &[CallId]) -> bool {
    let mut fine = true;
    println!("{:<52} {:>6} {:>10} {:>10}", "filter", "calls", "median ms", "slowest ms");
    for (name, query) in queries(ids) {
        let mut times = Vec::new();
        let mut items = 0;
        for _ in 0..TRIES {
            let begun = clock::now();
            items = store.calls(query.clone()).await.unwrap().items.len();
            times.push(clock::now().saturating_duration_since(begun));
        }
        times.sort();
        let (median, slowest) = (times[TRIES / 2], times[TRIES - 1]);
        fine &= slowest < BOUND;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!("{name:<52} {items:>6} {:>10.3} {:>10.3}", ms(median), ms(slowest));
    }
    fine
}

fn main() {
    let calls = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir().unwrap();
    let spent = Arc::new(Mutex::new(Spent::default()));
    let seen = Arc::clone(&spent);
    let observer = Arc::new(move |took: Duration, writes: usize| {
        let mut spent = seen.lock().unwrap();
        spent.time += took;
        spent.commits += 1;
        spent.writes += writes;
    });
    let store = Store::open(&StoreOptions { observer: Some(observer), ..StoreOptions::new(dir.path()) }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // The first calls of all pay for the file's growth and for cold code.
    runtime.block_on(cost(&store, 0));
    let empty = runtime.block_on(cost(&store, COSTED));
    let before = runtime.block_on(writer_cpu(&store));
    let ids = fill(&store, &spent, 2 * COSTED..2 * COSTED + calls);
    let each = (runtime.block_on(writer_cpu(&store)) - before).as_secs_f64() * 1e6 / calls as f64;
    println!("a call of four steps, {LIVE} at the same time that end in any order: {each:.1} µs of the writer's time");
    let full = runtime.block_on(cost(&store, 2 * COSTED + calls));
    println!(
        "a call, {TOGETHER} in a batch: {empty:.1} µs of the writer's time with few on file, {full:.1} with {calls}: {:.2} times",
        full / empty
    );
    let fine = runtime.block_on(ask(&store, &ids));
    with_events(&store, &spent, 3 * COSTED + calls);
    alone(&store, 3 * COSTED + calls + 20_000);
    let begun = clock::now();
    let unfinished = store.unfinished().unwrap().len();
    println!("{unfinished} unfinished calls read in {:.1?}", clock::now().saturating_duration_since(begun));
    store.close();
    let size = std::fs::metadata(dir.path().join("hookswitch.sqlite3")).unwrap().len();
    println!("file: {} MB", size / 1_000_000);
    assert!(fine, "a page took longer than {BOUND:?}");
}
