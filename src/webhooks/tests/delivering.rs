use super::{DeliveryState::*, *};

const ALL: &str = r#","events":["*"]"#;

#[tokio::test]
async fn a_calls_events_arrive_in_order_and_are_marked() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, ALL).await;
    let call = call();
    world.tell(&call, 1..=3).await;
    for seq in 1..=3 {
        let waiting = server.next().await;
        assert!(server.is_left_alone(Duration::from_millis(20)).await, "the next one waits for this one");
        let request = waiting.answer(204, "");
        assert_eq!(request.event(), (id(&call), seq));
        assert_eq!(request.json()["type"], if seq == 1 { "call.requested" } else { "call.ringing" });
    }
    let list = world.deliveries("crm", |list| state_of(list) == [Delivered; 3]).await;
    assert_eq!(list.iter().map(|delivery| delivery.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!((list[0].attempts, list[0].last_status, list[0].next_at), (1, Some(204), None));
    assert_eq!(world.hooks.backlog().await.unwrap(), (0, None));
}

#[tokio::test]
async fn only_wanted_events_are_written() {
    let (world, server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","events":["call.finished"]"#).await;
    world.tell(&call(), 1..=2).await;
    assert_eq!(world.hooks.deliveries("crm", None, None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_failing_event_is_retried_with_one_id_before_the_next_is_sent() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, ALL).await;
    let [failing, other] = [call(), call()];
    world.tell(&failing, 1..=2).await;
    let tried = answer_all(&mut server, &[500]).await;
    world.tell(&other, [1]).await;
    let mut rest = answer_all(&mut server, &[200, 200, 200]).await;
    let position = rest.iter().position(|request| request.event().0 == id(&other)).unwrap();
    rest.remove(position);
    assert_eq!(rest.iter().map(Request::event).collect::<Vec<_>>(), [(id(&failing), 1), (id(&failing), 2)]);
    assert_eq!(rest[0].header("webhook-id"), tried[0].header("webhook-id"));
    assert_ne!(rest[0].header("webhook-id"), rest[1].header("webhook-id"));
    let list = world.deliveries("crm", |list| state_of(list) == [Delivered; 3]).await;
    assert_eq!(list.iter().map(|delivery| delivery.attempts).collect::<Vec<_>>(), [2, 1, 1]);
}

#[tokio::test]
async fn after_the_last_try_an_event_is_dead_and_the_next_one_goes() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, ALL).await;
    let call = call();
    world.tell(&call, 1..=2).await;
    let requests = answer_all(&mut server, &[500, 503, 302, 408, 200]).await;
    assert_eq!(requests.iter().map(|request| request.event().1).collect::<Vec<_>>(), [1, 1, 1, 1, 2]);
    let list = world.deliveries("crm", |list| state_of(list) == [Dead, Delivered]).await;
    assert_eq!((list[0].attempts, list[0].last_status), (4, Some(408)));

    // Replayed, it starts anew under its old id.
    world.hooks.replay("crm", list[0].id).await.unwrap();
    let replayed = answer_all(&mut server, &[500, 200]).await;
    assert_eq!(replayed[1].header("webhook-id"), requests[0].header("webhook-id"));
    assert_eq!(replayed[1].body, requests[0].body);
    let list = world.deliveries("crm", |list| state_of(list) == [Delivered; 2]).await;
    assert_eq!(list[0].attempts, 2);
    // And so can one that was delivered.
    world.hooks.replay("crm", list[1].id).await.unwrap();
    assert_eq!(answer_all(&mut server, &[200]).await[0].event().1, 2);
    assert!(matches!(world.hooks.replay("crm", 99).await, Err(HooksError::NoDelivery)));
    assert!(matches!(world.hooks.replay("erp", list[0].id).await, Err(HooksError::NotFound)));
}

#[tokio::test]
async fn most_4xx_are_dead_at_once() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, ALL).await;
    world.tell(&call(), 1..=3).await;
    answer_all(&mut server, &[400, 404, 200]).await;
    let list = world.deliveries("crm", |list| state_of(list) == [Dead, Dead, Delivered]).await;
    assert_eq!((list[0].attempts, list[1].last_status), (1, Some(404)));
    let dead = world.hooks.deliveries("crm", Some(Dead), None, 10).await.unwrap();
    assert_eq!(dead.iter().map(|delivery| delivery.seq).collect::<Vec<_>>(), [2, 1]);
    let page = world.hooks.deliveries("crm", Some(Dead), Some(dead[0].id), 10).await.unwrap();
    assert_eq!(page, dead[1..]);
}

