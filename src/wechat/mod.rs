//! WeChat's side of the server's edge: the accounts, what their pushes are checked with, and the one call that rings a phone.
//!
//! | module | what |
//! | --- | --- |
//! | `account` | an account: keys, names of users and devices, `voip/call` |
//! | `client` | the HTTP client of WeChat's API; time-outs told apart |
//! | `token` | the access token: one fetch for all who wait, early, and anew where WeChat wants that |
//! | `simulated` | what WeChat would send, where its users are played |
//! | `seen` | pushes that come again |
//! | `report` | what an operator sees |
//!
//! It knows nothing of how a call goes, and never logs a secret, a token or a key.

mod account;
mod client;
mod report;
mod seen;
mod simulated;
#[cfg(test)]
mod tests;
mod token;

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

pub use self::{
    account::{Account, CallFailure, KeptDetails, OutboundCall},
    report::{AccountView, ErrorView, PushKind, PushOutcome, PushView},
    seen::Look,
    token::TokenView,
};
use crate::config::{Config, WeChatAccount};

/// The account that development mode has by itself.
pub const DEV_ACCOUNT: &str = "dev";

/// The accounts. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub struct WeChat(Arc<RwLock<BTreeMap<String, Arc<Account>>>>);

impl WeChat {
    /// The accounts of a configuration.
    ///
    /// # Errors
    /// Where no HTTP client can be made: the system gives no root certificates.
    pub fn new(config: &Config) -> reqwest::Result<Self> {
        let wechat = Self::default();
        wechat.reload(config)?;
        Ok(wechat)
    }

    /// Takes another configuration over. An account that is as it was keeps its token and what it has counted; the calls of one
    /// that is not go on with what they began with.
    ///
    /// # Errors
    /// As [`WeChat::new`]; everything stays as it was then.
    pub fn reload(&self, config: &Config) -> reqwest::Result<()> {
        let mut next = BTreeMap::new();
        for settings in configured(config) {
            let kept = self.account(&settings.name).filter(|account| *account.settings() == settings);
            let account = match kept {
                Some(account) => account,
                None => Arc::new(Account::new(settings)?),
            };
            next.insert(account.name().to_owned(), account);
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// The account of that name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<Arc<Account>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Every account and how it fares, by name.
    #[must_use]
    pub fn views(&self) -> Vec<AccountView> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().map(|account| account.view()).collect()
    }
}

/// The accounts of the file, and in development mode one more, whose WeChat users are played.
fn configured(config: &Config) -> Vec<WeChatAccount> {
    let mut accounts = config.wechat.account.clone();
    if config.dev && !accounts.iter().any(|account| account.name == DEV_ACCOUNT) {
        accounts.push(WeChatAccount::simulated(DEV_ACCOUNT));
    }
    accounts
}
