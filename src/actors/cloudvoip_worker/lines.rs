//! What a process prints, as log lines. It is another's library that prints: long lines are cut, too many are dropped, and the
//! secrets of its call are taken out.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::view::Shared;
use crate::protocol::worker::SecretText;

/// The longest line. Unit: bytes.
const LONGEST: usize = 1024;
/// The most lines of one process.
const MOST: usize = 2000;

/// Logs every line until the end of the stream.
pub(super) async fn log(mut from: impl AsyncRead + Unpin, shared: &Shared, stream: &'static str) {
    let (mut lines, mut buffer) = (Lines::default(), vec![0; 4096]);
    let mut printed = 0_usize;
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        for line in lines.take(buffer.get(..n).unwrap_or_default()) {
            printed = printed.saturating_add(1);
            let (worker, pid) = (shared.id().0, shared.view().pid);
            if printed < MOST {
                let line = redacted(&line, &shared.secrets());
                tracing::debug!(worker, pid, stream, line, "a media worker printed");
            } else if printed == MOST {
                tracing::warn!(worker, pid, stream, "a media worker prints too much: the rest is not kept");
            }
        }
    }
}

/// Bytes, gathered into lines.
#[derive(Default)]
struct Lines {
    line: Vec<u8>,
    /// The line is too long, and its rest is skipped.
    skipping: bool,
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut done = Vec::new();
        for byte in bytes {
            if *byte == b'\n' {
                if !std::mem::take(&mut self.skipping) && !self.line.is_empty() {
                    done.push(std::mem::take(&mut self.line));
                }
            } else if !self.skipping {
                self.line.push(*byte);
                if self.line.len() >= LONGEST {
                    self.skipping = true;
                    done.push(std::mem::take(&mut self.line));
                }
            }
        }
        done
    }
}

/// The line without the secrets, and without what could be the beginning of one at the end of a line that was cut.
fn redacted(line: &[u8], secrets: &[SecretText]) -> String {
    let mut text = String::from_utf8_lossy(line).into_owned();
    for secret in secrets {
        text = text.replace(secret.expose(), "…");
    }
    if line.len() >= LONGEST {
        for secret in secrets.iter().map(SecretText::expose) {
            let begins =
                |n: &usize| secret.is_char_boundary(*n) && secret.get(..*n).is_some_and(|part| text.ends_with(part));
            if let Some(n) = (1..secret.len()).rev().find(begins) {
                text.truncate(text.len().saturating_sub(n));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_or_cut_however_they_come() {
        let mut lines = Lines::default();
        assert!(lines.take(b"one").is_empty());
        assert_eq!(lines.take(b" and two\n\nthree\nfo"), [b"one and two".to_vec(), b"three".to_vec()]);
        let long = vec![b'x'; 5000];
        let cut = lines.take(&long);
        assert_eq!((cut.len(), cut[0].len()), (1, LONGEST));
        assert_eq!(lines.take(b"still\nfive\n"), [b"five".to_vec()]);
    }

    #[test]
    fn secrets_are_taken_out_and_so_is_what_was_cut_within_one() {
        let secrets = [SecretText::new("t0ps3cret"), SecretText::new("key")];
        assert_eq!(redacted(b"join t0ps3cret with key!", &secrets), "join … with …!");
        let mut long = vec![b'x'; LONGEST - 5];
        long.extend(b"t0ps3");
        assert_eq!(redacted(&long, &secrets), "x".repeat(LONGEST - 5));
    }
}
