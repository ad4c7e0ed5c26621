//! oidc-provider for Node.js, with the same clients and the same addresses as Lanyard.

use drive::{
    Browser, Client, Error, Process, ResourceServer,
    browser::{self, Page},
    installation::{HOST, answers, free_address},
    process::Launch,
    seed::{EMAIL, PASSWORD},
};

use super::{PEOPLE, Subject, scripts};
use crate::{
    cast::Cast,
    options::{Options, ServerName},
};

const CALLBACK: &str = "https://app.example.com/callback";
/// The secret of every confidential client; the script is told it.
const SECRET: &str = "5ZgT0d2yQ1n8VbKkq7mXw3Rr9LcPfHsJ";

pub(super) async fn start(options: &Options) -> Result<Subject, Error> {
    let directory = tempfile::tempdir().map_err(Error::io("making a directory"))?;
    let address = free_address()?;
    let script = scripts().join("oidc-provider.mjs");
    let port = address.port().to_string();
    let launch = Launch {
        program: options.node.clone(),
        arguments: vec!["--no-warnings".into(), script.into(), port.into(), directory.path().into()],
        environment: vec![
            ("NODE_ENV".into(), "production".into()),
            ("BENCH_ISSUER".into(), format!("https://{HOST}")),
            ("BENCH_CALLBACK".into(), CALLBACK.into()),
            ("BENCH_SECRET".into(), SECRET.into()),
        ],
        cores: Some(options.server_core.to_string()),
        log: directory.path().join("server.log"),
    };
    let mut process = Process::start(&launch)?;
    answers(&mut process, address, "/.well-known/openid-configuration", HOST).await?;
    let assistant = Client::public(HOST, "assistant", CALLBACK).asking("openid issues:read offline_access", None);
    let relying_party = Client::confidential(HOST, "app", SECRET, CALLBACK).asking("openid profile email", None);
    let mut people = Vec::with_capacity(PEOPLE);
    for number in 0..PEOPLE {
        let mut person = Browser::open(address, HOST).await?;
        let email = format!("{number}-{EMAIL}");
        allow(&mut person, &assistant, &email).await?;
        allow(&mut person, &relying_party, &email).await?;
        people.push(person);
    }
    let mut cast = Cast {
        host: HOST,
        assistant,
        relying_party,
        project: String::new(),
        service: Client::confidential(HOST, "service", SECRET, "").asking("issues:read", None),
        resource_server: ResourceServer::new(HOST, "demo-api", SECRET),
        api_key: None,
        people,
        families: Vec::new(),
    };
    cast.connect(address, options.families()).await?;
    Ok(Subject::other(ServerName::OidcProvider, process, address, Some(cast), directory))
}

/// By the pages that it brings for development: sign in, if nobody is, then consent.
async fn allow(person: &mut Browser, client: &Client, email: &str) -> Result<(), Error> {
    let mut page = person.visit(&client.authorization_target()).await?;
    while page.location.is_none() {
        let asks_who = page.body.contains("name=\"login\"");
        let fields: &[(&str, &str)] = if asks_who { &[("login", email), ("password", PASSWORD)] } else { &[] };
        let sent = person.submit(&page, &interaction(&page), fields).await?;
        page = person.follow(sent).await?;
    }
    browser::code(&page).map(|_| ())
}

/// The end of the form's address: /interaction/UID.
fn interaction(page: &Page) -> String {
    let rest = page.body.split_once("/interaction/").map(|(_, rest)| rest).unwrap_or_default();
    let id: String =
        rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect();
    format!("/interaction/{id}")
}
