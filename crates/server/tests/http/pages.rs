//! The pages around the flows: front page, theme, files, the honest page, and what is not there.

use crate::harness::{Answer, TestServer, page};

#[tokio::test]
async fn the_front_page_shows_the_way() {
    let server = TestServer::start().await;
    let visitor = server.browser().get("/").await;
    assert!(visitor.body.contains("/sign-in") && visitor.body.contains("/sign-up"));
    assert!(visitor.body.contains("development"), "the strip");
    let member = server.signed_in().await.get("/").await;
    for words in ["Apollo", "Gemini", "https://api.example.com/mcp"] {
        assert!(member.body.contains(words), "{words}");
    }
    assert!(!member.body.contains("Orion"));
}

#[tokio::test]
async fn a_chosen_theme_is_remembered_and_leads_back() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let shown = browser.get("/security").await;
    let answer = browser.submit(&shown, "/theme", &[("theme", "dark")]).await;
    assert_eq!(answer.location().as_deref(), Some("/security"));
    assert!(browser.get("/").await.body.contains("data-theme=\"dark\""));
    let (_, hidden) = page::form(&shown.body, "/theme").unwrap();
    let csrf = hidden.iter().find(|(name, _)| name == "csrf").unwrap();
    for evil in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let answer = browser.post("/theme", &[(&csrf.0, &csrf.1), ("theme", "auto"), ("back", evil)]).await;
        assert_eq!(answer.location().as_deref(), Some("/"), "{evil}");
    }
    assert!(!browser.get("/").await.body.contains("data-theme"));
}

#[tokio::test]
async fn files_are_kept_for_ever_under_names_that_change() {
    let server = TestServer::start_with(&[("BRAND__ACCENT", "#7a1f5c")]).await;
    let browser = server.browser();
    let home = browser.get("/").await;
    let mut found = 0;
    for rest in home.body.split(['"']).filter(|text| text.starts_with("/assets/")) {
        let file = browser.get(rest).await;
        assert_eq!(file.status, 200, "{rest}");
        assert!(file.header("cache-control").contains("immutable"), "{rest}");
        if !rest.contains("brand.css") {
            let again = browser.get_with(rest, &[("if-none-match", file.header("etag"))]).await;
            assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{rest}");
        }
        found += 1;
    }
    assert!(found >= 4, "style, brand, script and icon: {found}");
    assert_eq!(browser.get("/assets/unknown.css").await.status, 404);
    assert_eq!(browser.get("/assets/..%2f..%2fCargo.toml").await.status, 404);
    assert_eq!(browser.get("/favicon.ico").await.header("content-type"), "image/svg+xml");
}

#[tokio::test]
async fn security_is_spoken_of_honestly() {
    let server = TestServer::start_with(&[("METADATA__SECURITY_CONTACT", "mailto:security@example.com")]).await;
    let browser = server.browser();
    let text = browser.get("/.well-known/security.txt").await;
    assert!(text.header("content-type").starts_with("text/plain"));
    assert!(text.body.starts_with("Contact: mailto:security@example.com\nExpires: 2027-"), "{}", text.body);
    let shown = browser.get("/security").await;
    for words in ["security@example.com", "15 minutes", "30 days", "365 days"] {
        assert!(shown.body.contains(words), "{words}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_askers_form() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let person = browser.get_with("/nowhere", &[("accept", "text/html")]).await;
    assert_eq!(person.status, 404);
    assert!(person.body.contains("There is no such page"));
    let program = browser.get_with("/nowhere", &[("accept", "application/json")]).await;
    assert_eq!((program.status.as_u16(), program.json()["error"].as_str()), (404, Some("invalid_request")));
    let put = Answer::of(server.http().put(server.url("/sign-in"))).await;
    assert_eq!((put.status.as_u16(), put.header("allow")), (405, "GET, HEAD, POST"));
    assert!(put.header("content-type").starts_with("text/html"));
}
