//! What all requests and answers have in common: the request's id, security headers, the form of errors, the access log.

use actix_web::{
    Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web,
};

use super::{
    Api, auth,
    problem::{self, HttpError, PROBLEM_JSON},
    sse,
};
use crate::clock;

/// Names a request in the log and in errors; a sane one from a proxy is kept.
static REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id taken over from a request. Unit: bytes.
const MAX_REQUEST_ID: usize = 128;
/// What pages may load: nothing from elsewhere. A page that needs more says so itself.
const PAGE_POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// The id of a request, among its extensions.
pub(super) struct RequestId(pub(super) String);

/// Wraps everything.
pub(super) async fn edge(
    mut req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody>>, Error> {
    let began = clock::now();
    let request_id = request_id(req.headers());
    req.extensions_mut().insert(RequestId(request_id.clone()));
    let api = req.app_data::<web::Data<Api>>().cloned();
    let method = req.method().clone();
    // Whoever has GET has HEAD: the server leaves the body out by itself. An endless body is no answer to HEAD, though.
    if method == Method::HEAD && !sse::STREAMS.contains(&req.path()) {
        req.head_mut().method = Method::GET;
    }
    let path = req.path().to_owned();
    let res = next.call(req).await?;

    let status = res.status();
    let route = res.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let took = clock::now().saturating_duration_since(began);
    tracing::debug!(%method, route, status = status.as_u16(), dur_ms = took.as_secs_f64() * 1e3, request_id, "answered");
    if let Some(api) = &api {
        api.core.metrics().http_request(route, method.as_str(), status.as_u16(), took);
    }

    let mut res = match error_of(&res) {
        None => res.map_into_left_body(),
        Some(error) => {
            let public_url = api.and_then(|api| api.core.config().server.public_url.clone());
            let public_url = public_url.as_ref().map_or("", url::Url::as_str);
            let body = serde_json::to_string(&error.problem(public_url, &path, &request_id)).unwrap_or_default();
            let mut res = res.map_body(|_, _| EitherBody::right(body.boxed()));
            let headers = res.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
            if status == StatusCode::METHOD_NOT_ALLOWED && !headers.contains_key(header::ALLOW) {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            res
        }
    };
    decorate(res.headers_mut(), &path);
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        res.headers_mut().insert(REQUEST_ID.clone(), id);
    }
    Ok(res)
}

/// The error that an answer stands for: a handler's, or what the framework made of one. JSON with a bad status is an answer
/// like any other: readiness has its own form.
fn error_of<B>(res: &ServiceResponse<B>) -> Option<HttpError> {
    let ours = res.response().extensions().get::<HttpError>().cloned();
    let status = res.status();
    let is_json = || res.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let is_bare = || (status.is_client_error() || status.is_server_error()) && !is_json();
    ours.or_else(|| is_bare().then(|| HttpError::of_status(status)))
}

fn decorate(headers: &mut HeaderMap, path: &str) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page && !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    }
    // Names of users, tokens: nothing for a cache on the way.
    if path.starts_with("/api/v1/") && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok());
    let is_sane = |id: &&str| {
        !id.is_empty()
            && id.len() <= MAX_REQUEST_ID
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
    };
    given.filter(is_sane).map_or_else(|| clock::request_id().to_string(), str::to_owned)
}

/// A path parameter that is no id, no user name, no room number. It is always the last one: names of hooks, which may stand
/// before another, are any text.
pub(super) fn path_config() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, req| {
        let last = req.match_info().iter().last();
        let name = last.map_or("path", |(name, _)| name);
        let must_be = match name {
            "id" if req.path().contains("/deliveries/") => "must be a delivery's id, a whole number",
            "id" if req.path().contains("/keys/") => "must be a key's id, a UUID",
            "id" => "must be a call's id, a UUID",
            "room" => "must be a room's number, 1 to 2147483647",
            "user" => "must be a user's name: 1 to 128 letters, digits and . _ @ : + -",
            _ => "must be something else",
        };
        HttpError::parameter(name, must_be).into()
    })
}

/// No route: an unknown path, or another method than the path has.
pub(super) fn unmatched(path: &str, api: &Api) -> HttpError {
    let mut methods: Vec<&str> = auth::at(&api.routes, path).map(|route| route.method.as_str()).collect();
    if methods.is_empty() {
        return HttpError::new(&problem::NOT_FOUND, "there is nothing at this path");
    }
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    let allow = methods.join(", ");
    HttpError::new(&problem::METHOD_NOT_ALLOWED, format!("this path has {allow}")).header(header::ALLOW, &allow)
}

/// What no service takes.
pub(super) async fn fallback(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    unmatched(req.path(), &api).error_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sane_request_id_is_kept_and_another_replaced() {
        let with = |id: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID.clone(), HeaderValue::from_static(id));
            request_id(&headers)
        };
        assert_eq!(with("proxy-1.2:3_x"), "proxy-1.2:3_x");
        for bad in ["", "a b", "<script>"] {
            assert_eq!(with(bad).len(), 36, "{bad}");
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
