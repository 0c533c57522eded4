//! What `serve --dev` greets with.

use std::net::SocketAddr;

use crate::config::Config;

/// The banner of development mode: what to open and what holds only here. `address` is where the server really listens.
#[must_use]
pub fn dev(config: &Config, address: SocketAddr) -> String {
    let scheme = if config.server.tls_cert_file.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    let version = env!("CARGO_PKG_VERSION");
    let data = std::path::absolute(&config.store.data_dir).unwrap_or_else(|_| config.store.data_dir.clone());
    let data = data.display().to_string();
    let line = |what: &str, value: &str, note: &str| format!("  {what:12} {value:38}  {note}").trim_end().to_owned();
    let mut lines = vec![
        format!("  hookswitch {version} - DEVELOPMENT MODE, not for production: any name logs in, loopback only"),
        String::new(),
        line("Demo call", &format!("{url}/"), "log in as alice in one tab, as bob in another"),
        line("API docs", &format!("{url}/api/docs"), "API key: dev"),
        line("Metrics", &format!("{url}/metrics"), ""),
        line("Data", &data, "delete the folder to start afresh"),
    ];
    lines.push(match config.turn.uris.as_slice() {
        [] => line("TURN", "off", "fine on one machine"),
        uris => line("TURN", "on", &uris.join(" ")),
    });
    let elsewhere = if address.to_string() == "127.0.0.1:8080" { String::new() } else { format!(" --url {url}") };
    lines.push(String::new());
    lines.push(format!(
        "  Next:  hookswitch token alice   |   hookswitch calls{elsewhere}   |   PUT {url}/api/v1/webhooks/mine"
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, Sources, load};

    #[test]
    fn the_banner_says_what_to_open() {
        let flags = Flags { dev: true, data_dir: Some("/nonexistent/x".into()), ..Flags::default() };
        let config = load(&Sources { flags, ..Sources::default() }).unwrap().config;
        let banner = dev(&config, "127.0.0.1:9000".parse().unwrap());
        for part in [
            "DEVELOPMENT MODE",
            "http://127.0.0.1:9000/\u{20}",
            "/api/docs",
            "API key: dev",
            "/nonexistent/x",
            "TURN         off",
        ] {
            assert!(banner.contains(part), "{part} is missing in\n{banner}");
        }
        assert!(banner.contains("hookswitch calls --url http://127.0.0.1:9000"));
    }
}
