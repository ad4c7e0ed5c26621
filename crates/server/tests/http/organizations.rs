//! `/organizations` and what is below: who comes in, what they see there, and what they do.

use std::time::Duration;

use identity::admin::Act;
use model::Role;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, keys::EventsApi, page, seed};

async fn signed_in(server: &TestServer, email: &str) -> Browser {
    let browser = server.browser();
    browser.sign_in(email, PASSWORD).await;
    browser
}

/// The proof of a browser's forms.
async fn csrf(browser: &Browser) -> String {
    let home = browser.get("/").await;
    let (_, hidden) = page::form(&home.body, "/sign-out").expect("a form");
    hidden.into_iter().find(|(name, _)| name == "csrf").expect("a proof").1
}

async fn press(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let proof = csrf(browser).await;
    let mut all = vec![("csrf", proof.as_str())];
    all.extend(fields);
    browser.post(path, &all).await
}

#[tokio::test]
async fn whoever_makes_an_organisation_owns_it_with_its_first_project() {
    let server = TestServer::start().await;
    let member = signed_in(&server, "member@example.com").await;
    let list = member.get("/organizations").await;
    assert!(list.body.contains("/organizations/acme") && !list.body.contains("globex"), "{}", list.body);
    let made = member
        .submit(&list, "/organizations", &[("name", "Two Hands"), ("slug", ""), ("project", "First Light")])
        .await;
    assert_eq!(made.location().as_deref(), Some("/organizations/two-hands"), "{}", made.body);
    let shown = member.follow(made).await;
    assert!(shown.body.contains("You are an owner") && shown.body.contains("/organizations/two-hands/settings"));
    assert!(member.get("/organizations/two-hands/projects").await.body.contains("First Light"));
    assert_eq!(signed_in(&server, "owner@example.com").await.get("/organizations/two-hands").await.status, 404);

    for (fields, words) in [
        ([("name", "Again"), ("slug", "two-hands")], "never given twice"),
        ([("name", "Again"), ("slug", "Not A Slug")], "A short name has"),
        ([("name", ""), ("slug", "again")], "A name has"),
    ] {
        let refused = member.submit(&member.get("/organizations").await, "/organizations", &fields).await;
        assert_eq!(refused.status, 422, "{fields:?}");
        assert!(refused.body.contains(words) && refused.body.contains("<title>Error: "), "{}", refused.body);
    }
    assert!(member.get("/account/security").await.body.contains("You made an organisation"));
}

#[tokio::test]
async fn operators_may_keep_the_making_of_organisations_to_themselves() {
    let server = TestServer::start_with(&[("ORGANIZATIONS__ANYONE_CREATES", "false")]).await;
    let member = signed_in(&server, "member@example.com").await;
    assert!(!member.get("/organizations").await.body.contains("create-organization"));
    assert_eq!(press(&member, "/organizations", &[("name", "Mine"), ("slug", "mine")]).await.status, 404);
    assert_eq!(member.get("/organizations/mine").await.status, 404);
}

