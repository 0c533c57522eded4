//! Layers, origins, error texts, and that the generated files are up to date.

mod tables;

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use super::*;

/// Loads a file of this text, called `t.toml`, with this environment and these flags.
fn load_with(text: &str, env: &[(&str, &str)], flags: Flags) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.toml");
    fs::write(&file, text).unwrap();
    let env = env.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect();
    load(&Sources { file: Some(file), env, flags })
}

fn config(text: &str) -> Config {
    load_with(text, &[], Flags::default()).unwrap().config
}

/// The mistakes, with the file's folder taken away.
fn mistakes(text: &str, env: &[(&str, &str)], flags: Flags) -> Vec<String> {
    let problems = load_with(text, env, flags).unwrap_err().problems;
    let short = |problem: &Problem| {
        let place = problem.place.as_ref().map(|place| {
            let name = place.path.file_name().unwrap().to_str().unwrap().to_owned();
            format!(" {name}:{}:{}", place.line, place.column)
        });
        format!("{}{}", problem.message, place.unwrap_or_default())
    };
    problems.iter().map(short).collect()
}

fn mistake(text: &str) -> String {
    let all = mistakes(text, &[], Flags::default());
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

fn mistake_in_env(name: &str, value: &str) -> String {
    let all = mistakes("", &[(name, value)], Flags::default());
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

fn origin(loaded: &Loaded, section: &str, name: &str) -> String {
    let setting = loaded.settings.iter().find(|setting| (setting.section, setting.name) == (section, name)).unwrap();
    let text = setting.origin.to_string();
    text.rsplit_once('/').map_or(text.clone(), |(_, file)| file.to_owned())
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let config = load(&Sources::default()).unwrap().config;
    assert_eq!(config.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.server.drain_timeout_secs, Duration::from_secs(25));
    assert_eq!(config.store.data_dir, Path::new("hookswitch-data"));
    assert_eq!(config.store.retention_days, Duration::from_secs(90 * 24 * 3600));
    assert_eq!(config.call.ring_timeout_secs, Duration::from_secs(60));
    assert_eq!(config.call.max_duration_secs, Duration::ZERO);
    assert_eq!(config.call.glare, Glare::Join);
    assert_eq!(config.session.heartbeat_secs, Duration::from_secs(25));
    assert_eq!(config.session.resume_grace_secs, Duration::from_secs(15));
    assert_eq!(config.session.login_timeout_secs, Duration::from_secs(5));
    assert_eq!(config.session.policy, SessionPolicy::Multi);
    assert_eq!(config.session.resume_queue_bytes, 262_144);
    assert!(!config.session.directory && !config.webhooks.allow_private && !config.dev);
    assert_eq!(config.webhooks.max_in_flight, 512);
    assert_eq!((config.limits.frame_bytes, config.limits.body_bytes), (65_536, 262_144));
    assert_eq!(config.limits.frames_per_sec, NonZeroU32::new(200));
    assert_eq!(config.limits.logins_per_min, NonZeroU32::new(120));
    assert_eq!(config.limits.failed_login_delay_secs, Duration::from_millis(250));
    assert_eq!(config.limits.sessions_per_user, NonZeroU32::new(16));
    assert_eq!(config.limits.sessions_per_address, NonZeroU32::new(1000));
    assert_eq!(config.limits.unauthenticated, NonZeroU32::new(1000));
    assert_eq!(config.turn.ttl_secs, Duration::from_secs(3600));
    assert_eq!((config.cloudvoip.prewarm, config.cloudvoip.max_workers), (1, 0));
}

#[test]
fn development_mode_lifts_the_limits_but_not_the_sizes() {
    let flags = Flags { dev: true, ..Flags::default() };
    let loaded = load(&Sources { flags, ..Sources::default() }).unwrap();
    let Config { limits, webhooks, session, dev, .. } = &loaded.config;
    assert!(*dev && webhooks.allow_private && session.directory);
    assert_eq!(
        (limits.frames_per_sec, limits.logins_per_min, limits.sessions_per_user, limits.sessions_per_address),
        (None, None, None, None)
    );
    assert_eq!((limits.unauthenticated, limits.failed_login_delay_secs), (None, Duration::ZERO));
    assert_eq!((limits.frame_bytes, limits.body_bytes), (65_536, 262_144));
    assert_eq!(origin(&loaded, "session", "directory"), "default of --dev");
    assert_eq!(origin(&loaded, "server", "listen"), "default");
}

#[test]
fn later_layers_beat_earlier_ones_and_every_origin_is_kept() {
    let text = "[server]\nlisten = \"127.0.0.1:1\"\ndrain_timeout_secs = 1\n[session]\ndirectory = false\n\
                [limits]\nlogins_per_min = 7\n[call]\nring_timeout_secs = 1\n";
    let env =
        [("HOOKSWITCH__SERVER__LISTEN", "127.0.0.1:2"), ("HOOKSWITCH__CALL__RING_TIMEOUT_SECS", "2"), ("PATH", "x")];
    let flags = Flags { listen: Some("127.0.0.1:3".into()), data_dir: Some("/tmp/d".into()), dev: true };
    let loaded = load_with(text, &env, flags).unwrap();
    let config = &loaded.config;
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.call.ring_timeout_secs, Duration::from_secs(2));
    assert_eq!(config.server.drain_timeout_secs, Duration::from_secs(1));
    assert!(!config.session.directory, "the file beats development mode");
    assert_eq!(config.limits.logins_per_min, NonZeroU32::new(7));
    for (section, name, expected) in [
        ("server", "listen", "flag --listen"),
        ("store", "data_dir", "flag --data-dir"),
        ("call", "ring_timeout_secs", "environment HOOKSWITCH__CALL__RING_TIMEOUT_SECS"),
        ("server", "drain_timeout_secs", "t.toml:3"),
        ("session", "directory", "t.toml:5"),
        ("webhooks", "allow_private", "default of --dev"),
        ("call", "glare", "default"),
    ] {
        assert_eq!(origin(&loaded, section, name), expected, "{section}.{name}");
    }
}

#[test]
fn times_take_fractions_everywhere() {
    assert_eq!(config("[session]\nresume_grace_secs = 0.5").session.resume_grace_secs, Duration::from_millis(500));
    assert_eq!(config("[store]\nretention_days = 0.5").store.retention_days, Duration::from_secs(43_200));
    let loaded = load_with("", &[("HOOKSWITCH__CALL__RING_TIMEOUT_SECS", "0.25")], Flags::default()).unwrap();
    assert_eq!(loaded.config.call.ring_timeout_secs, Duration::from_millis(250));
}

#[test]
fn unknown_keys_are_named_with_their_nearest_neighbour_and_their_place() {
    for (text, expected) in [
        ("\n[server]\nlisen = \"x\"", "unknown key `lisen`, did you mean `listen`? t.toml:3:1"),
        ("[servr]\nlisten = \"x\"", "unknown section `[servr]`, did you mean `[server]`? t.toml:1:2"),
        ("lisen = 1", "unknown key `lisen`, did you mean `listen` in [server]? t.toml:1:1"),
        ("server = 1", "`server` is a section: write [server] and its keys below t.toml:1:1"),
        ("[call]\n  listen = 1", "unknown key `listen`, did you mean `listen` in [server]? t.toml:2:3"),
        (
            "[auth]\nsecret = \"x\"",
            "unknown key `secret`, did you mean `jwt_secret`, or `secret` in [turn]? t.toml:2:1",
        ),
        ("call.glair = \"join\"", "unknown key `glair`, did you mean `glare`? t.toml:1:6"),
        (
            "[[webhooks.endpoint]]\nname = \"a\"\nurl = \"http://a\"\nvetos = true",
            "unknown key `vetos`, did you mean `veto`? There are name, url, events, veto, timeout_ms, on_failure, secret, \
             enabled, description t.toml:4:1",
        ),
        (
            "[camera]
enabled = true",
            "unknown section `[camera]`: the sections are [server] [store] [auth] [call] [session] [webhooks] [limits] [turn] \
             [verto] [trace] [wechat] [cloudvoip] [demo] [log] t.toml:1:2",
        ),
    ] {
        assert_eq!(mistake(text), expected, "{text}");
    }
    assert_eq!(
        mistake_in_env("HOOKSWITCH__CALL__RING_TIMEOUT", "2"),
        "unknown environment variable `HOOKSWITCH__CALL__RING_TIMEOUT`, did you mean `HOOKSWITCH__CALL__RING_TIMEOUT_SECS`?"
    );
    assert_eq!(
        mistake_in_env("HOOKSWITCH__server__listen", "x"),
        "unknown environment variable `HOOKSWITCH__server__listen`, did you mean `HOOKSWITCH__SERVER__LISTEN`?"
    );
}

#[test]
fn values_of_the_wrong_kind_are_named_with_what_would_be_right() {
    for (text, expected) in [
        ("[call]\nglare = \"maybe\"", "`call.glare` must be one of \"join\" \"busy\", not \"maybe\" t.toml:2:9"),
        (
            "[call]\nring_timeout_secs = \"1\"",
            "`call.ring_timeout_secs` must be a number of seconds, as 60 or 0.5, not \"1\" t.toml:2:21",
        ),
        (
            "[call]\nring_timeout_secs = -1",
            "`call.ring_timeout_secs` must be a number of seconds, as 60 or 0.5, not -1 t.toml:2:21",
        ),
        (
            "[call]\nring_timeout_secs = nan",
            "`call.ring_timeout_secs` must be a number of seconds, as 60 or 0.5, not NaN t.toml:2:21",
        ),
        ("[session]\ndirectory = 1", "`session.directory` must be true or false, not 1 t.toml:2:13"),
        (
            "[limits]\nframe_bytes = 1.5",
            "`limits.frame_bytes` must be a number of bytes, 0 or more, not 1.5 t.toml:2:15",
        ),
        (
            "[limits]\nlogins_per_min = 99999999999",
            "`limits.logins_per_min` must be a whole number, 0 for no limit, not 99999999999 t.toml:2:18",
        ),
        (
            "[server]\nlisten = \"example.org:80\"",
            "`server.listen` must be an address and a port, as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080, not \"example.org:80\" t.toml:2:10",
        ),
        (
            "[server]\nlisten = 2026-01-01",
            "`server.listen` must be an address and a port, as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080, not a date t.toml:2:10",
        ),
        (
            "[server]\nallowed_origins = [\"https://a.example\", \"b\"]",
            "`server.allowed_origins` must be origins, as \"https://app.example.org\", or \"*\", not \"b\" t.toml:2:41",
        ),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.0/99\"]",
            "`server.trusted_proxies` must be addresses or networks, as \"10.0.0.7\" or \"10.0.0.0/8\", not \"10.0.0.0/99\" t.toml:2:20",
        ),
        (
            "[server]\npublic_url = \"calls\"",
            "`server.public_url` must be an http or https URL, as https://calls.example.org, not \"calls\" t.toml:2:14",
        ),
        (
            "[auth]\njwt_algorithms = [\"none\"]",
            "`auth.jwt_algorithms` must be a list of \"HS256\" \"RS256\" \"ES256\" \"EdDSA\", not \"none\" t.toml:2:19",
        ),
        ("[auth]\njwt_secret = 12345", "`auth.jwt_secret` must be text in quotes t.toml:2:14"),
        ("[auth]\njwt_secret = \"\"", "`auth.jwt_secret` is empty: give it a value, or leave the key out t.toml:2:14"),
        ("[webhooks]\nendpoint = 1", "`webhooks.endpoint` must be written as [[webhooks.endpoint]] t.toml:2:12"),
    ] {
        assert_eq!(mistake(text), expected, "{text}");
    }
    assert_eq!(
        mistake_in_env("HOOKSWITCH__CALL__GLARE", "maybe"),
        "`HOOKSWITCH__CALL__GLARE` must be one of \"join\" \"busy\", not \"maybe\""
    );
    let flags = Flags { listen: Some("here".into()), ..Flags::default() };
    assert!(mistakes("", &[], flags)[0].starts_with("`--listen` must be an address and a port"));
}

