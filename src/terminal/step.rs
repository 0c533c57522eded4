//! A step of a call in words, the same in the log of a terminal and in `calls --follow`.

use super::Style;
use crate::protocol::record::CallState;

/// A step of a call, as far as it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    /// Where it led to.
    pub(crate) state: CallState,
    /// The code it ended with.
    pub(crate) code: Option<i64>,
    /// Why it ended.
    pub(crate) reason: Option<&'a str>,
    /// From the request to the ringing. Unit: milliseconds.
    pub(crate) asked_ms: Option<u64>,
    /// How long it rang, where it did. Unit: milliseconds.
    pub(crate) ring_ms: Option<u64>,
    /// How long they talked, where they did. Unit: milliseconds.
    pub(crate) talk_ms: Option<u64>,
}

impl Step<'_> {
    /// How long what came before took.
    pub(crate) fn took(&self) -> String {
        match (self.state, self.asked_ms, self.ring_ms, self.talk_ms) {
            (CallState::Ringing, Some(ms), ..) => format!("after {}", brief(ms)),
            (CallState::Talking, _, Some(ms), _) => format!("rang {}", brief(ms)),
            (CallState::Ended, _, _, Some(ms)) => format!("talked {}", brief(ms)),
            (CallState::Ended, _, Some(ms), None) => format!("rang {}", brief(ms)),
            _ => String::new(),
        }
    }

    /// The code and its name: `100104 refused`. Empty before the end.
    pub(crate) fn end(&self) -> String {
        let code = self.code.map(|code| code.to_string());
        let words = [code.as_deref(), self.reason];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The colour of the step: an end that nobody wished for stands out.
    pub(crate) fn style(&self) -> Style {
        match (self.state, self.reason) {
            (CallState::Ended, Some(reason)) if reason != "hangup" => Style::Red,
            (state, _) => style(state),
        }
    }
}

/// The colour of a state.
pub(crate) fn style(state: CallState) -> Style {
    match state {
        CallState::Requested => Style::Cyan,
        CallState::Ringing => Style::Yellow,
        CallState::Talking => Style::Green,
        CallState::Ended => Style::Dim,
    }
}

/// A time that may be very short: `3 ms`, `1.2 s`, `1:05 min`.
pub(crate) fn brief(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { span(ms) }
}

/// A time of people: `0.4 s`, `1:05 min`, `1:01 h`.
pub(crate) fn span(ms: u64) -> String {
    let secs = ms / 1000;
    match secs {
        0..60 => format!("{secs}.{} s", ms % 1000 / 100),
        _ => super::duration(std::time::Duration::from_secs(secs)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_short() {
        for (ms, expected) in
            [(0, "0.0 s"), (412, "0.4 s"), (59_999, "59.9 s"), (65_000, "1:05 min"), (3_660_000, "1:01 h")]
        {
            assert_eq!(span(ms), expected);
        }
        assert_eq!([3, 999, 1_200].map(brief), ["3 ms", "999 ms", "1.2 s"]);
    }

    #[test]
    fn each_step_says_what_came_before_it() {
        let at = |state, reason| Step {
            state,
            code: Some(100_104),
            reason,
            asked_ms: Some(3),
            ring_ms: Some(1_200),
            talk_ms: None,
        };
        assert_eq!(at(CallState::Requested, None).took(), "");
        assert_eq!(at(CallState::Ringing, None).took(), "after 3 ms");
        assert_eq!(at(CallState::Talking, None).took(), "rang 1.2 s");
        let refused = at(CallState::Ended, Some("refused"));
        assert_eq!((refused.took(), refused.end()), ("rang 1.2 s".to_owned(), "100104 refused".to_owned()));
        assert_eq!(refused.style(), Style::Red);
        let hung_up = Step { talk_ms: Some(65_000), code: Some(0), ..at(CallState::Ended, Some("hangup")) };
        assert_eq!((hung_up.took(), hung_up.style()), ("talked 1:05 min".to_owned(), Style::Dim));
    }
}
