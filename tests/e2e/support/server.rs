//! The server under test.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Mutex},
};

use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use super::{Client, DEADLINE, eventually};

/// How a server is started.
#[derive(Clone)]
pub struct Setup {
    dev: bool,
    env: Vec<(String, String)>,
    config: Option<String>,
    folder: Arc<TempDir>,
    pub listen: String,
}

impl Setup {
    /// Development mode.
    pub fn dev() -> Self {
        Self { dev: true, ..Self::production() }
    }

    pub fn production() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        // A media worker that starts while a test counts descriptors would be counted.
        let env = vec![("HOOKSWITCH__CLOUDVOIP__PREWARM".to_owned(), "0".to_owned())];
        Self { dev: false, env, config: None, folder, listen: "127.0.0.1:0".to_owned() }
    }

    /// Sets a key, as `CALL__GLARE`.
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        self.env.push((format!("HOOKSWITCH__{key}"), value.to_string()));
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The text of the configuration file.
    pub fn config(mut self, text: &str) -> Self {
        self.config = Some(text.to_owned());
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn config_file(&self) -> PathBuf {
        self.folder.path().join("hookswitch.toml")
    }

    /// A command on the same store.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookswitch"));
        command.args(args).env_clear().envs(self.env.iter().cloned()).current_dir(self.folder());
        command
    }

    /// Runs a command of the binary that uses the store.
    pub fn run(&self, args: &[&str], input: &str) -> String {
        let mut command = self.command(args);
        command.arg("--data-dir").arg(self.data_dir());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        assert!(status.success(), "{args:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap().trim().to_owned()
    }

    pub fn serve(&self) -> Command {
        let mut command = self.command(&["serve", "--listen", &self.listen]);
        command.arg("--data-dir").arg(self.data_dir());
        if self.dev {
            command.arg("--dev");
        }
        if let Some(text) = &self.config {
            std::fs::write(self.config_file(), text).unwrap();
            command.arg("--config").arg(self.config_file());
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub async fn start(self) -> Server {
        let mut child = self.serve().spawn().unwrap();
        let log: Arc<Mutex<String>> = Arc::default();
        let (announce, mut announced) = watch::channel(None);
        let (stderr, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(address) = ready(&line) {
                    announce.send_replace(Some(address));
                }
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        let (stdout, kept) = (BufReader::new(child.stdout.take().unwrap()), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                kept.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let ready = tokio::time::timeout(DEADLINE, announced.wait_for(Option::is_some)).await;
        let Ok(Ok(ready)) = ready else { panic!("it does not start: {}", log.lock().unwrap()) };
        let address: SocketAddr = ready.unwrap();
        let url = format!("http://{address}");
        let key = if self.dev { "dev".to_owned() } else { self.run(&["key", "new", "--scope", "admin"], "") };
        Server { setup: self, child, address, url, key, log, http: reqwest::Client::new(), may_err: false }
    }
}

/// Where a server listens, if this line of its log says so, in either form.
fn ready(line: &str) -> Option<SocketAddr> {
    let address = match line.split_once(" ready address=") {
        Some((_, rest)) => rest.split(' ').next()?.to_owned(),
        None => {
            let line = line.contains("\"message\":\"ready\"").then(|| serde_json::from_str::<Value>(line).unwrap())?;
            line["address"].as_str()?.to_owned()
        }
    };
    Some(address.parse().unwrap())
}

/// A server. Ends with the value, which then looks for errors in its log.
pub struct Server {
    pub setup: Setup,
    child: Child,
    pub address: SocketAddr,
    pub url: String,
    /// An API key with all scopes.
    pub key: String,
    log: Arc<Mutex<String>>,
    pub http: reqwest::Client,
    pub may_err: bool,
}

impl Server {
    pub async fn dev() -> Self {
        Setup::dev().start().await
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line of the log.
    pub async fn says(&self, part: &str) {
        eventually(part, || async { self.log().contains(part).then_some(()) }).await;
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for the end of the process.
    pub async fn exited(&mut self) -> ExitStatus {
        let mut end = None;
        let waited = async {
            while end.is_none() {
                end = self.child.try_wait().unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        assert!(tokio::time::timeout(DEADLINE, waited).await.is_ok(), "it does not end");
        end.unwrap()
    }

    /// `kill -9`, then another server on the same store.
    pub async fn crash_and_restart(mut self) -> Self {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.setup.clone().start().await
    }

    /// How many file descriptors the process has.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    pub async fn login(&self, user: &str) -> Client {
        self.login_on(user, "").await
    }

    /// Logs in with a device; in development mode any password does.
    pub async fn login_on(&self, user: &str, device: &str) -> Client {
        let mut client = self.connect().await;
        client.send(json!({"type": "login", "user": user, "password": "any", "device": device}));
        client.logged_in().await;
        client
    }

    pub async fn connect(&self) -> Client {
        Client::connect(self.address, "/ws", &[]).await.unwrap()
    }

    pub async fn resume(&self, token: &str, last_seq: u64) -> Client {
        let mut client = self.connect().await;
        client.send(json!({"type": "login", "resume": token, "last_seq": last_seq}));
        client.logged_in().await;
        client
    }

    pub async fn rest(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = tokio::time::timeout(DEADLINE, request.send()).await.expect("no answer in time").unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.rest(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.rest(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.rest(Method::PUT, path, Some(body)).await
    }

    pub async fn call(&self, id: &str) -> Value {
        self.get(&format!("/api/v1/calls/{id}")).await
    }

    /// Asserts how a call ended.
    pub async fn ended(&self, id: &str, reason: &str, error_code: i32) -> Value {
        let call = self.call(id).await;
        assert_eq!(
            (&call["state"], &call["reason"], &call["error_code"]),
            (&json!("ended"), &json!(reason), &json!(error_code)),
            "{call}"
        );
        call
    }

    /// The value of a metric: name and labels as in the exposition.
    pub async fn metric(&self, name: &str) -> f64 {
        let scrape = self.get("/metrics").await;
        let line = scrape.as_str().unwrap().lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0.0, |value| value.parse().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill().is_err();
        self.child.wait().unwrap();
        let log = self.log();
        if std::thread::panicking() {
            println!("{log}");
        } else {
            let error = log.lines().find(|line| line.contains("\"level\":\"ERROR\"") || line.contains("panicked"));
            assert!(self.may_err || error.is_none(), "{error:?}");
        }
    }
}
