//! Who and what a development server holds from its first moment. Seeding twice changes nothing: only what is missing is
//! made, by the same acts that an operator has.

mod made;

use identity::{
    Authority,
    admin::{Act, ClientAdd, ClientHome, ClientKind, TypedPassword},
};
use model::{Profile, Role};
use protocol::Confidential;
use server::command::Failure;

use super::{
    Kept,
    directory::Directory,
    report::{Client, Person, Project, Report, ResourceServer},
};
use crate::mcp::{READ_SCOPE, WRITE_SCOPE};
use made::Made;

const ACME: &str = "acme";
const GLOBEX: &str = "globex";
const ORGANIZATIONS: [(&str, &str); 2] = [(ACME, "Acme"), (GLOBEX, "Globex")];
const PROJECTS: [(&str, &str, &str); 3] =
    [(ACME, "apollo", "Apollo"), (ACME, "gemini", "Gemini"), (GLOBEX, "research", "Research")];
const RESOURCE: &str = "demo-api";
const SCOPES: [&str; 5] = ["openid", "profile", "email", "offline_access", READ_SCOPE];

/// Address, name, what they are called here, organisation, and their role in it.
const PEOPLE: [(&str, &str, &str, &str, Role); 4] = [
    ("owner@example.com", "Olivia Owner", "owner", ACME, Role::Owner),
    ("admin@example.com", "Adam Admin", "admin", ACME, Role::Admin),
    ("member@example.com", "Mia Member", "member", ACME, Role::Member),
    ("outsider@example.com", "Otto Outsider", "outsider", GLOBEX, Role::Owner),
];

/// Makes what is missing, and tells what there is.
pub(super) async fn seed(
    authority: &Authority,
    kept: &mut Kept,
    directory: &Directory,
    mcp_url: &str,
) -> Result<Report, Failure> {
    for (email, ..) in PEOPLE {
        kept.password(email);
    }
    // Before the accounts are made: a password that is lost cannot be shown again.
    directory.keep(kept)?;
    let made = Made::load(authority).await?;
    organizations_and_projects(&made).await?;
    people(&made, kept).await?;
    resource(&made, kept, mcp_url).await?;
    clients(&made, kept).await?;
    directory.keep(kept)?;
    report(&Made::load(authority).await?, kept, authority.issuer(), mcp_url)
}

async fn organizations_and_projects(made: &Made<'_>) -> Result<(), Failure> {
    for (slug, name) in ORGANIZATIONS {
        if !made.has_organization(slug) {
            made.act(Act::OrganizationAdd { slug: slug.to_owned(), name: name.to_owned() }).await?;
        }
    }
    for (organization, slug, name) in PROJECTS {
        if made.project(organization, slug).is_none() {
            let (organization, slug, name) = (organization.to_owned(), slug.to_owned(), name.to_owned());
            made.act(Act::ProjectAdd { organization, slug, name }).await?;
        }
    }
    Ok(())
}

async fn people(made: &Made<'_>, kept: &mut Kept) -> Result<(), Failure> {
    for (email, name, _, organization, role) in PEOPLE {
        if made.has_user(email) {
            continue;
        }
        let password = Some(TypedPassword(Confidential::new(kept.password(email))));
        made.act(Act::UserAdd { email: email.to_owned(), name: Some(name.to_owned()), password, email_verified: true })
            .await?;
        made.act(Act::MemberAdd { organization: organization.to_owned(), user: email.to_owned(), role, named: None })
            .await?;
    }
    Ok(())
}

