//! `docs/configuration.md` and `hookswitch.example.toml`, from the table of keys.

use std::fmt::Write as _;

use super::{
    lists::{LISTS, is_list},
    schema::SECTIONS,
    table::Key,
};

const INTRODUCTION: &str = "\
# Configuration

This page is made from the server's own table of keys: `UPDATE_DOCS=1 cargo test --lib config` writes it.

Settings come from these layers; a later one beats an earlier one:

1. the defaults below;
2. the defaults of development mode (`hookswitch serve --dev`);
3. one TOML file: `--config FILE`, commented example: [hookswitch.example.toml](../hookswitch.example.toml);
4. systemd credentials (`LoadCredential=`): `jwt_secret`, `turn_secret`;
5. the environment: `HOOKSWITCH__SECTION__KEY`, as `HOOKSWITCH__CALL__RING_TIMEOUT_SECS=2`. A list is words with commas between
   them, or a TOML array. A secret can also be the content of a file that `HOOKSWITCH__SECTION__KEY_FILE` names;
6. flags: `--listen`, `--data-dir`.

An unknown key is an error, in the file and in the environment. `hookswitch check-config FILE` says what is wrong and where;
`hookswitch print-config` shows every value and where it came from. All times take fractions (`0.5`). Paths are relative to
the folder where the server is started.

A SIGHUP reads everything again. Keys marked ↻ then change in the running server; of the others it says that they need a
restart.
";

/// The reference in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = String::from(INTRODUCTION);
    for (name, doc, keys) in SECTIONS {
        section(&mut page, &format!("[{name}]"), doc, keys);
        for (path, doc, keys) in lists_of(name) {
            section(&mut page, &format!("[[{path}]]"), doc, keys);
        }
    }
    page
}

/// The lists of tables that belong to a section.
fn lists_of(section: &str) -> impl Iterator<Item = &'static (&'static str, &'static [&'static str], &'static [Key])> {
    LISTS.iter().filter(move |(path, ..)| path.split_once('.').is_some_and(|(owner, _)| owner == section))
}

fn section(page: &mut String, title: &str, doc: &[&str], keys: &[Key]) {
    let table = keys.iter().map(row).collect::<String>();
    let doc = sentence(doc);
    let head = "| key | value | default | meaning |\n| --- | --- | --- | --- |\n";
    // Writing to a String cannot fail.
    let _written = write!(page, "\n## `{title}`\n\n{doc}\n\n{head}{table}");
}

fn row(key: &Key) -> String {
    let default = match ((key.default)(), (key.dev)()) {
        (Some(default), Some(dev)) => format!("`{default}`; `{dev}` with `--dev`"),
        (Some(default), None) => format!("`{default}`"),
        (None, _) => "–".into(),
    };
    let reload = if key.extra.reload { " ↻" } else { "" };
    format!("| `{}`{reload} | {} | {default} | {} |\n", key.name, key.what, sentence(key.doc))
}

/// The lines of a doc comment as one.
pub(super) fn sentence(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// The example file: every key, commented out at its default.
#[must_use]
pub fn example() -> String {
    let mut file = String::from(
        "# hookswitch: every key, at its default. Take the `#` away from what you change.\n\
         # Made from the server's own table of keys; the same as a page: docs/configuration.md\n",
    );
    for (name, doc, keys) in SECTIONS {
        let _written = write!(file, "\n{}[{name}]\n", comment(doc));
        for key in keys.iter().filter(|key| !is_list(key)) {
            file.push_str(&entry(key));
        }
        for (path, doc, keys) in lists_of(name) {
            let _written = write!(file, "\n{}#[[{path}]]\n", comment(doc));
            keys.iter().for_each(|key| file.push_str(&entry(key)));
        }
    }
    file
}

fn entry(key: &Key) -> String {
    let shown = match (key.default)() {
        Some(default) if key.extra.example.is_empty() => default.to_string(),
        _ => key.extra.example.to_owned(),
    };
    let unit = if shown.starts_with(|c: char| c.is_ascii_digit()) { format!(" ({})", key.what) } else { String::new() };
    let mut doc = comment(key.doc);
    if !unit.is_empty() {
        doc.truncate(doc.trim_end().len());
        let _written = writeln!(doc, "{unit}");
    }
    format!("{doc}#{} = {shown}\n", key.name)
}

fn comment(doc: &[&str]) -> String {
    doc.iter().map(|line| format!("# {}\n", line.trim())).collect()
}
