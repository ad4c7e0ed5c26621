//! About how much memory a thing takes whose size strangers decide: a few characters of JSON may become many bytes. Whoever
//! keeps such things counts them by weight.

use model::Client;
use serde_json::Value;

/// A client, in bytes.
pub(crate) fn of_client(client: &Client) -> usize {
    let metadata = &client.metadata;
    let keys = metadata.jwks.as_ref().map_or(0, of_json);
    // A text of metadata that cannot be written weighs too much to be kept.
    let text = serde_json::to_string(metadata).map_or(usize::MAX / 2, |text| text.len());
    size_of::<Client>() + keys + text
}

/// A JSON value with all that it holds, in bytes.
pub(crate) fn of_json(value: &Value) -> usize {
    let inside = match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(of_json).sum(),
        // A member takes more room than an element.
        Value::Object(members) => {
            members.iter().map(|(name, member)| name.len() + 3 * size_of::<Value>() + of_json(member)).sum()
        }
        _ => 0,
    };
    size_of::<Value>() + inside
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_inside_counts() {
        let one = size_of::<Value>();
        assert_eq!(of_json(&json!(null)), one);
        assert_eq!(of_json(&json!("four")), one + 4);
        assert_eq!(of_json(&json!([[], [], 1])), 4 * one);
        assert!(of_json(&json!({ "a": [] })) > 3 * one);
    }
}
