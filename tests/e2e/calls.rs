//! Who gets what: the rows of the call-control table, from outside.

use serde_json::{Value, json};

use crate::support::{Client, Server, Setup, eventually, finish, reply, request, ring, talk};

pub(crate) async fn pair(server: &Server) -> (Client, Client) {
    (server.login("alice").await, server.login("bob").await)
}

pub(crate) fn offer() -> Value {
    json!({"type": "offer", "sdp": "v=0 offer"})
}

fn answer() -> Value {
    json!({"type": "answer", "sdp": "v=0 answer"})
}

#[tokio::test]
async fn a_call_rings_starts_and_ends_with_every_field_and_a_record() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    alice.send(json!({
        "type": "call", "id": 1, "event": "request", "user": "bob", "flags": 0x133, "param": -7, "user_str": "hi", "sdp": offer()
    }));
    let ok = alice.expect("ok").await;
    let call = ok["call"].as_str().unwrap();
    let rings = bob.coded("request", 0).await;
    assert_eq!(server.call(call).await["state"], "ringing");
    for (field, value) in [
        ("call", ok["call"].clone()),
        ("user", json!("alice")),
        ("flags", json!(0x133)),
        ("param", json!(-7)),
        ("user_str", json!("hi")),
        ("version", json!(2)),
        ("door", json!("native")),
        ("sdp", offer()),
    ] {
        assert_eq!(rings[field], value, "{field} of {rings}");
    }
    let progress = alice.coded("reply", 0).await;
    assert_eq!((&progress["user"], &progress["version"]), (&json!("bob"), &json!(2)));
    assert!(progress.get("placed").is_none());

    bob.send(json!({"type": "call", "id": 7, "event": "reply", "user": "alice", "user_str": "yes", "sdp": answer()}));
    assert_eq!(bob.expect("ok").await["id"], 7);
    let (to_bob, to_alice) = (bob.coded("start", 0).await, alice.coded("start", 0).await);
    let talking = server.call(call).await;
    assert_eq!(talking["state"], "talking");
    assert_eq!((&to_bob["param"], &to_alice["param"]), (&talking["room"], &talking["room"]));
    assert_eq!((&to_alice["sdp"], to_bob.get("sdp")), (&answer(), None));
    assert_eq!((&to_alice["version"], &to_bob["version"]), (&json!(3), &json!(3)));
    let room = server.get(&format!("/api/v1/rooms/{}", talking["room"])).await;
    assert_eq!(room["members"].as_array().unwrap().len(), 2);

    bob.send(
        json!({"type": "call", "event": "finish", "user": "alice", "error_code": 5, "user_str": "bye", "param": 9}),
    );
    for end in [alice.coded("finish", 5).await, bob.coded("finish", 5).await] {
        assert_eq!((&end["reason"], &end["user_str"], &end["version"]), (&json!("hangup"), &json!("bye"), &json!(4)));
    }
    let record = server.ended(call, "hangup", 5).await;
    let states: Vec<_> = record["timeline"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
    assert_eq!(states, ["requested", "ringing", "talking", "ended"]);
    let versions: Vec<_> = record["timeline"].as_array().unwrap().iter().map(|step| step["version"].clone()).collect();
    assert_eq!(versions, [1, 2, 3, 4]);
    assert_eq!(
        (&record["ended_by"], &record["caller_door"], &record["veto"]),
        (&json!("callee"), &json!("native"), &json!([]))
    );
    for time in ["requested_at", "ringing_at", "started_at", "ended_at"] {
        assert!(record[time].as_str().is_some_and(|at| at.len() == 24 && at.ends_with('Z')), "{time} of {record}");
    }
    assert!(record["ring_ms"].is_u64() && record["talk_ms"].is_u64());
    let listed = eventually("the list has it", || async {
        let page = server.get("/api/v1/calls?user=bob&state=ended").await;
        page["items"].as_array().unwrap().first().cloned()
    });
    assert_eq!(listed.await["id"], call);
    assert_eq!(server.rest(reqwest::Method::GET, &format!("/api/v1/rooms/{}", talking["room"]), None).await.0, 404);
}

