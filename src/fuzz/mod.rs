//! Bytes from outside, mangled: every parser answers whatever it is given, quickly, and in its own words.
//!
//! `mangle` makes the inputs. The targets whose parsers the whole crate can reach stand in `targets`; the others stand among the
//! tests of their own modules. `cargo test survives_anything` runs them all, each for a second and a half;
//! `HOOKSWITCH_FUZZ_SECONDS` gives each of them longer. `tests/e2e/garbage.rs` does the same to a running server.

mod mangle;
mod targets;

use std::{
    fmt::Write as _,
    fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use self::mangle::Mangler;

/// The seed of the half of each run that is the same everywhere.
const SEED: u64 = 0x5eed;
/// How long each target is tried where nobody says.
const BRIEFLY: Duration = Duration::from_millis(1500);
/// How long one input may take: generous, for a busy machine and an unoptimised build.
const LONGEST: Duration = Duration::from_secs(10);
/// What the process of the tests may grow to. Unit: KiB.
const MOST_MEMORY: u64 = 1 << 20;

/// Gives `check` the corpus, then mangled inputs. It panics where something is not as it should be; then the input is kept in
/// `tests/fuzz/<target>`, from where it is tried first ever after.
pub(crate) fn survives(target: &str, corpus: &[&str], mut check: impl FnMut(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(target);
    let mut tried = |input: &str| {
        let began = now();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) {
            println!("{target} does not survive {input:?}, kept as {}", keep(&folder, input).display());
            resume_unwind(panic);
        }
        let took = now() - began;
        assert!(took < LONGEST, "{target} takes {took:?} for {input:?}");
    };
    for known in fs::read_dir(&folder).into_iter().flatten() {
        tried(&fs::read_to_string(known.unwrap().path()).unwrap());
    }
    corpus.iter().for_each(|input| tried(input));
    let secs = std::env::var("HOOKSWITCH_FUZZ_SECONDS").ok().map(|secs| secs.parse().expect("a number of seconds"));
    let time = secs.map_or(BRIEFLY, Duration::from_secs);
    for seed in [SEED, u64::from_ne_bytes(crate::clock::random().unwrap())] {
        let mut mangler = Mangler::new(seed);
        let (end, mut inputs) = (now() + time / 2, 0_u64);
        while now() < end {
            let input = mangler.mangle(corpus);
            tried(&input);
            inputs += 1;
        }
        println!("{target}: {inputs} inputs from seed {seed:#x}");
    }
    let memory = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = memory.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    assert!(peak.unwrap_or(0) < MOST_MEMORY, "{target}: {peak:?} KiB of memory");
}

fn keep(folder: &Path, input: &str) -> PathBuf {
    let mut name = String::new();
    for byte in crate::auth::keys::hash(input).iter().take(8) {
        write!(name, "{byte:02x}").unwrap();
    }
    fs::create_dir_all(folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, input).unwrap();
    path
}

#[expect(clippy::disallowed_methods, reason = "the time that tests take is not the server's")]
fn now() -> Instant {
    Instant::now()
}

#[test]
fn the_same_seed_gives_the_same_inputs_and_they_differ_from_each_other() {
    let corpus = [r#"{"type":"ping","id":7}"#, "a=b&c=d"];
    let inputs = |seed| {
        let mut mangler = Mangler::new(seed);
        (0..500).map(|_| mangler.mangle(&corpus)).collect::<Vec<_>>()
    };
    assert_eq!(inputs(1), inputs(1));
    let distinct: std::collections::BTreeSet<_> = inputs(1).into_iter().collect();
    assert!(distinct.len() > 400, "{}", distinct.len());
    assert!(distinct.iter().any(|input| input.len() > 2_000), "long ones");
}
