//! Compiles `simulator/`, the library that plays a WeChat user, and puts it where `src/cloudvoip/simulator.rs` embeds it.
//!
//! Why here and not as a package of its own: `cargo run -- serve --dev` must find it, wherever the binary is copied to, and cargo
//! builds no other package's cdylib along with a binary. rustc alone makes it, since it needs nothing but the standard library.

#![expect(clippy::panic, reason = "this is how a build script fails")]

use std::{env, path::PathBuf, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=simulator");
    println!("cargo::rustc-check-cfg=cfg(no_simulator)");
    // A static C library cannot load others, so that there is nothing to simulate with.
    if env::var("CARGO_CFG_TARGET_ENV").as_deref() == Ok("musl") {
        println!("cargo::rustc-cfg=no_simulator");
        return;
    }
    let var = |name: &str| env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"));
    let output = PathBuf::from(var("OUT_DIR")).join("simulator.so");
    let mut rustc = Command::new(var("RUSTC"));
    rustc
        .args([
            "simulator/lib.rs",
            "--crate-name",
            "cloudvoip_simulator",
            "--crate-type",
            "cdylib",
            "--edition",
            "2024",
        ])
        .args(["--target", &var("TARGET"), "-D", "warnings"])
        // A panic in a library that C calls must not unwind.
        .args([
            "-C",
            "panic=abort",
            "-C",
            "opt-level=s",
            "-C",
            "lto=fat",
            "-C",
            "codegen-units=1",
            "-C",
            "strip=symbols",
        ])
        .arg("-o")
        .arg(&output);
    if let Ok(linker) = env::var("RUSTC_LINKER") {
        rustc.arg("-C").arg(format!("linker={linker}"));
    }
    for flag in env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().split('\u{1f}').filter(|flag| !flag.is_empty())
    {
        rustc.arg(flag);
    }
    let status = rustc.status().unwrap_or_else(|error| panic!("cannot run {rustc:?}: {error}"));
    assert!(status.success(), "the simulator was not compiled: {rustc:?}");
}
