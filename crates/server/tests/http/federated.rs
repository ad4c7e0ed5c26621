//! Signing in with other providers: the first time, every time after, for an app that waits, and connecting one to an account.

use std::time::Duration;

use identity::admin::Act;
use serde_json::json;

use crate::harness::{
    PASSWORD, TestServer, page, seed,
    upstream::{
        Manner, OID, Says, Speaks, TENANT, Upstream, account, claims, leave_from, me, offering, person, through,
    },
};

#[tokio::test]
async fn a_first_arrival_makes_an_account_without_a_password_and_the_next_one_opens_it() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[("PROVIDERS__ACME__NAME", "Acme Login")]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    let shown = browser.get("/sign-in").await;
    assert!(page::has_id(&shown.body, "sign-in-with-acme") && shown.body.contains("Acme Login"));
    assert!(shown.header("content-security-policy").ends_with(&format!("form-action 'self' {}", acme.base)));
    let home = browser.follow(through(&browser, &acme).await).await;
    assert_eq!(home.status, 200, "{}", home.body);
    assert_eq!(me(&browser).await.as_deref(), Some("nia@example.com"));
    let made = account(&server, "nia@example.com").await.unwrap();
    assert!(made.password_hash.is_none() && made.email_verified_at.is_some());
    assert_eq!(made.name.as_deref(), Some("Nia New"));

    // The address is no key: another one leads to the same account.
    acme.person(person("1", "nia.married@example.com"));
    let elsewhere = server.browser();
    elsewhere.follow(through(&elsewhere, &acme).await).await;
    assert_eq!(me(&elsewhere).await.as_deref(), Some("nia@example.com"));
    assert!(account(&server, "nia.married@example.com").await.is_none());
}

#[tokio::test]
async fn an_app_that_waits_goes_on_and_learns_how_its_person_signed_in() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let (browser, app) = (server.browser(), server.web_app());
    let form = browser.open(&app.authorize_identity("openid", &[])).await;
    assert!(form.body.contains("Demo App"));
    let there = leave_from(&browser, &form).await;
    let consent = browser.follow(browser.get(&acme.agree(&there)).await).await;
    assert!(page::has_id(&consent.body, "allow"), "{}", consent.body);
    let id = consent.consent_id();
    let answer = browser.submit(&consent, &format!("/consent/{id}"), &[("decision", "allow")]).await;
    let id_token = app.redeem(&answer).await.id.unwrap();
    assert_eq!(claims(&id_token)["amr"], json!(["fed"]));
}

#[tokio::test]
async fn whoever_says_no_or_meets_trouble_finds_the_way_back_to_the_app() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let (browser, app) = (server.browser(), server.web_app());
    let form = browser.open(&app.authorize_identity("openid", &[])).await;
    let there = leave_from(&browser, &form).await;
    let back = acme.agree(&there);
    let state = back.split_once("state=").unwrap().1;
    let denied = browser.get(&format!("/upstream/acme/callback?error=access_denied&state={state}")).await;
    assert_eq!(denied.status, 400);
    assert!(denied.body.contains("You did not sign in with acme"), "{}", denied.body);
    let again = page::link(&denied.body, "back");
    let form = browser.open(&again).await;
    assert!(form.body.contains("Demo App") && page::has_id(&form.body, "sign-in-with-acme"), "{}", form.body);

    let there = leave_from(&browser, &form).await;
    let mut trouble = Manner::default();
    trouble.says.insert("/token", Says::Status(500));
    acme.manner(trouble);
    let stuck = browser.get(&acme.agree(&there)).await;
    assert_eq!(stuck.status, 502);
    assert!(stuck.body.contains("does not answer just now"));
    assert!(page::link(&stuck.body, "back").contains("authorization="));
}

