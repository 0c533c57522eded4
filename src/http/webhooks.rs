//! The business server's hooks.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::Serialize;

use super::{
    Api,
    extract::{Body, List, Query, cut, page},
    problem::{self, HttpError, Problem},
};
use crate::webhooks::{Delivery, DeliveryState, HookSpec, HookView, HooksError, Put, Signed, TestReport, Verification};

impl From<HooksError> for HttpError {
    fn from(error: HooksError) -> Self {
        match error {
            // The name is in the path; everything else in the body.
            HooksError::Spec(spec) if spec.field() == "name" => Self::parameter("name", spec.to_string()),
            HooksError::Spec(spec) => Self::field(&format!("/{}", spec.field()), spec.to_string()),
            HooksError::NotFound | HooksError::NoDelivery => Self::new(&problem::NOT_FOUND, error.to_string()),
            HooksError::ReadOnly => Self::new(&problem::CONFLICT, error.to_string()),
            HooksError::Store(error) => error.into(),
            error => {
                tracing::error!(error = %error, "the hooks failed a request");
                Self::new(&problem::UNAVAILABLE, "the hooks do not answer; the server's log has the cause")
            }
        }
    }
}

fn no_such_hook() -> HttpError {
    HooksError::NotFound.into()
}

/// A hook, with its secret where one was made just now.
#[derive(Serialize, utoipa::ToSchema)]
struct Registered {
    /// The hook.
    #[serde(flatten)]
    hook: HookView,
    /// What its messages are signed with. Shown this once, and only where none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Lists the hooks by name.
#[utoipa::path(
    tag = "webhooks",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "a page of hooks", body = List<HookView>)),
    security(("api_key" = ["read"])),
)]
#[get("/webhooks")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let limit = query.limit()?;
    let after = query.cursor(|text| Some(text.to_owned()))?;
    query.end()?;
    let hooks =
        api.core.hooks().list().into_iter().filter(|hook| after.as_ref().is_none_or(|after| hook.name > *after));
    let (items, next) = cut(hooks.collect(), limit, |hook| hook.name.clone());
    Ok(page(&req, items, next))
}

