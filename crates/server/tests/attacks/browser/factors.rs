//! V-11, V-13, V-30, V-45, V-51, ASVS 6.5 and 7.5 around second factors: half signed in is not signed in, a code is good once,
//! guesses are counted under one counter, and a passkey is good for its site, its person, its browser and its challenge.

use std::time::Duration;

use model::Timestamp;

use crate::harness::{
    Answer, Browser, PASSWORD, TestServer,
    authenticator::Authenticator,
    factors::{App, codes},
    page,
};

const STEP: Duration = Duration::from_secs(30);
const MEMBER: &str = "member@example.com";

fn now(server: &TestServer) -> Timestamp {
    server.authority.now()
}

fn is_let_in(answer: &Answer) -> bool {
    answer.status == 303 && answer.location().as_deref() == Some("/")
}

/// Every page of a person, and what a request of an app leads to.
async fn assert_signed_out(server: &TestServer, browser: &Browser) {
    for path in ["/connections", "/account/sessions", "/account/security", "/account/totp", "/account/passkeys"] {
        assert_eq!(browser.get(path).await.location().as_deref(), Some("/sign-in"), "{path}");
    }
    assert!(page::has_id(&browser.open(&server.cli().authorize(&[])).await.body, "sign-in"));
    assert!(browser.cookie("session").is_none());
}

#[tokio::test]
async fn v45_half_signed_in_is_not_signed_in_whatever_is_opened() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    server.advance(STEP);
    let (browser, client) = (server.browser(), server.cli());
    let asked = browser.open(&client.authorize(&[])).await;
    let id = page::value_of(&asked.body, "authorization").or_else(|| {
        page::form(&asked.body, "/sign-in")
            .unwrap()
            .1
            .into_iter()
            .find(|(name, _)| name == "authorization")
            .map(|(_, id)| id)
    });
    let id = id.unwrap();
    let half = browser.submit(&asked, "/sign-in", &[("email", MEMBER), ("password", PASSWORD)]).await;
    assert!(
        half.headers.get_all("set-cookie").iter().all(|line| !line.to_str().unwrap().contains("session")),
        "{half:?}"
    );
    assert_signed_out(&server, &browser).await;
    assert!(page::has_id(&browser.open(&format!("/consent/{id}")).await.body, "sign-in"), "no consent either");
    let silent = browser.get(&client.authorize(&[("prompt", "none")])).await;
    assert!(silent.sent("code").is_none() && !silent.body.contains("code="), "{silent:?}");
    let shown = browser.follow(half).await;
    let done = browser.gives_code(&shown, &app.code(now(&server))).await;
    assert_eq!(done.location().as_deref(), Some(format!("/consent/{id}").as_str()), "and then it goes on");
}

#[tokio::test]
async fn v11_a_half_sign_in_is_its_browsers_alone() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    server.advance(STEP);
    // The thief knows the cookies that the victim's browser had before, and the code.
    let (victim, thief, stranger) = (server.browser(), server.browser(), server.browser());
    victim.get("/sign-in").await;
    thief.steal(&victim);
    let shown = victim.half_signs_in(MEMBER).await;
    let code = app.code(now(&server));
    for other in [&thief, &stranger] {
        assert_eq!(other.get("/second-factor").await.location().as_deref(), Some("/sign-in"));
        let (_, hidden) = page::form(&other.get("/sign-in").await.body, "/sign-in").unwrap();
        let csrf = hidden.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
        let answer = other.post("/second-factor", &[("csrf", &csrf), ("code", &code)]).await;
        assert_eq!(answer.location().as_deref(), Some("/sign-in"));
        assert_signed_out(&server, other).await;
    }
    assert!(is_let_in(&victim.gives_code(&shown, &code).await), "and the code was not used up by them");
}

