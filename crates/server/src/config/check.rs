//! From a draft to settings: what is required, what is too weak, and what does not go together. Every problem is
//! collected; one start tells them all.

mod mail;
mod providers;
mod reach;
mod strength;

use super::{
    Database, HumanDuration, Problem, Settings,
    kind::{Kind, Required},
    source::Draft,
};

/// What the settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// `lanyard serve`: open to the world.
    Serve,
    /// `lanyard dev`: open to this machine alone.
    Development,
}

pub(super) fn finish(draft: Draft, problems: Vec<Problem>, purpose: Purpose) -> Result<Settings, Vec<Problem>> {
    let mut found = Findings(problems);
    let development = purpose == Purpose::Development;
    let public_url = found.required("public_url", draft.top.public_url.clone());
    let database_url = found.required("database.url", draft.database.url.clone());
    let key_file = found.required("keys.file", draft.keys.file.clone());
    if let Some(url) = &public_url {
        reach::check_public_url(url, purpose, &mut found);
    }
    reach::check_listening(&draft.top, purpose, &mut found);
    reach::check_metrics(&draft.metrics, &mut found);
    let transport = reach::transport(&draft.tls, &draft.top, purpose, &mut found);
    strength::check_tokens(&draft.tokens, &mut found);
    strength::check_device(&draft.device, &mut found);
    strength::check_api_keys(&draft.api_keys, &mut found);
    strength::check_sessions(&draft.sessions, &mut found);
    strength::check_kept(&draft.backup, &draft.retention, &mut found);
    strength::check_password(&draft.password, purpose, &mut found);
    let providers = providers::offered(&draft.providers, purpose, &mut found);
    let mail = mail::way(&draft.mail, purpose, &mut found);
    check_the_rest(&draft, purpose, &mut found);
    match (public_url, database_url, key_file, transport) {
        (Some(public_url), Some(url), Some(key_file), Some(transport)) if found.0.is_empty() => Ok(Settings {
            public_url,
            listen: draft.top.listen,
            trusted_proxies: draft.top.trusted_proxies,
            transport,
            database: Database {
                url,
                readers: draft.database.readers,
                live_tokens: draft.database.live_tokens,
                connections: draft.database.connections,
            },
            key_file,
            tokens: draft.tokens,
            api_keys: draft.api_keys,
            sessions: draft.sessions,
            registration: draft.registration,
            device: draft.device,
            documents: draft.documents,
            sign_up: draft.sign_up,
            organizations: draft.organizations,
            accounts: draft.accounts,
            events: draft.events,
            backup: draft.backup,
            retention: draft.retention,
            mail,
            providers,
            password: draft.password,
            rate_limits: draft.rate_limits,
            log: draft.log,
            metrics: draft.metrics,
            brand: draft.brand,
            cors: draft.cors,
            connect: draft.connect,
            metadata: draft.metadata,
            development,
        }),
        _ => Err(found.0),
    }
}

struct Findings(Vec<Problem>);

impl Findings {
    fn refuse(&mut self, when: bool, setting: &str, wrong: impl Into<String>, remedy: impl Into<String>) {
        if when {
            self.0.push(Problem::new(setting, wrong, remedy));
        }
    }

    /// What is missing; a value that was written but wrong has been reported already.
    fn missing(&mut self, when: bool, setting: &str, remedy: &str) {
        let reported = self.0.iter().any(|problem| problem.setting == setting);
        self.refuse(when && !reported, setting, "is missing", remedy);
    }

    /// A value that was written but wrong has been reported already.
    fn required<T: Kind>(&mut self, setting: &str, value: Required<T>) -> Option<T> {
        let reported = self.0.iter().any(|problem| problem.setting == setting);
        if value.0.is_none() && !reported {
            let (table, name) = setting.split_once('.').unwrap_or(("", setting));
            let place = if table.is_empty() { String::new() } else { format!(" in [{table}]") };
            let remedy = format!("Write {name} = {}{place}, with your own value.", T::EXAMPLE);
            self.refuse(true, setting, "is missing", remedy);
        }
        value.0
    }
}

fn check_the_rest(draft: &Draft, purpose: Purpose, found: &mut Findings) {
    found.refuse(
        purpose == Purpose::Serve && draft.documents.development_ca.is_some(),
        "documents.development_ca",
        "is for development alone",
        "Remove it; `lanyard serve` fetches documents from public addresses under public authorities.",
    );
    let readers = draft.database.readers;
    found.refuse(!(1..=64).contains(&readers), "database.readers", format!("is {readers}"), "Write 1 to 64.");
    let connections = draft.database.connections;
    found.refuse(
        !(1..=1000).contains(&connections),
        "database.connections",
        format!("is {connections}"),
        "Write 1 to 1000.",
    );
    let unused = draft.registration.unused_expiry;
    found.refuse(
        unused < HumanDuration::hours(1),
        "registration.unused_expiry",
        format!("is {unused}, so that a client may expire while its person is still signing in"),
        "Write 1h or more.",
    );
    let name = &draft.brand.name;
    found.refuse(
        name.chars().count() > 60 || name.chars().any(char::is_control),
        "brand.name",
        "is not a short line of text",
        "Write at most 60 characters.",
    );
}
