//! Verto clients against the real binary: raw JSON-RPC frames over WebSocket.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::print_stdout,
    dead_code,
    unused_imports,
    missing_debug_implementations,
    unreachable_pub,
    reason = "helpers of tests, which fail by panicking and are seen by nobody else"
)]

#[path = "../e2e/support/mod.rs"]
mod support;

mod calls;
mod channels;
mod doors;
mod ends;
mod hostile;
mod login;
mod phone;
mod speed;
mod takeover;
