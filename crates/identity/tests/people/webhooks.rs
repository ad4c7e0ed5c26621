//! Webhooks: what an organisation is told, signed, tried again, and given up.

use std::time::Duration;

use identity::admin::ActError;
use serde_json::{Value, json};

use crate::{
    https_server::{Answer, HttpsServer},
    stand::{DAY, MINUTE, Stand},
};

fn answering(status: &str) -> Answer {
    Answer::text(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"))
}

/// Acme, and a receiver for it.
async fn stand(receiver: &HttpsServer) -> Stand {
    let ca = receiver.ca.clone().into_bytes();
    let stand = Stand::with(|settings| {
        settings.documents.development_ca = Some(ca);
        settings.sends_mail = true;
    })
    .await;
    stand.acme().await;
    stand
}

async fn add(stand: &Stand, url: &str, kinds: &[&str]) -> (String, String) {
    let added = stand.act(json!({"webhook_add": {"organization": "acme", "url": url, "kinds": kinds}})).await;
    (text(&added, "id"), text(&added, "secret"))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// Tells and delivers whatever can be at this moment.
async fn deliver(stand: &Stand) {
    stand.authority.tell_events(stand.now()).await.unwrap();
    while stand.authority.deliver_next_webhook(stand.now()).await.unwrap() {}
}

async fn deliveries(stand: &Stand, webhook: &str) -> Vec<Value> {
    let listed = stand.act(json!({"webhook_deliveries": {"webhook": webhook}})).await;
    listed["deliveries"].as_array().unwrap().clone()
}

/// What arrived: each request's headers in lower case, and its body.
fn received(receiver: &HttpsServer) -> Vec<(String, String)> {
    let split = |request: String| {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    };
    receiver.heads().into_iter().map(split).collect()
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)));
    line.unwrap_or_else(|| panic!("no {name} in {head}")).1.to_owned()
}

