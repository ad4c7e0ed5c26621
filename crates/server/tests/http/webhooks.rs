//! `/account/webhooks`: owners see what was told, and tell it again.

use identity::admin::Act;

use crate::harness::{
    PASSWORD, TestServer,
    page::form as form_to,
    seed::{act, text},
};

#[tokio::test]
async fn owners_see_their_own_deliveries_and_send_one_again() {
    let server = TestServer::start().await;
    let add = |organization: &str| Act::WebhookAdd {
        organization: organization.into(),
        url: format!("https://{organization}.example.com/hook"),
        kinds: vec!["signing_key.rotated".into()],
    };
    let webhook = text(&act(&server.authority, add("acme")).await, "id");
    act(&server.authority, add("globex")).await;
    act(&server.authority, Act::SigningKeyRotate {}).await;
    let now = server.authority.now();
    server.authority.tell_events(now).await.unwrap();
    while server.authority.put_events_on_their_way(now).await.unwrap() {}
    let listed = act(&server.authority, Act::WebhookDeliveries { webhook }).await;
    let delivery = text(&listed["deliveries"][0], "id");

    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    assert!(owner.get("/account/security").await.body.contains("/account/webhooks"));
    let page = owner.get("/account/webhooks").await;
    assert!(page.body.contains("https://acme.example.com/hook") && page.body.contains(&delivery), "{}", page.body);
    assert!(!page.body.contains("globex") && !page.body.contains("whsec_"));
    let again = format!("/account/webhooks/deliveries/{delivery}/resend");
    let sent = owner.submit(&page, &again, &[]).await;
    assert_eq!(sent.location().as_deref(), Some("/account/webhooks"));

    for email in ["member@example.com", "outsider@example.com"] {
        let other = server.browser();
        other.sign_in(email, PASSWORD).await;
        let page = other.get("/account/webhooks").await;
        assert_eq!((page.status.as_u16(), page.body.contains(&delivery)), (200, false), "{email}");
        let form = other.get("/sign-in?account=another").await;
        let (_, hidden) = form_to(&form.body, "/sign-in").expect("a form");
        let csrf = hidden.into_iter().find(|(name, _)| name == "csrf").expect("a CSRF token").1;
        assert_eq!(other.post(&again, &[("csrf", &csrf)]).await.status, 404, "{email}");
    }
}
