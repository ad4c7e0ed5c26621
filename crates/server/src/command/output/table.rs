//! JSON as a person reads it: a list of objects as a table, one object as names and values.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// What names a thing comes first.
const NAMING: [&str; 10] =
    ["key_id", "key", "client_id", "client_secret", "slug", "email", "name", "resource", "role", "id"];

/// The text, without a line end behind it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "Nothing.".to_owned(),
        Value::Array(items) => match items.iter().map(Value::as_object).collect::<Option<Vec<_>>>() {
            Some(rows) => columns(&rows),
            None => items.iter().map(cell).collect::<Vec<_>>().join("\n"),
        },
        Value::Object(members) if members.is_empty() => "Done.".to_owned(),
        // A list comes as `{"things": […]}`.
        Value::Object(members) if members.len() == 1 && members.values().all(is_list) => {
            members.values().map(text).collect()
        }
        Value::Object(members) => pairs(members),
        Value::Null => "Done.".to_owned(),
        other => cell(other),
    }
}

fn columns(rows: &[&Map<String, Value>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        for (name, value) in *row {
            if !says_nothing(value) && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names.sort_by_key(|name| NAMING.iter().position(|naming| naming == name).unwrap_or(NAMING.len()));
    let header = names.iter().map(|name| name.replace('_', " ").to_uppercase()).collect();
    let cells = rows.iter().map(|row| {
        names.iter().map(|name| row.get(*name).map_or_else(String::new, |value| named(name, value))).collect()
    });
    align(&std::iter::once(header).chain(cells).collect::<Vec<_>>())
}

fn pairs(members: &Map<String, Value>) -> String {
    let mut present: Vec<_> = members.iter().filter(|(_, value)| value.is_boolean() || !says_nothing(value)).collect();
    present.sort_by_key(|(name, _)| NAMING.iter().position(|naming| naming == name).unwrap_or(NAMING.len()));
    align(
        &present.into_iter().map(|(name, value)| vec![name.replace('_', " "), named(name, value)]).collect::<Vec<_>>(),
    )
}

/// Of things, or of nothing.
fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(Value::is_object))
}

/// A column in which no row says anything is left out.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn align(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0)).map(width).collect();
    let line = |row: &Vec<String>| {
        let padded: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A time is shown as one.
fn named(name: &str, value: &Value) -> String {
    let time =
        value.as_i64().filter(|_| name.ends_with("_at")).and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(|| cell(value), |time| time.to_string())
}

/// In one line, and without what a terminal would obey.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{name}: {}", cell(value))).collect::<Vec<_>>().join(" · ")
        }
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    };
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    #[test]
    fn a_list_is_a_table_and_an_object_names_and_values() {
        let list = json!([{"slug": "acme", "name": "Acme"}, {"slug": "globex-research", "name": "Globex"}]);
        let lines: Vec<String> = text(&list).lines().map(str::to_owned).collect();
        assert_eq!(lines, ["SLUG             NAME", "acme             Acme", "globex-research  Globex"]);
        assert_eq!(
            text(&json!({"client_id": "a", "scopes": ["x", "y"], "gone": null})),
            "client id  a\nscopes     x, y"
        );
        assert_eq!(text(&json!({"clients": []})), "Nothing.");
        assert_eq!(text(&json!({"created_at": 1_700_000_000})), "created at  2023-11-14T22:13:20Z");
    }

    #[test]
    fn names_alone_keep_their_title() {
        assert_eq!(text(&json!({"kids": ["k1", "k2"]})), "kids  k1, k2");
        assert_eq!(text(&json!({"slug": "acme", "projects": []})), "slug  acme");
    }

    #[test]
    fn a_name_cannot_command_the_terminal() {
        assert!(!text(&json!({"name": "a\u{1b}[2Jb\nc"})).contains('\u{1b}'));
    }
}
