//! The names of hooks, resolved under guard: every address is checked, and the connection goes to exactly the checked ones. A
//! literal address in a URL never meets a resolver and is checked apart.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::config::guard::{GuardError, check_address};

/// The resolver of the hooks' HTTP client: refuses a name as soon as one of its addresses is out of bounds, so that a mixed
/// answer cannot be used to choose one later.
#[derive(Debug)]
pub(super) struct GuardedResolver {
    /// Whether private addresses may be called.
    pub(super) allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.is_empty() {
                return Err(GuardError::NoAddress.into());
            }
            for address in &found {
                check_address(address.ip(), allow_private)?;
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_resolves_to_loopback_is_refused() {
        let ask = |allow_private| GuardedResolver { allow_private }.resolve("localhost".parse().unwrap());
        let refused = ask(false).await.err().unwrap();
        assert!(matches!(refused.downcast_ref(), Some(GuardError::Private(_))), "{refused}");
        assert!(ask(true).await.unwrap().next().is_some());
    }
}
