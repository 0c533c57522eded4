//! What REST and the configuration file do with hooks: registering, listing, testing, rotating, replaying.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;

use super::{
    Hooks, HooksError, Inner,
    client::{Post, PostError},
    queue::after,
    registry::{Hook, Source, Table},
    sign::{Keyring, Secret},
    spec::{HookSpec, OnFailure},
    traced::About,
    verify::{self, Signed, Verification},
};
use crate::{
    clock,
    config::hook_rules::SpecError,
    protocol::record::Timestamp,
    store::{
        outbox::{self, Delivery, State},
        webhooks::{self, WebhookRow},
    },
};

/// A hook as REST shows it: the form without the secret, and how it fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct HookView {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Which events it hears.
    pub events: Vec<String>,
    /// Whether it is asked before a call rings.
    pub veto: bool,
    /// How long its verdict is waited for. Unit: milliseconds.
    pub timeout_ms: u64,
    /// What decides where it gives none.
    #[schema(value_type = String, example = "allow")]
    pub on_failure: OnFailure,
    /// Whether it is used at all.
    pub enabled: bool,
    /// The operator's own words.
    pub description: String,
    /// Who registered it.
    pub source: Source,
    /// When it answered 410; it hears no events since, until it is put anew.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub stopped_at: Option<Timestamp>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was put last.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl HookView {
    fn of(hook: &Hook) -> Self {
        let HookSpec { url, events, veto, timeout_ms, on_failure, secret: _, enabled, description } = hook.spec.clone();
        let Hook { name, source, stopped_at, created_at, updated_at, .. } = hook;
        Self {
            name: name.clone(),
            url,
            events,
            veto,
            timeout_ms,
            on_failure,
            enabled,
            description,
            source: *source,
            stopped_at: *stopped_at,
            created_at: *created_at,
            updated_at: *updated_at,
        }
    }
}

/// What a PUT did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The hook.
    pub view: HookView,
    /// Whether it is new.
    pub created: bool,
    /// The secret, where this PUT has made one: the only time it is shown.
    pub secret: Option<String>,
}

/// How a test came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TestReport {
    /// Whether the hook answered 2xx.
    pub ok: bool,
    /// The status, where an answer came.
    pub status: Option<u16>,
    /// How long it took. Unit: milliseconds.
    pub latency_ms: u64,
    /// What went wrong, where none came.
    pub error: Option<String>,
}

impl Hooks {
    /// Runs a job on the hooks' own runtime, to its end even where the caller goes away.
    async fn run<T, F>(&self, job: impl FnOnce(Arc<Inner>) -> F) -> Result<T, HooksError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, HooksError>> + Send + 'static,
    {
        self.runtime.spawn(job(Arc::clone(&self.inner))).await.unwrap_or(Err(HooksError::Stopped))
    }

    /// Registers a hook, or replaces it. Starts its events again where a 410 had stopped them.
    ///
    /// # Errors
    /// [`HooksError::Spec`], [`HooksError::ReadOnly`] or what the store says.
    pub async fn put(&self, name: &str, spec: HookSpec) -> Result<Put, HooksError> {
        let name = name.to_owned();
        self.run(|inner| async move { inner.put(name, spec).await }).await
    }

    /// Every hook, by name.
    #[must_use]
    pub fn list(&self) -> Vec<HookView> {
        self.inner.registry.snapshot().values().map(|hook| HookView::of(hook)).collect()
    }

