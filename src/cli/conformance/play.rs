//! One scenario, played against the server.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use url::Url;

use super::{
    business::{Desk, Hook, Rest},
    line::Line,
    pattern::Names,
    scenario::{Action, Actor, Scenario, Step},
};
use crate::{auth::UserTokens, clock, protocol::ids::UserId};

/// How long a user's token is good for.
const TOKEN_TTL: Duration = Duration::from_secs(3600);

/// How users prove who they are.
pub(super) enum Proof {
    Password(String),
    /// With tokens of this maker.
    Token(UserTokens),
}

/// The server under test.
pub(super) struct Target {
    /// Its WebSocket.
    pub(super) url: Url,
    pub(super) proof: Proof,
    pub(super) rest: Option<Rest>,
    pub(super) desk: Option<Desk>,
    /// How long anything may take that has to happen.
    pub(super) deadline: Duration,
    /// How long what waits for a time of the server's own may take.
    pub(super) slow_deadline: Duration,
    /// What the users' names begin with.
    pub(super) prefix: String,
}

/// What went wrong.
#[derive(Debug)]
pub(super) struct Failure {
    /// The line of the scenario.
    pub(super) step: String,
    pub(super) why: String,
    /// What was said until then.
    pub(super) transcript: Vec<String>,
}

/// Plays a scenario. `number` tells its users from those of the others.
pub(super) async fn play(target: &Target, scenario: &Scenario, number: usize) -> Result<(), Failure> {
    let mut stage = Stage::new(target, scenario, number);
    let mut step = "everybody logs in".to_owned();
    let played = async {
        for actor in &scenario.actors {
            stage.log_in(actor, &json!({"resumed": false, "calls": [], "seq": 0})).await?;
        }
        stage.steps(&scenario.steps, &mut step).await?;
        "nobody hears anything more".clone_into(&mut step);
        stage.all_quiet().await
    };
    let played = played.await;
    stage.leave().await;
    played.map_err(|why| Failure { step, why, transcript: stage.transcript })
}

struct Stage<'a> {
    target: &'a Target,
    deadline: Duration,
    names: Names,
    lines: BTreeMap<Actor, Line>,
    /// The resume tokens and last frames of those whose lines are cut.
    kept: BTreeMap<Actor, (String, u64)>,
    hook: Option<Hook>,
    answer: Option<(u16, Value)>,
    transcript: Vec<String>,
}

impl<'a> Stage<'a> {
    fn new(target: &'a Target, scenario: &Scenario, number: usize) -> Self {
        let mut names = Names::default();
        let mut users = Vec::new();
        // Also those who never log in: they may be called.
        for user in ["alice", "bob", "carol", "dave"] {
            let name = format!("{}{number}-{user}", target.prefix);
            names.set(user, json!(name));
            users.push(name);
        }
        let deadline = if scenario.slow { target.slow_deadline } else { target.deadline };
        let hook = target.desk.as_ref().filter(|_| scenario.needs_hook()).map(|desk| desk.hook(users));
        let (lines, kept) = (BTreeMap::new(), BTreeMap::new());
        Self { target, deadline, names, lines, kept, hook, answer: None, transcript: Vec::new() }
    }

    async fn steps(&mut self, steps: &[Step], current: &mut String) -> Result<(), String> {
        for step in steps {
            step.text.clone_into(current);
            self.act(&step.action, current).await?;
        }
        Ok(())
    }

    async fn act(&mut self, action: &Action, current: &mut String) -> Result<(), String> {
        match action {
            Action::Connect(actor) => self.connect(actor, 0).await,
            Action::Refused(actor, query) => self.refused(actor, query).await,
            Action::LogIn(actor, welcome) => self.log_in(actor, welcome).await,
            Action::Resume(actor, welcome) => self.resume(actor, welcome).await,
            Action::Send(actor, frame) => {
                let frame = self.names.fill(frame)?;
                self.send(actor, &frame).await
            }
            Action::SendText(actor, text) => {
                let text = self.names.fill_text(text)?;
                self.say(actor, '>', &json!(text));
                self.line(actor)?.send(text).await
            }
            Action::Hear(actor, pattern) => self.hear(actor, pattern).await.map(drop),
            Action::HearNothing(actor) => self.quiet(actor).await,
            Action::Closed(actor, code) => self.closed(actor, *code).await,
            Action::Cut(actor) => {
                let line = self.lines.remove(actor).ok_or("this actor has no connection")?;
                self.kept.insert(actor.clone(), (line.resume, line.seq));
                Ok(())
            }
            Action::Ask { method, path, body } => {
                let rest = self.target.rest.as_ref().ok_or("there is no API key")?;
                let path = self.names.fill_text(path)?;
                let body = body.as_ref().map(|body| self.names.fill(body)).transpose()?;
                let answer = rest.ask(method.clone(), &path, body.as_ref()).await?;
                self.transcript.push(format!("business > {method} {path}"));
                self.transcript.push(format!("business < {} {}", answer.0, answer.1));
                self.answer = Some(answer);
                Ok(())
            }
            Action::Get(status, pattern) => {
                let (got, body) = self.answer.as_ref().ok_or("nothing was asked")?;
                if got != status {
                    return Err(format!("the status should be {status}, and is {got}: {body}"));
                }
                self.names = self.names.matched(pattern, body)?;
                Ok(())
            }
            Action::Answer(verdict) => {
                let verdict = self.names.fill(verdict)?;
                self.hook()?.answer(verdict);
                Ok(())
            }
            Action::Hold => {
                self.hook()?.hold();
                Ok(())
            }
            Action::Told(pattern) => {
                let hook = self.hook.as_mut().ok_or("there is no hook")?;
                self.names = hook.told(&self.names, pattern, self.deadline).await?;
                Ok(())
            }
            Action::Either(ways) => {
                let way = self.choose(ways).await?;
                Box::pin(self.steps(way, current)).await
            }
        }
    }

