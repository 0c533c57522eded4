//! The call, from its start to its end: the SDK's long calls, one after another.

use std::{
    ffi::{CStr, CString},
    os::fd::OwnedFd,
    sync::{Arc, mpsc::Receiver},
};

use super::{
    control::Control,
    ffi::{Config, Sdk, SdkError, Texts},
    media::{Flow, Gauges, Media},
    sink::Sink,
};
use crate::protocol::worker::{
    FromWorker, HangupReason, Mode, RoomType, Start, ToWorker, VERSION, control::Stage, outcome::exit_code,
};

/// Serves one call. Does not return.
pub(super) fn run(sdk: Sdk, control: &Control, orders: &Receiver<ToWorker>, channel: OwnedFd) -> ! {
    let start = match orders.recv() {
        Ok(ToWorker::Start(start)) if start.v == VERSION && !start.has_zero_byte() => start,
        Ok(ToWorker::Stop) => control.leave(exit_code::OK),
        _ => {
            control.error("start", None, "no start, or one that cannot be");
            control.leave(exit_code::PROTOCOL);
        }
    };
    let media = Media::new(control.clone());
    control.report(Gauges::new(Arc::clone(&media)));
    let sink: &'static Sink = Box::leak(Box::new(Sink::new(control.clone(), Arc::clone(&media))));
    let mut session = Session { sdk: Arc::new(sdk), control, orders, media, sink, flow: None, hung_up: false };
    session.begin(&start, channel);
    session.serve()
}

struct Session<'a> {
    sdk: Arc<Sdk>,
    control: &'a Control,
    orders: &'a Receiver<ToWorker>,
    media: Arc<Media>,
    sink: &'static Sink,
    flow: Option<Flow>,
    hung_up: bool,
}

/// A text for the library. It has no zero byte: that was looked at.
fn text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// A text that the library may keep pointing at.
fn kept(kept: &str) -> &'static CStr {
    Box::leak(text(kept).into_boxed_c_str())
}

fn config(start: &Start) -> Config {
    let call = &start.call;
    let mut config = Config::new(&Texts {
        data_dir: kept(&start.data_dir),
        log_dir: start.log_dir.as_deref().map(kept),
        appid: kept(&call.appid),
        device_id: kept(&call.sn),
        model_id: kept(&call.model_id),
        peer: kept(&call.openid),
    });
    let video = &call.video;
    config.room_type = u32::from(call.room_type == RoomType::Voice);
    config.h265_only = u32::from(video.h265_only);
    config.video_landscape = u32::from(video.landscape);
    config.subscribe_video_length = video.length;
    config.subscribe_video_rotation = video.rotation;
    config.subscribe_video_ratio = video.ratio;
    config.subscribe_video_maxfps = video.max_fps;
    config
}

impl Session<'_> {
    /// Says how far it is. Heard before the SDK is called, so that a crash in there is known to be one of that phase.
    fn stage(&self, phase: Stage, room_id: Option<String>) {
        self.control.tell(FromWorker::Phase { phase, room_id });
        self.control.flush();
    }

    fn fail(&self, at: &str, error: SdkError, code: i32) -> ! {
        self.control.error(at, Some(error), "the SDK says no");
        self.control.leave(code)
    }

    fn begin(&mut self, start: &Start, channel: OwnedFd) {
        self.stage(Stage::Init, None);
        if let Err(error) = self.sdk.init(&config(start), self.sink) {
            self.fail("init", error, exit_code::INIT);
        }
        self.stage(Stage::Join, None);
        let call = &start.call;
        let [appid, sn, model, room] = [&call.appid, &call.sn, &call.model_id, &call.room_id].map(|t| text(t));
        let [token, key, payload] = [&call.server_token, &call.session_key, &call.payload].map(|t| text(t.expose()));
        let refusal = [&*appid, &*sn, &*model, &*token, &*payload];
        let joined = match call.mode {
            Mode::Device => self.sdk.join_device(refusal),
            Mode::Cloud => self.sdk.join_cloud([&appid, &token, &room, &key, &payload]),
            Mode::Reject => self.sdk.reject(refusal, i32::from(u8::from(call.reason))),
        };
        if let Err(error) = joined {
            self.control.error("join", Some(error), "the SDK says no");
            if call.mode == Mode::Cloud {
                // So that the phone does not go on ringing. Whether that works is not known, and changes nothing here.
                let reason = i32::from(u8::from(HangupReason::Unknown));
                let _rings_on = self.sdk.reject(refusal, reason).is_err();
            }
            self.control.leave(exit_code::JOIN);
        }
        if call.mode == Mode::Reject {
            self.hung_up = true;
            self.stage(Stage::Ended, None);
            self.leave();
        }
        let flow = self.media.open(channel).and_then(|()| self.media.flow(&self.sdk));
        if flow.is_none() {
            self.control.error("join", None, "the system gives no threads");
            self.control.leave(exit_code::INTERNAL);
        }
        self.flow = flow;
        self.stage(Stage::Joined, Some(self.sdk.room_id()));
    }

    fn serve(&mut self) -> ! {
        loop {
            match self.orders.recv() {
                Ok(ToWorker::Hangup { reason }) => {
                    self.hang_up(reason);
                    self.stage(Stage::Ended, None);
                    self.leave();
                }
                Ok(ToWorker::Bandwidth { kbps }) => {
                    if let Err(error) = self.sdk.set_remote_bandwidth(i32::try_from(kbps).unwrap_or(i32::MAX)) {
                        self.control.error("bandwidth", Some(error), "the SDK says no");
                    }
                }
                Ok(ToWorker::Stop) => self.leave(),
                Ok(ToWorker::Start(_) | ToWorker::Ping { .. }) | Err(_) => {
                    self.control.error("start", None, "out of turn");
                    self.control.leave(exit_code::PROTOCOL);
                }
            }
        }
    }

    fn hang_up(&mut self, reason: HangupReason) {
        self.hung_up = true;
        if let Err(error) = self.sdk.hangup(i32::from(u8::from(reason))) {
            self.control.error("hangup", Some(error), "the SDK says no");
        }
    }

    fn leave(&mut self) -> ! {
        if !self.hung_up {
            self.hang_up(HangupReason::Unknown);
        }
        self.media.end(self.flow.take());
        if let Err(error) = self.sdk.stop() {
            self.control.error("stop", Some(error), "the SDK says no");
        }
        self.control.tell(FromWorker::Bye { last_status: self.sink.last_status() });
        self.control.leave(exit_code::OK)
    }
}
