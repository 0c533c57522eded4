//! The pure core: what the call-control contract says, row by row, and what must hold however events fall.
//!
//! | module | what |
//! | --- | --- |
//! | `table`, `glare`, `devices`, `untidy`, `routing`, `rooms` | the table of the contract, as sentences |
//! | `stage` | one call and a hand-driven shell, for those |
//! | `frames` | the native protocol's frames, both directions |
//! | `world` | many users over the real machines, with virtual time and an order of events that is decided from outside |
//! | `laws` | the invariants of the contract over a world, at every instant and in the end |
//! | `model` | every state that a few users can bring a world into; `noted` is for that; `model/states` draws `docs/states.svg` |
//! | `invariants` | one named test for each invariant |
//! | `play` | what random players do in a world |
//! | `net` | thousands of clients that reach a world over a bad network |
//! | `properties`, `simulation` | random and seeded runs of the world |
//! | `worker` | the life of a media worker, its channels and its queues |
//! | `purity` | nothing impure enters the core |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stderr,
    reason = "tests: a panic is how they speak"
)]

mod devices;
mod frames;
mod glare;
mod invariants;
mod laws;
mod model;
mod net;
mod noted;
mod phone;
mod play;
mod properties;
mod purity;
mod rng;
mod rooms;
mod routing;
mod simulation;
mod stage;
mod table;
mod untidy;
mod worker;
mod world;
