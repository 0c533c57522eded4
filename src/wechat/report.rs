//! What an operator sees of an account: the last push, how many there were, what WeChat refused and what to do about it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use super::{client::Failure, token::TokenView};
use crate::{
    clock,
    protocol::{codes::Code, record::Timestamp, wechat::api::Meaning},
};

/// How many different errors are told apart. WeChat has some thirty for calls and tokens.
const MAX_ERRORS: usize = 64;

/// What a request to an account's push address was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushKind {
    /// WeChat's console asks whether the address is ours.
    Verification,
    /// A call, of either direction.
    Call,
    /// Another event.
    Other,
    /// Nothing that could be read.
    Unreadable,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushOutcome {
    /// The address was verified.
    Verified,
    /// A phone calls, and the device rings.
    Accepted,
    /// A phone calls, and WeChat was told to go on before the hooks' verdict was there.
    Pending,
    /// It belongs to a call that was placed here.
    Matched,
    /// There is no call.
    Refused,
    /// It was there before, and got the same answer.
    Repeated,
    /// Nothing that concerns calls.
    Ignored,
    /// The signature does not fit.
    BadSignature,
    /// The signature fits, but not what it signs.
    Malformed,
}

impl PushOutcome {
    fn is_refusal(self) -> bool {
        matches!(self, Self::Refused | Self::BadSignature | Self::Malformed)
    }
}

/// The last push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PushView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What it was.
    pub kind: PushKind,
    /// What became of it.
    pub outcome: PushOutcome,
    /// What WeChat was answered; 0 lets the phone ring.
    #[schema(value_type = i32)]
    pub errcode: Code,
}

/// An error of WeChat's API, as often as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ErrorView {
    /// WeChat's code; `null` where there was no answer of WeChat's.
    pub errcode: Option<i64>,
    /// What it means.
    pub meaning: String,
    /// What the operator can do about it.
    pub advice: String,
    /// How often it came since the start.
    pub count: u64,
    /// When it came last.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
}

/// An account and how it fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AccountView {
    /// Its name in the configuration.
    #[schema(example = "shop")]
    pub name: String,
    /// The mini program.
    #[schema(example = "wx0123456789abcdef")]
    pub appid: String,
    /// Whether WeChat and its users are played.
    pub simulated: bool,
    /// Whether its push comes by way of a third-party platform.
    pub third_party: bool,
    /// The user that a device is logged in as.
    #[schema(example = "{sn}")]
    pub device_user: String,
    /// Where its push goes; `null` where it takes none.
    #[schema(example = "/wechat/push/shop")]
    pub push_path: Option<String>,
    /// The last push.
    pub last_push: Option<PushView>,
    /// How many there were since the start, and verifications.
    pub pushes: u64,
    /// How many of these were refused.
    pub refused: u64,
    /// The access token; `null` where the account needs none.
    pub token: Option<TokenView>,
    /// What WeChat's API refused, by code.
    pub errors: Vec<ErrorView>,
}

/// Counts what is shown.
#[derive(Debug, Default)]
pub(super) struct Report(Mutex<Counts>);

#[derive(Debug, Default, Clone)]
pub(super) struct Counts {
    pub(super) last: Option<PushView>,
    pub(super) pushes: u64,
    pub(super) refused: u64,
    errors: BTreeMap<(Option<i64>, &'static str), ErrorView>,
}

impl Counts {
    pub(super) fn errors(&self) -> Vec<ErrorView> {
        self.errors.values().cloned().collect()
    }
}

impl Report {
    pub(super) fn counts(&self) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A push came and was answered.
    pub(super) fn push(&self, kind: PushKind, outcome: PushOutcome, errcode: Code) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.last = Some(PushView { at: clock::wall(), kind, outcome, errcode });
        counts.pushes += 1;
        counts.refused += u64::from(outcome.is_refusal());
    }

    /// A request to WeChat came to nothing. `meaning` explains the codes of that request.
    pub(super) fn failed(&self, failure: &Failure, meaning: fn(i64) -> Meaning) {
        let (errcode, what, advice) = match failure {
            Failure::Refused { errcode, .. } => {
                let Meaning { what, advice, .. } = meaning(*errcode);
                (Some(*errcode), what, advice)
            }
            Failure::Unreached(_) => (
                None,
                "WeChat's API cannot be reached",
                "see that this machine can open connections to the address of `api_base`",
            ),
            Failure::NoAnswer => (None, "WeChat's API did not answer in time", "the phone may have rung all the same"),
            Failure::Broken(_) => {
                (None, "the connection to WeChat's API broke", "the phone may have rung all the same")
            }
            Failure::Strange(_) => (
                None,
                "what answered is not WeChat's API, or it is out of order",
                "compare `api_base`, and look for a proxy on the way",
            ),
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.errors.len() >= MAX_ERRORS && !counts.errors.contains_key(&(errcode, what)) {
            return;
        }
        let at = clock::wall();
        let error = counts.errors.entry((errcode, what)).or_insert_with(|| ErrorView {
            errcode,
            meaning: what.to_owned(),
            advice: advice.to_owned(),
            count: 0,
            last_at: at,
        });
        (error.count, error.last_at) = (error.count + 1, at);
    }
}
