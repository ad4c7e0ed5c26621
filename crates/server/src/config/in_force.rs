//! The settings in force, for operators to read. What is secret, or has a secret in it, is named and not shown.

use serde::Serialize;
use serde_json::Value;

use super::{Mail, Settings, section::Section};

/// A table: its name, and its keys with their values; nothing where a value is not set.
pub type Table = (String, Vec<(String, Option<String>)>);

impl Settings {
    /// All of them, table by table.
    #[must_use]
    pub fn in_force(&self) -> Vec<Table> {
        let mut tables = vec![self.server(), self.mail()];
        tables.extend([
            table(&self.tokens),
            table(&self.api_keys),
            table(&self.sessions),
            table(&self.registration),
            table(&self.device),
            table(&self.documents),
            table(&self.sign_up),
            table(&self.organizations),
            table(&self.accounts),
            table(&self.events),
            table(&self.password),
            table(&self.rate_limits),
            table(&self.log),
            table(&self.metrics),
            table(&self.brand),
            table(&self.cors),
            table(&self.connect),
            table(&self.metadata),
        ]);
        tables
    }

    fn server(&self) -> Table {
        let list = |all: Vec<String>| Some(all.join(", ")).filter(|text| !text.is_empty());
        let listen = list(self.listen.iter().map(ToString::to_string).collect());
        let proxies = list(self.trusted_proxies.iter().map(ToString::to_string).collect());
        let keys = [
            ("public_url", Some(self.public_url.as_str().to_owned())),
            ("listen", listen),
            ("trusted_proxies", proxies),
            ("key_file", Some(self.key_file.display().to_string())),
        ];
        (String::new(), keys.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// A mail server's password is not among what is read.
    fn mail(&self) -> Table {
        let how = match &self.mail {
            Mail::None => None,
            Mail::Inbox => Some("development inbox".to_owned()),
            Mail::Smtp(server) => Some(format!("{}:{}", server.host, server.port)),
        };
        ("mail".to_owned(), vec![("server".to_owned(), how)])
    }
}

/// A table of which no key is a secret.
fn table<S: Section + Serialize>(section: &S) -> Table {
    let values = match serde_json::to_value(section) {
        Ok(Value::Object(values)) => values,
        _ => serde_json::Map::new(),
    };
    let shown = values.into_iter().map(|(key, value)| {
        let value = match value {
            Value::Null => None,
            Value::String(text) => Some(text),
            other => Some(other.to_string()),
        };
        (key, value)
    });
    (S::NAME.to_owned(), shown.collect())
}