#[tokio::test]
async fn what_is_absent_and_what_is_not_theirs_look_the_same() {
    let server = TestServer::start().await;
    let outsider = signed_in(&server, "outsider@example.com").await;
    let member = signed_in(&server, "member@example.com").await;
    let plain = |answer: &Answer, slug: &str| {
        let body = answer.body.replace(slug, "X");
        let (before, rest) = body.split_once("Reference").expect("a reference");
        (answer.status, before.to_owned(), rest.split_once("</").expect("its end").1.len())
    };
    for below in ["", "/projects", "/projects/apollo", "/access", "/keys", "/webhooks", "/settings"] {
        let theirs = outsider.get(&format!("/organizations/acme{below}")).await;
        let absent = outsider.get(&format!("/organizations/nope{below}")).await;
        assert_eq!(theirs.status, 404, "{below}");
        assert_eq!(plain(&theirs, "acme").1, plain(&absent, "nope").1, "{below}");
        let by_id = outsider.get(&format!("/organizations/{}{below}", server.seeded.acme)).await;
        assert_eq!(by_id.status, 404, "{below}");
        assert_eq!(server.browser().get(&format!("/organizations/acme{below}")).await.status, 303, "{below}");
    }
    for below in ["/access", "/keys", "/webhooks", "/settings", "/settings/delete", "/projects/apollo/delete"] {
        assert_eq!(member.get(&format!("/organizations/acme{below}")).await.status, 404, "{below}");
    }
    for (below, fields) in [
        ("/projects", &[("name", "New")][..]),
        ("/projects/apollo", &[("name", "Mine")]),
        ("/projects/apollo/disable", &[]),
        ("/projects/apollo/delete", &[("confirmation", "apollo")]),
        ("/settings", &[("name", "Mine")]),
        ("/settings/demands", &[]),
        ("/settings/device-writes/allow", &[]),
        ("/settings/delete", &[("confirmation", "acme")]),
        ("/keys", &[("name", "Mine")]),
        ("/webhooks", &[("url", "https://hooks.example.com/")]),
    ] {
        assert_eq!(press(&member, &format!("/organizations/acme{below}"), fields).await.status, 404, "{below}");
    }
    let seen = member.get("/organizations/acme").await;
    assert_eq!(seen.status, 200);
    assert!(!seen.body.contains("/organizations/acme/settings") && !seen.body.contains("/organizations/acme/keys"));
}

#[tokio::test]
async fn a_project_is_made_renamed_switched_off_and_deleted_with_what_has_access() {
    let server = TestServer::start().await;
    let (owner, member) = (signed_in(&server, "owner@example.com").await, server.signed_in().await);
    let (tokens, api) = (server.cli().connect(&member).await, server.api());
    let key = server.key(crate::harness::keys::reading("Reader")).await;
    let here = "/organizations/acme/projects";
    let made = owner.submit(&owner.get(here).await, here, &[("name", "Mercury"), ("slug", "mercury")]).await;
    assert_eq!(made.location().as_deref(), Some("/organizations/acme/projects/mercury"));
    let one = owner.get(&format!("{here}/apollo")).await;
    assert!(one.body.contains("Demo CLI") && one.body.contains("member@example.com") && one.body.contains("Reader"));
    let renamed = owner.submit(&one, &format!("{here}/apollo"), &[("name", "Apollo 11")]).await;
    assert!(owner.follow(renamed).await.body.contains("Apollo 11"));

    owner.submit(&one, &format!("{here}/apollo/disable"), &[]).await;
    assert!(!api.accepts(&tokens.access).await && !server.admits(&key).await);
    let off = owner.get(&format!("{here}/apollo")).await;
    owner.submit(&off, &format!("{here}/apollo/enable"), &[]).await;
    assert!(api.accepts(&tokens.access).await && server.admits(&key).await);

    let ask = owner.get(&format!("{here}/apollo/delete")).await;
    assert!(ask.body.contains("One connection") && ask.body.contains("One API key"), "{}", ask.body);
    let wrong = owner.submit(&ask, &format!("{here}/apollo/delete"), &[("confirmation", "apolo")]).await;
    assert_eq!(wrong.status, 422);
    assert!(api.accepts(&tokens.access).await);
    let gone = owner.submit(&ask, &format!("{here}/apollo/delete"), &[("confirmation", "apollo")]).await;
    assert_eq!(gone.location().as_deref(), Some(here), "{}", gone.body);
    assert!(!api.accepts(&tokens.access).await && !server.admits(&key).await);
    let refreshed = server.cli().try_refresh(tokens.refresh.as_deref().expect("a refresh token")).await;
    assert_eq!(refreshed.json()["error"], "invalid_grant");
    assert_eq!(owner.get(&format!("{here}/apollo")).await.status, 404);
    let again = owner.submit(&owner.get(here).await, here, &[("name", "Apollo"), ("slug", "apollo")]).await;
    assert_eq!(again.status, 422, "a short name is never given twice");
}

