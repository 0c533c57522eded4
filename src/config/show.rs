//! The effective settings as text.

use toml::Value;

use super::{
    reference::sentence,
    schema::Config,
    table::{Origin, Values},
};

impl Setting {
    /// `section.key`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }
}

/// One key as `print-config` and `GET /api/v1/config` show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The section.
    pub section: &'static str,
    /// The key's name in it.
    pub name: &'static str,
    /// The value, a secret as asterisks; `None` where it is not set.
    pub value: Option<Value>,
    /// Where it came from.
    pub origin: Origin,
    /// Whether it is what it would be without anybody's word.
    pub is_default: bool,
    /// What it would be without anybody's word, outside development mode.
    pub default: Option<Value>,
    /// What it means.
    pub doc: String,
    /// Its name in the environment.
    pub env: String,
    /// Whether a running server takes a new value over.
    pub reloadable: bool,
    /// Whether its value is shown as asterisks.
    pub secret: bool,
}

/// Every key of the sections.
pub(super) fn settings(config: &Config, values: &Values) -> Vec<Setting> {
    let setting = |(key, value): (&'static super::table::Key, Option<Value>)| Setting {
        section: key.section,
        name: key.name,
        origin: values.origins.get(&(key.section, key.name)).map_or(Origin::Default, |(origin, _)| origin.clone()),
        is_default: value == (key.default)(),
        value,
        default: (key.default)(),
        doc: sentence(key.doc),
        env: key.env(),
        reloadable: key.extra.reload,
        secret: key.secret,
    };
    config.show().into_iter().map(setting).collect()
}