#[tokio::test]
async fn who_is_not_there_is_offline_known_or_not() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    for user in ["bob", "never.heard-of@nowhere"] {
        alice.send(request(user));
        if user == "bob" {
            let call = alice.expect("ok").await["call"].as_str().unwrap().to_owned();
            assert_eq!(alice.coded("reply", 100_102).await["reason"], "offline");
            server.ended(&call, "offline", 100_102).await;
        } else {
            // The same id with another frame is refused; a frame without one is not.
            alice.error(21).await;
            alice.send(json!({"type": "call", "event": "request", "user": user}));
            alice.coded("reply", 100_102).await;
        }
    }
    assert_eq!(server.get("/api/v1/users/alice").await["call"], Value::Null);
}

#[tokio::test]
async fn who_rings_or_talks_is_busy_and_who_calls_out_of_a_call_gets_440() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    let mut carol = server.login("carol").await;
    let _dave = server.login("dave").await;
    let call = ring(&mut alice, &mut bob).await;
    for user in ["alice", "bob"] {
        carol.send(json!({"type": "call", "event": "request", "user": user}));
        let busy = carol.coded("reply", 100_103).await;
        server.ended(busy["call"].as_str().unwrap(), "busy", 100_103).await;
    }
    alice.send(json!({"type": "call", "event": "request", "user": "dave"}));
    let refused = alice.coded("reply", 440).await;
    assert!(refused.get("call").is_none() && refused.get("version").is_none(), "{refused}");
    bob.send(json!({"type": "call", "event": "request", "user": "carol"}));
    bob.coded("reply", 440).await;
    bob.send(reply("alice", 0));
    bob.event("start").await;
    alice.event("start").await;
    carol.send(json!({"type": "call", "event": "request", "user": "bob"}));
    carol.coded("reply", 100_103).await;
    bob.send(json!({"type": "call", "event": "request", "user": "alice"}));
    bob.coded("reply", 440).await;
    alice.send(finish("bob"));
    alice.event("finish").await;
    bob.event("finish").await;
    server.ended(&call, "hangup", 0).await;
    ring(&mut carol, &mut bob).await;
}

#[tokio::test]
async fn nobody_calls_himself() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    alice.send(json!({"type": "call", "event": "request", "user": "alice"}));
    let refused = alice.coded("reply", 21).await;
    assert!(refused.get("call").is_none(), "{refused}");
    alice.send(json!({"type": "call", "id": 1, "event": "request", "user": "no spaces"}));
    alice.error(21).await;
    assert_eq!(server.get("/api/v1/calls").await["items"], json!([]));
}

#[tokio::test]
async fn a_refusal_reaches_the_caller_with_its_code_and_words() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    for code in [100_104, 7, -3] {
        let call = ring(&mut alice, &mut bob).await;
        bob.send(json!({"type": "call", "id": code, "event": "reply", "user": "alice", "error_code": code, "user_str": "no"}));
        bob.expect("ok").await;
        let refused = alice.coded("reply", code).await;
        assert_eq!(
            (&refused["reason"], &refused["user_str"], &refused["call"]),
            (&json!("refused"), &json!("no"), &json!(call))
        );
        bob.nothing().await;
        server.ended(&call, "refused", code).await;
    }
}

#[tokio::test]
async fn a_callee_who_finishes_while_ringing_has_refused() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    let call = ring(&mut alice, &mut bob).await;
    bob.send(json!({"type": "call", "event": "finish", "user": "alice", "error_code": 9}));
    alice.coded("reply", 100_104).await;
    bob.nothing().await;
    server.ended(&call, "refused", 100_104).await;
}

#[tokio::test]
async fn a_cancel_by_reply_or_by_finish_reaches_the_callee() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    for cancel in [reply("bob", 100_101), finish("bob"), reply("bob", 3)] {
        let call = ring(&mut alice, &mut bob).await;
        alice.send(cancel);
        assert_eq!(bob.coded("reply", 100_101).await["reason"], "cancelled");
        alice.nothing().await;
        server.ended(&call, "cancelled", 100_101).await;
    }
}

