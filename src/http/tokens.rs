//! User tokens, minted for those who log in.

use std::time::Duration;

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};

use super::{
    Api,
    audit::Target,
    extract::Body,
    problem::{self, HttpError, Problem},
};
use crate::{
    clock,
    protocol::{ids::UserId, record::Timestamp},
};

/// The longest life of a token: a year. Unit: seconds.
const MAX_TTL_SECS: u64 = 366 * 86_400;

/// Whose token, and for how long.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenForm {
    /// The user it speaks for.
    #[schema(value_type = String, example = "alice")]
    user: UserId,
    /// How long it is good for, at most a year. Unit: seconds.
    #[serde(default = "default_ttl_secs")]
    #[schema(minimum = 1, maximum = 31_622_400, default = 3600)]
    ttl_secs: u64,
}

fn default_ttl_secs() -> u64 {
    3600
}

/// A user token.
#[derive(Serialize, utoipa::ToSchema)]
struct Token {
    /// What the client sends in `login`.
    token: String,
    /// When it stops being accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Mints a user token.
#[utoipa::path(
    tag = "tokens",
    request_body = TokenForm,
    responses(
        (status = 201, description = "the token", body = Token),
        (status = 409, description = "only public keys are configured: tokens are minted elsewhere",
            body = Problem<'_>, content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[post("/tokens")]
pub(super) async fn mint(
    req: HttpRequest,
    api: web::Data<Api>,
    Body(form): Body<TokenForm>,
) -> Result<HttpResponse, HttpError> {
    req.extensions_mut().insert(Target(format!("users/{}", form.user.as_str())));
    if !(1..=MAX_TTL_SECS).contains(&form.ttl_secs) {
        return Err(HttpError::field("/ttl_secs", format!("must be 1 to {MAX_TTL_SECS}")));
    }
    let ttl = Duration::from_secs(form.ttl_secs);
    let minted = api.tokens.mint(&form.user, ttl, clock::wall());
    let (token, expires_at) = minted.map_err(|error| HttpError::new(&problem::CONFLICT, error.to_string()))?;
    Ok(HttpResponse::Created().json(Token { token, expires_at }))
}
