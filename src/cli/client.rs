//! The REST API, as the commands use it: one server, one key, never anywhere else.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use reqwest::{Certificate, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use url::{Host, Url};

use super::output::{CliError, printable};
use crate::auth::keys;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For what has no end by itself.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);
const KEY_VARIABLE: &str = "HOOKSWITCH_API_KEY";

/// Which server.
#[derive(Debug, Args)]
pub(super) struct ServerArgs {
    /// The server
    #[arg(long, env = "HOOKSWITCH_URL", default_value = "http://127.0.0.1:8080", value_parser = web)]
    url: Url,
    /// A file with the certificates (PEM) that the server's may be signed by, besides those this machine trusts
    #[arg(long, env = "HOOKSWITCH_CA", value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Which server, and who asks.
#[derive(Debug, Args)]
pub(super) struct ApiArgs {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// Who asks.
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    /// A file with the API key; otherwise HOOKSWITCH_API_KEY has it, or a server on this machine takes `dev`
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl ApiArgs {
    /// Whether the caller named a key.
    pub(super) fn has_key(&self) -> bool {
        self.key.key_file.is_some() || key_from_env().is_some()
    }
}

impl KeyArgs {
    /// The key for the server at `url`, if there is one.
    pub(super) fn key(self, url: &Url) -> Result<Option<String>, CliError> {
        if let Some(path) = self.key_file {
            return read_secret(&path).map(Some);
        }
        Ok(key_from_env().or_else(|| is_loopback(url).then(|| keys::DEV_KEY.to_owned())))
    }
}

fn key_from_env() -> Option<String> {
    std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty())
}

/// A client for the server at `url`, which goes nowhere else.
pub(super) fn http(url: &Url, timeout: Duration) -> Result<reqwest::Client, CliError> {
    made(builder(url, timeout))
}

fn builder(url: &Url, timeout: Duration) -> reqwest::ClientBuilder {
    let http = reqwest::Client::builder().timeout(timeout).redirect(reqwest::redirect::Policy::none());
    if is_loopback(url) { http.no_proxy() } else { http }
}

fn made(http: reqwest::ClientBuilder) -> Result<reqwest::Client, CliError> {
    http.build().map_err(|source| CliError::Http { what: "no HTTP client".into(), source: Some(source) })
}

/// What a file holds, without white space around it.
pub(super) fn read_secret(path: &Path) -> Result<String, CliError> {
    Ok(String::from_utf8_lossy(&read(path)?).trim().to_owned())
}

fn web(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or("a URL as http://127.0.0.1:8080 or https://calls.example.org")
}

/// A server to ask.
pub(super) struct Client {
    http: reqwest::Client,
    pub(super) url: Url,
    key: Option<String>,
}

impl Client {
    pub(super) fn anonymous(args: ServerArgs) -> Result<Self, CliError> {
        let mut http = builder(&args.url, TIMEOUT);
        if let Some(path) = &args.ca {
            let no_certificate = || CliError::Said(format!("{} holds no certificate in PEM", path.display()));
            let bundle = Certificate::from_pem_bundle(&read(path)?).ok().filter(|bundle| !bundle.is_empty());
            http = http.tls_certs_merge(bundle.ok_or_else(no_certificate)?);
        }
        Ok(Self { http: made(http)?, url: args.url, key: None })
    }

    pub(super) fn new(args: ApiArgs) -> Result<Self, CliError> {
        let key = args.key.key(&args.server.url)?;
        Ok(Self { key, ..Self::anonymous(args.server)? })
    }

    /// Asks; any answer but success is an error in the server's own words.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Value, CliError> {
        let (status, text) = self.send(method, path, query, body).await?;
        let json: Option<Value> = match status {
            StatusCode::NO_CONTENT => Some(Value::Null),
            _ => serde_json::from_str(&text).ok(),
        };
        if status.is_success() {
            return json
                .ok_or_else(|| CliError::Said(format!("{} is no hookswitch server: no JSON came back", self.url)));
        }
        Err(CliError::Said(refusal(status, json.as_ref())))
    }

