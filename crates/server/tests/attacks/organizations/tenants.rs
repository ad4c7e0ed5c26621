//! C-23: every query is filtered on the server. Another organisation is filled with everything that there is, and whatever somebody
//! of this one can look at is looked at: no page and no list shows anything of it.

use std::collections::BTreeMap;

use identity::admin::{Act, ClientKind, KeyAdd, OwnClient};
use model::Role;
use serde_json::Value;

use crate::{
    harness::{
        Answer, PASSWORD, TestServer, keys,
        seed::{act, text},
    },
    routes::ROUTES,
};

/// Stands in everything of the other organisation, and in nothing else.
const MARK: &str = "zebra";

/// The ids of what the other organisation has, by the parameter that would name them.
type Filled = BTreeMap<&'static str, String>;

async fn filled(server: &TestServer) -> Filled {
    let authority = &server.authority;
    let globex = || "globex".to_owned();
    let project = Act::ProjectAdd { organization: globex(), slug: MARK.into(), name: "Zebra".into() };
    let project = text(&act(authority, project).await, "id");
    let person = Act::UserAdd {
        email: "person@zebra.example".into(),
        name: Some("Zebra".into()),
        password: Some(identity::admin::TypedPassword(protocol::Confidential::new(PASSWORD))),
        email_verified: true,
    };
    let user = text(&act(authority, person).await, "id");
    let role = Act::RoleAdd {
        organization: globex(),
        slug: MARK.into(),
        name: "Zebra".into(),
        permissions: vec!["see_access".into()],
    };
    let role = text(&act(authority, role).await, "id");
    let member =
        Act::MemberAdd { organization: globex(), user: user.clone(), role: Role::Member, named: Some(MARK.into()) };
    act(authority, member).await;
    let listed = Act::ProjectMemberAdd { organization: globex(), project: project.clone(), user: user.clone() };
    act(authority, listed).await;
    let invitation = Act::InvitationAdd {
        organization: globex(),
        email: "guest@zebra.example".into(),
        role: Role::Member,
        named: None,
        language: None,
    };
    let invitation = text(&act(authority, invitation).await, "id");
    let key = KeyAdd { organization: globex(), project: project.clone(), ..keys::reading("Zebra key") };
    let key = text(&act(authority, Act::KeyAdd(Box::new(key))).await, "key_id");
    let url = "https://zebra.example/told".to_owned();
    let webhook = Act::WebhookAdd { organization: globex(), url, kinds: Vec::new() };
    let webhook = text(&act(authority, webhook).await, "id");
    let app = OwnClient {
        name: "Zebra app".into(),
        kind: ClientKind::Confidential {},
        redirect_uris: vec!["https://zebra.example/callback".into()],
        project: None,
        scope: None,
        client_uri: None,
    };
    let app = Act::OwnClientAdd { organization: globex(), client: Box::new(app) };
    let client = text(&act(authority, app).await, "client_id");
    let resource = Act::OwnResourceAdd {
        organization: globex(),
        name: "Zebra data".into(),
        identifier: "https://api.zebra.example".into(),
        scopes: vec!["zebra:read=read:read zebras".into()],
    };
    let resource = text(&act(authority, resource).await, "client_id");
    // Somebody of theirs connects an app that everybody uses.
    let browser = server.browser();
    browser.sign_in("person@zebra.example", PASSWORD).await;
    let cli = server.cli();
    cli.redeem(&cli.approve(&browser, &project).await).await;
    let mut read = authority.store().read().await.unwrap();
    let globex = globex_id(&mut read).await;
    let grants = read.live_grants_in(model::Id::parse(&user).unwrap(), globex).await.unwrap();
    let grant = grants.first().expect("a grant").id.to_string();
    Filled::from([
        ("project", project),
        ("user", user),
        ("role", role),
        ("invitation", invitation),
        ("key", key),
        ("webhook", webhook),
        ("client", client),
        ("resource", resource),
        ("grant", grant),
        ("delivery", "0000000000000000000000".to_owned()),
    ])
}

async fn globex_id(read: &mut storage::Read) -> model::Id<model::Organization> {
    let slug = model::Slug::parse("globex").unwrap();
    read.organization_by_slug(&slug).await.unwrap().expect("globex").id
}

fn at(path: &str, organization: &str, filled: &Filled) -> String {
    let path = path.replace("{organization}", organization);
    filled.iter().fold(path, |path, (name, id)| path.replace(&format!("{{{name}}}"), id))
}

fn shows(answer: &Answer) -> bool {
    answer.body.to_lowercase().contains(MARK)
}

#[tokio::test]
async fn c23_no_list_and_nothing_single_of_the_api_shows_anything_of_another_organisation() {
    let server = TestServer::start_with(&[("RATE_LIMITS__API", "100000/1m")]).await;
    let filled = filled(&server).await;
    let (owner, theirs) =
        (server.program("owner@example.com", true).await, server.program("outsider@example.com", true).await);
    let document: Value = Answer::of(server.http().get(server.url("/api/v1/openapi.json"))).await.json();
    let (mut lists, mut seen) = (0, 0);
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(operation) = operations.get("get") else { continue };
        let id = operation["operationId"].as_str().unwrap();
        let mine = owner.get(&at(path, "acme", &filled)).await;
        assert!(!shows(&mine), "{id} shows what is another organisation's: {}", mine.body);
        if !path.contains("{organization}") {
            continue;
        }
        let there = owner.get(&at(path, "globex", &filled)).await;
        assert_eq!(there.status, 404, "{id}: {}", there.body);
        let single = path.matches('{').count() > 1;
        if single {
            assert_eq!(mine.status, 404, "{id} finds it in the wrong organisation: {}", mine.body);
        } else {
            assert_eq!(mine.status, 200, "{id}: {}", mine.body);
        }
        lists += usize::from(id.starts_with("list"));
        // Else this test would see nothing because there is nothing.
        let own = theirs.get(&at(path, "globex", &filled)).await;
        seen += usize::from(shows(&own));
    }
    assert!(lists >= 11 && seen >= 18, "{lists} lists, {seen} of the other's are filled");
}

#[tokio::test]
async fn c23_no_page_shows_anything_of_another_organisation() {
    let server = TestServer::start_with(&[("RATE_LIMITS__PAGE", "100000/1m")]).await;
    let mut filled = filled(&server).await;
    let (owner, theirs) = (server.browser(), server.browser());
    owner.sign_in("owner@example.com", PASSWORD).await;
    theirs.sign_in("outsider@example.com", PASSWORD).await;
    let mut seen = 0;
    let pages = ROUTES.iter().filter(|route| route.method == "GET" && !route.path.starts_with("/api/"));
    for route in pages.filter(|route| !route.path.starts_with("/sign-out") && !route.path.starts_with("/events")) {
        let ids: Vec<String> =
            if route.path.contains("{id}") { filled.values().cloned().collect() } else { vec![String::new()] };
        for id in ids {
            filled.insert("id", id);
            let mine = owner.get(&at(route.path, "acme", &filled)).await;
            assert!(!shows(&mine), "{} shows what is another organisation's: {}", route.path, mine.body);
            if route.path.contains("{organization}") {
                let there = owner.get(&at(route.path, "globex", &filled)).await;
                assert_eq!(there.status, 404, "{}: {}", route.path, there.body);
                seen += usize::from(shows(&theirs.get(&at(route.path, "globex", &filled)).await));
            }
        }
        filled.remove("id");
    }
    assert!(seen >= 14, "{seen} pages of the other's are filled");
}
