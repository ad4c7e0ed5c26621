//! Which credentials speak to the management API: a Bearer token that is good, and nothing else.

use std::time::Duration;

use identity::admin::{Act, ClientAdd, ClientKind};
use reqwest::Method;
use serde_json::json;

use crate::harness::{
    Answer, Client, PASSWORD, TestServer,
    seed::{act, client, plain},
};

const ME: &str = "/api/v1/me";

#[tokio::test]
async fn a_token_tells_whose_it_is() {
    let server = TestServer::start_with(&[("RATE_LIMITS__EXEMPT", "203.0.113.1")]).await;
    let program = server.program("owner@example.com", false).await;
    let me = program.get(ME).await;
    assert_eq!(me.status, 200, "{}", me.body);
    assert_eq!((&me.json()["email"], &me.json()["writes"]), (&json!("owner@example.com"), &json!(false)));
    assert_eq!(me.header("cache-control"), "no-store");
    assert!(me.header("ratelimit").starts_with("\"address\";r="), "{:?}", me.headers);
    assert_eq!(me.header("ratelimit-policy"), "\"address\";q=600;w=60");
}

#[tokio::test]
async fn c13_nothing_but_a_bearer_token_is_a_credential() {
    let server = TestServer::start().await;
    let program = server.program("owner@example.com", true).await;
    let browser = server.browser();
    browser.sign_in("owner@example.com", PASSWORD).await;
    let by_cookie = browser.get(ME).await;
    let plain = |path: &str| server.http().get(server.url(path));
    let tries = [
        by_cookie,
        Answer::of(plain(ME)).await,
        Answer::of(plain(&format!("{ME}?access_token={}", program.token))).await,
        Answer::of(plain(ME).basic_auth("owner@example.com", Some(PASSWORD))).await,
        Answer::of(plain(ME).basic_auth(&program.token, None::<&str>)).await,
        Answer::of(plain(ME).header("cookie", format!("token={}", program.token))).await,
    ];
    for answer in tries {
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"lanyard\"");
        assert_eq!(answer.json()["code"], "unauthenticated");
    }
    // Nor does a cookie make a form of another site act.
    let forged = browser.post("/api/v1/organizations/acme/projects", &[("slug", "x"), ("name", "x")]).await;
    assert_eq!(forged.status, 401);
    for bad in ["lyd_pat_nonsense", &program.token[..program.token.len() - 1], "x"] {
        let answer = Answer::of(plain(ME).bearer_auth(bad)).await;
        assert_eq!(answer.status, 401, "{bad}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""), "{bad}");
    }
    let twice = plain(ME).bearer_auth(&program.token).header("authorization", "Bearer x");
    assert_eq!(Answer::of(twice).await.status, 400);
}

#[tokio::test]
async fn a_token_that_only_reads_changes_nothing() {
    let server = TestServer::start().await;
    let reader = server.program("owner@example.com", false).await;
    let apollo = "/api/v1/organizations/acme/projects/apollo";
    assert_eq!(reader.get(apollo).await.status, 200);
    assert_eq!(reader.patch(apollo, "\"1\"", &json!({ "disabled": true })).await.status, 403);
    assert_eq!(reader.delete(apollo, "\"1\"").await.status, 403);
    let project = json!({ "slug": "x", "name": "x" });
    assert_eq!(reader.post("/api/v1/organizations/acme/projects", &project).await.status, 403);
    assert_eq!(reader.delete("/api/v1/organizations/acme/members/owner@example.com", "\"1\"").await.status, 403);
    assert_eq!(reader.get(apollo).await.json()["version"], 1);
}

