//! `calls --follow`: every call as it happens, from the server's stream of events.

mod picture;
mod sse;

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use serde_json::Value;

use self::{
    picture::{Picture, Told},
    sse::{Event, Parser},
};
use super::{
    client::Client,
    output::{CliError, remark},
};
use crate::{
    clock,
    protocol::ids::UserId,
    terminal::{self, Block},
};

const PATH: &str = "/api/v1/events";
/// Silence after which a connection is taken for dead: the server says something every 15 s.
const SILENCE: Duration = Duration::from_secs(40);
/// How long to wait before trying again, at first and in the end.
const SOON: Duration = Duration::from_millis(200);
const LATER: Duration = Duration::from_secs(2);
/// How often the clocks on the screen move.
const TICK: Duration = Duration::from_millis(100);

/// Where the events go.
enum Output {
    /// A line each, as JSON.
    Json,
    /// A line each, in words.
    Lines,
    /// Lines that are drawn anew.
    Screen { picture: Picture, block: Block, colours: bool },
}

/// Follows until somebody presses Ctrl-C.
pub(super) async fn follow(client: Client, user: Option<UserId>, json: bool) -> Result<(), CliError> {
    let screen = || Output::Screen {
        picture: Picture::default(),
        block: Block::default(),
        colours: terminal::colours(&io::stdout()),
    };
    let output = match (json, io::stdout().is_terminal()) {
        (true, _) => Output::Json,
        (false, false) => Output::Lines,
        (false, true) => screen(),
    };
    let mut follower = Follower { client, user, output, last: None };
    tokio::select! {
        ended = follower.run() => match ended {
            // The reader has seen enough, as `| head` does.
            Err(CliError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            ended => ended,
        },
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}

struct Follower {
    client: Client,
    user: Option<UserId>,
    output: Output,
    /// The id of the last event.
    last: Option<String>,
}

impl Follower {
    async fn run(&mut self) -> Result<(), CliError> {
        // A server that was never there is a mistake of whoever asks; one that goes away comes back.
        let mut response = self.client.stream(PATH, None).await?;
        self.note(&format!("following the calls of {}, Ctrl-C ends it", self.client.url))?;
        loop {
            let mut parser = Parser::default();
            while let Some(bytes) = self.chunk(&mut response).await? {
                let Some(events) = parser.feed(&bytes) else { break };
                for event in events {
                    self.take(event)?;
                }
                self.draw()?;
            }
            self.note("the server is gone; waiting for it to come back")?;
            response = self.reconnect().await?;
            self.note("the server is back")?;
        }
    }

    /// The next bytes. `None`: the connection has ended.
    async fn chunk(&mut self, response: &mut reqwest::Response) -> Result<Option<bytes::Bytes>, CliError> {
        let chunk = tokio::time::timeout(SILENCE, response.chunk());
        let mut chunk = std::pin::pin!(chunk);
        let mut ticks = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                came = &mut chunk => return Ok(came.ok().and_then(Result::ok).flatten()),
                _ = ticks.tick() => self.tick()?,
            }
        }
    }

    async fn reconnect(&mut self) -> Result<reqwest::Response, CliError> {
        let mut wait = SOON;
        loop {
            tokio::time::sleep(wait).await;
            match self.client.stream(PATH, self.last.as_deref()).await {
                Ok(response) => return Ok(response),
                // It is there, and does not want us.
                Err(error @ CliError::Said(_)) => return Err(error),
                Err(_) => wait = (wait * 2).min(LATER),
            }
            self.tick()?;
        }
    }

    fn take(&mut self, event: Event) -> Result<(), CliError> {
        if event.id.is_some() {
            self.last = event.id;
        }
        if event.name == "gap" {
            return self.note("some events before this are lost");
        }
        // A media worker's failure has the call too, as it was just before its end.
        if !event.name.starts_with("call.") {
            return Ok(());
        }
        let Some(body) = serde_json::from_str::<Value>(&event.data).ok() else { return Ok(()) };
        let Some(told) = Told::of(&body) else { return Ok(()) };
        if self.user.as_ref().is_some_and(|user| !told.is_of(user.as_str())) {
            return Ok(());
        }
        match &mut self.output {
            Output::Json => line(&body.to_string()),
            Output::Lines => line(&told.plain()),
            Output::Screen { picture, .. } => {
                picture.step(told);
                Ok(())
            }
        }
    }

    /// Says something beside the calls.
    fn note(&mut self, text: &str) -> Result<(), CliError> {
        match &mut self.output {
            Output::Json | Output::Lines => remark(text),
            Output::Screen { picture, .. } => {
                picture.note(text);
                self.draw()
            }
        }
    }

    /// Moves the clocks, where one runs.
    fn tick(&mut self) -> Result<(), CliError> {
        match &self.output {
            Output::Screen { picture, .. } if picture.is_alive() => self.draw(),
            _ => Ok(()),
        }
    }

    fn draw(&mut self) -> Result<(), CliError> {
        if let Output::Screen { picture, block, colours } = &mut self.output {
            let (above, below) = picture.draw(clock::wall(), terminal::size(&io::stdout()), *colours);
            let mut stdout = io::stdout().lock();
            stdout.write_all(block.redraw_below(&above, &below).as_bytes())?;
            stdout.flush()?;
        }
        Ok(())
    }
}

fn line(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{text}")?;
    Ok(stdout.flush()?)
}
