//! The composition root: makes a server of the parts, and takes it apart again in good order.
//!
//! Threads: the main thread runs signals and the drain; web workers run sockets, REST, sessions, calls and rooms; the store and
//! the hooks have threads of their own.
//!
//! Order of the end: drain (new calls refused, clients told, calls given time) → HTTP and all that lives on the web workers →
//! hooks → store, flushed.

mod drain;
mod limits;
mod panics;
mod restart;
mod signals;
mod sockets;
mod systemd;

use std::{
    io::{self, IsTerminal as _},
    net::{SocketAddr, TcpListener},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{
    dev::{Server, ServerHandle},
    rt::System,
    web,
};

pub use self::sockets::TlsError;
use self::{
    signals::{Signals, Told},
    sockets::{Certificate, Plain, Tls},
};
use crate::{
    actors::{
        Core, CoreParts,
        cloudvoip_worker::{Workers, WorkersOptions},
        gate::Gate,
        history, watch,
    },
    auth::{LoginGuard, TokenSetupError, UserTokens},
    cli::banner,
    clock,
    config::{self, Config, Endpoint, Loaded, Setting},
    http::{self, Api},
    logging::{Logging, LoggingError},
    metrics::{Delivery, Metrics},
    protocol::record::VetoOutcome,
    store::{Store, StoreError, StoreOptions},
    terminal,
    trace::Recorder,
    webhooks::{DeliveryResult, HookSpec, Hooks, HooksError, HooksOptions, Observer, OnFailure},
    wechat::WeChat,
};

/// Connections of one web worker. Sockets are what this server is for, so the limit is the system's: file descriptors.
const CONNECTIONS_PER_WORKER: usize = 1_000_000;

/// How long a closed connection is read on. Shorter, and a close frame may be lost behind data that nobody read; longer, and
/// clients wait for the end of the connection.
pub const LINGER: Duration = Duration::from_millis(200);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The log filter is wrong.
    #[error("cannot start logging")]
    Logging(#[from] LoggingError),
    /// The data directory cannot be used.
    #[error("cannot open the store in {dir}")]
    Store {
        /// The data directory.
        dir: String,
        /// Why.
        source: StoreError,
    },
    /// The keys for user tokens cannot be used.
    #[error("cannot set up user tokens")]
    Tokens(#[from] TokenSetupError),
    /// A hook of the configuration file cannot be used.
    #[error("cannot start the webhooks")]
    Hooks(#[from] HooksError),
    /// The client of WeChat's API cannot be made.
    #[error("cannot set up the client of WeChat's API")]
    WeChat(#[from] reqwest::Error),
    /// The TLS files cannot be used.
    #[error("cannot set up TLS")]
    Tls(#[from] TlsError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The operating system refused a thread, a signal or a socket.
    #[error("the operating system refused")]
    System(#[from] io::Error),
}

impl StartError {
    /// The exit code of the process: 78 for what the configuration can mend, 1 otherwise.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Logging(_) | Self::Tokens(_) | Self::Hooks(_) | Self::Tls(_) => 78,
            Self::Store { source: StoreError::Newer { .. }, .. } => 78,
            Self::Store { .. } | Self::WeChat(_) | Self::Bind { .. } | Self::System(_) => 1,
        }
    }
}

/// Runs the server until it is told to stop.
///
/// # Errors
/// [`StartError`] where it cannot start.
pub fn run(loaded: Loaded) -> Result<ExitCode, StartError> {
    let logging = Logging::init(&loaded.config.log)?;
    let ended = System::new().block_on(serve(loaded, logging.clone(), clock::now()));
    logging.flush();
    ended.map(|()| ExitCode::SUCCESS)
}

/// How long media workers have to hang up when the server stops.
const WORKERS_GRACE: Duration = Duration::from_secs(3);

/// The parts that are taken apart at the end.
struct Parts {
    core: Core,
    workers: Workers,
    store: Store,
    hooks: Hooks,
}

async fn serve(loaded: Loaded, logging: Logging, begun: Instant) -> Result<(), StartError> {
    let started_at = clock::wall();
    no_huge_pages();
    limits::raise_file_limit();
    limits::no_core_files();
    let config = Arc::new(loaded.config.clone());
    let mut signals = Signals::listen()?;
    // What can be wrong is found out before anything is made on disk.
    let certificate = match (&config.server.tls_cert_file, &config.server.tls_key_file) {
        (Some(cert), Some(key)) => Some(Certificate::load(cert, key)?),
        _ => None,
    };
    UserTokens::check_key_file(&config.auth)?;
    let cannot = |source| StartError::Bind { address: config.server.listen, source };
    let port = sockets::bind(config.server.listen).map_err(cannot)?;
    // Port 0 has become a real one.
    let address = port.local_addr().map_err(cannot)?;
    if config.auth.has_short_secret() {
        tracing::warn!("auth.jwt_secret is short and could be guessed: `openssl rand -base64 32` makes a good one");
    }
    let (parts, tokens) = build(&config)?;
    // What became of the calls of the last run is on record before anybody can ask.
    if let Err(error) = parts.store.write(|_| Ok(())).await {
        tracing::error!(%error, "the store does not take writes");
    }
    history::recall(&parts.core, &parts.store).await;
    let api = web::Data::new(Api::new(parts.core.clone(), parts.store.clone(), tokens, started_at));
    api.set_settings(loaded.settings.clone());
    let server = serve_port(&config, port, &api, certificate.clone()).map_err(cannot)?;
    let handle = server.handle();
    let serving = actix_web::rt::spawn(server);
    announce(&config, address, &parts.hooks, begun);
    actix_web::rt::spawn(parts.core.retry_refused_steps());
    actix_web::rt::spawn(watch::watch(parts.core.clone()));
    actix_web::rt::spawn(history::keep(parts.core.clone(), parts.store.clone()));
    systemd::ready(&parts.core);

    let mut current = loaded;
    let at_once = loop {
        let told = tokio::select! {
            told = signals.next() => told,
            () = api.restart_asked() => {
                start_anew(address, &logging).await;
                continue;
            }
        };
        match told {
            Told::Reload => reload(&mut current, &parts, &api, certificate.as_deref(), &logging).await,
            Told::Interrupt if config.dev => break true,
            Told::Interrupt | Told::Stop => break false,
        }
    };
    systemd::stopping();
    if !at_once {
        drain::drain(&parts.core, &mut signals, config.server.drain_timeout_secs).await;
    }
    parts.core.halt();
    api.close();
    history::end(&parts.core, &parts.store).await;
    stop(parts, handle).await;
    // The server was told to end; how it ended is its own affair.
    let _ended = serving.await.is_ok();
    tracing::info!("stopped");
    Ok(())
}

fn build(config: &Arc<Config>) -> Result<(Parts, UserTokens), StartError> {
    let metrics = Metrics::new();
    panics::watch(metrics.clone());
    let commits = metrics.clone();
    let store = Store::open(&StoreOptions {
        retention: Some(config.store.retention_days).filter(|days| !days.is_zero()),
        observer: Some(Arc::new(move |took, batch| commits.store_commit(took, batch))),
        ..StoreOptions::new(&config.store.data_dir)
    });
    let refused = |source| StartError::Store { dir: config.store.data_dir.display().to_string(), source };
    let store = store.map_err(refused)?;
    let tokens = UserTokens::new(&config.auth, &config.store.data_dir)?;
    let trace = Recorder::new(config.trace.bytes);
    let options = HooksOptions {
        allow_private: config.webhooks.allow_private,
        max_in_flight: config.webhooks.max_in_flight,
        file: file_hooks(config),
        trace: trace.clone(),
        ..HooksOptions::default()
    };
    let hooks = Hooks::start(options, store.clone(), Arc::new(metrics.clone()))?;
    let unfinished = store.unfinished().map_err(refused)?;
    let workers = workers(config, metrics.clone());
    let core = Core::new(CoreParts {
        config: Arc::clone(config),
        store: store.clone(),
        hooks: hooks.clone(),
        metrics,
        trace,
        gate: Gate::new(tokens.clone(), LoginGuard::new(&config.limits), store.clone()),
        wechat: WeChat::new(config)?,
        workers: workers.clone(),
        last_room: store.last_room().map_err(refused)?,
    });
    if !unfinished.is_empty() {
        tracing::info!(calls = unfinished.len(), "calls were on when the server last ended");
        core.restore(unfinished, store.unfinished_legs().map_err(refused)?);
    }
    Ok((Parts { core, workers, store, hooks }, tokens))
}

/// Calls with WeChat users are not worth a server that does not start.
fn workers(config: &Config, metrics: Metrics) -> Workers {
    let options = WorkersOptions::of(config).unwrap_or_else(|error| {
        tracing::warn!(%error, "there are no calls with WeChat users");
        WorkersOptions::off()
    });
    Workers::new(options, metrics)
}

impl Observer for Metrics {
    fn veto(&self, outcome: VetoOutcome, took: Duration) {
        Self::veto(self, outcome, took);
    }

    fn delivery(&self, result: DeliveryResult) {
        Self::delivery(
            self,
            match result {
                DeliveryResult::Delivered => Delivery::Delivered,
                DeliveryResult::Retry => Delivery::Retry,
                DeliveryResult::Dead => Delivery::Dead,
            },
        );
    }
}

fn file_hooks(config: &Config) -> Vec<(String, HookSpec)> {
    let spec = |hook: &Endpoint| HookSpec {
        url: hook.url.clone(),
        events: hook.events.clone(),
        veto: hook.veto,
        timeout_ms: hook.timeout_ms,
        on_failure: OnFailure(hook.on_failure),
        secret: hook.secret.as_ref().map(|secret| secret.expose().to_owned()),
        enabled: hook.enabled,
        description: hook.description.clone(),
    };
    config.webhooks.endpoint.iter().map(|hook| (hook.name.clone(), spec(hook))).collect()
}

/// Has the system give memory in small pages. A huge one must be zeroed whole when it is first touched, and whoever touches it
/// stands still for milliseconds: a web worker with all its calls.
fn no_huge_pages() {
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay");
    }
}

/// One for every two processors where nothing else is said: the store and the hooks want the others, and the fewer workers
/// there are, the fewer frames cross from one to another.
fn web_workers(config: &Config) -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if config.server.workers == 0 { (processors / 2).max(1) } else { config.server.workers }
}

fn serve_port(
    config: &Config,
    port: TcpListener,
    api: &web::Data<Api>,
    certificate: Option<Arc<Certificate>>,
) -> io::Result<Server> {
    let server = Server::build()
        .workers(web_workers(config))
        .max_concurrent_connections(CONNECTIONS_PER_WORKER)
        .disable_signals()
        .shutdown_timeout(1);
    let api = api.clone();
    let server = match certificate.map(sockets::tls_config) {
        Some(tls) => server.listen("https", port, move || {
            http::upgrade::service(&api, |socket: &Tls, _| sockets::tune(socket.get_ref().0)).rustls_0_23(tls.clone())
        }),
        None => server.listen("http", port, move || {
            http::upgrade::service(&api, |socket: &Plain, _| sockets::tune(socket)).tcp()
        }),
    };
    Ok(server?.run())
}

/// Greets whoever typed the command: always in development mode, otherwise at a terminal. Everybody else reads the log.
#[expect(clippy::print_stdout, reason = "the panel is for whoever typed the command")]
fn announce(config: &Config, address: SocketAddr, hooks: &Hooks, begun: Instant) {
    let took = clock::now().saturating_duration_since(begun);
    let stdout = io::stdout();
    if config.dev || stdout.is_terminal() {
        let started = banner::Started { config, address, hooks: &hooks.list(), took };
        println!("\n{}\n", banner::panel(&started, terminal::colours(&stdout)));
    }
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), data = %config.store.data_dir.display(), "ready");
}

