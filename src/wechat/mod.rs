//! WeChat's own API, for the accounts of the configuration. No rule of calls.

use std::sync::Arc;

use crate::protocol::{
    codes::Code,
    ids::{CallId, UserId},
    wechat::{address, api::RoomType, push::VoipPush},
};

/// A call that WeChat is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundCall {
    /// Our call: rides in the payload, and comes back in the push.
    pub call: CallId,
    /// The device's serial number.
    pub sn: String,
    /// Who is called.
    pub openid: String,
    /// Picture or not.
    pub room_type: RoomType,
    /// The name that the phone shows; empty for none.
    pub listener_name: String,
}

/// Why WeChat makes no call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFailure {
    /// What the caller hears.
    pub code: Code,
    /// WeChat's own code, where it gave one.
    pub errcode: Option<i64>,
    /// What is wrong and what to do.
    pub message: String,
}

/// A mini program.
#[derive(Debug)]
pub struct Account {
    name: String,
    appid: String,
}

impl Account {
    /// Its name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The mini program's id.
    #[must_use]
    pub fn appid(&self) -> &str {
        &self.appid
    }

    /// The model of its devices.
    #[must_use]
    pub fn model_id(&self) -> &str {
        "simulated"
    }

    /// Whether WeChat is played by this server.
    #[must_use]
    pub fn simulated(&self) -> bool {
        true
    }

    /// The user of a device.
    #[must_use]
    pub fn user_of_sn(&self, sn: &str) -> Option<UserId> {
        UserId::new(sn).ok().filter(|user| !address::is_reserved(user))
    }

    /// The serial number of a user's device.
    #[must_use]
    pub fn sn_of_user(&self, user: &UserId) -> Option<String> {
        Some(user.as_str().to_owned())
    }

    /// Has WeChat call a user.
    ///
    /// # Errors
    /// [`CallFailure`].
    #[expect(clippy::unused_async, reason = "a real account asks WeChat")]
    pub async fn call(&self, _call: OutboundCall) -> Result<(), CallFailure> {
        Ok(())
    }

    /// The push that WeChat would send for a call of ours. Of a simulated account.
    #[must_use]
    pub fn simulated_push(&self, call: &OutboundCall) -> VoipPush {
        VoipPush {
            openid: call.openid.clone(),
            created_at: 0,
            payload: address::payload(call.call),
            room_id: format!("simulated-{}", call.call),
            session_key: "simulated".to_owned(),
            server_token: "simulated".to_owned(),
            model_id: self.model_id().to_owned(),
            sn: call.sn.clone(),
        }
    }
}

/// The accounts. Cloning shares them.
#[derive(Debug, Clone)]
pub struct WeChat(Arc<Vec<Arc<Account>>>);

impl WeChat {
    /// In development mode there is one that is simulated.
    #[must_use]
    pub fn new(dev: bool) -> Self {
        let account = || Arc::new(Account { name: "dev".to_owned(), appid: "wx0000000000000000".to_owned() });
        Self(Arc::new(dev.then(account).into_iter().collect()))
    }

    /// The account of that name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<Arc<Account>> {
        self.0.iter().find(|account| account.name == name).cloned()
    }
}