#[tokio::test]
async fn github_is_known_by_its_number_and_proves_its_primary_address_alone() {
    let github = Upstream::start(Speaks::GitHub).await;
    let server = offering(&github, "github", &[]).await;
    github.person(json!({ "id": 583_231, "login": "octo", "name": "Octavia", "email": "public@example.com" }));
    github.addresses(json!([
        { "email": "other@example.com", "primary": false, "verified": true },
        { "email": "octo@example.com", "primary": true, "verified": true },
    ]));
    let browser = server.browser();
    browser.follow(through(&browser, &github).await).await;
    assert_eq!(me(&browser).await.as_deref(), Some("octo@example.com"));
    // Another name and other addresses, and the same number.
    github.person(json!({ "id": 583_231, "login": "renamed" }));
    github.addresses(json!([{ "email": "new@example.com", "primary": true, "verified": true }]));
    let elsewhere = server.browser();
    elsewhere.follow(through(&elsewhere, &github).await).await;
    assert_eq!(me(&elsewhere).await.as_deref(), Some("octo@example.com"));
}

#[tokio::test]
async fn google_proves_the_addresses_that_it_has_itself() {
    let google = Upstream::start(Speaks::OpenId).await;
    let server = offering(&google, "google", &[]).await;
    let mut workspace = person("1", "nia@acme.example");
    workspace["hd"] = json!("acme.example");
    for (who, email) in [(workspace, "nia@acme.example"), (person("2", "nia.new@gmail.com"), "nia.new@gmail.com")] {
        google.person(who);
        let browser = server.browser();
        browser.follow(through(&browser, &google).await).await;
        assert_eq!(me(&browser).await.as_deref(), Some(email));
    }
    google.person(person("3", "elsewhere@example.com"));
    let browser = server.browser();
    let answer = through(&browser, &google).await;
    assert!(answer.location().unwrap().contains("/confirm/"), "{answer:?}");
    assert!(account(&server, "elsewhere@example.com").await.is_none());
}

#[tokio::test]
async fn an_address_that_microsoft_does_not_prove_is_proved_by_mail() {
    let microsoft = Upstream::start(Speaks::Microsoft).await;
    let server = offering(&microsoft, "microsoft", &[]).await;
    microsoft
        .person(json!({ "sub": "pairwise", "tid": TENANT, "oid": OID, "email": "mia@example.com", "name": "Mia" }));
    let browser = server.browser();
    let form = browser.follow(through(&browser, &microsoft).await).await;
    assert!(page::has_id(&form.body, "code"), "{}", form.body);
    let mail = server.mail("mia@example.com").await;
    let code = mail.words.code.unwrap();
    let path = page::form_below(&form.body, "/confirm/").unwrap();
    let home = browser.follow(browser.submit(&form, &path, &[("code", &code)]).await).await;
    assert_eq!(home.status, 200, "{}", home.body);
    let made = account(&server, "mia@example.com").await.unwrap();
    assert!(made.password_hash.is_none() && made.email_verified_at.is_some());
    let elsewhere = server.browser();
    elsewhere.follow(through(&elsewhere, &microsoft).await).await;
    assert_eq!(me(&elsewhere).await.as_deref(), Some("mia@example.com"));
}

#[tokio::test]
async fn an_address_with_an_account_is_connected_by_its_person_and_not_before() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "member@example.com"));
    let browser = server.browser();
    let first = browser.follow(through(&browser, &acme).await).await;
    assert!(page::has_id(&first.body, "sign-in-as-before"), "{}", first.body);
    assert_eq!(me(&browser).await, None);
    let form = browser.get(&page::link(&first.body, "sign-in-as-before")).await;
    let answer = browser.submit(&form, "/sign-in", &[("email", "member@example.com"), ("password", PASSWORD)]).await;
    let ready = browser.follow(answer).await;
    assert!(page::has_id(&ready.body, "connect"), "{}", ready.body);
    let action = page::form_below(&ready.body, "/connect/").unwrap();
    let security = browser.follow(browser.submit(&ready, &action, &[]).await).await;
    assert!(security.body.contains("Other ways to sign in"), "{}", security.body);
    let elsewhere = server.browser();
    elsewhere.follow(through(&elsewhere, &acme).await).await;
    assert_eq!(me(&elsewhere).await.as_deref(), Some("member@example.com"));
}

