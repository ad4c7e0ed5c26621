//! Roles, invitations, the lists of limited projects, and what happened.

use identity::admin::Act;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    Answer, TestServer,
    api::Program,
    seed::{act, text},
};

const ACME: &str = "/api/v1/organizations/acme";

async fn resend(asker: &Program<'_>, path: &str, tag: &str) -> Answer {
    Answer::of(asker.request(Method::POST, &format!("{path}/resend")).header("if-match", tag)).await
}

fn items(answer: &Answer) -> Vec<Value> {
    answer.json()["items"].as_array().unwrap_or_else(|| panic!("no items: {}", answer.body)).clone()
}

#[tokio::test]
async fn roles_are_named_changed_and_deleted_in_the_version_that_was_seen() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let roles = format!("{ACME}/roles");
    let support = json!({ "slug": "support", "name": "Support", "permissions": ["see_access"] });
    let made = owner.post_once(&roles, "one", &support).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""), "{}", made.body);
    assert_eq!(owner.post_once(&roles, "one", &support).await.json()["id"], made.json()["id"]);
    assert_eq!(owner.post(&roles, &support).await.status, 409);
    let odd = json!({ "slug": "fly", "name": "Fly", "permissions": ["fly"] });
    assert_eq!(owner.post(&roles, &odd).await.status, 422);
    let here = format!("{roles}/support");
    assert_eq!(owner.get(&here).await.json(), owner.get(&format!("{roles}/{}", text(&made.json(), "id"))).await.json());
    let changed = owner.patch(&here, "\"1\"", &json!({ "permissions": ["see_access", "end_access"] })).await;
    assert_eq!((changed.status.as_u16(), changed.header("etag")), (200, "\"2\""), "{}", changed.body);
    assert_eq!(changed.json()["permissions"], json!(["see_access", "end_access"]));
    let stale = owner.patch(&here, "\"1\"", &json!({ "name": "Lost" })).await;
    assert_eq!((stale.status.as_u16(), &stale.json()["current"]["name"]), (412, &json!("Support")));
    assert_eq!(owner.patch(&here, "\"2\"", &json!({ "organization": "globex" })).await.status, 422);
    assert_eq!(items(&owner.get(&roles).await).len(), 1);
    assert_eq!(owner.delete(&here, "\"2\"").await.status, 204);
    assert_eq!(owner.get(&here).await.status, 404);
    let (member, outsider) =
        (server.program("member@example.com", true).await, server.program("outsider@example.com", true).await);
    assert_eq!(member.post(&roles, &support).await.status, 403);
    assert_eq!(outsider.post(&roles, &support).await.status, 404);
}

#[tokio::test]
async fn invitations_are_sent_resent_and_taken_back() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let invitations = format!("{ACME}/invitations");
    let ask = json!({ "email": "new@example.com", "role": "member" });
    let made = owner.post_once(&invitations, "one", &ask).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!((&made.json()["status"], &made.json()["mails"]), (&json!("waiting"), &json!(1)), "{}", made.body);
    assert_eq!(owner.post_once(&invitations, "one", &ask).await.json()["id"], made.json()["id"], "asked once");
    let mail = server.mail("new@example.com").await;
    assert!(!made.body.contains("token") && !mail.words.text.is_empty(), "{}", made.body);
    let here = format!("{invitations}/{}", text(&made.json(), "id"));
    let again = resend(&owner, &here, "\"1\"").await;
    assert_eq!((again.status.as_u16(), &again.json()["mails"]), (200, &json!(2)), "{}", again.body);
    assert_eq!(resend(&owner, &here, "\"1\"").await.status, 412);
    let (member, outsider) =
        (server.program("member@example.com", true).await, server.program("outsider@example.com", true).await);
    assert_eq!(member.get(&here).await.status, 403);
    assert_eq!(outsider.get(&here).await.status, 404);
    let foreign = here.replace("acme", "globex");
    assert_eq!(outsider.get(&foreign).await.status, 404, "not by way of an organisation of one's own");
    assert_eq!(outsider.delete(&foreign, "*").await.status, 404);
    assert_eq!(owner.delete(&here, "\"2\"").await.status, 204);
    assert_eq!(items(&owner.get(&invitations).await)[0]["status"], "revoked");
    assert_eq!(owner.delete(&here, "*").await.status, 409);
    let above = json!({ "email": "new@example.com", "role": "owner" });
    let admin = Act::MemberAdd {
        organization: "acme".into(),
        user: "member@example.com".into(),
        role: model::Role::Admin,
        named: None,
    };
    act(&server.authority, admin).await;
    assert_eq!(member.post(&invitations, &above).await.status, 403, "nobody gives a role above their own");
}

