//! An organisation's own apps and services: nobody else's to see or change, and nothing of one organisation over another's projects.

use identity::admin::{Act, ClientKind, OwnClient};
use model::Role;
use serde_json::{Value, json};

use crate::{
    browser::flow::{allow, begin, send},
    clients::wire::error,
    harness::{
        Answer, Client, PASSWORD, TestServer, keys, page,
        seed::{RESOURCE, act, text},
    },
};

const VAULT: &str = "https://vault.acme.example";
const BACK: &str = "https://dashboard.acme.example/callback";

/// A service of Acme's, with one scope that it shares a name with the operator's and one of its own.
async fn vault(server: &TestServer) -> Value {
    let scopes =
        ["issues:read=read:read what is in the vault", "vault:read=read:open the vault", "vault:add=ingest:add"];
    let add = Act::OwnResourceAdd {
        organization: "acme".into(),
        name: "Vault".into(),
        identifier: VAULT.into(),
        scopes: scopes.map(str::to_owned).into(),
    };
    act(&server.authority, add).await
}

fn own(name: &str) -> OwnClient {
    OwnClient {
        name: name.to_owned(),
        kind: ClientKind::Confidential {},
        redirect_uris: vec![BACK.to_owned()],
        project: None,
        scope: None,
        client_uri: None,
    }
}

/// An app of Acme's.
async fn dashboard(server: &TestServer) -> Client<'_> {
    let add = Act::OwnClientAdd { organization: "acme".into(), client: Box::new(own("Dashboard")) };
    let made = act(&server.authority, add).await;
    Client::confidential(server, &text(&made, "client_id"), &text(&made, "client_secret"), BACK)
}

#[tokio::test]
async fn v57_apps_and_services_of_an_organisation_are_absent_for_everybody_else() {
    let server = TestServer::start().await;
    let (service, app) = (text(&vault(&server).await, "client_id"), dashboard(&server).await.id);
    // An owner too, of another organisation; and members of this one who are none.
    for email in ["outsider@example.com", "member@example.com"] {
        let browser = server.browser();
        browser.sign_in(email, PASSWORD).await;
        for path in ["apps".to_owned(), format!("apps/{app}"), format!("apps/{app}/remove"), "resources".to_owned()] {
            assert_eq!(browser.get(&format!("/organizations/acme/{path}")).await.status, 404, "{email} {path}");
        }
        for path in [format!("apps/{app}/new-secret"), format!("resources/{service}/new-secret")] {
            assert_eq!(send(&browser, &format!("/organizations/acme/{path}"), &[]).await.status, 404, "{email} {path}");
        }
        // Nor by way of an organisation of their own.
        for path in [format!("apps/{app}"), format!("resources/{service}")] {
            assert_eq!(browser.get(&format!("/organizations/globex/{path}")).await.status, 404, "{email} {path}");
            let removed = send(&browser, &format!("/organizations/globex/{path}/remove"), &[]).await;
            assert_eq!(removed.status, 404, "{email} {path}");
        }
    }
    let outsider = server.program("outsider@example.com", true).await;
    for path in [
        format!("acme/clients/{app}"),
        format!("globex/clients/{app}"),
        format!("acme/resources/{service}"),
        format!("globex/resources/{service}"),
        // What belongs to no organisation is in none.
        "globex/clients/demo-cli".to_owned(),
        "globex/resources/demo-api".to_owned(),
    ] {
        let path = format!("/api/v1/organizations/{path}");
        assert_eq!(outsider.get(&path).await.status, 404, "{path}");
        assert_eq!(outsider.patch(&path, "*", &json!({ "disabled": true })).await.status, 404, "{path}");
        assert_eq!(outsider.delete(&path, "*").await.status, 404, "{path}");
    }
    for list in ["clients", "resources"] {
        let theirs = outsider.get(&format!("/api/v1/organizations/globex/{list}")).await;
        assert_eq!(theirs.status, 200, "{list}");
        assert_eq!(theirs.json()["items"], json!([]), "{list}");
    }
    let owner = server.program("owner@example.com", true).await;
    assert_eq!(owner.get(&format!("/api/v1/organizations/acme/clients/{app}")).await.status, 200);
    assert_eq!(owner.get("/api/v1/clients").await.status, 403, "all of the server's are an operator's");
}

