use super::*;
use crate::protocol::{
    event::Changes,
    record::{VetoOutcome, VetoPolicy},
};

const ALLOW: &str = r#","veto":true,"on_failure":"allow""#;
const REFUSE: &str = r#","veto":true,"on_failure":"refuse""#;

#[tokio::test]
async fn the_question_has_the_contracts_shape_and_signature() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    assert!(!world.hooks.has_veto());
    let secret = world.put("crm", &server.url, ALLOW).await.secret.unwrap();
    assert!(world.hooks.has_veto());
    let call = call();
    let verdict = world.asking(&call);
    let asked = server.next().await.answer(200, r#"{"error_code":0}"#);
    let json = asked.json();
    assert_eq!(json["type"], "call.request");
    assert_eq!(json["timestamp"], "2025-11-21T03:10:00.123Z");
    let data = json["data"].as_object().unwrap();
    let keys: Vec<_> = data.keys().map(String::as_str).collect();
    let expected =
        ["call", "error_code", "event", "event_type", "flags", "param", "source_user", "target_user", "user_str"];
    assert_eq!(keys, expected);
    assert_eq!((&data["event"], &data["event_type"]), (&"request".into(), &1.into()));
    assert_eq!((&data["source_user"], &data["target_user"]), (&"alice".into(), &"bob".into()));
    assert_eq!(data["call"]["id"], id(&call));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    let [webhook_id, at] = ["webhook-id", "webhook-timestamp"].map(|name| asked.header(name).unwrap());
    assert!(!webhook_id.contains('.'));
    let expected = sign::Secret::parse(&secret).unwrap().sign(webhook_id, at.parse().unwrap(), asked.body.as_bytes());
    assert_eq!(asked.header("webhook-signature"), Some(&*expected));
    let verdict = soon(verdict).await.unwrap();
    assert_eq!((verdict.refused, verdict.changes), (None, Changes::default()));
    let [record] = &verdict.hooks[..] else { panic!("one hook") };
    assert_eq!((record.hook.as_str(), record.verdict, record.policy), ("crm", VetoOutcome::Allow, None));
}

