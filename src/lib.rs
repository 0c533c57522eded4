//! hookswitch: a call-control server.

pub mod clock;
pub mod protocol;
pub mod store;
pub mod webhooks;