/// As a receiver computes it, by the specification's words alone.
fn signature(secret: &str, head: &str, body: &str) -> String {
    use aws_lc_rs::hmac;
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = format!("{}.{}.{body}", header(head, "webhook-id"), header(head, "webhook-timestamp"));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

#[tokio::test]
async fn c35_an_organisation_is_told_of_its_events_and_can_tell_who_told_it() {
    let receiver = HttpsServer::start(answering("204 No Content")).await;
    let stand = stand(&receiver).await;
    let (webhook, secret) = add(&stand, &receiver.url("/hook"), &[]).await;
    let user = stand.member("member@example.com", "member").await;
    let (grant, _) = stand.connect(user).await;
    stand.act(json!({"organization_add": {"slug": "globex", "name": "Globex"}})).await;
    stand.act(json!({"organization_set_disabled": {"organization": "globex", "disabled": true}})).await;
    stand.act(json!({"member_remove": {"organization": "acme", "user": "member@example.com"}})).await;
    deliver(&stand).await;

    let arrived = received(&receiver);
    let bodies: Vec<Value> = arrived.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
    let kinds: Vec<&str> = bodies.iter().map(|body| body["type"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 2, "another organisation's business is not told: {kinds:?}");
    assert!(kinds.contains(&"grant.revoked") && kinds.contains(&"membership.removed"), "{kinds:?}");
    let revoked = bodies.iter().find(|body| body["type"] == "grant.revoked").unwrap();
    assert_eq!(revoked["data"]["grant_id"], grant.to_string());
    assert_eq!(revoked["data"]["subject"], user.to_string());
    assert_eq!(revoked["timestamp"], "2027-01-15T08:00:00Z");
    for (head, body) in &arrived {
        assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
        assert_eq!(header(head, "content-type"), "application/json");
        assert_eq!(header(head, "webhook-timestamp"), stand.now().as_seconds().to_string());
        assert_eq!(header(head, "webhook-signature"), signature(&secret, head, body));
        assert!(!body.contains("example.com"), "a person's address is not told");
    }
    let listed = deliveries(&stand, &webhook).await;
    assert!(listed.iter().all(|one| one["status"] == 204 && one["attempts"] == 1 && one["delivered_at"].is_i64()));
    deliver(&stand).await;
    assert_eq!(received(&receiver).len(), 2, "each is told once");
}

#[tokio::test]
async fn only_the_kinds_that_were_asked_for_are_sent() {
    let receiver = HttpsServer::start(answering("200 OK")).await;
    let stand = stand(&receiver).await;
    add(&stand, &receiver.url("/hook"), &["signing_key.rotated", "user.disabled"]).await;
    let user = stand.member("member@example.com", "member").await;
    stand.connect(user).await;
    stand.act(json!({"signing_key_rotate": {}})).await;
    stand.act(json!({"user_set_disabled": {"user": "member@example.com", "disabled": true}})).await;
    stand.act(json!({"user_remove": {"user": "member@example.com"}})).await;
    deliver(&stand).await;
    let kinds: Vec<String> = received(&receiver)
        .iter()
        .map(|(_, body)| text(&serde_json::from_str::<Value>(body).unwrap(), "type"))
        .collect();
    // Whoever is removed before anybody was told that they were disabled is told of no more.
    assert!(kinds.contains(&"signing_key.rotated".to_owned()), "{kinds:?}");
    assert!(kinds.iter().all(|kind| kind == "signing_key.rotated" || kind == "user.disabled"), "{kinds:?}");
    let refused =
        |kind: &str| json!({"webhook_add": {"organization": "acme", "url": "https://a.example/", "kinds": [kind]}});
    for kind in ["token.revoked", "nonsense", ""] {
        assert!(stand.refused(refused(kind)).await.contains("no kind of event"), "{kind}");
    }
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_under_the_same_id_and_given_up_in_the_end() {
    let receiver = HttpsServer::start(answering("500 Internal Server Error")).await;
    let stand = stand(&receiver).await;
    let (webhook, secret) = add(&stand, &receiver.url("/hook"), &[]).await;
    stand.act(json!({"signing_key_rotate": {}})).await;
    deliver(&stand).await;
    deliver(&stand).await;
    assert_eq!(receiver.connections(), 1, "not at once");
    stand.clock.advance(Duration::from_secs(6));
    receiver
        .answer(Answer::text("HTTP/1.1 302 Found\r\nlocation: https://localhost/else\r\ncontent-length: 0\r\n\r\n"));
    deliver(&stand).await;
    let listed = deliveries(&stand, &webhook).await;
    assert_eq!(
        (&listed[0]["attempts"], &listed[0]["trouble"]),
        (&2.into(), &"answered 302".into()),
        "nothing is followed"
    );
    stand.clock.advance(MINUTE);
    receiver.answer(answering("201 Created"));
    deliver(&stand).await;
    let arrived = received(&receiver);
    assert_eq!(arrived.len(), 3);
    let ids: Vec<String> = arrived.iter().map(|(head, _)| header(head, "webhook-id")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "repeats are told by their id");
    assert_ne!(header(&arrived[0].0, "webhook-timestamp"), header(&arrived[2].0, "webhook-timestamp"));
    assert_eq!(header(&arrived[2].0, "webhook-signature"), signature(&secret, &arrived[2].0, &arrived[2].1));
    assert!(deliveries(&stand, &webhook).await[0]["delivered_at"].is_i64());

    stand.act(json!({"webhook_resend": {"delivery": ids[0]}})).await;
    deliver(&stand).await;
    assert_eq!(header(&received(&receiver)[3].0, "webhook-id"), ids[0]);
}

#[tokio::test]
async fn an_address_that_takes_nothing_for_days_is_switched_off_and_its_owners_hear_of_it() {
    let receiver = HttpsServer::start(answering("503 Service Unavailable")).await;
    let stand = stand(&receiver).await;
    stand.member("owner@example.com", "owner").await;
    let (webhook, _) = add(&stand, &receiver.url("/hook"), &["signing_key.rotated"]).await;
    for _ in 0..6 {
        stand.act(json!({"signing_key_rotate": {}})).await;
        deliver(&stand).await;
        stand.clock.advance(DAY);
    }
    let shown = stand.act(json!({"webhook_show": {"webhook": webhook}})).await;
    assert_eq!(shown["disabled_reason"], "failing");
    let mail = stand.authority.claim_mail(stand.now()).await.unwrap().expect("a mail to the owner");
    assert_eq!((mail.recipient().as_str(), mail.letter.message.kind()), ("owner@example.com", "webhook_disabled"));
    let tried = receiver.connections();
    deliver(&stand).await;
    assert_eq!(receiver.connections(), tried, "nothing is sent there any more");

    receiver.answer(answering("204 No Content"));
    stand.act(json!({"webhook_set_disabled": {"webhook": webhook, "disabled": false}})).await;
    stand.clock.advance(DAY);
    deliver(&stand).await;
    let listed = deliveries(&stand, &webhook).await;
    assert!(listed.iter().any(|one| one["delivered_at"].is_i64()), "what still waits is sent: {listed:?}");
    receiver.answer(answering("410 Gone"));
    stand.act(json!({"signing_key_rotate": {}})).await;
    deliver(&stand).await;
    let shown = stand.act(json!({"webhook_show": {"webhook": webhook}})).await;
    assert_eq!(shown["disabled_reason"], "gone");
}

#[tokio::test]
async fn two_secrets_sign_while_they_overlap() {
    let receiver = HttpsServer::start(answering("204 No Content")).await;
    let stand = stand(&receiver).await;
    let (webhook, first) = add(&stand, &receiver.url("/hook"), &[]).await;
    let renewed = stand.act(json!({"webhook_new_secret": {"webhook": webhook, "overlap": 3600}})).await;
    let second = text(&renewed, "secret");
    assert_ne!(first, second);
    stand.act(json!({"signing_key_rotate": {}})).await;
    deliver(&stand).await;
    let (head, body) = received(&receiver).pop().unwrap();
    let both = format!("{} {}", signature(&second, &head, &body), signature(&first, &head, &body));
    assert_eq!(header(&head, "webhook-signature"), both);
    stand.clock.advance(Duration::from_secs(3600));
    stand.act(json!({"signing_key_rotate": {}})).await;
    deliver(&stand).await;
    let (head, body) = received(&receiver).pop().unwrap();
    assert_eq!(header(&head, "webhook-signature"), signature(&second, &head, &body), "the old one is over");
    let shown = stand.act(json!({"webhook_list": {"organization": "acme"}})).await.to_string();
    assert!(!shown.contains("whsec_"), "a secret is shown once");
}

#[tokio::test]
async fn one_address_that_hangs_holds_no_other_up() {
    let (hanging, well) =
        (HttpsServer::start(Answer::Silence).await, HttpsServer::start(answering("204 No Content")).await);
    let stand = Stand::with(|settings| settings.documents.development_ca = Some(well.ca.clone().into_bytes())).await;
    stand.acme().await;
    // Under another authority, so that it fails at once; what counts is that its failure pauses it alone.
    let (failing, _) = add(&stand, &hanging.url("/hook"), &[]).await;
    let (good, _) = add(&stand, &well.url("/hook"), &[]).await;
    for _ in 0..3 {
        stand.act(json!({"signing_key_rotate": {}})).await;
    }
    deliver(&stand).await;
    assert!(deliveries(&stand, &good).await.iter().all(|one| one["delivered_at"].is_i64()));
    let tried = deliveries(&stand, &failing).await.iter().filter(|one| one["attempts"] == 1).count();
    assert_eq!(tried, 1, "one failure pauses the rest");
}

#[tokio::test]
async fn v59_nothing_inside_can_be_named_and_a_body_without_end_is_not_read() {
    let receiver = HttpsServer::start(Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())).await;
    let stand = stand(&receiver).await;
    for url in [
        "http://app.example.com/hook",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest",
        "https://[::ffff:127.0.0.1]/hook",
        "https://intranet/hook",
        "https://app.example.com:8443/hook",
        "https://user:secret@app.example.com/hook",
        "https://app.example.com/hook#here",
        "ftp://app.example.com/",
        "nonsense",
    ] {
        let act = json!({"webhook_add": {"organization": "acme", "url": url, "kinds": []}});
        let refused: Result<Value, ActError> = stand.try_act(act).await;
        assert!(refused.is_err(), "{url}");
    }
    let (webhook, _) = add(&stand, &receiver.url("/hook"), &[]).await;
    stand.act(json!({"signing_key_rotate": {}})).await;
    deliver(&stand).await;
    assert!(deliveries(&stand, &webhook).await[0]["delivered_at"].is_i64(), "the status is all that counts");
    assert!(receiver.written() < 8 * 1024 * 1024, "the rest is not read");
}

#[tokio::test]
async fn without_the_development_setting_this_computer_is_never_told_anything() {
    let receiver = HttpsServer::start(answering("204 No Content")).await;
    let stand = Stand::new().await;
    stand.acme().await;
    let act = json!({"webhook_add": {"organization": "acme", "url": receiver.url("/hook"), "kinds": []}});
    assert!(stand.refused(act).await.contains("this computer"));
    assert_eq!(receiver.connections(), 0);
}
