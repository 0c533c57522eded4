//! Accounts, user tokens, the list of users.

use serde_json::{Value, json};

use crate::{
    client::Client,
    server::{Server, problem},
};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|user| user["user"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_account_comes_changes_and_goes() {
    let server = Server::start(&[], &[]);
    let key = server.key("admin");
    let account = |method: &str| server.plain(method, "/api/v1/users/alice").bearer_auth(&key);
    let put = async |password: &str| account("PUT").json(&json!({"password": password})).send().await.unwrap();
    assert_eq!(put("first").await.status().as_u16(), 201);
    assert_eq!(put("second").await.status().as_u16(), 204);
    for (password, answer) in [("first", "error"), ("second", "logged_in")] {
        let mut client = Client::connect(&server).await;
        client.send(json!({"type": "login", "user": "alice", "password": password})).await;
        client.next(answer).await;
    }
    let mut here = Client::connect(&server).await;
    here.send(json!({"type": "login", "user": "alice", "password": "second"})).await;
    here.next("logged_in").await;
    assert_eq!(account("DELETE").send().await.unwrap().status().as_u16(), 204);
    assert_eq!(here.next("closing").await["error_code"], 211, "who has no account any more is not here any more");
    assert_eq!(problem(account("DELETE").send().await.unwrap()).await["status"], 404);
}

#[tokio::test]
async fn a_minted_token_logs_in() {
    let server = Server::start(&[], &[]);
    let request = server.plain("POST", "/api/v1/tokens").bearer_auth(server.key("admin"));
    let minted = request.json(&json!({"user": "alice", "ttl_secs": 60})).send().await.unwrap();
    assert_eq!(minted.status().as_u16(), 201);
    assert_eq!(minted.headers()["cache-control"], "no-store");
    let minted: Value = minted.json().await.unwrap();
    assert!(minted["expires_at"].as_str().unwrap().ends_with('Z'));
    let mut client = Client::connect(&server).await;
    client.send(json!({"type": "login", "token": minted["token"]})).await;
    assert_eq!(client.next("logged_in").await["user"], "alice");
}

#[tokio::test]
async fn users_are_those_online_and_those_with_accounts() {
    let server = Server::dev();
    for user in ["ann", "bea", "dora", "eve"] {
        assert_eq!(
            server.send("PUT", &format!("/users/{user}"), json!({"password": "x"})).await.status().as_u16(),
            201
        );
    }
    let _clients = [Client::log_in(&server, "bea").await, Client::log_in(&server, "carol").await];
    assert_eq!(names(&server.get("/users").await), ["ann", "bea", "carol", "dora", "eve"]);
    assert_eq!(names(&server.get("/users?online=true").await), ["bea", "carol"]);
    assert_eq!(names(&server.get("/users?online=false").await), ["ann", "dora", "eve"]);
    for (filter, pages) in [
        ("", vec![vec!["ann", "bea"], vec!["carol", "dora"], vec!["eve"]]),
        ("&online=false", vec![vec!["ann", "dora"], vec!["eve"]]),
    ] {
        let mut cursor = String::new();
        for wanted in pages {
            let page = server.get(&format!("/users?limit=2{filter}&cursor={cursor}")).await;
            assert_eq!(names(&page), wanted, "{filter}");
            cursor = page["next_cursor"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!(cursor, "");
    }
}
