//! The brake on guessing passwords and on floods of logins.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use dashmap::DashMap;
use governor::{Quota, RateLimiter, clock::Clock, middleware::NoOpMiddleware, state::keyed::DashMapStateStore};

use crate::{clock, config::Limits};

/// The longest wait after failures. Longer slows guessing further, and keeps a forgetful user out longer.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// The longest wait that is waited for here; a longer one is refused. Must stay below the default of
/// `session.login_timeout_secs`, or the connection is closed before the password is looked at.
const LONGEST_QUEUE: Duration = Duration::from_secs(4);
/// How long failures are remembered after the last one. Longer remembers patient guessers, in more memory.
const MEMORY: Duration = Duration::from_secs(900);
/// The most users and addresses whose failures are remembered. Beyond it new ones are not, until old ones are forgotten.
const MOST_REMEMBERED: usize = 100_000;
/// How often what is forgotten is thrown away.
const SWEEP: Duration = Duration::from_secs(60);

/// Slows failing logins down and bounds their number. Cloning shares the memory.
///
/// A user's logins from one address wait longer with each failure there; from elsewhere they do not, so that nobody can lock
/// another out.
#[derive(Debug, Clone)]
pub struct LoginGuard(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: RwLock<Arc<Brakes>>,
    failures: DashMap<(String, IpAddr), Failures>,
    swept_at: Mutex<Instant>,
}

/// What a reload changes.
#[derive(Debug)]
struct Brakes {
    delay: Duration,
    rate: Option<RateLimiter<IpAddr, DashMapStateStore<IpAddr>, HouseClock, NoOpMiddleware<Instant>>>,
}

impl Brakes {
    fn new(limits: &Limits) -> Arc<Self> {
        let rate = limits.logins_per_min.map(|per_min: NonZeroU32| {
            RateLimiter::new(Quota::per_minute(per_min), DashMapStateStore::default(), HouseClock)
        });
        Arc::new(Self { delay: limits.failed_login_delay_secs, rate })
    }

    /// The wait after so many failures: doubled with each but the first.
    fn delay_after(&self, count: u32) -> Duration {
        let factor = 1_u32.checked_shl(count.saturating_sub(1)).unwrap_or(u32::MAX);
        self.delay.saturating_mul(factor).min(LONGEST_DELAY)
    }
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    /// When the next attempt may be looked at.
    next: Instant,
}

/// The clock module, for the rate limiter.
#[derive(Debug, Clone, Copy, Default)]
struct HouseClock;

impl Clock for HouseClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        clock::now()
    }
}

/// Too many logins from one address, or too many failed ones of one user there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many logins from this address")]
pub struct TooManyLogins {
    /// How long until the next is looked at.
    pub retry_after: Duration,
}

/// A login whose outcome is not known yet. Say [`Attempt::succeeded`] or [`Attempt::failed`].
#[derive(Debug)]
#[must_use = "the guard learns from the outcome"]
pub struct Attempt {
    guard: LoginGuard,
    key: (String, IpAddr),
}

/// A place in the queue of a user's attempts. Dropped before its time it is given back, unless something follows it.
#[derive(Debug)]
struct Place<'a> {
    guard: &'a LoginGuard,
    key: &'a (String, IpAddr),
    at: Instant,
    /// When the attempt after this one may be looked at.
    next: Instant,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if clock::now() >= self.at {
            return;
        }
        if let Some(mut failures) = self.guard.0.failures.get_mut(self.key)
            && failures.next == self.next
        {
            failures.next = self.at;
        }
    }
}

