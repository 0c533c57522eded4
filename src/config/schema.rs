//! Every key there is: its name, kind, default, development default and meaning. The one place to add a key to.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    path::PathBuf,
    time::Duration,
};

use url::Url;

use super::{
    address::IpBlock,
    choices::{Glare, JwtAlgorithm, JwtAlgorithms, LogFormat, LogLevel, OnFailure, ProgramVersion, SessionPolicy},
    kinds::{
        AnyFolder, Bytes, Days, File, Flag, Folder, Hidden, Kind, Limit, Millis, Numbers, Processes, Requests, Seconds,
        Text, Texts, Threads,
    },
    lists::Tables,
    secret::Secret,
    table::{FIXED, Key, RELOAD, Section, Values, section},
    web_kinds::{Listen, Networks, Origins, Web},
};
use crate::protocol::{record::VetoPolicy, verto::number::NumberPattern};

const fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

section! {
    /// Where the server listens and how it stops.
    "server" Server {
        /// The address and port of HTTP and WebSocket. Port 0 takes a free one.
        listen: SocketAddr as Listen = (Ipv4Addr::LOCALHOST, 8080).into(), FIXED;
        /// How clients reach the server from outside, where that differs from `listen`: used in links and documents.
        public_url: Option<Url> as Web = None, FIXED.example("\"https://calls.example.org\"");
        /// Browser origins that may open `/ws`, as `https://app.example.org`, besides the server's own pages; `*` for any.
        allowed_origins: Vec<String> as Origins = Vec::new(), FIXED;
        /// Reverse proxies whose `X-Forwarded-For` is believed, so that limits by address see the client's.
        trusted_proxies: Vec<IpBlock> as Networks = Vec::new(), FIXED;
        /// How long a stopping server waits for calls to end by themselves. Longer keeps more calls, and the restart waiting.
        drain_timeout_secs: Duration as Seconds = secs(25), FIXED;
        /// The TLS certificate chain (PEM). Set together with `tls_key_file`; both are read again at SIGHUP.
        tls_cert_file: Option<PathBuf> as File = None, RELOAD.example("\"/etc/hookswitch/tls.crt\"");
        /// The TLS private key (PEM).
        tls_key_file: Option<PathBuf> as File = None, RELOAD.example("\"/etc/hookswitch/tls.key\"");
        /// Threads that serve sockets, REST, sessions and calls; 0 for one for every two processors. The store and the hooks have their own.
        workers: usize as Threads = 0, FIXED;
    }
}

section! {
    /// What is kept on disk.
    "store" Store {
        /// The folder of the database and of the token secret. Relative to where the server is started. Made where missing.
        data_dir: PathBuf as Folder = "hookswitch-data".into(), FIXED;
        /// How long ended calls, settled webhook events and the audit are kept; 0 keeps them for ever.
        retention_days: Duration as Days = secs(90 * 86_400), FIXED;
    }
}

section! {
    /// How users prove who they are: JSON Web Tokens with `sub` (the user) and `exp`.
    "auth" Auth {
        /// The secret shared with whoever mints user tokens (HS256), at least 32 bytes. Where no key of this section is set, one is made once
        /// and kept in the data folder, file `jwt_secret`.
        jwt_secret: Option<Secret> as Hidden = None, FIXED.credential("jwt_secret").example("\"a long random text\"");
        /// A public key (PEM: RSA for RS256, P-256 for ES256, Ed25519 for EdDSA) that user tokens may be signed with.
        jwt_public_key_file: Option<PathBuf> as File = None, FIXED.example("\"/etc/hookswitch/jwt.pub\"");
        /// Where the public keys of an identity provider are found (JWKS). Fetched when needed and kept in memory.
        jwks_url: Option<Url> as Web = None, FIXED.example("\"https://id.example.org/.well-known/jwks.json\"");
        /// The only algorithms a user token may have. Empty: those that the keys above can verify.
        jwt_algorithms: Vec<JwtAlgorithm> as JwtAlgorithms = Vec::new(), FIXED;
    }
}

