//! Which clients may ask (C-14), and what is said of the grant.

use protocol::GrantType;
use serde_json::json;

use crate::{
    clients::wire::error,
    harness::{
        Answer, Client, TestServer,
        device::DEVICE_CODE,
        seed::{RESOURCE, act, client, plain, text},
    },
};
use identity::admin::{Act, ClientAdd, ClientKind};

#[tokio::test]
async fn dev01_only_a_listed_client_that_proves_who_it_is_may_ask() {
    let server = TestServer::start().await;
    let nobody = Client::public(&server, "nobody", "");
    let answer = nobody.try_begin(&[("scope", "issues:read")]).await;
    assert_eq!((answer.status.as_u16(), error(&answer).as_str()), (401, "invalid_client"), "an unknown client");
    for unlisted in [server.cli(), server.web_app(), server.service()] {
        let answer = unlisted.try_begin(&[("scope", "issues:read"), ("resource", RESOURCE)]).await;
        assert_eq!((answer.status.as_u16(), error(&answer).as_str()), (400, "unauthorized_client"), "{}", unlisted.id);
        let codes = server.device().begin().await;
        assert_eq!(error(&unlisted.poll(&codes).await), "unauthorized_client", "{}", unlisted.id);
    }
    let confidential = ClientAdd {
        kind: ClientKind::Confidential {},
        grant_types: vec![DEVICE_CODE.to_owned(), "refresh_token".to_owned()],
        ..plain("kiosk", &[])
    };
    let secret = text(&act(&server.authority, client(confidential)).await, "client_secret");
    let ask = [("scope", "issues:read"), ("resource", RESOURCE)];
    let without = Client::public(&server, "kiosk", "").try_begin(&ask).await;
    assert_eq!((without.status.as_u16(), error(&without).as_str()), (401, "invalid_client"), "no credential");
    let wrong = Client::confidential(&server, "kiosk", "wrong", "").try_begin(&ask).await;
    assert_eq!((wrong.status.as_u16(), error(&wrong).as_str()), (401, "invalid_client"), "a wrong one");
    let kiosk = Client::confidential(&server, "kiosk", &secret, "");
    let codes = kiosk.begin().await;
    let without = Client::public(&server, "kiosk", "").poll(&codes).await;
    assert_eq!(error(&without), "invalid_client", "and at the token endpoint");
    assert_eq!(error(&kiosk.poll(&codes).await), "authorization_pending");
}

#[tokio::test]
async fn dev01_the_issuer_is_https_except_on_this_machine() {
    // There is no listener in clear for any address but loopback: what is public is https, or does not start.
    let settings = server::config::Settings::development(
        8080,
        std::path::Path::new("unused"),
        [("LANYARD__PUBLIC_URL".to_owned(), "http://auth.example.com".to_owned())],
    );
    assert!(settings.is_err());
}

#[tokio::test]
async fn dev02_the_answer_has_all_that_a_device_needs_and_is_kept_by_nobody() {
    let server = TestServer::start().await;
    let answer = server.device().try_begin(&[("scope", "issues:read"), ("resource", RESOURCE)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
    assert_eq!(answer.header("content-type"), "application/json");
    let json = answer.json();
    assert_eq!((&json["expires_in"], &json["interval"]), (&json!(600), &json!(5)));
    assert_eq!(json["verification_uri"], server.url("/device"));
    let user_code = json["user_code"].as_str().unwrap();
    assert_eq!(json["verification_uri_complete"], format!("{}?user_code={user_code}", server.url("/device")));
    // Refusals are kept by nobody either.
    assert_eq!(server.cli().try_begin(&[]).await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn dev13_metadata_names_the_endpoint_and_the_grant_type() {
    let server = TestServer::start().await;
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let metadata = Answer::of(server.http().get(server.url(path))).await.json();
        assert_eq!(metadata["device_authorization_endpoint"], server.url("/device_authorization"));
        let types = metadata["grant_types_supported"].as_array().unwrap();
        assert!(types.contains(&json!(DEVICE_CODE)), "{types:?}");
    }
}

#[tokio::test]
async fn c14_a_client_that_registers_itself_never_gets_the_grant_and_is_told_so() {
    let server = TestServer::start().await;
    let asked = json!({
        "client_name": "A stranger",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token", DEVICE_CODE],
    });
    let request = server.http().post(server.url("/register")).header("content-type", "application/json");
    let answer = Answer::of(request.body(asked.to_string())).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.json()["grant_types"], json!(["authorization_code", "refresh_token"]));
    let stranger = Client::public(&server, answer.json()["client_id"].as_str().unwrap(), "");
    assert_eq!(error(&stranger.try_begin(&[("scope", "issues:read")]).await), "unauthorized_client");
}

#[tokio::test]
async fn c14_a_client_that_says_nothing_of_it_is_not_listed() {
    let server = TestServer::start().await;
    act(&server.authority, client(plain("plain", &["http://127.0.0.1/callback"]))).await;
    let mut read = server.authority.store().read().await.unwrap();
    let kept = read.client(&model::ClientId::new("plain")).await.unwrap().unwrap();
    assert!(!kept.may_use(GrantType::DeviceCode));
    // Even if its row says otherwise, one that no operator added may not.
    let mut stranger = kept.clone();
    stranger.origin = model::ClientOrigin::Registration;
    stranger.metadata.grant_types.push(GrantType::DeviceCode);
    assert!(!stranger.may_use(GrantType::DeviceCode));
}

#[tokio::test]
async fn c14_a_client_that_is_taken_off_the_list_loses_what_devices_hold_of_it() {
    let server = TestServer::start().await;
    let set = async |client: &str, allowed| {
        server.authority.act(Act::ClientSetDevice { client: client.into(), allowed }, server.authority.now()).await
    };
    let (device, browser) = (server.device(), server.signed_in().await);
    let (tokens, waiting) = (device.connect_device(&browser).await, device.begin().await);
    browser.let_in(&waiting, &server.seeded.apollo).await;
    set("demo-device", false).await.unwrap();
    assert!(!server.api().accepts(&tokens.access).await);
    let member = model::Id::parse(&server.seeded.member).unwrap();
    let told = server.authority.store().read().await.unwrap().recent_events_of(member).await.unwrap();
    assert!(told.iter().any(|event| event.action == "refresh.ended"), "whoever remembers it is told: {told:?}");
    assert_eq!(error(&device.try_refresh(tokens.refresh.as_deref().unwrap()).await), "invalid_grant");
    assert_eq!(error(&device.poll(&waiting).await), "unauthorized_client");
    assert_eq!(error(&device.try_begin(&[("scope", "issues:read")]).await), "unauthorized_client");
    set("demo-device", true).await.unwrap();
    device.connect_device(&browser).await;
    // One that came by itself is never listed.
    let request = server.http().post(server.url("/register")).header("content-type", "application/json");
    let about = json!({"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"});
    let stranger = Answer::of(request.body(about.to_string())).await.json();
    assert!(set(stranger["client_id"].as_str().unwrap(), true).await.is_err());
}
