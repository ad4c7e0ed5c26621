//! What the pages say and demand (RFC 8628 §5.4, and the best current practice for cross-device flows).

use crate::{
    clients::wire::error,
    harness::{Browser, TestServer, page},
};

#[tokio::test]
async fn dev06_the_link_carries_the_code_and_the_person_still_confirms_it() {
    let server = TestServer::start().await;
    let answer = server.device().try_begin(&[("scope", "openid")]).await.json();
    let user_code = answer["user_code"].as_str().unwrap();
    assert!(!answer["verification_uri"].as_str().unwrap().contains(user_code), "the plain address has no code in it");
    let codes = server.device().begin().await;
    let browser = server.signed_in().await;
    let opened = browser.get(&codes.complete).await;
    assert_eq!(opened.status, 200, "nothing is sent by opening a link");
    assert_eq!(page::value_of(&opened.body, "user_code").as_deref(), Some(codes.user_code.as_str()));
    assert!(opened.body.contains("Compare this code"), "{}", opened.body);
    // Opening it claims nothing: any browser may still enter it, and then it is shown once more.
    let other = server.signed_in().await;
    let asked = other.asked_of_device(&codes).await;
    assert!(page::has_id(&asked.body, "user-code") && asked.body.contains(&codes.user_code), "{}", asked.body);
    assert_eq!(error(&server.device().poll(&codes).await), "authorization_pending");
}

#[tokio::test]
async fn dev06_a_link_puts_nothing_but_a_code_into_the_page() {
    let server = TestServer::start().await;
    let hostile = "/device?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let opened = server.browser().get(hostile).await;
    assert_eq!(opened.status, 200);
    assert_eq!(page::value_of(&opened.body, "user_code").as_deref(), Some(""));
}

#[tokio::test]
async fn dev07_the_page_says_that_a_device_asks_which_for_what_from_where_and_when() {
    let server = TestServer::start_with(&[("TRUSTED_PROXIES", "[\"127.0.0.1\"]")]).await;
    let fields = [("client_id", "demo-device"), ("scope", "issues:read offline_access")];
    let request = server
        .http()
        .post(server.url("/device_authorization"))
        .header("x-forwarded-for", "203.0.113.77")
        .header("user-agent", "acme-cli/3.1 (Linux)")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(crate::harness::browser::encode(&fields));
    let answer = crate::harness::Answer::of(request).await.json();
    server.advance(std::time::Duration::from_secs(120));
    let browser = server.signed_in().await;
    let asked = browser.follow(browser.enter(answer["user_code"].as_str().unwrap()).await).await;
    for said in [
        "A <em>device</em> asks to be let in.",
        "Nobody from support will ever ask you to do this.",
        "Demo Device",
        "read issues and comments",
        "203.0.113.77",
        "Linux",
        "Apollo",
        "I started this on my own device",
        answer["user_code"].as_str().unwrap(),
    ] {
        assert!(asked.body.contains(said), "{said} is not said:\n{}", asked.body);
    }
    // When it asked, to be seen by people and machines.
    assert!(asked.body.contains("datetime=\"2027-01-15T08:00:00"), "{}", asked.body);
    let button = |id: &str| {
        let (_, rest) = asked.body.split_once(&format!("id=\"{id}\"")).unwrap();
        let before = &asked.body[..asked.body.len() - rest.len()];
        before.rsplit_once("<button").unwrap().1.to_owned()
    };
    assert_eq!(
        button("deny").replace("deny", "X"),
        button("allow").replace("allow", "X"),
        "as prominent as each other"
    );
}

#[tokio::test]
async fn dev07_without_the_tick_nobody_is_let_in() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    let asked = browser.asked_of_device(&codes).await;
    let fields = [("decision", "allow"), ("project", server.seeded.apollo.as_str())];
    let again = browser.decide(&asked, &fields).await;
    assert!(page::has_id(&again.body, "own-device") && page::has_id(&again.body, "refusal"), "{}", again.body);
    assert_eq!(error(&device.poll(&codes).await), "authorization_pending");
    // What was chosen is chosen still.
    let fields = [("decision", "allow"), ("own_device", "yes"), ("project", server.seeded.apollo.as_str())];
    assert!(page::has_id(&browser.decide(&again, &fields).await.body, "device-allowed"));
    assert_eq!(device.poll(&codes).await.status, 200);
}

#[tokio::test]
async fn dev14_no_other_site_sends_the_forms_or_frames_them_and_signing_in_submits_nothing() {
    let server = TestServer::start().await;
    let (device, browser) = (server.device(), server.signed_in().await);
    let codes = device.begin().await;
    // Without the proof, with another browser's, and from another site.
    assert_eq!(browser.post("/device", &[("user_code", &codes.user_code)]).await.status, 403);
    let others = crate::browser::flow::csrf(&server.signed_in().await).await;
    let forged = [("csrf", others.as_str()), ("user_code", codes.user_code.as_str())];
    assert_eq!(browser.post("/device", &forged).await.status, 403);
    let own = crate::browser::flow::csrf(&browser).await;
    let fields = [("csrf", own.as_str()), ("user_code", codes.user_code.as_str())];
    let cross = browser.post_with("/device", &[("sec-fetch-site", "cross-site")], &fields).await;
    assert_eq!(cross.status, 403);
    for path in ["/device", codes.complete.as_str()] {
        let shown = browser.get(path).await;
        assert!(shown.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(shown.header("x-frame-options"), "DENY");
    }
    // Signing in leads to the question, not past it.
    let stranger: Browser = server.browser();
    let sign_in = stranger.follow(stranger.enter(&codes.user_code).await).await;
    let fields = [("email", "member@example.com"), ("password", crate::harness::PASSWORD)];
    let asked = stranger.follow(stranger.submit(&sign_in, "/sign-in", &fields).await).await;
    assert!(page::has_id(&asked.body, "deny") && page::has_id(&asked.body, "allow"));
    assert_eq!(error(&device.poll(&codes).await), "authorization_pending");
    let id = asked.consent_id();
    let fields = [("decision", "allow"), ("own_device", "yes"), ("project", server.seeded.apollo.as_str())];
    assert_eq!(stranger.post(&format!("/consent/{id}"), &fields).await.status, 403, "no proof, no answer");
}