/// The shortest shared secret for user tokens. Source: RFC 7518 §3.2, a key as long as the hash.
const MIN_JWT_SECRET_BYTES: usize = 32;

impl Auth {
    /// Whether the shared secret can be guessed.
    #[must_use]
    pub fn has_short_secret(&self) -> bool {
        self.jwt_secret.as_ref().is_some_and(|secret| secret.expose().len() < MIN_JWT_SECRET_BYTES)
    }

    /// Whether nothing here says how user tokens are signed, so that the secret kept in the data folder counts.
    #[must_use]
    pub fn has_no_key(&self) -> bool {
        self.jwt_secret.is_none() && self.jwt_public_key_file.is_none() && self.jwks_url.is_none()
    }
}

section! {
    /// Calls.
    "call" Call {
        /// How long a call rings before it ends as `timeout`. A request may shorten it.
        ring_timeout_secs: Duration as Seconds = secs(60), FIXED;
        /// How long two may talk before the call ends as `max_duration`; 0 for as long as they like.
        max_duration_secs: Duration as Seconds = secs(0), FIXED;
        /// Two users call each other at the same time: `join` makes it one call, `busy` refuses the second request.
        glare: Glare as Glare = Glare::Join, FIXED;
    }
}

section! {
    /// Sessions: one login and all its resumes.
    "session" Session {
        /// How often a client is pinged; two intervals without an answer, and its line counts as lost. Shorter notices
        /// earlier and costs traffic and batteries.
        heartbeat_secs: Duration as Seconds = secs(25), FIXED;
        /// How long a session whose line was lost waits for its client to come back. Longer survives longer tunnels, and
        /// leaves the other party waiting.
        resume_grace_secs: Duration as Seconds = secs(15), FIXED;
        /// How long a fresh connection has for its login.
        login_timeout_secs: Duration as Seconds = secs(5), FIXED;
        /// `multi`: a session for each device of a user; `single`: every login replaces the one before.
        policy: SessionPolicy as SessionPolicy = SessionPolicy::Multi, FIXED;
        /// What a session keeps of frames that its client has not acknowledged. Over it, a slow reader is cut off.
        resume_queue_bytes: usize as Bytes = 262_144, FIXED;
        /// Whether users may watch who else is online without naming them (`"watch": ["*"]`).
        directory: bool as Flag = false => true, FIXED;
    }
}

section! {
    /// What the server sends to the business server.
    "webhooks" Webhooks {
        /// Whether hooks may live on loopback and private addresses.
        allow_private: bool as Flag = false => true, FIXED;
        /// The most questions to one hook that may wait for an answer; beyond it the hook's `on_failure` decides at once.
        max_in_flight: usize as Requests = 512, FIXED;
        /// Hooks; more can be registered over REST.
        endpoint: Vec<Endpoint> as Tables<Endpoint> = Vec::new(), RELOAD;
    }
}

section! {
    /// A hook, as `PUT /api/v1/webhooks/{name}` takes it. As many of these tables as there are hooks.
    "webhooks.endpoint" Endpoint {
        /// Its name, unique among the hooks.
        name: String as Text = String::new(), RELOAD.example("\"business\"");
        /// Where it listens.
        url: String as Text = String::new(), RELOAD.example("\"https://business.example.org/hookswitch\"");
        /// The events it hears: exact names, `prefix.*`, `*`.
        events: Vec<String> as Texts = Vec::new(), RELOAD;
        /// Whether it is asked before each call, and may refuse it.
        veto: bool as Flag = false, RELOAD;
        /// How long a call waits for its verdict.
        timeout_ms: u64 as Millis = 1000, RELOAD;
        /// What decides where it gives no verdict in time.
        on_failure: VetoPolicy as OnFailure = VetoPolicy::Allow, RELOAD;
        /// What its messages are signed with: `whsec_` and the base64 of 24 to 64 bytes. Made where it is left out.
        secret: Option<Secret> as Hidden = None, RELOAD.example("\"whsec_…\"");
        /// Whether it is used at all.
        enabled: bool as Flag = true, RELOAD;
        /// A note for people.
        description: String as Text = String::new(), RELOAD;
    }
}

