//! Hooks as REST registers, shows, tests and removes them. Their signatures and retries have tests of their own.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    client::talking,
    server::{Server, problem, until},
};

/// A business server that answers everything with 204.
async fn business() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 16 * 1024];
                drop(stream.read(&mut request).await);
                drop(stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await);
            });
        }
    });
    url
}

#[tokio::test]
async fn a_hook_comes_changes_and_goes() {
    let server = Server::dev();
    let form = json!({"url": business().await, "events": ["call.*"], "description": "CRM"});
    let made = server.send("PUT", "/webhooks/crm", form.clone()).await;
    assert_eq!(made.status().as_u16(), 201);
    let made: Value = made.json().await.unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!((&made["name"], &made["timeout_ms"]), (&json!("crm"), &json!(1000)));

    let again = server.send("PUT", "/webhooks/crm", form).await;
    assert_eq!(again.status().as_u16(), 200);
    assert!(again.json::<Value>().await.unwrap().get("secret").is_none());
    let shown = server.get("/webhooks/crm").await;
    assert!(shown.get("secret").is_none() && shown["description"] == "CRM", "{shown}");
    assert_eq!(server.get("/webhooks").await["items"], json!([shown]));

    let tested: Value = server.request("POST", "/webhooks/crm/test").send().await.unwrap().json().await.unwrap();
    assert_eq!((&tested["ok"], &tested["status"]), (&json!(true), &json!(204)));
    let rotated: Value =
        server.request("POST", "/webhooks/crm/rotate-secret").send().await.unwrap().json().await.unwrap();
    assert!(rotated["secret"].as_str().unwrap().starts_with("whsec_") && rotated["secret"] != made["secret"]);

    assert_eq!(server.request("DELETE", "/webhooks/crm").send().await.unwrap().status().as_u16(), 204);
    assert_eq!(server.get("/webhooks").await["items"], json!([]));
}

#[tokio::test]
async fn deliveries_are_listed_paged_and_replayed() {
    let server = Server::dev();
    let form = json!({"url": business().await, "events": ["call.*"]});
    assert_eq!(server.send("PUT", "/webhooks/crm", form).await.status().as_u16(), 201);
    let (_alice, _bob, id) = talking(&server).await;
    let page = until("three deliveries", async || {
        let page = server.get("/webhooks/crm/deliveries?state=delivered&limit=2").await;
        let rest = page["next_cursor"].as_str()?.to_owned();
        Some((page["items"].clone(), server.get(&format!("/webhooks/crm/deliveries?limit=2&cursor={rest}")).await))
    })
    .await;
    let (first, second) = page;
    assert_eq!((&first[0]["type"], &first[0]["call"]), (&json!("call.started"), &json!(id)));
    assert_eq!((&second["items"][0]["seq"], &second["next_cursor"]), (&json!(1), &Value::Null));
    let path = format!("/webhooks/crm/deliveries/{}/replay", first[0]["id"]);
    assert_eq!(server.request("POST", &path).send().await.unwrap().status().as_u16(), 202);
    let unknown = server.request("POST", "/webhooks/crm/deliveries/999999/replay").send().await.unwrap();
    assert_eq!(problem(unknown).await["status"], 404);
}

#[tokio::test]
async fn a_hook_of_the_file_cannot_be_changed_over_rest() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "[[webhooks.endpoint]]\nname = \"crm\"\nurl = \"https://example.org/\"\nveto = false\n",
    )
    .unwrap();
    let server = Server::start(&["--dev", "--config", file.path().to_str().unwrap()], &[]);
    assert_eq!(server.get("/webhooks/crm").await["url"], "https://example.org/");
    let refused = server.send("PUT", "/webhooks/crm", json!({"url": "https://example.com/"})).await;
    assert_eq!(problem(refused).await["status"], 409);
}

#[tokio::test]
async fn a_url_within_this_machine_is_refused_at_once_outside_development_mode() {
    let server = Server::start(&[], &[]);
    let key = server.key("admin");
    for url in ["http://localhost:9000/", "http://127.0.0.1:9000/", "http://crm.internal/", "http://[::1]/"] {
        let put = server.plain("PUT", "/api/v1/webhooks/crm").bearer_auth(&key).json(&json!({"url": url}));
        let refused = problem(put.send().await.unwrap()).await;
        assert_eq!((&refused["status"], &refused["errors"][0]["pointer"]), (&json!(422), &json!("/url")), "{url}");
        assert!(refused["detail"].as_str().unwrap().contains("webhooks.allow_private = true"), "{refused}");
    }
}

#[tokio::test]
async fn a_signature_is_verified_and_what_is_wrong_with_it_is_told() {
    let server = Server::dev();
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let hook = json!({"url": "http://127.0.0.1:1/", "secret": secret});
    assert_eq!(server.send("PUT", "/webhooks/crm", hook).await.status().as_u16(), 201);
    // The vector that Standard Webhooks publishes.
    let good = json!({
        "id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "timestamp": "1614265330",
        "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "body": "{\"test\": 2432232314}",
    });
    let verify = async |message: &Value| -> Value {
        let answer = server.send("POST", "/webhooks/crm/verify", message.clone()).await;
        assert_eq!(answer.status().as_u16(), 200);
        answer.json().await.unwrap()
    };
    let found = verify(&good).await;
    assert_eq!(found["valid"], true, "{found}");
    assert!(found["problems"][0].as_str().unwrap().contains("days old: a receiver refuses it"), "{found}");
    let mut other = good.clone();
    other["body"] = json!("{\"test\":2432232314}");
    let found = verify(&other).await;
    assert_eq!(found["valid"], false, "{found}");
    assert!(found["problems"][0].as_str().unwrap().contains("byte for byte"), "{found}");
    assert!(!found.to_string().contains("MfKQ"), "{found}");
    let missing = server.send("POST", "/webhooks/other/verify", good).await;
    assert_eq!(problem(missing).await["status"], 404);
    let unknown = server.send("POST", "/webhooks/crm/verify", json!({"id": "x"})).await;
    assert_eq!(problem(unknown).await["errors"][0]["pointer"], "/timestamp");
}
