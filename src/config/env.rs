//! The environment: `HOOKSWITCH__SECTION__KEY`, `…_FILE` for secrets, and systemd's credentials.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
};

use super::{
    nearest::nearest,
    schema,
    spot::{Fault, Spot},
    table::{Given, Key, Origin, Values},
};

/// What all names begin with.
pub(super) const PREFIX: &str = "HOOKSWITCH__";
/// Where systemd puts what `LoadCredential=` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The names that mean something: each key's, and a secret's with `_FILE` behind it.
fn names() -> BTreeMap<String, (&'static Key, bool)> {
    let mut names = BTreeMap::new();
    for key in schema::keys() {
        names.insert(key.env(), (key, false));
        if key.secret {
            names.insert(format!("{}_FILE", key.env()), (key, true));
        }
    }
    names
}

/// Reads systemd's credentials, then the variables.
pub(super) fn read(env: &[(OsString, OsString)], values: &mut Values) {
    if let Some((_, folder)) = env.iter().find(|(name, _)| name == CREDENTIALS) {
        read_credentials(Path::new(folder), values);
    }
    let names = names();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in env {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        match (names.get(name), value.to_str()) {
            (Some(_), Some(value)) => drop(seen.insert(name.to_owned(), value.to_owned())),
            (Some(_), None) => values.faults.push(fault(format!("`{name}` is not UTF-8"))),
            (None, _) => {
                let near =
                    nearest(&name.to_uppercase(), names.keys(), |known| known.as_str()).map_or("", String::as_str);
                values.faults.push(fault(format!("unknown environment variable `{name}`, did you mean `{near}`?")));
            }
        }
    }
    for (name, value) in &seen {
        let Some((key, from_file)) = names.get(name) else { continue };
        let text = if *from_file {
            if seen.contains_key(&key.env()) {
                values.faults.push(fault(format!("`{}` and `{name}` are both set: keep one", key.env())));
                continue;
            }
            match read_secret(&PathBuf::from(value)) {
                Ok(text) => text,
                Err(error) => {
                    values.faults.push(fault(format!("`{name}`: cannot read {value}: {error}")));
                    continue;
                }
            }
        } else {
            value.clone()
        };
        values.give(
            key,
            Given { spot: Spot::word(text), origin: Origin::Environment(name.clone()), label: name.clone() },
        );
    }
}

fn read_credentials(folder: &Path, values: &mut Values) {
    for key in schema::keys() {
        let Some(name) = key.extra.credential else { continue };
        let path = folder.join(name);
        match read_secret(&path) {
            Ok(text) => {
                let label = format!("${CREDENTIALS}/{name}");
                values.give(key, Given { spot: Spot::word(text), origin: Origin::Credential(path), label });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => values.faults.push(fault(format!("cannot read the credential {}: {error}", path.display()))),
        }
    }
}

/// A secret's file, without the line end that editors put there.
fn read_secret(path: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(path)?;
    Ok(text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text)).to_owned())
}

fn fault(message: String) -> Fault {
    Fault { message, at: None }
}
