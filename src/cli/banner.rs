//! What `serve` greets with: what to open, what is on, what is off, what to type next.

use std::{net::SocketAddr, time::Duration};

use crate::{
    config::Config,
    terminal::{Line, Style},
    webhooks::HookView,
};

/// How wide it may be. Unit: columns.
const WIDTH: usize = 100;
/// Where the values and the remarks beside them begin.
const VALUE: usize = 15;
const REMARK: usize = 49;

/// What the panel tells of a server that has just started.
#[derive(Debug)]
pub struct Started<'a> {
    /// Its configuration.
    pub config: &'a Config,
    /// Where it really listens.
    pub address: SocketAddr,
    /// Its hooks.
    pub hooks: &'a [HookView],
    /// How long the start took.
    pub took: Duration,
}

/// The panel, several lines without a last line end.
#[must_use]
pub fn panel(started: &Started<'_>, colours: bool) -> String {
    let lines = started.lines().into_iter().flat_map(Entry::lines);
    lines.map(|line| line.show(colours)).collect::<Vec<_>>().join("\n")
}

/// A line of the panel, before it is known to fit.
enum Entry {
    Line(Line),
    /// What it is, its value, a remark.
    Row(&'static str, Line, String),
}

impl Entry {
    fn lines(self) -> Vec<Line> {
        let (what, value, remark) = match self {
            Self::Line(line) => return vec![line.clip(WIDTH)],
            Self::Row(what, value, remark) => (what, value, remark),
        };
        let head = || Line::default().with(Style::Plain, "  ").with(Style::Dim, what).pad_to(VALUE);
        let remark_at = REMARK.max(VALUE + value.width() + 2);
        let fits = remark_at + remark.chars().count() <= WIDTH;
        let line = head().and(value).pad_to(remark_at);
        if remark.is_empty() || fits {
            return broken(line.with(Style::Dim, remark));
        }
        let below = Line::default().pad_to(REMARK).with(Style::Dim, remark);
        broken(line).into_iter().chain([below.clip(WIDTH)]).collect()
    }
}

/// A line on as many as it needs: a path is no use with a part of it missing.
fn broken(line: Line) -> Vec<Line> {
    let text = line.show(false);
    if text.chars().count() <= WIDTH {
        return vec![line];
    }
    let text: Vec<char> = text.chars().skip(VALUE).collect();
    let head: String = line.show(false).chars().take(VALUE - 1).collect();
    let parts = text.chunks(WIDTH - VALUE).map(|part| part.iter().collect::<String>());
    let start = |n: usize| if n == 0 { Line::default().with(Style::Dim, head.trim_end()) } else { Line::default() };
    parts.enumerate().map(|(n, part)| start(n).pad_to(VALUE).with(Style::Plain, part)).collect()
}

impl Started<'_> {
    fn lines(&self) -> Vec<Entry> {
        let Config { dev, store, demo, .. } = self.config;
        let url = self.url();
        let page = |path: &str| Line::default().with(Style::Cyan, format!("{url}{path}"));
        let row = |what, path: &str, remark: &str| Entry::Row(what, page(path), remark.to_owned());
        let mut lines = vec![Entry::Line(self.title()), Entry::Line(Line::default())];
        if *dev {
            lines.push(row("Demo call", "/", "two people call each other on one page"));
        } else if demo.enabled {
            lines.push(row("Demo call", "/demo/", "two people call each other on one page"));
        }
        let key = if *dev { "API key: dev" } else { "sign in with an API key" };
        lines.push(row("Console", "/console/", key));
        lines.push(row("API docs", "/api/docs", if *dev { "try it in the page, API key: dev" } else { "" }));
        lines.push(row("Docs", "/docs/", "how to use it, how to run it"));
        lines.push(row("Metrics", "/metrics", if *dev { "" } else { "for Prometheus" }));
        lines.push(Entry::Line(Line::default()));
        let data = std::path::absolute(&store.data_dir).unwrap_or_else(|_| store.data_dir.clone());
        let data = Line::default().with(Style::Plain, data.display().to_string());
        lines.push(Entry::Row(
            "Data",
            data,
            if *dev { "delete the folder to start afresh".into() } else { String::new() },
        ));
        lines.push(self.hooks());
        lines.push(self.turn());
        let off = self.off();
        if !off.is_empty() {
            lines.push(Entry::Row("Off", Line::default().with(Style::Dim, off.join(", ")), String::new()));
        }
        lines.push(Entry::Line(Line::default()));
        lines.extend(self.next().into_iter().map(Entry::Line));
        lines.push(Entry::Line(Line::default().with(Style::Green, format!("  ready in {} ms", self.took.as_millis()))));
        lines
    }

