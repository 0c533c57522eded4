//! What a hook is: the form operators write, and the checked form the rest works with.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    guard::{self, GuardError},
    sign::{Secret, SecretError},
};
use crate::protocol::{event::HookEventKind, record::VetoPolicy};

/// Longest name of a hook. Unit: bytes.
const MAX_NAME_BYTES: usize = 64;
/// Longest description. Unit: bytes.
const MAX_DESCRIPTION_BYTES: usize = 1024;
/// Bounds of `timeout_ms`: below, every hook would time out; above, callers would have hung up.
const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 10..=30_000;

/// Every event a hook may name. `call.request` is the veto question: `veto` alone decides who is asked, so naming it selects
/// nothing.
const EVENTS: [&str; 8] = [
    "call.request",
    "call.requested",
    "call.ringing",
    "call.started",
    "call.finished",
    "user.online",
    "user.offline",
    "worker.failed",
];

/// A hook as `PUT /api/v1/webhooks/{name}` and `[[webhooks.endpoint]]` write it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HookSpec {
    /// Where to POST: http or https.
    pub url: String,
    /// Which events are sent: exact names, `prefix.*` and `*`.
    #[serde(default)]
    pub events: Vec<String>,
    /// Whether it is asked before a call rings.
    #[serde(default)]
    pub veto: bool,
    /// How long its verdict is waited for. Unit: milliseconds, 10 to 30000.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// What decides where it gives no verdict.
    #[serde(default)]
    #[schema(value_type = String, example = "allow")]
    pub on_failure: OnFailure,
    /// The signing secret: `whsec_` and the base64 of 24 to 64 bytes. Absent: kept, or made where there is none yet.
    #[serde(default, skip_serializing)]
    pub secret: Option<String>,
    /// A disabled hook is neither asked nor told.
    #[serde(default = "default_enabled")]
    pub enabled: bool,
    /// The operator's own words.
    #[serde(default)]
    pub description: String,
}

/// [`VetoPolicy`] with the contract's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OnFailure(pub VetoPolicy);

impl Default for OnFailure {
    fn default() -> Self {
        Self(VetoPolicy::Allow)
    }
}

fn default_timeout_ms() -> u64 {
    1000
}

fn default_enabled() -> bool {
    true
}

impl fmt::Debug for HookSpec {
    /// Without the secret, and without the URL's query, which may hold one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HookSpec")
            .field("url", &self.url.split('?').next().unwrap_or_default())
            .field("events", &self.events)
            .field("veto", &self.veto)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a hook's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The name in the path.
    #[error(
        "a hook's name has 1 to 64 letters, digits, dots, dashes and underscores, and begins with a letter or digit"
    )]
    Name,
    /// The `url`.
    #[error("url: {0}")]
    Url(#[from] GuardError),
    /// One of `events`.
    #[error("events: unknown event {given:?}; choose from {}, or take a group as in call.*, or * for all", EVENTS.join(", "))]
    Event {
        /// What was written.
        given: String,
    },
    /// The `timeout_ms`.
    #[error("timeout_ms: must be 10 to 30000")]
    Timeout,
    /// The `secret`.
    #[error("secret: {0}")]
    Secret(#[from] SecretError),
    /// The `description`.
    #[error("description: at most 1024 bytes")]
    Description,
    /// Two hooks of the configuration file have one name.
    #[error("two hooks have this name")]
    Twice,
}

impl SpecError {
    /// The field that is wrong, as a JSON pointer; empty for the name, which is in the path.
    #[must_use]
    pub fn pointer(&self) -> &'static str {
        match self {
            Self::Name | Self::Twice => "",
            Self::Url(_) => "/url",
            Self::Event { .. } => "/events",
            Self::Timeout => "/timeout_ms",
            Self::Secret(_) => "/secret",
            Self::Description => "/description",
        }
    }
}

/// A hook's form, checked.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) url: Url,
    pub(super) secret: Option<Secret>,
    pub(super) wants: Wants,
}

impl HookSpec {
    pub(super) fn check(&self, name: &str, allow_private: bool) -> Result<Checked, SpecError> {
        check_name(name)?;
        if !TIMEOUT_MS.contains(&self.timeout_ms) {
            return Err(SpecError::Timeout);
        }
        if self.description.len() > MAX_DESCRIPTION_BYTES {
            return Err(SpecError::Description);
        }
        Ok(Checked {
            url: guard::check_url(&self.url, allow_private)?,
            secret: self.secret.as_deref().map(Secret::parse).transpose()?,
            wants: Wants::of(&self.events)?,
        })
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

fn check_name(name: &str) -> Result<(), SpecError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if begins && name.len() <= MAX_NAME_BYTES && name.bytes().all(fits) { Ok(()) } else { Err(SpecError::Name) }
}

/// Which of [`EVENTS`] a hook wants: bit n for the nth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wants(u8);

impl Wants {
    fn of(patterns: &[String]) -> Result<Self, SpecError> {
        let mut wants = 0;
        for pattern in patterns {
            let matches = |event: &str| match pattern.strip_suffix('*') {
                Some("") => true,
                Some(prefix) => prefix.ends_with('.') && event.starts_with(prefix),
                None => event == pattern,
            };
            let bits = EVENTS.iter().zip(0..).filter(|(event, _)| matches(event)).fold(0, |bits, (_, n)| bits | 1 << n);
            if bits == 0 {
                return Err(SpecError::Event { given: pattern.chars().take(80).collect() });
            }
            wants |= bits;
        }
        Ok(Self(wants))
    }

