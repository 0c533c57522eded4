//! Users: who is there, with what, in which call; accounts; ending calls and sessions.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc};

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    calls::{self, FinishForm},
    extract::{Body, List, OptionalBody, Query, cut, page},
    problem::{self, HttpError, Problem},
    schema,
};
use crate::{
    actors::{Client, SessionView},
    auth::passwords,
    protocol::{
        codes::Door,
        ids::{DeviceId, SessionId, UserId},
        record::{CallRecord, Timestamp},
    },
};

/// Longest password. Unit: bytes. Longer ones only cost time.
const MAX_PASSWORD_BYTES: usize = 1024;

/// A user.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct User {
    /// The name.
    #[schema(value_type = String, example = "alice")]
    user: UserId,
    /// Whether a session is there; one whose line was lost counts until its grace is over.
    online: bool,
    /// The sessions.
    sessions: Vec<Session>,
    /// The call the user is in.
    #[schema(value_type = Option<schema::Call>)]
    call: Option<Arc<CallRecord>>,
}

/// One login.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Session {
    /// Names it in the log.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// The device's name; the empty text for clients that give none.
    #[schema(value_type = String)]
    device: DeviceId,
    /// Where it connects from.
    #[schema(value_type = Option<String>)]
    address: Option<IpAddr>,
    /// Which program it says it is: its `User-Agent`, at most 200 characters of it; `null` where it says nothing.
    #[schema(value_type = Option<String>)]
    client: Option<Arc<str>>,
    /// The kind of client.
    #[schema(value_type = String, example = "native")]
    door: Door,
    /// When it logged in.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Whether its line is up; `false` within the grace period.
    connected: bool,
    /// The `sessid` of a Verto client, shortened to eight characters or half of it. Only where one user is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    sessid: Option<String>,
    /// The event channels that a Verto client has subscribed to. Only where one user is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    channels: Option<Vec<Arc<str>>>,
}

impl Session {
    fn of(view: SessionView) -> Self {
        let SessionView { session, device, door, client, since, connected } = view;
        let Client { address, program } = client;
        Self { session, device, address, client: program, door, since, connected, sessid: None, channels: None }
    }
}

impl User {
    fn of(api: &Api, user: UserId) -> Self {
        let sessions = api.core.sessions(&user).into_iter().map(Session::of).collect();
        let call = api.core.line(&user).and_then(|id| api.core.call(id));
        Self { online: api.core.is_online(&user), sessions, call, user }
    }
}

/// Lists users by name: those with a session and those with an account.
#[utoipa::path(
    tag = "users",
    params(
        ("online" = Option<bool>, Query, description = "only those who are there, or only those who are not"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "a page of users", body = List<User>)),
    security(("api_key" = ["read"])),
)]
#[get("/users")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let online = query.take("online", "true or false", |text| text.parse().ok())?;
    let limit = query.limit()?;
    let after = query.cursor(|text| UserId::new(text).ok())?;
    query.end()?;
    let here: BTreeSet<UserId> =
        api.core.online_users().into_iter().filter(|user| after.as_ref().is_none_or(|after| user > after)).collect();
    let mut names: BTreeSet<UserId> = if online == Some(false) { BTreeSet::new() } else { here.clone() };
    if online != Some(true) {
        let wanted = |user: &UserId| online.is_none() || !here.contains(user);
        // One more than the page, so that its end is known; those who are left out must not shorten it.
        let rows = limit + 1 + if online == Some(false) { here.len() } else { 0 };
        let accounts = api.store.accounts(after, rows).await?;
        names.extend(accounts.into_iter().map(|account| account.user).filter(wanted));
    }
    let (names, next) = cut(names.into_iter().collect(), limit, |user| user.as_str().to_owned());
    Ok(page(&req, names.into_iter().map(|user| User::of(&api, user)).collect(), next))
}

