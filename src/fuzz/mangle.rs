//! Mangled text: valid inputs, taken apart where their parts meet, and put together wrongly.

/// What trips parsers: ends of numbers, escapes, quotes, wide and invisible characters, and words that formats know.
const ODD: [&str; 44] = [
    "0",
    "-0",
    "-1",
    "1e999",
    "-1e999",
    "1e-999",
    "0.1",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "999999999999999999999999999999",
    "00",
    "0x1f",
    "NaN",
    "Infinity",
    "null",
    "true",
    "\"\"",
    "[]",
    "{}",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "\\uDFFF\\uD800",
    "\\u202e",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "\u{10ffff}",
    "é",
    "🎥",
    "%00",
    "%ff",
    "%2525",
    "\r\n",
    "\t",
    "..",
    "*",
];
/// How often a part is repeated at most: deeper than any parser should follow.
const REPEATS: usize = 4_096;
/// The longest input. Unit: bytes.
const LONGEST: usize = 80 << 10;

/// A source of mangled inputs: the same ones for the same seed (SplitMix64).
pub(super) struct Mangler(u64);

impl Mangler {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    /// One of the corpus after a few changes. What is no UTF-8 any more is repaired with U+FFFD.
    pub(super) fn mangle(&mut self, corpus: &[&str]) -> String {
        let mut input = corpus[self.below(corpus.len())].to_owned();
        for _ in 0..=self.below(5) {
            let other = corpus[self.below(corpus.len())];
            input = match self.below(4) {
                0 => self.change_bytes(input.into_bytes()),
                _ => self.change_parts(&input, other),
            };
            let end = (0..=LONGEST.min(input.len())).rev().find(|end| input.is_char_boundary(*end));
            input.truncate(end.unwrap_or(0));
        }
        input
    }

    fn change_bytes(&mut self, mut bytes: Vec<u8>) -> String {
        let at = self.below(bytes.len() + 1);
        match self.below(3) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, self.next().to_le_bytes()[0]),
            _ => {
                let bit = 1 << self.below(8);
                bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Changes the input where its words, numbers and signs begin and end.
    fn change_parts(&mut self, input: &str, other: &str) -> String {
        let mut all = parts(input);
        let (from, to) = self.range(all.len());
        match self.below(12) {
            // Another value.
            0..6 if from < all.len() => all[from] = ODD[self.below(ODD.len())],
            // Left out.
            6 => drop(all.drain(from..to)),
            // Twice: a key that is there already, a second document.
            7 | 8 => all.splice(to..to, all[from..to].to_vec()).for_each(drop),
            // Many times: deep nesting, long texts.
            9 => {
                let end = to.min(from + 3);
                let some = all[from..end].concat();
                let times = self.below(REPEATS).min(LONGEST / some.len().max(1));
                return [all[..from].concat(), some.repeat(times), all[end..].concat()].concat();
            }
            // A part of another input.
            10 => {
                let others = parts(other);
                let (begin, end) = self.range(others.len());
                drop(all.splice(from..to, others[begin..end].iter().copied()));
            }
            _ => all.insert(from, ODD[self.below(ODD.len())]),
        }
        all.concat()
    }

    /// A range within so many parts: mostly a short one.
    fn range(&mut self, parts: usize) -> (usize, usize) {
        let from = self.below(parts + 1);
        let length = if self.below(4) == 0 { parts } else { 8 };
        (from, (from + self.below(length)).min(parts))
    }
}

/// Words and numbers in one piece, everything else character by character.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|c: char| !(c.is_alphanumeric() || "_-+.".contains(c))).unwrap_or(rest.len());
        let (part, after) = rest.split_at(word.max(first.len_utf8()));
        parts.push(part);
        rest = after;
    }
    parts
}
