//! The media channel, and the threads between it and the SDK.

use std::{
    io::{Read as _, Write as _},
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{complain, control::Control, ffi};
use crate::{
    clock,
    protocol::worker::{
        Drops, MediaFrame, MediaKind, MediaQueue, ProtocolError, annexb,
        control::Depths,
        jitter::Jitter,
        media::{AUDIO_FRAME_BYTES, AUDIO_FRAME_MS, HEADER_BYTES, MAX_AUDIO_BYTES, MediaHeader},
        outcome::exit_code,
    },
};

/// How far the audio clock may be behind before it gives the lost time up.
const TOO_LATE: Duration = Duration::from_millis(200);
/// How long media threads have to come out of the SDK at the end.
const LAST_PASS: Duration = Duration::from_millis(500);

/// For how long a thread has been inside the SDK.
#[derive(Default)]
struct Inside(AtomicU64);

/// What pongs report.
pub(super) struct Gauges {
    media: Arc<Media>,
}

impl Gauges {
    pub(super) fn new(media: Arc<Media>) -> Arc<Self> {
        Arc::new(Self { media })
    }

    /// How long the longest pass into the SDK has been lasting (ms), what waits, what was dropped.
    pub(super) fn read(&self) -> (u64, Depths, Drops) {
        let Media { jitter, up, down, inside, .. } = &*self.media;
        let whole = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (audio_up, audio_drops) = {
            let jitter = lock(jitter);
            (whole(jitter.len()), Drops { audio: jitter.dropped(), video: 0 })
        };
        let (video_up, up_drops) = {
            let up = lock(up);
            (whole(up.depths().1), up.drops())
        };
        let (waiting, down_drops) = {
            let down = lock(down);
            (whole(down.depths().0.saturating_add(down.depths().1)), down.drops())
        };
        let now = self.media.now_ms();
        let stuck = |inside: &Inside| match inside.0.load(Ordering::Acquire) {
            0 => 0,
            since => now.saturating_sub(since),
        };
        let stuck_ms = inside.iter().map(stuck).max().unwrap_or(0);
        (stuck_ms, Depths { audio_up, video_up, down: waiting }, audio_drops.plus(up_drops).plus(down_drops))
    }
}

/// The media of one call.
pub(super) struct Media {
    control: Control,
    began: Instant,
    jitter: Mutex<Jitter>,
    up: Mutex<MediaQueue>,
    up_came: Condvar,
    down: Mutex<MediaQueue>,
    down_came: Condvar,
    over: AtomicBool,
    inside: [Inside; 2],
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The threads that pass media into the SDK.
pub(super) struct Flow(Vec<JoinHandle<()>>);

impl Media {
    pub(super) fn new(control: Control) -> Arc<Self> {
        Arc::new(Self {
            control,
            began: clock::now(),
            jitter: Mutex::default(),
            up: Mutex::default(),
            up_came: Condvar::new(),
            down: Mutex::default(),
            down_came: Condvar::new(),
            over: AtomicBool::new(false),
            inside: Default::default(),
        })
    }

    /// Since the beginning, from 1.
    fn now_ms(&self) -> u64 {
        u64::try_from((clock::now() - self.began).as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Runs a pass into the SDK, and notes for how long.
    fn pass<T>(&self, inside: &Inside, into: impl FnOnce() -> T) -> T {
        inside.0.store(self.now_ms(), Ordering::Release);
        let done = into();
        inside.0.store(0, Ordering::Release);
        done
    }

    /// Something for the server.
    pub(super) fn down(&self, frame: MediaFrame) {
        if frame.is_sendable() {
            // A key frame of WeChat's comes when it comes.
            let _wanted = lock(&self.down).push(frame);
            self.down_came.notify_one();
        }
    }

    /// Starts reading and writing the channel.
    pub(super) fn open(self: &Arc<Self>, channel: OwnedFd) -> Option<()> {
        let reading = Arc::new(UnixStream::from(channel));
        let writing = Arc::clone(&reading);
        let media = Arc::clone(self);
        thread::Builder::new().name("media-in".into()).spawn(move || media.read(&reading)).ok()?;
        let media = Arc::clone(self);
        thread::Builder::new().name("media-out".into()).spawn(move || media.write(&writing)).ok()?;
        Some(())
    }

    /// Starts passing media into the SDK and out of it.
    pub(super) fn flow(self: &Arc<Self>, sdk: &Arc<ffi::Sdk>) -> Option<Flow> {
        let (media, library) = (Arc::clone(self), Arc::clone(sdk));
        let audio = thread::Builder::new().name("audio".into()).spawn(move || media.audio(&library)).ok()?;
        let (media, library) = (Arc::clone(self), Arc::clone(sdk));
        let video = thread::Builder::new().name("video".into()).spawn(move || media.video(&library)).ok()?;
        Some(Flow(vec![audio, video]))
    }

    /// Ends the passing, so that the SDK can be stopped. A thread that does not come out of the SDK is left in there.
    pub(super) fn end(&self, flow: Option<Flow>) {
        self.over.store(true, Ordering::Release);
        drop(lock(&self.up));
        self.up_came.notify_all();
        let until = clock::now() + LAST_PASS;
        for thread in flow.into_iter().flat_map(|flow| flow.0) {
            while !thread.is_finished() && clock::now() < until {
                thread.thread().unpark();
                thread::park_timeout(Duration::from_millis(2));
            }
        }
    }

    fn read(&self, from: &UnixStream) {
        loop {
            match next(from) {
                Ok(Some(frame)) if frame.kind.is_audio() => lock(&self.jitter).push(frame),
                Ok(Some(frame)) => {
                    if lock(&self.up).push(frame) {
                        self.control.need_keyframe();
                    }
                    self.up_came.notify_one();
                }
                // The end of the server is seen on the other channel.
                Ok(None) => return,
                Err(error) => {
                    complain(&format!("the server's media are not understood: {error}"));
                    ffi::exit_now(exit_code::PROTOCOL);
                }
            }
        }
    }

    fn write(&self, mut to: &UnixStream) {
        loop {
            let frame = {
                let mut down = lock(&self.down);
                loop {
                    match down.pop() {
                        Some(frame) => break frame,
                        None => down = self.down_came.wait(down).unwrap_or_else(PoisonError::into_inner),
                    }
                }
            };
            let sent = to.write_all(&frame.header().encode()).and_then(|()| to.write_all(&frame.body));
            if sent.is_err() {
                return;
            }
        }
    }

    /// Every 20 ms a frame of sound goes to the SDK and one comes from it.
    fn audio(&self, sdk: &ffi::Sdk) {
        let [inside, _] = &self.inside;
        let tick = Duration::from_millis(AUDIO_FRAME_MS);
        let silence = [0; AUDIO_FRAME_BYTES];
        let mut buffer = [0; MAX_AUDIO_BYTES];
        let mut next = clock::now();
        let mut pts_us = 0;
        while !self.is_over() {
            let frame = lock(&self.jitter).tick();
            let pcm =
                frame.as_ref().filter(|frame| frame.kind == MediaKind::Pcm).map_or(&silence[..], |frame| &frame.body);
            // A frame that the SDK does not want is lost, as it is on any line.
            let _lost = self.pass(inside, || sdk.push_audio(pcm, pts_us)).is_err();
            if let Ok(pcm @ [_, ..]) = self.pass(inside, || sdk.pull_audio(&mut buffer)) {
                self.down(MediaFrame::pcm(pts_us, Bytes::copy_from_slice(pcm)));
            }
            pts_us += AUDIO_FRAME_MS * 1000;
            next += tick;
            let now = clock::now();
            if now.saturating_duration_since(next) > TOO_LATE {
                next = now;
            }
            sleep_until(next, || self.is_over());
        }
    }

    /// Pictures on their way into the SDK, unit by unit.
    fn video(&self, sdk: &ffi::Sdk) {
        let [_, inside] = &self.inside;
        loop {
            let frame = {
                let mut up = lock(&self.up);
                loop {
                    if self.is_over() {
                        return;
                    }
                    match up.pop_video() {
                        Some(frame) => break frame,
                        None => up = self.up_came.wait(up).unwrap_or_else(PoisonError::into_inner),
                    }
                }
            };
            let (codec, at) = (i32::from(frame.kind.number()), (i32::from(frame.rotation), frame.pts_us));
            for unit in annexb::units(&frame.body) {
                let (flags, _) = annexb::flags(frame.kind, unit);
                // A unit that the SDK does not want is lost; it asks for a key frame itself.
                let _lost = self.pass(inside, || sdk.push_video(codec, u32::from(flags), unit, at)).is_err();
            }
        }
    }
}

/// Sleeps until then, or until somebody wakes the thread and `over` says that it is over.
fn sleep_until(then: Instant, over: impl Fn() -> bool) {
    loop {
        let left = then.saturating_duration_since(clock::now());
        if left.is_zero() || over() {
            return;
        }
        thread::park_timeout(left);
    }
}

/// The next frame; `None` where the channel has ended.
fn next(mut from: &UnixStream) -> Result<Option<MediaFrame>, ProtocolError> {
    let mut head = [0; HEADER_BYTES];
    if from.read_exact(&mut head).is_err() {
        return Ok(None);
    }
    let header = MediaHeader::decode(head)?;
    let mut body = vec![0; header.length];
    if from.read_exact(&mut body).is_err() {
        return Ok(None);
    }
    Ok(Some(MediaFrame::new(header, body.into())))
}