#[test]
fn what_is_not_toml_is_told_with_its_place() {
    let message = mistake("[server]\nlisten = \n");
    assert!(message.ends_with("t.toml:2:10"), "{message}");
    let message = mistake("[server]\nworkers = 1\nworkers = 2\n");
    assert!(message.contains("duplicate key") && message.ends_with("t.toml:3:1"), "{message}");
}

#[test]
fn all_mistakes_are_told_together() {
    let text = "[server]\nlisen = 1\ntls_cert_file = \"/nowhere/c\"\n[call]\nglare = 1\nring_timeout_secs = 0\n";
    let all = mistakes(text, &[("HOOKSWITCH__NO__KEY", "1")], Flags::default());
    assert_eq!(all.len(), 6, "{all:#?}");
    let shown = load_with(text, &[], Flags::default()).unwrap_err().to_string();
    assert!(shown.starts_with("the configuration has 5 mistakes:\n  - unknown key `lisen`"), "{shown}");
}

#[test]
fn what_does_not_go_together_is_told() {
    for (text, expected) in [
        ("[call]\nring_timeout_secs = 0", "`call.ring_timeout_secs` must be more than 0 t.toml:2:21"),
        ("[session]\nheartbeat_secs = 0", "`session.heartbeat_secs` must be more than 0 t.toml:2:18"),
        ("[limits]\nframe_bytes = 0", "`limits.frame_bytes` must be at least 1024 t.toml:2:15"),
        ("[webhooks]\nmax_in_flight = 0", "`webhooks.max_in_flight` must be more than 0 t.toml:2:17"),
        (
            "[turn]\nuris = [\"turn:t.example\"]",
            "`turn.uris` needs `turn.secret`, the text that coturn has as static-auth-secret t.toml:2:8",
        ),
        (
            "[turn]\nuris = [\"http://t.example\"]",
            "`turn.uris` must begin with turn:, turns:, stun: or stuns:, not \"http://t.example\" t.toml:2:8",
        ),
        (
            "[auth]\njwt_algorithms = [\"RS256\"]",
            "`auth.jwt_algorithms` names RS256, which needs `auth.jwt_public_key_file` or `auth.jwks_url` t.toml:2:18",
        ),
        (
            "[auth]\njwks_url = \"https://id.example\"\njwt_algorithms = [\"HS256\"]",
            "`auth.jwt_algorithms` names HS256, which needs `auth.jwt_secret` t.toml:3:18",
        ),
    ] {
        assert_eq!(mistake(text), expected, "{text}");
    }
    assert!(config("[turn]\nuris = [\"stun:s.example\"]").turn.secret.is_none());
    let message = mistake("[auth]\njwt_public_key_file = \"/nowhere/k\"");
    assert!(message.starts_with("`auth.jwt_public_key_file` cannot be read: /nowhere/k: No such file"), "{message}");
    let message = mistake("[log]\nfilter = \"a=b=c\"");
    assert!(message.starts_with("`log.filter` cannot be understood"), "{message}");
    let message = mistake("[store]\ndata_dir = \"/dev/null\"");
    assert_eq!(message, "`store.data_dir` is no folder: /dev/null t.toml:2:12");
    let path = env!("CARGO_MANIFEST_DIR");
    let message = mistake(&format!("[server]\ntls_cert_file = \"{path}/Cargo.toml\""));
    assert_eq!(message, "`server.tls_cert_file` needs `server.tls_key_file` beside it t.toml:2:17");
}

