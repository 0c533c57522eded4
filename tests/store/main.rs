//! The store on a real file, through its public face.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "helpers of tests"
)]

mod audit;
mod commits;
mod crash;
mod fixture;
mod keys_and_accounts;
mod legs;
mod lists;
mod minutes;
mod records;
mod retention;
mod start;
mod trouble;
