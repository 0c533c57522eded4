//! H.264 and H.265 in Annex B form: units behind start codes.

use super::media::{FLAG_CONFIG, FLAG_KEY, MediaKind};

/// The units of a piece of a stream, each with its start code. Bytes before the first start code belong to none.
#[must_use]
pub fn units(stream: &[u8]) -> Vec<&[u8]> {
    let starts = starts(stream);
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| stream.get(*start..end)).collect()
}

/// Where the start codes begin: `00 00 01`, or `00 00 00 01`.
fn starts(stream: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut zeros = 0_usize;
    for (at, byte) in stream.iter().enumerate() {
        match byte {
            0 => zeros += 1,
            1 if zeros >= 2 => {
                found.push(at.saturating_sub(zeros.min(3)));
                zeros = 0;
            }
            _ => zeros = 0,
        }
    }
    found
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A picture, or a slice of one, that decodes by itself.
    Key,
    /// A picture, or a slice of one, that needs others.
    Picture,
    /// What a decoder needs to know first.
    Config,
    /// Anything else: delimiters, side notes.
    Other,
}

/// What a unit, with its start code, is.
#[must_use]
pub fn kind(kind: MediaKind, unit: &[u8]) -> Unit {
    let Some(header) = unit.iter().position(|byte| *byte == 1).and_then(|at| unit.get(at.saturating_add(1))) else {
        return Unit::Other;
    };
    match kind {
        MediaKind::H264 => match header & 0x1f {
            5 => Unit::Key,
            1..=4 => Unit::Picture,
            7 | 8 | 13 | 15 => Unit::Config,
            _ => Unit::Other,
        },
        MediaKind::H265 => match (header >> 1) & 0x3f {
            16..=21 => Unit::Key,
            0..=9 => Unit::Picture,
            32..=34 => Unit::Config,
            _ => Unit::Other,
        },
        MediaKind::Pcm | MediaKind::Opus => Unit::Other,
    }
}

/// The flags of an access unit, and whether there is a picture in it.
#[must_use]
pub fn flags(codec: MediaKind, stream: &[u8]) -> (u8, bool) {
    units(stream).into_iter().fold((0, false), |(flags, picture), unit| match kind(codec, unit) {
        Unit::Key => (flags | FLAG_KEY, true),
        Unit::Picture => (flags, true),
        Unit::Config => (flags | FLAG_CONFIG, picture),
        Unit::Other => (flags, picture),
    })
}
