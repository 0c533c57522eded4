//! Two Verto clients who call each other, over and over.
//!
//! A call takes ten frames: the caller's `verto.invite` and its result, the callee's `verto.invite`, its `verto.answer` and the result,
//! the caller's `verto.answer` and `verto.display`, the callee's `verto.bye` and the result, the caller's `verto.bye`.

use std::{borrow::Cow, time::Instant};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    call::Times,
    socket::{Door, Trouble, User, advised},
};
use crate::{cli::output::printable, clock};

/// Frames of a call, both directions together.
pub(super) const FRAMES_PER_CALL: u32 = 10;
/// What the two offer and answer: nobody reads it.
const SDP: &str = "v=0\r\n";

/// The two.
pub(super) struct VertoPair {
    caller: User,
    callee: User,
    callee_name: String,
    /// Of the call at hand.
    number: u64,
}

/// The frame of a login.
pub(super) fn login(user: &str, password: &str, token: Option<String>) -> Value {
    let inner = token.map_or_else(|| json!({}), |token| json!({"xui_sessid": token}));
    request(0, "login", &json!({"login": user, "passwd": password, "loginParams": inner}))
}

/// Waits for the answer to a login, and for the session to be ready.
pub(super) async fn entered(mut user: User) -> Result<User, Trouble> {
    loop {
        let text = user.text().await?;
        let frame = read(&text)?;
        if let Some(error) = &frame.error {
            let text = printable(&format!("login refused: {} {}", error.code, error.message));
            return Err(Trouble::Lost(advised(text, None)));
        }
        if frame.method.as_deref() == Some("verto.clientReady") {
            return Ok(user);
        }
    }
}

fn request(id: u64, method: &str, params: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

/// What a frame of the server says, as far as the bench has to know.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<Params<'a>>,
    #[serde(borrow)]
    error: Option<Refusal<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    #[serde(rename = "callID", borrow)]
    call: Option<Cow<'a, str>>,
    #[serde(borrow)]
    cause: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Refusal<'a> {
    code: i64,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

fn read(text: &str) -> Result<Frame<'_>, Trouble> {
    serde_json::from_str(text).map_err(|_| Trouble::Lost("a frame that is none of this protocol".into()))
}

/// What came.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    /// The result of the latest request.
    Result,
    /// A call, with its name.
    Invite(String),
    Answer,
    Display,
    /// The end, with its cause.
    Bye(String),
}

async fn hear(user: &mut User) -> Result<Heard, Trouble> {
    let text = user.text().await?;
    let frame = read(&text)?;
    if let Some(error) = frame.error {
        return Err(Trouble::Lost(printable(&format!("refused: {} {}", error.code, error.message))));
    }
    let said = |what: Option<Cow<'_, str>>| what.map(Cow::into_owned).unwrap_or_default();
    match (frame.method.as_deref(), frame.params) {
        (None, _) => Ok(Heard::Result),
        (Some("verto.invite"), Some(params)) => Ok(Heard::Invite(said(params.call))),
        (Some("verto.answer"), _) => Ok(Heard::Answer),
        (Some("verto.display"), _) => Ok(Heard::Display),
        (Some("verto.bye"), Some(params)) => Ok(Heard::Bye(said(params.cause))),
        (Some(other), _) => Err(Trouble::Lost(printable(&format!("{other} out of turn")))),
    }
}

impl VertoPair {
    pub(super) async fn log_in(door: &Door, prefix: &str, number: u32) -> Result<Self, Trouble> {
        let (caller, callee_name) = (format!("{prefix}{number}a"), format!("{prefix}{number}b"));
        let (caller, callee) = (door.log_in(&caller).await?, door.log_in(&callee_name).await?);
        Ok(Self { caller, callee, callee_name, number: 0 })
    }

    /// A whole call.
    pub(super) async fn exchange(&mut self, due: Instant) -> Result<Times, Trouble> {
        let Self { caller, callee, callee_name, number } = self;
        let since = || clock::now().saturating_duration_since(due);
        *number += 1;
        let dialog = json!({"callID": format!("call-{number}"), "destination_number": callee_name});
        let invite = request(*number, "verto.invite", &json!({"sdp": SDP, "dialogParams": dialog}));
        let sent = since();
        caller.send(invite.to_string()).await?;
        let (mut ring, mut start) = (sent, sent);
        let mut name = String::new();
        // How many frames each of them has still to hear.
        let (mut of_caller, mut of_callee) = (4, 3);
        while of_caller + of_callee > 0 {
            tokio::select! {
                biased;
                heard = hear(callee), if of_callee > 0 => match heard? {
                    Heard::Invite(call) => {
                        ring = since();
                        name = call;
                        let params = json!({"sdp": SDP, "dialogParams": {"callID": name}});
                        callee.send(request(*number, "verto.answer", &params).to_string()).await?;
                        of_callee -= 1;
                    }
                    Heard::Result => of_callee -= 1,
                    other => return Err(Trouble::Lost(format!("the callee hears {other:?}"))),
                },
                heard = hear(caller), if of_caller > 0 => match heard? {
                    Heard::Answer => {
                        start = since();
                        of_caller -= 1;
                    }
                    Heard::Result | Heard::Display => of_caller -= 1,
                    Heard::Bye(cause) if of_caller > 1 => return Err(Trouble::Refused(printable(&cause))),
                    Heard::Bye(_) => of_caller -= 1,
                    other @ Heard::Invite(_) => return Err(Trouble::Lost(format!("the caller hears {other:?}"))),
                },
            }
            if of_caller == 1 && of_callee == 1 {
                let params = json!({"dialogParams": {"callID": name}});
                callee.send(request(*number, "verto.bye", &params).to_string()).await?;
            }
        }
        Ok(Times { sent, ring, start, finish: since() })
    }

    /// Keeps the lines up until something is wrong; what a call left behind is passed over.
    pub(super) async fn idle(&mut self) -> Trouble {
        async fn alone(user: &mut User) -> Trouble {
            loop {
                if let Err(trouble) = user.text().await {
                    return trouble;
                }
            }
        }
        tokio::select! {
            trouble = alone(&mut self.caller) => trouble,
            trouble = alone(&mut self.callee) => trouble,
        }
    }

    pub(super) async fn log_out(self) {
        tokio::join!(self.caller.close(), self.callee.close());
    }
}
