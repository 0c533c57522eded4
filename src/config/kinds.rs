//! The kinds of values that configuration keys take: how each is read, shown and described.

use std::{num::NonZeroU32, path::PathBuf, time::Duration};

use toml::Value;

use super::{
    secret::Secret,
    spot::{Fault, Raw, Spot},
};
use crate::protocol::verto::number::NumberPattern;

/// A kind of value.
pub(super) trait Kind {
    /// What the program gets.
    type Out: Clone + PartialEq;
    /// The form and unit, as the reference shows them.
    const WHAT: &'static str;
    /// Whether the value must never be shown.
    const SECRET: bool = false;

    /// Reads a given value; `label` is the name by which its giver knows it.
    fn read(label: &str, spot: &Spot) -> Result<Self::Out, Vec<Fault>>;
    /// The value in TOML; `None` where it is not set.
    fn show(value: &Self::Out) -> Option<Value>;
}

/// Yes or no.
pub(super) struct Flag;

impl Kind for Flag {
    type Out = bool;
    const WHAT: &'static str = "`true` or `false`";

    fn read(label: &str, spot: &Spot) -> Result<bool, Vec<Fault>> {
        match &spot.raw {
            Raw::Boolean(b) => Ok(*b),
            Raw::Word(word) if word == "true" || word == "1" => Ok(true),
            Raw::Word(word) if word == "false" || word == "0" => Ok(false),
            _ => Err(spot.wrong(label, "true or false")),
        }
    }

    fn show(value: &bool) -> Option<Value> {
        Some(Value::Boolean(*value))
    }
}

fn whole(spot: &Spot) -> Option<u64> {
    match &spot.raw {
        Raw::Integer(n) => u64::try_from(*n).ok(),
        Raw::Word(word) => word.trim().parse().ok(),
        _ => None,
    }
}

fn show_whole(n: impl TryInto<i64>) -> Option<Value> {
    n.try_into().ok().map(Value::Integer)
}