#[test]
fn development_mode_refuses_a_public_address_and_says_what_helps() {
    for address in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80"] {
        let flags = Flags { dev: true, listen: Some(address.into()), ..Flags::default() };
        let all = mistakes("", &[], flags);
        assert!(all[0].contains("--listen 127.0.0.1:80") && all[0].contains("hookswitch key new"), "{all:?}");
    }
    for address in ["127.0.0.1:80", "[::1]:80", "127.9.9.9:80", "localhost:80"] {
        let flags = Flags { dev: true, listen: Some(address.into()), ..Flags::default() };
        load_with("", &[], flags).unwrap();
    }
    load_with("", &[], Flags { listen: Some("0.0.0.0:80".into()), ..Flags::default() }).unwrap();
}

#[test]
fn lists_in_the_environment_are_words_or_toml() {
    let env = |value: &str| {
        let loaded = load_with("", &[("HOOKSWITCH__SERVER__ALLOWED_ORIGINS", value)], Flags::default());
        loaded.unwrap().config.server.allowed_origins
    };
    let both = ["https://a.example", "https://b.example:8443"];
    assert_eq!(env("https://a.example, https://b.example:8443/"), both);
    assert_eq!(env("[\"https://a.example\", \"https://b.example:8443\"]"), both);
    assert!(env("").is_empty());
}