    /// One hook.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<HookView> {
        self.inner.registry.get(name).map(|hook| HookView::of(&hook))
    }

    /// Removes a hook with what waits for it. False where there is none.
    ///
    /// # Errors
    /// [`HooksError::ReadOnly`] or what the store says.
    pub async fn delete(&self, name: &str) -> Result<bool, HooksError> {
        let name = name.to_owned();
        self.run(|inner| async move { inner.delete(name).await }).await
    }

    /// Sends a `ping`, whether the hook is enabled or not.
    ///
    /// # Errors
    /// [`HooksError::NotFound`]. A hook that cannot be reached is a report, not an error.
    pub async fn test(&self, name: &str) -> Result<TestReport, HooksError> {
        let hook = self.inner.registry.get(name).ok_or(HooksError::NotFound)?;
        self.run(|inner| async move { inner.test(&hook).await }).await
    }

    /// Makes a new secret and returns it; the old one goes on signing for a day.
    ///
    /// # Errors
    /// [`HooksError::NotFound`], [`HooksError::ReadOnly`] where the configuration file has the secret, or what the store says.
    pub async fn rotate_secret(&self, name: &str) -> Result<String, HooksError> {
        let name = name.to_owned();
        self.run(|inner| async move { inner.rotate(&name).await }).await
    }

    /// Says whether a hook's message is signed as it should be, and if not, why.
    ///
    /// # Errors
    /// [`HooksError::NotFound`].
    pub fn verify(&self, name: &str, message: &Signed) -> Result<Verification, HooksError> {
        let hook = self.inner.registry.get(name).ok_or(HooksError::NotFound)?;
        Ok(verify::verify(&hook.keys, message, clock::wall()))
    }

    /// A hook's events, the newest first, at most `limit` of those with an id below `before`.
    ///
    /// # Errors
    /// [`HooksError::NotFound`] or what the store says.
    pub async fn deliveries(
        &self,
        name: &str,
        state: Option<State>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Delivery>, HooksError> {
        let name = self.inner.registry.get(name).ok_or(HooksError::NotFound)?.name.clone();
        Ok(self.inner.store.read(move |db| outbox::list(db, &name, state, before, limit)).await?)
    }

    /// Sends an event again: one that was delivered or given up with all its tries, a pending one at once.
    ///
    /// # Errors
    /// [`HooksError::NotFound`], [`HooksError::NoDelivery`] or what the store says.
    pub async fn replay(&self, name: &str, id: i64) -> Result<(), HooksError> {
        let name = self.inner.registry.get(name).ok_or(HooksError::NotFound)?.name.clone();
        let now = clock::wall();
        let known = self.inner.store.write(move |tx| outbox::replay(tx, &name, id, now)).await?;
        self.inner.wake.notify_one();
        if known { Ok(()) } else { Err(HooksError::NoDelivery) }
    }

    /// How many events wait in the outbox, and since when the oldest. For the metrics.
    ///
    /// # Errors
    /// What the store says.
    pub async fn backlog(&self) -> Result<(i64, Option<Timestamp>), HooksError> {
        Ok(self.inner.store.read(outbox::backlog).await?)
    }

    /// The same for each hook that any event waits for, by its name.
    ///
    /// # Errors
    /// What the store says.
    pub async fn backlogs(&self) -> Result<Vec<(String, i64, Timestamp)>, HooksError> {
        Ok(self.inner.store.read(outbox::backlogs).await?)
    }

    /// How many questions the hook with the most of them is asked at this moment.
    #[must_use]
    pub fn most_in_flight(&self) -> usize {
        self.inner.registry.most_in_flight()
    }

    /// Puts the hooks of the configuration file in place of its former ones; they start afresh where a 410 had stopped them.
    ///
    /// # Errors
    /// [`HooksError::File`] or what the store says; nothing is changed then.
    pub async fn reload(&self, file: Vec<(String, HookSpec)>) -> Result<(), HooksError> {
        self.run(|inner| async move { inner.load(&file).await }).await
    }
}