    /// Asks; returns whatever comes.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<(StatusCode, String), CliError> {
        let mut request = self.request(method, path, query);
        if let Some(body) = body {
            request = request.json(body);
        }
        answer(request).await.map_err(|error| self.unreachable(error))
    }

    /// Opens a stream of server-sent events, from the event after `last` on. It stays open for as long as the server likes.
    ///
    /// # Errors
    /// [`CliError::Said`] where the server refuses, [`CliError::Http`] where there is none.
    pub(super) async fn stream(&self, path: &str, last: Option<&str>) -> Result<reqwest::Response, CliError> {
        let mut request = self.request(Method::GET, path, &[]).timeout(FOR_EVER);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let late = |_| CliError::Http { what: format!("{} does not answer", self.url), source: None };
        let response = tokio::time::timeout(TIMEOUT, request.send()).await.map_err(late)?;
        let response = response.map_err(|error| self.unreachable(error))?;
        let status = response.status();
        // A server that is about to stop, or a proxy whose server is away.
        if status.is_server_error() {
            return Err(CliError::Http {
                what: format!("{} is not ready (HTTP {})", self.url, status.as_u16()),
                source: None,
            });
        }
        if !status.is_success() {
            let text = response.text().await.unwrap_or_default();
            return Err(CliError::Said(told(status, &text)));
        }
        Ok(response)
    }

    fn request(&self, method: Method, path: &str, query: &[(&str, String)]) -> RequestBuilder {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.http.request(method, url);
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    fn unreachable(&self, error: reqwest::Error) -> CliError {
        let what = if error.is_connect() {
            let trust = if self.url.scheme() == "https" { "; --ca names a certificate to trust" } else { "" };
            let url = &self.url;
            format!("cannot reach {url}: does the server run there? --url or HOOKSWITCH_URL names another{trust}")
        } else {
            format!("{} did not answer as it should", self.url)
        };
        CliError::Http { what, source: Some(error.without_url()) }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|error| CliError::Said(format!("cannot read {}: {error}", path.display())))
}

/// The items of a page.
pub(super) fn items(page: &Value) -> &[Value] {
    page.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Runs a command that asks.
pub(super) fn block_on<T>(command: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(command)
}

async fn answer(request: RequestBuilder) -> Result<(StatusCode, String), reqwest::Error> {
    let response = request.send().await?;
    Ok((response.status(), response.text().await?))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// An answer that is none of success, in one line.
pub(super) fn told(status: StatusCode, text: &str) -> String {
    refusal(status, serde_json::from_str(text).ok().as_ref())
}

/// A problem document in one line, and what helps against the commonest.
fn refusal(status: StatusCode, problem: Option<&Value>) -> String {
    let field = |name: &str| problem.and_then(|problem| problem.get(name)).and_then(Value::as_str);
    let what = field("detail").or_else(|| field("title")).unwrap_or("no reason given");
    let code = problem.and_then(|problem| problem.get("error_code")).and_then(Value::as_i64);
    let code = code.filter(|code| *code != 0).map(|code| format!(", error code {code}")).unwrap_or_default();
    let hint = match status {
        StatusCode::UNAUTHORIZED => {
            "\nPut an API key into HOOKSWITCH_API_KEY or a --key-file; `hookswitch key new --scope control` makes one."
        }
        StatusCode::FORBIDDEN => "\nThis needs an API key of a wider scope: `hookswitch key new --scope control`.",
        _ => "",
    };
    printable(&format!("the server refused: {what} (HTTP {}{code}){hint}", status.as_u16()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_this_machine_is_offered_the_development_key() {
        for (url, expected) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://[::1]:1", true),
            ("http://localhost.example.org", false),
            ("https://calls.example.org", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn a_refusal_says_what_the_server_says_and_what_helps() {
        let problem = json!({ "title": "Callee is busy", "detail": "bob is talking\u{1b}[2J", "error_code": 100_103 });
        assert_eq!(
            refusal(StatusCode::CONFLICT, Some(&problem)),
            "the server refused: bob is talking[2J (HTTP 409, error code 100103)"
        );
        assert!(refusal(StatusCode::UNAUTHORIZED, None).contains("HOOKSWITCH_API_KEY"));
    }
}
