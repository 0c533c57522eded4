//! The public keys of an identity provider, fetched from its JWKS URL.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use crate::clock;

/// How long fetched keys are used before they are asked for again. Longer asks less, and honours a withdrawn key longer.
const MAX_AGE: Duration = Duration::from_secs(600);
/// The least time between two fetches, however many unknown keys are named. Longer spares the provider, and makes the first
/// users of a new key wait longer.
const MIN_INTERVAL: Duration = Duration::from_secs(10);
/// How long a fetch may take: less than a client's time to log in.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// The largest answer. Unit: bytes.
const MAX_BODY: usize = 1 << 20;

/// The keys behind one URL.
pub(super) struct Jwks {
    url: Url,
    client: reqwest::Client,
    known: RwLock<Arc<Known>>,
    /// Held while fetching, so that one asks and the others wait.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: Vec<PublicKey>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

#[derive(Clone)]
struct PublicKey {
    kid: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("it could not be fetched")]
    Http(#[source] reqwest::Error),
    #[error("it is larger than {MAX_BODY} bytes")]
    TooLarge,
    #[error("it is no JWKS")]
    Form(#[from] serde_json::Error),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        // The URL may have a secret in its query.
        Self::Http(error.without_url())
    }
}

impl fmt::Debug for Jwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwks").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Jwks {
    pub(super) fn new(url: Url) -> Result<Self, reqwest::Error> {
        // No idle connections: the next fetch may come from another thread's runtime, minutes later.
        let client = reqwest::Client::builder()
            .timeout(FETCH_TIMEOUT)
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { url, client, known: RwLock::default(), fetching: Mutex::new(()) })
    }

    /// The keys that may have signed a token with this `kid` (all of the algorithm's, where it names none). Fetches where
    /// nothing fits or what there is has grown old.
    pub(super) async fn keys(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<DecodingKey> {
        let known = self.known();
        let old = known.fetched_at.is_none_or(|at| clock::now().saturating_duration_since(at) >= MAX_AGE);
        let fitting = known.fitting(kid, algorithm);
        if !old && !fitting.is_empty() {
            return fitting;
        }
        self.refresh(&known).await;
        self.known().fitting(kid, algorithm)
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches, unless somebody else did since `seen`, or just tried.
    async fn refresh(&self, seen: &Arc<Known>) {
        let _turn = self.fetching.lock().await;
        let known = self.known();
        let now = clock::now();
        let tried = known.tried_at.is_some_and(|at| now.saturating_duration_since(at) < MIN_INTERVAL);
        if !Arc::ptr_eq(&known, seen) || tried {
            return;
        }
        let next = match self.fetch().await {
            Ok(keys) => Known { keys, fetched_at: Some(now), tried_at: Some(now) },
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                let host = self.url.host_str();
                tracing::warn!(host, %error, cause, "jwks refresh failed, the keys known so far stay in use");
                Known { keys: known.keys.clone(), fetched_at: known.fetched_at, tried_at: Some(now) }
            }
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    async fn fetch(&self) -> Result<Vec<PublicKey>, FetchError> {
        let mut response = self.client.get(self.url.clone()).send().await?.error_for_status()?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let document: Document = serde_json::from_slice(&body)?;
        // A provider may publish keys of kinds that mean nothing here.
        Ok(document.keys.into_iter().filter_map(public_key).collect())
    }
}

impl Known {
    fn fitting(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<DecodingKey> {
        let fits = |key: &&PublicKey| {
            key.algorithm == algorithm && (kid.is_none() || key.kid.is_none() || key.kid.as_deref() == kid)
        };
        self.keys.iter().filter(fits).map(|key| key.key.clone()).collect()
    }
}

/// A published key, where it is a public signing key of an algorithm that this server knows.
fn public_key(json: serde_json::Value) -> Option<PublicKey> {
    let jwk: Jwk = serde_json::from_value(json).ok()?;
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(ec) if ec.curve == EllipticCurve::P256 => Algorithm::ES256,
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        _ => return None,
    };
    let named = jwk.common.key_algorithm.map(|named| named.to_string());
    let for_signing = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
    let same = named.is_none_or(|named| named == format!("{algorithm:?}"));
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    (for_signing && same).then_some(PublicKey { kid: jwk.common.key_id, algorithm, key })
}
