//! A Verto client of the plainest kind: it says what it is told to, checks the rules of the wire over all it hears, and answers
//! nothing by itself.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use futures_util::{SinkExt as _, StreamExt as _};
use hookswitch::clock;
use serde_json::{Value, json};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use crate::support::{DEADLINE, Server};

/// How soon each request is answered. Source: Verto contract.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
/// Ids of the server's requests are at least this. Source: Verto facts §1.
const HIGH: u64 = 1_000_000;

/// An offer, different for each text.
pub fn offer(text: &str) -> String {
    format!(
        "v=0\r\no=- {text} 2 IN IP4 127.0.0.1\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
    )
}

/// What was heard.
#[derive(Debug)]
enum Heard {
    Text(String),
    Close(Option<u16>),
    Gone,
}

/// A client.
pub struct Phone {
    pub user: String,
    pub sessid: String,
    /// What REST calls the last call that rang here.
    pub call: String,
    orders: mpsc::UnboundedSender<Message>,
    heard: mpsc::UnboundedReceiver<Heard>,
    /// Frames that were read past while another was looked for.
    kept: VecDeque<Value>,
    next_id: u64,
    rules: Rules,
}

/// The rules of the wire, held against everything that is said and heard.
#[derive(Default)]
struct Rules {
    asked: BTreeMap<String, (Instant, Value)>,
    last_id: u64,
    /// Calls of this client's, with whether their creation was confirmed.
    created: BTreeMap<String, bool>,
    subscribed: Vec<String>,
    logged_in: bool,
}

impl Rules {
    fn said(&mut self, frame: &Value) {
        if let (Some(id), Some(_)) = (frame.get("id"), frame.get("method")) {
            let before = self.asked.insert(id.to_string(), (clock::now(), frame.clone()));
            assert!(before.is_none(), "an id twice: {frame}");
        }
        if frame["method"] == "verto.invite"
            && let Some(id) = frame["params"]["dialogParams"]["callID"].as_str()
        {
            self.created.entry(id.to_owned()).or_insert(false);
        }
    }

    fn heard(&mut self, frame: &Value) {
        if let Some(frames) = frame.as_array() {
            return frames.iter().for_each(|frame| self.heard(frame));
        }
        assert_eq!(frame["jsonrpc"], "2.0", "{frame}");
        match frame.get("method").and_then(Value::as_str) {
            Some(method) => self.request(method, frame),
            None => self.answer(frame),
        }
    }

    fn answer(&mut self, frame: &Value) {
        let kinds = [frame.get("result").is_some(), frame.get("error").is_some()];
        assert!(kinds[0] != kinds[1], "a result or an error: {frame}");
        if let Some(result) = frame.get("result") {
            assert!(result.is_object(), "{frame}");
        } else {
            assert!(frame["error"]["code"].is_i64() && frame["error"]["message"].is_string(), "{frame}");
        }
        if frame["id"].is_null() {
            return;
        }
        let (at, asked) = self.asked.remove(&frame["id"].to_string()).unwrap_or_else(|| panic!("never asked: {frame}"));
        let took = clock::now() - at;
        assert!(took < ANSWERED_WITHIN, "late by {took:?}: {frame}");
        if asked["method"] == "login" && frame.get("result").is_some() {
            self.logged_in = true;
        }
        if self.logged_in && frame.get("result").is_some() {
            assert!(frame["result"]["sessid"].is_string(), "{frame}");
        }
        if frame["result"]["message"] == "CALL CREATED" {
            self.created.insert(frame["result"]["callID"].as_str().unwrap().to_owned(), true);
        }
        for channel in frame["result"]["subscribedChannels"].as_array().into_iter().flatten() {
            self.subscribed.push(channel.as_str().unwrap().to_owned());
        }
    }

    fn request(&mut self, method: &str, frame: &Value) {
        let id = frame["id"].as_u64().unwrap_or_else(|| panic!("no id: {frame}"));
        assert!(id >= HIGH && id > self.last_id, "{frame}");
        self.last_id = id;
        let params = &frame["params"];
        assert!(params.is_object(), "{frame}");
        assert!(self.logged_in, "before the login's result: {frame}");
        if let Some(call) = params["callID"].as_str() {
            assert!(self.created.get(call).copied().unwrap_or(true), "before the call's creation: {frame}");
        }
        match method {
            "verto.bye" => {
                assert!(params["cause"].is_string() && params["causeCode"].is_u64(), "{frame}");
            }
            "verto.invite" | "verto.answer" => assert!(params["sdp"].is_string() && params["variables"].is_object()),
            "verto.event" if params.get("subscribedChannel").is_some() => {
                let channel = params["subscribedChannel"].as_str().unwrap().to_owned();
                assert!(self.subscribed.contains(&channel), "before the subscription's result: {frame}");
                assert!(params["eventChannel"].is_string() && params["eventSerno"].is_u64(), "{frame}");
            }
            "verto.info" if params.get("callID").is_none() => {
                assert!(params["msg"]["from"].is_string() && params["msg"]["body"].is_string(), "{frame}");
            }
            _ => {}
        }
    }
}

