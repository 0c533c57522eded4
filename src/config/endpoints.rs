//! `[[webhooks.endpoint]]`: a list of tables with keys of their own.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{
    kinds::Kind,
    nearest::unknown_own_key,
    schema::{self, Endpoint},
    spot::{Fault, Position, Raw, Spot},
    table::{Given, Origin, Section, Values},
};

/// Where a hook of the file and its fields stand.
#[derive(Debug)]
pub(super) struct Places {
    hook: Option<Position>,
    fields: Vec<(String, Option<Position>)>,
}

impl Places {
    /// The place of a field's value; that of the hook where the field is not there.
    pub(super) fn of(&self, field: &str) -> Option<Position> {
        self.fields.iter().find(|(name, _)| name == field).map_or(self.hook, |(_, at)| *at)
    }
}

/// The places of the hooks that count: the last layer's.
pub(super) fn places(values: &Values) -> Vec<Places> {
    let given = schema::key("webhooks", "endpoint").and_then(|key| values.given.get(&(key.section, key.name)));
    let items = given.and_then(|given| given.last()?.spot.list()).unwrap_or_default();
    let places = |item: &Spot| {
        let fields = item.entries().iter().map(|entry| (entry.name.clone(), entry.value.at)).collect();
        Places { hook: item.at, fields }
    };
    items.iter().map(places).collect()
}

/// The list of hooks.
pub(super) struct Endpoints;

impl Kind for Endpoints {
    type Out = Vec<Endpoint>;
    const WHAT: &'static str = "tables, see `[[webhooks.endpoint]]`";

    fn read(label: &str, spot: &Spot) -> Result<Vec<Endpoint>, Vec<Fault>> {
        let must_be = "written as [[webhooks.endpoint]]";
        let items = spot.list().ok_or_else(|| spot.complain(label, &format!("must be {must_be}")))?;
        let mut faults = Vec::new();
        let mut hooks = Vec::new();
        for item in &items {
            match &item.raw {
                Raw::Table(_) => hooks.push(read_one(item, &mut faults)),
                _ => faults.extend(item.complain(label, &format!("must be {must_be}"))),
            }
        }
        let mut names = BTreeSet::new();
        for (hook, item) in hooks.iter().zip(&items) {
            if !hook.name.is_empty() && !names.insert(hook.name.as_str()) {
                let message =
                    format!("two hooks have the name `{}`: every [[webhooks.endpoint]] needs its own", hook.name);
                faults.push(Fault { message, at: item.at });
            }
        }
        if faults.is_empty() { Ok(hooks) } else { Err(faults) }
    }

    fn show(value: &Vec<Endpoint>) -> Option<Value> {
        let table = |hook: &Endpoint| {
            let shown = Endpoint::KEYS.iter().zip(hook.show());
            Value::Table(shown.filter_map(|(key, value)| Some((key.name.to_owned(), value?))).collect::<Table>())
        };
        Some(Value::Array(value.iter().map(table).collect()))
    }
}

fn read_one(item: &Spot, faults: &mut Vec<Fault>) -> Endpoint {
    let mut values = Values::default();
    let entries = item.entries();
    for entry in entries {
        match Endpoint::KEYS.iter().find(|key| key.name == entry.name) {
            Some(key) => {
                let given = Given { spot: entry.value.clone(), origin: Origin::Default, label: key.path() };
                values.give(key, given);
            }
            None => faults.push(Fault { message: unknown_own_key(&entry.name, Endpoint::KEYS), at: entry.at }),
        }
    }
    let hook = Endpoint::take(&mut values);
    let given = |name: &str| entries.iter().any(|entry| entry.name == name);
    for name in ["name", "url"].into_iter().filter(|name| !given(name)) {
        faults.extend(item.complain(&format!("{}.{name}", Endpoint::NAME), "is missing"));
    }
    faults.append(&mut values.faults);
    hook
}
