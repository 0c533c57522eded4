//! Where WeChat pushes what happens: `/wechat/push/{account}`. Not part of the API: the form is WeChat's, and the signature is the key.
//!
//! A call's push is answered with what the call core makes of it: 0 and WeChat goes on, anything else and it cancels. WeChat waits for
//! five seconds, then sends it again; so there is an answer after two, and only the first of a room has an effect.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::{
        StatusCode,
        header::{self, ContentType},
    },
    rt, web,
};
use serde::Serialize;

use super::{
    Api,
    extract::read,
    problem::{self, HttpError},
};
use crate::{
    actors::{Core, wechat_leg},
    clock,
    protocol::{
        codes::{self, Code},
        wechat::{
            address,
            crypto::{PushError, PushKeys, Stamp},
            push::{self, Push, VoipPush},
        },
    },
    wechat::{Account, Look, PushKind, PushOutcome},
};

/// Largest body. Unit: bytes. Source: WeChat's pushes have one or two thousand.
const MAX_BODY: usize = 64 * 1024;
/// How long a push may take, its arrival included. Shorter: more calls go on before their verdict is there, and are cancelled by a
/// worker. Longer: WeChat gives up. Source: the contract allows 2 s; some of it is the network's.
const BUDGET: Duration = Duration::from_millis(1800);
/// What WeChat takes for "understood" where no call is meant.
const UNDERSTOOD: &str = "success";

/// The route.
pub(super) fn route() -> Resource {
    web::resource("/wechat/push/{account}")
        .get(verify)
        .post(take)
        .default_service(web::to(|| async { Err::<HttpResponse, _>(other_method()) }))
}

fn other_method() -> HttpError {
    let allow = "GET, HEAD, POST";
    HttpError::new(&problem::METHOD_NOT_ALLOWED, format!("this path has {allow}")).header(header::ALLOW, allow)
}

/// What WeChat puts into the query.
#[derive(Default)]
struct Query {
    timestamp: String,
    nonce: String,
    signature: String,
    msg_signature: String,
    echostr: String,
}

impl Query {
    fn of(req: &HttpRequest) -> Self {
        let mut query = Self::default();
        for (name, value) in url::form_urlencoded::parse(req.query_string().as_bytes()) {
            let slot = match &*name {
                "timestamp" => &mut query.timestamp,
                "nonce" => &mut query.nonce,
                "signature" => &mut query.signature,
                "msg_signature" => &mut query.msg_signature,
                "echostr" => &mut query.echostr,
                _ => continue,
            };
            *slot = value.into_owned();
        }
        query
    }

    fn stamp(&self) -> Stamp<'_> {
        Stamp { timestamp: &self.timestamp, nonce: &self.nonce }
    }
}

/// An account that takes pushes, and what they are checked with.
fn find(api: &Api, name: &str) -> Result<(Arc<Account>, PushKeys), HttpError> {
    let found = api.core.wechat().account(name).and_then(|account| {
        let keys = account.push_keys()?.clone();
        Some((account, keys))
    });
    found.ok_or_else(|| HttpError::new(&problem::NOT_FOUND, "there is no account of this name that takes pushes"))
}

/// WeChat's console asks whether the address is ours, when somebody saves it there.
async fn verify(req: HttpRequest, api: web::Data<Api>, name: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let (account, keys) = find(&api, &name)?;
    let query = Query::of(&req);
    if !keys.is_verification(query.stamp(), &query.signature) {
        account.pushed(PushKind::Verification, PushOutcome::BadSignature, codes::TOKEN_INVALID);
        return Ok(answer_error(PushError::Signature));
    }
    account.pushed(PushKind::Verification, PushOutcome::Verified, codes::SUCCESS);
    let text = HttpResponse::Ok().content_type(ContentType::plaintext()).body(query.echostr);
    Ok(text)
}

/// Something has happened.
async fn take(
    req: HttpRequest,
    api: web::Data<Api>,
    name: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, HttpError> {
    let deadline = clock::now() + BUDGET;
    let (account, keys) = find(&api, &name)?;
    let body = tokio::time::timeout_at(deadline.into(), read(&req, payload.into_inner(), MAX_BODY)).await;
    let body = body.map_err(|_late| HttpError::of_status(StatusCode::REQUEST_TIMEOUT))??;
    match open(&keys, &Query::of(&req), &body) {
        Err(error) => {
            let is_signed = error != PushError::Signature;
            let outcome = if is_signed { PushOutcome::Malformed } else { PushOutcome::BadSignature };
            account.pushed(PushKind::Unreadable, outcome, code_of(error));
            tracing::debug!(account = account.name(), %error, "a push was refused");
            Ok(answer_error(error))
        }
        Ok(Push::Other(_)) => {
            account.pushed(PushKind::Other, PushOutcome::Ignored, codes::SUCCESS);
            Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(UNDERSTOOD))
        }
        Ok(Push::Voip(call)) => Ok(answer(StatusCode::OK, ring(&api.core, &account, *call, deadline).await)),
    }
}

