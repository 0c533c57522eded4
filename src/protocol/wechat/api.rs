//! WeChat's API as far as calls need it: what is sent, and what its error codes mean for a call.
//!
//! `voip/call` is not in WeChat's public index; its members are what two vendors send in the field.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::codes::{Code, DISCONNECTED, OFFLINE};

/// Whether the phone shows a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoomType {
    /// Picture and sound.
    #[default]
    Video,
    /// Sound alone.
    Voice,
}

/// What a call may say to WeChat besides who calls whom. Absent where nobody said it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallDetails {
    /// The name that is shown for the WeChat user; empty for none.
    pub listener_name: String,
    /// As [`CallForm::model_id`], instead of the account's.
    pub model_id: Option<String>,
    /// As [`CallForm::version_type`], instead of the account's.
    pub version_type: Option<u8>,
    /// As [`CallForm::query`].
    pub query: Option<String>,
    /// As [`CallForm::caller_camera_status`].
    pub caller_camera_status: Option<u8>,
    /// As [`CallForm::listener_camera_status`].
    pub listener_camera_status: Option<u8>,
}

/// The body of `POST /wxa/business/iot/voip/call`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallForm<'a> {
    /// The device's model; empty where nobody said it.
    pub model_id: &'a str,
    /// The device's serial number.
    pub sn: &'a str,
    /// Who is called.
    pub openid: &'a str,
    /// Picture or not.
    pub room_type: RoomType,
    /// The name that the phone shows.
    pub listener_name: &'a str,
    /// 0 the released mini program, 1 the development edition, 2 the trial edition.
    pub version_type: u8,
    /// For the mini program's page of the call, as in `a=1&b=2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<&'a str>,
    /// The device's camera: 0 open, 1 closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_camera_status: Option<u8>,
    /// The phone's camera: 0 open, 1 closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listener_camera_status: Option<u8>,
    /// Comes back in the push.
    pub payload: &'a str,
}

/// The body of `POST /cgi-bin/stable_token`.
#[derive(Serialize)]
pub struct TokenForm<'a> {
    /// Always `client_credential`.
    pub grant_type: &'static str,
    /// The mini program.
    pub appid: &'a str,
    /// Its secret.
    pub secret: &'a str,
}

impl fmt::Debug for TokenForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenForm").field("appid", &self.appid).finish_non_exhaustive()
    }
}

/// An answer of WeChat's API.
#[derive(Deserialize)]
pub struct Answer {
    /// 0, or what went wrong.
    #[serde(default)]
    pub errcode: i64,
    /// The same in WeChat's words.
    #[serde(default)]
    pub errmsg: String,
    /// The token, where one was asked for.
    #[serde(default)]
    pub access_token: Option<String>,
    /// How long it is good. Unit: seconds.
    #[serde(default)]
    pub expires_in: Option<u64>,
}

impl fmt::Debug for Answer {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { errcode, errmsg, .. } = self;
        f.debug_struct("Answer").field("errcode", errcode).field("errmsg", errmsg).finish_non_exhaustive()
    }
}

/// What to do about an error code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Try the same once more.
    Again,
    /// Take a fresh token, then try once more.
    FreshToken,
    /// It will fail again: the call ends with this code.
    End(Code),
}

/// An error code of WeChat's API, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// What to do with the call.
    pub remedy: Remedy,
    /// What it means.
    pub what: &'static str,
    /// What the operator can do about it; empty where that is nothing.
    pub advice: &'static str,
}

/// What a code of `voip/call` means. Sources: WeChat's table of VoIP errors, and its general codes.
#[must_use]
pub fn meaning(errcode: i64) -> Meaning {
    let (remedy, what, advice) = match errcode {
        -1 => (Remedy::Again, "WeChat is busy", ""),
        40001 | 42001 => (
            Remedy::FreshToken,
            "the access token is no longer good",
            "where it stays so, something else fetches tokens of this mini program in forced mode: let it use the stable token's normal mode",
        ),
        9 => (
            Remedy::End(OFFLINE),
            "the user has not authorised this device",
            "the mini program must ask with wx.requestDeviceVoIP, for the same serial number and model that are registered",
        ),
        12 => (
            Remedy::End(DISCONNECTED),
            "the mini program is not released",
            "publish it, or call its development or trial edition (`version_type`)",
        ),
        15 => (Remedy::End(DISCONNECTED), "the account is in arrears", "settle the bill in WeChat's console"),
        23 => (Remedy::End(DISCONNECTED), "the device's licence has expired", "renew it in WeChat's console"),
        24 => (Remedy::End(DISCONNECTED), "the device's licence is not activated", "activate it before the first call"),
        45009 | 45011 => {
            (Remedy::End(DISCONNECTED), "WeChat's quota is used up", "call less often, or ask WeChat for more")
        }
        48001 => (
            Remedy::End(DISCONNECTED),
            "the mini program may not use this API",
            "apply for device VoIP in WeChat's console",
        ),
        1 | 2 | 3 | 5 | 13 | 14 | 17 | 19 | 20 => (
            Remedy::End(OFFLINE),
            "WeChat does not know this device, model or user",
            "compare serial number, `model_id` and `appid`",
        ),
        7 | 22 => (Remedy::End(DISCONNECTED), "WeChat refused the call's parameters", ""),
        _ => (Remedy::End(DISCONNECTED), "WeChat refused the call", "see its documentation for the code"),
    };
    Meaning { remedy, what, advice }
}

/// What a code of `stable_token` means. No call can be placed until it is mended. Source: WeChat's page of that API.
#[must_use]
pub fn token_meaning(errcode: i64) -> Meaning {
    let (what, advice) = match errcode {
        -1 => ("WeChat is busy", ""),
        40001 | 40125 | 41004 => ("the secret is wrong", "compare `secret` with the AppSecret in WeChat's console"),
        40013 | 41002 => ("the appid is wrong", "compare `appid` with WeChat's console"),
        40164 => (
            "this server's address may not fetch tokens",
            "add it to the IP allow list beside the AppSecret in WeChat's console",
        ),
        40243 | 50007 => ("the secret or the account is frozen", "lift that in WeChat's console"),
        45009 | 45011 => ("WeChat's quota of tokens is used up", "see that nothing else fetches them all the time"),
        _ => ("WeChat gives no access token", "see its documentation for the code"),
    };
    let remedy = if errcode == -1 { Remedy::Again } else { Remedy::End(DISCONNECTED) };
    Meaning { remedy, what, advice }
}