    fn url(&self) -> String {
        if let Some(public) = &self.config.server.public_url {
            return public.as_str().trim_end_matches('/').to_owned();
        }
        self.local_url()
    }

    /// How a program on this machine reaches it.
    fn local_url(&self) -> String {
        let scheme = if self.config.server.tls_cert_file.is_some() { "https" } else { "http" };
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        format!("{scheme}://{address}")
    }

    fn title(&self) -> Line {
        let name = Line::default().with(Style::Bold, format!("  hookswitch {}", env!("CARGO_PKG_VERSION")));
        if self.config.dev {
            let mode = name.with(Style::Plain, " - ").with(Style::Yellow, "DEVELOPMENT MODE, not for production");
            return mode.with(Style::Plain, ": any name logs in, loopback only");
        }
        name.with(Style::Plain, format!(" on {}", self.address))
    }

    fn hooks(&self) -> Entry {
        let hooks: Vec<_> = self.hooks.iter().filter(|hook| hook.enabled).collect();
        let vetoes: Vec<_> = hooks.iter().filter(|hook| hook.veto).map(|hook| hook.name.as_str()).collect();
        let value = |text: String| Line::default().with(Style::Plain, text);
        if hooks.is_empty() {
            let how = match self.config.dev {
                true => "the demo's veto buttons bring a sample",
                false => "nobody is asked or told about calls; see below",
            };
            return Entry::Row("Hooks", value("none".into()), how.into());
        }
        let asked = match vetoes.as_slice() {
            [] => "told about calls, none is asked for a veto".to_owned(),
            [one] => format!("asked for a veto: {one}"),
            [first, rest @ ..] => format!("asked for a veto: {first} and {} more", rest.len()),
        };
        Entry::Row("Hooks", value(hooks.len().to_string()), asked)
    }

    fn turn(&self) -> Entry {
        match self.config.turn.uris.as_slice() {
            [] => {
                let why =
                    if self.config.dev { "fine on one machine" } else { "calls through strict firewalls will fail" };
                Entry::Row("TURN", Line::default().with(Style::Plain, "off"), why.into())
            }
            uris => Entry::Row("TURN", Line::default().with(Style::Plain, "on"), uris.join(" ")),
        }
    }

