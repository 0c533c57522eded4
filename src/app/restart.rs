//! The restart that the demo page asks for: the process becomes a new server at once, as after a crash. Nothing is drained, told or
//! flushed but the log.

use std::{
    ffi::{OsStr, OsString},
    io,
    net::SocketAddr,
    os::unix::process::CommandExt as _,
    process::Command,
    time::Duration,
};

/// How long the answer to whoever asked has to get out.
pub(super) const ANSWER: Duration = Duration::from_millis(100);

/// Executes this program anew, with the arguments that it was given, on the port that it has. Comes back only where that fails.
pub(super) fn restart(address: SocketAddr) -> io::Error {
    let mut given = std::env::args_os();
    let name = given.next().unwrap_or_default();
    Command::new("/proc/self/exe").arg0(name).args(arguments(given, address)).exec()
}

/// The arguments, with the address that the server listens on in place of the one that it was given: port 0 would become another.
fn arguments(given: impl Iterator<Item = OsString>, address: SocketAddr) -> Vec<OsString> {
    const LISTEN: &str = "--listen";
    let mut kept = Vec::new();
    let mut given = given;
    while let Some(argument) = given.next() {
        if argument == LISTEN {
            // Its value goes with it.
            given.next();
        } else if !is_value(&argument, LISTEN) {
            kept.push(argument);
        }
    }
    kept.extend([LISTEN.into(), address.to_string().into()]);
    kept
}

/// Whether this is `flag=value`.
fn is_value(argument: &OsStr, flag: &str) -> bool {
    argument.to_str().and_then(|text| text.strip_prefix(flag)).is_some_and(|rest| rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_in_use_takes_the_place_of_the_one_that_was_given() {
        let address = "127.0.0.1:4711".parse().unwrap();
        let of = |given: &[&str]| arguments(given.iter().map(OsString::from), address);
        for given in [
            &["serve", "--dev"][..],
            &["serve", "--listen", "127.0.0.1:0", "--dev"],
            &["serve", "--listen=[::1]:0", "--dev"],
        ] {
            assert_eq!(of(given), ["serve", "--dev", "--listen", "127.0.0.1:4711"], "{given:?}");
        }
    }
}
