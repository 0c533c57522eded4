//! hookswitch: a call-control server.

pub mod actors;
pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod cloudvoip;
pub mod config;
#[cfg(test)]
mod fuzz;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod protocol;
pub mod stats;
pub mod store;
pub(crate) mod terminal;
pub mod trace;
pub mod webhooks;
pub mod wechat;
