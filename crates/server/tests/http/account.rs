//! `/account/…`: sessions, security, password and address, by their own person.

use std::time::Duration;

use crate::harness::{Answer, Browser, PASSWORD, TestServer, page};

const CHOSEN: &str = "orchids by the tram stop";

/// The path of the link that the next mail to this address holds.
async fn link(server: &TestServer, email: &str) -> String {
    let link = server.mail(email).await.words.link.unwrap();
    link.strip_prefix(&server.issuer).unwrap().to_owned()
}

/// The ids of the sessions on the page, as its buttons name them.
fn sessions(answer: &Answer) -> Vec<String> {
    let ids = answer.body.split("id=\"end-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    ids.filter(|id| id != "others").collect()
}

async fn changes(browser: &Browser, present: &str, new: &str) -> Answer {
    let form = browser.get("/account/password").await;
    browser.submit(&form, "/account/password", &[("present", present), ("password", new)]).await
}

#[tokio::test]
async fn c11_sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let server = TestServer::start().await;
    let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let (here, there, third) = (server.signed_in().await, server.browser(), server.signed_in().await);
    let form = there.get("/sign-in").await;
    let (_, hidden) = page::form(&form.body, "/sign-in").unwrap();
    let mut fields = vec![("email", "member@example.com"), ("password", PASSWORD)];
    fields.extend(hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    there.post_with("/sign-in", &[("user-agent", firefox)], &fields).await;
    let shown = here.get("/account/sessions").await;
    let ids = sessions(&shown);
    assert_eq!(ids.len(), 3, "{}", shown.body);
    assert!(shown.body.contains("Firefox on Windows") && shown.body.contains("with your password"));
    assert!(shown.body.find("this one").unwrap() < shown.body.find("Firefox on Windows").unwrap());
    assert!(shown.body.contains("127.0.0.1"));
    // Last used first, behind this one; the third was used before the one on Windows.
    let ended = here.submit(&shown, &format!("/account/sessions/{}/end", ids[1]), &[]).await;
    assert_eq!(ended.status, 303, "{}", ended.body);
    let left = [&there, &third];
    let mut open = 0;
    for browser in left {
        open += usize::from(browser.get("/connections").await.status == 200);
    }
    assert_eq!(open, 1, "one of the two");
    let all = here.submit(&here.get("/account/sessions").await, "/account/sessions/end-others", &[]).await;
    assert_eq!(all.status, 303);
    for browser in left {
        assert_eq!(browser.get("/connections").await.location().as_deref(), Some("/sign-in"));
    }
    let alone = here.get("/account/sessions").await;
    assert!(sessions(&alone).len() == 1 && !page::has_id(&alone.body, "end-others"));
    let out = here.submit(&alone, &format!("/account/sessions/{}/end", sessions(&alone)[0]), &[]).await;
    assert_eq!(out.status, 303);
    assert!(here.cookie("session").is_none());
}

#[tokio::test]
async fn nobody_ends_a_session_of_another() {
    let server = TestServer::start().await;
    let (member, outsider) = (server.signed_in().await, server.browser());
    outsider.sign_in("outsider@example.com", PASSWORD).await;
    let id = sessions(&member.get("/account/sessions").await).remove(0);
    let (_, hidden) = page::form(&outsider.get("/account/sessions").await.body, "/end").unwrap();
    let (name, csrf) = &hidden[0];
    assert_eq!(outsider.post(&format!("/account/sessions/{id}/end"), &[(name, csrf)]).await.status, 404);
    assert_eq!(member.get("/connections").await.status, 200);
    for path in ["/account/sessions", "/account/security", "/account/password", "/account/address"] {
        assert_eq!(server.browser().get(path).await.location().as_deref(), Some("/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn c12_a_changed_password_ends_all_other_sessions_and_offers_to_end_connections() {
    let server = TestServer::start().await;
    let (here, there, client) = (server.signed_in().await, server.signed_in().await, server.cli());
    let tokens = client.connect(&there).await;
    let waiting = there.get("/forgotten").await;
    there.submit(&waiting, "/forgotten", &[("email", "member@example.com")]).await;
    let reset = link(&server, "member@example.com").await;
    let done = changes(&here, PASSWORD, CHOSEN).await;
    assert!(done.status == 200 && done.body.contains("One other browser was signed out"), "{}", done.body);
    assert_eq!(there.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert_eq!(here.get("/connections").await.status, 200, "this one stays");
    assert_eq!(here.get(&reset).await.status, 410, "a link that waited is over");
    assert!(server.api().accepts(&tokens.access).await, "connections stay until their person says so");
    assert_eq!(here.submit(&done, "/account/connections/end", &[]).await.status, 303);
    assert!(!server.api().accepts(&tokens.access).await);
    assert_eq!(server.browser().try_sign_in("member@example.com", PASSWORD).await.status, 422);
    server.browser().sign_in("member@example.com", CHOSEN).await;
    assert_eq!(server.mail("member@example.com").await.kind, "password_changed");
}

#[tokio::test]
async fn v47_a_password_is_changed_only_by_who_knows_the_present_one() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "3/15m")]).await;
    let browser = server.signed_in().await;
    for present in ["", "wrong", CHOSEN] {
        let refused = changes(&browser, present, CHOSEN).await;
        assert!(refused.status == 422 && page::has_id(&refused.body, "present-error"), "{}", refused.body);
    }
    assert_eq!(changes(&browser, PASSWORD, CHOSEN).await.status, 429, "guesses are counted, here too");
    server.advance(Duration::from_secs(901));
    let refused = changes(&browser, PASSWORD, "short").await;
    assert!(refused.status == 422 && page::has_id(&refused.body, "password-error"), "{}", refused.body);
    server.browser().sign_in("member@example.com", PASSWORD).await;
}

#[tokio::test]
async fn v47_another_address_wants_recent_proof_and_the_new_ones_mail() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    server.advance(Duration::from_secs(601));
    let led = browser.get("/account/address").await;
    assert_eq!(led.location().as_deref(), Some("/prove?for=address"));
    let asked = browser.follow(led).await;
    assert!(page::has_id(&asked.body, "prove"), "{}", asked.body);
    assert_eq!(browser.submit(&asked, "/prove", &[("password", "wrong")]).await.status, 422);
    let form = browser.follow(browser.submit(&asked, "/prove", &[("password", PASSWORD)]).await).await;
    for wrong in ["no address", "member@example.com"] {
        let refused = browser.submit(&form, "/account/address", &[("email", wrong)]).await;
        assert!(refused.status == 422 && page::has_id(&refused.body, "email-error"), "{wrong}");
    }
    let check =
        browser.follow(browser.submit(&form, "/account/address", &[("email", "moved@example.com")]).await).await;
    let mail = server.mail("moved@example.com").await;
    assert_eq!(mail.kind, "confirm_new_address");
    let path = mail.words.link.unwrap().strip_prefix(&server.issuer).unwrap().to_owned();
    assert_eq!(server.browser().get(&path).await.status, 403, "not for whoever reads that mail alone");
    server.browser().sign_in("member@example.com", PASSWORD).await;
    let action = page::form(&check.body, "/again").map(|(to, _)| to.trim_end_matches("/again").to_owned()).unwrap();
    let done = browser.submit(&check, &action, &[("code", &mail.words.code.unwrap())]).await;
    assert_eq!(done.location().as_deref(), Some("/account/security"), "{}", done.body);
    assert!(browser.get("/account/security").await.body.contains("moved@example.com"));
    assert_eq!(server.browser().try_sign_in("member@example.com", PASSWORD).await.status, 422);
    server.browser().sign_in("moved@example.com", PASSWORD).await;
}

