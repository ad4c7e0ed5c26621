//! `/organizations/{organization}/webhooks`: owners say where they are told, see what was told, and tell it again.

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

    let here = "/organizations/acme/webhooks";
    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    assert!(owner.get("/account/security").await.body.contains("/account/webhooks"));
    assert_eq!(owner.get("/account/webhooks").await.location().as_deref(), Some(here), "it leads on");
    let page = owner.get(here).await;
    assert!(page.body.contains("https://acme.example.com/hook") && page.body.contains(&delivery), "{}", page.body);
    assert!(!page.body.contains("globex") && !page.body.contains("whsec_"));
    let again = format!("{here}/deliveries/{delivery}/resend");
    let sent = owner.submit(&page, &again, &[]).await;
    assert_eq!(sent.location().as_deref(), Some(here));

    for email in ["member@example.com", "outsider@example.com"] {
        let other = server.browser();
        other.sign_in(email, PASSWORD).await;
        assert_eq!(other.get(here).await.status, 404, "{email}");
        let form = other.get("/sign-in?account=another").await;
        let (_, hidden) = form_to(&form.body, "/sign-in").expect("a form");
        let csrf = hidden.into_iter().find(|(name, _)| name == "csrf").expect("a CSRF token").1;
        for path in [again.clone(), again.replace("acme", "globex")] {
            assert_eq!(other.post(&path, &[("csrf", &csrf)]).await.status, 404, "{email}");
        }
    }
}

#[tokio::test]
async fn an_address_is_added_renewed_switched_off_and_removed() {
    let server = TestServer::start().await;
    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    let here = "/organizations/acme/webhooks";
    let form = owner.get(here).await;
    for url in ["http://hooks.example.com/", "https://127.0.0.1/", "nothing"] {
        let refused = owner.submit(&form, here, &[("url", url)]).await;
        assert_eq!(refused.status, 422, "{url}");
        assert!(!refused.body.contains("whsec_"), "{url}");
    }
    let added = owner.submit(&form, here, &[("url", "https://hooks.example.com/a"), ("kind-key.created", "on")]).await;
    let secret = |body: &str| body.split("whsec_").nth(1).expect("a secret").chars().take(20).collect::<String>();
    let first = secret(&added.body);
    let listed = owner.get(here).await;
    assert!(listed.body.contains("https://hooks.example.com/a") && !listed.body.contains("whsec_"));
    let all = act(&server.authority, Act::WebhookList { organization: "acme".into() }).await;
    assert_eq!(all["webhooks"][0]["kinds"][0], "key.created", "{all}");
    let id = text(&all["webhooks"][0], "id");
    let renewed = owner.submit(&listed, &format!("{here}/{id}/new-secret"), &[]).await;
    assert_ne!(secret(&renewed.body), first);
    owner.submit(&listed, &format!("{here}/{id}/disable"), &[]).await;
    let off = owner.get(here).await;
    assert!(off.body.contains("switched off"));
    owner.submit(&off, &format!("{here}/{id}/enable"), &[]).await;
    owner.submit(&off, &format!("{here}/{id}/remove"), &[]).await;
    assert!(!owner.get(here).await.body.contains("hooks.example.com"));
}