#[tokio::test]
async fn an_owner_ends_what_has_access_and_its_person_sees_who_did() {
    let server = TestServer::start().await;
    let (owner, member) = (signed_in(&server, "owner@example.com").await, server.signed_in().await);
    let (tokens, api) = (server.cli().connect(&member).await, server.api());
    let here = "/organizations/acme/access";
    let shown = owner.get(here).await;
    let [grant] = page::grants(&shown.body).try_into().expect("one connection");
    for words in ["Demo CLI", "Apollo", "read issues and comments", "member@example.com"] {
        assert!(shown.body.contains(words), "{words}");
    }
    let outsider = signed_in(&server, "outsider@example.com").await;
    for path in [format!("{here}/{grant}/end"), format!("/organizations/globex/access/{grant}/end")] {
        assert_eq!(press(&outsider, &path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(press(&member, &format!("{here}/{grant}/end"), &[]).await.status, 404);
    assert!(api.accepts(&tokens.access).await);

    let ended = owner.submit(&shown, &format!("{here}/{grant}/end"), &[]).await;
    assert_eq!(ended.location().as_deref(), Some(here));
    assert!(!api.accepts(&tokens.access).await);
    assert!(owner.get(here).await.body.contains("an owner or admin of the organisation disconnected it"));
    assert!(member.get("/connections").await.body.contains("an owner or admin of the organisation disconnected it"));
}

#[tokio::test]
async fn a_key_is_made_shown_once_replaced_and_taken_back() {
    let server = TestServer::start().await;
    let events = EventsApi::add(&server).await;
    let owner = signed_in(&server, "owner@example.com").await;
    let here = "/organizations/acme/keys";
    let form = owner.get(here).await;
    assert!(form.body.contains("scope-events:ingest") && !form.body.contains("scope-events:delete"), "{}", form.body);
    let fields = [
        ("name", "Shipper"),
        ("project", server.seeded.apollo.as_str()),
        ("scope-events:ingest", "on"),
        ("days", "30"),
        ("addresses", ""),
        ("per_minute", "5"),
        ("per_month", ""),
    ];
    for (field, value) in [("days", "0"), ("days", "4000"), ("addresses", "here"), ("name", ""), ("per_minute", "x")] {
        let wrong: Vec<(&str, &str)> =
            fields.iter().map(|(name, old)| (*name, if *name == field { value } else { *old })).collect();
        let refused = owner.submit(&form, here, &wrong).await;
        assert_eq!(refused.status, 422, "{field} {value}");
        assert!(!refused.body.contains("lyd_key_"), "{}", refused.body);
    }
    let made = owner.submit(&form, here, &fields).await;
    let text = shown_text(&made.body);
    let ask = async |text: &str| {
        let asked = [("token", text)];
        crate::harness::keys::ask(server.address, ("events-api", &events.secret), &asked).await.json()
    };
    let told = ask(&text).await;
    assert_eq!((&told["active"], &told["project"]), (&true.into(), &server.seeded.apollo.clone().into()), "{told}");
    let listed = owner.get(here).await;
    assert!(listed.body.contains("Shipper") && listed.body.contains("5 times in a minute"), "{}", listed.body);
    assert!(!listed.body.contains(&text), "it is shown once");

    let id = told["key_id"].as_str().expect("an id").to_owned();
    let other = signed_in(&server, "outsider@example.com").await;
    for path in [format!("{here}/{id}/revoke"), format!("/organizations/globex/keys/{id}/revoke")] {
        assert_eq!(press(&other, &path, &[]).await.status, 404, "{path}");
    }
    let renewed = owner.submit(&listed, &format!("{here}/{id}/rotate"), &[]).await;
    let second = shown_text(&renewed.body);
    assert!(second != text && ask(&second).await["active"] == true && ask(&text).await["active"] == true);
    assert_eq!(owner.submit(&listed, &format!("{here}/{id}/rotate"), &[]).await.status, 422, "it was replaced lately");
    owner.submit(&listed, &format!("{here}/{id}/revoke"), &[]).await;
    assert!(ask(&second).await["active"] == false && ask(&text).await["active"] == false);
}

/// The key on the page that shows it.
fn shown_text(html: &str) -> String {
    let from = html.find("lyd_key_").unwrap_or_else(|| panic!("no key on:\n{html}"));
    html[from..].chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
}

#[tokio::test]
async fn two_organisations_of_one_person_never_mix() {
    let server = TestServer::start().await;
    seed::act(
        &server.authority,
        Act::MemberAdd {
            organization: "globex".into(),
            user: "owner@example.com".into(),
            role: Role::Owner,
            named: None,
        },
    )
    .await;
    let owner = signed_in(&server, "owner@example.com").await;
    let key = server.key(crate::harness::keys::reading("Reader")).await;
    let webhook =
        Act::WebhookAdd { organization: "acme".into(), url: "https://hooks.example.com/a".into(), kinds: Vec::new() };
    let webhook = seed::text(&seed::act(&server.authority, webhook).await, "id");
    let tokens = server.cli().connect(&server.signed_in().await).await;
    let [grant] = page::grants(&owner.get("/organizations/acme/access").await.body)
        .into_iter()
        .filter(|id| *id != key.id)
        .collect::<Vec<_>>()
        .try_into()
        .expect("one connection");
    // Owner of both; but what is Acme's is not reached through Globex.
    for below in [
        format!("keys/{}/revoke", key.id),
        format!("keys/{}/rotate", key.id),
        format!("access/{grant}/end"),
        format!("access/{}/end", key.id),
        format!("webhooks/{webhook}/remove"),
        format!("webhooks/{webhook}/new-secret"),
        "projects/apollo/disable".to_owned(),
        format!("projects/{}/disable", server.seeded.apollo),
    ] {
        let answer = press(&owner, &format!("/organizations/globex/{below}"), &[]).await;
        assert_eq!(answer.status, 404, "{below}");
    }
    assert!(server.admits(&key).await && server.api().accepts(&tokens.access).await);
    let (acme, globex) = (owner.get("/organizations/acme").await, owner.get("/organizations/globex").await);
    for (page, own, other) in [(&acme, "acme", "globex"), (&globex, "globex", "acme")] {
        assert!(page.body.contains(&format!("/organizations/{own}/keys")));
        assert!(page.body.contains(&format!("\"/organizations/{other}\"")), "the switch");
        assert!(!page.body.contains(&format!("/organizations/{other}/")), "{}", page.body);
    }
}

#[tokio::test]
async fn what_cannot_be_undone_wants_recent_proof_and_comes_back() {
    let server = TestServer::start().await;
    let owner = signed_in(&server, "owner@example.com").await;
    let shown = owner.get("/organizations/acme/settings").await;
    server.advance(Duration::from_secs(11 * 60));
    let asked = owner.get("/organizations/acme/settings/delete").await;
    let to = asked.location().expect("a proof");
    assert!(to.starts_with("/prove?for=settings."), "{to}");
    let key = press(
        &owner,
        "/organizations/acme/keys",
        &[("name", "K"), ("project", &server.seeded.apollo), ("scope-issues:read", "on")],
    )
    .await;
    assert!(key.location().is_some_and(|to| to.starts_with("/prove?for=keys.")), "{}", key.body);
    let gone = press(&owner, "/organizations/acme/settings/delete", &[("confirmation", "acme")]).await;
    assert!(gone.location().is_some_and(|to| to.starts_with("/prove?for=settings.")), "{}", gone.body);
    assert_eq!(owner.submit(&shown, "/organizations/acme/settings", &[("name", "Acme 2")]).await.status, 303);

    let form = owner.get(&to).await;
    let proved = owner.submit(&form, "/prove", &[("password", PASSWORD)]).await;
    let back = proved.location().expect("the way back");
    assert_eq!(back, format!("/organizations/{}/settings", server.seeded.acme));
    assert!(owner.get(&back).await.body.contains("Acme 2"));
    let ask = owner.get("/organizations/acme/settings/delete").await;
    assert!(ask.body.contains("Apollo") && ask.body.contains("Gemini"));
    let gone = owner.submit(&ask, "/organizations/acme/settings/delete", &[("confirmation", "acme")]).await;
    assert_eq!(gone.location().as_deref(), Some("/organizations"));
    assert_eq!(owner.get("/organizations/acme").await.status, 404);
    for nonsense in ["settings.nothing", "nowhere.abc", "settings./evil", "settings"] {
        assert_eq!(owner.get(&format!("/prove?for={nonsense}")).await.status, 400, "{nonsense}");
    }
}