section! {
    /// Limits. Development mode lifts all but the sizes.
    "limits" Limits {
        /// The largest WebSocket frame.
        frame_bytes: usize as Bytes = 65_536, RELOAD;
        /// The largest body of a request.
        body_bytes: usize as Bytes = 262_144, RELOAD;
        /// Frames a second from one session; twice as many in a burst.
        frames_per_sec: Option<NonZeroU32> as Limit = NonZeroU32::new(200) => None, RELOAD;
        /// Logins a minute from one address.
        logins_per_min: Option<NonZeroU32> as Limit = NonZeroU32::new(120) => None, RELOAD;
        /// How long a user's next login from the same address waits after a failed one; doubles with each failure, up to
        /// half a minute. A login that would wait for more than 4 s is refused at once. 0 for no wait.
        failed_login_delay_secs: Duration as Seconds = Duration::from_millis(250) => secs(0), RELOAD;
        /// Sessions of one user.
        sessions_per_user: Option<NonZeroU32> as Limit = NonZeroU32::new(16) => None, RELOAD;
        /// Sessions from one address.
        sessions_per_address: Option<NonZeroU32> as Limit = NonZeroU32::new(1000) => None, RELOAD;
        /// Connections that have not logged in yet.
        unauthenticated: Option<NonZeroU32> as Limit = NonZeroU32::new(1000) => None, RELOAD;
    }
}

section! {
    /// The TURN server that relays media where two parties cannot reach each other (coturn with `use-auth-secret`).
    "turn" Turn {
        /// Its URIs, as `turn:turn.example.org:3478?transport=udp`; `stun:` URIs may stand beside them.
        uris: Vec<String> as Texts = Vec::new(), FIXED;
        /// The secret shared with it: coturn's `static-auth-secret`.
        secret: Option<Secret> as Hidden = None, FIXED.credential("turn_secret").example("\"the same text as coturn's\"");
        /// How long a client's credentials are good for.
        ttl_secs: Duration as Seconds = secs(3600), FIXED;
    }
}

impl Turn {
    /// Whether clients are given a server that relays media: `stun:` alone relays nothing.
    #[must_use]
    pub fn relays(&self) -> bool {
        self.secret.is_some() && self.uris.iter().any(|uri| uri.starts_with("turn:") || uri.starts_with("turns:"))
    }
}

section! {
    /// The door for FreeSWITCH's Verto clients, `/verto`. See docs/verto.md.
    "verto" Verto {
        /// Whether it is open.
        enabled: bool as Flag = true, FIXED;
        /// How long an answered call waits for a client whose line was lost. Longer survives longer reloads, and leaves the other party
        /// waiting.
        detach_timeout_secs: Duration as Seconds = secs(120), FIXED;
        /// Whether `user@domain` is a user of that whole name; else it is `user`.
        keep_domain: bool as Flag = false, FIXED;
        /// Which dialled numbers are conferences: a regular expression; empty for none.
        conference_pattern: Option<NumberPattern> as Numbers = NumberPattern::new("^3[0-9]{3}$").ok(), FIXED;
        /// The event channels that every user may subscribe to and broadcast on: whole names, or what stands before the first dot;
        /// `__ANY__` for all.
        event_channels: Vec<String> as Texts = Vec::new() => vec!["__ANY__".to_owned()], FIXED;
        /// Users that may use every event channel, and `jsapi` and `fsapi`.
        operators: Vec<String> as Texts = Vec::new(), FIXED;
    }
}

