//! Errors of the API: RFC 9457 `application/problem+json`, and the catalogue that `/api/docs/errors` shows.
//!
//! A handler returns an [`HttpError`]. It becomes an empty response that carries the error along; `edge` writes the body, since
//! only there the request's id and path are known.

use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use serde::Serialize;

use crate::{
    actors::NotYet,
    protocol::codes::{self, Code},
    store::StoreError,
};

/// The media type of every error.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";
/// Where the page of all errors is.
pub(super) const ERRORS_PAGE: &str = "/api/docs/errors";

/// One kind of error: a row of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its anchor on the page of all errors.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The code of the call-control contract, where one fits.
    pub error_code: Option<Code>,
    /// What the caller can do about it.
    pub remedy: &'static str,
}

macro_rules! kinds {
    ($($const:ident = $name:literal, $status:ident, $code:expr, $title:literal, $remedy:literal;)*) => {
        $(
            #[doc = $title]
            pub const $const: Kind =
                Kind { name: $name, title: $title, status: StatusCode::$status, error_code: $code, remedy: $remedy };
        )*
        /// Every kind, in the order of the page.
        pub const KINDS: &[&Kind] = &[$(&$const),*];
    };
}

kinds! {
    INVALID_JSON = "invalid-json", BAD_REQUEST, Some(codes::BAD_PARAMETER), "The body is not JSON",
        "Mend the syntax at the place that `detail` names.";
    INVALID_PARAMETER = "invalid-parameter", BAD_REQUEST, Some(codes::BAD_PARAMETER), "A path or query parameter is wrong",
        "`errors` names the parameter and what it takes.";
    BAD_REQUEST = "bad-request", BAD_REQUEST, Some(codes::BAD_PARAMETER), "The request is malformed",
        "Compare it with the description of the API.";
    INVALID_BODY = "invalid-body", UNPROCESSABLE_ENTITY, Some(codes::BAD_PARAMETER), "A field of the body is wrong",
        "`errors` points to the field. Unknown fields are refused, so that a misspelt one is not overlooked.";
    UNAUTHORIZED = "unauthorized", UNAUTHORIZED, None, "No valid API key",
        "Send `Authorization: Bearer <api key>`. `hookswitch key new --scope read` makes a key; in development mode `dev` is one.";
    FORBIDDEN = "forbidden", FORBIDDEN, None, "The API key's scope does not reach that far",
        "`detail` names the scope that is needed; each of read, control, admin includes the ones before it.";
    ORIGIN_FORBIDDEN = "origin-forbidden", FORBIDDEN, Some(codes::ADDRESS_FORBIDDEN), "This origin may not connect",
        "Add the page's origin to `server.allowed_origins`.";
    NOT_FOUND = "not-found", NOT_FOUND, None, "There is no such thing",
        "Check the path. Ended calls are forgotten after `store.retention_days`.";
    NOT_IN_CALL = "not-in-call", NOT_FOUND, Some(codes::NOT_IN_CALL), "The user is in no call",
        "Nothing to do: there is nothing to finish.";
    METHOD_NOT_ALLOWED = "method-not-allowed", METHOD_NOT_ALLOWED, None, "Not with this method",
        "The `Allow` header lists the methods of this path.";
    ALREADY_IN_CALL = "already-in-call", CONFLICT, Some(codes::ALREADY_IN_CALL), "The caller is in a call already",
        "Wait for the call's end, or finish it first.";
    OFFLINE = "offline", CONFLICT, Some(codes::OFFLINE), "A party is not there",
        "Wait for its `user.online` event.";
    BUSY = "busy", CONFLICT, Some(codes::BUSY), "The callee is in a call",
        "Try again after its `call.finished` event.";
    CONFLICT = "conflict", CONFLICT, None, "Not in this state of things",
        "`detail` says what stands against it.";
    TOO_LARGE = "too-large", PAYLOAD_TOO_LARGE, None, "The body is too large",
        "Stay below `limits.body_bytes`.";
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, None, "The body is of another type than JSON",
        "Send `Content-Type: application/json`.";
    UPGRADE_REQUIRED = "upgrade-required", UPGRADE_REQUIRED, None, "This path speaks WebSocket",
        "Connect with a WebSocket client of version 13, to `ws://` or `wss://` and the same path.";
    TOO_MANY_REQUESTS = "too-many-requests", TOO_MANY_REQUESTS, None, "Too often",
        "Wait as long as the `Retry-After` header says.";
    INTERNAL = "internal", INTERNAL_SERVER_ERROR, None, "The server failed",
        "Report it with the `request_id`, which is in the server's log too.";
    UNAVAILABLE = "unavailable", SERVICE_UNAVAILABLE, Some(codes::SERVER_DRAINING), "The server takes nothing new",
        "It is stopping, or its store cannot write: `/readyz` tells which. Try again, or another server.";
    HTTP = "http", IM_A_TEAPOT, None, "Another error of HTTP itself",
        "The status says which.";
}

