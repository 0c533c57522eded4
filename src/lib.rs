//! hookswitch: a call-control server.

pub mod auth;
pub mod clock;
pub mod config;
pub mod metrics;
pub mod protocol;
pub mod stats;
pub mod store;