/// Shows a hook, without its secret.
#[utoipa::path(
    tag = "webhooks",
    params(("name" = String, Path, description = "the hook's name")),
    responses(
        (status = 200, description = "the hook", body = HookView),
        (status = 404, description = "no such hook", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/webhooks/{name}")]
pub(super) async fn get(api: web::Data<Api>, name: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let hook = api.core.hooks().get(&name).ok_or_else(no_such_hook)?;
    Ok(HttpResponse::Ok().json(hook))
}

/// Registers a hook, or replaces it.
#[utoipa::path(
    tag = "webhooks",
    params(("name" = String, Path, description = "the hook's name: 1 to 64 letters, digits, dots, dashes, underscores")),
    request_body = HookSpec,
    responses(
        (status = 200, description = "the hook, replaced", body = Registered),
        (status = 201, description = "the hook, new", body = Registered),
        (status = 409, description = "the hook is the configuration file's", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[put("/webhooks/{name}")]
pub(super) async fn put(
    api: web::Data<Api>,
    name: web::Path<String>,
    Body(spec): Body<HookSpec>,
) -> Result<HttpResponse, HttpError> {
    let Put { view, created, secret } = api.core.hooks().put(&name, spec).await?;
    let mut response = if created { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(response.json(Registered { hook: view, secret }))
}

/// Removes a hook, and the events that wait for it.
#[utoipa::path(
    tag = "webhooks",
    params(("name" = String, Path, description = "the hook's name")),
    responses(
        (status = 204, description = "the hook is gone"),
        (status = 404, description = "no such hook", body = Problem<'_>, content_type = "application/problem+json"),
        (status = 409, description = "the hook is the configuration file's", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[delete("/webhooks/{name}")]
pub(super) async fn delete(api: web::Data<Api>, name: web::Path<String>) -> Result<HttpResponse, HttpError> {
    if api.core.hooks().delete(&name).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(no_such_hook())
}

/// Sends a `ping` and tells how it went. A hook that cannot be reached is a report, not an error.
#[utoipa::path(
    tag = "webhooks",
    params(("name" = String, Path, description = "the hook's name")),
    responses(
        (status = 200, description = "how it went", body = TestReport),
        (status = 404, description = "no such hook", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[post("/webhooks/{name}/test")]
pub(super) async fn test(api: web::Data<Api>, name: web::Path<String>) -> Result<HttpResponse, HttpError> {
    Ok(HttpResponse::Ok().json(api.core.hooks().test(&name).await?))
}

/// A signing secret.
#[derive(Serialize, utoipa::ToSchema)]
struct Secret {
    /// `whsec_` and base64. Shown this once.
    secret: String,
}

/// Makes a new secret. The old one goes on signing beside it for 24 hours.
#[utoipa::path(
    tag = "webhooks",
    params(("name" = String, Path, description = "the hook's name")),
    responses(
        (status = 200, description = "the new secret", body = Secret),
        (status = 404, description = "no such hook", body = Problem<'_>, content_type = "application/problem+json"),
        (status = 409, description = "the configuration file has the secret", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[post("/webhooks/{name}/rotate-secret")]
pub(super) async fn rotate_secret(api: web::Data<Api>, name: web::Path<String>) -> Result<HttpResponse, HttpError> {
    Ok(HttpResponse::Ok().json(Secret { secret: api.core.hooks().rotate_secret(&name).await? }))
}

/// Says whether a message is signed as the hook's messages are, and if not, why. Nothing is sent.
#[utoipa::path(
    tag = "webhooks",
    params(("name" = String, Path, description = "the hook's name")),
    request_body = Signed,
    responses(
        (status = 200, description = "what is wrong with it, if anything", body = Verification),
        (status = 404, description = "no such hook", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[post("/webhooks/{name}/verify")]
pub(super) async fn verify(
    api: web::Data<Api>,
    name: web::Path<String>,
    Body(message): Body<Signed>,
) -> Result<HttpResponse, HttpError> {
    Ok(HttpResponse::Ok().json(api.core.hooks().verify(&name, &message)?))
}

/// Lists a hook's events and how their delivery stands, the newest first.
#[utoipa::path(
    tag = "webhooks",
    params(
        ("name" = String, Path, description = "the hook's name"),
        ("state" = Option<DeliveryState>, Query, description = "where it stands"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "a page of deliveries", body = List<Delivery>),
        (status = 404, description = "no such hook", body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["read"])),
)]
#[get("/webhooks/{name}/deliveries")]
pub(super) async fn deliveries(
    req: HttpRequest,
    api: web::Data<Api>,
    name: web::Path<String>,
    mut query: Query,
) -> Result<HttpResponse, HttpError> {
    let parse = |text: &str| serde_json::from_value::<DeliveryState>(text.into()).ok();
    let state = query.take("state", "pending, delivered or dead", parse)?;
    let limit = query.limit()?;
    let before = query.cursor(|text| text.parse().ok())?;
    query.end()?;
    let rows = api.core.hooks().deliveries(&name, state, before, limit + 1).await?;
    let (items, next) = cut(rows, limit, |row| row.id.to_string());
    Ok(page(&req, items, next))
}

/// Sends an event again, with all its tries.
#[utoipa::path(
    tag = "webhooks",
    params(
        ("name" = String, Path, description = "the hook's name"),
        ("id" = i64, Path, description = "the delivery's id"),
    ),
    responses(
        (status = 202, description = "it will be sent"),
        (status = 404, description = "no such hook or delivery", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[post("/webhooks/{name}/deliveries/{id}/replay")]
pub(super) async fn replay(api: web::Data<Api>, path: web::Path<(String, i64)>) -> Result<HttpResponse, HttpError> {
    let (name, id) = path.into_inner();
    api.core.hooks().replay(&name, id).await?;
    Ok(HttpResponse::Accepted().finish())
}
