//! The reference of all settings, for docs/configuration.md; generated, so that it cannot be wrong.

use super::{section::Key, sections};

const INTRODUCTION: &str = "\
# Configuration

This page is generated from the declarations in `crates/server/src/config/sections/`.

Settings stand in one TOML file, which `lanyard init` writes and `lanyard serve --config FILE` reads. Every setting can
be overridden by an environment variable, whose name is given with it; a list is written there with commas. A setting
that does not exist, is empty, is too weak or does not go together with another stops the start with a message that
names it; `lanyard check --config FILE` gives those messages without starting.

Durations are a whole number and a unit: `250ms`, `30s`, `15m`, `12h`, `7d`. Rates are a number and a duration: `20/1h`.
";

/// The whole page, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (name, about, keys) in sections::all() {
        let title = if name.is_empty() { "The server".to_owned() } else { format!("`[{name}]`") };
        let about = if name.is_empty() { "These stand above all tables." } else { &about };
        page.push_str(&format!("\n## {title}\n\n{about}\n\n"));
        page.push_str("| Setting | Type | Default | Meaning |\n|---|---|---|---|\n");
        for key in &keys {
            page.push_str(&row(key));
        }
    }
    page
}

fn row(key: &Key) -> String {
    let default = match (&key.default, key.required) {
        (_, true) => "**required**".to_owned(),
        (Some(value), false) => format!("`{value}`"),
        (None, false) => "not set".to_owned(),
    };
    let meaning = key.meaning.replace('|', "\\|");
    format!("| `{}`<br>`{}` | {} | {default} | {meaning} |\n", key.path(), key.variable(), key.kind)
}