/// The member's account gets another address; the way back that the old one is sent.
async fn moves(server: &TestServer, browser: &Browser, to: &str) -> String {
    let form = browser.get("/account/address").await;
    browser.submit(&form, "/account/address", &[("email", to)]).await;
    let opened = browser.get(&link(server, to).await).await;
    assert_eq!(browser.submit(&opened, "/confirm", &[]).await.status, 303, "{}", opened.body);
    link(server, "member@example.com").await
}

#[tokio::test]
async fn v47_the_old_address_is_told_and_takes_the_account_back() {
    let server = TestServer::start().await;
    let (thief, owner) = (server.signed_in().await, server.browser());
    let tokens = server.cli().connect(&thief).await;
    let back = moves(&server, &thief, "thief@example.com").await;
    // The thief goes on: a new password by the new address, and whatever waits is over, but for the way back.
    let form = thief.get("/forgotten").await;
    thief.submit(&form, "/forgotten", &[("email", "thief@example.com")]).await;
    let opened = thief.get(&link(&server, "thief@example.com").await).await;
    assert_eq!(thief.submit(&opened, "/reset", &[("password", CHOSEN)]).await.status, 200);
    thief.sign_in("thief@example.com", CHOSEN).await;
    assert_eq!(owner.get(&back).await.status, 200);
    assert_eq!(thief.get("/connections").await.status, 200, "opening it changes nothing");
    let done = owner.submit(&owner.get(&back).await, "/undo-address", &[]).await;
    assert!(done.status == 200 && done.body.contains("member@example.com"), "{}", done.body);
    assert_eq!(thief.get("/connections").await.location().as_deref(), Some("/sign-in"));
    assert!(!server.api().accepts(&tokens.access).await);
    for (email, password) in
        [("thief@example.com", CHOSEN), ("member@example.com", CHOSEN), ("member@example.com", PASSWORD)]
    {
        assert_eq!(server.browser().try_sign_in(email, password).await.status, 422, "{email}");
    }
    let reset = owner.get(&link(&server, "member@example.com").await).await;
    assert_eq!(owner.submit(&reset, "/reset", &[("password", "the owner is back again")]).await.status, 200);
    owner.sign_in("member@example.com", "the owner is back again").await;
    assert_eq!(owner.get(&back).await.status, 410, "once");
}

