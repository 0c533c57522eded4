//! What people see: the panel, the log, calls that are followed, replays and migrations, at a terminal and away from one.

use std::{
    io::{Read as _, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Answer, Client, DEADLINE, Hook, Server, Setup, eventually, finish, reply, ring, talk};

/// A program that runs, and all that it has said.
struct Running {
    child: Child,
    said: Arc<Mutex<String>>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said: Arc<Mutex<String>> = Arc::default();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let streams: [Box<dyn std::io::Read + Send>; 2] = [Box::new(out), Box::new(err)];
        for mut stream in streams {
            let said = Arc::clone(&said);
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(n @ 1..) = stream.read(&mut buffer) {
                    said.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..n]));
                }
            });
        }
        Self { child, said }
    }

    /// A command of the binary at a terminal of 100 columns, without colours.
    fn at_terminal(setup: &Setup, args: &[&str]) -> Self {
        let line = args.iter().map(|arg| format!(" '{arg}'")).collect::<String>();
        let line = format!("stty cols 100 rows 30; exec '{}'{line}", env!("CARGO_BIN_EXE_hookswitch"));
        let mut command = Command::new("script");
        command.args(["-qfec", &line, "/dev/null"]).current_dir(setup.folder());
        command.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("NO_COLOR", "1").env("SHELL", "/bin/sh");
        Self::start(command)
    }

    fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    async fn says(&self, part: &str) {
        let said = async {
            while !self.said().contains(part) {
                tokio::time::sleep(std::time::Duration::from_millis(15)).await;
            }
        };
        let in_time = tokio::time::timeout(DEADLINE, said).await;
        assert!(in_time.is_ok(), "{part:?} was not said: {}", self.said());
    }

    /// Presses Ctrl-C at its terminal.
    fn ctrl_c(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(&[3]).unwrap();
    }

    async fn exit_code(&mut self) -> i32 {
        let mut code = None;
        while code.is_none() {
            code = self.child.try_wait().unwrap().map(|status| status.code().unwrap());
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        code.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.child.kill().is_err();
        self.child.wait().unwrap();
    }
}

async fn pair(address: SocketAddr) -> (Client, Client) {
    let login = async |user: &str| {
        let mut client = Client::connect(address, "/ws", &[]).await.unwrap();
        client.send(json!({"type": "login", "user": user, "password": "any"}));
        client.logged_in().await;
        client
    };
    (login("alice").await, login("bob").await)
}

#[tokio::test]
async fn followed_calls_are_told_step_by_step_over_a_restart_of_the_server() {
    let mut server = Server::dev().await;
    let mut follow = Running::start(server.setup.command(&["calls", "--follow", "--url", &server.url]));
    follow.says("following the calls of http://127.0.0.1:").await;
    let (mut alice, mut bob) = pair(server.address).await;
    let call = ring(&mut alice, &mut bob).await;
    follow.says("ringing    after ").await;
    assert!(follow.said().contains(&format!("  {call}  alice -> bob  ")), "{}", follow.said());
    server.setup.listen = server.address.to_string();
    let server = server.crash_and_restart().await;
    follow.says("the server is gone; waiting for it to come back").await;
    follow.says("the server is back").await;
    follow.says("some events before this are lost").await;
    let (mut alice, mut bob) = pair(server.address).await;
    let (next, _) = talk(&mut alice, &mut bob).await;
    alice.send(finish("bob"));
    follow.says("0 hangup by caller").await;
    let said = follow.said();
    let steps: Vec<_> = said.lines().filter(|line| line.contains(&next)).collect();
    let states = ["requested", "ringing", "talking", "ended"];
    assert!(steps.len() == 4 && steps.iter().zip(states).all(|(line, state)| line.contains(state)), "{said}");
    kill_process(Pid::from_child(&follow.child), Signal::INT).unwrap();
    assert_eq!(follow.exit_code().await, 0);
}

#[tokio::test]
async fn one_users_calls_are_followed_as_json() {
    let server = Server::dev().await;
    let args = ["calls", "--follow", "--json", "--user", "carol", "--url", &server.url];
    let follow = Running::start(server.setup.command(&args));
    follow.says("following").await;
    let (mut alice, mut bob) = pair(server.address).await;
    let mut carol = server.login("carol").await;
    ring(&mut alice, &mut bob).await;
    bob.send(reply("alice", 100_104));
    alice.coded("reply", 100_104).await;
    ring(&mut carol, &mut bob).await;
    bob.send(reply("carol", 100_104));
    follow.says("call.finished").await;
    let said = follow.said();
    let events: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["call.requested", "call.ringing", "call.finished"], "{said}");
    assert!(events.iter().all(|event| event["data"]["call"]["caller"] == "carol"), "{said}");
}

