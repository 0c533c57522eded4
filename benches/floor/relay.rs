//! The relay: one actor per socket, one look-up per frame, the frames of `hookswitch bench` in the same number and about the same
//! size. It keeps no state of calls, stores nothing, resumes nothing, limits nothing.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix::{Actor, ActorContext as _, Addr, AsyncContext as _, Handler, Message, StreamHandler};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::Server, web};
use actix_web_actors::ws;
use bytestring::ByteString;
use dashmap::DashMap;
use serde::Deserialize;

/// As many as the floor has always been measured with.
const WORKERS: usize = 2;
/// As hookswitch pings.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Stands where hookswitch has the call's id and the time, so that frames are of one size.
const CALL: &str = "0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11";
const AT: &str = "2026-11-21T03:10:00.000Z";

type Users = Arc<DashMap<String, Addr<Conn>>>;

/// A socket.
struct Conn {
    users: Users,
    user: String,
}

/// To another socket: a frame.
#[derive(Message)]
#[rtype(result = "()")]
struct Deliver(ByteString);

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    event: Option<&'a str>,
    user: Option<&'a str>,
}

impl Conn {
    fn read(&mut self, text: &str, ctx: &mut ws::WebsocketContext<Self>) {
        match serde_json::from_str::<Frame<'_>>(text) {
            Ok(Frame { kind: "login", user: Some(user), .. }) => {
                user.clone_into(&mut self.user);
                self.users.insert(user.to_owned(), ctx.address());
                ctx.text(format!(
                    r#"{{"type":"logged_in","user":"{user}","session":"{CALL}","resume":"","resumed":false,"heartbeat_secs":25.0,"ice_servers":[],"calls":[],"seq":0}}"#
                ));
            }
            Ok(Frame { kind: "call", event: Some(event), user: Some(other) }) => {
                let (to_me, to_other) = match event {
                    "request" => ("reply", "request"),
                    "reply" => ("start", "start"),
                    _ => ("finish", "finish"),
                };
                if let Some(other) = self.users.get(other) {
                    other.do_send(Deliver(event_frame(to_other, &self.user)));
                }
                ctx.text(event_frame(to_me, other));
            }
            _ => ctx.stop(),
        }
    }
}

fn event_frame(event: &str, user: &str) -> ByteString {
    format!(
        r#"{{"type":"call","seq":1,"call":"{CALL}","event":"{event}","user":"{user}","error_code":0,"flags":0,"param":0,"user_str":"","version":1,"door":"native","at":"{AT}"}}"#
    )
    .into()
}

impl Actor for Conn {
    type Context = ws::WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(HEARTBEAT, |_, ctx| ctx.ping(b"0"));
    }

    fn stopped(&mut self, ctx: &mut Self::Context) {
        self.users.remove_if(&self.user, |_, addr| *addr == ctx.address());
    }
}

impl Handler<Deliver> for Conn {
    type Result = ();

    fn handle(&mut self, Deliver(frame): Deliver, ctx: &mut Self::Context) {
        ctx.text(frame);
    }
}

impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Conn {
    fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        match message {
            Ok(ws::Message::Text(text)) => self.read(&text, ctx),
            Ok(ws::Message::Ping(payload)) => ctx.pong(&payload),
            Ok(ws::Message::Pong(_)) => {}
            _ => ctx.stop(),
        }
    }
}

async fn open(request: HttpRequest, payload: web::Payload, users: web::Data<Users>) -> actix_web::Result<HttpResponse> {
    let conn = Conn { users: Users::clone(&users), user: String::new() };
    ws::WsResponseBuilder::new(conn, &request, payload).start()
}

/// Starts it within the current system; tells where it listens.
///
/// # Errors
/// Where the address cannot be had.
pub(crate) fn start(address: &str) -> std::io::Result<(Server, SocketAddr)> {
    let users = Users::default();
    let server = HttpServer::new(move || {
        App::new().app_data(web::Data::new(Users::clone(&users))).route("/ws", web::get().to(open))
    });
    let server = server.workers(WORKERS).max_connections(1_000_000).tcp_nodelay(true).bind(address)?;
    let listening = server.addrs().first().copied().ok_or(std::io::ErrorKind::AddrNotAvailable)?;
    Ok((server.run(), listening))
}
