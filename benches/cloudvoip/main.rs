//! The media workers: how long a call takes from its start to WeChat's room, with processes that wait ready and without, and what the
//! way through a worker adds to sound.
//!
//! `cargo bench --bench cloudvoip` prints both, and the same for sound that comes and goes over `/media` of a running server. The library is the simulator, which takes no time: what is measured is ours.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a program for the terminal"
)]

mod media;

use std::{collections::BTreeMap, time::Duration};

use actix::{Actor, Addr, Context, Handler};
use bytes::Bytes;
use clap::Parser;
use hookswitch::{
    actors::cloudvoip_worker::{WorkerEvent, WorkerHandle, Workers, WorkersOptions},
    clock,
    cloudvoip::simulator,
    metrics::Metrics,
    protocol::worker::{
        CallSpec, HangupReason, Limits, MediaFrame, MediaKind, Mode, Phase, RoomType, SecretText, VideoWishes,
        jitter::PREBUFFER_MS,
        media::{AUDIO_FRAME_BYTES, AUDIO_FRAME_MS},
    },
};
use tokio::sync::mpsc;

#[derive(Parser)]
#[command(about = "Measures media workers with the simulated SDK")]
struct Args {
    /// Calls for each figure
    #[arg(long, default_value_t = 100)]
    calls: u32,
    /// How long the sound is measured
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Cargo's own
    #[arg(long, hide = true)]
    bench: bool,
}

struct Ear(mpsc::UnboundedSender<WorkerEvent>);

impl Actor for Ear {
    type Context = Context<Self>;
}

impl Handler<WorkerEvent> for Ear {
    type Result = ();

    fn handle(&mut self, event: WorkerEvent, _: &mut Self::Context) {
        // Nobody waits for it any more.
        let _gone = self.0.send(event).is_err();
    }
}

struct Call {
    handle: WorkerHandle,
    /// An actor stops with its last address, even where a message is under way.
    _ear: Addr<Ear>,
    events: mpsc::UnboundedReceiver<WorkerEvent>,
}

impl Call {
    fn start(workers: &Workers) -> Self {
        let (told, events) = mpsc::unbounded_channel();
        let call = CallSpec {
            call_id: clock::call_id(),
            mode: Mode::Cloud,
            reason: HangupReason::Unknown,
            appid: "wx0123456789abcdef".to_owned(),
            sn: "device".to_owned(),
            model_id: "model".to_owned(),
            openid: "answer-after-1ms".to_owned(),
            server_token: SecretText::new("token"),
            room_id: "room".to_owned(),
            session_key: SecretText::new("key"),
            payload: SecretText::default(),
            room_type: RoomType::Voice,
            video: VideoWishes::default(),
        };
        let ear = Ear(told).start();
        Self { handle: workers.start("bench", call, None, ear.clone().recipient()).unwrap(), _ear: ear, events }
    }

    async fn until(&mut self, wanted: impl Fn(&WorkerEvent) -> bool) {
        loop {
            let event = self.events.recv().await.unwrap();
            if wanted(&event) {
                return;
            }
            assert!(!matches!(event, WorkerEvent::Ended(_)), "{event:?}");
        }
    }

    async fn hang_up(mut self) {
        self.handle.hangup(HangupReason::Manual);
        self.until(|event| matches!(event, WorkerEvent::Ended(_))).await;
    }
}

fn main() {
    let args = Args::parse();
    actix_web::rt::System::new().block_on(measure(&args));
}

async fn measure(args: &Args) {
    let folder = tempfile::tempdir().unwrap();
    let pool = |prewarm| {
        let options = WorkersOptions {
            library: Some(simulator::unpack(folder.path()).unwrap()),
            max: 8,
            prewarm,
            data_dir: folder.path().join("data"),
            program: env!("CARGO_BIN_EXE_hookswitch").into(),
            limits: Limits::default(),
            ..WorkersOptions::off()
        };
        Workers::new(options, Metrics::new())
    };
    for (what, prewarm) in [("from a process that waits", 2), ("with a process of its own", 0)] {
        let workers = pool(prewarm);
        let mut times = Vec::new();
        for _ in 0..args.calls {
            all_ready(&workers, prewarm).await;
            let began = clock::now();
            let mut call = Call::start(&workers);
            call.until(|event| matches!(event, WorkerEvent::Joined(_))).await;
            times.push(clock::now() - began);
            call.hang_up().await;
        }
        report(&format!("start to joined, {what}"), times);
        workers.stop(Duration::from_secs(5)).await;
    }
    let workers = pool(1);
    let (whole, added) = sound(&workers, Duration::from_secs(args.seconds)).await;
    report("sound, there and back", whole);
    report(&format!("  beyond the {PREBUFFER_MS} ms that are gathered on purpose"), added);
    workers.stop(Duration::from_secs(5)).await;
    let whole = media::sound(&folder.path().join("server"), Duration::from_secs(args.seconds)).await;
    let added = beyond_prebuffer(&whole);
    report("sound, there and back over /media", whole);
    report(&format!("  beyond the {PREBUFFER_MS} ms that are gathered on purpose"), added);
}

async fn all_ready(workers: &Workers, prewarm: usize) {
    let ready = || {
        let views = workers.list();
        views.len() == prewarm && views.iter().all(|view| view.phase == Phase::Idle)
    };
    while !ready() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Sends numbered frames at the pace of sound, and sees when each is back.
async fn sound(workers: &Workers, time: Duration) -> (Vec<Duration>, Vec<Duration>) {
    let mut call = Call::start(workers);
    call.until(|event| *event == WorkerEvent::Phase(Phase::Talking)).await;
    let media = call.handle.media();
    let back = media.clone();
    let returns = actix::spawn(async move {
        let mut seen = BTreeMap::new();
        while let Some(frame) = back.take().await {
            if let Some(number) = number_of(&frame) {
                seen.insert(number, clock::now());
            }
        }
        seen
    });
    let mut sent = BTreeMap::new();
    let mut tick = tokio::time::interval(Duration::from_millis(AUDIO_FRAME_MS));
    let began = clock::now();
    for number in 1_u32.. {
        tick.tick().await;
        if clock::now() - began > time {
            break;
        }
        sent.insert(number, clock::now());
        call.handle.media_in(numbered(number));
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    call.hang_up().await;
    let seen = returns.await.unwrap();
    let whole: Vec<_> = seen.iter().filter_map(|(number, at)| Some(*at - *sent.get(number)?)).collect();
    println!("{} frames of {} came back", whole.len(), sent.len());
    let added = beyond_prebuffer(&whole);
    (whole, added)
}

/// A frame of sound that is known again.
fn numbered(number: u32) -> MediaFrame {
    let mut body = vec![0; AUDIO_FRAME_BYTES];
    body[..4].copy_from_slice(&number.to_le_bytes());
    MediaFrame::pcm(0, Bytes::from(body))
}

/// Which frame of ours this is. Silence is none.
fn number_of(frame: &MediaFrame) -> Option<u32> {
    let number = u32::from_le_bytes(*frame.body.first_chunk()?);
    (frame.kind == MediaKind::Pcm && number > 0).then_some(number)
}

/// What is not gathered on purpose.
fn beyond_prebuffer(whole: &[Duration]) -> Vec<Duration> {
    whole.iter().map(|time| time.saturating_sub(Duration::from_millis(PREBUFFER_MS))).collect()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    let ms = |percent| at(percent).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    println!("{what:58} p50 {:7.2} ms   p99 {:7.2} ms   max {:7.2} ms", ms(50), ms(99), ms(100));
}
