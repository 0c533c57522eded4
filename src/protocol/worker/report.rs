//! What is kept of a worker's call: how it went, and what went through it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Drops, EndReason, Mode, Phase, WorkerEnd,
    control::{Direction, MediaInfo},
    outcome::status_name,
};
use crate::protocol::{codes::Code, record::Timestamp};

/// How many statuses of the SDK are kept. A call has a handful; what is beyond that tells nothing more.
const MOST_STATUSES: usize = 100;

/// Frames that went one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Flow {
    /// Frames of sound that went through.
    pub audio: u64,
    /// Frames of video that went through.
    pub video: u64,
    /// All that went through. Unit: bytes, without headers.
    pub bytes: u64,
    /// Frames that the server dropped, because whoever takes them was too slow.
    pub dropped: Drops,
}

/// A phase, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct PhaseAt {
    /// The phase.
    #[schema(value_type = String, example = "talking")]
    pub phase: Phase,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// A status of the SDK.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct StatusAt {
    /// The SDK's own number. 0 to 9 are known.
    pub n: i32,
    /// Its name; `unknown` for others.
    #[schema(example = "talking")]
    pub name: String,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// How the worker's part in the call ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct EndAt {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    #[schema(value_type = String, example = "hangup_by_callee")]
    pub reason: EndReason,
    /// The same in words.
    #[schema(example = "crashed: signal 11 while joining")]
    pub detail: String,
    /// What the call was told.
    #[schema(value_type = i32)]
    pub code: Code,
    /// Whether something went wrong that nobody in the call did.
    pub failed: bool,
}

/// What a media worker did for a call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct MediaReport {
    /// The worker's number.
    pub worker: u64,
    /// The account of the call: a name of the configuration's.
    pub account: String,
    /// Its process.
    pub pid: Option<u32>,
    /// `cloud` or `device`: it joined the call; `reject`: it told the phone no.
    #[schema(value_type = String, example = "cloud")]
    pub mode: Mode,
    /// WeChat's room, once joined.
    pub room: Option<String>,
    /// Every phase since it was given the call.
    pub phases: Vec<PhaseAt>,
    /// What the SDK said. At most the first hundred.
    pub statuses: Vec<StatusAt>,
    /// What is sent to WeChat and what comes from there: the latest word on each.
    pub formats: Vec<MediaInfo>,
    /// To WeChat.
    pub up: Flow,
    /// From WeChat.
    pub down: Flow,
    /// Frames that were dropped in the worker's process, both ways, as far as it has said.
    pub worker_dropped: Drops,
    /// How often whoever sends video to WeChat was asked for a key frame.
    pub key_frames_asked: u64,
    /// How many WebSockets the other party has opened for the media.
    pub sockets: u64,
    /// How it ended; `null` while it goes on.
    pub end: Option<EndAt>,
}

impl MediaReport {
    /// A call that a worker gets at `at`, in this phase of its life.
    #[must_use]
    pub fn begin(worker: u64, account: &str, mode: Mode, phase: Phase, at: Timestamp) -> Self {
        Self {
            worker,
            account: account.to_owned(),
            pid: None,
            mode,
            room: None,
            phases: vec![PhaseAt { phase, at }],
            statuses: Vec::new(),
            formats: Vec::new(),
            up: Flow::default(),
            down: Flow::default(),
            worker_dropped: Drops::default(),
            key_frames_asked: 0,
            sockets: 0,
            end: None,
        }
    }

    /// It is in another phase.
    pub fn phase(&mut self, phase: Phase, at: Timestamp) {
        if self.end.is_none() && self.phases.last().is_none_or(|last| last.phase != phase) {
            self.phases.push(PhaseAt { phase, at });
        }
    }

    /// The SDK said something.
    pub fn status(&mut self, n: i32, at: Timestamp) {
        if self.statuses.len() < MOST_STATUSES {
            let name = status_name(n).unwrap_or("unknown").to_owned();
            self.statuses.push(StatusAt { n, name, at });
        }
    }

    /// From now on this is sent, or wanted. It replaces what was said of the same direction and kind.
    pub fn format(&mut self, media: MediaInfo) {
        let slot = |media: &MediaInfo| (media.dir == Direction::Up, media.rate == 0);
        match self.formats.iter_mut().find(|known| slot(known) == slot(&media)) {
            Some(known) => *known = media,
            None => self.formats.push(media),
        }
    }

    /// It has ended. Only the first end counts; says whether this was it.
    pub fn end(&mut self, end: &WorkerEnd, at: Timestamp) -> bool {
        let first = self.end.is_none();
        if first {
            let WorkerEnd { code, reason, detail } = end.clone();
            self.end = Some(EndAt { at, reason, detail, code, failed: reason.is_failure() });
        }
        first
    }

    /// Where it was when it ended, or is.
    #[must_use]
    pub fn last_phase(&self) -> Option<Phase> {
        self.phases.last().map(|last| last.phase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::codes;

    #[test]
    fn a_report_keeps_the_first_end_and_the_latest_formats() {
        let at = Timestamp(1_000_000);
        let mut report = MediaReport::begin(7, "shop", Mode::Cloud, Phase::Idle, at);
        report.phase(Phase::Idle, at);
        report.phase(Phase::Init, at);
        let sound = |rate| MediaInfo { dir: Direction::Down, codec: "pcm".to_owned(), rate, channels: 1 };
        report.format(sound(8_000));
        report.format(MediaInfo { codec: "h264".to_owned(), channels: 0, ..sound(0) });
        report.format(sound(16_000));
        for n in 0..500 {
            report.status(n, at);
        }
        let crash = WorkerEnd {
            code: codes::DISCONNECTED,
            reason: EndReason::Crashed,
            detail: "crashed: signal 11".to_owned(),
        };
        assert!(report.end(&crash, at));
        let later = WorkerEnd { code: codes::SUCCESS, reason: EndReason::HungUp, detail: String::new() };
        assert!(!report.end(&later, Timestamp(2_000_000)), "the first one counts");
        report.phase(Phase::Leaving, at);
        assert_eq!(report.last_phase(), Some(Phase::Init), "the way out is no part of the call");
        assert_eq!(report.formats.iter().map(|media| media.rate).collect::<Vec<_>>(), [16_000, 0]);
        assert_eq!((report.statuses.len(), &*report.statuses[8].name), (MOST_STATUSES, "busy"));
        assert_eq!(report.statuses[77].name, "unknown");
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains(r#""reason":"crashed""#) && text.contains(r#""failed":true"#), "{text}");
        assert_eq!(serde_json::from_str::<MediaReport>(&text).unwrap(), report);
    }
}
