//! The actors: thin shells around the machines of [`crate::protocol`].
//!
//! | module | owns | lives on |
//! | --- | --- | --- |
//! | [`ws_conn`] | one socket | the web worker that accepted it |
//! | [`media_conn`] | one socket for a call's media | the same |
//! | [`session`] | one login of the native door and its resumes | the web worker of its first socket |
//! | [`verto_session`] | one socket of the Verto door, its login, and what outlives it | its web worker |
//! | [`call`] | one pending call | the thread of its caller's session |
//! | [`room`] | one answered call | the thread of its call |
//! | [`cloudvoip_worker`] | one process that holds a call with a WeChat user | a thread of their own |
//! | [`wechat_leg`] | a WeChat user's part in one call | the thread of that call |
//! | [`directory`] | nothing: an index of all these | wherever it is asked |
//! | [`core`] | the handle to all of it | everywhere |
//! | `mend` | calls whose actor panicked | their thread |
//! | `journal` | steps the store has not taken yet | the store's writer thread |
//! | [`gate`] | who may come in | the asking worker |
//! | [`watch`] | the look at the invariants of all these | the blocking pool |
//! | [`channels`] | nothing: which Verto session hears what is published | wherever it is asked |
//! | [`bus`] | what watchers of the server see | wherever it is asked |
//!
//! | edge | primitive | when it fails |
//! | --- | --- | --- |
//! | socket → session | `try_send`, own long-lived address | full: close 4429; closed: close 1011 |
//! | session → socket | a bounded queue of the socket's own | full: cut the reader, resumable; closed: detach |
//! | session → call, room | `do_send` under the directory's guard | gone: 100107 |
//! | call, room → session | `do_send` under the directory's guard | gone: nobody to tell |
//! | call → room | `do_send`, own address | does not: the room outlives the call |
//! | actors → store | queue; the commit comes back as a message | the error comes back instead |
//! | call → worker | `do_send`, a handle that hangs up with its owner | gone: its end was told |
//! | worker → call | `do_send` | gone: the handle is too, which hangs up |
//! | media socket ↔ worker | bounded queues, which drop what is late | over: the socket is closed |
//! | REST → call | `do_send` with a one-shot for the answer | gone: the call has ended; late: 503 |
//!
//! An actor that panics dies alone. A call's is seen in its `stopped()`: the core ends the call, frees its lines and tells the
//! parties. A session's leaves as though its grace were over.

pub mod bus;
pub mod call;
pub mod channels;
pub mod cloudvoip_worker;
pub mod core;
pub mod directory;
pub mod gate;
pub mod history;
mod journal;
pub mod media_conn;
mod mend;
pub mod messages;
#[cfg(test)]
mod panics;
pub mod room;
pub mod session;
mod timer;
pub mod verto_session;
pub mod watch;
pub mod wechat_leg;
pub mod ws_conn;

pub use self::{
    bus::{Bus, BusEvent, BusKind},
    core::{Core, CoreParts, Force, NotYet, Placement},
    directory::{Client, SessionView},
};
