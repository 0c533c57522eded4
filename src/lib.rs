//! hookswitch: a call-control server.

pub mod clock;
pub mod metrics;
pub mod protocol;
pub mod stats;