#[tokio::test]
async fn c23_a_service_of_one_organisation_is_in_no_grant_over_a_project_of_another() {
    let server = TestServer::start().await;
    vault(&server).await;
    let outsider = server.browser();
    outsider.sign_in("outsider@example.com", PASSWORD).await;
    let client = server.cli();
    let address = client.authorize(&[("resource", VAULT), ("scope", "vault:read")]);
    let shown = outsider.open(&address).await;
    assert!(!shown.body.contains(&server.seeded.orion), "not among the choices");
    for project in [&server.seeded.orion, &server.seeded.apollo] {
        let answer = allow(&outsider, &begin(&outsider, &address).await, project).await;
        assert!(answer.sent("code").is_none(), "{project}: {:?}", answer.location());
    }
    // Its own people do connect to it.
    let member = server.signed_in().await;
    let tokens = client.redeem(&client.approve_at(&member, &address, Some(&server.seeded.apollo)).await).await;
    assert!(!server.api().accepts(&tokens.access).await, "it is for the vault alone");
    // Somebody who belongs to both is offered the projects of one.
    let both = Act::MemberAdd {
        organization: "globex".into(),
        user: "member@example.com".into(),
        role: Role::Member,
        named: None,
    };
    act(&server.authority, both).await;
    let shown =
        member.open(&client.authorize(&[("resource", VAULT), ("scope", "vault:add vault:read issues:read")])).await;
    assert!(shown.body.contains(&server.seeded.apollo) && !shown.body.contains(&server.seeded.orion));
    let forged = allow(&member, &shown.consent_id(), &server.seeded.orion).await;
    assert!(forged.sent("code").is_none());

    // A key and a service of the other organisation do not reach it either.
    let key = identity::admin::KeyAdd {
        organization: "globex".into(),
        project: "orion".into(),
        scope: "vault:read".into(),
        ..keys::reading("outside")
    };
    let refused = server.authority.act(Act::KeyAdd(Box::new(key.clone())), server.authority.now()).await.unwrap_err();
    assert!(refused.message.contains("no resource knows 'vault:read'"), "{refused}");
    let inside = identity::admin::KeyAdd { organization: "acme".into(), project: "apollo".into(), ..key };
    act(&server.authority, Act::KeyAdd(Box::new(inside))).await;
    let service = OwnClient { redirect_uris: Vec::new(), project: Some("orion".into()), ..own("Report") };
    let made =
        act(&server.authority, Act::OwnClientAdd { organization: "globex".into(), client: Box::new(service) }).await;
    let service = Client::confidential(&server, &text(&made, "client_id"), &text(&made, "client_secret"), "");
    let ask = |resource| [("grant_type", "client_credentials"), ("scope", "issues:read"), ("resource", resource)];
    assert_eq!(service.token(&ask(RESOURCE)).await.status, 200, "{made}");
    assert_eq!(
        error(&service.token(&ask(VAULT)).await),
        "invalid_scope",
        "nothing of another organisation's is permitted"
    );
    let operators = server.service();
    assert_eq!(operators.token(&ask(VAULT)).await.status, 200, "it works for Acme");
}

#[tokio::test]
async fn c23_what_an_organisation_adds_changes_nothing_of_what_others_mean_or_are_told() {
    let server = TestServer::start().await;
    let before = Answer::of(server.http().get(server.url("/.well-known/oauth-authorization-server"))).await.body;
    vault(&server).await;
    let after = Answer::of(server.http().get(server.url("/.well-known/oauth-authorization-server"))).await.body;
    assert_eq!(before, after, "the server says nothing of it");
    // `issues:read` still means the operator's resource where none is named.
    let (member, client) = (server.signed_in().await, server.cli());
    let address = client.authorize(&[("resource", ""), ("scope", "issues:read")]);
    let tokens = client.redeem(&client.approve_at(&member, &address, Some(&server.seeded.apollo)).await).await;
    assert!(server.api().accepts(&tokens.access).await);
    // Its own default is its own alone.
    let prefer = Act::ResourceChange { resource: VAULT.into(), name: None, default: Some(true), dry_run: false };
    act(&server.authority, prefer).await;
    assert!(server.api().accepts(&client.refresh_or_connect(&member, &address).await).await);
    let app = dashboard(&server).await;
    let address = app.authorize(&[("resource", ""), ("scope", "issues:read")]);
    let tokens = app.redeem(&app.approve_at(&member, &address, Some(&server.seeded.apollo)).await).await;
    assert!(!server.api().accepts(&tokens.access).await, "Acme's own app means Acme's default");
}

impl Client<'_> {
    /// An access token of a connection that this address asks for anew.
    async fn refresh_or_connect(&self, browser: &crate::harness::Browser, address: &str) -> String {
        let project = self.server.seeded.apollo.clone();
        self.redeem(&self.approve_at(browser, address, Some(&project)).await).await.access
    }
}

