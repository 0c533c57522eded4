//! The token secret that is made once and kept in the data folder, where nobody configured one.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{clock, config::Secret};

/// The file's name in the data folder.
pub const KEPT_SECRET_FILE: &str = "jwt_secret";

/// Why the kept secret is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeptSecretError {
    /// The file or its folder cannot be read or written.
    #[error("the token secret {} cannot be read or made", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is a file with nothing in it.
    #[error("the token secret {} is empty: delete the file to have a new one made", .0.display())]
    Empty(PathBuf),
    /// The operating system has no randomness.
    #[error("the operating system has no randomness for a token secret")]
    Random(#[from] getrandom::Error),
}

/// Reads the kept secret; makes it where there is none. Several processes may ask at once: they all get the same.
pub(super) fn read_or_make(data_dir: &Path) -> Result<Secret, KeptSecretError> {
    let path = data_dir.join(KEPT_SECRET_FILE);
    let io = |source| KeptSecretError::Io { path: path.clone(), source };
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return filled(&found.map_err(io)?, &path),
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(io)?;
    let text = URL_SAFE_NO_PAD.encode(clock::random::<32>()?);
    let mark = URL_SAFE_NO_PAD.encode(clock::random::<6>()?);
    let draft = data_dir.join(format!(".{KEPT_SECRET_FILE}.{mark}"));
    let made = write_whole(&draft, &text).and_then(|()| match fs::hard_link(&draft, &path) {
        // Another process was faster: its secret counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&draft);
    made.and(removed).map_err(io)?;
    filled(&fs::read_to_string(&path).map_err(io)?, &path)
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn filled(text: &str, path: &Path) -> Result<Secret, KeptSecretError> {
    match text.trim() {
        "" => Err(KeptSecretError::Empty(path.to_owned())),
        text => Ok(Secret::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_secret_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("a/b");
        let secret = read_or_make(&data_dir).unwrap();
        assert_eq!(secret.expose().len(), 43);
        assert_eq!(read_or_make(&data_dir).unwrap(), secret);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data_dir.join(KEPT_SECRET_FILE)), 0o600);
        assert_eq!(mode(&data_dir), 0o700);
        assert_eq!(fs::read_dir(&data_dir).unwrap().count(), 1, "no draft stays behind");
    }

    #[test]
    fn everybody_who_asks_at_once_gets_the_same_secret() {
        let folder = tempfile::tempdir().unwrap();
        let secrets: Vec<_> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..8).map(|_| scope.spawn(|| read_or_make(folder.path()).unwrap())).collect();
            asking.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[test]
    fn an_empty_file_is_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(KEPT_SECRET_FILE), "\n").unwrap();
        assert!(matches!(read_or_make(folder.path()), Err(KeptSecretError::Empty(_))));
    }
}
