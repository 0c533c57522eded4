//! Frames from and to a socket for media. Large messages may come in fragments; none is ever sent in any.

use std::io;

use actix_http::ws::{Codec, Frame, Item};
use actix_web_actors::ws::{CloseCode, CloseReason, Message, ProtocolError};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio_util::codec::{Decoder as _, Encoder as _};

use crate::protocol::worker::media::{HEADER_BYTES, MAX_VIDEO_BYTES};

/// The largest message: an access unit and its header. Unit: bytes.
const MAX_BYTES: usize = MAX_VIDEO_BYTES + HEADER_BYTES;
/// The longest header of a WebSocket frame. Unit: bytes. Source: RFC 6455, section 5.2.
const FRAME_HEADER: usize = 14;
/// How much is read at once. Unit: bytes.
const READ: usize = 16_384;
/// The longest reason of a close frame. Unit: bytes. Source: RFC 6455, section 5.5: 125, less the code.
const MAX_REASON: usize = 123;

/// What came.
#[derive(Debug)]
pub(super) enum Heard {
    Text(ByteString),
    Binary(Bytes),
    Ping(Bytes),
    Pong,
    /// The party says goodbye.
    Close,
    /// Nothing that can be read: the close code, and what is wrong.
    Bad(u16, &'static str),
    /// The connection is gone.
    Gone,
}

/// How a connection ends.
#[derive(Debug)]
pub(super) enum Close {
    /// With a close frame.
    Code(u16, String),
    /// It has ended.
    Gone,
}

impl Close {
    /// With a close frame. A reason that does not fit is cut.
    pub(super) fn because(code: u16, reason: &str) -> Self {
        let fits = (0..=MAX_REASON.min(reason.len())).rev().find_map(|end| reason.get(..end));
        Self::Code(code, fits.unwrap_or_default().to_owned())
    }
}

/// The socket's reading half.
pub(super) struct Reader<T> {
    from: ReadHalf<T>,
    codec: Codec,
    unread: BytesMut,
    /// The beginning of a message in fragments, and whether it is text.
    partial: Option<(bool, BytesMut)>,
}

impl<T: AsyncRead> Reader<T> {
    /// `early` came together with the handshake.
    pub(super) fn new(from: ReadHalf<T>, early: BytesMut) -> Self {
        Self { from, codec: Codec::new().max_size(MAX_BYTES), unread: early, partial: None }
    }

    /// The next message. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Heard {
        loop {
            match self.codec.decode(&mut self.unread) {
                Ok(Some(frame)) => {
                    if let Some(heard) = self.whole(frame) {
                        return heard;
                    }
                }
                // The codec would wait for all of a frame before it finds it too big.
                Ok(None) if self.unread.len() > MAX_BYTES + FRAME_HEADER => return Heard::Bad(4413, "frame too big"),
                Ok(None) => {
                    self.unread.reserve(READ);
                    match self.from.read_buf(&mut self.unread).await {
                        Ok(1..) => {}
                        Ok(0) | Err(_) => return Heard::Gone,
                    }
                }
                Err(ProtocolError::Overflow) => return Heard::Bad(4413, "frame too big"),
                Err(_) => return Heard::Bad(1002, "not a WebSocket frame"),
            }
        }
    }

    fn whole(&mut self, frame: Frame) -> Option<Heard> {
        Some(match frame {
            Frame::Binary(bytes) => Heard::Binary(bytes),
            Frame::Text(bytes) => text(bytes),
            Frame::Ping(payload) => Heard::Ping(payload),
            Frame::Pong(_) => Heard::Pong,
            Frame::Close(_) => Heard::Close,
            Frame::Continuation(item) => return self.fragment(item),
        })
    }

    fn fragment(&mut self, item: Item) -> Option<Heard> {
        let (bytes, last) = match item {
            Item::FirstText(bytes) | Item::FirstBinary(bytes) if self.partial.is_some() => {
                drop(bytes);
                return Some(Heard::Bad(1002, "a fragment out of place"));
            }
            Item::FirstText(bytes) => {
                self.partial = Some((true, bytes.as_ref().into()));
                return None;
            }
            Item::FirstBinary(bytes) => {
                self.partial = Some((false, bytes.as_ref().into()));
                return None;
            }
            Item::Continue(bytes) => (bytes, false),
            Item::Last(bytes) => (bytes, true),
        };
        let Some((_, partial)) = &mut self.partial else {
            return Some(Heard::Bad(1002, "a fragment out of place"));
        };
        if partial.len().saturating_add(bytes.len()) > MAX_BYTES {
            return Some(Heard::Bad(4413, "frame too big"));
        }
        partial.extend_from_slice(&bytes);
        if !last {
            return None;
        }
        let (is_text, whole) = self.partial.take()?;
        Some(if is_text { text(whole.freeze()) } else { Heard::Binary(whole.freeze()) })
    }

