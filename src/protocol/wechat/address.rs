//! A WeChat user as a user of the call core: `wechat:{account}:{openid}`. And the mark that our own calls carry through WeChat.

use crate::protocol::ids::{CallId, UserId};

/// What every such name begins with.
const PREFIX: &str = "wechat:";
/// What the payload of a call that was placed here begins with; the call's id follows. Payloads stay under 200 bytes.
const MARK: &str = "hookswitch:";

/// A WeChat user at one of the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The account's name in the configuration.
    pub account: String,
    /// The user, as that account's mini program knows it.
    pub openid: String,
}

impl Address {
    /// Takes a user's name apart; `None` where it is no WeChat user's.
    #[must_use]
    pub fn of(user: &UserId) -> Option<Self> {
        let (account, openid) = user.as_str().strip_prefix(PREFIX)?.split_once(':')?;
        let whole = !account.is_empty() && !openid.is_empty();
        whole.then(|| Self { account: account.to_owned(), openid: openid.to_owned() })
    }

    /// The user's name; `None` where the openid has characters, or a length, that a name may not have.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        let Self { account, openid } = self;
        let whole = !account.is_empty() && !openid.is_empty();
        UserId::new(&format!("{PREFIX}{account}:{openid}")).ok().filter(|_| whole)
    }
}

/// Whether a name is kept for WeChat users, who are in calls and never log in.
#[must_use]
pub fn is_reserved(user: &UserId) -> bool {
    user.as_str().starts_with(PREFIX)
}

/// The payload of a call that is placed here.
#[must_use]
pub fn payload(call: CallId) -> String {
    format!("{MARK}{call}")
}

/// Which of our calls a push belongs to; `None` where the phone has begun.
#[must_use]
pub fn call_of(payload: &str) -> Option<CallId> {
    payload.strip_prefix(MARK)?.parse().ok().map(CallId)
}
