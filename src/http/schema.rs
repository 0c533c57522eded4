//! The forms of calls as the API's description shows them. The real ones write themselves (`protocol::record`); a test holds
//! the two together.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::protocol::worker::MediaReport;

/// A call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// UUID version 7: sorts by the time of the request.
    #[schema(format = Uuid, example = "0199e1a0-7b6a-7c3e-9f00-5b8e6d1c2a34")]
    pub id: String,
    /// How far it has come: only ever moves down this list.
    pub state: CallState,
    /// Grows by one with each step, from 1.
    pub version: u32,
    /// Who called.
    #[schema(example = "alice")]
    pub caller: String,
    /// Who is called: the routed target where a hook routed.
    #[schema(example = "bob")]
    pub callee: String,
    /// Who was dialled; only there where that is not the callee.
    #[serde(default)]
    pub dialled: Option<String>,
    /// The device that asked; the empty text for clients that name none.
    pub caller_device: String,
    /// The device that answered.
    pub callee_device: Option<String>,
    /// The kind of client the caller uses.
    #[schema(example = "native")]
    pub caller_door: String,
    /// The kind of client the callee uses, once known.
    #[schema(example = "native")]
    pub callee_door: Option<String>,
    /// Placed by the business server rather than by the caller.
    pub placed: bool,
    /// 1 audio, 2 video, and the application's own bits.
    #[schema(example = 3)]
    pub flags: u32,
    /// The application's integer.
    pub param: i32,
    /// The application's text.
    pub user_str: String,
    /// The room, from start on.
    pub room: Option<i32>,
    /// The code it ended with.
    pub error_code: Option<i32>,
    /// Why it ended.
    #[schema(example = "hangup")]
    pub reason: Option<String>,
    /// Who ended it.
    pub ended_by: Option<Actor>,
    /// When it was requested.
    #[schema(format = DateTime)]
    pub requested_at: String,
    /// When it began to ring.
    #[schema(format = DateTime)]
    pub ringing_at: Option<String>,
    /// When it was answered.
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// How long it rang. Unit: milliseconds.
    pub ring_ms: Option<u64>,
    /// How long the two talked. Unit: milliseconds.
    pub talk_ms: Option<u64>,
    /// What the veto hooks said.
    pub veto: Vec<Veto>,
}

/// A call with every step it took.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CallDetail {
    /// The call.
    #[serde(flatten)]
    pub call: Call,
    /// Every step.
    pub timeline: Vec<Transition>,
    /// What a media worker did for it, or does; `null` for calls whose parties send their media to each other.
    pub media: Option<MediaReport>,
}

/// One step of a call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// The state it led to.
    pub state: CallState,
    /// The call's version from then on.
    pub version: u32,
    /// Who did it.
    pub actor: Actor,
    /// The code that went with it; 0 for every step but the end.
    pub error_code: i32,
    /// Why, at the end.
    #[serde(default)]
    pub reason: Option<String>,
}

/// One hook's part in the verdict on a call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Veto {
    /// The hook's name.
    pub hook: String,
    /// `allow`, `refuse`, `timeout`, `error` or `overflow`.
    #[schema(example = "allow")]
    pub verdict: String,
    /// The policy that decided in the hook's place, `allow` or `refuse`; `null` where the hook itself did.
    pub policy: Option<String>,
    /// How long it took. Unit: milliseconds.
    pub ms: u64,
    /// The code of a refusal, 0 otherwise.
    pub error_code: i32,
    /// The hook's own words, or what went wrong.
    #[serde(default)]
    pub message: Option<String>,
}

/// How far a call has come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// The hooks have not decided yet.
    Requested,
    /// The callee's devices ring.
    Ringing,
    /// Answered.
    Talking,
    /// Over.
    Ended,
}

/// Who brought a step about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The calling party.
    Caller,
    /// The called party.
    Callee,
    /// The business server or an admin.
    Business,
    /// A veto hook.
    Hook,
    /// The server itself.
    Server,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{
        codes::{Door, Reason},
        ids::{CallId, DeviceId, RoomNumber, UserId},
        record::{self, CallRecord, Timestamp, VetoOutcome, VetoPolicy, VetoRecord},
    };

    #[test]
    fn the_description_has_exactly_the_fields_of_a_call() {
        let user = |name| UserId::new(name).unwrap();
        let (at, device) = (Timestamp(0), DeviceId::default());
        let step = record::Transition {
            at,
            state: record::CallState::Ended,
            version: 4,
            actor: record::Actor::Hook,
            error_code: 7,
            reason: Some(Reason::Vetoed),
        };
        let veto = VetoRecord {
            hook: "crm".to_owned(),
            verdict: VetoOutcome::Refuse,
            policy: Some(VetoPolicy::Allow),
            ms: 3,
            error_code: 7,
            message: Some("no".to_owned()),
        };
        let call = CallRecord {
            id: CallId(uuid::Uuid::nil()),
            state: record::CallState::Ended,
            version: 4,
            caller: user("alice"),
            callee: user("bob"),
            dialled: Some(user("support")),
            caller_device: device.clone(),
            callee_device: Some(device),
            caller_door: Door::Native,
            callee_door: Some(Door::Native),
            placed: false,
            flags: 3,
            param: 0,
            user_str: String::new(),
            room: RoomNumber::new(1),
            error_code: Some(7),
            reason: Some(Reason::Vetoed),
            ended_by: Some(record::Actor::Hook),
            requested_at: at,
            ringing_at: Some(at),
            started_at: Some(at),
            ended_at: Some(at),
            veto: vec![veto],
            timeline: vec![step],
            event_seq: 2,
        };
        let json = serde_json::to_value(record::CallDetail { call: &call, media: None }).unwrap();
        let schema = serde_json::to_value(<Call as utoipa::PartialSchema>::schema()).unwrap();
        let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut described = names(&schema["properties"]);
        described.extend(["media", "timeline"].map(ToOwned::to_owned));
        described.sort_unstable();
        let mut written = names(&json);
        written.sort_unstable();
        assert_eq!(described, written);
        serde_json::from_value::<Transition>(json["timeline"][0].clone()).unwrap();
        serde_json::from_value::<Veto>(json["veto"][0].clone()).unwrap();
        serde_json::from_value::<Call>(serde_json::to_value(&call).unwrap()).unwrap();
    }
}
