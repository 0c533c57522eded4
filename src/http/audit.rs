//! The audit: what requests changed, and what was denied, written in one place for all routes.
//!
//! Whatever a key that is good for it does with another method than GET leaves a row. Of what is denied (401, 403), each kind
//! of attempt leaves a row when it is first seen, and after a minute one more for all that came like it; beyond so many kinds in
//! a minute there is one row for all the others. The store keeps only the latest of these rows.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{
    HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::StatusCode,
    web,
};

use super::{
    Api,
    auth::{Key, Route},
    edge::RequestId,
    extract::{List, Query, cut, page},
    problem::HttpError,
    ws,
};
use crate::{
    clock,
    store::{AuditQuery, AuditRow, Store},
};

/// How long denied attempts of one kind are only counted after the first. Longer: fewer rows. Shorter: a flood is seen sooner.
const WINDOW: Duration = Duration::from_secs(60);
/// Kinds of denied attempts that get rows of their own in one window.
const MAX_KINDS: usize = 20;
/// Longest target taken from a path. Unit: characters. Those of things that exist are shorter.
const MAX_TARGET: usize = 200;
/// Where the paths of the API begin.
const API: &str = "/api/v1/";
/// The action of the row for all denied attempts beyond [`MAX_KINDS`].
const OTHERS: &str = "others";

/// What a request is about, where its path does not say.
pub(super) struct Target(pub(super) String);

/// Writes the audit. Cloning shares it.
#[derive(Debug, Clone)]
pub(super) struct Audit {
    store: Store,
    denied: Arc<Mutex<Denied>>,
}

/// The denied attempts of this window, by what makes them alike.
#[derive(Debug, Default)]
struct Denied {
    kinds: HashMap<Kind, AuditRow>,
    others: Option<AuditRow>,
}

/// Key, address, action and status.
type Kind = (Option<String>, Option<std::net::IpAddr>, String, Option<u16>);

impl Denied {
    /// Counts an attempt. Gives back its row where it is the first of its kind.
    fn count(&mut self, row: AuditRow) -> Option<AuditRow> {
        let kind = (row.key.clone(), row.address, row.action.clone(), row.status);
        if let Some(seen) = self.kinds.get_mut(&kind) {
            seen.times += 1;
            return None;
        }
        if self.kinds.len() < MAX_KINDS {
            self.kinds.insert(kind, AuditRow { times: 0, ..row.clone() });
            return Some(row);
        }
        let others = self.others.get_or_insert_with(|| AuditRow {
            times: 0,
            action: OTHERS.to_owned(),
            key: None,
            key_name: None,
            scope: None,
            address: None,
            target: None,
            request_id: None,
            ..row
        });
        others.times += 1;
        None
    }

    /// The rows of what was only counted.
    fn counted(self) -> impl Iterator<Item = AuditRow> {
        let at = clock::wall();
        let rows = self.kinds.into_values().chain(self.others).filter(|row| row.times > 0);
        rows.map(move |row| AuditRow { at, request_id: None, ..row })
    }
}

impl Audit {
    pub(super) fn new(store: Store) -> Self {
        Self { store, denied: Arc::default() }
    }

    fn denied(&self) -> MutexGuard<'_, Denied> {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an attempt that was denied.
    fn deny(&self, row: AuditRow) {
        let mut denied = self.denied();
        let begins = denied.kinds.is_empty();
        let first = denied.count(row);
        drop(denied);
        if let Some(row) = first {
            self.store.audit(row);
        }
        if begins {
            let audit = self.clone();
            actix_web::rt::spawn(async move {
                tokio::time::sleep(WINDOW).await;
                audit.settle();
            });
        }
    }

    /// Writes what was only counted, and begins a new window.
    pub(super) fn settle(&self) {
        let denied = std::mem::take(&mut *self.denied());
        denied.counted().for_each(|row| self.store.audit(row));
    }
}

/// What is known of a request before it is answered. Dropped without an answer, since the client is gone or a handler panicked,
/// it leaves its row all the same: the change may have been made.
pub(super) struct Noted {
    audit: Audit,
    row: Option<AuditRow>,
}

impl Noted {
    pub(super) fn of(api: &Api, req: &ServiceRequest, route: &Route, key: Option<Key>) -> Self {
        let (scope, key_name) = key.as_ref().map(|key| (key.scope, key.name.clone())).unzip();
        let row = AuditRow {
            id: 0,
            at: clock::wall(),
            key: key.map(|key| key.id),
            key_name: key_name.filter(|name| !name.is_empty()),
            scope,
            address: ws::client_address(req.request(), &api.core.config()),
            action: route.operation.clone(),
            target: target(&route.pattern, req.match_info().as_str()),
            status: None,
            error_code: None,
            request_id: req.extensions().get::<RequestId>().map(|id| id.0.clone()),
            times: 1,
        };
        Self { audit: api.audit.clone(), row: Some(row) }
    }

    /// Notes that the key was not good for it, or could not be looked up, which is nobody's attempt at anything.
    pub(super) fn refused(mut self, error: &HttpError) {
        if let Some(row) = self.answered(error.status_code(), Some(error)).filter(AuditRow::is_denied) {
            self.audit.deny(row);
        }
    }

