//! V-50: somebody is talked into letting in a device that is not theirs.

use identity::admin::Act;
use model::Id;

use crate::{
    clients::wire::error,
    harness::{TestServer, app::Tokens, page, seed},
};

#[tokio::test]
async fn v50_the_person_is_told_by_mail_and_ends_it_with_one_button() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let tokens = device.connect_device(&browser).await;
    let mail = server.mail("member@example.com").await;
    assert!(mail.words.text.contains("Demo Device") && mail.words.text.contains("/connections"), "{}", mail.words.text);
    assert!(mail.words.text.contains("127.0.0.1"), "from where it asked: {}", mail.words.text);
    let shown = browser.get("/connections").await;
    let grant = page::grants(&shown.body).pop().expect("a button");
    assert!(shown.body.contains("Demo Device"));
    let answer = browser.submit(&shown, &format!("/connections/{grant}/disconnect"), &[]).await;
    assert_eq!(answer.status, 303);
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(error(&device.try_refresh(tokens.refresh.as_deref().unwrap()).await), "invalid_grant");
}

#[tokio::test]
async fn v50_a_listed_client_reads_and_only_the_operators_own_writes_where_the_organisation_allows_it() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let mut written = None;
    for (client, allowed, granted) in [
        (server.device(), false, "issues:read"),
        (server.desktop(), false, "issues:read"),
        (server.device(), true, "issues:read"),
        (server.desktop(), true, "issues:read issues:write"),
    ] {
        set_device_writes(&server, allowed).await;
        let codes = client.begin_with("issues:read issues:write").await;
        browser.let_in(&codes, &server.seeded.apollo).await;
        let answer = client.poll(&codes).await;
        assert_eq!(answer.json()["scope"], granted, "{}", client.id);
        let tokens = Tokens::of(&answer);
        let told = server.api().introspect(&tokens.access).await;
        assert_eq!(told["scope"], granted);
        assert_eq!(told["project"], server.seeded.apollo);
        written = Some(tokens);
    }
    // Taken back: whatever a device holds that writes ends at once, and what waits to be fetched only reads.
    let (desktop, written) = (server.desktop(), written.unwrap());
    let waiting = desktop.begin_with("issues:read issues:write").await;
    browser.let_in(&waiting, &server.seeded.apollo).await;
    set_device_writes(&server, false).await;
    assert!(!server.api().accepts(&written.access).await);
    assert_eq!(error(&desktop.try_refresh(written.refresh.as_deref().unwrap()).await), "invalid_grant");
    assert_eq!(desktop.poll(&waiting).await.json()["scope"], "issues:read");
    let only_write = server.device().try_begin(&[("scope", "issues:write")]).await;
    assert_eq!(error(&only_write), "invalid_scope");
}

async fn set_device_writes(server: &TestServer, allowed: bool) {
    let act = Act::OrganizationSetDeviceWrites { organization: "acme".into(), allowed };
    seed::act(&server.authority, act).await;
}

#[tokio::test]
async fn v50_what_a_device_holds_says_so() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin_with("openid issues:read offline_access").await;
    browser.let_in(&codes, &server.seeded.apollo).await;
    let tokens = Tokens::of(&device.poll(&codes).await);
    let claims = crate::browser::flow::claims(&tokens.id.expect("an ID token"));
    assert_eq!(claims["amr"], serde_json::json!(["pwd", "device"]));
    let mut read = server.authority.store().read().await.unwrap();
    let devices = read.devices_of(Id::parse(&server.seeded.member).unwrap()).await.unwrap();
    assert_eq!(devices.len(), 1);
    assert_eq!((devices[0].1.client_id.as_str(), devices[0].1.address.as_str()), ("demo-device", "127.0.0.1"));
}

#[tokio::test]
async fn v50_consent_to_a_device_is_never_remembered() {
    let server = TestServer::start().await;
    let (desktop, browser) = (server.desktop(), server.signed_in().await);
    desktop.connect_device(&browser).await;
    let codes = desktop.begin().await;
    let asked = browser.asked_of_device(&codes).await;
    assert!(page::has_id(&asked.body, "own-device"));
    assert_eq!(error(&desktop.poll(&codes).await), "authorization_pending");
    // Nor does a browser that asks by itself, later, get in by what a device was allowed.
    assert_eq!(browser.get("/authorize?response_type=code&client_id=demo-desktop").await.status, 400);
}
