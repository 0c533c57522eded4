//! The other party's media of a call with a WeChat user, over a WebSocket of their own: `GET /media`.
//!
//! | file | what |
//! | --- | --- |
//! | `wire` | frames from and to the socket |
//!
//! ```text
//! party ──binary frames──▶ listen ──▶ queue of the worker ──▶ its process
//!       ◀──────────────── speak  ◀── queue of the worker ◀──
//! ```
//!
//! Neither direction waits for the other, and nobody waits for either: the queues are the worker's, and drop what is late. The end of
//! the call is heard even while the party reads nothing.

mod wire;

use std::{num::NonZeroU32, time::Duration};

use actix_web::{HttpRequest, HttpResponse};
use actix_web_actors::ws::{self, HandshakeError, Message};
use bytes::{Bytes, BytesMut};
use governor::{Quota, RateLimiter};
use serde::Serialize;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    time::timeout,
};

use self::wire::{Close, Heard, Reader, Writer};
use super::{
    cloudvoip_worker::{MediaCarrier, MediaNews, WorkerMedia},
    core::Core,
    gate::{Refused, Ticket},
};
use crate::{
    metrics::Limit,
    protocol::{
        codes,
        ids::{CallId, UserId},
        native::{self, Credentials},
        record::CallState,
        wechat::address::Address,
        worker::{MediaFrame, control::MediaInfo},
    },
};

/// How many frames a second a party may send; twice as many at once. Sound is fifty, video at most thirty.
const FRAMES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(399);
/// How many answers to pings may wait for a party that reads nothing.
const PONGS: usize = 8;
/// How long a close frame may take, and the party to let go.
const CLOSE_TIME: Duration = Duration::from_secs(2);
/// How long after its start a call with a WeChat user may be without a worker.
const WORKER_TIME: Duration = Duration::from_secs(5);

/// What the server says in words; media are binary frames.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    /// Media may come and go.
    Ready {
        /// Of this call.
        call: CallId,
    },
    /// What is sent to WeChat, and comes from there, from now on.
    Formats {
        /// All of it.
        formats: Vec<MediaInfo>,
    },
    /// Send a key frame now.
    NeedKeyframe,
}

impl Said {
    fn message(&self) -> Message {
        // Plain data always has a form in JSON.
        Message::Text(serde_json::to_string(self).unwrap_or_default().into())
    }
}

/// A connection for media.
pub struct MediaConn {
    core: Core,
    /// Counts this connection until it is gone.
    ticket: Ticket,
    call: CallId,
    /// A token that came with the upgrade.
    bearer: Option<String>,
}

impl std::fmt::Debug for MediaConn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaConn").field("call", &self.call).finish_non_exhaustive()
    }
}

/// Answers a handshake. `bearer` is a token from the upgrade's `Authorization` header. The connection is in the response's
/// extensions, for whoever takes the socket over.
///
/// # Errors
/// Where the request is no WebSocket handshake.
pub fn upgrade(
    core: &Core,
    ticket: Ticket,
    bearer: Option<String>,
    call: CallId,
    request: &HttpRequest,
) -> Result<HttpResponse, HandshakeError> {
    let mut response = ws::handshake(request)?.finish();
    response.extensions_mut().insert(MediaConn { core: core.clone(), ticket, call, bearer });
    Ok(response)
}

impl MediaConn {
    /// Serves the connection until it is over. `early` came together with the handshake.
    pub async fn serve<T>(mut self, io: T, early: BytesMut)
    where
        T: AsyncRead + AsyncWrite,
    {
        let (from, to) = tokio::io::split(io);
        let (mut reader, mut writer) = (Reader::new(from, early), Writer::new(to));
        let close = match self.enter(&mut reader, &mut writer).await {
            Ok(carrier) => carry(carrier, self.call, &mut reader, &mut writer).await,
            Err(Some(refused)) => self.refuse(&refused, &mut writer).await,
            // It has gone by itself.
            Err(None) => return,
        };
        if let Close::Code(4413 | 4429, _) = close {
            let limit = if matches!(close, Close::Code(4413, _)) { Limit::FrameBytes } else { Limit::Frames };
            self.core.metrics().limit_hit(limit);
        }
        // Whoever does not let go is let go of.
        let _late = timeout(CLOSE_TIME, async {
            if writer.close(close).await.is_ok() {
                reader.drain().await;
            }
        })
        .await
        .is_err();
    }

    /// Lets a party of the call in. `Err(None)`: the connection is gone.
    async fn enter<T>(
        &mut self,
        reader: &mut Reader<T>,
        writer: &mut Writer<T>,
    ) -> Result<MediaCarrier, Option<Refused>>
    where
        T: AsyncRead + AsyncWrite,
    {
        let limit = self.core.config().session.login_timeout_secs;
        let user = match timeout(limit, self.log_in(reader, writer)).await {
            Ok(user) => user?,
            Err(_elapsed) => {
                self.core.metrics().limit_hit(Limit::LoginTimeout);
                return Err(Some(Refused::new(codes::NOT_LOGGED_IN, "no login in time", 4408)));
            }
        };
        let media = self.media_of(&user).await?;
        self.ticket.authenticated();
        Ok(media.carry())
    }

