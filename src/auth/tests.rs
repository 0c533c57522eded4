//! User tokens, from all sides.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::{AuthError, TokenSetupError, UserTokens};
use crate::{
    clock,
    config::{Auth, JwtAlgorithm, Secret, Sources, load},
    protocol::{ids::UserId, record::Timestamp},
};

const RSA: &[u8] = include_bytes!("test_keys/rsa.pem");
const P256: &[u8] = include_bytes!("test_keys/p256.pem");
const ED25519: &[u8] = include_bytes!("test_keys/ed25519.pem");

fn auth() -> Auth {
    load(&Sources::default()).unwrap().config.auth
}

fn tokens(auth: &Auth) -> UserTokens {
    UserTokens::new(auth, Path::new("/nowhere")).unwrap()
}

fn shared(secret: &str) -> UserTokens {
    tokens(&Auth { jwt_secret: Some(Secret::new(secret)), ..auth() })
}

fn with_key_file(name: &str) -> UserTokens {
    tokens(&Auth { jwt_public_key_file: Some(key_file(name)), ..auth() })
}

fn key_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/auth/test_keys").join(name)
}

fn alice() -> UserId {
    UserId::new("alice").unwrap()
}

fn now_secs() -> f64 {
    Duration::from_micros(u64::try_from(clock::wall().0).unwrap()).as_secs_f64()
}

fn good_claims() -> Value {
    json!({ "sub": "alice", "exp": now_secs() + 60.0 })
}

fn sign(algorithm: Algorithm, key: &EncodingKey, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, key).unwrap()
}

fn hs256(secret: &str, claims: &Value) -> String {
    sign(Algorithm::HS256, &EncodingKey::from_secret(secret.as_bytes()), claims)
}

fn invalid(answer: &Result<UserId, AuthError>) -> bool {
    matches!(answer, Err(error @ AuthError::Invalid(_)) if error.code() == 215)
}

#[tokio::test]
async fn a_minted_token_speaks_for_its_user_until_the_second_after_its_end() {
    let tokens = shared("s3cret");
    let now = clock::wall();
    let (token, until) = tokens.mint(&alice(), Duration::from_millis(1500), now).unwrap();
    assert_eq!(tokens.verify(&token).await, Ok(alice()));
    assert_eq!(until.0 % 1_000_000, 0, "a whole second");
    let ahead = until.0 - now.0;
    assert!((1_500_000..2_500_000).contains(&ahead), "rounded up, by less than a second: {ahead}");
}

#[test]
fn an_end_on_the_second_is_not_rounded() {
    let (_, until) = shared("s").mint(&alice(), Duration::from_secs(5), Timestamp(1_000_000_000_000)).unwrap();
    assert_eq!(until, Timestamp(1_000_005_000_000));
    let (_, until) = shared("s").mint(&alice(), Duration::from_secs(5), Timestamp(1_000_000_000_001)).unwrap();
    assert_eq!(until, Timestamp(1_000_006_000_000));
}

