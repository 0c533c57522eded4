//! Running it: reloads, TLS, secrets, mistakes, and what is left at rest.

use std::{os::unix::fs::PermissionsExt as _, path::Path, process::Command, sync::Arc, time::Duration};

use rustix::process::Signal;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Hook, Server, Setup, eventually, finish, reply, request, ring, talk};

#[tokio::test]
async fn sighup_takes_over_log_level_limits_and_hooks_and_names_what_needs_a_restart() {
    let mut hook = Hook::start(|_| Answer::ok()).await;
    let server = Setup::dev().config("[log]\nlevel = \"info\"\n[limits]\nframes_per_sec = 0\n").start().await;
    let mut alice = server.login("alice").await;
    alice.send(request("nobody"));
    alice.expect("ok").await;
    alice.coded("reply", 100_102).await;
    assert!(!server.log().contains("\"level\":\"DEBUG\""));
    let text = format!(
        "[log]\nlevel = \"debug\"\n[limits]\nframes_per_sec = 5\n[call]\nglare = \"busy\"\n\
         [[webhooks.endpoint]]\nname = \"late\"\nurl = \"{}\"\nevents = [\"call.finished\"]\n",
        hook.url()
    );
    std::fs::write(server.setup.config_file(), text).unwrap();
    server.signal(Signal::HUP);
    server.says("configuration reloaded").await;
    server.says("these settings need a restart").await;
    let line = server.log().lines().find(|line| line.contains("need a restart")).unwrap().to_owned();
    assert!(line.contains("\"keys\":\"call.glare\""), "{line}");
    server.get("/api/v1/stats").await;
    let answered = eventually("the request is in the log", || async {
        server.log().lines().find(|line| line.contains("\"answered\"") && line.contains("/stats")).map(str::to_owned)
    });
    let answered: Value = serde_json::from_str(&answered.await).unwrap();
    assert!(answered["dur_ms"].is_f64() && answered["status"] == 200, "{answered}");
    let mut bob = server.login("bob").await;
    bob.send(request("nobody"));
    bob.expect("ok").await;
    bob.coded("reply", 100_102).await;
    hook.expect("call.finished").await;
    server.says("\"level\":\"DEBUG\"").await;
    for _ in 0..30 {
        bob.send(json!({"type": "ping"}));
    }
    assert_eq!(bob.close_code().await, Some(4429));
    // The hook that the file no longer names is gone.
    std::fs::write(server.setup.config_file(), "[log]\nlevel = \"info\"\n").unwrap();
    server.signal(Signal::HUP);
    eventually("the hook is gone", || async {
        (server.rest(reqwest::Method::GET, "/api/v1/webhooks/late", None).await.0 == 404).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_wrong_at_a_reload_changes_nothing() {
    let mut server = Setup::dev().config("[log]\nlevel = \"info\"\n").start().await;
    server.may_err = true;
    std::fs::write(server.setup.config_file(), "[log]\nlevel = \"loud\"\n").unwrap();
    server.signal(Signal::HUP);
    server.says("the configuration was not reloaded").await;
    server.login("alice").await.nothing().await;
}

pub(crate) fn make_certificate(folder: &Path, name: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={name}"), "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-keyout")
        .arg(folder.join("tls.key"))
        .arg("-out")
        .arg(folder.join("tls.crt"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A client that trusts the certificate in the folder and no other.
fn secure_client(server: &Server) -> reqwest::Client {
    let pem = std::fs::read(server.setup.folder().join("tls.crt")).unwrap();
    let trust = reqwest::Certificate::from_pem(&pem).unwrap();
    reqwest::Client::builder().tls_certs_only([trust]).build().unwrap()
}

/// Whether the server's certificate is the one in the folder.
async fn trusted(server: &Server) -> bool {
    let answer = secure_client(server).get(format!("https://{}/healthz", server.address)).send().await;
    answer.is_ok_and(|answer| answer.status() == 200)
}

async fn secure_login(server: &Server, user: &str) -> Client {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(server.setup.folder().join("tls.crt")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let socket = tokio::net::TcpStream::connect(server.address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let name = server.address.ip().into();
    let socket = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap();
    let mut client = Client::over(socket, &format!("ws://{}/ws", server.address), &[]).await.unwrap();
    client.send(json!({"type": "login", "user": user, "password": "any"}));
    client.logged_in().await;
    client
}

#[tokio::test]
async fn tls_files_are_served_and_read_again_at_a_reload() {
    let setup = Setup::dev();
    make_certificate(setup.folder(), "first");
    let file = |name: &str| setup.folder().join(name).display().to_string();
    let (cert, key) = (file("tls.crt"), file("tls.key"));
    let server = setup.set("SERVER__TLS_CERT_FILE", cert).set("SERVER__TLS_KEY_FILE", key).start().await;
    assert!(server.log().contains("https://127.0.0.1:"));
    assert!(trusted(&server).await);
    assert!(server.http.get(format!("{}/healthz", server.url)).send().await.is_err(), "plain HTTP is not answered");
    let url = format!("https://{}", server.address);
    let calls = |more: &[&str]| server.setup.command(&["calls", "--json", "--url", &url]).args(more).output().unwrap();
    let stranger = calls(&[]);
    assert!(!stranger.status.success());
    assert!(String::from_utf8_lossy(&stranger.stderr).contains("--ca names a certificate to trust"));
    let trusting = calls(&["--ca", "tls.crt"]);
    assert!(trusting.status.success(), "{}", String::from_utf8_lossy(&trusting.stderr));
    assert!(!calls(&["--ca", "tls.key"]).status.success());
    let mut alice = secure_login(&server, "alice").await;
    let mut bob = secure_login(&server, "bob").await;
    let (call, _) = talk(&mut alice, &mut bob).await;
    // A reader that never reads is cut here, too.
    let frozen = bob.freeze();
    for _ in 0..80 {
        alice.send(json!({"type": "signal", "call": call, "data": "x".repeat(60_000)}));
    }
    eventually("the line is lost", || async {
        let answer =
            secure_client(&server).get(format!("https://{}/api/v1/users/bob", server.address)).bearer_auth("dev");
        let view: Value = answer.send().await.unwrap().json().await.unwrap();
        (view["sessions"][0]["connected"] == false).then_some(())
    })
    .await;
    drop(frozen);
    assert!(matches!(bob.close_code().await, None | Some(4410)));
    alice.nothing().await;
    make_certificate(server.setup.folder(), "second");
    assert!(!trusted(&server).await);
    server.signal(Signal::HUP);
    eventually("the second certificate is served", || async { trusted(&server).await.then_some(()) }).await;
}

#[tokio::test]
async fn a_short_token_secret_is_warned_of_in_development_mode() {
    let server = Setup::dev().set("AUTH__JWT_SECRET", "short").start().await;
    server.says("auth.jwt_secret is short").await;
}

#[tokio::test]
async fn a_production_server_makes_its_token_secret_once_and_keeps_it_to_itself() {
    let server = Setup::production().start().await;
    let token = server.setup.run(&["token", "alice"], "");
    let file = server.setup.data_dir().join("jwt_secret");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(&server.setup.data_dir())), (0o600, 0o700));
    let secret = std::fs::read(&file).unwrap();
    assert!(secret.len() >= 32);
    let server = server.crash_and_restart().await;
    assert_eq!(std::fs::read(&file).unwrap(), secret);
    let mut alice = server.connect().await;
    alice.send(json!({"type": "login", "token": token}));
    alice.logged_in().await;
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let server = Server::dev().await;
    let second = server.setup.serve().output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains(&server.setup.data_dir().display().to_string()), "{said}");
    assert!(said.contains("another hookswitch server uses"), "{said}");
    server.login("alice").await.nothing().await;
}

#[tokio::test]
async fn a_taken_port_is_said_plainly() {
    let server = Server::dev().await;
    let mut setup = Setup::dev();
    setup.listen = server.address.to_string();
    let second = setup.serve().output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains(&format!("cannot listen on {}", server.address)), "{said}");
}

#[tokio::test]
async fn development_mode_is_for_this_machine_only() {
    let mut setup = Setup::dev();
    setup.listen = "0.0.0.0:0".to_owned();
    let refused = setup.serve().output().unwrap();
    assert_eq!(refused.status.code(), Some(78), "{}", String::from_utf8_lossy(&refused.stderr));
}

async fn at_rest(server: &Server) {
    let gauges = [
        "hookswitch_actors{kind=\"session\"}",
        "hookswitch_actors{kind=\"call\"}",
        "hookswitch_actors{kind=\"room\"}",
        "hookswitch_connections{state=\"ready\"}",
        "hookswitch_connections{state=\"unauthenticated\"}",
        "hookswitch_sessions",
        "hookswitch_users_online",
        "hookswitch_calls{state=\"requested\"}",
        "hookswitch_calls{state=\"ringing\"}",
        "hookswitch_calls{state=\"talking\"}",
    ];
    for gauge in gauges {
        eventually(gauge, || async { (server.metric(gauge).await == 0.0).then_some(()) }).await;
    }
}

#[tokio::test]
async fn when_all_have_left_nothing_is_left() {
    let server = Setup::dev().set("SESSION__RESUME_GRACE_SECS", 0.2).start().await;
    server.login("warm-up").await.cut().await;
    at_rest(&server).await;
    let base = server.descriptors();
    for round in 0..4 {
        let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
        let (mut carol, mut dave) = (server.login("carol").await, server.login("dave").await);
        let mut web = server.login_on("bob", "web").await;
        let stranger = server.connect().await;
        ring(&mut alice, &mut bob).await;
        web.event("request").await;
        bob.send(reply("alice", 100_104));
        alice.coded("reply", 100_104).await;
        talk(&mut carol, &mut dave).await;
        assert!(server.metric("hookswitch_actors{kind=\"session\"}").await >= 5.0);
        if round % 2 == 0 {
            carol.send(finish("dave"));
            dave.event("finish").await;
        } else {
            let (status, _) = server.post("/api/v1/users/carol/kick", json!({})).await;
            assert_eq!(status, 200);
            dave.coded("finish", 100_106).await;
        }
        dave.send(json!({"type": "logout"}));
        dave.closed(1000).await;
        alice.send(json!({"type": "watch", "users": ["*"]}));
        for client in [alice, bob, carol, web, stranger] {
            client.cut().await;
        }
        drop(dave);
        at_rest(&server).await;
    }
    eventually("the descriptors are closed", || async { (server.descriptors() <= base).then_some(()) }).await;
}

#[tokio::test]
async fn whoever_watches_the_events_sees_calls_and_presence_and_can_come_back() {
    let server = Server::dev().await;
    let watch = |after: Option<String>| {
        let mut request = server.http.get(format!("{}/api/v1/events", server.url)).bearer_auth("dev");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        request.send()
    };
    let mut live = watch(None).await.unwrap();
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let call = ring(&mut alice, &mut bob).await;
    let read = async {
        let mut text = String::new();
        while !text.contains("call.ringing") {
            text.push_str(std::str::from_utf8(&live.chunk().await.unwrap().unwrap()).unwrap());
        }
        text
    };
    let seen = tokio::time::timeout(Duration::from_secs(10), read).await.unwrap();
    assert!(seen.contains(&call) && seen.contains("alice"), "{seen}");
    let first = seen.lines().find_map(|line| line.strip_prefix("id:")).unwrap().trim().to_owned();
    let mut again = watch(Some(first)).await.unwrap();
    let missed = async {
        let mut text = String::new();
        while !text.contains("call.ringing") {
            text.push_str(std::str::from_utf8(&again.chunk().await.unwrap().unwrap()).unwrap());
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), missed).await.is_ok());
}

#[tokio::test]
async fn the_terminal_lists_a_call_and_ends_it() {
    let server = Server::dev().await;
    let (mut alice, mut bob) = (server.login("alice").await, server.login("bob").await);
    let (call, _) = talk(&mut alice, &mut bob).await;
    let run = |args: &[&str]| {
        let output =
            server.setup.command(args).args(["--url", &server.url]).env("HOOKSWITCH_API_KEY", "dev").output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let listed = eventually("it is listed", || async {
        let listed = run(&["calls", "--state", "talking", "--json"]);
        listed.contains(&call).then_some(listed)
    })
    .await;
    assert!(
        serde_json::from_str::<Value>(&listed).is_ok() || listed.lines().all(|line| line.starts_with('{')),
        "{listed}"
    );
    run(&["finish", &call]);
    assert_eq!(alice.coded("finish", 0).await["reason"], "forced");
    bob.coded("finish", 0).await;
}

#[tokio::test]
async fn a_broken_certificate_at_a_reload_leaves_the_old_one_in_use() {
    let setup = Setup::dev();
    make_certificate(setup.folder(), "first");
    let file = |name: &str| setup.folder().join(name).display().to_string();
    let (cert, key) = (file("tls.crt"), file("tls.key"));
    let mut server = setup.set("SERVER__TLS_CERT_FILE", cert).set("SERVER__TLS_KEY_FILE", key).start().await;
    server.may_err = true;
    std::fs::write(server.setup.folder().join("tls.key"), "no key").unwrap();
    server.signal(Signal::HUP);
    server.says("the TLS certificate was not reloaded").await;
    assert!(trusted(&server).await);
}
