//! The pure half of the server: what a call is and how it goes, with no clock, no I/O and no actor in it.
//!
//! | module | what |
//! | --- | --- |
//! | [`ids`] | names of users, devices, calls, sessions, rooms |
//! | [`codes`] | error codes, reasons, doors |
//! | [`record`] | a call as REST, hooks and the store see it |
//! | [`event`] | what parties and hooks are told |
//! | [`effect`] | inputs and effects: the contract of the machines |
//! | [`lines`] | who is in which call |
//! | [`call`] | a call until it is answered or dead |
//! | [`room`] | a call once it talks |
//! | [`session`] | a login and its resumes |
//! | [`native`] | the frames of `/ws` |
//! | [`verto`] | the frames of `/verto`, and what a session there does |
//! | [`wechat`] | WeChat's push and API |
//! | [`worker`] | the process that holds a call with a WeChat user |
//! | [`invariants`] | what must always hold, as predicates |
//! | [`scope`] | what an API key may do |
//! | [`wording`] | what is said of JSON that does not fit |

pub mod call;
pub mod codes;
pub mod effect;
pub mod event;
pub mod ids;
pub mod invariants;
pub mod lines;
pub mod native;
pub mod record;
pub mod room;
pub mod scope;
pub mod session;
pub mod verto;
pub mod wechat;
pub mod wording;
pub mod worker;
