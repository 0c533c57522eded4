//! What a scenario says of a frame, and whether a frame is so.
//!
//! A pattern is JSON. An object is matched by one that has at least its fields, a list by one of the same length, all else by
//! what is equal. Texts that begin with `#` stand for kinds of values, `=name` gives a value a name, and `$name` in any text
//! stands for what the name was given to.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::protocol::record::Timestamp;

/// The values that a scenario has given names to.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(BTreeMap<String, Value>);

impl Names {
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The template with every `$name` replaced. `$x8193` is a text of so many `x`.
    ///
    /// # Errors
    /// A name that nothing was given.
    pub(super) fn fill(&self, template: &Value) -> Result<Value, String> {
        Ok(match template {
            Value::String(text) => match text.strip_prefix('$').filter(|name| name.chars().all(is_part)) {
                Some(name) => self.get(name)?,
                None => Value::String(self.fill_text(text)?),
            },
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect::<Result<_, _>>()?,
            Value::Object(fields) => {
                let filled = fields.iter().map(|(name, value)| Ok((name.clone(), self.fill(value)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, String>>()?)
            }
            plain => plain.clone(),
        })
    }

    /// The text with every `$name` replaced.
    ///
    /// # Errors
    /// A name that nothing was given.
    pub(super) fn fill_text(&self, text: &str) -> Result<String, String> {
        let mut parts = text.split('$');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_at(part.find(|c| !is_part(c)).unwrap_or(part.len()));
            match self.get(name)? {
                Value::String(value) => filled.push_str(&value),
                value => filled.push_str(&value.to_string()),
            }
            filled.push_str(rest);
        }
        Ok(filled)
    }

    fn get(&self, name: &str) -> Result<Value, String> {
        if let Some(value) = self.0.get(name) {
            return Ok(value.clone());
        }
        let length: Option<usize> = name.strip_prefix('x').and_then(|length| length.parse().ok());
        let repeated = length.map(|length| Value::String("x".repeat(length)));
        repeated.ok_or_else(|| format!("the scenario uses ${name} before it has a value"))
    }

    /// Whether `found` is what `pattern` says; then with the names that the pattern gives.
    ///
    /// # Errors
    /// Which field is otherwise, and how.
    pub(super) fn matched(&self, pattern: &Value, found: &Value) -> Result<Self, String> {
        let mut names = self.clone();
        names.compare(pattern, found, "")?;
        Ok(names)
    }

    fn compare(&mut self, pattern: &Value, found: &Value, at: &str) -> Result<(), String> {
        match pattern {
            Value::Object(fields) => {
                for (name, wanted) in fields {
                    let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                    match (found.get(name), wanted.as_str()) {
                        (None, Some("#absent")) => {}
                        (Some(value), Some("#absent")) => {
                            return Err(format!("{at} should not be there, and is {value}"));
                        }
                        (None, _) => return Err(format!("{at} is missing")),
                        (Some(value), _) => self.compare(wanted, value, &at)?,
                    }
                }
                Ok(())
            }
            Value::Array(wanted) => match found.as_array().filter(|found| found.len() == wanted.len()) {
                None => Err(format!("{at} should be {pattern}, and is {found}")),
                Some(found) => {
                    let mut pairs = wanted.iter().zip(found).enumerate();
                    pairs.try_for_each(|(n, (wanted, found))| self.compare(wanted, found, &format!("{at}[{n}]")))
                }
            },
            Value::String(text) => match (text.strip_prefix('#'), text.strip_prefix('=')) {
                (Some(kind), _) if is_kind(kind, found)? => Ok(()),
                (Some(kind), _) => Err(format!("{at} should be {}, and is {found}", described(kind))),
                (_, Some(name)) => {
                    self.set(name, found.clone());
                    Ok(())
                }
                (None, None) => equal(&self.fill(pattern)?, found, at),
            },
            plain => equal(plain, found, at),
        }
    }
}

fn is_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn equal(wanted: &Value, found: &Value, at: &str) -> Result<(), String> {
    if wanted == found { Ok(()) } else { Err(format!("{at} should be {wanted}, and is {found}")) }
}

fn is_kind(kind: &str, found: &Value) -> Result<bool, String> {
    Ok(match kind {
        "any" => true,
        "list" => found.is_array(),
        "room" => found.as_i64().is_some_and(|room| (1..=i64::from(i32::MAX)).contains(&room)),
        "text" => found.as_str().is_some_and(|text| !text.is_empty()),
        "time" => found.as_str().is_some_and(|text| Timestamp::parse_rfc3339(text).is_some()),
        "uuid" => found.as_str().is_some_and(|text| Uuid::parse_str(text).is_ok()),
        _ => return Err(format!("the scenario uses #{kind}, which means nothing")),
    })
}

fn described(kind: &str) -> &str {
    match kind {
        "list" => "a list",
        "room" => "a room number (1 to 2147483647)",
        "text" => "a text that is not empty",
        "time" => "a time (RFC 3339)",
        "uuid" => "a UUID",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.set("alice", json!("conf-alice"));
        names.set("room", json!(42));
        names
    }

    #[test]
    fn an_object_is_matched_by_one_that_has_at_least_its_fields() {
        let found =
            json!({"type": "call", "user": "conf-alice", "param": 42, "at": "2026-11-21T03:10:00.000Z", "x": [1]});
        for pattern in [
            json!({}),
            json!({"type": "call", "user": "$alice", "param": "$room"}),
            json!({"param": "#room", "at": "#time", "x": "#list", "reason": "#absent"}),
        ] {
            assert!(names().matched(&pattern, &found).is_ok(), "{pattern}");
        }
        for (pattern, says) in [
            (json!({"user": "alice"}), "user should be \"alice\", and is \"conf-alice\""),
            (json!({"reason": "#any"}), "reason is missing"),
            (json!({"x": "#absent"}), "x should not be there, and is [1]"),
            (json!({"x": []}), "x should be [], and is [1]"),
            (json!({"x": [2]}), "x[0] should be 2, and is 1"),
            (json!({"user": "#uuid"}), "user should be a UUID, and is \"conf-alice\""),
            (json!({"user": "$bob"}), "the scenario uses $bob before it has a value"),
            (json!({"user": "#hope"}), "the scenario uses #hope, which means nothing"),
        ] {
            assert_eq!(names().matched(&pattern, &found).unwrap_err(), says);
        }
    }

    #[test]
    fn a_value_that_is_given_a_name_must_be_the_same_from_then_on() {
        let names = names().matched(&json!({"call": "=call"}), &json!({"call": "c1"})).unwrap();
        assert!(names.matched(&json!({"call": "$call"}), &json!({"call": "c1"})).is_ok());
        assert!(names.matched(&json!({"call": "$call"}), &json!({"call": "c2"})).is_err());
    }

    #[test]
    fn names_are_filled_in_with_their_type_or_into_a_text() {
        let filled = names().fill(&json!({"a": "$room", "b": ["/rooms/$room/of/$alice"], "c": "$x3"})).unwrap();
        assert_eq!(filled, json!({"a": 42, "b": ["/rooms/42/of/conf-alice"], "c": "xxx"}));
    }
}
