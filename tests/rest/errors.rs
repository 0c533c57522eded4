//! Every error is a problem that says what is wrong.

use serde_json::{Value, json};

use crate::server::{Server, problem};

#[tokio::test]
async fn wrong_parameters_are_named() {
    let server = Server::dev();
    for (path, parameter) in [
        ("/calls?limit=0", "limit"),
        ("/calls?limit=501", "limit"),
        ("/calls?limit=ten", "limit"),
        ("/calls?state=busy", "state"),
        ("/calls?reason=tired", "reason"),
        ("/calls?door=back", "door"),
        ("/calls?user=a%20b", "user"),
        ("/calls?from=yesterday", "from"),
        ("/calls?cursor=%21%21", "cursor"),
        ("/calls?cursor=aGVsbG8", "cursor"),
        ("/calls?stat=ringing", "stat"),
        ("/calls?limit=1&limit=2", "limit"),
        ("/calls/17", "id"),
        ("/rooms/0", "room"),
        ("/rooms/lobby", "room"),
        ("/rooms?cursor=x", "cursor"),
        ("/users/a%20b", "user"),
        ("/users?online=maybe", "online"),
        ("/webhooks?all=1", "all"),
        ("/events?since=1", "since"),
    ] {
        let problem = problem(server.request("GET", path).send().await.unwrap()).await;
        assert_eq!((&problem["status"], &problem["error_code"]), (&json!(400), &json!(21)), "{path}: {problem}");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{path}: {problem}");
    }
}

