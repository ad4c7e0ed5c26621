//! The description as people read it: every operation with an example. Owns how an example is made of a description; the page is
//! `view`'s.
#![expect(clippy::indexing_slicing, reason = "what is not in a JSON value reads as null")]

use serde_json::{Map, Value, json};

use crate::view::{ApiAnswer, ApiGroup, ApiOperation, ApiParameter};

/// Deeper schemas are shown as an empty object.
const DEEPEST: u8 = 6;

/// The operations of a description, by the tags that they have, in the order in which they stand there.
#[must_use]
pub fn groups(document: &Value) -> Vec<ApiGroup> {
    let mut groups: Vec<ApiGroup> = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let name = operation["tags"][0].as_str().unwrap_or_default();
            let one = self::operation(document, path, method, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(one),
                None => groups.push(ApiGroup { name: name.to_owned(), operations: vec![one] }),
            }
        }
    }
    groups
}

fn operation(document: &Value, path: &str, method: &str, operation: &Value) -> ApiOperation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameters: Vec<ApiParameter> = operation["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| ApiParameter {
            name: text(&parameter["name"]),
            place: text(&parameter["in"]),
            required: parameter["required"] == true,
            said: text(&parameter["description"]),
        })
        .collect();
    let answers = operation["responses"].as_object().into_iter().flatten();
    let answers = answers
        .filter(|(status, _)| {
            !matches!(status.as_str(), "400" | "401" | "403" | "404" | "413" | "415" | "429" | "500" | "503")
        })
        .map(|(status, answer)| ApiAnswer { status: status.clone(), said: text(&answer["description"]) })
        .collect();
    let example = call(document, path, method, operation, &parameters);
    ApiOperation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        said: text(&operation["description"]),
        parameters,
        answers,
        example,
        answer: success(document, operation),
    }
}

/// The call, as it is typed into a shell.
fn call(document: &Value, path: &str, method: &str, operation: &Value, parameters: &[ApiParameter]) -> String {
    let mut lines = Vec::new();
    if method != "get" {
        lines.push(format!("curl --request {} --header \"Authorization: Bearer $TOKEN\"", method.to_uppercase()));
    } else {
        lines.push("curl --header \"Authorization: Bearer $TOKEN\"".to_owned());
    }
    let has = |name: &str| parameters.iter().any(|parameter| parameter.name == name);
    if has("If-Match") {
        lines.push("--header 'If-Match: \"1\"'".to_owned());
    }
    if has("Idempotency-Key") {
        lines.push("--header \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_object() {
        lines.push("--header \"Content-Type: application/json\"".to_owned());
        lines.push(format!("--data '{}'", example(document, schema, 0)));
    }
    lines.push(format!("\"{}{}\"", document["servers"][0]["url"].as_str().unwrap_or_default(), named(path)));
    lines.join(" \\\n  ")
}

/// The path with names in it.
fn named(path: &str) -> String {
    [("{organization}", "acme"), ("{project}", "apollo"), ("{user}", "member@example.com")]
        .iter()
        .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
        .replace('{', "$")
        .replace('}', "")
}

/// What is answered if it is done.
fn success(document: &Value, operation: &Value) -> Option<String> {
    let responses = operation["responses"].as_object()?;
    let (_, answer) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
    let schema = &answer["content"]["application/json"]["schema"];
    schema.is_object().then(|| serde_json::to_string_pretty(&example(document, schema, 0)).unwrap_or_default())
}

/// A value that fits a schema: its own example, or one made of its parts.
fn example(document: &Value, schema: &Value, depth: u8) -> Value {
    if depth > DEEPEST {
        return json!({});
    }
    if let Some(name) = schema["$ref"].as_str() {
        let found = document.pointer(name.trim_start_matches('#'));
        return found.map_or(Value::Null, |found| example(document, found, depth + 1));
    }
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        let all = schema[several].as_array();
        if let Some(one) = all.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
            return example(document, one, depth + 1);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "object" => object(document, schema, depth),
        "array" => json!([example(document, &schema["items"], depth + 1)]),
        "boolean" => true.into(),
        "integer" | "number" => schema["minimum"].as_i64().unwrap_or(1).max(1).into(),
        _ => "…".into(),
    }
}

fn object(document: &Value, schema: &Value, depth: u8) -> Value {
    let is_optional = |name: &str, property: &Value| {
        let required = schema["required"].as_array().into_iter().flatten();
        let nullable = property["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"));
        nullable && property["example"].is_null() && !required.into_iter().any(|one| one == name)
    };
    let properties = schema["properties"].as_object().into_iter().flatten();
    let shown = properties.filter(|(name, property)| !is_optional(name, property));
    Value::Object(
        shown.map(|(name, property)| (name.clone(), example(document, property, depth + 1))).collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::description::document;

    #[test]
    fn every_operation_has_an_example_that_could_be_sent() {
        let groups = groups(&document("https://auth.example.com"));
        let operations: Vec<&ApiOperation> = groups.iter().flat_map(|group| &group.operations).collect();
        assert!(operations.len() > 40 && groups.len() > 8);
        for one in &operations {
            assert!(one.example.contains("https://auth.example.com/api/v1/"), "{}: {}", one.id, one.example);
            assert_eq!(
                one.example.contains("If-Match"),
                one.answers.iter().any(|answer| answer.status == "412"),
                "{}",
                one.id
            );
            if let Some(body) = one.example.split("--data '").nth(1) {
                let body: Value = serde_json::from_str(body.split("' \\").next().unwrap()).unwrap();
                assert!(body.is_object(), "{}: {body}", one.id);
            }
        }
        let made = operations.iter().find(|one| one.id == "makeProject").unwrap();
        assert!(made.example.contains(r#"--data '{"name":"Apollo","slug":"apollo"}'"#), "{}", made.example);
        assert!(made.answer.as_ref().unwrap().contains("\"version\": 1"));
    }
}
