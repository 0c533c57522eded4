//! What no single key can tell: values that do not go together, or with the machine.

use std::{path::Path, time::Duration};

use super::{
    account_rules,
    choices::JwtAlgorithm,
    hook_rules::HookForm,
    lists::Places,
    schema::{Config, Endpoint, WeChatAccount},
    secret::Secret,
    spot::Fault,
    table::{Origin, Section as _, Values},
};

/// The smallest frame that still holds a call with an SDP in it. Unit: bytes.
const SMALLEST_FRAME: usize = 1024;

/// Adds what does not fit together to the faults.
pub(super) fn check(config: &Config, hooks: &[Places], accounts: &[Places], values: &mut Values) {
    let mut check = Check { values };
    check.durations(config);
    check.sizes(config);
    check.files(config);
    check.tokens(config);
    check.turn(config);
    check.listen(config);
    check.hooks(config, hooks);
    check.accounts(config, accounts);
    if let Err(error) = tracing_subscriber::EnvFilter::try_new(&config.log.filter) {
        check.blame("log", "filter", &format!("cannot be understood: {error}"));
    }
}

struct Check<'a> {
    values: &'a mut Values,
}

impl Check<'_> {
    /// Says something of a key's value, and where the value comes from.
    fn blame(&mut self, section: &'static str, name: &'static str, what: &str) {
        let (from, at) = match self.values.origins.get(&(section, name)) {
            Some((Origin::File { .. }, at)) => (String::new(), *at),
            Some((Origin::Default | Origin::Development, _)) | None => (String::new(), None),
            Some((origin, _)) => (format!(" ({origin})"), None),
        };
        self.values.faults.push(Fault { message: format!("`{section}.{name}` {what}{from}"), at });
    }

    fn durations(&mut self, config: &Config) {
        let needed = [
            ("call", "ring_timeout_secs", config.call.ring_timeout_secs),
            ("session", "heartbeat_secs", config.session.heartbeat_secs),
            ("session", "login_timeout_secs", config.session.login_timeout_secs),
            ("turn", "ttl_secs", config.turn.ttl_secs),
        ];
        for (section, name, span) in needed {
            if span == Duration::ZERO {
                self.blame(section, name, "must be more than 0");
            }
        }
    }

    fn sizes(&mut self, config: &Config) {
        let needed = [
            ("limits", "frame_bytes", config.limits.frame_bytes),
            ("limits", "body_bytes", config.limits.body_bytes),
            ("session", "resume_queue_bytes", config.session.resume_queue_bytes),
        ];
        for (section, name, size) in needed {
            if size < SMALLEST_FRAME {
                self.blame(section, name, &format!("must be at least {SMALLEST_FRAME}"));
            }
        }
        if config.webhooks.max_in_flight == 0 {
            self.blame("webhooks", "max_in_flight", "must be more than 0");
        }
    }

    fn files(&mut self, config: &Config) {
        let (cert, key) = (&config.server.tls_cert_file, &config.server.tls_key_file);
        match (cert, key) {
            (Some(_), None) => self.blame("server", "tls_cert_file", "needs `server.tls_key_file` beside it"),
            (None, Some(_)) => self.blame("server", "tls_key_file", "needs `server.tls_cert_file` beside it"),
            _ => {}
        }
        let files = [
            ("server", "tls_cert_file", cert),
            ("server", "tls_key_file", key),
            ("auth", "jwt_public_key_file", &config.auth.jwt_public_key_file),
            ("cloudvoip", "library", &config.cloudvoip.library),
        ];
        for (section, name, path) in files {
            if let Some(error) = path.as_deref().and_then(unreadable) {
                self.blame(section, name, &error);
            }
        }
        let folder = &config.store.data_dir;
        if folder.exists() && !folder.is_dir() {
            self.blame("store", "data_dir", &format!("is no folder: {}", folder.display()));
        }
    }

    fn tokens(&mut self, config: &Config) {
        let auth = &config.auth;
        let public = auth.jwt_public_key_file.is_some() || auth.jwks_url.is_some();
        for algorithm in &auth.jwt_algorithms {
            let name = algorithm.as_str();
            if *algorithm == JwtAlgorithm::Hs256 {
                if public && auth.jwt_secret.is_none() {
                    self.blame("auth", "jwt_algorithms", "names HS256, which needs `auth.jwt_secret`");
                }
            } else if !public {
                let what = format!("names {name}, which needs `auth.jwt_public_key_file` or `auth.jwks_url`");
                self.blame("auth", "jwt_algorithms", &what);
            }
        }
    }

    fn turn(&mut self, config: &Config) {
        let scheme = |uri: &str| uri.split_once(':').map(|(scheme, _)| scheme.to_owned()).unwrap_or_default();
        let mut relays = false;
        for uri in &config.turn.uris {
            match scheme(uri).as_str() {
                "turn" | "turns" => relays = true,
                "stun" | "stuns" => {}
                _ => {
                    let what = format!("must begin with turn:, turns:, stun: or stuns:, not {uri:?}");
                    self.blame("turn", "uris", &what);
                }
            }
        }
        if relays && config.turn.secret.is_none() {
            self.blame("turn", "uris", "needs `turn.secret`, the text that coturn has as static-auth-secret");
        }
    }

    fn hooks(&mut self, config: &Config, places: &[Places]) {
        let allow_private = config.webhooks.allow_private;
        for (hook, places) in config.webhooks.endpoint.iter().zip(places) {
            let Endpoint { name, url, events, timeout_ms, description, .. } = hook;
            let secret = hook.secret.as_ref().map(Secret::expose);
            let form = HookForm { name, url, events, timeout_ms: *timeout_ms, secret, description };
            for fault in form.check(allow_private).err().into_iter().flatten() {
                let field = fault.field();
                let message = format!("`{}.{field}`: {fault}", Endpoint::NAME);
                self.values.faults.push(Fault { message, at: places.of(field) });
            }
        }
    }

    fn accounts(&mut self, config: &Config, places: &[Places]) {
        for (account, places) in config.wechat.account.iter().zip(places) {
            for fault in account_rules::faults(account) {
                let field = fault.field();
                let message = format!("`{}.{field}`: {fault}", WeChatAccount::NAME);
                self.values.faults.push(Fault { message, at: places.of(field) });
            }
        }
    }

    fn listen(&mut self, config: &Config) {
        let address = config.server.listen;
        if config.dev && !address.ip().to_canonical().is_loopback() {
            let what = format!(
                "is {address}, but development mode lets anybody in and so only listens on loopback: \
                 use --listen 127.0.0.1:{port}, or leave --dev out and make an API key with `hookswitch key new --scope admin`",
                port = address.port(),
            );
            self.blame("server", "listen", &what);
        }
    }
}

/// Why a file cannot be read, if it cannot.
fn unreadable(path: &Path) -> Option<String> {
    let error = match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => return Some(format!("is a folder, not a file: {}", path.display())),
        Ok(_) => std::fs::File::open(path).err()?,
        Err(error) => error,
    };
    Some(format!("cannot be read: {}: {error}", path.display()))
}
