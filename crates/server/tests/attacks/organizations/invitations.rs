//! V-46: an invitation is taken over, used late, or lets in somebody else; and what of it shows where.

use std::time::Duration;

use identity::admin::Act;
use model::{Id, Organization, Role};
use serde_json::json;

use crate::{
    browser::flow::{csrf, send, sign_in},
    harness::{Answer, Browser, PASSWORD, TestServer, page, seed},
};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// Somebody with an account of their own and no membership.
async fn account(server: &TestServer, email: &str) {
    let user = Act::UserAdd {
        email: email.into(),
        name: None,
        password: Some(identity::admin::TypedPassword(protocol::Confidential::new(PASSWORD))),
        email_verified: true,
    };
    seed::act(&server.authority, user).await;
}

fn invitation(email: &str, role: Role) -> Act {
    Act::InvitationAdd { organization: "acme".into(), email: email.into(), role, named: None, language: None }
}

/// An invitation by the owner, in person; where its link leads.
async fn invited(server: &TestServer, email: &str, role: Role) -> String {
    let owner = person(server, "owner@example.com").await;
    server.authority.act_as(&owner, invitation(email, role), server.authority.now()).await.unwrap();
    server.authority.mail_queue().ring();
    let link = server.mail(email).await.words.link.unwrap();
    link.strip_prefix(&server.issuer).unwrap_or_else(|| panic!("not ours: {link}")).to_owned()
}

async fn person(server: &TestServer, email: &str) -> identity::Actor {
    let user = seed::act(&server.authority, Act::UserShow { user: email.into() }).await;
    let user_id = Id::parse(user["id"].as_str().unwrap()).unwrap();
    identity::Actor {
        who: identity::Who::Person { user_id, recent: true, shown: model::Shown::default() },
        address: None,
    }
}

async fn signed_in(server: &TestServer, email: &str) -> Browser {
    let browser = server.browser();
    sign_in(&browser, email).await;
    browser
}

/// Opens the link and says yes, whatever the page offers.
async fn accepts(browser: &Browser, link: &str) -> Answer {
    let opened = browser.get(link).await;
    let path = link.split('?').next().unwrap();
    assert!(opened.location().is_none_or(|to| to.ends_with(path)), "{:?}", opened.location());
    send(browser, path, &[]).await
}

async fn members(server: &TestServer) -> Vec<(String, String)> {
    let listed = seed::act(&server.authority, Act::MemberList { organization: "acme".into() }).await;
    let text = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap().to_owned();
    listed["members"].as_array().unwrap().iter().map(|one| (text(one, "email"), text(one, "role"))).collect()
}

async fn is_member(server: &TestServer, email: &str) -> bool {
    members(server).await.iter().any(|(member, _)| member == email)
}

