//! The manual: `docs/` at `/docs/`. Markdown becomes pages with navigation, everything else is served as it is. Built into the
//! binary; debug builds read it from the disk.

mod frame;
mod markdown;

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{self, EntityTag},
    web::{self, Bytes},
};
use dashmap::DashMap;
use rust_embed::RustEmbed;

use super::{
    Api, pages,
    problem::{self, HttpError},
};
use crate::auth::keys;

#[derive(RustEmbed)]
#[folder = "docs/"]
struct Files;

/// Pages, styles, pictures and one script, all from here.
const POLICY: &str = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Some pages under a heading of the navigation.
struct Chapter {
    title: &'static str,
    pages: &'static [Page],
}

/// A line of the navigation.
#[derive(Debug, PartialEq, Eq)]
enum Page {
    /// A Markdown file of `docs/`, without `.md`, and its title.
    Text(&'static str, &'static str),
    /// Something that the server has elsewhere.
    Elsewhere(&'static str, &'static str),
}

use Page::{Elsewhere, Text};

/// The manual in its order.
const CHAPTERS: &[Chapter] = &[
    Chapter {
        title: "Begin",
        pages: &[
            Text(INDEX, "What hookswitch is"),
            Text("quick-start", "Quick start"),
            Text("concepts", "Concepts and codes"),
        ],
    },
    Chapter {
        title: "Build",
        pages: &[
            Text("business-server", "Your business server"),
            Text("anychat", "Coming from AnyChat · 从 AnyChat 迁移"),
            Text("verto", "Coming from FreeSWITCH: Verto clients"),
            Text("protocol", "The WebSocket protocol"),
            Text("media", "Media of a call with a WeChat user"),
            Text("rest", "REST and the command line"),
            Elsewhere("/api/docs/", "REST: every route"),
            Elsewhere("/docs/asyncapi.yaml", "WebSocket: every frame"),
            Elsewhere("/sdk/hookswitch.d.ts", "Browser SDK: every method"),
        ],
    },
    Chapter {
        title: "Run",
        pages: &[
            Text("operations", "Operations"),
            Text("console", "The console"),
            Text("configuration", "Configuration"),
            Text("metrics", "Metrics"),
            Text("wechat", "WeChat's SDK"),
        ],
    },
    Chapter { title: "Prove", pages: &[Text("performance", "Performance"), Text("conformance", "Conformance suite")] },
];

/// The page that `/docs/` is.
const INDEX: &str = "index";

/// Every page that is a text, as file and title, in order.
fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHAPTERS.iter().flat_map(|chapter| chapter.pages).filter_map(|page| match page {
        Text(file, title) => Some((*file, *title)),
        Elsewhere(..) => None,
    })
}

/// Where a page is.
fn address(file: &str) -> String {
    if file == INDEX { "/docs/".to_owned() } else { format!("/docs/{file}") }
}

/// The pages that were asked for, as HTML. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub(super) struct Manual(Arc<DashMap<&'static str, Rendered>>);

#[derive(Debug, Clone)]
struct Rendered {
    /// Of the Markdown: another one makes the page anew.
    source: [u8; 32],
    html: Bytes,
    tag: EntityTag,
}

impl Manual {
    fn page(&self, file: &'static str) -> Option<Rendered> {
        let found = Files::get(&format!("{file}.md"))?;
        let source = found.metadata.sha256_hash();
        let known = self.0.get(file).filter(|known| known.source == source).map(|known| known.value().clone());
        known.or_else(|| {
            let html = frame::page(file, &markdown::render(&String::from_utf8_lossy(&found.data)));
            let rendered = Rendered { source, tag: pages::tag(keys::hash(&html)), html: html.into() };
            self.0.insert(file, rendered.clone());
            Some(rendered)
        })
    }
}

/// The way in for those who leave the slash out.
#[get("/docs")]
pub(super) async fn to_manual() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// A page, or a file that pages refer to.
#[get("/docs/{path:.*}")]
pub(super) async fn read(
    req: HttpRequest,
    api: web::Data<Api>,
    path: web::Path<String>,
) -> Result<HttpResponse, HttpError> {
    let path = if path.is_empty() { INDEX } else { path.as_str() };
    let file = texts().map(|(file, _)| file).find(|file| *file == path);
    if let Some(page) = file.and_then(|file| api.manual.page(file)) {
        let response = pages::with_tag(&req, &page.tag, "text/html; charset=utf-8", || page.html.clone());
        return Ok(pages::with_policy(response, POLICY));
    }
    pages::embedded::<Files>(&req, path, content_type(path)).map_err(|_| nothing(path))
}

/// Sources and settings are there to be read, not to be run.
fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "text/plain; charset=utf-8",
    }
}

/// Less alike than this, and nothing is suggested.
const ALIKE: f64 = 0.5;
/// How much of a path is compared. No page's name is longer. Unit: characters.
const COMPARED: usize = 64;

fn nothing(path: &str) -> HttpError {
    let asked: String = path.trim_matches('/').trim_end_matches(".html").chars().take(COMPARED).collect();
    let near = texts()
        .map(|(file, _)| (strsim::normalized_damerau_levenshtein(&asked, file), file))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let meant = near.map(|(_, file)| format!("; did you mean {}?", address(file))).unwrap_or_default();
    HttpError::new(&problem::NOT_FOUND, format!("the manual has no such page{meant} Its first page is /docs/"))
}

#[cfg(test)]
mod tests;
