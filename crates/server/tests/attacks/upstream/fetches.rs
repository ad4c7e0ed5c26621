//! Where a provider leads the server, and what it makes it read (V-59): nowhere else, not too much, not for too long.

use serde_json::json;

use crate::harness::{
    page,
    upstream::{Manner, Says, Speaks, Upstream, leave, me, offering, person, through},
};

#[tokio::test]
async fn v59_metadata_lead_to_the_providers_own_origins_alone() {
    let (acme, inside) = (Upstream::start(Speaks::OpenId).await, Upstream::start(Speaks::OpenId).await);
    for (name, path) in [("token_endpoint", "/token"), ("jwks_uri", "/jwks"), ("authorization_endpoint", "/authorize")]
    {
        let server = offering(&acme, "openid", &[]).await;
        acme.person(person("1", "nia@example.com"));
        let mut away = Manner::default();
        away.metadata.insert(name.to_owned(), json!(format!("{}{path}", inside.base)));
        acme.manner(away);
        let browser = server.browser();
        let form = browser.get("/sign-in").await;
        let gone = browser.submit(&form, "/sign-in/with/acme", &[]).await;
        if name == "authorization_endpoint" {
            assert_eq!(gone.status, 502, "{}", gone.body);
        } else {
            let answer = browser.get(&acme.agree(&gone.location().unwrap())).await;
            assert_eq!(answer.status, 502, "{name}: {}", answer.body);
        }
        assert_eq!(me(&browser).await, None);
        assert!(inside.asked().is_empty(), "{name}: {:?}", inside.asked());
    }
}

#[tokio::test]
async fn v59_an_address_with_a_name_in_it_or_of_another_scheme_is_not_asked() {
    let acme = Upstream::start(Speaks::OpenId).await;
    for odd in [
        acme.base.replace("http://", "http://user@"),
        acme.base.replace("http://", "ftp://"),
        "file:///etc/passwd".to_owned(),
        "nonsense".to_owned(),
    ] {
        let server = offering(&acme, "openid", &[]).await;
        acme.person(person("1", "nia@example.com"));
        let mut manner = Manner::default();
        manner.metadata.insert("token_endpoint".to_owned(), json!(odd));
        acme.manner(manner);
        let browser = server.browser();
        let answer = through(&browser, &acme).await;
        assert_eq!(answer.status, 502, "{odd}: {}", answer.body);
        assert!(!acme.asked().iter().any(|asked| asked.contains("POST")), "{odd}: {:?}", acme.asked());
    }
}

#[tokio::test]
async fn v38_metadata_of_another_issuer_are_not_believed() {
    let acme = Upstream::start(Speaks::OpenId).await;
    for issuer in [json!("https://accounts.google.com"), json!(format!("{}/", acme.base)), json!(null), json!(7)] {
        let server = offering(&acme, "openid", &[]).await;
        let mut manner = Manner::default();
        manner.metadata.insert("issuer".to_owned(), issuer.clone());
        acme.manner(manner);
        let browser = server.browser();
        let form = browser.get("/sign-in").await;
        let answer = browser.submit(&form, "/sign-in/with/acme", &[]).await;
        assert_eq!(answer.status, 502, "{issuer}: {:?}", answer.location());
    }
}

#[tokio::test]
async fn v59_redirects_floods_silence_and_nonsense_end_at_a_page_with_a_way_back() {
    let (acme, inside) = (Upstream::start(Speaks::OpenId).await, Upstream::start(Speaks::OpenId).await);
    let server = offering(&acme, "openid", &[]).await;
    acme.person(person("1", "nia@example.com"));
    let browser = server.browser();
    leave(&browser).await;
    for end in ["/token", "/jwks"] {
        for says in [
            Says::Status(500),
            Says::Status(503),
            Says::Status(429),
            Says::Status(204),
            Says::Status(404),
            Says::Redirect(format!("{}/token", inside.base)),
            Says::TooMuch,
            Says::Text("not JSON"),
            Says::Text("{}"),
            Says::Text("null"),
            Says::Text("{\"access_token\":\"x\",\"token_type\":\"Bearer\"}"),
            Says::Text("{\"access_token\":\"x\",\"token_type\":\"Bearer\",\"id_token\":\"x\"}"),
            Says::Text("{\"access_token\":\"x\",\"token_type\":\"Bearer\",\"id_token\":7}"),
            Says::Text("{\"error\":\"invalid_grant\"}"),
            Says::Nothing,
        ] {
            let mut manner = Manner::default();
            manner.says.insert(end, says.clone());
            acme.manner(manner);
            // Keys are fetched anew.
            server.advance(std::time::Duration::from_secs(601));
            acme.clock(&server);
            let answer = through(&browser, &acme).await;
            assert_eq!(answer.status, 502, "{end} {says:?}: {:?} {}", answer.location(), answer.body);
            assert!(page::has_id(&answer.body, "back"), "{end} {says:?}");
        }
    }
    assert!(inside.asked().is_empty(), "{:?}", inside.asked());
    assert_eq!(me(&browser).await, None);
}