#[tokio::test]
async fn v34_a_change_of_address_that_waits_dies_with_a_reset() {
    let server = TestServer::start().await;
    let (attacker, owner) = (server.signed_in().await, server.browser());
    let form = attacker.get("/account/address").await;
    let check = attacker.submit(&form, "/account/address", &[("email", "attacker@example.com")]).await;
    let planted = link(&server, "attacker@example.com").await;
    let form = owner.get("/forgotten").await;
    owner.submit(&form, "/forgotten", &[("email", "member@example.com")]).await;
    let opened = owner.get(&link(&server, "member@example.com").await).await;
    assert_eq!(owner.submit(&opened, "/reset", &[("password", CHOSEN)]).await.status, 200);
    owner.sign_in("member@example.com", CHOSEN).await;
    assert_eq!(owner.get(&planted).await.status, 410);
    assert_eq!(attacker.get(&check.location().unwrap()).await.status, 404);
    assert!(owner.get("/account/security").await.body.contains("member@example.com"));
}

#[tokio::test]
async fn v48_an_address_of_somebody_else_is_answered_like_a_free_one() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let mut shown = Vec::new();
    for email in ["owner@example.com", "free@example.com"] {
        let form = browser.get("/account/address").await;
        let answer = browser.submit(&form, "/account/address", &[("email", email)]).await;
        assert_eq!(answer.status, 303, "{email}");
        let id = answer.location().unwrap().trim_start_matches("/confirm/").to_owned();
        shown.push(browser.follow(answer).await.body.replace(email, "TYPED").replace(&id, "ID"));
    }
    assert_eq!(shown[0], shown[1]);
    assert_eq!(server.mail("owner@example.com").await.kind, "new_address_tried");
    assert_eq!(server.mail("free@example.com").await.kind, "confirm_new_address");
}

#[tokio::test]
async fn v13_proving_again_leads_back_to_an_act_of_ours_alone() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    server.advance(Duration::from_secs(601));
    for query in [
        "",
        "?for=",
        "?for=//evil.example",
        "?for=https%3A%2F%2Fevil.example",
        "?for=address&for=address",
        "?for=/sign-out",
    ] {
        let answer = browser.get(&format!("/prove{query}")).await;
        assert!(answer.status == 400 && answer.location().is_none(), "{query}: {}", answer.status);
    }
}

#[tokio::test]
async fn the_security_page_says_what_happened() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let shown = browser.get("/account/security").await;
    assert!(shown.body.contains("You signed in") && shown.body.contains("127.0.0.1"), "{}", shown.body);
    changes(&browser, PASSWORD, CHOSEN).await;
    let shown = browser.get("/account/security").await;
    assert!(shown.body.contains("Your password was changed"), "{}", shown.body);
    assert!(!server.browser().get("/account/security").await.body.contains("password was changed"));
}

#[tokio::test]
async fn whoever_makes_an_api_token_is_told_by_mail_and_the_mail_does_not_hold_it() {
    let server = TestServer::start().await;
    let member = server.signed_in().await;
    let form = member.get("/account/tokens").await;
    let fields = [("name", "Nightly report"), ("may", "write"), ("days", "30")];
    let made = member.submit(&form, "/account/tokens", &fields).await;
    let token =
        made.body.split_once("id=\"token\"").and_then(|(_, rest)| rest.split(['>', '<']).nth(1)).unwrap_or_default();
    assert!(token.starts_with("lyd_pat_"), "{}", made.body);
    let told = server.mail("member@example.com").await;
    assert_eq!(told.kind, "api_token_made");
    assert!(told.words.text.contains("Nightly report") && told.words.text.contains("may do here"));
    assert!(told.words.text.contains("/account/tokens") && told.words.text.contains("/forgotten"));
    assert!(!told.words.text.contains(token) && !told.words.html.contains(token));
}
