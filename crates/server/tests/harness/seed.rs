//! Who and what every test finds: two organisations, their people and projects, clients, and one resource server.

use identity::{
    Authority,
    admin::{Act, ClientAdd, ClientHome, ClientKind, TypedPassword},
};
use model::{Profile, Role};
use protocol::Confidential;
use serde_json::Value;

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery staple";
/// The identifier of the resource server.
pub const RESOURCE: &str = "https://api.example.com/mcp";

/// The ids and secrets that tests need.
#[derive(Clone, Debug)]
pub struct Seeded {
    /// Acme's project Apollo.
    pub apollo: String,
    /// Acme's project Gemini.
    pub gemini: String,
    /// Globex's project Orion.
    pub orion: String,
    /// The organisation Acme.
    pub acme: String,
    /// The member's account.
    pub member: String,
    /// The secret of `demo-app`.
    pub app_secret: String,
    /// The secret of `demo-service`.
    pub service_secret: String,
    /// The secret of the resource server `demo-api`.
    pub api_secret: String,
}

/// Puts it all there, as an operator would.
pub async fn seed(authority: &Authority) -> Seeded {
    let organization = |slug: &str, name: &str| Act::OrganizationAdd { slug: slug.into(), name: name.into() };
    let project = |organization: &str, slug: &str, name: &str| Act::ProjectAdd {
        organization: organization.into(),
        slug: slug.into(),
        name: name.into(),
    };
    let acme = text(&act(authority, organization("acme", "Acme")).await, "id");
    act(authority, organization("globex", "Globex")).await;
    let apollo = text(&act(authority, project("acme", "apollo", "Apollo")).await, "id");
    let gemini = text(&act(authority, project("acme", "gemini", "Gemini")).await, "id");
    let orion = text(&act(authority, project("globex", "orion", "Orion")).await, "id");
    let member = person(authority, "member@example.com", "Mel Member", "acme", Role::Member).await;
    person(authority, "owner@example.com", "Olga Owner", "acme", Role::Owner).await;
    person(authority, "outsider@example.com", "Oscar Outsider", "globex", Role::Owner).await;
    let api = Act::ResourceAdd {
        id: Some("demo-api".into()),
        name: "Demo API".into(),
        identifier: RESOURCE.into(),
        scopes: vec![
            "issues:read=read:read issues and comments".into(),
            "issues:write=write:create and change issues".into(),
        ],
    };
    let api_secret = text(&act(authority, api).await, "client_secret");
    act(authority, client(cli())).await;
    act(authority, client(device("demo-device", "Demo Device", false))).await;
    act(authority, client(device("demo-desktop", "Demo Desktop", true))).await;
    let app_secret = text(&act(authority, client(web_app())).await, "client_secret");
    let service_secret = text(&act(authority, client(service())).await, "client_secret");
    Seeded { apollo, gemini, orion, acme, member, app_secret, service_secret, api_secret }
}

/// Somebody whose address nobody proved.
pub async fn unverified(authority: &Authority, email: &str) {
    let user = Act::UserAdd {
        email: email.into(),
        name: None,
        password: Some(TypedPassword(Confidential::new(PASSWORD))),
        email_verified: false,
    };
    act(authority, user).await;
}

/// What an operator does must succeed.
pub async fn act(authority: &Authority, act: Act) -> Value {
    authority.act(act, authority.now()).await.unwrap()
}

/// An answer's text.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

async fn person(authority: &Authority, email: &str, name: &str, organization: &str, role: Role) -> String {
    let user = Act::UserAdd {
        email: email.into(),
        name: Some(name.into()),
        password: Some(TypedPassword(Confidential::new(PASSWORD))),
        email_verified: true,
    };
    let id = text(&act(authority, user).await, "id");
    act(authority, Act::MemberAdd { organization: organization.into(), user: email.into(), role, named: None }).await;
    id
}

/// An act that adds this client.
pub fn client(client: ClientAdd) -> Act {
    Act::ClientAdd(Box::new(client))
}

/// A public client that says nothing special.
pub fn plain(id: &str, redirect_uris: &[&str]) -> ClientAdd {
    ClientAdd {
        redirect_uris: redirect_uris.iter().map(|uri| (*uri).to_owned()).collect(),
        ..ClientAdd::new(id, id, ClientKind::Public {})
    }
}

fn cli() -> ClientAdd {
    ClientAdd {
        name: "Demo CLI".into(),
        ..plain("demo-cli", &["http://127.0.0.1/callback", "http://localhost/callback"])
    }
}

fn web_app() -> ClientAdd {
    ClientAdd {
        name: "Demo App".into(),
        kind: ClientKind::Confidential {},
        profile: Some(Profile::Oidc),
        ..plain("demo-app", &["https://app.example.com/callback"])
    }
}

/// A client that is listed for the device grant.
fn device(id: &str, name: &str, first_party: bool) -> ClientAdd {
    ClientAdd {
        name: name.into(),
        grant_types: vec!["refresh_token".into(), "device_code".into()],
        first_party,
        ..plain(id, &[])
    }
}

fn service() -> ClientAdd {
    ClientAdd {
        name: "Demo Service".into(),
        kind: ClientKind::Confidential {},
        grant_types: vec!["client_credentials".into()],
        home: Some(ClientHome { organization: "acme".into(), project: "apollo".into() }),
        ..plain("demo-service", &[])
    }
}
