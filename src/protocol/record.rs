//! A call as REST, the hooks and the store see it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeStruct as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    codes::{Code, Door, Reason},
    ids::{CallId, DeviceId, RoomNumber, UserId},
    worker::MediaReport,
};

/// A point in time: microseconds since 1970 UTC. On the wire RFC 3339 with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// RFC 3339 in UTC with milliseconds: `2026-11-21T03:10:00.000Z`. Empty outside of the years 0 to 9999.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.rfc3339_bytes().and_then(|text| String::from_utf8(text.to_vec()).ok()).unwrap_or_default()
    }

    /// Written by hand: each frame carries a time, and general formatting is a quarter of the work of making one.
    fn rfc3339_bytes(self) -> Option<[u8; 24]> {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).ok()?;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let mut write = |last: usize, digits: usize, mut value: u32| {
            for place in (0..digits).filter_map(|back| last.checked_sub(back)) {
                if let Some(byte) = text.get_mut(place) {
                    *byte = b'0' + u8::try_from(value % 10).unwrap_or(0);
                }
                value /= 10;
            }
        };
        let (date, time) = (at.date(), at.time());
        write(3, 4, u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?);
        write(6, 2, u8::from(date.month()).into());
        write(9, 2, date.day().into());
        write(12, 2, time.hour().into());
        write(15, 2, time.minute().into());
        write(18, 2, time.second().into());
        write(22, 3, time.millisecond().into());
        Some(text)
    }

    /// Reads RFC 3339 with any offset and precision.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos() / 1000).ok().map(Self)
    }

    /// Whole milliseconds from `earlier` to this; 0 where the clock went backwards between the two.
    #[must_use]
    pub fn ms_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0) / 1000).unwrap_or(0)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.rfc3339_bytes();
        serializer.serialize_str(text.as_ref().and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("a time is RFC 3339, as 2026-11-21T03:10:00Z"))
    }
}

/// How far a call has come. Only ever moves down this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Both lines are taken; the hooks have not decided yet.
    Requested,
    /// The callee's devices ring.
    Ringing,
    /// Answered: both parties know the room.
    Talking,
    /// Over. Nothing changes any more.
    Ended,
}

impl CallState {
    /// Every state, in order.
    pub const ALL: [Self; 4] = [Self::Requested, Self::Ringing, Self::Talking, Self::Ended];

    /// The name on the wire and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Ringing => "ringing",
            Self::Talking => "talking",
            Self::Ended => "ended",
        }
    }

    /// The state of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// Who brought a transition about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The calling party.
    Caller,
    /// The called party.
    Callee,
    /// The business server or an admin, over REST.
    Business,
    /// A veto hook.
    Hook,
    /// The server itself: a timer, a lost line, a restart.
    Server,
}

impl Actor {
    /// Every actor.
    pub const ALL: [Self; 5] = [Self::Caller, Self::Callee, Self::Business, Self::Hook, Self::Server];

    /// The name on the wire and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Business => "business",
            Self::Hook => "hook",
            Self::Server => "server",
        }
    }

    /// The actor of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| actor.as_str() == name)
    }
}

/// One step of a call's life.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    pub at: Timestamp,
    /// The state it led to.
    pub state: CallState,
    /// The call's version from then on.
    pub version: u32,
    /// Who did it.
    pub actor: Actor,
    /// The code that went with it; 0 for every step but the end.
    pub error_code: Code,
    /// Why, at the end.
    #[serde(default)]
    pub reason: Option<Reason>,
}

/// How one hook's question came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VetoOutcome {
    /// It allowed the call.
    Allow,
    /// It refused the call.
    Refuse,
    /// It did not answer in time.
    Timeout,
    /// It could not be reached, or answered something that is no verdict.
    Error,
    /// Too many questions were in flight; it was not asked.
    Overflow,
}

/// What decides where a hook gives no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VetoPolicy {
    /// The call goes on.
    Allow,
    /// The call is refused with 206 or 207.
    Refuse,
}

/// One hook's part in the verdict on a call, as the record keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VetoRecord {
    /// The hook's name.
    pub hook: String,
    /// How it came out.
    pub verdict: VetoOutcome,
    /// The policy that decided in the hook's place; `null` where the hook itself did.
    pub policy: Option<VetoPolicy>,
    /// How long it took. Unit: milliseconds.
    pub ms: u64,
    /// The code of a refusal, 0 otherwise.
    #[serde(default)]
    pub error_code: Code,
    /// The hook's own words, or what went wrong. At most 200 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A call: what every later reader may know of it. SDP is not part of it and is never stored.
///
/// `Serialize` gives the form of REST lists, hooks and `logged_in.calls`; [`CallDetail`] adds the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallRecord {
    /// The call's id.
    pub id: CallId,
    /// How far it has come.
    pub state: CallState,
    /// Grows by one with each step, from 1.
    pub version: u32,
    /// Who called.
    pub caller: UserId,
    /// Who is called: the routed target where a hook routed.
    pub callee: UserId,
    /// Who was dialled, where that is not the callee.
    pub dialled: Option<UserId>,
    /// The device that asked.
    pub caller_device: DeviceId,
    /// The device that answered.
    pub callee_device: Option<DeviceId>,
    /// The caller's door.
    pub caller_door: Door,
    /// The callee's door, as soon as a device of the callee's is known.
    pub callee_door: Option<Door>,
    /// Placed by the business server, not by the caller's own request.
    pub placed: bool,
    /// The request's flags.
    pub flags: u32,
    /// The request's integer.
    pub param: i32,
    /// The request's text.
    pub user_str: String,
    /// The room, from start on.
    pub room: Option<RoomNumber>,
    /// The code it ended with.
    pub error_code: Option<Code>,
    /// Why it ended.
    pub reason: Option<Reason>,
    /// Who ended it.
    pub ended_by: Option<Actor>,
    /// When it was requested.
    pub requested_at: Timestamp,
    /// When it began to ring.
    pub ringing_at: Option<Timestamp>,
    /// When it was answered.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What the hooks said.
    pub veto: Vec<VetoRecord>,
    /// Every step.
    pub timeline: Vec<Transition>,
    /// How many hook events this call has had: the `seq` of the last one.
    pub event_seq: u32,
}

