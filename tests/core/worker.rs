//! A media worker's machine, its channels and its queues.

use std::time::{Duration, Instant};

use bytes::Bytes;
use hookswitch::{
    clock,
    protocol::{
        codes,
        ids::CallId,
        worker::{
            control::{Depths, MAX_BYTES, Stage, decode, encode, length},
            jitter::{CAP_MS, Jitter, PREBUFFER_MS, WATCH_MS},
            media::{AUDIO_FRAME_MS, FLAG_CONFIG, FLAG_DISCONTINUITY, FLAG_KEY, MAX_VIDEO_BYTES, MediaHeader},
            outcome::{exit_code, of_status},
            queue::Bounds,
            *,
        },
    },
};
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

fn start() -> Start {
    let call = CallSpec {
        call_id: CallId(Uuid::nil()),
        mode: Mode::Cloud,
        reason: HangupReason::Unknown,
        appid: "wx1".into(),
        sn: "sn".into(),
        model_id: "model".into(),
        openid: "openid".into(),
        server_token: SecretText::new("TOKEN"),
        room_id: "room".into(),
        session_key: SecretText::new("KEY"),
        payload: SecretText::new("PAYLOAD"),
        room_type: RoomType::Video,
        video: VideoWishes::default(),
    };
    Start { v: VERSION, call, data_dir: "/data".into(), log_dir: None }
}

fn hello() -> FromWorker {
    FromWorker::Hello { v: VERSION, pid: 7, lib_abi: ABI_VERSION }
}

fn stage(phase: Stage) -> Input {
    Input::Message(FromWorker::Phase { phase, room_id: None })
}

fn status(n: i32) -> Input {
    Input::Message(FromWorker::Status { n, t_ms: 1 })
}

/// A worker, the clock, and what it asked for.
struct Bench {
    worker: Worker,
    now: Instant,
    effects: Vec<Effect>,
}

impl Bench {
    fn new() -> Self {
        let now = clock::now();
        let mut bench = Self { worker: Worker::new(now, Limits::default()), now, effects: Vec::new() };
        bench.drain();
        bench
    }

    /// One whose call is in this phase.
    fn in_phase(phase: Phase) -> Self {
        let mut bench = Self::new();
        let way = [
            (Phase::Idle, Input::Message(hello())),
            (Phase::Init, Input::Start(Mode::Cloud)),
            (Phase::Init, stage(Stage::Init)),
            (Phase::Joining, stage(Stage::Join)),
            (Phase::Ringing, stage(Stage::Joined)),
            (Phase::Talking, status(2)),
            (Phase::Ending, Input::Hangup(HangupReason::Manual)),
        ];
        for (leads_to, input) in way {
            if leads_to <= phase {
                bench.step(input);
            }
        }
        assert_eq!(bench.worker.phase(), phase);
        bench
    }

    fn drain(&mut self) {
        while let Some(effect) = self.worker.poll_effect() {
            self.effects.push(effect);
        }
    }

    fn step(&mut self, input: Input) {
        self.worker.step(self.now, input);
        self.drain();
    }

    fn ends(&self) -> Vec<&WorkerEnd> {
        self.effects
            .iter()
            .filter_map(|effect| if let Effect::Ended(end) = effect { Some(end) } else { None })
            .collect()
    }

    /// Lets time alone do its work, and kills what is to be killed.
    fn wait_for_the_end(&mut self) {
        for _ in 0..1000 {
            let Some(due) = self.worker.poll_timeout() else { return };
            self.now = self.now.max(due);
            let seen = self.effects.len();
            self.step(Input::DeadlinePassed);
            if self.effects[seen..].contains(&Effect::Kill) {
                self.step(Input::Exited(Exit::Signal(9)));
            }
        }
        panic!("time alone does not end it: {:?}", self.worker);
    }
}

