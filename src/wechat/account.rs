//! An account: what its pushes are checked with, whose user a device is, and the call that rings a phone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    client::{BREATH, Client, Failure},
    report::{AccountView, PushKind, PushOutcome, Report},
    seen::{Look, Seen},
    token::Tokens,
};
use crate::{
    clock,
    config::{ProgramVersion, SN, Secret, WECHAT_API, WeChatAccount},
    protocol::{
        codes::{Code, DISCONNECTED},
        ids::{CallId, UserId},
        wechat::{
            address::{self, Address, payload},
            api::{self, CallDetails, CallForm, Meaning, Remedy, RoomType},
            crypto::{AesKey, PushKeys},
        },
    },
};

/// A call that is to ring a phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundCall {
    /// The call of the core; it rides in the payload, and comes back in the push.
    pub call: CallId,
    /// The device's user, who calls.
    pub device: UserId,
    /// The WeChat user, who is called.
    pub openid: String,
    /// Picture or not.
    pub room_type: RoomType,
    /// What else WeChat is told: [`Account::details`].
    pub details: CallDetails,
}

/// Why a phone does not ring.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallFailure {
    /// The code that the call ends with.
    pub code: Code,
    /// WeChat's own code, where it said no.
    pub errcode: Option<i64>,
    /// What went wrong, and what to do about it. Nothing secret.
    pub message: String,
}

/// An account of the configuration.
pub struct Account {
    settings: WeChatAccount,
    keys: Option<PushKeys>,
    client: Client,
    tokens: Tokens,
    seen: Seen,
    report: Report,
    details: Mutex<HashMap<CallId, CallDetails>>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("name", &self.settings.name).finish_non_exhaustive()
    }
}

impl Account {
    pub(super) fn new(settings: WeChatAccount) -> reqwest::Result<Self> {
        let client = Client::new(settings.api_base.as_ref().map_or(WECHAT_API, url::Url::as_str))?;
        let aes_key = settings.encoding_aes_key.as_ref().and_then(|key| AesKey::decode(key.expose()).ok());
        // The pushes of a platform end with its own appid.
        let is_platforms = settings.third_party && !settings.platform_appid.is_empty();
        let appid = if is_platforms { &settings.platform_appid } else { &settings.appid };
        let keys = settings.token.as_ref().zip(aes_key).map(|(token, aes_key)| PushKeys {
            token: token.expose().to_owned(),
            aes_key,
            appid: appid.clone(),
        });
        Ok(Self {
            settings,
            keys,
            client,
            tokens: Tokens::default(),
            seen: Seen::default(),
            report: Report::default(),
            details: Mutex::default(),
        })
    }

    pub(super) fn settings(&self) -> &WeChatAccount {
        &self.settings
    }

    /// Its name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// The mini program.
    #[must_use]
    pub fn appid(&self) -> &str {
        &self.settings.appid
    }

    /// The model of its devices; empty where none is set.
    #[must_use]
    pub fn model_id(&self) -> &str {
        &self.settings.model_id
    }

    /// Whether WeChat and its users are played: [`Account::call`] does nothing then, and no push comes.
    #[must_use]
    pub fn simulated(&self) -> bool {
        self.settings.simulated
    }

    /// What its pushes are checked with; `None` where it takes none.
    #[must_use]
    pub fn push_keys(&self) -> Option<&PushKeys> {
        self.keys.as_ref()
    }

    /// The user that the device of that serial number is logged in as; `None` where that would be no user's name.
    #[must_use]
    pub fn user_of_sn(&self, sn: &str) -> Option<UserId> {
        let user = UserId::new(&self.settings.device_user.replacen(SN, sn, 1)).ok()?;
        (!sn.is_empty() && !address::is_reserved(&user)).then_some(user)
    }

    /// The serial number of the device that is logged in as that user; `None` where the user is no device of this account.
    #[must_use]
    pub fn sn_of_user(&self, user: &UserId) -> Option<String> {
        let (before, after) = self.settings.device_user.split_once(SN)?;
        let sn = user.as_str().strip_prefix(before)?.strip_suffix(after)?;
        (!sn.is_empty()).then(|| sn.to_owned())
    }

    /// The WeChat user of that openid; `None` where a user's name may not have its characters or length.
    #[must_use]
    pub fn user_of_openid(&self, openid: &str) -> Option<UserId> {
        Address { account: self.settings.name.clone(), openid: openid.to_owned() }.user()
    }

    /// Looks up whether a push of that room was there in the last ten minutes, and remembers it.
    pub fn look(&self, room: &str) -> Look {
        self.seen.look(room, clock::now())
    }

    /// Takes note of a push and its answer, for [`super::WeChat::views`].
    pub fn pushed(&self, kind: PushKind, outcome: PushOutcome, errcode: Code) {
        self.report.push(kind, outcome, errcode);
    }

    /// Sets what WeChat is told of a call that is about to be placed, until what is returned is dropped.
    #[must_use]
    pub fn keep_details(self: &Arc<Self>, call: CallId, details: CallDetails) -> KeptDetails {
        self.kept().insert(call, details);
        KeptDetails { account: Arc::clone(self), call }
    }