impl CallRecord {
    /// How long it rang. Unit: milliseconds. `None` while it rings and where it never did.
    #[must_use]
    pub fn ring_ms(&self) -> Option<u64> {
        let until = self.started_at.or(self.ended_at)?;
        Some(until.ms_since(self.ringing_at?))
    }

    /// How long the two talked. Unit: milliseconds. `None` until the end and where they never did.
    #[must_use]
    pub fn talk_ms(&self) -> Option<u64> {
        Some(self.ended_at?.ms_since(self.started_at?))
    }

    /// The other party, where `user` is one of the two.
    #[must_use]
    pub fn other(&self, user: &UserId) -> Option<&UserId> {
        if *user == self.caller {
            Some(&self.callee)
        } else if *user == self.callee {
            Some(&self.caller)
        } else {
            None
        }
    }

    /// Whether a party came in by this door.
    #[must_use]
    pub fn has_door(&self, door: Door) -> bool {
        self.caller_door == door || self.callee_door == Some(door)
    }

    /// With `detail`, the timeline and the media, too.
    fn serialize_into<S: Serializer>(
        &self,
        serializer: S,
        detail: Option<Option<&MediaReport>>,
    ) -> Result<S::Ok, S::Error> {
        let mut call = serializer.serialize_struct("Call", 26)?;
        call.serialize_field("id", &self.id)?;
        call.serialize_field("state", &self.state)?;
        call.serialize_field("version", &self.version)?;
        call.serialize_field("caller", &self.caller)?;
        call.serialize_field("callee", &self.callee)?;
        if let Some(dialled) = &self.dialled {
            call.serialize_field("dialled", dialled)?;
        }
        call.serialize_field("caller_device", &self.caller_device)?;
        call.serialize_field("callee_device", &self.callee_device)?;
        call.serialize_field("caller_door", &self.caller_door)?;
        call.serialize_field("callee_door", &self.callee_door)?;
        call.serialize_field("placed", &self.placed)?;
        call.serialize_field("flags", &self.flags)?;
        call.serialize_field("param", &self.param)?;
        call.serialize_field("user_str", &self.user_str)?;
        call.serialize_field("room", &self.room)?;
        call.serialize_field("error_code", &self.error_code)?;
        call.serialize_field("reason", &self.reason)?;
        call.serialize_field("ended_by", &self.ended_by)?;
        call.serialize_field("requested_at", &self.requested_at)?;
        call.serialize_field("ringing_at", &self.ringing_at)?;
        call.serialize_field("started_at", &self.started_at)?;
        call.serialize_field("ended_at", &self.ended_at)?;
        call.serialize_field("ring_ms", &self.ring_ms())?;
        call.serialize_field("talk_ms", &self.talk_ms())?;
        call.serialize_field("veto", &self.veto)?;
        if let Some(media) = detail {
            call.serialize_field("timeline", &self.timeline)?;
            call.serialize_field("media", &media)?;
        }
        call.end()
    }
}

impl Serialize for CallRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize_into(serializer, None)
    }
}

/// A call with its timeline and its media, as `GET /calls/{id}` shows it.
#[derive(Debug, Clone, Copy)]
pub struct CallDetail<'a> {
    /// The call.
    pub call: &'a CallRecord,
    /// What a media worker did for it, or does; `None` for calls whose parties send their media to each other.
    pub media: Option<&'a MediaReport>,
}

impl Serialize for CallDetail<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.call.serialize_into(serializer, Some(self.media))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_travel_as_rfc_3339_with_milliseconds() {
        let at = Timestamp(1_763_694_600_123_456);
        assert_eq!(at.to_rfc3339(), "2025-11-21T03:10:00.123Z");
        assert_eq!(Timestamp::parse_rfc3339("2025-11-21T04:10:00.123456+01:00"), Some(at));
        assert_eq!(Timestamp::parse_rfc3339("yesterday"), None);
        for day in (0..1_000_000).step_by(37) {
            let at = Timestamp(day * 86_399_000_000 - 62_000_000_000_000_000);
            assert_eq!(Timestamp::parse_rfc3339(&at.to_rfc3339()), Some(at), "{}", at.to_rfc3339());
        }
        assert_eq!(Timestamp(i64::MAX).to_rfc3339(), "");
    }

    #[test]
    fn a_clock_that_went_backwards_gives_no_negative_duration() {
        assert_eq!(Timestamp(5_000).ms_since(Timestamp(1_000)), 4);
        assert_eq!(Timestamp(1_000).ms_since(Timestamp(5_000)), 0);
    }

    #[test]
    fn names_of_states_and_actors_survive_the_round_trip() {
        for state in CallState::ALL {
            assert_eq!(CallState::parse(state.as_str()), Some(state));
        }
        for actor in Actor::ALL {
            assert_eq!(Actor::parse(actor.as_str()), Some(actor));
        }
    }
}
