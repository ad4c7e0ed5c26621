//! `/sign-up`: an account, and with it an organisation and a first project.

use crate::harness::{PASSWORD, TestServer, page};

#[tokio::test]
async fn whoever_signs_up_has_a_project_to_show_an_app() {
    let server = TestServer::start().await;
    let (browser, client) = (server.browser(), server.cli());
    let sign_in = browser.open(&client.authorize(&[])).await;
    let link = sign_in.body.split("href=\"").find(|rest| rest.starts_with("/sign-up?")).unwrap();
    let form = browser.get(link.split('"').next().unwrap()).await;
    assert!(form.body.contains("Demo CLI"));
    let fields = [("name", "Nia New"), ("email", "new@example.com"), ("password", "a long enough password")];
    let asked = browser.follow(browser.submit(&form, "/sign-up", &fields).await).await;
    assert!(page::has_id(&asked.body, "allow") && asked.body.contains("First project"), "{}", asked.body);
    let project = page::value_of(&asked.body, "project-first-project").unwrap();
    let answer = browser
        .submit(&asked, &format!("/consent/{}", asked.consent_id()), &[("decision", "allow"), ("project", &project)])
        .await;
    let told = server.api().introspect(&client.redeem(&answer).await.access).await;
    assert_eq!(told["project"], project.as_str());
}

#[tokio::test]
async fn a_refusal_stands_beside_its_field_and_keeps_what_was_typed() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let form = browser.get("/sign-up").await;
    for (email, password, where_) in [
        ("new@example.com", "tiny-pass", "password-error"),
        ("not an address", "a long enough password", "email-error"),
        ("member@example.com", "a long enough password", "email-error"),
    ] {
        let refused =
            browser.submit(&form, "/sign-up", &[("email", email), ("password", password), ("name", "Nia")]).await;
        assert_eq!(refused.status, 422, "{email}");
        assert!(page::has_id(&refused.body, where_), "{email}: {}", refused.body);
        assert_eq!(page::value_of(&refused.body, "email").as_deref(), Some(email));
        assert_eq!(page::value_of(&refused.body, "name").as_deref(), Some("Nia"));
        assert!(!refused.body.contains(password));
        assert!(browser.cookie("session").is_none());
    }
}

#[tokio::test]
async fn an_operator_may_close_it() {
    let server = TestServer::start_with(&[("SIGN_UP__ENABLED", "false")]).await;
    let browser = server.browser();
    assert_eq!(browser.get("/sign-up").await.status, 404);
    let sign_in = browser.get("/sign-in").await;
    assert!(!sign_in.body.contains("/sign-up"));
    let (_, hidden) = page::form(&sign_in.body, "/sign-in").unwrap();
    let (name, value) = &hidden[0];
    let refused =
        browser.post("/sign-up", &[(name, value), ("email", "new@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(refused.status, 404);
}
