//! Static files: the demo page, the console, what both are made of, and the browser SDK.
//!
//! Their sources are in `static/`. Debug builds serve these from the disk, so that a reload shows a change. Release builds carry
//! what the bundler made of them, `bundle/static/`, at the same addresses; where it is of other sources (`build.rs` looks), they
//! carry the sources.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, EntityTag, Header as _, IfNoneMatch},
    web::{self, Bytes},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{
    Api,
    problem::{self, HttpError},
};

/// The pages as they are edited.
#[cfg(any(debug_assertions, stale_bundle))]
#[derive(RustEmbed)]
#[folder = "static/"]
struct Sources;

/// The pages as the bundler put them together.
#[cfg(not(stale_bundle))]
#[derive(RustEmbed)]
#[folder = "bundle/static/"]
struct Bundle;

#[cfg(not(stale_bundle))]
use Bundle as Files;
#[cfg(stale_bundle)]
use Sources as Files;

/// Set, it has a debug build serve what a release build does.
#[cfg(debug_assertions)]
const BUNDLE_VARIABLE: &str = "HOOKSWITCH_BUNDLE";

/// What the demo page may do beyond its own files: `connect-src` for the WebSocket, `blob:` for pictures that it draws, and
/// itself in a frame, since two of its people fit on one page.
const DEMO_POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; \
     media-src 'self' blob: mediastream:; frame-ancestors 'self'; base-uri 'none'; form-action 'self'";
/// What the console may do beyond its own files: icons as `data:` addresses, and files that it makes for whoever saves them.
const CONSOLE_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; \
     form-action 'self'";

/// The demo page in development mode; elsewhere a few words.
#[get("/")]
pub(super) async fn home(req: HttpRequest, api: web::Data<Api>) -> Result<HttpResponse, HttpError> {
    if api.core.config().dev {
        return demo_file(&req, "index.html");
    }
    let text = concat!(
        "hookswitch ",
        env!("CARGO_PKG_VERSION"),
        ": a call-control server.\n\n",
        "WebSocket   /ws\nREST        /api/v1\nIts docs    /api/docs/\nManual      /docs/\nBrowser SDK /sdk/hookswitch.js\n"
    );
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
}

/// The demo page and its files, where it is enabled.
#[get("/demo/{path:.*}")]
pub(super) async fn demo(
    req: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<String>,
) -> Result<HttpResponse, HttpError> {
    let config = api.core.config();
    if !config.dev && !config.demo.enabled {
        return Err(not_found());
    }
    demo_file(&req, index_or(&path))
}

/// The way to the demo for those who leave the slash out.
#[get("/demo")]
pub(super) async fn to_demo(api: web::Data<Api>) -> Result<HttpResponse, HttpError> {
    let config = api.core.config();
    if config.dev || config.demo.enabled { Ok(moved("/demo/")) } else { Err(not_found()) }
}

/// The way into the console for those who leave the slash out.
#[get("/console")]
pub(super) async fn to_console() -> HttpResponse {
    moved("/console/")
}

fn moved(to: &'static str) -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, to)).finish()
}

