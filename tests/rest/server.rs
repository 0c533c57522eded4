//! A server of its own for each test: the real binary on a free port, with a data directory that goes with it.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take that should come at once.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Server {
    pub address: String,
    pub folder: TempDir,
    pub http: Client,
    child: Child,
    flags: Vec<String>,
}

impl Server {
    /// Development mode, in which the key `dev` may do everything.
    pub fn dev() -> Self {
        Self::start(&["--dev"], &[])
    }

    pub fn start(flags: &[&str], env: &[(&str, &str)]) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), flags, env)
    }

    /// Another life of the server, on the same data.
    pub fn again(mut self) -> Self {
        self.kill();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap());
        Self::start_in(folder, &self.flags.iter().map(String::as_str).collect::<Vec<_>>(), &[])
    }

    fn start_in(folder: TempDir, flags: &[&str], env: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", "data"])
            .args(flags)
            .env_clear()
            .envs(env.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.find_map(|line| {
            let json: Value = serde_json::from_str(&line).ok()?;
            (json["message"] == "ready").then(|| json["address"].as_str().map(str::to_owned))?
        });
        // Read on, or the server would block on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let http = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Self { address: ready.expect("the server did not start"), folder, http, child, flags }
    }

    /// An API key made by the command line, while the server runs.
    pub fn key(&self, scope: &str) -> String {
        self.command(&["key", "new", "--scope", scope])
    }

    pub fn revoke_latest_key(&self) {
        let keys = self.command(&["key", "list"]);
        let id = keys.lines().last().unwrap().split_whitespace().next().unwrap().to_owned();
        self.command(&["key", "revoke", &id]);
    }

    fn command(&self, args: &[&str]) -> String {
        let made = Command::new(env!("CARGO_BIN_EXE_hookswitch"))
            .args(args)
            .args(["--data-dir", "data"])
            .env_clear()
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A request without a key.
    pub fn plain(&self, method: &str, path: &str) -> RequestBuilder {
        self.http.request(Method::from_bytes(method.as_bytes()).unwrap(), self.url(path))
    }

    /// A request with the key `dev`. Paths that do not say otherwise are the API's.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.plain(method, &format!("/api/v1{path}")).bearer_auth("dev")
    }

    pub async fn get(&self, path: &str) -> Value {
        let response = self.request("GET", path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        response.json().await.unwrap()
    }

    pub async fn send(&self, method: &str, path: &str, body: Value) -> Response {
        self.request(method, path).json(&body).send().await.unwrap()
    }

    pub fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    pub async fn exit_code(&mut self) -> Option<i32> {
        let child = &mut self.child;
        until("the server stops", async || child.try_wait().unwrap()).await.code()
    }
}

impl Server {
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Asks until the answer is as wanted.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("never: {what}"))
}

/// The body of an error, checked for what all of them have.
pub async fn problem(response: Response) -> Value {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("application/problem+json"), "{}", response.url());
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
    let (id, path) = (header("x-request-id").unwrap(), response.url().path().to_owned());
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["request_id"], id);
    assert_eq!(problem["instance"], path);
    assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
    assert!(problem["type"].as_str().unwrap().starts_with("/api/docs/errors#"), "{problem}");
    problem
}
