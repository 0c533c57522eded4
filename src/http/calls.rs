//! Calls: what goes on and what is over.

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;

use super::{
    Api,
    audit::Target,
    extract::{Body, List, OptionalBody, Query, page},
    problem::{self, HttpError, Problem},
    schema,
};
use crate::{
    actors::{Force, Placement},
    protocol::{
        codes::{Code, Door, Reason},
        ids::{CallId, UserId},
        native::MAX_USER_STR_BYTES,
        record::{CallDetail, CallRecord, CallState},
    },
    store::{self, CallQuery},
};

/// Lists live and past calls, the newest first. It may lag a second behind; one call's own page never does.
#[utoipa::path(
    tag = "calls",
    params(
        ("state" = Option<schema::CallState>, Query, description = "how far it has come"),
        ("user" = Option<String>, Query, description = "the caller or the callee"),
        ("caller" = Option<String>, Query, description = "the caller"),
        ("callee" = Option<String>, Query, description = "the callee"),
        ("reason" = Option<String>, Query, description = "why it ended", example = "hangup"),
        ("door" = Option<String>, Query, description = "the kind of client of either party", example = "native"),
        ("from" = Option<String>, Query, description = "requested at this time (RFC 3339) or later"),
        ("to" = Option<String>, Query, description = "requested at this time (RFC 3339) or earlier"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "a page of calls", body = List<schema::Call>)),
    security(("api_key" = ["read"])),
)]
#[get("/calls")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let user = |text: &str| UserId::new(text).ok();
    let reasons = format!("one of {}", Reason::ALL.map(Reason::as_str).join(", "));
    let doors = format!("one of {}", Door::ALL.map(Door::as_str).join(", "));
    let (from, to) = query.between()?;
    let filter = CallQuery {
        state: query.take("state", "requested, ringing, talking or ended", CallState::parse)?,
        user: query.take("user", "a user's name", user)?,
        caller: query.take("caller", "a user's name", user)?,
        callee: query.take("callee", "a user's name", user)?,
        reason: query.take("reason", &reasons, Reason::parse)?,
        door: query.take("door", &doors, Door::parse)?,
        from,
        to,
        limit: query.limit()?,
        before: query.cursor(|text| text.parse().ok().map(CallId))?,
    };
    query.end()?;
    let state = filter.state;
    let store::Page { items, next } = api.store.calls(filter).await?;
    // What has moved on since its last commit is shown as it is now, and left out where it no longer fits.
    let current = |stored: CallRecord| match api.core.call(stored.id) {
        Some(live) if live.version > stored.version => live,
        _ => Arc::new(stored),
    };
    let fits = |call: &Arc<CallRecord>| state.is_none_or(|state| call.state == state);
    let items: Vec<_> = items.into_iter().map(current).filter(fits).collect();
    Ok(page(&req, items, next.map(|id| id.to_string())))
}

/// Shows one call with its timeline, never older than anything already told about it.
#[utoipa::path(
    tag = "calls",
    params(("id" = String, Path, description = "the call", format = Uuid)),
    responses(
        (status = 200, description = "the call", body = schema::CallDetail),
        (status = 404, description = "no such call", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/calls/{id}")]
pub(super) async fn get(api: web::Data<Api>, id: web::Path<CallId>) -> Result<HttpResponse, HttpError> {
    detail(&api, &*find(&api, *id).await?).await
}

/// A call, with what is known of its media.
pub(super) async fn detail(api: &Api, call: &CallRecord) -> Result<HttpResponse, HttpError> {
    let media = match api.core.media_report(call.id) {
        None => api.store.media(call.id).await?.map(Arc::new),
        fresh => fresh,
    };
    Ok(HttpResponse::Ok().json(CallDetail { call, media: media.as_deref() }))
}

async fn find(api: &Api, id: CallId) -> Result<Arc<CallRecord>, HttpError> {
    if let Some(live) = api.core.call(id) {
        return Ok(live);
    }
    let stored = api.store.call(id).await?;
    stored.map(Arc::new).ok_or_else(|| HttpError::new(&problem::NOT_FOUND, "there is no call of this id"))
}

/// A call that the business server places.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceForm {
    /// Who will have called.
    #[schema(value_type = String, example = "alice")]
    caller: UserId,
    /// Who is rung.
    #[schema(value_type = String, example = "bob")]
    callee: UserId,
    /// 1 audio, 2 video, and the application's own bits.
    #[serde(default)]
    #[schema(example = 3)]
    flags: u32,
    /// The application's integer.
    #[serde(default)]
    param: i32,
    /// The application's text. At most 8192 bytes.
    #[serde(default)]
    user_str: String,
}

/// Places a call between two users, as though the caller had asked. The veto hooks are not.
#[utoipa::path(
    tag = "calls",
    request_body = PlaceForm,
    responses(
        (status = 201, description = "it rings", body = schema::Call,
            headers(("Location" = String, description = "the call's own page"))),
        (status = 409, description = "`error_code` 440: the caller is in a call; 100102: one of the two is not there; \
            100103: the callee is in a call", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["control"])),
)]
#[post("/calls")]
pub(super) async fn place(
    req: HttpRequest,
    api: web::Data<Api>,
    Body(form): Body<PlaceForm>,
) -> Result<HttpResponse, HttpError> {
    let PlaceForm { caller, callee, flags, param, user_str } = form;
    must_fit(&user_str)?;
    let placement = Placement { caller, callee, flags, param, user_str };
    let call = api.core.place(placement).await.map_err(problem::of_code)?;
    req.extensions_mut().insert(Target(format!("calls/{}", call.id)));
    Ok(HttpResponse::Created().insert_header(("location", format!("/api/v1/calls/{}", call.id))).json(&call))
}

/// How a call is to be ended.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishForm {
    /// What both parties are told. 0 while it rings is told as 100101.
    #[serde(default)]
    #[schema(value_type = i32)]
    error_code: Code,
    /// The text that both parties get. At most 8192 bytes.
    #[serde(default)]
    user_str: String,
}

impl FinishForm {
    pub(super) fn check(self) -> Result<Force, HttpError> {
        must_fit(&self.user_str)?;
        Ok(Force { code: self.error_code, user_str: self.user_str })
    }
}

pub(super) fn must_fit(user_str: &str) -> Result<(), HttpError> {
    if user_str.len() <= MAX_USER_STR_BYTES {
        return Ok(());
    }
    Err(HttpError::field("/user_str", format!("must have at most {MAX_USER_STR_BYTES} bytes")))
}

/// Ends a call, whatever its state. A call that is over stays as it is, and is answered all the same.
#[utoipa::path(
    tag = "calls",
    params(("id" = String, Path, description = "the call", format = Uuid)),
    request_body(content = Option<FinishForm>, description = "may be left out"),
    responses(
        (status = 200, description = "the call, ended", body = schema::CallDetail),
        (status = 404, description = "no such call", body = Problem<'_>, content_type = "application/problem+json"),
        (status = 503, description = "the store hangs: the call ends, but not at once", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["control"])),
)]
#[post("/calls/{id}/finish")]
pub(super) async fn finish(
    api: web::Data<Api>,
    id: web::Path<CallId>,
    OptionalBody(form): OptionalBody<FinishForm>,
) -> Result<HttpResponse, HttpError> {
    let call = match api.core.finish_call(*id, form.check()?).await? {
        Some(ended) => ended,
        None => find(&api, *id).await?,
    };
    detail(&api, &call).await
}
