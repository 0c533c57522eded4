//! A session that panics, and what becomes of its call.

use super::*;
use crate::{
    actors::panics::{Boom, Stage, user},
    protocol::event::EventName,
};

impl Handler<Boom> for VertoSession {
    type Result = ();

    fn handle(&mut self, _: Boom, _: &mut Self::Context) {
        panic!("on purpose");
    }
}

#[actix::test]
async fn a_session_that_panics_leaves_its_call_as_though_its_time_were_over() {
    let mut stage = Stage::new();
    stage.log_in("bob");
    let (record, _room) = stage.talk();
    let to = Arc::new(crate::actors::ws_conn::Outbox::new(1 << 18));
    let conn = Conn { number: 1, to, client: Client::default() };
    let mut session = VertoSession::new(&stage.core, conn);
    let live =
        EndpointLife { since: clock::wall(), client: Mutex::default(), connected: true.into(), active: 0.into() };
    let (device, door) = (DeviceId::default(), Door::Verto);
    session.me = Some(Registered {
        party: Party { user: user("alice"), device: device.clone(), door },
        who: Arc::new(Who { user: user("alice"), device, session: session.id, door }),
        life: Arc::new(live),
        sessid: "s".into(),
    });
    // An actor that nobody can reach any more would go without a word.
    let session = session.start();
    session.do_send(Boom);
    stage.hears("bob", EventName::Finish, 100_106).await;
    stage.is_over(&record).await;
    assert!(!stage.core.is_online(&user("alice")));
}
