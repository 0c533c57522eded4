//! WeChat's push, over HTTP: every published vector and others made here, signatures, pushes that come again, and how long an answer
//! takes while the hooks do not answer.

use std::{fmt::Write as _, time::Duration};

use hookswitch::clock;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{
    hooks::register,
    support::{
        Answer, Client, Hook, Server, Setup, eventually, reply,
        wechat::{AES_KEY, APP_SECRET, Push, TOKEN, account, ends, post, seen},
    },
};

/// What an answer to a push may take. Source: the contract.
const BUDGET: Duration = Duration::from_secs(2);

async fn server_with(accounts: &str) -> Server {
    Setup::dev().config(accounts).start().await
}

async fn calls(server: &Server) -> usize {
    server.get("/api/v1/calls").await["items"].as_array().unwrap().len()
}

/// The device hears a phone, refuses, and the call is over.
async fn refuse(server: &Server, device: &mut Client) -> Value {
    let request = device.event("request").await;
    device.send(reply(request["user"].as_str().unwrap(), 100_104));
    ends(server, request["call"].as_str().unwrap(), 100_104).await;
    request
}

fn vectors() -> Vec<Value> {
    let file: Value = serde_json::from_str(include_str!("../vectors/wechat_push_vectors.json")).unwrap();
    file["vectors"].as_array().unwrap().clone()
}

/// The request's path for the account of that name, and its body.
fn of_vector(vector: &Value, account: &str) -> (String, String) {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in vector["request"]["query"].as_object().unwrap() {
        query.append_pair(name, value.as_str().unwrap());
    }
    let body = vector["request"]["body"].as_str().unwrap_or_default().to_owned();
    (format!("/wechat/push/{account}?{}", query.finish()), body)
}

