//! A veto hook of the bench's own, which allows everything at once.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::super::{client::Client, output::CliError};

/// Under which it is registered. Always the same: what a killed bench left behind, the next one replaces and removes.
const PATH: &str = "/api/v1/webhooks/hookswitch-bench";
/// An empty 2xx allows.
const ALLOWED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
/// Longer than any question. Unit: bytes.
const MAX_QUESTION: usize = 262_144;

/// The hook, registered.
pub(super) struct Hook {
    answered: Arc<AtomicU64>,
    serving: JoinSet<()>,
}

impl Hook {
    pub(super) async fn register(api: &Client) -> Result<Self, CliError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let answered = Arc::new(AtomicU64::new(0));
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::clone(&answered)));
        let form = json!({"url": url, "veto": true, "on_failure": "refuse", "description": "hookswitch bench"});
        api.ask(Method::PUT, PATH, &[], Some(&form)).await?;
        Ok(Self { answered, serving })
    }

    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    pub(super) async fn remove(self, api: &Client) -> Result<(), CliError> {
        api.ask(Method::DELETE, PATH, &[], None).await?;
        drop(self.serving);
        Ok(())
    }
}

async fn accept(listener: TcpListener, answered: Arc<AtomicU64>) {
    let mut open = JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let answered = Arc::clone(&answered);
        open.spawn(async move {
            // A connection that breaks is made again by the server.
            drop(answer(socket, &answered).await);
        });
        while open.try_join_next().is_some() {}
    }
}

async fn answer(mut socket: TcpStream, answered: &AtomicU64) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut read = Vec::with_capacity(4_096);
    while read.len() < MAX_QUESTION && socket.read_buf(&mut read).await? > 0 {
        while let Some(length) = question(&read) {
            read.drain(..length);
            answered.fetch_add(1, Ordering::Relaxed);
            socket.write_all(ALLOWED).await?;
        }
    }
    Ok(())
}

/// The length of the first whole question: head and body.
fn question(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|four| four == b"\r\n\r\n")?;
    let fields = std::str::from_utf8(read.get(..head)?).ok()?.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let body: usize = lengths.next()?.1.trim().parse().ok()?;
    let whole = head + 4 + body;
    (read.len() >= whole).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_whole_when_its_body_is_there() {
        let text = b"POST / HTTP/1.1\r\nContent-Length: 2\r\nhost: x\r\n\r\n{}POST / HTTP/1.1\r\n";
        let whole = text.len() - b"POST / HTTP/1.1\r\n".len();
        assert_eq!(question(text), Some(whole));
        assert_eq!(question(&text[..whole - 1]), None);
        assert_eq!(question(b"POST / HTTP/1.1\r\n"), None);
    }
}
