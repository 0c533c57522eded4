//! A user's client: a WebSocket that is logged in.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::server::{PATIENCE, Server};

pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Client {
    pub async fn log_in(server: &Server, user: &str) -> Self {
        let mut client = Self::connect(server).await;
        client.send(json!({"type": "login", "user": user, "password": "x", "device": "test"})).await;
        client.next("logged_in").await;
        client
    }

    pub async fn connect(server: &Server) -> Self {
        Self::connect_as(server, "").await
    }

    /// Connects as a program of that name; as none where it is empty.
    pub async fn connect_as(server: &Server, program: &str) -> Self {
        let mut request = format!("ws://{}/ws", server.address).into_client_request().unwrap();
        if !program.is_empty() {
            request.headers_mut().insert("user-agent", program.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await.unwrap();
        Self { socket }
    }

    pub async fn send(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame of that type; others are passed over.
    pub async fn next(&mut self, kind: &str) -> Value {
        let wanted = async {
            while let Some(message) = self.socket.next().await {
                let Ok(Message::Text(text)) = message else { continue };
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["type"] == kind {
                    return frame;
                }
            }
            panic!("the socket closed before a {kind}")
        };
        timeout(PATIENCE, wanted).await.unwrap_or_else(|_| panic!("no {kind} came"))
    }

    /// The next `call` frame of that event.
    pub async fn event(&mut self, event: &str) -> Value {
        loop {
            let frame = self.next("call").await;
            if frame["event"] == event {
                return frame;
            }
        }
    }

    /// Asks for a call; its id once it rings.
    pub async fn ring(&mut self, user: &str) -> String {
        self.send(json!({"type": "call", "event": "request", "user": user, "flags": 3})).await;
        loop {
            let reply = self.event("reply").await;
            if reply["error_code"] == 0 {
                return reply["call"].as_str().unwrap().to_owned();
            }
        }
    }

    pub async fn answer(&mut self) {
        let request = self.event("request").await;
        self.send(json!({"type": "call", "event": "reply", "user": request["user"], "error_code": 0})).await;
        self.event("start").await;
    }
}

/// Alice and Bob in a call, and its id.
pub async fn talking(server: &Server) -> (Client, Client, String) {
    let mut alice = Client::log_in(server, "alice").await;
    let mut bob = Client::log_in(server, "bob").await;
    let call = alice.ring("bob").await;
    bob.answer().await;
    alice.event("start").await;
    (alice, bob, call)
}
