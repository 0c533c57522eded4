//! `hookswitch conformance`: this server passes it, and servers that are otherwise do not.

use std::{net::SocketAddr, process::Stdio};

use futures_util::{SinkExt as _, StreamExt as _};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{WebSocketStream, accept_async, connect_async, tungstenite::Message};

use crate::{
    operations::make_certificate,
    support::{Server, Setup, eventually},
};

/// Runs the suite; returns its exit code and what it says.
async fn suite(setup: &Setup, args: &[&str]) -> (Option<i32>, String) {
    let mut command = setup.command(&["conformance"]);
    command.args(args);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// What the suite says of a server at this address.
async fn verdict(address: SocketAddr, args: &[&str]) -> (Option<i32>, Value) {
    let url = format!("ws://{address}");
    let (code, said) = suite(&Setup::dev(), &[&["--url", &url, "--json"], args].concat()).await;
    (code, serde_json::from_str(&said).unwrap())
}

fn failed(report: &Value) -> Vec<&Value> {
    report["scenarios"].as_array().unwrap().iter().filter(|scenario| scenario["result"] == "failed").collect()
}

#[tokio::test]
async fn this_server_passes_every_scenario() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 4).set("SESSION__LOGIN_TIMEOUT_SECS", 4).start().await;
    let url = format!("ws://{}/ws", server.address);
    let (code, said) =
        suite(&server.setup, &["--url", &url, "--hook-port", "0", "--slow", "--jobs", "8", "--deadline", "10"]).await;
    assert_eq!(code, Some(0), "{said}");
    let skipped: Vec<_> = said.lines().filter(|line| line.starts_with("skip")).collect();
    assert!(skipped.len() == 1 && skipped[0].contains("--glare busy"), "{said}");
    assert!(said.lines().last().unwrap().contains(" 0 failed, 1 skipped"), "{said}");
    assert_eq!(server.get("/api/v1/webhooks").await["items"], json!([]), "the hook is taken away again");
}

#[tokio::test]
async fn this_server_passes_the_scenarios_of_its_other_settings() {
    let server = Setup::dev().set("CALL__GLARE", "busy").start().await;
    let (code, report) = verdict(server.address, &["--glare", "busy", "--only", "glare"]).await;
    assert_eq!((code, &report["passed"], &report["skipped"]), (Some(0), &json!(1), &json!(2)), "{report:#}");
}

#[tokio::test]
async fn users_of_a_server_in_production_log_in_with_tokens() {
    let server = Setup::production().set("AUTH__JWT_SECRET", "a long random text").start().await;
    let file = server.setup.folder().join("secret");
    std::fs::write(&file, "a long random text\n").unwrap();
    let key = server.setup.folder().join("key");
    std::fs::write(&key, &server.key).unwrap();
    let args = ["--jwt-secret-file", file.to_str().unwrap(), "--key-file", key.to_str().unwrap(), "--only", "a call"];
    let (code, report) = verdict(server.address, &args).await;
    assert_eq!((code, &report["failed"]), (Some(0), &json!(0)), "{report:#}");
    assert!(report["passed"].as_u64().unwrap() > 5);
}

#[tokio::test]
async fn a_server_behind_tls_is_tried_over_tls() {
    let setup = Setup::dev();
    make_certificate(setup.folder(), "hookswitch");
    let (cert, key) = (setup.folder().join("tls.crt"), setup.folder().join("tls.key"));
    let setup = setup.set("SERVER__TLS_CERT_FILE", cert.display()).set("SERVER__TLS_KEY_FILE", key.display());
    let server = setup.start().await;
    let url = format!("wss://{}/ws", server.address);
    let trusting = Setup::dev().env("SSL_CERT_FILE", cert.to_str().unwrap());
    let (code, said) = suite(&trusting, &["--url", &url, "--only", "it ends a talking call"]).await;
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = suite(&Setup::dev(), &["--url", &url, "--only", "nobody calls himself"]).await;
    assert_eq!(code, Some(1), "a certificate that nobody vouches for: {said}");
}

