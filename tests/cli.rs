//! The real binary from the outside: what it prints, where, and its exit codes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Command, Output, Stdio},
    thread::JoinHandle,
};

use tempfile::TempDir;

struct Shell {
    folder: TempDir,
    env: Vec<(String, String)>,
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Shell {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    fn with_env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookswitch"));
        command.args(args).current_dir(self.path()).env_clear().envs(self.env.iter().cloned()).stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    fn run_with_input(&self, args: &[&str], input: &str) -> Ran {
        let mut child =
            self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    fn database(&self, data_dir: &str) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path().join(data_dir).join("hookswitch.sqlite3")).unwrap()
    }
}

/// A server that answers one request with `status` and `body`; gives back what it was asked.
fn serve_once(status: &'static str, body: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !is_whole(&request) {
            let n = stream.read(&mut buffer).unwrap();
            assert!(n > 0, "the request ended early");
            request.extend_from_slice(&buffer[..n]);
        }
        let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        String::from_utf8(request).unwrap()
    });
    (url, answering)
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

#[test]
fn help_and_version_are_results_and_nonsense_is_a_usage_error() {
    let shell = Shell::new();
    for (args, code) in [
        (&["--help"][..], 0),
        (&["--version"], 0),
        (&["serve", "--help"], 0),
        (&[], 2),
        (&["nonsense"], 2),
        (&["serve", "--nonsense"], 2),
        (&["check-config"], 2),
        (&["key", "new"], 2),
        (&["key", "new", "--scope", "root"], 2),
        (&["token", "not a user"], 2),
        (&["token", "alice", "--ttl-secs", "0"], 2),
        (&["calls", "--state", "asleep"], 2),
        (&["calls", "--limit", "501"], 2),
        (&["finish", "not-an-id"], 2),
        (&["health", "--url", "ftp://x"], 2),
    ] {
        let ran = shell.run(args);
        assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
    }
    assert!(shell.run(&["--help"]).out.contains("hookswitch serve --dev"));
    assert_eq!(fs::read_dir(shell.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_good_configuration_is_fine() {
    let shell = Shell::new();
    shell.write("good.toml", "[call]\nring_timeout_secs = 0.5\n");
    let ran = shell.run(&["check-config", "good.toml"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "good.toml is fine\n", ""));
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/hookswitch.example.toml");
    assert_eq!(shell.run(&["check-config", example]).code, 0);
}

#[test]
fn a_bad_configuration_is_told_with_its_place_and_exit_code_78() {
    let shell = Shell::new().with_env("HOOKSWITCH__SERVER__LISEN", "x");
    shell.write("bad.toml", "# one\n[server]\nlisen = \"127.0.0.1:1\"\n\n[call]\nglare = \"maybe\"\n");
    for args in [
        &["check-config", "bad.toml"][..],
        &["serve", "--config", "bad.toml"],
        &["print-config", "--config", "bad.toml"],
    ] {
        let ran = shell.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (78, ""), "{args:?}");
        for part in [
            "3 mistakes",
            "unknown key `lisen`, did you mean `listen`? bad.toml:3:1\n",
            "`call.glare` must be one of \"join\" \"busy\", not \"maybe\" bad.toml:6:9\n",
            "unknown environment variable `HOOKSWITCH__SERVER__LISEN`, did you mean `HOOKSWITCH__SERVER__LISTEN`?\n",
        ] {
            assert!(ran.err.contains(part), "{part} is missing in {}", ran.err);
        }
    }
    let shell = Shell::new();
    assert_eq!(shell.run(&["check-config", "missing.toml"]).code, 78);
    shell.write("key.pem", "no key");
    shell.write("auth.toml", "[auth]\njwt_public_key_file = \"key.pem\"\n");
    let ran = shell.run(&["check-config", "auth.toml"]);
    assert_eq!(ran.code, 78);
    assert!(ran.err.contains("key.pem holds no RSA, P-256 or Ed25519 public key"), "{}", ran.err);
}

#[test]
fn check_config_and_serve_refuse_the_same_hooks_and_make_nothing() {
    let shell = Shell::new();
    let hook = "[[webhooks.endpoint]]\nname = \"crm\"\nurl = \"http://localhost:9/\"\nevents = [\"call.finnished\"]\nevent = 1\n";
    shell.write("hook.toml", hook);
    let args = ["serve", "--config", "hook.toml", "--data-dir", "d", "--listen", "127.0.0.1:0"];
    let told = [shell.run(&["check-config", "hook.toml"]), shell.run(&args)].map(|ran| (ran.code, ran.err));
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].0, 78);
    assert!(told[0].1.contains("unknown key `event`, did you mean `events`?"), "{}", told[0].1);
    assert!(told[0].1.ends_with("hook.toml:5:1\n"), "{}", told[0].1);
    shell.write("hook.toml", hook.strip_suffix("event = 1\n").unwrap());
    let ran = shell.run(&args);
    assert_eq!(ran.code, 78);
    for (part, at) in
        [("\"localhost\" is a name within this machine", "3:7"), ("did you mean \"call.finished\"?", "4:10")]
    {
        let line = ran.err.lines().find(|line| line.contains(part)).unwrap();
        assert!(line.ends_with(&format!(" hook.toml:{at}")), "{line}");
        assert_eq!(ran.err.matches(part).count(), 1, "said once: {}", ran.err);
    }
    assert!(!shell.path().join("d").exists());
}

