//! Calls to WeChat users through WeChat's API, which a server of the test's plays.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, Client, Hook, Post, Server, Setup, eventually, finish, request,
    wechat::{APP_SECRET, Push, account, ends, hears, seen},
};

const CALL: &str = "/wxa/business/iot/voip/call?access_token=";
const STABLE_TOKEN: &str = "/cgi-bin/stable_token";
const ACCESS_TOKEN: &str = "access-token-access-token";

/// WeChat's API: gives tokens, each another, and answers the n-th call, from 0, as told.
async fn api(call: impl Fn(usize, &Post) -> Answer + Send + Sync + 'static) -> Hook {
    let (tokens, calls) = (AtomicUsize::new(0), AtomicUsize::new(0));
    Hook::start(move |post| {
        if post.path == STABLE_TOKEN {
            let n = tokens.fetch_add(1, Ordering::Relaxed);
            let token = json!({"access_token": format!("{ACCESS_TOKEN}-{n}"), "expires_in": 7200});
            return Answer::Slowly(Duration::from_millis(100), token.to_string());
        }
        assert!(post.path.starts_with(CALL), "{}", post.path);
        call(calls.fetch_add(1, Ordering::Relaxed), post)
    })
    .await
}

fn said(errcode: i64) -> Answer {
    Answer::json(json!({"errcode": errcode, "errmsg": "as told"}))
}

/// A server with an account that calls that API.
async fn server_for(api: &Hook, rest: &str) -> Server {
    let base = format!("api_base = \"http://{}\"\n{rest}", api.address);
    Setup::dev().config(&account("shop", &base)).start().await
}

/// The business server has a device call a phone; gives the call's id once it rings in the core's eyes.
async fn place(server: &Server, device: &str, openid: &str) -> String {
    let form = json!({"account": "shop", "device": device, "openid": openid});
    let (status, call) = server.post("/api/v1/wechat/calls", form).await;
    assert_eq!(status, 201, "{call}");
    call["id"].as_str().unwrap().to_owned()
}

/// The next request to the API, which is for a token.
async fn token_asked(api: &mut Hook) -> Post {
    let post = api.next().await;
    assert_eq!(post.path, STABLE_TOKEN);
    post
}

/// The next request to the API, which is for a call, with the n-th token.
async fn call_asked(api: &mut Hook, token: usize) -> Post {
    let post = api.next().await;
    assert_eq!(post.path, format!("{CALL}{ACCESS_TOKEN}-{token}"));
    post
}

/// The one error the account has.
async fn error(server: &Server) -> Value {
    let view = seen(server, "shop").await;
    let [error] = view["errors"].as_array().unwrap().as_slice() else { panic!("{view}") };
    error.clone()
}

#[tokio::test]
async fn a_device_calls_a_phone_that_answers() {
    let mut api = api(|_, _| said(0)).await;
    let other = account("other", "");
    let server = server_for(&api, &format!("device_user = \"door-{{sn}}\"\nversion_type = \"trial\"\n{other}")).await;
    let mut door = server.login("door-7").await;
    let form = json!({"account": "shop", "device": "door-7", "openid": "answer-after-50ms", "room_type": "voice",
        "listener_name": "小明", "param": 5, "user_str": "hello"});
    let (status, call) = server.post("/api/v1/wechat/calls", form).await;
    assert_eq!(status, 201, "{call}");
    assert_eq!(
        (&call["caller"], &call["callee"], &call["callee_door"]),
        (&json!("door-7"), &json!("wechat:shop:answer-after-50ms"), &json!("wechat"))
    );
    assert_eq!((&call["flags"], &call["param"], &call["user_str"]), (&json!(1), &json!(5), &json!("hello")));

    let token = token_asked(&mut api).await;
    assert_eq!(token.json, json!({"grant_type": "client_credential", "appid": "wxshop", "secret": APP_SECRET}));
    let asked = call_asked(&mut api, 0).await.json;
    let id = call["id"].as_str().unwrap();
    let payload = format!("hookswitch:{id}");
    let expected = json!({"model_id": "model", "sn": "7", "openid": "answer-after-50ms", "room_type": "voice",
        "listener_name": "小明", "version_type": 2, "payload": payload});
    assert_eq!(asked, expected);

    assert_eq!(Push::answer_to("shop", "another", "7", &payload).send(&server).await, 100_107, "not the one called");
    let elsewhere = Push::answer_to("other", "answer-after-50ms", "7", &payload);
    assert_eq!(elsewhere.send(&server).await, 100_107, "the same openid, but another account's user");
    let push = Push::answer_to("shop", "answer-after-50ms", "7", &payload);
    assert_eq!((push.send(&server).await, push.send(&server).await), (0, 0));
    hears(&mut door, "start").await;
    assert_eq!(server.call(id).await["state"], "talking");
    door.send(finish("wechat:shop:answer-after-50ms"));
    assert_eq!(ends(&server, id, 0).await["reason"], "hangup");
    let view = seen(&server, "shop").await;
    assert_eq!((&view["token"]["state"], &view["errors"]), (&json!("valid"), &json!([])), "{view}");
    assert!(view["token"]["expires_at"].is_string());
    assert!(!server.log().contains(ACCESS_TOKEN), "the token is nobody's business");
}

