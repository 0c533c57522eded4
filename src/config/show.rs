//! The effective settings as text.

use toml::Value;

use super::{
    schema::Config,
    table::{Origin, Values},
};

/// One key as `print-config` shows it.
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
}

/// Every key of the sections.
pub(super) fn settings(config: &Config, values: &Values) -> Vec<Setting> {
    let setting = |(key, value): (&'static super::table::Key, Option<Value>)| Setting {
        section: key.section,
        name: key.name,
        origin: values.origins.get(&(key.section, key.name)).map_or(Origin::Default, |(origin, _)| origin.clone()),
        is_default: value == (key.default)(),
        value,
    };
    config.show().into_iter().map(setting).collect()
}