    /// Reads until the party lets go.
    pub(super) async fn drain(&mut self) {
        self.unread.clear();
        while matches!(self.from.read_buf(&mut self.unread).await, Ok(1..)) {
            self.unread.clear();
        }
    }
}

fn text(bytes: Bytes) -> Heard {
    ByteString::try_from(bytes).map_or(Heard::Bad(1007, "text is UTF-8"), Heard::Text)
}

/// The socket's writing half.
pub(super) struct Writer<T> {
    to: WriteHalf<T>,
    codec: Codec,
    /// What was said and not yet taken by the system: kept where a future is dropped in the middle of a frame.
    out: BytesMut,
}

impl<T: AsyncWrite> Writer<T> {
    pub(super) fn new(to: WriteHalf<T>) -> Self {
        Self { to, codec: Codec::new(), out: BytesMut::new() }
    }

    /// Says something, once the system has taken all that was said before.
    pub(super) async fn say(&mut self, message: Message) -> io::Result<()> {
        // The codec refuses only fragments out of place, which are never sent.
        let _refused = self.codec.encode(message, &mut self.out).is_err();
        self.to.write_all_buf(&mut self.out).await?;
        // What a TLS layer still holds.
        self.to.flush().await
    }

    /// Says goodbye.
    pub(super) async fn close(&mut self, close: Close) -> io::Result<()> {
        let Close::Code(code, reason) = close else { return Ok(()) };
        let description = Some(reason).filter(|reason| !reason.is_empty());
        self.say(Message::Close(Some(CloseReason { code: CloseCode::from(code), description }))).await?;
        self.to.shutdown().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame as a client sends it, masked with zeros.
    fn frame(first: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        [&[first, 0xFE], &length[..], &[0; 4], body].concat()
    }

    async fn read(bytes: Vec<u8>) -> Vec<Heard> {
        let (mut ours, theirs) = tokio::io::duplex(4_096);
        let (from, _to) = tokio::io::split(theirs);
        let sent = tokio::spawn(async move { ours.write_all(&bytes).await });
        let mut reader = Reader::new(from, BytesMut::new());
        let mut heard = Vec::new();
        while !matches!(heard.last(), Some(Heard::Bad(..) | Heard::Gone)) {
            heard.push(reader.next().await);
        }
        sent.abort();
        heard
    }

    #[tokio::test]
    async fn a_message_in_fragments_is_put_together_with_a_ping_in_between() {
        let bytes = [frame(0x02, &[1; 300]), frame(0x89, &[9; 200][..100]), frame(0x80, &[2; 300])].concat();
        let heard = read(bytes).await;
        let [Heard::Ping(_), Heard::Binary(whole), Heard::Gone] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(whole.len(), 600);
        assert_eq!((whole[299], whole[300]), (1, 2));
    }

    #[tokio::test]
    async fn what_is_too_big_is_refused_before_it_is_there() {
        let mut bytes = vec![0x82, 0xFF];
        bytes.extend(u64::try_from(MAX_BYTES + 1).unwrap().to_be_bytes());
        bytes.extend([0; 4]);
        bytes.resize(MAX_BYTES + 100, 0);
        let heard = read(bytes).await;
        assert!(matches!(heard[..], [Heard::Bad(4413, _)]), "{heard:?}");
        let parts = [frame(0x02, &[1; 60_000])].into_iter().chain((0..20).map(|_| frame(0x00, &[2; 60_000])));
        let heard = read(parts.collect::<Vec<_>>().concat()).await;
        assert!(matches!(heard[..], [Heard::Bad(4413, _)]), "{heard:?}");
    }

    #[tokio::test]
    async fn a_fragment_out_of_place_is_none() {
        for bytes in [frame(0x80, &[1; 300]), [frame(0x02, &[1; 300]), frame(0x02, &[1; 300])].concat()] {
            let heard = read(bytes).await;
            assert!(matches!(heard[..], [Heard::Bad(1002, _)]), "{heard:?}");
        }
    }

    #[test]
    fn a_reason_that_does_not_fit_is_cut_between_characters() {
        let Close::Code(4400, reason) = Close::because(4400, &"é".repeat(100)) else { panic!("a code") };
        assert_eq!(reason.len(), MAX_REASON - 1);
    }
}