#[tokio::test]
async fn an_account_without_a_model_calls_and_a_call_may_say_more() {
    for (model, key) in [("", "#model_id"), ("model", "model_id")] {
        let mut api = api(|_, _| said(0)).await;
        let base = format!("api_base = \"http://{}\"", api.address);
        let server = Setup::dev().config(&account("shop", &base).replace("model_id", key)).start().await;
        let device = server.login("7").await;
        let asked = async |api: &mut Hook, more: Value| {
            let mut form = json!({"account": "shop", "device": "7", "openid": "o1"});
            form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let (status, call) = server.post("/api/v1/wechat/calls", form).await;
            assert_eq!(status, 201, "{call}");
            let mut post = api.next().await;
            if post.path == STABLE_TOKEN {
                post = api.next().await;
            }
            device.send(finish("wechat:shop:o1"));
            ends(&server, call["id"].as_str().unwrap(), 100_101).await;
            let mut asked = post.json;
            asked.as_object_mut().unwrap().remove("payload").unwrap();
            asked
        };
        let plain = json!({"model_id": model, "sn": "7", "openid": "o1", "room_type": "video", "listener_name": "", "version_type": 0});
        assert_eq!(asked(&mut api, json!({})).await, plain);
        let more = json!({"model_id": "m-2", "query": "encodeVideoFixedLength=320&a=门", "version_type": 1,
        "caller_camera_status": 1, "listener_camera_status": 0});
        let mut all = plain.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(asked(&mut api, more).await, all, "what the call says counts");
    }
}

#[tokio::test]
async fn a_device_dials_a_phone_by_itself() {
    let mut api = api(|_, _| said(0)).await;
    let server = server_for(&api, "").await;
    let mut device = server.login("7").await;
    device.send(request("wechat:shop:answer-after-50ms"));
    token_asked(&mut api).await;
    let asked = call_asked(&mut api, 0).await.json;
    assert_eq!((&asked["room_type"], &asked["sn"]), (&json!("video"), &json!("7")));
    let payload = asked["payload"].as_str().unwrap();
    assert_eq!(Push::answer_to("shop", "answer-after-50ms", "7", payload).xml().send(&server).await, 0);
    hears(&mut device, "start").await;
}

/// Has devices call at once, each of which WeChat refuses. There is one token for all of them.
async fn call_at_once(api: &mut Hook, server: &Server, count: usize) {
    let mut devices: Vec<Client> = Vec::new();
    for n in 0..count {
        devices.push(server.login(&format!("d{n}")).await);
    }
    for (n, device) in devices.iter_mut().enumerate() {
        device.send(request(&format!("wechat:shop:o{n}")));
    }
    token_asked(api).await;
    for device in &mut devices {
        call_asked(api, 0).await;
        while hears(device, "reply").await["error_code"] == 0 {}
    }
    api.nothing();
}

#[tokio::test]
async fn many_calls_at_once_fetch_one_token() {
    let mut api = api(|_, _| said(9)).await;
    let server = server_for(&api, "").await;
    call_at_once(&mut api, &server, 8).await;
    assert_eq!(error(&server).await["count"], 8);
}

#[tokio::test]
async fn a_token_that_lives_for_a_moment_is_fetched_once_for_all_who_wait() {
    for lives in [1, 200, 300] {
        let mut api = Hook::start(move |post| {
            if post.path == STABLE_TOKEN {
                let token = json!({"access_token": format!("{ACCESS_TOKEN}-0"), "expires_in": lives});
                return Answer::Slowly(Duration::from_millis(600), token.to_string());
            }
            said(9)
        })
        .await;
        let server = server_for(&api, "").await;
        call_at_once(&mut api, &server, 6).await;
    }
}