#[tokio::test]
async fn every_published_vector_is_answered_as_it_says() {
    let mut accounts = String::new();
    for (index, vector) in vectors().iter().enumerate() {
        let of = |name: &str, other: &str| vector["config"][name].as_str().unwrap_or(other).to_owned();
        let (token, key, appid) = (of("token", "t"), of("encoding_aes_key", AES_KEY), of("appid", "wx"));
        let _written = writeln!(
            accounts,
            "[[wechat.account]]\nname = \"v{index}\"\nappid = \"{appid}\"\ntoken = \"{token}\"\nencoding_aes_key = \"{key}\""
        );
    }
    let server = server_with(&accounts).await;
    let mut device = server.login("1234").await;
    let mut seen = 0;
    for (index, vector) in vectors().iter().enumerate() {
        let (name, before) = (vector["name"].as_str().unwrap(), calls(&server).await);
        let (path, body) = of_vector_or_skip(vector, index).unwrap_or_default();
        match vector["kind"].as_str().unwrap() {
            "verify_get" => {
                let answer = server.http.get(format!("{}{path}", server.url)).send().await.unwrap();
                assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
                assert_eq!(answer.text().await.unwrap(), vector["expect"]["body"].as_str().unwrap());
            }
            "push" if vector["expect"]["fields"]["RoomId"].is_string() => {
                let (status, answer) = post(&server, &path, body).await;
                assert_eq!((status, &answer), (StatusCode::OK, &json!({"errcode": 0, "errmsg": "ok"})), "{name}");
                let request = refuse(&server, &mut device).await;
                assert_eq!(request["user"], format!("wechat:v{index}:openid"), "{name}");
            }
            "push" => assert_eq!(post(&server, &path, body).await, (StatusCode::OK, json!("success")), "{name}"),
            "push_negative" => {
                let (status, answer) = post(&server, &path, body).await;
                let expected = if vector["expect"]["error"] == "signature" { (403, 215) } else { (400, 21) };
                assert_eq!(
                    (i64::from(status.as_u16()), &answer["errcode"]),
                    (expected.0, &json!(expected.1)),
                    "{name}"
                );
                assert_eq!(calls(&server).await, before, "{name}");
            }
            // What is signed but not encrypted is no push of security mode.
            "plain_signature" => assert_eq!(post(&server, &path, body).await.0, 400, "{name}"),
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 14);
}

fn of_vector_or_skip(vector: &Value, index: usize) -> Option<(String, String)> {
    vector["request"].is_object().then(|| of_vector(vector, &format!("v{index}")))
}

#[tokio::test]
async fn a_phone_rings_the_device_of_its_serial_number_in_json_and_xml_and_by_way_of_a_platform() {
    let platform = account("p", "third_party = true\nplatform_appid = \"wxplatform\"").replace("secret", "#secret");
    let own = account("q", "third_party = true");
    let server = server_with(&format!("{}{platform}{own}", account("shop", "device_user = \"door-{sn}\""))).await;
    let (mut door, mut plain) = (server.login("door-7").await, server.login("7").await);
    for push in [Push::call("shop", "o1", "7"), Push::call("shop", "o-2_x", "7").xml()] {
        assert_eq!(push.send(&server).await, 0);
        let request = refuse(&server, &mut door).await;
        assert!(request["user"].as_str().unwrap().starts_with("wechat:shop:o"), "{request}");
    }
    let platforms = |push: Push| Push { appid: "wxplatform".to_owned(), ..push };
    assert_eq!(platforms(Push::call("p", "o1", "7").xml()).send(&server).await, 0);
    assert_eq!(refuse(&server, &mut plain).await["user"], "wechat:p:o1");
    let (path, body) = Push::call("p", "o1", "7").xml().sealed();
    assert_eq!(post(&server, &path, body).await.1["errcode"], 21, "the mini program's own appid is not the platform's");
    assert_eq!(Push::call("q", "o1", "7").xml().send(&server).await, 0, "it is, where the platform has no other");
    assert_eq!(refuse(&server, &mut plain).await["user"], "wechat:q:o1");
    assert!(seen(&server, "q").await["token"].is_null(), "its secret is good for nothing here");
    let view = seen(&server, "shop").await;
    assert_eq!(
        (&view["pushes"], &view["refused"], &view["push_path"]),
        (&json!(2), &json!(0), &json!("/wechat/push/shop"))
    );
    assert_eq!(
        (&view["last_push"]["kind"], &view["last_push"]["outcome"]),
        (&json!("call"), &json!("accepted")),
        "{view}"
    );
}

#[tokio::test]
async fn what_the_core_refuses_at_once_is_refused_to_wechat() {
    let server = server_with(&account("shop", "")).await;
    assert_eq!(Push::call("shop", "o1", "7").send(&server).await, 100_102, "nobody is there");
    let mut device = server.login("7").await;
    assert_eq!(Push::call("shop", "o1", "7").send(&server).await, 0);
    device.event("request").await;
    assert_eq!(Push::call("shop", "o2", "7").send(&server).await, 100_103, "the device rings");
    let view = seen(&server, "shop").await;
    let last = &view["last_push"];
    assert_eq!((&last["outcome"], &last["errcode"], &view["refused"]), (&json!("refused"), &json!(100_103), &json!(2)));
}

#[tokio::test]
async fn names_that_no_user_can_have_make_no_call() {
    let server = server_with(&account("shop", "")).await;
    let mut device = server.login("7").await;
    for openid in ["o p", "o/p", "ö", "a\u{202e}b", &"o".repeat(120)] {
        assert_eq!(Push::call("shop", openid, "7").send(&server).await, 21, "{openid}");
    }
    for sn in ["7 7", "wechat:shop:o1", "é"] {
        assert_eq!(Push::call("shop", "o1", sn).send(&server).await, 21, "{sn}");
    }
    device.nothing().await;
    assert_eq!(calls(&server).await, 0);
}

#[tokio::test]
async fn a_push_for_a_call_that_waits_for_none_is_cancelled() {
    let server = server_with(&account("shop", "")).await;
    let payload = "hookswitch:0199e1a0-7b6a-7c3e-9f00-5b8e6d1c2a34";
    assert_eq!(Push::answer_to("shop", "o1", "7", payload).send(&server).await, 100_107);
    assert_eq!(calls(&server).await, 0);
}

#[tokio::test]
async fn a_push_that_comes_again_gets_the_first_ones_answer_and_has_no_effect() {
    let server = server_with(&format!("{}{}", account("shop", ""), account("other", ""))).await;
    let refused = Push::call("shop", "o1", "7");
    assert_eq!(refused.send(&server).await, 100_102);
    let mut device = server.login("7").await;
    assert_eq!(refused.send(&server).await, 100_102, "although the device is there now");
    let push = Push::call("shop", "o1", "7");
    for _ in 0..3 {
        assert_eq!(push.send(&server).await, 0);
    }
    refuse(&server, &mut device).await;
    assert_eq!(push.send(&server).await, 0);
    device.nothing().await;
    let view = seen(&server, "shop").await;
    assert_eq!((&view["last_push"]["outcome"], &view["pushes"]), (&json!("repeated"), &json!(6)));
    // The same room at another account is another call.
    let other = Push { account: "other".to_owned(), appid: "wxother".to_owned(), message: push.message };
    assert_eq!(other.send(&server).await, 0);
    assert_eq!(refuse(&server, &mut device).await["user"], "wechat:other:o1");
}

#[tokio::test]
async fn an_answer_comes_in_time_while_the_hooks_think_and_all_who_wait_get_it() {
    let server = server_with(&account("shop", "")).await;
    let mut hook = Hook::start(|_| Answer::Never).await;
    register(&server, "veto", &hook, json!({"veto": true, "timeout_ms": 4000, "on_failure": "refuse"})).await;
    let mut device = server.login("7").await;
    let push = Push::call("shop", "o1", "7");
    let began = clock::now();
    let (first, again) = tokio::join!(push.send(&server), async {
        hook.expect("call.request").await;
        push.send(&server).await
    });
    let took = clock::now() - began;
    assert!(took < BUDGET + Duration::from_millis(400), "{took:?}");
    assert_eq!((first, again), (0, 0));
    hook.nothing();
    assert_eq!(calls(&server).await, 1);
    // The verdict is a refusal, by policy: a worker tells WeChat, and the device has heard nothing.
    let ended = eventually("the call ends", || async {
        let call = server.get("/api/v1/calls").await["items"][0].clone();
        (call["state"] == "ended").then_some(call)
    });
    assert_eq!(ended.await["reason"], "vetoed");
    device.nothing().await;
}

#[tokio::test]
async fn a_verdict_in_time_is_the_answer() {
    let server = server_with(&account("shop", "")).await;
    let hook = Hook::start(|_| {
        Answer::Slowly(Duration::from_millis(300), json!({"error_code": 4711, "message": "no credit"}).to_string())
    });
    let hook = hook.await;
    register(&server, "veto", &hook, json!({"veto": true, "timeout_ms": 5000})).await;
    let mut device = server.login("7").await;
    let push = Push::call("shop", "o1", "7");
    let (first, again) = tokio::join!(push.send(&server), push.send(&server));
    assert_eq!((first, again), (4711, 4711));
    device.nothing().await;
}

#[tokio::test]
async fn whoever_is_not_wechat_learns_nothing_and_makes_nothing() {
    let server = server_with(&account("shop", "")).await;
    let (path, body) = Push::call("shop", "o1", "7").sealed();
    assert_eq!(post(&server, "/wechat/push/nobody", body.clone()).await.0, 404);
    assert_eq!(post(&server, "/wechat/push/dev", body.clone()).await.0, 404, "whose WeChat is played takes no push");
    for wrong in [
        path.replace("nonce=77", "nonce=78"),
        path.replace("msg_signature=", "msg_signature=0"),
        "/wechat/push/shop".to_owned(),
    ] {
        let (status, answer) = post(&server, &wrong, body.clone()).await;
        assert_eq!((status.as_u16(), &answer["errcode"]), (403, &json!(215)), "{wrong}: {answer}");
    }
    let flipped = body.replacen("Encrypt\":\"", "Encrypt\":\"A", 1);
    assert_eq!(post(&server, &path, flipped).await.0, 403);
    assert_eq!(post(&server, &path, "x".repeat(65_537)).await.0, 413);
    assert_eq!(server.http.put(format!("{}{path}", server.url)).send().await.unwrap().status(), 405);
    let verify = |query: &str| server.http.get(format!("{}/wechat/push/shop?{query}", server.url)).send();
    assert_eq!(verify("signature=0&timestamp=1&nonce=2&echostr=<script>").await.unwrap().status(), 403);
    assert_eq!(verify("").await.unwrap().status(), 403);
    assert_eq!(calls(&server).await, 0);
    let view = seen(&server, "shop").await;
    assert_eq!((&view["refused"], &view["last_push"]["outcome"]), (&json!(6), &json!("bad_signature")), "{view}");
}

#[tokio::test]
async fn nothing_secret_of_an_account_is_shown_or_logged() {
    let server = Setup::dev().config(&account("shop", "")).set("LOG__LEVEL", "trace").start().await;
    let mut device = server.login("7").await;
    let (path, body) = Push::call("shop", "o1", "7").sealed();
    assert_eq!(post(&server, &path, body.clone()).await.1["errcode"], 0);
    refuse(&server, &mut device).await;
    post(&server, &path.replace("nonce=77", "nonce=7"), body).await;
    let mut shown = server.log();
    for path in ["/api/v1/wechat/accounts", "/api/v1/config", "/api/v1/trace", "/api/v1/calls", "/api/v1/audit"] {
        let _written = writeln!(shown, "{}", server.get(path).await);
    }
    shown.push_str(&server.setup.run(&["print-config"], ""));
    for secret in [APP_SECRET, TOKEN, AES_KEY, "session-key-session-key", "server-token-server-token"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
