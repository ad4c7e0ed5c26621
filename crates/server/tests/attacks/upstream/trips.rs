//! Trips that come back wrong: to another browser, provider or purpose, twice, late, or with somebody else's code.

use std::time::Duration;

use identity::{
    Authority, Clock,
    account::{ComeBack, FederatedRefusal},
};
use model::{Secret, ServerSecrets};
use protocol::Confidential;

use crate::{
    browser::flow::send,
    harness::{
        Answer, TestServer, page,
        upstream::{Manner, Says, Speaks, Upstream, account, leave, me, offering, person},
    },
};

fn path(server: &TestServer, back: &str) -> String {
    back.strip_prefix(&server.issuer).unwrap_or_else(|| panic!("sent back to {back}")).to_owned()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Refused, and nobody is there for it.
async fn stale(server: &TestServer, answer: &Answer, what: &str) {
    assert_eq!(answer.status, 400, "{what}: {:?} {}", answer.location(), answer.body);
    assert!(page::has_id(&answer.body, "refusal") && page::has_id(&answer.body, "back"), "{what}: {}", answer.body);
    assert!(account(server, "nia@example.com").await.is_none(), "{what}");
}

#[tokio::test]
async fn v36_a_trip_comes_back_to_its_own_browser_once_and_in_time() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let (browser, other) = (server.browser(), server.browser());
    other.get("/sign-in").await;

    // Somebody is led to the end of an attacker's trip.
    let back = path(&server, &acme.agree(&leave(&browser).await));
    stale(&server, &other.get(&back).await, "another browser").await;
    for what in ["", "x", &"0".repeat(65)] {
        stale(&server, &browser.get(&format!("/upstream/acme/callback?code=c&state={what}")).await, "no state of ours")
            .await;
    }
    stale(&server, &browser.get("/upstream/acme/callback").await, "nothing at all").await;

    let (_, state) = back.split_once("state=").unwrap();
    let changed = format!("{}{}", &state[..64], if state.ends_with('0') { '1' } else { '0' });
    stale(&server, &browser.get(&back.replace(state, &changed)).await, "a state that was changed").await;

    // Its own browser: once.
    assert_eq!(browser.get(&back).await.status, 303);
    let fresh = server.browser();
    let again = browser.get(&back).await;
    assert_eq!(again.status, 400, "{}", again.body);
    assert_eq!(fresh.get(&back).await.status, 400);

    let late = server.browser();
    acme.person(person("2", "late@example.com"));
    let back = path(&server, &acme.agree(&leave(&late).await));
    server.advance(Duration::from_secs(15 * 60));
    assert_eq!(late.get(&back).await.status, 400, "too late");
    assert!(account(&server, "late@example.com").await.is_none());
}

#[tokio::test]
async fn v36_a_trip_is_good_for_its_provider_and_purpose_alone() {
    let (acme, evil) = (Upstream::start(Speaks::OpenId).await, Upstream::start(Speaks::OpenId).await);
    let own = evil.settings("evil", "openid");
    let own: Vec<(&str, &str)> = own.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let server = offering(&acme, "openid", &own).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    // Mix-up: the code of one provider is brought to the other's address.
    let back = path(&server, &acme.agree(&leave(&browser).await));
    stale(&server, &browser.get(&back.replace("/acme/", "/evil/")).await, "another provider's address").await;
    assert!(!evil.asked().iter().any(|asked| asked.contains("/token")), "{:?}", evil.asked());
    // And what an answer says of its issuer must be right.
    let back = format!("{}&iss={}", path(&server, &acme.agree(&leave(&browser).await)), encoded(&evil.base));
    let answer = browser.get(&back).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    let mut says = Manner::default();
    says.metadata.insert("authorization_response_iss_parameter_supported".to_owned(), true.into());
    acme.manner(says);
    server.advance(Duration::from_secs(3601));
    acme.clock(&server);
    let without = browser.get(&path(&server, &acme.agree(&leave(&browser).await))).await;
    assert_eq!(without.status, 502, "the issuer is missing: {}", without.body);
    let back = format!("{}&iss={}", path(&server, &acme.agree(&leave(&browser).await)), encoded(&acme.base));
    assert_eq!(browser.get(&back).await.status, 303);

    // Begun to connect, brought back by a browser in which nobody, or somebody else, is signed in.
    acme.person(person("9", "links@example.com"));
    let member = server.signed_in().await;
    let link = async || {
        let there = send(&member, "/account/providers/acme/connect", &[]).await.location().unwrap();
        format!("{}&iss={}", path(&server, &acme.agree(&there)), encoded(&acme.base))
    };
    let back = link().await;
    member.forget("session");
    assert_eq!(member.get(&back).await.status, 400);
    assert_eq!(me(&member).await, None);
    assert!(account(&server, "links@example.com").await.is_none());
}