/// What is wrong with one field or parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field of the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The parameter of the path or the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

/// The body of an error.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Problem<'a> {
    /// A page about this kind of error.
    #[serde(rename = "type")]
    pub type_url: String,
    /// What this kind of error is called.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// The code of the call-control contract, where one fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i32>)]
    pub error_code: Option<Code>,
    /// What happened this time.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub detail: &'a str,
    /// The path asked for.
    pub instance: &'a str,
    /// The request's id, as in the `x-request-id` header and the log.
    pub request_id: &'a str,
    /// The fields or parameters that are wrong.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [FieldError],
}

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct HttpError {
    kind: &'static Kind,
    status: StatusCode,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl HttpError {
    pub(super) fn new(kind: &'static Kind, detail: impl Into<String>) -> Self {
        Self { kind, status: kind.status, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// What the framework answered with a status alone.
    pub(super) fn of_status(status: StatusCode) -> Self {
        // The first row of each status is its general one, save for the three that have a plain row of their own.
        let kind = match status {
            StatusCode::BAD_REQUEST => &BAD_REQUEST,
            StatusCode::CONFLICT => &CONFLICT,
            _ => KINDS.iter().find(|kind| kind.status == status).unwrap_or(&&HTTP),
        };
        let detail = match status {
            StatusCode::METHOD_NOT_ALLOWED => "the Allow header has the methods of this path",
            _ => status.canonical_reason().unwrap_or_default(),
        };
        Self { status, ..Self::new(kind, detail) }
    }

    pub(super) fn with_detail(self, detail: String) -> Self {
        Self { detail, ..self }
    }

    /// A wrong parameter of the path or the query.
    pub(super) fn parameter(name: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let error = FieldError { pointer: None, parameter: Some(name.to_owned()), detail: detail.clone() };
        Self { errors: vec![error], ..Self::new(&INVALID_PARAMETER, format!("{name}: {detail}")) }
    }

    /// A wrong field of the body.
    pub(super) fn field(pointer: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let error = FieldError { pointer: Some(pointer.to_owned()), parameter: None, detail: detail.clone() };
        let field = pointer.trim_start_matches('/');
        let whole = if field.is_empty() { detail } else { format!("{field}: {detail}") };
        Self { errors: vec![error], ..Self::new(&INVALID_BODY, whole) }
    }

    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The code of the call-control contract, where one fits.
    pub(super) fn code(&self) -> Option<Code> {
        self.kind.error_code
    }

    /// The body.
    pub(super) fn problem<'a>(&'a self, public_url: &str, instance: &'a str, request_id: &'a str) -> Problem<'a> {
        Problem {
            type_url: format!("{}{ERRORS_PAGE}#{}", public_url.trim_end_matches('/'), self.kind.name),
            title: self.kind.title,
            status: self.status.as_u16(),
            error_code: self.kind.error_code,
            detail: &self.detail,
            instance,
            request_id,
            errors: &self.errors,
        }
    }
}

impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind.title, self.detail)
    }
}