#[tokio::test]
async fn a_token_is_asked_for_once_more_where_wechat_is_busy() {
    let tokens = AtomicUsize::new(0);
    let mut api = Hook::start(move |post| {
        if post.path != STABLE_TOKEN {
            return said(9);
        }
        match tokens.fetch_add(1, Ordering::Relaxed) {
            2 => Answer::json(json!({"access_token": format!("{ACCESS_TOKEN}-0"), "expires_in": 7200})),
            _ => said(-1),
        }
    })
    .await;
    let server = server_for(&api, "").await;
    let _device = server.login("7").await;
    // Twice is too often.
    let id = place(&server, "7", "o1").await;
    for _ in 0..2 {
        token_asked(&mut api).await;
    }
    ends(&server, &id, 100_106).await;
    api.nothing();
    let id = place(&server, "7", "o1").await;
    token_asked(&mut api).await;
    call_asked(&mut api, 0).await;
    ends(&server, &id, 100_102).await;
}

#[tokio::test]
async fn a_token_that_is_no_longer_good_is_fetched_anew_once() {
    let mut api = api(|n, _| said(if n == 1 { 0 } else { [40001, 0, 42001, 40001][n] })).await;
    let server = server_for(&api, "").await;
    let device = server.login("7").await;
    let id = place(&server, "7", "o1").await;
    token_asked(&mut api).await;
    call_asked(&mut api, 0).await;
    token_asked(&mut api).await;
    call_asked(&mut api, 1).await;
    assert_eq!(error(&server).await["errcode"], 40001);
    device.send(finish("wechat:shop:o1"));
    ends(&server, &id, 100_101).await;
    // Twice is too often.
    let id = place(&server, "7", "o1").await;
    call_asked(&mut api, 1).await;
    token_asked(&mut api).await;
    call_asked(&mut api, 2).await;
    ends(&server, &id, 100_106).await;
    api.nothing();
}

#[tokio::test]
async fn what_wechat_refuses_ends_the_call_with_its_code_and_is_explained() {
    for (errcode, code, advice) in [
        (9, 100_102, "wx.requestDeviceVoIP"),
        (45009, 100_106, "less often"),
        (15, 100_106, "bill"),
        (777, 100_106, "documentation"),
    ] {
        let mut api = api(move |_, _| said(errcode)).await;
        let server = server_for(&api, "").await;
        let _device = server.login("7").await;
        let id = place(&server, "7", "o1").await;
        token_asked(&mut api).await;
        call_asked(&mut api, 0).await;
        ends(&server, &id, code).await;
        api.nothing();
        let error = error(&server).await;
        assert_eq!((&error["errcode"], &error["count"]), (&json!(errcode), &json!(1)));
        assert!(error["advice"].as_str().unwrap().contains(advice), "{error}");
    }
}

#[tokio::test]
async fn wechat_that_is_busy_is_asked_once_more() {
    let mut api = api(|n, _| said([-1, 0, -1, -1][n])).await;
    let server = server_for(&api, "").await;
    let device = server.login("7").await;
    let id = place(&server, "7", "o1").await;
    token_asked(&mut api).await;
    for _ in 0..2 {
        call_asked(&mut api, 0).await;
    }
    device.send(finish("wechat:shop:o1"));
    ends(&server, &id, 100_101).await;
    let id = place(&server, "7", "o1").await;
    for _ in 0..2 {
        call_asked(&mut api, 0).await;
    }
    ends(&server, &id, 100_106).await;
    api.nothing();
}

#[tokio::test]
async fn what_may_have_rung_the_phone_is_never_repeated() {
    let answers = Mutex::new(vec![
        Answer::Say(502, "<html>bad gateway</html>".to_owned()),
        Answer::Say(200, "not JSON".to_owned()),
        Answer::Never,
    ]);
    let mut api = api(move |_, _| answers.lock().unwrap().remove(0)).await;
    let server = server_for(&api, "").await;
    let _device = server.login("7").await;
    for n in 0..3 {
        let id = place(&server, "7", "o1").await;
        if n == 0 {
            token_asked(&mut api).await;
        }
        call_asked(&mut api, 0).await;
        ends(&server, &id, 100_106).await;
        api.nothing();
    }
    let view = seen(&server, "shop").await;
    let meanings: Vec<_> = view["errors"].as_array().unwrap().iter().map(|error| error["meaning"].clone()).collect();
    assert_eq!(meanings.len(), 2, "a time-out is told apart from what answers otherwise: {view}");
    assert!(view["errors"].as_array().unwrap().iter().all(|error| error["errcode"].is_null()));
}

#[tokio::test]
async fn an_api_that_cannot_be_reached_is_told() {
    let server = Setup::dev().config(&account("shop", "api_base = \"http://127.0.0.1:9\"")).start().await;
    let _device = server.login("7").await;
    let id = place(&server, "7", "o1").await;
    ends(&server, &id, 100_106).await;
    let view = seen(&server, "shop").await;
    assert_eq!(view["token"]["state"], "failed", "{view}");
    assert!(view["token"]["error"].as_str().unwrap().contains("cannot be reached"), "{view}");
    assert!(error(&server).await["advice"].as_str().unwrap().contains("api_base"));
}

