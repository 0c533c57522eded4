//! The worker process: `hookswitch cloudvoip-worker`. One call with a WeChat user, through a library with the SDK in it.
//!
//! | module | what |
//! | --- | --- |
//! | `ffi` | the library's functions; the only unsafe code |
//! | `confine` | what the process may not do |
//! | `control` | file descriptor 3: what it is told, and what it tells |
//! | `media` | file descriptor 4, and the threads between it and the SDK |
//! | `sink` | what the SDK's callbacks do: copy and enqueue |
//! | `session` | the call, from its start to its end |
//! | [`simulator`] | the library that plays a WeChat user, in the binary |
//!
//! | thread | runs |
//! | --- | --- |
//! | main | the SDK's long calls: init, join, hang-up, stop, one after another |
//! | `control-in`, `control-out` | file descriptor 3; a ping is answered whatever the SDK does |
//! | `media-in`, `media-out` | file descriptor 4 |
//! | `audio` | the clock: every 20 ms a frame goes to the SDK, and one comes from it |
//! | `video` | pictures on their way into the SDK |
//! | the SDK's own | callbacks |
//!
//! Nothing here waits for the server: where the server is gone, the process is too, at once.

mod confine;
mod control;
mod ffi;
mod media;
mod session;
pub mod simulator;
mod sink;

use std::{io::Write as _, path::Path};

use self::{control::Control, ffi::LoadError};
use crate::protocol::worker::{FromWorker, VERSION, outcome::exit_code};

/// The file descriptor of the control channel.
pub const CONTROL_FD: i32 = 3;
/// The file descriptor of the media channel.
pub const MEDIA_FD: i32 = 4;

/// Runs this process as a worker. Does not return.
pub fn run(library: &Path) -> ! {
    confine::confine();
    let (Some(control), Some(media)) = (ffi::adopt(CONTROL_FD), ffi::adopt(MEDIA_FD)) else {
        complain("this command is hookswitch's own: it is started by the server, with two channels");
        ffi::exit_now(exit_code::PROTOCOL);
    };
    let Some((control, orders)) = Control::open(control) else { ffi::exit_now(exit_code::INTERNAL) };
    let sdk = match ffi::Sdk::load(library) {
        Ok(sdk) => sdk,
        Err(error) => {
            let (at, text, code) = match error {
                LoadError::Library(text) => ("load", text, exit_code::NO_LIBRARY),
                LoadError::Symbol(text) => ("symbol", text, exit_code::NO_SYMBOL),
            };
            control.error(at, None, &text);
            control.leave(code);
        }
    };
    let lib_abi = u32::try_from(sdk.abi()).unwrap_or(0);
    control.tell(FromWorker::Hello { v: VERSION, pid: std::process::id(), lib_abi });
    session::run(sdk, &control, &orders, media)
}

/// A line for the server's log. Never a secret.
fn complain(text: &str) {
    // A log that is gone is no reason to stop.
    let _gone = writeln!(std::io::stderr(), "{text}").is_err();
}
