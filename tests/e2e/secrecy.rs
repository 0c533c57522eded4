//! Secrets go nowhere: not into the log, not into URLs, not into headers.

use std::fmt::Write as _;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Answer, Client, Hook, Server, Setup, eventually};

/// What one user says to another: nothing for a log, though the trace shows it to whoever may read calls.
const WORDS: &str = "what alice says to bob";
/// How much of a secret is too much.
const TELLING: usize = 12;

/// Everything that must not be seen, and everything that was.
#[derive(Default)]
struct Watch {
    secrets: Vec<String>,
    seen: Vec<String>,
}

impl Watch {
    fn secret(&mut self, secret: &str) -> String {
        assert!(secret.len() >= TELLING, "{secret} would be found by chance");
        self.secrets.push(secret.to_owned());
        secret.to_owned()
    }

    fn secret_of(&mut self, answer: &Value, field: &str) -> String {
        self.secret(answer[field].as_str().unwrap_or_else(|| panic!("no {field} in {answer}")))
    }

    /// Asks, and writes down where the answer came from and its headers.
    async fn ask(
        &mut self,
        server: &Server,
        key: &str,
        method: Method,
        path: &str,
        body: impl Into<reqwest::Body>,
    ) -> (u16, Value) {
        let request = server.http.request(method, format!("{}{path}", server.url)).bearer_auth(key).body(body);
        let response = request.header("content-type", "application/json").send().await.unwrap();
        let status = response.status().as_u16();
        for (name, value) in response.headers() {
            self.seen.push(format!("{name}: {value:?}"));
        }
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Looks through the flight recorder, and gives back how much of it there was.
    async fn check_trace(&self, server: &Server) -> usize {
        let (mut items, mut cursor) = (0, String::new());
        loop {
            let page = server.get(&format!("/api/v1/trace?limit=500{cursor}")).await;
            for entry in page["items"].as_array().unwrap() {
                let entry = entry.to_string();
                for secret in self.secrets.iter().filter(|secret| *secret != WORDS) {
                    let telling = forms(secret).into_iter().find(|form| entry.contains(form));
                    assert_eq!(telling, None, "{secret:?} in {entry}");
                }
                items += 1;
            }
            let Some(next) = page["next_cursor"].as_str() else { return items };
            cursor = format!("&cursor={next}");
        }
    }

    /// Looks for what is telling of any secret, in every form that it could have taken.
    fn check(&self, log: &str) {
        let lines: Vec<&str> = log.lines().chain(self.seen.iter().map(String::as_str)).collect();
        for secret in &self.secrets {
            for form in forms(secret) {
                let line = lines.iter().find(|line| line.contains(&form));
                assert_eq!(line, None, "{form:?} of {secret:?}");
            }
        }
    }
}

/// Beginnings and ends of a text as it is, escaped, in base64, hexadecimal, percent-encoded and as a list of bytes.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    let mut both_ends = |text: &str| {
        let chars: Vec<char> = text.chars().collect();
        if chars.len() >= TELLING {
            forms.push(chars[..TELLING].iter().collect());
            forms.push(chars[chars.len() - TELLING..].iter().collect());
        }
    };
    both_ends(secret);
    both_ends(&secret.escape_debug().to_string());
    both_ends(&url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>());
    let (mut hex, mut percent) = (String::new(), String::new());
    for byte in secret.bytes() {
        write!(hex, "{byte:02x}").unwrap();
        write!(percent, "%{byte:02x}").unwrap();
    }
    for text in [hex, percent] {
        both_ends(&text.to_uppercase());
        both_ends(&text);
    }
    // Where a text within another one is encoded depends on what stands before it.
    for skipped in 0..3 {
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let whole = (secret.len() - skipped) / 3 * 3;
            both_ends(&engine.encode(&secret.as_bytes()[skipped..skipped + whole]));
        }
    }
    let bytes: Vec<String> = secret.bytes().take(6).map(|byte| byte.to_string()).collect();
    forms.push(bytes.join(", "));
    forms
}