    /// Takes that: when the call is routed, since whoever placed it does not wait any longer.
    #[must_use]
    pub fn details(&self, call: CallId) -> CallDetails {
        self.kept().remove(&call).unwrap_or_default()
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<CallId, CallDetails>> {
        self.details.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has WeChat ring the phone. It answers before the phone does; the push with the room follows.
    ///
    /// Asked again only where WeChat itself says so: once where it is busy, once with a fresh token. What may have rung the phone
    /// is never repeated.
    ///
    /// # Errors
    /// [`CallFailure`].
    pub async fn call(&self, call: OutboundCall) -> Result<(), CallFailure> {
        if self.settings.simulated {
            return Ok(());
        }
        let outcome = self.ring(&call).await;
        if let Err(CallFailure { errcode, message, .. }) = &outcome {
            tracing::warn!(call = %call.call, account = self.name(), errcode, why = message, "WeChat does not ring the phone");
        }
        outcome
    }

    async fn ring(&self, call: &OutboundCall) -> Result<(), CallFailure> {
        let Self { settings, client, tokens, .. } = self;
        let secret = self.call_secret()?;
        let Some(sn) = self.sn_of_user(&call.device) else {
            return Err(cannot(format!("the caller's name does not fit `device_user = {:?}`", settings.device_user)));
        };
        let payload = payload(call.call);
        let details = &call.details;
        let form = CallForm {
            model_id: details.model_id.as_deref().unwrap_or(&settings.model_id),
            sn: &sn,
            openid: &call.openid,
            room_type: call.room_type,
            listener_name: &details.listener_name,
            version_type: details.version_type.unwrap_or(match settings.version_type {
                ProgramVersion::Release => 0,
                ProgramVersion::Development => 1,
                ProgramVersion::Trial => 2,
            }),
            query: details.query.as_deref(),
            caller_camera_status: details.caller_camera_status,
            listener_camera_status: details.listener_camera_status,
            payload: &payload,
        };
        let no_token = |failure| self.failed(&failure, api::token_meaning);
        let mut token = tokens.get(client, &settings.appid, secret).await.map_err(no_token)?;
        let (mut may_renew, mut may_repeat) = (true, true);
        loop {
            let Err(failure) = client.call(&token, &form).await else { return Ok(()) };
            let remedy = match failure {
                Failure::Refused { errcode, .. } => Some(api::meaning(errcode).remedy),
                _ => None,
            };
            match remedy {
                Some(Remedy::FreshToken) if std::mem::take(&mut may_renew) => {
                    self.report.failed(&failure, api::meaning);
                    token = tokens.renew(&token, client, &settings.appid, secret).await.map_err(no_token)?;
                }
                Some(Remedy::Again) if std::mem::take(&mut may_repeat) => {
                    self.report.failed(&failure, api::meaning);
                    tokio::time::sleep(BREATH).await;
                }
                _ => return Err(self.failed(&failure, api::meaning)),
            }
        }
    }

    /// Whether the configuration has all that a call to a WeChat user takes.
    ///
    /// # Errors
    /// What is missing.
    pub fn may_call(&self) -> Result<(), String> {
        if self.settings.simulated { Ok(()) } else { self.call_secret().map(drop).map_err(|failure| failure.message) }
    }

    /// The secret that access tokens are fetched with.
    fn call_secret(&self) -> Result<&Secret, CallFailure> {
        let WeChatAccount { name, third_party, secret, .. } = &self.settings;
        if *third_party {
            let why =
                "belongs to a third-party platform, which alone has the access token: let the platform place the call";
            return Err(cannot(format!("account `{name}` {why}")));
        }
        let missing = || cannot(format!("account `{name}` has no `secret`: no access token can be fetched without"));
        secret.as_ref().ok_or_else(missing)
    }

    fn failed(&self, failure: &Failure, meaning: fn(i64) -> Meaning) -> CallFailure {
        self.report.failed(failure, meaning);
        let (code, errcode, message) = match failure {
            Failure::Refused { errcode, .. } => {
                let Meaning { remedy, what, advice } = meaning(*errcode);
                let code = if let Remedy::End(code) = remedy { code } else { DISCONNECTED };
                let advice = if advice.is_empty() { String::new() } else { format!(": {advice}") };
                (code, Some(*errcode), format!("{what}{advice} ({failure})"))
            }
            other => (DISCONNECTED, None, other.to_string()),
        };
        CallFailure { code, errcode, message }
    }

    /// The account and how it fares.
    #[must_use]
    pub fn view(&self) -> AccountView {
        let WeChatAccount { name, appid, simulated, third_party, device_user, secret, .. } = &self.settings;
        let counts = self.report.counts();
        AccountView {
            name: name.clone(),
            appid: appid.clone(),
            simulated: *simulated,
            third_party: *third_party,
            device_user: device_user.clone(),
            push_path: self.keys.as_ref().map(|_| format!("/wechat/push/{name}")),
            errors: counts.errors(),
            last_push: counts.last,
            pushes: counts.pushes,
            refused: counts.refused,
            token: secret.as_ref().filter(|_| !simulated && !third_party).map(|_| self.tokens.view()),
        }
    }
}

/// What only the operator can mend.
fn cannot(message: String) -> CallFailure {
    CallFailure { code: DISCONNECTED, errcode: None, message }
}

/// What WeChat is told of a call, for as long as the call may ask for it.
#[derive(Debug)]
pub struct KeptDetails {
    account: Arc<Account>,
    call: CallId,
}

impl Drop for KeptDetails {
    fn drop(&mut self) {
        self.account.kept().remove(&self.call);
    }
}
