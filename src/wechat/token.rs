//! The access token of an account: fetched when needed, by one for all who wait, early enough, and anew where WeChat says that it
//! is no longer good.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

use super::client::{BREATH, Client, Failure, Granted};
use crate::{
    clock,
    config::Secret,
    protocol::{
        record::Timestamp,
        wechat::api::{Remedy, token_meaning},
    },
};

/// How long before its end a token is fetched anew, or half of its life where that is shorter. Source: WeChat renews it so early, and
/// takes both until then.
const EARLY: Duration = Duration::from_secs(300);

/// How an account's access token is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TokenView {
    /// `none`: not needed yet; `valid`; `failed`: WeChat gave none the last time.
    #[schema(example = "valid")]
    pub state: &'static str,
    /// How long it is good.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Why WeChat gave none.
    pub error: Option<String>,
}

#[derive(Debug, Clone)]
struct Held {
    token: Secret,
    fetched: Instant,
    /// From then on another is fetched.
    refresh_at: Instant,
    until: Instant,
}

impl Held {
    fn new(granted: &Granted, now: Instant) -> Self {
        let Granted { token, lives } = granted;
        let refresh_at = now + lives.saturating_sub(EARLY.min(*lives / 2));
        Self { token: token.clone(), fetched: now, refresh_at, until: now + *lives }
    }
}

/// What the last fetch left.
#[derive(Debug, Default)]
struct Kept {
    held: Option<Held>,
    /// The last failure, and when it was known. Whoever waited for that fetch has it too.
    failed: Option<(Instant, Failure)>,
}

/// An account's token. The lock is held while it is fetched: whoever comes meanwhile waits for that fetch.
#[derive(Debug)]
pub(super) struct Tokens {
    kept: tokio::sync::Mutex<Kept>,
    shown: Mutex<TokenView>,
}

impl Default for Tokens {
    fn default() -> Self {
        let shown = TokenView { state: "none", expires_at: None, error: None };
        Self { kept: tokio::sync::Mutex::default(), shown: Mutex::new(shown) }
    }
}

impl Tokens {
    /// How it is.
    pub(super) fn view(&self) -> TokenView {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A token that is good, or was a moment ago.
    pub(super) async fn get(&self, client: &Client, appid: &str, secret: &Secret) -> Result<Secret, Failure> {
        let came = clock::now();
        let mut kept = self.kept.lock().await;
        let now = clock::now();
        // Whoever waited for a fetch takes what it brought, however short-lived.
        if let Some(held) = kept.held.as_ref().filter(|held| now < held.refresh_at || came < held.fetched) {
            return Ok(held.token.clone());
        }
        let held = kept.held.clone().filter(|held| now < held.until);
        let fetched = self.fetch(&mut kept, came, client, appid, secret).await;
        match (fetched, held) {
            (Err(_), Some(old)) => Ok(old.token),
            (fetched, _) => fetched,
        }
    }

    /// Another token than the one that WeChat no longer takes. In normal mode it may give the same one again.
    pub(super) async fn renew(
        &self,
        stale: &Secret,
        client: &Client,
        appid: &str,
        secret: &Secret,
    ) -> Result<Secret, Failure> {
        let came = clock::now();
        let mut kept = self.kept.lock().await;
        match &kept.held {
            Some(held) if held.token != *stale || came < held.fetched => Ok(held.token.clone()),
            _ => {
                kept.held = None;
                self.fetch(&mut kept, came, client, appid, secret).await
            }
        }
    }

    async fn fetch(
        &self,
        kept: &mut Kept,
        came: Instant,
        client: &Client,
        appid: &str,
        secret: &Secret,
    ) -> Result<Secret, Failure> {
        if let Some((_, failure)) = kept.failed.as_ref().filter(|(at, _)| came < *at) {
            return Err(failure.clone());
        }
        let mut outcome = client.token(appid, secret).await;
        if let Err(Failure::Refused { errcode, .. }) = outcome
            && token_meaning(errcode).remedy == Remedy::Again
        {
            tokio::time::sleep(BREATH).await;
            outcome = client.token(appid, secret).await;
        }
        let now = clock::now();
        self.show(kept, now, outcome.as_ref());
        match outcome {
            Ok(granted) => {
                *kept = Kept { held: Some(Held::new(&granted, now)), failed: None };
                Ok(granted.token)
            }
            Err(failure) => {
                kept.failed = Some((now, failure.clone()));
                Err(failure)
            }
        }
    }

    fn show(&self, kept: &Kept, now: Instant, outcome: Result<&Granted, &Failure>) {
        let at = |span: Duration| {
            let micros = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
            Timestamp(clock::wall().0.saturating_add(micros))
        };
        let view = match outcome {
            Ok(granted) => TokenView { state: "valid", expires_at: Some(at(granted.lives)), error: None },
            Err(failure) => TokenView {
                state: "failed",
                expires_at: kept.held.as_ref().map(|held| at(held.until.saturating_duration_since(now))),
                error: Some(failure.to_string()),
            },
        };
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = view;
    }
}
