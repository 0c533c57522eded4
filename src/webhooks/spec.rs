//! What a hook is: the form operators write, and the checked form the rest works with.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::sign::Secret;
use crate::{
    config::hook_rules::{HookForm, SpecError, Wants},
    protocol::record::VetoPolicy,
};

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

/// A hook's form, checked.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) url: Url,
    pub(super) secret: Option<Secret>,
    pub(super) wants: Wants,
}

impl HookSpec {
    pub(super) fn check(&self, name: &str, allow_private: bool) -> Result<Checked, SpecError> {
        let Self { url, events, timeout_ms, secret, description, .. } = self;
        let form = HookForm { name, url, events, timeout_ms: *timeout_ms, secret: secret.as_deref(), description };
        match form.check(allow_private) {
            Ok(form) => Ok(Checked { url: form.url, secret: form.key.map(Secret::of_key), wants: form.wants }),
            Err(faults) => Err(faults.into_iter().next().unwrap_or(SpecError::Name)),
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(json: &str) -> serde_json::Result<HookSpec> {
        serde_json::from_str(json)
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
                    assert!(crate::config::guard::check_url(checked.url.as_str(), false).is_ok());
                }
                Err(error) => assert!(!error.to_string().is_empty() && !error.field().is_empty()),
            }
        });
    }

    #[test]
    fn neither_debug_nor_json_shows_the_secret() {
        let secret = Secret::generate().unwrap().reveal();
        let spec = spec(&format!(r#"{{"url":"https://example.org/?key=k","secret":"{secret}"}}"#)).unwrap();
        assert!(!format!("{spec:?}").contains(&secret) && !format!("{spec:?}").contains("key=k"));
        assert!(!serde_json::to_string(&spec).unwrap().contains(&secret));
    }
}