#[tokio::test]
async fn v45_each_step_of_the_second_factor_first_twice_and_after_the_end() {
    let server = TestServer::start().await;
    let (_, app, kept) = server.with_app().await;
    server.advance(STEP);
    let browser = server.browser();
    let form = browser.get("/sign-in").await;
    let csrf = page::form(&form.body, "/sign-in").unwrap().1.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let code = app.code(now(&server));
    for (path, code) in [("/second-factor", code.as_str()), ("/second-factor/recovery", kept[0].as_str())] {
        let first = browser.post(path, &[("csrf", &csrf), ("code", code)]).await;
        assert_eq!(first.location().as_deref(), Some("/sign-in"), "{path} before anything was proved");
    }
    let shown = browser.half_signs_in(MEMBER).await;
    assert!(is_let_in(&browser.gives_code(&shown, &code).await));
    let again = browser.gives_code(&shown, &code).await;
    assert_eq!(again.status, 403, "the form is another browser's by now: {}", again.body);
    assert_eq!(browser.get("/second-factor").await.location().as_deref(), Some("/sign-in"), "over");
    // The account changes while somebody waits: what was proved counts no more.
    server.advance(STEP);
    let (waiting, owner) = (server.browser(), browser);
    let shown = waiting.half_signs_in(MEMBER).await;
    let form = owner.get("/account/password").await;
    let changed =
        owner.submit(&form, "/account/password", &[("present", PASSWORD), ("password", "orchids by the tram")]).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let late = waiting.gives_code(&shown, &app.code(now(&server))).await;
    assert_eq!(late.location().as_deref(), Some("/sign-in"));
    assert_signed_out(&server, &waiting).await;
}

#[tokio::test]
async fn v51_a_code_is_good_once_also_at_once() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "100/15m")]).await;
    let (_, app, kept) = server.with_app().await;
    server.advance(STEP);
    let mut waiting = Vec::new();
    for _ in 0..12 {
        let browser = server.browser();
        let shown = browser.half_signs_in(MEMBER).await;
        waiting.push((browser, shown));
    }
    let code = app.code(now(&server));
    let answers =
        futures_util::future::join_all(waiting.iter().map(|(browser, shown)| browser.gives_code(shown, &code))).await;
    assert_eq!(answers.iter().filter(|answer| is_let_in(answer)).count(), 1, "one code, one sign-in");
    let out: Vec<&Browser> =
        waiting.iter().map(|(browser, _)| browser).filter(|one| one.cookie("session").is_none()).collect();
    let answers =
        futures_util::future::join_all(out.iter().take(6).map(|browser| browser.gives_recovery_code(&kept[0]))).await;
    assert_eq!(answers.iter().filter(|answer| is_let_in(answer)).count(), 1, "one recovery code, one sign-in");
    // Later in the same step, and when the clock of the app was ahead.
    server.advance(Duration::from_secs(10));
    let replay = server.browser();
    let shown = replay.half_signs_in(MEMBER).await;
    assert_eq!(replay.gives_code(&shown, &code).await.status, 422);
    assert_signed_out(&server, &replay).await;
}

