//! What people copy: the receivers of docs/receivers as real processes, and the verifications of signatures in five languages.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::{
    hooks::register,
    support::{Answer, DEADLINE, Hook, Post, Server, finish, reply},
    veto::ask,
};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A file of docs/receivers.
fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/receivers").join(file)
}

/// The command that runs a file of docs/receivers. What has to be built is built into the folder.
async fn command(file: &str, folder: &TempDir) -> Command {
    let (_, language) = file.rsplit_once('.').unwrap();
    let interpreter = match language {
        "py" => "python3",
        "mjs" => "node",
        "php" => "php",
        "rb" => "ruby",
        "go" => return Command::new(build(file, folder).await),
        other => panic!("who runs .{other}?"),
    };
    let mut command = Command::new(interpreter);
    command.arg(source(file)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Compiles without network.
async fn build(file: &str, folder: &TempDir) -> PathBuf {
    let binary = folder.path().join("built");
    let mut go = Command::new("go");
    go.arg("build").arg("-o").arg(&binary).arg(source(file)).env("GOCACHE", folder.path().join("cache"));
    go.env("GOFLAGS", "-mod=mod").env("GOPROXY", "off").env("GOPATH", folder.path().join("path"));
    let built = go.output().await.expect("go is there: test.sh installs it");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    binary
}

/// A receiver that runs. It is killed with the value.
struct Receiver {
    url: String,
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
    _folder: TempDir,
}

impl Receiver {
    async fn start(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = command(file, &folder).await;
        command.env("HOOK_SECRET", SECRET).env("PORT", "0").stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the interpreter is there: test.sh installs it");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut receiver = Self { url: String::new(), lines, _child: child, _folder: folder };
        let line = receiver.line().await;
        line.strip_prefix("listening on ").expect(&line).clone_into(&mut receiver.url);
        receiver
    }

    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(DEADLINE, self.lines.next_line()).await.expect("no line in time");
        line.unwrap().expect("the receiver ended")
    }

    /// The next event that it prints, which is of this type.
    async fn prints(&mut self, kind: &str) -> Value {
        let line = self.line().await;
        let (printed, data) = line.split_once(' ').expect(&line);
        assert_eq!(printed, kind, "{line}");
        serde_json::from_str(data).expect(&line)
    }
}

/// The `v1` signature of a message.
fn sign(secret: &str, id: &str, sent_at: u64, body: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{sent_at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[expect(clippy::disallowed_methods, reason = "the verifiers look at the same clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

async fn receives(file: &str) {
    let server = Server::dev().await;
    let mut receiver = Receiver::start(file).await;
    let spec = json!({
        "url": receiver.url, "secret": SECRET, "events": ["call.*"], "veto": true, "timeout_ms": 10_000,
        "on_failure": "refuse",
    });
    let (status, problem) = server.put("/api/v1/webhooks/mine", spec).await;
    assert_eq!(status, 201, "{problem}");
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);

    ask(&mut alice, "blocked").await;
    assert_eq!(alice.coded("reply", 403).await["reason"], "vetoed");
    receiver.prints("call.requested").await;
    let refused = receiver.prints("call.finished").await;
    assert_eq!((&refused["target_user"], &refused["error_code"]), (&json!("blocked"), &json!(403)), "{refused}");

    ask(&mut alice, "support").await;
    assert_eq!(bob.event("request").await["user"], "alice");
    assert_eq!(alice.coded("reply", 0).await["user"], "bob");
    bob.send(reply("alice", 0));
    bob.event("start").await;
    alice.event("start").await;
    alice.send(finish("bob"));
    for kind in ["call.requested", "call.ringing", "call.started"] {
        receiver.prints(kind).await;
    }
    let ended = receiver.prints("call.finished").await;
    assert_eq!((&ended["call"]["dialled"], &ended["call"]["reason"]), (&json!("support"), &json!("hangup")), "{ended}");

    let body = json!({"type": "call.finished", "data": {"forged": true}}).to_string();
    let (fresh, stale) = (now(), now() - 3600);
    let stranger = "whsec_c3RyYW5nZXIgdGhhbiBmaWN0aW9u";
    for (sent_at, signature) in [
        (fresh, sign(stranger, "msg_1", fresh, &body)),
        (fresh, sign(SECRET, "msg_2", fresh, &body)),
        (stale, sign(SECRET, "msg_1", stale, &body)),
        (fresh, String::new()),
    ] {
        let post = server.http.post(&receiver.url).body(body.clone());
        let post = post.header("webhook-id", "msg_1").header("webhook-timestamp", sent_at);
        let answer = post.header("webhook-signature", &signature).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401, "{signature}");
    }
    // During a rotation the known secret's signature is the second one.
    let (status, _) = server.post("/api/v1/webhooks/mine/rotate-secret", json!({})).await;
    assert_eq!(status, 200);
    let (_, report) = server.post("/api/v1/webhooks/mine/test", json!({})).await;
    assert_eq!(report["ok"], true, "{report}");
    receiver.prints("ping").await;
}

#[tokio::test]
async fn the_receiver_in_python_vetoes_routes_hears_and_refuses_what_is_forged() {
    receives("receiver.py").await;
}

#[tokio::test]
async fn the_receiver_in_node_vetoes_routes_hears_and_refuses_what_is_forged() {
    receives("receiver.mjs").await;
}

#[tokio::test]
async fn the_receiver_in_go_vetoes_routes_hears_and_refuses_what_is_forged() {
    receives("receiver.go").await;
}

/// Runs a verification. `Err` has what it says.
async fn verify(file: &str, folder: &TempDir, secret: &str, post: &Post) -> Result<(), String> {
    let mut command = match file.strip_suffix(".go") {
        Some(_) if folder.path().join("built").exists() => Command::new(folder.path().join("built")),
        _ => command(file, folder).await,
    };
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        command.arg(&post.headers[name]);
    }
    command.env("HOOK_SECRET", secret).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the interpreter is there: test.sh installs it");
    child.stdin.take().unwrap().write_all(post.body.as_bytes()).await.unwrap();
    let done = tokio::time::timeout(DEADLINE, child.wait_with_output()).await.expect("it does not end").unwrap();
    let [said, complained] = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    match done.status.code() {
        Some(0) => {
            assert_eq!((said.as_str(), complained.as_str()), ("ok\n", ""), "{file}");
            Ok(())
        }
        Some(1) => Err(complained),
        _ => panic!("{file}: {complained}"),
    }
}

#[tokio::test]
async fn the_verifications_in_five_languages_take_what_the_server_signed_and_nothing_else() {
    let server = Server::dev().await;
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let view = register(&server, "signed", &hook, json!({"events": ["call.finished"]})).await;
    let first = view["secret"].as_str().unwrap().to_owned();
    let alice = server.login("alice").await;
    alice.send(json!({"type": "call", "event": "request", "user": "nobody", "user_str": "你好, Zoë"}));
    let event = hook.expect("call.finished").await;
    assert!(!event.body.is_ascii());
    let (_, rotated) = server.post("/api/v1/webhooks/signed/rotate-secret", json!({})).await;
    let second = rotated["secret"].as_str().unwrap().to_owned();
    server.post("/api/v1/webhooks/signed/test", json!({})).await;
    let ping = hook.expect("ping").await;
    assert_eq!(ping.headers["webhook-signature"].split(' ').count(), 2);

    let mut changed = event.clone();
    changed.body.push(' ');
    let mut old = event.clone();
    let long_ago = now() - 301;
    old.headers.insert("webhook-timestamp".into(), long_ago.to_string());
    old.headers.insert("webhook-signature".into(), sign(&first, &old.headers["webhook-id"], long_ago, &old.body));
    let mut unsigned = event.clone();
    unsigned.headers.insert("webhook-signature".into(), String::new());

    for file in ["verify.py", "verify.mjs", "verify.go", "verify.php", "verify.rb"] {
        let folder = tempfile::tempdir().unwrap();
        for (secret, post) in [(&first, &event), (&first, &ping), (&second, &ping)] {
            assert_eq!(verify(file, &folder, secret, post).await, Ok(()), "{file}");
        }
        for (secret, post, why) in [
            (&first, &changed, "the body was changed"),
            (&second, &event, "another secret"),
            (&first, &old, "s old"),
            (&first, &unsigned, "missing"),
        ] {
            let refusal = verify(file, &folder, secret, post).await.expect_err(file);
            assert!(refusal.starts_with("refused: ") && refusal.contains(why), "{file}: {refusal}");
        }
    }
}
