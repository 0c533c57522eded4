//! API keys over REST.

use serde_json::{Value, json};

use crate::server::{Server, problem, until};

struct Admin {
    server: Server,
    key: String,
}

impl Admin {
    fn new() -> Self {
        let server = Server::start(&[], &[]);
        let key = server.key("admin");
        Self { server, key }
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> reqwest::Response {
        let request = self.server.plain(method, &format!("/api/v1{path}")).bearer_auth(&self.key);
        request.json(&body).send().await.unwrap()
    }

    async fn list(&self) -> Vec<Value> {
        let page: Value = self.send("GET", "/keys", json!(null)).await.json().await.unwrap();
        page["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_key_is_shown_once_used_and_revoked() {
    let admin = Admin::new();
    let made = admin.send("POST", "/keys", json!({"name": "crm", "scope": "control"})).await;
    assert_eq!(made.status().as_u16(), 201);
    let made: Value = made.json().await.unwrap();
    let text = made["key"].as_str().unwrap();
    assert!(text.starts_with("hsk_"), "{text}");
    assert_eq!((&made["name"], &made["scope"]), (&json!("crm"), &json!("control")));
    let listed = admin.list().await;
    assert_eq!(listed.len(), 2);
    assert_eq!((&listed[1]["id"], &listed[1]["created_at"]), (&made["id"], &made["created_at"]));
    assert_eq!((&listed[0]["scope"], listed[0]["last_used_at"].is_string()), (&json!("admin"), true));
    assert_eq!(listed[1]["last_used_at"], Value::Null);
    assert!(!json!(listed).to_string().contains("hsk_"));

    let with_it = async || admin.server.plain("GET", "/api/v1/calls").bearer_auth(text).send().await.unwrap();
    assert_eq!(with_it().await.status().as_u16(), 200);
    let used = admin.list().await;
    assert!(used[1]["last_used_at"].as_str() >= made["created_at"].as_str(), "{used:?}");
    let path = format!("/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.send("DELETE", &path, json!(null)).await.status().as_u16(), 204);
    assert_eq!(with_it().await.status().as_u16(), 401);
    assert_eq!(problem(admin.send("DELETE", &path, json!(null)).await).await["status"], 404);
    assert_eq!(admin.list().await.len(), 1);
}

#[tokio::test]
async fn the_last_admin_key_stays_and_any_other_may_revoke_itself() {
    let admin = Admin::new();
    admin.send("POST", "/keys", json!({"name": "reader", "scope": "read"})).await;
    let own = format!("/keys/{}", admin.list().await[0]["id"].as_str().unwrap());
    let refused = problem(admin.send("DELETE", &own, json!(null)).await).await;
    assert_eq!(refused["status"], 409);
    assert!(refused["detail"].as_str().unwrap().contains("last key of scope admin"), "{refused}");
    admin.send("POST", "/keys", json!({"name": "second", "scope": "admin"})).await;
    assert_eq!(admin.send("DELETE", &own, json!(null)).await.status().as_u16(), 204);
    assert_eq!(admin.send("GET", "/keys", json!(null)).await.status().as_u16(), 401);
}

#[tokio::test]
async fn in_development_mode_every_key_may_go() {
    let server = Server::dev();
    let made: Value =
        server.send("POST", "/keys", json!({"name": "only", "scope": "admin"})).await.json().await.unwrap();
    let path = format!("/keys/{}", made["id"].as_str().unwrap());
    assert_eq!(server.request("DELETE", &path).send().await.unwrap().status().as_u16(), 204);
    assert_eq!(server.get("/keys").await, json!({"items": [], "next_cursor": null}));
}

#[tokio::test]
async fn keys_come_in_pages_and_in_the_order_of_their_making() {
    let server = Server::dev();
    for name in ["a", "b", "c"] {
        server.send("POST", "/keys", json!({"name": name, "scope": "read"})).await;
    }
    let first = server.get("/keys?limit=2").await;
    let rest = server.get(&format!("/keys?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    let names: Vec<_> = [&first, &rest].iter().flat_map(|page| page["items"].as_array().unwrap()).collect();
    assert_eq!(names.iter().map(|key| key["name"].as_str().unwrap()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(rest["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_key_has_a_name_and_a_scope_that_there_is() {
    let server = Server::dev();
    for (form, pointer) in [
        (json!({"scope": "read"}), "/name"),
        (json!({"name": "", "scope": "read"}), "/name"),
        (json!({"name": "a\nb", "scope": "read"}), "/name"),
        (json!({"name": "x".repeat(201), "scope": "read"}), "/name"),
        (json!({"name": "x", "scope": "root"}), "/scope"),
    ] {
        let problem = problem(server.send("POST", "/keys", form.clone()).await).await;
        assert_eq!((&problem["status"], &problem["errors"][0]["pointer"]), (&json!(422), &json!(pointer)), "{form}");
    }
    let refused = problem(server.request("DELETE", "/keys/7").send().await.unwrap()).await;
    assert!(refused["detail"].as_str().unwrap().contains("a key's id"), "{refused}");
}

#[tokio::test]
async fn making_and_revoking_leave_rows_in_the_audit_without_the_key() {
    let admin = Admin::new();
    let made: Value = admin.send("POST", "/keys", json!({"name": "crm", "scope": "read"})).await.json().await.unwrap();
    let target = format!("keys/{}", made["id"].as_str().unwrap());
    admin.send("DELETE", &format!("/{target}"), json!(null)).await;
    let rows = until("both rows", async || {
        let page = admin.send("GET", &format!("/audit?target={target}"), json!(null)).await;
        let page: Value = page.json().await.unwrap();
        page["items"].as_array().filter(|rows| rows.len() == 2).cloned()
    })
    .await;
    let of = |row: &Value| (row["action"].clone(), row["status"].clone());
    assert_eq!([of(&rows[0]), of(&rows[1])], [(json!("keys_revoke"), json!(204)), (json!("keys_new"), json!(201))]);
    assert!(!json!(rows).to_string().contains("hsk_"));
}
