//! The one HTTP client of the hooks: signed POSTs, guarded addresses, no redirects, no proxies, bounded answers.

use std::{error::Error as _, time::Duration};

use bytestring::ByteString;
use reqwest::{
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect,
};

use super::{
    registry::Hook,
    resolver::GuardedResolver,
    sign::unix_secs,
    traced::{About, Exchange},
};
use crate::{
    clock,
    config::guard::{self, GuardError},
    trace::{PostHeaders, Recorder},
};

/// Longest answer that is read. Unit: bytes. A verdict is far shorter; more is cut off with its connection.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// How long an idle connection is kept. Below the 5 s after which many servers close theirs, so that a POST seldom meets a
/// connection that is being closed; raising it saves handshakes at low call rates and risks such failures.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// Idle connections kept for each host.
const IDLE_PER_HOST: usize = 64;
/// Longest text of a failure. Unit: bytes.
pub(super) const MAX_MESSAGE_BYTES: usize = 200;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<String>,
    /// `None` where it was longer than [`MAX_ANSWER_BYTES`].
    pub(super) body: Option<Vec<u8>>,
}

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PostError {
    #[error("no answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    #[error("address refused: {0}")]
    Refused(GuardError),
    #[error("{0}")]
    Failed(String),
}

#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    allow_private: bool,
    trace: Recorder,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) id: &'a str,
    pub(super) body: &'a ByteString,
    pub(super) about: About<'a>,
}

impl Client {
    pub(super) fn new(allow_private: bool, trace: Recorder) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(GuardedResolver { allow_private })
            .user_agent(concat!("hookswitch/", env!("CARGO_PKG_VERSION")))
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .build()?;
        Ok(Self { http, allow_private, trace })
    }

    /// Sends one signed POST and reads the answer, all within `timeout`.
    pub(super) async fn post(&self, hook: &Hook, post: Post<'_>, timeout: Duration) -> Result<Reply, PostError> {
        let Post { id, body, about } = post;
        guard::check_literal(&hook.url, self.allow_private).map_err(PostError::Refused)?;
        let now = clock::wall();
        let (timestamp, signature) = (unix_secs(now), hook.keys.header(id, now, body.as_bytes()));
        let request = self
            .http
            .post(hook.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", &signature)
            .body(body.as_bytes().clone());
        let traced = Exchange { trace: &self.trace, hook, about, body };
        let headers = || PostHeaders { id: id.to_owned(), timestamp, signature: signature.clone() };
        traced.sent(headers);
        let began = clock::now();
        let exchange = async {
            let mut response = request.send().await?;
            let status = response.status().as_u16();
            let retry_after =
                response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let mut body = Some(Vec::new());
            while let Some(chunk) = response.chunk().await? {
                let Some(read) = body.as_mut().filter(|read| read.len() + chunk.len() <= MAX_ANSWER_BYTES) else {
                    body = None;
                    break;
                };
                read.extend_from_slice(&chunk);
            }
            Ok(Reply { status, retry_after, body })
        };
        let answer = match tokio::time::timeout(timeout, exchange).await {
            Ok(outcome) => outcome.map_err(|error: reqwest::Error| describe(&error)),
            Err(_) => Err(PostError::Timeout(timeout)),
        };
        traced.answered(headers, clock::now().saturating_duration_since(began), &answer);
        answer
    }
}

/// The innermost cause: it says most, and unlike the outer ones it never holds the URL, whose query may be secret.
fn describe(error: &reqwest::Error) -> PostError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<GuardError>() {
            return PostError::Refused(refused.clone());
        }
        match inner.source() {
            Some(deeper) => cause = Some(deeper),
            None => return PostError::Failed(clip(&inner.to_string())),
        }
    }
    PostError::Failed("the request failed".to_owned())
}

/// At most [`MAX_MESSAGE_BYTES`] of a text, on one line.
pub(super) fn clip(text: &str) -> String {
    let mut clipped = String::new();
    for character in text.chars().map(|character| if character.is_control() { ' ' } else { character }) {
        if clipped.len() + character.len_utf8() > MAX_MESSAGE_BYTES {
            break;
        }
        clipped.push(character);
    }
    clipped
}
