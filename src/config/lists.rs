//! Keys that are lists of tables with keys of their own: `[[webhooks.endpoint]]`, `[[wechat.account]]`.

use std::{collections::BTreeSet, marker::PhantomData};

use toml::{Table, Value};

use super::{
    kinds::Kind,
    nearest::unknown_own_key,
    schema::{self, Endpoint, WeChatAccount},
    spot::{Fault, Position, Raw, Spot},
    table::{Given, Key, Origin, Section, Values},
};

/// A section that is there as often as it is written.
pub(super) trait Item: Section + Clone + PartialEq {
    /// The value of the list's key, as the reference describes it.
    const WHAT: &'static str;
    /// What several of them are called.
    const MANY: &'static str;
    /// The keys that each of them must have.
    const NEEDED: &'static [&'static str];

    /// What tells it from the others.
    fn name(&self) -> &str;
}

impl Item for Endpoint {
    const WHAT: &'static str = "tables, see `[[webhooks.endpoint]]`";
    const MANY: &'static str = "hooks";
    const NEEDED: &'static [&'static str] = &["name", "url"];

    fn name(&self) -> &str {
        &self.name
    }
}

impl Item for WeChatAccount {
    const WHAT: &'static str = "tables, see `[[wechat.account]]`";
    const MANY: &'static str = "accounts";
    const NEEDED: &'static [&'static str] = &["name"];

    fn name(&self) -> &str {
        &self.name
    }
}

/// What the reference shows of a list: its path, what it is about, its keys.
pub(super) static LISTS: [(&str, &[&str], &[Key]); 2] =
    [(Endpoint::NAME, Endpoint::DOC, Endpoint::KEYS), (WeChatAccount::NAME, WeChatAccount::DOC, WeChatAccount::KEYS)];

/// Whether a key is a list of tables.
pub(super) fn is_list(key: &Key) -> bool {
    LISTS.iter().any(|(path, ..)| key.path() == *path)
}

/// Where a table of the file and its fields stand.
#[derive(Debug)]
pub(super) struct Places {
    table: Option<Position>,
    fields: Vec<(String, Option<Position>)>,
}

impl Places {
    /// The place of a field's value; that of the table where the field is not there.
    pub(super) fn of(&self, field: &str) -> Option<Position> {
        self.fields.iter().find(|(name, _)| name == field).map_or(self.table, |(_, at)| *at)
    }
}

/// The places of the tables that count: the last layer's.
pub(super) fn places<T: Item>(values: &Values) -> Vec<Places> {
    let key = schema::keys().find(|key| key.path() == T::NAME);
    let given = key.and_then(|key| values.given.get(&(key.section, key.name)));
    let items = given.and_then(|given| given.last()?.spot.list()).unwrap_or_default();
    let places = |item: &Spot| {
        let fields = item.entries().iter().map(|entry| (entry.name.clone(), entry.value.at)).collect();
        Places { table: item.at, fields }
    };
    items.iter().map(places).collect()
}

/// A list of tables.
pub(super) struct Tables<T>(PhantomData<T>);

impl<T: Item> Kind for Tables<T> {
    type Out = Vec<T>;
    const WHAT: &'static str = T::WHAT;

    fn read(label: &str, spot: &Spot) -> Result<Vec<T>, Vec<Fault>> {
        let must_be = format!("must be written as [[{}]]", T::NAME);
        let items = spot.list().ok_or_else(|| spot.complain(label, &must_be))?;
        let mut faults = Vec::new();
        let mut read = Vec::new();
        for item in &items {
            match &item.raw {
                Raw::Table(_) => read.push(read_one::<T>(item, &mut faults)),
                _ => faults.extend(item.complain(label, &must_be)),
            }
        }
        let mut names = BTreeSet::new();
        for (one, item) in read.iter().zip(&items) {
            let name = one.name();
            if !name.is_empty() && !names.insert(name) {
                let message = format!("two {} have the name `{name}`: every [[{}]] needs its own", T::MANY, T::NAME);
                faults.push(Fault { message, at: item.at });
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    fn show(value: &Vec<T>) -> Option<Value> {
        let table = |one: &T| {
            let shown = T::KEYS.iter().zip(one.show());
            Value::Table(shown.filter_map(|(key, value)| Some((key.name.to_owned(), value?))).collect::<Table>())
        };
        Some(Value::Array(value.iter().map(table).collect()))
    }
}

fn read_one<T: Item>(item: &Spot, faults: &mut Vec<Fault>) -> T {
    let mut values = Values::default();
    let entries = item.entries();
    for entry in entries {
        match T::KEYS.iter().find(|key| key.name == entry.name) {
            Some(key) => {
                let given = Given { spot: entry.value.clone(), origin: Origin::Default, label: key.path() };
                values.give(key, given);
            }
            None => faults.push(Fault { message: unknown_own_key(&entry.name, T::KEYS), at: entry.at }),
        }
    }
    let one = T::take(&mut values);
    let given = |name: &str| entries.iter().any(|entry| entry.name == name);
    for name in T::NEEDED.iter().filter(|name| !given(name)) {
        faults.extend(item.complain(&format!("{}.{name}", T::NAME), "is missing"));
    }
    faults.append(&mut values.faults);
    one
}
