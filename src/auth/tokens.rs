//! User tokens: JSON Web Tokens whose `sub` is the user.
//!
//! The signature is checked by `jsonwebtoken`; the claims here, against the clock module, with no leeway.

use std::{fmt, path::Path, path::PathBuf, sync::Arc, time::Duration};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{
    jwks::Jwks,
    secret_file::{KeptSecretError, read_or_make},
};
use crate::{
    clock,
    config::{Auth, JwtAlgorithm},
    protocol::{
        codes::{Code, TOKEN_EXPIRED, TOKEN_INVALID},
        ids::UserId,
        record::Timestamp,
    },
};

/// How far ahead of this server's clock a token's `nbf` may be: the issuer's clock is another one. It lengthens no token.
const NOT_BEFORE_TOLERANCE: Duration = Duration::from_secs(5);

/// Why a token is refused, or none can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// It was good once: 220.
    #[error("the token has expired")]
    Expired,
    /// It was never good: 215. With what is wrong, in words that tell nothing secret.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// Tokens are made elsewhere: only public keys are configured.
    #[error("this server makes no tokens: it has public keys only; set auth.jwt_secret to let it")]
    NoSecret,
}

impl AuthError {
    /// The code that a client is told.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::Expired => TOKEN_EXPIRED,
            Self::Invalid(_) | Self::NoSecret => TOKEN_INVALID,
        }
    }
}

/// Why tokens cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum TokenSetupError {
    /// The public key file cannot be read.
    #[error("auth.jwt_public_key_file: {} cannot be read", .path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The public key file holds something else.
    #[error("auth.jwt_public_key_file: {} holds no RSA, P-256 or Ed25519 public key in PEM", .0.display())]
    KeyForm(PathBuf),
    /// The kept secret is not to be had.
    #[error(transparent)]
    Kept(#[from] KeptSecretError),
    /// The client for `auth.jwks_url` cannot be made.
    #[error("auth.jwks_url: no HTTP client")]
    Client(#[from] reqwest::Error),
}

/// Verifies user tokens, and makes them where there is a shared secret. Cloning shares the keys.
#[derive(Clone)]
pub struct UserTokens(Arc<Keys>);

struct Keys {
    /// Signs and verifies HS256.
    shared: Option<(EncodingKey, DecodingKey)>,
    public: Option<(Algorithm, DecodingKey)>,
    jwks: Option<Jwks>,
    /// The only algorithms that a token may have.
    allowed: Vec<Algorithm>,
}

impl fmt::Debug for UserTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserTokens").field("allowed", &self.0.allowed).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct NewClaims<'a> {
    sub: &'a str,
    iat: u64,
    exp: u64,
}

#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    exp: Option<f64>,
    nbf: Option<f64>,
}

impl UserTokens {
    /// Takes the keys of the configuration; where there are none, the secret kept in `data_dir`, which is made if need be.
    ///
    /// # Errors
    /// [`TokenSetupError`] where a key cannot be had.
    pub fn new(auth: &Auth, data_dir: &Path) -> Result<Self, TokenSetupError> {
        let secret = if auth.has_no_key() { Some(read_or_make(data_dir)?) } else { auth.jwt_secret.clone() };
        let shared = secret.filter(|secret| !secret.expose().is_empty()).map(|secret| {
            let bytes = secret.expose().as_bytes();
            (EncodingKey::from_secret(bytes), DecodingKey::from_secret(bytes))
        });
        let public = auth.jwt_public_key_file.as_deref().map(read_public_key).transpose()?;
        let jwks = auth.jwks_url.clone().map(Jwks::new).transpose()?;
        let can = |algorithm: Algorithm| match algorithm {
            Algorithm::HS256 => shared.is_some(),
            _ => jwks.is_some() || public.as_ref().is_some_and(|(of_key, _)| *of_key == algorithm),
        };
        let wanted = if auth.jwt_algorithms.is_empty() { JwtAlgorithm::ALL } else { auth.jwt_algorithms.as_slice() };
        let allowed = wanted.iter().copied().map(algorithm).filter(|algorithm| can(*algorithm)).collect();
        Ok(Self(Arc::new(Keys { shared, public, jwks, allowed })))
    }

    /// Looks whether the public key file of the configuration holds a key that tokens can be verified with.
    ///
    /// # Errors
    /// [`TokenSetupError`] where it does not.
    pub fn check_key_file(auth: &Auth) -> Result<(), TokenSetupError> {
        auth.jwt_public_key_file.as_deref().map(read_public_key).transpose().map(drop)
    }