/// A directory that served another port before has the resource under another URL; its connections would be worthless.
async fn resource(made: &Made<'_>, kept: &mut Kept, mcp_url: &str) -> Result<(), Failure> {
    let (id, secret) = (RESOURCE.to_owned(), kept.secrets.contains_key(RESOURCE));
    match made.resource_url(RESOURCE) {
        Some(url) if url != mcp_url => Err(Failure::failed(format!(
            "This directory was seeded for the demo app at {url}, not {mcp_url}. Use that port, another --data, or --fresh."
        ))),
        Some(_) if secret => Ok(()),
        Some(_) => made.keep_secret(Act::ResourceNewSecret { resource: id }, kept).await,
        None => {
            let scopes = vec![
                format!("{READ_SCOPE}=read:read issues and comments"),
                format!("{WRITE_SCOPE}=write:create and change issues"),
            ];
            let (name, identifier) = ("Demo issues".to_owned(), mcp_url.to_owned());
            made.keep_secret(Act::ResourceAdd { id: Some(id), name, identifier, scopes }, kept).await?;
            for (scope, words) in
                [(READ_SCOPE, "Tickets und Kommentare lesen"), (WRITE_SCOPE, "Tickets anlegen und ändern")]
            {
                let (scope, language, words) = (scope.to_owned(), "de".to_owned(), words.to_owned());
                let resource = RESOURCE.to_owned();
                made.act(Act::ResourceScopeDescribe { resource, scope, language, words, dry_run: false }).await?;
            }
            Ok(())
        }
    }
}

async fn clients(made: &Made<'_>, kept: &mut Kept) -> Result<(), Failure> {
    for client in [demo_cli(), demo_device(), demo_app(), demo_service()] {
        let id = client.id.clone().unwrap_or_default();
        let has_secret = matches!(client.kind, ClientKind::Confidential {});
        if !made.has_client(&id) {
            made.keep_secret(Act::ClientAdd(Box::new(client)), kept).await?;
        } else if has_secret && !kept.secrets.contains_key(&id) {
            made.keep_secret(Act::ClientNewSecret { client: id }, kept).await?;
        }
    }
    Ok(())
}

fn demo_cli() -> ClientAdd {
    ClientAdd {
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned(), "http://localhost/callback".to_owned()],
        ..ClientAdd::new("demo-cli", "Demo command line", ClientKind::Public {})
    }
}

/// Listed for the device grant, as `lanyard client add --device` does it.
fn demo_device() -> ClientAdd {
    ClientAdd {
        grant_types: vec!["refresh_token".to_owned(), "device_code".to_owned()],
        ..ClientAdd::new("demo-device", "Demo device", ClientKind::Public {})
    }
}

fn demo_app() -> ClientAdd {
    ClientAdd {
        redirect_uris: vec!["http://localhost:3000/callback".to_owned()],
        profile: Some(Profile::Oidc),
        client_uri: Some("http://localhost:3000/".to_owned()),
        ..ClientAdd::new("demo-app", "Demo web app", ClientKind::Confidential {})
    }
}

fn demo_service() -> ClientAdd {
    ClientAdd {
        grant_types: vec!["client_credentials".to_owned()],
        home: Some(ClientHome { organization: ACME.to_owned(), project: "apollo".to_owned() }),
        ..ClientAdd::new("demo-service", "Demo service", ClientKind::Confidential {})
    }
}

fn report(made: &Made<'_>, kept: &mut Kept, issuer: &str, mcp_url: &str) -> Result<Report, Failure> {
    let people = PEOPLE.into_iter().map(|(email, _, role, organization, _)| Person {
        email: email.to_owned(),
        password: kept.password(email),
        role,
        organization,
    });
    let people = people.collect();
    let projects = PROJECTS.into_iter().filter_map(|(organization, slug, _)| {
        let (id, name) = made.project(organization, slug)?;
        Some(Project { id, slug: slug.to_owned(), name, organization: organization.to_owned() })
    });
    let clients = [demo_cli(), demo_device(), demo_app(), demo_service()].into_iter().map(|client| {
        let client_id = client.id.unwrap_or_default();
        Client { client_secret: kept.secrets.get(&client_id).cloned(), client_id, redirect_uris: client.redirect_uris }
    });
    let secret =
        kept.secrets.get(RESOURCE).cloned().ok_or_else(|| Failure::failed("The demo app's secret was not kept."))?;
    Ok(Report {
        issuer: issuer.to_owned(),
        mcp_url: mcp_url.to_owned(),
        metrics_url: None,
        people,
        projects: projects.collect(),
        clients: clients.collect(),
        resource_servers: vec![ResourceServer {
            client_id: RESOURCE.to_owned(),
            client_secret: secret,
            resource: mcp_url.to_owned(),
        }],
        scopes: SCOPES.into_iter().chain([WRITE_SCOPE]).map(str::to_owned).collect(),
    })
}
