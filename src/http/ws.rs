//! `GET /ws`: what is checked before a connection becomes a WebSocket of the native door.

use std::net::{IpAddr, SocketAddr};

use actix_http::ws::{HandshakeError, verify_handshake};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _, http::header, web};

use super::{
    Api, auth,
    problem::{self, HttpError},
};
use crate::{
    actors::{gate::Ticket, ws_conn},
    config::Config,
    metrics::{ConnectionResult, Limit},
    protocol::codes::Door,
};

/// Query parameters that would put a secret into logs and histories.
const SECRETS: [&str; 4] = ["token", "access_token", "password", "resume"];

/// Opens a WebSocket of the native door.
pub(super) async fn native(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, actix_web::Error> {
    open(&request, &api, Door::Native)
}

/// Opens a WebSocket of the Verto door.
pub(super) async fn verto(request: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, actix_web::Error> {
    if !api.core.config().verto.enabled {
        let detail = "this server has no Verto door: set verto.enabled";
        return Err(HttpError::new(&problem::NOT_FOUND, detail).into());
    }
    open(&request, &api, Door::Verto)
}

fn open(request: &HttpRequest, api: &Api, door: Door) -> Result<HttpResponse, actix_web::Error> {
    let query = query(request);
    check(request, api, &query)?;
    if api.core.draining() {
        return Err(refused(api, HttpError::new(&problem::UNAVAILABLE, "the server is stopping")));
    }
    let ticket = admit(request, api)?;
    let device = query.into_iter().find(|(name, _)| name == "device").map(|(_, device)| device);
    let token = auth::bearer(request.headers()).map(str::to_owned);
    ws_conn::upgrade(&api.core, door, ticket, token, device, request).map_err(Into::into)
}

/// The parameters of a request, in order.
pub(super) fn query(request: &HttpRequest) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect()
}

/// A refusal, counted.
pub(super) fn refused(api: &Api, error: HttpError) -> actix_web::Error {
    api.core.metrics().connection_result(ConnectionResult::Refused);
    error.into()
}

/// What must hold for every WebSocket: no secret in its URL, a handshake, an origin that may.
pub(super) fn check(request: &HttpRequest, api: &Api, query: &[(String, String)]) -> Result<(), actix_web::Error> {
    if let Some((name, _)) = query.iter().find(|(name, _)| SECRETS.contains(&name.as_str())) {
        let detail = "a secret in a URL ends up in logs: send it in the login frame or the Authorization header";
        return Err(refused(api, HttpError::parameter(name, detail)));
    }
    if let Err(error) = verify_handshake(request.head()) {
        return Err(no_handshake(request, &error).into());
    }
    if !is_origin_allowed(request, &api.core.config()) {
        api.core.metrics().limit_hit(Limit::Origin);
        let detail = "this origin may not open a WebSocket here: add it to server.allowed_origins";
        return Err(refused(api, HttpError::new(&problem::ORIGIN_FORBIDDEN, detail)));
    }
    Ok(())
}

/// Lets a connection in, as far as numbers go.
pub(super) fn admit(request: &HttpRequest, api: &Api) -> Result<Ticket, actix_web::Error> {
    let address = client_address(request, &api.core.config());
    api.core.gate().admit(&api.core, address).map_err(|limit| {
        api.core.metrics().limit_hit(limit);
        let error = HttpError::new(&problem::TOO_MANY_REQUESTS, "too many connections: try again in a moment");
        error.header(header::RETRY_AFTER, "5").into()
    })
}

/// A client that speaks plain HTTP hears what to speak instead.
fn no_handshake(request: &HttpRequest, error: &HandshakeError) -> HttpError {
    if request.headers().contains_key(header::UPGRADE) {
        return HttpError::of_status(error.error_response().status()).with_detail(error.to_string());
    }
    let detail = "only WebSockets are opened here: connect to ws:// or wss:// with a WebSocket client";
    HttpError::new(&problem::UPGRADE_REQUIRED, detail).header(header::UPGRADE, "websocket")
}

/// Whether a browser's page may connect: one of this server's own, or one that the configuration names. Clients that are no
/// browsers send no origin.
fn is_origin_allowed(request: &HttpRequest, config: &Config) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let named =
        config.server.allowed_origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin));
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let own = |scheme: &str| host.is_some_and(|host| origin.eq_ignore_ascii_case(&format!("{scheme}://{host}")));
    let public = config.server.public_url.as_ref();
    let public = public.is_some_and(|url| url.origin().ascii_serialization().eq_ignore_ascii_case(origin));
    named || public || own("http") || own("https")
}

/// Where a client connects from: the peer, or, behind a proxy that is trusted, the last address that no trusted proxy added.
pub(super) fn client_address(request: &HttpRequest, config: &Config) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let trusted = |address: IpAddr| config.server.trusted_proxies.iter().any(|block| block.contains(address));
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    Some(origin_of(peer, forwarded, trusted))
}

/// What stands left of a hop that no trusted proxy added, or that is no address, is the client's own text: not believed.
fn origin_of<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let mut nearest = peer;
    for hop in forwarded.rev().flat_map(|value| value.rsplit(',')) {
        if !trusted(nearest) {
            break;
        }
        let hop = hop.trim();
        let address = hop.parse().or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
        let Ok(address) = address else { break };
        nearest = address.to_canonical();
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_say_of_a_client_is_believed() {
        let from = |peer: &str, forwarded: &[&str]| {
            let trusted = |address: IpAddr| address.to_string().starts_with("10.");
            origin_of(peer.parse().unwrap(), forwarded.iter().copied(), trusted).to_string()
        };
        for (peer, forwarded, origin) in [
            ("192.0.2.1", vec!["198.51.100.9"], "192.0.2.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec!["198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5, 198.51.100.9"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5", "198.51.100.9, 10.0.0.2"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5, 198.51.100.9:4711"], "198.51.100.9"),
            ("10.0.0.1", vec!["203.0.113.5, [2001:db8::7]:4711"], "2001:db8::7"),
            ("10.0.0.1", vec!["203.0.113.5, unknown"], "10.0.0.1"),
        ] {
            assert_eq!(from(peer, &forwarded), origin, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn what_proxies_and_browsers_say_survives_anything() {
        let corpus = [
            "203.0.113.5, 198.51.100.9:4711",
            "[2001:db8::7]:4711,10.0.0.2",
            "https://calls.example.org",
            "null",
            "unknown",
        ];
        let mut config = crate::config::load(&crate::config::Sources::default()).unwrap().config;
        config.server.public_url = Some("https://calls.example.org/".parse().unwrap());
        config.server.allowed_origins = vec!["https://app.example.org".to_owned()];
        let own = ["https://calls.example.org", "https://app.example.org", "http://localhost", "https://localhost"];
        crate::fuzz::survives("headers", &corpus, |text| {
            let peer: IpAddr = "10.0.0.1".parse().unwrap();
            assert_eq!(origin_of(peer, [text].into_iter(), |_| false), peer, "nobody is trusted");
            origin_of(peer, [text, text].into_iter(), |address| address.is_ipv4());
            let Ok(value) = header::HeaderValue::from_str(text) else { return };
            let request = actix_web::test::TestRequest::get();
            let request = request.insert_header((header::HOST, "localhost")).insert_header((header::ORIGIN, value));
            let allowed = is_origin_allowed(&request.to_http_request(), &config);
            assert_eq!(allowed, own.iter().any(|own| own.eq_ignore_ascii_case(text)), "{text}");
        });
    }
}
