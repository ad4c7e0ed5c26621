//! An event as it travels at `/events` and in webhooks: written by the server, read by downstream apps. Owns its shape; the kinds
//! are the server's, and a reader that meets one it does not know takes the event at its word about whom it concerns.

use serde::{Deserialize, Serialize};

/// What happened, and whom it concerns. Members that say nothing are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventMessage {
    /// Its place in the order in which all are told.
    pub position: u64,
    /// When, in seconds since 1970.
    pub at: u64,
    /// What: `grant.revoked`, `key.revoked`, `user.disabled` …
    pub kind: String,
    /// Which grant; `grant_id` at introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_id: Option<String>,
    /// Which API key; `key_id` at introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Whose account, or which client without a person; `sub` at introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Which client; `client_id` at introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// In which organisation; `organization` at introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// Over which project; `project` at introspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::EventMessage;

    #[test]
    fn what_says_nothing_is_left_out() {
        let text = r#"{"position":7,"at":1800000000,"kind":"grant.revoked","grant_id":"g","project_id":"p"}"#;
        let message: EventMessage = serde_json::from_str(text).unwrap();
        assert_eq!((message.key_id.as_deref(), message.grant_id.as_deref()), (None, Some("g")));
        assert_eq!(serde_json::to_string(&message).unwrap(), text);
    }
}
