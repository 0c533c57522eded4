//! The load generator, run as a command.

use std::{
    os::unix::process::ExitStatusExt as _,
    process::{Output, Stdio},
};

use reqwest::Method;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::support::{DEADLINE, Server, Setup, eventually};

#[path = "../../benches/floor/relay.rs"]
mod relay;

/// A bench against this address.
fn command(setup: &Setup, url: &str, args: &[&str]) -> tokio::process::Command {
    let mut command = tokio::process::Command::from(setup.command(&["bench", "--json", "--url", url]));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

async fn run(setup: &Setup, url: &str, args: &[&str]) -> Output {
    let mut command = command(setup, url, args);
    tokio::time::timeout(DEADLINE * 3, command.output()).await.expect("the bench does not end").unwrap()
}

/// A bench that goes well.
async fn report(server: &Server, args: &[&str]) -> Value {
    let Output { status, stdout, stderr } = run(&server.setup, &server.url, args).await;
    assert!(status.success(), "{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    serde_json::from_slice(&stdout).unwrap()
}

/// Everything that was measured is there, and orders as it must.
fn assert_plausible(report: &Value, calls: u64) {
    assert_eq!((&report["calls_done"], &report["calls_failed"]), (&json!(calls), &json!(0)), "{report}");
    assert_eq!((&report["errors"], &report["interrupted"]), (&json!({}), &json!(false)));
    assert!(report["duration_secs"].as_f64().unwrap() > 0.0);
    assert!(report["calls_per_sec"].as_f64().unwrap() > 0.0);
    let mut before = 0.0;
    for stage in ["due_to_request_ms", "request_to_ring_ms", "request_to_start_ms", "request_to_finish_ms"] {
        let figures = &report[stage];
        assert_eq!(figures["count"], calls, "{stage}: {report}");
        let [p50, p95, p99, max] = ["p50", "p95", "p99", "max"].map(|name| figures[name].as_f64().unwrap());
        assert!(p50 <= p95 && p95 <= p99 && p99 <= max, "{stage}: {report}");
        assert!(max >= before, "{stage} comes after the one before: {report}");
        before = max;
    }
}

fn assert_memory(server: &Value) {
    let [before, after, peak] = ["before", "after", "peak"].map(|when| {
        let bytes = server[format!("rss_{when}_bytes")].as_f64().unwrap();
        assert!(bytes > 1_000_000.0, "{server}");
        bytes
    });
    assert!(peak >= after.min(before), "{server}");
}

#[tokio::test]
async fn as_many_calls_are_placed_as_were_asked_for_and_each_is_on_record() {
    let server = Server::dev().await;
    let pid = server.pid().as_raw_nonzero().to_string();
    let args = ["--pairs", "4", "--calls", "200", "--every", "100", "--server-pid", &pid];
    let report = report(&server, &args).await;
    assert_plausible(&report, 200);
    assert_eq!((&report["mode"], &report["pairs"], &report["hook"]), (&json!("closed_loop"), &json!(4), &json!(false)));
    assert_memory(&report["server"]);
    assert!(report["server"]["cpu_secs_per_1000_calls"].as_f64().is_some_and(|secs| secs > 0.0), "{report}");
    let parts: Vec<&Value> = report["windows"].as_array().unwrap().iter().map(|part| &part["calls"]).collect();
    assert_eq!(parts, [100, 100]);
    assert_eq!(server.metric("hookswitch_calls_total{reason=\"hangup\"}").await, 200.0);
    assert_eq!(server.metric("hookswitch_sessions").await, 0.0, "it logs out");
}

#[tokio::test]
async fn a_rate_is_offered_until_all_calls_are_placed() {
    let server = Server::dev().await;
    let report = report(&server, &["--pairs", "5", "--rate", "100", "--duration", "0.5"]).await;
    assert_plausible(&report, 50);
    assert_eq!((&report["mode"], &report["offered_calls_per_sec"]), (&json!("open_loop"), &json!(100.0)));
}

#[tokio::test]
async fn verto_clients_call_each_other_too() {
    let server = Server::dev().await;
    let report = report(&server, &["--pairs", "4", "--calls", "40", "--verto"]).await;
    assert_plausible(&report, 40);
    assert_eq!((&report["door"], &report["frames_per_call"]), (&json!("verto"), &json!(10)));
    let page = server.get("/api/v1/calls?door=verto&limit=100").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 40);
    assert_eq!(server.metric("hookswitch_calls_total{reason=\"hangup\"}").await, 40.0);
    assert_eq!(server.metric("hookswitch_sessions").await, 0.0, "it logs out");
}

#[tokio::test]
async fn a_crowd_logs_in_is_held_and_logs_out() {
    let server = Server::dev().await;
    let pid = server.pid().as_raw_nonzero().to_string();
    let report = report(&server, &["--connections", "80", "--hold", "0.2", "--server-pid", &pid]).await;
    assert_eq!((&report["mode"], &report["logged_in"], &report["lost"]), (&json!("idle"), &json!(80), &json!(0)));
    assert_eq!((&report["logins_failed"], &report["login_ms"]["count"]), (&json!(0), &json!(80)));
    assert_memory(&report["server"]);
    assert!(report["server"]["rss_per_connection_bytes"].is_number(), "{report}");
    assert_eq!(server.metric("hookswitch_sessions").await, 0.0);
}

#[tokio::test]
async fn the_hook_is_asked_about_each_call_and_is_gone_afterwards() {
    let server = Server::dev().await;
    let report = report(&server, &["--pairs", "3", "--calls", "30", "--hook"]).await;
    assert_plausible(&report, 30);
    assert_eq!((&report["hook"], &report["hook_questions"]), (&json!(true), &json!(30)));
    assert_eq!(server.get("/api/v1/webhooks").await["items"], json!([]));
}

#[tokio::test]
async fn an_interrupted_run_removes_its_hook_and_tells_what_it_measured() {
    let server = Server::dev().await;
    let args = ["--pairs", "2", "--duration", "600", "--hook"];
    let child = command(&server.setup, &server.url, &args).spawn().unwrap();
    let pid = Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
    eventually("calls", || async {
        (server.metric("hookswitch_calls_total{reason=\"hangup\"}").await > 0.0).then_some(())
    })
    .await;
    kill_process(pid, Signal::INT).unwrap();
    let output = tokio::time::timeout(DEADLINE, child.wait_with_output()).await.expect("it does not end").unwrap();
    assert_eq!((output.status.code(), output.status.signal()), (Some(1), None));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["interrupted"], true);
    assert!(report["calls_done"].as_u64().unwrap() > 0);
    assert_eq!(server.get("/api/v1/webhooks").await["items"], json!([]));
}

