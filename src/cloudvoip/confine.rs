//! What a worker may not do. Somebody else's code runs in it, with secrets.

use rustix::process::{Resource, Rlimit, setrlimit};

use super::{complain, ffi};

/// Open files: a call's sockets, and some.
const OPEN_FILES: u64 = 256;
/// The largest file, so that a log of the SDK's cannot fill the disk. Unit: bytes.
const FILE_BYTES: u64 = 64 << 20;

/// Confines this process, before it loads anything.
pub(super) fn confine() {
    // What is not 0 to 4 was left open by whoever started the server.
    ffi::close_from(5);
    let mut refused = Vec::new();
    let mut tried = |what: &'static str, outcome: rustix::io::Result<()>| {
        if outcome.is_err() {
            refused.push(what);
        }
    };
    let limit = |n| Rlimit { current: Some(n), maximum: Some(n) };
    tried("no core files", setrlimit(Resource::Core, limit(0)));
    tried("few open files", setrlimit(Resource::Nofile, limit(OPEN_FILES)));
    tried("no large files", setrlimit(Resource::Fsize, limit(FILE_BYTES)));
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A limit of zero does not keep a core from a program that collects them; this does. It also keeps the memory and
        // the environment from others of the same user.
        tried("no dump", set_dumpable_behavior(DumpableBehavior::NotDumpable));
        tried("no new privileges", rustix::thread::set_no_new_privs(true));
        // The kernel knows it by the file it was started from, which says nothing.
        tried("a name", rustix::thread::set_name(c"cloudvoip"));
    }
    if !refused.is_empty() {
        complain(&format!("the system refuses: {}", refused.join(", ")));
    }
}
