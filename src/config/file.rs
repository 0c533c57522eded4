//! The configuration file: TOML in, entries of known keys out.

use std::path::Path;

use toml::de::DeTable;

use super::{
    nearest::{unknown_key, unknown_section},
    schema::{self, SECTIONS},
    spot::{Fault, Position, Raw, Reader},
    table::{Given, Origin, Values},
};

/// Reads the text of the file at `path`: known keys become values, all else faults.
pub(super) fn read(text: &str, path: &Path, values: &mut Values) {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().map(|span| Position::of(text, span.start));
        values.faults.push(Fault { message: error.message().trim_end().replace('\n', ", "), at });
    }
    if !errors.is_empty() {
        // What the parser guessed at after an error only makes more noise.
        return;
    }
    for section in (Reader { text, positions: true }).table(document.get_ref()) {
        let Some((name, _, keys)) = SECTIONS.iter().find(|(name, _, _)| *name == section.name) else {
            let message = match section.value.raw {
                Raw::Table(_) => unknown_section(&section.name),
                _ => unknown_key(&section.name, std::iter::empty()),
            };
            values.faults.push(Fault { message, at: section.at });
            continue;
        };
        let Raw::Table(entries) = section.value.raw else {
            let message = format!("`{name}` is a section: write [{name}] and its keys below");
            values.faults.push(Fault { message, at: section.at });
            continue;
        };
        for entry in entries {
            let Some(key) = schema::key(name, &entry.name) else {
                values.faults.push(Fault { message: unknown_key(&entry.name, keys.iter()), at: entry.at });
                continue;
            };
            let line = entry.at.map_or(0, |at| at.line);
            let origin = Origin::File { path: path.to_owned(), line };
            values.give(key, Given { spot: entry.value, origin, label: key.path() });
        }
    }
}
