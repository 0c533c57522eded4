//! A pool of workers in a folder of its own, and calls of one.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use actix::{Actor, Addr, Context, Handler};
use bytes::Bytes;
use hookswitch::{
    actors::cloudvoip_worker::{NoWorker, Reservation, WorkerEvent, WorkerHandle, WorkerView, Workers, WorkersOptions},
    clock,
    cloudvoip::simulator,
    metrics::Metrics,
    protocol::worker::{
        CallSpec, HangupReason, Limits, MediaFrame, Mode, Phase, RoomType, SecretText, VideoWishes, WorkerEnd,
        media::AUDIO_FRAME_BYTES,
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// How long anything may take, on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(20);
pub const TOKEN: &str = "SERVER-TOKEN-of-the-test";
pub const KEY: &str = "SESSION-KEY-of-the-test";

/// Long enough for a busy machine, but for what a test waits for.
pub fn patient() -> Limits {
    let long = Duration::from_secs(15);
    Limits { hello: long, init: long, join: long, hangup: long, leave: long, stuck: long, ..Limits::default() }
}

pub struct Lab {
    pub workers: Workers,
    pub metrics: Metrics,
    folder: TempDir,
}

impl Lab {
    pub fn new(max: usize, prewarm: usize, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = simulator::unpack(folder.path()).unwrap();
        Self::with(folder, &library, "", (max, prewarm), limits)
    }

    /// One that takes its time, with nobody waiting ready.
    pub fn calm() -> Self {
        Self::new(8, 0, patient())
    }

    pub fn with(folder: TempDir, library: &Path, library_path: &str, sizes: (usize, usize), limits: Limits) -> Self {
        let metrics = Metrics::new();
        let options = WorkersOptions {
            library: Some(library.to_owned()),
            library_path: library_path.to_owned(),
            max: sizes.0,
            prewarm: sizes.1,
            data_dir: folder.path().join("cloudvoip"),
            program: env!("CARGO_BIN_EXE_hookswitch").into(),
            limits,
            ..WorkersOptions::off()
        };
        Self { workers: Workers::new(options, metrics.clone()), metrics, folder }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A call of a user who is told what to do by these words.
    pub fn call(words: &str) -> CallSpec {
        CallSpec {
            call_id: clock::call_id(),
            mode: Mode::Cloud,
            reason: HangupReason::Unknown,
            appid: "wx0123456789abcdef".to_owned(),
            sn: "device-7".to_owned(),
            model_id: "model".to_owned(),
            openid: words.to_owned(),
            server_token: SecretText::new(TOKEN),
            room_id: "room".to_owned(),
            session_key: SecretText::new(KEY),
            payload: SecretText::new(words),
            room_type: RoomType::Video,
            video: VideoWishes::default(),
        }
    }

    pub fn try_start(&self, call: CallSpec) -> Result<Talk, NoWorker> {
        self.try_start_in(None, call)
    }

    /// The same, in a place that was kept for it.
    pub fn start_in(&self, kept: Reservation, words: &str) -> Talk {
        self.try_start_in(Some(kept), Self::call(words)).unwrap()
    }

    fn try_start_in(&self, kept: Option<Reservation>, call: CallSpec) -> Result<Talk, NoWorker> {
        let (told, events) = mpsc::unbounded_channel();
        let ear = Ear(told).start();
        let handle = self.workers.start("shop", call, kept, ear.clone().recipient())?;
        Ok(Talk { handle, events, seen: Vec::new(), _ear: ear })
    }

    pub fn start(&self, words: &str) -> Talk {
        self.try_start(Self::call(words)).unwrap()
    }

    /// How it ended whom these words tell what to do, by himself.
    pub async fn end_of(&self, words: &str) -> WorkerEnd {
        self.start(words).end().await
    }

    pub async fn eventually(&self, what: &str, holds: impl Fn(&[WorkerView]) -> bool) {
        eventually(what, || holds(&self.workers.list())).await;
    }

    /// Ends it, and sees that nothing is left.
    pub async fn close(self) {
        self.workers.stop(DEADLINE).await;
        assert_eq!(self.workers.list(), []);
        for phase in Phase::ALL {
            assert_eq!(self.metrics.workers_in(phase), 0, "{phase:?}");
        }
    }
}

pub async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let begun = clock::now();
    while !holds() {
        assert!(clock::now() - begun < DEADLINE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Hears events and passes them on.
struct Ear(mpsc::UnboundedSender<WorkerEvent>);

impl Actor for Ear {
    type Context = Context<Self>;
}

impl Handler<WorkerEvent> for Ear {
    type Result = ();

    fn handle(&mut self, event: WorkerEvent, _: &mut Self::Context) {
        // The test may be through with it.
        let _gone = self.0.send(event).is_err();
    }
}

/// A call.
pub struct Talk {
    pub handle: WorkerHandle,
    events: mpsc::UnboundedReceiver<WorkerEvent>,
    pub seen: Vec<WorkerEvent>,
    /// An actor whose last address goes away stops, and may do so before it has heard what was sent through that address.
    _ear: Addr<Ear>,
}

impl Talk {
    pub async fn next(&mut self) -> WorkerEvent {
        let event = tokio::time::timeout(DEADLINE, self.events.recv()).await;
        let event = event.unwrap_or_else(|_| panic!("nothing comes after {:?}", self.seen)).unwrap();
        self.seen.push(event.clone());
        event
    }

    pub async fn until(&mut self, phase: Phase) {
        while self.next().await != WorkerEvent::Phase(phase) {}
    }

    /// Waits for the end, and a moment longer: there is one, and nothing after it.
    pub async fn end(mut self) -> WorkerEnd {
        let end = loop {
            if let WorkerEvent::Ended(end) = self.next().await {
                break end;
            }
        };
        let pid = self.pid();
        eventually("the process ends", || pid.is_none_or(|pid| !is_alive(pid))).await;
        assert_eq!(self.events.try_recv().ok(), None, "nothing comes after the end");
        end
    }

    pub fn pid(&self) -> Option<u32> {
        self.handle.view().pid
    }

    /// Twenty milliseconds of a tone that says which they are.
    pub fn pcm(n: u8) -> MediaFrame {
        MediaFrame::pcm(u64::from(n) * 20_000, Bytes::from(vec![n; AUDIO_FRAME_BYTES]))
    }
}

/// Whether there is such a process, a dead one that nobody has reaped apart.
pub fn is_alive(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !"ZX".contains(state))
}

/// Runs an ignored test of this program in a process of its own.
pub fn alone(test: &str) -> Command {
    let mut command = Command::new(program());
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads", "1"]);
    command
}

fn program() -> PathBuf {
    std::env::current_exe().unwrap()
}