impl LoginGuard {
    /// A guard with these limits and no memory.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self(Arc::new(Inner {
            limits: RwLock::new(Brakes::new(limits)),
            failures: DashMap::new(),
            swept_at: Mutex::new(clock::now()),
        }))
    }

    /// Takes over other limits. Failures stay remembered; the logins of the last minute are forgotten.
    pub fn reload(&self, limits: &Limits) {
        *self.0.limits.write().unwrap_or_else(PoisonError::into_inner) = Brakes::new(limits);
    }

    fn brakes(&self) -> Arc<Brakes> {
        self.0.limits.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts a login, with a token or a password, from `address`.
    ///
    /// # Errors
    /// [`TooManyLogins`] over the limit.
    pub fn admit(&self, address: IpAddr) -> Result<(), TooManyLogins> {
        self.sweep();
        let brakes = self.brakes();
        let Some(rate) = &brakes.rate else { return Ok(()) };
        rate.check_key(&network(address))
            .map_err(|refused| TooManyLogins { retry_after: refused.wait_time_from(clock::now()) })
    }

    /// Waits as long as the failures of `user` from `address` so far demand; attempts at the same time queue up. Then the
    /// password may be looked at.
    ///
    /// # Errors
    /// [`TooManyLogins`] where that would take too long to wait for here.
    pub async fn attempt(&self, user: &str, address: IpAddr) -> Result<Attempt, TooManyLogins> {
        let key = (user.to_owned(), network(address));
        if let Some(place) = self.reserve(&key)? {
            tokio::time::sleep(place.at.saturating_duration_since(clock::now())).await;
        }
        Ok(Attempt { guard: self.clone(), key })
    }

    /// The place in the queue, where there is one to wait in.
    fn reserve<'a>(&'a self, key: &'a (String, IpAddr)) -> Result<Option<Place<'a>>, TooManyLogins> {
        let now = clock::now();
        let Some(mut failures) = self.0.failures.get_mut(key) else { return Ok(None) };
        let at = failures.next.max(now);
        let wait = at - now;
        if wait > LONGEST_QUEUE {
            return Err(TooManyLogins { retry_after: wait });
        }
        let next = at + self.brakes().delay_after(failures.count);
        failures.next = next;
        Ok((!wait.is_zero()).then_some(Place { guard: self, key, at, next }))
    }

    fn forget(&self, key: &(String, IpAddr)) {
        self.0.failures.remove(key);
    }

    fn remember(&self, key: (String, IpAddr)) {
        let brakes = self.brakes();
        let known = self.0.failures.contains_key(&key);
        if brakes.delay.is_zero() || (!known && self.0.failures.len() >= MOST_REMEMBERED) {
            return;
        }
        let now = clock::now();
        let mut failures = self.0.failures.entry(key).or_insert(Failures { count: 0, next: now });
        failures.count = failures.count.saturating_add(1);
        failures.next = failures.next.max(now + brakes.delay_after(failures.count));
    }

    /// Throws away what is forgotten, now and then.
    fn sweep(&self) {
        let now = clock::now();
        {
            let mut swept_at = self.0.swept_at.lock().unwrap_or_else(PoisonError::into_inner);
            if now.saturating_duration_since(*swept_at) < SWEEP {
                return;
            }
            *swept_at = now;
        }
        self.0.failures.retain(|_, failures| now.saturating_duration_since(failures.next) < MEMORY);
        if let Some(rate) = &self.brakes().rate {
            rate.retain_recent();
        }
    }
}

impl Attempt {
    /// The password was right: the failures so far are forgotten.
    pub fn succeeded(self) {
        self.guard.forget(&self.key);
    }

    /// The password was wrong: the next attempt waits longer.
    pub fn failed(self) {
        self.guard.remember(self.key);
    }
}

