//! Members, invitations, roles and who sees a project, by the pages of an organisation.

use std::time::Duration;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page, seed};

async fn signed_in(server: &TestServer, email: &str) -> Browser {
    let browser = server.browser();
    browser.sign_in(email, PASSWORD).await;
    browser
}

/// Fills the form of a page.
async fn fill(browser: &Browser, at: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = browser.get(at).await;
    assert_eq!(shown.status, 200, "{at}");
    browser.submit(&shown, action, fields).await
}

#[tokio::test]
async fn an_owner_invites_gives_a_role_and_removes_by_the_pages() {
    let server = TestServer::start().await;
    let owner = signed_in(&server, "owner@example.com").await;
    let at = "/organizations/acme";
    // A role of its own, and an invitation with it.
    let roles = format!("{at}/roles");
    let fields = [("name", "Support"), ("permits-see_access", "on"), ("permits-see_members", "on")];
    let made = fill(&owner, &roles, &roles, &fields).await;
    assert_eq!(made.location().as_deref(), Some(roles.as_str()), "{}", made.body);
    let shown = owner.follow(made).await;
    assert!(shown.body.contains("Support") && shown.body.contains("see what has access"), "{}", shown.body);
    let list = identity::admin::Act::RoleList { organization: "acme".into() };
    let role = seed::act(&server.authority, list).await["roles"][0]["id"].as_str().unwrap().to_owned();
    let invitations = format!("{at}/invitations");
    let wrong = fill(&owner, &invitations, &invitations, &[("email", "nobody"), ("role", "member")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("<title>Error: "), "{}", wrong.status);
    let sent = fill(&owner, &invitations, &invitations, &[("email", "new@example.com"), ("role", &role)]).await;
    assert_eq!(sent.location().as_deref(), Some(invitations.as_str()), "{}", sent.body);
    assert!(owner.follow(sent).await.body.contains("new@example.com"));
    let mail = server.mail("new@example.com").await;
    assert!(mail.words.text.contains("owner@example.com") && mail.words.text.contains("Acme"));
    // Another role for the member, and the end of the membership.
    let member = format!("{at}/members/{}", server.seeded.member);
    let changed = fill(&owner, &member, &member, &[("role", "admin")]).await;
    assert_eq!(changed.location().as_deref(), Some("/organizations/acme/members"), "{}", changed.body);
    let browser = server.signed_in().await;
    assert_eq!(browser.get(&format!("{at}/members")).await.status, 200, "an admin sees the members");
    let asked = format!("{member}/remove");
    let removed = fill(&owner, &asked, &asked, &[]).await;
    assert_eq!(removed.location().as_deref(), Some("/organizations/acme/members"));
    assert_eq!(browser.get(at).await.status, 404, "an open browser sees nothing of it any more");
    // What is dangerous wants a fresh proof, and leads back.
    server.advance(Duration::from_secs(11 * 60));
    assert!(owner.get(&member).await.status == 404);
    let again = fill(&owner, &roles, &roles, &[("name", "Another")]).await;
    assert!(again.location().unwrap().starts_with("/prove?for=roles."), "{:?}", again.location());
}

#[tokio::test]
async fn a_member_leaves_and_the_last_owner_does_not() {
    let server = TestServer::start().await;
    let (member, owner) = (server.signed_in().await, signed_in(&server, "owner@example.com").await);
    let leave = "/organizations/acme/leave";
    assert!(page::has_id(&member.get("/organizations/acme").await.body, "leave"));
    assert_eq!(fill(&member, leave, leave, &[]).await.location().as_deref(), Some("/organizations"));
    assert_eq!(member.get("/organizations/acme").await.status, 404);
    let refused = fill(&owner, leave, leave, &[]).await;
    assert!(refused.status == 422 && refused.body.contains("only owner"), "{}", refused.body);
}

#[tokio::test]
async fn a_project_is_limited_by_its_page_and_what_others_had_connected_is_dead_at_once() {
    let server = TestServer::start().await;
    let (owner, member) = (signed_in(&server, "owner@example.com").await, server.signed_in().await);
    let client = server.cli();
    let tokens = client.connect(&member).await;
    assert!(server.api().accepts(&tokens.access).await);
    let at = "/organizations/acme/projects/apollo";
    assert!(page::has_id(&owner.get(at).await.body, "project-members"));
    let asked = format!("{at}/limit");
    let limited = fill(&owner, &asked, &asked, &[]).await;
    assert_eq!(limited.location().as_deref(), Some("/organizations/acme/projects/apollo/members"));
    assert!(!server.api().accepts(&tokens.access).await, "the token outlived the limit");
    assert_eq!(member.get(at).await.status, 404);
    assert!(!member.get("/organizations/acme/projects").await.body.contains("Apollo"));
    let shown = member.open(&client.authorize(&[])).await;
    assert!(!shown.body.contains("Apollo"), "it can be chosen still: {}", shown.body);
    // On the list they see it again, and connect anew.
    let list = format!("{at}/members");
    let put = fill(&owner, &list, &list, &[("user", &server.seeded.member)]).await;
    assert_eq!(put.location().as_deref(), Some(list.as_str()), "{}", put.body);
    assert_eq!(member.get(at).await.status, 200);
    let tokens = client.connect(&member).await;
    assert!(server.api().accepts(&tokens.access).await);
    let off = format!("{list}/{}/remove", server.seeded.member);
    fill(&owner, &off, &off, &[]).await;
    assert!(!server.api().accepts(&tokens.access).await);
}
