//! What may be shown of a value: all of it, or of a secret its first and last characters.

use serde_json::Value;

/// Members and parameters that are worth something to whoever reads them.
const SECRET: [&str; 10] = [
    "bearer",
    "access_token",
    "refresh_token",
    "id_token",
    "code",
    "device_code",
    "code_verifier",
    "client_secret",
    "token",
    "registration_access_token",
];
/// Longer values are cut in the middle of a line.
const LONGEST: usize = 90;

/// `lyd_at_0Ab…9xQ`: the kind, three characters, and the last three. Too little to be of use, enough to recognise.
pub(super) fn shortened(secret: &str) -> String {
    let kind = ["lyd_at_", "lyd_rt_", "lyd_ac_", "lyd_dc_", "lyd_cs_"]
        .into_iter()
        .find(|kind| secret.starts_with(kind))
        .unwrap_or("");
    let rest: Vec<char> = secret.chars().skip(kind.len()).collect();
    if rest.len() < 16 {
        return format!("{kind}…");
    }
    let first: String = rest.iter().take(3).collect();
    let last: String = rest.iter().skip(rest.len() - 3).collect();
    format!("{kind}{first}…{last}")
}

/// A parameter's value.
pub(super) fn parameter(name: &str, value: &str) -> String {
    if SECRET.contains(&name) { shortened(value) } else { clean(value) }
}

/// The members of an answer in one line, secrets shortened, at any depth.
pub(super) fn members(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let shown = members.iter().map(|(name, value)| match value {
                Value::String(text) => format!("{name}={}", parameter(name, text)),
                Value::Array(_) | Value::Object(_) => format!("{name}={}", inner(name, value)),
                other => format!("{name}={other}"),
            });
            shown.collect::<Vec<_>>().join("  ")
        }
        other => inner("", other),
    }
}

fn inner(name: &str, value: &Value) -> String {
    let redacted = redacted(name, value);
    let text = match &redacted {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    };
    clean(&text)
}

fn redacted(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) if SECRET.contains(&name) => shortened(text).into(),
        Value::Array(items) => items.iter().map(|item| redacted(name, item)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), redacted(name, value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// In one line of bounded length, without what a terminal would obey.
pub(super) fn clean(text: &str) -> String {
    let line: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOKEN: &str = "lyd_at_0AbCdEfGhIjKlMnOpQrStUvWxYz0123456789xQ";

    #[test]
    fn a_token_keeps_its_kind_and_little_else() {
        assert_eq!(shortened(TOKEN), "lyd_at_0Ab…9xQ");
        assert_eq!(shortened("eyJhbGciOiJFUzI1NiJ9.e30.c2ln"), "eyJ…2ln");
        assert_eq!(shortened("lyd_cs_short"), "lyd_cs_…");
        assert_eq!(shortened("short"), "…");
    }

    #[test]
    fn no_secret_is_shown_wherever_it_stands() {
        let answer = json!({"access_token": TOKEN, "scope": "issues:read", "expires_in": 900, "deep": [{"refresh_token": TOKEN}]});
        let line = members(&answer);
        assert!(!line.contains(TOKEN), "{line}");
        assert!(
            line.contains("scope=issues:read") && line.contains("expires_in=900") && line.contains("lyd_at_0Ab…9xQ")
        );
        assert_eq!(parameter("code", &TOKEN.replace("_at_", "_ac_")), "lyd_ac_0Ab…9xQ");
        assert_eq!(parameter("state", "xyz"), "xyz");
    }

    #[test]
    fn an_answer_cannot_command_the_terminal() {
        assert!(!members(&json!({"error_description": "a\u{1b}]0;b\n"})).contains(char::is_control));
    }
}
