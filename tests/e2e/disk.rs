//! A disk that takes nothing, or hangs: calls that are on go on, new ones are refused, and nothing is lost.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Output, time::Duration};

use futures_util::future::join_all;
use reqwest::Method;
use rusqlite::Connection;
use rustix::process::{Resource, Rlimit, Signal, prlimit};
use serde_json::{Value, json};

use crate::{
    load::{Events, USERS, all_calls, come, crowd, seed},
    support::{Answer, Client, Hook, Server, Setup, eventually, finish, reply, ring, roll, talk},
};

/// No file of the server's may grow from now on, as on a disk that is full. Needs no rights.
fn fill(server: &Server) {
    let limit = Rlimit { current: Some(1), maximum: None };
    prlimit(Some(server.pid()), Resource::Fsize, limit).unwrap();
}

fn make_room(server: &Server) {
    let limit = Rlimit { current: None, maximum: None };
    prlimit(Some(server.pid()), Resource::Fsize, limit).unwrap();
}

async fn ready(server: &Server, status: u16) -> Value {
    eventually("readyz says it", || async {
        let (answer, checks) = server.rest(Method::GET, "/readyz", None).await;
        (answer == status).then_some(checks)
    })
    .await
}

/// Another process writes to the file and does not come to an end: the server's writes hang meanwhile.
fn hang(server: &Server) -> Connection {
    let other = Connection::open(server.setup.data_dir().join("hookswitch.sqlite3")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    other
}

async fn six(server: &Server) -> [Client; 6] {
    let mut clients = Vec::new();
    for user in ["alice", "bob", "carol", "dave", "erin", "frank"] {
        clients.push(server.login(user).await);
    }
    clients.try_into().ok().unwrap()
}

#[tokio::test]
async fn a_full_disk_stops_new_calls_only_and_what_happened_meanwhile_is_on_record() {
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let mut server = Server::dev().await;
    server.may_err = true;
    let spec = json!({"url": hook.url(), "events": ["call.finished"]});
    assert_eq!(server.put("/api/v1/webhooks/ends", spec).await.0, 201);
    let [mut alice, mut bob, mut carol, mut dave, mut erin, mut frank] = six(&server).await;
    let (mut gus, mut hana) = (server.login("gus").await, server.login("hana").await);
    let (hung_up, _) = talk(&mut alice, &mut bob).await;
    let (forced, _) = talk(&mut carol, &mut dave).await;
    let (stays, _) = talk(&mut gus, &mut hana).await;
    let rings = ring(&mut erin, &mut frank).await;
    fill(&server);

    // The ring's answer is the first to meet the disk: a start that cannot be kept is none.
    frank.send(reply("erin", 0));
    for client in [&mut erin, &mut frank] {
        assert_eq!(client.coded("reply", 120).await["reason"], "drained");
    }
    let checks = ready(&server, 503).await;
    let store = &checks["checks"][0];
    assert_eq!((&store["name"], &store["ok"]), (&json!("store"), &json!(false)), "{checks}");
    assert!(store["detail"].as_str().unwrap().contains("I/O"), "the cause is told: {checks}");
    erin.send(json!({"type": "call", "event": "request", "user": "frank"}));
    assert!(erin.coded("reply", 120).await.get("call").is_none());
    frank.nothing().await;
    let (status, problem) = server.post("/api/v1/calls", json!({"caller": "erin", "callee": "frank"})).await;
    assert_eq!((status.as_u16(), &problem["error_code"]), (503, &json!(120)), "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|detail| detail.contains("no new calls")), "{problem}");

    // Who talks goes on talking, and hangs up as ever.
    alice.send(json!({"type": "signal", "call": hung_up, "data": 1}));
    bob.expect("signal").await;
    alice.send(finish("bob"));
    alice.coded("finish", 0).await;
    bob.coded("finish", 0).await;
    server.ended(&hung_up, "hangup", 0).await;
    let (status, record) = server.post("/api/v1/users/dave/finish", json!({"error_code": 9})).await;
    assert_eq!((status.as_u16(), &record["reason"]), (200, &json!("forced")), "{record}");
    carol.coded("finish", 9).await;
    dave.coded("finish", 9).await;
    assert_eq!(server.call(&stays).await["state"], "talking");

    make_room(&server);
    ready(&server, 200).await;
    // A clean file after `kill -9` knows all of it.
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(hook.expect("call.finished").await.data()["call"]["id"].as_str().unwrap().to_owned());
    }
    heard.sort_unstable();
    let mut ended = [hung_up.clone(), forced.clone(), rings.clone()];
    ended.sort_unstable();
    assert_eq!(heard, ended);
    let (next, _) = talk(&mut erin, &mut frank).await;
    drop((gus, hana));
    let mut server = server.crash_and_restart().await;
    server.may_err = true;
    server.ended(&hung_up, "hangup", 0).await;
    server.ended(&forced, "forced", 9).await;
    let record = server.ended(&rings, "drained", 120).await;
    assert!(record["started_at"].is_null() && record["room"].is_null(), "{record}");
    for call in [&stays, &next] {
        assert_eq!(server.call(call).await["state"], "talking");
    }
    let (mut gus, mut hana) = (server.login("gus").await, server.login("hana").await);
    gus.send(finish("hana"));
    hana.coded("finish", 0).await;
    gus.coded("finish", 0).await;
    server.ended(&stays, "hangup", 0).await;
}

#[tokio::test]
async fn a_ring_that_begins_before_the_full_disk_is_noticed_is_on_record_in_the_end() {
    let mut server = Server::dev().await;
    server.may_err = true;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    fill(&server);
    let call = ring(&mut alice, &mut bob).await;
    ready(&server, 503).await;
    alice.send(finish("bob"));
    bob.coded("reply", 100_101).await;
    let (status, problem) = server.put("/api/v1/users/carol", json!({"password": "correct horse"})).await;
    assert_eq!((status.as_u16(), &problem["error_code"]), (503, &json!(120)), "{problem}");
    make_room(&server);
    ready(&server, 200).await;
    eventually("it is on file", || async {
        let page = server.get("/api/v1/calls?reason=cancelled").await;
        (page["items"][0]["id"] == call).then_some(())
    })
    .await;
    talk(&mut alice, &mut bob).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_comes_and_goes_under_load_loses_no_event_and_mixes_none_up() {
    let mut seed = seed();
    let events = Events::start(|_| Answer::ok()).await;
    let setup = Setup::dev().set("CALL__RING_TIMEOUT_SECS", 0.4).set("SERVER__DRAIN_TIMEOUT_SECS", 0.5);
    let mut server = setup.start().await;
    server.may_err = true;
    events.register(&server).await;
    let crowd = crowd(join_all((0..USERS).map(|user| come(server.address, user))).await, &mut seed);
    for _ in 0..10 {
        crowd.has_seen(20 + roll(&mut seed, 100)).await;
        fill(&server);
        ready(&server, 503).await;
        make_room(&server);
        ready(&server, 200).await;
    }
    server.signal(Signal::TERM);
    crowd.end().await;
    assert_eq!(server.exited().await.code(), Some(0));
    let server = server.crash_and_restart().await;
    let told = events.whole(&server).await;
    let calls = all_calls(&server).await;
    assert_eq!(told.len(), calls.len());
    assert!(calls.iter().all(|call| call["state"] == "ended"));
    println!("{} calls, {} posts", calls.len(), events.count());
}

#[tokio::test]
async fn a_disk_that_hangs_holds_nobody_in_a_call_that_is_over() {
    let mut server = Server::dev().await;
    server.may_err = true;
    let [mut alice, mut bob, mut carol, mut dave, mut erin, mut frank] = six(&server).await;
    let (hung_up, _) = talk(&mut alice, &mut bob).await;
    let (forced, _) = talk(&mut carol, &mut dave).await;
    let rings = ring(&mut erin, &mut frank).await;
    let stuck = hang(&server);
    // Each of these has its end within the two seconds that a hanging disk is given.
    alice.send(finish("bob"));
    let ended = async {
        alice.coded("finish", 0).await;
        bob.coded("finish", 0).await;
    };
    let force = server.post("/api/v1/users/carol/finish", json!({}));
    let ((), (status, record)) = tokio::time::timeout(Duration::from_secs(4), async { tokio::join!(ended, force) })
        .await
        .expect("told before the disk gives up");
    assert_eq!((status.as_u16(), &record["reason"]), (200, &json!("forced")), "{record}");
    carol.coded("finish", 0).await;
    dave.coded("finish", 0).await;
    frank.send(reply("erin", 0));
    frank.nothing().await;
    stuck.execute_batch("ROLLBACK").unwrap();
    // The answer's start is kept after all, or was refused: one and the same for both.
    let [first, second] = [erin.frame().await, frank.frame().await];
    assert_eq!((&first["event"], &first["error_code"]), (&second["event"], &second["error_code"]), "{first} {second}");
    ready(&server, 200).await;
    drop(stuck);
    let mut server = server.crash_and_restart().await;
    server.may_err = true;
    server.ended(&hung_up, "hangup", 0).await;
    server.ended(&forced, "forced", 0).await;
    let state = if first["event"] == "start" { "talking" } else { "ended" };
    assert_eq!(server.call(&rings).await["state"], state);
}

fn start_and_fail(setup: &Setup, limits: &str) -> Output {
    let serve = setup.serve();
    let mut command = setup.command(&[]);
    command = {
        let mut shell = std::process::Command::new("/bin/sh");
        shell.arg("-c").arg(format!("{limits} exec \"$0\" \"$@\"")).arg(command.get_program()).args(serve.get_args());
        shell
    };
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The error names the folder and the cause.
fn complains(output: &Output, of: &Path, cause: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains(&of.display().to_string()) && error.contains(cause), "{error}");
}

#[tokio::test]
async fn a_start_on_a_full_disk_fails_with_its_cause_and_spoils_nothing() {
    let setup = Setup::dev();
    complains(&start_and_fail(&setup, "ulimit -f 0;"), &setup.data_dir(), "I/O");
    let server = setup.clone().start().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    talk(&mut alice, &mut bob).await;
    drop(server);
    // Now there is a store, but no secret yet.
    fs::remove_file(setup.data_dir().join("jwt_secret")).unwrap();
    start_and_fail(&setup, "ulimit -f 0;");
    let left = fs::read_dir(setup.data_dir()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let left: Vec<_> = left.filter(|name| name.contains("jwt")).collect();
    assert!(left.is_empty(), "{left:?}");
    setup.start().await;
}

#[tokio::test]
async fn a_start_on_a_folder_that_cannot_be_written_fails_with_its_cause() {
    let setup = Setup::dev();
    let data = setup.data_dir();
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may do anything may write there, too.
    let open_to_all = fs::write(data.join("probe"), "").is_ok_and(|()| fs::remove_file(data.join("probe")).is_ok());
    if open_to_all {
        println!("run by root: a folder of the kernel's stands in for one that is read-only");
        let output =
            setup.command(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", "/sys/kernel"]).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(1));
        complains(&output, Path::new("/sys/kernel"), "ermission denied");
    } else {
        complains(&start_and_fail(&setup, ""), &data, "ermission denied");
        assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "nothing half made");
    }
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    setup.start().await;
}
