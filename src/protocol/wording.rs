//! What is wrong with JSON, in the API's own words instead of the parser's.

/// Says what a value must be, or which field is one too many, too few or unknown.
#[must_use]
pub fn of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // The position helps nobody where a program wrote the text.
    let text = text.split(" at line ").next().unwrap_or(&text);
    if let Some(field) = missing(text) {
        return format!("the field `{field}` must be there");
    }
    if text.starts_with("UUID parsing failed") {
        return "must be a UUID".to_owned();
    }
    let unfit = ["invalid type: ", "invalid value: ", "unknown variant "].iter().any(|kind| text.starts_with(kind));
    match text.rsplit_once(", expected ") {
        Some((_, expected)) if unfit => format!("must be {}", name(expected)),
        _ => text.to_owned(),
    }
}

/// The field that is missing, where that is what an error says.
#[must_use]
pub fn missing(text: &str) -> Option<&str> {
    text.strip_prefix("missing field `")?.strip_suffix('`')
}

/// What the parser calls a kind of value, for those who do not write Rust.
fn name(expected: &str) -> &str {
    match expected {
        "i32" => "a whole number from -2147483648 to 2147483647",
        "u32" => "a whole number from 0 to 4294967295",
        "i64" => "a whole number",
        "u64" | "usize" => "a whole number, 0 or more",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "str" => "text",
        "a sequence" => "a list",
        "a map" => "an object",
        expected if expected.contains("UUID") => "a UUID",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Policy {
        Allow,
        Refuse,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read by serde")]
    struct Form {
        text: String,
        code: Option<i32>,
        flags: Option<u32>,
        secs: Option<f64>,
        on: Option<bool>,
        names: Option<Vec<String>>,
        id: Option<Uuid>,
        policy: Option<Policy>,
        form: Option<Box<Form>>,
    }

    #[test]
    fn a_wrong_value_is_told_what_it_must_be() {
        for (field, says) in [
            (r#""text":null"#, "must be text"),
            (r#""code":"no""#, "must be a whole number from -2147483648 to 2147483647"),
            (r#""flags":-1"#, "must be a whole number from 0 to 4294967295"),
            (r#""flags":0.5"#, "must be a whole number from 0 to 4294967295"),
            (r#""secs":"1""#, "must be a number"),
            (r#""on":1"#, "must be true or false"),
            (r#""names":"a""#, "must be a list"),
            (r#""id":"17""#, "must be a UUID"),
            (r#""id":17"#, "must be a UUID"),
            (r#""policy":"maybe""#, "must be `allow` or `refuse`"),
            (r#""form":1"#, "must be an object"),
            (r#""code":1"#, "the field `text` must be there"),
        ] {
            let error = serde_json::from_str::<Form>(&format!("{{{field}}}")).unwrap_err();
            assert_eq!(of(&error), says, "{field}");
        }
        let unknown = of(&serde_json::from_str::<Form>(r#"{"flag":1}"#).unwrap_err());
        assert!(unknown.starts_with("unknown field `flag`, expected one of `text`, `code`"), "{unknown}");
    }
}
