//! The REST API and the operations endpoints of the real binary, over real sockets.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs,
    reason = "helpers of tests"
)]

mod accounts;
mod audit;
mod calls;
mod client;
mod demo;
mod errors;
mod events;
mod manual;
mod operations;
mod pages;
mod scopes;
mod server;
mod webhooks;
