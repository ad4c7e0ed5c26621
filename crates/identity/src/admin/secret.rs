//! Secrets of clients and resource servers: made here, shown once, kept as a hash.

use model::{Secret, SecretHash};
use serde_json::Value;

/// A fresh secret's text, of URL-safe characters only since clients disagree about encoding them, and what is kept of it.
pub(super) fn fresh() -> (String, SecretHash) {
    let text = format!("lyd_cs_{}", Secret::generate().expose());
    let hash = SecretHash::of(text.as_bytes());
    (text, hash)
}

/// The answer with the secret in it, this once.
pub(super) fn shown(mut answer: Value, secret: Option<String>) -> Value {
    if let Some(members) = answer.as_object_mut() {
        members.insert("client_secret".to_owned(), secret.map_or(Value::Null, Value::String));
    }
    answer
}
