//! The business server's side door: HTTP endpoints of the operator's that are asked before a call rings and told what becomes
//! of it.
//!
//! ```text
//! actors --ask--> veto ----------------.
//!        --expand--> rows in the call's transaction --> outbox --> deliver --> client --> the operator's servers
//!        --user_event--> presence -----'
//! http   --put, rotate, replay, ...--> admin --> store + registry
//! ```
//!
//! | module | what |
//! | --- | --- |
//! | `spec`, `registry` | what a hook is; which are in force |
//! | `verify` | why a signature is not what it should be |
//! | `sign`, `resolver`, `client` | signatures; names resolved under guard; the one HTTP client |
//! | `veto` | the question before the ring |
//! | `deliver`, `queue`, `retry` | the outbox's events: the loop, the order, the waits |
//! | `traced` | what the flight recorder gets to know |
//! | `presence` | users coming and going, workers that fail: best effort |
//! | `admin` | what REST does with hooks |
//!
//! Everything runs on a runtime of its own, so that slow hooks take no time from calls. It knows nothing of how a call goes,
//! and never logs a body, a secret or a URL.

mod admin;
mod client;
mod deliver;
mod presence;
mod queue;
mod registry;
mod resolver;
mod retry;
mod sign;
mod spec;
#[cfg(test)]
mod tests;
mod traced;
mod verify;
mod veto;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Handle},
    sync::{Notify, watch},
};

pub use self::{
    admin::{HookView, Put, TestReport},
    registry::Source,
    spec::{HookSpec, OnFailure},
    verify::{Signed, Verification},
    veto::VetoDone,
};
use self::{
    client::Client,
    deliver::{Deliverer, Terms},
    presence::Subject,
    registry::Registry,
};
pub use crate::{
    config::hook_rules::SpecError,
    store::outbox::{Delivery, State as DeliveryState},
};
use crate::{
    config::hook_rules::Wants,
    protocol::{
        codes::Door,
        event::{HookEvent, event_body},
        ids::{DeviceId, UserId},
        record::{CallRecord, VetoOutcome},
    },
    store::{OutboxRow, Store, StoreError},
    trace::Recorder,
};

/// Threads of the hooks' runtime: signing and TLS are all the work there is.
const THREADS: usize = 2;
/// How long tasks that do not end by themselves are waited for when the runtime stops.
const RUNTIME_PATIENCE: Duration = Duration::from_millis(500);

/// How the hooks are run.
#[derive(Debug, Clone)]
pub struct HooksOptions {
    /// Whether hooks may live on loopback and private addresses.
    pub allow_private: bool,
    /// Veto questions that may wait for one hook's answer. More: a slow hook is asked longer. Fewer: its policy decides sooner.
    pub max_in_flight: usize,
    /// The hooks of the configuration file, by name. They win over those put over REST.
    pub file: Vec<(String, HookSpec)>,
    /// Waits between the tries of an event; after the last one it is dead.
    pub retry: Vec<Duration>,
    /// How long an event may hold up the next one of its call.
    pub overtake_after: Duration,
    /// How long the delivery of an event may take. Longer: slow hooks succeed. Shorter: dead ones hold fewer sockets.
    pub delivery_timeout: Duration,
    /// How long a rotated secret goes on signing.
    pub rotation: Duration,
    /// What is taken down of every exchange.
    pub trace: Recorder,
}

impl Default for HooksOptions {
    /// Source of the numbers: business-server contract.
    fn default() -> Self {
        Self {
            allow_private: false,
            max_in_flight: 512,
            file: Vec::new(),
            retry: retry::SCHEDULE.to_vec(),
            overtake_after: Duration::from_secs(600),
            delivery_timeout: Duration::from_secs(10),
            rotation: Duration::from_secs(24 * 3600),
            trace: Recorder::default(),
        }
    }
}

/// How one try to deliver an event came out, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryResult {
    /// Acknowledged.
    Delivered,
    /// Failed; it stays in the outbox.
    Retry,
    /// Given up.
    Dead,
}

/// Hears what the metrics count. Called on the hooks' threads; must be quick.
pub trait Observer: Send + Sync {
    /// A veto question came out.
    fn veto(&self, outcome: VetoOutcome, took: Duration);
    /// A try to deliver an event came out.
    fn delivery(&self, result: DeliveryResult);
}

