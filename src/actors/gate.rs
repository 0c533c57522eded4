//! Who may come in: how many, how often, and with what proof.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use dashmap::DashMap;

use super::{
    core::Core,
    session::{Conn, Resume, Session},
};
use crate::{
    auth::{LoginGuard, TooManyLogins, UserTokens, guard::network, passwords},
    config::Limits,
    metrics::{ConnectionResult, ConnectionState, Limit, Metrics},
    protocol::{
        codes::{self, Code},
        ids::UserId,
        native::{Credentials, Login},
        wechat::address,
    },
    store::Store,
};

/// The gate.
#[derive(Debug)]
pub struct Gate {
    tokens: UserTokens,
    guard: LoginGuard,
    store: Store,
    unauthenticated: Arc<AtomicU32>,
    addresses: Arc<DashMap<IpAddr, u32>>,
}

/// A connection that was let in; counts until it is dropped.
#[derive(Debug)]
pub struct Ticket {
    address: Option<IpAddr>,
    /// What has become of it, should it end without a login.
    result: ConnectionResult,
    unauthenticated: Option<Arc<AtomicU32>>,
    metrics: Metrics,
    addresses: Arc<DashMap<IpAddr, u32>>,
}

/// The login was good; the session speaks for itself from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered;

/// Why a login was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code of the `error` frame.
    pub error_code: Code,
    /// What is wrong and what to do.
    pub message: String,
    /// The code of the close frame.
    pub close: u16,
}

impl Refused {
    /// A refusal.
    #[must_use]
    pub fn new(error_code: Code, message: impl Into<String>, close: u16) -> Self {
        Self { error_code, message: message.into(), close }
    }
}

impl From<TooManyLogins> for Refused {
    fn from(over: TooManyLogins) -> Self {
        let message = format!("{over}: wait {} s", over.retry_after.as_secs() + 1);
        Self::new(codes::ADDRESS_FORBIDDEN, message, 4429)
    }
}

impl Ticket {
    /// Where the connection comes from.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The login was refused, and the connection is closed with this code.
    pub fn refused(&mut self, close: u16) {
        self.result = match close {
            4401 => ConnectionResult::Denied,
            4429 | 1011 => ConnectionResult::Refused,
            _ => ConnectionResult::Abandoned,
        };
    }

    /// The connection logged in.
    pub fn authenticated(&mut self) {
        if let Some(count) = self.unauthenticated.take() {
            count.fetch_sub(1, Ordering::Relaxed);
            self.metrics.connections(ConnectionState::Unauthenticated, -1);
            self.metrics.connections(ConnectionState::Ready, 1);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let state = match self.unauthenticated.take() {
            Some(count) => {
                count.fetch_sub(1, Ordering::Relaxed);
                self.metrics.connection_result(self.result);
                ConnectionState::Unauthenticated
            }
            None => ConnectionState::Ready,
        };
        self.metrics.connections(state, -1);
        if let Some(address) = self.address {
            self.addresses.remove_if_mut(&network(address), |_, count| {
                *count = count.saturating_sub(1);
                *count == 0
            });
        }
    }
}

impl Gate {
    /// A gate that knows these keys and accounts.
    #[must_use]
    pub fn new(tokens: UserTokens, guard: LoginGuard, store: Store) -> Self {
        Self { tokens, guard, store, unauthenticated: Arc::default(), addresses: Arc::default() }
    }

    /// How many connections the address with the most of them has.
    #[must_use]
    pub fn fullest_address(&self) -> u32 {
        self.addresses.iter().map(|count| *count).max().unwrap_or(0)
    }

    /// Puts other limits in force.
    pub fn set_limits(&self, limits: &Limits) {
        self.guard.reload(limits);
    }

    /// Lets a connection in, as far as numbers go.
    ///
    /// # Errors
    /// The limit that was hit.
    pub fn admit(&self, core: &Core, address: Option<IpAddr>) -> Result<Ticket, Limit> {
        let limits = &core.config().limits;
        let over = |limit: Option<std::num::NonZeroU32>, count: u32| limit.is_some_and(|limit| count > limit.get());
        let waiting = self.unauthenticated.fetch_add(1, Ordering::Relaxed) + 1;
        let unauthenticated = Some(Arc::clone(&self.unauthenticated));
        let (metrics, addresses) = (core.metrics().clone(), Arc::clone(&self.addresses));
        metrics.connections(ConnectionState::Unauthenticated, 1);
        // One that is not let in leaves its ticket here.
        let result = ConnectionResult::Refused;
        let mut ticket = Ticket { address: None, result, unauthenticated, metrics, addresses };
        if over(limits.unauthenticated, waiting) {
            return Err(Limit::Unauthenticated);
        }
        if let Some(address) = address {
            ticket.address = Some(address);
            let mut count = self.addresses.entry(network(address)).or_insert(0);
            *count += 1;
            let count = *count;
            if over(limits.sessions_per_address, count) {
                return Err(Limit::SessionsPerAddress);
            }
        }
        ticket.result = ConnectionResult::Abandoned;
        Ok(ticket)
    }