    /// What is not there, and could be.
    fn off(&self) -> Vec<&'static str> {
        let Config { dev, server, session, demo, limits, store, .. } = self.config;
        let proxied = server.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
        let off = [
            (!dev && !demo.enabled, "demo page"),
            (server.tls_cert_file.is_none() && !proxied, "TLS"),
            (!session.directory, "user directory"),
            (limits.frames_per_sec.is_none() && limits.logins_per_min.is_none(), "limits"),
            (store.retention_days.is_zero(), "retention"),
        ];
        off.into_iter().filter(|(off, _)| *off).map(|(_, what)| what).collect()
    }

    fn next(&self) -> Vec<Line> {
        let local = self.local_url();
        let elsewhere = if local == "http://127.0.0.1:8080" { String::new() } else { format!(" --url {local}") };
        let none = self.hooks.is_empty();
        let data = &self.config.store.data_dir;
        let folder = match data.to_str() {
            Some("hookswitch-data") => String::new(),
            _ => format!(" --data-dir {}", data.display()),
        };
        let mut commands = vec![(format!("hookswitch calls --follow{elsewhere}"), "calls as they happen")];
        if self.config.dev {
            commands.insert(0, (format!("hookswitch token alice{folder}"), "a token for your own client"));
        } else {
            commands.insert(0, (format!("hookswitch key new --scope admin{folder}"), "an API key"));
        }
        if none {
            commands.push((format!("PUT {}/api/v1/webhooks/mine", self.url()), "a hook that hears of calls"));
        }
        let longest = commands.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
        let what_at = VALUE + longest + 2;
        let line = |(n, (command, what)): (usize, (String, &str))| {
            let head = Line::default().with(Style::Plain, "  ").with(Style::Dim, if n == 0 { "Next" } else { "" });
            let line = head.pad_to(VALUE).with(Style::Bold, command);
            if what_at + what.len() > WIDTH { line } else { line.pad_to(what_at).with(Style::Dim, what) }
        };
        commands.into_iter().enumerate().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, Sources, load};

    fn config(dev: bool, folder: &str) -> Config {
        let flags = Flags { dev, data_dir: Some(folder.into()), ..Flags::default() };
        load(&Sources { flags, ..Sources::default() }).unwrap().config
    }

    fn shown(config: &Config, address: &str, hooks: &[HookView]) -> String {
        let took = Duration::from_millis(84);
        panel(&Started { config, address: address.parse().unwrap(), hooks, took }, false)
    }

    fn hook(name: &str, veto: bool) -> HookView {
        let now = clock_free();
        HookView {
            name: name.into(),
            url: "https://business.example.org/".into(),
            events: Vec::new(),
            veto,
            timeout_ms: 1000,
            on_failure: crate::webhooks::OnFailure::default(),
            enabled: true,
            description: String::new(),
            source: crate::webhooks::Source::Api,
            stopped_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    fn clock_free() -> crate::protocol::record::Timestamp {
        crate::protocol::record::Timestamp(0)
    }

    #[test]
    fn in_development_mode_it_says_what_to_open_and_what_to_type() {
        assert_eq!(
            shown(&config(true, "/nonexistent/x"), "127.0.0.1:9000", &[]),
            format!(
                "  hookswitch {} - DEVELOPMENT MODE, not for production: any name logs in, loopback only\n\
                 \n  \
                 Demo call    http://127.0.0.1:9000/            two people call each other on one page\n  \
                 Console      http://127.0.0.1:9000/console/    API key: dev\n  \
                 API docs     http://127.0.0.1:9000/api/docs    try it in the page, API key: dev\n  \
                 Docs         http://127.0.0.1:9000/docs/       how to use it, how to run it\n  \
                 Metrics      http://127.0.0.1:9000/metrics\n\
                 \n  \
                 Data         /nonexistent/x                    delete the folder to start afresh\n  \
                 Hooks        none                              the demo's veto buttons bring a sample\n  \
                 TURN         off                               fine on one machine\n  \
                 Off          TLS, limits\n\
                 \n  \
                 Next         hookswitch token alice --data-dir /nonexistent/x       a token for your own client\n               \
                 hookswitch calls --follow --url http://127.0.0.1:9000  calls as they happen\n               \
                 PUT http://127.0.0.1:9000/api/v1/webhooks/mine         a hook that hears of calls\n  \
                 ready in 84 ms",
                env!("CARGO_PKG_VERSION")
            )
        );
    }

    #[test]
    fn in_production_it_names_the_public_address_and_the_hooks() {
        let mut config = config(false, "hookswitch-data");
        config.server.public_url = Some("https://calls.example.org/".parse().unwrap());
        let text = shown(&config, "0.0.0.0:8080", &[hook("crm", true), hook("audit", false)]);
        for part in [
            " on 0.0.0.0:8080",
            "Console      https://calls.example.org/console/  sign in with an API key",
            "Hooks        2                                 asked for a veto: crm\n",
            "Off          demo page, user directory\n",
            "hookswitch key new --scope admin  an API key\n",
            "hookswitch calls --follow         calls as they happen\n",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
        assert!(
            !text.contains("DEVELOPMENT") && !text.contains("API key: dev") && !text.contains("webhooks/mine"),
            "{text}"
        );
    }

    #[test]
    fn no_line_is_too_wide_and_no_path_is_cut() {
        let folder = format!("/{}", "folder/".repeat(40));
        let text = shown(&config(true, &folder), "[::1]:65535", &[hook(&"h".repeat(64), true)]);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        let joined: String = text.lines().map(str::trim).collect();
        assert!(joined.contains(folder.trim_end_matches('/')), "{text}");
    }

    #[test]
    fn colours_are_added_and_change_nothing_else() {
        let config = config(true, "x");
        let started =
            Started { config: &config, address: "127.0.0.1:8080".parse().unwrap(), hooks: &[], took: Duration::ZERO };
        let (plain, mut coloured) = (panel(&started, false), panel(&started, true));
        assert!(coloured.contains("\u{1b}[36mhttp://127.0.0.1:8080/\u{1b}[0m") && !plain.contains('\u{1b}'));
        for code in ["[0m", "[1m", "[2m", "[31m", "[32m", "[33m", "[36m"] {
            coloured = coloured.replace(&format!("\u{1b}{code}"), "");
        }
        assert_eq!(coloured, plain);
    }
}
