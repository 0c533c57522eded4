//! "Did you mean": the nearest name there is.

use super::{schema, table::Key};

/// How much of a name is compared. No key is longer, and the time it takes grows with both lengths. Unit: bytes.
const COMPARED: usize = 100;

/// How alike two names are: 1 for the same.
fn likeness(name: &str, candidate: &str) -> f64 {
    let end = (0..=COMPARED.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    strsim::normalized_damerau_levenshtein(name.get(..end).unwrap_or_default(), candidate)
}

/// The most similar of the candidates.
pub(super) fn nearest<T>(name: &str, candidates: impl Iterator<Item = T>, text: impl Fn(&T) -> &str) -> Option<T> {
    let mut best: Option<(f64, T)> = None;
    for candidate in candidates {
        let likeness = likeness(name, text(&candidate));
        if best.as_ref().is_none_or(|(most, _)| likeness > *most) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Less alike than this, and a key of the same name in another section is the better guess.
const ALIKE: f64 = 0.5;

/// Says that there is no such key among `keys`, those of its section, and which one may be meant.
pub(super) fn unknown_key(name: &str, keys: impl Iterator<Item = &'static Key>) -> String {
    let near = nearest(name, keys, |key| key.name);
    let alike = near.filter(|near| likeness(name, near.name) >= ALIKE);
    let named_so = schema::keys().find(|key| key.name == name);
    match (alike, named_so) {
        (Some(key), None) => format!("unknown key `{name}`, did you mean `{}`?", key.name),
        (Some(key), Some(other)) => {
            format!("unknown key `{name}`, did you mean `{}`, or `{name}` in [{}]?", key.name, other.section)
        }
        (None, other) => match other.or_else(|| nearest(name, schema::keys(), |key| key.name)) {
            Some(key) => format!("unknown key `{name}`, did you mean `{}` in [{}]?", key.name, key.section),
            None => format!("unknown key `{name}`"),
        },
    }
}

/// Says that there is no such key among `keys`, where no others could be meant.
pub(super) fn unknown_own_key(name: &str, keys: &'static [Key]) -> String {
    let near = nearest(name, keys.iter(), |key| key.name).map_or("", |key| key.name);
    let all: Vec<_> = keys.iter().map(|key| key.name).collect();
    format!("unknown key `{name}`, did you mean `{near}`? There are {}", all.join(", "))
}

/// Says that there is no such section, and which ones there are, or which one may be meant.
pub(super) fn unknown_section(name: &str) -> String {
    let near = nearest(name, schema::SECTIONS.iter(), |(section, _, _)| section).map_or("", |(section, _, _)| section);
    if strsim::normalized_damerau_levenshtein(name, near) >= ALIKE {
        return format!("unknown section `[{name}]`, did you mean `[{near}]`?");
    }
    let all: Vec<_> = schema::SECTIONS.iter().map(|(section, _, _)| format!("[{section}]")).collect();
    format!("unknown section `[{name}]`: the sections are {}", all.join(" "))
}
