//! The machine of a session, without a shell.

use std::time::{Duration, Instant};

use bytestring::ByteString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::protocol::{
    codes::{self, Code, Door, Reason},
    effect::{Party, no_call},
    event::{CallEvent, EventName, Opaque},
    ids::{CallId, DeviceId, UserId},
    native::Credentials,
    record::Timestamp,
};

fn user(name: &str) -> UserId {
    UserId::new(name).unwrap()
}

fn call_id(n: u128) -> CallId {
    CallId(Uuid::from_u128(n))
}

/// The call of [`Stage::left_a_call`].
const LEFT: CallId = CallId(Uuid::from_u128(1));

/// A session and the shell that a test is.
struct Stage {
    session: Session,
    now: Instant,
    fresh: u128,
}

impl Stage {
    fn new() -> Self {
        let rules = Rules {
            keep_domain: false,
            conferences: number::NumberPattern::new("^3[0-9]{3}$").ok(),
            detach: Duration::from_secs(120),
            heartbeat: Duration::from_secs(25),
            event_channels: vec!["room".to_owned()],
            operators: Vec::new(),
        };
        let now = sometime();
        Self { session: Session::new(rules, now), now, fresh: 100 }
    }

    /// A session of alice's that is logged in.
    fn on() -> Self {
        let mut stage = Self::new();
        stage.hear("login", json!({"login": "alice", "passwd": "x", "sessid": "s"}));
        assert_eq!(stage.effects().len(), 1);
        stage.let_in();
        stage.effects();
        stage
    }

    fn let_in(&mut self) {
        let Self { session, now, fresh } = self;
        let mut make = || {
            *fresh += 1;
            call_id(*fresh)
        };
        session.identified(Ok(user("alice")), *now, &mut make);
        let entered = session.poll_effect();
        assert_eq!(entered, Some(Effect::Enter { user: user("alice"), sessid: Some("s".to_owned()) }));
        let party = Party { user: user("alice"), device: DeviceId::new("verto-1").unwrap(), door: Door::Verto };
        session.entered(Ok((party, "s".to_owned())));
        session.adopt(Vec::new(), *now, &mut make);
    }