    /// The way whose first frame is the one that has come.
    async fn choose<'w>(&mut self, ways: &'w [Vec<Step>]) -> Result<&'w [Step], String> {
        let mut whys = Vec::new();
        for way in ways {
            if let Some(Step { action: Action::Hear(actor, pattern), .. }) = way.first() {
                let line = self.lines.get_mut(actor).ok_or("this actor has no connection")?;
                let frame = line.peek().await?;
                match self.names.matched(pattern, frame) {
                    Ok(_) => return Ok(way),
                    Err(why) => whys.push(why),
                }
            }
        }
        Err(whys.join("; or "))
    }

    fn hook(&self) -> Result<&Hook, String> {
        self.hook.as_ref().ok_or_else(|| "there is no hook".to_owned())
    }

    fn line(&mut self, actor: &Actor) -> Result<&mut Line, String> {
        self.lines.get_mut(actor).ok_or_else(|| "this actor has no connection".to_owned())
    }

    async fn connect(&mut self, actor: &Actor, seq: u64) -> Result<(), String> {
        let mut line = Line::open(&self.target.url, self.deadline).await?;
        line.seq = seq;
        self.lines.insert(actor.clone(), line);
        Ok(())
    }

    async fn refused(&self, actor: &Actor, query: &str) -> Result<(), String> {
        let mut url = self.target.url.clone();
        url.set_query(Some(query));
        match Line::open(&url, self.deadline).await {
            Ok(_) => Err(format!("the connection of {} was taken", actor.user)),
            Err(_) => Ok(()),
        }
    }

    async fn log_in(&mut self, actor: &Actor, welcome: &Value) -> Result<(), String> {
        self.connect(actor, 0).await?;
        let user = self.names.fill_text(&format!("${}", actor.user))?;
        let mut login = match &self.target.proof {
            Proof::Password(password) => json!({"type": "login", "user": user, "password": password}),
            Proof::Token(tokens) => json!({"type": "login", "token": mint(tokens, &user)?}),
        };
        if let Some(fields) = login.as_object_mut().filter(|_| !actor.device.is_empty()) {
            fields.insert("device".to_owned(), json!(actor.device));
        }
        self.send(actor, &login).await?;
        let heard = self.hear(actor, &json!({"type": "logged_in", "user": user})).await?;
        self.names = self.names.matched(welcome, &heard)?;
        Ok(())
    }

    async fn resume(&mut self, actor: &Actor, welcome: &Value) -> Result<(), String> {
        let live = self.lines.remove(actor).map(|line| (line.resume, line.seq));
        let (token, seq) = live.or_else(|| self.kept.remove(actor)).ok_or("this actor has no session")?;
        self.connect(actor, seq).await?;
        self.send(actor, &json!({"type": "login", "resume": token, "last_seq": seq})).await?;
        let heard = self.hear(actor, &json!({"type": "logged_in"})).await?;
        self.names = self.names.matched(welcome, &heard)?;
        Ok(())
    }

    async fn send(&mut self, actor: &Actor, frame: &Value) -> Result<(), String> {
        self.say(actor, '>', frame);
        self.line(actor)?.send(frame.to_string()).await
    }

    async fn hear(&mut self, actor: &Actor, pattern: &Value) -> Result<Value, String> {
        let frame = self.line(actor)?.frame().await?;
        self.say(actor, '<', &frame);
        self.names = self.names.matched(pattern, &frame)?;
        Ok(frame)
    }

    /// What was sent before a pong was sent has come before it.
    async fn quiet(&mut self, actor: &Actor) -> Result<(), String> {
        self.line(actor)?.send(json!({"type": "ping"}).to_string()).await?;
        let frame = self.line(actor)?.frame().await?;
        if frame.get("type").is_some_and(|kind| kind == "pong") {
            return Ok(());
        }
        self.say(actor, '<', &frame);
        Err(format!("{} should hear nothing more, and hears {frame}", shown(actor)))
    }

    async fn closed(&mut self, actor: &Actor, code: u16) -> Result<(), String> {
        let mut line = self.lines.remove(actor).ok_or("this actor has no connection")?;
        match line.close_code().await? {
            Some(heard) if heard == code => Ok(()),
            heard => Err(format!("the close code should be {code}, and is {heard:?}")),
        }
    }

    async fn all_quiet(&mut self) -> Result<(), String> {
        let actors: Vec<_> = self.lines.keys().cloned().collect();
        for actor in actors {
            self.quiet(&actor).await?;
        }
        Ok(())
    }

    /// Ends the sessions, so that the server has nothing left to wait for.
    async fn leave(&mut self) {
        for line in self.lines.values_mut() {
            // It may be gone already.
            drop(line.send(json!({"type": "logout"}).to_string()).await);
        }
    }

    fn say(&mut self, actor: &Actor, way: char, frame: &Value) {
        let mut frame = frame.clone();
        for secret in ["password", "token", "resume"] {
            if let Some(value) = frame.get_mut(secret) {
                *value = json!("…");
            }
        }
        self.transcript.push(format!("{} {way} {frame}", shown(actor)));
    }
}

fn mint(tokens: &UserTokens, user: &str) -> Result<String, String> {
    let user = UserId::new(user).map_err(|error| error.to_string())?;
    let (token, _) = tokens.mint(&user, TOKEN_TTL, clock::wall()).map_err(|error| error.to_string())?;
    Ok(token)
}

fn shown(actor: &Actor) -> String {
    if actor.device.is_empty() { actor.user.clone() } else { format!("{}/{}", actor.user, actor.device) }
}