impl std::error::Error for HttpError {}

impl ResponseError for HttpError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.status);
        for (name, value) in &self.headers {
            response.headers_mut().insert(name.clone(), value.clone());
        }
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<StoreError> for HttpError {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, "the store failed a request");
        Self::new(&UNAVAILABLE, "the store does not answer; the server's log has the cause")
    }
}

impl From<NotYet> for HttpError {
    fn from(_: NotYet) -> Self {
        let detail =
            "the store does not answer, so that nobody has been told yet; the call is going to end within seconds";
        Self::new(&UNAVAILABLE, detail)
    }
}

/// The refusal of a placed call, by its code.
pub(super) fn of_code(code: Code) -> HttpError {
    match code {
        codes::BAD_PARAMETER => HttpError::field(
            "/callee",
            "is the caller, or has Verto clients alone: those need an offer, and a placed call has none",
        ),
        codes::ALREADY_IN_CALL => HttpError::new(&ALREADY_IN_CALL, "the caller is ringing or talking"),
        codes::OFFLINE => HttpError::new(&OFFLINE, "the caller or the callee has no session"),
        codes::BUSY => HttpError::new(&BUSY, "the callee is ringing or talking"),
        _ => HttpError::new(&UNAVAILABLE, "no new calls are taken now"),
    }
}

/// The page of all errors.
pub(super) fn page() -> String {
    let mut rows = String::new();
    for kind in KINDS {
        let code = kind.error_code.map(|code| code.to_string()).unwrap_or_default();
        let status = if *kind == &HTTP { "4xx, 5xx".to_owned() } else { kind.status.as_u16().to_string() };
        let (name, title) = (kind.name, kind.title);
        let remedy = code_spans(kind.remedy);
        rows += &format!(
            "<tr id=\"{name}\"><td><a href=\"#{name}\">{name}</a></td><td>{status}</td><td>{code}</td>\
             <td>{title}</td><td>{remedy}</td></tr>\n"
        );
    }
    include_str!("errors.html").replace("<!-- rows -->", &rows)
}

/// Text with its `` ` `` pairs as HTML.
fn code_spans(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    escaped.split('`').enumerate().fold(String::new(), |html, (n, part)| match n % 2 {
        0 => html + part,
        _ => html + "<code>" + part + "</code>",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_anchors_and_differ() {
        let mut names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), KINDS.len());
    }

    #[test]
    fn the_page_has_every_kind() {
        let page = page();
        for kind in KINDS {
            assert!(page.contains(&format!("id=\"{}\"", kind.name)), "{}", kind.name);
        }
        assert!(page.contains("<code>Authorization: Bearer &lt;api key></code>"), "{page}");
    }

    #[test]
    fn a_status_without_a_row_keeps_itself() {
        let error = HttpError::of_status(StatusCode::REQUEST_TIMEOUT);
        assert_eq!((error.kind, error.status_code().as_u16()), (&HTTP, 408));
        assert_eq!(HttpError::of_status(StatusCode::BAD_REQUEST).kind, &BAD_REQUEST);
        assert_eq!(HttpError::of_status(StatusCode::NOT_FOUND).kind, &NOT_FOUND);
    }

    #[test]
    fn the_type_is_absolute_where_the_public_url_is_known() {
        let error = of_code(codes::BUSY);
        let problem = error.problem("https://calls.example.org/", "/api/v1/calls", "r1");
        assert_eq!(problem.type_url, "https://calls.example.org/api/docs/errors#busy");
        assert_eq!((problem.status, problem.error_code), (409, Some(codes::BUSY)));
        assert_eq!(error.problem("", "/", "").type_url, "/api/docs/errors#busy");
    }
}
