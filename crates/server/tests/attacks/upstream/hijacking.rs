//! Whose account an arrival opens: V-31, V-32, V-33, V-34.

use serde_json::json;

use crate::{
    browser::flow::send,
    harness::{
        PASSWORD, TestServer, page,
        seed::unverified,
        upstream::{OID, Speaks, TENANT, Upstream, account, me, offering, person, through},
    },
};

/// The provider knows somebody by the member's address; whatever comes of it, the member's account stays shut.
async fn stays_shut(server: &TestServer, upstream: &Upstream, what: &str) {
    let browser = server.browser();
    let answer = browser.follow(through(&browser, upstream).await).await;
    assert_eq!(me(&browser).await, None, "{what}: {}", answer.body);
    let user = account(server, "member@example.com").await.unwrap();
    let mut read = server.authority.store().read().await.unwrap();
    assert!(read.upstream_identities_of(user.id).await.unwrap().is_empty(), "{what}");
}

#[tokio::test]
async fn v31_an_address_that_microsoft_claims_is_neither_a_key_nor_a_proof() {
    let microsoft = Upstream::start(Speaks::Microsoft).await;
    let server = offering(&microsoft, "microsoft", &[]).await;
    for edov in [json!(null), json!(false), json!("true"), json!("1"), json!(1), json!(true)] {
        let mut claims =
            json!({ "sub": "1", "tid": TENANT, "oid": OID, "email": "member@example.com", "email_verified": true });
        claims["xms_edov"] = edov.clone();
        microsoft.person(claims);
        stays_shut(&server, &microsoft, &format!("xms_edov: {edov}")).await;
    }
}

#[tokio::test]
async fn v32_the_same_address_with_another_subject_opens_nothing() {
    let google = Upstream::start(Speaks::OpenId).await;
    let server = offering(&google, "google", &[]).await;
    let mut old = person("old-employee", "founder@dead.example");
    old["hd"] = json!("dead.example");
    google.person(old.clone());
    let first = server.browser();
    first.follow(through(&first, &google).await).await;
    assert_eq!(me(&first).await.as_deref(), Some("founder@dead.example"));
    // The domain has another owner, who made the mailbox anew.
    old["sub"] = json!("new-owner");
    google.person(old);
    let second = server.browser();
    let asked = second.follow(through(&second, &google).await).await;
    assert_eq!(me(&second).await, None);
    assert!(page::has_id(&asked.body, "sign-in-as-before"), "{}", asked.body);
    google.person(person("1", "member@example.com"));
    stays_shut(&server, &google, "an address that Google does not have").await;
}

#[tokio::test]
async fn v33_whoever_waits_in_an_account_that_nobody_proved_is_put_out() {
    let acme = Upstream::start(Speaks::OpenId).await;
    // Where mail is sent, such an account can let no app in.
    let server = offering(&acme, "openid", &[("MAIL__DEVELOPMENT_INBOX", "false")]).await;
    unverified(&server.authority, "victim@example.com").await;
    let attacker = server.browser();
    attacker.sign_in("victim@example.com", PASSWORD).await;
    // And with a provider of their own, connected in advance.
    acme.person(person("attacker", "attacker@example.com"));
    let there = send(&attacker, "/account/providers/acme/connect", &[]).await.location().unwrap();
    attacker.get(&acme.agree(&there)).await;
    let tokens = identity_tokens(&server, &attacker).await;
    // And with a second factor, that would keep its owner out.
    attacker.sets_up_app(&server).await;

    acme.person(person("victim", "victim@example.com"));
    let victim = server.browser();
    victim.follow(through(&victim, &acme).await).await;
    assert_eq!(me(&victim).await.as_deref(), Some("victim@example.com"));
    assert_eq!(me(&attacker).await, None, "the session");
    assert_eq!(server.browser().try_sign_in("victim@example.com", PASSWORD).await.status, 422, "the password");
    assert_eq!(server.web_app().userinfo(&tokens).await.status, 401, "the connection");
    let user = account(&server, "victim@example.com").await.unwrap();
    assert!(user.password_hash.is_none() && user.email_verified_at.is_some());
    let factors = server.authority.store().read().await.unwrap().second_factors(user.id).await.unwrap();
    assert_eq!(factors, model::SecondFactors::default(), "the second factor");
    acme.person(person("attacker", "attacker@example.com"));
    let again = server.browser();
    again.follow(through(&again, &acme).await).await;
    assert_ne!(me(&again).await.as_deref(), Some("victim@example.com"), "the provider");
}