/// What counts as one address: an IPv4 address, or the /64 that one IPv6 customer has to himself.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    fn limits() -> Limits {
        load(&Sources::default()).unwrap().config.limits
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// How long the attempt waits, in milliseconds.
    async fn waits(guard: &LoginGuard, user: &str, from: &str) -> (u128, Attempt) {
        let before = clock::now();
        let attempt = loop {
            match guard.attempt(user, address(from)).await {
                Ok(attempt) => break attempt,
                Err(refused) => tokio::time::sleep(refused.retry_after).await,
            }
        };
        ((clock::now() - before).as_millis(), attempt)
    }

    #[tokio::test(start_paused = true)]
    async fn each_failure_doubles_the_wait_up_to_half_a_minute() {
        let guard = LoginGuard::new(&limits());
        for expected in [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let (ms, attempt) = waits(&guard, "alice", "192.0.2.1").await;
            assert_eq!(ms, expected);
            attempt.failed();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_same_user_from_the_same_address_waits() {
        let guard = LoginGuard::new(&limits());
        waits(&guard, "alice", "2001:db8::1").await.1.failed();
        assert_eq!(waits(&guard, "bob", "2001:db8::1").await.0, 0);
        assert_eq!(waits(&guard, "alice", "192.0.2.1").await.0, 0);
        assert_eq!(waits(&guard, "alice", "2001:db8::ffff").await.0, 250, "the same /64 is the same customer");
    }

    #[tokio::test(start_paused = true)]
    async fn the_right_password_forgets_the_failures() {
        let guard = LoginGuard::new(&limits());
        waits(&guard, "alice", "192.0.2.1").await.1.failed();
        waits(&guard, "alice", "192.0.2.1").await.1.succeeded();
        assert_eq!(waits(&guard, "alice", "192.0.2.1").await.0, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_at_the_same_time_queue_up() {
        let guard = LoginGuard::new(&limits());
        waits(&guard, "alice", "192.0.2.1").await.1.failed();
        let from = "192.0.2.1";
        let ((first, a), (second, b), (third, c)) =
            tokio::join!(waits(&guard, "alice", from), waits(&guard, "alice", from), waits(&guard, "alice", from));
        assert_eq!([first, second, third], [250, 500, 750]);
        a.failed();
        b.failed();
        c.failed();
        assert_eq!(waits(&guard, "alice", from).await.0, 2000, "four failures");
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_that_nobody_waits_for_make_nobody_wait() {
        let guard = LoginGuard::new(&limits());
        for _ in 0..7 {
            waits(&guard, "alice", "192.0.2.1").await.1.failed();
        }
        let from = address("192.0.2.1");
        for _ in 0..3 {
            let refused = guard.attempt("alice", from).await.unwrap_err();
            assert_eq!(refused.retry_after, Duration::from_secs(16));
        }
        tokio::time::advance(Duration::from_secs(12)).await;
        for _ in 0..3 {
            tokio::time::timeout(Duration::from_secs(1), guard.attempt("alice", from)).await.unwrap_err();
        }
        assert_eq!(waits(&guard, "alice", "192.0.2.1").await.0, 1000, "16 s after the last failure");
        let refused = guard.attempt("alice", from).await.unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_secs(16), "a place that was used is not given back");
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_forgotten_after_a_while() {
        let guard = LoginGuard::new(&limits());
        waits(&guard, "alice", "192.0.2.1").await.1.failed();
        tokio::time::advance(MEMORY + SWEEP).await;
        guard.admit(address("192.0.2.9")).unwrap();
        assert!(guard.0.failures.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_has_so_many_logins_a_minute() {
        let guard = LoginGuard::new(&Limits { logins_per_min: NonZeroU32::new(2), ..limits() });
        let from = address("192.0.2.1");
        assert_eq!([guard.admit(from), guard.admit(from)], [Ok(()), Ok(())]);
        let refused = guard.admit(from).unwrap_err();
        assert!(refused.retry_after <= Duration::from_secs(30), "{refused:?}");
        assert_eq!(guard.admit(address("192.0.2.2")), Ok(()));
        tokio::time::advance(Duration::from_secs(31)).await;
        assert_eq!(guard.admit(from), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn other_limits_are_taken_over_and_failures_stay_remembered() {
        let guard = LoginGuard::new(&limits());
        waits(&guard, "alice", "192.0.2.1").await.1.failed();
        guard.reload(&Limits {
            logins_per_min: NonZeroU32::new(1),
            failed_login_delay_secs: Duration::from_secs(2),
            ..limits()
        });
        waits(&guard, "alice", "192.0.2.1").await.1.failed();
        assert_eq!(waits(&guard, "alice", "192.0.2.1").await.0, 4000, "the second failure, at the new delay");
        guard.admit(address("192.0.2.1")).unwrap();
        guard.admit(address("192.0.2.1")).unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn lifted_limits_let_everything_through() {
        let lifted = Limits { logins_per_min: None, failed_login_delay_secs: Duration::ZERO, ..limits() };
        let guard = LoginGuard::new(&lifted);
        for _ in 0..1000 {
            guard.admit(address("192.0.2.1")).unwrap();
            let (ms, attempt) = waits(&guard, "alice", "192.0.2.1").await;
            assert_eq!(ms, 0);
            attempt.failed();
        }
    }
}