#[tokio::test]
async fn a_ring_has_an_end_for_both() {
    let server = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 0.3).start().await;
    let (mut alice, mut bob) = pair(&server).await;
    let call = ring(&mut alice, &mut bob).await;
    alice.coded("reply", 100_105).await;
    bob.coded("reply", 100_105).await;
    let record = server.ended(&call, "timeout", 100_105).await;
    assert!((290..2_000).contains(&record["ring_ms"].as_u64().unwrap()), "{record}");
}

#[tokio::test]
async fn a_request_may_only_shorten_the_ring() {
    let server = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 0.6).start().await;
    let (mut alice, mut bob) = pair(&server).await;
    for (asked, ms) in [(0.2, 200..580), (60.0, 590..2_000)] {
        alice.send(json!({"type": "call", "event": "request", "user": "bob", "ring_secs": asked}));
        alice.coded("reply", 0).await;
        let call = alice.coded("reply", 100_105).await["call"].as_str().unwrap().to_owned();
        bob.event("request").await;
        bob.coded("reply", 100_105).await;
        let took = server.call(&call).await["ring_ms"].as_u64().unwrap();
        assert!(ms.contains(&took), "{asked}: {took}");
    }
}

#[tokio::test]
async fn a_talk_has_an_end_where_one_is_set() {
    let server = Setup::dev().set("CALL__MAX_DURATION_SECS", 0.3).start().await;
    let (mut alice, mut bob) = pair(&server).await;
    let (call, _) = talk(&mut alice, &mut bob).await;
    assert_eq!(alice.coded("finish", 100_105).await["reason"], "max_duration");
    bob.coded("finish", 100_105).await;
    server.ended(&call, "max_duration", 100_105).await;
}

#[tokio::test]
async fn a_line_lost_for_longer_than_the_grace_ends_the_ring_and_the_talk() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.2).start().await;
    let mut carol = server.login("carol").await;
    let (mut alice, bob) = pair(&server).await;
    {
        let mut bob = bob;
        ring(&mut alice, &mut bob).await;
        bob.cut().await;
    }
    alice.coded("reply", 100_106).await;
    let mut bob = server.login("bob").await;
    let call = ring(&mut alice, &mut bob).await;
    alice.cut().await;
    bob.coded("reply", 100_106).await;
    server.ended(&call, "disconnected", 100_106).await;
    let (call, _) = talk(&mut carol, &mut bob).await;
    bob.cut().await;
    assert_eq!(carol.coded("finish", 100_106).await["reason"], "disconnected");
    server.ended(&call, "disconnected", 100_106).await;
}

#[tokio::test]
async fn the_calls_of_others_are_never_touched_by_untidy_clients() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    let mut carol = server.login("carol").await;
    let lone = [reply("bob", 0), reply("bob", 100_101), reply("bob", 100_104), finish("bob")];
    for frame in &lone {
        alice.send(frame.clone());
        alice.not_in_call().await;
    }
    let call = ring(&mut alice, &mut bob).await;
    bob.send(reply("alice", 100_104));
    alice.coded("reply", 100_104).await;
    let (other, _) = talk(&mut carol, &mut bob).await;
    for frame in [finish("bob"), reply("bob", 0), reply("bob", 100_101)] {
        alice.send(frame);
        alice.not_in_call().await;
    }
    for frame in
        [finish("alice"), reply("alice", 0), reply("alice", 100_101), reply("carol", 0), reply("carol", 100_104)]
    {
        bob.send(frame);
        bob.not_in_call().await;
    }
    bob.send(json!({"type": "call", "event": "finish", "user": "carol", "call": call}));
    bob.not_in_call().await;
    carol.nothing().await;
    assert_eq!(server.call(&other).await["state"], "talking");
    carol.send(json!({"type": "call", "event": "finish", "user": "bob", "call": other}));
    carol.event("finish").await;
    bob.event("finish").await;
}

#[tokio::test]
async fn a_timeout_that_is_answered_with_a_cancel_changes_nothing() {
    let server = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 0.1).start().await;
    let (mut alice, mut bob) = pair(&server).await;
    let call = ring(&mut alice, &mut bob).await;
    alice.coded("reply", 100_105).await;
    bob.coded("reply", 100_105).await;
    alice.send(reply("bob", 100_101));
    alice.not_in_call().await;
    bob.send(reply("alice", 0));
    bob.not_in_call().await;
    server.ended(&call, "timeout", 100_105).await;
}

