//! From a file and an environment to a draft: everything typed, nothing yet weighed against anything else.

use std::{borrow::Cow, path::Path};

use figment::{
    Figment,
    error::{Actual, Kind},
    providers::{Format, Serialized, Toml},
    value::{Dict, Value},
};

use super::{
    Accounts, Backup, Brand, Connect, Cors, Device, Documents, Events, Log, Metadata, Metrics, Organizations, Password,
    Problem, RateLimits, Registration, Retention, Sessions, SignUp, Tokens,
    kind::Shape,
    secrets,
    section::{Key, Section},
    sections::{self, ApiKeys, DatabaseSection, Keys, MailSection, ProviderSection, Tls, Top},
    suggestion::suggestion,
};

const PREFIX: &str = "LANYARD__";
pub(super) const PROVIDERS: &str = "providers";

/// The settings as they were written, one table each.
#[derive(Debug)]
pub(super) struct Draft {
    pub top: Top,
    pub tls: Tls,
    pub database: DatabaseSection,
    pub keys: Keys,
    pub tokens: Tokens,
    pub api_keys: ApiKeys,
    pub sessions: Sessions,
    pub registration: Registration,
    pub device: Device,
    pub documents: Documents,
    pub sign_up: SignUp,
    pub organizations: Organizations,
    pub accounts: Accounts,
    pub events: Events,
    pub backup: Backup,
    pub retention: Retention,
    pub mail: MailSection,
    pub providers: Vec<(String, ProviderSection)>,
    pub password: Password,
    pub rate_limits: RateLimits,
    pub log: Log,
    pub metrics: Metrics,
    pub brand: Brand,
    pub cors: Cors,
    pub connect: Connect,
    pub metadata: Metadata,
}

/// What was written where; later layers win.
#[derive(Default)]
pub(super) struct Layers {
    document: Dict,
    problems: Vec<Problem>,
}

impl Layers {
    /// A document of ours, before anything else.
    pub(super) fn begin_with(&mut self, document: Dict) {
        self.document = document;
    }

    pub(super) fn read_file(&mut self, path: &Path) {
        let name = path.display();
        match std::fs::read_to_string(path) {
            Ok(text) => match parse_toml(&text) {
                Ok(document) => {
                    self.problems.extend(secrets::told_to_others(path, &document));
                    self.document = document;
                }
                Err(at) => self.problems.push(Problem::new(
                    name.to_string(),
                    format!("is not TOML ({at})"),
                    "Correct that line; docs/configuration.md shows how each setting is written.",
                )),
            },
            Err(error) => self.problems.push(Problem::new(
                name.to_string(),
                format!("cannot be read ({error})"),
                "Name a file that exists, or make one with `lanyard init`.",
            )),
        }
    }

    pub(super) fn read_env(&mut self, env: impl IntoIterator<Item = (String, String)>) {
        let keys: Vec<Key> = sections::all().into_iter().flat_map(|(_, _, keys)| keys).collect();
        for (variable, text) in env.into_iter().filter(|(name, _)| name.starts_with(PREFIX)) {
            let key = match provider_key(&variable) {
                Some(key) => Some(key),
                None => keys.iter().find(|key| key.variable() == variable).cloned(),
            };
            match key {
                Some(_) if text.trim().is_empty() => {
                    self.problems.push(Problem::new(variable, "is empty", "Give it a value, or remove it."));
                }
                Some(key) => self.set(&key, from_text(key.shape, &text)),
                None => {
                    let path = variable.trim_start_matches(PREFIX).replace("__", ".").to_ascii_lowercase();
                    self.problems.push(Problem::new(variable, "is not a setting", suggestion(&path)));
                }
            }
        }
    }

