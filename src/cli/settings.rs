//! `check-config` and `print-config`.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::output::{CliError, say};
use crate::{
    auth::UserTokens,
    config::{self, Flags, Loaded, Setting, Sources},
};

/// Where the origins stand in a line of `print-config`, if the value leaves room. Unit: characters.
const ORIGIN_COLUMN: usize = 48;

pub(super) fn check(file: PathBuf) -> Result<(), CliError> {
    let shown = file.display().to_string();
    let loaded = config::load(&Sources::new(Some(file), Flags::default()))?;
    UserTokens::check_key_file(&loaded.config.auth)?;
    say(&format!("{shown} is fine"))
}

pub(super) fn print(loaded: &Loaded, json: bool) -> Result<(), CliError> {
    if json {
        return say(&format!("{:#}", as_json(&loaded.settings)));
    }
    say(&as_toml(&loaded.settings))
}

fn as_toml(settings: &[Setting]) -> String {
    let mut text = String::new();
    let mut section = "";
    for setting in settings {
        if setting.section != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            section = setting.section;
            text.push_str(&format!("{gap}[{section}]\n"));
        }
        let line = match &setting.value {
            Some(value) => format!("{} = {value}", setting.name),
            None => format!("#{} is not set", setting.name),
        };
        text.push_str(&format!("{line:ORIGIN_COLUMN$} # {}\n", setting.origin));
    }
    text.truncate(text.trim_end().len());
    text
}

fn as_json(settings: &[Setting]) -> Value {
    let mut sections = Map::new();
    for setting in settings {
        let shown = json!({ "value": setting.value, "origin": setting.origin.to_string() });
        let section = sections.entry(setting.section).or_insert_with(|| json!({}));
        if let Some(section) = section.as_object_mut() {
            section.insert(setting.name.into(), shown);
        }
    }
    Value::Object(sections)
}
