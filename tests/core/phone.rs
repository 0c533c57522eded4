//! A WeChat user's part in a call: every state that its machine can come to, and what it does on the way. And how long it takes to
//! read a push that anybody may have sent.

use std::{
    collections::{HashSet, VecDeque},
    fmt::Write as _,
    iter::from_fn,
    time::{Duration, Instant},
};

use hookswitch::{
    clock,
    protocol::{
        codes::{self, Reason},
        effect::Failure,
        event::EventName,
        wechat::{
            leg::{Effect, Input, Leg, PUSH_LIMIT, Side},
            push,
        },
        worker::{EndReason, HangupReason, WorkerEnd},
    },
};

fn told(event: EventName, error_code: i32, reason: Option<Reason>) -> Input {
    Input::Event { event, error_code, reason }
}

fn rings() -> Input {
    told(EventName::Reply, 0, None)
}

fn started() -> Input {
    told(EventName::Start, 0, None)
}

fn over(reason: Reason) -> Input {
    told(EventName::Reply, 100_100, Some(reason))
}

fn hung_up() -> Input {
    told(EventName::Finish, 0, Some(Reason::Hangup))
}

fn ended(reason: EndReason, code: i32) -> Input {
    Input::Ended(WorkerEnd { code, reason, detail: String::new() })
}

fn effects(leg: &mut Leg) -> Vec<Effect> {
    from_fn(|| leg.poll_effect()).collect()
}

/// What each of these inputs leads to, in one part.
fn play(side: Side, steps: &[(Input, &[Effect])]) -> Leg {
    let (mut leg, now) = (Leg::new(side), clock::now());
    for (input, wanted) in steps {
        leg.step(now, input.clone());
        assert_eq!(effects(&mut leg), *wanted, "after {input:?}");
    }
    leg
}

#[test]
fn a_phone_that_calls_is_joined_once_the_device_accepts() {
    let leg = play(
        Side::Caller,
        &[
            (rings(), &[Effect::Answer(0)]),
            (Input::Told(true), &[]),
            (started(), &[Effect::Join]),
            (Input::Talking, &[]),
            (hung_up(), &[Effect::Leave, Effect::HangUp(HangupReason::Manual)]),
            (ended(EndReason::HungUp, 0), &[Effect::Over]),
        ],
    );
    assert!(leg.is_over());
}

#[test]
fn a_refusal_at_once_is_the_answer_to_the_push_and_a_late_one_a_workers_affair() {
    let refused = (over(Reason::Offline), &[Effect::Leave, Effect::Answer(100_100)][..]);
    play(Side::Caller, &[refused.clone(), (Input::Told(true), &[Effect::Over])]);
    let late = (Input::Told(false), &[Effect::Decline(HangupReason::Reject)][..]);
    play(Side::Caller, &[refused, late, (ended(EndReason::Declined, codes::REFUSED), &[Effect::Over])]);
    for (reason, why) in [
        (Reason::Refused, HangupReason::Reject),
        (Reason::Busy, HangupReason::Reject),
        (Reason::Timeout, HangupReason::Timeout),
        (Reason::Forced, HangupReason::Reject),
    ] {
        let no = (over(reason), &[Effect::Leave, Effect::Decline(why)][..]);
        play(Side::Caller, &[(rings(), &[Effect::Answer(0)]), no]);
    }
}

