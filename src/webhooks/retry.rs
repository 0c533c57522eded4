//! What becomes of an event after one try: a pure decision over the answer, the count of tries and the clock.

use std::time::Duration;

use time::{PrimitiveDateTime, format_description::StaticFormatDescription, macros::format_description};

use crate::protocol::record::Timestamp;

/// Waits between tries; after the last one the event is dead. Source: business-server contract, "Events".
pub(super) const SCHEDULE: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(12 * 3600),
];

/// Each wait is lengthened by up to this share of itself, so that what failed together does not come back together.
const JITTER: f64 = 0.2;
/// The longest `Retry-After` that is believed. Longer would park an event for days on one wrong header.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);
/// The shortest: a zero must not make a busy loop.
const MIN_RETRY_AFTER: Duration = Duration::from_secs(1);
/// For so many tries a `Retry-After` shorter than the schedule is taken at its word. After that it only ever lengthens the
/// wait: an endpoint that always says "1" must not use up all tries in seconds.
const TRUSTED_TRIES: u32 = 3;

/// What happened to one POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer<'a> {
    /// An HTTP answer came.
    Status {
        /// Its status.
        status: u16,
        /// Its `Retry-After` header.
        retry_after: Option<&'a str>,
    },
    /// None came: refused, cut, too late.
    None,
}

/// What follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Acknowledged.
    Delivered,
    /// Try again after this long.
    Retry(Duration),
    /// Never again, unless replayed.
    Dead,
    /// 410: the hook wants no events any more.
    Gone,
}

/// Decides what follows from the answer to try number `tries` (from 1).
///
/// `schedule` holds the waits, `fraction` (0 to 1) is the jitter's random part.
#[must_use]
pub(super) fn decide(answer: Answer<'_>, tries: u32, schedule: &[Duration], fraction: f64, now: Timestamp) -> Next {
    let retry_after = match answer {
        Answer::Status { status: 200..=299, .. } => return Next::Delivered,
        Answer::Status { status: 410, .. } => return Next::Gone,
        Answer::Status { status: 408 | 429 | 500.., retry_after } => {
            retry_after.and_then(|text| parse_retry_after(text, now))
        }
        Answer::Status { status: 400..=499, .. } => return Next::Dead,
        Answer::Status { .. } | Answer::None => None,
    };
    let step = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(wait) = schedule.get(step) else { return Next::Dead };
    let wait = wait.mul_f64(1.0 + JITTER * fraction);
    Next::Retry(match retry_after {
        None => wait,
        Some(asked) if tries <= TRUSTED_TRIES => asked,
        Some(asked) => asked.max(wait),
    })
}

/// Reads `Retry-After`, seconds or an HTTP date, and keeps it within bounds.
fn parse_retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    const HTTP_DATE: StaticFormatDescription =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let text = text.trim();
    let asked = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that do not fit are simply very many seconds.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let date = PrimitiveDateTime::parse(text, HTTP_DATE).ok()?.assume_utc();
        let until = i64::try_from(date.unix_timestamp_nanos() / 1000).ok()?;
        Duration::from_micros(u64::try_from(until.saturating_sub(now.0)).unwrap_or(0))
    };
    Some(asked.clamp(MIN_RETRY_AFTER, MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16) -> Answer<'static> {
        Answer::Status { status, retry_after: None }
    }

    fn next(answer: Answer<'_>, tries: u32) -> Next {
        decide(answer, tries, &SCHEDULE, 0.0, Timestamp(0))
    }

    #[test]
    fn a_wish_to_be_asked_later_survives_anything() {
        let corpus = ["120", "Fri, 21 Nov 2026 03:10:00 GMT", "99999999999999999999"];
        crate::fuzz::survives("retry-after", &corpus, |text| {
            let wait = parse_retry_after(text, Timestamp(1_763_694_600_000_000));
            assert!(wait.is_none_or(|wait| (MIN_RETRY_AFTER..=MAX_RETRY_AFTER).contains(&wait)));
        });
    }

    #[test]
    fn only_2xx_is_delivered() {
        for ok in [200, 201, 204, 299] {
            assert_eq!(next(status(ok), 1), Next::Delivered);
        }
        for again in [301, 302, 304, 408, 429, 500, 502, 503, 504, 599] {
            assert_eq!(next(status(again), 1), Next::Retry(SCHEDULE[0]), "{again}");
        }
        for dead in [400, 401, 403, 404, 409, 422, 499] {
            assert_eq!(next(status(dead), 1), Next::Dead, "{dead}");
        }
        assert_eq!(next(status(410), 1), Next::Gone);
    }

    #[test]
    fn waits_follow_the_schedule_and_then_the_event_is_dead() {
        for (tries, wait) in (1..).zip(SCHEDULE) {
            assert_eq!(next(Answer::None, tries), Next::Retry(wait));
        }
        assert_eq!(next(Answer::None, 9), Next::Dead);
    }

    #[test]
    fn jitter_only_lengthens() {
        assert_eq!(decide(Answer::None, 1, &SCHEDULE, 0.5, Timestamp(0)), Next::Retry(Duration::from_millis(5500)));
    }

    #[test]
    fn retry_after_is_honoured_within_bounds() {
        let asks = |text, tries, now| {
            decide(Answer::Status { status: 503, retry_after: Some(text) }, tries, &SCHEDULE, 0.0, now)
        };
        let secs = |n| Next::Retry(Duration::from_secs(n));
        assert_eq!(asks("2", 1, Timestamp(0)), secs(2));
        assert_eq!(asks("40", 1, Timestamp(0)), secs(40));
        assert_eq!(asks("0", 1, Timestamp(0)), secs(1));
        assert_eq!(asks("99999999999999999999999", 1, Timestamp(0)), secs(86_400));
        assert_eq!(asks("soon", 1, Timestamp(0)), secs(5));
        assert_eq!(asks("-1", 1, Timestamp(0)), secs(5));
        assert_eq!(asks("1", 4, Timestamp(0)), secs(600), "a short one no longer hurries after three tries");
        assert_eq!(asks("700", 4, Timestamp(0)), secs(700));
        let now = Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap();
        assert_eq!(asks("Sat, 21 Nov 2026 08:01:30 GMT", 1, now), secs(90));
        assert_eq!(asks("Sat, 21 Nov 2026 07:00:00 GMT", 1, now), secs(1));
    }
}