#[tokio::test]
async fn wrong_bodies_are_pointed_into() {
    let server = Server::dev();
    let long = "x".repeat(8193);
    for (method, path, body, pointer) in [
        ("POST", "/calls", json!({"caller": "alice"}), "/callee"),
        ("POST", "/calls", json!({"caller": "alice", "callee": "bob", "flag": 3}), "/flag"),
        ("POST", "/calls", json!({"caller": "alice", "callee": "b b"}), "/callee"),
        ("POST", "/calls", json!({"caller": "alice", "callee": "bob", "flags": -1}), "/flags"),
        ("POST", "/calls", json!({"caller": "alice", "callee": "bob", "user_str": long}), "/user_str"),
        ("POST", "/calls", json!({"caller": "alice", "callee": "alice"}), "/callee"),
        ("POST", "/calls", json!([]), ""),
        ("POST", "/tokens", json!(["alice", 60]), ""),
        ("PUT", "/users/alice", json!(["password"]), ""),
        ("POST", "/users/alice/finish", json!({"code": 1}), "/code"),
        ("POST", "/users/alice/finish", json!({"error_code": "no"}), "/error_code"),
        ("PUT", "/users/alice", json!({}), "/password"),
        ("PUT", "/users/alice", json!({"password": ""}), "/password"),
        ("POST", "/tokens", json!({"user": "alice", "ttl_secs": 0}), "/ttl_secs"),
        ("POST", "/tokens", json!({"user": "alice", "ttl": 60}), "/ttl"),
        ("PUT", "/webhooks/crm", json!({"url": "ftp://example.org/"}), "/url"),
        ("PUT", "/webhooks/crm", json!({"url": "https://example.org/", "events": ["call.reply"]}), "/events"),
        ("PUT", "/webhooks/crm", json!({"url": "https://example.org/", "on_failure": "maybe"}), "/on_failure"),
        ("PUT", "/webhooks/crm", json!({"url": "https://example.org/", "timeout": 5}), "/timeout"),
    ] {
        let problem = problem(server.send(method, path, body.clone()).await).await;
        let at = format!("{method} {path} {body}: {problem}");
        assert_eq!((&problem["status"], &problem["error_code"]), (&json!(422), &json!(21)), "{at}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{at}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_without_the_parsers_words() {
    let server = Server::dev();
    for (method, path, body, says) in [
        ("GET", "/calls/17", Value::Null, "id: must be a call's id, a UUID"),
        ("GET", "/rooms/0", Value::Null, "room: must be a room's number, 1 to 2147483647"),
        ("GET", "/users/a%20b", Value::Null, "user: must be a user's name: 1 to 128 letters, digits and . _ @ : + -"),
        ("POST", "/webhooks/crm/deliveries/x/replay", Value::Null, "id: must be a delivery's id, a whole number"),
        (
            "POST",
            "/users/alice/finish",
            json!({"error_code": "no"}),
            "error_code: must be a whole number from -2147483648 to 2147483647",
        ),
        ("POST", "/tokens", json!({"user": null}), "user: this field must be there"),
        ("POST", "/tokens", json!({"user": "alice", "ttl_secs": "1"}), "ttl_secs: must be a whole number, 0 or more"),
        (
            "PUT",
            "/webhooks/crm",
            json!({"url": "https://a.example/", "on_failure": "maybe"}),
            "on_failure: must be `allow` or `refuse`",
        ),
    ] {
        let problem = problem(server.send(method, path, body).await).await;
        assert_eq!(problem["detail"], says, "{method} {path}");
    }
}

#[tokio::test]
async fn null_for_an_optional_field_is_the_same_as_leaving_it_out() {
    let server = Server::dev();
    let hook = json!({"url": "https://crm.example/", "events": null, "veto": null, "timeout_ms": null, "on_failure": null,
        "secret": null, "enabled": null, "description": null});
    let made: Value = server.send("PUT", "/webhooks/crm", hook).await.json().await.unwrap();
    assert_eq!(
        (&made["timeout_ms"], &made["on_failure"], &made["enabled"]),
        (&json!(1000), &json!("allow"), &json!(true))
    );
    let minted = server.send("POST", "/tokens", json!({"user": "alice", "ttl_secs": null})).await;
    assert_eq!(minted.status().as_u16(), 201);
    let placed = json!({"caller": "alice", "callee": "bob", "flags": null, "param": null, "user_str": null});
    assert_eq!(problem(server.send("POST", "/calls", placed).await).await["error_code"], 100_102);
    let finish = server.send("POST", "/users/alice/finish", json!({"error_code": null, "user_str": null})).await;
    assert_eq!(problem(finish).await["error_code"], 100_107);
}

#[tokio::test]
async fn what_is_no_json_or_too_much_of_it_is_refused() {
    let server = Server::dev();
    let post = || server.request("POST", "/tokens");
    let json = |text: &'static str| post().header("content-type", "application/json").body(text);
    assert_eq!(problem(json("{").send().await.unwrap()).await["type"], "/api/docs/errors#invalid-json");
    assert_eq!(problem(json("").send().await.unwrap()).await["status"], 400);
    let form = post().header("content-type", "application/x-www-form-urlencoded").body("user=alice");
    let refused = form.send().await.unwrap();
    assert_eq!(refused.headers()["accept"], "application/json");
    assert_eq!(problem(refused).await["status"], 415);
    assert_eq!(problem(post().body("{}").send().await.unwrap()).await["status"], 415);
    let large = format!("{{\"user\":\"{}\"}}", "x".repeat(300_000));
    let refused = post().header("content-type", "application/json").body(large).send().await.unwrap();
    assert_eq!(problem(refused).await["status"], 413);
    let patch =
        post().header("content-type", "application/merge-patch+json; charset=utf-8").body("{\"user\":\"alice\"}");
    assert_eq!(patch.send().await.unwrap().status().as_u16(), 201);
}

#[tokio::test]
async fn unknown_things_are_404_and_wrong_methods_405() {
    let server = Server::dev();
    let id = "0199e1a0-7b6a-7c3e-9f00-5b8e6d1c2a34";
    for (method, path, code) in [
        ("GET", format!("/api/v1/calls/{id}"), Value::Null),
        ("POST", format!("/api/v1/calls/{id}/finish"), Value::Null),
        ("POST", "/api/v1/users/nobody/finish".to_owned(), json!(100_107)),
        ("DELETE", "/api/v1/users/nobody".to_owned(), Value::Null),
        ("GET", "/api/v1/rooms/9".to_owned(), Value::Null),
        ("GET", "/api/v1/webhooks/none".to_owned(), Value::Null),
        ("DELETE", "/api/v1/webhooks/none".to_owned(), Value::Null),
        ("POST", "/api/v1/webhooks/none/test".to_owned(), Value::Null),
        ("POST", "/api/v1/webhooks/none/rotate-secret".to_owned(), Value::Null),
        ("GET", "/api/v1/webhooks/none/deliveries".to_owned(), Value::Null),
        ("POST", "/api/v1/webhooks/none/deliveries/1/replay".to_owned(), Value::Null),
        ("GET", "/api/v1/nothing".to_owned(), Value::Null),
        ("GET", "/api/v2/calls".to_owned(), Value::Null),
        ("GET", "/nothing".to_owned(), Value::Null),
        ("GET", "/sdk/nothing.js".to_owned(), Value::Null),
        ("GET", "/demo/nothing.js".to_owned(), Value::Null),
        ("GET", "/api/docs/nothing.js".to_owned(), Value::Null),
        ("GET", "/console/nothing.js".to_owned(), Value::Null),
    ] {
        let problem = problem(server.plain(method, &path).bearer_auth("dev").send().await.unwrap()).await;
        assert_eq!((&problem["status"], &problem["error_code"]), (&json!(404), &code), "{method} {path}: {problem}");
    }
    for (method, path, allow) in [
        ("DELETE", "/api/v1/calls", "GET, POST, HEAD"),
        ("GET", "/api/v1/tokens", "POST"),
        ("PATCH", "/api/v1/users/alice", "DELETE, GET, PUT, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/metrics", "GET, HEAD"),
    ] {
        let refused = server.plain(method, path).send().await.unwrap();
        assert_eq!(refused.headers()["allow"], allow, "{method} {path}");
        assert_eq!(problem(refused).await["status"], 405, "{method} {path}");
    }
}

#[tokio::test]
async fn a_plain_request_to_the_socket_is_told_what_to_speak() {
    let server = Server::dev();
    let refused = server.plain("GET", "/ws").send().await.unwrap();
    assert_eq!(refused.headers()["upgrade"], "websocket");
    let told = problem(refused).await;
    assert_eq!((&told["status"], &told["title"]), (&json!(426), &json!("This path speaks WebSocket")));
    assert!(told["detail"].as_str().unwrap().contains("ws://"), "{told}");
    let posted = server.plain("POST", "/ws").send().await.unwrap();
    assert_eq!(posted.headers()["allow"], "GET");
    assert_eq!(problem(posted).await["status"], 405);
    let secret = server.plain("GET", "/ws?token=x").send().await.unwrap();
    assert_eq!(problem(secret).await["errors"][0]["parameter"], "token");
}

#[tokio::test]
async fn a_request_id_comes_back() {
    let server = Server::dev();
    let answer = server.request("GET", "/calls/x").header("x-request-id", "proxy-7").send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "proxy-7");
    assert_eq!(problem(answer).await["request_id"], "proxy-7");
}
