//! `/organizations/{organization}/apps` and `…/resources`: an organisation's own apps, and where its data can be read.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Answer, Browser, Client, PASSWORD, TestServer, page, seed::text};

const BACK: &str = "https://dashboard.acme.example/callback";
const VAULT: &str = "https://vault.acme.example";

async fn owner(server: &TestServer) -> Browser {
    let browser = server.browser();
    browser.sign_in("owner@example.com", PASSWORD).await;
    browser
}

/// What stands in a field that is shown to be copied.
fn copied(answer: &Answer, prefix: &str) -> String {
    let (_, rest) =
        answer.body.split_once(&format!(">{prefix}")).unwrap_or_else(|| panic!("no {prefix}: {}", answer.body));
    let rest = rest.chars().take_while(|one| one.is_ascii_alphanumeric() || "_-".contains(*one));
    format!("{prefix}{}", rest.collect::<String>())
}

#[tokio::test]
async fn an_owner_makes_an_app_that_people_sign_in_to_changes_it_and_removes_it() {
    let server = TestServer::start().await;
    let (browser, apps) = (owner(&server).await, "/organizations/acme/apps");
    let shown = browser.get(apps).await;
    assert!(shown.body.contains("There are none yet"), "{}", shown.body);
    for (fields, words) in [
        (vec![("name", ""), ("kind", "web"), ("redirect_uris", BACK)], "A name has"),
        (vec![("name", "Dashboard"), ("kind", "web")], "each address where it is answered"),
        (vec![("name", "Dashboard"), ("kind", "web"), ("redirect_uris", "http://evil.example/")], "each address"),
        (vec![("name", "Dashboard"), ("kind", "admin"), ("redirect_uris", BACK)], "Choose what it is"),
        (vec![("name", "Report"), ("kind", "service")], "Choose the project"),
    ] {
        let refused = browser.submit(&shown, apps, &fields).await;
        assert_eq!(refused.status, 422, "{fields:?}");
        assert!(
            refused.body.contains(words) && refused.body.contains("<title>Error: "),
            "{fields:?}: {}",
            refused.body
        );
    }
    let made = browser.submit(&shown, apps, &[("name", "Dashboard"), ("kind", "web"), ("redirect_uris", BACK)]).await;
    let (id, secret) = (copied(&made, "c_"), copied(&made, "lyd_cs_"));
    let client = Client::confidential(&server, &id, &secret, BACK);
    let member = server.signed_in().await;
    let asked = member.open(&client.authorize(&[])).await;
    assert!(asked.body.contains("Added by an organisation on"), "{}", asked.body);
    let tokens = client.connect(&member).await;
    assert!(server.api().accepts(&tokens.access).await);

    let listed = browser.get(apps).await;
    assert!(listed.body.contains("Dashboard") && !listed.body.contains(&secret), "shown once");
    // A change over somebody else's is refused, and shows what it is now.
    let (one, other) = (browser.get(&format!("{apps}/{id}")).await, format!("{apps}/{id}"));
    let first = browser.submit(&one, &other, &[("name", "Board"), ("redirect_uris", BACK)]).await;
    assert_eq!(first.status, 303, "{}", first.body);
    let second = browser.submit(&one, &other, &[("name", "Lost"), ("redirect_uris", BACK)]).await;
    assert_eq!(second.status, 422);
    assert!(second.body.contains("Somebody has changed this app meanwhile") && second.body.contains("Board"));

    let renewed = browser.submit(&browser.get(apps).await, &format!("{apps}/{id}/new-secret"), &[]).await;
    let renewed = Client::confidential(&server, &id, &copied(&renewed, "lyd_cs_"), BACK);
    assert_eq!(
        client.try_refresh(tokens.refresh.as_deref().unwrap()).await.status,
        401,
        "the old one is worth nothing"
    );
    let tokens = renewed.refresh(&tokens).await;
    let off = browser.submit(&browser.get(apps).await, &format!("{apps}/{id}/disable"), &[]).await;
    assert_eq!(off.status, 303);
    assert!(!server.api().accepts(&tokens.access).await && browser.get(apps).await.body.contains("switched off"));
    browser.submit(&browser.get(apps).await, &format!("{apps}/{id}/enable"), &[]).await;

    let sure = browser.get(&format!("{apps}/{id}/remove")).await;
    assert!(page::has_id(&sure.body, "remove-app"), "{}", sure.body);
    assert_eq!(browser.submit(&sure, &format!("{apps}/{id}/remove"), &[]).await.status, 303);
    assert_eq!(browser.get(&format!("{apps}/{id}")).await.status, 404);
    let trail = browser.get("/organizations/acme/audit").await;
    for words in ["An app was listed", "An app got a new secret", "An app was switched off", "An app was removed"] {
        assert!(trail.body.contains(words), "{words}: {}", trail.body);
    }
}

