//! One user of the bench: where to connect, how to log in, and the frames of a call.

use std::{borrow::Cow, net::SocketAddr, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::{TcpStream, lookup_host};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Error, Message, protocol::WebSocketConfig},
};

use super::{
    super::{
        client::Client,
        output::{CliError, printable},
    },
    verto,
};
use crate::protocol::{codes::Code, event::EventName};

/// How much is read at once. Unit: bytes. Frames of calls are a few hundred; tungstenite's own 128 KiB for each connection
/// would cost more than all else here.
const READ_BUFFER: usize = 4_096;
/// How long a login may take.
const LOGIN_TIME: Duration = Duration::from_secs(10);
/// How long a goodbye may take.
const GOODBYE_TIME: Duration = Duration::from_secs(2);
/// How long the tokens live that are minted. Unit: seconds.
const TOKEN_SECS: u32 = 3_600;

/// What went wrong for a user, in words that do not differ from case to case, so that they can be counted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// The call was refused; the connection is as before.
    #[error("{0}")]
    Refused(String),
    /// Nothing more is to be expected on this connection.
    #[error("{0}")]
    Lost(String),
}

/// What users speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    /// The frames of `/ws`.
    Native,
    /// Those of `/verto`.
    Verto,
}

impl Tongue {
    /// The door, as records name it.
    pub(super) fn door(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Verto => "verto",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Native => "/ws",
            Self::Verto => "/verto",
        }
    }
}

/// How users prove who they are.
pub(super) enum Credentials {
    /// The same password for all; in development mode any will do.
    Password(String),
    /// Each gets a token over REST.
    Minted,
}

/// The server, as the bench's users see it.
pub(super) struct Door {
    api: Client,
    address: SocketAddr,
    uri: String,
    credentials: Credentials,
    tongue: Tongue,
}

impl Door {
    pub(super) async fn new(api: Client, credentials: Credentials, tongue: Tongue) -> Result<Self, CliError> {
        let url = &api.url;
        if url.scheme() != "http" {
            let message = "the bench speaks plain http: give it the address behind the TLS proxy";
            return Err(CliError::Said(message.into()));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(80);
        let address = lookup_host((host, port)).await.ok().and_then(|mut found| found.next());
        let address = address.ok_or_else(|| CliError::Said(format!("no address is known for {host}")))?;
        let (host, base) = (url.host_str().unwrap_or_default(), url.path().trim_end_matches('/'));
        let uri = format!("ws://{host}:{port}{base}{}", tongue.path());
        Ok(Self { api, address, uri, credentials, tongue })
    }

    pub(super) fn api(&self) -> &Client {
        &self.api
    }

    pub(super) fn tongue(&self) -> Tongue {
        self.tongue
    }

    pub(super) async fn log_in(&self, user: &str) -> Result<User, Trouble> {
        let login = match (&self.credentials, self.tongue) {
            (Credentials::Password(password), Tongue::Native) => {
                json!({"type": "login", "user": user, "password": password})
            }
            (Credentials::Minted, Tongue::Native) => json!({"type": "login", "token": self.token(user).await?}),
            (Credentials::Password(password), Tongue::Verto) => verto::login(user, password, None),
            (Credentials::Minted, Tongue::Verto) => verto::login(user, "x", Some(self.token(user).await?)),
        };
        let entered = tokio::time::timeout(LOGIN_TIME, self.enter(login.to_string())).await;
        entered.unwrap_or_else(|_| Err(Trouble::Lost(format!("no login within {} s", LOGIN_TIME.as_secs()))))
    }

    async fn token(&self, user: &str) -> Result<String, Trouble> {
        let form = json!({"user": user, "ttl_secs": TOKEN_SECS});
        let minted = self.api.ask(Method::POST, "/api/v1/tokens", &[], Some(&form)).await;
        let minted = minted.map_err(|error| Trouble::Lost(format!("no token: {error}")))?;
        let token = minted.get("token").and_then(Value::as_str);
        token.map(str::to_owned).ok_or_else(|| Trouble::Lost("no token came back".into()))
    }

    async fn enter(&self, login: String) -> Result<User, Trouble> {
        let socket = TcpStream::connect(self.address).await.and_then(|socket| {
            socket.set_nodelay(true)?;
            Ok(socket)
        });
        let socket = socket.map_err(|error| Trouble::Lost(format!("cannot connect: {error}")))?;
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(0);
        let upgraded = client_async_with_config(self.uri.as_str(), socket, Some(config)).await;
        let path = self.tongue.path();
        let (socket, _) = upgraded.map_err(|error| Trouble::Lost(upgrade_refused(&error, path)))?;
        let mut user = User { socket };
        user.send(login).await?;
        if self.tongue == Tongue::Verto {
            return verto::entered(user).await;
        }
        let text = user.text().await?;
        let frame = read(&text)?;
        if frame.kind == "logged_in" { Ok(user) } else { Err(frame.refusal("login refused")) }
    }
}

/// A user who is logged in.
pub(super) struct User {
    socket: WebSocketStream<TcpStream>,
}

/// What a frame of the server says, as far as the bench has to know.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    event: Option<EventName>,
    #[serde(default)]
    error_code: Code,
    reason: Option<&'a str>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
}