/// The console: files only. What it shows and does goes over REST, with the key of whoever signs in.
#[get("/console/{path:.*}")]
pub(super) async fn console(req: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, HttpError> {
    Ok(with_policy(file(&req, &format!("console/{}", index_or(&path)))?, CONSOLE_POLICY))
}

/// What browsers ask for where a page names no icon, as of a picture or of JSON.
#[get("/favicon.ico")]
pub(super) async fn favicon(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    file(&req, "ui/icon.svg")
}

/// What the pages share.
#[get("/ui/{path:.*}")]
pub(super) async fn ui(req: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, HttpError> {
    file(&req, &format!("ui/{path}"))
}

/// Libraries of others that the pages use.
#[get("/vendor/{path:.*}")]
pub(super) async fn vendor(req: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, HttpError> {
    file(&req, &format!("vendor/{path}"))
}

/// The browser SDK.
#[get("/sdk/{path:.*}")]
pub(super) async fn sdk(req: HttpRequest, path: web::Path<String>) -> Result<HttpResponse, HttpError> {
    file(&req, &format!("sdk/{path}"))
}

fn demo_file(req: &HttpRequest, path: &str) -> Result<HttpResponse, HttpError> {
    Ok(with_policy(file(req, &format!("demo/{path}"))?, DEMO_POLICY))
}

fn index_or(path: &str) -> &str {
    if path.is_empty() { "index.html" } else { path }
}

pub(super) fn with_policy(mut response: HttpResponse, policy: &'static str) -> HttpResponse {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(policy));
    response
}

fn file(req: &HttpRequest, path: &str) -> Result<HttpResponse, HttpError> {
    #[cfg(debug_assertions)]
    if std::env::var_os(BUNDLE_VARIABLE).is_none() {
        return embedded::<Sources>(req, path, content_type(path));
    }
    embedded::<Files>(req, path, content_type(path))
}

/// Answers a file of an embedded folder.
pub(super) fn embedded<Folder: RustEmbed>(
    req: &HttpRequest,
    path: &str,
    content_type: &'static str,
) -> Result<HttpResponse, HttpError> {
    // What is read from the disk could be climbed out of.
    let is_plain = path.split('/').all(|part| part != "..");
    let found = Some(path).filter(|_| is_plain).and_then(Folder::get);
    let EmbeddedFile { data, metadata } = found.ok_or_else(not_found)?;
    let tag = tag(metadata.sha256_hash());
    Ok(with_tag(req, &tag, content_type, || Bytes::from(data.into_owned())))
}

pub(super) fn not_found() -> HttpError {
    HttpError::new(&problem::NOT_FOUND, "there is nothing at this path")
}

/// The tag of some content by its hash. Weak, since the same content may go out compressed.
pub(super) fn tag(hash: [u8; 32]) -> EntityTag {
    EntityTag::new_weak(hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

/// Answers content that may be kept, if it is asked for again each time; 304 where the client has it already.
pub(super) fn with_tag(
    req: &HttpRequest,
    tag: &EntityTag,
    content_type: &'static str,
    content: impl FnOnce() -> Bytes,
) -> HttpResponse {
    let is_known = match IfNoneMatch::parse(req) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    };
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::CACHE_CONTROL, "no-cache")).insert_header(header::ETag(tag.clone()));
    if is_known { response.finish() } else { response.content_type(content_type).body(content()) }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "ts" | "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_file_that_the_client_has_is_not_sent_again() {
        let fresh = file(&TestRequest::default().to_http_request(), "sdk/hookswitch.js").unwrap();
        assert_eq!(fresh.headers().get(header::CONTENT_TYPE).unwrap(), "text/javascript; charset=utf-8");
        let tag = fresh.headers().get(header::ETAG).unwrap().clone();
        let again = TestRequest::default().insert_header((header::IF_NONE_MATCH, tag)).to_http_request();
        assert_eq!(file(&again, "sdk/hookswitch.js").unwrap().status().as_u16(), 304);
    }

    #[test]
    fn release_builds_have_what_is_named_by_its_address() {
        for path in [
            "console/index.html",
            "demo/anychat.html",
            "demo/index.html",
            "demo/two.html",
            "demo/verto.html",
            "sdk/anychat-compat.js",
            "sdk/hookswitch.d.ts",
            "sdk/hookswitch.js",
            "sdk/package.json",
            "ui/docs.css",
            "ui/docs.js",
            "ui/icon.svg",
            "ui/ui.css",
            "vendor/LICENSES.txt",
        ] {
            let response = embedded::<Files>(&TestRequest::default().to_http_request(), path, content_type(path));
            assert_eq!(response.unwrap().status().as_u16(), 200, "{path}");
        }
    }

    #[test]
    fn paths_lead_out_of_no_folder() {
        for path in ["sdk/../demo/index.html", "sdk/../../Cargo.toml", "sdk//etc/passwd", "sdk/"] {
            assert!(file(&TestRequest::default().to_http_request(), path).is_err(), "{path}");
        }
    }
}
