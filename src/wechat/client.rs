//! The HTTP client of WeChat's API: JSON POSTs, no redirects, no proxies, bounded answers, and nothing is ever sent twice.

use std::{error::Error as _, fmt, time::Duration};

use reqwest::{redirect, retry};
use serde::Serialize;

use crate::{
    config::Secret,
    protocol::wechat::api::{Answer, CallForm, TokenForm},
};

/// How long a connection may take. Within it WeChat has heard nothing, so that no phone rings.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer may take, connecting included. Longer leaves a caller waiting; shorter gives up calls that ring.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long WeChat has to recover where it says that it is busy, before it is asked once more.
pub(super) const BREATH: Duration = Duration::from_millis(300);
/// Longest answer that is read. Unit: bytes. A token has 512 characters at most.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Longest text of WeChat's that is shown. Unit: characters.
const MAX_TEXT: usize = 200;

/// Why a request to WeChat came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Failure {
    /// WeChat says no.
    Refused { errcode: i64, errmsg: String },
    /// There was no connection: WeChat has not heard of it.
    Unreached(String),
    /// WeChat may have heard of it, and did not answer in time.
    NoAnswer,
    /// The connection broke after the request was sent.
    Broken(String),
    /// What answered does not speak as WeChat does.
    Strange(u16),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { errcode, errmsg } if errmsg.is_empty() => write!(f, "errcode {errcode}"),
            Self::Refused { errcode, errmsg } => write!(f, "errcode {errcode}: {errmsg}"),
            Self::Unreached(why) => write!(f, "WeChat's API cannot be reached: {why}"),
            Self::NoAnswer => write!(f, "WeChat's API did not answer within {} s", ANSWER_TIMEOUT.as_secs()),
            Self::Broken(why) => write!(f, "the connection to WeChat's API broke before the answer: {why}"),
            Self::Strange(status) => {
                write!(f, "WeChat's API answered with HTTP status {status} and no JSON of its own")
            }
        }
    }
}

/// An access token and how long it is good.
pub(super) struct Granted {
    pub(super) token: Secret,
    pub(super) lives: Duration,
}

#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    /// A client of the API at `base`.
    pub(super) fn new(base: &str) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .user_agent(concat!("hookswitch/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned() })
    }

    /// Fetches the access token in normal mode, which leaves those good that others have.
    pub(super) async fn token(&self, appid: &str, secret: &Secret) -> Result<Granted, Failure> {
        let form = TokenForm { grant_type: "client_credential", appid, secret: secret.expose() };
        let answer = self.post("/cgi-bin/stable_token", &[], &form).await.map_err(|failure| failure.without(secret))?;
        match (answer.access_token.filter(|token| !token.is_empty()), answer.expires_in) {
            (Some(token), Some(secs)) => Ok(Granted { token: Secret::new(token), lives: Duration::from_secs(secs) }),
            _ => Err(Failure::Strange(200)),
        }
    }

    /// Has a phone rung.
    pub(super) async fn call(&self, token: &Secret, form: &CallForm<'_>) -> Result<(), Failure> {
        let query = [("access_token", token.expose())];
        let answer = self.post("/wxa/business/iot/voip/call", &query, form).await;
        answer.map(drop).map_err(|failure| failure.without(token))
    }

    async fn post(&self, path: &str, query: &[(&str, &str)], form: &impl Serialize) -> Result<Answer, Failure> {
        let url = reqwest::Url::parse_with_params(&format!("{}{path}", self.base), query);
        let url = url.map_err(|error| Failure::Unreached(error.to_string()))?;
        // Without a parameter the URL would end in a question mark.
        let url = if query.is_empty() { without_query(url) } else { url };
        let request = self.http.post(url).json(form);
        let exchange = async {
            let mut response = request.send().await.map_err(|error| failure(&error))?;
            let status = response.status();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
                if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                    return Err(Failure::Strange(status.as_u16()));
                }
                body.extend_from_slice(&chunk);
            }
            let answer = serde_json::from_slice::<Answer>(&body).ok().filter(|_| status.is_success());
            answer.ok_or(Failure::Strange(status.as_u16()))
        };
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, exchange).await.unwrap_or(Err(Failure::NoAnswer))?;
        match answer.errcode {
            0 => Ok(answer),
            errcode => Err(Failure::Refused { errcode, errmsg: clip(&answer.errmsg) }),
        }
    }
}

fn without_query(mut url: reqwest::Url) -> reqwest::Url {
    url.set_query(None);
    url
}

impl Failure {
    /// Whatever answers might repeat what it was sent.
    fn without(self, secret: &Secret) -> Self {
        match self {
            Self::Refused { errcode, errmsg } => {
                Self::Refused { errcode, errmsg: errmsg.replace(secret.expose(), "…") }
            }
            other => other,
        }
    }
}

/// The innermost cause: it says most, and unlike the outer ones never holds the URL, in which the token is.
fn failure(error: &reqwest::Error) -> Failure {
    let is_connect = error.is_connect();
    let mut innermost = error.source();
    while let Some(deeper) = innermost.and_then(|cause| cause.source()) {
        innermost = Some(deeper);
    }
    let why = innermost.map_or_else(|| "the request failed".to_owned(), |cause| clip(&cause.to_string()));
    if is_connect { Failure::Unreached(why) } else { Failure::Broken(why) }
}

/// The beginning of a text, on one line.
fn clip(text: &str) -> String {
    text.chars().take(MAX_TEXT).map(|character| if character.is_control() { ' ' } else { character }).collect()
}
