//! What the demo page asks of its server beyond the API: facts about it, a sample of a business server, and a restart as after a
//! crash. Not part of the API, and but for the facts there in development mode only.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, CacheDirective},
    post, web,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Api, auth,
    extract::Body,
    pages,
    problem::{self, HttpError},
};
use crate::{auth::keys, protocol::record::Timestamp};

/// How long the sample thinks about a call to `slow`. Above what any hook of the demo is waited for.
const SLOW: Duration = Duration::from_secs(5);
/// With what the sample refuses a call to `blocked`: a code of the application's own.
const BLOCKED: i32 = 403;
/// FreeSWITCH's client library and what it needs, as their npm packages have them.
const VERTO_LIBRARY: [&str; 6] = [
    "jquery/dist/jquery.min.js",
    "jquery-json/dist/jquery.json.min.js",
    "verto/src/vendor/adapter-latest.js",
    "verto/src/jquery.FSRTC.js",
    "verto/src/jquery.jsonrpcclient.js",
    "verto/src/jquery.verto.js",
];

/// What the page cannot find out by itself.
#[derive(Debug, Serialize)]
struct Facts {
    development: bool,
    version: &'static str,
    ring_timeout_secs: f64,
    /// The API key of development mode.
    api_key: Option<&'static str>,
    /// Whether clients are given a TURN server.
    turn: bool,
    /// Whether FreeSWITCH's client library is there.
    verto_library: bool,
    started_at: Timestamp,
}

/// Facts about the server, where the demo page is served.
#[get("/demo/facts")]
pub(super) async fn facts(api: web::Data<Api>) -> Result<HttpResponse, HttpError> {
    let config = api.core.config();
    if !config.dev && !config.demo.enabled {
        return Err(pages::not_found());
    }
    let facts = Facts {
        development: config.dev,
        version: env!("CARGO_PKG_VERSION"),
        ring_timeout_secs: config.call.ring_timeout_secs.as_secs_f64(),
        api_key: config.dev.then_some(keys::DEV_KEY),
        turn: config.turn.relays(),
        verto_library: config.demo.verto_library_dir.is_some(),
        started_at: api.started_at,
    };
    let fresh = header::CacheControl(vec![CacheDirective::NoStore]);
    Ok(HttpResponse::Ok().insert_header(fresh).json(facts))
}

/// What a hook is sent, as far as the sample reads it.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Data,
}

#[derive(Debug, Default, Deserialize)]
struct Data {
    #[serde(default)]
    target_user: String,
}

/// A sample of a business server: what it says to a call depends on who is called. It changes nothing, so that it asks for no
/// signature. Nobody registers it but whoever shows it.
#[post("/demo/hook")]
pub(super) async fn hook(api: web::Data<Api>, Body(message): Body<Message>) -> Result<HttpResponse, HttpError> {
    in_development(&api)?;
    let Some(verdict) = verdict(&message) else { return Ok(HttpResponse::Ok().json(json!({}))) };
    if message.data.target_user == "slow" {
        actix_web::rt::time::sleep(SLOW).await;
    }
    Ok(HttpResponse::Ok().json(verdict))
}

/// The answer to the veto question; `None` for events, which need none.
fn verdict(message: &Message) -> Option<Value> {
    (message.kind == "call.request").then(|| match message.data.target_user.as_str() {
        "blocked" => json!({"error_code": BLOCKED, "message": "the sample lets nobody call this user"}),
        "support" => json!({"error_code": 0, "target_user": "bob"}),
        _ => json!({"error_code": 0}),
    })
}

/// Starts the server anew, as after a crash. The key in its header is no secret, but no page of another origin can send one.
#[post("/demo/restart")]
pub(super) async fn restart(req: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, HttpError> {
    in_development(&api)?;
    if auth::bearer(req.headers()) != Some(keys::DEV_KEY) {
        let error = HttpError::new(&problem::UNAUTHORIZED, "a restart needs a header `Authorization: Bearer dev`");
        return Err(error.header(header::WWW_AUTHENTICATE, auth::REALM));
    }
    api.restart.notify_one();
    Ok(HttpResponse::Accepted().finish())
}

/// A file of FreeSWITCH's client library, from where the operator has installed it.
#[get("/demo/verto-library/{path:.*}")]
pub(super) async fn verto_library(api: web::Data<Api>, path: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let config = api.core.config();
    let is_named = (config.dev || config.demo.enabled) && VERTO_LIBRARY.contains(&path.as_str());
    let folder = config.demo.verto_library_dir.clone().filter(|_| is_named).ok_or_else(pages::not_found)?;
    let file = web::block(move || std::fs::read(folder.join(path.as_str()))).await;
    match file {
        Ok(Ok(text)) => Ok(HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(text)),
        Ok(Err(_)) | Err(_) => Err(pages::not_found()),
    }
}

fn in_development(api: &Api) -> Result<(), HttpError> {
    if api.core.config().dev { Ok(()) } else { Err(pages::not_found()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Option<Value> {
        verdict(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn the_sample_answers_questions_by_whom_they_are_about_and_no_events() {
        let question = |user: &str| answer(&json!({"type": "call.request", "data": {"target_user": user}}).to_string());
        assert_eq!(question("blocked").unwrap()["error_code"], BLOCKED);
        assert_eq!(question("support").unwrap(), json!({"error_code": 0, "target_user": "bob"}));
        assert_eq!(question("carol").unwrap(), json!({"error_code": 0}));
        assert_eq!(answer(r#"{"type":"call.finished","data":{"target_user":"blocked"}}"#), None);
        assert_eq!(answer(r#"{"type":"ping","data":{}}"#), None);
    }
}
