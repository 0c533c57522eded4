//! The compiler does not guard a module's purity as it would a crate's; this does.

use std::{fs, path::Path};

const IMPURE: [&str; 9] =
    ["actix", "tokio", "tracing", "Instant::now", "SystemTime", "std::net", "std::fs", "std::thread", "crate::clock"];

#[test]
fn the_core_knows_no_clock_no_io_and_no_actor() {
    let mut read = 0;
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/protocol")];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            // Unit tests at the foot of a file may start a clock.
            let code = text.split("#[cfg(test)]").next().unwrap();
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for word in IMPURE {
                    assert!(!line.contains(word), "{}: {word} in {line:?}", path.display());
                }
            }
            read += 1;
        }
    }
    assert!(read >= 10, "only {read} files read: has the core moved?");
}