#[tokio::test]
async fn an_owner_adds_a_service_and_says_what_apps_may_ask_for_there() {
    let server = TestServer::start().await;
    let (browser, resources) = (owner(&server).await, "/organizations/acme/resources");
    let new = [
        ("name", "Vault"),
        ("identifier", VAULT),
        ("scope", "vault:read"),
        ("access", "read"),
        ("words", "open the vault"),
    ];
    let shown = browser.get(resources).await;
    for (at, value) in [(0, ""), (1, "http://vault.acme.example"), (1, "https://x/#y"), (2, "a b"), (4, "")] {
        let mut wrong = new;
        wrong[at].1 = value;
        assert_eq!(browser.submit(&shown, resources, &wrong).await.status, 422, "{wrong:?}");
    }
    let made = browser.submit(&shown, resources, &new).await;
    let (id, secret) = (copied(&made, "r_"), copied(&made, "lyd_cs_"));
    let here = format!("{resources}/{id}");
    let again = browser.submit(&shown, resources, &new).await;
    assert!(again.status == 422 && again.body.contains("There is, or was, a service"), "{}", again.body);

    let german = [("of", "vault:read"), ("language", "de"), ("said", "den Tresor öffnen")];
    assert_eq!(browser.submit(&browser.get(&here).await, &format!("{here}/words"), &german).await.status, 303);
    let more = [("scope", "vault:add"), ("access", "ingest"), ("words", "add to the vault")];
    assert_eq!(browser.submit(&browser.get(&here).await, &format!("{here}/scopes"), &more).await.status, 303);
    let one = browser.get(&here).await;
    assert!(one.body.contains("vault:add") && one.body.contains("takes in"), "{}", one.body);

    // A person is asked in these words.
    let (member, client) = (server.signed_in().await, server.cli());
    let address = client.authorize(&[("resource", VAULT), ("scope", "vault:read")]);
    let asked = member.open(&address).await;
    assert!(asked.body.contains("open the vault"), "{}", asked.body);
    let tokens = client.redeem(&client.approve_at(&member, &address, Some(&server.seeded.apollo)).await).await;
    let request = server.http().post(server.url("/introspect")).basic_auth(&id, Some(&secret));
    let told = Answer::of(request.form(&[("token", &tokens.access)])).await.json();
    assert_eq!((&told["active"], &told["aud"]), (&json!(true), &json!(VAULT)), "{told}");

    let prefer = browser.submit(&browser.get(&here).await, &format!("{here}/prefer"), &[]).await;
    assert_eq!(prefer.status, 303);
    assert!(browser.get(resources).await.body.contains("is meant where your own apps name none"));
    let less = browser.submit(&browser.get(&here).await, &format!("{here}/unlist"), &[("gone", "vault:add")]).await;
    assert_eq!(less.status, 303, "{}", less.body);
    let off = browser.submit(&browser.get(&here).await, &format!("{here}/disable"), &[]).await;
    assert_eq!(off.status, 303);
    let request = server.http().post(server.url("/introspect")).basic_auth(&id, Some(&secret));
    assert_eq!(Answer::of(request.form(&[("token", &tokens.access)])).await.status, 401);
    let sure = browser.get(&format!("{here}/remove")).await;
    assert_eq!(browser.submit(&sure, &format!("{here}/remove"), &[]).await.status, 303);
    assert_eq!(browser.get(&here).await.status, 404);
    let taken = browser.submit(&browser.get(resources).await, resources, &new).await;
    assert_eq!(taken.status, 422, "an address is never given again");
}

#[tokio::test]
async fn secrets_are_made_after_a_fresh_proof() {
    let server = TestServer::start().await;
    let browser = owner(&server).await;
    server.advance(Duration::from_secs(11 * 60));
    let shown = browser.get("/organizations/acme/apps").await;
    let fields = [("name", "Dashboard"), ("kind", "web"), ("redirect_uris", BACK)];
    let led = browser.submit(&shown, "/organizations/acme/apps", &fields).await;
    assert!(led.location().is_some_and(|to| to.starts_with("/prove?for=")), "{:?}", led.location());
    assert!(browser.get("/organizations/acme/apps").await.body.contains("There are none yet"));
}

#[tokio::test]
async fn the_api_manages_an_organisations_own_apps_and_services() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let clients = "/api/v1/organizations/acme/clients";
    let app = json!({ "name": "Dashboard", "kind": "confidential", "redirect_uris": [BACK] });
    let made = owner.post_once(clients, "one", &app).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let again = owner.post_once(clients, "one", &app).await;
    assert_eq!(again.json()["client_id"], made.json()["client_id"], "made once");
    let here = format!("{clients}/{}", text(&made.json(), "client_id"));
    assert_eq!(owner.get(clients).await.json()["items"].as_array().map(Vec::len), Some(1));
    let wanted = json!({ "wanted": { "name": "Board", "kind": "confidential", "redirect_uris": [BACK] } });
    assert_eq!(owner.patch(&here, "\"7\"", &wanted).await.status, 412);
    let changed = owner.patch(&here, made.header("etag"), &wanted).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(changed.json()["name"], "Board");
    let public = json!({ "wanted": { "name": "Board", "kind": "public", "redirect_uris": [BACK] } });
    assert_eq!(owner.patch(&here, "*", &public).await.status, 409, "how it authenticates stays");
    let renewed = owner.request(reqwest::Method::POST, &format!("{here}/secret")).header("if-match", "*");
    let renewed = Answer::of(renewed).await;
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    assert_ne!(renewed.json()["client_secret"], made.json()["client_secret"]);
    assert_eq!(owner.delete(&here, "*").await.status, 204);
    assert_eq!(owner.get(&here).await.status, 404);

    let resources = "/api/v1/organizations/acme/resources";
    let vault = json!({ "name": "Vault", "resource": VAULT, "scopes": ["vault:read=read:open the vault"] });
    let made = owner.post(resources, &vault).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let here = format!("{resources}/{}", text(&made.json(), "client_id"));
    let german = json!({ "describe": { "scope": "vault:read", "language": "de", "words": "den Tresor öffnen" } });
    let changed = owner.patch(&here, made.header("etag"), &german).await;
    assert_eq!(changed.json()["scopes"][0]["translations"]["de"], "den Tresor öffnen", "{}", changed.body);
    assert_eq!(owner.delete(&here, "*").await.status, 204);
}
