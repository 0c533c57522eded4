//! What WeChat would send, for an account whose users are played.

use super::{Account, OutboundCall};
use crate::{
    clock,
    protocol::wechat::{address::payload, push::VoipPush},
};

impl Account {
    /// The push that belongs to a call of ours. Its room and its secrets open nothing.
    #[must_use]
    pub fn simulated_push(&self, call: &OutboundCall) -> VoipPush {
        let name = |what: &str| format!("simulated-{what}-{}", call.call);
        VoipPush {
            openid: call.openid.clone(),
            created_at: clock::wall().0.div_euclid(1_000_000),
            payload: payload(call.call),
            room_id: name("room"),
            session_key: name("key"),
            server_token: name("token"),
            model_id: self.model_id().to_owned(),
            sn: self.sn_of_user(&call.device).unwrap_or_default(),
        }
    }
}