#[tokio::test]
async fn v36_somebody_elses_code_does_not_fit_into_this_trip() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let (attacker, victim) = (server.browser(), server.browser());
    acme.person(person("attacker", "attacker@example.com"));
    let theirs = path(&server, &acme.agree(&leave(&attacker).await));
    let code = theirs.split_once("code=").unwrap().1.split_once('&').unwrap().0;
    acme.person(person("1", "nia@example.com"));
    let back = path(&server, &acme.agree(&leave(&victim).await));
    let own = back.split_once("code=").unwrap().1.split_once('&').unwrap().0;
    // PKCE: the code was made for another verifier.
    let answer = victim.get(&back.replace(own, code)).await;
    assert_eq!(answer.status, 502, "{}", answer.body);
    assert_eq!(me(&victim).await, None);
}

#[tokio::test]
async fn v07_a_doubled_parameter_of_the_way_back_is_refused() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    let back = path(&server, &acme.agree(&leave(&browser).await));
    for more in ["code=x", "state=x", "iss=a&iss=b", "error=a&error=b"] {
        let answer = browser.get(&format!("{back}&{more}")).await;
        assert_eq!(answer.status, 400, "{more}: {}", answer.body);
    }
    let both = browser.get(&format!("{back}&error=access_denied")).await;
    assert_eq!(both.status, 400, "an error beside a code: {}", both.body);
    assert_eq!(me(&browser).await, None);
}

#[tokio::test]
async fn v37_a_provider_that_was_switched_off_meanwhile_is_not_accepted() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    let there = leave(&browser).await;
    let back = url::Url::parse(&acme.agree(&there)).unwrap();
    let sent = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    // The server as it is after a restart, without that provider.
    let settings = identity::Settings::new(&server.issuer);
    let secrets = ServerSecrets::new([(1, [7; 32])]).unwrap();
    let store = server.authority.store().clone();
    let without = Authority::new(store, secrets, Clock::manual(server.authority.now()), settings).await.unwrap();
    let come_back = ComeBack {
        provider: "acme".to_owned(),
        state: sent("state"),
        code: Some(Confidential::new(sent("code"))),
        error: None,
        iss: None,
        browser: Secret::parse(&browser.cookie("browser").unwrap()).unwrap(),
        signed_in: None,
        caller: identity::Caller::default(),
    };
    let refused = without.come_back(come_back, without.now()).await.unwrap().unwrap_err();
    assert_eq!(refused.refusal, FederatedRefusal::NoProvider);
    assert!(!acme.asked().iter().any(|asked| asked.contains("/token")));
    assert!(account(&server, "nia@example.com").await.is_none());
}

#[tokio::test]
async fn v53_a_trip_begins_by_a_press_on_our_own_page_and_in_no_other_way() {
    let acme = Upstream::start(Speaks::OpenId).await;
    let server = offering(&acme, "openid", &[]).await;
    let browser = server.browser();
    let page = browser.get("/sign-in").await;
    assert_eq!(browser.get("/sign-in/with/acme").await.status, 405);
    assert_eq!(browser.post("/sign-in/with/acme", &[]).await.status, 403);
    assert_eq!(browser.post("/sign-in/with/acme", &[("csrf", "x")]).await.status, 403);
    let (_, hidden) = page::form(&page.body, "/sign-in/with/acme").unwrap();
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let elsewhere = [("origin", "https://evil.example.com")];
    assert_eq!(browser.post_with("/sign-in/with/acme", &elsewhere, &fields).await.status, 403);
    assert_eq!(browser.post("/sign-in/with/nobody", &fields).await.status, 404);
    assert!(acme.asked().is_empty(), "{:?}", acme.asked());
    let mut away = Manner::default();
    away.says.insert("/openid-configuration", Says::Status(500));
    acme.manner(away);
    let stuck = browser.post("/sign-in/with/acme", &fields).await;
    assert_eq!(stuck.status, 502, "{}", stuck.body);
    assert!(page::has_id(&stuck.body, "back"));
}
