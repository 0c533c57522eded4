//! What the simulated user does, and what the call hears of it.

use std::time::Duration;

use hookswitch::{
    actors::cloudvoip_worker::WorkerEvent,
    clock,
    protocol::{
        codes,
        worker::{
            CallSpec, EndReason, HangupReason, Limits, MediaFrame, MediaKind, Mode, Phase, RoomType, media::FLAG_KEY,
        },
    },
};

use crate::support::{Lab, Talk, patient};

#[actix_web::test]
async fn a_call_is_answered_heard_seen_and_hung_up() {
    let lab = Lab::calm();
    let mut talk = lab.start("answer-after-50ms");
    talk.until(Phase::Talking).await;
    let phases: Vec<_> = talk
        .seen
        .iter()
        .filter_map(|event| if let WorkerEvent::Phase(phase) = event { Some(*phase) } else { None })
        .collect();
    assert_eq!(phases, [Phase::Idle, Phase::Init, Phase::Joining, Phase::Ringing, Phase::Talking]);
    assert!(talk.seen.contains(&WorkerEvent::Joined("simulated-room".to_owned())));
    assert!(talk.seen.iter().any(|event| matches!(event, WorkerEvent::Status { n: 1, .. })));
    // What is said comes back, whole and in order, however much silence is around it.
    let media = talk.handle.media();
    let speaker = media.clone();
    let speaks = actix::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        for n in 1..=50 {
            tick.tick().await;
            speaker.give(Talk::pcm(n));
        }
    });
    let (mut heard, mut pictures, mut keys) = (Vec::new(), 0, 0);
    while heard.len() < 10 || keys < 2 {
        let frame = tokio::time::timeout(crate::support::DEADLINE, media.take()).await.unwrap().unwrap();
        match frame.kind {
            MediaKind::Pcm => {
                let first = frame.body[0];
                assert!(frame.body.iter().all(|byte| *byte == first), "a frame is whole");
                if first != 0 {
                    heard.push(first);
                }
            }
            MediaKind::H264 => {
                pictures += 1;
                keys += u32::from(frame.has(FLAG_KEY));
                assert!(keys > 0, "the first picture is a key frame");
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(heard.is_sorted() && pictures > 10, "{heard:?}, {pictures} pictures");
    speaks.await.unwrap();
    talk.handle.bandwidth(800);
    talk.handle.hangup(HangupReason::Manual);
    let end = talk.end().await;
    assert_eq!((end.reason, end.code), (EndReason::HungUp, codes::SUCCESS));
    assert_eq!(media.take().await, None, "no media after the end");
    lab.close().await;
}

#[actix_web::test]
async fn what_is_said_comes_back_at_once_however_long_it_rang_and_nobody_listened() {
    let lab = Lab::calm();
    let mut talk = lab.start("answer-after-600ms");
    talk.until(Phase::Talking).await;
    let carrier = talk.handle.media().carry();
    let speaker = carrier.media().clone();
    let speaks = actix::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        loop {
            tick.tick().await;
            speaker.give(Talk::pcm(1));
        }
    });
    // Frames come at the pace of time: those before the echo are its delay.
    let mut before = 0;
    loop {
        let frame = tokio::time::timeout(crate::support::DEADLINE, carrier.media().take()).await.unwrap().unwrap();
        match (frame.kind, frame.body[0]) {
            (MediaKind::Pcm, 0) => before += 1,
            (MediaKind::Pcm, _) => break,
            _ => {}
        }
    }
    assert!(before < 25, "{before} frames of silence came first");
    speaks.abort();
    talk.handle.hangup(HangupReason::Manual);
    talk.end().await;
    lab.close().await;
}

