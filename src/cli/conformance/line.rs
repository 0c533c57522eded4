//! A client: one connection, and what every frame on it must be like.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message},
};
use url::Url;

use super::pattern::Names;

/// What a connection brings.
enum Heard {
    Frame(Value),
    /// A close frame, or the end of the connection without one.
    Closed(Option<u16>),
}

/// A connection.
pub(super) struct Line {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    ahead: Option<Value>,
    deadline: Duration,
    /// The session's last frame that was heard.
    pub(super) seq: u64,
    /// What resumes the session.
    pub(super) resume: String,
}

impl Line {
    pub(super) async fn open(url: &Url, deadline: Duration) -> Result<Self, String> {
        let connecting = timeout(deadline, connect_async(url.as_str())).await;
        let connected = connecting.map_err(|_| format!("no WebSocket within {}", span(deadline)))?;
        let (socket, _) = connected.map_err(|error| match error {
            Error::Http(answer) => format!("the WebSocket was refused with status {}", answer.status().as_u16()),
            error => format!("no WebSocket: {error}"),
        })?;
        Ok(Self { socket, ahead: None, deadline, seq: 0, resume: String::new() })
    }

    pub(super) async fn send(&mut self, text: String) -> Result<(), String> {
        self.socket.send(Message::text(text)).await.map_err(|error| format!("it could not be sent: {error}"))
    }

    /// The next frame, which stays the next one.
    pub(super) async fn peek(&mut self) -> Result<&Value, String> {
        let frame = self.frame().await?;
        Ok(self.ahead.insert(frame))
    }

    /// The next frame.
    pub(super) async fn frame(&mut self) -> Result<Value, String> {
        if let Some(frame) = self.ahead.take() {
            return Ok(frame);
        }
        match self.hear().await? {
            Heard::Frame(frame) => self.whole(frame),
            Heard::Closed(Some(code)) => Err(format!("the connection was closed with {code}")),
            Heard::Closed(None) => Err("the connection has ended without a close frame".to_owned()),
        }
    }

    /// The close code, which is the next thing to come.
    pub(super) async fn close_code(&mut self) -> Result<Option<u16>, String> {
        match self.ahead.take() {
            Some(frame) => Err(format!("a frame came instead: {frame}")),
            None => match self.hear().await? {
                Heard::Frame(frame) => Err(format!("a frame came instead: {frame}")),
                Heard::Closed(code) => Ok(code),
            },
        }
    }

    async fn hear(&mut self) -> Result<Heard, String> {
        let next = async {
            loop {
                return match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => serde_json::from_str(&text)
                        .map(Heard::Frame)
                        .map_err(|error| format!("what came is no JSON, {error}: {text}")),
                    Some(Ok(Message::Close(frame))) => Ok(Heard::Closed(frame.map(|frame| frame.code.into()))),
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                    Some(Ok(Message::Binary(_))) => Err("a binary frame came".to_owned()),
                    Some(Err(_)) | None => Ok(Heard::Closed(None)),
                };
            }
        };
        timeout(self.deadline, next).await.map_err(|_| format!("nothing came within {}", span(self.deadline)))?
    }

    /// Holds a frame to what is true of all frames of its type.
    fn whole(&mut self, frame: Value) -> Result<Value, String> {
        let (is_event, must) = match frame.get("type").and_then(Value::as_str) {
            Some("call") => (
                true,
                json!({"event": "#text", "user": "#text", "error_code": "#any", "flags": "#any", "param": "#any",
                    "user_str": "#any", "at": "#time"}),
            ),
            Some("signal") => (true, json!({"call": "#uuid", "user": "#text", "data": "#any"})),
            Some("presence") => (true, json!({"user": "#text", "online": "#any"})),
            Some("error") => (false, json!({"error_code": "#any", "message": "#text"})),
            Some("ok" | "pong" | "logged_in" | "closing") => (false, json!({})),
            _ => return Err(format!("this frame's type is unknown: {frame}")),
        };
        Names::default().matched(&must, &frame).map_err(|why| format!("{why} in {frame}"))?;
        if frame.get("call").is_some() != frame.get("version").is_some() && must.get("event").is_some() {
            return Err(format!("`call` and `version` come together or not at all: {frame}"));
        }
        if frame.get("type").is_some_and(|kind| kind == "logged_in") {
            self.welcomed(&frame)?;
        }
        if is_event {
            let seq = frame.get("seq").and_then(Value::as_u64);
            let due = self.seq.saturating_add(1);
            if seq != Some(due) {
                return Err(format!("seq should be {due} in {frame}"));
            }
            self.seq = due;
        }
        Ok(frame)
    }

    fn welcomed(&mut self, frame: &Value) -> Result<(), String> {
        let must = json!({"user": "#text", "session": "#uuid", "resume": "#text", "resumed": "#any",
            "heartbeat_secs": "#any", "ice_servers": "#list", "calls": "#list", "seq": "#any"});
        Names::default().matched(&must, frame).map_err(|why| format!("{why} in {frame}"))?;
        self.resume = frame.get("resume").and_then(Value::as_str).unwrap_or_default().to_owned();
        // A session that was resumed goes on behind the last frame that its client has.
        if frame.get("resumed") != Some(&Value::Bool(true)) {
            self.seq = frame.get("seq").and_then(Value::as_u64).unwrap_or_default();
        }
        Ok(())
    }
}

fn span(deadline: Duration) -> String {
    format!("{} s", deadline.as_secs_f32())
}
