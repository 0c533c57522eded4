//! A thousand frames that no honest client sends.

use serde_json::{Value, json};

use crate::{
    phone::{Phone, talk},
    support::{Server, roll},
};

/// Calls of others, sessions of others, and nonsense, in every place where a client may put something.
fn frame(seed: &mut u64, id: u32, a: &str, b: &str) -> String {
    let methods = [
        "verto.bye",
        "verto.answer",
        "verto.modify",
        "verto.info",
        "verto.attach",
        "verto.invite",
        "verto.subscribe",
        "verto.unsubscribe",
        "verto.broadcast",
        "jsapi",
        "fsapi",
        "echo",
        "verto.punt",
        "verto.clientReady",
        "verto.event",
        "rpc.discover",
        "",
        "login",
    ];
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(""),
        json!("x".repeat(2_000)),
        json!([]),
        json!({}),
        json!([[[[[[]]]]]]),
        json!({"callID": a}),
        json!({"callID": b}),
        json!("\u{0}\u{7f}"),
        json!("alice"),
        json!("bob"),
        json!(a),
        json!(b),
        json!("sessid-of-alice"),
        json!("3000"),
        json!("hookswitch.calls"),
        json!("presence.bob"),
    ];
    let mut pick = |list: &[Value]| list[usize::try_from(roll(seed, list.len().try_into().unwrap())).unwrap()].clone();
    let method = pick(&methods.map(Value::from));
    let mut params = json!({});
    for name in [
        "sessid",
        "dialogParams",
        "callID",
        "sdp",
        "eventChannel",
        "data",
        "msg",
        "dtmf",
        "action",
        "cause",
        "causeCode",
        "destination_number",
        "login",
        "passwd",
        "echoParams",
        "command",
        "txt",
        "loginParams",
        "userVariables",
    ] {
        // A name and a password that fit would be no attack.
        if pick(&[json!(0), json!(1), json!(2)]) == 0 && !(name == "passwd" && method == "login") {
            params[name] = pick(&values);
        }
    }
    let id = match pick(&[json!(0), json!(1), json!(2), json!(3)]).as_u64() {
        Some(0) => json!([id]),
        Some(1) => json!({"id": id}),
        Some(2) => json!(format!("id-{id}")),
        _ => json!(id),
    };
    let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    match id.as_u64().unwrap_or(7) % 9 {
        0 => format!("[{request},{request},7,[],{{}}]"),
        1 => request.to_string().replace("2.0", "1.0"),
        2 => format!("[{}]", vec!["{}"; 200].join(",")),
        3 => format!("{}{}", "[".repeat(3_000), "]".repeat(3_000)),
        4 => request.to_string().chars().take(40).collect(),
        5 => json!({"jsonrpc": "2.0", "id": 1_000_001, "result": params}).to_string(),
        _ => request.to_string(),
    }
}

#[tokio::test]
async fn a_thousand_hostile_frames_change_nothing_and_crash_nothing() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (Phone::login(&server, "alice").await, Phone::login(&server, "bob").await);
    let (a, b) = talk(&mut alice, &mut bob).await;
    let call = server.call(&bob.call).await;
    let mut seed = 20_261_130;
    for round in 0..10_u32 {
        for logged_in in [false, true] {
            let mut mallory = Phone::connect(&server).await;
            if logged_in {
                mallory.log_in("mallory", "any", "mallorys").await;
            }
            for n in 0..50_u32 {
                mallory.send_text(&frame(&mut seed, 10_000 + round * 100 + n, &a, &b));
                // Eight frames in a row that are no JSON-RPC would end the connection.
                if n % 4 == 3 {
                    mallory.send_text(r#"{"jsonrpc":"2.0","method":"verto.ping","params":{}}"#);
                }
            }
            mallory.send_text(r#"{"jsonrpc":"2.0","id":"the last","method":"echo","params":{}}"#);
            loop {
                let text = mallory.next_text().await;
                let heard: Value = serde_json::from_str(&text).unwrap();
                if heard["id"] == "the last" {
                    break;
                }
                assert!(!text.contains("CALL ENDED"), "{text}");
            }
        }
    }
    assert_eq!(
        server.call(call["id"].as_str().unwrap()).await["version"],
        call["version"],
        "nothing has happened to it"
    );
    // Whoever may write messages and call may do that; the call is untouched.
    alice.ask("verto.ping", json!({})).await;
    alice.end(&a).await;
    let (_, found) = server.rest(reqwest::Method::GET, "/api/v1/debug/invariants", None).await;
    assert_eq!(found["ok"], true, "{found}");
    assert_eq!(server.get("/api/v1/calls?state=talking").await["items"], json!([]));
}

#[tokio::test]
async fn a_client_that_speaks_no_json_is_given_up() {
    let server = Server::dev().await;
    let mut phone = Phone::login(&server, "alice").await;
    for _ in 0..8 {
        phone.send_text("GET / HTTP/1.1");
    }
    phone.closed(4400).await;
}

#[tokio::test]
async fn frames_that_follow_a_login_at_once_are_answered_after_it() {
    let server = Server::dev().await;
    let mut phone = Phone::connect(&server).await;
    phone.request("login", json!({"login": "alice", "passwd": "x", "sessid": "s"}));
    for _ in 0..20 {
        phone.request("verto.ping", json!({}));
    }
    phone.expect("verto.clientReady").await;
    phone.nothing_but_pongs(20).await;
}