#[tokio::test]
async fn the_claims_decide() {
    let tokens = shared("s3cret");
    let now = now_secs();
    let cases = [
        ("good", good_claims(), "ok"),
        ("a fraction ahead", json!({ "sub": "alice", "exp": now + 0.9 }), "ok"),
        ("a fraction past", json!({ "sub": "alice", "exp": now - 0.1 }), "expired"),
        ("this very second", json!({ "sub": "alice", "exp": now.floor() }), "expired"),
        ("long past", json!({ "sub": "alice", "exp": 0 }), "expired"),
        ("before time", json!({ "sub": "alice", "exp": -5 }), "expired"),
        ("the far future", json!({ "sub": "alice", "exp": 1e300 }), "ok"),
        ("no exp", json!({ "sub": "alice" }), "invalid"),
        ("null exp", json!({ "sub": "alice", "exp": null }), "invalid"),
        ("exp as text", json!({ "sub": "alice", "exp": "9999999999" }), "invalid"),
        ("no sub", json!({ "exp": now + 60.0 }), "invalid"),
        ("sub as number", json!({ "sub": 7, "exp": now + 60.0 }), "invalid"),
        ("sub with a space", json!({ "sub": "al ice", "exp": now + 60.0 }), "invalid"),
        ("empty sub", json!({ "sub": "", "exp": now + 60.0 }), "invalid"),
        ("issued in the future", json!({ "sub": "alice", "exp": now + 60.0, "iat": now + 30.0 }), "ok"),
        ("an audience", json!({ "sub": "alice", "exp": now + 60.0, "aud": ["x"], "iss": "y" }), "ok"),
        ("not yet", json!({ "sub": "alice", "exp": now + 60.0, "nbf": now + 30.0 }), "invalid"),
        ("not before by a clock that is ahead", json!({ "sub": "alice", "exp": now + 60.0, "nbf": now + 2.0 }), "ok"),
    ];
    for (name, claims, expected) in cases {
        let answer = tokens.verify(&hs256("s3cret", &claims)).await;
        let got = match &answer {
            Ok(user) if *user == alice() => "ok",
            Err(error @ AuthError::Expired) if error.code() == 220 => "expired",
            Err(AuthError::Invalid(_)) => "invalid",
            _ => "something else",
        };
        assert_eq!(got, expected, "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let tokens = shared("s3cret");
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = format!("{}.{}.", part(json!({ "alg": "none", "typ": "JWT" })), part(good_claims()));
    let critical = {
        let mut header = Header::new(Algorithm::HS256);
        header.crit = Some(vec!["x".into()]);
        jsonwebtoken::encode(&header, &good_claims(), &EncodingKey::from_secret(b"s3cret")).unwrap()
    };
    let good = hs256("s3cret", &good_claims());
    let (head, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let swapped = format!("{header}.{}.{signature}", part(json!({ "sub": "bob", "exp": now_secs() + 60.0 })));
    let forged = [
        hs256("other", &good_claims()),
        hs256("", &good_claims()),
        sign(Algorithm::HS512, &EncodingKey::from_secret(b"s3cret"), &good_claims()),
        sign(Algorithm::EdDSA, &EncodingKey::from_ed_pem(ED25519).unwrap(), &good_claims()),
        none,
        critical,
        swapped,
        format!("{head}."),
        head.to_owned(),
        String::new(),
        "..".into(),
        "a.b.c".into(),
        good.replace('.', "!"),
    ];
    for token in forged {
        assert!(invalid(&tokens.verify(&token).await), "{token}");
    }
    assert_eq!(tokens.verify(&good).await, Ok(alice()));
}

#[tokio::test]
async fn each_kind_of_public_key_verifies_its_own_algorithm_and_no_other() {
    let signers = [
        ("rsa.pub.pem", sign(Algorithm::RS256, &EncodingKey::from_rsa_pem(RSA).unwrap(), &good_claims())),
        ("p256.pub.pem", sign(Algorithm::ES256, &EncodingKey::from_ec_pem(P256).unwrap(), &good_claims())),
        ("ed25519.pub.pem", sign(Algorithm::EdDSA, &EncodingKey::from_ed_pem(ED25519).unwrap(), &good_claims())),
    ];
    for (file, _) in &signers {
        let tokens = with_key_file(file);
        assert_eq!(tokens.mint(&alice(), Duration::from_secs(1), clock::wall()), Err(AuthError::NoSecret));
        for (other, token) in &signers {
            let answer = tokens.verify(token).await;
            assert_eq!(answer.is_ok(), file == other, "{file} {other}: {answer:?}");
        }
        let confused = hs256(&std::fs::read_to_string(key_file(file)).unwrap(), &good_claims());
        assert!(invalid(&tokens.verify(&confused).await), "the public key as a shared secret, {file}");
    }
    let pss = sign(Algorithm::PS256, &EncodingKey::from_rsa_pem(RSA).unwrap(), &good_claims());
    assert!(invalid(&with_key_file("rsa.pub.pem").verify(&pss).await));
}

#[tokio::test]
async fn only_the_pinned_algorithms_are_accepted() {
    let both =
        Auth { jwt_secret: Some(Secret::new("s3cret")), jwt_public_key_file: Some(key_file("p256.pub.pem")), ..auth() };
    let by_secret = hs256("s3cret", &good_claims());
    let by_key = sign(Algorithm::ES256, &EncodingKey::from_ec_pem(P256).unwrap(), &good_claims());
    let all = tokens(&both);
    assert_eq!((all.verify(&by_secret).await, all.verify(&by_key).await), (Ok(alice()), Ok(alice())));
    let pinned = tokens(&Auth { jwt_algorithms: vec![JwtAlgorithm::Es256], ..both });
    assert!(invalid(&pinned.verify(&by_secret).await));
    assert_eq!(pinned.verify(&by_key).await, Ok(alice()));
}

#[test]
fn a_file_without_a_usable_public_key_is_refused() {
    for name in ["p256.pem", "p384.pub.pem", "README.md"] {
        let auth = Auth { jwt_public_key_file: Some(key_file(name)), ..auth() };
        assert!(matches!(UserTokens::check_key_file(&auth), Err(TokenSetupError::KeyForm(_))), "{name}");
    }
    let auth = Auth { jwt_public_key_file: Some("/nowhere/key.pem".into()), ..auth() };
    assert!(matches!(UserTokens::new(&auth, Path::new("/nowhere")), Err(TokenSetupError::KeyFile { .. })));
}

#[tokio::test]
async fn without_any_key_a_secret_is_kept_in_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let one = UserTokens::new(&auth(), folder.path()).unwrap();
    let other = UserTokens::new(&auth(), folder.path()).unwrap();
    let (token, _) = one.mint(&alice(), Duration::from_secs(60), clock::wall()).unwrap();
    assert_eq!(other.verify(&token).await, Ok(alice()));
    assert!(
        !format!("{one:?}").contains(&std::fs::read_to_string(folder.path().join("jwt_secret")).unwrap().trim()[..8])
    );
}

/// A provider that serves these keys, or nothing good while `broken`, and counts how often it was asked.
struct Provider {
    url: url::Url,
    asked: Arc<AtomicUsize>,
    keys: Arc<std::sync::Mutex<Option<Value>>>,
}

impl Provider {
    async fn start(keys: Option<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap()).parse().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let keys = Arc::new(std::sync::Mutex::new(keys));
        let (counter, served) = (Arc::clone(&asked), Arc::clone(&keys));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                counter.fetch_add(1, Ordering::SeqCst);
                let mut request = [0; 4096];
                let _read = stream.read(&mut request).await.unwrap();
                let answer = match &*served.lock().unwrap() {
                    Some(keys) => {
                        let body = json!({ "keys": keys }).to_string();
                        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                    }
                    None => "HTTP/1.1 503 Down\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_owned(),
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, asked, keys }
    }

    fn tokens(&self) -> UserTokens {
        tokens(&Auth { jwks_url: Some(self.url.clone()), ..auth() })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn serve(&self, keys: Option<Value>) {
        *self.keys.lock().unwrap() = keys;
    }
}

fn jwk(key: &EncodingKey, algorithm: Algorithm, kid: &str) -> Value {
    let mut json = serde_json::to_value(Jwk::from_encoding_key(key, algorithm).unwrap()).unwrap();
    json["kid"] = kid.into();
    json
}

fn sign_as(kid: Option<&str>, algorithm: Algorithm, key: &EncodingKey) -> String {
    let header = Header { kid: kid.map(String::from), ..Header::new(algorithm) };
    jsonwebtoken::encode(&header, &good_claims(), key).unwrap()
}

async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn keys_of_a_provider_are_fetched_once_for_everybody() {
    let (ec, ed) = (EncodingKey::from_ec_pem(P256).unwrap(), EncodingKey::from_ed_pem(ED25519).unwrap());
    let rsa = EncodingKey::from_rsa_pem(RSA).unwrap();
    let published = json!([
        { "kty": "hologram", "kid": "odd" },
        { "kty": "oct", "kid": "shared", "k": "c2VjcmV0" },
        jwk(&ec, Algorithm::ES256, "ec"), jwk(&ed, Algorithm::EdDSA, "ed"), jwk(&rsa, Algorithm::RS256, "rsa"),
    ]);
    let provider = Provider::start(Some(published)).await;
    let tokens = provider.tokens();
    let good = [
        sign_as(Some("ec"), Algorithm::ES256, &ec),
        sign_as(Some("ed"), Algorithm::EdDSA, &ed),
        sign_as(Some("rsa"), Algorithm::RS256, &rsa),
        sign_as(None, Algorithm::RS256, &rsa),
    ];
    let answers = futures_util::future::join_all(good.iter().map(|token| tokens.verify(token))).await;
    assert_eq!(answers, vec![Ok(alice()); 4]);
    assert_eq!(provider.asked(), 1);
    let shared = EncodingKey::from_secret(b"secret");
    assert!(invalid(&tokens.verify(&sign_as(Some("shared"), Algorithm::HS256, &shared)).await), "no shared secrets");
}

#[tokio::test]
async fn a_new_key_is_found_but_unknown_ones_do_not_bother_the_provider() {
    let (ec, ed) = (EncodingKey::from_ec_pem(P256).unwrap(), EncodingKey::from_ed_pem(ED25519).unwrap());
    let provider = Provider::start(Some(json!([jwk(&ec, Algorithm::ES256, "old")]))).await;
    let tokens = provider.tokens();
    assert_eq!(tokens.verify(&sign_as(Some("old"), Algorithm::ES256, &ec)).await, Ok(alice()));
    provider.serve(Some(json!([jwk(&ed, Algorithm::EdDSA, "new")])));
    let new = sign_as(Some("new"), Algorithm::EdDSA, &ed);
    for _ in 0..20 {
        assert!(invalid(&tokens.verify(&new).await), "too soon to ask again");
    }
    assert_eq!(provider.asked(), 1);
    pass(Duration::from_secs(11)).await;
    assert_eq!(tokens.verify(&new).await, Ok(alice()));
    assert_eq!(provider.asked(), 2);
    assert!(invalid(&tokens.verify(&sign_as(Some("old"), Algorithm::ES256, &ec)).await), "withdrawn");
}

#[tokio::test]
async fn known_keys_stay_in_use_while_the_provider_is_down() {
    let ec = EncodingKey::from_ec_pem(P256).unwrap();
    let provider = Provider::start(None).await;
    let tokens = provider.tokens();
    let token = sign_as(Some("ec"), Algorithm::ES256, &ec);
    assert!(invalid(&tokens.verify(&token).await), "nothing is known yet");
    provider.serve(Some(json!([jwk(&ec, Algorithm::ES256, "ec")])));
    pass(Duration::from_secs(11)).await;
    assert_eq!(tokens.verify(&token).await, Ok(alice()));
    provider.serve(None);
    pass(Duration::from_secs(601)).await;
    // Signed anew: the wall clock does not follow the paused one.
    assert_eq!(tokens.verify(&sign_as(Some("ec"), Algorithm::ES256, &ec)).await, Ok(alice()));
    assert_eq!(provider.asked(), 3);
}
