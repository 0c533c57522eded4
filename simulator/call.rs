//! The call: statuses and the clip from a thread of its own, the sound from hand to hand.

use std::{
    collections::VecDeque,
    ffi::{c_char, c_void},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use crate::{
    clip,
    script::{Moment, Ring, Script},
};

const CODEC_PCM: i32 = 1;
const CODEC_H264: i32 = 2;
const CODEC_H265: i32 = 3;
const FLAG_KEY: u32 = 1;
/// How much sound may be on its way back. Unit: bytes, two seconds.
const ECHO: usize = 64_000;

#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Callbacks {
    pub(crate) size: u32,
    reserved: u32,
    status: extern "C" fn(*mut c_void, i32),
    video: extern "C" fn(*mut c_void, i32, *const u8, usize, i32, u64),
    need_keyframe: extern "C" fn(*mut c_void),
    media: extern "C" fn(*mut c_void, i32, i32, i32, i32),
    log: extern "C" fn(*mut c_void, i32, *const c_char),
}

/// The callbacks and what they want to be given.
#[derive(Clone, Copy)]
pub(crate) struct Ear {
    callbacks: Callbacks,
    user: *mut c_void,
}

// SAFETY: the header lets callbacks come from any thread.
unsafe impl Send for Ear {}
// SAFETY: as above.
unsafe impl Sync for Ear {}

impl Ear {
    fn status(&self, n: i32) {
        (self.callbacks.status)(self.user, n);
    }

    fn video(&self, data: &[u8], since: Instant) {
        let pts_us = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        (self.callbacks.video)(self.user, CODEC_H264, data.as_ptr(), data.len(), 0, pts_us);
    }

    fn media(&self, direction: i32, codec: i32, rate: i32) {
        (self.callbacks.media)(self.user, direction, codec, rate, i32::from(rate > 0));
    }

    pub(crate) fn log(&self, text: &std::ffi::CStr) {
        (self.callbacks.log)(self.user, 3, text.as_ptr());
    }
}

impl Callbacks {
    pub(crate) fn with(self, user: *mut c_void) -> Ear {
        Ear { callbacks: self, user }
    }
}

#[derive(Default)]
struct Inner {
    over: Mutex<bool>,
    ended: Condvar,
    talking: AtomicBool,
    asked: AtomicBool,
    echo: Mutex<VecDeque<u8>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A call. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Call {
    ear: Ear,
    script: Arc<Script>,
    voice: bool,
    inner: Arc<Inner>,
}

impl Call {
    pub(crate) fn join(ear: Ear, script: Script, voice: bool) -> Self {
        Self { ear, script: Arc::new(script), voice, inner: Arc::default() }
    }

    /// Begins to play the user's part.
    pub(crate) fn play(&self) {
        let call = self.clone();
        let thread = std::thread::Builder::new().name("simulated user".into()).spawn(move || call.run());
        if let (Ok(mut kept), Ok(thread)) = (self.inner.thread.lock(), thread) {
            *kept = Some(thread);
        }
    }

    fn run(&self) {
        self.ear.log(c"the simulated phone rings");
        self.ear.media(0, CODEC_PCM, 16_000);
        self.ear.media(1, CODEC_PCM, 16_000);
        if !self.voice {
            self.ear.media(0, CODEC_H264, 0);
            self.ear.media(1, CODEC_H264, 0);
        }
        self.ear.status(1);
        match self.script.ring {
            Ring::Never => drop(self.wait(Duration::from_secs(3600))),
            Ring::Status(n, after) => {
                if !self.wait(after) {
                    self.ear.status(n);
                }
            }
            Ring::Answer(after) => {
                if !self.wait(after) {
                    self.inner.talking.store(true, Ordering::Release);
                    self.ear.status(2);
                    self.talk();
                }
            }
        }
    }

    fn talk(&self) {
        (self.ear.callbacks.need_keyframe)(self.ear.user);
        if !self.wait(Duration::from_millis(50)) {
            self.script.perform(Moment::Talk);
        }
        let (began, pictures) = (Instant::now(), clip::pictures());
        for n in 0_u64.. {
            if let Some((status, after)) = self.script.talk
                && began.elapsed() >= after
            {
                return self.ear.status(status);
            }
            if self.script.floods {
                if self.wait(Duration::ZERO) {
                    return;
                }
                self.flood(began);
                continue;
            }
            if let (false, Some(picture)) = (self.voice, pictures.get(n as usize % pictures.len().max(1))) {
                self.ear.video(picture, began);
            }
            let next = Duration::from_micros((n + 1) * 1_000_000 / clip::RATE);
            if self.wait(next.saturating_sub(began.elapsed())) {
                return;
            }
        }
    }

    /// More than anybody can take: a key frame of 64 KiB, and one in between.
    fn flood(&self, began: Instant) {
        let mut picture = vec![0x55; 65_536];
        for first in [0x65, 0x41] {
            picture[..5].copy_from_slice(&[0, 0, 0, 1, first]);
            self.ear.video(&picture, began);
            (self.ear.callbacks.need_keyframe)(self.ear.user);
        }
        // Nobody knows this codec.
        (self.ear.callbacks.video)(self.ear.user, CODEC_H265 + 40, picture.as_ptr(), picture.len(), 0, 0);
    }

    /// Waits so long; `true` if the call is over.
    fn wait(&self, time: Duration) -> bool {
        let Ok(over) = self.inner.over.lock() else { return true };
        let waited = self.inner.ended.wait_timeout_while(over, time, |over| !*over);
        waited.is_ok_and(|(over, _)| *over)
    }

    fn stands_still(&self) {
        if self.inner.talking.load(Ordering::Acquire) && self.script.hangs_in_talk() {
            self.script.perform(Moment::Talk);
        }
    }

    /// What is said while it rings is heard by nobody, and would come back late.
    pub(crate) fn push_audio(&self, pcm: &[u8]) {
        self.stands_still();
        if !self.inner.talking.load(Ordering::Acquire) {
            return;
        }
        if let Ok(mut echo) = self.inner.echo.lock() {
            echo.extend(pcm);
            let surplus = echo.len().saturating_sub(ECHO);
            echo.drain(..surplus);
        }
    }

    pub(crate) fn pull_audio(&self, into: &mut [u8]) -> usize {
        self.stands_still();
        if !self.inner.talking.load(Ordering::Acquire) {
            return 0;
        }
        let Ok(mut echo) = self.inner.echo.lock() else { return 0 };
        // A whole frame or none.
        let n = 640.min(into.len());
        if echo.len() < n {
            return 0;
        }
        into.iter_mut().zip(echo.drain(..n)).for_each(|(to, from)| *to = from);
        n
    }

    /// Once the first key frame has come the log says so.
    pub(crate) fn push_video(&self, flags: u32) {
        self.stands_still();
        if flags & FLAG_KEY != 0 && !self.inner.asked.swap(true, Ordering::AcqRel) {
            self.ear.log(c"the first key frame has come");
        }
    }

    pub(crate) fn hang_up(&self) {
        self.script.perform(Moment::Hangup);
        self.stands_still();
        self.end();
    }

    fn end(&self) {
        if let Ok(mut over) = self.inner.over.lock() {
            *over = true;
        }
        self.inner.ended.notify_all();
    }

    /// After this no callback comes.
    pub(crate) fn stop(&self) {
        self.script.perform(Moment::Stop);
        self.end();
        let thread = self.inner.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            // It ended by itself, or with the process.
            let _ended = thread.join().is_ok();
        }
    }
}