#[test]
fn every_form_of_a_secret_is_known() {
    let forms = forms("correct horse battery");
    let hidden = [
        "x correct horse y".to_owned(),
        STANDARD_NO_PAD.encode("correct horse battery"),
        STANDARD_NO_PAD.encode("alice:correct horse battery"),
        "636f727265637420686f727365".to_owned(),
        "?password=correct+horse+battery".to_owned(),
        format!("{:?}", b"correct horse battery"),
        "orse battery".to_owned(),
    ];
    for line in hidden {
        assert!(forms.iter().any(|form| line.contains(form)), "{line}");
    }
    assert!(!forms.iter().any(|form| "correct battery horse".contains(form)));
}

/// Logs in in every way, right and wrong. Returns two that stay.
async fn logins(watch: &mut Watch, server: &Server) -> (Client, Client) {
    let alices = watch.secret("alice's password \u{e9} %+/");
    let mut alice = server.connect().await;
    alice.send(json!({"type": "login", "user": "alice", "password": alices}));
    alice.logged_in().await;
    watch.secret_of(&alice.welcome["ice_servers"][0], "credential");
    let token = watch.secret(&server.setup.run(&["token", "bob"], ""));
    let mut bob = server.connect().await;
    bob.send(json!({"type": "login", "token": token}));
    bob.logged_in().await;
    let (status, minted) = watch.ask(server, &server.key, Method::POST, "/api/v1/tokens", r#"{"user":"bob"}"#).await;
    assert_eq!(status, 201);
    let bearer = format!("Bearer {}", watch.secret_of(&minted, "token"));
    let mut other = Client::connect(server.address, "/ws?device=x", &[("authorization", &bearer)]).await.unwrap();
    other.logged_in().await;
    // Its key is looked for at the identity provider, where there is one.
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT","kid":"x"}"#);
    let stranger = watch.secret(&format!("{head}.e30.signature-of-a-stranger"));
    let mut refused = server.connect().await;
    refused.send(json!({"type": "login", "token": stranger}));
    refused.error(215).await;
    let forged = format!("Bearer {}", watch.secret(&format!("{}forged-signature", &bearer[7..40])));
    let mut refused = Client::connect(server.address, "/ws", &[("authorization", &forged)]).await.unwrap();
    refused.error(215).await;
    for secret in [alices.as_str(), &token, "wrong password of alice"] {
        watch.secret(secret);
        let quoted = json!(secret);
        for (frame, code) in [
            (json!({"type": "login", "user": "alice", "password": format!("{secret}!")}).to_string(), 200),
            (json!({"type": "login", "user": "nobody-there", "password": secret}).to_string(), 200),
            (json!({"type": "login", "token": format!("{secret}x")}).to_string(), 215),
            (json!({"type": "login", "resume": secret}).to_string(), 215),
            (json!({"type": "login", "user": "alice", "password": secret, "token": secret}).to_string(), 21),
            (json!({"type": "login", "user": secret, "password": [secret]}).to_string(), 21),
            (json!({"type": secret, "token": secret}).to_string(), 208),
            (format!(r#"{{"type":"login","password":{quoted}"#), 21),
        ] {
            let mut client = server.connect().await;
            client.raw(Message::text(frame.clone()));
            // A password that is tried too often is refused with 200 just as well.
            assert_eq!(client.frame().await["error_code"], code, "{frame}");
        }
        let query: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for name in ["token", "access_token", "password", "resume"] {
            let path = format!("/ws?{name}={query}");
            assert_eq!(Client::connect(server.address, &path, &[]).await.err(), Some(400), "{path}");
        }
    }
    (alice, bob)
}

/// Uses keys of every kind, rightly and wrongly.
async fn keys(watch: &mut Watch, server: &Server) {
    watch.secret(&server.key);
    for scope in ["admin", "control", "read"] {
        let key = watch.secret(&server.setup.run(&["key", "new", "--scope", scope], ""));
        let (status, _) = watch.ask(server, &key, Method::GET, "/api/v1/calls?limit=1", "").await;
        assert_eq!(status, 200);
        let (status, _) =
            watch.ask(server, &key, Method::PUT, "/api/v1/users/dave", r#"{"password":"davids password"}"#).await;
        assert_eq!(status == 201, scope == "admin", "{status}");
        for path in
            ["/api/v1/calls?key=", "/api/v1/calls?cursor=", "/api/v1/nothing/", "/metrics?api_key=", "/api/docs?k="]
        {
            watch.ask(server, "hsk_not-a-key-of-this-server", Method::GET, &format!("{path}{key}"), "").await;
        }
        let basic = server.http.get(format!("{}/api/v1/calls", server.url)).basic_auth("admin", Some(&key)).send();
        assert_eq!(basic.await.unwrap().status(), 401);
    }
    watch.secret("davids password");
    watch.secret("hsk_not-a-key-of-this-server");
    let password = watch.secret("carol's very own password");
    for (body, status) in [
        (json!({"password": password}).to_string(), 201),
        (json!({"password": password, "extra": 1}).to_string(), 422),
        (json!({"password": [password]}).to_string(), 422),
        (json!({ &password: 1 }).to_string(), 422),
        (format!("{{\"password\":\"{password}"), 400),
    ] {
        let (got, _) = watch.ask(server, &server.key, Method::PUT, "/api/v1/users/carol", body.clone()).await;
        assert_eq!(got, status, "{body}");
    }
}

/// Registers hooks, rotates a secret, and has a call pass them. The receiver answers badly at first.
async fn hooks(watch: &mut Watch, server: &Server, alice: &mut Client, bob: &mut Client) {
    let mut hook = Hook::start(|post| match post.kind() {
        "call.requested" => Answer::Say(400, "nonsense".to_owned()),
        _ => Answer::ok(),
    })
    .await;
    let given = watch.secret("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0");
    watch.secret("secret-secret-secret-secret");
    let in_url = watch.secret("key-in-the-url-of-a-hook");
    let gone = Hook::start(|_| Answer::ok()).await.url();
    for (name, url, secret) in [("one", hook.url(), Some(&given)), ("two", hook.url(), None), ("dead", gone, None)] {
        let spec = json!({"url": format!("{url}?key={in_url}"), "events": ["*"], "veto": true, "secret": secret, "timeout_ms": 400});
        let path = format!("/api/v1/webhooks/{name}");
        let (status, made) = watch.ask(server, &server.key, Method::PUT, &path, spec.to_string()).await;
        assert_eq!(status, 201, "{made}");
        if secret.is_none() {
            watch.secret_of(&made, "secret");
        }
        watch.ask(server, &server.key, Method::POST, &format!("{path}/test"), "").await;
    }
    for (url, secret) in
        [(format!("http://user:{in_url}@127.0.0.1/"), &given), (hook.url(), &watch.secret("whsec_not base64 at all"))]
    {
        let spec = json!({"url": url, "secret": secret}).to_string();
        let (status, _) = watch.ask(server, &server.key, Method::PUT, "/api/v1/webhooks/bad", spec).await;
        assert_eq!(status, 422);
    }
    let (status, rotated) =
        watch.ask(server, &server.key, Method::POST, "/api/v1/webhooks/one/rotate-secret", "").await;
    assert_eq!(status, 200);
    watch.secret_of(&rotated, "secret");
    let (offer, answer) = (watch.secret("v=0 the offer of alice"), watch.secret("v=0 the answer of bob"));
    let (signal, words) = (watch.secret("candidate of alice only"), watch.secret(WORDS));
    alice.send(json!({"type": "call", "event": "request", "user": "bob", "user_str": words, "sdp": {"type": "offer", "sdp": offer}}));
    bob.event("request").await;
    let call = alice.coded("reply", 0).await["call"].clone();
    bob.send(json!({"type": "call", "event": "reply", "user": "alice", "sdp": {"type": "answer", "sdp": answer}}));
    bob.event("start").await;
    alice.event("start").await;
    alice.send(json!({"type": "signal", "call": call, "data": signal}));
    bob.expect("signal").await;
    alice.send(json!({"type": "call", "event": "finish", "user": "bob", "user_str": words}));
    alice.event("finish").await;
    bob.event("finish").await;
    while hook.next().await.kind() != "call.finished" {}
    watch.ask(server, &server.key, Method::GET, "/api/v1/webhooks/one/deliveries?state=dead", "").await;
}

async fn story(format: &str, with_own_secret: bool) {
    let mut watch = Watch::default();
    let mut setup = Setup::production()
        .set("LOG__LEVEL", "trace")
        .set("LOG__FORMAT", format)
        .set("WEBHOOKS__ALLOW_PRIVATE", true)
        .set("TURN__SECRET", watch.secret("the static secret of coturn"))
        .set("TURN__URIS", "turn:turn.example.org");
    if with_own_secret {
        let provider = format!("http://127.0.0.1:9/keys?key={}", watch.secret("key-of-the-identity-provider"));
        setup = setup
            .set("AUTH__JWT_SECRET", watch.secret("the secret that tokens are signed with"))
            .set("AUTH__JWKS_URL", provider);
    }
    let endpoint = watch.secret("whsec_ZW5kcG9pbnQtc2VjcmV0LW9mLXRoZS1maWxl");
    let file = |secret: &str| {
        format!(
            "[[webhooks.endpoint]]\nname = \"filed\"\nurl = \"http://127.0.0.1:9/\"\nevents = [\"user.*\"]\nsecret = \"{secret}\"\n"
        )
    };
    let setup = setup.config(&file(&endpoint));
    setup.run(&["user", "add", "alice"], "alice's password \u{e9} %+/\n");
    let mut server = setup.start().await;
    // A library may say at TRACE whatever it likes about a hook that is not there.
    server.may_err = true;
    let (mut alice, mut bob) = logins(&mut watch, &server).await;
    keys(&mut watch, &server).await;
    hooks(&mut watch, &server, &mut alice, &mut bob).await;
    let token = watch.secret(&alice.token());
    alice.cut().await;
    let alice = server.resume(&token, 0).await;
    watch.secret(&alice.token());
    let mut late = server.connect().await;
    late.send(json!({"type": "login", "resume": token, "last_seq": 0}));
    late.error(215).await;
    assert!(watch.check_trace(&server).await > 100, "the recorder has seen it all");
    for broken in [
        file(&watch.secret("whsec_a secret that is none")),
        format!("[auth]\njwt_secret = [\"{}\"]\n", watch.secret("a secret in a list")),
        format!("[turn]\nsecret = \"{}\n", watch.secret("a secret without its end")),
        format!("[turn]\nsecert = \"{}\"\n", watch.secret("a secret under a wrong key")),
    ] {
        let before = server.log().matches(" not reloaded").count();
        std::fs::write(server.setup.config_file(), broken).unwrap();
        server.signal(Signal::HUP);
        eventually("the reload is refused", || async {
            (server.log().matches(" not reloaded").count() > before).then_some(())
        })
        .await;
    }
    server.signal(Signal::TERM);
    server.exited().await;
    server.says("stopped").await;
    if !with_own_secret {
        let kept = std::fs::read_to_string(server.setup.data_dir().join("jwt_secret")).unwrap();
        watch.secret(kept.trim());
    }
    assert!(watch.secrets.len() > 25);
    let log = server.log();
    assert!(log.contains("TRACE") && log.contains("not reloaded"), "the server says all it has to say");
    assert_eq!(log.contains("jwks refresh failed"), with_own_secret);
    watch.check(&log);
}

#[tokio::test]
async fn no_secret_is_in_the_log_a_url_or_a_header_with_json_lines() {
    story("json", true).await;
}

#[tokio::test]
async fn no_secret_is_in_the_log_a_url_or_a_header_with_lines_of_text() {
    story("text", false).await;
}

#[test]
fn a_command_that_refuses_its_configuration_does_not_repeat_a_secret() {
    let mut watch = Watch::default();
    let setup = Setup::production()
        .set("AUTH__JWT_SECRT", watch.secret("a secret under a wrong name"))
        .set("TURN__SECRET_FILE", "/nowhere/at/all")
        .set("LOG__LEVEL", "loud");
    let output = setup.serve().output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    watch.check(&String::from_utf8(output.stderr).unwrap());
    let setup = Setup::production().set("TURN__SECRET", watch.secret("the secret shared with coturn"));
    let shown = setup.run(&["print-config"], "");
    assert!(shown.contains("********"), "{shown}");
    watch.check(&shown);
}

#[tokio::test]
async fn a_crash_leaves_no_core_file_with_secrets_in_it() {
    let server = Server::dev().await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.pid().as_raw_nonzero())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let (soft_and_hard, unit) = core.trim_start_matches("Max core file size").trim().rsplit_once(' ').unwrap();
    assert_eq!(
        (soft_and_hard.split_whitespace().collect::<Vec<_>>(), unit.trim()),
        (vec!["0", "0"], "bytes"),
        "{core}"
    );
}