/// Shows a user. Any name may log in with a token, so that a name nobody uses is simply not online.
#[utoipa::path(
    tag = "users",
    params(("user" = String, Path, description = "the user's name")),
    responses((status = 200, description = "presence, sessions, current call", body = User)),
    security(("api_key" = ["read"])),
)]
#[get("/users/{user}")]
pub(super) async fn get(api: web::Data<Api>, user: web::Path<UserId>) -> HttpResponse {
    let mut user = User::of(&api, user.into_inner());
    for session in user.sessions.iter_mut().filter(|session| session.door == Door::Verto) {
        session.channels = Some(api.core.channels().heard_by(session.session));
        session.sessid = api.core.directory().name_of(session.session).map(|sessid| shortened(&sessid));
    }
    HttpResponse::Ok().json(user)
}

/// Enough of a session's name to know it by, and never more than half.
fn shortened(sessid: &str) -> String {
    let shown = (sessid.chars().count() / 2).min(8);
    sessid.chars().take(shown).chain(['…']).collect()
}

/// An account's password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountForm {
    /// 1 to 1024 bytes. Kept as an argon2id hash.
    #[schema(format = Password, min_length = 1, max_length = 1024)]
    password: String,
}

/// Makes an account, or gives it a new password. For users who do not bring tokens.
#[utoipa::path(
    tag = "users",
    params(("user" = String, Path, description = "the user's name")),
    request_body = AccountForm,
    responses(
        (status = 201, description = "the account is new"),
        (status = 204, description = "the account has a new password"),
    ),
    security(("api_key" = ["admin"])),
)]
#[put("/users/{user}")]
pub(super) async fn put(
    api: web::Data<Api>,
    user: web::Path<UserId>,
    Body(AccountForm { password }): Body<AccountForm>,
) -> Result<HttpResponse, HttpError> {
    if password.is_empty() || password.len() > MAX_PASSWORD_BYTES {
        return Err(HttpError::field("/password", format!("must have 1 to {MAX_PASSWORD_BYTES} bytes")));
    }
    let hash = passwords::hash(password).await.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        HttpError::new(&problem::INTERNAL, "the password could not be hashed")
    })?;
    let created = api.store.put_account(user.into_inner(), hash).await?;
    Ok(if created { HttpResponse::Created().finish() } else { HttpResponse::NoContent().finish() })
}

/// Removes an account, and ends every session of the user's with 211, as a kick does.
#[utoipa::path(
    tag = "users",
    params(("user" = String, Path, description = "the user's name")),
    responses(
        (status = 204, description = "the account is gone"),
        (status = 404, description = "no such account", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[delete("/users/{user}")]
pub(super) async fn delete(api: web::Data<Api>, user: web::Path<UserId>) -> Result<HttpResponse, HttpError> {
    if api.store.delete_account(user.clone()).await? {
        let _told = api.core.kick(&user);
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(HttpError::new(&problem::NOT_FOUND, "this user has no account"))
}

/// Ends whatever call the user is in.
#[utoipa::path(
    tag = "users",
    params(("user" = String, Path, description = "the user's name")),
    request_body(content = Option<FinishForm>, description = "may be left out"),
    responses(
        (status = 200, description = "the call, ended", body = schema::CallDetail),
        (status = 404, description = "in no call", body = Problem<'_>, content_type = "application/problem+json"),
        (status = 503, description = "the store hangs: the call ends, but not at once", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["control"])),
)]
#[post("/users/{user}/finish")]
pub(super) async fn finish(
    api: web::Data<Api>,
    user: web::Path<UserId>,
    OptionalBody(form): OptionalBody<FinishForm>,
) -> Result<HttpResponse, HttpError> {
    let ended = api.core.finish_user(&user, form.check()?).await?;
    let ended = ended.ok_or_else(|| HttpError::new(&problem::NOT_IN_CALL, "this user is in no call"))?;
    calls::detail(&api, &ended).await
}

/// How many were kicked.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Kicked {
    /// Sessions that were told 211 and ended.
    sessions: usize,
}

/// Ends every session of the user's with 211, and with them the user's call.
#[utoipa::path(
    tag = "users",
    params(("user" = String, Path, description = "the user's name")),
    responses((status = 200, description = "done; 0 sessions where the user was not there", body = Kicked)),
    security(("api_key" = ["control"])),
)]
#[post("/users/{user}/kick")]
pub(super) async fn kick(api: web::Data<Api>, user: web::Path<UserId>) -> HttpResponse {
    HttpResponse::Ok().json(Kicked { sessions: api.core.kick(&user) })
}
