//! What an account of WeChat may be: `[[wechat.account]]`.

use super::schema::WeChatAccount;
use crate::protocol::{
    ids::UserId,
    wechat::{
        address::is_reserved,
        crypto::{AesKey, KeyError},
    },
};

/// Longest name of an account. Unit: bytes. An openid of 28 and the rest of `wechat:{account}:{openid}` fit behind it many times.
const MAX_NAME_BYTES: usize = 32;
/// What `device_user` has the device's serial number in place of.
pub(crate) const SN: &str = "{sn}";

/// What is wrong with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum AccountFault {
    #[error("an account's name has 1 to 32 letters, digits, dots, dashes and underscores")]
    Name,
    #[error("is missing: WeChat's console shows it, and `simulated = true` does without")]
    Missing(&'static str),
    #[error("{0}")]
    Key(KeyError),
    #[error("must have {SN} in it once, and around it only what user names may have")]
    DeviceUser,
    #[error("needs `third_party = true`")]
    NoPlatform,
    #[error("must be an address without user name, password, query and fragment")]
    ApiBase,
}

impl AccountFault {
    /// The field that is wrong.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Missing(field) => field,
            Self::Key(_) => "encoding_aes_key",
            Self::DeviceUser => "device_user",
            Self::NoPlatform => "platform_appid",
            Self::ApiBase => "api_base",
        }
    }
}

/// Everything that is wrong with an account.
pub(super) fn faults(account: &WeChatAccount) -> Vec<AccountFault> {
    let mut faults = Vec::new();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !(1..=MAX_NAME_BYTES).contains(&account.name.len()) || !account.name.bytes().all(plain) {
        faults.push(AccountFault::Name);
    }
    if !account.simulated {
        let missing = [
            ("appid", account.appid.is_empty()),
            ("token", account.token.is_none()),
            ("encoding_aes_key", account.encoding_aes_key.is_none()),
        ];
        faults.extend(missing.iter().filter(|(_, missing)| *missing).map(|(field, _)| AccountFault::Missing(field)));
    }
    if let Some(Err(error)) = account.encoding_aes_key.as_ref().map(|key| AesKey::decode(key.expose())) {
        faults.push(AccountFault::Key(error));
    }
    if !is_template(&account.device_user) {
        faults.push(AccountFault::DeviceUser);
    }
    if !account.third_party && !account.platform_appid.is_empty() {
        faults.push(AccountFault::NoPlatform);
    }
    let is_bare = |url: &url::Url| {
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none()
    };
    if !account.api_base.as_ref().is_none_or(is_bare) {
        faults.push(AccountFault::ApiBase);
    }
    faults
}

/// Whether a template makes a user's name of a serial number. One that makes WeChat users would have them ring each other.
fn is_template(template: &str) -> bool {
    let made = UserId::new(&template.replacen(SN, "0", 1));
    template.matches(SN).count() == 1 && made.is_ok_and(|user| !is_reserved(&user))
}
