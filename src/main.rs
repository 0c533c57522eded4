//! The one binary: see `hookswitch --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hookswitch::cli::main()
}
