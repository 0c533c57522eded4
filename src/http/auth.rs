//! API keys: who may use which route.
//!
//! The table of routes and scopes is read off the API's own description, so that what is documented is what is enforced. A
//! route whose attribute names no scope needs `admin`.

use actix_web::{
    Error, ResponseError as _,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap},
    },
    middleware::Next,
    web,
};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::{
    Api, edge,
    problem::{self, HttpError},
};
use crate::{auth::keys, protocol::scope::Scope};

/// The name of the security scheme in the description.
pub(super) const SCHEME: &str = "api_key";
const REALM: &str = "Bearer realm=\"hookswitch\"";

/// A route and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The method.
    pub(super) method: Method,
    /// The path with its parameters in braces.
    pub(super) pattern: String,
    /// The scope that is needed; `None` for the open ones outside the API.
    pub(super) scope: Option<Scope>,
}

impl Route {
    fn matches(&self, path: &str) -> bool {
        let mut given = path.split('/');
        let all = self.pattern.split('/').all(|wanted| {
            given.next().is_some_and(|part| if wanted.starts_with('{') { !part.is_empty() } else { part == wanted })
        });
        all && given.next().is_none()
    }
}

/// The routes of a description.
pub(super) fn routes(openapi: &str) -> Vec<Route> {
    let document: Value = serde_json::from_str(openapi).unwrap_or_default();
    let mut routes = Vec::new();
    for (pattern, operations) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in operations.as_object().into_iter().flatten() {
            let Ok(method) = Method::from_bytes(method.to_ascii_uppercase().as_bytes()) else { continue };
            let scope = operation.pointer(&format!("/security/0/{SCHEME}/0")).and_then(Value::as_str);
            let open = !pattern.starts_with("/api/");
            let scope = if open { None } else { Some(scope.and_then(Scope::parse).unwrap_or(Scope::Admin)) };
            routes.push(Route { method, pattern: pattern.clone(), scope });
        }
    }
    routes
}

/// The routes at a path.
pub(super) fn at<'a>(routes: &'a [Route], path: &'a str) -> impl Iterator<Item = &'a Route> {
    routes.iter().filter(move |route| route.matches(path))
}

/// Lets a request through to its route where its key may use that one. What the table does not know goes no further: the
/// router reads some paths more generously than the table does, and must not be reached by them.
pub(super) async fn check(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let checked = match req.app_data::<web::Data<Api>>().cloned() {
        None => Err(HttpError::new(&problem::INTERNAL, "no API")),
        Some(api) => match at(&api.routes, req.path()).find(|route| route.method == *req.method()) {
            Some(route) => authorize(&api, req.headers(), route.scope.unwrap_or(Scope::Admin)).await,
            None => Err(edge::unmatched(req.path(), &api)),
        },
    };
    match checked {
        Ok(()) => next.call(req).await.map(ServiceResponse::map_into_left_body),
        Err(error) => Ok(req.into_response(error.error_response().map_into_right_body())),
    }
}

async fn authorize(api: &Api, headers: &HeaderMap, needed: Scope) -> Result<(), HttpError> {
    let unauthorized = |detail: &str, challenge: &str| {
        HttpError::new(&problem::UNAUTHORIZED, detail).header(header::WWW_AUTHENTICATE, challenge)
    };
    let Some(key) = bearer(headers) else {
        return Err(unauthorized("the request needs a header `Authorization: Bearer <api key>`", REALM));
    };
    let Some(scope) = scope_of(api, key).await? else {
        return Err(unauthorized("this API key is not known", &format!("{REALM}, error=\"invalid_token\"")));
    };
    if scope < needed {
        let (has, needs) = (scope.as_str(), needed.as_str());
        let challenge = format!("{REALM}, error=\"insufficient_scope\", scope=\"{needs}\"");
        let detail = format!("this needs an API key of scope {needs}; the key given has {has}");
        return Err(HttpError::new(&problem::FORBIDDEN, detail).header(header::WWW_AUTHENTICATE, &challenge));
    }
    Ok(())
}

/// The key or token that a request carries.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim()).filter(|key| !key.is_empty())
}

async fn scope_of(api: &Api, key: &str) -> Result<Option<Scope>, HttpError> {
    if api.core.config().dev && bool::from(key.as_bytes().ct_eq(keys::DEV_KEY.as_bytes())) {
        return Ok(Some(Scope::Admin));
    }
    // Found by its hash: how long the search takes tells of the hash, which tells nothing of the key.
    let row = api.store.key_by_hash(keys::hash(key)).await?;
    Ok(row.map(|row| row.scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_paths_and_no_empty_parameters() {
        let route = Route { method: Method::GET, pattern: "/api/v1/calls/{id}".to_owned(), scope: None };
        assert!(route.matches("/api/v1/calls/1"));
        for other in ["/api/v1/calls", "/api/v1/calls/", "/api/v1/calls/1/finish", "/api/v1/call/1"] {
            assert!(!route.matches(other), "{other}");
        }
    }

    #[test]
    fn a_route_without_a_scope_needs_admin() {
        let document = r#"{"paths":{
            "/api/v1/a":{"get":{"security":[{"api_key":["read"]}]},"put":{}},
            "/healthz":{"get":{}}}}"#;
        let found = routes(document);
        let scopes: Vec<_> = found.iter().map(|route| (route.method.as_str(), route.scope)).collect();
        assert_eq!(scopes, [("GET", Some(Scope::Read)), ("PUT", Some(Scope::Admin)), ("GET", None)]);
    }

    #[test]
    fn only_bearer_keys_are_taken() {
        let with = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, header::HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(with("Bearer hsk_x").as_deref(), Some("hsk_x"));
        assert_eq!(with("bearer  hsk_x ").as_deref(), Some("hsk_x"));
        for bad in ["hsk_x", "Basic eDp5", "Bearer ", "Bearer"] {
            assert_eq!(with(bad), None, "{bad}");
        }
    }
}