macro_rules! whole_number {
    ($(#[$doc:meta])* $kind:ident, $what:literal) => {
        $(#[$doc])*
        pub(super) struct $kind;

        impl Kind for $kind {
            type Out = usize;
            const WHAT: &'static str = $what;

            fn read(label: &str, spot: &Spot) -> Result<usize, Vec<Fault>> {
                let n = whole(spot).and_then(|n| usize::try_from(n).ok());
                n.ok_or_else(|| spot.wrong(label, concat!("a number of ", $what, ", 0 or more")))
            }

            fn show(value: &usize) -> Option<Value> {
                show_whole(*value)
            }
        }
    };
}

whole_number! {
    /// A size.
    Bytes, "bytes"
}
whole_number! {
    /// A number of requests.
    Requests, "requests"
}
whole_number! {
    /// A number of threads.
    Threads, "threads"
}
whole_number! {
    /// A number of processes.
    Processes, "processes"
}

/// A duration that travels as whole milliseconds.
pub(super) struct Millis;

impl Kind for Millis {
    type Out = u64;
    const WHAT: &'static str = "milliseconds";

    fn read(label: &str, spot: &Spot) -> Result<u64, Vec<Fault>> {
        whole(spot).ok_or_else(|| spot.wrong(label, "a number of milliseconds"))
    }

    fn show(value: &u64) -> Option<Value> {
        show_whole(*value)
    }
}

/// A limit, which 0 lifts.
pub(super) struct Limit;

impl Kind for Limit {
    type Out = Option<NonZeroU32>;
    const WHAT: &'static str = "number, 0 for no limit";

    fn read(label: &str, spot: &Spot) -> Result<Self::Out, Vec<Fault>> {
        let n = whole(spot).and_then(|n| u32::try_from(n).ok());
        n.map(NonZeroU32::new).ok_or_else(|| spot.wrong(label, "a whole number, 0 for no limit"))
    }

    fn show(value: &Self::Out) -> Option<Value> {
        show_whole(value.map_or(0, NonZeroU32::get))
    }
}

/// Longer than any timer needs, shorter than what overflows a clock. Ten years.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);

fn duration(spot: &Spot, unit: u32) -> Option<Duration> {
    let span = match &spot.raw {
        Raw::Integer(n) => Duration::from_secs(u64::try_from(*n).ok()?).checked_mul(unit)?,
        Raw::Float(x) => Duration::try_from_secs_f64(x * f64::from(unit)).ok()?,
        Raw::Word(word) => Duration::try_from_secs_f64(word.trim().parse::<f64>().ok()? * f64::from(unit)).ok()?,
        _ => return None,
    };
    (span <= LONGEST).then_some(span)
}

fn show_duration(span: Duration, unit: u32) -> Option<Value> {
    let unit_secs = u64::from(unit);
    if span.subsec_nanos() == 0 && span.as_secs().is_multiple_of(unit_secs) {
        return show_whole(span.as_secs() / unit_secs);
    }
    Some(Value::Float(span.as_secs_f64() / f64::from(unit)))
}

/// A duration in seconds.
pub(super) struct Seconds;

impl Kind for Seconds {
    type Out = Duration;
    const WHAT: &'static str = "seconds";

    fn read(label: &str, spot: &Spot) -> Result<Duration, Vec<Fault>> {
        duration(spot, 1).ok_or_else(|| spot.wrong(label, "a number of seconds, as 60 or 0.5"))
    }

    fn show(value: &Duration) -> Option<Value> {
        show_duration(*value, 1)
    }
}

/// A duration in days.
pub(super) struct Days;

impl Kind for Days {
    type Out = Duration;
    const WHAT: &'static str = "days";

    fn read(label: &str, spot: &Spot) -> Result<Duration, Vec<Fault>> {
        duration(spot, 86_400).ok_or_else(|| spot.wrong(label, "a number of days, as 90 or 0.5"))
    }

    fn show(value: &Duration) -> Option<Value> {
        show_duration(*value, 86_400)
    }
}

/// Any text.
pub(super) struct Text;

impl Kind for Text {
    type Out = String;
    const WHAT: &'static str = "text";

    fn read(label: &str, spot: &Spot) -> Result<String, Vec<Fault>> {
        spot.text().map(String::from).ok_or_else(|| spot.wrong(label, "text in quotes"))
    }

    fn show(value: &String) -> Option<Value> {
        Some(Value::String(value.clone()))
    }
}

/// A regular expression that picks numbers; empty text for one that picks none.
pub(super) struct Numbers;

impl Kind for Numbers {
    type Out = Option<NumberPattern>;
    const WHAT: &'static str = "regular expression";

    fn read(label: &str, spot: &Spot) -> Result<Option<NumberPattern>, Vec<Fault>> {
        let pattern = match spot.text() {
            Some("") => Some(None),
            text => text.and_then(|text| NumberPattern::new(text).ok()).map(Some),
        };
        pattern.ok_or_else(|| spot.wrong(label, "a regular expression, as \"^3[0-9]{3}$\", or an empty text"))
    }

    fn show(value: &Option<NumberPattern>) -> Option<Value> {
        Some(Value::String(value.as_ref().map_or("", NumberPattern::as_str).to_owned()))
    }
}

/// A list of texts.
pub(super) struct Texts;

impl Kind for Texts {
    type Out = Vec<String>;
    const WHAT: &'static str = "list of texts";

    fn read(label: &str, spot: &Spot) -> Result<Vec<String>, Vec<Fault>> {
        each(label, spot, "a list of texts", |item| item.text().map(String::from))
    }

    fn show(value: &Vec<String>) -> Option<Value> {
        Some(Value::Array(value.iter().cloned().map(Value::String).collect()))
    }
}

/// Reads a list whose every element `read` accepts.
pub(super) fn each<T>(
    label: &str,
    spot: &Spot,
    must_be: &str,
    read: impl Fn(&Spot) -> Option<T>,
) -> Result<Vec<T>, Vec<Fault>> {
    let items = spot.list().ok_or_else(|| spot.wrong(label, must_be))?;
    let mut faults = Vec::new();
    let mut values = Vec::new();
    for item in &items {
        match read(item) {
            Some(value) => values.push(value),
            None => faults.extend(item.wrong(label, must_be)),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

/// A text that is nobody's business.
pub(super) struct Hidden;

impl Kind for Hidden {
    type Out = Option<Secret>;
    const WHAT: &'static str = "secret text";
    const SECRET: bool = true;

    fn read(label: &str, spot: &Spot) -> Result<Option<Secret>, Vec<Fault>> {
        let text = spot.text().ok_or_else(|| spot.complain(label, "must be text in quotes"))?;
        if text.is_empty() {
            return Err(spot.complain(label, "is empty: give it a value, or leave the key out"));
        }
        Ok(Some(Secret::new(text)))
    }

    fn show(value: &Option<Secret>) -> Option<Value> {
        value.as_ref().map(|_| Value::String("********".into()))
    }
}

/// A folder.
pub(super) struct Folder;

impl Kind for Folder {
    type Out = PathBuf;
    const WHAT: &'static str = "path of a folder";

    fn read(label: &str, spot: &Spot) -> Result<PathBuf, Vec<Fault>> {
        let path = spot.text().filter(|text| !text.is_empty());
        path.map(PathBuf::from).ok_or_else(|| spot.wrong(label, "the path of a folder"))
    }

    fn show(value: &PathBuf) -> Option<Value> {
        Some(Value::String(value.display().to_string()))
    }
}

macro_rules! path_or_none {
    ($(#[$doc:meta])* $kind:ident, $what:literal) => {
        $(#[$doc])*
        pub(super) struct $kind;

        impl Kind for $kind {
            type Out = Option<PathBuf>;
            const WHAT: &'static str = concat!("path of a ", $what);

            fn read(label: &str, spot: &Spot) -> Result<Self::Out, Vec<Fault>> {
                let path = spot.text().filter(|text| !text.is_empty());
                path.map(|path| Some(path.into())).ok_or_else(|| spot.wrong(label, concat!("the path of a ", $what)))
            }

            fn show(value: &Self::Out) -> Option<Value> {
                value.as_ref().map(|path| Value::String(path.display().to_string()))
            }
        }
    };
}

path_or_none! {
    /// A file, or none.
    File, "file"
}
path_or_none! {
    /// A folder, or none.
    AnyFolder, "folder"
}
