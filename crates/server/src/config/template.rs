//! The documents that we write ourselves: a fresh configuration file, and what `lanyard dev` starts from.

use std::path::Path;

use figment::value::{Dict, Value};

use super::{section::Key, sections};

/// What a fresh configuration file is to say.
#[derive(Clone, Debug)]
pub struct Template<'a> {
    /// The issuer.
    pub public_url: &'a str,
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: &'a str,
    /// The path of the key file.
    pub key_file: &'a str,
    /// The proxies that speak TLS for the server; none means TLS of its own.
    pub trusted_proxies: &'a [&'a str],
}

/// The text of a fresh configuration file: what was given, and every other setting as a comment with its default.
#[must_use]
pub fn template(given: &Template<'_>) -> String {
    let mut text =
        "# Lanyard's settings. Lines that begin with \"#\" show what holds when nothing is written.\n".to_owned();
    for (name, about, keys) in sections::all() {
        if !name.is_empty() {
            // A table that stands for many is there once it is wanted.
            let hidden = if name.contains('.') { "# " } else { "" };
            text.push_str(&format!("\n# {about}\n{hidden}[{name}]\n"));
        }
        for key in &keys {
            text.push_str(&format!("\n# {}\n{}\n", key.meaning, line(key, given)));
        }
    }
    text
}

fn line(key: &Key, given: &Template<'_>) -> String {
    let name = key.name;
    let proxied = !given.trusted_proxies.is_empty();
    match key.path().as_str() {
        "public_url" => format!("{name} = {}", quoted(given.public_url)),
        "database.url" => format!("{name} = {}", quoted(given.database_url)),
        "keys.file" => format!("{name} = {}", quoted(given.key_file)),
        "trusted_proxies" if proxied => {
            let proxies: Vec<String> = given.trusted_proxies.iter().map(|proxy| quoted(proxy)).collect();
            format!("{name} = [{}]", proxies.join(", "))
        }
        "tls.behind_proxy" if proxied => format!("{name} = true"),
        "tls.certificate" if !proxied => format!("{name} = \"/etc/lanyard/certificate.pem\""),
        "tls.key" if !proxied => format!("{name} = \"/etc/lanyard/certificate-key.pem\""),
        _ => match &key.default {
            Some(value) => format!("# {name} = {value}"),
            None => format!("# {name} = {}", key.example),
        },
    }
}

/// A TOML basic string; JSON's escapes are a part of TOML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// What `lanyard dev` starts from: http on loopback, everything in one directory, and no limit for this machine.
pub(super) fn development(port: u16, data: &Path) -> Dict {
    let table = |entries: &[(&str, Value)]| -> Value {
        Value::from(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Dict>())
    };
    let list = |items: &[String]| Value::from(items.to_vec());
    let inside = |file: &str| data.join(file).display().to_string();
    Dict::from([
        ("public_url".to_owned(), Value::from(format!("http://localhost:{port}"))),
        ("listen".to_owned(), list(&[format!("127.0.0.1:{port}"), format!("[::1]:{port}")])),
        ("database".to_owned(), table(&[("url", Value::from(format!("sqlite:{}", inside("lanyard.db"))))])),
        ("keys".to_owned(), table(&[("file", Value::from(inside("keys.toml")))])),
        ("log".to_owned(), table(&[("format", Value::from("text")), ("level", Value::from("info,rmcp=warn"))])),
        (
            "rate_limits".to_owned(),
            table(&[
                ("exempt", list(&["127.0.0.0/8".to_owned(), "::1".to_owned()])),
                // Scripts sign in and register often, and all of them are this machine.
                ("sign_in", Value::from("1000/1m")),
            ]),
        ),
        // Several of these may run at once; each says where it answers.
        ("metrics".to_owned(), table(&[("listen", list(&["127.0.0.1:0".to_owned()]))])),
        ("mail".to_owned(), table(&[("development_inbox", Value::from(true))])),
        ("registration".to_owned(), table(&[("per_address", Value::from("10000/1h"))])),
        (
            "connect".to_owned(),
            table(&[("mcp_url", Value::from(format!("http://localhost:{}/mcp", port.saturating_add(1))))]),
        ),
    ])
}