#[tokio::test]
async fn answers_are_verdicts_or_failures_as_the_table_says() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    let policy = Some(VetoPolicy::Refuse);
    world.put("crm", &server.url, REFUSE).await;
    for (status, headers, body, refused, outcome, by) in [
        (200, "", "", None, VetoOutcome::Allow, None),
        (204, "", "", None, VetoOutcome::Allow, None),
        (200, "", r#"{"error_code":0,"flags":1}"#, None, VetoOutcome::Allow, None),
        (200, "", r#"{"error_code":7}"#, Some(7), VetoOutcome::Refuse, None),
        (200, "", r#"{"error_code":-2147483648}"#, Some(i32::MIN), VetoOutcome::Refuse, None),
        (200, "", r#"{"error_code":2147483648}"#, Some(206), VetoOutcome::Error, policy),
        (200, "", "[5,\"x\"]", Some(206), VetoOutcome::Error, policy),
        (200, "", "sure", Some(206), VetoOutcome::Error, policy),
        (302, "location: /hook\r\n", "", Some(206), VetoOutcome::Error, policy),
        (404, "", r#"{"error_code":0}"#, Some(206), VetoOutcome::Error, policy),
        (500, "", "", Some(206), VetoOutcome::Error, policy),
        (200, "", &" ".repeat(70_000), Some(206), VetoOutcome::Error, policy),
    ] {
        let verdict = world.asking(&call());
        server.next().await.answer_with(status, headers, body);
        let verdict = soon(verdict).await.unwrap();
        assert_eq!(verdict.refused, refused, "{status} {body:.40}");
        assert_eq!((verdict.hooks[0].verdict, verdict.hooks[0].policy), (outcome, by), "{status} {body:.40}");
    }
    assert!(server.is_left_alone(Duration::from_millis(50)).await, "no redirect was followed");
    // Cut off without an answer.
    let verdict = world.asking(&call());
    drop(server.next().await);
    assert_eq!(soon(verdict).await.unwrap().refused, Some(206));
}

#[tokio::test]
async fn a_hook_that_is_late_or_gone_is_decided_by_its_policy() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let late = r#","timeout_ms":50"#;
    for (url, rest, refused, outcome, policy) in [
        (server.url.clone(), format!("{ALLOW}{late}"), None, VetoOutcome::Timeout, VetoPolicy::Allow),
        (server.url.clone(), format!("{REFUSE}{late}"), Some(207), VetoOutcome::Timeout, VetoPolicy::Refuse),
        (format!("http://{gone}/"), ALLOW.to_owned(), None, VetoOutcome::Error, VetoPolicy::Allow),
        (format!("http://{gone}/"), REFUSE.to_owned(), Some(206), VetoOutcome::Error, VetoPolicy::Refuse),
    ] {
        world.put("crm", &url, &rest).await;
        let verdict = world.ask(&call()).await;
        assert_eq!(verdict.refused, refused, "{rest}");
        assert_eq!((verdict.hooks[0].verdict, verdict.hooks[0].policy), (outcome, Some(policy)));
        assert_eq!(verdict.hooks[0].error_code, refused.unwrap_or(0));
        assert!(verdict.hooks[0].message.is_some());
    }
    let late = server.next().await;
    late.answer(200, r#"{"error_code":9}"#);
}

#[tokio::test]
async fn beyond_max_in_flight_the_policy_decides_at_once() {
    let world = World::new(HooksOptions { max_in_flight: 1, ..options() });
    let mut server = Server::start().await;
    world.put("crm", &server.url, REFUSE).await;
    let first = world.asking(&call());
    let pending = server.next().await;
    let verdict = world.ask(&call()).await;
    assert_eq!((verdict.refused, verdict.hooks[0].verdict), (Some(206), VetoOutcome::Overflow));
    pending.answer(200, "");
    assert_eq!(soon(first).await.unwrap().refused, None);
    let third = world.asking(&call());
    server.next().await.answer(200, "");
    assert_eq!(soon(third).await.unwrap().hooks[0].verdict, VetoOutcome::Allow);
}

#[tokio::test]
async fn connections_are_kept_alive() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, ALLOW).await;
    for _ in 0..5 {
        let verdict = world.asking(&call());
        assert_eq!(server.next().await.answer(200, "").connection, 0);
        soon(verdict).await.unwrap();
    }
}

#[tokio::test]
async fn private_addresses_and_names_of_them_are_never_called() {
    let world = World::new(HooksOptions { allow_private: false, ..options() });
    let mut server = Server::start().await;
    let by_name = server.url.replace("127.0.0.1", "localhost");
    for url in [&server.url, &by_name] {
        assert!(matches!(world.hooks.put("x", spec(url, REFUSE)).await, Err(HooksError::Spec(SpecError::Url(_)))));
    }
    // Stored while private addresses were allowed.
    let world = world.restart(options()).await;
    world.put("name", &by_name, REFUSE).await;
    let world = world.restart(HooksOptions { allow_private: false, ..options() }).await;
    let verdict = world.ask(&call()).await;
    assert_eq!((verdict.refused, verdict.hooks[0].verdict), (Some(206), VetoOutcome::Error));
    assert!(verdict.hooks[0].message.as_deref().unwrap().starts_with("address refused"), "{verdict:?}");
    let world = world.restart(options()).await;
    world.put("ip", &server.url, REFUSE).await;
    let world = world.restart(HooksOptions { allow_private: false, ..options() }).await;
    let verdict = world.ask(&call()).await;
    assert_eq!(verdict.hooks.len(), 1, "the first refusal by name is certain: {verdict:?}");
    assert!(!world.hooks.test("ip").await.unwrap().ok);
    assert!(server.is_left_alone(Duration::from_millis(50)).await);
}

#[tokio::test]
async fn several_hooks_are_asked_at_once_and_the_first_refusal_by_name_counts() {
    let world = World::new(options());
    let [mut a, mut b, mut c] = [Server::start().await, Server::start().await, Server::start().await];
    for (name, server) in [("a", &a), ("b", &b), ("c", &c)] {
        world.put(name, &server.url, ALLOW).await;
    }
    let verdict = world.asking(&call());
    let (first, second, third) = (a.next().await, b.next().await, c.next().await);
    third.answer(200, r#"{"error_code":3}"#);
    second.answer(200, r#"{"error_code":2}"#);
    first.answer(200, r#"{"error_code":0,"flags":9}"#);
    let verdict = soon(verdict).await.unwrap();
    assert_eq!((verdict.refused, verdict.changes), (Some(2), Changes::default()));

    // The refusal of the first by name is final: nobody waits for the others.
    let verdict = world.asking(&call());
    let (first, _slow, _slower) = (a.next().await, b.next().await, c.next().await);
    first.answer(200, r#"{"error_code":1}"#);
    let verdict = soon(verdict).await.unwrap();
    assert_eq!((verdict.refused, verdict.hooks.len()), (Some(1), 1));
}

#[tokio::test]
async fn a_disabled_hook_and_one_without_veto_are_not_asked() {
    let (world, server) = (World::new(options()), Server::start().await);
    world.put("off", &server.url, r#","veto":true,"enabled":false"#).await;
    world.put("events", &server.url, r#","events":["*"]"#).await;
    assert!(!world.hooks.has_veto());
    assert_eq!(world.ask(&call()).await, Verdict::default());
}

#[tokio::test]
async fn an_open_question_is_answered_by_policy_when_the_hooks_stop() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","veto":true,"on_failure":"refuse","timeout_ms":30000"#).await;
    let verdict = world.asking(&call());
    let _open = server.next().await;
    let hooks = world.hooks.clone();
    tokio::task::spawn_blocking(move || hooks.stop()).await.unwrap();
    assert_eq!(soon(verdict).await.unwrap().refused, Some(206));
    assert_eq!(world.ask(&call()).await.refused, Some(206), "and so is a later one");
}