#[test]
fn what_ends_a_call_that_the_device_has_accepted_is_no_refusal() {
    for (reason, code, word) in [
        (EndReason::Rejected, codes::REFUSED, Effect::Finish(0)),
        (EndReason::Cancelled, codes::CANCELLED, Effect::Finish(0)),
        (EndReason::HangupByCaller, codes::CANCELLED, Effect::Finish(0)),
        (EndReason::HangupByCallee, codes::REFUSED, Effect::Finish(0)),
        (EndReason::Busy, codes::BUSY, Effect::Fail(Failure::Media)),
        (EndReason::NoAnswer, codes::TIMEOUT, Effect::Fail(Failure::Media)),
        (EndReason::Aborted, codes::DISCONNECTED, Effect::Fail(Failure::Media)),
        (EndReason::Retired, codes::DISCONNECTED, Effect::Fail(Failure::Lost)),
    ] {
        for talks in [false, true] {
            let word = &[word][..];
            let mut steps = vec![(rings(), &[Effect::Answer(0)][..]), (started(), &[Effect::Join])];
            steps.extend(talks.then_some((Input::Talking, &[][..])));
            steps.push((ended(reason, code), word));
            play(Side::Caller, &steps);
        }
    }
}

#[test]
fn a_phone_that_is_called_accepts_with_the_sdks_status_2() {
    play(
        Side::Callee,
        &[
            (told(EventName::Request, 0, None), &[Effect::Place]),
            (Input::Placed(Ok(())), &[]),
            (Input::Pushed, &[Effect::Join]),
            (Input::Talking, &[Effect::Accept]),
            (started(), &[]),
            (ended(EndReason::HangupByCallee, 0), &[Effect::Finish(0)]),
            (hung_up(), &[Effect::Leave, Effect::Over]),
        ],
    );
}

#[test]
fn a_push_may_come_before_wechats_answer_or_never() {
    let called = (told(EventName::Request, 0, None), &[Effect::Place][..]);
    // What the answer says is no news then.
    play(Side::Callee, &[called.clone(), (Input::Pushed, &[Effect::Join]), (Input::Placed(Err(codes::OFFLINE)), &[])]);
    let mut leg = play(Side::Callee, &[called.clone(), (Input::Placed(Ok(())), &[])]);
    let due = leg.poll_timeout().unwrap();
    assert!(due <= clock::now() + PUSH_LIMIT);
    leg.step(due, Input::DeadlinePassed);
    assert_eq!(effects(&mut leg), [Effect::Fail(Failure::Lost)]);
    for (code, failure) in [
        (codes::OFFLINE, Failure::Offline),
        (codes::BUSY, Failure::Busy),
        (codes::DISCONNECTED, Failure::Lost),
        (7, Failure::Lost),
    ] {
        play(Side::Callee, &[called.clone(), (Input::Placed(Err(code)), &[Effect::Fail(failure)])]);
    }
}

#[test]
fn a_phone_that_refuses_is_out_since_nobody_tells_it_of_the_end() {
    let leg = play(
        Side::Callee,
        &[
            (told(EventName::Request, 0, None), &[Effect::Place]),
            (Input::Pushed, &[Effect::Join]),
            (
                ended(EndReason::Rejected, codes::REFUSED),
                &[Effect::Refuse(codes::REFUSED), Effect::Leave, Effect::Over],
            ),
        ],
    );
    assert!(leg.is_over() && leg.has_left());
}

#[test]
fn a_push_that_crosses_the_end_is_declined() {
    let called = (told(EventName::Request, 0, None), &[Effect::Place][..]);
    let gone = (over(Reason::Cancelled), &[Effect::Leave, Effect::Over][..]);
    let late = (Input::Pushed, &[Effect::Decline(HangupReason::Manual)][..]);
    play(Side::Callee, &[called, gone, late, (ended(EndReason::Declined, codes::REFUSED), &[Effect::Over])]);
}

/// What a shell knows, so that only what can happen does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Shell {
    worker: bool,
    pushed: bool,
    left: bool,
    answers: u8,
    accepts: u8,
    words: u8,
}