/// An access token of an app that this browser lets in.
async fn identity_tokens(server: &TestServer, browser: &crate::harness::Browser) -> String {
    let app = server.web_app();
    let answer = app.approve_at(browser, &app.authorize_identity("openid", &[]), None).await;
    app.redeem(&answer).await.access
}

#[tokio::test]
async fn v34_an_address_that_the_provider_does_not_prove_makes_no_proved_account() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[("MAIL__DEVELOPMENT_INBOX", "false")]).await;
    unverified(&server.authority, "waiting@example.com").await;
    for (number, verified) in [json!(null), json!(false)].into_iter().enumerate() {
        let mut claims = person(&format!("unproved-{number}"), &format!("new-{number}@example.com"));
        claims["email_verified"] = verified;
        // Where the server sends no mail, an account with an address that nobody proved.
        acme.person(claims.clone());
        let browser = server.browser();
        browser.follow(through(&browser, &acme).await).await;
        let made = account(&server, &format!("new-{number}@example.com")).await.unwrap();
        assert!(made.email_verified_at.is_none());
        // Nobody's account is taken over by it, proved or not.
        for address in ["member@example.com", "waiting@example.com"] {
            claims["sub"] = json!(format!("{address}-{number}"));
            claims["email"] = json!(address);
            acme.person(claims.clone());
            let browser = server.browser();
            browser.follow(through(&browser, &acme).await).await;
            assert_eq!(me(&browser).await, None, "{address}");
        }
    }
    // What is no truth value is no answer at all.
    for odd in [json!("true"), json!(1), json!("yes")] {
        let mut claims = person("odd", "odd@example.com");
        claims["email_verified"] = odd.clone();
        acme.person(claims);
        let browser = server.browser();
        through(&browser, &acme).await;
        let made = account(&server, "odd@example.com").await;
        assert!(made.is_none_or(|made| made.email_verified_at.is_none()), "{odd}");
    }
    server.browser().sign_in("waiting@example.com", PASSWORD).await;
}

#[tokio::test]
async fn v34_a_reset_puts_out_a_provider_that_somebody_else_connected() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("attacker", "attacker@example.com"));
    let attacker = server.signed_in().await;
    let there = send(&attacker, "/account/providers/acme/connect", &[]).await.location().unwrap();
    attacker.get(&acme.agree(&there)).await;
    assert_eq!(server.mail("member@example.com").await.kind, "provider_changed", "its person is told");
    let owner = server.browser();
    send(&owner, "/forgotten", &[("email", "member@example.com")]).await;
    let link = server.mail("member@example.com").await.words.link.unwrap();
    let form = owner.get(link.strip_prefix(&server.issuer).unwrap()).await;
    let done = owner.submit(&form, "/reset", &[("password", "another one that is long enough")]).await;
    assert!(!done.status.is_client_error(), "{}", done.body);
    let again = server.browser();
    again.follow(through(&again, &acme).await).await;
    assert_ne!(me(&again).await.as_deref(), Some("member@example.com"));
}

#[tokio::test]
async fn v22_a_disabled_account_is_not_opened_by_a_provider() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    browser.follow(through(&browser, &acme).await).await;
    let act = identity::admin::Act::UserSetDisabled { user: "nia@example.com".into(), disabled: true };
    crate::harness::seed::act(&server.authority, act).await;
    let refused = through(&browser, &acme).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(me(&browser).await, None);
    // By the address neither, when somebody new has it there.
    acme.person(person("2", "nia@example.com"));
    assert_eq!(through(&server.browser(), &acme).await.status, 403);
    assert!(account(&server, "nia@example.com").await.unwrap().disabled_at.is_some());
}

#[tokio::test]
async fn c04_an_account_without_a_password_is_not_opened_by_the_form() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    browser.follow(through(&browser, &acme).await).await;
    for password in ["", " ", PASSWORD, "nia@example.com"] {
        let refused = server.browser().try_sign_in("nia@example.com", password).await;
        assert_eq!(refused.status, 422, "{password:?}: {}", refused.body);
    }
    // With the same words as for an address that has no account.
    let strip = |body: String| body.replace("nia@example.com", "").replace("nobody@example.com", "");
    let known = server.browser().try_sign_in("nia@example.com", PASSWORD).await;
    let unknown = server.browser().try_sign_in("nobody@example.com", PASSWORD).await;
    assert_eq!(known.status, unknown.status);
    assert_eq!(strip(known.body).len(), strip(unknown.body).len());
}
