//! Where unsafe code may be.

use std::{fs, path::Path};

/// The one file of the program with unsafe code in it. The simulator, a library of its own, has the other side of that boundary.
const UNSAFE: &str = "src/cloudvoip/ffi.rs";

#[test]
fn one_file_has_unsafe_code_and_says_of_each_piece_why_it_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pending = vec![root.join("src"), root.join("benches")];
    let mut read = 0;
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                let words = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                let with = words.filter(|line| line.contains("unsafe ") || line.contains("unsafe_code")).count();
                assert!(name == UNSAFE || with == 0, "{name} has unsafe code");
                read += 1;
            }
        }
    }
    assert!(read > 100, "only {read} files read");
    let text = fs::read_to_string(root.join(UNSAFE)).unwrap();
    let blocks = text.lines().filter(|line| line.contains("unsafe {")).count();
    assert_eq!(blocks, text.matches("// SAFETY: ").count(), "each says why");
    assert!(text.lines().count() < 400);
}
