//! What is taken down of a message.

use std::{sync::Arc, time::Duration};

use bytestring::ByteString;

use crate::protocol::{
    codes::Door,
    ids::{CallId, DeviceId, SessionId, UserId},
    record::{CallRecord, Timestamp},
};

/// What the parts of an entry cost beyond what is counted: headers of allocations, room at the end of buffers.
/// Unit: bytes.
const SLACK: usize = 160;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text frame of a client's.
    FrameIn,
    /// A text frame to a client.
    FrameOut,
    /// A hook is asked whether a call may ring.
    VetoQuestion,
    /// What it said, or that it said nothing.
    VetoAnswer,
    /// An event was sent to a hook, with what came of it.
    Delivery,
    /// A commit that somebody waited for.
    Commit,
    /// A client has a connection.
    SocketOpened,
    /// It has none any more.
    SocketClosed,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::FrameIn,
        Self::FrameOut,
        Self::VetoQuestion,
        Self::VetoAnswer,
        Self::Delivery,
        Self::Commit,
        Self::SocketOpened,
        Self::SocketClosed,
    ];

    /// The name, and between whom: from, to.
    #[must_use]
    pub fn words(self) -> [&'static str; 3] {
        match self {
            Self::FrameIn => ["frame", "client", "server"],
            Self::FrameOut => ["frame", "server", "client"],
            Self::VetoQuestion => ["veto.question", "server", "hook"],
            Self::VetoAnswer => ["veto.answer", "hook", "server"],
            Self::Delivery => ["delivery", "server", "hook"],
            Self::Commit => ["commit", "server", "store"],
            Self::SocketOpened => ["socket.opened", "client", "server"],
            Self::SocketClosed => ["socket.closed", "client", "server"],
        }
    }

    pub(super) fn is_frame(self) -> bool {
        matches!(self, Self::FrameIn | Self::FrameOut)
    }
}

/// The session that a frame or a socket is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The user.
    pub user: UserId,
    /// With which device.
    pub device: DeviceId,
    /// The session.
    pub session: SessionId,
    /// Through which door.
    pub door: Door,
}

/// The headers of a POST to a hook that prove who sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostHeaders {
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`. Unit: seconds since 1970.
    pub timestamp: i64,
    /// `webhook-signature`
    pub signature: String,
}

/// An exchange with a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Which hook.
    pub hook: String,
    /// The status of its answer.
    pub status: Option<u16>,
    /// What the POST had.
    pub headers: Option<PostHeaders>,
}

/// One message, or one turn of a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When; the recorder sets it.
    pub at: Timestamp,
    /// What.
    pub kind: Kind,
    /// Whose frame or socket, where that is known.
    pub who: Option<Arc<Who>>,
    /// Which call it is about.
    pub call: Option<CallId>,
    /// Whom an exchange with a hook, or a commit, is about.
    pub parties: [Option<UserId>; 2],
    /// How long an answer or a commit took.
    pub took: Option<Duration>,
    /// How long the body was. Unit: bytes.
    pub bytes: usize,
    /// The body; `None` where there is none to show.
    pub body: Option<ByteString>,
    /// Whether the body has nothing private in it any more.
    pub clean: bool,
    /// What there is to say about a hook. In a box, since most entries have none.
    pub exchange: Option<Box<Exchange>>,
}

impl Entry {
    /// An entry of this kind that says nothing else.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        Self {
            at: Timestamp(0),
            kind,
            who: None,
            call: None,
            parties: [None, None],
            took: None,
            bytes: 0,
            body: None,
            clean: false,
            exchange: None,
        }
    }

    /// A frame as it is. Its text is shared, so it must not be a part of a larger buffer.
    #[must_use]
    pub fn frame(kind: Kind, who: Option<Arc<Who>>, call: Option<CallId>, text: ByteString) -> Self {
        Self { who, call, bytes: text.len(), body: Some(text), ..Self::of(kind) }
    }

    /// A frame of so many bytes, of which only this much may be shown: text of [`super::login`] or [`super::without_secrets`].
    #[must_use]
    pub fn cut_frame(kind: Kind, who: Option<Arc<Who>>, bytes: usize, shown: Option<ByteString>) -> Self {
        Self { who, bytes, body: shown, clean: true, ..Self::of(kind) }
    }

    /// A commit of a call's step that its parties waited for.
    #[must_use]
    pub fn commit(call: &CallRecord, took: Duration, body: &'static str) -> Self {
        let parties = [Some(call.caller.clone()), Some(call.callee.clone())];
        let body = Some(ByteString::from_static(body));
        Self { call: Some(call.id), parties, took: Some(took), body, ..Self::of(Kind::Commit) }
    }

    /// The same, of a hook's.
    #[must_use]
    pub fn with_hook(self, hook: &str, status: Option<u16>, headers: Option<PostHeaders>) -> Self {
        Self { exchange: Some(Box::new(Exchange { hook: hook.to_owned(), status, headers })), ..self }
    }

    /// What it takes in memory. A body that is shared counts in full, since it may outlive whoever else has it.
    pub(super) fn weight(&self) -> usize {
        let exchange = self.exchange.as_ref().map_or(0, |exchange| {
            let headers = exchange.headers.as_ref().map_or(0, |headers| headers.id.len() + headers.signature.len());
            size_of::<Exchange>() + exchange.hook.len() + headers + SLACK
        });
        size_of::<Self>() + SLACK + self.body.as_ref().map_or(0, |body| body.len()) + exchange
    }
}