fn open(keys: &PushKeys, query: &Query, body: &[u8]) -> Result<Push, PushError> {
    let encrypted = push::encrypted(body)?;
    let message = keys.open(query.stamp(), &query.msg_signature, &encrypted)?;
    push::read(&message)
}

/// The answer to a call's push; the first one's, where it came before.
async fn ring(core: &Core, account: &Arc<Account>, call: VoipPush, deadline: Instant) -> Code {
    let mut answer = match account.look(&call.room_id) {
        Look::Again(answer) => {
            let code = settled(answer, deadline).await;
            account.pushed(PushKind::Call, PushOutcome::Repeated, code);
            return code;
        }
        Look::First(owed) => {
            let answer = owed.subscribe();
            let (core, account) = (core.clone(), Arc::clone(account));
            // A connection that breaks ends its handler, but must not end what others wait for.
            rt::spawn(async move {
                let (outcome, code) = decide(&core, &account, call, deadline).await;
                account.pushed(PushKind::Call, outcome, code);
                owed.send_replace(Some(code));
            });
            answer
        }
    };
    match answer.wait_for(Option::is_some).await {
        Ok(code) => code.unwrap_or_default(),
        Err(_panicked) => codes::SERVER_DRAINING,
    }
}

/// What the first push of a room is answered. One that is not here in time either counts as 0.
async fn settled(mut answer: tokio::sync::watch::Receiver<Option<Code>>, deadline: Instant) -> Code {
    match tokio::time::timeout_at(deadline.into(), answer.wait_for(Option::is_some)).await {
        Ok(Ok(code)) => code.unwrap_or_default(),
        Ok(Err(_panicked)) => codes::SERVER_DRAINING,
        Err(_late) => codes::SUCCESS,
    }
}

async fn decide(core: &Core, account: &Arc<Account>, call: VoipPush, deadline: Instant) -> (PushOutcome, Code) {
    if let Some(ours) = address::call_of(&call.payload) {
        let waits = wechat_leg::matched(core, account, ours, call);
        return if waits {
            (PushOutcome::Matched, codes::SUCCESS)
        } else {
            tracing::info!(account = account.name(), call = %ours, "WeChat's push came for a call that waits for none");
            (PushOutcome::Refused, codes::NOT_IN_CALL)
        };
    }
    if account.user_of_openid(&call.openid).is_none() {
        tracing::info!(account = account.name(), "the openid of a push is none that a user's name can have");
        return (PushOutcome::Refused, codes::BAD_PARAMETER);
    }
    let mut verdict = wechat_leg::incoming(core, Arc::clone(account), call);
    let code = match tokio::time::timeout_at(deadline.into(), &mut verdict).await {
        Ok(outcome) => outcome.ok(),
        Err(_late) => {
            // One that came at the last moment still counts; from here on a refusal is a worker's business.
            verdict.close();
            match verdict.try_recv() {
                Ok(code) => Some(code),
                Err(_nothing) => return (PushOutcome::Pending, codes::SUCCESS),
            }
        }
    };
    match code {
        Some(codes::SUCCESS) => (PushOutcome::Accepted, codes::SUCCESS),
        Some(code) => (PushOutcome::Refused, code),
        None => (PushOutcome::Refused, codes::SERVER_DRAINING),
    }
}

/// What WeChat reads. Plain JSON in security mode too.
#[derive(Serialize)]
struct Answer {
    errcode: Code,
    errmsg: String,
}

fn answer(status: StatusCode, code: Code) -> HttpResponse {
    let errmsg = if code == codes::SUCCESS { "ok" } else { "refused" };
    HttpResponse::build(status).json(Answer { errcode: code, errmsg: errmsg.to_owned() })
}

/// Whatever is not signed is nobody's business; what is signed and wrong is told, without a word of what was in it.
fn answer_error(error: PushError) -> HttpResponse {
    let status = if error == PushError::Signature { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
    HttpResponse::build(status).json(Answer { errcode: code_of(error), errmsg: error.to_string() })
}

fn code_of(error: PushError) -> Code {
    if error == PushError::Signature { codes::TOKEN_INVALID } else { codes::BAD_PARAMETER }
}