fn check(leg: &mut Leg, shell: &mut Shell, now: Instant, has_workers: bool, hears: bool) {
    while let Some(effect) = leg.poll_effect() {
        match effect {
            Effect::Answer(_) => {
                shell.answers += 1;
                leg.step(now, Input::Told(hears));
            }
            Effect::Place => {}
            Effect::Join | Effect::Decline(_) => {
                assert!(!shell.worker, "one worker at a time: {leg:?}");
                shell.worker = has_workers;
                if !has_workers {
                    leg.step(now, Input::NoWorker(codes::BUSY));
                }
            }
            Effect::HangUp(_) => assert!(shell.worker, "there is a worker to hang up: {leg:?}"),
            Effect::Accept => shell.accepts += 1,
            Effect::Refuse(_) | Effect::Finish(_) | Effect::Fail(_) => {
                assert!(!shell.left, "nothing is said of a call that is over: {leg:?}");
                shell.words += 1;
            }
            Effect::Leave => assert!(!std::mem::replace(&mut shell.left, true), "it leaves once: {leg:?}"),
            Effect::Over => assert!(shell.left && !shell.worker, "nothing is left then: {leg:?}"),
        }
    }
    assert!(shell.answers <= 1 && shell.accepts <= 1 && shell.words <= 1, "{shell:?} {leg:?}");
}

#[test]
fn every_state_of_a_phones_part_keeps_the_rules_and_can_be_ended() {
    let now = clock::now();
    let late = now + PUSH_LIMIT * 3;
    for side in [Side::Caller, Side::Callee] {
        let inputs = [
            told(EventName::Request, 0, None),
            rings(),
            started(),
            over(Reason::Timeout),
            hung_up(),
            Input::Placed(Ok(())),
            Input::Placed(Err(codes::OFFLINE)),
            Input::Pushed,
            Input::Talking,
            ended(EndReason::Crashed, codes::DISCONNECTED),
            ended(EndReason::Rejected, codes::REFUSED),
            ended(EndReason::HungUp, 0),
            Input::Out,
            Input::DeadlinePassed,
        ];
        let mut seen = HashSet::new();
        let mut queue = VecDeque::from([(Leg::new(side), Shell::default())]);
        while let Some((leg, shell)) = queue.pop_front() {
            if !seen.insert((leg.clone(), shell.clone())) {
                continue;
            }
            ends_when_told(&leg, &shell, now);
            for input in &inputs {
                let possible = match input {
                    Input::Ended(_) | Input::Talking => shell.worker,
                    Input::Pushed => side == Side::Callee && !shell.pushed,
                    _ => true,
                };
                for (has_workers, hears) in [(true, true), (true, false), (false, true), (false, false)] {
                    let (mut leg, mut shell) = (leg.clone(), shell.clone());
                    if possible {
                        shell.worker &= !matches!(input, Input::Ended(_));
                        shell.pushed |= *input == Input::Pushed;
                        leg.step(if *input == Input::DeadlinePassed { late } else { now }, input.clone());
                        check(&mut leg, &mut shell, now, has_workers, hears);
                        queue.push_back((leg, shell));
                    }
                }
            }
        }
        assert!(seen.len() > 10, "{} states", seen.len());
    }
}

/// Whatever the state: the end of the call, and that of the worker, are the end.
fn ends_when_told(leg: &Leg, shell: &Shell, now: Instant) {
    let (mut leg, mut shell) = (leg.clone(), shell.clone());
    leg.step(now, hung_up());
    check(&mut leg, &mut shell, now, true, true);
    if std::mem::take(&mut shell.worker) {
        leg.step(now, ended(EndReason::HungUp, 0));
        check(&mut leg, &mut shell, now, true, true);
    }
    assert!(leg.is_over() && leg.poll_timeout().is_none(), "{leg:?}");
}

#[test]
fn what_nobody_has_signed_takes_no_time_to_read() {
    let mut body = String::from("<xml");
    for n in 0..5_000 {
        let _written = write!(body, " a{n}=\"\"");
    }
    body.push_str("><Encrypt>QQ==</Encrypt></xml>");
    let began = clock::now();
    for _ in 0..5 {
        assert_eq!(push::encrypted(body.as_bytes()).as_deref(), Ok("QQ=="));
    }
    let took = clock::now() - began;
    assert!(took < Duration::from_millis(500), "{took:?}: it is not to be parsed");
}
