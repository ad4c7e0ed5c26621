//! Secrets that stand in the configuration file itself: then nobody but the server's user may read it (C-36).

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use figment::value::{Dict, Value};
use url::Url;

use super::{
    Problem, SecretText,
    kind::Kind as _,
    section::Section as _,
    sections::{self, ProviderSection},
    source::PROVIDERS,
};

/// What is wrong with the file, if it holds a secret and others can read it. No secret is quoted.
pub(super) fn told_to_others(path: &Path, document: &Dict) -> Option<Problem> {
    let held = held(document);
    let mode = fs::metadata(path).ok()?.mode();
    (!held.is_empty() && is_open(mode)).then(|| {
        let shown = path.display();
        Problem::new(
            shown.to_string(),
            format!("holds {} and is open to others (mode {:04o})", held.join(", "), mode & 0o7777),
            format!("Close it: chmod 600 {shown}. Or keep secrets in the environment, or in files of their own."),
        )
    })
}

/// Whether anybody but the owner may do anything with a file of this mode.
pub(super) const fn is_open(mode: u32) -> bool {
    mode & 0o077 != 0
}

/// The settings of a document that are secrets, or have one in them.
fn held(document: &Dict) -> Vec<String> {
    let keys = sections::all().into_iter().flat_map(|(_, _, keys)| keys);
    let secret = keys.filter(|key| key.kind == SecretText::NAME && !key.section.starts_with(PROVIDERS));
    let mut held: Vec<String> = secret.map(|key| key.path()).filter(|path| find(document, path).is_some()).collect();
    if let Some(Value::Dict(_, providers)) = document.get(PROVIDERS) {
        let names = ProviderSection::keys().into_iter().filter(|key| key.kind == SecretText::NAME);
        for key in names {
            let of = |(name, values): (&String, &Value)| {
                let has = matches!(values, Value::Dict(_, values) if values.contains_key(key.name));
                has.then(|| format!("{PROVIDERS}.{name}.{}", key.name))
            };
            held.extend(providers.iter().filter_map(of));
        }
    }
    let url = find(document, "database.url").and_then(|value| value.as_str()).and_then(|url| Url::parse(url).ok());
    if url.is_some_and(|url| url.password().is_some()) {
        held.push("the password of database.url".to_owned());
    }
    held
}

fn find<'d>(document: &'d Dict, path: &str) -> Option<&'d Value> {
    let Some((table, rest)) = path.split_once('.') else { return document.get(path) };
    match document.get(table)? {
        Value::Dict(_, values) => find(values, rest),
        _ => None,
    }
}
