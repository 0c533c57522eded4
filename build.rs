//! Two things that must be known before the binary is compiled.
//!
//! It compiles `simulator/`, the library that plays a WeChat user, and puts it where `src/cloudvoip/simulator.rs` embeds it. Why
//! here and not as a package of its own: `cargo run -- serve --dev` must find it, wherever the binary is copied to, and cargo
//! builds no other package's cdylib along with a binary. rustc alone makes it, since it needs nothing but the standard library.
//!
//! For release builds it looks whether `bundle/` is of the pages in `static/`, so that nobody's change to a page is missing from
//! what they build, with Node or without.

#![expect(clippy::panic, reason = "this is how a build script fails")]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

#[path = "src/http/bundle.rs"]
mod bundle;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    pages();
    simulator();
}

/// Debug builds serve `static/` from the disk, whatever the bundle is.
fn pages() {
    println!("cargo::rustc-check-cfg=cfg(stale_bundle)");
    if env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    for read in ["static", "bundle", "src/http/bundle.rs"] {
        println!("cargo::rerun-if-changed={read}");
    }
    let changes =
        bundle::changes(Path::new(".")).unwrap_or_else(|error| panic!("cannot read static/ and bundle/: {error}"));
    if changes.is_empty() {
        return;
    }
    println!("cargo::rustc-cfg=stale_bundle");
    let names: Vec<_> = changes.into_iter().collect();
    println!(
        "cargo::warning=the binary carries the pages of static/ as they are, which is more to load than the bundle: {} changed \
         since bundle/ was made. To make it anew, {}",
        names.join(", "),
        bundle::ADVICE
    );
}

fn simulator() {
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