#[tokio::test]
async fn a_wrong_secret_is_told_with_what_to_do() {
    let answer = json!({"errcode": 40125, "errmsg": format!("invalid appsecret {APP_SECRET}")});
    let api = Hook::start(move |_| Answer::json(answer.clone())).await;
    let server = server_for(&api, "").await;
    let _device = server.login("7").await;
    let id = place(&server, "7", "o1").await;
    ends(&server, &id, 100_106).await;
    let (view, error) = (seen(&server, "shop").await, error(&server).await);
    assert_eq!((&view["token"]["state"], &error["errcode"]), (&json!("failed"), &json!(40125)));
    assert!(error["advice"].as_str().unwrap().contains("AppSecret"), "{error}");
    assert!(!view.to_string().contains(APP_SECRET) && !server.log().contains(APP_SECRET));
}

#[tokio::test]
async fn a_call_that_cannot_be_placed_is_refused_with_what_would_help() {
    let platform = account("p", "third_party = true");
    let bare = account("bare", "").replace("secret", "#secret");
    let shop = account("shop", "api_base = \"http://127.0.0.1:9\"\ndevice_user = \"door-{sn}\"");
    let server = Setup::dev().config(&format!("{shop}{platform}{bare}")).start().await;
    let _others = (server.login("door-7").await, server.login("7").await);
    let form =
        |account: &str, device: &str, openid: &str| json!({"account": account, "device": device, "openid": openid});
    let with = |field: &str, value: Value| {
        let mut form = form("shop", "door-7", "o1");
        form[field] = value;
        form
    };
    let refused = |form: Value| {
        let server = &server;
        async move {
            let (status, problem) = server.post("/api/v1/wechat/calls", form).await;
            (
                status.as_u16(),
                problem["error_code"].as_i64(),
                problem["detail"].to_string() + &problem["errors"].to_string(),
            )
        }
    };
    for (form, status, code, says) in [
        (form("shop", "door-8", "o1"), 409, Some(100_102), ""),
        (form("nobody", "door-7", "o1"), 422, Some(21), "/account"),
        (form("shop", "door-7", "o 1"), 422, Some(21), "/openid"),
        (form("shop", "door-7", "o/1"), 422, Some(21), ". _ @ : + -"),
        (form("shop", "7", "o1"), 422, Some(21), "/device"),
        (form("p", "7", "o1"), 409, None, "third-party platform"),
        (form("bare", "7", "o1"), 409, None, "no `secret`"),
        (
            json!({"account": "shop", "device": "door-7", "openid": "o", "room_type": "text"}),
            422,
            Some(21),
            "/room_type",
        ),
        (
            json!({"account": "shop", "device": "door-7", "openid": "o", "listener_name": "x".repeat(129)}),
            422,
            Some(21),
            "/listener_name",
        ),
        (with("model_id", json!("x".repeat(129))), 422, Some(21), "/model_id"),
        (with("query", json!("x".repeat(1025))), 422, Some(21), "/query"),
        (with("query", json!("a=1\nb=2")), 422, Some(21), "/query"),
        (with("query", json!(1)), 422, Some(21), "/query"),
        (with("version_type", json!(3)), 422, Some(21), "/version_type"),
        (with("version_type", json!("trial")), 422, Some(21), "/version_type"),
        (with("caller_camera_status", json!(2)), 422, Some(21), "/caller_camera_status"),
        (with("listener_camera_status", json!(-1)), 422, Some(21), "/listener_camera_status"),
    ] {
        let (was, error_code, detail) = refused(form.clone()).await;
        assert_eq!((was, error_code), (status, code), "{form}: {detail}");
        assert!(detail.contains(says), "{form}: {detail}");
    }
    assert_eq!(
        server.get("/api/v1/wechat/accounts").await["items"].as_array().unwrap().len(),
        4,
        "and that of development mode"
    );
}

#[tokio::test]
async fn accounts_change_with_a_reload() {
    let server = Setup::dev().config(&account("shop", "")).start().await;
    assert_eq!(seen(&server, "shop").await["device_user"], "{sn}");
    std::fs::write(server.setup.config_file(), account("shop", "device_user = \"door-{sn}\"")).unwrap();
    server.signal(rustix::process::Signal::HUP);
    eventually("the account changes", || async {
        (seen(&server, "shop").await["device_user"] == "door-{sn}").then_some(())
    })
    .await;
    let _door = server.login("door-7").await;
    assert_eq!(Push::call("shop", "o1", "7").send(&server).await, 0);
    let (status, _) = server.rest(Method::GET, "/api/v1/wechat/accounts?limit=1", None).await;
    assert_eq!(status, 200);
}