#[tokio::test]
async fn retry_after_decides_when() {
    let world = World::new(HooksOptions { retry: vec![Duration::from_secs(3600)], ..options() });
    let mut server = Server::start().await;
    world.put("crm", &server.url, ALL).await;
    world.tell(&call(), [1]).await;
    let began = clock::now();
    server.next().await.answer_with(429, "retry-after: 1\r\n", "");
    let request = server.next().await.answer(200, "");
    assert_eq!(request.event().1, 1);
    let waited = clock::now() - began;
    assert!((Duration::from_millis(990)..Duration::from_secs(10)).contains(&waited), "{waited:?}");
}

#[tokio::test]
async fn an_event_that_waits_too_long_is_overtaken_and_stays_retryable() {
    let overtake_after = Duration::from_millis(300);
    let world = World::new(HooksOptions { retry: vec![Duration::from_secs(2)], overtake_after, ..options() });
    let mut server = Server::start().await;
    world.put("crm", &server.url, ALL).await;
    let call = call();
    world.tell(&call, 1..=2).await;
    let began = clock::now();
    let order = answer_all(&mut server, &[500, 200, 200]).await;
    assert_eq!(order.iter().map(|request| request.event().1).collect::<Vec<_>>(), [1, 2, 1]);
    assert!(clock::now() - began > Duration::from_secs(1));
    world.deliveries("crm", |list| state_of(list) == [Delivered; 2]).await;
}

#[tokio::test]
async fn a_410_stops_the_events_until_the_hook_is_put_anew() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","events":["*"],"veto":true"#).await;
    let call = call();
    world.tell(&call, 1..=2).await;
    server.next().await.answer(410, "");
    world.deliveries("crm", |list| list[0].last_status == Some(410)).await;
    assert!(world.hooks.get("crm").unwrap().stopped_at.is_some());
    world.tell(&call, [3]).await;
    let world = world.restart(options()).await;
    assert!(world.hooks.get("crm").unwrap().stopped_at.is_some());
    assert!(world.hooks.has_veto(), "its veto still counts");
    assert!(server.is_left_alone(Duration::from_millis(50)).await);
    let list = world.hooks.deliveries("crm", None, None, 10).await.unwrap();
    assert_eq!(state_of(&list), [Pending, Pending], "nothing is written for it meanwhile");

    world.put("crm", &server.url, ALL).await;
    assert_eq!(world.hooks.get("crm").unwrap().stopped_at, None);
    let order = answer_all(&mut server, &[200, 200]).await;
    assert_eq!(order.iter().map(|request| request.event().1).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_hanging_hook_delays_no_other() {
    let world = World::new(options());
    let [mut hanging, mut good] = [Server::start().await, Server::start().await];
    world.put("a-hanging", &hanging.url, ALL).await;
    world.put("b-good", &good.url, ALL).await;
    let calls: Vec<_> = (0..300).map(|_| call()).collect();
    let mut open = Vec::new();
    for call in &calls {
        world.tell(call, [1]).await;
        good.next().await.answer(200, "");
        if let Ok(request) = hanging.requests.try_recv() {
            open.push(request);
        }
    }
    world.deliveries("b-good", |list| state_of(list) == [Delivered; 300]).await;
}

#[tokio::test]
async fn a_backlog_larger_than_memory_is_worked_off() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","events":["*"],"enabled":true"#).await;
    let calls: Vec<_> = (0..400).map(|_| call()).collect();
    for call in &calls {
        world.tell(call, 1..=2).await;
    }
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..800 {
        let (call, seq) = server.next().await.answer(200, "").event();
        assert_eq!(seen.insert(call, seq), (seq > 1).then_some(seq - 1));
    }
    world.deliveries("crm", |list| state_of(list) == [Delivered; 500]).await;
}

