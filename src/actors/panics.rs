//! Actors that panic or do not answer, and what becomes of their calls.

use std::{
    iter::from_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64},
    },
    time::Duration,
};

use actix::{Actor, Addr, Context, Handler, Message};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{
    call::Call,
    cloudvoip_worker::{Workers, WorkersOptions},
    core::{Core, CoreParts, Force, NotYet, now},
    directory::{Endpoint, EndpointLife},
    gate::Gate,
    messages::{ToCall, ToEndpoint},
    room::Room,
};
use crate::{
    auth::{LoginGuard, UserTokens},
    clock,
    config::{self, Sources},
    metrics::Metrics,
    protocol::{
        call::{Call as CallMachine, Request},
        codes::Door,
        effect::{Act, Answer, Effect, Input, Party, Route},
        event::EventName,
        ids::{DeviceId, UserId},
        record::{CallRecord, CallState},
        room::Room as RoomMachine,
    },
    store::{Store, StoreOptions},
    trace::Recorder,
    webhooks::{Hooks, HooksOptions},
    wechat::WeChat,
};

/// Panics whoever handles it.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Boom;

impl Handler<Boom> for Call {
    type Result = ();

    fn handle(&mut self, _: Boom, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

impl Handler<Boom> for Room {
    type Result = ();

    fn handle(&mut self, _: Boom, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

/// A client's session: writes down what it hears.
struct Ear(UserId, mpsc::UnboundedSender<(UserId, EventName, i32)>);

impl Actor for Ear {
    type Context = Context<Self>;
}

impl Handler<ToEndpoint> for Ear {
    type Result = ();

    fn handle(&mut self, message: ToEndpoint, _: &mut Self::Context) {
        if let ToEndpoint::Event(event) = message {
            self.1.send((self.0.clone(), event.event, event.error_code)).unwrap();
        }
    }
}

/// A call's actor that keeps what it hears and does nothing about it.
struct Deaf(Vec<ToCall>);

impl Actor for Deaf {
    type Context = Context<Self>;
}

impl Handler<ToCall> for Deaf {
    type Result = ();

    fn handle(&mut self, message: ToCall, _: &mut Self::Context) {
        self.0.push(message);
    }
}

/// A server without sockets, and its clients' ears.
pub(super) struct Stage {
    pub(super) core: Core,
    _dir: TempDir,
    tell: mpsc::UnboundedSender<(UserId, EventName, i32)>,
    heard: mpsc::UnboundedReceiver<(UserId, EventName, i32)>,
}

pub(super) fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn party(name: &str) -> Party {
    Party { user: user(name), device: DeviceId::default(), door: Door::Native }
}

impl Stage {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = Arc::new(config::load(&Sources::default()).unwrap().config);
        let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
        let tokens = UserTokens::new(&config.auth, dir.path()).unwrap();
        let hooks = Hooks::start(HooksOptions::default(), store.clone(), Arc::new(())).unwrap();
        let gate = Gate::new(tokens, LoginGuard::new(&config.limits), store.clone());
        let metrics = Metrics::new();
        let trace = Recorder::default();
        let workers = Workers::new(WorkersOptions::off(), metrics.clone());
        let wechat = WeChat::default();
        let parts = CoreParts { config, store, hooks, metrics, trace, gate, wechat, workers, last_room: None };
        let (tell, heard) = mpsc::unbounded_channel();
        Self { core: Core::new(parts), _dir: dir, tell, heard }
    }

    pub(super) fn log_in(&self, name: &str) {
        let live = EndpointLife {
            since: clock::wall(),
            client: Mutex::default(),
            connected: AtomicBool::new(true),
            active: AtomicI64::new(0),
        };
        let endpoint = Endpoint {
            session: clock::session_id(),
            device: DeviceId::default(),
            door: Door::Native,
            to: Ear(user(name), self.tell.clone()).start().recipient(),
            live: Arc::new(live),
        };
        self.core.directory().log_in(&user(name), endpoint, false, None, || ()).unwrap();
    }

    /// The next event, of this user.
    pub(super) async fn hears(&mut self, name: &str, event: EventName, code: i32) {
        let heard = tokio::time::timeout(Duration::from_secs(10), self.heard.recv()).await.unwrap().unwrap();
        assert_eq!(heard, (user(name), event, code));
    }

    /// Waits until the call is gone from memory: it is on disk then.
    pub(super) async fn is_over(&self, call: &CallRecord) {
        while self.core.call(call.id).is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!((self.core.line(&call.caller), self.core.line(&call.callee)), (None, None));
    }

    /// alice and bob talk, in a room whose actor is returned.
    pub(super) fn talk(&self) -> (Arc<CallRecord>, Addr<Room>) {
        let mut machine = RoomMachine::open(answer(), self.core.allocate_room(), None, now());
        machine.step(now(), Input::Committed(true));
        let record = Arc::new(machine.record().clone());
        let machine = RoomMachine::restore(machine.record().clone(), None, Duration::from_secs(60), now());
        let room = Room::new(&self.core, machine, None).start();
        self.core.directory().restore(Arc::clone(&record), room.clone().recipient(), clock::now());
        (record, room)
    }
}

/// alice rings bob.
fn ringing() -> CallMachine {
    let request = Request {
        id: clock::call_id(),
        by: party("alice"),
        callee: user("bob"),
        flags: 3,
        param: 0,
        user_str: String::new(),
        sdp: None,
        ring: Duration::MAX,
        placed: false,
    };
    let mut call = CallMachine::place(request, true, false, Duration::from_secs(60), now());
    call.step(now(), Input::Routed(Route::Online(Door::Native)));
    call
}

/// bob has answered.
fn answer() -> Answer {
    let mut call = ringing();
    let act = Act {
        by: party("bob"),
        other: user("alice"),
        call: None,
        error_code: 0,
        flags: 0,
        param: 0,
        user_str: String::new(),
        sdp: None,
    };
    call.step(now(), Input::Reply(act));
    let opened = from_fn(|| call.poll_effect());
    *opened.filter_map(|effect| if let Effect::OpenRoom(answer) = effect { Some(answer) } else { None }).next().unwrap()
}

#[actix::test]
async fn a_call_that_panics_while_it_rings_ends_for_both() {
    let mut stage = Stage::new();
    stage.log_in("alice");
    stage.log_in("bob");
    let mut addr = None;
    let machine = ringing();
    let record = Arc::new(machine.record().clone());
    let start = |_| {
        let call = Call::new(&stage.core, machine, None).start();
        addr = Some(call.clone());
        (Arc::clone(&record), None, call.recipient())
    };
    stage.core.directory().place(record.id, &user("alice"), &user("bob"), clock::now(), start, |_| None);
    stage.hears("alice", EventName::Reply, 0).await;
    stage.hears("bob", EventName::Request, 0).await;
    addr.unwrap().do_send(Boom);
    stage.hears("alice", EventName::Reply, 100_106).await;
    stage.hears("bob", EventName::Reply, 100_106).await;
    stage.is_over(&record).await;
}

#[actix::test]
async fn a_room_that_panics_ends_the_talk_for_both() {
    let mut stage = Stage::new();
    stage.log_in("alice");
    stage.log_in("bob");
    let (record, room) = stage.talk();
    room.do_send(Boom);
    assert_eq!(stage.core.finish_call(record.id, Force::default()).await, Err(NotYet), "it is about to end");
    stage.hears("alice", EventName::Finish, 100_106).await;
    stage.hears("bob", EventName::Finish, 100_106).await;
    stage.is_over(&record).await;
}

#[actix::test]
async fn a_room_that_panics_before_the_start_was_told_ends_the_ring() {
    let mut stage = Stage::new();
    stage.log_in("alice");
    stage.log_in("bob");
    let answer = answer();
    let record = Arc::new(answer.call.clone());
    let start = |_| (Arc::clone(&record), None, Deaf(Vec::new()).start().recipient());
    stage.core.directory().place(record.id, &user("alice"), &user("bob"), clock::now(), start, |_| None);
    let room = Room::open(&stage.core, answer);
    stage.core.directory().hand_over(record.id, room.clone().recipient());
    room.do_send(Boom);
    stage.hears("alice", EventName::Reply, 100_106).await;
    stage.hears("bob", EventName::Reply, 100_106).await;
    stage.is_over(&record).await;
    assert_eq!(record.state, CallState::Ringing);
}

#[actix::test]
async fn whoever_ends_a_call_that_does_not_answer_hears_so_in_time() {
    let stage = Stage::new();
    let (record, _room) = stage.talk();
    stage.core.directory().hand_over(record.id, Deaf(Vec::new()).start().recipient());
    tokio::time::pause();
    let told = tokio::time::timeout(Duration::from_secs(6), stage.core.finish_user(&record.callee, Force::default()));
    assert_eq!(told.await, Ok(Err(NotYet)));
}