    /// Notes how it was answered.
    pub(super) fn done<B>(mut self, res: &ServiceResponse<B>) {
        let named = res.request().extensions_mut().remove().map(|Target(target)| target);
        if let Some(row) = self.answered(res.status(), res.response().extensions().get()) {
            self.audit.store.audit(AuditRow { target: named.or(row.target.clone()), ..row });
        }
    }

    fn answered(&mut self, status: StatusCode, error: Option<&HttpError>) -> Option<AuditRow> {
        let (status, error_code) = (Some(status.as_u16()), error.and_then(HttpError::code));
        self.row.take().map(|row| AuditRow { status, error_code, ..row })
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        if let Some(row) = self.row.take() {
            self.audit.store.audit(row);
        }
    }
}

/// What a path of that pattern is about: all of it up to its last parameter.
fn target(pattern: &str, path: &str) -> Option<String> {
    let (named, _) = pattern.strip_prefix(API)?.rsplit_once('}')?;
    let parts = path.strip_prefix(API)?.split('/').take(named.split('/').count());
    // The path is decoded but for the plus sign, which alone of what names may hold has another meaning elsewhere.
    let target = parts.collect::<Vec<_>>().join("/").replace("%2B", "+").replace("%2b", "+");
    Some(target.chars().take(MAX_TARGET).collect())
}

/// Lists what was changed and what was denied, the newest first: who, from where, what, and how it came out. Denied attempts
/// that come in a crowd share a row.
#[utoipa::path(
    tag = "audit",
    params(
        ("key" = Option<String>, Query, description = "the id of an API key; `dev`, `cli`"),
        ("action" = Option<String>, Query, description = "an `operationId` of this description", example = "users_put"),
        ("target" = Option<String>, Query, description = "what it was done to", example = "users/alice"),
        ("from" = Option<String>, Query, description = "at this time (RFC 3339) or later"),
        ("to" = Option<String>, Query, description = "at this time (RFC 3339) or earlier"),
        ("limit" = Option<u32>, Query, description = "1 to 500; 50 where it is absent", minimum = 1, maximum = 500),
        ("cursor" = Option<String>, Query, description = "the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "a page of the audit", body = List<AuditRow>)),
    security(("api_key" = ["admin"])),
)]
#[get("/audit")]
pub(super) async fn list(req: HttpRequest, api: web::Data<Api>, mut query: Query) -> Result<HttpResponse, HttpError> {
    let mut text = |name| query.take(name, "text", |text| Some(text.to_owned()));
    let (key, action, target) = (text("key")?, text("action")?, text("target")?);
    let (from, to) = query.between()?;
    let limit = query.limit()?;
    let before = query.cursor(|text| text.parse().ok())?;
    query.end()?;
    let filter = AuditQuery { key, action, target, from, to, before, limit: limit + 1 };
    let rows = api.store.audit_rows(filter).await?;
    let (items, next) = cut(rows, limit, |row| row.id.to_string());
    Ok(page(&req, items, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(action: &str) -> AuditRow {
        let row = AuditRow::by_command_line(clock::wall(), action, "users/alice".to_owned());
        AuditRow { status: Some(401), key: None, ..row }
    }

    #[test]
    fn a_crowd_of_denied_attempts_shares_few_rows() {
        let mut denied = Denied::default();
        let written = (0..1_000).filter_map(|n| denied.count(attempt(&format!("a{}", n % 50)))).count();
        assert_eq!(written, MAX_KINDS);
        let counted: Vec<_> = denied.counted().collect();
        assert_eq!(counted.len(), MAX_KINDS + 1);
        let others = counted.iter().find(|row| row.action == OTHERS).unwrap();
        assert_eq!((others.times, &others.target), (30 * 20, &None));
        assert_eq!(counted.iter().map(|row| row.times).sum::<i64>() + 20, 1_000, "each attempt counts once");
    }

    #[test]
    fn what_was_seen_once_leaves_one_row() {
        let mut denied = Denied::default();
        assert!(denied.count(attempt("users_put")).is_some());
        assert_eq!(denied.counted().count(), 0);
    }

    #[test]
    fn the_target_is_the_path_up_to_its_last_parameter() {
        for (pattern, path, about) in [
            ("/api/v1/users/{user}", "/api/v1/users/a@b", Some("users/a@b")),
            ("/api/v1/users/{user}/finish", "/api/v1/users/o%2B1/finish", Some("users/o+1")),
            (
                "/api/v1/webhooks/{name}/deliveries/{id}/replay",
                "/api/v1/webhooks/crm/deliveries/5/replay",
                Some("webhooks/crm/deliveries/5"),
            ),
            ("/api/v1/calls", "/api/v1/calls", None),
        ] {
            assert_eq!(target(pattern, path).as_deref(), about, "{path}");
        }
        let long = target("/api/v1/users/{user}", &format!("/api/v1/users/{}", "x".repeat(9_000)));
        assert_eq!(long.unwrap().len(), MAX_TARGET);
    }
}
