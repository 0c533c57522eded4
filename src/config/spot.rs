//! A value as somebody gave it, before anyone asked whether it fits, and what to say where it does not.

use std::ops::Range;

use toml::de::{DeString, DeTable, DeValue};

/// Where in a file something stands. Units: lines and characters, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Position {
    /// The position of byte `offset` of `text`.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

/// Something wrong, and where, if that is a place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) at: Option<Position>,
}

/// A value with no type of ours yet.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    /// From the environment or a flag, where everything is text.
    Word(String),
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Spot>),
    Table(Vec<Entry>),
    /// A kind of value that no key takes.
    Other(&'static str),
}

/// One `key = value` of a table.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    /// Where the name stands.
    pub(super) at: Option<Position>,
    pub(super) value: Spot,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) raw: Raw,
    pub(super) at: Option<Position>,
}

impl Spot {
    /// A value that is text because it comes from where there is nothing else.
    pub(super) fn word(text: impl Into<String>) -> Self {
        Self { raw: Raw::Word(text.into()), at: None }
    }

    /// Says that `label` must be something else.
    pub(super) fn wrong(&self, label: &str, must_be: &str) -> Vec<Fault> {
        vec![Fault { message: format!("`{label}` must be {must_be}, not {}", self.describe()), at: self.at }]
    }

    /// Says something of `label` without telling the value.
    pub(super) fn complain(&self, label: &str, what: &str) -> Vec<Fault> {
        vec![Fault { message: format!("`{label}` {what}"), at: self.at }]
    }

    /// The value in the words of an error. Never called for secrets.
    fn describe(&self) -> String {
        match &self.raw {
            Raw::Word(text) | Raw::Text(text) => format!("{text:?}"),
            Raw::Integer(n) => n.to_string(),
            Raw::Float(x) => x.to_string(),
            Raw::Boolean(b) => b.to_string(),
            Raw::List(_) => "a list".into(),
            Raw::Table(_) => "a table".into(),
            Raw::Other(what) => format!("a {what}"),
        }
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.raw {
            Raw::Word(text) | Raw::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, where it is a table.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.raw {
            Raw::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The elements, where it is a list: in the environment a TOML array, or words with commas between them.
    pub(super) fn list(&self) -> Option<Vec<Self>> {
        match &self.raw {
            Raw::List(items) => Some(items.clone()),
            Raw::Word(text) if text.trim_start().starts_with('[') => {
                let value = DeValue::parse(text).ok()?;
                match (Reader { text, positions: false }).raw(value.get_ref()) {
                    Raw::List(items) => Some(items),
                    _ => None,
                }
            }
            Raw::Word(text) => {
                Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(Self::word).collect())
            }
            _ => None,
        }
    }
}

/// Turns what the TOML parser gives into entries with positions.
pub(super) struct Reader<'a> {
    /// The text that the spans count in.
    pub(super) text: &'a str,
    /// Whether positions mean anything to the reader of an error.
    pub(super) positions: bool,
}

impl Reader<'_> {
    fn at(&self, span: &Range<usize>) -> Option<Position> {
        self.positions.then(|| Position::of(self.text, span.start))
    }

    /// The entries of a table, in the order of the file.
    pub(super) fn table(&self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        let entry = |(name, value): (&toml::Spanned<DeString<'_>>, &toml::Spanned<DeValue<'_>>)| Entry {
            name: name.get_ref().to_string(),
            at: self.at(&name.span()),
            value: Spot { raw: self.raw(value.get_ref()), at: self.at(&value.span()) },
        };
        entries.into_iter().map(entry).collect()
    }

    fn raw(&self, value: &DeValue<'_>) -> Raw {
        match value {
            DeValue::String(text) => Raw::Text(text.to_string()),
            DeValue::Integer(n) => {
                i64::from_str_radix(n.as_str(), n.radix()).map_or(Raw::Other("huge number"), Raw::Integer)
            }
            DeValue::Float(x) => x.as_str().parse().map_or(Raw::Other("strange number"), Raw::Float),
            DeValue::Boolean(b) => Raw::Boolean(*b),
            DeValue::Datetime(_) => Raw::Other("date"),
            DeValue::Array(items) => Raw::List(
                items.iter().map(|item| Spot { raw: self.raw(item.get_ref()), at: self.at(&item.span()) }).collect(),
            ),
            DeValue::Table(table) => Raw::Table(self.table(table)),
        }
    }
}