#[tokio::test]
async fn a_server_that_is_not_there_cannot_be_followed() {
    let setup = Setup::dev();
    let mut follow = Running::start(setup.command(&["calls", "--follow", "--url", "http://127.0.0.1:9"]));
    assert_eq!(follow.exit_code().await, 1);
    follow.says("cannot reach http://127.0.0.1:9/").await;
}

#[tokio::test]
async fn at_a_terminal_a_call_keeps_its_line_and_ctrl_c_ends_it_well() {
    let server = Server::dev().await;
    let mut follow = Running::at_terminal(&server.setup, &["calls", "--follow", "--url", &server.url]);
    follow.says("following").await;
    let (mut alice, mut bob) = pair(server.address).await;
    ring(&mut alice, &mut bob).await;
    follow.says("alice ──ringing─▶ bob").await;
    // The clock runs while nothing happens.
    follow.says("ringing 0.3 s").await;
    bob.send(reply("alice", 100_104));
    follow.says("alice ───ended──✕ bob").await;
    follow.says("100104 refused by callee").await;
    let said = follow.said();
    assert!(said.contains("\u{1b}[1A\r\u{1b}[J"), "drawn anew: {said:?}");
    follow.ctrl_c();
    assert_eq!(follow.exit_code().await, 0);
}

#[tokio::test]
async fn the_panel_and_every_step_of_a_call_are_shown_at_a_terminal() {
    let setup = Setup::dev();
    let mut server = Running::at_terminal(&setup, &["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", "data"]);
    server.says(" ready address=").await;
    let said = server.said();
    let address = said.split_once(" ready address=").unwrap().1.split(' ').next().unwrap().to_owned();
    for part in
        ["DEVELOPMENT MODE", "API key: dev", "ready in ", &format!("http://{address}/console/"), "Hooks        none"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.lines().all(|line| line.trim_end().chars().count() <= 100), "{said}");
    let (mut alice, mut bob) = pair(address.parse().unwrap()).await;
    ring(&mut alice, &mut bob).await;
    bob.send(reply("alice", 100_104));
    server.says("100104 refused").await;
    let said = server.said();
    let states: Vec<_> = said
        .lines()
        .filter(|line| line.contains("alice ──"))
        .map(|line| line.split_whitespace().nth(4).unwrap().to_owned())
        .collect();
    assert_eq!(states, ["requested", "ringing", "ended"], "{said}");
    server.ctrl_c();
    assert_eq!(server.exit_code().await, 0);
}

