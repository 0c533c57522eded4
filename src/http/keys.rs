//! API keys: who may use the API. A key's text is shown once, when it is made, and kept nowhere.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Api,
    audit::Target,
    extract::{Body, List, Query, cut, page},
    problem::{self, HttpError, Problem},
};
use crate::{
    clock,
    protocol::{record::Timestamp, scope::Scope},
    store::{
        KeyRow,
        keys::{self, Revoked},
    },
};

/// Longest name of a key. Unit: bytes.
const MAX_NAME: usize = 200;

/// When each key was last used, since the server started. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub(super) struct Used(Arc<Mutex<BTreeMap<Uuid, Timestamp>>>);

impl Used {
    fn times(&self) -> MutexGuard<'_, BTreeMap<Uuid, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request carries this key, which is known.
    pub(super) fn note(&self, id: Uuid) {
        self.times().insert(id, clock::wall());
    }
}

/// An API key, without its text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyView {
    /// Names it where it is listed and revoked, and in the audit.
    #[schema(value_type = String, format = Uuid)]
    id: Uuid,
    /// What it is for, in its owner's words.
    #[schema(example = "business server")]
    name: String,
    /// What it may do: `read`, `control` or `admin`; each includes the ones before it.
    #[schema(value_type = String, example = "control")]
    scope: Scope,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used; `null` where it was not since the server started.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl KeyView {
    fn of(row: KeyRow, used: &BTreeMap<Uuid, Timestamp>) -> Self {
        let KeyRow { id, name, scope, created_at, .. } = row;
        Self { id, name, scope, created_at, last_used_at: used.get(&id).copied() }
    }
}

/// Lists the API keys, the oldest first. The key `dev` of development mode is none of them.
#[utoipa::path(
    tag = "keys",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "a page of keys", body = List<KeyView>)),
    security(("api_key" = ["admin"])),
)]
#[get("/keys")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let limit = query.limit()?;
    let after = query.cursor(|text| Uuid::parse_str(text).ok())?;
    query.end()?;
    let mut rows = api.store.keys().await?;
    // Ids grow with the time of their making.
    rows.sort_unstable_by_key(|row| row.id);
    rows.retain(|row| after.is_none_or(|after| row.id > after));
    let (rows, next) = cut(rows, limit, |row| row.id.to_string());
    let used = api.keys_used.times();
    Ok(page(&req, rows.into_iter().map(|row| KeyView::of(row, &used)).collect(), next))
}

/// What a new key is to be.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyForm {
    /// What it is for, in your own words: 1 to 200 bytes without line breaks.
    #[schema(min_length = 1, max_length = 200, example = "business server")]
    name: String,
    /// What it may do: `read`, `control` (also places and ends calls) or `admin` (also accounts, tokens, webhooks, keys).
    #[schema(value_type = String, example = "control")]
    scope: Scope,
}

/// A key that was made just now.
#[derive(Serialize, utoipa::ToSchema)]
struct NewKey {
    /// The key.
    #[serde(flatten)]
    view: KeyView,
    /// What its holder sends as `Authorization: Bearer <key>`. Shown this once.
    #[schema(example = "hsk_…")]
    key: String,
}

/// Makes an API key and shows it, this once.
#[utoipa::path(
    tag = "keys",
    request_body = KeyForm,
    responses((status = 201, description = "the key, with its text", body = NewKey)),
    security(("api_key" = ["admin"])),
)]
#[post("/keys")]
pub(super) async fn new(
    req: HttpRequest,
    api: web::Data<Api>,
    Body(KeyForm { name, scope }): Body<KeyForm>,
) -> Result<HttpResponse, HttpError> {
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(HttpError::field("/name", format!("must have 1 to {MAX_NAME} bytes, without line breaks")));
    }
    let (key, row) = keys::make(scope, name).map_err(|error| {
        tracing::error!(%error, "no randomness for a key");
        HttpError::new(&problem::INTERNAL, "the operating system has no randomness to give")
    })?;
    req.extensions_mut().insert(Target(format!("keys/{}", row.id)));
    api.store.put_key(row.clone()).await?;
    Ok(HttpResponse::Created().json(NewKey { view: KeyView::of(row, &BTreeMap::new()), key }))
}

/// Revokes an API key, at once. One may revoke itself, but the last of scope `admin` stays: nobody could make another over REST.
#[utoipa::path(
    tag = "keys",
    params(("id" = String, Path, description = "the key's id", format = Uuid)),
    responses(
        (status = 204, description = "the key is gone"),
        (status = 404, description = "no such key", body = Problem<'_>, content_type = "application/problem+json"),
        (status = 409, description = "the last key of scope admin", body = Problem<'_>,
            content_type = "application/problem+json"),
    ),
    security(("api_key" = ["admin"])),
)]
#[delete("/keys/{id}")]
pub(super) async fn revoke(api: web::Data<Api>, id: web::Path<Uuid>) -> Result<HttpResponse, HttpError> {
    // In development mode the key `dev` is always left.
    match api.store.revoke_key(*id, api.core.config().dev).await? {
        Revoked::Gone => {
            api.keys_used.times().remove(&id);
            Ok(HttpResponse::NoContent().finish())
        }
        Revoked::Unknown => Err(HttpError::new(&problem::NOT_FOUND, "there is no such key")),
        Revoked::LastAdmin => {
            let detail = "this is the last key of scope admin: make another one first, or use `hookswitch key revoke`";
            Err(HttpError::new(&problem::CONFLICT, detail))
        }
    }
}
