//! `/userinfo`: what a relying party is told about its person.

use crate::harness::{Answer, TestServer};

#[tokio::test]
async fn it_tells_what_the_scope_allows_by_get_and_by_post() {
    let server = TestServer::start().await;
    let (browser, app) = (server.signed_in().await, server.web_app());
    let asked = app.authorize_identity("openid profile email", &[("nonce", "n-1")]);
    let tokens = app.redeem(&app.approve_at(&browser, &asked, None).await).await;
    let told = app.userinfo(&tokens.access).await;
    assert_eq!(told.header("content-type"), "application/json");
    let json = told.json();
    assert_eq!(json["sub"], server.seeded.member.as_str());
    assert_eq!((json["name"].as_str(), json["email"].as_str()), (Some("Mel Member"), Some("member@example.com")));
    assert_eq!(json["email_verified"], true);
    let posted = Answer::of(server.http().post(server.url("/userinfo")).bearer_auth(&tokens.access)).await;
    assert_eq!(posted.json(), json);
    let id_token = app.userinfo(tokens.id.as_deref().unwrap()).await;
    assert_eq!(id_token.status, 401, "an ID token is not for this");

    let less = app
        .redeem(&app.approve_at(&browser, &app.authorize_identity("openid", &[("prompt", "consent")]), None).await)
        .await;
    let json = app.userinfo(&less.access).await.json();
    assert_eq!(
        (json["sub"].as_str(), json.get("name"), json.get("email")),
        (Some(server.seeded.member.as_str()), None, None)
    );
}

#[tokio::test]
async fn a_challenge_says_no_more_than_it_must() {
    let server = TestServer::start().await;
    let (http, url) = (server.http(), server.url("/userinfo"));
    let none = Answer::of(http.get(&url)).await;
    assert_eq!((none.status.as_u16(), none.header("www-authenticate")), (401, "Bearer realm=\"lanyard\""));
    let garbage = Answer::of(http.get(&url).bearer_auth("garbage")).await;
    assert_eq!(garbage.status, 401);
    assert!(garbage.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    let in_query = Answer::of(http.get(format!("{url}?access_token=x"))).await;
    assert_eq!((in_query.status.as_u16(), in_query.json()["error"].as_str()), (400, Some("invalid_request")));
    let in_body = http.post(&url).header("content-type", "application/x-www-form-urlencoded").body("access_token=x");
    assert_eq!(Answer::of(in_body).await.status, 401);
    let (browser, client) = (server.signed_in().await, server.cli());
    let reading = client.connect(&browser).await;
    let refused = client.userinfo(&reading.access).await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("www-authenticate").contains("insufficient_scope"));
}