    fn set(&mut self, key: &Key, value: Value) {
        if key.section.is_empty() {
            self.document.insert(key.name.to_owned(), value);
            return;
        }
        let mut table = &mut self.document;
        for name in key.section.split('.') {
            let inner = table.entry(name.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            // If it is not a table, `take` says so.
            let Value::Dict(_, values) = inner else { return };
            table = values;
        }
        table.insert(key.name.to_owned(), value);
    }

    /// Everything typed, with every problem found on the way; what was wrong has its default.
    pub(super) fn into_draft(mut self) -> (Draft, Vec<Problem>) {
        let draft = Draft {
            tls: self.take(),
            database: self.take(),
            keys: self.take(),
            tokens: self.take(),
            api_keys: self.take(),
            sessions: self.take(),
            registration: self.take(),
            device: self.take(),
            documents: self.take(),
            sign_up: self.take(),
            organizations: self.take(),
            accounts: self.take(),
            events: self.take(),
            backup: self.take(),
            retention: self.take(),
            mail: self.take(),
            providers: self.take_providers(),
            password: self.take(),
            rate_limits: self.take(),
            log: self.take(),
            metrics: self.take(),
            brand: self.take(),
            cors: self.take(),
            connect: self.take(),
            metadata: self.take(),
            top: self.take_top(),
        };
        (draft, self.problems)
    }

    fn take<S: Section>(&mut self) -> S {
        match self.document.remove(S::NAME) {
            None => S::default(),
            Some(Value::Dict(_, values)) => self.typed(values),
            Some(_) => {
                let name = S::NAME;
                let remedy = format!("Write it as a table: a line [{name}], and its settings below.");
                self.problems.push(Problem::new(name, "is not a table", remedy));
                S::default()
            }
        }
    }

    /// A table for each provider, by its name. Problems name the table as it is written.
    fn take_providers(&mut self) -> Vec<(String, ProviderSection)> {
        let tables = match self.document.remove(PROVIDERS) {
            None => return Vec::new(),
            Some(Value::Dict(_, tables)) => tables,
            Some(_) => {
                let remedy = "Write a table for each: a line [providers.NAME], and its settings below.";
                self.problems.push(Problem::new(PROVIDERS, "is not a table", remedy));
                return Vec::new();
            }
        };
        let mut providers = Vec::new();
        for (name, table) in tables {
            let written = format!("{PROVIDERS}.{name}");
            let Value::Dict(_, values) = table else {
                let remedy = format!("Write it as a table: a line [{written}], and its settings below.");
                self.problems.push(Problem::new(written, "is not a table", remedy));
                continue;
            };
            let known = self.problems.len();
            let section = self.typed(values);
            for problem in self.problems.iter_mut().skip(known) {
                problem.setting = problem.setting.replacen(ProviderSection::NAME, &written, 1);
            }
            providers.push((name, section));
        }
        providers
    }

    /// What is left in the document are the keys above all tables, and whatever does not exist.
    fn take_top(&mut self) -> Top {
        let values = std::mem::take(&mut self.document);
        self.typed(values)
    }

    /// One value is at fault at a time: it is reported and taken out, until the rest is right.
    fn typed<S: Section>(&mut self, mut values: Dict) -> S {
        for key in S::keys() {
            if values.get(key.name).is_some_and(is_blank) {
                values.remove(key.name);
                let remedy = format!("Write a {}, such as {}, or remove the line.", key.kind, key.example);
                self.problems.push(Problem::new(key.path(), "is empty", remedy));
            }
        }
        loop {
            let error = match Figment::from(Serialized::defaults(&values)).extract::<S>() {
                Ok(section) => return section,
                Err(error) => error,
            };
            let Some(name) = error.path.first().filter(|name| values.contains_key(*name)).cloned() else {
                self.problems.push(Problem::new(S::NAME, error.kind.to_string(), "Correct it."));
                return S::default();
            };
            values.remove(&name);
            self.problems.push(problem::<S>(&name, &error.kind));
        }
    }
}

fn problem<S: Section>(name: &str, kind: &Kind) -> Problem {
    let path = if S::NAME.is_empty() { name.to_owned() } else { format!("{}.{name}", S::NAME) };
    let Some(key) = S::keys().into_iter().find(|key| key.name == name) else {
        let remedy = suggestion(&path);
        return Problem::new(path, "is not a setting", remedy);
    };
    let wrong = match kind {
        Kind::Message(message) => message.clone(),
        Kind::InvalidType(Actual::Str(_), _) | Kind::InvalidValue(Actual::Str(_), _) => {
            "is text of another kind".to_owned()
        }
        Kind::InvalidType(actual, _) | Kind::InvalidValue(actual, _) => format!("is {}", described(actual)),
        other => other.to_string(),
    };
    let wrong = if wrong.contains(' ') { wrong } else { format!("is not right ({wrong})") };
    Problem::new(path, wrong, format!("Write a {}, such as {}.", key.kind, key.example))
}

/// The setting of a provider that a variable names, whatever the provider is called: `LANYARD__PROVIDERS__ACME__CLIENT_ID`.
fn provider_key(variable: &str) -> Option<Key> {
    let (name, setting) = variable.strip_prefix(PREFIX)?.strip_prefix("PROVIDERS__")?.split_once("__")?;
    let setting = setting.to_ascii_lowercase();
    let key = ProviderSection::keys().into_iter().find(|key| key.name == setting)?;
    Some(Key { section: Cow::Owned(format!("{PROVIDERS}.{}", name.to_ascii_lowercase())), ..key })
}

fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The kind of a value, and nothing of the value itself.
fn described(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "a truth value",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number out of place",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "of another kind",
    }
}

fn from_text(shape: Shape, text: &str) -> Value {
    match shape {
        Shape::Text => Value::from(text),
        // Infallible: what is neither number nor truth value stays text, and the type refuses it.
        Shape::Scalar => text.trim().parse().unwrap_or_else(|_| Value::from(text)),
        Shape::List => {
            let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
            let items = inner.split(',').map(|item| item.trim().trim_matches('"')).filter(|item| !item.is_empty());
            Value::from(items.map(Value::from).collect::<Vec<_>>())
        }
    }
}

/// Without the line's text in the error, since that line may hold a password.
pub(super) fn parse_toml(text: &str) -> Result<Dict, String> {
    <Toml as Format>::from_str::<Dict>(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {}", before.matches('\n').count() + 1)
    })
}