#[test]
fn what_keeps_a_server_from_starting_is_found_before_its_folder_is_made() {
    let shell = Shell::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = shell.run(&["serve", "--data-dir", "d", "--listen", &address]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(&format!("cannot listen on {address}")), "{}", ran.err);
    shell.write("x.pem", "no certificate");
    shell.write("tls.toml", "[server]\ntls_cert_file = \"x.pem\"\ntls_key_file = \"x.pem\"\n");
    let ran = shell.run(&["serve", "--config", "tls.toml", "--data-dir", "d", "--listen", "127.0.0.1:0"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(!shell.path().join("d").exists());
}

#[test]
fn development_mode_does_not_listen_on_public_addresses() {
    let ran = Shell::new().run(&["serve", "--dev", "--listen", "0.0.0.0:8080"]);
    assert_eq!(ran.code, 78);
    assert!(ran.err.contains("--listen 127.0.0.1:8080") && ran.err.contains("hookswitch key new"), "{}", ran.err);
    let public = Shell::new().with_env("HOOKSWITCH__SERVER__LISTEN", "0.0.0.0:8080");
    assert_eq!(public.run(&["serve", "--dev"]).code, 78);
}

#[test]
fn settings_are_shown_with_their_origin_and_without_secrets() {
    let shell = Shell::new().with_env("HOOKSWITCH__CALL__RING_TIMEOUT_SECS", "2");
    shell.write("c.toml", "[auth]\njwt_secret = \"very secret\"\n[log]\nlevel = \"warn\"\n");
    let args = ["print-config", "--config", "c.toml", "--dev", "--listen", "127.0.0.1:9", "--data-dir", "d"];
    let ran = shell.run(&args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let line = |key: &str| {
        let line = ran.out.lines().find(|line| line.starts_with(&format!("{key} "))).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("listen"), "listen = \"127.0.0.1:9\" # flag --listen");
    assert_eq!(line("data_dir"), "data_dir = \"d\" # flag --data-dir");
    assert_eq!(line("ring_timeout_secs"), "ring_timeout_secs = 2 # environment HOOKSWITCH__CALL__RING_TIMEOUT_SECS");
    assert_eq!(line("jwt_secret"), "jwt_secret = \"********\" # c.toml:2");
    assert_eq!(line("level"), "level = \"warn\" # c.toml:4");
    assert_eq!(line("allow_private"), "allow_private = true # default of --dev");
    assert_eq!(line("glare"), "glare = \"join\" # default");
    assert!(!ran.out.contains("very secret"));
    let json: serde_json::Value = serde_json::from_str(&shell.run(&[&args[..], &["--json"]].concat()).out).unwrap();
    assert_eq!(json["log"]["level"], serde_json::json!({ "value": "warn", "origin": "c.toml:4" }));
    assert_eq!(json["auth"]["jwt_secret"]["value"], "********");
}

#[test]
fn what_print_config_prints_is_a_configuration() {
    let shell = Shell::new();
    shell.write("printed.toml", &shell.run(&["print-config"]).out);
    let ran = shell.run(&["check-config", "printed.toml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_new_key_is_printed_once_on_its_own_line_and_only_its_hash_is_kept() {
    let shell = Shell::new();
    let ran = shell.run(&["key", "new", "--scope", "control", "--name", "crm", "--data-dir", "d"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let key = ran.out.strip_suffix('\n').unwrap();
    assert!(key.starts_with("hsk_") && !key.contains(char::is_whitespace), "{key:?}");
    let (hash, scope, name) = shell
        .database("d")
        .query_row("SELECT hash, scope, name FROM api_keys", [], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })
        .unwrap();
    assert_eq!(hash, hookswitch::auth::keys::hash(key));
    assert_eq!((scope.as_str(), name.as_str()), ("control", "crm"));
    let raw = fs::read(shell.path().join("d/hookswitch.sqlite3")).unwrap();
    assert!(!raw.windows(key.len()).any(|part| part == key.as_bytes()));

    let list = shell.run(&["key", "list", "--data-dir", "d"]).out;
    assert!(list.contains("control") && list.trim_end().ends_with("crm") && !list.contains(key), "{list}");
    let id = list.split_whitespace().next().unwrap();
    assert_eq!(shell.run(&["key", "revoke", id, "--data-dir", "d"]).code, 0);
    assert_eq!(shell.run(&["key", "revoke", id, "--data-dir", "d"]).code, 1, "it is gone");
    assert_eq!(shell.run(&["key", "list", "--data-dir", "d"]).out, "");
    let typo = shell.run(&["key", "list", "--data-dir", "typo"]);
    assert!(typo.code == 1 && typo.err.contains("typo is no data folder"), "{}", typo.err);
}

#[test]
fn what_the_command_line_changes_is_in_the_audit() {
    let shell = Shell::new();
    assert_eq!(shell.run(&["key", "new", "--scope", "read", "--data-dir", "d"]).code, 0);
    let list = shell.run(&["key", "list", "--data-dir", "d"]).out;
    let id = list.split_whitespace().next().unwrap();
    assert_eq!(shell.run(&["key", "revoke", id, "--data-dir", "d"]).code, 0);
    assert_eq!(shell.run(&["key", "revoke", id, "--data-dir", "d"]).code, 1);
    assert_eq!(shell.run_with_input(&["user", "add", "alice", "--data-dir", "d"], "secret\n").code, 0);
    let db = shell.database("d");
    let mut select = db.prepare("SELECT key, action, target FROM audit ORDER BY id").unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let rows: Vec<(String, String, String)> = rows.map(Result::unwrap).collect();
    let row = |action: &str, target: String| ("cli".to_owned(), action.to_owned(), target);
    let key = format!("keys/{id}");
    let expected = [row("keys_new", key.clone()), row("keys_revoke", key), row("users_put", "users/alice".to_owned())];
    assert_eq!(rows, expected);
}

#[test]
fn the_audit_is_listed() {
    let shell = Shell::new();
    let page = r#"{"items":[{"id":7,"at":"2026-11-21T03:10:00.123Z","key":"dev","key_name":null,"scope":"admin",
        "address":"127.0.0.1","action":"users_put","target":"users/alice","status":201,"error_code":null,"request_id":"r","times":1}],
        "next_cursor":null}"#;
    let (url, asked) = serve_once("200 OK", page);
    let ran = shell.run(&["audit", "--target", "users/alice", "--limit", "5", "--url", &url]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.out,
        "WHEN (UTC)           KEY  FROM       ACTION     TARGET       RESULT\n\
         2026-11-21 03:10:00  dev  127.0.0.1  users_put  users/alice  201\n"
    );
    let request = asked.join().unwrap();
    assert!(request.starts_with("GET /api/v1/audit?limit=5&target=users%2Falice HTTP/1.1\r\n"), "{request}");
    let (url, _asked) = serve_once("200 OK", page);
    let json: serde_json::Value = serde_json::from_str(&shell.run(&["audit", "--json", "--url", &url]).out).unwrap();
    assert_eq!(json["items"][0]["id"], 7);
}

#[test]
fn the_data_folder_is_found_as_the_server_finds_it() {
    let shell = Shell::new().with_env("HOOKSWITCH__STORE__DATA_DIR", "from-env");
    assert_eq!(shell.run(&["key", "new", "--scope", "read"]).code, 0);
    assert!(shell.path().join("from-env/hookswitch.sqlite3").exists());
    let shell = Shell::new();
    shell.write("c.toml", "[store]\ndata_dir = \"from-file\"\n");
    assert_eq!(shell.run(&["key", "new", "--scope", "read", "--config", "c.toml"]).code, 0);
    assert!(shell.path().join("from-file/hookswitch.sqlite3").exists());
    assert_eq!(shell.run(&["key", "new", "--scope", "read"]).code, 0);
    assert!(shell.path().join("hookswitch-data/hookswitch.sqlite3").exists());
}

#[test]
fn a_password_is_read_from_standard_input() {
    let shell = Shell::new();
    let add = |input: &str| shell.run_with_input(&["user", "add", "alice", "--data-dir", "d"], input);
    let hash = || -> String {
        shell
            .database("d")
            .query_row("SELECT password_hash FROM accounts WHERE user = 'alice'", [], |row| row.get(0))
            .unwrap()
    };
    let ran = add("correct horse\nsecond line\n");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("made the account alice"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let right =
        |password: &str| runtime.block_on(hookswitch::auth::passwords::verify(password.into(), Some(hash()))).unwrap();
    assert!(right("correct horse") && !right("second line"));
    assert!(add("another").err.contains("gave a new password to alice"));
    assert!(right("another"));
    assert_eq!(add("\n").code, 1, "an empty password");
    assert!(right("another"), "nothing changed");
}

#[test]
fn a_token_is_made_without_a_server_by_the_configured_or_the_kept_secret() {
    let verify = |auth: hookswitch::config::Auth, data_dir: &Path, token: &str| {
        let tokens = hookswitch::auth::UserTokens::new(&auth, data_dir).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(tokens.verify(token)).map(|user| user.as_str().to_owned())
    };
    let auth = || hookswitch::config::load(&hookswitch::config::Sources::default()).unwrap().config.auth;

    let shell = Shell::new();
    let ran = shell.run(&["token", "alice", "--data-dir", "d"]);
    assert_eq!((ran.code, shell.path().join("d").exists()), (1, false), "{}", ran.out);
    assert!(ran.err.contains("/d is no data folder: start the server on it once"), "{}", ran.err);
    assert_eq!(shell.run(&["key", "new", "--scope", "read", "--data-dir", "d"]).code, 0);
    let ran = shell.run(&["token", "alice", "--data-dir", "d"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(verify(auth(), &shell.path().join("d"), ran.out.trim()).as_deref(), Ok("alice"));

    let secret = "a secret that is as long as it must be";
    let shell = shell.with_env("HOOKSWITCH__AUTH__JWT_SECRET", secret);
    let token = shell.run(&["token", "bob", "--ttl-secs", "60.5"]).out;
    let mut with_secret = auth();
    with_secret.jwt_secret = Some(hookswitch::config::Secret::new(secret));
    assert_eq!(verify(with_secret, shell.path(), token.trim()).as_deref(), Ok("bob"));

    let shell = Shell::new().with_env("HOOKSWITCH__AUTH__JWKS_URL", "https://id.example");
    let ran = shell.run(&["token", "alice"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("makes no tokens"), "{}", ran.err);
}

const CALLS: &str = r#"{"items":[{"id":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11","state":"ended","caller":"alice","callee":"bob",
"requested_at":"2026-11-21T03:10:00.000Z","ringing_at":"2026-11-21T03:10:00.100Z","started_at":"2026-11-21T03:10:05.000Z",
"error_code":0,"reason":"hangup","talk_ms":65000}],"next_cursor":null}"#;

#[test]
fn calls_are_listed_with_code_and_name() {
    let shell = Shell::new();
    let (url, asked) = serve_once("200 OK", CALLS);
    let ran = shell.run(&["calls", "--user", "alice", "--state", "ended", "--limit", "5", "--url", &url]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.out,
        "REQUESTED (UTC)      STATE  WHO           HOW LONG         END       CALL\n\
         2026-11-21 03:10:00  ended  alice -> bob  talked 1:05 min  0 hangup  0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11\n"
    );
    let request = asked.join().unwrap();
    assert!(request.starts_with("GET /api/v1/calls?limit=5&user=alice&state=ended HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer dev\r\n"), "the development key, on this machine: {request}");

    let (url, asked) = serve_once("200 OK", CALLS);
    let shell = shell.with_env("HOOKSWITCH_URL", &url).with_env("HOOKSWITCH_API_KEY", "hsk_env");
    let json: serde_json::Value = serde_json::from_str(&shell.run(&["calls", "--json"]).out).unwrap();
    assert_eq!((&json["items"][0]["talk_ms"], &json["next_cursor"]), (&65_000.into(), &serde_json::Value::Null));
    assert!(asked.join().unwrap().contains("authorization: Bearer hsk_env\r\n"));
}

#[test]
fn a_call_is_finished_with_the_key_of_a_file() {
    let shell = Shell::new();
    shell.write("key", "hsk_file\n");
    let ended = r#"{"id":"0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11","state":"ended","caller":"alice","callee":"bob",
        "started_at":"2026-11-21T03:10:05.000Z","error_code":-7,"reason":"forced","talk_ms":1500}"#;
    let (url, asked) = serve_once("200 OK", ended);
    let id = "0199f2a4-5c1e-7d3a-9b0f-2f6f0a1c9e11";
    let ran = shell.run(&["finish", id, "--error-code", "-7", "--url", &url, "--key-file", "key"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "ended: alice -> bob, talked 1.5 s, -7 forced\n"), "{}", ran.err);
    let request = asked.join().unwrap();
    assert!(request.starts_with(&format!("POST /api/v1/calls/{id}/finish HTTP/1.1\r\n")), "{request}");
    assert!(request.contains("authorization: Bearer hsk_file\r\n"), "{request}");
    assert!(request.ends_with(r#"{"error_code":-7,"user_str":""}"#), "{request}");
}

#[test]
fn refusals_and_silence_are_told() {
    let shell = Shell::new();
    let problem = r#"{"type":"x","title":"Not authorised","status":401,"detail":"no such API key"}"#;
    let (url, asked) = serve_once("401 Unauthorized", problem);
    let ran = shell.run(&["calls", "--url", &url]);
    asked.join().unwrap();
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("no such API key (HTTP 401)") && ran.err.contains("HOOKSWITCH_API_KEY"), "{}", ran.err);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = shell.run(&["calls", "--url", &format!("http://{nobody}")]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("cannot reach http://127.0.0.1:"), "{}", ran.err);
}

#[test]
fn health_asks_readyz_without_a_key() {
    let shell = Shell::new();
    let (url, asked) = serve_once("200 OK", "{}");
    let ran = shell.run(&["health", "--url", &url]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "ready\n"), "{}", ran.err);
    let request = asked.join().unwrap();
    assert!(request.starts_with("GET /readyz HTTP/1.1\r\n") && !request.contains("authorization"), "{request}");
    let (url, asked) = serve_once("503 Service Unavailable", r#"{"store":"full"}"#);
    let ran = shell.run(&["health", "--url", &url]);
    asked.join().unwrap();
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(r#"not ready (HTTP 503): {"store":"full"}"#), "{}", ran.err);
}