#[tokio::test]
async fn in_production_away_from_a_terminal_there_is_nothing_but_the_log() {
    let server = Setup::production().start().await;
    for line in server.log().lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

async fn with_hook(hook: &Hook, enabled: bool) -> Server {
    let server = Server::dev().await;
    let form = json!({"url": hook.url(), "events": ["call.*"], "enabled": enabled});
    assert_eq!(server.put("/api/v1/webhooks/crm", form).await.0, 201);
    server
}

#[tokio::test]
async fn what_a_hook_was_sent_is_listed_and_sent_again() {
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let server = with_hook(&hook, true).await;
    let (mut alice, mut bob) = pair(server.address).await;
    let call = ring(&mut alice, &mut bob).await;
    bob.send(reply("alice", 100_104));
    let mut first = Vec::new();
    for kind in ["call.requested", "call.ringing", "call.finished"] {
        first.push(hook.expect(kind).await.headers["webhook-id"].clone());
    }
    let run = |more: &[&str]| {
        let mut command = server.setup.command(&["deliveries", "crm", "--url", &server.url, "--state", "delivered"]);
        let ran = command.args(more).output().unwrap();
        (ran.status.code().unwrap(), String::from_utf8(ran.stdout).unwrap())
    };
    let listed = eventually("all are acknowledged", || async {
        let (_, listed) = run(&[]);
        (listed.matches(&call).count() == 3).then_some(listed)
    });
    let listed = listed.await;
    assert!(
        listed.starts_with("HAPPENED (UTC)") && listed.contains("call.finished   delivered  1      200"),
        "{listed}"
    );
    let (code, told) = run(&["--replay"]);
    assert!(code == 0 && told.starts_with("crm: 3 of 3 will be sent again"), "{told}");
    let mut again = Vec::new();
    for _ in 0..3 {
        again.push(hook.next().await.headers["webhook-id"].clone());
    }
    again.sort();
    first.sort();
    assert_eq!(again, first);
    let usage = server.setup.command(&["deliveries", "crm", "--replay"]).output().unwrap();
    assert_eq!(usage.status.code(), Some(2), "which ones has to be said");
}

#[tokio::test]
async fn a_long_replay_shows_how_far_it_is_and_ctrl_c_stops_it_between_two() {
    let hook = Hook::start(|_| Answer::ok()).await;
    let server = with_hook(&hook, false).await;
    let db = rusqlite::Connection::open(server.setup.data_dir().join("hookswitch.sqlite3")).unwrap();
    db.busy_timeout(DEADLINE).unwrap();
    db.execute_batch(
        "WITH RECURSIVE n (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM n WHERE n < 20000)
        INSERT INTO outbox (hook, call, seq, kind, at, body, state, next_at)
        SELECT 'crm', randomblob(16), 1, 'call.finished', n, '{}', 'dead', n FROM n;",
    )
    .unwrap();
    let dead = async || server.get("/api/v1/webhooks/crm/deliveries?state=dead&limit=1").await;
    assert_eq!(dead().await["items"][0]["id"], 20_000);
    let args = ["deliveries", "crm", "--state", "dead", "--replay", "--url", &server.url];
    let mut replay = Running::at_terminal(&server.setup, &args);
    replay.says(" of 20,000 sent again, ").await;
    replay.ctrl_c();
    assert_eq!(replay.exit_code().await, 1);
    replay.says("interrupted: the rest stays as it is").await;
    let said = replay.said();
    let told = said.lines().find_map(|line| line.split_once("crm: ")?.1.split_once(" of 20,000 will be")).unwrap();
    let told: i64 = told.0.replace(',', "").parse().unwrap();
    let count = |state: &str| -> i64 {
        db.query_row("SELECT count(*) FROM outbox WHERE state = ?1", [state], |row| row.get(0)).unwrap()
    };
    assert!(told > 0 && told < 20_000);
    assert_eq!((count("pending"), count("dead")), (told, 20_000 - told), "what it said is what it did");
}

/// A data folder as it was before calls were moved, with so many of them.
fn make_old(setup: &Setup, calls: u32) {
    std::fs::create_dir(setup.data_dir()).unwrap();
    let db = rusqlite::Connection::open(setup.data_dir().join("hookswitch.sqlite3")).unwrap();
    for script in [
        include_str!("../../src/store/migrations/0001_calls.sql"),
        include_str!("../../src/store/migrations/0002_webhooks.sql"),
        include_str!("../../src/store/migrations/0003_audit.sql"),
    ] {
        db.execute_batch(&format!("BEGIN; {script} COMMIT;")).unwrap();
    }
    db.execute_batch(&format!(
        "BEGIN; INSERT INTO classes VALUES (1, 'hangup', 'native', 'native');
        WITH RECURSIVE n (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM n WHERE n < {calls} - 1)
        INSERT INTO calls (seq, id, class, pair, state, version, caller, callee, caller_device, caller_door, callee_door,
            placed, flags, param, user_str, room, error_code, reason, ended_by, requested_at, ended_at, veto, timeline,
            event_seq)
        SELECT (1700000000000000 + n * 1000) * 2048, randomblob(16), 1, n, 'ended', 4, 'user' || (n % 97), 'robot', '',
            'native', 'native', 0, 3, 0, '', n + 1, 0, 'hangup', 'caller', 1700000000000000 + n * 1000, 4000000000000000,
            '[]', '[[1700000000000000,\"requested\",1,\"caller\",0,null]]', 3 FROM n;
        PRAGMA user_version = 3; COMMIT;"
    ))
    .unwrap();
}

/// How many steps there are to the schema of this build.
fn steps() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/store/migrations")).unwrap().count()
}

#[tokio::test]
async fn an_old_data_folder_is_brought_forward_with_its_progress_in_sight() {
    let setup = Setup::dev();
    make_old(&setup, 150_000);
    let mut server = Running::at_terminal(&setup, &["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", "data"]);
    let step = format!("step 4 of {}  ", steps());
    server.says(&format!("bringing the store forward, {step}█")).await;
    server.says(" ready address=").await;
    let said = server.said();
    let percents: Vec<u32> = said
        .split(&step)
        .filter_map(|rest| rest.split_once(" %  ")?.0.split_whitespace().last()?.parse().ok())
        .collect();
    assert!(percents.is_sorted() && percents.last() > Some(&50), "{percents:?}");
    assert!(said.contains("the store's schema was brought forward version=4"), "{said}");
    server.ctrl_c();
    assert_eq!(server.exit_code().await, 0);
}

#[tokio::test]
async fn a_migration_is_in_the_log_where_there_is_no_terminal() {
    let setup = Setup::dev();
    make_old(&setup, 10);
    let server = setup.start().await;
    let log = server.log();
    let line = |message: &str| {
        log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find(|line| line["message"] == message)
    };
    let begun = line("bringing the store's schema forward").unwrap();
    assert_eq!((&begun["step"], &begun["of"]), (&json!(4), &json!(steps())));
    assert!(line("the store's schema was brought forward").unwrap()["secs"].is_f64());
    assert_eq!(server.get("/api/v1/calls?limit=100").await["items"].as_array().unwrap().len(), 10);
}
