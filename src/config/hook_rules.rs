//! What a hook may be: the same for `[[webhooks.endpoint]]` and for `PUT /api/v1/webhooks/{name}`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use super::{
    guard::{self, GuardError},
    nearest::nearest,
};
use crate::protocol::event::HookEventKind;

/// Longest name of a hook. Unit: bytes.
const MAX_NAME_BYTES: usize = 64;
/// Longest description. Unit: bytes.
const MAX_DESCRIPTION_BYTES: usize = 1024;
/// Bounds of `timeout_ms`: below, every hook would time out; above, callers would have hung up.
const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 10..=30_000;
/// What a signing secret's text begins with.
pub(crate) const SECRET_PREFIX: &str = "whsec_";
/// How long a signing key is. Unit: bytes. Source: Standard Webhooks.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

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

/// What is wrong with a signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is whsec_ followed by the base64 of 24 to 64 bytes")]
pub struct SecretError;

/// What is wrong with a hook's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// The name.
    #[error(
        "a hook's name has 1 to 64 letters, digits, dots, dashes and underscores, and begins with a letter or digit"
    )]
    Name,
    /// The `url`.
    #[error("{0}")]
    Url(GuardError),
    /// One of `events`.
    #[error(
        "unknown event {given:?}, did you mean {near:?}? Choose from {}, or take a group as in call.*, or * for all",
        EVENTS.join(", ")
    )]
    Event {
        /// What was written.
        given: String,
        /// The most similar event there is.
        near: &'static str,
    },
    /// The `timeout_ms`.
    #[error("must be 10 to 30000")]
    Timeout,
    /// The `secret`.
    #[error("{0}")]
    Secret(SecretError),
    /// The `description`.
    #[error("at most 1024 bytes")]
    Description,
    /// Two hooks of the configuration file have one name.
    #[error("two hooks have this name")]
    Twice,
}

impl SpecError {
    /// The field that is wrong.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::Name | Self::Twice => "name",
            Self::Url(_) => "url",
            Self::Event { .. } => "events",
            Self::Timeout => "timeout_ms",
            Self::Secret(_) => "secret",
            Self::Description => "description",
        }
    }
}

/// A hook's form, as far as it can be wrong.
#[derive(Clone, Copy)]
pub(crate) struct HookForm<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    pub(crate) events: &'a [String],
    pub(crate) timeout_ms: u64,
    pub(crate) secret: Option<&'a str>,
    pub(crate) description: &'a str,
}

/// What a form comes to.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) url: Url,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) wants: Wants,
}

impl HookForm<'_> {
    /// Reads the form.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the fields; at least one.
    pub(crate) fn check(&self, allow_private: bool) -> Result<Checked, Vec<SpecError>> {
        let name = check_name(self.name);
        let url = guard::check_url(self.url, allow_private).map_err(SpecError::Url);
        let wants = Wants::of(self.events);
        let timeout = TIMEOUT_MS.contains(&self.timeout_ms).then_some(()).ok_or(SpecError::Timeout);
        let key = self.secret.map(signing_key).transpose().map_err(SpecError::Secret);
        let fits = self.description.len() <= MAX_DESCRIPTION_BYTES;
        let description = fits.then_some(()).ok_or(SpecError::Description);
        match (name, url, wants, timeout, key, description) {
            (Ok(()), Ok(url), Ok(wants), Ok(()), Ok(key), Ok(())) => Ok(Checked { url, key, wants }),
            (name, url, wants, timeout, key, description) => {
                let faults = [name.err(), url.err(), wants.err(), timeout.err(), key.err(), description.err()];
                Err(faults.into_iter().flatten().collect())
            }
        }
    }
}

/// The bytes of a signing secret's text.
///
/// # Errors
/// [`SecretError`] where the prefix, the base64 or the length is wrong.
pub(crate) fn signing_key(text: &str) -> Result<Vec<u8>, SecretError> {
    let key = STANDARD.decode(text.strip_prefix(SECRET_PREFIX).ok_or(SecretError)?).map_err(|_| SecretError)?;
    if KEY_BYTES.contains(&key.len()) { Ok(key) } else { Err(SecretError) }
}

fn check_name(name: &str) -> Result<(), SpecError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if begins && name.len() <= MAX_NAME_BYTES && name.bytes().all(fits) { Ok(()) } else { Err(SpecError::Name) }
}

/// Which of [`EVENTS`] a hook wants: bit n for the nth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wants(u8);

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
                let given: String = pattern.chars().take(80).collect();
                let near = nearest(&given, EVENTS.iter(), |event| event).map_or("", |near| *near);
                return Err(SpecError::Event { given, near });
            }
            wants |= bits;
        }
        Ok(Self(wants))
    }

    pub(crate) fn call(self, kind: HookEventKind) -> bool {
        self.has(kind.type_name())
    }

    pub(crate) fn user(self, online: bool) -> bool {
        self.has(if online { "user.online" } else { "user.offline" })
    }

    pub(crate) fn worker_failed(self) -> bool {
        self.has("worker.failed")
    }

    fn has(self, name: &str) -> bool {
        EVENTS.iter().zip(0..).any(|(event, n)| *event == name && self.0 & 1 << n != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(all.worker_failed() && wants(&["worker.*"]).unwrap().worker_failed() && !calls.worker_failed());
        assert!(!wants(&["call.request"]).unwrap().call(HookEventKind::Requested));
        assert!(!wants(&[]).unwrap().call(HookEventKind::Requested));
    }

    const FORM: HookForm<'_> = HookForm {
        name: "crm",
        url: "https://example.org/",
        events: &[],
        timeout_ms: 1000,
        secret: None,
        description: "",
    };

    /// The fields that are wrong, and what is said of the first.
    fn faults(form: HookForm<'_>) -> (Vec<&'static str>, String) {
        let faults = form.check(false).err().unwrap_or_default();
        (faults.iter().map(SpecError::field).collect(), faults.first().map(ToString::to_string).unwrap_or_default())
    }

    #[test]
    fn an_unknown_event_is_answered_with_the_nearest_and_the_choices() {
        for bad in ["call.reply", "call", "cal*", "call.f*", ".*", "", "foo.*", "**", "call.*.*"] {
            let (fields, text) = faults(HookForm { events: &[bad.to_owned()], ..FORM });
            assert_eq!(fields, ["events"]);
            assert!(text.contains(bad) && text.contains("worker.failed") && text.contains("call.*"), "{text}");
        }
        let (_, text) = faults(HookForm { events: &["call.finnished".to_owned()], ..FORM });
        assert!(text.starts_with("unknown event \"call.finnished\", did you mean \"call.finished\"?"), "{text}");
    }

    #[test]
    fn bounds_are_kept_and_all_faults_told_at_once() {
        assert_eq!(faults(FORM).0, [""; 0]);
        for timeout_ms in [9, 30_001] {
            assert_eq!(faults(HookForm { timeout_ms, ..FORM }).0, ["timeout_ms"]);
        }
        let long = "x".repeat(1025);
        let all = HookForm {
            name: "",
            url: "http://127.0.0.1/",
            events: &["x".to_owned()],
            timeout_ms: 0,
            secret: Some("whsec_AAAA"),
            description: &long,
        };
        assert_eq!(faults(all).0, ["name", "url", "events", "timeout_ms", "secret", "description"]);
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
}