#[tokio::test]
async fn a_caller_cannot_accept_its_own_request() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    ring(&mut alice, &mut bob).await;
    alice.send(reply("bob", 0));
    alice.not_in_call().await;
    bob.nothing().await;
}

#[tokio::test]
async fn of_several_devices_the_first_accept_wins_and_the_others_are_told() {
    let server = Server::dev().await;
    let mut alice = server.login_on("alice", "web").await;
    let mut second = server.login_on("alice", "phone").await;
    let (mut phone, mut web) = (server.login_on("bob", "phone").await, server.login_on("bob", "web").await);
    let call = ring(&mut alice, &mut phone).await;
    web.event("request").await;
    second.send(json!({"type": "call", "event": "finish", "user": "bob"}));
    second.not_in_call().await;
    web.send(reply("alice", 0));
    web.event("start").await;
    alice.event("start").await;
    let told = phone.coded("finish", 0).await;
    assert_eq!((&told["reason"], &told["call"]), (&json!("answered_elsewhere"), &json!(call)));
    for frame in [reply("alice", 0), reply("alice", 100_104), finish("alice")] {
        phone.send(frame);
        phone.not_in_call().await;
    }
    second.nothing().await;
    phone.send(json!({"type": "signal", "id": 1, "call": call, "data": 1}));
    phone.error(100_107).await;
    let record = server.call(&call).await;
    assert_eq!((&record["caller_device"], &record["callee_device"]), (&json!("web"), &json!("web")));
    alice.send(finish("bob"));
    web.event("finish").await;
    phone.nothing().await;
}

#[tokio::test]
async fn a_refusal_on_one_device_ends_the_ring_of_the_others() {
    let server = Server::dev().await;
    let mut alice = server.login("alice").await;
    let (mut phone, mut web) = (server.login_on("bob", "phone").await, server.login_on("bob", "web").await);
    ring(&mut alice, &mut phone).await;
    web.event("request").await;
    phone.send(json!({"type": "call", "id": 1, "event": "reply", "user": "alice", "error_code": 100_104}));
    phone.expect("ok").await;
    assert_eq!(web.coded("finish", 0).await["reason"], "declined_elsewhere");
    alice.coded("reply", 100_104).await;
    phone.nothing().await;
    ring(&mut alice, &mut web).await;
    phone.event("request").await;
    alice.send(finish("bob"));
    phone.coded("reply", 100_101).await;
    web.coded("reply", 100_101).await;
}

#[tokio::test]
async fn a_request_that_meets_the_others_is_its_accept() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    alice.send(json!({"type": "call", "id": 1, "event": "request", "user": "bob", "sdp": offer()}));
    bob.send(json!({"type": "call", "id": 1, "event": "request", "user": "alice", "sdp": offer()}));
    // Each one's ok may come before or after what it heard of the other.
    let (mut of_alice, mut of_bob) = (Vec::new(), Vec::new());
    for (client, heard) in [(&mut alice, &mut of_alice), (&mut bob, &mut of_bob)] {
        for _ in 0..3 {
            heard.push(client.frame().await);
        }
        heard.sort_by_key(|frame| frame["type"] != "ok");
    }
    assert_eq!(of_alice[0]["call"], of_bob[0]["call"]);
    let call = of_alice[0]["call"].as_str().unwrap();
    let ((mut caller, to_caller), (mut callee, to_callee)) = match server.call(call).await["caller"].as_str() {
        Some("alice") => ((alice, &of_alice), (bob, &of_bob)),
        _ => ((bob, &of_bob), (alice, &of_alice)),
    };
    let events = |heard: &[Value]| [heard[1]["event"].clone(), heard[2]["event"].clone()];
    assert_eq!(
        (events(to_caller), events(to_callee)),
        ([json!("reply"), json!("start")], [json!("request"), json!("start")])
    );
    assert_eq!((&to_callee[1]["sdp"], to_caller[2].get("sdp")), (&offer(), None));
    caller.nothing().await;
    callee.nothing().await;
    callee.send(json!({"type": "signal", "call": call, "data": {"answer": 1}}));
    assert_eq!(caller.expect("signal").await["data"], json!({"answer": 1}));
    assert_eq!(server.get("/api/v1/calls").await["items"].as_array().unwrap().len(), 1);
    caller.send(finish(&callee.user()));
    callee.event("finish").await;
}

