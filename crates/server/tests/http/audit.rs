//! The audit trail's pages: a person's own, and an organisation's for its owners.

use identity::admin::Act;

use crate::harness::{Browser, PASSWORD, TestServer};

async fn signed_in(server: &TestServer, email: &str) -> Browser {
    let browser = server.browser();
    browser.sign_in(email, PASSWORD).await;
    browser
}

async fn act(server: &TestServer, act: Act) {
    server.authority.act(act, server.authority.now()).await.unwrap();
}

fn added(organization: &str, slug: &str) -> Act {
    Act::ProjectAdd { organization: organization.to_owned(), slug: slug.to_owned(), name: slug.to_uppercase() }
}

#[tokio::test]
async fn c41_an_owner_reads_filters_and_takes_away_what_happened_in_their_organisation_alone() {
    let server = TestServer::start().await;
    act(&server, added("acme", "ours")).await;
    act(&server, added("globex", "theirs")).await;
    let owner = signed_in(&server, "owner@example.com").await;
    let page = owner.get("/organizations/acme/audit").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("A project was made") && page.body.contains("by the people who run this server"));
    assert!(page.body.contains("OURS") && !page.body.contains("THEIRS"), "{}", page.body);

    let only = owner.submit(&page, "/organizations/acme/audit", &[("what", "member"), ("who", "")]).await;
    assert_eq!(only.location().as_deref(), Some("/organizations/acme/audit?what=member"));
    assert!(!owner.follow(only).await.body.contains("A project was made"));
    let nobody = owner.get("/organizations/acme/audit?who=nobody%40example.com").await;
    assert!(nobody.body.contains("Nothing that fits"), "{}", nobody.body);
    assert_eq!(owner.get("/organizations/acme/audit?since=yesterday").await.status, 422);
    let later = owner.get("/organizations/acme/audit?since=2999-01-01").await;
    assert!(later.body.contains("Nothing that fits"));

    let lines = owner.get("/organizations/acme/audit/export").await;
    assert_eq!(lines.status, 200);
    let entries: Vec<serde_json::Value> =
        lines.body.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(entries.iter().any(|entry| entry["action"] == "project.added" && entry["project_name"] == "OURS"));
    assert!(entries.iter().all(|entry| entry["organization"] == "acme"), "{}", lines.body);
    assert_eq!(owner.get("/organizations/globex/audit").await.status, 404);
    for (email, path) in [
        ("member@example.com", "/organizations/acme/audit"),
        ("outsider@example.com", "/organizations/acme/audit"),
        ("outsider@example.com", "/organizations/acme/audit/export"),
    ] {
        assert_eq!(signed_in(&server, email).await.get(path).await.status, 404, "{email} {path}");
    }
}

#[tokio::test]
async fn c41_a_person_reads_everything_of_their_own_and_nothing_of_others() {
    let server = TestServer::start().await;
    let member = signed_in(&server, "member@example.com").await;
    assert!(member.get("/account/security").await.body.contains("/account/audit"));
    drop(signed_in(&server, "owner@example.com").await);
    let page = member.get("/account/audit").await;
    assert!(page.body.contains("Somebody signed in"), "{}", page.body);
    assert!(!page.body.contains("owner@example.com"));
    let lines = member.get("/account/audit/export?what=session").await;
    assert!(lines.body.lines().count() == 1 && lines.body.contains("session.started"), "{}", lines.body);
    let stranger = server.browser();
    assert_eq!(stranger.get("/account/audit/export").await.location().as_deref(), Some("/sign-in"));
}