    async fn log_in<T>(&mut self, reader: &mut Reader<T>, writer: &mut Writer<T>) -> Result<UserId, Option<Refused>>
    where
        T: AsyncRead + AsyncWrite,
    {
        let credentials = match self.bearer.take() {
            Some(token) => Some(Credentials::Token(token)),
            None => loop {
                match reader.next().await {
                    Heard::Text(text) => match native::decode_login(&text) {
                        Ok(login) => break login.credentials,
                        Err(error) if error.error_code == codes::NOT_LOGGED_IN => {
                            return Err(Some(Refused::new(error.error_code, error.message, 4401)));
                        }
                        Err(error) => return Err(Some(Refused::new(error.error_code, error.message, 4400))),
                    },
                    Heard::Ping(payload) => writer.say(Message::Pong(payload)).await.map_err(|_gone| None)?,
                    Heard::Pong => {}
                    Heard::Binary(_) => {
                        return Err(Some(Refused::new(codes::NOT_LOGGED_IN, "log in before you send media", 4401)));
                    }
                    Heard::Bad(code, what) => return Err(Some(Refused::new(codes::BAD_PARAMETER, what, code))),
                    Heard::Close | Heard::Gone => return Err(None),
                }
            },
        };
        let address = self.ticket.address();
        self.core.gate().identify(&self.core, credentials, address).await.map_err(Some)
    }

    /// The media of the call, for one of its parties while the two talk.
    async fn media_of(&self, user: &UserId) -> Result<WorkerMedia, Refused> {
        // Whose call it is, is nobody else's business: not even that there is one.
        let call = self.core.call(self.call).filter(|call| call.other(user).is_some());
        let Some(call) = call else {
            return Err(Refused::new(codes::NOT_IN_CALL, "you are in no such call", 4404));
        };
        if call.state != CallState::Talking {
            let message = "the call has not started: connect when you have heard its start";
            return Err(Refused::new(codes::NOT_IN_CALL, message, 4425));
        }
        let workers = self.core.workers();
        let of_wechat = [&call.caller, &call.callee].into_iter().any(|party| Address::of(party).is_some());
        let patience = if of_wechat { WORKER_TIME } else { Duration::ZERO };
        let media = match workers.of_call(self.call) {
            None if of_wechat => workers.soon_of_call(self.call, patience).await,
            found => found,
        };
        media.ok_or_else(|| {
            Refused::new(codes::NOT_IN_CALL, "no media of this call pass through here: its parties exchange them", 4404)
        })
    }

    async fn refuse<T: AsyncWrite>(&mut self, refused: &Refused, writer: &mut Writer<T>) -> Close {
        self.ticket.refused(refused.close);
        // Where the connection is gone, its close frame is lost, too.
        let error = native::error(None, refused.error_code, &refused.message);
        let _gone = timeout(CLOSE_TIME, writer.say(Message::Text(error))).await.is_err();
        Close::because(refused.close, &refused.message)
    }
}

/// Carries media both ways until somebody ends it, and says how.
async fn carry<T>(mut carrier: MediaCarrier, call: CallId, reader: &mut Reader<T>, writer: &mut Writer<T>) -> Close
where
    T: AsyncRead + AsyncWrite,
{
    let media = carrier.media().clone();
    let over = carrier.over();
    let (pongs, answers) = mpsc::channel(PONGS);
    tokio::select! {
        biased;
        news = over => farewell(&news),
        close = speak(&mut carrier, call, answers, writer) => close,
        close = listen(&media, &pongs, reader) => close,
    }
}

fn farewell(news: &MediaNews) -> Close {
    match news {
        MediaNews::Replaced => Close::because(4409, "another connection carries the media now"),
        MediaNews::Over(Some(end)) if end.reason.is_failure() => {
            Close::because(1011, &format!("the media worker failed: {}", end.reason.as_str()))
        }
        MediaNews::Over(_) | MediaNews::NeedKeyframe | MediaNews::Formats(_) => {
            Close::because(1000, "the call is over")
        }
    }
}

/// From the party to WeChat.
async fn listen<T: AsyncRead>(media: &WorkerMedia, pongs: &mpsc::Sender<Bytes>, reader: &mut Reader<T>) -> Close {
    let quota = Quota::per_second(FRAMES_PER_SECOND).allow_burst(FRAMES_PER_SECOND.saturating_add(400));
    let rate = RateLimiter::direct(quota);
    loop {
        let heard = reader.next().await;
        if rate.check().is_err() && !matches!(heard, Heard::Close | Heard::Gone) {
            return Close::because(4429, "too many frames a second");
        }
        match heard {
            Heard::Binary(frame) => match MediaFrame::decode(&frame) {
                Ok(frame) => media.give(frame),
                Err(error) => return Close::because(4400, &error.to_string()),
            },
            // A party that reads no answers needs none.
            Heard::Ping(payload) => drop(pongs.try_send(payload)),
            Heard::Pong => {}
            Heard::Text(_) => return Close::because(1003, "only media after the login: binary frames"),
            Heard::Bad(code, what) => return Close::because(code, what),
            Heard::Close => return Close::because(1000, ""),
            Heard::Gone => return Close::Gone,
        }
    }
}

/// From WeChat to the party.
async fn speak<T: AsyncWrite>(
    carrier: &mut MediaCarrier,
    call: CallId,
    mut answers: mpsc::Receiver<Bytes>,
    writer: &mut Writer<T>,
) -> Close {
    let media = carrier.media().clone();
    let mut message = Said::Ready { call }.message();
    while writer.say(message).await.is_ok() {
        message = tokio::select! {
            biased;
            news = carrier.news() => match news {
                MediaNews::NeedKeyframe => Said::NeedKeyframe.message(),
                MediaNews::Formats(formats) => Said::Formats { formats }.message(),
                last @ (MediaNews::Replaced | MediaNews::Over(_)) => return farewell(&last),
            },
            Some(payload) = answers.recv() => Message::Pong(payload),
            Some(frame) = media.take() => Message::Binary(frame.encode()),
            else => return Close::because(1000, "the call is over"),
        };
    }
    Close::Gone
}