#[test]
fn secrets_come_from_files_and_credentials_too_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("jwt_secret"), "from systemd\n").unwrap();
    fs::write(folder.path().join("other"), "from a file\r\n").unwrap();
    let credentials = ("CREDENTIALS_DIRECTORY", folder.path().to_str().unwrap());
    let other = folder.path().join("other");
    let secret = |env: &[(&str, &str)]| {
        let dev = Flags { dev: true, ..Flags::default() };
        let loaded = load_with("[auth]\njwt_secret = \"from the file\"", env, dev).unwrap();
        let shown = format!("{loaded:?}");
        for text in ["from the file", "from systemd", "from a file", "from the environment"] {
            assert!(!shown.contains(text), "{shown}");
        }
        let setting = loaded.settings.iter().find(|setting| setting.name == "jwt_secret").unwrap();
        assert_eq!(setting.value, Some(toml::Value::String("********".into())));
        loaded.config.auth.jwt_secret.unwrap().expose().to_owned()
    };
    assert_eq!(secret(&[]), "from the file");
    assert_eq!(secret(&[credentials]), "from systemd");
    assert_eq!(secret(&[credentials, ("HOOKSWITCH__AUTH__JWT_SECRET_FILE", other.to_str().unwrap())]), "from a file");
    assert_eq!(
        secret(&[credentials, ("HOOKSWITCH__AUTH__JWT_SECRET", "from the environment")]),
        "from the environment"
    );
    let both = [
        ("HOOKSWITCH__AUTH__JWT_SECRET", "as long as a secret has to be here"),
        ("HOOKSWITCH__AUTH__JWT_SECRET_FILE", "b"),
    ];
    assert!(mistakes("", &both, Flags::default())[0].ends_with("are both set: keep one"));
    let message = mistake_in_env("HOOKSWITCH__TURN__SECRET_FILE", "/nowhere/s");
    assert!(message.starts_with("`HOOKSWITCH__TURN__SECRET_FILE`: cannot read /nowhere/s"), "{message}");
}

