//! Webhooks.

pub mod guard;
pub mod retry;
pub mod sign;
pub mod spec;