#[tokio::test]
async fn v57_nobody_is_given_the_identifier_of_somebody_else_or_of_the_server() {
    let server = TestServer::start().await;
    let made = vault(&server).await;
    let outsider = server.program("outsider@example.com", true).await;
    let add = |identifier: &str| json!({ "name": "Mine", "resource": identifier, "scopes": ["x:read=read:read x"] });
    let own_api = format!("{}/api/v1", server.issuer.replacen("http://", "https://", 1));
    for (identifier, status) in [
        (VAULT, 409),
        (RESOURCE, 409),
        (own_api.as_str(), 422),
        ("http://api.globex.example", 422),
        ("https://api.globex.example/#x", 422),
        ("urn:x", 422),
        ("", 422),
    ] {
        let answer = outsider.post("/api/v1/organizations/globex/resources", &add(identifier)).await;
        assert_eq!(answer.status, status, "{identifier}: {}", answer.body);
    }
    // Nor what was somebody's, once it is gone.
    act(&server.authority, Act::ResourceRemove { resource: text(&made, "client_id") }).await;
    assert_eq!(outsider.post("/api/v1/organizations/globex/resources", &add(VAULT)).await.status, 409);
    act(&server.authority, Act::ResourceRemove { resource: "demo-api".into() }).await;
    assert_eq!(outsider.post("/api/v1/organizations/globex/resources", &add(RESOURCE)).await.status, 409);
    assert_eq!(
        outsider.post("/api/v1/organizations/globex/resources", &add("https://api.globex.example")).await.status,
        201
    );
}

#[tokio::test]
async fn c16_an_organisations_own_app_is_never_first_party_and_writes_nothing() {
    let server = TestServer::start().await;
    vault(&server).await;
    let owner = server.program("owner@example.com", true).await;
    let path = "/api/v1/organizations/acme/clients";
    let app = json!({ "name": "App", "kind": "public", "redirect_uris": [BACK] });
    for (name, value) in [
        ("first_party", json!(true)),
        ("grant_types", json!(["urn:ietf:params:oauth:grant-type:device_code"])),
        ("client_id", json!("demo")),
        ("profile", json!("oidc")),
        ("owner_id", json!("x")),
    ] {
        let mut said = app.clone();
        said[name] = value;
        assert_eq!(owner.post(path, &said).await.status, 422, "{name}");
    }
    for scope in ["issues:write", "vault:add"] {
        let mut said = app.clone();
        said["scope"] = json!(scope);
        assert_eq!(owner.post(path, &said).await.status, 422, "{scope}");
    }
    // A service reads a project of its own organisation alone.
    let service = json!({ "name": "Report", "kind": "confidential", "project": server.seeded.orion });
    assert_eq!(owner.post(path, &service).await.status, 404);
    let made = owner.post(path, &app).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = text(&made.json(), "client_id");
    assert_eq!(made.json()["first_party"], false);
    let client = Client::public(&server, &id, BACK);
    assert_eq!(error(&client.post("/device_authorization", &[("scope", "issues:read")]).await), "unauthorized_client");
    let member = server.signed_in().await;
    let wide = client.authorize(&[("scope", "issues:read issues:write")]);
    let tokens = client.redeem(&client.approve_at(&member, &wide, Some(&server.seeded.apollo)).await).await;
    assert_eq!(server.api().introspect(&tokens.access).await["scope"], "issues:read");
}

#[tokio::test]
async fn c25_an_organisations_own_app_is_for_its_people_while_they_are() {
    let server = TestServer::start().await;
    let app = dashboard(&server).await;
    let identity = app.authorize_identity("openid offline_access", &[]);
    let outsider = server.browser();
    outsider.sign_in("outsider@example.com", PASSWORD).await;
    let refused = outsider.open(&identity).await;
    assert!(!page::has_id(&refused.body, "allow") && refused.sent("code").is_none(), "{}", refused.body);
    let member = server.signed_in().await;
    let tokens = app.redeem(&app.approve_at(&member, &identity, None).await).await;
    let again = member.open(&identity).await;
    assert!(again.sent("code").is_some(), "consent is remembered: {:?}", again.location());
    let remove = Act::MemberRemove { organization: "acme".into(), user: "member@example.com".into() };
    act(&server.authority, remove).await;
    let refresh = tokens.refresh.as_deref().unwrap();
    assert_eq!(error(&app.try_refresh(refresh).await), "invalid_grant", "it ends with the membership");
    assert_eq!(app.userinfo(&tokens.access).await.status, 401);
    let back = member.open(&identity).await;
    assert!(back.sent("code").is_none() && !page::has_id(&back.body, "allow"), "{:?}", back.location());
}

#[tokio::test]
async fn c27_with_an_organisation_its_apps_and_services_go() {
    let server = TestServer::start().await;
    let (service, app) = (text(&vault(&server).await, "client_id"), dashboard(&server).await);
    let member = server.signed_in().await;
    let tokens = app.redeem(&app.approve(&member, &server.seeded.apollo).await).await;
    assert!(server.api().accepts(&tokens.access).await);
    act(&server.authority, Act::OrganizationRemove { organization: "acme".into() }).await;
    assert!(!server.api().accepts(&tokens.access).await);
    let mut read = server.authority.store().read().await.unwrap();
    assert!(read.resource_named(&service).await.unwrap().is_none());
    assert!(read.client(&model::ClientId::new(&app.id)).await.unwrap().is_none());
}
