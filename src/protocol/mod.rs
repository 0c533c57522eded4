//! The pure half of the server: what a call is and how it goes, with no clock, no I/O and no actor in it.
//!
//! | module | what |
//! | --- | --- |
//! | [`ids`] | names of users, devices, calls, sessions, rooms |
//! | [`codes`] | error codes, reasons, doors |
//! | [`record`] | a call as REST, hooks and the store see it |
//! | [`event`] | what parties and hooks are told |
//! | [`scope`] | what an API key may do |

pub mod codes;
pub mod event;
pub mod ids;
pub mod record;
pub mod scope;
