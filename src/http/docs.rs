//! The API's description, the page to browse it, the page of all errors.

use actix_web::{App, HttpRequest, HttpResponse, get, http::header, web};
use serde_json::{Value, json};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{
    Api, api_routes,
    auth::SCHEME,
    operations_routes, pages,
    problem::{self, PROBLEM_JSON, Problem},
};

/// What the browsable page needs beyond its own files: styles that its script sets, icons as `data:` addresses.
const SWAGGER_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// The page of all errors has its few styles with it.
const ERRORS_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "hookswitch",
        description = "Call control over REST: what goes on and what is over, ending and placing calls, users and their \
            tokens, the business server's hooks.\n\nEvery route under `/api/v1` takes an API key as \
            `Authorization: Bearer <key>`; each scope of `read`, `control`, `admin` includes the ones before it. Every error \
            is `application/problem+json` (RFC 9457), see [the table of errors](/api/docs/errors). Lists are pages: follow \
            `next_cursor`, or the `Link` header. Times are RFC 3339 in UTC with milliseconds.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "calls", description = "Live and past calls"),
        (name = "rooms", description = "Where the parties of a call meet"),
        (name = "users", description = "Presence, sessions, accounts"),
        (name = "tokens", description = "User tokens"),
        (name = "webhooks", description = "The business server"),
        (name = "wechat", description = "Accounts of WeChat, and calls to their users"),
        (name = "events", description = "What happens, as it happens"),
        (name = "trace", description = "The last messages, as they were said"),
        (name = "keys", description = "Who may use the API"),
        (name = "audit", description = "Who changed what, and who was not let"),
        (name = "server", description = "The server itself"),
        (name = "operations", description = "For machines that watch the server; open to all"),
    ),
    components(schemas(Problem<'_>)),
)]
struct Description;

/// The description as JSON text: OpenAPI 3.1, the same for every run of one build.
#[must_use]
pub fn openapi() -> String {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(Description::openapi())
        .service(utoipa_actix_web::scope("/api/v1").configure(api_routes))
        .configure(operations_routes)
        .split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    complete(&mut document);
    serde_json::to_string_pretty(&document).map(|text| text + "\n").unwrap_or_default()
}

/// Adds what holds for many routes alike: the security scheme, ids that differ, and the errors that come of having a key,
/// parameters, a body.
fn complete(document: &mut Value) {
    let scheme =
        json!({"type": "http", "scheme": "bearer", "description": "An API key: `hookswitch key new --scope read`"});
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("securitySchemes".to_owned(), json!({SCHEME: scheme}));
    }
    let operations = document
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut().filter_map(Value::as_object_mut))
        .flat_map(|methods| methods.values_mut());
    for operation in operations {
        let text = |pointer| operation.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let id = format!("{}_{}", text("/tags/0"), text("/operationId"));
        if let Some(operation) = operation.as_object_mut() {
            operation.insert("operationId".to_owned(), id.into());
        }
        let mut errors = Vec::new();
        if operation.get("parameters").is_some() {
            errors.push((400, "a parameter is wrong"));
        }
        if operation.get("requestBody").is_some() {
            let body = [
                (400, "the body is not JSON, or a parameter is wrong"),
                (413, "the body is too large"),
                (415, "the body is of another type than JSON"),
                (422, "a field of the body is wrong or unknown"),
            ];
            errors.extend(body);
        }
        if operation.get("security").is_some() {
            let key = [
                (401, "no valid API key"),
                (403, "the key's scope does not reach that far"),
                (503, "the server is stopping, or its store does not answer (`error_code` 120)"),
            ];
            errors.extend(key);
        }
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
        for (status, description) in errors {
            let schema = json!({"$ref": "#/components/schemas/Problem"});
            let answer = json!({"description": description, "content": {PROBLEM_JSON: {"schema": schema}}});
            responses.insert(status.to_string(), answer);
        }
        responses.sort_keys();
    }
}

/// The description.
#[get("/api/openapi.json")]
pub(super) async fn openapi_json(req: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    pages::with_tag(&req, &api.document_tag, "application/json", || api.document.clone())
}

/// The page of all errors.
#[get("/api/docs/errors")]
pub(super) async fn errors_page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, ERRORS_POLICY))
        .body(problem::page())
}

/// The browsable page's files refer to each other relatively.
#[get("/api/docs")]
pub(super) async fn to_swagger() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/api/docs/")).finish()
}

/// The browsable page. It loads nothing from elsewhere; the badge of an outside validator, which is its default, is off.
pub(super) fn swagger() -> actix_web::Scope<
    impl actix_web::dev::ServiceFactory<
        actix_web::dev::ServiceRequest,
        Config = (),
        Response = actix_web::dev::ServiceResponse<impl actix_web::body::MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let config = Config::from("/api/openapi.json").validator_url("none").persist_authorization(false);
    let headers = actix_web::middleware::DefaultHeaders::new().add((header::CONTENT_SECURITY_POLICY, SWAGGER_POLICY));
    web::scope("/api/docs").wrap(headers).service(SwaggerUi::new("/{_:.*}").config(config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::auth;

    #[test]
    fn the_committed_description_is_the_one_that_is_served() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let made = openapi();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, &made).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == made, "openapi.json is stale: UPDATE_DOCS=1 cargo test --lib http::docs");
    }

    #[test]
    fn every_operation_is_described() {
        let document: Value = serde_json::from_str(&openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut ids = std::collections::BTreeSet::new();
        for route in auth::routes(&openapi()) {
            let method = route.method.as_str().to_lowercase();
            let operation = &document["paths"][&route.pattern][&method];
            let at = format!("{method} {}", route.pattern);
            assert!(operation["summary"].is_string(), "{at}");
            assert!(operation["tags"][0].is_string(), "{at}");
            assert!(ids.insert(operation["operationId"].to_string()), "{at}: operationId is used twice");
            let scope = operation.pointer("/security/0/api_key/0");
            assert_eq!(scope.is_some(), route.pattern.starts_with("/api/"), "{at}");
            let described: Vec<_> = operation["parameters"].as_array().into_iter().flatten().collect();
            for name in route.pattern.split('/').filter_map(|part| part.strip_prefix('{')) {
                let name = name.trim_end_matches('}');
                let found = described.iter().find(|parameter| parameter["name"] == name && parameter["in"] == "path");
                assert!(found.is_some_and(|parameter| parameter["description"].is_string()), "{at}: {name}");
            }
        }
        assert_eq!(ids.len(), 42);
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let text = openapi();
        let document: Value = serde_json::from_str(&text).unwrap();
        for part in text.split("\"$ref\": \"#").skip(1) {
            let pointer = part.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }
}
