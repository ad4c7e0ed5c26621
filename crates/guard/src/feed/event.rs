//! What an event makes untrue.

use serde::Deserialize;

use super::messages::Message;
use crate::grant::Grant;

/// What is true no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// Whatever rests on this grant.
    Grant(String),
    /// Whatever this API key brings.
    Key(String),
    /// Whatever this person allowed, or this client got for itself.
    Subject(String),
    /// Whatever is of this project.
    Project(String),
    /// Whatever this client holds.
    Client(String),
    /// Whatever is of this organisation.
    Organization(String),
    /// Anything: events were missed, or it is not known what this one means.
    Everything,
}

/// The part of an event's data that says whom it concerns.
#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    grant_id: Option<String>,
    #[serde(default)]
    key_id: Option<String>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    project_id: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    organization_id: Option<String>,
}

impl Gone {
    pub fn concerns(&self, grant: &Grant) -> bool {
        match self {
            Self::Grant(id) => grant.grant.as_ref() == Some(id),
            Self::Key(id) => grant.key.as_ref() == Some(id),
            Self::Subject(id) => grant.actor() == id,
            Self::Project(id) => grant.project.as_ref() == Some(id),
            Self::Client(id) => grant.client.as_ref() == Some(id),
            Self::Organization(id) => grant.organization.as_ref() == Some(id),
            Self::Everything => true,
        }
    }

    /// Nothing for what takes nothing away. The closest thing that an event names is gone; one that names nothing, or is not
    /// understood, takes everything.
    pub fn by(message: &Message) -> Option<Self> {
        let event = message.event.as_str();
        if matches!(event, "grant.created" | "key.created") || (event.is_empty() && message.data.is_empty()) {
            return None;
        }
        let everything = matches!(event, "reset" | "resource.changed" | "signing_key.rotated");
        let data: Option<Data> = serde_json::from_str(&message.data).ok().filter(|_| !everything);
        let Some(data) = data else { return Some(Self::Everything) };
        let named = data.grant_id.map(Self::Grant).or(data.key_id.map(Self::Key)).or(data.subject.map(Self::Subject));
        let around = data.project_id.map(Self::Project).or(data.client_id.map(Self::Client));
        Some(named.or(around).or(data.organization_id.map(Self::Organization)).unwrap_or(Self::Everything))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(event: &str, data: &str) -> Option<Gone> {
        Gone::by(&Message { id: None, event: event.to_owned(), data: data.to_owned() })
    }

    #[test]
    fn an_event_takes_what_it_names_and_everything_when_in_doubt() {
        let data = r#"{"position":7,"at":1,"kind":"x","grant_id":"g","key_id":"k","subject":"s","project_id":"p"}"#;
        let text = |text: &str| text.to_owned();
        assert_eq!((gone("grant.created", data), gone("", "")), (None, None));
        for event in ["grant.revoked", "family.reused", "something.else", ""] {
            assert_eq!(gone(event, data), Some(Gone::Grant(text("g"))));
        }
        for (data, expected) in [
            (r#"{"key_id":"k","subject":"s"}"#, Gone::Key(text("k"))),
            (r#"{"subject":"s","project_id":"p","organization_id":"o"}"#, Gone::Subject(text("s"))),
            (r#"{"subject":null,"project_id":"p","organization_id":"o"}"#, Gone::Project(text("p"))),
            (r#"{"client_id":"c","organization_id":"o"}"#, Gone::Client(text("c"))),
            (r#"{"organization_id":"o"}"#, Gone::Organization(text("o"))),
            ("{}", Gone::Everything),
        ] {
            assert_eq!(gone("what.happened", data), Some(expected), "{data}");
        }
        for (event, data) in [
            ("resource.changed", data),
            ("signing_key.rotated", data),
            ("reset", "{}"),
            ("reset", ""),
            ("grant.revoked", r#"{"grant_id":7}"#),
            ("grant.revoked", "not JSON"),
        ] {
            assert_eq!(gone(event, data), Some(Gone::Everything), "{event} {data}");
        }
    }
}
