//! Which key may use which route: the table of the API's own description against the server.

use hookswitch::protocol::scope::Scope;
use serde_json::{Value, json};

use crate::server::{Server, problem};

struct Route {
    method: String,
    path: String,
    scope: Scope,
}

/// The routes of the served description, with values for their parameters.
async fn routes(server: &Server) -> Vec<Route> {
    let document: Value = server.plain("GET", "/api/openapi.json").send().await.unwrap().json().await.unwrap();
    let mut routes = Vec::new();
    for (pattern, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(scope) = operation.pointer("/security/0/api_key/0") else { continue };
            let id = if pattern.contains("/deliveries/") { "1" } else { "0199e1a0-7b6a-7c3e-9f00-5b8e6d1c2a34" };
            let path =
                pattern.replace("{id}", id).replace("{user}", "nobody").replace("{name}", "crm").replace("{room}", "7");
            let scope = Scope::parse(scope.as_str().unwrap()).unwrap();
            routes.push(Route { method: method.to_uppercase(), path, scope });
        }
    }
    assert_eq!(routes.len(), 39);
    routes
}

/// What the contract gives each scope beyond the one before. Whatever is not here is an admin's.
const READ: [(&str, &str); 19] = [
    ("GET", "/calls"),
    ("GET", "/calls/"),
    ("GET", "/rooms"),
    ("GET", "/rooms/"),
    ("GET", "/users"),
    ("GET", "/users/"),
    ("GET", "/webhooks"),
    ("GET", "/webhooks/"),
    ("GET", "/stats"),
    ("GET", "/stats/"),
    ("GET", "/events"),
    ("GET", "/me"),
    ("GET", "/trace"),
    ("GET", "/trace/"),
    ("GET", "/nodes"),
    ("GET", "/wechat/accounts"),
    ("GET", "/health"),
    ("GET", "/config"),
    ("GET", "/debug/invariants"),
];
const CONTROL: [(&str, &str); 5] = [
    ("POST", "/calls"),
    ("POST", "/calls/"),
    ("POST", "/users/nobody/finish"),
    ("POST", "/users/nobody/kick"),
    ("POST", "/wechat/calls"),
];

#[tokio::test]
async fn the_description_asks_for_the_scopes_of_the_contract() {
    let server = Server::start(&[], &[]);
    for Route { method, path, scope } in routes(&server).await {
        let path = path.strip_prefix("/api/v1").unwrap();
        let is_in = |list: &[(&str, &str)]| {
            let fits = |prefix: &str| path == prefix || (prefix.ends_with('/') && path.starts_with(prefix));
            list.iter().any(|(of, prefix)| *of == method && fits(prefix))
        };
        let expected = match () {
            () if is_in(&READ) || path == "/workers" => Scope::Read,
            () if is_in(&CONTROL) => Scope::Control,
            () => Scope::Admin,
        };
        assert_eq!(scope, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn each_route_takes_keys_of_its_scope_and_above_and_no_others() {
    let server = Server::start(&[], &[]);
    let keys = Scope::ALL.map(|scope| (scope, server.key(scope.as_str())));
    let revoked = server.key("admin");
    server.revoke_latest_key();
    for Route { method, path, scope } in routes(&server).await {
        let at = format!("{method} {path}");
        // Without a key nobody learns whether a body would have been right.
        let refused = server.plain(&method, &path).send().await.unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer realm=\"hookswitch\"", "{at}");
        assert_eq!(problem(refused).await["status"], 401, "{at}");
        for unknown in ["hsk_wrong", &revoked, "dev"] {
            let refused = server.plain(&method, &path).bearer_auth(unknown).send().await.unwrap();
            let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
            assert!(challenge.contains("invalid_token"), "{at} with {unknown}: {challenge}");
            assert_eq!(problem(refused).await["status"], 401, "{at} with {unknown}");
        }
        for (has, key) in &keys {
            let answer = server.plain(&method, &path).bearer_auth(key).send().await.unwrap();
            let status = answer.status().as_u16();
            if *has >= scope {
                assert!(![401, 403, 405, 500, 503].contains(&status), "{at} with {has:?}: {status}");
                continue;
            }
            assert_eq!(status, 403, "{at} with {has:?}");
            let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
            assert!(challenge.contains("insufficient_scope") && challenge.contains(scope.as_str()), "{challenge}");
            assert!(problem(answer).await["detail"].as_str().unwrap().contains(scope.as_str()), "{at}");
        }
    }
}

#[tokio::test]
async fn a_path_written_otherwise_opens_no_route() {
    let server = Server::start(&[], &[]);
    for path in [
        "/api/v1/c%61lls",
        "/api/v1/%63alls",
        "/api/v1//calls",
        "/api/v1/calls/",
        "/api//v1/calls",
        "/api/v1/./calls%2f",
    ] {
        let url = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = raw(&server, &url).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
    }
}

/// Bytes as they are: clients tidy paths up.
async fn raw(server: &Server, request: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_key_dev_is_none_outside_development_mode() {
    let server = Server::start(&[], &[]);
    let refused = server.request("GET", "/calls").send().await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains("invalid_token"), "{challenge}");
    let problem = problem(refused).await;
    assert_eq!((&problem["status"], &problem["type"]), (&json!(401), &json!("/api/docs/errors#unauthorized")));
}

#[tokio::test]
async fn a_key_is_told_its_own_scope() {
    let server = Server::start(&[], &[]);
    for scope in Scope::ALL {
        let key = server.key(scope.as_str());
        let me = server.plain("GET", "/api/v1/me").bearer_auth(&key).send().await.unwrap();
        let me: Value = me.json().await.unwrap();
        assert_eq!(me["scope"], scope.as_str());
    }
}
