use super::*;

fn signatures(request: &Request) -> Vec<String> {
    request.header("webhook-signature").unwrap().split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_put_is_idempotent_and_shows_its_secret_once() {
    let (world, server) = (World::new(options()), Server::start().await);
    let first = world.put("crm", &server.url, r#","events":["call.*"]"#).await;
    assert!(first.created && first.secret.as_deref().unwrap().starts_with("whsec_"));
    let second = world.put("crm", &server.url, r#","events":["call.*"]"#).await;
    assert_eq!((second.created, &second.secret), (false, &None));
    assert_eq!(second.view.created_at, first.view.created_at);
    assert_eq!(world.hooks.list().first(), Some(&second.view));

    let world = world.restart(options()).await;
    assert_eq!(world.hooks.get("crm").unwrap(), second.view);
    let json = serde_json::to_string(&world.hooks.list()).unwrap();
    assert!(!json.contains("secret") && !json.contains("whsec_"), "{json}");

    assert!(world.hooks.delete("crm").await.unwrap());
    assert!(!world.hooks.delete("crm").await.unwrap());
    let world = world.restart(options()).await;
    assert_eq!(world.hooks.list(), []);
}

#[tokio::test]
async fn deleting_a_hook_removes_what_waits_for_it() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    let all = r#","events":["*"]"#;
    world.put("crm", &server.url, all).await;
    world.tell(&call(), 1..=3).await;
    server.next().await.answer(200, "");
    let open = server.next().await;
    world.deliveries("crm", |list| list[0].state == DeliveryState::Delivered).await;
    world.hooks.delete("crm").await.unwrap();
    assert!(matches!(world.hooks.deliveries("crm", None, None, 9).await, Err(HooksError::NotFound)));
    open.answer(200, "");
    world.put("crm", &server.url, all).await;
    let left = world.hooks.deliveries("crm", None, None, 9).await.unwrap();
    assert_eq!(state_of(&left), [DeliveryState::Delivered]);
    assert!(server.is_left_alone(Duration::from_millis(50)).await);
}

#[tokio::test]
async fn what_waits_for_a_hook_that_left_the_file_is_given_up_and_can_be_replayed() {
    let mut server = Server::start().await;
    let with = HooksOptions {
        file: vec![("crm".to_owned(), spec(&server.url, r#","events":["*"]"#))],
        retry: vec![Duration::from_secs(600)],
        ..options()
    };
    let world = World::new(with.clone());
    world.put("erp", &server.url, r#","events":["call.ringing"]"#).await;
    let of_crm = call();
    world.tell(&of_crm, 1..=2).await;
    answer_all(&mut server, &[500, 500]).await;
    world.deliveries("crm", |list| list[0].attempts == 1).await;
    world.deliveries("erp", |list| list[0].attempts == 1).await;
    let world = world.restart(options()).await.restart(with).await;
    let list = world.deliveries("crm", |_| true).await;
    assert_eq!(state_of(&list), [DeliveryState::Dead; 2], "{list:?}");
    assert_eq!(list[1].last_error.as_deref(), Some("the hook is gone"));
    assert_eq!(state_of(&world.deliveries("erp", |_| true).await), [DeliveryState::Pending]);
    world.hooks.replay("crm", list[1].id).await.unwrap();
    assert_eq!(server.next().await.answer(500, "").event(), (id(&of_crm), 2));
    world.deliveries("crm", |list| list[1].attempts == 1).await;
    assert_eq!(world.hooks.backlog().await.unwrap().0, 2);
    world.hooks.reload(Vec::new()).await.unwrap();
    assert_eq!(world.hooks.backlog().await.unwrap().0, 1, "that of erp is in force");
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_while() {
    let world = World::new(HooksOptions { rotation: Duration::from_secs(3600), ..options() });
    let mut server = Server::start().await;
    let old = world.put("crm", &server.url, r#","veto":true"#).await.secret.unwrap();
    let new = world.hooks.rotate_secret("crm").await.unwrap();
    assert_ne!(old, new);
    let world = world.restart(HooksOptions { rotation: Duration::ZERO, ..options() }).await;
    for _ in 0..2 {
        let verdict = world.asking(&call());
        let asked = server.next().await.answer(200, "");
        soon(verdict).await.unwrap();
        let [id, at] = ["webhook-id", "webhook-timestamp"].map(|name| asked.header(name).unwrap());
        let sign =
            |secret: &str| sign::Secret::parse(secret).unwrap().sign(id, at.parse().unwrap(), asked.body.as_bytes());
        assert_eq!(signatures(&asked), [sign(&new), sign(&old)]);
        // A PUT without a secret keeps all of them.
        world.put("crm", &server.url, r#","veto":true"#).await;
    }
    let newest = world.hooks.rotate_secret("crm").await.unwrap();
    let verdict = world.asking(&call());
    let asked = server.next().await.answer(200, "");
    soon(verdict).await.unwrap();
    assert_eq!(signatures(&asked).len(), 2, "{newest:.6}: of the two before it one is still in its hour");
    assert!(matches!(world.hooks.rotate_secret("erp").await, Err(HooksError::NotFound)));
}

#[tokio::test]
async fn a_test_sends_a_ping_and_tells_status_and_latency_only() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, "").await;
    let hooks = world.hooks.clone();
    let test = tokio::spawn(async move { hooks.test("crm").await });
    let ping = server.next().await.answer(418, "a private answer");
    assert_eq!(ping.json()["type"], "ping");
    let report = soon(test).await.unwrap().unwrap();
    assert_eq!((report.ok, report.status, &report.error), (false, Some(418), &None));
    assert!(!serde_json::to_string(&report).unwrap().contains("private"));
    assert!(matches!(world.hooks.test("erp").await, Err(HooksError::NotFound)));

    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    world.put("gone", &format!("http://{gone}/?token=hidden"), "").await;
    let report = world.hooks.test("gone").await.unwrap();
    assert_eq!((report.ok, report.status), (false, None));
    assert!(!report.error.unwrap().contains("hidden"));
}

#[tokio::test]
async fn hooks_of_the_file_win_and_are_read_only() {
    let server = Server::start().await;
    let secret = sign::Secret::generate().unwrap().reveal();
    let in_file = |rest: &str| HooksOptions { file: vec![("crm".to_owned(), spec(&server.url, rest))], ..options() };
    let world = World::new(options());
    world.put("crm", &server.url, r#","description":"over REST""#).await;

    let world = world.restart(in_file(r#","description":"in the file""#)).await;
    let view = world.hooks.get("crm").unwrap();
    assert_eq!((view.description.as_str(), view.source), ("in the file", Source::File));
    assert!(matches!(world.hooks.put("crm", spec(&server.url, "")).await, Err(HooksError::ReadOnly)));
    assert!(matches!(world.hooks.delete("crm").await, Err(HooksError::ReadOnly)));
    world.hooks.rotate_secret("crm").await.unwrap();

    let fixed = format!(r#","secret":"{secret}""#);
    world.hooks.reload(in_file(&fixed).file).await.unwrap();
    assert!(matches!(world.hooks.rotate_secret("crm").await, Err(HooksError::ReadOnly)));
    let twice = [in_file("").file, in_file("").file].concat();
    assert!(matches!(world.hooks.reload(twice).await, Err(HooksError::File { .. })));
    assert_eq!(world.hooks.get("crm").unwrap().source, Source::File, "a bad reload changes nothing");

    world.hooks.reload(Vec::new()).await.unwrap();
    let view = world.hooks.get("crm").unwrap();
    assert_eq!((view.description.as_str(), view.source), ("over REST", Source::Api), "the other one is back");
}

#[tokio::test]
async fn a_bad_hook_in_the_file_stops_the_start_and_names_itself() {
    let file = vec![("crm".to_owned(), spec("ftp://example.org", ""))];
    let error = World::within(TempDir::new().unwrap(), HooksOptions { file, ..options() }).err().unwrap();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.to_string().contains("crm") && cause.contains("http"), "{error}: {cause}");
}
