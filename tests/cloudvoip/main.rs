//! Media workers: real processes, a real dlopen, and a library that plays the WeChat user.
//!
//! | module | what |
//! | --- | --- |
//! | `support` | a pool of workers in a folder of its own, and one call |
//! | `calls` | what the simulated user does, and what the call hears of it |
//! | `house`, `client` | a whole server in this process, and its clients |
//! | `media` | the WebSocket of a party for a call's media |
//! | `reports` | what is known of a call's media afterwards |
//! | `failures` | crashes, hangs, kills and nonsense, in every phase |
//! | `pool` | who gets a worker, and who does not |
//! | `remains` | what is left behind: nothing, nowhere, by nobody |
//! | `wmpf` | the shim, on headers that are assumed |
//! | `unsafety` | where unsafe code may be |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_debug_implementations,
    unreachable_pub,
    reason = "tests: a panic is how they speak"
)]

mod calls;
#[path = "../e2e/support/client.rs"]
#[allow(dead_code, clippy::needless_pass_by_value, reason = "the end-to-end tests use all of it")]
mod client;
mod failures;
mod house;
mod media;
mod pool;
mod remains;
mod reports;
mod support;
mod unsafety;
mod wmpf;

use support::DEADLINE;
