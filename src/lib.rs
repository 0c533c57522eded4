//! hookswitch: a call-control server.

pub mod auth;
pub mod clock;
pub mod config;
pub mod protocol;
pub mod store;
pub mod webhooks;
