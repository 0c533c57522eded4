//! A session that panics, and what becomes of its call.

use super::*;
use crate::{
    actors::panics::{Boom, Stage, user},
    protocol::event::EventName,
};

impl Handler<Boom> for Session {
    type Result = ();

    fn handle(&mut self, _: Boom, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

#[actix::test]
async fn a_session_that_panics_leaves_its_call_as_though_its_grace_were_over() {
    let mut stage = Stage::new();
    stage.log_in("bob");
    let (record, _room) = stage.talk();
    let limits =
        SessionLimits { heartbeat: Duration::from_secs(60), grace: Duration::from_secs(60), queue_bytes: 1 << 18 };
    let live = EndpointLife {
        since: clock::wall(),
        client: Mutex::default(),
        connected: AtomicBool::new(true),
        active: AtomicI64::new(0),
    };
    let (id, device, door) = (clock::session_id(), DeviceId::default(), Door::Native);
    let session = Session {
        core: stage.core.clone(),
        id,
        me: Party { user: user("alice"), device: device.clone(), door },
        who: Arc::new(Who { user: user("alice"), device, session: id, door }),
        machine: Machine::new(limits, clock::now()),
        conn: None,
        login_id: None,
        life: Arc::new(live),
        resume: ResumeSecret(clock::random().unwrap()),
        timer: Timer::default(),
        watched: BTreeMap::new(),
        watches_all: false,
        shown: None,
        hopeless: 0,
        draining: false,
        over: false,
    };
    session.start().do_send(Boom);
    stage.hears("bob", EventName::Finish, 100_106).await;
    stage.is_over(&record).await;
    assert!(!stage.core.is_online(&user("alice")));
}
