//! The clip that the simulated user shows: four seconds, over and over.

/// H.264 in Annex B form, an access unit delimiter before each picture. How it was made: README.md.
static CLIP: &[u8] = include_bytes!("clip.h264");
/// Pictures a second.
pub(crate) const RATE: u64 = 15;

/// Where the next access unit begins.
const DELIMITER: [u8; 5] = [0, 0, 0, 1, 9];

/// The access units, in order.
pub(crate) fn pictures() -> Vec<&'static [u8]> {
    let starts: Vec<usize> =
        CLIP.windows(DELIMITER.len()).enumerate().filter(|(_, at)| *at == DELIMITER).map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([CLIP.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| CLIP.get(*start..end)).collect()
}