/// Takes over what can be changed while the server runs, and says what could not.
async fn reload(current: &mut Loaded, parts: &Parts, api: &Api, certificate: Option<&Certificate>, logging: &Logging) {
    let fresh = match config::load(&current.sources) {
        Ok(fresh) => fresh,
        Err(error) => return tracing::error!(%error, "the configuration was not reloaded"),
    };
    let (mut taken, mut left) = config::diff_reload(&current.config, &fresh.config);
    if let Err(error) = logging.reload(&fresh.config.log) {
        tracing::error!(%error, "the log settings were not reloaded");
    }
    let mut next = current.config.clone();
    let files = (&fresh.config.server.tls_cert_file, &fresh.config.server.tls_key_file);
    match (certificate, files) {
        (Some(certificate), (Some(cert), Some(key))) => match certificate.reload(cert, key) {
            Ok(()) => {
                next.server.tls_cert_file.clone_from(&fresh.config.server.tls_cert_file);
                next.server.tls_key_file.clone_from(&fresh.config.server.tls_key_file);
            }
            Err(error) => tracing::error!(%error, "the TLS certificate was not reloaded"),
        },
        // Between http and https there is no way without a new socket.
        _ => left.extend(taken.extract_if(.., |key| key.starts_with("server.tls_"))),
    }
    next.limits = fresh.config.limits.clone();
    next.log = fresh.config.log.clone();
    next.webhooks.endpoint.clone_from(&fresh.config.webhooks.endpoint);
    if let Err(error) = parts.hooks.reload(file_hooks(&next)).await {
        tracing::error!(%error, "the webhooks of the file were not reloaded");
    }
    next.wechat.account.clone_from(&fresh.config.wechat.account);
    if let Err(error) = parts.core.wechat().reload(&next) {
        tracing::error!(%error, "the accounts of WeChat were not reloaded");
    }
    parts.core.gate().set_limits(&next.limits);
    parts.core.set_config(Arc::new(next.clone()));
    current.config = next;
    take_settings(&mut current.settings, fresh.settings, &left);
    api.set_settings(current.settings.clone());
    tracing::info!(taken = taken.join(", "), "configuration reloaded");
    if !left.is_empty() {
        tracing::warn!(keys = left.join(", "), "these settings need a restart");
    }
}

/// As after a crash: whatever was under way is cut off. Comes back only where it fails.
async fn start_anew(address: SocketAddr, logging: &Logging) {
    tracing::warn!(%address, "somebody asked for a restart, as after a crash");
    tokio::time::sleep(restart::ANSWER).await;
    logging.flush();
    let error = restart::restart(address);
    tracing::error!(%error, "the program could not be started anew");
}

/// Shows of each key what is in force: the fresh setting where the server takes it over, even where only its origin is new.
fn take_settings(current: &mut [Setting], fresh: Vec<Setting>, left: &[String]) {
    for (setting, fresh) in current.iter_mut().zip(fresh) {
        if fresh.reloadable && !left.contains(&fresh.path()) {
            *setting = fresh;
        }
    }
}

async fn stop(parts: Parts, server: ServerHandle) {
    let Parts { core, workers, store, hooks } = parts;
    workers.stop(WORKERS_GRACE).await;
    server.stop(false).await;
    // Files are flushed and threads joined outside of the runtime.
    let ended = web::block(move || {
        hooks.stop();
        store.close();
    });
    if ended.await.is_err() {
        tracing::error!("the end was cut short");
    }
    drop(core);
}
