//! Lists come in parts; a cursor is good for its own list alone (V-27).

use serde_json::json;

use crate::harness::{Answer, TestServer, api::Program, seed::act};
use identity::admin::Act;

async fn many_projects(server: &TestServer, organization: &str, count: usize) {
    for number in 0..count {
        let (organization, slug) = (organization.to_owned(), format!("p{number}"));
        act(&server.authority, Act::ProjectAdd { organization, slug, name: format!("Project {number}") }).await;
    }
}

/// In the order of the list; what was made in the same moment stands in any.
fn slugs(part: &Answer) -> Vec<String> {
    let items = part.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["slug"].as_str().unwrap().to_owned()).collect()
}

fn cursor(part: &Answer) -> String {
    part.json()["next"].as_str().unwrap_or_else(|| panic!("no next: {}", part.body)).to_owned()
}

/// The address of the next part.
fn next(part: &Answer) -> Option<String> {
    let link = part.header("link");
    let address = link.strip_prefix('<')?.split_once(">; rel=\"next\"")?.0;
    Some(address.to_owned())
}

#[tokio::test]
async fn a_list_is_walked_part_by_part() {
    let server = TestServer::start().await;
    many_projects(&server, "acme", 5).await;
    let owner = server.program("owner@example.com", false).await;
    let mut part = owner.get("/api/v1/organizations/acme/projects?limit=3").await;
    let mut all = slugs(&part);
    assert_eq!(all.len(), 3, "{}", part.body);
    while let Some(address) = next(&part) {
        part = owner.get(&address).await;
        assert!(slugs(&part).len() <= 3, "{}", part.body);
        all.extend(slugs(&part));
    }
    all.sort();
    assert_eq!(all, ["apollo", "gemini", "p0", "p1", "p2", "p3", "p4"]);
    assert_eq!(part.json()["next"], json!(null));
    for item in owner.get("/api/v1/organizations/acme/projects").await.json()["items"].as_array().unwrap() {
        assert_eq!(item["version"], 1);
    }
}

#[tokio::test]
async fn every_list_answers() {
    let server = TestServer::start().await;
    let owner = server.program("owner@example.com", true).await;
    let key = json!({ "project": "apollo", "name": "nightly", "scope": "issues:read" });
    let made = owner.post("/api/v1/organizations/acme/keys", &key).await;
    assert_eq!(made.status, 201, "{}", made.body);
    server.cli().connect(&server.signed_in().await).await;
    let counts = [("projects", 2), ("members", 2), ("access", 1), ("keys", 1), ("webhooks", 0)];
    for (list, count) in counts {
        let listed = owner.get(&format!("/api/v1/organizations/acme/{list}")).await;
        assert_eq!(listed.status, 200, "{list} {}", listed.body);
        assert_eq!(listed.json()["items"].as_array().unwrap().len(), count, "{list} {}", listed.body);
    }
    let access = owner.get("/api/v1/organizations/acme/access?project=gemini").await.json();
    assert_eq!(access["items"], json!([]));
    assert_eq!(owner.get("/api/v1/organizations/acme/access?project=orion").await.status, 404);
    assert_eq!(slugs(&owner.get("/api/v1/organizations").await), ["acme"]);
}

async fn refused(asker: &Program<'_>, path: &str, cursor: &str) {
    let answer = asker.get(&format!("{path}?cursor={cursor}")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!("malformed")), "{path} {cursor}");
}

#[tokio::test]
async fn v27_a_cursor_that_was_changed_made_up_or_taken_from_elsewhere_is_refused() {
    let server = TestServer::start().await;
    many_projects(&server, "acme", 2).await;
    many_projects(&server, "globex", 2).await;
    let (owner, outsider) =
        (server.program("owner@example.com", false).await, server.program("outsider@example.com", false).await);
    let projects = "/api/v1/organizations/acme/projects";
    let first = owner.get(&format!("{projects}?limit=1")).await;
    let own = cursor(&first);
    let rest = slugs(&owner.get(&format!("{projects}?cursor={own}")).await);
    assert!(rest.len() == 3 && !rest.contains(&slugs(&first)[0]), "{rest:?}");
    // By its id it is the same organisation, and so the same list.
    let by_id = format!("/api/v1/organizations/{}/projects?cursor={own}", server.seeded.acme);
    assert_eq!(slugs(&owner.get(&by_id).await), rest);

    let bytes = own.as_bytes();
    for at in (0..bytes.len()).step_by(7) {
        let mut flipped = bytes.to_vec();
        flipped[at] ^= 1;
        let flipped = String::from_utf8(flipped).unwrap();
        refused(&owner, projects, &flipped.replace('%', "%25").replace('#', "%23")).await;
    }
    let sealed_elsewhere = "1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for made_up in ["x", "1.a.b", sealed_elsewhere, &server.seeded.apollo, "'%20OR%201=1--", "eyJhZnRlciI6IiJ9"] {
        refused(&owner, projects, made_up).await;
    }
    refused(&owner, "/api/v1/organizations/acme/members", &own).await;
    refused(&owner, "/api/v1/organizations/acme/keys", &own).await;
    refused(&owner, "/api/v1/organizations", &own).await;
    let others = cursor(&outsider.get("/api/v1/organizations/globex/projects?limit=1").await);
    refused(&owner, projects, &others).await;
    let narrowed = "/api/v1/organizations/acme/keys?project=apollo&limit=1";
    let body = |name: &str| json!({ "project": "apollo", "name": name, "scope": "issues:read" });
    let writer = server.program("owner@example.com", true).await;
    for name in ["one", "two"] {
        assert_eq!(writer.post("/api/v1/organizations/acme/keys", &body(name)).await.status, 201);
    }
    let narrow = cursor(&owner.get(narrowed).await);
    refused(&owner, "/api/v1/organizations/acme/keys", &narrow).await;
}