#[tokio::test]
async fn a_token_never_reaches_further_than_its_person() {
    let server = TestServer::start().await;
    let (member, outsider) =
        (server.program("member@example.com", true).await, server.program("outsider@example.com", true).await);
    assert_eq!(member.get("/api/v1/organizations/acme").await.status, 200);
    assert_eq!(member.get("/api/v1/organizations/acme/members").await.status, 403);
    assert_eq!(member.delete("/api/v1/organizations/acme", "\"1\"").await.status, 403);
    let absent = member.get("/api/v1/organizations/nowhere").await;
    let foreign = outsider.get("/api/v1/organizations/acme").await;
    assert_eq!((absent.status.as_u16(), foreign.status.as_u16()), (404, 404));
    let without_reference = |answer: &Answer| {
        let mut told = answer.json();
        told["instance"] = json!(null);
        told
    };
    assert_eq!(without_reference(&absent), without_reference(&foreign), "absent and forbidden look the same");
    for path in ["/api/v1/users", "/api/v1/clients", "/api/v1/resources", "/api/v1/signing-keys"] {
        assert_eq!(member.get(path).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_token_ends_with_its_time_its_person_and_a_reset() {
    let server = TestServer::start().await;
    let old = server.program("owner@example.com", true).await;
    server.advance(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(old.get(ME).await.status, 401, "it has expired");

    let program = server.program("owner@example.com", true).await;
    let disable = |disabled| Act::UserSetDisabled { user: "owner@example.com".into(), disabled };
    act(&server.authority, disable(true)).await;
    assert_eq!(program.get(ME).await.status, 401, "its person is disabled");
    act(&server.authority, disable(false)).await;
    assert_eq!(program.get(ME).await.status, 200);

    let reset = Act::UserSetPassword { user: "owner@example.com".into(), password: None, end_connections: true };
    let done = act(&server.authority, reset).await;
    assert_eq!(done["connections_ended"], 1, "{done}");
    assert_eq!(program.get(ME).await.status, 401, "all that opens the account has ended");

    let member = server.program("member@example.com", true).await;
    act(&server.authority, Act::UserRemove { user: "member@example.com".into() }).await;
    assert_eq!(member.get(ME).await.status, 401, "its person is gone");
}

#[tokio::test]
async fn a_first_party_client_is_let_into_one_organisation() {
    let server = TestServer::start().await;
    let console = |id: &str, first_party| ClientAdd {
        first_party,
        kind: ClientKind::Public {},
        ..plain(id, &["http://127.0.0.1/callback"])
    };
    act(&server.authority, client(console("console", true))).await;
    act(&server.authority, client(console("stranger", false))).await;
    let itself = Act::ResourceAdd {
        id: Some("management".into()),
        name: "Management".into(),
        identifier: server.url("/api/v1"),
        scopes: vec![
            "organization:read=read:see the organisation with its people and projects".into(),
            "organization:write=write:manage the organisation".into(),
        ],
    };
    act(&server.authority, itself).await;
    let owner = server.browser();
    owner.sign_in("owner@example.com", PASSWORD).await;
    let ask = async |token: &str, method: Method, path: &str| {
        Answer::of(server.http().request(method, server.url(path)).bearer_auth(token).header("if-match", "\"1\"")).await
    };
    let token = async |id: &str, scope: &str| {
        let client = Client::public(&server, id, "http://127.0.0.1/callback");
        let address = client.authorize(&[("scope", scope), ("resource", &server.url("/api/v1"))]);
        client.redeem(&client.approve_at(&owner, &address, Some(&server.seeded.apollo)).await).await.access
    };
    let reading = token("console", "organization:read").await;
    let me = ask(&reading, Method::GET, ME).await;
    assert_eq!((me.status.as_u16(), &me.json()["organization_id"]), (200, &json!(server.seeded.acme)), "{}", me.body);
    assert_eq!(ask(&reading, Method::GET, "/api/v1/organizations/acme/members").await.status, 200);
    assert_eq!(ask(&reading, Method::DELETE, "/api/v1/organizations/acme/projects/gemini").await.status, 403);
    let join = Act::MemberAdd {
        organization: "globex".into(),
        user: "owner@example.com".into(),
        role: model::Role::Owner,
        named: None,
    };
    act(&server.authority, join).await;
    assert_eq!(
        ask(&reading, Method::GET, "/api/v1/organizations/globex").await.status,
        404,
        "it was let into the other one"
    );
    let listed = ask(&reading, Method::GET, "/api/v1/organizations").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);

    let strangers = token("stranger", "organization:read").await;
    assert_eq!(ask(&strangers, Method::GET, ME).await.status, 401, "a client that is not ours");
    let elsewhere = server.cli().connect(&server.signed_in().await).await.access;
    assert_eq!(ask(&elsewhere, Method::GET, ME).await.status, 401, "a token for another resource");
}

#[tokio::test]
async fn v47_no_field_of_the_api_verifies_an_address_promotes_anybody_or_sets_a_password() {
    let server = TestServer::start().await;
    let operator = identity::admin::Act::UserSetOperator { user: "owner@example.com".into(), operator: true };
    act(&server.authority, operator).await;
    let (owner, member) =
        (server.program("owner@example.com", true).await, server.program("member@example.com", true).await);
    let odd = [
        json!({ "email_verified": true }),
        json!({ "role": "owner" }),
        json!({ "org_id": server.seeded.acme }),
        json!({ "password": PASSWORD }),
        json!({ "email": "other@example.com" }),
        json!({ "operator": true }),
    ];
    let before = server.user("member@example.com").await;
    for body in &odd {
        // One's own account is changed in a browser, after a fresh proof, and nowhere else.
        for path in [ME.to_owned(), "/api/v1/me/audit".to_owned()] {
            for method in [Method::PATCH, Method::POST, Method::PUT] {
                let asked = member.request(method.clone(), &path).header("if-match", "*").json(body);
                assert_eq!(Answer::of(asked).await.status, 405, "{method} {path} {body}");
            }
        }
        // Nobody but an operator says anything of an account, and an operator only whether it is disabled.
        let path = format!("/api/v1/users/{}", server.seeded.member);
        assert_eq!(member.patch(&path, "*", body).await.status, 422, "{body}");
        assert_eq!(owner.patch(&path, "*", body).await.status, 422, "{body}");
        let mut together = json!({ "disabled": false });
        together.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(owner.patch(&path, "*", &together).await.status, 422, "{together}");
    }
    let account = format!("/api/v1/users/{}", server.seeded.member);
    assert_eq!(member.patch(&account, "*", &json!({ "disabled": false })).await.status, 403);
    let own = "/api/v1/organizations/acme/members/member@example.com";
    assert_eq!(member.patch(own, "*", &json!({ "role": "owner" })).await.status, 403, "nobody promotes themself");
    let after = server.user("member@example.com").await;
    let hash = |user: &model::User| user.password_hash.as_ref().map(|hash| hash.expose().to_owned());
    assert_eq!(hash(&before), hash(&after));
    assert_eq!((before.email, before.email_verified_at), (after.email, after.email_verified_at));
    assert_eq!(member.get("/api/v1/users").await.status, 403);
}