#[tokio::test]
async fn v46_another_account_does_not_accept_by_the_link() {
    let server = TestServer::start().await;
    account(&server, "thief@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Admin).await;
    let thief = signed_in(&server, "thief@example.com").await;
    let answer = accepts(&thief, &link).await;
    let shown = thief.follow(answer).await;
    assert!(page::has_id(&shown.body, "another") && !page::has_id(&shown.body, "join"), "{}", shown.body);
    assert!(!shown.body.contains("guest@example.com"), "whoever holds the link reads the whole address");
    assert!(!is_member(&server, "thief@example.com").await && !is_member(&server, "guest@example.com").await);
    // Without anybody signed in nothing happens either, and the page leads to sign-in and back.
    let nobody = server.browser();
    let landing = nobody.open(&link).await;
    assert!(page::has_id(&landing.body, "sign-in") && page::has_id(&landing.body, "sign-up"));
    assert_eq!(send(&nobody, link.split('?').next().unwrap(), &[]).await.location().as_deref(), Some("/sign-in"));
}

#[tokio::test]
async fn v46_the_same_address_unproved_does_not_accept() {
    let server = TestServer::start().await;
    seed::unverified(&server.authority, "guest@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Member).await;
    let guest = signed_in(&server, "guest@example.com").await;
    let answer = accepts(&guest, &link).await;
    let shown = guest.follow(answer).await;
    assert!(page::has_id(&shown.body, "verify") && !page::has_id(&shown.body, "join"), "{}", shown.body);
    assert!(!is_member(&server, "guest@example.com").await);
}

#[tokio::test]
async fn v46_an_invitation_is_dead_at_its_time_without_anybody_cleaning_up() {
    let server = TestServer::start().await;
    account(&server, "guest@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Member).await;
    server.advance(WEEK - Duration::from_secs(1));
    let guest = signed_in(&server, "guest@example.com").await;
    assert!(page::has_id(&guest.open(&link).await.body, "join"));
    server.advance(Duration::from_secs(1));
    assert_eq!(guest.get(&link).await.status, 410);
    assert_eq!(send(&guest, link.split('?').next().unwrap(), &[]).await.status, 410);
    assert!(!is_member(&server, "guest@example.com").await);
}

#[tokio::test]
async fn v46_role_and_organisation_come_from_the_row_whatever_the_form_says() {
    let server = TestServer::start().await;
    account(&server, "guest@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Member).await;
    let guest = signed_in(&server, "guest@example.com").await;
    guest.get(&link).await;
    let fields = [
        ("role", "owner"),
        ("role_id", "x"),
        ("organization", "globex"),
        ("organization_id", "globex"),
        ("email", "x@example.com"),
    ];
    let answer = send(&guest, link.split('?').next().unwrap(), &fields).await;
    assert_eq!(answer.location().as_deref(), Some("/organizations/acme"));
    assert!(members(&server).await.contains(&("guest@example.com".to_owned(), "member".to_owned())));
    let globex = seed::act(&server.authority, Act::MemberList { organization: "globex".into() }).await;
    assert_eq!(globex["members"].as_array().unwrap().len(), 1);
    assert_eq!(guest.get(&link).await.status, 410, "it counts once");
}

#[tokio::test]
async fn v46_an_invitation_is_void_when_whoever_sent_it_was_demoted_removed_or_disabled() {
    let server = TestServer::start().await;
    account(&server, "guest@example.com").await;
    let owner =
        |role| Act::MemberAdd { organization: "acme".into(), user: "owner@example.com".into(), role, named: None };
    let second = Act::MemberAdd {
        organization: "acme".into(),
        user: "member@example.com".into(),
        role: Role::Owner,
        named: None,
    };
    seed::act(&server.authority, second).await;
    let guest = signed_in(&server, "guest@example.com").await;
    let (named, user) = (|| "acme".to_owned(), || "owner@example.com".to_owned());
    let endings = [
        (owner(Role::Member), owner(Role::Owner)),
        (owner(Role::Admin), owner(Role::Owner)),
        (Act::MemberRemove { organization: named(), user: user() }, owner(Role::Owner)),
        (Act::UserSetDisabled { user: user(), disabled: true }, Act::UserSetDisabled { user: user(), disabled: false }),
        (
            Act::OrganizationSetDisabled { organization: named(), disabled: true },
            Act::OrganizationSetDisabled { organization: named(), disabled: false },
        ),
    ];
    for (round, (ends, back)) in endings.into_iter().enumerate() {
        let link = invited(&server, "guest@example.com", Role::Owner).await;
        seed::act(&server.authority, ends).await;
        assert_eq!(guest.get(&link).await.status, 410, "{round}");
        // Also for a browser that opened the link while it counted.
        seed::act(&server.authority, back).await;
        server.advance(Duration::from_secs(3600));
    }
    assert!(!is_member(&server, "guest@example.com").await);
}

#[tokio::test]
async fn v46_the_inviter_is_looked_at_again_in_the_moment_of_acceptance() {
    let server = TestServer::start().await;
    account(&server, "guest@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Owner).await;
    let guest = signed_in(&server, "guest@example.com").await;
    assert!(page::has_id(&guest.open(&link).await.body, "join"));
    for (user, role) in [("member@example.com", Role::Owner), ("owner@example.com", Role::Admin)] {
        let act = Act::MemberAdd { organization: "acme".into(), user: user.into(), role, named: None };
        seed::act(&server.authority, act).await;
    }
    assert_eq!(send(&guest, link.split('?').next().unwrap(), &[]).await.status, 410);
    assert!(!is_member(&server, "guest@example.com").await);
}

#[tokio::test]
async fn v46_the_token_stands_in_the_mail_and_nowhere_else() {
    let server = TestServer::start().await;
    account(&server, "guest@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Member).await;
    let token = link.split_once("token=").unwrap().1.to_owned();
    let (id, secret) = token.split_at(22);
    let owner = person(&server, "owner@example.com").await;
    let list = Act::InvitationList { organization: "acme".into() };
    let listed = server.authority.act_as(&owner, list, server.authority.now()).await.unwrap();
    assert_eq!(listed["invitations"][0]["id"], id);
    assert!(!listed.to_string().contains(secret) && !listed.to_string().contains("hash"), "{listed}");
    // The address with the token is left at once, for one without; no page carries it, and none sends a Referer.
    let guest = signed_in(&server, "guest@example.com").await;
    let moved = guest.get(&link).await;
    assert_eq!((moved.status.as_u16(), moved.location()), (303, link.split('?').next().map(str::to_owned)));
    assert_eq!(moved.header("referrer-policy"), "no-referrer");
    let shown = guest.follow(moved).await;
    assert_eq!(shown.header("referrer-policy"), "no-referrer");
    assert!(!shown.body.contains(secret) && page::has_id(&shown.body, "join"));
    // The row keeps a hash.
    let mut read = server.authority.store().read().await.unwrap();
    let acme: Id<Organization> = Id::parse(&server.seeded.acme).unwrap();
    let kept = read.invitations_of(acme).await.unwrap();
    assert!(!format!("{kept:?}").contains(secret));
    // And another secret for the same id opens nothing.
    let other = format!("/invitations/{id}?token={id}{}", model::Secret::generate().expose());
    assert_eq!(guest.get(&other).await.status, 410);
}

#[tokio::test]
async fn v46_nothing_tells_whether_an_invited_address_has_an_account() {
    let server = TestServer::start().await;
    account(&server, "has@example.com").await;
    let owner = person(&server, "owner@example.com").await;
    let mut told = Vec::new();
    for email in ["has@example.com", "not@example.com"] {
        let mut answer =
            server.authority.act_as(&owner, invitation(email, Role::Member), server.authority.now()).await.unwrap();
        answer.as_object_mut().unwrap().remove("id");
        told.push(answer.to_string().replace(email, "EMAIL"));
        server.authority.mail_queue().ring();
        let link = server.mail(email).await.words.link.unwrap();
        let landing = server.browser().open(&link).await;
        let path = link.split('?').next().unwrap().strip_prefix(&server.issuer).unwrap();
        told.push(
            landing.body.replace(path, "PATH").split("<form").next().unwrap().replace("h…", "…").replace("n…", "…"),
        );
    }
    assert_eq!(told[0], told[2]);
    assert_eq!(told[1], told[3]);
}

#[tokio::test]
async fn whoever_signs_in_or_up_on_the_way_comes_back_to_the_invitation() {
    let server = TestServer::start().await;
    account(&server, "guest@example.com").await;
    let link = invited(&server, "guest@example.com", Role::Member).await;
    let path = link.split('?').next().unwrap().to_owned();
    let browser = server.browser();
    assert!(page::has_id(&browser.open(&link).await.body, "sign-in"));
    assert_eq!(sign_in(&browser, "guest@example.com").await.location().as_deref(), Some(path.as_str()));
    let joined = browser.submit(&browser.get(&path).await, &path, &[]).await;
    assert_eq!(joined.location().as_deref(), Some("/organizations/acme"));
    assert!(is_member(&server, "guest@example.com").await);
    // Somebody new makes an account on the way.
    let link = invited(&server, "new@example.com", Role::Member).await;
    let path = link.split('?').next().unwrap().to_owned();
    let browser = server.browser();
    browser.open(&link).await;
    let fields = [("email", "new@example.com"), ("password", "orchids by the tram stop")];
    let check = browser.follow(send(&browser, "/sign-up", &fields).await).await;
    let code = server.mail("new@example.com").await.words.code.unwrap();
    let (to, _) = page::form(&check.body, "/again").unwrap();
    let confirmed = browser.submit(&check, to.trim_end_matches("/again"), &[("code", &code)]).await;
    assert_eq!(confirmed.location().as_deref(), Some(path.as_str()));
    assert!(page::has_id(&browser.follow(confirmed).await.body, "join"));
    assert!(!csrf(&browser).await.is_empty());
    let done = send(&browser, &path, &[]).await;
    assert_eq!(done.status, 303, "{}", json!(done.body));
    assert!(is_member(&server, "new@example.com").await);
}

/// A server where strangers make no accounts.
async fn closed() -> TestServer {
    TestServer::start_with(&[("SIGN_UP__ENABLED", "false")]).await
}

/// Types address and password into the form of `/sign-up`.
async fn signs_up(browser: &Browser, email: &str) -> Answer {
    send(browser, "/sign-up", &[("email", email), ("password", "orchids by the tram stop")]).await
}

#[tokio::test]
async fn whoever_is_invited_makes_an_account_where_strangers_make_none() {
    let server = closed().await;
    let link = invited(&server, "new@example.com", Role::Admin).await;
    let path = link.split('?').next().unwrap().to_owned();
    let browser = server.browser();
    assert!(page::has_id(&browser.open(&link).await.body, "sign-up"), "the page leads there");
    let form = browser.get("/sign-up").await;
    assert!(form.status == 200 && form.body.contains("n…@example.com"), "{}", form.body);
    let check = browser.follow(signs_up(&browser, "New@example.com").await).await;
    assert!(!is_member(&server, "new@example.com").await, "the mail has not been answered");
    let code = server.mail("new@example.com").await.words.code.unwrap();
    let (to, _) = page::form(&check.body, "/again").unwrap();
    let confirmed = browser.submit(&check, to.trim_end_matches("/again"), &[("code", &code)]).await;
    assert_eq!(confirmed.location().as_deref(), Some(path.as_str()));
    assert_eq!(send(&browser, &path, &[]).await.location().as_deref(), Some("/organizations/acme"));
    assert!(members(&server).await.contains(&("new@example.com".to_owned(), "admin".to_owned())));
}

#[tokio::test]
async fn v46_an_invitation_makes_no_account_for_another_address_and_none_when_it_is_over() {
    let server = closed().await;
    let stranger = server.browser();
    assert_eq!(stranger.get("/sign-up").await.status, 404);
    assert_eq!(signs_up(&stranger, "new@example.com").await.status, 404, "without an invitation");

    let link = invited(&server, "new@example.com", Role::Member).await;
    let guest = server.browser();
    guest.open(&link).await;
    assert_eq!(signs_up(&guest, "eve@example.com").await.status, 422, "for another address");
    // Begun while it was open, and taken back before the mail is answered.
    let check = guest.follow(signs_up(&guest, "new@example.com").await).await;
    let code = server.mail("new@example.com").await.words.code.unwrap();
    let id = link.split('?').next().unwrap().trim_start_matches("/invitations/").to_owned();
    seed::act(&server.authority, Act::InvitationRevoke { invitation: id }).await;
    let (to, _) = page::form(&check.body, "/again").unwrap();
    let late = guest.submit(&check, to.trim_end_matches("/again"), &[("code", &code)]).await;
    assert!(late.location().is_none_or(|to| !to.starts_with("/invitations")), "{:?}", late.location());
    assert_eq!(guest.get("/sign-up").await.status, 404, "it is over");
    let mut read = server.authority.store().read().await.unwrap();
    for email in ["new@example.com", "eve@example.com"] {
        assert!(read.user_by_email(&model::Email::parse(email).unwrap()).await.unwrap().is_none(), "{email}");
    }
}
