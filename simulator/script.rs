//! What the simulated user does.
//!
//! | word | what |
//! | --- | --- |
//! | `answer` (or no word) | answers after 300 ms |
//! | `answer-after-2s`, `answer-after-50ms` | answers then |
//! | `refuse`, `busy`, `silent` | status 3; status 8; rings until somebody gives up |
//! | `hangup-after-1s` | answers, and hangs up so long after |
//! | `status-7` | that status instead of an answer |
//! | `talk-status-9` | that status, once it talks |
//! | `fail-init-8`, `fail-join-7` | that error |
//! | `crash-init`, `-join`, `-talk`, `-hangup`, `-stop` | writes through a bad pointer then |
//! | `hang-…` | never returns |
//! | `exit-…` | leaves the process |
//! | `garbage-…` | writes into the control channel |
//! | `blab` | prints its secrets and has them logged |
//! | `flood` | sends video and requests for key frames as fast as it can, once it talks |
//!
//! A word stands alone between characters other than letters, digits and `-`.

use std::{ffi::CStr, io::Write as _, mem::ManuallyDrop, os::fd::FromRawFd as _, time::Duration};

/// When something happens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Init,
    Join,
    Talk,
    Hangup,
    Stop,
}

/// What goes wrong.
#[derive(Clone, Copy)]
enum Mischief {
    Crash,
    Hang,
    Exit,
    Garbage,
}

/// How a ring ends.
#[derive(Clone, Copy)]
pub(crate) enum Ring {
    Answer(Duration),
    Status(i32, Duration),
    Never,
}

/// The user's part.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) ring: Ring,
    /// The status that ends the talk, and after how long.
    pub(crate) talk: Option<(i32, Duration)>,
    pub(crate) floods: bool,
    pub(crate) blabs: bool,
    mischief: Option<(Mischief, Moment)>,
    failure: Option<(Moment, i32)>,
}

/// How long the user looks at the phone first.
const A_WHILE: Duration = Duration::from_millis(300);

impl Default for Script {
    fn default() -> Self {
        Self { ring: Ring::Answer(A_WHILE), talk: None, floods: false, blabs: false, mischief: None, failure: None }
    }
}

fn duration(text: &str) -> Option<Duration> {
    match text.strip_suffix("ms") {
        Some(ms) => ms.parse().ok().map(Duration::from_millis),
        None => text.strip_suffix('s')?.parse().ok().map(Duration::from_secs),
    }
}

fn moment(text: &str) -> Option<Moment> {
    Some(match text {
        "init" => Moment::Init,
        "join" => Moment::Join,
        "talk" => Moment::Talk,
        "hangup" => Moment::Hangup,
        "stop" => Moment::Stop,
        _ => return None,
    })
}

impl Script {
    /// Takes the words of a text.
    pub(crate) fn read(&mut self, text: &CStr) {
        let text = text.to_string_lossy();
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').for_each(|word| {
            // What is no word means nothing.
            let _known = self.word(word);
        });
    }

    fn word(&mut self, word: &str) -> Option<()> {
        match word {
            "answer" => self.ring = Ring::Answer(A_WHILE),
            "refuse" => self.ring = Ring::Status(3, A_WHILE),
            "busy" => self.ring = Ring::Status(8, Duration::ZERO),
            "silent" => self.ring = Ring::Never,
            "flood" => self.floods = true,
            "blab" => self.blabs = true,
            _ => return self.longer_word(word),
        }
        Some(())
    }

    fn longer_word(&mut self, word: &str) -> Option<()> {
        if let Some(after) = word.strip_prefix("answer-after-") {
            self.ring = Ring::Answer(duration(after)?);
        } else if let Some(after) = word.strip_prefix("hangup-after-") {
            self.talk = Some((6, duration(after)?));
        } else if let Some(n) = word.strip_prefix("talk-status-") {
            self.talk = Some((n.parse().ok()?, Duration::from_millis(100)));
        } else if let Some(n) = word.strip_prefix("status-") {
            self.ring = Ring::Status(n.parse().ok()?, Duration::from_millis(100));
        } else if let Some(rest) = word.strip_prefix("fail-") {
            let (when, n) = rest.split_once('-')?;
            self.failure = Some((moment(when)?, n.parse().ok()?));
        } else {
            let (what, when) = word.split_once('-')?;
            let mischief = match what {
                "crash" => Mischief::Crash,
                "hang" => Mischief::Hang,
                "exit" => Mischief::Exit,
                "garbage" => Mischief::Garbage,
                _ => return None,
            };
            self.mischief = Some((mischief, moment(when)?));
        }
        Some(())
    }

    /// The error of that moment.
    pub(crate) fn fails(&self, when: Moment) -> Option<i32> {
        self.failure.filter(|(at, _)| *at == when).map(|(_, error)| error)
    }

    /// Whether media are never taken again from the talk on.
    pub(crate) fn hangs_in_talk(&self) -> bool {
        matches!(self.mischief, Some((Mischief::Hang, Moment::Talk)))
    }

    /// Does what is to go wrong at that moment.
    pub(crate) fn perform(&self, now: Moment) {
        let Some((mischief, _)) = self.mischief.filter(|(_, when)| *when == now) else { return };
        match mischief {
            // SAFETY: none, on purpose. Raising the signal would not do: Rust's own handler returns from that.
            Mischief::Crash => unsafe { std::ptr::without_provenance_mut::<u32>(8).write_volatile(1) },
            Mischief::Hang => loop {
                std::thread::park();
            },
            Mischief::Exit => std::process::exit(3),
            Mischief::Garbage => {
                // SAFETY: the worker's control channel, which is not closed here.
                let mut channel = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(3) });
                let _gone = channel.write_all(b"\x10\0\0\0wx: some debug out");
            }
        }
    }
}
