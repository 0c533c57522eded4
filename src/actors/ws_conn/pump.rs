//! Moves bytes between a socket and its [`WsConn`]. An idle connection holds no buffers.

use std::{
    cell::RefCell,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Gone, WsConn};

/// How much is read at once. Unit: bytes.
const READ: usize = 16_384;
/// How much written and not yet taken by the system holds up everything else on this connection. Unit: bytes.
const FULL: usize = 65_536;
/// How often one connection is read before the others of its thread have their turn.
const TURNS: usize = 16;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// A connection at work. Ends when it is over; dropping it ends it.
pub(super) struct Pump<T> {
    io: T,
    /// The beginning of a frame whose rest has not come.
    unread: BytesMut,
    conn: WsConn,
    /// Whether the client was told that nothing follows.
    shut: bool,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Pump<T> {
    /// `early` came together with the handshake.
    pub(super) fn new(io: T, early: BytesMut, conn: WsConn) -> Self {
        let mut pump = Self { io, unread: early, conn, shut: false };
        pump.conn.read(&mut pump.unread);
        pump
    }

    /// Hands what was said to the system. An error is the end.
    fn flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.conn.out.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(cx, &self.conn.out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.conn.out.advance(written);
        }
        self.conn.out = BytesMut::new();
        // What a TLS layer still holds.
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        if self.conn.is_closing() && !self.shut {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
            self.shut = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Hears what has come. No bytes: the client is gone.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut read = ReadBuf::new(scratch);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut read))?;
            let bytes = read.filled();
            if !self.conn.is_closing() {
                self.unread.extend_from_slice(bytes);
                self.conn.read(&mut self.unread);
                if self.unread.is_empty() {
                    self.unread = BytesMut::new();
                }
            }
            Poll::Ready(Ok(bytes.len()))
        })
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> Future for Pump<T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let pump = self.get_mut();
        for _ in 0..TURNS {
            if pump.conn.attend(pump.conn.out.len() < FULL, cx) == Some(Gone) {
                return Poll::Ready(());
            }
            if let Poll::Ready(Err(_)) = pump.flush(cx) {
                return Poll::Ready(());
            }
            if pump.conn.out.is_empty() && pump.conn.sent_all() {
                continue;
            }
            if pump.conn.out.len() >= FULL {
                return Poll::Pending;
            }
            match ready!(pump.fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
