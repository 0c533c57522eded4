//! Why a call ends, in the words of both doors: FreeSWITCH's causes, and the codes and reasons of the call core.

use serde_json::Value;

use super::rpc::Object;
use crate::protocol::{
    codes::{self, Code, Reason},
    event::CallEvent,
};

/// A cause of FreeSWITCH's. Source: its `switch_types.h`; numbers up to 127 are Q.850's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cause {
    /// The number.
    pub code: u16,
    /// The name, which clients should rely on.
    pub name: &'static str,
}

macro_rules! causes {
    ($($name:ident = $code:literal,)+) => {
        /// The causes, by their names.
        pub mod cause {
            use super::Cause;
            $(
                #[doc = concat!("`", stringify!($name), "`, ", stringify!($code))]
                pub const $name: Cause = Cause { code: $code, name: stringify!($name) };
            )+
        }

        /// All of them.
        pub const CAUSES: &[Cause] = &[$(cause::$name),+];
    };
}

causes! {
    UNALLOCATED_NUMBER = 1, NO_ROUTE_TRANSIT_NET = 2, NO_ROUTE_DESTINATION = 3, CHANNEL_UNACCEPTABLE = 6, NORMAL_CLEARING = 16,
    USER_BUSY = 17, NO_USER_RESPONSE = 18, NO_ANSWER = 19, SUBSCRIBER_ABSENT = 20, CALL_REJECTED = 21, NUMBER_CHANGED = 22,
    DESTINATION_OUT_OF_ORDER = 27, INVALID_NUMBER_FORMAT = 28, FACILITY_REJECTED = 29, NORMAL_UNSPECIFIED = 31,
    NORMAL_CIRCUIT_CONGESTION = 34, NETWORK_OUT_OF_ORDER = 38, NORMAL_TEMPORARY_FAILURE = 41, SWITCH_CONGESTION = 42,
    REQUESTED_CHAN_UNAVAIL = 44, FACILITY_NOT_SUBSCRIBED = 50, OUTGOING_CALL_BARRED = 52, INCOMING_CALL_BARRED = 54,
    BEARERCAPABILITY_NOTAUTH = 57, BEARERCAPABILITY_NOTAVAIL = 58, SERVICE_UNAVAILABLE = 63, BEARERCAPABILITY_NOTIMPL = 65,
    FACILITY_NOT_IMPLEMENTED = 69, SERVICE_NOT_IMPLEMENTED = 79, INVALID_CALL_REFERENCE = 81, INCOMPATIBLE_DESTINATION = 88,
    INVALID_MSG_UNSPECIFIED = 95, MANDATORY_IE_MISSING = 96, WRONG_CALL_STATE = 101, RECOVERY_ON_TIMER_EXPIRE = 102,
    PROTOCOL_ERROR = 111, INTERWORKING = 127, ORIGINATOR_CANCEL = 487, CRASH = 700, SYSTEM_SHUTDOWN = 701, LOSE_RACE = 702,
    MANAGER_REQUEST = 703, BLIND_TRANSFER = 800, ATTENDED_TRANSFER = 801, ALLOTTED_TIMEOUT = 802, USER_CHALLENGE = 803,
    MEDIA_TIMEOUT = 804, PICKED_OFF = 805, USER_NOT_REGISTERED = 806, PROGRESS_TIMEOUT = 807, INVALID_GATEWAY = 808,
    GATEWAY_DOWN = 809, BUSY_EVERYWHERE = 815, DECLINE = 816, DOES_NOT_EXIST_ANYWHERE = 817,
}

/// What a client says of why it hangs up: by name, else by number, which may be text.
#[must_use]
pub fn said(params: &Object) -> Option<Cause> {
    let named = params.get("cause").and_then(Value::as_str);
    let number = params.get("causeCode").and_then(|code| match code {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    });
    let by_name = named.and_then(|name| CAUSES.iter().find(|cause| cause.name == name));
    by_name.or_else(|| CAUSES.iter().find(|cause| Some(u64::from(cause.code)) == number)).copied()
}

/// The code of a callee's refusal.
#[must_use]
pub fn refusal(cause: Option<Cause>) -> Code {
    if cause == Some(cause::USER_BUSY) { codes::BUSY } else { codes::REFUSED }
}

/// Why no call came of a request, by its code.
#[must_use]
pub fn of_refused(error_code: Code) -> Cause {
    match error_code {
        codes::OFFLINE => cause::USER_NOT_REGISTERED,
        codes::BUSY | codes::ALREADY_IN_CALL => cause::USER_BUSY,
        codes::BAD_PARAMETER => cause::INVALID_NUMBER_FORMAT,
        codes::SERVER_DRAINING => cause::NORMAL_TEMPORARY_FAILURE,
        _ => cause::CALL_REJECTED,
    }
}

