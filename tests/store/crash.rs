//! A child process writes calls and says which are committed; it is killed with SIGKILL in the middle of it.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
};

use hookswitch::{
    clock,
    protocol::{codes::Reason, ids::CallId, record::CallState},
    store::{CallWrite, Store, StoreOptions},
};

use crate::fixture::{ended, further, requested, write};

const DIR: &str = "HOOKSWITCH_TEST_CRASH_DIR";
const MARK: &str = "committed ";

/// Not a test of its own: what the child does.
#[test]
fn child_of_the_crash_test() {
    let Some(dir) = env::var_os(DIR) else { return };
    let store = Store::open(&StoreOptions::new(dir)).unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for (id, version) in told {
            // Straight to the pipe: the test harness keeps what `println!` says to itself.
            writeln!(std::io::stdout(), "{MARK}{id} {version}").unwrap();
        }
    });
    loop {
        let mut call = requested("alice", "bob", clock::wall());
        for state in [CallState::Requested, CallState::Ringing, CallState::Talking, CallState::Ended] {
            call = match state {
                CallState::Requested => call,
                CallState::Ended => ended(call, Reason::Hangup),
                CallState::Ringing | CallState::Talking => further(call, state),
            };
            let (tell, id, version) = (tell.clone(), call.id, call.version);
            let done = Box::new(move |outcome: Result<(), _>| {
                outcome.unwrap();
                tell.send((id, version)).unwrap();
            });
            // A full queue is no failure here, only too much haste.
            drop(store.persist(CallWrite { done: Some(done), ..write(&call) }));
        }
    }
}

/// Runs the child until it has said `enough` times that something is committed.
fn run_and_kill(dir: &Path, enough: usize) -> BTreeMap<CallId, u32> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::child_of_the_crash_test", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut committed = BTreeMap::new();
    let mut kill = Some(enough);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        // The harness may have begun the line, and the last one may be half there.
        let Some((_, fact)) = line.split_once(MARK) else { continue };
        let Some((id, version)) = fact.split_once(' ') else { continue };
        let (Ok(id), Ok(version)) = (id.parse(), version.parse()) else { continue };
        committed.insert(CallId(id), version);
        if kill.is_some_and(|enough| committed.len() >= enough) {
            child.kill().unwrap();
            kill = None;
        }
    }
    child.wait().unwrap();
    committed
}

#[tokio::test]
async fn what_was_said_to_be_committed_is_there_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    for enough in [1, 40, 1_500] {
        let committed = run_and_kill(dir.path(), enough);
        assert!(committed.len() >= enough);
        // The kernel released the dead process's claim; its write-ahead log is replayed.
        let store = Store::open(&StoreOptions::new(dir.path())).unwrap();
        for (id, version) in committed {
            let call = store.call(id).await.unwrap().expect("a committed call");
            assert!(call.version >= version);
            assert_eq!(call.version as usize, call.timeline.len());
        }
        let sound: String =
            store.read(|db| db.query_row("PRAGMA integrity_check", [], |row| row.get(0))).await.unwrap();
        assert_eq!(sound, "ok");
    }
}