impl Inner {
    /// Fills the registry from the store and the configuration file.
    pub(super) async fn load(&self, file: &[(String, HookSpec)]) -> Result<(), HooksError> {
        let _order = self.changing.lock().await;
        let rows: BTreeMap<String, WebhookRow> =
            self.store.read(webhooks::all).await?.into_iter().map(|row| (row.name.clone(), row)).collect();
        let mut table = Table::new();
        for (name, row) in &rows {
            if let Some(json) = &row.spec {
                table.insert(name.clone(), Arc::new(self.stored(row, json)?));
            }
        }
        let mut made = Vec::new();
        let mut names = BTreeSet::new();
        for (name, spec) in file {
            let faulty = |source| HooksError::File { name: name.clone(), source };
            if !names.insert(name) {
                return Err(faulty(SpecError::Twice));
            }
            let now = clock::wall();
            let kept = rows.get(name);
            let keys = match (spec.check(name, self.options.allow_private).map_err(faulty)?.secret, kept) {
                (Some(secret), _) => Keyring::new(secret),
                (None, Some(row)) => read_keys(row)?,
                (None, None) => {
                    let keys = Keyring::new(Secret::generate()?);
                    tracing::info!(hook = name, "made a secret; rotate-secret over REST makes one that you can see");
                    made.push(WebhookRow {
                        name: name.clone(),
                        spec: None,
                        keys: keys.to_text(),
                        stopped_at: None,
                        created_at: now,
                        updated_at: now,
                    });
                    keys
                }
            };
            let hook = self.hook(name, spec.clone(), keys, Source::File, now).map_err(faulty)?;
            table.insert(name.clone(), Arc::new(hook));
        }
        if !made.is_empty() {
            self.store.write(move |tx| made.iter().try_for_each(|row| webhooks::put(tx, row))).await?;
        }
        let in_force: BTreeSet<String> = table.keys().cloned().collect();
        self.registry.change(|current| *current = table);
        self.wake.notify_one();
        if let Err(error) = self.give_up_others(in_force).await {
            // They stay where they are until the next time.
            tracing::error!(%error, "events of hooks that are gone were not given up");
        }
        Ok(())
    }

    /// Gives up what waits for hooks that are not in force. Written only where there is something.
    async fn give_up_others(&self, in_force: BTreeSet<String>) -> Result<(), HooksError> {
        if !self.store.read(outbox::waiting_hooks).await?.is_subset(&in_force) {
            let now = clock::wall();
            let given_up = self.store.write(move |tx| outbox::give_up_others(tx, &in_force, now)).await?;
            tracing::warn!(events = given_up, "events of hooks that are gone were given up");
        }
        Ok(())
    }

    fn hook(
        &self,
        name: &str,
        spec: HookSpec,
        keys: Keyring,
        source: Source,
        now: Timestamp,
    ) -> Result<Hook, SpecError> {
        // What is in the store was checked when it was put; a private address is refused again at each request.
        let checked = spec.check(name, self.options.allow_private || source == Source::Api)?;
        let fixed_secret = source == Source::File && checked.secret.is_some();
        Ok(Hook {
            name: name.to_owned(),
            url: checked.url,
            wants: checked.wants,
            spec: HookSpec { secret: None, ..spec },
            keys,
            source,
            fixed_secret,
            stopped_at: None,
            created_at: now,
            updated_at: now,
            load: self.registry.load(name),
        })
    }

    fn stored(&self, row: &WebhookRow, json: &str) -> Result<Hook, HooksError> {
        let unreadable = || HooksError::Stored { name: row.name.clone() };
        let spec = serde_json::from_str(json).map_err(|_| unreadable())?;
        let hook =
            self.hook(&row.name, spec, read_keys(row)?, Source::Api, row.updated_at).map_err(|_| unreadable())?;
        Ok(Hook { stopped_at: row.stopped_at, created_at: row.created_at, ..hook })
    }

