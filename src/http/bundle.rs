//! Whether `bundle/` was made of what `static/` holds now: told by the sums that `npm run bundle` wrote, so without Node.
//!
//! `build.rs` compiles this file too: a release build whose bundle is of other sources carries the sources.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use sha2::{Digest, Sha256};

/// What puts it right.
pub(crate) const ADVICE: &str = "run `npm ci` and `npm run bundle` in tests/browser, and commit bundle/";

/// The files of `static/` and of the bundle that are others than when the bundle was made, as paths from `root`, sorted.
///
/// # Errors
///
/// What keeps the files or their sums from being read.
pub(crate) fn changes(root: &Path) -> io::Result<BTreeSet<String>> {
    let text = fs::read_to_string(root.join("bundle/sha256sums"))?;
    let then =
        text.lines().filter_map(|line| line.split_once("  ")).map(|(sum, path)| (path.to_owned(), sum.to_owned()));
    let then: BTreeSet<_> = then.collect();
    let mut now = BTreeMap::new();
    for folder in ["static", "bundle/static"] {
        add_sums(root, folder, &mut now)?;
    }
    let now = now.into_iter().collect();
    Ok(then.symmetric_difference(&now).map(|(path, _)| path.clone()).collect())
}

fn add_sums(root: &Path, folder: &str, sums: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What editors and systems hide is no source.
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            add_sums(root, &path, sums)?;
        } else {
            let sum = Sha256::digest(fs::read(entry.path())?);
            sums.insert(path, sum.iter().map(|byte| format!("{byte:02x}")).collect());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_is_of_these_sources() {
        let changes = changes(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(changes.is_empty(), "changed since bundle/ was made: {changes:?}. {ADVICE}");
    }

    #[test]
    fn what_changed_came_or_went_since_the_bundle_was_made_is_named() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let sum = |text: &str| Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        for path in ["static/demo/kept.js", "static/demo/edited.js", "static/gone.css", "bundle/static/demo/made.js"] {
            write(path, path);
        }
        let lines = ["static/demo/kept.js", "static/demo/edited.js", "static/gone.css", "bundle/static/demo/made.js"]
            .map(|path| format!("{}  {path}\n", sum(path)));
        write("bundle/sha256sums", &lines.concat());
        write("static/demo/.edited.js.swp", "an editor's own");
        assert_eq!(changes(root.path()).unwrap(), BTreeSet::new());

        write("static/demo/edited.js", "another");
        write("static/demo/new.js", "new");
        write("bundle/static/demo/made.js", "by hand");
        fs::remove_file(root.path().join("static/gone.css")).unwrap();
        let expected = ["bundle/static/demo/made.js", "static/demo/edited.js", "static/demo/new.js", "static/gone.css"];
        assert_eq!(changes(root.path()).unwrap(), expected.map(str::to_owned).into());
    }
}