#[tokio::test]
async fn a_projects_list_is_kept() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let list = format!("{ACME}/projects/apollo/members");
    assert_eq!(items(&owner.get(&list).await), Vec::<Value>::new());
    let put = owner.post(&list, &json!({ "user": "member@example.com" })).await;
    assert_eq!((put.status.as_u16(), &put.json()["email"]), (200, &json!("member@example.com")), "{}", put.body);
    assert_eq!(owner.post(&list, &json!({ "user": "outsider@example.com" })).await.status, 404);
    assert_eq!(items(&owner.get(&list).await)[0]["user_id"], server.seeded.member);
    let limited = owner.patch(&format!("{ACME}/projects/gemini"), "*", &json!({ "limited": true })).await;
    assert!(limited.json()["limited_at"].is_number(), "{}", limited.body);
    let member = server.program("member@example.com", false).await;
    assert_eq!(member.get(&format!("{ACME}/projects/gemini")).await.status, 404);
    assert_eq!(member.get(&list).await.status, 403);
    let off = Answer::of(owner.request(Method::DELETE, &format!("{list}/member@example.com"))).await;
    assert_eq!(off.status, 204, "{}", off.body);
    assert_eq!(items(&owner.get(&list).await), Vec::<Value>::new());
}

#[tokio::test]
async fn what_happened_is_read_narrowed_and_taken_away() {
    let server = TestServer::start().await;
    let (owner, outsider) =
        (server.program("owner@example.com", true).await, server.program("outsider@example.com", true).await);
    for slug in ["one", "two", "three"] {
        let made = owner.post(&format!("{ACME}/projects"), &json!({ "slug": slug, "name": slug })).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    let made = outsider.post("/api/v1/organizations/globex/projects", &json!({ "slug": "dark", "name": "Dark" })).await;
    assert_eq!(made.status, 201);
    let trail = format!("{ACME}/audit");
    let mut all = Vec::new();
    let mut part = owner.get(&format!("{trail}?action=project&person=owner%40example.com&limit=2")).await;
    loop {
        all.extend(items(&part));
        let Some((address, _)) = part.header("link").trim_start_matches('<').split_once('>') else { break };
        part = owner.get(address).await;
    }
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(
        all.iter().all(|one| one["action"] == "project.added" && one["by_email"] == "owner@example.com"),
        "{all:?}"
    );
    assert!(all[0]["at"].as_i64() >= all[2]["at"].as_i64() && all[0]["token_id"].is_string(), "newest first: {all:?}");
    assert_eq!(items(&owner.get(&format!("{trail}?until=1")).await), Vec::<Value>::new());
    assert_eq!(items(&owner.get(&format!("{trail}?person=nobody%40example.com")).await), Vec::<Value>::new());
    for odd in ["action=", "action=%27", "since=x", "since=-1", "until=99999999999", "what=x", "limit=0"] {
        assert_eq!(owner.get(&format!("{trail}?{odd}")).await.status, 400, "{odd}");
    }
    // A cursor of another narrowing is none.
    let narrowed = owner.get(&format!("{trail}?action=project&limit=1")).await;
    let cursor = text(&narrowed.json(), "next");
    assert_eq!(owner.get(&format!("{trail}?limit=1&cursor={cursor}")).await.status, 400);

    let export = owner.get(&format!("{trail}/export?action=project")).await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = export.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 3 && lines.iter().all(|one| one["organization"] == "acme"), "{}", export.body);
    assert_eq!(owner.get(&format!("{trail}/export?cursor={cursor}")).await.status, 400);
    for path in [trail.clone(), format!("{trail}/export")] {
        assert_eq!(outsider.get(&path).await.status, 404, "{path}");
        assert_eq!(server.program("member@example.com", true).await.get(&path).await.status, 403, "{path}");
    }
    let own = items(&outsider.get("/api/v1/me/audit").await);
    assert!(!own.is_empty() && own.iter().all(|one| one["organization"] != "acme"), "{own:?}");
}