#[tokio::test]
async fn a_signed_in_person_connects_and_disconnects_but_not_the_last_way_in() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("7", "somebody@else.example"));
    let browser = server.signed_in().await;
    let security = browser.get("/account/security").await;
    assert!(security.header("content-security-policy").contains(&acme.base));
    let there = browser.submit(&security, "/account/providers/acme/connect", &[]).await.location().unwrap();
    let security = browser.follow(browser.get(&acme.agree(&there)).await).await;
    assert!(security.body.contains("somebody@else.example"), "{}", security.body);
    let elsewhere = server.browser();
    elsewhere.follow(through(&elsewhere, &acme).await).await;
    assert_eq!(me(&elsewhere).await.as_deref(), Some("member@example.com"));
    let disconnect = disconnects(&security.body);
    let gone = browser.follow(browser.submit(&security, &disconnect, &[]).await).await;
    assert!(!gone.body.contains("somebody@else.example"));

    // Whoever has nothing else keeps it.
    acme.person(person("8", "nia@example.com"));
    let nia = server.browser();
    nia.follow(through(&nia, &acme).await).await;
    let security = nia.get("/account/security").await;
    let disconnect = disconnects(&security.body);
    let refused = nia.submit(&security, &disconnect, &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains("the only way into your account"), "{}", refused.body);
}

/// Where the button leads that disconnects a provider.
fn disconnects(html: &str) -> String {
    let (before, _) = html.split_once("/disconnect\"").expect("a form that disconnects");
    format!("{}/disconnect", &before[before.rfind("/account").unwrap()..])
}

#[tokio::test]
async fn whoever_has_no_password_proves_by_their_provider_that_it_is_still_them() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("8", "nia@example.com"));
    let nia = server.browser();
    nia.follow(through(&nia, &acme).await).await;
    server.advance(std::time::Duration::from_secs(11 * 60));
    let asked = nia.open("/account/address").await;
    assert!(page::has_id(&asked.body, "prove-with-acme") && !page::has_id(&asked.body, "password"), "{}", asked.body);
    let there = nia.submit(&asked, "/prove/with/acme", &[]).await.location().unwrap();
    assert!(there.contains("prompt=login") && there.contains("max_age=0"), "{there}");

    // A session of before at the provider proves nothing.
    let stale = nia.get(&acme.agree(&there)).await;
    assert_eq!(stale.status, 502, "{}", stale.body);
    let there = nia.submit(&asked, "/prove/with/acme", &[]).await.location().unwrap();
    acme.clock(&server);
    let address = nia.follow(nia.get(&acme.agree(&there)).await).await;
    assert!(page::has_id(&address.body, "email"), "{}", address.body);
}

#[tokio::test]
async fn without_providers_there_is_no_button_and_no_address() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let form = browser.get("/sign-in").await;
    assert!(!form.body.contains("/sign-in/with/") && !form.body.contains("class=\"or\""));
    assert_eq!(browser.get("/upstream/acme/callback?code=x&state=y").await.status, 404);
    let acme = Upstream::start(Speaks::OpenId).await;
    let offered = offering(&acme, "openid", &[("PROVIDERS__ACME__ENABLED", "false")]).await;
    assert!(!offered.browser().get("/sign-in").await.body.contains("/sign-in/with/"));
}

#[tokio::test]
async fn operators_see_how_each_provider_has_answered_lately() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    seed::act(&server.authority, Act::UserSetOperator { user: "owner@example.com".into(), operator: true }).await;
    let operator = server.browser();
    operator.sign_in("owner@example.com", PASSWORD).await;
    let shown = async || operator.get("/admin/providers").await.body;
    assert!(shown().await.contains("not asked since this process started"));

    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    browser.follow(through(&browser, &acme).await).await;
    let well = shown().await;
    for said in ["said what it is", "gave its keys", "somebody came back from it"] {
        assert!(well.contains(said), "{well}");
    }
    assert!(!well.contains("in trouble") && operator.get("/admin").await.body.contains("none in trouble"));

    server.advance(Duration::from_secs(60));
    let mut trouble = Manner::default();
    trouble.says.insert("/token", Says::Status(500));
    acme.manner(trouble);
    let stuck = server.browser();
    let there = leave_from(&stuck, &stuck.get("/sign-in").await).await;
    assert_eq!(stuck.get(&acme.agree(&there)).await.status, 502);
    let troubled = shown().await;
    assert!(troubled.contains("in trouble") && troubled.contains("did not answer as it should"), "{troubled}");
    assert!(operator.get("/admin").await.body.contains("one in trouble"));
}
