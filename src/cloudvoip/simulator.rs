//! The library that plays a WeChat user: embedded in the binary, written to the data folder when it is needed.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

/// The library. Empty where the target cannot load any.
#[cfg(not(no_simulator))]
static LIBRARY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/simulator.so"));
#[cfg(no_simulator)]
static LIBRARY: &[u8] = &[];

/// Nobody but the owner may use it, and nobody may change it.
const MODE: u32 = 0o500;

/// The path of the library in this folder; it is written where it is not there, and again where it is not as it was written.
///
/// # Errors
/// Where the folder does not take it, or this build has none.
pub fn unpack(folder: &Path) -> io::Result<PathBuf> {
    if LIBRARY.is_empty() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "this build has no simulator"));
    }
    let digest = Sha256::digest(LIBRARY);
    let tag: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("simulator-{tag}.so"));
    if fs::read(&path).is_ok_and(|found| found == LIBRARY) {
        return Ok(path);
    }
    fs::create_dir_all(folder)?;
    // Under a name of its own first: a worker never sees half of it, and two servers do not write the same file.
    let half = folder.join(format!(".simulator-{tag}-{}", std::process::id()));
    let written = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&half).and_then(|mut file| {
        file.write_all(LIBRARY)?;
        fs::rename(&half, &path)
    });
    if written.is_err() {
        // It may never have been made.
        let _none = fs::remove_file(&half).is_err();
    }
    written.map(|()| path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_library_is_written_whole_once_and_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = unpack(folder.path()).unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, MODE);
        assert_eq!(fs::read(&path).unwrap(), LIBRARY);
        assert_eq!(unpack(folder.path()).unwrap(), path);
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), metadata.modified().unwrap(), "as it was");
        fs::remove_file(&path).unwrap();
        fs::write(&path, &LIBRARY[..100]).unwrap();
        assert_eq!(fs::read(unpack(folder.path()).unwrap()).unwrap(), LIBRARY, "written anew");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside it");
    }
}