    async fn put(&self, name: String, spec: HookSpec) -> Result<Put, HooksError> {
        let given = spec.check(&name, self.options.allow_private)?.secret;
        let _order = self.changing.lock().await;
        let old = self.registry.get(&name);
        if old.as_ref().is_some_and(|hook| hook.source == Source::File) {
            return Err(HooksError::ReadOnly);
        }
        let mut made = None;
        let keys = match (given, &old) {
            (Some(secret), Some(old)) if *old.keys.current() == secret => old.keys.clone(),
            (Some(secret), _) => Keyring::new(secret),
            (None, Some(old)) => old.keys.clone(),
            (None, None) => {
                let secret = Secret::generate()?;
                made = Some(secret.reveal());
                Keyring::new(secret)
            }
        };
        let mut hook = self.hook(&name, spec, keys, Source::Api, clock::wall())?;
        if let Some(old) = &old {
            hook.created_at = old.created_at;
        }
        let row = WebhookRow {
            name: name.clone(),
            spec: Some(serde_json::to_string(&hook.spec).unwrap_or_default()),
            keys: hook.keys.to_text(),
            stopped_at: None,
            created_at: hook.created_at,
            updated_at: hook.updated_at,
        };
        self.store.write(move |tx| webhooks::put(tx, &row)).await?;
        let view = HookView::of(&hook);
        self.registry.change(|table| table.insert(name, Arc::new(hook)));
        self.wake.notify_one();
        Ok(Put { view, created: old.is_none(), secret: made })
    }

    async fn delete(&self, name: String) -> Result<bool, HooksError> {
        let _order = self.changing.lock().await;
        match self.registry.get(&name).map(|hook| hook.source) {
            None => return Ok(false),
            Some(Source::File) => return Err(HooksError::ReadOnly),
            Some(Source::Api) => {}
        }
        // First out of the registry: from here on no event is written for it that the store would then keep.
        let removed = self.registry.change(|table| table.remove(&name));
        let row = name.clone();
        if let Err(error) = self.store.write(move |tx| webhooks::delete(tx, &row)).await {
            self.registry.change(|table| removed.map(|hook| table.insert(name, hook)));
            return Err(error.into());
        }
        self.wake.notify_one();
        Ok(true)
    }

    async fn rotate(&self, name: &str) -> Result<String, HooksError> {
        let _order = self.changing.lock().await;
        let hook = self.registry.get(name).ok_or(HooksError::NotFound)?;
        if hook.fixed_secret {
            return Err(HooksError::ReadOnly);
        }
        let now = clock::wall();
        let secret = Secret::generate()?;
        let text = secret.reveal();
        let keys = hook.keys.rotated(secret, now, after(now, self.options.rotation));
        let (row, stored) = (name.to_owned(), keys.to_text());
        self.store.write(move |tx| webhooks::set_keys(tx, &row, &stored)).await?;
        // The deliverer may have stopped it meanwhile: only the keys change.
        self.registry.change(|table| {
            if let Some(hook) = table.get_mut(name) {
                *hook = Arc::new(Hook { keys, ..Hook::clone(hook) });
            }
        });
        Ok(text)
    }

    async fn test(&self, hook: &Hook) -> Result<TestReport, HooksError> {
        /// A body without data, in the shape of all others.
        #[derive(Serialize)]
        struct Ping {
            r#type: &'static str,
            timestamp: Timestamp,
            data: BTreeMap<String, ()>,
        }
        let id = format!("ping_{:032x}", u128::from_be_bytes(clock::random()?));
        let ping = Ping { r#type: "ping", timestamp: clock::wall(), data: BTreeMap::new() };
        let body = serde_json::to_string(&ping).unwrap_or_default().into();
        let post = Post { id: &id, body: &body, about: About::Test };
        let began = clock::now();
        let answer = self.client.post(hook, post, self.options.delivery_timeout).await;
        let took = clock::now().saturating_duration_since(began);
        let (status, error) = match answer {
            Ok(reply) => (Some(reply.status), None),
            Err(error @ (PostError::Timeout(_) | PostError::Refused(_) | PostError::Failed(_))) => {
                (None, Some(error.to_string()))
            }
        };
        let ok = status.is_some_and(|status| (200..=299).contains(&status));
        Ok(TestReport { ok, status, latency_ms: millis(took), error })
    }
}

fn read_keys(row: &WebhookRow) -> Result<Keyring, HooksError> {
    Keyring::from_text(&row.keys).map_err(|_| HooksError::Stored { name: row.name.clone() })
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
