//! The practical floor: what a call costs on this stack where nothing is known about calls; and how far hookswitch is from it.
//!
//! `cargo bench --bench floor` measures both, one after the other, and prints the ratios; `-- --help` says what else there is.
//! `cargo bench --bench floor -- --serve 127.0.0.1:8090` runs the floor alone, for `hookswitch bench --url http://127.0.0.1:8090`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a program for the terminal"
)]

mod ratios;
mod relay;

use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How many files each process may have open: two for each of 15,000 connections, and some.
const OPEN_FILES: u64 = 65_536;

#[derive(Parser)]
#[command(about = "Measures hookswitch and the floor, one after the other, and prints the ratios")]
struct Args {
    /// Serve the floor at this address instead
    #[arg(long, value_name = "ADDRESS:PORT")]
    serve: Option<String>,
    #[command(flatten)]
    ratios: ratios::Args,
    /// Cargo's own
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    raise_file_limit();
    match args.serve {
        Some(address) => actix_web::rt::System::new().block_on(async {
            let (server, listening) = relay::start(&address).unwrap();
            eprintln!("ready at {listening}");
            server.await.unwrap();
        }),
        None => ratios::measure(&args.ratios),
    }
}

/// For this process and those it starts. Beyond the hard limit only where the user may raise that.
fn raise_file_limit() {
    let hard = getrlimit(Resource::Nofile).maximum;
    let wanted = hard.map(|hard| hard.max(OPEN_FILES));
    if setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum: wanted }).is_err() {
        eprintln!("the limit of open files stays at {hard:?}: large crowds may not fit");
        setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }).unwrap();
    }
}
