//! `lanyard apply FILE`: what a file says that there should be, made so. Owns the file's form and how differences are shown; what
//! differs, and what is done about it, is `identity::admin`'s.

use std::{io::Read as _, path::PathBuf};

use clap::Args;
use figment::{
    Figment,
    providers::{Format as _, Toml},
};
use identity::admin::{Act, Plan};
use serde_json::Value;

use super::{Failure, Target, admin::perform, say};

/// The file, and what is done about what differs.
#[derive(Debug, Args)]
pub struct Apply {
    /// The file (TOML); - is standard input
    pub file: PathBuf,
    /// Change nothing, and say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Remove what an earlier file made and this one does not name
    #[arg(long)]
    pub prune: bool,
    /// Which server.
    #[command(flatten)]
    pub target: Target,
}

impl Apply {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let plan = Box::new(read(&self.text()?)?);
        let done = perform(&self.target, Act::Apply { plan, dry_run: self.dry_run, prune: self.prune }).await?;
        match self.target.json {
            true => say(&done.to_string()),
            false => say(&lines(&done).join("\n")),
        }
    }

    fn text(&self) -> Result<String, Failure> {
        let unreadable = |error| Failure::misused(format!("{} cannot be read: {error}.", self.file.display()));
        if self.file.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
            return Ok(text);
        }
        std::fs::read_to_string(&self.file).map_err(unreadable)
    }
}

fn read(text: &str) -> Result<Plan, Failure> {
    Figment::from(Toml::string(text)).extract().map_err(|error| {
        let said = error.to_string();
        let hint = match said.contains("provider") {
            true => {
                " Providers to sign in with are settings: they stand in the configuration, as docs/providers.md shows."
            }
            false => "",
        };
        Failure::misused(format!("The file is not understood: {said}.{hint}"))
    })
}

/// A line for each difference, and what is shown this once.
fn lines(done: &Value) -> Vec<String> {
    let items = |name: &str| done[name].as_array().cloned().unwrap_or_default();
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let mut lines: Vec<String> = items("changes")
        .iter()
        .map(|change| {
            let sign = match text(change, "change").as_str() {
                "add" => "+",
                "remove" => "-",
                _ => "~",
            };
            let what: Vec<&str> = change["what"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let what = if what.is_empty() { String::new() } else { format!(": {}", what.join(", ")) };
            format!("{sign} {} {}{what}", text(change, "kind"), text(change, "name"))
        })
        .collect();
    if lines.is_empty() {
        lines.push("Everything is as the file says.".to_owned());
    } else if done["dry_run"] == true {
        lines.push("Nothing was changed.".to_owned());
    }
    lines.extend(items("shown_once").iter().map(|shown| {
        format!(
            "The secret of {} {}, shown this once: {}",
            text(shown, "kind"),
            text(shown, "name"),
            text(shown, "client_secret")
        )
    }));
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_read_strictly() {
        let plan = read(
            "[[organization]]\nslug = 'acme'\nname = 'Acme'\n[[organization.project]]\nslug = 'apollo'\nname = 'Apollo'\n\
             [[client]]\nid = 'app'\nname = 'App'\nkind = 'public'\nredirect_uris = ['https://app.example.com/callback']\n",
        )
        .unwrap();
        assert_eq!((plan.organizations.len(), plan.organizations[0].projects[0].slug.as_str()), (1, "apollo"));
        for (odd, says) in [
            ("[[organisation]]\nslug = 'x'", "organisation"),
            ("[[organization]]\nslug = 'x'", "name"),
            ("[[client]]\nid = 'a'\nname = 'A'\nkind = 'public'\nowner = 'x'", "owner"),
            ("[[provider]]\nid = 'google'", "docs/providers.md"),
            ("slug = ", "not understood"),
        ] {
            let said = read(odd).unwrap_err().to_string();
            assert!(said.contains(says), "{odd}: {said}");
        }
    }

    #[test]
    fn differences_are_shown_line_by_line() {
        let done = json!({
            "dry_run": true,
            "changes": [
                { "change": "add", "kind": "project", "name": "acme/apollo", "what": [] },
                { "change": "change", "kind": "client", "name": "app", "what": ["name", "scope"] },
                { "change": "remove", "kind": "resource", "name": "old", "what": [] },
            ],
            "shown_once": [],
        });
        let shown = lines(&done);
        assert_eq!(
            shown,
            ["+ project acme/apollo", "~ client app: name, scope", "- resource old", "Nothing was changed."]
        );
        assert_eq!(lines(&json!({ "changes": [] })), ["Everything is as the file says."]);
    }
}
