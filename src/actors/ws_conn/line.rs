//! Where a socket's frames go: to a session of either door.

use actix::{Addr, prelude::SendError};
use bytestring::ByteString;

use crate::actors::{
    session::{ConnClosed, Frame, Pong, Session},
    verto_session::{Goodbye, VertoSession},
};

/// A session, as its socket sees it. One value for the life of the socket, so that the bound of the mailbox binds.
pub(in crate::actors) enum Line {
    /// Of the native door.
    Native(Addr<Session>),
    /// Of the Verto door.
    Verto(Addr<VertoSession>),
}

impl Line {
    /// A text frame.
    pub(super) fn frame(&self, text: ByteString) -> Result<(), SendError<Frame>> {
        match self {
            Self::Native(session) => session.try_send(Frame(text)),
            Self::Verto(session) => session.try_send(Frame(text)),
        }
    }

    /// A pong of this connection. A session that is gone has its goodbye on the way here.
    pub(super) fn pong(&self, conn: u64, seq: Option<u64>) {
        let pong = Pong { conn, seq };
        let _gone = match self {
            Self::Native(session) => session.try_send(pong).is_err(),
            Self::Verto(session) => session.try_send(pong).is_err(),
        };
    }

    /// The page of the client is gone, as browsers say by close code 1001. Source: RFC 6455, section 7.4.1.
    pub(super) fn goodbye(&self) {
        // Clients of the native door say in a frame of their own that they are leaving.
        if let Self::Verto(session) = self {
            session.do_send(Goodbye);
        }
    }

    /// The connection is gone.
    pub(super) fn closed(&self, conn: u64) {
        match self {
            Self::Native(session) => session.do_send(ConnClosed { conn }),
            Self::Verto(session) => session.do_send(ConnClosed { conn }),
        }
    }
}