#[tokio::test]
async fn v51_guesses_at_the_second_factor_share_the_counter_of_the_password() {
    let server = TestServer::start_with(&[("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "5/15m")]).await;
    let (_, app, kept) = server.with_app().await;
    server.advance(STEP);
    let (guesser, spelling) = (server.browser(), "MEMBER@example.com");
    let mut shown = guesser.half_signs_in(MEMBER).await;
    for guess in ["000000", "000001", "000002"] {
        shown = guesser.gives_code(&shown, guess).await;
        assert_eq!(shown.status, 422);
        // The right password, under another spelling, buys nothing.
        let other = server.browser();
        other.half_signs_in(spelling).await;
    }
    assert_eq!(guesser.gives_recovery_code("0000-0000-0000-0000").await.status, 422);
    assert_eq!(server.browser().try_sign_in(spelling, "wrong").await.status, 422);
    let code = app.code(now(&server));
    for answer in [guesser.gives_code(&shown, &code).await, guesser.gives_recovery_code(&kept[0]).await] {
        assert_eq!(answer.status, 429, "right or wrong: {}", answer.body);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_eq!(server.browser().try_sign_in(MEMBER, PASSWORD).await.status, 429, "and no other way in either");
    server.advance(Duration::from_secs(901));
    let browser = server.browser();
    let shown = browser.half_signs_in(MEMBER).await;
    assert!(is_let_in(&browser.gives_code(&shown, &app.code(now(&server))).await));
}

#[tokio::test]
async fn v51_whoever_knows_the_password_has_few_guesses_a_day() {
    let limits = [("RATE_LIMITS__SIGN_IN_PER_ACCOUNT", "1000/15m"), ("RATE_LIMITS__SIGN_IN", "1000/1m")];
    let server = TestServer::start_with(&limits).await;
    let (_, app, _) = server.with_app().await;
    server.advance(STEP);
    let browser = server.browser();
    let mut shown = browser.half_signs_in(MEMBER).await;
    for guess in 0..20 {
        shown = browser.gives_code(&shown, &format!("{guess:06}")).await;
        assert_eq!(shown.status, 422, "{guess}");
    }
    assert_eq!(browser.gives_code(&shown, &app.code(now(&server))).await.status, 429);
    server.advance(Duration::from_secs(24 * 3600 + 1));
    let again = server.browser();
    let shown = again.half_signs_in(MEMBER).await;
    assert!(is_let_in(&again.gives_code(&shown, &app.code(now(&server))).await));
}

#[tokio::test]
async fn asvs_7_5_second_factors_change_only_with_recent_proof_of_both() {
    let server = TestServer::start().await;
    let (browser, app, _) = server.with_app().await;
    let mut device = Authenticator::new(&server.origin());
    browser.add_passkey(&mut device, "Phone").await;
    let pages = [browser.get("/account/passkeys").await, browser.get("/account/totp").await];
    let csrf = page::form(&pages[0].body, "/account/passkeys")
        .unwrap()
        .1
        .into_iter()
        .find(|(name, _)| name == "csrf")
        .unwrap()
        .1;
    let id: String = pages[0].body.split("id=\"remove-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    server.advance(Duration::from_secs(601));
    let fields =
        [("csrf", csrf.as_str()), ("code", "000000"), ("name", "x"), ("ceremony", id.as_str()), ("credential", "{}")];
    let remove = format!("/account/passkeys/{id}/remove");
    for path in [
        "/account/totp/begin",
        "/account/totp",
        "/account/totp/remove",
        "/account/recovery-codes",
        "/account/passkeys",
        &remove,
        &format!("/account/passkeys/{id}/name"),
    ] {
        let answer = browser.post(path, &fields).await;
        assert!(answer.location().is_some_and(|to| to.starts_with("/prove?for=")), "{path}: {answer:?}");
    }
    let asked = browser.post("/account/passkeys/challenge", &fields).await;
    assert_eq!((asked.status.as_u16(), asked.json()["error"].as_str()), (409, Some("not_recent")));
    // The password alone is half a proof, also by way of changing it.
    let form = browser.get("/account/password").await;
    browser.submit(&form, "/account/password", &[("present", PASSWORD), ("password", "orchids by the tram")]).await;
    assert!(browser.post("/account/totp/remove", &fields).await.location().is_some_and(|to| to.starts_with("/prove")));
    let shown = browser.open("/account/totp").await;
    let half = browser.submit(&shown, "/prove", &[("password", "orchids by the tram")]).await;
    assert_eq!(browser.post("/account/totp/remove", &fields).await.location().as_deref(), Some("/prove?for=totp"));
    let shown = browser.follow(half).await;
    assert_eq!(browser.gives_code(&shown, &app.code(now(&server))).await.status, 303);
    assert_eq!(browser.post("/account/totp/remove", &fields).await.location().as_deref(), Some("/account/security"));
}

#[tokio::test]
async fn a_proof_that_waits_is_no_sign_in_and_its_sessions_alone() {
    let server = TestServer::start().await;
    let (browser, app, _) = server.with_app().await;
    server.advance(Duration::from_secs(601));
    let shown = browser.open("/account/totp").await;
    let half = browser.submit(&shown, "/prove", &[("password", PASSWORD)]).await;
    let shown = browser.follow(half).await;
    // The session ends meanwhile; a code then opens nothing.
    browser.forget("session");
    let answer = browser.gives_code(&shown, &app.code(now(&server))).await;
    assert!(!is_let_in(&answer), "{answer:?}");
    assert_signed_out(&server, &browser).await;
}

#[tokio::test]
async fn v13_the_second_factor_leads_to_addresses_of_ours_alone() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    server.advance(STEP);
    let browser = server.browser();
    browser.half_signs_in(MEMBER).await;
    for query in [
        "?for=//evil.example",
        "?for=https%3A%2F%2Fevil.example",
        "?authorization=//evil.example",
        "?for=totp&for=totp",
    ] {
        let answer = browser.get(&format!("/second-factor{query}")).await;
        assert!(answer.status == 400 && answer.location().is_none(), "{query}");
    }
    let shown = browser.get("/second-factor?returnUrl=//evil.example&redirect_uri=https%3A%2F%2Fevil.example").await;
    // The page's own address, to which the language switch comes back, is ours whatever stands in its query.
    let own = "name=\"back\" value=\"/second-factor?";
    assert!(shown.body.lines().all(|line| !line.contains("evil") || line.contains(own)), "{}", shown.body);
    assert!(is_let_in(&browser.gives_code(&shown, &app.code(now(&server))).await));
}

#[tokio::test]
async fn codes_and_seeds_are_nowhere_in_clear() {
    let server = TestServer::start().await;
    let browser = server.signed_in().await;
    let begun =
        browser.follow(browser.submit(&browser.get("/account/totp").await, "/account/totp/begin", &[]).await).await;
    let seed = begun
        .body
        .split("id=\"totp-key\"")
        .nth(1)
        .unwrap()
        .split('>')
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .replace(' ', "");
    let shown = browser.submit(&begun, "/account/totp", &[("code", &App::of(&begun).code(now(&server)))]).await;
    let kept = codes(&shown);
    assert!(shown.headers.get("cache-control").unwrap().to_str().unwrap().contains("no-store"));
    let id = model::Id::parse(&server.seeded.member).unwrap();
    let mut read = server.authority.store().read().await.unwrap();
    let totp = read.totp(id).await.unwrap().unwrap().confirmed.unwrap().0;
    assert!(totp.starts_with("1.") && !totp.contains(&seed), "sealed (C-36): {totp}");
    let tags: Vec<String> =
        read.recovery_codes(id).await.unwrap().iter().map(|code| code.tag.as_str().to_owned()).collect();
    for code in &kept {
        assert!(
            tags.iter()
                .all(|tag| !tag.contains(code.as_str()) && *tag != model::SecretHash::of(code.as_bytes()).as_str())
        );
    }
    assert!(!browser.get("/account/recovery-codes").await.body.contains(&kept[0]), "shown once");
    assert!(!browser.get("/account/totp").await.body.contains(&seed));
}

#[tokio::test]
async fn v47_who_takes_an_address_back_is_not_locked_out_by_the_thiefs_factors() {
    let server = TestServer::start().await;
    let (thief, owner) = (server.signed_in().await, server.browser());
    let form = thief.get("/account/address").await;
    thief.submit(&form, "/account/address", &[("email", "thief@example.com")]).await;
    let link =
        |mail: crate::harness::Received| mail.words.link.unwrap().strip_prefix(&server.issuer).unwrap().to_owned();
    let opened = thief.get(&link(server.mail("thief@example.com").await)).await;
    thief.submit(&opened, "/confirm", &[]).await;
    let back = link(server.mail(MEMBER).await);
    server.advance(STEP);
    thief.sets_up_app(&server).await;
    thief.add_passkey(&mut Authenticator::new(&server.origin()), "Thief").await;
    owner.submit(&owner.get(&back).await, "/undo-address", &[]).await;
    let reset = owner.get(&link(server.mail(MEMBER).await)).await;
    assert_eq!(owner.submit(&reset, "/reset", &[("password", "the owner is back again")]).await.status, 200);
    owner.sign_in(MEMBER, "the owner is back again").await;
}

#[tokio::test]
async fn asvs_6_4_3_a_reset_passes_no_second_factor_over() {
    let server = TestServer::start().await;
    let (_, app, _) = server.with_app().await;
    server.mail(MEMBER).await;
    server.advance(STEP);
    let browser = server.browser();
    browser.submit(&browser.get("/forgotten").await, "/forgotten", &[("email", MEMBER)]).await;
    let path = server.mail(MEMBER).await.words.link.unwrap().strip_prefix(&server.issuer).unwrap().to_owned();
    let opened = browser.get(&path).await;
    assert_eq!(browser.submit(&opened, "/reset", &[("password", "orchids by the tram")]).await.status, 200);
    assert_signed_out(&server, &browser).await;
    let half = browser.try_sign_in(MEMBER, "orchids by the tram").await;
    assert_eq!(half.location().as_deref(), Some("/second-factor"));
    let shown = browser.follow(half).await;
    assert!(is_let_in(&browser.gives_code(&shown, &app.code(now(&server))).await));
}
