//! The audit: every change leaves a row, and so does what was denied, in a bounded number.

use serde_json::{Value, json};

use crate::{
    client::{Client, talking},
    server::{Server, until},
};

/// The rows of a list, once there are so many.
async fn rows(server: &Server, key: &str, query: &str, count: usize) -> Vec<Value> {
    until(&format!("{count} rows of {query:?}"), async || {
        let page = server.plain("GET", &format!("/api/v1/audit{query}")).bearer_auth(key).send().await.unwrap();
        assert_eq!(page.status().as_u16(), 200);
        let page: Value = page.json().await.unwrap();
        page["items"].as_array().filter(|items| items.len() == count).cloned()
    })
    .await
}

#[tokio::test]
async fn every_kind_of_change_leaves_a_row_with_key_target_and_result() {
    let server = Server::start(&[], &[("HOOKSWITCH__WEBHOOKS__ALLOW_PRIVATE", "true")]);
    let key = server.key("admin");
    let send = async |method: &str, path: &str, body: Value| {
        let request = server.plain(method, &format!("/api/v1{path}")).bearer_auth(&key);
        request.header("x-request-id", "r-7").json(&body).send().await.unwrap().status().as_u16()
    };
    let call = "calls/0199e1a0-7b6a-7c3e-9f00-5b8e6d1c2a34";
    let hook = json!({"url": "http://127.0.0.1:9/"});
    for (method, path, body, status, action, target, code) in [
        ("PUT", "/users/a%40b", json!({"password": "x"}), 201, "users_put", "users/a@b", None),
        ("PUT", "/users/alice", json!({"password": ""}), 422, "users_put", "users/alice", Some(21)),
        ("DELETE", "/users/nobody", json!(null), 404, "users_delete", "users/nobody", None),
        ("POST", "/users/alice/kick", json!(null), 200, "users_kick", "users/alice", None),
        ("POST", "/users/alice/finish", json!({}), 404, "users_finish", "users/alice", Some(100_107)),
        ("POST", "/tokens", json!({"user": "alice"}), 201, "tokens_mint", "users/alice", None),
        ("POST", "/calls", json!({"caller": "alice", "callee": "bob"}), 409, "calls_place", "", Some(100_102)),
        ("POST", &format!("/{call}/finish"), json!({}), 404, "calls_finish", call, None),
        ("PUT", "/webhooks/crm", hook, 201, "webhooks_put", "webhooks/crm", None),
        ("POST", "/webhooks/crm/rotate-secret", json!(null), 200, "webhooks_rotate_secret", "webhooks/crm", None),
        ("POST", "/webhooks/crm/test", json!(null), 200, "webhooks_test", "webhooks/crm", None),
        (
            "POST",
            "/webhooks/crm/deliveries/5/replay",
            json!(null),
            404,
            "webhooks_replay",
            "webhooks/crm/deliveries/5",
            None,
        ),
        ("DELETE", "/webhooks/crm", json!(null), 204, "webhooks_delete", "webhooks/crm", None),
    ] {
        assert_eq!(send(method, path, body).await, status, "{method} {path}");
        let row = until(&format!("the row of {method} {path}"), async || {
            let page = rows(&server, &key, &format!("?action={action}&limit=1"), 1).await;
            page.into_iter().next().filter(|row| row["status"] == status)
        })
        .await;
        let target = if target.is_empty() { Value::Null } else { json!(target) };
        assert_eq!((&row["target"], &row["error_code"]), (&target, &json!(code)), "{row}");
        assert_eq!((&row["scope"], &row["address"], &row["times"]), (&json!("admin"), &json!("127.0.0.1"), &json!(1)));
        assert_eq!(row["request_id"], "r-7");
    }
    let made = rows(&server, &key, "?key=cli&action=keys_new", 1).await;
    let id = made[0]["target"].as_str().unwrap().strip_prefix("keys/").unwrap().to_owned();
    assert!(made[0]["address"].is_null() && made[0]["status"].is_null(), "{made:?}");
    rows(&server, &key, &format!("?key={id}"), 13).await;
    rows(&server, &key, &format!("?target={call}"), 1).await;
    assert!(rows(&server, &key, "", 14).await.iter().all(|row| !row.to_string().contains("hsk_")));
}