section! {
    /// The flight recorder: the last messages between clients, server, hooks and store, for `GET /api/v1/trace`.
    "trace" Trace {
        /// What it keeps in memory; 0 turns it off. More reaches further back.
        bytes: usize as Bytes = 8_388_608, FIXED;
    }
}

section! {
    /// Accounts of WeChat, whose users can be called and call. See docs/wechat.md.
    "wechat" Wechat {
        /// Accounts. Development mode has one more by itself, `dev`, whose WeChat users are played.
        account: Vec<WeChatAccount> as Tables<WeChatAccount> = Vec::new(), RELOAD;
    }
}

/// Where WeChat's own API is.
pub const WECHAT_API: &str = "https://api.weixin.qq.com";

section! {
    /// A mini program whose users call devices and are called by them. As many of these tables as there are mini programs.
    "wechat.account" WeChatAccount {
        /// Its name here, unique among the accounts: its users are `wechat:{name}:{openid}`, and WeChat's push goes to `/wechat/push/{name}`.
        name: String as Text = String::new(), RELOAD.example("\"shop\"");
        /// The mini program's appid.
        appid: String as Text = String::new(), RELOAD.example("\"wx0123456789abcdef\"");
        /// The mini program's secret (AppSecret). Calls from devices to WeChat users need it, calls from WeChat users do not; with
        /// `third_party` it is not used.
        secret: Option<Secret> as Hidden = None, RELOAD.example("\"as WeChat's console shows it\"");
        /// What signs the push: the Token of the console's message push.
        token: Option<Secret> as Hidden = None, RELOAD.example("\"as in WeChat's console\"");
        /// What encrypts the push: the EncodingAESKey beside it, 43 letters and digits.
        encoding_aes_key: Option<Secret> as Hidden = None, RELOAD.example("\"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG\"");
        /// Whether the push comes by way of a third-party platform. Such an account can be called, but devices cannot call its users:
        /// the platform alone has the access token for that.
        third_party: bool as Flag = false, RELOAD;
        /// With `third_party`: the platform's appid, with which its pushes end. Where none is set, they end with `appid`.
        platform_appid: String as Text = String::new(), RELOAD;
        /// Where WeChat's API is called.
        api_base: Option<Url> as Web = Url::parse(WECHAT_API).ok(), RELOAD;
        /// The user that a device is logged in as, made of its serial number.
        device_user: String as Text = super::account_rules::SN.to_owned(), RELOAD;
        /// The model of the devices, as it is registered with WeChat, for calls from devices to WeChat users. The `model_id` of
        /// `POST /api/v1/wechat/calls` counts for more.
        model_id: String as Text = String::new(), RELOAD;
        /// The edition of the mini program that such a call opens.
        version_type: ProgramVersion as ProgramVersion = ProgramVersion::Release, RELOAD;
        /// Whether WeChat and its users are played: nothing of WeChat's is called, and keys are not needed.
        simulated: bool as Flag = false, RELOAD;
    }
}

impl WeChatAccount {
    /// An account whose users are played, with everything else at its default.
    #[must_use]
    pub fn simulated(name: &str) -> Self {
        Self { name: name.to_owned(), simulated: true, ..Self::take(&mut Values::default()) }
    }
}

