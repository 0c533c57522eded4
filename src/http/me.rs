//! Whose key a request carries, for clients that show only what it may do.

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get};
use serde::Serialize;

use super::{
    auth::Key,
    problem::{self, HttpError},
};

/// An API key, as its holder may see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Me {
    /// Names the key in lists and in the audit; `dev` for the one of development mode.
    #[schema(example = "dev")]
    id: String,
    /// What it is for, in its owner's words.
    name: String,
    /// What it may do: `read`, `control` or `admin`.
    #[schema(example = "admin")]
    scope: &'static str,
}

/// Tells which key the request carries, and its scope.
#[utoipa::path(
    tag = "server",
    responses((status = 200, description = "the key", body = Me)),
    security(("api_key" = ["read"])),
)]
#[get("/me")]
pub(super) async fn me(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let extensions = req.extensions();
    let Key { id, name, scope } =
        extensions.get().ok_or_else(|| HttpError::new(&problem::INTERNAL, "the request has no key"))?;
    Ok(HttpResponse::Ok().json(Me { id: id.clone(), name: name.clone(), scope: scope.as_str() }))
}