impl Frame<'_> {
    fn refusal(&self, what: &str) -> Trouble {
        let words = self.reason.or(self.message.as_deref()).unwrap_or(self.kind);
        let text = printable(&format!("{what}: {} {words}", self.error_code));
        Trouble::Lost(advised(text, None))
    }
}

impl User {
    pub(super) async fn send(&mut self, frame: String) -> Result<(), Trouble> {
        self.socket.send(Message::text(frame)).await.map_err(|error| gone(&error))
    }

    /// The next event of a call.
    pub(super) async fn event(&mut self) -> Result<EventName, Trouble> {
        let text = self.text().await?;
        let frame = read(&text)?;
        match frame.event {
            Some(EventName::Reply) if frame.error_code != 0 => {
                let reason = printable(frame.reason.unwrap_or_default());
                Err(Trouble::Refused(format!("reply {} {reason}", frame.error_code).trim_end().to_owned()))
            }
            Some(event) => Ok(event),
            None => Err(frame.refusal(frame.kind)),
        }
    }

    /// Answers pings until something is wrong; what a call left behind is passed over.
    pub(super) async fn idle(&mut self) -> Trouble {
        loop {
            match self.event().await {
                Ok(_) | Err(Trouble::Refused(_)) => {}
                Err(lost) => return lost,
            }
        }
    }

    /// Ends the session on the server, so that it is gone before anything else is measured.
    pub(super) async fn log_out(mut self) {
        let goodbye = async {
            self.send(r#"{"type":"logout"}"#.to_owned()).await?;
            while self.text().await.is_ok() {}
            Ok::<(), Trouble>(())
        };
        // A server that is gone has ended the session too.
        drop(tokio::time::timeout(GOODBYE_TIME, goodbye).await);
    }

    /// Closes the connection, and waits until the server has.
    pub(super) async fn close(mut self) {
        let goodbye = async {
            self.socket.close(None).await.map_err(|error| gone(&error))?;
            while self.text().await.is_ok() {}
            Ok::<(), Trouble>(())
        };
        drop(tokio::time::timeout(GOODBYE_TIME, goodbye).await);
    }

    pub(super) async fn text(&mut self) -> Result<tokio_tungstenite::tungstenite::Utf8Bytes, Trouble> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => {
                    let code = frame.as_ref().map_or(1005, |frame| frame.code.into());
                    let reason = frame.as_ref().map_or("", |frame| frame.reason.as_str());
                    let text = printable(format!("closed with {code} {reason}").trim_end());
                    return Err(Trouble::Lost(advised(text, Some(code))));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(gone(&error)),
                None => return Err(gone(&Error::ConnectionClosed)),
            }
        }
    }
}

fn read(text: &str) -> Result<Frame<'_>, Trouble> {
    serde_json::from_str(text).map_err(|_| Trouble::Lost("a frame that is none of this protocol".into()))
}

fn gone(error: &Error) -> Trouble {
    Trouble::Lost(match error {
        Error::ConnectionClosed | Error::AlreadyClosed => "the server ended the connection".to_owned(),
        error => format!("the connection broke: {error}"),
    })
}

fn upgrade_refused(error: &Error, path: &str) -> String {
    match error {
        Error::Http(response) if response.status().as_u16() == 429 => {
            "too many connections from one address (HTTP 429): for the test set limits.sessions_per_address = 0 and \
             limits.unauthenticated = 0 on the server"
                .to_owned()
        }
        Error::Http(response) => format!("no WebSocket at {path} (HTTP {})", response.status().as_u16()),
        error => format!("no WebSocket at {path}: {error}"),
    }
}

/// Adds what helps against the limits that every load meets.
pub(super) fn advised(text: String, close: Option<u16>) -> String {
    if close == Some(4429) {
        format!("{text}: for the test set limits.frames_per_sec = 0 on the server")
    } else if text.contains("too many logins") {
        format!("{text}: for the test set limits.logins_per_min = 0 on the server")
    } else {
        text
    }
}
