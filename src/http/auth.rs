//! API keys: who may use which route.
//!
//! The table of routes and scopes is read off the API's own description, so that what is documented is what is enforced. A
//! route whose attribute names no scope needs `admin`.

use actix_web::{
    Error, HttpMessage as _, ResponseError as _,
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
    Api,
    audit::Noted,
    edge,
    problem::{self, HttpError},
};
use crate::{auth::keys, protocol::scope::Scope};

/// The name of the security scheme in the description.
pub(super) const SCHEME: &str = "api_key";
/// What a request without a good key is challenged with.
pub(super) const REALM: &str = "Bearer realm=\"hookswitch\"";

/// A route and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// The method.
    pub(super) method: Method,
    /// The path with its parameters in braces.
    pub(super) pattern: String,
    /// The scope that is needed; `None` for the open ones outside the API.
    pub(super) scope: Option<Scope>,
    /// Its `operationId`.
    pub(super) operation: String,
}

/// A key that is known.
#[derive(Debug)]
pub(super) struct Key {
    /// Names it where it is listed; `dev` for the one of development mode.
    pub(super) id: String,
    /// What it is for, in its owner's words.
    pub(super) name: String,
    /// What it may do.
    pub(super) scope: Scope,
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
            let operation = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
            routes.push(Route { method, pattern: pattern.clone(), scope, operation });
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
    let refuse =
        |req: ServiceRequest, error: &HttpError| Ok(req.into_response(error.error_response().map_into_right_body()));
    let Some(api) = req.app_data::<web::Data<Api>>().cloned() else {
        return refuse(req, &HttpError::new(&problem::INTERNAL, "no API"));
    };
    let Some(route) = at(&api.routes, req.path()).find(|route| route.method == *req.method()) else {
        let unmatched = edge::unmatched(req.path(), &api);
        return refuse(req, &unmatched);
    };
    let (key, allowed) = authorize(&api, req.headers(), route.scope.unwrap_or(Scope::Admin)).await;
    match allowed {
        Ok(()) if *req.method() == Method::GET => {
            if let Some(key) = key {
                req.extensions_mut().insert(key);
            }
            Ok(next.call(req).await?.map_into_left_body())
        }
        Ok(()) => {
            let noted = Noted::of(&api, &req, route, key);
            let res = next.call(req).await?;
            noted.done(&res);
            Ok(res.map_into_left_body())
        }
        Err(error) => {
            Noted::of(&api, &req, route, key).refused(&error);
            refuse(req, &error)
        }
    }
}

/// Whose key a request has, and whether that may do it.
async fn authorize(api: &Api, headers: &HeaderMap, needed: Scope) -> (Option<Key>, Result<(), HttpError>) {
    let unauthorized = |detail: &str, challenge: &str| {
        HttpError::new(&problem::UNAUTHORIZED, detail).header(header::WWW_AUTHENTICATE, challenge)
    };
    let Some(key) = bearer(headers) else {
        let error = unauthorized("the request needs a header `Authorization: Bearer <api key>`", REALM);
        return (None, Err(error));
    };
    let key = match known(api, key).await {
        Ok(Some(key)) => key,
        Ok(None) => {
            let error = unauthorized("this API key is not known", &format!("{REALM}, error=\"invalid_token\""));
            return (None, Err(error));
        }
        Err(error) => return (None, Err(error)),
    };
    if key.scope < needed {
        let (has, needs) = (key.scope.as_str(), needed.as_str());
        let challenge = format!("{REALM}, error=\"insufficient_scope\", scope=\"{needs}\"");
        let detail = format!("this needs an API key of scope {needs}; the key given has {has}");
        let error = HttpError::new(&problem::FORBIDDEN, detail).header(header::WWW_AUTHENTICATE, &challenge);
        return (Some(key), Err(error));
    }
    (Some(key), Ok(()))
}

/// The key or token that a request carries.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim()).filter(|key| !key.is_empty())
}

async fn known(api: &Api, key: &str) -> Result<Option<Key>, HttpError> {
    if api.core.config().dev && bool::from(key.as_bytes().ct_eq(keys::DEV_KEY.as_bytes())) {
        return Ok(Some(Key { id: keys::DEV_KEY.to_owned(), name: String::new(), scope: Scope::Admin }));
    }
    // Found by its hash: how long the search takes tells of the hash, which tells nothing of the key.
    let row = api.store.key_by_hash(keys::hash(key)).await?;
    Ok(row.map(|row| Key { id: row.id.to_string(), name: row.name, scope: row.scope }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_whole_paths_and_no_empty_parameters() {
        let pattern = "/api/v1/calls/{id}".to_owned();
        let route = Route { method: Method::GET, pattern, scope: None, operation: String::new() };
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
