//! The manual at `/docs/`.

use std::collections::{BTreeMap, BTreeSet};

use crate::server::{Server, problem};

/// The values of an attribute in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let begins = format!(" {attribute}=\"");
    html.split(&begins).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[tokio::test]
async fn whoever_follows_every_link_of_the_manual_finds_a_page_and_a_heading() {
    let server = Server::dev();
    let mut waiting = vec!["/docs/".to_owned()];
    let mut seen: BTreeSet<_> = waiting.iter().cloned().collect();
    let mut anchors = BTreeMap::new();
    let mut wanted = Vec::new();
    while let Some(path) = waiting.pop() {
        let answer = server.plain("GET", &path).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        let is_page = path.starts_with("/docs/") && answer.headers()["content-type"] == "text/html; charset=utf-8";
        if !is_page {
            continue;
        }
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"), "{policy}");
        let html = answer.text().await.unwrap();
        assert!(!html.contains(" style=") && !html.contains("<style"), "{path} has styles of its own");
        let ids: Vec<_> = values(&html, "id").into_iter().map(str::to_owned).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path} has an id twice");
        anchors.insert(path.clone(), ids);
        for source in values(&html, "src") {
            assert!(!source.contains("://"), "{path} loads {source}");
        }
        for link in values(&html, "href").into_iter().chain(values(&html, "src")) {
            if link.contains("://") {
                continue;
            }
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match target {
                "" => path.clone(),
                _ if target.starts_with('/') => target.to_owned(),
                _ => format!("/docs/{target}"),
            };
            if !anchor.is_empty() {
                wanted.push((path.clone(), target.clone(), anchor.to_owned()));
            }
            if seen.insert(target.clone()) {
                waiting.push(target);
            }
        }
    }
    assert!(anchors.len() > 10, "{:?}", anchors.keys());
    // Letters beyond ASCII are escaped in some links.
    let escaped =
        |anchor: &str| reqwest::Url::parse(&format!("http://x/#{anchor}")).unwrap().fragment().map(str::to_owned);
    for (from, page, anchor) in wanted {
        let is_there = anchors.get(&page).is_some_and(|ids| ids.iter().any(|id| escaped(id) == escaped(&anchor)));
        assert!(is_there, "{from} links to {page}#{anchor}");
    }
}

#[tokio::test]
async fn files_of_the_manual_are_read_and_not_run() {
    let server = Server::dev();
    for (path, kind) in [
        ("/docs/receivers/verify.py", "text/plain; charset=utf-8"),
        ("/docs/receivers/receiver.mjs", "text/plain; charset=utf-8"),
        ("/docs/asyncapi.yaml", "text/plain; charset=utf-8"),
        ("/docs/Caddyfile", "text/plain; charset=utf-8"),
        ("/docs/quick-start.md", "text/plain; charset=utf-8"),
        ("/docs/demo.png", "image/png"),
    ] {
        let answer = server.plain("GET", path).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], kind, "{path}");
        let known = server.plain("GET", path).header("if-none-match", &answer.headers()["etag"]).send().await.unwrap();
        assert_eq!(known.status().as_u16(), 304, "{path}");
    }
}

#[tokio::test]
async fn the_manual_is_found_without_a_slash_kept_by_browsers_and_helps_those_who_mistype() {
    let server = Server::start(&[], &[]);
    let moved = server.plain("GET", "/docs").send().await.unwrap();
    assert_eq!((moved.status().as_u16(), moved.headers()["location"].to_str().unwrap()), (308, "/docs/"));
    let page = server.plain("GET", "/docs/operations").send().await.unwrap();
    let known = server.plain("GET", "/docs/operations").header("if-none-match", &page.headers()["etag"]);
    assert_eq!(known.send().await.unwrap().status().as_u16(), 304);
    let lost = problem(server.plain("GET", "/docs/Operation").send().await.unwrap()).await;
    assert_eq!(lost["status"], 404);
    assert!(lost["detail"].as_str().unwrap().contains("did you mean /docs/operations?"), "{lost}");
    for path in ["/docs/../Cargo.toml", "/docs/..%2fCargo.toml", "/docs/receivers/"] {
        assert_eq!(server.plain("GET", path).send().await.unwrap().status().as_u16(), 404, "{path}");
    }
}