#[actix_web::test]
async fn each_status_ends_the_call_as_the_table_has_it() {
    let lab = Lab::calm();
    let table = [
        (3, EndReason::Rejected, codes::REFUSED, EndReason::HangupByCallee, codes::SUCCESS),
        (4, EndReason::Cancelled, codes::CANCELLED, EndReason::HangupByCaller, codes::SUCCESS),
        (5, EndReason::HangupByCaller, codes::CANCELLED, EndReason::HangupByCaller, codes::SUCCESS),
        (6, EndReason::HangupByCallee, codes::REFUSED, EndReason::HangupByCallee, codes::SUCCESS),
        (7, EndReason::Aborted, codes::DISCONNECTED, EndReason::Aborted, codes::DISCONNECTED),
        (8, EndReason::Busy, codes::BUSY, EndReason::Aborted, codes::DISCONNECTED),
        (9, EndReason::NoAnswer, codes::TIMEOUT, EndReason::Aborted, codes::DISCONNECTED),
        (77, EndReason::Aborted, codes::DISCONNECTED, EndReason::Aborted, codes::DISCONNECTED),
    ];
    for (n, ringing, ringing_code, talking, talking_code) in table {
        let end = lab.end_of(&format!("status-{n}")).await;
        assert_eq!((end.reason, end.code), (ringing, ringing_code), "{n} while it rings");
        let end = lab.end_of(&format!("answer-after-10ms talk-status-{n}")).await;
        assert_eq!((end.reason, end.code), (talking, talking_code), "{n} in the talk");
        assert!(end.detail.contains(&format!("status {n}")), "{end:?}");
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_user_refuses_is_busy_or_hangs_up_after_a_while() {
    let lab = Lab::calm();
    for (words, reason, code) in [
        ("wechat:shop:refuse", EndReason::Rejected, codes::REFUSED),
        ("{\"to\":\"busy\"}", EndReason::Busy, codes::BUSY),
        ("answer-after-10ms,hangup-after-50ms", EndReason::HangupByCallee, codes::SUCCESS),
    ] {
        let end = lab.end_of(words).await;
        assert_eq!((end.reason, end.code), (reason, code), "{words}");
    }
    lab.close().await;
}

#[actix_web::test]
async fn a_phone_that_nobody_answers_is_given_up() {
    let lab = Lab::new(2, 0, Limits { ring: Duration::from_millis(200), ..patient() });
    let end = lab.end_of("silent").await;
    assert_eq!((end.reason, end.code), (EndReason::NoAnswer, codes::TIMEOUT));
    lab.close().await;
}

#[actix_web::test]
async fn the_longest_talk_is_hung_up() {
    let lab = Lab::new(2, 0, Limits { talk: Some(Duration::from_millis(100)), ..patient() });
    let end = lab.end_of("answer-after-10ms").await;
    assert_eq!((end.reason, end.code), (EndReason::MaxDuration, codes::TIMEOUT));
    lab.close().await;
}

#[actix_web::test]
async fn a_call_that_is_hung_up_before_the_answer_ends_by_its_reason() {
    let lab = Lab::calm();
    for (reason, code) in [
        (HangupReason::Manual, codes::CANCELLED),
        (HangupReason::Timeout, codes::TIMEOUT),
        (HangupReason::Device, codes::DISCONNECTED),
    ] {
        let mut talk = lab.start("silent");
        talk.until(Phase::Ringing).await;
        talk.handle.hangup(reason);
        let end = talk.end().await;
        assert_eq!((end.reason, end.code), (EndReason::HungUp, code), "{reason:?}");
    }
    // At once, whatever it is doing then.
    let talk = lab.start("silent");
    talk.handle.hangup(HangupReason::Manual);
    assert_eq!(talk.end().await.reason, EndReason::HungUp);
    lab.close().await;
}

#[actix_web::test]
async fn a_refusal_is_told_without_joining_and_a_device_call_is_joined() {
    let lab = Lab::calm();
    let call = CallSpec { mode: Mode::Reject, reason: HangupReason::Reject, ..Lab::call("") };
    let end = lab.try_start(call).unwrap().end().await;
    assert_eq!((end.reason, end.code), (EndReason::Declined, codes::REFUSED));
    let call =
        CallSpec { mode: Mode::Device, room_type: RoomType::Voice, ..Lab::call("answer-after-1ms hangup-after-50ms") };
    let end = lab.try_start(call).unwrap().end().await;
    assert_eq!(end.reason, EndReason::HangupByCallee);
    lab.close().await;
}

#[actix_web::test]
async fn what_the_sdk_refuses_is_told_with_its_number() {
    let lab = Lab::calm();
    let end = lab.end_of("fail-init-8").await;
    assert_eq!((end.reason, end.code), (EndReason::InitFailed, codes::DISCONNECTED));
    assert!(end.detail.contains("8 RESOURCE_EXHAUSTED"), "{end:?}");
    let end = lab.end_of("fail-join-7").await;
    assert_eq!((end.reason, end.code), (EndReason::JoinFailed, codes::OFFLINE));
    assert!(end.detail.contains("7 PERMISSION_DENIED"), "{end:?}");
    lab.close().await;
}

/// How long hanging up takes while media flood both ways.
async fn hang_up_under_a_flood(lab: &Lab) -> Duration {
    let mut talk = lab.start("answer-after-1ms flood");
    talk.until(Phase::Talking).await;
    let media = talk.handle.media();
    let flood = actix::spawn(async move {
        let picture = [&[0, 0, 0, 1, 0x41][..], &[0x55; 200_000]].concat();
        let picture = MediaFrame { kind: MediaKind::H264, body: picture.into(), ..Talk::pcm(1) };
        loop {
            for n in 0..20 {
                media.give(Talk::pcm(n));
                media.give(picture.clone());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    while !talk.seen.contains(&WorkerEvent::NeedKeyframe) {
        talk.next().await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let drops = talk.handle.view().drops;
    assert!(drops.audio > 0 && drops.video > 0, "{drops:?}");
    let began = clock::now();
    talk.handle.hangup(HangupReason::Manual);
    while !matches!(talk.next().await, WorkerEvent::Ended(_)) {}
    let took = clock::now() - began;
    flood.abort();
    println!("hung up within {took:?} under a flood, {drops:?}");
    took
}

#[actix_web::test]
async fn a_flood_of_media_both_ways_delays_no_hang_up_and_is_counted() {
    let lab = Lab::calm();
    let mut times = Vec::new();
    for _ in 0..5 {
        times.push(hang_up_under_a_flood(&lab).await);
    }
    times.sort_unstable();
    // The machine may be busy with other tests for once; a hang-up that waits for media is late each time.
    assert!(times[2] < Duration::from_millis(100), "{times:?}");
    lab.close().await;
}
