//! What an operator sets up before anybody comes, by Lanyard's own commands: an organisation with a project and a person, a
//! resource server, and three clients.

use serde_json::Value;

use crate::{Client, Error, Installation, ResourceServer, installation::HOST};

/// The person's address.
pub const EMAIL: &str = "person@example.com";
/// The person's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// The resource server's name.
pub const RESOURCE_ID: &str = "demo-api";
/// Its identifier.
pub const RESOURCE: &str = "https://api.example.com/mcp";

const CALLBACK: &str = "https://app.example.com/callback";

/// Who and what is there.
#[derive(Clone, Debug)]
pub struct Seeded {
    /// The organisation's id.
    pub organization: String,
    /// The project's id, which consent asks for.
    pub project: String,
    /// A public client that reads the resource and stays connected.
    pub assistant: Client,
    /// A confidential client of the OpenID Connect profile.
    pub relying_party: Client,
    /// A confidential client that acts for itself.
    pub service: Client,
    /// The resource server.
    pub resource_server: ResourceServer,
    /// An API key for reading the project's data, with a cap that nobody reaches.
    pub api_key: String,
}

/// So many uses in a minute no load comes to; they are counted all the same.
const MANY: &str = "100000000";

/// Sets it all up; quickest while a server runs, but it needs none.
///
/// # Errors
/// A command fails.
pub async fn seed(installation: &Installation) -> Result<Seeded, Error> {
    let add = async |arguments: &[&str]| installation.command(arguments, None).await;
    let organization = text(&add(&["organization", "add", "acme", "--name", "Acme"]).await?, "id")?;
    let project = text(&add(&["project", "add", "acme", "apollo", "--name", "Apollo"]).await?, "id")?;
    person(installation, EMAIL, "acme").await?;
    let scopes = ["--scope", "issues:read=read:read issues", "--scope", "issues:write=write:change issues"];
    let resource = [&["resource", "add", RESOURCE, "--name", "Demo API", "--id", RESOURCE_ID], &scopes[..]].concat();
    let resource_secret = text(&add(&resource).await?, "client_secret")?;
    add(&["client", "add", "--name", "Assistant", "--id", "assistant", "--redirect-uri", CALLBACK]).await?;
    let relying_party = ["client", "add", "--name", "App", "--id", "app", "--redirect-uri", CALLBACK];
    let relying_party = [&relying_party[..], &["--kind", "confidential", "--profile", "oidc"]].concat();
    let app_secret = text(&add(&relying_party).await?, "client_secret")?;
    let service = ["client", "add", "--name", "Service", "--id", "service", "--kind", "confidential"];
    let home = ["--grant-type", "client_credentials", "--organization", "acme", "--project", "apollo"];
    let service_secret = text(&add(&[&service[..], &home[..]].concat()).await?, "client_secret")?;
    let key = ["key", "add", "acme", "apollo", "--name", "Reader", "--scope", "issues:read", "--per-minute", MANY];
    let api_key = text(&add(&key).await?, "key")?;
    let reading = "openid issues:read offline_access";
    Ok(Seeded {
        organization,
        project,
        assistant: Client::public(HOST, "assistant", CALLBACK).asking(reading, Some(RESOURCE)),
        relying_party: Client::confidential(HOST, "app", &app_secret, CALLBACK).asking("openid profile email", None),
        service: Client::confidential(HOST, "service", &service_secret, "").asking("issues:read", Some(RESOURCE)),
        resource_server: ResourceServer::new(HOST, RESOURCE_ID, &resource_secret),
        api_key,
    })
}

/// Adds a person with [`PASSWORD`] and makes them a member.
///
/// # Errors
/// A command fails.
pub async fn person(installation: &Installation, email: &str, organization: &str) -> Result<(), Error> {
    let user = ["user", "add", email, "--name", "Pat Person", "--password-stdin", "--email-verified"];
    installation.command(&user, Some(PASSWORD)).await?;
    installation.command(&["member", "add", organization, email], None).await?;
    Ok(())
}

fn text(answer: &Value, name: &str) -> Result<String, Error> {
    let found = answer.get(name).and_then(Value::as_str).map(str::to_owned);
    found
        .ok_or_else(|| Error::Failed { program: "a command of Lanyard".to_owned(), said: format!("it says no {name}") })
}