impl Phone {
    /// A connection that has not logged in.
    pub async fn connect(server: &Server) -> Self {
        Self::connect_from(server, None).await.unwrap()
    }

    pub async fn connect_from(
        server: &Server,
        origin: Option<&str>,
    ) -> Result<Self, tokio_tungstenite::tungstenite::Error> {
        let mut request = format!("ws://{}/verto", server.address).into_client_request()?;
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await?;
        let (orders, taken) = mpsc::unbounded_channel();
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(run(socket, taken, tell));
        let (user, sessid, call, kept, rules) =
            (String::new(), String::new(), String::new(), VecDeque::new(), Rules::default());
        Ok(Self { user, sessid, call, orders, heard, kept, next_id: 0, rules })
    }

    /// A client that is logged in, in development mode.
    pub async fn login(server: &Server, user: &str) -> Self {
        Self::login_as(server, user, &format!("sessid-of-{user}")).await
    }

    pub async fn login_as(server: &Server, user: &str, sessid: &str) -> Self {
        let mut phone = Self::connect(server).await;
        let result = phone.log_in(user, "any", sessid).await;
        assert_eq!((&result["message"], &result["sessid"]), (&json!("logged in"), &json!(sessid)));
        let ready = phone.expect("verto.clientReady").await;
        assert!(ready["reattached_sessions"].is_array());
        phone
    }

    /// Sends a login; its result.
    pub async fn log_in(&mut self, user: &str, password: &str, sessid: &str) -> Value {
        self.user = user.to_owned();
        self.sessid = sessid.to_owned();
        self.ask("login", json!({"login": user, "passwd": password, "sessid": sessid})).await
    }

    pub fn send_text(&mut self, text: &str) {
        self.orders.send(Message::text(text)).unwrap();
    }

    pub fn send(&mut self, frame: Value) {
        self.rules.said(&frame);
        self.send_text(&frame.to_string());
    }