#[tokio::test]
async fn a_suite_that_is_interrupted_takes_its_hook_away() {
    let server = Server::dev().await;
    let url = format!("ws://{}", server.address);
    let args = ["conformance", "--url", &url, "--hook-port", "0", "--slow", "--only", "comes too late"];
    let mut suite = server.setup.command(&args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let hooks = async || server.get("/api/v1/webhooks").await["items"].as_array().unwrap().len();
    // The hook holds its verdict back until long after this.
    eventually("the hook is asked", || async {
        (hooks().await == 1 && server.get("/api/v1/calls").await["items"] != json!([])).then_some(())
    })
    .await;
    kill_process(Pid::from_child(&suite), Signal::INT).unwrap();
    let status = tokio::task::spawn_blocking(move || suite.wait().unwrap()).await.unwrap();
    assert_eq!((status.code(), hooks().await), (Some(1), 0));
}

/// A server that does with each connection what `serve` does.
async fn fake<F: Future<Output = ()> + Send>(
    serve: impl Fn(WebSocketStream<TcpStream>) -> F + Send + Sync + Clone + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let serve = serve.clone();
            tokio::spawn(async move {
                // Whoever asks for no WebSocket is none of the suite's clients.
                if let Ok(socket) = accept_async(socket).await {
                    serve(socket).await;
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn a_server_that_logs_everybody_in_and_then_says_nothing_fails() {
    let address = fake(async |mut socket: WebSocketStream<TcpStream>| {
        while let Some(Ok(Message::Text(text))) = socket.next().await {
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["type"] == "login" {
                let welcome = json!({"type": "logged_in", "user": frame["user"], "resumed": false, "resume": "x", "seq": 0,
                    "session": "0199f2a4-5c1e-4d3a-9b0f-2f6f0a1c9e11", "heartbeat_secs": 25, "ice_servers": [], "calls": []});
                let _gone = socket.send(Message::text(welcome.to_string())).await.is_err();
            }
        }
    });
    let address = address.await;
    let (code, report) = verdict(address, &["--deadline", "0.3", "--jobs", "64", "--only", "calls"]).await;
    assert_eq!((code, &report["passed"]), (Some(1), &json!(0)), "{report:#}");
    let busy = failed(&report).into_iter().find(|scenario| scenario["name"].as_str().unwrap().contains("not there"));
    let why = busy.unwrap()["why"].as_str().unwrap();
    assert_eq!(why, "nothing came within 0.3 s");
    let (code, said) =
        suite(&Setup::dev(), &["--url", &format!("ws://{address}"), "--deadline", "0.3", "--only", "not there"]).await;
    assert_eq!(code, Some(1));
    assert!(said.contains("FAIL  calls: a callee who is not there is offline, at once"), "{said}");
    assert!(said.contains("step    alice hears {") && said.contains("alice > {"), "{said}");
}

/// A server that is right but for what `change` does to its frames.
async fn almost(server: &Server, change: fn(&str) -> Vec<String>) -> SocketAddr {
    let url = format!("ws://{}/ws", server.address);
    fake(move |mut client: WebSocketStream<TcpStream>| {
        let url = url.clone();
        async move {
            let (mut server, _) = connect_async(url).await.unwrap();
            loop {
                let sent = tokio::select! {
                    message = client.next() => match message {
                        Some(Ok(message)) => server.send(message).await,
                        _ => return,
                    },
                    message = server.next() => match message {
                        Some(Ok(Message::Text(text))) => {
                            let mut frames = futures_util::stream::iter(change(&text)).map(|text| Ok(Message::text(text)));
                            client.send_all(&mut frames).await
                        }
                        Some(Ok(message)) => client.send(message).await,
                        _ => return,
                    },
                };
                if sent.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_server_with_one_wrong_code_fails_where_that_code_is_due() {
    let server = Server::dev().await;
    let address = almost(&server, |text| vec![text.replace("100102", "100103")]).await;
    let (code, report) = verdict(address, &["--only", "calls"]).await;
    assert_eq!(code, Some(1));
    let failed = failed(&report);
    let names: Vec<_> = failed.iter().map(|scenario| scenario["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a callee who is not there is offline, at once", "a callee who logged out is offline"]);
    assert_eq!(failed[0]["why"], "error_code should be 100102, and is 100103");
}

#[tokio::test]
async fn a_server_that_says_too_much_fails() {
    let server = Server::dev().await;
    let address = almost(&server, |text| match text.contains("\"id\":7") {
        true => vec![text.to_owned(), text.to_owned()],
        false => vec![text.to_owned()],
    });
    let (code, report) = verdict(address.await, &["--only", "every field"]).await;
    assert_eq!((code, failed(&report).len()), (Some(1), 1), "{report:#}");
    let address = almost(&server, |text| match text.contains("declined_elsewhere") {
        true => vec![text.to_owned(), "{\"type\":\"ok\",\"id\":9}".to_owned()],
        false => vec![text.to_owned()],
    });
    let (code, report) = verdict(address.await, &["--only", "a refusal on one device"]).await;
    assert_eq!(code, Some(1));
    assert_eq!(failed(&report)[0]["step"], "nobody hears anything more", "{report:#}");
}

#[tokio::test]
async fn a_server_whose_seq_has_a_gap_fails() {
    let server = Server::dev().await;
    let address = almost(&server, |text| vec![text.replace("\"seq\":2,", "\"seq\":3,")]).await;
    let (code, report) = verdict(address, &["--only", "both parties get the same room"]).await;
    assert_eq!(code, Some(1));
    assert!(failed(&report)[0]["why"].as_str().unwrap().starts_with("seq should be 2"), "{report:#}");
}