#[tokio::test]
async fn a_request_that_meets_the_others_is_refused_where_that_is_configured() {
    let server = Setup::dev().set("CALL__GLARE", "busy").start().await;
    let (mut alice, mut bob) = pair(&server).await;
    let call = ring(&mut alice, &mut bob).await;
    bob.send(json!({"type": "call", "event": "request", "user": "alice"}));
    assert!(bob.coded("reply", 440).await.get("call").is_none());
    alice.nothing().await;
    assert_eq!(server.call(&call).await["state"], "ringing");
}

#[tokio::test]
async fn cancel_and_accept_that_cross_have_one_outcome_for_both() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    for round in 0..40 {
        let call = ring(&mut alice, &mut bob).await;
        if round % 2 == 0 {
            alice.send(reply("bob", 100_101));
            bob.send(reply("alice", 0));
        } else {
            bob.send(reply("alice", 0));
            alice.send(reply("bob", 100_101));
        }
        let first = bob.expect("call").await;
        if first["event"] == "start" {
            // The cancel came second: it is a finish.
            bob.coded("finish", 100_101).await;
            alice.event("start").await;
            alice.coded("finish", 100_101).await;
        } else {
            // The lines are free before anybody hears of the end, so the late accept may be answered before that.
            let mut heard = [first["error_code"].clone(), bob.event("reply").await["error_code"].clone()];
            heard.sort_by_key(Value::as_i64);
            assert_eq!(heard, [100_101, 100_107]);
        }
        alice.nothing().await;
        bob.nothing().await;
        server.ended(&call, "cancelled", 100_101).await;
    }
}

#[tokio::test]
async fn signals_travel_between_the_two_and_nobody_else_hears_or_sends_any() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    let mut mallory = server.login("mallory").await;
    let call = ring(&mut alice, &mut bob).await;
    alice.send(json!({"type": "signal", "call": call, "data": {"candidate": "early"}}));
    assert_eq!(bob.expect("signal").await["data"], json!({"candidate": "early"}));
    bob.send(reply("alice", 0));
    bob.event("start").await;
    alice.event("start").await;
    for n in 0..20 {
        alice.send(json!({"type": "signal", "call": call, "data": n}));
        bob.send(json!({"type": "signal", "call": call, "data": [n]}));
    }
    for n in 0..20 {
        let heard = bob.expect("signal").await;
        assert_eq!((&heard["data"], &heard["user"], &heard["call"]), (&json!(n), &json!("alice"), &json!(call)));
        assert_eq!(alice.expect("signal").await["data"], json!([n]));
    }
    mallory.send(json!({"type": "signal", "id": 1, "call": call, "data": 1}));
    mallory.error(100_107).await;
    mallory.send(json!({"type": "call", "event": "finish", "user": "bob", "call": call}));
    mallory.not_in_call().await;
    alice.nothing().await;
    bob.nothing().await;
    mallory.nothing().await;
}

#[tokio::test]
async fn a_read_is_never_older_than_a_frame() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = pair(&server).await;
    for _ in 0..15 {
        let call = ring(&mut alice, &mut bob).await;
        assert!(server.call(&call).await["version"].as_u64() >= Some(2));
        bob.send(reply("alice", 0));
        let started = bob.event("start").await["version"].as_u64();
        assert!(server.call(&call).await["version"].as_u64() >= started);
        alice.event("start").await;
        alice.send(finish("bob"));
        bob.event("finish").await;
        assert_eq!(server.call(&call).await["state"], "ended");
        // Both lines are free by the first frame of the end.
        bob.send(json!({"type": "call", "event": "request", "user": "alice"}));
        let placed = bob.coded("reply", 0).await["call"].as_str().unwrap().to_owned();
        alice.event("finish").await;
        assert_eq!(alice.event("request").await["call"], placed);
        bob.send(finish("alice"));
        alice.coded("reply", 100_101).await;
    }
}