#[test]
fn a_short_token_secret_is_known_as_such() {
    assert!(config("[auth]\njwt_secret = \"0123456789012345678901234567890\"").auth.has_short_secret());
    assert!(!config("[auth]\njwt_secret = \"01234567890123456789012345678901\"").auth.has_short_secret());
}

#[test]
fn a_missing_file_is_told() {
    let error = load(&Sources { file: Some("/nowhere/x.toml".into()), ..Sources::default() }).unwrap_err();
    assert!(error.to_string().contains("cannot read the configuration file /nowhere/x.toml: No such file"), "{error}");
}

#[test]
fn a_reload_tells_what_changes_and_what_needs_a_restart() {
    let old = config("[turn]\nuris = [\"stun:a\"]");
    let new = config(
        "[log]\nlevel = \"debug\"\n[limits]\nframe_bytes = 2048\n[server]\nlisten = \"127.0.0.1:9\"\n[turn]\nuris = []",
    );
    let (now, restart) = diff_reload(&old, &new);
    assert_eq!(now, ["limits.frame_bytes", "log.level"]);
    assert_eq!(restart, ["server.listen", "turn.uris"]);
    assert_eq!(diff_reload(&old, &old.clone()), (vec![], vec![]));
}

#[test]
fn every_key_has_its_own_environment_name() {
    let names: Vec<_> = schema::keys().map(table::Key::env).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(names.contains(&"HOOKSWITCH__SESSION__RESUME_GRACE_SECS".to_owned()));
}

#[test]
fn the_example_file_is_the_defaults_and_has_every_key() {
    assert_eq!(config(&example()), load(&Sources::default()).unwrap().config, "as it is");
    // With every `#` in front of a key taken away; the lists and the keys that have an example only do stay as they are.
    let given: String = example()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(entry) if !entry.starts_with(' ') => format!("{entry}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let examples = [
        "public_url",
        "tls_cert_file",
        "tls_key_file",
        "jwt_secret",
        "jwt_public_key_file",
        "jwks_url",
        "secret",
        "library",
        "log_dir",
        "verto_library_dir",
    ];
    let (sections, lists): (Vec<_>, Vec<_>) = {
        let text: Vec<_> = given.split("\n\n").collect();
        text.into_iter().partition(|part| !part.contains("\n[["))
    };
    assert_eq!(lists.len(), lists::LISTS.len());
    let defaults: String = sections
        .iter()
        .flat_map(|part| part.lines())
        .filter(|line| !examples.iter().any(|name| line.starts_with(&format!("{name} = "))))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(config(&defaults), load(&Sources::default()).unwrap().config, "without the hashes");
    for key in schema::keys().filter(|key| !lists::is_list(key)) {
        assert!(given.contains(&format!("\n{} = ", key.name)), "{}", key.path());
    }
    let lists = lists.join("\n").replace("whsec_…", "whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB");
    let lists = config(&lists);
    assert_eq!((lists.webhooks.endpoint.len(), lists.wechat.account.len()), (1, 1));
}

#[test]
fn the_generated_files_are_up_to_date() {
    for (path, text) in [("docs/configuration.md", reference()), ("hookswitch.example.toml", example())] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "{} is out of date: UPDATE_DOCS=1 cargo test --lib config", path.display());
    }
}
