//! The settings in force.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::server::{Server, until};

async fn settings(server: &Server, key: &str) -> Vec<Value> {
    let page = server.plain("GET", "/api/v1/config").bearer_auth(key).send().await.unwrap();
    assert_eq!(page.status().as_u16(), 200);
    page.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone()
}

fn of<'a>(settings: &'a [Value], key: &str) -> &'a Value {
    settings.iter().find(|setting| setting["key"] == key).unwrap_or_else(|| panic!("no {key}"))
}

#[tokio::test]
async fn each_setting_tells_its_value_its_meaning_and_where_it_comes_from() {
    const SECRET: &str = "a secret text that nobody should see";
    let env = [("HOOKSWITCH__CALL__RING_TIMEOUT_SECS", "7.5"), ("HOOKSWITCH__AUTH__JWT_SECRET", SECRET)];
    let server = Server::start(&["--dev"], &env);
    let settings = settings(&server, "dev").await;
    let ring = of(&settings, "call.ring_timeout_secs");
    assert_eq!((&ring["value"], &ring["default"], &ring["is_default"]), (&json!(7.5), &json!(60), &json!(false)));
    assert_eq!(ring["origin"], "environment HOOKSWITCH__CALL__RING_TIMEOUT_SECS");
    assert_eq!((&ring["section"], &ring["name"]), (&json!("call"), &json!("ring_timeout_secs")));
    assert_eq!(ring["env"], "HOOKSWITCH__CALL__RING_TIMEOUT_SECS");
    assert!(ring["doc"].as_str().unwrap().contains("rings before it ends"), "{ring}");
    let directory = of(&settings, "session.directory");
    assert_eq!((&directory["value"], &directory["origin"]), (&json!(true), &json!("development mode")));
    assert_eq!(of(&settings, "server.listen")["origin"], "flag --listen");
    let glare = of(&settings, "call.glare");
    assert_eq!((&glare["origin"], &glare["is_default"]), (&json!("default"), &json!(true)));
    assert_eq!((&of(&settings, "turn.secret")["value"], &ring["reloadable"]), (&Value::Null, &json!(false)));
    let secret = of(&settings, "auth.jwt_secret");
    assert!(secret["secret"] == true && secret["value"].as_str().unwrap().starts_with('*'), "{secret}");
    assert!(!json!(settings).to_string().contains(SECRET));
    assert!(settings.iter().all(|setting| setting["key"] != "webhooks.endpoint"));
}

#[tokio::test]
async fn a_reload_shows_what_is_in_force_then() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hookswitch.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write("[limits]\nframes_per_sec = 10\n");
    let server = Server::start(&["--config", file.to_str().unwrap()], &[]);
    let key = server.key("read");
    let before = settings(&server, &key).await;
    let frames = of(&before, "limits.frames_per_sec");
    assert_eq!((&frames["value"], &frames["reloadable"]), (&json!(10), &json!(true)));
    assert_eq!(frames["origin"], format!("file {}:2", file.display()));
    write("[call]\nring_timeout_secs = 5\n[limits]\n\nframes_per_sec = 20\n");
    server.signal(Signal::HUP);
    let after = until("it is reloaded", async || {
        let settings = settings(&server, &key).await;
        (of(&settings, "limits.frames_per_sec")["value"] == 20).then_some(settings)
    })
    .await;
    assert_eq!(of(&after, "limits.frames_per_sec")["origin"], format!("file {}:5", file.display()));
    let ring = of(&after, "call.ring_timeout_secs");
    assert_eq!((&ring["value"], &ring["origin"]), (&json!(60), &json!("default")), "it needs a restart");
}