#[tokio::test]
async fn a_placed_call_is_named_and_reading_leaves_no_row() {
    let server = Server::dev();
    let (_alice, _bob) = (Client::log_in(&server, "alice").await, Client::log_in(&server, "bob").await);
    server.get("/calls").await;
    let placed: Value =
        server.send("POST", "/calls", json!({"caller": "alice", "callee": "bob"})).await.json().await.unwrap();
    let row = rows(&server, "dev", "", 1).await.remove(0);
    assert_eq!((&row["action"], &row["key"], &row["status"]), (&json!("calls_place"), &json!("dev"), &json!(201)));
    assert_eq!(row["target"], format!("calls/{}", placed["id"].as_str().unwrap()));
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_the_answer_is_in_the_audit_too() {
    use tokio::io::AsyncWriteExt as _;
    let server = Server::dev();
    let body = r#"{"password":"x"}"#;
    let mut socket = tokio::net::TcpStream::connect(&server.address).await.unwrap();
    let head =
        "PUT /api/v1/users/alice HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer dev\r\nContent-Type: application/json";
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    socket.write_all(request.as_bytes()).await.unwrap();
    drop(socket);
    let row = rows(&server, "dev", "?action=users_put", 1).await.remove(0);
    assert_eq!((&row["target"], &row["key"]), (&json!("users/alice"), &json!("dev")));
}

#[tokio::test]
async fn rows_survive_the_server_and_are_paged() {
    let mut server = Server::dev();
    let (_alice, _bob, _id) = talking(&server).await;
    for n in 0..5 {
        server.send("POST", &format!("/users/u{n}/kick"), Value::Null).await;
    }
    rows(&server, "dev", "", 5).await;
    server.kill();
    let server = server.again();
    let mut seen = Vec::new();
    let mut path = "/audit?limit=2".to_owned();
    loop {
        let page = server.get(&path).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["target"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/audit?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["users/u4", "users/u3", "users/u2", "users/u1", "users/u0"]);
    let first = &server.get("/audit?limit=1").await["items"][0];
    let at = first["at"].as_str().unwrap();
    assert_eq!(&server.get(&format!("/audit?from={at}&to={at}&target=users/u4")).await["items"][0], first);
    assert_eq!(server.get("/audit?from=2999-01-01T00:00:00Z").await["items"], json!([]));
}

#[tokio::test]
async fn denied_attempts_are_seen_and_a_flood_of_them_is_few_rows() {
    let server = Server::start(&[], &[]);
    let (admin, read) = (server.key("admin"), server.key("read"));
    for _ in 0..100 {
        let refused = server.plain("PUT", "/api/v1/users/alice").bearer_auth("hsk_wrong").send().await.unwrap();
        assert_eq!(refused.status().as_u16(), 401);
    }
    assert_eq!(
        server.plain("DELETE", "/api/v1/users/bob").bearer_auth(&read).send().await.unwrap().status().as_u16(),
        403
    );
    assert_eq!(server.plain("GET", "/api/v1/calls").send().await.unwrap().status().as_u16(), 401);
    let denied = rows(&server, &admin, "?action=users_put", 1).await.remove(0);
    assert_eq!((&denied["status"], &denied["key"], &denied["scope"]), (&json!(401), &Value::Null, &Value::Null));
    assert_eq!((&denied["target"], &denied["address"]), (&json!("users/alice"), &json!("127.0.0.1")));
    let forbidden = rows(&server, &admin, "?action=users_delete", 1).await.remove(0);
    assert_eq!((&forbidden["status"], &forbidden["scope"]), (&json!(403), &json!("read")));
    assert!(forbidden["key"].is_string());
    rows(&server, &admin, "?action=calls_list", 1).await;
}

#[tokio::test]
async fn what_was_only_counted_is_written_at_the_end() {
    let mut server = Server::start(&[], &[]);
    let admin = server.key("admin");
    for _ in 0..3 {
        server.plain("GET", "/api/v1/calls").send().await.unwrap();
    }
    rows(&server, &admin, "?action=calls_list", 1).await;
    server.terminate();
    assert_eq!(server.exit_code().await, Some(0));
    let counted = rows(&server.again(), &admin, "?action=calls_list", 2).await;
    assert_eq!((&counted[0]["times"], &counted[1]["times"]), (&json!(2), &json!(1)));
}