#[tokio::test]
async fn what_was_delivered_but_not_marked_is_delivered_again_under_the_same_id() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, ALL).await;
    let call = call();
    world.tell(&call, 1..=2).await;
    let first = server.next().await.answer(200, "");
    let _unanswered = server.next().await;
    // Back to what a crash before the mark's commit leaves behind.
    let lost = "UPDATE outbox SET state = 'pending', attempts = 0, next_at = at WHERE seq = 1";
    world.deliveries("crm", |list| list[0].state == Delivered).await;
    world.store.write(|tx| tx.execute(lost, [])).await.unwrap();
    let world = world.restart(options()).await;
    let again = answer_all(&mut server, &[200, 200]).await;
    assert_eq!(again.iter().map(|request| request.event().1).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(again[0].header("webhook-id"), first.header("webhook-id"));
    world.deliveries("crm", |list| state_of(list) == [Delivered; 2]).await;
}

#[tokio::test]
async fn users_coming_and_going_are_told_in_order() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","events":["user.*"]"#).await;
    let [alice, bob] = ["alice", "bob"].map(|name| UserId::new(name).unwrap());
    let device = DeviceId::new("phone").unwrap();
    for online in [true, false, true] {
        world.hooks.user_event(online, &alice, &device, Door::Native);
    }
    let mut told = Vec::new();
    for _ in 0..3 {
        let request = server.next().await.answer(500, "");
        told.push(request.json()["type"].as_str().unwrap().to_owned());
        assert_eq!(request.json()["data"], serde_json::json!({"user": "alice", "device": "phone", "door": "native"}));
    }
    assert_eq!(told, ["user.online", "user.offline", "user.online"]);
    world.hooks.user_event(true, &alice, &device, Door::Native);
    let _slow = server.next().await;
    world.hooks.user_event(true, &bob, &device, Door::Native);
    assert_eq!(server.next().await.request.json()["data"]["user"], "bob");
}

#[tokio::test]
async fn a_worker_that_fails_is_told_to_whoever_wants_that_alone() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","events":["worker.failed"]"#).await;
    let device = DeviceId::new("phone").unwrap();
    world.hooks.user_event(true, &UserId::new("alice").unwrap(), &device, Door::Native);
    for n in 1..=2 {
        world.hooks.worker_event(|| format!(r#"{{"type":"worker.failed","data":{{"worker":{n}}}}}"#));
    }
    for n in 1..=2 {
        let request = server.next().await.answer(200, "");
        assert_eq!((&request.json()["type"], &request.json()["data"]["worker"]), (&"worker.failed".into(), &n.into()));
        assert!(request.header("webhook-id").unwrap().starts_with("worker_"));
    }
}

#[derive(Default)]
struct Counting(std::sync::Mutex<Vec<DeliveryResult>>);

impl Observer for Counting {
    fn veto(&self, _: VetoOutcome, _: Duration) {}

    fn delivery(&self, result: DeliveryResult) {
        self.0.lock().unwrap().push(result);
    }
}

#[tokio::test]
async fn the_observer_hears_of_every_try() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
    let counting = Arc::new(Counting::default());
    let hooks = Hooks::start(options(), store.clone(), counting.clone()).unwrap();
    let (world, mut server) = (World { hooks, store, dir }, Server::start().await);
    world.put("crm", &server.url, ALL).await;
    world.tell(&call(), 1..=2).await;
    answer_all(&mut server, &[500, 200, 400]).await;
    world.deliveries("crm", |list| state_of(list) == [Delivered, Dead]).await;
    let heard = counting.0.lock().unwrap().clone();
    assert_eq!(heard, [DeliveryResult::Retry, DeliveryResult::Delivered, DeliveryResult::Dead]);
}

#[tokio::test]
async fn a_hook_that_hangs_has_so_many_user_events_waiting_and_no_more() {
    let (world, mut server) = (World::new(options()), Server::start().await);
    world.put("crm", &server.url, r#","events":["user.*"]"#).await;
    let device = DeviceId::new("phone").unwrap();
    let come = |n: u32| {
        let user = UserId::new(&format!("user{n}")).unwrap();
        world.hooks.user_event(true, &user, &device, Door::Native);
    };
    let mut hanging = Vec::new();
    for n in 0..16 {
        come(n);
        hanging.push(server.next().await);
    }
    for n in 16..1500 {
        come(n);
        if n % 100 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    for waiting in hanging {
        waiting.answer(200, "");
    }
    for _ in 0..1000 {
        server.next().await.answer(200, "");
    }
    assert!(server.is_left_alone(Duration::from_millis(300)).await, "the rest was dropped");
}
