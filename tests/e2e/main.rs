//! The real binary from the outside: WebSocket clients, REST, hooks, signals, restarts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    clippy::print_stdout,
    missing_debug_implementations,
    unreachable_pub,
    reason = "helpers of tests, which fail by panicking and are seen by nobody else"
)]

mod bench;
mod calls;
mod conformance;
mod control;
mod crowd;
mod demo;
mod disk;
mod drain;
mod flood;
mod force;
mod garbage;
mod hooks;
mod kill;
mod load;
mod media;
mod operations;
mod presence;
mod receivers;
mod restart;
mod resume;
mod secrecy;
mod sessions;
mod starving;
mod support;
mod terminal;
mod trace;
mod veto;
mod wechat;
mod wechat_api;
mod wechat_phones;
mod wechat_push;