#[tokio::test]
async fn with_a_key_each_user_gets_a_token() {
    let server = Setup::production().set("LIMITS__LOGINS_PER_MIN", 0).start().await;
    let mut command = command(&server.setup, &server.url, &["--pairs", "2", "--calls", "10"]);
    let output = command.env("HOOKSWITCH_API_KEY", &server.key).output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_plausible(&serde_json::from_slice(&output.stdout).unwrap(), 10);
}

#[tokio::test]
async fn with_a_password_file_users_log_in_with_it() {
    let server = Setup::production().start().await;
    for user in ["load-1a", "load-1b"] {
        server.put(&format!("/api/v1/users/{user}"), json!({"password": "correct horse"})).await;
    }
    let file = server.setup.folder().join("password");
    std::fs::write(&file, "correct horse\n").unwrap();
    let file = file.to_str().unwrap();
    let report = report(&server, &["--pairs", "1", "--calls", "5", "--users", "load-", "--password-file", file]).await;
    assert_plausible(&report, 5);
}

#[tokio::test]
async fn limits_are_named_where_the_server_refuses_the_load() {
    for (key, limit, args) in [
        ("FRAMES_PER_SEC", "limits.frames_per_sec", ["--pairs", "2", "--calls", "200"]),
        ("LOGINS_PER_MIN", "limits.logins_per_min", ["--pairs", "2", "--calls", "1"]),
        ("SESSIONS_PER_ADDRESS", "limits.sessions_per_address", ["--connections", "4", "--hold", "0.1"]),
    ] {
        let server = Setup::dev().set(&format!("LIMITS__{key}"), 2).start().await;
        let Output { status, stdout, stderr } = run(&server.setup, &server.url, &args).await;
        assert_eq!(status.code(), Some(1), "{limit}");
        let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        assert!(said.contains(&format!("{limit} = 0")), "{limit}: {said}");
    }
}

#[tokio::test]
async fn calls_that_are_refused_are_counted_with_their_reason() {
    let server = Server::dev().await;
    let hook = super::support::Hook::start(|_| super::support::Answer::json(json!({"error_code": 7}))).await;
    let form = json!({"url": hook.url(), "veto": true});
    let (status, _) = server.rest(Method::PUT, "/api/v1/webhooks/no", Some(form)).await;
    assert!(status.is_success());
    let output = run(&server.setup, &server.url, &["--pairs", "2", "--duration", "0.2"]).await;
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["calls_done"], &report["errors"]["reply 7 vetoed"]), (&json!(0), &report["calls_failed"]));
    assert!(report["calls_failed"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn where_no_server_is_the_bench_says_so() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let output = run(&Setup::dev(), &format!("http://{address}"), &[]).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("cannot connect") && said.contains("refused"), "{said}");
    assert_eq!(output.stdout, b"");
}

#[tokio::test]
async fn the_floor_answers_the_same_scenario() {
    let (announce, announced) = tokio::sync::oneshot::channel();
    let serving = std::thread::spawn(move || {
        actix::System::new().block_on(async {
            let (server, address) = relay::start("127.0.0.1:0").unwrap();
            announce.send((server.handle(), address)).unwrap_or_else(|_| panic!("nobody waits for the floor"));
            server.await.unwrap();
        });
    });
    let (handle, address) = announced.await.unwrap();
    let (setup, url) = (Setup::dev(), format!("http://{address}"));
    let calls = run(&setup, &url, &["--pairs", "3", "--calls", "60"]).await;
    assert_plausible(&serde_json::from_slice(&calls.stdout).unwrap(), 60);
    let crowd = run(&setup, &url, &["--connections", "20", "--hold", "0.1"]).await;
    let crowd: Value = serde_json::from_slice(&crowd.stdout).unwrap();
    assert_eq!((&crowd["logged_in"], &crowd["lost"]), (&json!(20), &json!(0)));
    handle.stop(false).await;
    serving.join().unwrap();
}