    /// Makes a token for `user` that expires `ttl` from `now`, rounded up to a whole second. Returns it and its end.
    ///
    /// # Errors
    /// [`AuthError::NoSecret`] where only public keys are configured.
    pub fn mint(&self, user: &UserId, ttl: Duration, now: Timestamp) -> Result<(String, Timestamp), AuthError> {
        let (key, _) = self.0.shared.as_ref().ok_or(AuthError::NoSecret)?;
        let now = Duration::from_micros(u64::try_from(now.0).unwrap_or(0));
        let end = now.saturating_add(ttl);
        let exp = end.as_secs().saturating_add(u64::from(end.subsec_nanos() > 0));
        let claims = NewClaims { sub: user.as_str(), iat: now.as_secs(), exp };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, key);
        let token = token.map_err(|_| AuthError::Invalid("it could not be signed"))?;
        let expires_at = i64::try_from(exp).unwrap_or(i64::MAX).saturating_mul(1_000_000);
        Ok((token, Timestamp(expires_at)))
    }

    /// The user that a token speaks for. May fetch the JWKS.
    ///
    /// # Errors
    /// [`AuthError::Expired`] or [`AuthError::Invalid`].
    pub async fn verify(&self, token: &str) -> Result<UserId, AuthError> {
        let header = jsonwebtoken::decode_header(token)
            .map_err(|_| AuthError::Invalid("it is no JWT, or its algorithm is unknown"))?;
        if !self.0.allowed.contains(&header.alg) {
            return Err(AuthError::Invalid("its algorithm is not accepted here"));
        }
        if header.crit.is_some() {
            return Err(AuthError::Invalid("it has critical extensions"));
        }
        let claims = match header.alg {
            Algorithm::HS256 => self.0.shared.as_ref().and_then(|(_, key)| signed(token, key, header.alg)),
            _ => self.signed_by_public_key(token, &header).await,
        };
        let claims = claims.ok_or(AuthError::Invalid("its signature or form is wrong"))?;
        accept(&claims, clock::wall())
    }

    async fn signed_by_public_key(&self, token: &str, header: &Header) -> Option<Claims> {
        let by_file = match &self.0.public {
            Some((algorithm, key)) if *algorithm == header.alg => signed(token, key, header.alg),
            _ => None,
        };
        if by_file.is_some() {
            return by_file;
        }
        let keys = self.0.jwks.as_ref()?.keys(header.kid.as_deref(), header.alg).await;
        keys.iter().find_map(|key| signed(token, key, header.alg))
    }
}

fn algorithm(configured: JwtAlgorithm) -> Algorithm {
    match configured {
        JwtAlgorithm::Hs256 => Algorithm::HS256,
        JwtAlgorithm::Rs256 => Algorithm::RS256,
        JwtAlgorithm::Es256 => Algorithm::ES256,
        JwtAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

/// The claims, where the signature is that of `key`.
fn signed(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Claims> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode(token, key, &validation).ok().map(|token| token.claims)
}

fn accept(claims: &Claims, now: Timestamp) -> Result<UserId, AuthError> {
    let now = Duration::from_micros(u64::try_from(now.0).unwrap_or(0));
    let sub = claims.sub.as_deref().ok_or(AuthError::Invalid("it has no `sub`"))?;
    let exp = claims.exp.ok_or(AuthError::Invalid("it has no `exp`"))?;
    if now >= seconds(exp) {
        return Err(AuthError::Expired);
    }
    if claims.nbf.is_some_and(|nbf| seconds(nbf) > now + NOT_BEFORE_TOLERANCE) {
        return Err(AuthError::Invalid("it is not good yet"));
    }
    UserId::new(sub).map_err(|_| AuthError::Invalid("its `sub` is no user name"))
}

/// A claim's time since 1970: before that counts as then, beyond all clocks as the end of time.
fn seconds(claim: f64) -> Duration {
    if claim <= 0.0 { Duration::ZERO } else { Duration::try_from_secs_f64(claim).unwrap_or(Duration::MAX) }
}

/// Length of an uncompressed point on P-256. Unit: bytes.
const P256_POINT: usize = 65;

fn read_public_key(path: &Path) -> Result<(Algorithm, DecodingKey), TokenSetupError> {
    let pem = std::fs::read(path).map_err(|source| TokenSetupError::KeyFile { path: path.to_owned(), source })?;
    if let Ok(key) = DecodingKey::from_ed_pem(&pem) {
        return Ok((Algorithm::EdDSA, key));
    }
    if let Ok(key) = DecodingKey::from_ec_pem(&pem)
        && key.try_get_as_bytes().is_ok_and(|point| point.len() == P256_POINT)
    {
        return Ok((Algorithm::ES256, key));
    }
    if let Ok(key) = DecodingKey::from_rsa_pem(&pem) {
        return Ok((Algorithm::RS256, key));
    }
    Err(TokenSetupError::KeyForm(path.to_owned()))
}