/// Why a call ended, and what `variables` say of that beyond the cause.
#[must_use]
pub fn of_end(event: &CallEvent) -> (Cause, Object) {
    let mut variables = Object::new();
    let cause = match event.reason {
        Some(Reason::Cancelled) => cause::ORIGINATOR_CANCEL,
        Some(Reason::Offline) => cause::USER_NOT_REGISTERED,
        Some(Reason::Busy) => cause::USER_BUSY,
        // Native clients refuse with the code that they like.
        Some(Reason::Refused) => match event.error_code {
            codes::BUSY => cause::USER_BUSY,
            codes::TIMEOUT => cause::NO_ANSWER,
            codes::DISCONNECTED => cause::DESTINATION_OUT_OF_ORDER,
            codes::BAD_PARAMETER => cause::INCOMPATIBLE_DESTINATION,
            _ => cause::CALL_REJECTED,
        },
        Some(Reason::Timeout) => cause::NO_ANSWER,
        Some(Reason::Disconnected | Reason::MediaFailed | Reason::Restarted) => cause::DESTINATION_OUT_OF_ORDER,
        Some(Reason::Hangup) if event.error_code == codes::DISCONNECTED => cause::DESTINATION_OUT_OF_ORDER,
        Some(Reason::Hangup | Reason::DeclinedElsewhere) => cause::NORMAL_CLEARING,
        Some(Reason::Vetoed) => cause::OUTGOING_CALL_BARRED,
        Some(Reason::Forced) => cause::MANAGER_REQUEST,
        Some(Reason::AnsweredElsewhere) => cause::LOSE_RACE,
        Some(Reason::Drained) => cause::SYSTEM_SHUTDOWN,
        Some(Reason::MaxDuration) => cause::ALLOTTED_TIMEOUT,
        None => of_refused(event.error_code),
    };
    let own_code = match event.reason {
        Some(Reason::Vetoed | Reason::Forced) => true,
        Some(Reason::Hangup | Reason::Refused) => event.error_code != codes::SUCCESS,
        _ => false,
    };
    if own_code {
        variables.insert("hookswitch_error_code".to_owned(), event.error_code.into());
    }
    if !event.user_str.is_empty() {
        variables.insert("hookswitch_user_str".to_owned(), event.user_str.clone().into());
    }
    (cause, variables)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::{effect::no_call, event::EventName, ids::UserId, record::Timestamp};

    fn ended(reason: Reason, error_code: Code) -> (u16, &'static str, Object) {
        let event = no_call(UserId::new("bob").unwrap(), error_code, Timestamp(0));
        let (cause, variables) = of_end(&CallEvent { event: EventName::Finish, reason: Some(reason), ..event });
        (cause.code, cause.name, variables)
    }

    #[test]
    fn each_row_of_the_mapping_toward_a_client() {
        for (reason, code, number, name) in [
            (Reason::Cancelled, codes::CANCELLED, 487, "ORIGINATOR_CANCEL"),
            (Reason::Offline, codes::OFFLINE, 806, "USER_NOT_REGISTERED"),
            (Reason::Busy, codes::BUSY, 17, "USER_BUSY"),
            (Reason::Refused, codes::BUSY, 17, "USER_BUSY"),
            (Reason::Refused, codes::REFUSED, 21, "CALL_REJECTED"),
            (Reason::Refused, codes::TIMEOUT, 19, "NO_ANSWER"),
            (Reason::Refused, codes::DISCONNECTED, 27, "DESTINATION_OUT_OF_ORDER"),
            (Reason::Refused, codes::BAD_PARAMETER, 88, "INCOMPATIBLE_DESTINATION"),
            (Reason::Timeout, codes::TIMEOUT, 19, "NO_ANSWER"),
            (Reason::Vetoed, 403, 52, "OUTGOING_CALL_BARRED"),
            (Reason::Hangup, 0, 16, "NORMAL_CLEARING"),
            (Reason::Disconnected, codes::DISCONNECTED, 27, "DESTINATION_OUT_OF_ORDER"),
            (Reason::Restarted, codes::DISCONNECTED, 27, "DESTINATION_OUT_OF_ORDER"),
            (Reason::MediaFailed, codes::DISCONNECTED, 27, "DESTINATION_OUT_OF_ORDER"),
            (Reason::AnsweredElsewhere, 0, 702, "LOSE_RACE"),
            (Reason::DeclinedElsewhere, 0, 16, "NORMAL_CLEARING"),
            (Reason::Forced, 7, 703, "MANAGER_REQUEST"),
            (Reason::Drained, codes::SERVER_DRAINING, 701, "SYSTEM_SHUTDOWN"),
            (Reason::MaxDuration, codes::TIMEOUT, 802, "ALLOTTED_TIMEOUT"),
        ] {
            let (cause, said, _) = ended(reason, code);
            assert_eq!((cause, said), (number, name), "{reason:?}");
        }
        assert_eq!(ended(Reason::Vetoed, 403).2, json!({"hookswitch_error_code": 403}).as_object().unwrap().clone());
        for code in [7, 0] {
            assert_eq!(ended(Reason::Forced, code).2["hookswitch_error_code"], code);
        }
        assert!(ended(Reason::Hangup, 0).2.is_empty());
        assert_eq!(of_refused(codes::ALREADY_IN_CALL).code, 17);
    }

    #[test]
    fn a_client_says_its_cause_by_name_or_by_number_or_not_at_all() {
        let said = |params: Value| said(params.as_object().unwrap()).map(|cause| cause.code);
        assert_eq!(said(json!({"cause": "USER_BUSY", "causeCode": 16})), Some(17));
        assert_eq!(said(json!({"cause": "no such", "causeCode": 17})), Some(17));
        assert_eq!(said(json!({"causeCode": "21"})), Some(21));
        assert_eq!(said(json!({"cause": null, "causeCode": {}})), None);
        assert_eq!(said(json!({})), None);
        assert_eq!(refusal(Some(cause::USER_BUSY)), codes::BUSY);
        assert_eq!(refusal(Some(cause::NORMAL_CLEARING)), codes::REFUSED);
        assert_eq!(refusal(None), codes::REFUSED);
    }

    #[test]
    fn no_two_causes_have_a_number_or_a_name_in_common() {
        for (n, cause) in CAUSES.iter().enumerate() {
            assert!(CAUSES[..n].iter().all(|other| other.code != cause.code && other.name != cause.name), "{cause:?}");
        }
    }
}