    #[expect(clippy::needless_pass_by_value, reason = "a value is made for each")]
    fn hear(&mut self, method: &str, params: Value) -> Heard {
        self.text(&json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params}).to_string())
    }

    fn text(&mut self, text: &str) -> Heard {
        let fresh = &mut self.fresh;
        let mut make = || {
            *fresh += 1;
            call_id(*fresh)
        };
        self.session.hear(&ByteString::from(text), self.now, &mut make)
    }

    fn effects(&mut self) -> Vec<Effect> {
        std::iter::from_fn(|| self.session.poll_effect()).collect()
    }

    /// What the client reads, as JSON.
    fn said(&mut self) -> Vec<Value> {
        let said = self.effects().into_iter().filter_map(|effect| match effect {
            Effect::Say(frame) => Some(serde_json::from_str(&frame.text).unwrap()),
            _ => None,
        });
        said.collect()
    }

    fn invite(&mut self, id: &str) -> CallId {
        self.hear("verto.invite", json!({"sdp": "v=0", "dialogParams": {"callID": id, "destination_number": "bob"}}));
        let effects = self.effects();
        assert!(matches!(&effects[..], [Effect::Say(_), Effect::Request { .. }]), "{effects:?}");
        call_id(self.fresh)
    }

    /// A session of alice's that was left an answered call, `a`, which it may claim within two minutes.
    fn left_a_call() -> Self {
        let mut stage = Self::new();
        stage.hear("login", json!({"login": "alice", "passwd": "x", "sessid": "s"}));
        stage.session.identified(Ok(user("alice")), stage.now, &mut || call_id(9));
        let party = Party { user: user("alice"), device: DeviceId::default(), door: Door::Verto };
        stage.session.entered(Ok((party, "s".to_owned())));
        let leg = Leg {
            id: "a".into(),
            call: LEFT,
            other: user("bob"),
            role: Role::Caller,
            phase: LegPhase::Active,
            held: false,
            recover: true,
            unclaimed: Some(stage.now + Duration::from_secs(120)),
        };
        stage.session.adopt(vec![leg], stage.now, &mut || call_id(9));
        stage
    }

    /// Whether the call that it was left is given up when the time for it is over.
    fn loses_it(&mut self) -> bool {
        self.session.pong(self.now + Duration::from_secs(110));
        self.session.deadline_passed(self.now + Duration::from_secs(120));
        self.effects().contains(&Effect::Lost(LEFT))
    }

    fn told(&mut self, call: CallId, name: EventName, reason: Option<Reason>, code: Code, sdp: Option<&str>) {
        let event = CallEvent {
            call: Some((call, 1)),
            event: name,
            reason,
            door: Some(Door::Verto),
            sdp: sdp.and_then(|sdp| params::description("answer", sdp)),
            ..no_call(user("bob"), code, Timestamp(0))
        };
        self.fresh += 1;
        self.session.told(&event, call_id(self.fresh));
    }

    /// A call that bob makes, and its name here.
    fn rings(&mut self, call: CallId) -> String {
        self.told(call, EventName::Request, None, 0, Some("v=0"));
        self.said()[0]["params"]["callID"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_session_without_a_login_says_nothing_but_that() {
    let mut stage = Stage::new();
    for method in ["verto.invite", "verto.bye", "echo", "no.such", "jsapi"] {
        stage.hear(method, json!({"sessid": "somebody's"}));
        assert_eq!(stage.said()[0]["error"]["code"], -32_000, "{method}");
    }
    stage.told(call_id(1), EventName::Request, None, 0, Some("v=0"));
    assert_eq!(stage.effects(), [], "nobody rings here");
}

#[test]
fn frames_wait_for_a_login_and_are_answered_in_their_order() {
    let mut stage = Stage::new();
    stage.hear("login", json!({"login": "alice@x", "passwd": 7, "sessid": "s"}));
    let identify = stage.effects();
    let password = Credentials::Password { user: user("alice"), password: "7".to_owned() };
    assert_eq!(identify, [Effect::Identify(password)]);
    assert_eq!(stage.hear("verto.ping", json!({})).kind, HeardKind::Waits);
    assert_eq!(stage.effects(), []);
    stage.let_in();
    let effects = stage.effects();
    assert!(matches!(&effects[0], Effect::Welcome(text) if text.contains("logged in")));
    let texts: Vec<_> = effects[1..].iter().map(|effect| format!("{effect:?}")).collect();
    assert!(texts[0].contains("clientReady") && texts[1].contains("PONG"), "{texts:?}");
}

#[test]
fn too_many_frames_before_a_login_are_the_end() {
    let mut stage = Stage::new();
    stage.hear("login", json!({"login": "alice", "passwd": "x"}));
    for _ in 0..33 {
        stage.hear("verto.ping", json!({}));
    }
    assert!(matches!(stage.effects().last(), Some(Effect::Close(4429, _))));
}

#[test]
fn secrets_are_in_no_debug_text() {
    let mut stage = Stage::new();
    stage.hear("login", json!({"login": "alice", "passwd": "hunter2", "sessid": "my-sessid"}));
    let text = format!("{:?}", stage.session);
    assert!(!text.contains("hunter2") && !text.contains("my-sessid"), "{text}");
    assert!(!format!("{:?}", stage.effects()).contains("hunter2"));
}

#[test]
fn the_result_of_an_invite_comes_before_all_else_of_the_call() {
    let mut stage = Stage::on();
    stage.hear("verto.invite", json!({"sdp": "v=0", "dialogParams": {"callID": "a", "destination_number": "3000"}}));
    let said = stage.said();
    assert_eq!(said[0]["result"]["message"], "CALL CREATED");
    assert_eq!(said[1]["params"]["causeCode"], 79);
    let call = stage.invite("b");
    stage.session.refused(call, codes::ALREADY_IN_CALL);
    assert_eq!(stage.said()[0]["params"]["cause"], "USER_BUSY");
    assert_eq!(stage.session.legs().count(), 0);
}

#[test]
fn an_answer_is_answered_by_the_start_or_after_a_moment_or_by_the_end() {
    let mut stage = Stage::on();
    for (n, case) in [(1, "start"), (2, "late"), (3, "lost")] {
        let call = call_id(n);
        let id = stage.rings(call);
        stage.hear("verto.answer", json!({"sdp": "v=0", "dialogParams": {"callID": id}}));
        let effects = stage.effects();
        assert!(
            matches!(&effects[..], [Effect::Remember { .. }, Effect::Act { finish: false, ends: None, .. }]),
            "its name is kept before the call can start: {effects:?}"
        );
        match case {
            "start" => {
                stage.told(call, EventName::Start, None, 0, None);
                assert_eq!(stage.said(), [json!({"jsonrpc": "2.0", "id": 7, "result": {"sessid": "s"}})]);
            }
            "late" => {
                let due = stage.session.poll_timeout().unwrap();
                assert_eq!(due, stage.now + Duration::from_millis(800));
                stage.session.deadline_passed(due);
                assert_eq!(stage.said().len(), 1);
                stage.told(call, EventName::Start, None, 0, None);
                assert!(stage.said().is_empty(), "answered once");
            }
            _ => {
                stage.told(call, EventName::Finish, Some(Reason::AnsweredElsewhere), 0, None);
                let said = stage.said();
                assert_eq!((&said[0]["error"]["code"], &said[0]["error"]["causeCode"]), (&json!(-32_002), &json!(702)));
                assert_eq!(said[1]["params"]["cause"], "LOSE_RACE");
                continue;
            }
        }
        stage.told(call, EventName::Finish, Some(Reason::Hangup), 0, None);
        assert_eq!(stage.said()[0]["params"]["causeCode"], 16);
    }
}

#[test]
fn a_hang_up_is_answered_once_the_line_is_free() {
    let mut stage = Stage::on();
    let call = stage.invite("a");
    stage.hear("verto.bye", json!({"dialogParams": {"callID": "a"}}));
    let effects = stage.effects();
    let [Effect::Act { act, finish: false, ends: Some(ends) }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((act.error_code, *ends), (codes::CANCELLED, call));
    stage.session.ended(call);
    assert_eq!(stage.said()[0]["result"]["message"], "CALL ENDED");
    stage.told(call, EventName::Reply, Some(Reason::Cancelled), codes::CANCELLED, None);
    assert!(stage.said().is_empty(), "nothing more of it");
}

#[test]
fn a_callers_answer_has_the_callees_description_or_the_call_cannot_be() {
    let mut stage = Stage::on();
    let call = stage.invite("a");
    stage.told(call, EventName::Reply, None, 0, None);
    let kept = Effect::Remember { call, name: "a".into() };
    assert_eq!(stage.effects(), [kept], "ringing has no form here");
    stage.told(call, EventName::Start, None, 0, Some("v=0 answer"));
    let said = stage.said();
    assert_eq!((&said[0]["method"], &said[0]["params"]["sdp"]), (&json!("verto.answer"), &json!("v=0 answer")));
    assert_eq!(said[1]["method"], "verto.display");
    assert!(said[0]["id"].as_u64().unwrap() > 1_000_000);
    stage.told(call, EventName::Finish, Some(Reason::Hangup), 0, None);
    stage.effects();
    let call = stage.invite("b");
    stage.told(call, EventName::Start, None, 0, None);
    let effects = stage.effects();
    assert!(matches!(&effects[1], Effect::Act { finish: true, ends: None, .. }), "{effects:?}");
}

#[test]
fn a_lost_line_leaves_answered_calls_and_time_ends_them() {
    let mut stage = Stage::on();
    let call = stage.invite("a");
    stage.told(call, EventName::Start, None, 0, Some("v=0"));
    stage.effects();
    stage.rings(call_id(1));
    stage.session.line_lost(stage.now);
    assert_eq!(stage.effects(), [Effect::Detached]);
    assert_eq!(stage.session.legs().count(), 1, "what rings is gone");
    assert_eq!(stage.hear("echo", json!({})).kind, HeardKind::Unreadable);
    let due = stage.session.poll_timeout().unwrap();
    assert_eq!(due, stage.now + Duration::from_secs(120));
    stage.session.deadline_passed(due);
    assert_eq!(stage.effects(), [Effect::Over]);
    let mut idle = Stage::on();
    idle.session.line_lost(idle.now);
    assert_eq!(idle.effects(), [Effect::Over], "nothing to wait for");
}

#[test]
fn a_detached_session_ends_with_its_call() {
    let mut stage = Stage::on();
    let call = stage.invite("a");
    stage.told(call, EventName::Start, None, 0, Some("v=0"));
    stage.session.line_lost(stage.now);
    stage.effects();
    stage.told(call, EventName::Finish, Some(Reason::Hangup), 0, None);
    assert_eq!(stage.effects(), [Effect::Over]);
}

#[test]
fn a_punted_session_hands_its_answered_calls_over_and_they_must_be_claimed() {
    let mut old = Stage::on();
    let talks = old.invite("a");
    old.told(talks, EventName::Start, None, 0, Some("v=0"));
    old.effects();
    let asks = old.invite("b");
    old.rings(call_id(1));
    old.effects();
    let legs = old.session.punted();
    let effects = old.effects();
    assert!(
        matches!(&effects[..], [Effect::Say(punt), Effect::Lost(lost)]
        if punt.text.contains("verto.punt") && *lost == asks),
        "{effects:?}"
    );
    assert_eq!(legs.iter().map(|leg| leg.call).collect::<Vec<_>>(), [talks]);
    for claims in [true, false] {
        let mut new = Stage::new();
        new.hear("login", json!({"login": "alice", "passwd": "x", "sessid": "s"}));
        new.effects();
        new.session.identified(Ok(user("alice")), new.now, &mut || call_id(9));
        new.effects();
        let party = Party { user: user("alice"), device: DeviceId::default(), door: Door::Verto };
        new.session.entered(Ok((party, "s".to_owned())));
        new.session.adopt(legs.clone(), new.now, &mut || call_id(9));
        assert_eq!(new.said()[0]["params"]["reattached_sessions"], json!(["a"]));
        if claims {
            new.hear("verto.info", json!({"dtmf": "1", "dialogParams": {"callID": "a"}}));
            new.effects();
        }
        let lost = |effects: Vec<Effect>| effects.contains(&Effect::Lost(talks));
        new.session.pong(new.now + Duration::from_secs(110));
        new.session.deadline_passed(new.now + Duration::from_secs(120));
        assert_eq!(lost(new.effects()), !claims);
    }
}

#[test]
fn a_page_that_is_gone_hangs_up() {
    let mut stage = Stage::on();
    let call = stage.invite("a");
    stage.told(call, EventName::Start, None, 0, Some("v=0"));
    stage.effects();
    stage.session.goodbye();
    stage.session.line_lost(stage.now);
    let effects = stage.effects();
    assert!(
        matches!(&effects[..], [Effect::Act { act, finish: true, .. }, Effect::Over]
        if act.call == Some(call) && act.error_code == codes::SUCCESS),
        "{effects:?}"
    );
}

#[test]
fn an_answer_about_a_call_claims_it_where_ids_are_texts_and_means_nothing_where_they_are_numbers() {
    for (own, claimed) in [(json!("6f1c-a"), true), (json!(3), false)] {
        let mut stage = Stage::left_a_call();
        let said = stage.said();
        let [.., ready, display] = &said[..] else { panic!("{said:?}") };
        assert_eq!(ready["params"]["reattached_sessions"], json!(["a"]));
        assert_eq!((&display["method"], &display["params"]["callID"]), (&json!("verto.display"), &json!("a")));
        stage.text(&json!({"jsonrpc": "2.0", "id": own, "method": "verto.ping", "params": {}}).to_string());
        let answer = |id: &Value| json!({"jsonrpc": "2.0", "id": id, "result": {"method": "x"}}).to_string();
        stage.text(&answer(&ready["id"]));
        stage.text(&answer(&json!("no number")));
        stage.text(&json!({"jsonrpc": "2.0", "id": display["id"], "error": {"code": 1}}).to_string());
        stage.text(&answer(&display["id"]));
        assert_eq!(stage.loses_it(), !claimed, "{own}");
    }
}

#[test]
fn a_client_that_asks_for_another_call_has_forgotten_the_one_that_it_was_left() {
    let mut stage = Stage::left_a_call();
    stage.effects();
    let dialog = json!({"callID": "b", "destination_number": "carol"});
    stage.hear("verto.invite", json!({"sdp": "v=0", "dialogParams": dialog}));
    let effects = stage.effects();
    assert!(
        matches!(&effects[..], [Effect::Say(created), Effect::Lost(LEFT)] if created.text.contains("CALL CREATED")),
        "{effects:?}"
    );
    stage.told(LEFT, EventName::Finish, Some(Reason::Disconnected), codes::DISCONNECTED, None);
    let effects = stage.effects();
    assert!(
        matches!(&effects[..], [Effect::Say(bye), Effect::Request { callee, .. }]
        if bye.text.contains("\"a\"") && *callee == user("carol")),
        "{effects:?}"
    );
}

#[test]
fn a_request_that_waits_for_a_forgotten_call_can_be_taken_back() {
    let mut stage = Stage::left_a_call();
    stage.effects();
    let dialog = json!({"callID": "b", "destination_number": "carol"});
    stage.hear("verto.invite", json!({"sdp": "v=0", "dialogParams": dialog}));
    stage.effects();
    stage.hear("verto.bye", json!({"dialogParams": {"callID": "b"}}));
    assert_eq!(stage.said()[0]["result"]["message"], "CALL ENDED");
    stage.told(LEFT, EventName::Finish, Some(Reason::Disconnected), codes::DISCONNECTED, None);
    let effects = stage.effects();
    assert!(matches!(&effects[..], [Effect::Say(_)]), "no request: {effects:?}");
}

#[test]
fn silence_is_probed_and_then_taken_for_a_lost_line() {
    let mut stage = Stage::on();
    let first = stage.session.poll_timeout().unwrap();
    stage.session.deadline_passed(first);
    assert_eq!(stage.effects(), [Effect::Ping]);
    let second = stage.session.poll_timeout().unwrap();
    stage.session.deadline_passed(second);
    assert_eq!(stage.effects(), [Effect::LineLost]);
    let mut heard = Stage::on();
    heard.session.deadline_passed(first);
    heard.session.pong(first);
    heard.effects();
    heard.session.deadline_passed(first + Duration::from_secs(25));
    assert_eq!(heard.effects(), [Effect::Ping]);
}

#[test]
fn what_the_other_door_signals_has_a_form_or_stays_away() {
    let mut stage = Stage::on();
    let id = stage.rings(call_id(1));
    let mut signal = |data: Value| {
        let raw = serde_json::value::RawValue::from_string(data.to_string()).unwrap();
        stage.session.signalled(call_id(1), &user("bob"), &Opaque::new(&raw));
        stage.said()
    };
    assert_eq!(signal(json!({"dtmf": "5"}))[0]["params"]["data"]["dtmf"], "5");
    let said = signal(json!({"msg": {"body": "x", "from": "mallory"}}));
    assert_eq!((&said[0]["params"]["callID"], &said[0]["params"]["msg"]["from"]), (&json!(id), &json!("bob")));
    for data in [json!(7), json!("x"), json!({"rtc": {}}), json!({"msg": "text"}), json!({"txt": 1})] {
        assert!(signal(data.clone()).is_empty(), "{data}");
    }
}

#[test]
fn a_call_without_an_offer_is_not_for_this_client() {
    let mut stage = Stage::on();
    stage.told(call_id(1), EventName::Request, None, 0, None);
    assert_eq!(stage.effects(), [Effect::Unanswerable { call: call_id(1), other: user("bob") }]);
}

#[test]
fn what_is_about_no_call_of_this_session_changes_nothing() {
    let mut stage = Stage::on();
    for (name, reason) in [
        (EventName::Start, None),
        (EventName::Finish, Some(Reason::Hangup)),
        (EventName::Reply, Some(Reason::Busy)),
        (EventName::Reply, None),
    ] {
        stage.told(call_id(77), name, reason, 0, None);
        assert_eq!(stage.effects(), [], "{name:?}");
    }
    stage.session.told(&no_call(user("bob"), codes::NOT_IN_CALL, Timestamp(0)), call_id(1));
    stage.session.ended(call_id(77));
    stage.session.refused(call_id(77), codes::BUSY);
    assert_eq!(stage.effects(), []);
}

#[test]
fn a_client_that_speaks_no_json_is_given_up_after_a_while() {
    let mut stage = Stage::on();
    for _ in 0..7 {
        stage.text("GET /");
    }
    stage.hear("verto.ping", json!({}));
    for _ in 0..7 {
        stage.text("GET /");
    }
    assert!(!stage.effects().iter().any(|effect| matches!(effect, Effect::Close(..))));
    stage.text("GET /");
    assert!(matches!(stage.effects().last(), Some(Effect::Close(4400, _))));
}
