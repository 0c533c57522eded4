//! A WebSocket client.

use std::net::SocketAddr;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::mpsc,
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue},
};

use super::DEADLINE;

enum Order {
    Send(Message),
    /// Reads no more, until the sender is dropped or says something.
    Freeze(tokio::sync::oneshot::Receiver<()>),
}

#[derive(Debug)]
enum Heard {
    Frame(Value),
    Close(Option<u16>),
    Gone,
}

/// A client. Answers pings by itself; checks that `seq` has no gaps; its socket is cut when it is dropped.
pub struct Client {
    orders: mpsc::UnboundedSender<Order>,
    heard: mpsc::UnboundedReceiver<Heard>,
    task: JoinHandle<()>,
    pub welcome: Value,
    pub seq: u64,
}

impl Client {
    /// Connects, or tells with which status the upgrade was refused.
    pub async fn connect(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let socket = TcpStream::connect(address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self::over(socket, &format!("ws://{address}{path}"), headers).await
    }

    pub async fn over<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        socket: S,
        url: &str,
        headers: &[(&str, &str)],
    ) -> Result<Self, u16> {
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let name = tokio_tungstenite::tungstenite::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        }
        match tokio::time::timeout(DEADLINE, client_async(request, socket)).await.expect("no upgrade in time") {
            Ok((socket, _)) => {
                let (orders, ordered) = mpsc::unbounded_channel();
                let (tell, heard) = mpsc::unbounded_channel();
                let task = tokio::spawn(run(socket, ordered, tell));
                Ok(Self { orders, heard, task, welcome: Value::Null, seq: 0 })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    pub fn user(&self) -> String {
        self.welcome["user"].as_str().unwrap().to_owned()
    }

    pub fn token(&self) -> String {
        self.welcome["resume"].as_str().unwrap().to_owned()
    }

    pub fn send(&self, frame: Value) {
        self.raw(Message::text(frame.to_string()));
    }

    pub fn raw(&self, message: Message) {
        // Where the socket is gone, the next thing heard says so.
        let _gone = self.orders.send(Order::Send(message)).is_err();
    }

    /// Stops reading; goes on when the value is dropped.
    pub fn freeze(&self) -> tokio::sync::oneshot::Sender<()> {
        let (thaw, frozen) = tokio::sync::oneshot::channel();
        assert!(self.orders.send(Order::Freeze(frozen)).is_ok());
        thaw
    }

    /// Cuts the socket without a word.
    pub async fn cut(self) {
        self.task.abort();
        // An aborted task ends with an error.
        let _aborted = self.task.await.is_err();
    }

    async fn hear(&mut self) -> Heard {
        tokio::time::timeout(DEADLINE, self.heard.recv()).await.expect("nothing heard in time").unwrap_or(Heard::Gone)
    }

    /// The next frame, however long it takes.
    pub async fn frame_whenever(&mut self) -> Value {
        match self.heard.recv().await {
            Some(Heard::Frame(frame)) => frame,
            other => panic!("a frame was expected: {other:?}"),
        }
    }

    /// The next frame; `None` where the connection ends instead.
    pub async fn frame_or_end(&mut self) -> Option<Value> {
        match self.hear().await {
            Heard::Frame(frame) => Some(frame),
            Heard::Close(_) | Heard::Gone => None,
        }
    }

    /// The next frame, however long it takes. `None`: the line is gone.
    pub async fn hear_on(&mut self) -> Option<Value> {
        loop {
            match self.heard.recv().await {
                Some(Heard::Frame(frame)) => return Some(frame),
                Some(Heard::Close(_)) => {}
                Some(Heard::Gone) | None => return None,
            }
        }
    }

    /// The next frame.
    pub async fn frame(&mut self) -> Value {
        match self.hear().await {
            Heard::Frame(frame) => {
                if let Some(seq) = frame["seq"].as_u64().filter(|_| frame["type"] != "logged_in") {
                    assert_eq!(seq, self.seq + 1, "{frame}");
                    self.seq = seq;
                }
                frame
            }
            other => panic!("a frame was expected: {other:?}"),
        }
    }

    /// The next frame, which is of this type.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let frame = self.frame().await;
        assert_eq!(frame["type"], kind, "{frame}");
        frame
    }

    /// The next frame, which is a call event of this name.
    pub async fn event(&mut self, name: &str) -> Value {
        let frame = self.expect("call").await;
        assert_eq!(frame["event"], name, "{frame}");
        frame
    }

    /// The next frame, which is a call event of this name and code.
    pub async fn coded(&mut self, name: &str, error_code: i32) -> Value {
        let frame = self.event(name).await;
        assert_eq!(frame["error_code"], error_code, "{frame}");
        frame
    }

    /// The next frame, which is an error with this code.
    pub async fn error(&mut self, error_code: i32) -> Value {
        let frame = self.expect("error").await;
        assert_eq!(frame["error_code"], error_code, "{frame}");
        assert!(frame["message"].as_str().is_some_and(|message| !message.is_empty()), "{frame}");
        frame
    }

    /// The refusal of a frame that names no call of this pair; nothing else comes of it.
    pub async fn not_in_call(&mut self) {
        let frame = self.coded("reply", 100_107).await;
        assert!(frame.get("call").is_none() && frame.get("version").is_none(), "{frame}");
    }

    pub async fn logged_in(&mut self) {
        self.welcome = self.expect("logged_in").await;
        if self.welcome["resumed"] == false {
            self.seq = self.welcome["seq"].as_u64().unwrap();
        }
    }

    /// The close code; frames before it are skipped. `None`: the socket was cut without one.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            match self.hear().await {
                Heard::Frame(_) => {}
                Heard::Close(code) => return code,
                Heard::Gone => return None,
            }
        }
    }

    /// The next thing is a close frame with this code.
    pub async fn closed(&mut self, code: u16) {
        match self.hear().await {
            Heard::Close(Some(heard)) if heard == code => {}
            other => panic!("close {code} was expected: {other:?}"),
        }
    }

    /// The goodbye of the server, then the close frame.
    pub async fn closing(&mut self, error_code: i32, reconnect: bool, code: u16) {
        let frame = self.expect("closing").await;
        assert_eq!((&frame["error_code"], &frame["reconnect"]), (&json!(error_code), &json!(reconnect)), "{frame}");
        self.closed(code).await;
    }

    /// Nothing has come so far.
    pub async fn nothing(&mut self) {
        self.send(json!({"type": "ping"}));
        self.expect("pong").await;
    }
}

async fn run<S: AsyncRead + AsyncWrite + Unpin>(
    mut socket: WebSocketStream<S>,
    mut orders: mpsc::UnboundedReceiver<Order>,
    tell: mpsc::UnboundedSender<Heard>,
) {
    loop {
        let heard = tokio::select! {
            order = orders.recv() => {
                match order {
                    Some(Order::Send(message)) => {
                        // What the server said before it closed is still to be read.
                        let _gone = socket.send(message).await.is_err();
                    }
                    Some(Order::Freeze(frozen)) => {
                        let _thawed = frozen.await.is_err();
                    }
                    None => return,
                }
                continue;
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => Heard::Frame(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => Heard::Close(frame.map(|frame| frame.code.into())),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Heard::Gone,
            },
        };
        let end = matches!(heard, Heard::Gone);
        if tell.send(heard).is_err() || end {
            return;
        }
    }
}