    pub(super) fn call(self, kind: HookEventKind) -> bool {
        self.has(kind.type_name())
    }

    pub(super) fn user(self, online: bool) -> bool {
        self.has(if online { "user.online" } else { "user.offline" })
    }

    fn has(self, name: &str) -> bool {
        EVENTS.iter().zip(0..).any(|(event, n)| *event == name && self.0 & 1 << n != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(json: &str) -> serde_json::Result<HookSpec> {
        serde_json::from_str(json)
    }

    fn check(json: &str) -> Result<Checked, SpecError> {
        spec(json).unwrap().check("crm", false)
    }

    #[test]
    fn a_url_alone_is_a_hook_with_the_defaults() {
        let spec = spec(r#"{"url":"https://example.org/"}"#).unwrap();
        assert!(spec.check("crm", false).is_ok());
        assert_eq!((spec.timeout_ms, spec.veto, spec.enabled), (1000, false, true));
        assert_eq!(spec.on_failure, OnFailure(VetoPolicy::Allow));
    }

    #[test]
    fn unknown_fields_and_policies_are_refused() {
        assert!(spec(r#"{"url":"https://example.org/","evnts":[]}"#).unwrap_err().to_string().contains("evnts"));
        assert!(spec(r#"{"url":"https://example.org/","on_failure":"maybe"}"#).is_err());
        assert!(spec("{}").is_err());
    }

    #[test]
    fn patterns_select_events() {
        let wants = |patterns: &[&str]| Wants::of(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>());
        let all = wants(&["*"]).unwrap();
        let calls = wants(&["call.request", "call.*"]).unwrap();
        let one = wants(&["call.finished", "user.online"]).unwrap();
        assert!(all.call(HookEventKind::Ringing) && all.user(false));
        assert!(calls.call(HookEventKind::Ringing) && !calls.user(true));
        assert!(one.call(HookEventKind::Finished) && !one.call(HookEventKind::Started));
        assert!(one.user(true) && !one.user(false));
        assert!(!wants(&["call.request"]).unwrap().call(HookEventKind::Requested));
        assert!(!wants(&[]).unwrap().call(HookEventKind::Requested));
    }

    #[test]
    fn an_unknown_event_is_answered_with_the_choices() {
        for bad in ["call.reply", "call", "cal*", "call.f*", ".*", "", "foo.*", "**", "call.*.*"] {
            let text = check(&format!(r#"{{"url":"https://example.org/","events":["{bad}"]}}"#)).unwrap_err();
            assert_eq!(text.pointer(), "/events");
            let text = text.to_string();
            assert!(text.contains(bad) && text.contains("worker.failed") && text.contains("call.*"), "{text}");
        }
    }

    #[test]
    fn bounds_are_kept() {
        for (field, bad) in [
            ("/timeout_ms", r#""timeout_ms":9"#),
            ("/timeout_ms", r#""timeout_ms":30001"#),
            ("/secret", r#""secret":"whsec_AAAA""#),
            ("/description", &format!(r#""description":"{}""#, "x".repeat(1025))),
        ] {
            assert_eq!(check(&format!(r#"{{"url":"https://example.org/",{bad}}}"#)).unwrap_err().pointer(), field);
        }
        assert_eq!(check(r#"{"url":"http://127.0.0.1/"}"#).unwrap_err().pointer(), "/url");
    }

    #[test]
    fn a_hooks_form_survives_anything() {
        let corpus = [
            r#"{"url":"https://u.example.org:8443/a?b=c#d","events":["call.*","user.online","*"],"veto":true,"timeout_ms":30000,
                "on_failure":"refuse","secret":"whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz","enabled":false,"description":"x"}"#,
            r#"{"url":"http://[::ffff:127.0.0.1]/"}"#,
            r#"{"url":"http://0x7f.1/"}"#,
        ];
        crate::fuzz::survives("hooks", &corpus, |text| {
            let Ok(spec) = spec(text) else { return };
            match spec.check("crm", false) {
                Ok(checked) => {
                    assert!(matches!(checked.url.scheme(), "http" | "https") && checked.url.has_host());
                    assert!(guard::check_literal(&checked.url, false).is_ok());
                }
                Err(error) => assert!(!error.to_string().is_empty() && error.pointer().starts_with('/')),
            }
        });
    }

    #[test]
    fn names_are_path_segments() {
        for good in ["a", "crm-2.prod_eu", &"x".repeat(64)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "-a", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert_eq!(check_name(bad), Err(SpecError::Name), "{bad}");
        }
    }

    #[test]
    fn neither_debug_nor_json_shows_the_secret() {
        let secret = Secret::generate().unwrap().reveal();
        let spec = spec(&format!(r#"{{"url":"https://example.org/?key=k","secret":"{secret}"}}"#)).unwrap();
        assert!(!format!("{spec:?}").contains(&secret) && !format!("{spec:?}").contains("key=k"));
        assert!(!serde_json::to_string(&spec).unwrap().contains(&secret));
    }
}