    /// Checks a login and hands the connection to its session, a new one or the one it resumes.
    pub(super) async fn enter(&self, core: &Core, login: Login, conn: Conn) -> Result<Entered, Refused> {
        // Nobody guesses a resume token, and a crowd that comes back through one address must not lose its calls to a limit.
        if let Some(Credentials::Resume { token, last_seq }) = login.credentials {
            let unknown = || Refused::new(codes::TOKEN_INVALID, "no such session: log in with credentials", 4401);
            let (id, secret) = Session::read_token(&token).ok_or_else(unknown)?;
            let session = core.directory().session(id).ok_or_else(unknown)?;
            let resume = Resume { secret, last_seq, conn, login_id: login.id };
            return match session.send(resume).await {
                Ok(true) => Ok(Entered),
                Ok(false) | Err(_) => Err(unknown()),
            };
        }
        let user = self.identify(core, login.credentials, conn.client.address).await?;
        match Session::log_in(core, user, login.device.unwrap_or_default(), conn, login.id) {
            Ok(_session) => Ok(Entered),
            Err(error) => {
                tracing::error!(%error, "no randomness for a resume token");
                Err(Refused::new(codes::SERVER_DRAINING, "the server cannot make a session now: try again", 1011))
            }
        }
    }

    /// Checks who somebody is, without a session: what a session is resumed with proves nothing here.
    pub(super) async fn identify(
        &self,
        core: &Core,
        credentials: Option<Credentials>,
        address: Option<IpAddr>,
    ) -> Result<UserId, Refused> {
        // Sockets without an address, as those of a local file, count as one.
        let address = address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        if let Err(over) = self.guard.admit(address) {
            core.metrics().limit_hit(Limit::Logins);
            return Err(over.into());
        }
        let user = match credentials {
            None => {
                let message = "log in with a token, with user and password, or with resume";
                return Err(Refused::new(codes::NOT_LOGGED_IN, message, 4401));
            }
            Some(Credentials::Resume { .. }) => {
                let message = "only /ws resumes sessions: log in with a token, or with user and password";
                return Err(Refused::new(codes::NOT_LOGGED_IN, message, 4401));
            }
            Some(Credentials::Token(token)) => self.check_token(&token).await?,
            Some(Credentials::Password { user, password }) => {
                self.check_password(core, &user, password, address).await?;
                user
            }
        };
        if address::is_reserved(&user) {
            let message =
                "a name that begins with wechat: is a WeChat user's, who does not log in here: take another name";
            return Err(Refused::new(codes::BAD_LOGIN, message, 4401));
        }
        Ok(user)
    }

    async fn check_token(&self, token: &str) -> Result<UserId, Refused> {
        self.tokens.verify(token).await.map_err(|error| Refused::new(error.code(), error.to_string(), 4401))
    }

    async fn check_password(
        &self,
        core: &Core,
        user: &UserId,
        password: String,
        address: IpAddr,
    ) -> Result<(), Refused> {
        if core.config().dev {
            return Ok(());
        }
        let attempt = self.guard.attempt(user.as_str(), address).await.map_err(|over| {
            core.metrics().limit_hit(Limit::FailedLogin);
            Refused::from(over)
        })?;
        let cannot = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "a password could not be checked");
            Refused::new(codes::SERVER_DRAINING, "the server cannot read its accounts now: try again", 1011)
        };
        let hash = self.store.account_hash(user.clone()).await.map_err(|error| cannot(&error))?;
        if passwords::verify(password, hash).await.map_err(|error| cannot(&error))? {
            attempt.succeeded();
            return Ok(());
        }
        attempt.failed();
        core.metrics().limit_hit(Limit::FailedLogin);
        Err(Refused::new(codes::BAD_LOGIN, "wrong user name or password", 4401))
    }
}