section! {
    /// Calls with WeChat users: a process for each, with WeChat's SDK in it. See docs/wechat.md.
    "cloudvoip" Cloudvoip {
        /// The library with the SDK in it: `shim/wmpf_shim.c`, compiled. Where none is set, development mode plays the WeChat user
        /// itself, and there are no such calls otherwise.
        library: Option<PathBuf> as File = None, FIXED.example("\"/opt/wechat/libhookswitch_wmpf.so\"");
        /// Where that library finds those it needs: the `LD_LIBRARY_PATH` of these processes.
        library_path: String as Text = String::new(), FIXED;
        /// The most of these processes, and so of calls with WeChat users, at once; 0 for four for every processor.
        max_workers: usize as Processes = 0, FIXED;
        /// How many are started ahead of their call. More makes calls in a row start quicker, and costs memory.
        prewarm: usize as Processes = 1, FIXED;
        /// Where the SDK keeps its files, one folder for each process at once. Relative to `store.data_dir`.
        data_dir: PathBuf as Folder = "cloudvoip".into(), FIXED;
        /// Where the SDK writes its own logs, which may have secrets in them. It writes none where this is not set.
        log_dir: Option<PathBuf> as AnyFolder = None, FIXED.example("\"/var/log/hookswitch-sdk\"");
    }
}

section! {
    /// The demo page.
    "demo" Demo {
        /// Serves the demo page under `/demo/`. Development mode always serves it, at `/`.
        enabled: bool as Flag = false, FIXED;
        /// The folder of npm packages, `node_modules`, in which FreeSWITCH's client library is installed: the page `/demo/verto.html` runs it.
        verto_library_dir: Option<PathBuf> as AnyFolder = None, FIXED.example("\"/opt/verto/node_modules\"");
    }
}

section! {
    /// Logs, on standard error.
    "log" Log {
        /// How much is logged.
        level: LogLevel as LogLevel = LogLevel::Info, RELOAD;
        /// Exceptions from `level` by module, as `hookswitch::webhooks=debug,actix_server=info`.
        filter: String as Text = String::new(), RELOAD;
        /// The form of a line; `auto` is text on a terminal and JSON otherwise.
        format: LogFormat as LogFormat = LogFormat::Auto, FIXED;
    }
}

macro_rules! config {
    ($( $(#[$doc:meta])* $field:ident: $section:ident, )+) => {
        /// Everything that can be set.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Config {
            $( $(#[$doc])* pub $field: $section, )+
            /// Development mode.
            pub dev: bool,
        }

        impl Config {
            /// Takes every key's value.
            pub(super) fn take(values: &mut Values) -> Self {
                Self { $( $field: $section::take(values), )+ dev: values.dev }
            }

            /// Every key of the sections, with its value in TOML.
            pub(super) fn show(&self) -> Vec<(&'static Key, Option<toml::Value>)> {
                let mut all = Vec::new();
                $( all.extend($section::KEYS.iter().zip(self.$field.show())); )+
                all
            }

            /// The keys whose values differ.
            pub(super) fn changed(&self, other: &Self) -> Vec<&'static Key> {
                [$( self.$field.changed(&other.$field), )+].concat()
            }
        }

        /// Every section: its name, what it is about, its keys.
        pub(super) static SECTIONS: &[(&str, &[&str], &[Key])] =
            &[$( ($section::NAME, $section::DOC, $section::KEYS), )+];
    };
}

config! {
    /// `[server]`
    server: Server,
    /// `[store]`
    store: Store,
    /// `[auth]`
    auth: Auth,
    /// `[call]`
    call: Call,
    /// `[session]`
    session: Session,
    /// `[webhooks]`
    webhooks: Webhooks,
    /// `[limits]`
    limits: Limits,
    /// `[turn]`
    turn: Turn,
    /// `[verto]`
    verto: Verto,
    /// `[trace]`
    trace: Trace,
    /// `[wechat]`
    wechat: Wechat,
    /// `[cloudvoip]`
    cloudvoip: Cloudvoip,
    /// `[demo]`
    demo: Demo,
    /// `[log]`
    log: Log,
}

/// Every key of the sections; not those of lists of tables.
pub(super) fn keys() -> impl Iterator<Item = &'static Key> {
    SECTIONS.iter().flat_map(|(_, _, keys)| keys.iter())
}

/// The key of that section and name.
pub(super) fn key(section: &str, name: &str) -> Option<&'static Key> {
    keys().find(|key| key.section == section && key.name == name)
}
