//! WeChat, as far as it pushes: signed and encrypted messages to an account of the server's.

use std::sync::atomic::{AtomicU64, Ordering};

use hookswitch::protocol::wechat::crypto::{AesKey, PushKeys, Stamp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Client, Server, eventually};

/// Secrets of the accounts that tests make; nobody may ever see them.
pub const APP_SECRET: &str = "app-secret-app-secret-app-secret";
pub const TOKEN: &str = "pushtokenpushtokenpushtoken";
pub const AES_KEY: &str = "zyxwvutsrqponmlkjihgfedcba0123456789ABCDEFH";

/// An account of the configuration with those secrets.
pub fn account(name: &str, rest: &str) -> String {
    format!(
        "[[wechat.account]]\nname = \"{name}\"\nappid = \"wx{name}\"\nsecret = \"{APP_SECRET}\"\ntoken = \"{TOKEN}\"\n\
         encoding_aes_key = \"{AES_KEY}\"\nmodel_id = \"model\"\n{rest}\n"
    )
}

/// An event of WeChat's.
pub struct Push {
    pub account: String,
    /// With what it ends.
    pub appid: String,
    pub message: String,
}

static ROOMS: AtomicU64 = AtomicU64::new(1);

impl Push {
    /// A phone calls a device, as JSON, in a room of its own.
    pub fn call(account: &str, openid: &str, sn: &str) -> Self {
        Self::room(account, openid, sn, "", &format!("room-{}", ROOMS.fetch_add(1, Ordering::Relaxed)))
    }

    /// What follows on a call of ours.
    pub fn answer_to(account: &str, openid: &str, sn: &str, payload: &str) -> Self {
        Self::room(account, openid, sn, payload, &format!("room-{}", ROOMS.fetch_add(1, Ordering::Relaxed)))
    }

    fn room(account: &str, openid: &str, sn: &str, payload: &str, room: &str) -> Self {
        let message = json!({
            "ToUserName": "gh_1", "FromUserName": openid, "CreateTime": 1_709_621_375, "MsgType": "event",
            "Event": "iot_voip_notify", "Action": "join_voip_room", "Payload": payload, "RoomId": room,
            "SessionKey": "session-key-session-key", "ServerToken": "server-token-server-token", "ModelId": "model", "Sn": sn,
        });
        Self::of(account, message.to_string())
    }

    pub fn of(account: &str, message: String) -> Self {
        Self { account: account.to_owned(), appid: format!("wx{account}"), message }
    }

    /// The same as XML.
    pub fn xml(self) -> Self {
        let json: Value = serde_json::from_str(&self.message).unwrap();
        let member = |(name, value): (&String, &Value)| match value {
            Value::String(text) => format!("<{name}><![CDATA[{text}]]></{name}>"),
            other => format!("<{name}>{other}</{name}>"),
        };
        let members: String = json.as_object().unwrap().iter().map(member).collect();
        Self { message: format!("<xml>{members}</xml>"), ..self }
    }

    /// The path with its query, and the body.
    pub fn sealed(&self) -> (String, String) {
        let aes_key = AesKey::decode(AES_KEY).unwrap();
        let keys = PushKeys { token: TOKEN.to_owned(), aes_key, appid: self.appid.clone() };
        let sealed = keys.seal(Stamp { timestamp: "1709621375", nonce: "77" }, *b"0123456789abcdef", &self.message);
        let sealed = sealed.unwrap();
        let path = format!(
            "/wechat/push/{}?signature=0&timestamp=1709621375&nonce=77&encrypt_type=aes&msg_signature={}",
            self.account, sealed.msg_signature
        );
        let body = if self.message.starts_with('<') {
            format!("<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{}]]></Encrypt></xml>", sealed.encrypt)
        } else {
            json!({"ToUserName": "gh_1", "Encrypt": sealed.encrypt}).to_string()
        };
        (path, body)
    }

    /// What WeChat is answered.
    pub async fn send(&self, server: &Server) -> i64 {
        let (path, body) = self.sealed();
        let (status, answer) = post(server, &path, body).await;
        assert_eq!(status, 200, "{answer}");
        answer["errcode"].as_i64().unwrap_or_else(|| panic!("{answer}"))
    }
}

/// Posts as WeChat does: nobody's key, any type.
pub async fn post(server: &Server, path: &str, body: String) -> (StatusCode, Value) {
    let response = server.http.post(format!("{}{path}", server.url)).body(body).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// The next event of that name that a client hears; whatever comes before it is passed over.
pub async fn hears(client: &mut Client, event: &str) -> Value {
    loop {
        let frame = client.frame().await;
        if frame["event"] == event {
            return frame;
        }
    }
}

/// The call ends with this code.
pub async fn ends(server: &Server, id: &str, code: i64) -> Value {
    let ended = eventually("the call ends", || async {
        let call = server.call(id).await;
        (call["state"] == "ended").then_some(call)
    });
    let call = ended.await;
    assert_eq!(call["error_code"], code, "{call}");
    call
}

/// The account as an operator sees it.
pub async fn seen(server: &Server, account: &str) -> Value {
    let accounts = server.get("/api/v1/wechat/accounts").await;
    let found = accounts["items"].as_array().unwrap().iter().find(|view| view["name"] == account);
    found.unwrap_or_else(|| panic!("{accounts}")).clone()
}