fn any_message() -> impl Strategy<Value = FromWorker> {
    let stages = prop_oneof![Just(Stage::Init), Just(Stage::Join), Just(Stage::Joined), Just(Stage::Ended)];
    prop_oneof![
        3 => Just(hello()),
        6 => stages.prop_map(|phase| FromWorker::Phase { phase, room_id: Some("room".into()) }),
        4 => (-1..12).prop_map(|n| FromWorker::Status { n, t_ms: 0 }),
        2 => (0_u64..5, 0_u64..10_000).prop_map(|(n, stuck_ms)| FromWorker::Pong {
            n, stuck_ms, queues: Depths::default(), drops: Drops::default(),
        }),
        1 => Just(FromWorker::NeedKeyframe),
        1 => prop_oneof!["init", "join", "load", "hangup"].prop_map(|at| FromWorker::Error { at, wx_error: Some(7), text: "no".into() }),
        1 => Just(FromWorker::Bye { last_status: 2 }),
    ]
}

fn any_input() -> impl Strategy<Value = Input> {
    let exits = prop_oneof![(0..80).prop_map(Exit::Code), (1..32).prop_map(Exit::Signal), Just(Exit::NeverStarted)];
    prop_oneof![
        20 => any_message().prop_map(Input::Message),
        4 => prop_oneof![Just(Mode::Cloud), Just(Mode::Device), Just(Mode::Reject)].prop_map(Input::Start),
        2 => (0..HangupReason::ALL.len()).prop_map(|at| Input::Hangup(HangupReason::ALL[at])),
        1 => Just(Input::Bandwidth(500)),
        1 => Just(Input::Nonsense(ProtocolError::MediaKind(9))),
        1 => Just(Input::Deaf),
        1 => Just(Input::Retire),
        1 => exits.prop_map(Input::Exited),
        4 => Just(Input::DeadlinePassed),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_there_is_one_end_phases_go_forward_and_time_alone_ends_it(
        inputs in vec((any_input(), 0_u64..4000), 0..40),
    ) {
        let mut bench = Bench::new();
        for (input, ms) in inputs {
            bench.now += Duration::from_millis(ms);
            bench.step(input);
        }
        prop_assert!(bench.ends().len() <= 1);
        bench.wait_for_the_end();
        prop_assert_eq!(bench.ends().len(), 1);
        prop_assert_eq!(bench.worker.phase(), Phase::Gone);
        let phases: Vec<_> = bench.effects.iter()
            .filter_map(|effect| if let Effect::Phase(phase) = effect { Some(*phase) } else { None }).collect();
        prop_assert!(phases.is_sorted(), "{:?}", phases);
        prop_assert!(matches!(bench.effects.last(), Some(Effect::Gone(_))));
        let starts = bench.effects.iter().filter(|effect| **effect == Effect::SendStart).count();
        prop_assert!(starts <= 1);
        // Nothing of the call comes after its end.
        let end = bench.effects.iter().position(|effect| matches!(effect, Effect::Ended(_))).unwrap();
        let news = bench.effects[end..].iter().any(|effect| matches!(effect, Effect::Status { .. } | Effect::Joined(_) | Effect::SendStart));
        prop_assert!(!news);
    }

    #[test]
    fn messages_come_back_as_they_were(message in any_message()) {
        let frame = encode(&message).unwrap();
        let (prefix, json) = frame.split_first_chunk::<4>().unwrap();
        prop_assert_eq!(length(*prefix), Ok(json.len()));
        prop_assert_eq!(decode::<FromWorker>(json), Ok(message));
    }

    #[test]
    fn media_come_back_as_they_were(
        kind in 1_u8..5, flags in 0_u8..8, rotation: u16, pts_us: u64, body in vec(any::<u8>(), 1..200),
    ) {
        let frame = MediaFrame { kind: MediaKind::of(kind).unwrap(), flags, rotation, pts_us, body: body.into() };
        prop_assert_eq!(MediaFrame::decode(&frame.encode()), Ok(frame));
    }

    #[test]
    fn a_queue_keeps_its_bounds_and_its_order_and_says_where_pictures_are_missing(
        frames in vec((0_u8..10, 0_u8..2, 1_usize..400, any::<bool>()), 0..300),
    ) {
        let bounds = Bounds { audio: 3, video: 5, video_bytes: 1000 };
        let mut queue = MediaQueue::new(bounds);
        let (mut given, mut taken, mut asked) = (0_u64, Vec::new(), false);
        for (n, (what, config, size, take)) in frames.into_iter().enumerate() {
            let (kind, flags) = match what {
                0..=3 => (MediaKind::Pcm, 0),
                4 => (MediaKind::H264, FLAG_KEY | FLAG_CONFIG),
                5 => (MediaKind::H264, if config == 1 { FLAG_CONFIG } else { 0 }),
                _ => (MediaKind::H264, 0),
            };
            let pts_us = u64::try_from(n).unwrap();
            asked |= queue.push(MediaFrame { kind, flags, rotation: 0, pts_us, body: Bytes::from(vec![0; size]) });
            given += 1;
            let (audio, video) = queue.depths();
            prop_assert!(audio <= bounds.audio && video <= bounds.video);
            if take {
                taken.extend(queue.pop());
            }
        }
        while let Some(frame) = queue.pop() {
            taken.push(frame);
        }
        let drops = queue.drops();
        let kept = u64::try_from(taken.len()).unwrap();
        // A configuration may be replaced by the next without being counted as a picture.
        prop_assert!(kept + drops.audio + drops.video <= given);
        for kind in [MediaKind::Pcm, MediaKind::H264] {
            prop_assert!(taken.iter().filter(|frame| frame.kind == kind).map(|frame| frame.pts_us).is_sorted());
        }
        // No picture that needs one before it comes right behind a gap.
        let broken = taken.iter().filter(|frame| frame.has(FLAG_DISCONTINUITY)).all(|frame| frame.has(FLAG_KEY));
        prop_assert!(broken);
        prop_assert!(drops.video == 0 || asked || taken.iter().any(|frame| frame.has(FLAG_DISCONTINUITY)));
    }

    #[test]
    fn the_jitter_buffer_waits_first_and_never_holds_more_than_its_cap(steps in vec(any::<bool>(), 0..400)) {
        let mut jitter = Jitter::default();
        let (mut came, mut last) = (0_u64, None);
        for push in steps {
            if push {
                jitter.push(MediaFrame::pcm(came, Bytes::from_static(b"x")));
                came += 1;
            } else if let Some(frame) = jitter.tick() {
                prop_assert!(came * AUDIO_FRAME_MS >= PREBUFFER_MS);
                prop_assert!(last.is_none_or(|last| last < frame.pts_us));
                last = Some(frame.pts_us);
            }
            prop_assert!(u64::try_from(jitter.len()).unwrap() * AUDIO_FRAME_MS <= CAP_MS);
        }
    }

    #[test]
    fn whatever_piled_up_sound_that_comes_steadily_is_soon_no_later_than_what_is_gathered(
        steps in vec(any::<bool>(), 0..200), burst in 0..60,
    ) {
        let mut jitter = Jitter::default();
        let frame = || MediaFrame::pcm(0, Bytes::from_static(b"x"));
        for push in steps.into_iter().chain((0..burst).map(|_| true)) {
            if push {
                jitter.push(frame());
            } else {
                jitter.tick();
            }
        }
        for _ in 0..7 * WATCH_MS / AUDIO_FRAME_MS {
            jitter.push(frame());
            jitter.tick();
        }
        prop_assert!(u64::try_from(jitter.len()).unwrap() * AUDIO_FRAME_MS <= PREBUFFER_MS, "{} wait", jitter.len());
        // And from here on nothing is lost.
        let dropped = jitter.dropped();
        for _ in 0..500 {
            jitter.push(frame());
            prop_assert!(jitter.tick().is_some());
        }
        prop_assert_eq!(jitter.dropped(), dropped);
    }

    #[test]
    fn sound_in_bursts_keeps_what_bridges_them(burst in 1_u64..=15) {
        let mut jitter = Jitter::default();
        for n in 0..1000 {
            if n % burst == 0 {
                for _ in 0..burst {
                    jitter.push(MediaFrame::pcm(n, Bytes::from_static(b"x")));
                }
            }
            // A burst that is less than what is gathered begins only with the next.
            prop_assert!(jitter.tick().is_some() || n < PREBUFFER_MS / AUDIO_FRAME_MS, "silence at {}", n);
        }
        prop_assert_eq!(jitter.dropped(), 0);
    }

    #[test]
    fn units_put_together_are_the_stream(units in vec(vec(1_u8..=255, 1..40), 1..8), long in any::<bool>()) {
        let code: &[u8] = if long { &[0, 0, 0, 1] } else { &[0, 0, 1] };
        let stream: Vec<u8> = units.iter().flat_map(|unit| [code, unit].concat()).collect();
        let found = annexb::units(&stream);
        prop_assert_eq!(found.len(), units.len());
        prop_assert_eq!(found.concat(), stream);
    }
}

#[test]
fn each_phase_has_its_limit() {
    for (phase, secs) in [(Phase::Spawned, 2), (Phase::Init, 10), (Phase::Joining, 10), (Phase::Ending, 5)] {
        let mut bench = Bench::in_phase(phase);
        bench.now += Duration::from_secs(secs);
        // The ping that is due meanwhile is answered in time.
        bench.worker.step(bench.now, Input::DeadlinePassed);
        bench.drain();
        let [end] = bench.ends()[..] else { panic!("{phase:?}: {:?}", bench.effects) };
        assert_eq!((end.reason, end.code), (EndReason::Hung, codes::DISCONNECTED), "{phase:?}");
        assert!(bench.effects.contains(&Effect::Kill));
    }
    let mut bench = Bench::in_phase(Phase::Ringing);
    bench.now += Duration::from_secs(65);
    bench.step(Input::DeadlinePassed);
    let reason = HangupReason::Timeout;
    assert!(bench.effects.contains(&Effect::Send(ToWorker::Hangup { reason })), "{:?}", bench.effects);
    bench.step(stage(Stage::Ended));
    assert_eq!((bench.ends()[0].reason, bench.ends()[0].code), (EndReason::NoAnswer, codes::TIMEOUT));
}

#[test]
fn exits_are_told_apart_and_say_in_which_phase() {
    for (exit, reason, detail) in [
        (Exit::Code(exit_code::INTERNAL), EndReason::Internal, "the worker is broken: exit code 70 while talking"),
        (
            Exit::Code(exit_code::PROTOCOL),
            EndReason::Protocol,
            "the worker was not understood: exit code 71 while talking",
        ),
        (
            Exit::Code(exit_code::PARENT_GONE),
            EndReason::ParentGone,
            "the worker lost its server: exit code 72 while talking",
        ),
        (Exit::Code(0), EndReason::Exited, "the worker left: exit code 0 while talking"),
        (Exit::Signal(11), EndReason::Crashed, "crashed: signal 11 while talking"),
        (Exit::Signal(6), EndReason::Crashed, "crashed: signal 6 while talking"),
        (Exit::Signal(9), EndReason::Killed, "killed: signal 9, not by this server while talking"),
        (Exit::Signal(15), EndReason::Killed, "killed: signal 15 while talking"),
    ] {
        let mut bench = Bench::in_phase(Phase::Talking);
        bench.step(Input::Exited(exit));
        let [end] = bench.ends()[..] else { panic!("{:?}", bench.effects) };
        assert_eq!((end.reason, end.code, end.detail.as_str()), (reason, codes::DISCONNECTED, detail));
    }
}

#[test]
fn an_answer_counts_even_before_the_join_returns() {
    let mut bench = Bench::in_phase(Phase::Joining);
    bench.step(status(1));
    bench.step(status(2));
    assert_eq!(bench.worker.phase(), Phase::Talking);
    bench.step(stage(Stage::Joined));
    assert_eq!((bench.worker.phase(), bench.ends().len()), (Phase::Talking, 0));
}

#[test]
fn what_comes_out_of_turn_ends_it_as_nonsense() {
    let pong = FromWorker::Pong { n: 9, stuck_ms: 0, queues: Depths::default(), drops: Drops::default() };
    let cases = [
        (Phase::Spawned, FromWorker::Bye { last_status: 0 }),
        (Phase::Idle, FromWorker::Status { n: 2, t_ms: 0 }),
        (Phase::Idle, hello()),
        (Phase::Init, FromWorker::Status { n: 1, t_ms: 0 }),
        (Phase::Init, FromWorker::Phase { phase: Stage::Joined, room_id: None }),
        (Phase::Talking, FromWorker::Phase { phase: Stage::Init, room_id: None }),
        (Phase::Talking, pong),
        (Phase::Spawned, FromWorker::Hello { v: 2, pid: 1, lib_abi: ABI_VERSION }),
        (Phase::Spawned, FromWorker::Hello { v: VERSION, pid: 1, lib_abi: 9 }),
    ];
    for (phase, message) in cases {
        let mut bench = Bench::in_phase(phase);
        bench.step(Input::Message(message.clone()));
        let [end] = bench.ends()[..] else { panic!("{message:?}: {:?}", bench.effects) };
        assert_eq!(end.reason, EndReason::Protocol, "{message:?}");
        assert!(bench.effects.contains(&Effect::Kill));
    }
}

#[test]
fn a_start_carries_the_secrets_and_shows_none() {
    let start = start();
    let shown = format!("{:?}", ToWorker::Start(Box::new(start.clone())));
    for secret in ["TOKEN", "KEY", "PAYLOAD"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let frame = encode(&ToWorker::Start(Box::new(start.clone()))).unwrap();
    assert_eq!(decode::<ToWorker>(&frame[4..]), Ok(ToWorker::Start(Box::new(start))));
}

#[test]
fn no_length_beyond_the_limits_is_taken() {
    let most = u32::try_from(MAX_BYTES).unwrap();
    assert_eq!(length(most.to_le_bytes()), Ok(MAX_BYTES));
    assert_eq!(length((most + 1).to_le_bytes()), Err(ProtocolError::ControlLength(most + 1)));
    let mut long = start();
    long.call.payload = SecretText::new("x".repeat(MAX_BYTES));
    assert!(encode(&ToWorker::Start(Box::new(long))).is_err());
    let header = MediaHeader { kind: MediaKind::H264, flags: 0, rotation: 0, length: MAX_VIDEO_BYTES, pts_us: 0 };
    assert_eq!(MediaHeader::decode(header.encode()), Ok(header));
    for length in [0, MAX_VIDEO_BYTES + 1] {
        let number = u32::try_from(length).unwrap();
        assert_eq!(
            MediaHeader::decode(MediaHeader { length, ..header }.encode()),
            Err(ProtocolError::MediaLength(number))
        );
    }
}

#[test]
fn every_status_that_is_known_and_any_other_has_a_meaning() {
    for n in 0..=2 {
        assert_eq!((of_status(n, false), of_status(n, true)), (None, None));
    }
    for n in (3..=9).chain([-1, 10, i32::MAX]) {
        let (_, after) = of_status(n, true).unwrap();
        assert!(of_status(n, false).is_some() && [codes::SUCCESS, codes::DISCONNECTED].contains(&after), "{n}");
    }
}

#[test]
fn a_library_out_of_its_mind_fills_neither_the_record_nor_the_channel() {
    let mut bench = Bench::in_phase(Phase::Talking);
    for _ in 0..5000 {
        bench.step(Input::Message(FromWorker::NeedKeyframe));
    }
    assert_eq!(bench.effects.iter().filter(|effect| **effect == Effect::NeedKeyframe).count(), 1);
    for _ in 0..5000 {
        bench.step(status(1));
    }
    let told = bench.effects.iter().filter(|effect| matches!(effect, Effect::Status { .. })).count();
    assert!(told <= 1000, "{told}");
    assert_eq!(bench.ends().iter().map(|end| end.reason).collect::<Vec<_>>(), [EndReason::Protocol]);
}
