//! hookswitch: a call-control server.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod logging;
pub mod protocol;
pub mod store;
