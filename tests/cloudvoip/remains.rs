//! What is left behind: nothing, nowhere, by nobody. Those that count what their process has run in one of their own.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write},
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use hookswitch::protocol::worker::{EndReason, HangupReason, Phase};

use crate::support::{DEADLINE, KEY, Lab, TOKEN, alone, eventually, is_alive, patient};

fn count(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

/// Our children, dead ones too.
fn children() -> Vec<u32> {
    let ours = std::process::id().to_string();
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.split(' ').nth(1) == Some(ours.as_str()))
    })
    .collect()
}

fn passes(test: &str) {
    let output = alone(test).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    println!("{text}");
    assert!(output.status.success() && text.contains("1 passed"), "{test}");
}

#[test]
fn calls_in_a_row_and_at_once_leave_nothing_behind() {
    passes("remains::many_calls");
}

#[actix_web::test]
#[ignore = "run by the test above, in a process of its own"]
async fn many_calls() {
    let lab = Lab::new(60, 2, patient());
    let rest = |lab: &Lab| lab.workers.list().iter().filter(|view| view.phase == Phase::Idle).count() == 2;
    let counts = || (count("/proc/self/fd"), count("/proc/self/task"), children().len());
    let talk = |lab: &Lab| {
        let mut talk = lab.start("answer-after-0ms");
        async move {
            talk.until(Phase::Talking).await;
            talk.handle.hangup(HangupReason::Manual);
            assert_eq!(talk.end().await.reason, EndReason::HungUp);
        }
    };
    // The first one warms up what a process has only once.
    talk(&lab).await;
    eventually("two wait", || rest(&lab) && lab.workers.list().len() == 2).await;
    let before = counts();
    for _ in 0..200 {
        talk(&lab).await;
    }
    eventually("two wait", || rest(&lab) && lab.workers.list().len() == 2).await;
    join_all((0..50).map(|_| talk(&lab))).await;
    eventually("two wait", || rest(&lab) && lab.workers.list().len() == 2).await;
    eventually("as many as before", || counts().0 <= before.0 && counts().1 <= before.1 && counts().2 == 2).await;
    println!("before {before:?}, after {:?} (descriptors, threads, children)", counts());
    for entry in fs::read_dir(lab.folder().join("cloudvoip")).unwrap() {
        let entry = entry.unwrap();
        assert!(entry.file_name().to_str().unwrap().starts_with("slot-"), "{entry:?}");
        assert_eq!(count(entry.path().to_str().unwrap()), 0, "{entry:?}");
    }
    lab.close().await;
    assert!(children().is_empty(), "{:?}", children());
}

#[test]
fn no_worker_outlives_a_server_that_is_killed() {
    let mut server = alone("remains::a_server_with_calls").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let pids = lines.find_map(|line| line.unwrap().split_once("workers: ").map(|(_, pids)| pids.to_owned())).unwrap();
    let pids: Vec<u32> = pids.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(pids.iter().filter(|pid| is_alive(**pid)).count(), 5, "{pids:?}");
    server.kill().unwrap();
    server.wait().unwrap();
    let killed = hookswitch::clock::now();
    while pids.iter().any(|pid| is_alive(*pid)) {
        assert!(hookswitch::clock::now() - killed < Duration::from_secs(2), "{pids:?}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
    println!("five workers gone {:?} after their server", hookswitch::clock::now() - killed);
}

#[actix_web::test]
#[ignore = "run by the test above, in a process of its own"]
async fn a_server_with_calls() {
    let lab = Lab::new(8, 1, patient());
    let words = ["answer-after-1ms", "answer-after-1ms hang-talk", "silent", "hang-init"];
    let mut talks: Vec<_> = words.iter().map(|words| lab.start(words)).collect();
    for (talk, phase) in talks.iter_mut().zip([Phase::Talking, Phase::Talking, Phase::Ringing, Phase::Init]) {
        talk.until(phase).await;
    }
    let all_there = || lab.workers.list().iter().filter(|view| view.phase == Phase::Idle).count() == 1;
    eventually("one waits", all_there).await;
    let pids: Vec<_> = lab.workers.list().iter().filter_map(|view| view.pid).map(|pid| pid.to_string()).collect();
    println!("\nworkers: {}", pids.join(" "));
    std::io::stdout().flush().unwrap();
    tokio::time::sleep(DEADLINE).await;
}

#[test]
fn no_secret_is_seen_from_outside() {
    passes("remains::a_call_with_secrets");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
#[ignore = "run by the test above, in a process of its own"]
async fn a_call_with_secrets() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    lines.init();
    let lab = Lab::new(2, 0, patient());
    let call = Lab::call("answer-after-1ms blab");
    assert!(!format!("{call:?}").contains("SECRET") && !format!("{call:?}").contains(TOKEN));
    let mut talk = lab.try_start(call).unwrap();
    talk.until(Phase::Talking).await;
    let pid = talk.pid().unwrap();
    for file in ["cmdline", "environ", "comm"] {
        // A worker's environment is not even readable where the tests do not run as root.
        let text = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(!text.contains(TOKEN) && !text.contains(KEY), "{file}: {text}");
        if file == "environ" {
            assert_eq!(text, "", "an empty environment");
        }
    }
    if let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) {
        let open: BTreeSet<_> = open.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(open.into_iter().collect::<Vec<_>>(), ["0", "1", "2", "3", "4"]);
    }
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line.trim_start_matches(name).split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!([limit("Max core file size"), limit("Max open files")], ["0", "256"]);
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    assert!(status.contains("NoNewPrivs:\t1") && status.contains("Name:\tcloudvoip"), "{status}");
    talk.handle.hangup(HangupReason::Manual);
    talk.end().await;
    lab.close().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("a secret: …"), "the library's own words are in the log: {text}");
    assert!(!text.contains(TOKEN) && !text.contains(KEY), "{text}");
}
