//! V-36, V-40, V-41: addresses that come by way of a provider.

use serde_json::json;

use crate::harness::{
    TestServer, page,
    upstream::{OID, OTHER_TENANT, Speaks, TENANT, Upstream, account, claims, me, offering, person, through},
};

#[tokio::test]
async fn v36_the_mails_proof_is_bound_to_who_came_and_to_their_browser_and_is_good_once() {
    let microsoft = Upstream::start(Speaks::Microsoft).await;
    let server = offering(&microsoft, "microsoft", &[]).await;
    let mia = |oid: &str| json!({ "sub": "x", "tid": TENANT, "oid": oid, "email": "mia@example.com" });
    microsoft.person(mia(OID));
    let browser = server.browser();
    let form = browser.follow(through(&browser, &microsoft).await).await;
    let mail = server.mail("mia@example.com").await;
    let path = page::form_below(&form.body, "/confirm/").unwrap();
    let code = mail.words.code.unwrap();
    // Another browser, even one with a trip of its own, cannot use it: neither the code nor the link.
    let other = server.browser();
    microsoft.person(mia(OTHER_TENANT));
    other.follow(through(&other, &microsoft).await).await;
    server.mail("mia@example.com").await;
    assert_eq!(other.get(&path).await.status, 404);
    let link = mail.words.link.unwrap();
    let opened = other.get(link.strip_prefix(&server.issuer).unwrap()).await;
    assert_eq!(opened.status, 403, "{}", opened.body);
    assert_eq!(me(&other).await, None);
    assert!(account(&server, "mia@example.com").await.is_none());
    // Its own browser: once, and the account is of the one who came with it.
    let home = browser.submit(&form, &path, &[("code", &code)]).await;
    assert_eq!(home.status, 303, "{}", home.body);
    let user = account(&server, "mia@example.com").await.unwrap();
    let identities = server.authority.store().read().await.unwrap().upstream_identities_of(user.id).await.unwrap();
    assert_eq!(identities.iter().map(|one| one.who.subject.as_str()).collect::<Vec<_>>(), [OID]);
    let again = browser.submit(&form, &path, &[("code", &code)]).await;
    assert!(again.status != 303 || again.location().as_deref() != Some("/"), "{again:?}");
    let identities = server.authority.store().read().await.unwrap().upstream_identities_of(user.id).await.unwrap();
    assert_eq!(identities.len(), 1);
}

#[tokio::test]
async fn v40_an_address_that_nobody_proved_is_not_released_as_proved() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[("MAIL__DEVELOPMENT_INBOX", "false")]).await;
    let mut claimed = person("1", "somebody@example.com");
    claimed["email_verified"] = json!(false);
    acme.person(claimed);
    let browser = server.browser();
    browser.follow(through(&browser, &acme).await).await;
    let app = server.web_app();
    let answer = app.approve_at(&browser, &app.authorize_identity("openid email", &[]), None).await;
    let tokens = app.redeem(&answer).await;
    let userinfo = app.userinfo(&tokens.access).await.json();
    for said in [claims(&tokens.id.unwrap()), userinfo] {
        assert_ne!(said["email_verified"], json!(true), "{said}");
    }
}

#[tokio::test]
async fn v40_of_githubs_addresses_only_one_that_is_primary_and_verified_counts() {
    let github = Upstream::start(Speaks::GitHub).await;
    let server = offering(&github, "github", &[]).await;
    let one = |email: &str, primary: bool, verified: bool| json!({ "email": email, "primary": primary, "verified": verified });
    let cases = [
        json!([]),
        json!([one("member@example.com", true, false)]),
        json!([one("member@example.com", false, true)]),
        json!([one("new@example.com", true, false), one("new@example.com", false, true)]),
        json!([{ "email": "new@example.com" }]),
    ];
    for (number, addresses) in cases.into_iter().enumerate() {
        github.person(json!({ "id": 1000 + number, "login": "octo", "email": "member@example.com" }));
        github.addresses(addresses.clone());
        let browser = server.browser();
        let told = through(&browser, &github).await;
        assert_eq!(told.status, 400, "{addresses}: {}", told.body);
        assert!(told.body.contains("did not tell us an e-mail address"), "{}", told.body);
        assert_eq!(me(&browser).await, None);
    }
}

#[tokio::test]
async fn v41_what_parsers_read_differently_is_no_address_of_anybody() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let odd = [
        "\"member@example.com\"@evil.example",
        "member@example.com,b@evil.example",
        "member@example.com\r\nBcc: b@evil.example",
        "member@example.com@evil.example",
        "member@example.com.",
        "member(x)@example.com",
        "member@exampl\u{0435}.com",
        "member@example.com\u{0}",
        "m\u{0131}mber@ex\u{00e4}mple.com",
    ];
    for (number, email) in odd.into_iter().enumerate() {
        acme.person(person(&number.to_string(), email));
        let told = through(&server.browser(), &acme).await;
        assert_eq!(told.status, 400, "{email:?}: {:?}", told.location());
    }
    // One spelling of an address is that address, before anything looks at it.
    for (number, email) in ["MEMBER@Example.COM", "member\u{ff20}example.com"].into_iter().enumerate() {
        acme.person(person(&format!("spelling-{number}"), email));
        let answer = through(&server.browser(), &acme).await;
        assert!(answer.location().unwrap().contains("/connect/"), "{email}: {answer:?}");
    }
    assert_users(&server).await;
}

/// Nobody was added.
async fn assert_users(server: &TestServer) {
    let users = server.authority.store().read().await.unwrap().users().await.unwrap();
    assert_eq!(users.len(), 3, "{:?}", users.iter().map(|user| user.email.to_string()).collect::<Vec<_>>());
}
