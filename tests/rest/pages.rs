//! Pages, files and documentation.

use crate::server::{Server, problem};

#[tokio::test]
async fn files_come_with_type_tag_and_compression() {
    let server = Server::dev();
    let get = |path: &str| server.plain("GET", path);
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/demo/", "text/html; charset=utf-8"),
        ("/demo/demo.js", "text/javascript; charset=utf-8"),
        ("/console/", "text/html; charset=utf-8"),
        ("/vendor/preact.js", "text/javascript; charset=utf-8"),
        ("/ui/ui.css", "text/css; charset=utf-8"),
        ("/sdk/hookswitch.js", "text/javascript; charset=utf-8"),
        ("/api/openapi.json", "application/json"),
        ("/api/docs/errors", "text/html; charset=utf-8"),
        ("/api/docs/", "text/html"),
    ] {
        let answer = get(path).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], kind, "{path}");
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers()["referrer-policy"], "no-referrer", "{path}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{path}");
        if kind.starts_with("text/html") {
            let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.starts_with("default-src ") && !policy.contains("http"), "{path}: {policy}");
        }
    }
    let fresh = get("/sdk/hookswitch.js").send().await.unwrap();
    assert_eq!(fresh.headers()["cache-control"], "no-cache");
    let known = get("/sdk/hookswitch.js").header("if-none-match", &fresh.headers()["etag"]).send().await.unwrap();
    assert_eq!(known.status().as_u16(), 304);
}

#[tokio::test]
async fn the_docs_are_found_without_a_slash_and_load_nothing_from_elsewhere() {
    let server = Server::dev();
    let moved = server.plain("GET", "/api/docs").send().await.unwrap();
    assert_eq!((moved.status().as_u16(), &moved.headers()["location"].to_str().unwrap()), (308, &"/api/docs/"));
    for path in ["/api/docs/", "/api/docs/swagger-initializer.js", "/api/docs/index.css"] {
        let text = server.plain("GET", path).send().await.unwrap().text().await.unwrap();
        assert!(!text.contains("http://") && !text.contains("https://"), "{path}: {text}");
    }
    let start = server.plain("GET", "/api/docs/swagger-initializer.js").send().await.unwrap().text().await.unwrap();
    assert!(start.contains("\"/api/openapi.json\"") && start.contains("\"validatorUrl\": \"none\""), "{start}");
}

#[tokio::test]
async fn the_demo_is_off_unless_asked_for() {
    let server = Server::start(&[], &[]);
    let home = server.plain("GET", "/").send().await.unwrap();
    assert_eq!(home.status().as_u16(), 200);
    assert!(home.text().await.unwrap().starts_with("hookswitch "));
    for path in ["/demo/", "/demo/demo.js"] {
        assert_eq!(problem(server.plain("GET", path).send().await.unwrap()).await["status"], 404, "{path}");
    }
    assert_eq!(server.plain("GET", "/sdk/hookswitch.js").send().await.unwrap().status().as_u16(), 200);
    let enabled = Server::start(&[], &[("HOOKSWITCH__DEMO__ENABLED", "true")]);
    assert_eq!(enabled.plain("GET", "/demo/").send().await.unwrap().status().as_u16(), 200);
    assert!(enabled.plain("GET", "/").send().await.unwrap().text().await.unwrap().starts_with("hookswitch "));
}

#[tokio::test]
async fn the_type_of_an_error_is_absolute_where_the_public_url_is_known() {
    let server = Server::start(&[], &[("HOOKSWITCH__SERVER__PUBLIC_URL", "https://calls.example.org")]);
    let answer = server.plain("GET", "/nothing").send().await.unwrap().text().await.unwrap();
    assert!(answer.contains("\"type\":\"https://calls.example.org/api/docs/errors#not-found\""), "{answer}");
}