    /// Sends a request. Returns its id.
    pub fn request(&mut self, method: &str, mut params: Value) -> Value {
        self.next_id += 1;
        if !self.sessid.is_empty() && params.is_object() && params.get("sessid").is_none() {
            params["sessid"] = json!(self.sessid);
        }
        self.send(json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params}));
        json!(self.next_id)
    }

    /// Sends a request that is granted; its result.
    pub async fn ask(&mut self, method: &str, params: Value) -> Value {
        let answer = self.answer_to(method, params).await;
        assert!(answer.get("result").is_some(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Sends a request that is refused; the error.
    pub async fn refused(&mut self, method: &str, params: Value, code: i64) -> Value {
        let answer = self.answer_to(method, params).await;
        assert_eq!(answer["error"]["code"], code, "{method}: {answer}");
        answer["error"].clone()
    }

    pub async fn answer_to(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        self.answer(&id).await
    }

    /// The answer to a request; requests of the server's before it are kept.
    pub async fn answer(&mut self, id: &Value) -> Value {
        self.find(|frame| frame.get("method").is_none() && frame["id"] == *id).await
    }

    /// The next frame that fits; others are kept.
    async fn find(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&fits) {
            return self.kept.remove(at).unwrap();
        }
        loop {
            let frame = self.read().await;
            if fits(&frame) {
                return frame;
            }
            self.kept.push_back(frame);
        }
    }

    async fn read(&mut self) -> Value {
        match self.hear().await {
            Heard::Text(text) => {
                let frame: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"));
                self.rules.heard(&frame);
                frame
            }
            other => panic!("a frame was expected: {other:?}"),
        }
    }

    async fn hear(&mut self) -> Heard {
        tokio::time::timeout(DEADLINE, self.heard.recv())
            .await
            .unwrap_or_else(|_| panic!("{} hears nothing; kept: {:?}", self.user, self.kept))
            .unwrap_or(Heard::Gone)
    }

    /// The next frame, whatever it is.
    pub async fn next(&mut self) -> Value {
        match self.kept.pop_front() {
            Some(frame) => frame,
            None => self.read().await,
        }
    }

    /// The next text, which may be no JSON.
    pub async fn next_text(&mut self) -> String {
        match self.hear().await {
            Heard::Text(text) => text,
            other => panic!("a text was expected: {other:?}"),
        }
    }

    /// The parameters of the next request of the server's, which is this one.
    pub async fn expect(&mut self, method: &str) -> Value {
        let frame = self.find(|frame| frame.get("method").is_some()).await;
        assert_eq!(frame["method"], method, "{}: {frame}", self.user);
        frame["params"].clone()
    }

    /// The next request is this hang-up.
    pub async fn bye(&mut self, call: &str, cause: &str, code: u16) -> Value {
        let params = self.expect("verto.bye").await;
        let said = (params["callID"].as_str(), params["cause"].as_str(), params["causeCode"].as_u64());
        assert_eq!(said, (Some(call), Some(cause), Some(code.into())), "{}: {params}", self.user);
        params
    }

    /// Nothing has come so far.
    pub async fn nothing(&mut self) {
        self.ask("verto.ping", json!({})).await;
        assert!(self.kept.is_empty(), "{}: {:?}", self.user, self.kept);
    }

    /// The socket is closed, with this code; frames before that are kept.
    pub async fn closed(&mut self, code: u16) {
        loop {
            match self.hear().await {
                Heard::Text(text) => self.kept.push_back(serde_json::from_str(&text).unwrap()),
                Heard::Close(heard) => return assert_eq!(heard, Some(code)),
                Heard::Gone => panic!("cut without a code"),
            }
        }
    }

    /// Loses the line without a word.
    pub fn hang_up_the_socket(self) {}

    /// Invites somebody; the call exists then.
    pub async fn invite(&mut self, call: &str, to: &str) {
        let dialog =
            json!({"callID": call, "destination_number": to, "caller_id_name": format!("{} the caller", self.user)});
        let result = self.ask("verto.invite", json!({"sdp": offer(&self.user), "dialogParams": dialog})).await;
        assert_eq!((&result["message"], &result["callID"]), (&json!("CALL CREATED"), &json!(call)));
    }

    /// What rings, which is `from`; the call's name at this end.
    pub async fn rings(&mut self, from: &str) -> String {
        let params = self.expect("verto.invite").await;
        assert_eq!((&params["caller_id_number"], &params["display_direction"]), (&json!(from), &json!("outbound")));
        params["variables"]["hookswitch_call"].as_str().unwrap().clone_into(&mut self.call);
        params["callID"].as_str().unwrap().to_owned()
    }

    /// Answers; the answer counts then.
    pub async fn accept(&mut self, call: &str) {
        let sdp = offer(&format!("{}-answer", self.user));
        let result = self.ask("verto.answer", json!({"sdp": sdp, "dialogParams": {"callID": call}})).await;
        assert!(result.is_object());
    }

    /// Hears the answer of `to`.
    pub async fn answered(&mut self, call: &str, to: &str) {
        let answer = self.expect("verto.answer").await;
        assert_eq!((&answer["callID"], &answer["sdp"]), (&json!(call), &json!(offer(&format!("{to}-answer")))));
        let display = self.expect("verto.display").await;
        assert_eq!((&display["callID"], &display["display_number"]), (&json!(call), &json!(to)));
    }

    /// Hangs up.
    pub async fn end(&mut self, call: &str) -> Value {
        let result = self.ask("verto.bye", json!({"dialogParams": {"callID": call}})).await;
        assert_eq!((&result["callID"], &result["message"]), (&json!(call), &json!("CALL ENDED")));
        result
    }
}

/// Has the first ring the second. The call's names: at the caller's end, at the callee's.
pub async fn ring(caller: &mut Phone, callee: &mut Phone) -> (String, String) {
    let a = format!("{}-calls-{}-{}", caller.user, callee.user, caller.next_id);
    let to = callee.user.clone();
    caller.invite(&a, &to).await;
    let b = callee.rings(&caller.user).await;
    (a, b)
}

/// Has the first ring the second, who answers.
pub async fn talk(caller: &mut Phone, callee: &mut Phone) -> (String, String) {
    let (a, b) = ring(caller, callee).await;
    callee.accept(&b).await;
    caller.answered(&a, &callee.user).await;
    (a, b)
}

async fn run(
    mut socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    mut orders: mpsc::UnboundedReceiver<Message>,
    tell: mpsc::UnboundedSender<Heard>,
) {
    loop {
        let heard = tokio::select! {
            order = orders.recv() => {
                match order {
                    Some(message) => {
                        // What the server said before it closed is still to be read.
                        let _gone = socket.send(message).await.is_err();
                    }
                    None => return,
                }
                continue;
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => Heard::Text(text.to_string()),
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

impl Phone {
    /// So many requests were answered.
    pub async fn nothing_but_pongs(&mut self, count: usize) {
        for _ in 0..count {
            let frame = self.find(|frame| frame["result"]["message"] == "PONG").await;
            assert!(frame.get("method").is_none());
        }
    }
}