impl Observer for () {
    fn veto(&self, _: VetoOutcome, _: Duration) {}
    fn delivery(&self, _: DeliveryResult) {}
}

/// Why the hooks did not do something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HooksError {
    /// The form is wrong.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A hook of the configuration file is wrong.
    #[error("webhook {name:?} of the configuration file is wrong")]
    File {
        /// Its name.
        name: String,
        /// What is wrong with it.
        source: SpecError,
    },
    /// The hook is the configuration file's.
    #[error("this hook is kept in the configuration file and can only be changed there")]
    ReadOnly,
    /// There is no hook of that name.
    #[error("no such hook")]
    NotFound,
    /// The hook has no event of that id.
    #[error("no such delivery")]
    NoDelivery,
    /// What is stored of a hook cannot be read.
    #[error("the stored form of webhook {name:?} cannot be read")]
    Stored {
        /// Its name.
        name: String,
    },
    /// The store refused.
    #[error("the store does not take it")]
    Store(#[from] StoreError),
    /// The operating system has no randomness to give.
    #[error("no randomness")]
    Random(#[from] getrandom::Error),
    /// The HTTP client could not be made.
    #[error("the http client cannot be made")]
    Client(#[from] reqwest::Error),
    /// A thread could not be started.
    #[error("the hooks' threads cannot be started")]
    Threads(#[from] std::io::Error),
    /// The hooks were stopped.
    #[error("the hooks were stopped")]
    Stopped,
}

/// What the parts share.
struct Inner {
    options: HooksOptions,
    store: Store,
    registry: Arc<Registry>,
    client: Client,
    observer: Arc<dyn Observer>,
    /// Tells the deliverer that the outbox or the hooks have changed.
    wake: Arc<Notify>,
    /// Held while hooks are changed, so that store and registry change in the same order.
    changing: tokio::sync::Mutex<()>,
}

/// The hooks. Cloning shares them.
#[derive(Clone)]
pub struct Hooks {
    inner: Arc<Inner>,
    runtime: Handle,
    stop: Arc<Stop>,
}

/// Ends the runtime's thread.
struct Stop {
    stop: watch::Sender<bool>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").field("hooks", &self.inner.registry.snapshot().len()).finish_non_exhaustive()
    }
}

impl Hooks {
    /// Loads the hooks, starts their threads and the deliveries. Blocks until the hooks are loaded.
    ///
    /// # Errors
    /// [`HooksError::File`] where the configuration file has a bad hook; otherwise what store or machine say.
    pub fn start(options: HooksOptions, store: Store, observer: Arc<dyn Observer>) -> Result<Self, HooksError> {
        let client = Client::new(options.allow_private, options.trace.clone())?;
        let registry = Arc::new(Registry::new(options.max_in_flight));
        let wake = Arc::new(Notify::new());
        let changing = tokio::sync::Mutex::default();
        let inner = Arc::new(Inner { options, store, registry, client, observer, wake, changing });
        let (stop, stopped) = watch::channel(false);
        let (report, started) = std::sync::mpsc::channel();
        // The runtime lives and dies on a thread of its own: dropping one inside another panics.
        let thread = {
            let inner = Arc::clone(&inner);
            std::thread::Builder::new().name("hooks".to_owned()).spawn(move || {
                let runtime =
                    Builder::new_multi_thread().worker_threads(THREADS).thread_name("hooks").enable_all().build();
                let runtime = match runtime {
                    Ok(runtime) => runtime,
                    Err(error) => return drop(report.send(Err(error.into()))),
                };
                match runtime.block_on(inner.load(&inner.options.file)) {
                    Ok(()) => drop(report.send(Ok(runtime.handle().clone()))),
                    Err(error) => return drop(report.send(Err(error))),
                }
                let deliveries = runtime.spawn(inner.deliverer().run(stopped));
                if runtime.block_on(deliveries).is_err() {
                    tracing::error!("the webhook deliverer panicked");
                }
                runtime.shutdown_timeout(RUNTIME_PATIENCE);
            })?
        };
        let runtime = started.recv().unwrap_or(Err(HooksError::Stopped))?;
        Ok(Self { inner, runtime, stop: Arc::new(Stop { stop, thread: Mutex::new(Some(thread)) }) })
    }

    /// Whether any hook is to be asked before a call rings.
    #[must_use]
    pub fn has_veto(&self) -> bool {
        self.inner.registry.snapshot().values().any(|hook| hook.asked())
    }

    /// Asks all veto hooks at once. `done` is always called, exactly once, on a thread of the hooks' (or this one, after
    /// [`Hooks::stop`]), within the longest `timeout_ms` of the hooks and a little.
    pub fn ask(&self, call: Arc<CallRecord>, done: VetoDone) {
        let Inner { client, registry, observer, .. } = &*self.inner;
        let task = veto::question(client.clone(), &registry.snapshot(), call, Arc::clone(observer), done);
        // Dropped unfinished, the task answers by the hooks' policies.
        drop(self.runtime.spawn(task));
    }

    /// The outbox rows of an event: one for each hook that wants it.
    #[must_use]
    pub fn expand(&self, event: &HookEvent) -> Vec<OutboxRow> {
        let table = self.inner.registry.snapshot();
        let mut wanting = table.values().filter(|hook| hook.hears() && hook.wants.call(event.kind)).peekable();
        if wanting.peek().is_none() {
            return Vec::new();
        }
        let body: Arc<str> = match event_body(event) {
            Ok(body) => body.into(),
            Err(error) => {
                tracing::error!(%error, "a webhook event cannot be written");
                return Vec::new();
            }
        };
        wanting
            .map(|hook| OutboxRow {
                hook: hook.name.clone(),
                kind: event.kind,
                call: event.call.id,
                seq: event.seq,
                at: event.at,
                body: Arc::clone(&body),
            })
            .collect()
    }

    /// Tells hooks that a user came or went. Best effort: in order for each user, lost with the process, dropped where too
    /// many wait.
    pub fn user_event(&self, online: bool, user: &UserId, device: &DeviceId, door: Door) {
        let subject = Subject::User(user.clone());
        self.tell(&subject, |wants| wants.user(online), || presence::body(online, user, device, door));
    }

    /// Tells hooks that a media worker failed. As [`Hooks::user_event`]: what is kept of a call says the same.
    pub fn worker_event(&self, body: impl FnOnce() -> String) {
        self.tell(&Subject::Workers, Wants::worker_failed, body);
    }

    fn tell(&self, subject: &Subject, wanted: impl Fn(Wants) -> bool, body: impl FnOnce() -> String) {
        let table = self.inner.registry.snapshot();
        let mut wanting = table.values().filter(|hook| hook.hears() && wanted(hook.wants)).peekable();
        if wanting.peek().is_none() {
            return;
        }
        let body: Arc<str> = body().into();
        for hook in wanting {
            if hook.load.presence.push(subject, Arc::clone(&body)) {
                let Inner { client, registry, .. } = &*self.inner;
                let (load, subject) = (Arc::clone(&hook.load), subject.clone());
                let task = presence::send_all(client.clone(), Arc::clone(registry), hook.name.clone(), load, subject);
                drop(self.runtime.spawn(task));
            }
        }
    }

    /// Ends deliveries and threads: what is under way gets two seconds, the rest stays in the outbox. Blocks until then; to be
    /// called before the store is closed. A second call does nothing.
    pub fn stop(&self) {
        self.stop.now();
    }
}

impl Stop {
    fn now(&self) {
        self.stop.send_replace(true);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the hooks' thread had panicked");
        }
    }
}

impl Drop for Stop {
    /// Without waiting: the last handle may go on one of the hooks' own threads.
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

impl Inner {
    fn deliverer(&self) -> Deliverer {
        Deliverer {
            store: self.store.clone(),
            registry: Arc::clone(&self.registry),
            client: self.client.clone(),
            observer: Arc::clone(&self.observer),
            wake: Arc::clone(&self.wake),
            terms: Terms {
                schedule: self.options.retry.clone(),
                overtake_after: self.options.overtake_after,
                timeout: self.options.delivery_timeout,
            },
        }
    }
}
